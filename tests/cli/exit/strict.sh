small_export >x.csv
sed '5s/.*/b,2026-10-05 10:00:00+0000,news@example.com,"user.0003@example.org,job1,failed,5.1.1/' x.csv >bad.csv
exits 0 ba --json bad.csv
exits 65 ba --strict --json bad.csv
grep -q 'bad.csv' stderr || { cat stderr; fail 'the file is not named'; }
grep -q 'row 5' stderr || { cat stderr; fail 'the row is not named'; }
exits 0 ba --strict --json x.csv
