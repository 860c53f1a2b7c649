# 78, with file and line, and the nearest setting.
printf 'threads = 2\nthraeds = 2\n' >a.conf
exits 78 ba --config a.conf x.csv; cat stdout stderr
printf '\n\nthreads = many\n' >b.conf
exits 78 ba --config b.conf x.csv; cat stdout stderr
printf 'output = x.html\n' >c.conf
exits 78 ba --config c.conf x.csv; cat stdout stderr
exits 78 ba --config none.conf x.csv; cat stdout stderr
BOUNCE_ANALYZER_POLCY=strict exits 78 ba x.csv; cat stdout stderr
BOUNCE_ANALYZER_POLICY=lax exits 78 ba x.csv; cat stdout stderr
# a fault shows even where a stronger place has the say
exits 78 ba --config b.conf --threads 2 x.csv; cat stdout stderr
