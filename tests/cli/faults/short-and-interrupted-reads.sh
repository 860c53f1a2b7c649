# release
# slow
# EINTR and short reads change nothing.
strace -qq -e trace=none true 2>/dev/null || { echo ok; exit 0; }
small_export 20000 >x.csv
ba --json -q --no-mmap x.csv >want
strace -qq -f -o /dev/null -P "$PWD/x.csv" -e trace=pread64 -e inject=pread64:error=EINTR:when=1..40+3 "$CMD" --no-mmap --json -q x.csv >got
same want got
mkfifo pipe
without() { awk -f "$ROOT/tests/cli/without-inputs.awk" "$1"; }
cat x.csv >pipe &
strace -qq -f -o /dev/null -P "$PWD/pipe" -e trace=read -e inject=read:error=EINTR:when=1..60+2 "$CMD" --json -q pipe >got
wait
without want >a
without got >b
same a b
echo ok
