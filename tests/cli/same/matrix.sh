# slow
# Threads, block sizes, engines, kernels, mapping and compression never show in the result.
data=$ROOT/samples
cp "$data/pmta-accounting.csv" "$data/nastiest-legal.csv" "$data/smtp2go-events.csv" .
gzip -dc "$data/sendgrid-activity.csv.gz" >sendgrid-activity.csv
n=0
# check WANT ARGUMENT...: the result, without the section that names the inputs, is WANT.
check() {
    want=$1
    shift
    ba --json -q "$@" | result >got || fail "$*"
    cmp -s "$want" got || { diff "$want" got | head -n 20; fail "differs: ${BNC_DISABLE_CPU:-} $*"; }
    n=$((n + 1))
}
result() { awk -f "$ROOT/tests/cli/without-inputs.awk"; }
for f in pmta-accounting nastiest-legal sendgrid-activity; do
    ba --json -q -j 1 $f.csv | result >$f.want
    [ "$(wc -c <$f.want)" -gt 2000 ] || fail "hardly a report"
    for j in 1 2 3 8; do
        for b in 37 4K 1M; do
            check $f.want -j $j --block-size $b $f.csv
        done
        check $f.want -j $j --engine libcsv $f.csv
        check $f.want -j $j --engine own --no-mmap $f.csv
    done
    check $f.want --engine libcsv --block-size 100 $f.csv
    for cpu in avx512 avx2,avx512 all; do
        export BNC_DISABLE_CPU=$cpu
        check $f.want $f.csv
        check $f.want -j 3 --block-size 999 $f.csv
    done
    unset BNC_DISABLE_CPU
    gzip -c $f.csv >$f.gz
    split -b 100000 $f.csv part. && for p in part.*; do gzip -c $p; done >$f.members.gz && rm part.*
    check $f.want $f.gz
    check $f.want -j 3 $f.gz
    check $f.want --gunzip zlib $f.gz
    check $f.want --block-size 777 $f.members.gz
    check $f.want -j 8 $f.members.gz
    check $f.want --no-mmap $f.members.gz
    check $f.want - <$f.csv
    cat $f.csv | check $f.want -
    cat $f.gz | check $f.want
    if "$CMD" --version | grep -q 'zstd *yes' && command -v zstd >/dev/null; then
        zstd -q $f.csv -o $f.zst
        check $f.want $f.zst
        cat $f.zst | check $f.want -
    fi
    if "$CMD" --version | grep -q 'zip *yes' && command -v zip >/dev/null; then
        zip -q $f.zip $f.csv
        check $f.want $f.zip
    fi
done
[ $n -ge 90 ] || fail "only $n comparisons"
