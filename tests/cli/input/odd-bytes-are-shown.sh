# NUL, control characters and invalid UTF-8 are data: shown as escapes or U+FFFD in every report, raw in the rejects, whole in classify.
{
    echo 'email,event,reason,campaign'
    i=0
    while [ $i -lt 12 ]; do
        i=$((i + 1))
        printf 'u%d@b.example,bounce,550 zork \000\033[31m\377\376 frob,c\000\033\200x\n' $i
    done
    printf 'a\000b\377,bounce,550 5.1.1 no,c\n'
} >x.csv
ba -q x.csv -o r.html -o r.md -o r.txt -o r.json -o r.ndjson -o t/ --rejects rejects.csv
ba -q -v x.csv >screen
for f in r.html r.md r.txt r.json r.ndjson t/*.csv screen; do
    iconv -f UTF-8 -t UTF-8 $f >/dev/null || fail "$f is not UTF-8"
    ! LC_ALL=C grep -q "$(printf '[\001-\010\013\014\016-\037]')" $f || fail "$f holds a control character"
    [ "$(tr -d '\000' <$f | wc -c)" = "$(wc -c <$f)" ] || fail "$f holds a NUL"
done
grep -q "$(printf '\357\277\275')" r.json || fail "no U+FFFD"
LC_ALL=C grep -q "$(printf '\377')" rejects.csv || fail "the rejected row is not kept as it was"
ba classify -q x.csv >rows.csv
LC_ALL=C grep -c "$(printf '\377\376 frob')" rows.csv
