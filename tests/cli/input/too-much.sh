# A field beyond a mebibyte, a row beyond 16, a line without end, a hundred thousand columns: told, bounded in memory, linear in time.
# release
limited() { (ulimit -v 400000; exec "$CMD" "$@"); }
zeros() { head -c "$1" /dev/zero | tr '\0' "$2"; }
{ small_export 40; printf 'b,2026-10-01 10:00:00+0000,n@example.com,z@example.org,j,failed,5.1.1,"'; zeros 3000000 x; printf '",m,v\n'; small_export 4 | tail -3; } >field.csv
exits 0 limited --json -q field.csv
jq -c '[.rows_read, (.rows[] | select(.kind == "malformed") | .rows)]' stdout
{ small_export 40; printf 'b,'; zeros 60000000 y; printf '\n'; small_export 4 | tail -3; } >row.csv
exits 0 limited --json -q row.csv
jq -c '[.rows_read, (.malformed[] | .reason)]' stdout
zeros 200000000 z >line.csv
exits 65 limited --json line.csv
grep -q 'no end within' stderr || { cat stderr; fail "not said why"; }
zeros 200000000 z | exits 65 limited --json -
awk 'BEGIN { for (i = 0; i < 100000; i++) printf "c%d,", i; print ""; print "1,2" }' >wide.csv
exits 65 limited --json wide.csv
grep -q 'columns' stderr || { cat stderr; fail "not said why"; }
