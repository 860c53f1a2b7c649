# A finding about a block list names the sources of that list, not those of providers that have nothing to do with it.
refusals() { # DOMAIN TEXT
    awk -v domain="$1" -v text="$2" 'BEGIN {
        print "email,event,response,date"
        for (i = 0; i < 400; i++) {
            printf "u%d@%s,bounced,\"%s\",2026-10-%02d 10:%02d\n", i, domain, text, 1 + i % 5, i % 60
            printf "v%d@gmail.com,delivered,250 ok,2026-10-%02d 10:%02d\n", i, 1 + i % 5, i % 60
        }
    }' >x.csv
    exits 0 ba report -t json x.csv
    tr -d '\n' <stdout | grep -o '"sources": *\[[^]]*\]' >sources || fail "no sources: $2"
}
refusals t-online.de '554 IP=192.0.2.9 - A problem occurred. (Contact tosa@rx.t-online.de to clarify.)'
grep -q 'zone-eu/zone-mta' sources || fail "T-Online: $(cat sources)"
! grep -q 'yahooinc\|google\|outlook' sources || fail "T-Online: $(cat sources)"
refusals outlook.com '550 5.7.1 messages from [192.0.2.9] were not sent; part of their network is on our block list (S3150).'
grep -q 'outlook.com/pm/troubleshooting' sources || fail "Outlook: $(cat sources)"
! grep -q 'yahooinc\|google' sources || fail "Outlook: $(cat sources)"
