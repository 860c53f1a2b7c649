# release
# No core files: they would hold addresses.
mkfifo pipe
(small_export 10; sleep 5) >pipe &
feeder=$!
"$CMD" pipe --json >/dev/null 2>&1 &
pid=$!
sleep 0.3
awk '/Max core file size/ { print $5, $6 }' /proc/$pid/limits
kill -9 $pid $feeder 2>/dev/null || true
wait $pid 2>/dev/null || true
