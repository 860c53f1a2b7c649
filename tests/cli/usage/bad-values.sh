# Values are checked before any work; each fault is one line and a hint.
for o in --threads=0 --threads=x --threads=1025 --memory=5Q --memory= --block-size=0 --max-bad-rows=101 --domain-share=2 --delimiter=ab --width=-1 \
    --fail-on=hot '--fail-on=bounce_rat>3' '--fail-on=bounce_rate>x' --since= --since=45000; do
    exits 2 ba "$o" x.csv
    cat stdout
    head -n 1 stderr
    sed -n 2p stderr | grep -qx "Try 'bounce-analyzer --help'" || fail "no hint: $o"
    [ "$(wc -l <stderr)" = 2 ] || fail "more than two lines: $o"
done
