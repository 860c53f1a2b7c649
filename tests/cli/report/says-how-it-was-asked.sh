# A report limited to some rows, judged by one's own rules or with a denominator from outside says so, in every format.
small_export 400 >x.csv
printf 'fragment,cause,source\nuser unknown,mailbox_full,my own book\n' >mine.csv
printf 'kind,value,provider\ndomain,example.org,Our Host\n' >ours.csv
exits 0 ba -q x.csv --provider gmail --since 2026-10-02 --until 2026-10-20 --campaign job1 --sender example.com \
    --rules mine.csv --providers ours.csv --sent 5000 --domain-min 3 -o r.html -o r.md -o r.txt -o r.json -o r.ndjson -o t/
want='provider gmail, campaign job1, sender example.com, since 2026-10-02, until 2026-10-20'
for f in r.html r.md r.txt r.json r.ndjson t/method.csv; do
    tr -s ' \n' ' ' <$f | grep -q "$want" || fail "$f does not say which rows it is limited to"
done
jq -r '.method[] | select(.term as $t | ["filter", "rules", "providers", "sent", "domains"] | index($t)) | .definition' r.json
exits 0 ba -q x.csv -o r.html -o r.md -o r.txt -o r.json
! grep -i 'only rows of' r.html r.md r.txt || fail "limited to nothing"
jq -c '[.method[].term | select(. == "filter" or . == "rules" or . == "providers")]' r.json
