# Settings of other commands are fine in a file.
printf 'fail-on = critical\nexcel = no\npolicy = careful\n' >c.conf
small_export >x.csv
ba formats --config c.conf x.csv >/dev/null
ba classify --config c.conf x.csv >/dev/null
