# Nothing to do and a terminal: the short help and 2.  A pipe is read.
if command -v script >/dev/null; then
    script -qec "$CMD; echo status \$?" /dev/null </dev/null | tr -d '\r' | grep -q '^status 2' || fail "a terminal was waited for"
fi
small_export | ba --json >a
small_export | ba --json - >b
small_export >x.csv
ba --json <x.csv >c
same a b
same a c
