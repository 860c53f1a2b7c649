# What classify writes is CSV, and must not lie under the name of a report.
small_export 3 >x.csv
exits 2 ba classify x.csv -o rows.html; head -n 1 stderr
[ ! -e rows.html ]
exits 0 ba classify x.csv -o rows.txt
exits 0 ba classify x.csv -o rows.tsv
exits 0 ba classify x.csv -o /dev/null
