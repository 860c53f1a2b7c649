# The old list: complaints at Yahoo, and list quality in that campaign alone; nothing claimed for Gmail and iCloud.
ba --json -q "$ROOT/samples/sendgrid-activity.csv.gz" >r.json
jq -r '.findings[] | select(.kind == "complaint_rate" and .subject_type == "provider") | "\(.severity) \(.subject)"' r.json
jq -r '.findings[] | select(.kind == "list_quality" and .subject_type == "campaign") | .subject' r.json
jq -r '.providers[] | select(.provider == "Gmail" or (.provider | test("iCloud"))) | "\(.provider): \(.complaint_rate.value // "n/a")"' r.json
