# The first screen has 24 lines with the prompt, whatever the input, and says what is undecided and how rows divide.
for sample in "$ROOT"/samples/*.csv "$ROOT"/samples/*.jsonl; do
    exits 0 ba report "$sample"
    [ "$(wc -l <stdout)" -le 23 ] || fail "$sample: $(wc -l <stdout) lines"
    grep -q '^unclassified ' stdout || fail "$sample: nothing on what is unclassified"
    grep -q 'malformed' stdout || fail "$sample: rows are not counted by kind"
    ! grep -q "$(printf '\033')" stdout || fail "$sample: colour in a pipe"
done
LC_ALL=C exits 0 ba report "$ROOT/samples/pmta-accounting.csv"
! LC_ALL=C grep -q '[^ -~]' stdout || fail "bytes above ASCII in the C locale"
