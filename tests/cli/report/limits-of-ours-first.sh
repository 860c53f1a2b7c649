# Limits of mailbox providers and of the platform that reported the failures come before everybody else's.
printf 'address,code,error,created_at\n' >mailgun.csv
for i in $(seq 300); do printf 'user%s@gmail.com,550,550 5.1.1 User unknown,"Fri, 02 Oct 2026 10:00:00 UTC"\n' "$i"; done >>mailgun.csv
ba -q --sent 1000 mailgun.csv -o r.json
jq -r '.limits[0].who, ([.limits[] | select(.ours) | .who] | unique | join(", "))' r.json
jq -r '[.limits[].ours] | if . == sort_by(not) then "ours first" else "mixed" end' r.json
