# NUL bytes, invalid UTF-8, unclosed quotes, lone CR, a very long line: counted, never fatal.
small_export 50 >x.csv
{ cat x.csv; printf 'b,2026-10-01 10:00:00+0000,n@example.com,a\000b@example.org,j,failed,5.1.1,"smtp;550 5.1.1 \377\376 user unknown",m,v\n'; } >nul.csv
exits 0 ba --json nul.csv
{ head -n 20 x.csv; printf 'b,2026-10-01 10:00:00+0000,n@example.com,"open,j,failed,5.1.1,smtp;550 no,m,v\n'; tail -n 20 x.csv; } >open.csv
exits 0 ba --json open.csv
{ cat x.csv; printf 'b,2026-10-01 10:00:00+0000,n@example.com,z@example.org,j,failed,5.1.1,"'; head -c 3000000 /dev/zero | tr '\0' x; printf '",m,v\n'; tail -n 3 x.csv; } >long.csv
exits 0 ba --json long.csv
head -c 200000 /dev/urandom >noise
exits 65 ba --json noise
awk 'BEGIN { for (i = 0; i < 5000; i++) printf "c%d,", i; print ""; for (i = 0; i < 5000; i++) printf "%d,", i; print "" }' >wide.csv
exits 65 ba --json wide.csv
