# The order of the inputs does not show but in the list of inputs.
cp "$ROOT/samples/pmta-accounting.csv" a.csv
cp "$ROOT/samples/smtp2go-events.csv" b.csv
cp "$ROOT/samples/mailgun-bounces.csv" c.csv
result() { awk -f "$ROOT/tests/cli/without-inputs.awk"; }
ba --json -q a.csv b.csv c.csv | result >want
ba --json -q c.csv a.csv b.csv | result >got
same want got
mkdir d
cp a.csv b.csv c.csv d
ba --json -q d | result >got
same want got
