# Nothing to do and a terminal: the short help and 2.  A pipe is read.
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then        # where there are terminals
    script -qec "$CMD; echo status \$?" /dev/null </dev/null | tr -d '\r' | grep -q '^status 2' || fail "a terminal was waited for"
fi
small_export | ba --json >a
small_export | ba --json - >b
small_export >x.csv
ba --json <x.csv >c
same a b
same a c
