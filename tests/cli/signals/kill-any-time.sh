# slow
# Killed at any moment: what stands under the final name is whole, or is what stood there before.
small_export 60000 >x.csv
ba x.csv --json -o whole.json -o whole.html
n=${ROUNDS:-40}
[ "$MODE" = release ] || n=8
i=0
while [ $i -lt $n ]; do
    i=$((i + 1))
    echo before >r.json
    echo before >r.html
    case $((i % 3)) in 0) signal=KILL ;; 1) signal=INT ;; 2) signal=TERM ;; esac
    env --default-signal=INT "$CMD" x.csv -o r.html -o r.json 2>/dev/null &
    pid=$!
    sleep 0.0$((i * 7 % 90 + 10))
    kill -$signal $pid 2>/dev/null || true
    wait $pid 2>/dev/null || true
    for f in r.json r.html; do
        cmp -s $f whole.${f#r.} || [ "$(cat $f)" = before ] || fail "half a report: $f after SIG$signal"
    done
    # only SIGKILL may leave a temporary file, and never one that looks like a result
    if [ $signal != KILL ] && ls -A | grep -v '^\(r\|whole\)\.\(json\|html\)$\|^x.csv$'; then
        fail "left behind after SIG$signal"
    fi
    find . -name '*.tmp*' -delete
    find . -name '.*' -type f -delete
done
