# careful keeps those that fail through us; strict takes every 5xx but 500-504 and 555.
ba suppress -q "$ROOT/samples/mailgun-bounces.csv" -o careful/
ba suppress -q --policy strict "$ROOT/samples/mailgun-bounces.csv" -o strict/
c=$(wc -l <careful/suppress.csv) s=$(wc -l <strict/suppress.csv)
[ "$s" -gt "$c" ] || fail "strict suppresses $s, careful $c"
cut -d, -f3 careful/suppress.csv | sort | uniq -c | sed 's/^ *//'
