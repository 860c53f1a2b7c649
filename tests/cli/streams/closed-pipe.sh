# "| head" ends the program quietly by SIGPIPE.
small_export 20000 >x.csv
{ "$CMD" classify x.csv 2>err || echo $? >status; } | head -n 1 >/dev/null
cat err
[ "$(cat status)" = 141 ] || fail "ended with $(cat status)"
