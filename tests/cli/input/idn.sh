# A domain with letters beyond ASCII is one domain however it is written, and so is an address there: in reports, lists, filters, volumes
# and one's own providers.
ba --version | grep -q 'idn *yes' || { echo skip; exit 0; }
cat >x.csv <<'CSV'
email,event,reason,timestamp,from
info@bücher.example,bounce,550 5.1.1 user unknown,2026-10-01T10:00:00Z,news@käse.example
Info@BÜCHER.example,bounce,550 5.1.1 user unknown,2026-10-02T10:00:00Z,news@xn--kse-qla.example
info@xn--bcher-kva.example,bounce,550 5.1.1 user unknown,2026-10-03T10:00:00Z,news@käse.example
ann@xn--bcher-kva.example,delivered,250 ok,2026-10-03T10:00:00Z,news@käse.example
CSV
printf 'domain,sent\nBücher.example,100\n' >sent.csv
printf 'kind,value,provider,title\ndomain,bücher.example,books,Books Inc.\n' >own.csv
ba report -q --providers own.csv --sent sent.csv --json x.csv | jq -c '.domains[] | [.domain, .provider, .recipients_failed, .bounces]'
ba report -q --sender käse.example --json x.csv | jq -c '[.rows_read, (.sender_domains[] | .sender_domain)]'
ba suppress -q x.csv -o lists/
cut -d, -f1,11 lists/suppress.csv
ba suppress --explain info@bücher.example x.csv | sed -n 1,2p
