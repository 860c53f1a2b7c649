# Never in a log; --progress=always says what it must.
small_export >x.csv
ba x.csv 2>err >/dev/null
[ ! -s err ]
if [ -z "${QUICK:-}" ]; then
    { small_export 2000; for i in 1 2 3 4 5 6 7 8 9; do small_export 20 | tail -n +2; sleep 0.2; done; } | ba -j 1 --progress=always --block-size 1000 --json 2>err >/dev/null
    grep -q 'rows/s' err || { cat err; fail "no progress line"; }
    grep -q 'file 1 of 1' err || { cat err; fail "no file of files"; }
    awk 'END { exit NR > 20 }' err || fail "more than five lines a second"
fi
