/* SPDX-License-Identifier: MIT */
#include "schema/column_name.h"

#include "schema/times.h"

static bool is_filler(char c)
{
    return c == ' ' || c == '_' || c == '-' || c == '.' || c == '[' || c == ']';
}

/*
 * Fillers, and the index of a flattened array's first element: "recipients[0].email",
 * "recipients.0.email", "recipients_0".
 */
static size_t skip_fillers(struct bnc_span s, size_t i)
{
    while (i < s.len && (is_filler(s.at[i]) || (s.at[i] == '0' && i > 0 && is_filler(s.at[i - 1]) &&
                                                (i + 1 == s.len || is_filler(s.at[i + 1])))))
        i++;
    return i;
}

enum bnc_match bnc_name_match(struct bnc_span a, struct bnc_span b)
{
    size_t i = 0, j = 0;

    if (bnc_span_eq_nocase(a, b))
        return BNC_MATCH_EXACT;
    for (;;) {
        i = skip_fillers(a, i);
        j = skip_fillers(b, j);
        if (i == a.len || j == b.len)
            return i == a.len && j == b.len ? BNC_MATCH_LOOSE : BNC_MATCH_NONE;
        if (bnc_lower(a.at[i++]) != bnc_lower(b.at[j++]))
            return BNC_MATCH_NONE;
    }
}

bool bnc_header_zone(struct bnc_span *name, int *zone)
{
    const char last = name->len > 4 ? bnc_lower(name->at[name->len - 1]) : '\0';
    size_t at = name->len;

    if (last != ')' && last != 'c' && last != 't')
        return false;
    while (at > 0 && (last == ')' ? name->at[at - 1] != '(' : !is_filler(name->at[at - 1])))
        at--;
    if (at < 2)
        return false;
    if (last != ')' && !bnc_span_eq_nocase(bnc_span_from(name->at + at, name->len - at),
                                           last == 'c' ? BNC_SPAN("UTC") : BNC_SPAN("GMT")))
        return false;
    if (!bnc_zone_parse(bnc_span_from(name->at + at, name->len - at - (last == ')')), zone))
        return false;
    *name = bnc_span_trim(bnc_span_from(name->at, at - 1));
    return true;
}
