# Lines before the header are passed over and counted; what follows the table is rejected with its place, and nothing is lost.
cat >x.csv <<'CSV'
Bounce report of October
Created,2026-11-01

email,reason,date
a@b.example,550 5.1.1 user unknown,2026-10-01
c@b.example,452 4.2.2 mailbox full,2026-10-02

campaign,opens
spring,5
Total,2,
CSV
ba formats x.csv | grep dialect
exits 0 ba --json -q --rejects rejects.csv x.csv
jq -c '.rows[] | select(.rows > 0) | [.kind, .rows]' stdout
cut -d, -f1-4 rejects.csv
# the header again, as in exports that were put together, is no row; behind a mark of its own, too
{ grep -v Total x.csv | sed -n 4,6p; sed -n 4,6p x.csv; printf '\357\273\277'; sed -n 4,6p x.csv; } >y.csv
exits 0 ba --json -q y.csv
jq -c '.rows[] | select(.rows > 0) | [.kind, .rows]' stdout
