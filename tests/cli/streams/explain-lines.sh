# One response a line on standard input, one JSON object a line out.
printf '550 5.1.1 User unknown\r\n\n452 4.2.2 Mailbox full\n' | ba explain --json - >out
wc -l <out | tr -d ' '
printf '550 5.1.1 User unknown\n' | ba explain --json >one
head -n 1 out | cmp - one
ba explain --json '550 5.1.1 User unknown' '452 4.2.2 Mailbox full' >two
same out two
