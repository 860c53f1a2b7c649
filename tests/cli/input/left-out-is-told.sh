# Rows that no count holds and times that no trend sees are told at once, with the first place; --quiet is quiet.
small_export 20 >x.csv
sed '5s/,news.*//;9s/,news.*//' x.csv >bad.csv
exits 0 ba bad.csv -o r.json
cat stderr
exits 0 ba bad.csv -o r.json --rejects kept.csv
cat stderr
exits 0 ba -q bad.csv -o r.json
cat stderr
# syslog's times have no year
printf 'time,relay,dsn,status,to,response\n' >log.csv
printf 'Oct  3 10:00:00,mx.example.net[192.0.2.1]:25,2.0.0,sent,a@example.net,250 ok\n' >>log.csv
exits 0 ba log.csv -o r.json
cat stderr
ba formats log.csv | grep 'time'
