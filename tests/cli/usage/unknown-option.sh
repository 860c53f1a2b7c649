# A misspelt option is answered with the nearest one.
exits 2 ba --hepl x.csv; cat stdout stderr
exits 2 ba --ouput x.html x.csv; cat stdout stderr
exits 2 ba -x x.csv; cat stdout stderr
exits 2 ba --zzzzzzzzz; cat stdout stderr
