# Colour only on a terminal; the flag beats the environment.
small_export >x.csv
ba x.csv | grep -c "$(printf '\033')" || true
ba --color=always x.csv | grep -c "$(printf '\033')" | awk '{ print ($1 > 0) }'
NO_COLOR=1 ba --color x.csv | grep -c "$(printf '\033')" | awk '{ print ($1 > 0) }'
if script -qec true /dev/null </dev/null >/dev/null 2>&1; then        # where there are terminals
    export TERM=xterm
    script -qec "$CMD x.csv" /dev/null </dev/null >tty
    grep -q "$(printf '\033')" tty || fail "no colour on a terminal"
    NO_COLOR=1 script -qec "$CMD x.csv" /dev/null </dev/null >tty
    ! grep -q "$(printf '\033')\[[0-9;]*m" tty || fail "colour in spite of NO_COLOR"
    NO_COLOR='' TERM=dumb script -qec "$CMD x.csv" /dev/null </dev/null >tty
    ! grep -q "$(printf '\033')\[[0-9;]*m" tty || fail "colour in spite of TERM=dumb"
fi
