# Hostile text in every field is inert in every format.
evil=$(printf '<script>alert(1)</script></style>]]>{{7*7}}javascript:x\033]52;c;eA==\007\342\200\256\342\200\250=HYPERLINK(0)|`x`[a](b)')
{
    echo 'type,timeLogged,orig,rcpt,jobId,dsnStatus,dsnDiag,bounceCat,dlvSourceIp'
    i=0
    while [ $i -lt 30 ]; do
        i=$((i + 1))
        printf 'b,2026-10-0%d 10:00:00+0000,"%s@%s","=cmd|u%d@%s.example","%s","5.1.1","smtp;550 5.1.1 %s","%s","%s"\n' $((1 + i % 9)) "$evil" "$evil" $i "$evil" \
            "=$evil" "$evil" "+$evil" "-$evil"
    done
} >x.csv
ba x.csv -o r.html -o r.md -o r.txt -o r.json -o r.ndjson -o t/
ba x.csv >screen
! cat r.* t/* screen | LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037]')" || fail "a control character"
! cat r.html r.md r.txt screen | grep -q "$(printf '\342\200\256')" || fail "a bidi control"
! grep -qi '<script>alert' r.html r.md || fail "a script"
! grep -q '^[^#]*`x`' r.md || fail "live Markdown"
! cat t/*.csv | grep -qE '(^|,)"?[=+@-][A-Za-z<]' || fail "a formula"
command -v jq >/dev/null && jq -e . r.json >/dev/null
