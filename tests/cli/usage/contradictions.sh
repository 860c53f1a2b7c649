small_export >x.csv
exits 2 ba --json -t md x.csv; cat stdout stderr
exits 2 ba -t csv x.csv; cat stdout stderr
exits 2 ba -t sqlite x.csv; cat stdout stderr
exits 2 ba -o tables.csv x.csv; cat stdout stderr
exits 2 ba -o report.pdf x.csv; cat stdout stderr
exits 2 ba -o a.json -o a.json x.csv; cat stdout stderr
exits 2 ba suppress x.csv; cat stdout stderr
exits 2 ba suppress -o a/ -o b/ x.csv; cat stdout stderr
exits 2 ba - - <x.csv; cat stdout stderr
exits 2 ba --rejects - x.csv; cat stdout stderr
exits 2 ba --save-state - x.csv; cat stdout stderr
