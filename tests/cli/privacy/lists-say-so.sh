small_export 400 >x.csv
ba suppress x.csv -o lists/ 2>err
grep -c addresses err
grep -l 'user\.[0-9]*@' lists/*.csv | head -n 1
