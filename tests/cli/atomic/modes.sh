# What holds addresses is the owner's alone; a report is by umask.
umask 022
small_export >x.csv
sed '5s/.*/b,not,enough/' x.csv >bad.csv
ba bad.csv -o r.json --save-state s.state --rejects rejects.csv
ba suppress -q bad.csv -o lists/
ba classify x.csv -o rows.csv
stat -c '%a %n' r.json s.state rejects.csv rows.csv lists/*.csv
