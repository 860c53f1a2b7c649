# Outside a UTF-8 locale the terminal report is ASCII; its lines fit the width.
small_export 400 >x.csv
LC_ALL=C ba x.csv >c.txt
! LC_ALL=C grep -n '[^ -~]' c.txt
LC_ALL=C.UTF-8 ba x.csv >u.txt
for w in 60 80 120; do
    LC_ALL=C ba --width $w x.csv | awk -v w=$w 'length($0) > w { print "wider than " w ": " $0 }'
done
for f in x.csv "$ROOT"/samples/*.csv* "$ROOT"/samples/*.jsonl; do
    [ "$(ba "$f" | wc -l)" -le 24 ] || fail "more than one screen: $f"
    LC_ALL=C ba "$f" | awk -v f="$f" 'length($0) > 80 { print "wider than 80: " f ": " $0 }'
done
