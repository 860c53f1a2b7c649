# The jump and the throttling it brings; Microsoft's block as reputation, not as dead domains.
ba --json -q "$ROOT/samples/ses-events.jsonl" >r.json
jq -r '.findings[] | select(.kind == "volume_spike_throttled") | .onset[0:10]' r.json
jq -r '.findings[] | select(.kind == "provider_reputation") | .subject' r.json | sort -u
jq -r '.findings[] | select(.kind == "domain_wide_failure") | .subject' r.json
