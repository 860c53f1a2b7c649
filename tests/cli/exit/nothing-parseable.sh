# A table none of whose rows can be read is no result to rely on: 65, with the first fault and what may be wrong; one good row is enough.
printf 'Name;Adresse;Grund\nAnn;Hauptstr. 1;550 5.1.1 unbekannt\nBo;Hauptstr. 2;550 5.1.1 unbekannt\n' >book.csv
exits 65 ba --json book.csv
grep -q '2 malformed rows, the first one' stderr
grep -q -- '--map' stderr
grep -q '"kind":"malformed","rows":2' stdout || fail "the rows are not counted"
printf 'Cy;cy@b.example;550 5.1.1 unbekannt\n' >>book.csv
exits 0 ba --json book.csv
# no rows at all are no fault
printf 'email,reason\n' >header.csv
exits 0 ba --json header.csv
