# Every block edge there can be, in a small file that has everything.
head -c 6000 "$ROOT/samples/nastiest-legal.csv" | head -n 40 >n.csv
small_export 40 >s.csv
for f in n s; do
    ba --json -q $f.csv >want
    for b in 1 2 3 5 7 11 64; do
        ba --json -q -j 2 --block-size $b $f.csv >got
        same want got
        ba --json -q -j 1 --no-mmap --block-size $b --engine libcsv $f.csv >got
        same want got
    done
done
