# Members, padding, junk, damage, a cut: what is whole is read; what is not ends with 65, names the file, and keeps what came before.
small_export 400 >x.csv
ba --json -q x.csv | jq -c '.rows' >want
rows() { jq -c '.rows' stdout; }
{ head -n 200 x.csv | gzip; tail -n +201 x.csv | gzip; } >members.csv.gz
{ gzip -c x.csv; head -c 1000 /dev/zero; } >padded.csv.gz
for f in members padded; do
    exits 0 ba --json -q $f.csv.gz
    rows | cmp - want
done
gzip -c x.csv >x.csv.gz
size=$(stat -c %s x.csv.gz)
{ cat x.csv.gz; echo trailing junk; } >junk.csv.gz
{ head -c $((size - 8)) x.csv.gz; printf '\1\2\3\4'; tail -c 4 x.csv.gz; } >crc.csv.gz
{ head -c $((size - 4)) x.csv.gz; printf '\1\2\3\4'; } >isize.csv.gz
head -c $((size - 9)) x.csv.gz >cut.csv.gz
head -c $((size / 2)) x.csv.gz >half.csv.gz
for f in junk crc isize cut half; do
    exits 65 ba --json $f.csv.gz
    grep -q "$f.csv.gz" stderr || fail "$f is not named"
    grep -q '"complete":false' stdout || fail "$f calls itself complete"
    [ "$(jq .rows_read stdout)" -gt 20 ] || fail "$f: what came before is lost"
done
exits 65 ba --strict --json half.csv.gz
# any bit of a small file may flip: 65 or the same rows, never a crash, never other rows called complete
small_export 12 >s.csv
ba --json -q s.csv | jq -c '.rows' >want
gzip -9nc s.csv >s.gz
n=$(stat -c %s s.gz)
i=0
while [ $i -lt "$n" ]; do
    byte=$(od -An -tu1 -j $i -N 1 s.gz)
    { head -c $i s.gz; printf "\\$(printf %o $((byte ^ (1 << i % 8))))"; tail -c +$((i + 2)) s.gz; } >flip.csv.gz
    got=0
    ba --json -q flip.csv.gz >stdout 2>stderr || got=$?
    case $got in
    0) rows | cmp -s - want || fail "bit $((i % 8)) of byte $i: other rows" ;;
    65) ;;
    *) cat stderr; fail "bit $((i % 8)) of byte $i ended with $got" ;;
    esac
    i=$((i + 7))
done
