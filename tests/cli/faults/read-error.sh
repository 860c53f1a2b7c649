# release
# slow
# A read error in the middle of one file: 74, the file is named, the others are analyzed, whatever the way of reading; what does not
# need the bytes (a fingerprint) may do without them.  ROUNDS: how many reads fail, one after the other.
strace -qq -e trace=none true 2>/dev/null || { echo ok; exit 0; }
small_export 40000 >bad.csv
small_export 50 >good.csv
ba -j 1 --no-mmap --block-size 100000 --json bad.csv good.csv >want
seen=0
for n in $(seq 2 "${ROUNDS:-14}"); do
    got=0
    strace -qq -f -o /dev/null -P "$PWD/bad.csv" -e trace=pread64 -e inject=pread64:error=EIO:when=$n "$CMD" -j 1 --no-mmap --block-size 100000 \
        --json bad.csv good.csv >out 2>err || got=$?
    case $got in
    0) same want out ;;
    74)
        seen=$((seen + 1))
        grep -q 'bad.csv' err || { cat err; fail "the file is not named"; }
        grep -q '"complete": *false' out || fail "the report calls itself complete"
        ;;
    *) cat err; fail "EIO at the $n. read ended with $got" ;;
    esac
done
[ $seen -ge 8 ] || fail "only $seen reads failed"
mkfifo pipe
cat bad.csv >pipe 2>/dev/null &
got=0
strace -qq -f -o /dev/null -P "$PWD/pipe" -e trace=read -e inject=read:error=EIO:when=4+ "$CMD" -j 1 --json pipe >out 2>err || got=$?
[ $got = 74 ] || { cat err; fail "EIO on a pipe ended with $got"; }
echo ok
