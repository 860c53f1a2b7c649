# An organization of 150,000 domains takes no time that grows by their square (it took 20 seconds,
# where 0.4 do).
# release
awk 'BEGIN {
    print "type,timeLogged,rcpt,dsnStatus,dsnDiag"
    for (i = 0; i < 150000; i++)
        printf "b,2026-10-%02d 10:00:00+0000,u%d@h%d.example.com,5.1.1,550 5.1.1 user unknown\n", 1 + i % 28, i, i
}' >in.csv
timeout 12 "$CMD" report -q -t json in.csv >out.json || fail "took more than 12 seconds"
grep -q 'h149999\.example\.com' out.json || fail "domains are missing"
