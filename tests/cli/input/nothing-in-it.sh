# Empty, a header alone, a byte order mark alone: a report without rows, said to be so; with --strict it is 65.
printf '' >empty.csv
printf 'email,reason\n' >header.csv
printf '\357\273\277' >mark.csv
printf '\357\273\277email,reason\r\n' >both.csv
printf '' | gzip >empty.csv.gz
for f in empty.csv header.csv mark.csv both.csv empty.csv.gz; do
    exits 0 ba $f
    grep -q 'no data: the input holds no rows' stdout || { cat stdout; fail "$f: no verdict"; }
    exits 0 ba --json $f
    grep -q '"rows_read":0' stdout || fail "$f: rows"
    exits 65 ba --strict --json $f
    exits 0 ba classify $f
    exits 0 ba suppress -q $f -o lists/
done
