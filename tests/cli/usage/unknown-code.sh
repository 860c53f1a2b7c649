# A code that no table knows is a wrong argument, and what would be one is said; nothing is printed then.
exits 2 ba codes 550 NONSENSE
[ ! -s stdout ] || fail "rows are printed"
grep -q "'NONSENSE'; known are reply codes (550)" stderr || fail "$(cat stderr)"
exits 0 ba codes 5.1.1 S3150
