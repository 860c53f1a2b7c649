# Whoever slips in a provider's name is told which one was meant, wherever one can be named.
small_export 5 >x.csv
exits 2 ba --provider Gmal x.csv; head -n 1 stderr
exits 2 ba --fail-on 'bounce_rate@mircosoft>1' x.csv; head -n 1 stderr
exits 2 ba explain --provider yaho '550 5.1.1 User unknown'; head -n 1 stderr
