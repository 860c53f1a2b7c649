# A column whose name says nothing is known by its rows, and that it was guessed is told, once for all inputs.
printf 'Kunde;Servertext;Datum\nann@gmail.com;550 5.1.1 User unknown;03.10.2026\n' >a.csv
sed 's/ann/bo/' a.csv >b.csv
exits 0 ba a.csv b.csv -o r.json
cat stderr
jq -r '.causes[].cause' r.json
ba formats a.csv | sed -n '/^columns/,/^$/p'
exits 0 ba a.csv --map recipient=Kunde,diagnostic=Servertext -o r.json
cat stderr
# What the user says of such a column holds: senders are no recipients, however much they look like them.
ba formats a.csv --map sender=Kunde | sed -n '/^columns/,/^$/p'
ba formats a.csv --map ignore=Kunde | sed -n '/^columns/,/^$/p'
# Nor are the few addresses that stand in every row: such a column is the sender's, or an owner's.
{ echo 'Konto;Servertext'; for i in 1 2 3 4 5 6 7; do echo "news$((i % 2))@brand.example;550 5.1.1 User unknown"; done; } >c.csv
exits 65 ba formats c.csv
cat stderr
