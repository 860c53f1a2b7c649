# A file name that would act on a terminal or a browser does neither, in messages and in reports.
name=$(printf '\033]0;x\007<img src=x onerror=1>.csv')
small_export >"$name"
printf 'foo\n1\n' >"$(printf 'odd\033[31m.csv')"
exits 65 ba --json "$(printf 'odd\033[31m.csv')"
! grep -q "$(printf '\033')" stderr || fail "an escape on standard error"
exits 66 ba "$(printf 'gone\033[31m\342\200\256.csv')"
! grep -q "$(printf '\033')" stderr || fail "an escape on standard error"
! grep -q "$(printf '\342\200\256')" stderr || fail "a bidi control on standard error"
ba "$name" -o r.html -o r.md -o r.txt -o r.json -o t/
! grep -q '<img' r.html r.md || fail "a tag"
! cat r.* t/* | grep -q "$(printf '\033')" || fail "an escape in a report"
