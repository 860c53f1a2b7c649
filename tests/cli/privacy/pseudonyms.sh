# --pseudonymize: one address, one keyed hash, however it is spelled; no address anywhere, and nothing that would give one away goes with it.
cat >x.csv <<'CSV'
email,event,reason,timestamp,campaign
Ann@Acme.example,bounce,550 5.1.1 user unknown,2026-10-01T10:00:00Z,c1
ann@acme.example,bounce,550 5.1.1 user unknown,2026-10-02T10:00:00Z,c2
bob@acme.example,bounce,550 5.1.1 <bob@acme.example> user unknown,2026-10-02T10:00:00Z,c2
eve@dead.example,bounce,556 5.1.10 domain does not accept mail (nullmx),2026-10-02T10:00:00Z,c2
CSV
echo 0123456789abcdef >key
echo fedcba9876543210 >other
ba suppress --pseudonymize key x.csv -o lists/ 2>err
grep -o 'they hold [a-z]*' err
cut -d, -f1,11 lists/suppress.csv
cut -d, -f1 lists/suppress_domains.csv
! grep -riE 'ann|bob|eve' lists err || fail "a name"
ba suppress -q --pseudonymize other x.csv -o others/
! cut -d, -f1 others/suppress.csv | tail -n +2 | grep -qFf - lists/suppress.csv || fail "the key does not matter"
exits 2 ba suppress -q --pseudonymize key --for plain x.csv -o other/
exits 2 ba suppress -q --pseudonymize key --rejects bad.csv x.csv -o other/
exits 2 ba suppress -q --pseudonymize key --explain ann@acme.example x.csv
exits 78 ba suppress -q --pseudonymize missing x.csv -o other/
echo short >key
exits 78 ba suppress -q --pseudonymize key x.csv -o other/
grep -o 'a key has [^,]*' stderr
{ head -c 4096 /dev/zero | tr '\0' k; echo; head -c 100 /dev/zero; } >key
exits 78 ba suppress -q --pseudonymize key x.csv -o other/
