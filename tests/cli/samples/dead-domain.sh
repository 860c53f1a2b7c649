# Two domains fail as a whole, each from its day on; one mailbox at a third stays one mailbox.
ba --json -q "$ROOT/samples/smtp2go-events.csv" >r.json
jq -r '.findings[] | select(.kind == "domain_wide_failure") | "\(.subject) since \(.onset[0:10])"' r.json | sort
jq -r '.domains[] | select(.domain == "brightclinic.example" or .domain == "oldpartner.example" or .domain == "lakeside-school.example") | "\(.domain) \(.scope)"' r.json | sort
