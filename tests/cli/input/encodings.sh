# UTF-16 with and without a mark, Latin-1, a mark in the middle, and bytes of no known kind: the same rows, and the encoding is stated.
command -v iconv >/dev/null || { echo skip; exit 0; }
{ echo 'Empfänger;Grund;Datum'; i=0; while [ $i -lt 40 ]; do i=$((i + 1)); echo "u$i@b.example;550 5.1.1 user unknown, désolé – Ä;2026-10-01"; done; } >utf8.csv
ba --json -q utf8.csv | jq -c '[.rows_read, .failures, .unclassified]'
verdicts() { ba classify -q "$@" | cut -d';' -f4,5 | sort | uniq -c | sed 's/^ *//' | tr '\n' ' '; }
verdicts utf8.csv; echo
for e in UTF-16LE UTF-16BE WINDOWS-1252; do
    iconv -f UTF-8 -t $e utf8.csv >x.csv
    verdicts x.csv
    ba formats x.csv | grep -o 'encoding.*'
done
{ printf '\377\376'; iconv -f UTF-8 -t UTF-16LE utf8.csv; } >x.csv
verdicts x.csv
ba formats x.csv | grep -o 'encoding.*'
iconv -f UTF-8 -t UTF-16LE utf8.csv >x.csv
verdicts --encoding utf-16le x.csv
echo
# a report says which it was
ba --json -q x.csv | jq -r '.inputs[0].encoding'
# Shift-JIS: eight-bit bytes, taken as they come
{ printf 'email,reason\n'; printf 'a@b.example,550 5.1.1 user unknown \203\206\201[\203U\n'; } >sjis.csv
ba --json -q sjis.csv | jq -c '[.rows_read, .failures, .unclassified]'
