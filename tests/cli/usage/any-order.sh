# Options and files mix; -- ends the options; letters bundle.
small_export >./-v.csv
small_export >x.csv
ba --json x.csv -q >a
ba -q x.csv --json >b
ba report -qv --json -- x.csv >c
same a b
same a c
ba --json -- -v.csv >d
[ -s d ]
ba -j2 --json x.csv >e
ba -j 2 --json x.csv >f
same e f
