# release
# slow
# Memory that runs out at any size of address space: 71 (or the job is done), never a crash, never half a report.
small_export 30000 >x.csv
for kb in 20000 40000 60000 80000 110000 140000 180000 240000 400000; do
    echo old >r.json
    got=0
    (ulimit -v $kb; exec "$CMD" -j 2 x.csv -o r.json) 2>err || got=$?
    case $got in
    0) [ "$(wc -c <r.json)" -gt 1000 ] ;;
    71) [ "$(cat r.json)" = old ] || fail "half a report at $kb" ;;
    127) grep -q 'shared' err || { cat err; fail "not started at $kb"; } ;;
    *) cat err; fail "ended with $got at $kb kB" ;;
    esac
    find . -name '*.tmp*' | grep . && fail "left behind at $kb"
done
echo ok
