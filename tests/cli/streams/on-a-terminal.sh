# Progress only on a terminal, one line that is erased; the report is as wide as the terminal; boxes as the locale allows.
script -qec true /dev/null </dev/null >/dev/null 2>&1 || exit 0
small_export 400 >x.csv
# as wide as it is
for columns in 60 100 132; do
    script -qec "stty cols $columns; LC_ALL=C TERM=dumb $CMD x.csv" /dev/null </dev/null | tr -d '\r' >tty
    awk -v w=$columns 'length($0) > w { print "wider than " w ": " $0 }' tty
done
# after a second, on standard error alone
[ -z "${QUICK:-}" ] || exit 0
slowly() { small_export 2000; i=0; while [ $i -lt 11 ]; do i=$((i + 1)); small_export 50 | tail -n +2; sleep 0.2; done; }
slowly >slow.csv
mkfifo p
(slowly >p) &
script -qec "$CMD -j 1 --block-size 1000 p >out 2>/dev/tty" /dev/null </dev/null >tty
wait
grep -q 'rows/s' tty || { cat -v tty; fail "no progress on a terminal"; }
grep -q 'file 1 of 1' tty || fail "no file of files"
[ "$(tr '\r' '\n' <tty | grep -c 'rows/s')" -le 15 ] || fail "more than five a second"
# one line, erased: nothing but it was written, and it ends with an empty one
[ "$(tr -d '\r' <tty | grep -c .)" -le 1 ] || { cat -v tty; fail "more than one line"; }
tr '\r' '\n' <tty | tail -n 1 | sed 's/\x1b\[[0-9;]*[A-Za-z]//g' | grep -q '[^ ]' && fail "it is not erased"
! grep -q 'rows/s' out || fail "progress in the result"
# never in a log, never with TERM=dumb-er than a terminal: --progress=never
(slowly >p) &
script -qec "$CMD --progress=never -j 1 p >out 2>/dev/tty" /dev/null </dev/null >tty
wait
[ ! -s tty ] || { cat -v tty; fail "--progress=never shows something"; }
