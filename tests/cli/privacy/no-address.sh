# No address in any report, message or state of progress unless asked for.
small_export 400 >x.csv
sed '5s/.*/b,2026-10-05 10:00:00+0000,news@example.com,"user.0003@example.org,job1,failed,5.1.1/' x.csv >bad.csv
ba bad.csv -o a.html -o a.json -o a.md -o a.txt -o a.ndjson -o a/ 2>err
cat a.html a.json a.md a.txt a.ndjson a/* err >all
! grep -n 'user\.[0-9]' all || fail "an address"
exits 65 ba --strict bad.csv
! grep -n 'user\.[0-9]' stderr || fail "an address in a message"
ba --show masked bad.csv -o m.json
! grep -n 'user\.[0-9]' m.json || fail "an address in spite of --show masked"
