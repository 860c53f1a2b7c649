# slow
# A file that shrinks while it is read ends in 74, never in a crash.
small_export 200000 >whole.csv
size=$(stat -c %s whole.csv)
i=0
seen=0
while [ $i -lt "${ROUNDS:-24}" ]; do
    i=$((i + 1))
    cp whole.csv x.csv
    "$CMD" x.csv --json -j 1 >out 2>err &
    pid=$!
    sleep 0.0$((i % 8 + 1))
    truncate -s $((size / 3)) x.csv
    got=0
    wait $pid || got=$?
    case $got in
    0) ;;
    74) seen=$((seen + 1)) ;;
    *) cat err; fail "ended with $got" ;;
    esac
done
[ $seen -gt 0 ] || fail "the file was never cut in time"
