# samples/* as it stands, README and all.
exits 0 ba "$ROOT"/samples/* -o x.html -o x.json -o tables/
[ -s x.html ] && [ -s x.json ] && [ "$(ls tables | wc -l)" -ge 10 ]
exits 0 ba "$ROOT/samples" --json
jq -r '.rows_read' stdout
jq -r '.rows_read' x.json
