exits 2 ba classify --sent 5 x.csv; cat stdout stderr
exits 2 ba formats --fail-on critical x.csv; cat stdout stderr
exits 2 ba merge --since 2026-10-01 x.state; cat stdout stderr
