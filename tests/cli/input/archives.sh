# ZIP: members are read as streams in the order of their names, whatever they are called; nothing is written; what is no table is named.
command -v zip >/dev/null && "$CMD" --version | grep -q 'zip *yes' || exit 0
mkdir in
cd in
small_export 40 >b.csv
small_export 80 | sed 's/user/other/g' >a.csv
echo 'just words' >notes.txt
gzip -c b.csv >packed.csv.gz
cd ..
(cd in && zip -q ../two.zip a.csv b.csv)
ba --json -q in/a.csv in/b.csv | jq -c .rows >want
exits 0 ba --json -q two.zip
jq -c .rows stdout | cmp - want
jq -r '.inputs[].input' stdout
mkdir deep
(cd deep && cp ../in/b.csv . && zip -q ../slip.zip ../in/a.csv)
rm -rf in/out
exits 0 ba --json -q slip.zip
jq -r '.inputs[].input' stdout
(cd in && zip -q ../nested.zip ../two.zip && zip -q ../mixed.zip a.csv notes.txt)
exits 65 ba --json nested.zip
cat stderr
exits 65 ba --json mixed.zip
grep -q 'notes.txt' stderr || fail "the member is not named"
[ "$(jq '.rows_read' stdout)" = 80 ] || fail "the table beside it is not read"
(cd in && zip -qP secret ../locked.zip a.csv)
exits 65 ba locked.zip
cat stderr
ls
