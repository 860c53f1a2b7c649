# One run, or partial states merged in any order.
cp "$ROOT/samples/pmta-accounting.csv" "$ROOT/samples/smtp2go-events.csv" .
gzip -dc "$ROOT/samples/sendgrid-activity.csv.gz" >sendgrid.csv
result() { awk -f "$ROOT/tests/cli/without-inputs.awk"; }
ba --json -q pmta-accounting.csv smtp2go-events.csv sendgrid.csv | result >want
for f in pmta-accounting smtp2go-events sendgrid; do
    ba -q $f.csv --save-state $f.state -o /dev/null
done
ba merge --json -q pmta-accounting.state smtp2go-events.state sendgrid.state | result >a
ba merge --json -q sendgrid.state pmta-accounting.state smtp2go-events.state | result >b
same want a
same a b
ba merge -q sendgrid.state smtp2go-events.state --save-state two.state -o /dev/null
ba merge --json -q two.state pmta-accounting.state | result >c
same want c
# a state that is none
echo nonsense >no.state
exits 65 ba merge no.state
head -c 500 two.state >cut.state
exits 65 ba merge cut.state
exits 66 ba merge missing.state
