# Hostile text in every field is inert in every format: report, lists, classify, explain, and messages.
evil=$(printf '<script>alert(1)</script></style>]]>{{7*7}}javascript:x\033]52;c;eA==\007\342\200\256\342\200\250=HYPERLINK(0)|`x`[a](b)')
# Nothing of ours begins so: wherever it stands, it came from the input.
{
    echo 'type,timeLogged,orig,rcpt,jobId,dsnStatus,dsnDiag,bounceCat,dlvSourceIp'
    i=0
    while [ $i -lt 30 ]; do
        i=$((i + 1))
        # addresses that are legal, those that are none, and texts of all kinds of places
        case $((i % 3)) in
        0) to="=cmd|'/Ccalc'!A$i@corp$i.example" ;;
        1) to="+u$i@x1.example" ;;
        2) to="=u$i@$evil.example" ;;
        esac
        printf 'b,2026-10-0%d 10:00:00+0000,"%s@%s","%s","%s","5.1.1","smtp;550 5.1.1 %s","%s","%s"\n' $((1 + i % 9)) "$evil" "$evil" "$to" "$evil" \
            "=$evil user unknown" "+$evil" "-$evil"
        printf 'b,2026-10-0%d 11:00:00+0000,news@brand.example,=u%d@shop.example,"=%s","%s","%s","%s","%s"\n' $((1 + i % 9)) $i "$evil" "$evil" \
            "@$evil $i" "$evil" "$evil"
    done
} >x.csv
ba -q x.csv --show full -o r.html -o r.md -o r.txt -o r.json -o r.ndjson -o t/
ba -q x.csv >screen
ba -q -v x.csv >>screen
ba explain "$evil" >>screen 2>&1
ba suppress -q --explain "$evil@shop.example" x.csv >>screen 2>&1
ba suppress -q --explain "=u1@shop.example" x.csv >>screen 2>&1
ba suppress -q x.csv -o lists/
ba formats x.csv >>screen
exits 2 ba --map "recipient=$evil" x.csv; cat stderr >>screen
exits 2 ba --provider "$evil" x.csv; cat stderr >>screen
exits 66 ba "$evil" x.csv; cat stderr >>screen
ba classify -q x.csv >rows.csv
grep -q 'shop.example' lists/suppress.csv lists/keep.csv lists/hold.csv || fail "no address on any list: nothing was tried"
! cat r.* t/* screen | LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037]')" || fail "a control character"
! cat r.html r.md r.txt screen | grep -q "$(printf '\342\200\256')" || fail "a bidi control"
! grep -qi '<script>alert' r.html r.md || fail "a script"
! grep -q '^[^#]*`x`' r.md || fail "live Markdown"
! cat t/*.csv | grep -qE '(^|,)"?[=+@-][A-Za-z<]' || fail "a formula"
# what a spreadsheet may open: our own columns never begin with a formula's sign
! cut -d, -f2- lists/*.csv | grep -qE '(^|,)"?[=+@][A-Za-z<]' || fail "a formula in a list beside the address"
if command -v jq >/dev/null; then jq -e . r.json >/dev/null; fi
