# When an output cannot be made, what stood there stands, and no temporary file is left.
small_export >x.csv
echo old >r.json
exits 73 ba x.csv -o nowhere/r.json
mkdir r.html
exits 0 ba x.csv -o r.html
[ -n "$(ls r.html)" ]
: >file
exits 73 ba x.csv -o file/r.json
ulimit -f 1 2>/dev/null && {
    small_export 4000 >/dev/null
    got=0
    "$CMD" x.csv -o r.json 2>err || got=$?
    case $got in 73 | 74 | 153) ;; *) fail "a full disk gave $got" ;; esac
}
cat r.json
ls -A | grep -v '^\(x.csv\|r.json\|r.html\|file\|stdout\|stderr\|err\)$' || true
