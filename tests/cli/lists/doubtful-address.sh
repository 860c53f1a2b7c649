# SPDX-License-Identifier: MIT
# The careful policy drops no address for a wording that the rules know to pass or to be said of others; again a day later it does where
# the rule says so.  The sender's address that is unknown is no recipient's.
cat >x.csv <<'CSV'
email,event,reason,timestamp,campaign
gone@acme.example,bounce,550 5.1.1 user unknown,2026-10-01T10:00:00Z,c1
busy@acme.example,bounce,450 4.1.1 <busy@acme.example>: Recipient address rejected: unverified address: Address verification in progress,2026-10-01T10:00:00Z,c1
once@acme.example,bounce,450 4.1.1 user unknown,2026-10-01T10:00:00Z,c1
twice@acme.example,bounce,450 4.1.1 user unknown,2026-10-01T10:00:00Z,c1
twice@acme.example,bounce,450 4.1.1 user unknown,2026-10-03T10:00:00Z,c2
from1@acme.example,bounce,550 5.1.0 <news@brand.example>: Sender address rejected: User unknown in relay recipient table,2026-10-01T10:00:00Z,c1
from2@acme.example,bounce,550 5.1.0 <news@brand.example>: Sender address rejected: User unknown in virtual mailbox table,2026-10-01T10:00:00Z,c1
CSV
ba suppress -q x.csv -o lists/
for l in suppress hold keep reengage; do
    tail -n +2 lists/$l.csv | cut -d, -f1,3 | sed "s/^/$l /"
done
ba suppress --explain twice@acme.example x.csv | sed -n 2p
