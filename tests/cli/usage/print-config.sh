# Every setting, its value and where it comes from; what is printed can be read back.
BOUNCE_ANALYZER_THREADS=3 ba --no-config --print-config --delimiter tab --max-bad-rows 5% --memory 2G --map a=b --map c=d >p
grep -v 'as built in' p
ba --no-config --config p --print-config | grep -v '^#' >q
grep -v '^#' p | diff - q
