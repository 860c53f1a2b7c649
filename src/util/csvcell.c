/* SPDX-License-Identifier: MIT */
#include "util/csvcell.h"

/* Of a long cell, five searches of the C library's are faster than one step a byte. */
#define LONG_CELL 48u
static bool has_special(struct bnc_span s, char delim)
{
    const char special[] = { delim, '"', '\r', '\n', '\0' };

    if (s.len >= LONG_CELL) {
        for (size_t k = 0; k < sizeof special; k++)
            if (memchr(s.at, special[k], s.len) != NULL)
                return true;
        return false;
    }
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] == delim || s.at[i] == '"' || s.at[i] == '\r' || s.at[i] == '\n' ||
            s.at[i] == '\0')
            return true;
    return false;
}

static bool needs_quotes(struct bnc_span s, char delim)
{
    if (has_special(s, delim))
        return true;
    return s.len > 0 && (bnc_is_blank(s.at[0]) || bnc_is_blank(s.at[s.len - 1]));
}

void bnc_csv_put_quoted(struct bnc_buf *out, struct bnc_span s)
{
    const char *quote;

    bnc_buf_putc(out, '"');
    while (s.len > 0 && (quote = memchr(s.at, '"', s.len)) != NULL) {
        const size_t n = (size_t)(quote - s.at) + 1;

        bnc_buf_put(out, bnc_span_from(s.at, n));
        bnc_buf_putc(out, '"');
        s = bnc_span_from(s.at + n, s.len - n);
    }
    bnc_buf_put(out, s);
    bnc_buf_putc(out, '"');
}

void bnc_csv_put(struct bnc_buf *out, struct bnc_span s, char delim)
{
    if (needs_quotes(s, delim))
        bnc_csv_put_quoted(out, s);
    else
        bnc_buf_put(out, s);
}

bool bnc_is_formula(struct bnc_span s)
{
    static const char *const wide[] = { "\uff1d", "\uff0b", "\uff0d", "\uff20" };

    if (s.len > 0 && memchr("=+-@\t\r", s.at[0], 6) != NULL)
        return true;
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (s.len >= 3 && memcmp(s.at, wide[i], 3) == 0)
            return true;
    return false;
}
