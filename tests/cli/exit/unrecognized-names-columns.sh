# Before any long work: the columns found and the nearest formats.
printf 'typ,timeLoged,recipientt,dsnDiagg\nb,1,2,3\n' >odd.csv
exits 65 ba odd.csv
for word in odd.csv timeLoged recipientt; do
    grep -q "$word" stderr || { cat stderr; fail "$word is not named"; }
done
