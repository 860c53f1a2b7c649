# An output that is one of the inputs is refused by device and inode, whatever it is called.
small_export >x.json
cp x.json copy
exits 2 ba x.json -o x.json; cat stdout stderr
ln x.json hard.json
exits 2 ba x.json -o hard.json; cat stdout stderr
ln -s x.json soft.json
exits 2 ba x.json -o soft.json; cat stdout stderr
mkdir d
cp x.json d/in.txt
exits 2 ba d -o d/in.txt; cat stdout stderr
exits 2 ba x.json --save-state x.json; cat stdout stderr
exits 2 ba x.json --rejects hard.json; cat stdout stderr
exits 2 ba classify x.json -o x.json; cat stdout stderr
exits 2 ba - -o x.json <x.json; cat stdout stderr
same x.json copy
