# --from with a name nobody knows is wrong usage, and the nearest format is named.
small_export >x.csv
exits 2 ba --from pmta_act x.csv
grep -q pmta_acct stderr || { cat stderr; fail "the nearest format is not named"; }
exits 2 ba formats --from nonsense x.csv
