# The letters there are, and no others: -o -t -f -j -q -v -h -V.
ba --help | sed -n 's/^ *-\([a-zA-Z]\), --.*/\1/p' | sort | tr -d '\n'
echo
small_export >x.csv
ba -q -j 2 -f pmta_acct -t json -o a.out x.csv
ba --quiet --threads 2 --from pmta_acct --to json --output b.out x.csv
same a.out b.out
ba -qj2 -fpmta_acct -tjson -oc.out x.csv
same a.out c.out
ba --threads=2 --from=pmta_acct --to=json --output=d.out x.csv
same a.out d.out
for c in report classify explain suppress merge formats codes; do
    exits 0 ba $c --help
    grep -q "^Usage: bounce-analyzer $c" stdout || fail "$c: no synopsis"
    [ ! -s stderr ]
    exits 0 ba $c -h
done
