# LF, CRLF, CR, mixed, none at the end, two at the end: the same rows.
want='550 5.1.1,452 4.2.2,'
table() { printf "email,reason$1a@b.example,550 5.1.1 user unknown$2c@b.example,452 4.2.2 mailbox full$3"; }
n=0
check() { [ "$(ba classify -q x.csv | tr '\r' '\n' | sed -n 's/.*,\([45]5[02] [0-9.]*\) [a-z].*/\1/p' | sed 's/^\(...\).*/\1/' | tr '\n' ',')" = "550,452," ] || fail "$1"; n=$((n + 1)); }
for e in '\n' '\r\n' '\r'; do
    table "$e" "$e" "$e" >x.csv; check "ends '$e'"
    table "$e" "$e" "" >x.csv; check "ends '$e', none at the end"
    table "$e" "$e" "$e$e" >x.csv; check "ends '$e', two at the end"
done
table '\r\n' '\n' '\r\n' >x.csv; check mixed
table '\n' '\r\n' '' >x.csv; check mixed
echo $n
