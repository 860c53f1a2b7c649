# Rates are n/a, the blocklisting is found, and nobody is suppressed for it.
ba --json -q "$ROOT/samples/mailgun-bounces.csv" >r.json
jq -r '.rates[] | "\(.metric) \(.rate.value)"' r.json
jq -r '.findings[] | select(.kind == "provider_reputation") | "\(.severity) \(.side)"' r.json | sort -u
jq -r '.findings[] | select(.kind == "esp_label_mismatch") | .kind' r.json | head -n 1
grep -o 'Spamhaus ZEN' r.json | head -n 1
ba suppress -q "$ROOT/samples/mailgun-bounces.csv" -o lists/
grep -E 'S3150|spamhaus|banned sending|dnsbl' "$ROOT/samples/mailgun-bounces.csv" | cut -d, -f1 | sort -u >listed
[ "$(wc -l <listed)" -gt 80 ]
cut -d, -f1 lists/suppress.csv | sort -u | comm -12 - listed >both
cut -d, -f1,2 "$ROOT/samples/mailgun-bounces.csv" | grep -v 'S3150' >/dev/null
wc -l <both | tr -d ' '
