# The last option lacks its value.
exits 2 ba --since; cat stdout stderr
exits 2 ba x.csv -o; cat stdout stderr
exits 2 ba --quiet=yes x.csv; cat stdout stderr
