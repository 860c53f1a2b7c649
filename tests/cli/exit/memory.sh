# --memory: enough of it changes nothing, too little is said to be so (71) and leaves no output behind.
# release: a sanitizer needs terabytes of addresses
many_export() { awk 'BEGIN { print "Email,Reason"; for (i = 0; i < 400000; i++) printf "u%d@d%d.example,550 5.1.1 no such user\n", i, i }'; }
small_export >x.csv
ba --json x.csv >plain.json
exits 0 ba --json --memory 2G x.csv
cmp -s stdout plain.json
many_export >many.csv
exits 71 ba -j1 --memory 24M many.csv -o out.json
grep -q "out of memory" stderr
grep -q "what --memory allows does not suffice: give more" stderr
test ! -e out.json
