# Lists belong together: where one can't take its place, none is replaced.
small_export 60 >x.csv
exits 0 ba suppress x.csv -o l/
for f in l/*.csv; do echo old >"$f"; done
for one in keep hold suppress reengage suppress_domains; do
    rm l/$one.csv; mkdir l/$one.csv
    exits 73 ba suppress x.csv -o l/
    [ "$(cat l/*.csv 2>/dev/null | sort -u)" = old ] || fail "some lists were replaced though $one was not"
    [ -z "$(find l -name '*.tmp')" ] || fail "temporary files are left"
    rmdir l/$one.csv; echo old >l/$one.csv
done
exits 0 ba suppress x.csv -o l/
! grep -qx old l/*.csv
