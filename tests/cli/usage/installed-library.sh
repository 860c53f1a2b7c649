# release
# The example at the top of analysis.h compiles and links against what 'make install' puts in place, by its pkg-config file alone.
make -s -C "$ROOT" MODE="$MODE" -o all install DESTDIR="$PWD/root" PREFIX=/usr >/dev/null 2>&1
pc=root/usr/lib/pkgconfig/libbounce.pc
value() { sed -n "s|^$1: ||p" "$pc" | sed "s|\${prefix}|/usr|g; s|\${includedir}|/usr/include|g; s|\${libdir}|/usr/lib|g; s|-\([IL]\)/usr|-\1root/usr|g"; }
mkdir -p exports/2026-10
small_export >exports/2026-10/x.csv
{
    printf '#include <bounce/analysis.h>\nint main(void)\n{\n'
    sed -n '/^ \*     static const char \*const paths/,/^ \*     bnc_analysis_free/s/^ \*//p' root/usr/include/bounce/analysis.h
    printf '    return err.status;\n}\n'
} >stranger.c
${CC:-cc} -std=c99 -Wall -Werror $(value Cflags) stranger.c $(value Libs) -o stranger
./stranger
grep -c '<h1' october.html
for h in root/usr/include/bounce/*.h; do ${CC:-cc} -std=c99 -Wall -Werror -fsyntax-only -Iroot/usr/include -x c "$h"; done
