# So is a misspelt format or choice.
exits 2 ba -t jsn x.csv; cat stdout stderr
exits 2 ba --policy=strickt x.csv; cat stdout stderr
exits 2 ba --engine libcvs x.csv; cat stdout stderr
exits 2 ba --color=allways x.csv; cat stdout stderr
