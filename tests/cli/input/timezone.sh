# --timezone: offsets, abbreviations, and zones of the database with their summer time; times that name a zone keep it.
[ -r /usr/share/zoneinfo/Europe/Berlin ] || { echo skip; exit 0; }
cat >x.csv <<'X'
type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,jobId
b,2026-10-24 23:30:00,n@news.example.org,a@b.example,5.1.1,smtp;550 5.1.1 user unknown,j
b,2026-10-25 03:30:00,n@news.example.org,c@b.example,5.1.1,smtp;550 5.1.1 user unknown,j
b,2026-10-25 03:30:00+0000,n@news.example.org,d@b.example,5.1.1,smtp;550 5.1.1 user unknown,j
X
shown() { ba formats x.csv "$@" | awk '/^times/ { print } $1 == "time" { print $2 }'; }
for zone in UTC +02:00 CET Europe/Berlin America/New_York; do
    echo "$zone"
    shown --timezone $zone
done
# the header may name it, what the option says goes before
cp x.csv pmta.csv
sed 's/timeLogged/Date sent (EST)/; s/orig/from/; s/rcpt/to/; s/dsnStatus/code/; s/dsnDiag/reason/; s/,jobId//; s/,j$//; s/^b,/bounce,/' pmta.csv >x.csv
shown
shown --timezone UTC
sed -i 's/Date sent (EST)/sent_at_utc/' x.csv
shown
cp pmta.csv x.csv
# in a report, too, for every number of threads
for j in 1 3; do
    ba --json -q -j $j --timezone Europe/Berlin x.csv | jq -c '.period'
done
ba suppress -q --timezone Europe/Berlin x.csv -o lists && cut -d, -f1,9 lists/suppress.csv
for zone in Europe/Berlim ../UTC Mars; do
    exits 2 ba --timezone $zone x.csv
    cat stderr
done
