# What is no export is named for what it is, with the way out, and is 65; what is not there is 66.
says() {
    status=$1 words=$2
    shift 2
    exits "$status" ba "$@"
    [ ! -s stdout ] || fail "'$*' wrote a result"
    grep -q -- "$words" stderr || { cat stderr; fail "'$*' does not say '$words'"; }
    [ "$(wc -l <stderr)" = 1 ] || { cat stderr; fail "'$*' says more than one line"; }
}
printf '%%PDF-1.7\n' >a.pdf
says 65 'a PDF document.*as CSV' a.pdf
printf '\n <!DOCTYPE html>\n<html></html>\n' >a.html
says 65 'an HTML page.*as CSV' a.html
printf '\320\317\021\340\241\261\032\341xx' >a.xls
says 65 'Excel workbook.*save it as CSV' a.xls
if command -v zip >/dev/null; then
    mkdir xl
    echo '<x/>' >xl/workbook.xml
    zip -q a.xlsx xl/workbook.xml
    says 65 'Excel workbook (XLSX).*each sheet as CSV' a.xlsx
fi
printf 'From MAILER-DAEMON Thu Oct  1 10:00:00 2026\nSubject: Undelivered\n\nx\n' >a.mbox
says 65 'mailbox.*as CSV' a.mbox
printf 'Return-Path: <>\nReceived: from a by b; Thu, 1 Oct 2026 10:00:00 +0000\n\nx\n' >a.eml
says 65 'mail message.*as CSV' a.eml
printf 'Oct  3 10:00:00 mx1 postfix/smtp[123]: 4ABC: to=<a@b.example>, status=bounced (550 no)\n' >mail.log
says 65 'log, not a table.*CSV' mail.log
printf '[{"event":"bounce"}]\n' >a.json
says 65 "its columns are 'event'" a.json
says 66 "no file matches 'exports-\*.csv'" 'exports-*.csv'
says 66 "No such file" exports/october.csv
mkdir empty only-a-readme
echo hello >only-a-readme/README.txt
says 66 'folder without any file to read' empty
says 66 'README are passed over' only-a-readme
if [ "$(id -u)" != 0 ]; then
    small_export >locked.csv
    chmod 000 locked.csv
    says 66 'Permission denied' locked.csv
fi
# a table whose cells speak of logs and mail is a table
printf '{"event":"bounce","email":"a@b.example","reason":"host mx1 postfix/smtp[1]: 550 5.1.1 unknown"}\n' >a.jsonl
exits 0 ba --json a.jsonl
printf 'email,reason\na@b.example,"Received: from x postfix/smtpd 550 5.1.1 unknown"\n' >b.csv
exits 0 ba --json b.csv
printf 'from,to,reason\nx@b.example,a@b.example,550 5.1.1 unknown\n' >c.csv
exits 0 ba --json c.csv
# logs of mail servers, tables of totals
printf '2026-10-05 10:00:03 1tABCE-0001 ** a@b.example R=dnslookup T=remote_smtp: 550 no\n' >mainlog
says 65 'log, not a table.*CSV' mainlog
printf 'Date,User-reported spam rate,Domain reputation\n2026-10-04,0.12%%,High\n' >totals.csv
says 65 "totals can't be analyzed.*--sent" totals.csv
