# release
# slow
# A full disk at any write: 74 (or 73), what stood there stands, nothing temporary is left.
strace -qq -e trace=none true 2>/dev/null || { echo ok; exit 0; }
small_export 2000 >x.csv
for call in write fsync rename,renameat,renameat2 openat; do
    for n in $(seq 1 "${ROUNDS:-3}"); do
        echo old >r.json
        got=0
        case $call in
        openat)
            # the output's own openat only: those before it belong to the loader and the input
            strace -qq -f -o /dev/null -P "$PWD" -e trace=openat -e inject=openat:error=ENOSPC:when=$n "$CMD" x.csv -o r.json 2>err || got=$?
            ;;
        *) strace -qq -f -o trace -e trace=$call -e inject=$call:error=ENOSPC:when=$n "$CMD" x.csv -o r.json 2>err || got=$? ;;
        esac
        case $got in
        0) [ -s r.json ] ;;
        73 | 74) [ "$(cat r.json)" = old ] || fail "$call $n: the old report is gone" ;;
        *) cat err; fail "ENOSPC at $call $n ended with $got" ;;
        esac
        ls -A | grep -v '^\(x.csv\|r.json\|err\|trace\)$' && fail "$call $n: something is left behind"
    done
done
echo ok
