# A campaign that a spreadsheet would run is made text, unless programs are to read the tables.
small_export 40 | sed 's/,job[0-9]*,/,"=1+cmd|calc",/' >x.csv
ba -q x.csv -o safe/
ba -q --plain-cells x.csv -o plain/
cut -d, -f1 safe/campaigns.csv | sort -u
cut -d, -f1 plain/campaigns.csv | sort -u
# Numbers are no formulas, whatever they begin with.
diff safe/limits.csv plain/limits.csv
