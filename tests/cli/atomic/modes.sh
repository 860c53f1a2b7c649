# What holds addresses is the owner's alone; a report is by umask.
umask 022
small_export >x.csv
sed '5s/.*/b,2026-10-05 10:00:00+0000,news@example.com,"user.0003@example.org,job1,failed,5.1.1/' x.csv >bad.csv
ba bad.csv -o r.json --save-state s.state --rejects rejects.csv
ba suppress -q bad.csv -o lists/
ba classify x.csv -o rows.csv
stat -c '%a %n' r.json s.state rejects.csv rows.csv lists/*.csv
