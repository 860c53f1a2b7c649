# The rest is analyzed, the report says so and names the file, and the status is not 0.
small_export >x.csv
printf 'foo,bar\n1,2\n' >odd.csv
exits 65 ba --json x.csv odd.csv
grep -q odd.csv stderr
grep -q '"complete": *false' stdout
exits 66 ba --json gone.csv x.csv
grep -q gone.csv stderr
grep -q '"complete": *false' stdout
# with several faults 65 comes before 66
exits 65 ba --json gone.csv x.csv odd.csv
# an error beats a breach
exits 65 ba --json --fail-on info x.csv odd.csv
exits 0 ba --json x.csv
grep -q '"complete": *true' stdout
