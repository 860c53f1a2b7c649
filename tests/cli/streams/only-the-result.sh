# Diagnostics are never on standard output; results never on standard error.
small_export >x.csv
ba --json x.csv 2>err >out
[ ! -s err ] || { cat err; fail "standard error is not empty"; }
head -c 1 out
ba x.csv -o x.html -o x.json -o tables/ >out
[ ! -s out ] || fail "with -o nothing goes to standard output"
ba x.csv -o - -o y.json >out
[ -s out ] && [ -s y.json ]
same x.json y.json
