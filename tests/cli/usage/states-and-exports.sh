# States and exports are told apart, and whoever mixes them up is told the command; counts without rows can't be filtered.
small_export >x.csv
ba -q x.csv --save-state x.state -o /dev/null
ba merge --json x.state >merged
exits 0 ba report --json x.state        # states may be given to report, where nothing else is given
same stdout merged
says() {
    exits "$1" ba $3
    grep -q -- "$2" stderr || { cat stderr; fail "'$3' does not say '$2'"; }
}
says 65 "'x.csv' is no saved state; for an export: bounce-analyzer report" 'merge x.csv'
says 65 "is no saved state" 'report --baseline x.csv x.csv'
says 65 'a saved state, not a table.*bounce-analyzer merge' 'classify x.state'
says 65 'a saved state, not a table.*bounce-analyzer merge' 'formats x.state'
says 2 "can't be read together" 'report x.state x.csv'
for filter in --since=2026-10-05 --until=2026-10-05 --provider=gmail --campaign=job1 --sender=example.com; do
    says 2 'give them when the state is saved' "report $filter x.state"
    says 2 'give them when the state is saved' "suppress $filter -o l/ x.state"
done
mkdir states
cp x.state states
says 66 'is a folder; name the states in it' 'merge states'
head -c 500 x.state >cut.state
says 65 'it is cut short (byte 500)$' 'merge cut.state'
{ printf 'BNCSTATE\377\0\0\0'; tail -c +13 x.state; } >newer.state
says 65 'it has version 255 and this program reads version 3 (byte 8)$' 'merge newer.state'
[ "$(grep -o byte stderr | wc -l)" = 1 ] || fail "the place is told twice"
# an export given by mistake is not read to its end
[ "$MODE" = release ] || exit 0      # a sanitizer needs terabytes of addresses
head -c 300000000 /dev/zero >huge
(ulimit -v 200000; says 65 'is no saved state' 'merge huge')
