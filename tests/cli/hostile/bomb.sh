# slow
# release
# A compression bomb keeps memory flat and ends at --max-expanded.
{ small_export 100; head -c 400000000 /dev/zero | tr '\0' '\n'; } | gzip -9 >bomb.csv.gz
(ulimit -v 3000000; exits 0 ba -q --json bomb.csv.gz)
exits 65 ba --max-expanded 100M --json bomb.csv.gz
grep -q 'bomb.csv.gz' stderr
