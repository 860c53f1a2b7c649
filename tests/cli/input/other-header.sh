# Two exports put into one file: the same header again is passed over, however it is quoted; a header with other columns refuses the
# file, for what follows would be read by the wrong ones: here senders would land on the suppression list.  Other files count.
h='type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,jobId'
row='d,2026-10-05 10:00:00+0200,n@news.example.org,a@b.example,2.0.0,smtp;250 OK,job1'
{ echo "$h"; echo "$row"; echo "\"$h\"" | sed 's/,/","/g'; echo "$row"; echo 'type,,,type,,,type'; } >again.csv
kinds() { jq -c '[.rows[] | select(.rows > 0) | {(.kind): .rows}] | add' stdout; }
exits 0 ba --json again.csv
kinds
{ echo "$h"; echo "$row"; echo 'type,timeLogged,rcpt,orig,dsnDiag,dsnStatus,jobId'
  echo 'b,2026-10-05 10:00:00+0200,c@b.example,n@news.example.org,smtp;550 5.1.1 user unknown,5.1.1,job1'; } >other.csv
{ echo "$h"; echo 'b,2026-10-05 10:00:00+0200,n@news.example.org,d@b.example,5.1.1,smtp;550 5.1.1 user unknown,job1'; } >bounce.csv
for command in report classify "suppress -o lists" "report -j 1 -o r.json" "report --save-state s" "report --strict bounce.csv"; do
    exits 65 ba $command other.csv
    echo "$command"
    grep 'another table' stderr
done
ls
echo 'beside others'
for j in 1 2; do
    exits 65 ba --json -j $j other.csv bounce.csv other.csv again.csv
    grep -c 'another table' stderr
    kinds
    jq -c '[.inputs[] | [.rows, (.fault // "")[:40]]]' stdout
done
# cut as well: both are told
gzip -c other.csv | head -c -4 >cut.csv.gz
exits 65 ba --json cut.csv.gz bounce.csv
sed 's/.*: \(the header of another table\).*/\1/; s/cut short.*/cut short/' stderr
kinds
exits 65 ba suppress other.csv bounce.csv -o lists
cut -d, -f1 lists/suppress.csv
# what came through a pipe can't be counted again, unless it is the one that is refused
cat bounce.csv | ba suppress other.csv - -o piped 2>/dev/null || echo "exit $?"
ls piped 2>/dev/null || echo 'no lists'
cat other.csv | ba suppress - bounce.csv -o piped 2>/dev/null || echo "exit $?"
cut -d, -f1 piped/suppress.csv
