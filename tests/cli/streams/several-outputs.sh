# Several outputs from one pass are what single runs give.
small_export 400 >x.csv
ba x.csv -o a.html -o a.json -o a.md -o a.txt -o a.ndjson -o a/
for f in html json md txt ndjson; do
    ba x.csv -o "b.$f"
    same "a.$f" "b.$f"
done
ba x.csv -t json >c.json
same a.json c.json
ba x.csv --json >d.json
same a.json d.json
mkdir existing
ba x.csv -o existing
diff -r a existing
ls a | wc -l | awk '{ print ($1 >= 5 ? "tables" : "too few tables: " $1) }'
