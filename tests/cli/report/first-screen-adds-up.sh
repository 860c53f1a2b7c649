# SPDX-License-Identifier: MIT
# The kinds of the first screen make up the rows read, late bounces and rows of several recipients too; no text and no row are said to be so.
cat >late.csv <<'CSV'
type,timeLogged,timeQueued,orig,rcpt,dsnAction,dsnStatus,dsnDiag,bounceCat,dlvSourceIp,jobId,header_Message-Id
d,2026-10-01 10:00:00+0000,2026-10-01 10:00:00+0000,a@b.example,u1@gmail.com,relayed,2.0.0,smtp;250 OK,,192.0.2.1,j1,<m1@x>
d,2026-10-01 10:00:00+0000,2026-10-01 10:00:00+0000,a@b.example,u2@gmail.com,relayed,2.0.0,smtp;250 OK,,192.0.2.1,j1,<m2@x>
rb,2026-10-02 10:00:00+0000,2026-10-01 10:00:00+0000,a@b.example,u2@gmail.com,failed,5.1.1,smtp;550 5.1.1 user unknown,bad-mailbox,192.0.2.1,j1,<m2@x>
CSV
cat >list.csv <<'CSV'
message_trace_id,sender_address,recipient_status,origin_timestamp_utc,subject,total_bytes,message_id,network_message_id,original_client_ip,directionality,connector_id,delivery_priority
t1,us@brand.example,"<a@globex.example>##Receive, Fail;b@globex.example##Receive, Deliver",2026-10-07T10:00:00.0000000Z,Hi,10,<m1@x>,n1,192.0.2.1,Originating,,Normal
CSV
ba report late.csv | sed -n 1,3p
ba report list.csv | sed -n 1,3p
ba report late.csv --campaign nothing | sed -n 6p
exits 2 ba report late.csv --since 2026-10-20 --until 2026-10-10
head -n 1 stderr
