# A domain that is gone has a full mailbox too: each cause has its own scope; without deliveries it
# is by code. JSON tells the scope of a cause where it is not the domain's.
month() {
    echo recipient,event_type,event_time,diagnostic
    for i in 1 2 3 4 5 6 7 8; do
        echo "u$i@gone.example,bounce,2026-10-0${i}T00:00:00Z,556 5.1.10 Recipient address has null MX"
        echo "full@gone.example,deferred,2026-10-01T0$i:00:00Z,452 4.2.2 Mailbox full"
        echo "dead@fine.example,bounce,2026-10-0${i}T00:00:00Z,550 5.1.1 User unknown"
    done
}
month >failures.csv
{
    month
    for i in 1 2 3 4 5 6 7 8 9; do echo "v$i@fine.example,delivered,2026-10-0${i}T00:00:00Z,250 2.0.0 OK"; done
} >all.csv
for f in failures all; do
    exits 0 ba -q report $f.csv -o $f/ -o $f.json
    cut -d, -f1-3,10,11 $f/domain_causes.csv
    grep -o '"cause":"mailbox_full","type":"deferral"[^}]*' $f.json
    cut -d, -f1,2,7 $f/provider_causes.csv
done
