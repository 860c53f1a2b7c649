# Delimiter, quotes and escapes are seen or can be told; all ways of writing the same table are the same table.
rows() { ba classify -q --map recipient=email,diagnostic=reason "$@" | tail -n +2 | grep -o 'invalid_recipient\|mailbox_full\|rate_limited' | tr '\n' ' '; echo; }
for d in ',' ';' '|' '\t'; do
    printf "email${d}reason${d}note\na@b.example${d}550 5.1.1 user unknown${d}x\nc@b.example${d}\"452 4.2.2 mailbox \"\"full\"\"${d} and more\"${d}y\n" >x.csv
    rows x.csv
    ba formats x.csv | grep -o 'dialect.*'
done
printf 'email, reason, note\na@b.example, 550 5.1.1 user unknown, x\nc@b.example, 452 4.2.2 mailbox full, y\n' >spaces.csv
rows spaces.csv
printf 'email reason\na@b.example "550 5.1.1 user unknown"\n' >blanks.csv
rows --delimiter space blanks.csv
printf "email;reason\n'a@b.example';'550 5.1.1 user; unknown'\n'c@b.example';'452 4.2.2 mailbox full'\n" >single.csv
rows single.csv
rows --quote "'" single.csv
printf 'email,reason\na@b.example,"550 5.1.1 \\"user\\" unknown, sorry"\nc@b.example,"452 4.2.2 mailbox full"\n' >backslash.csv
rows backslash.csv
rows --escape '\' backslash.csv
printf 'email\treason\na@b.example\t550 5.1.1 "user unknown\nc@b.example\t452 4.2.2 mailbox full\n' >noquote.csv
rows --quote none noquote.csv
rows --delimiter tab noquote.csv
