# Rule and provider files: what is wrong is 78 with the line; ten thousand rules are fine.
small_export >x.csv
printf 'fragment,cause,source\nsome words,no_such_cause,me\n' >a.csv
exits 78 ba --rules a.csv x.csv
grep -q 'a.csv' stderr && grep -q 'no_such_cause' stderr || { cat stderr; fail "not said what is wrong"; }
printf 'colour,shape\nred,round\n' >b.csv
exits 78 ba --rules b.csv x.csv
: >c.csv
exits 78 ba --rules c.csv x.csv
exits 78 ba --rules . x.csv
awk 'BEGIN { print "fragment,cause,source"; for (i = 0; i < 10000; i++) printf "made up reason number %c%c%c%c,policy_rejected,me\n", 97 + i % 26, 97 + i / 26 % 26, 97 + i / 676 % 26, 97 + i / 17576 }' >many.csv
exits 0 ba --rules many.csv --json x.csv
exits 78 ba --providers a.csv x.csv
