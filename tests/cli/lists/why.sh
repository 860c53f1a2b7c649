# Why one address is where it is, on standard output and nowhere else.
small_export 100 >x.csv
ba suppress --explain user.0004@example.net x.csv
ba suppress --explain nobody@example.org x.csv
ls
