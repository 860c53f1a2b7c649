# Machine output does not know the locale, nor the machine's time zone.
small_export 200 >x.csv
ba --json -q x.csv >want
ba classify -q x.csv >want.csv
mkdir loc
for l in de_DE tr_TR; do
    command -v localedef >/dev/null && localedef -i $l -f UTF-8 loc/$l.UTF-8 2>/dev/null || true
done
# the C library itself leaks a copy of LOCPATH
export ASAN_OPTIONS=detect_leaks=0
export LOCPATH=$PWD/loc
for l in C POSIX de_DE.UTF-8 tr_TR.UTF-8 nonsense; do
    LC_ALL=$l ba --json -q x.csv >got
    same want got
    LC_ALL=$l ba classify -q x.csv >got
    same want.csv got
done
env -u LC_ALL "$CMD" --json -q x.csv >got
same want got
for tz in UTC Europe/Berlin America/New_York Asia/Kathmandu :nonsense; do
    TZ=$tz ba --json -q x.csv >got
    same want got
done
