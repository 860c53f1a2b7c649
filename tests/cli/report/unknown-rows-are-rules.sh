# What the report lists as unknown is a rule file once the cause is filled in.
cat >in.csv <<'EOF'
recipient,event_type,event_time,diagnostic
a@x.example,bounce,2026-10-01T00:00:00Z,"zorglub frobnicated 12345 by the quux, sorry"
b@x.example,bounce,2026-10-01T00:00:00Z,"zorglub frobnicated 777 by the quux, sorry"
c@gmail.com,bounce,2026-10-02T00:00:00Z,"zorglub frobnicated 9 by the quux, sorry"
EOF
exits 0 ba report in.csv -o before/
cat before/unknown.csv
sed 's/,unknown,/,spam_content,/' before/unknown.csv >rules.csv
exits 0 ba report in.csv --rules rules.csv -o after/
wc -l <after/unknown.csv
cut -d, -f1,2 after/causes.csv
