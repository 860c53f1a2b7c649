# SPDX-License-Identifier: MIT
# glob.sh - matches_glob PATTERNS TEXT: every line of the file TEXT matches the shell pattern on its line of the file PATTERNS;
# a pattern line "..." stands for any number of lines.  Sourced by run.sh.

matches_glob() {
    awk -v patterns="$1" '
        # A shell pattern as a regular expression: * and ? are special, all else is literal.
        function regex(p,   i, c, r) {
            r = "^"
            for (i = 1; i <= length(p); i++) {
                c = substr(p, i, 1)
                if (c == "*") r = r ".*"
                else if (c == "?") r = r "."
                else if (index("][\\.^$+(){}|/", c)) r = r "\\" c
                else r = r c
            }
            return r "$"
        }
        # Do lines i.. match patterns j.. ?
        function match_from(i, j) {
            for (; j <= np; j++) {
                if (pat[j] == "...") {
                    for (; i <= nl + 1; i++)
                        if (match_from(i, j + 1)) return 1
                    return 0
                }
                if (i > nl || line[i] !~ regex(pat[j])) return 0
                i++
            }
            return i > nl
        }
        BEGIN { while ((getline l < patterns) > 0) pat[++np] = l }
        { line[++nl] = $0 }
        END { exit !match_from(1, 1) }' "$2"
}
