# Sixty rows, whatever reads them; none malformed.
for e in own libcsv; do
    ba --json -q --engine $e "$ROOT/samples/nastiest-legal.csv" >$e.json
done
same own.json libcsv.json
jq -r '.rows[] | select(.rows > 0) | "\(.kind) \(.rows)"' own.json
jq -r '.malformed | length' own.json
ba classify -q "$ROOT/samples/nastiest-legal.csv" >out.csv
ba classify -q --engine libcsv "$ROOT/samples/nastiest-legal.csv" >out2.csv
same out.csv out2.csv
