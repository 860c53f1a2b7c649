small_export >x.csv
exits 74 sh -c '"$CMD" --json x.csv >&-'
# nothing to write there: no fault
exits 0 sh -c '"$CMD" x.csv -o x.json >&-'
