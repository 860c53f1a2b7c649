# Addresses that a spreadsheet would take for formulas: whole in the lists, where an altered one is another one, and said to be there;
# in report tables they get their quote.
cat >x.csv <<'CSV'
email,event,reason,campaign
=1+1@corp.example,bounce,550 5.1.1 user unknown,=cmd|x
+bob@corp.example,bounce,550 5.1.1 user unknown,@sum
ann@corp.example,bounce,550 5.1.1 user unknown,plain
CSV
ba suppress x.csv -o lists/ --for mailgun 2>err
cut -d, -f1 lists/suppress.csv
grep -o '2 rows of the lists.*' err
ba suppress -q x.csv -o lists/ 2>err
cat err
ba report -q x.csv -o tables/
cut -d, -f1 tables/campaigns.csv
grep -q "'@sum" tables/campaigns.csv || fail "a formula in a table"
