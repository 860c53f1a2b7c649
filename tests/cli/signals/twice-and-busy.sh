# slow
# release
# SIGINT in the middle of work ends it within a second; a second one at once; nothing is left and nothing is half.
small_export 250000 >x.csv
for way in '-j 1' '-j 2 --no-mmap' '-j 1 --engine libcsv'; do
    rm -f r.json
    env --default-signal=INT "$CMD" $way x.csv x.csv -o r.json 2>err &
    pid=$!
    sleep 0.05
    start=$(date +%s%N)
    kill -INT $pid 2>/dev/null || true
    got=0
    { wait $pid || got=$?; } 2>/dev/null
    ms=$((($(date +%s%N) - start) / 1000000))
    case $got in
    130) [ ! -e r.json ] || fail "$way: a report after an interrupt" ;;
    0) [ -s r.json ] ;;
    *) cat err; fail "$way ended with $got" ;;
    esac
    [ $ms -lt 1500 ] || fail "$way took $ms ms"
    ls -A | grep -v '^\(x.csv\|r.json\|err\)$' || true
done
# twice: even where nothing listens
mkfifo p
sleep 30 >p &
feeder=$!
env --default-signal=INT "$CMD" p -o r2.json 2>err &
pid=$!
sleep 0.3
kill -INT $pid
kill -INT $pid 2>/dev/null || true
got=0
{ wait $pid || got=$?; } 2>/dev/null
kill $feeder 2>/dev/null || true
echo "twice: $got"
ls r2.json 2>/dev/null || true
