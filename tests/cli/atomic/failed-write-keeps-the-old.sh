# When an output cannot be made, what stood there stands, and no temporary file is left.
small_export >x.csv
echo old >r.json
exits 73 ba x.csv -o nowhere/r.json
mkdir r.html
exits 0 ba x.csv -o r.html
[ -n "$(ls r.html)" ]
: >file
exits 73 ba x.csv -o file/r.json
# a limit on file size acts like a full disk
(ulimit -f 1; exits 74 ba x.csv -o r.json)
cat r.json
ls -A | grep -v '^\(x.csv\|r.json\|r.html\|file\|stdout\|stderr\|err\)$' || true
