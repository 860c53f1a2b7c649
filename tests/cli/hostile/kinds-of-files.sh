# A FIFO, an empty folder, a device, a file without permission, a missing one.
small_export >x.csv
ba --json x.csv | grep -v '"inputs"\|x.csv\|"name"' >want
mkfifo p
cat x.csv >p &
ba --json p >fifo
wait
[ -s fifo ]
mkdir empty
exits 66 ba empty
exits 0 ba /dev/null
if [ "$(id -u)" != 0 ]; then
    chmod 000 x.csv
    exits 66 ba x.csv
fi
mkdir deep deep/er
small_export >deep/er/b.csv
small_export >deep/a.csv
echo hidden >deep/.hidden
exits 0 ba --json deep
# one byte at a time through a pipe
small_export 5 | dd bs=1 2>/dev/null | ba --json >slow
small_export 5 | ba --json >fast
same slow fast
