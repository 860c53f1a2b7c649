/* SPDX-License-Identifier: MIT */
#include "schema/not_recognized.h"

#include <stdio.h>

struct near {
    const struct bnc_format_row *format;
    unsigned held;
    struct bnc_span missing;
};

/* The two formats of whose signature most columns are there. */
static void nearest(const struct bnc_header *h, struct near near[2])
{
    near[0] = near[1] = (struct near){ NULL, 0, { "", 0 } };
    for (size_t i = 0; i + 1 < bnc_n_formats; i++) {
        struct near n = { .format = &bnc_format_rows[i] };

        n.missing = bnc_format_missing(n.format, h, &n.held);
        if (n.held == 0 || n.missing.len == 0)
            continue;
        if (n.held > near[0].held) {
            near[1] = near[0];
            near[0] = n;
        } else if (n.held > near[1].held) {
            near[1] = n;
        }
    }
}

/* Column names as a list, at most about 200 bytes, control characters as '?'. */
static void list_columns(const struct bnc_header *h, char *to, size_t cap)
{
    size_t n = 0;
    uint32_t i = 0;

    for (; i < h->n && n + 64 < cap; i++) { /* room for " and 4095 more", too */
        n += (size_t)snprintf(to + n, cap - n, "%s'", i > 0 ? ", " : "");
        for (size_t k = 0; k < h->name[i].len && k < 40 && n + 8 < cap; k++) {
            const unsigned char c = (unsigned char)h->name[i].at[k];

            to[n++] = c < ' ' || c == 127 ? '?' : (char)c;
        }
        to[n++] = '\'';
    }
    to[n] = '\0';
    if (i < h->n)
        snprintf(to + n, cap - n, " and %u more", h->n - i);
}

/* A table of counts: no address anywhere, and more digits than letters in its rows. */
static bool holds_totals(const struct bnc_header *h, struct bnc_span rows)
{
    long surplus = 0;

    for (size_t i = 0; i < rows.len; i++) {
        const char ch = rows.at[i];

        if (ch == '@')
            return false;
        surplus += (ch >= '0' && ch <= '9') - ((ch | 32) >= 'a' && (ch | 32) <= 'z');
    }
    return h->n > 1 && surplus > 0;
}

enum bnc_status bnc_not_recognized(const struct bnc_header *h, struct bnc_span rows,
                                   struct bnc_error *err)
{
    char columns[260], formats[300];
    struct near near[2];
    size_t n = 0;

    list_columns(h, columns, sizeof columns);
    if (holds_totals(h, rows))
        return bnc_error_set(
            err, BNC_EDATA,
            "not recognized as an export: its columns are %s; no cell holds an address: totals "
            "can't be analyzed, but as a CSV file with columns date, domain, provider or campaign, "
            "and sent they can stand beside an export (--sent)",
            columns);
    nearest(h, near);
    for (int i = 0; i < 2 && near[i].format != NULL; i++)
        n += (size_t)snprintf(formats + n, sizeof formats - n, "%s%s (missing: %.*s)",
                              i > 0 ? ", " : "; nearest formats: ", near[i].format->id,
                              (int)(near[i].missing.len < 60 ? near[i].missing.len : 60),
                              near[i].missing.at);
    formats[n] = '\0';
    return bnc_error_set(
        err, BNC_EDATA,
        "not recognized as an export: %s %s%s; name the columns yourself, e.g. --map "
        "recipient=Column,diagnostic=Column,event_type=Column",
        h->n == 0 ? "it has no columns" : "its columns are", columns, formats);
}
