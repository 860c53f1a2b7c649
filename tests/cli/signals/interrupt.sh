# SIGINT while it waits on a pipe: it ends within a second by that signal, says so, and leaves nothing behind.
for signal in INT TERM; do
    mkfifo pipe
    (small_export 100; sleep 20) >pipe &
    feeder=$!
    env --default-signal=INT "$CMD" pipe -o r.html -o r.json 2>err &
    pid=$!
    sleep 0.4
    kill -$signal $pid
    start=$(date +%s%N)
    got=0
    { wait $pid || got=$?; } 2>/dev/null
    ms=$((($(date +%s%N) - start) / 1000000))
    kill $feeder 2>/dev/null || true
    echo "$signal: $got"
    [ $ms -lt 1500 ] || fail "took $ms ms"
    grep -q 'stopped by a signal' err || { cat err; fail "nothing was said"; }
    ls | grep -v '^err$\|^pipe$' || true
    rm pipe
done
