# A symbolic link is replaced, not followed; a device is written to, not replaced.
small_export >x.csv
echo precious >target
ln -s target r.json
ba x.csv -o r.json
cat target
[ ! -L r.json ] || fail "the link is still there"
ba x.csv -o /dev/null -t json
[ -c /dev/null ] || fail "/dev/null is no device any more"
ba x.csv -o /dev/stdout -t json >a.json
same a.json r.json
mkfifo p
cat p >b.json &
ba x.csv -t json -o p
wait
same b.json r.json
exits 74 ba x.csv -o /dev/full -t json
[ -c /dev/full ]
