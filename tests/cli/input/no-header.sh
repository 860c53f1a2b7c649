# Data in the first row: said, with the way to name columns by position; that way works.
printf 'a@b.example,550 5.1.1 user unknown\nc@b.example,452 4.2.2 mailbox full\n' >x.csv
exits 65 ba x.csv
grep -q 'no header' stderr && grep -q -- '--map recipient=#1' stderr || { cat stderr; fail "not said"; }
ba classify -q --map recipient=#1,diagnostic=#2 x.csv | cut -d, -f3,4
