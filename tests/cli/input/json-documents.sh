# JSON as tools leave it: an array, objects without a line end, laid out over lines, one array a line, the pages of an API, a
# notification's envelope: the same rows as one object a line; what is damaged is counted and told.
cat >lines.json <<'X'
{"event":"delivered","id":"1","timestamp":1791158400,"recipient":"a@gmail.com","log-level":"info"}
{"event":"failed","severity":"permanent","id":"2","timestamp":1791158401,"recipient":"b@gmail.com","delivery-status":{"code":550,"message":"5.1.1 no such user, {[,"}}
{"event":"failed","severity":"temporary","id":"3","timestamp":1791158402,"recipient":"c@yahoo.com","delivery-status":{"code":421,"message":"4.7.0 [TSS04] deferred"}}
X
rows() { ba --json -q "$@" | jq -c '[.rows[] | select(.rows > 0) | {(.kind): .rows}] | add'; }
counts() { ba --json -q "$@" | jq -c '[.rows, .causes, .domains]'; }
counts lines.json >want
rows lines.json
tr -d '\n' <lines.json >glued.json
jq . lines.json >laid-out.json
jq -s . lines.json >array.json
jq -sc . lines.json >array-in-a-line.json
jq -c '[.]' lines.json >arrays.json
jq -sc '{items: ., paging: {next: "x"}}' lines.json >page.json
jq -s '{total: 3, data: {more: [], events: .}}' lines.json >deep-page.json
{ jq -c '{items: [.], paging: {}}' lines.json; echo '{"items":[],"paging":{}}'; } >pages.json
jq -sc '[{items: .}]' lines.json >array-of-pages.json
gzip -c array.json >array.json.gz
for f in glued laid-out array array-in-a-line arrays page deep-page pages array-of-pages; do
    counts $f.json >got
    same want got
done
counts array.json.gz >got
same want got
counts - <array.json >got
same want got
ba suppress -q array.json -o lists/
cut -d, -f1 lists/suppress.csv
# cut in an element, cut between two, an element without its end, a page that holds an error
head -c 400 array-in-a-line.json >cut.json
sed 's/.$//' array-in-a-line.json >open.json
sed 's/deferred"}}/deferred"/' arrays.json | jq -Rr . >unclosed.json
{ cat pages.json; echo '{"error":"too many requests"}'; } >error.json
rows cut.json
rows open.json
tr -d '\n' <unclosed.json >glued-unclosed.json
rows glued-unclosed.json
rows error.json
exits 0 ba error.json
grep -o '1 malformed row, the first one: [a-z_]*' stderr
