# slow
# release
# Keys that are all different, and keys made to look alike, take no longer per row than others.
gen() {
    awk -v n=150000 -v how="$1" 'BEGIN {
        print "email,event,reason"
        for (i = 0; i < n; i++) {
            d = how == "same" ? i % 50 : i
            r = how == "texts" ? sprintf("550 reason %c%c%c%c words %c%c", 97 + i % 26, 97 + i / 26 % 26, 97 + i / 676 % 26, 97 + i / 17576 % 26, 97 + i % 23, 97 + i % 19) : "550 5.1.1 User unknown"
            printf "u%d@d%d.example,bounce,%s\n", i, d, r
        }
    }'
}
seconds() { start=$(date +%s%N); ba --json -q "$1" >/dev/null; echo $((($(date +%s%N) - start) / 1000000)); }
gen same >same.csv
gen domains >domains.csv
gen texts >texts.csv
base=$(seconds same.csv)
for f in domains texts; do
    ms=$(seconds $f.csv)
    [ "$ms" -lt $((base * 25 + 3000)) ] || fail "$f: $ms ms against $base ms"
done
echo ok
