# release
# Nothing is looked up: no socket is ever made, inputs are opened for reading only, and no file is touched that was not named.
strace -qq -e trace=none true 2>/dev/null || exit 0
small_export 400 >x.csv
for c in 'report -o r.html -o r.json' 'classify -o rows.csv' 'suppress -o lists/' 'formats' 'report --save-state s.state -o r.txt'; do
    strace -qq -f -o calls -e trace=network,openat,open,creat,rename,renameat,renameat2,unlink,unlinkat "$CMD" $c x.csv >/dev/null 2>&1
    ! grep -E '(socket|connect|sendto|bind)\(' calls || fail "$c: the network"
    ! grep 'x\.csv"' calls | grep -E 'O_(WRONLY|RDWR)' || fail "$c: the input is opened for writing"
    # what is written: below this folder only
    ! grep -E 'O_(WRONLY|RDWR)' calls | grep -vE '"(/dev/(null|tty)|\.?/?[^/"][^"]*|'"$PWD"'[^"]*)"' | grep -v ENOENT || fail "$c writes elsewhere"
    # no dotfile but its own configuration
    ! grep -o '"[^"]*/\.[^"]*"' calls | grep -v 'bounce-analyzer' | grep -vE '/\.\.?/|"\./' || fail "$c reads dotfiles"
done
# outputs: made anew beside their place, never followed, written out, renamed
strace -qq -f -o calls -e trace=openat,fsync,fdatasync,rename,renameat,renameat2,linkat "$CMD" x.csv -o r2.json >/dev/null 2>&1
grep -q 'O_EXCL' calls && grep -q 'sync(' calls && grep -qE 'rename|linkat' calls || { cat calls; fail "not exclusive, synced, renamed"; }
awk '/fsync|fdatasync/ { synced = 1 } /rename|linkat/ { if (!synced) exit 1 }' calls || fail "renamed before it was written out"
