# Name, version, commit, what was built in, the scanner's kernel, the rule set and its date; the same as JSON.
ba --version >text
head -n 1 text | grep -qx 'bounce-analyzer [0-9]*\.[0-9]*\.[0-9]*' || fail "$(head -n 1 text)"
for part in commit scan_kernel openmp zlib isal libdeflate zstd zip psl idn sqlite rules; do
    grep -q "^ *$part  *[^ ]" text || fail "no $part"
done
grep -q '^ *rules  *20[0-9][0-9]-[01][0-9]-[0-3][0-9]$' text || fail "the rules have no date"
BNC_DISABLE_CPU=all ba --version | grep scan_kernel
ba -V | cmp - text
ba --version --json >v.json
jq -r 'keys_unsorted[0:3] | join(" ")' v.json
[ "$(jq length v.json)" -ge 12 ]
# other commands know the option too, and nothing is waited for
exits 0 ba classify --version
exits 0 ba --json --version x.csv
