# --for lays the suppression list out for an ESP, beside the five; an unknown one is answered with the nearest.
small_export 100 >x.csv
ba suppress -q --for sendgrid x.csv -o lists/
ls lists
head -n 2 lists/suppress-sendgrid.csv
exits 2 ba suppress -q --for sendgird x.csv -o other/
grep -o "sendgrid" stderr | head -n 1
ls other 2>/dev/null || echo nothing written
