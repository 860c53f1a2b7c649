# Rows with fewer or more fields than the header: read as far as they go, rejected where what matters is missing, all counted.
cat >x.csv <<'CSV'
email,reason,date
a@b.example,550 5.1.1 user unknown,2026-10-01,more,and more
c@b.example,452 4.2.2 mailbox full
550 5.1.1 user unknown
,550 5.1.1 user unknown,2026-10-01

d@b.example,550 5.1.1 user unknown,2026-10-03
CSV
exits 0 ba --json -q --rejects rejects.csv x.csv
jq -c '.rows[] | select(.rows > 0) | [.kind, .rows]' stdout
cut -d, -f2-4 rejects.csv
exits 65 ba -q --max-bad-rows 10 --json x.csv
exits 0 ba -q --max-bad-rows 90 --json x.csv
