# SPDX-License-Identifier: MIT
# Exports of failures only, beside others, make rates over all too high: the report says so, from states too; alone, and with --sent, there is nothing to say.
small_export >full.csv
cat >list.csv <<'CSV'
address,code,error,created_at
u1@example.org,550,550 5.1.1 User unknown,"Sat, 03 Oct 2026 10:00:00 UTC"
u2@example.org,550,550 5.1.1 User unknown,"Sat, 03 Oct 2026 10:01:00 UTC"
CSV
says() { grep -c 'too high: 2 failures come from exports without deliveries' || true; }
ba report -q --save-state full.state full.csv | says
ba report -q --save-state list.state list.csv | says
ba report -q --sent 500 full.csv list.csv | says
ba report -q full.csv list.csv | says
ba merge -q full.state list.state | says
ba merge -q -t json full.state list.state | grep -o 'exports that hold failures only add 2 of 17 failures (11.8' | sort -u
