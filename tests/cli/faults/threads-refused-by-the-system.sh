# release
# A system that gives room for few threads or none: fewer of them and the same report, or 71; never the run time's own end.
small_export 2000 >x.csv
ba --json -q -j 1 x.csv >want
done=0
for kb in 40000 60000 90000 120000 200000 400000; do
    for j in 2 8 64 200; do
        got=0
        (ulimit -v $kb; exec "$CMD" --json -q -j $j x.csv) >out 2>err || got=$?
        case $got in
        0) same want out; done=$((done + 1)) ;;
        71) grep -q 'out of memory' err || { cat err; fail "71 without its reason at $kb kB, -j $j"; } ;;
        *) cat err; fail "ended with $got at $kb kB, -j $j" ;;
        esac
    done
done
[ $done -ge 12 ] || fail "only $done runs were done"
OMP_THREAD_LIMIT=1 ba --json -q -j 8 x.csv >out
same want out
OMP_DYNAMIC=true ba --json -q -j 8 x.csv >out
same want out
