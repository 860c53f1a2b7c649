# With several faults the first of 70, 71, 74, 73, 78, 65, 66 is the status; a usage error comes before any work.
small_export >x.csv
printf 'foo,bar\n1,2\n' >odd.csv
exits 65 ba --json odd.csv missing.csv x.csv
exits 65 ba --json missing.csv odd.csv
exits 73 ba x.csv odd.csv missing.csv -o nowhere/r.json
exits 74 ba x.csv odd.csv -o /dev/full -t json
exits 74 sh -c '"$CMD" --json x.csv missing.csv -o nowhere/r.json -o - >/dev/full'
printf 'colour\nred\n' >bad-rules.csv
exits 78 ba --rules bad-rules.csv odd.csv missing.csv
exits 2 ba --rules bad-rules.csv --policy none odd.csv
# --strict ends at the first of them, whatever comes behind
exits 66 ba --strict --json missing.csv x.csv
[ ! -s stdout ] || fail "a result in spite of --strict"
exits 65 ba --strict --json x.csv odd.csv
# the same for the other commands
exits 65 ba classify x.csv odd.csv
exits 66 ba classify x.csv missing.csv
exits 65 ba suppress -q x.csv odd.csv -o lists/
exits 65 ba formats x.csv odd.csv
exits 66 ba formats missing.csv
