# slow
# release
# Past a thousand bytes for one the user is told before the disk or the patience is spent; degenerate blocks take no longer than others.
{ small_export 100; head -c 200000000 /dev/zero | tr '\0' '\n'; } | gzip -9 >bomb.csv.gz
exits 0 ba --json bomb.csv.gz
grep 'bomb.csv.gz' stderr || fail "nothing is said"
