# Two exports put into one file: the same header again is passed over, however it is quoted; a header with other columns ends the
# job, for what follows would be read by the wrong ones: here senders would land on the suppression list.
h='type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,jobId'
row='d,2026-10-05 10:00:00+0200,n@news.example.org,a@b.example,2.0.0,smtp;250 OK,job1'
{ echo "$h"; echo "$row"; echo "\"$h\"" | sed 's/,/","/g'; echo "$row"; } >again.csv
exits 0 ba --json again.csv
jq -c '[.rows[] | select(.rows > 0) | {(.kind): .rows}] | add' stdout
{ echo "$h"; echo "$row"; echo 'type,timeLogged,rcpt,orig,dsnDiag,dsnStatus,jobId'
  echo 'b,2026-10-05 10:00:00+0200,c@b.example,n@news.example.org,smtp;550 5.1.1 user unknown,5.1.1,job1'; } >other.csv
for command in report classify "suppress -o lists" "report -j 1 -o r.json" "report --save-state s"; do
    exits 65 ba $command other.csv
    echo "$command"
    grep 'another table' stderr
done
ls
