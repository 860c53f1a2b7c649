# Each status by its cause.
small_export >x.csv
exits 0 ba --json x.csv
exits 66 ba --json missing.csv
exits 0 ba --json /dev/null
exits 65 ba --json --strict /dev/null
printf 'foo,bar\n1,2\n' >odd.csv
exits 65 ba --json odd.csv
exits 2 ba --from nonsense x.csv
exits 73 ba x.csv -o no/such/folder/x.html
exits 78 ba --rules missing-rules.csv x.csv
exits 78 ba --providers missing.csv x.csv
exits 0 ba --fail-on never x.csv
exits 1 ba --fail-on 'bounce_rate>0.5' x.csv
[ -s stdout ] || fail "1 comes with a whole result"
exits 0 ba --fail-on 'bounce_rate>99' x.csv
exits 1 ba --fail-on 'bounce_rate>99,hard_bounce_rate>=1' x.csv
