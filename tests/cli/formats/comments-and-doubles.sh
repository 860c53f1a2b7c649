# What stands around an export, and failures that an export reports twice.
# PowerShell's type line; a header that begins with a hash; comment blocks between the rows of a tracking log
printf '#TYPE Selected.System.Management\n"Received","SenderAddress","RecipientAddress","Subject","Status"\n"10/3/2026 8:12:44 AM","a@b.example","c@d.example","x","Failed"\n' >ps.csv
ba formats ps.csv | sed -n 2,4p
printf '#type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,bounceCat\nb,2026-10-03 08:12:44+0000,a@b.example,c@d.example,5.1.1,smtp;550 no,bad-mailbox\n' >hash.csv
ba formats hash.csv | sed -n 2,4p
kinds() { ba --json -q "$1" | jq -c '[.rows[] | select(.rows > 0) | .kind, .rows]'; }
block='#Software: Microsoft Exchange Server\r\n#Version: 15.0\r\n#Fields: date-time,source,event-id,message-id,recipient-address,recipient-status\r\n'
{
    printf "$block"
    printf '2026-09-03T08:12:44.512Z,SMTP,FAIL,<m1>,a@b.example,550 5.1.1 user unknown\r\n'
    printf "$block"
    printf '2026-09-03T08:12:45.512Z,SMTP,SEND,<m2>,c@b.example,250 2.1.5 OK\r\n'
    printf '2026-09-03T08:12:46.512Z,DSN,DSN,<m1>,a@b.example,550 5.1.1 user unknown\r\n'
} >track.log
kinds track.log
# GreenArrow: every bounce, and that of a bad address once more
printf '%s\n' 'id,event_type,event_time,email,listid,list_name,list_label,sendid,bounce_type,bounce_code,bounce_text' \
    '1,bounce_all,1790812800,a@b.example,l,n,x,s1,h,550,550 5.1.1 user unknown' \
    '2,bounce_bad_address,1790812800,a@b.example,l,n,x,s1,h,550,550 5.1.1 user unknown' >green.csv
kinds green.csv
# PowerMTA: transient attempts before the final failure; a delivery that came back
{
    echo 'type,timeLogged,timeQueued,orig,rcpt,dsnStatus,dsnDiag,bounceCat,jobId,header_Message-Id'
    echo 't,2026-10-03 08:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,c@d.example,4.2.2,smtp;452 4.2.2 full,quota-issues,j,<1>'
    echo 't,2026-10-03 09:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,c@d.example,4.2.2,smtp;452 4.2.2 full,quota-issues,j,<1>'
    echo 'b,2026-10-04 08:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,c@d.example,5.4.7,smtp;552 5.2.2 full,quota-issues,j,<1>'
    echo 'd,2026-10-03 08:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,e@d.example,2.0.0,smtp;250 ok,,j,<2>'
    echo 'd,2026-10-03 08:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,g@d.example,2.0.0,smtp;250 ok,,j,<3>'
    echo 'rb,2026-10-05 08:00:00+0000,2026-10-03 08:00:00+0000,a@b.example,e@d.example,5.1.1,smtp;550 5.1.1 unknown,bad-mailbox,j,<2>'
} >pmta.csv
kinds pmta.csv
ba --json -q pmta.csv | jq -c '.rates[] | select(.metric == "bounce_rate" or .metric == "deferral_rate") | [.metric, .rate.numerator, .rate.denominator]'
# SparkPost: out of band
printf '%s\n' 'timestamp,type,message_id,raw_rcpt_to,bounce_class,error_code,raw_reason' \
    '2026-09-03T08:12:44Z,delivery,m1,a@b.example,,,' \
    '2026-09-03T09:12:44Z,out_of_band,m1,a@b.example,10,550,550 5.1.1 user unknown' >spark.csv
kinds spark.csv
