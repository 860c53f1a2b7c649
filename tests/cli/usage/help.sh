# --help goes to standard output and ends with 0; examples come before the options.
ba --help >help
grep -n '^Examples:\|^Commands:\|^Output:\|^Exit status:' help | sed 's/^[0-9]*://'
grep -c '^  bounce-analyzer' help
ba report --help | head -n 1
ba classify -h | grep -c -- --fail-on || true
