# What --sent can't take is said before any long work, and a provider that is unknown is not counted for another.
printf 'recipient,event_type,diagnostic\na@gmail.com,bounce,550 5.1.1 User unknown\n' >in.csv
for n in -5 1e6 3.5 ''; do
    exits 2 ba report in.csv --sent "$n"
    cat stdout
    head -n 1 stderr
done
exits 66 ba report in.csv --sent none.csv
cat stdout
head -n 1 stderr
printf 'provider,sent\nGmail,100\nyahoo.com,50\nother,10\ngmial,5\n' >sent.csv
exits 78 ba report in.csv --sent sent.csv
cat stdout stderr
sed -i '$d' sent.csv
exits 0 ba report in.csv --sent sent.csv -o r.json
jq -c '.rates[] | select(.metric == "bounce_rate") | .rate.denominator' r.json
exits 0 ba report in.csv -f generic -o r.json
exits 2 ba report in.csv -f pmtx
head -n 1 stderr
# numbers that nobody sends, alone or added up, are refused before they wrap
exits 2 ba --sent 18446744073709551617 x.csv; head -n 1 stderr
exits 2 ba --sent 2000000000000000 x.csv; head -n 1 stderr
printf 'domain,sent\na.example,900000000000000\nb.example,900000000000000\n' >much.csv
small_export 20 >ok.csv
exits 78 ba --sent much.csv ok.csv; head -n 1 stderr
# days in other layouts are days all the same, and what is none is told; so is a file without commas
{ echo 'recipient,event_type,diagnostic,time'; echo 'a@gmail.com,bounce,550 5.1.1 User unknown,2026-10-05 10:00:00'; } >in.csv
for day in 2026-10-05 05.10.2026 '"Oct 5, 2026"' 2026-10-05T23:00:00Z 10/05/2026 yesterday; do
    printf 'date,sent\n%s,100\n' "$day" >sent.csv
    if ba report -q in.csv --sent sent.csv -o r.json 2>stderr; then
        jq -c '[.days[] | [.day, .bounce_rate.denominator]]' r.json
    else
        cat stderr
    fi
done
printf 'Date;Sent\n2026-10-05;100\n' >sent.csv
exits 78 ba report in.csv --sent sent.csv
cat stderr
