# Standard output that cannot take the result is 74, for every command.
small_export >x.csv
exits 74 sh -c '"$CMD" --json x.csv >/dev/full'
grep -q 'standard output' stderr
exits 74 sh -c '"$CMD" classify x.csv >/dev/full'
[ "$(cat stderr)" = "bounce-analyzer: cannot write to standard output: No space left on device" ]
exits 74 sh -c '"$CMD" --help >/dev/full'
exits 74 sh -c '"$CMD" explain "550 5.1.1 User unknown" >/dev/full'
exits 74 sh -c '"$CMD" codes >/dev/full'
exits 74 sh -c '"$CMD" formats >/dev/full'
exits 74 sh -c '"$CMD" --version >/dev/full'
