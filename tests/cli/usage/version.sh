ba --version | head -n 1 | sed 's/ .*//'
ba --version --json >v.json
ba -V >/dev/null
head -c 1 v.json
