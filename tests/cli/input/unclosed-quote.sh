# A quote that never closes costs one record, is told with its place, and takes no more time than any other byte.
# release
{ small_export 100; printf 'b,2026-10-01 10:00:00+0000,n@example.com,"open,j,failed,5.1.1,smtp;550 no,m,v\n'; small_export 3000 | tail -n +2; } >x.csv
exits 0 ba --json -q --rejects rejects.csv x.csv
jq -c '[.rows_read, (.malformed[] | [.reason, .rows, .row])]' stdout
head -n 3 rejects.csv | cut -d, -f1-5
# many of them: linear
awk 'BEGIN { print "email,reason"; for (i = 0; i < 300000; i++) print "u" i "@d.example,\"550 open"; }' >many.csv
timeout 20 "$CMD" --json -q many.csv >/dev/null 2>&1 || [ $? = 65 ] || fail "took too long"
