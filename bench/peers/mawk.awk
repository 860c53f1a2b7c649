# SPDX-License-Identifier: MIT
# mawk -v OUT=FOLDER -f mawk.awk rules.tsv FILE - the job as a script would do it, for PowerMTA rows.
# Fields are split at commas outside quotes (a third of the rows are quoted); a row ends where its quotes are even.
function literal(s) { gsub(/[.*+?^${}()|\[\]\\]/, "\\\\&", s); gsub(/%/, ".*", s); return s }
function split_row(line,    n, m, i, part, cell, open, copy) {
    if (index(line, "\"") == 0) return split(line, F, ",")
    n = open = 0
    m = split(line, part, ",")
    for (i = 1; i <= m; i++) {
        cell = open ? cell "," part[i] : part[i]
        copy = part[i]
        open = (open + gsub(/"/, "", copy)) % 2
        if (open) continue
        if (substr(cell, 1, 1) == "\"") { cell = substr(cell, 2, length(cell) - 2); gsub(/""/, "\"", cell) }
        F[++n] = cell
    }
    return n
}
function cause(text, code,    i) {
    for (i = 1; i <= n_rules; i++) if (text ~ pattern[i]) return rule[i]
    for (i = 1; i <= n_codes; i++) if (index(code, prefix[i]) == 1) return by_code[i]
    return "other"
}
function enhanced(s) { return match(s, /^[245]\.[0-9]+\.[0-9]+/) ? substr(s, 1, RLENGTH) : "" }

FNR == NR {
    if (/^#/) next
    split($0, F, "\t")
    if (F[1] == "provider") provider[F[3]] = F[2]
    else if (F[1] == "code") { by_code[++n_codes] = F[2]; prefix[n_codes] = F[3] }
    else if (rule[n_rules] == F[2]) pattern[n_rules] = pattern[n_rules] "|" literal(F[3])
    else { rule[++n_rules] = F[2]; pattern[n_rules] = literal(F[3]) }
    next
}
FNR == 1 { n = split($0, F, ","); for (i = 1; i <= n; i++) col[F[i]] = i; next }
{
    line = rest $0
    copy = line
    if (gsub(/"/, "", copy) % 2) { rest = line "\n"; next }
    rest = ""
    split_row(line)
    type = F[col["type"]]; text = tolower(F[col["dsnDiag"]]); rcpt = tolower(F[col["rcpt"]])
    domain = rcpt; sub(/.*@/, "", domain)
    reply = code = ""
    answer = F[col["dsnDiag"]]; sub(/^smtp;/, "", answer); sub(/^[ \t\n]+/, "", answer)
    if (answer ~ /^[245][0-9][0-9]/) {
        reply = substr(answer, 1, 3)
        if (answer ~ /^...[- ]/) code = enhanced(substr(answer, 5))
    }
    if (code == "") code = enhanced(F[col["dsnStatus"]])
    by_domain[domain]++
    by_day[substr(F[col["timeLogged"]], 1, 10) "," type]++
    by_reply[reply "," code]++
    if ((type == "b" || type == "t") && !(rcpt in seen)) { seen[rcpt]; failing[domain]++ }
    what = type == "d" ? "delivered" : type == "f" ? "complaint" : cause(text, code)
    by_provider[(domain in provider ? provider[domain] : "other") "," what]++
}
END {
    f = OUT "/domain.csv"; print "domain,n" > f; for (k in by_domain) print k "," by_domain[k] > f
    f = OUT "/failing.csv"; print "domain,n" > f; for (k in failing) print k "," failing[k] > f
    f = OUT "/provider.csv"; print "provider,cat,n" > f; for (k in by_provider) print k "," by_provider[k] > f
    f = OUT "/code.csv"; print "reply,enh,n" > f; for (k in by_reply) print k "," by_reply[k] > f
    f = OUT "/day.csv"; print "day,type,n" > f; for (k in by_day) print k "," by_day[k] > f
}
