# release
# Absurd thread counts and a machine that gives no threads change nothing but the time.
small_export 2000 >x.csv
ba --json -q -j 1 x.csv >want
OMP_NUM_THREADS=500 ba --json -q x.csv >got
same want got
OMP_NUM_THREADS=nonsense ba --json -q x.csv >got 2>/dev/null
same want got
ba --json -q -j 64 x.csv >got
same want got
taskset -c 0 "$CMD" --json -q x.csv >got
same want got
