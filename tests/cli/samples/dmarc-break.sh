# The DMARC break: an authentication failure, ours, across providers, from the 13th to the 15th; nobody is suppressed for it.
ba --json -q "$ROOT/samples/pmta-accounting.csv" >r.json
jq -r '.findings[] | select(.kind == "authentication_failure") | "\(.severity) \(.side) \(.scope) \(.onset[0:10]) \(.end[0:10])"' r.json
jq -r '[.findings[] | select(.kind == "domain_wide_failure")] | length' r.json
# five messages were accepted first and refused later: they are bounces now, and no deliveries
jq -r '.rows[] | select(.kind == "delivered" or .kind == "bounce" or .kind == "deferral") | "\(.kind) \(.rows)"' r.json
ba suppress -q "$ROOT/samples/pmta-accounting.csv" -o lists/
grep -E 'DMARC|5\.7\.26|5\.7\.515|5\.7\.9' "$ROOT/samples/pmta-accounting.csv" | cut -d, -f5 | sort -u >refused
[ "$(wc -l <refused)" -gt 100 ]
cut -d, -f1 lists/suppress.csv | sort -u | comm -12 - refused >wrong
# those who also bounced as unknown belong there; nobody else
grep 'bad-mailbox' "$ROOT/samples/pmta-accounting.csv" | cut -d, -f5 | sort -u | comm -23 wrong - | head
