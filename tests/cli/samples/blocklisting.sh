# Rates are n/a, the blocklisting is found, and nobody is suppressed for it.
ba --json -q "$ROOT/samples/mailgun-bounces.csv" >r.json
jq -r '.rates[] | "\(.metric) \(.rate.value)"' r.json
jq -r '.findings[] | select(.kind == "provider_reputation") | .side' r.json | sort -u
jq -r '.findings[] | select(.kind == "esp_label_mismatch") | .kind' r.json | head -n 1
grep -o 'Spamhaus ZEN' r.json | head -n 1
ba suppress -q "$ROOT/samples/mailgun-bounces.csv" -o lists/
# those refused for our listing alone, and not for a dead mailbox on another day
grep -E 'S3150|spamhaus|banned sending|dnsbl' "$ROOT/samples/mailgun-bounces.csv" | cut -d, -f1 | sort -u >listed
grep -vE 'S3150|spamhaus|banned sending|dnsbl' "$ROOT/samples/mailgun-bounces.csv" | cut -d, -f1 | sort -u | comm -13 - listed >only
[ "$(wc -l <only)" -gt 80 ]
cut -d, -f1 lists/suppress.csv | sort -u | comm -12 - only
