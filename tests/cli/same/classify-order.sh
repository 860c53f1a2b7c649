# classify keeps the order of rows on any number of threads, and every input column as it was.
gzip -dc "$ROOT/samples/sendgrid-activity.csv.gz" >s.csv
ba classify -q -j 1 s.csv >one
for j in 2 3 8; do
    ba classify -q -j $j --block-size 3000 s.csv >many
    same one many
done
ba classify -q --engine libcsv s.csv >other
same one other
ba classify -q - <s.csv >other
same one other
head -n 1 one | tr , '\n' | grep -c '^ba_'
ba classify -q s.csv -o rows.csv
same one rows.csv
