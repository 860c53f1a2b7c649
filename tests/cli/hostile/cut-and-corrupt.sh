# Cut or corrupt compression is 65 with a reason, and what came before it is analyzed.
small_export 3000 >x.csv
gzip -k x.csv
head -c 20000 x.csv.gz >cut.csv.gz
exits 65 ba --json cut.csv.gz
grep -q 'cut.csv.gz' stderr
grep -q '"complete": *false' stdout
{ cat x.csv.gz; echo trailing junk; } >junk.csv.gz
got=0
ba --json junk.csv.gz >out 2>err || got=$?
case $got in 0 | 65) ;; *) fail "trailing junk gave $got" ;; esac
printf '\037\213\010\000garbage' >bad.gz
exits 65 ba bad.gz
if command -v zstd >/dev/null && "$CMD" --version | grep -q 'zstd *yes'; then
    zstd -q x.csv
    head -c 9000 x.csv.zst >cut.csv.zst
    exits 65 ba --json cut.csv.zst
fi
: >empty.gz
exits 0 ba empty.gz
printf 'PK\003\004nonsense' >bad.zip
exits 65 ba bad.zip
printf '%%PDF-1.7\n' >x.pdf
exits 65 ba x.pdf
printf '<!DOCTYPE html><html></html>\n' >x.htm
exits 65 ba x.htm
