# slow
# release
# A compression bomb keeps memory flat, is warned of once, and ends at --max-expanded.
{ small_export 100; head -c 400000000 /dev/zero | tr '\0' '\n'; } | gzip -9 >bomb.csv.gz
(ulimit -v 3000000; exits 0 ba -q --json bomb.csv.gz)
exits 0 ba --json bomb.csv.gz
[ "$(grep -c 'expands to more than 1000 bytes' stderr)" = 1 ] || fail "warned $(grep -c expands stderr) times"
exits 65 ba --max-expanded 100M --json bomb.csv.gz
grep -q 'bomb.csv.gz' stderr
