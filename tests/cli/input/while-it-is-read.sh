# slow
# A file that grows, is replaced or is deleted while it is read: what stood there first is what is read; mapped or not, never a crash.
small_export 150000 >whole.csv
rounds=${ROUNDS:-8}
[ "$MODE" = release ] || rounds=3
ba --json -q -j 1 whole.csv | jq -c .rows >want
for how in grow replace delete; do
    for way in '' --no-mmap; do
        i=0
        while [ $i -lt "$rounds" ]; do
            i=$((i + 1))
            rm -f x.csv
            cp whole.csv x.csv
            "$CMD" x.csv --json -q -j 1 $way >out 2>err &
            pid=$!
            sleep 0.0$((i % 7 + 1))
            case $how in
            grow) tail -n 1000 whole.csv >>x.csv ;;
            replace) head -n 50 whole.csv >new.csv; mv new.csv x.csv ;;
            delete) rm x.csv ;;
            esac
            got=0
            wait $pid || got=$?
            case $got in
            0) [ "$(jq .rows_read out)" -ge 150000 ] || [ "$(jq .rows_read out)" = 49 ] || fail "$how $way: $(jq .rows_read out) rows" ;;
            66 | 74) [ -s err ] || fail "$how $way: $got without a word" ;;
            *) cat err; fail "$how $way ended with $got" ;;
            esac
        done
    done
done
