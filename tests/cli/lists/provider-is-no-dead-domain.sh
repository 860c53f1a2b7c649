# SPDX-License-Identifier: MIT
# A platform whose resolver failed says that gmail.com has no MX.  In an export of failures only nothing contradicts it; no list and no
# finding may believe it all the same, while a domain that nobody knows is dropped.
cat >x.csv <<'CSV'
status,reason,email,created
5.4.4,unable to get mx info: lookup failed,ann@gmail.com,1790812800
5.4.4,unable to get mx info: lookup failed,bob@gmail.com,1790812900
5.4.4,unable to get mx info: lookup failed,cat@gmail.com,1790813000
5.4.4,unable to get mx info: lookup failed,dan@gmail.com,1790813100
5.4.4,unable to get mx info: lookup failed,eve@gmail.com,1790813200
5.4.4,unable to get mx info: lookup failed,fay@gmail.com,1790813300
5.4.4,unable to get mx info: lookup failed,joe@deadshop.example,1790813400
CSV
ba suppress -q x.csv -o lists/
for l in suppress suppress_domains hold; do
    tail -n +2 lists/$l.csv | cut -d, -f1 | sed "s/^/$l /"
done
ba report --json x.csv | jq -r '.findings[] | [.kind, .severity, .subject] | @tsv'
# Nor is a domain dead whose server says a day later that a mailbox is full.
cat >y.csv <<'CSV'
status,reason,email,created
5.4.4,unable to get mx info: lookup failed,ann@alive.example,1790812800
5.2.2,552 5.2.2 mailbox full,bob@alive.example,1791812800
5.2.2,552 5.2.2 mailbox full,joe@dead.example,1790812800
5.4.4,unable to get mx info: lookup failed,eve@dead.example,1791812800
CSV
ba suppress -q y.csv -o lists/
tail -n +2 lists/suppress_domains.csv | cut -d, -f1
tail -n +2 lists/hold.csv | cut -d, -f1
