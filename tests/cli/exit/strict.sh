small_export >x.csv
sed '5s/.*/b,not,enough/' x.csv >bad.csv
exits 0 ba --json bad.csv
exits 65 ba --strict --json bad.csv
grep -q 'bad.csv' stderr
exits 0 ba --strict --json x.csv
