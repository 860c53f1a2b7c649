# An input without deliveries has counts and no rates, and every format says how to supply what is missing.
cat >in.csv <<'EOF'
recipient,event_type,event_time,diagnostic
a@x.example,bounce,2026-10-01T00:00:00Z,550 5.1.1 User unknown
b@x.example,bounce,2026-10-01T00:00:00Z,550 5.1.1 User unknown
EOF
exits 0 ba report in.csv -o r.json -o r.html -o r.md -o -
grep '^bounce rate' stdout
jq -c '.rates[] | select(.metric == "bounce_rate") | .rate | [.numerator, .denominator, .value, .low]' r.json
grep -q -- '--sent' r.html || fail "HTML does not say how"
grep -q 'n/a' r.md || fail "no n/a in Markdown"
exits 0 ba report in.csv --sent 100 -o s.json
jq -c '.rates[] | select(.metric == "bounce_rate") | .rate | [.numerator, .denominator, .value]' s.json
