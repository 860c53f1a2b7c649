/* SPDX-License-Identifier: MIT */
#include "report/cell.h"
#include "util/moment.h"

#include <math.h>

#include "util/figure.h"

bool bnc_is_numeric(enum bnc_value_type type)
{
    return type == BNC_VALUE_COUNT || type == BNC_VALUE_INTEGER || type == BNC_VALUE_SHARE ||
           type == BNC_VALUE_RATE || type == BNC_VALUE_INTERVAL || type == BNC_VALUE_CHANGE ||
           type == BNC_VALUE_NUMBER;
}

/* Figures hold a no-break space, which has no place in an ASCII terminal. */
static void put_plain(struct bnc_buf *out, const struct bnc_buf *from, bool ascii)
{
    struct bnc_span rest = bnc_buf_span(from);

    while (rest.len > 0) {
        const uint32_t cp = bnc_utf8_next(&rest);

        bnc_utf8_put(out, ascii && cp == 0xa0 ? ' ' : cp);
    }
}

static void put_percent(struct bnc_buf *out, double share, bool ascii)
{
    struct bnc_buf b = { .at = NULL };

    bnc_percent_put(&b, share);
    put_plain(out, &b, ascii);
    bnc_scratch_end(out, &b);
}

void bnc_interval_put(struct bnc_buf *out, const struct bnc_rate *r, bool ascii)
{
    const unsigned digits = r->high >= 0.0995 ? 1 : r->high >= 0.000995 ? 2 : 3;

    bnc_fixed_put(out, r->low * 100, digits);
    bnc_buf_puts(out, ascii ? "-" : "\u2013");
    bnc_fixed_put(out, r->high * 100, digits);
    bnc_buf_puts(out, ascii ? " %" : "\u00a0%");
}

void bnc_rate_put(struct bnc_buf *out, const struct bnc_rate *r, bool ascii)
{
    if (r->den == 0) {
        bnc_buf_puts(out, "n/a");
        if (r->why_na != NULL)
            bnc_buf_printf(out, ": %s", r->why_na);
        return;
    }
    put_percent(out, r->value, ascii);
    bnc_buf_puts(out, " (");
    bnc_interval_put(out, r, ascii);
    bnc_buf_puts(out, ", ");
    bnc_count_put(out, r->num, ',');
    bnc_buf_puts(out, " of ");
    bnc_count_put(out, r->den, ',');
    bnc_buf_putc(out, ')');
}

void bnc_change_put(struct bnc_buf *out, double change, bool ascii)
{
    const double points = fabs(change) * 100;

    if (points < 0.0005) {
        bnc_buf_puts(out, "unchanged");
        return;
    }
    bnc_buf_puts(out, change < 0 ? (ascii ? "-" : "\u2212") : "+");
    bnc_fixed_put(out, points, points >= 9.995 ? 1 : points >= 0.0995 ? 2 : 3);
    bnc_buf_puts(out, ascii ? " pts" : "\u00a0pts");
}

void bnc_word_put(struct bnc_buf *out, struct bnc_span word, const struct bnc_visible *how)
{
    const char *const spoken = bnc_spoken(word);
    struct bnc_buf b = { .at = NULL };

    if (spoken != NULL)
        word = bnc_span_str(spoken);
    for (size_t i = 0; i < word.len; i++)
        bnc_buf_putc(&b, word.at[i] == '_' ? ' ' : word.at[i]);
    bnc_visible_put(out, bnc_buf_span(&b), how);
    bnc_scratch_end(out, &b);
}

static void put_list(struct bnc_buf *out, const struct bnc_value *v, const struct bnc_visible *how)
{
    for (size_t i = 0; i < v->n_list; i++) {
        if (i > 0)
            bnc_buf_puts(out, "; ");
        bnc_visible_put(out, v->list[i], how);
    }
}

static void put_integer(struct bnc_buf *out, int64_t n, bool ascii)
{
    if (n < 0)
        bnc_buf_puts(out, ascii ? "-" : "\u2212");
    bnc_count_put(out, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n, ',');
}

static char *spell_integer(char *at, int64_t n)
{
    if (n < 0)
        *at++ = '-';
    return bnc_count_spell(at, n < 0 ? (uint64_t)0 - (uint64_t)n : (uint64_t)n);
}

char *bnc_machine_spell(char *at, enum bnc_value_type type, const struct bnc_value *v)
{
    switch (type) {
    case BNC_VALUE_COUNT:
        return bnc_count_spell(at, v->count);
    case BNC_VALUE_INTEGER:
        return spell_integer(at, v->integer);
    case BNC_VALUE_NUMBER:
    case BNC_VALUE_CHANGE:
    case BNC_VALUE_SHARE:
        return bnc_real_spell(at, v->share);
    case BNC_VALUE_FLAG:
        return stpcpy(at, v->count ? "true" : "false");
    default:
        return NULL;
    }
}

bool bnc_machine_put(struct bnc_buf *out, enum bnc_value_type type, const struct bnc_value *v)
{
    char text[BNC_FIGURE_ROOM], *const end = bnc_machine_spell(text, type, v);

    if (end != NULL)
        bnc_buf_put(out, bnc_span_from(text, (size_t)(end - text)));
    return end != NULL;
}

void bnc_cell_put(struct bnc_buf *out, enum bnc_value_type type, const struct bnc_value *v,
                  const struct bnc_visible *how)
{
    if (v->unset) {
        bnc_buf_puts(out, how->ascii ? "-" : "\u2013");
        return;
    }
    switch (type) {
    case BNC_VALUE_COUNT:
        bnc_count_put(out, v->count, ',');
        break;
    case BNC_VALUE_INTEGER:
        put_integer(out, v->integer, how->ascii);
        break;
    case BNC_VALUE_SHARE:
        put_percent(out, v->share, how->ascii);
        break;
    case BNC_VALUE_NUMBER:
        bnc_real_put(out, v->share);
        break;
    case BNC_VALUE_CHANGE:
        bnc_change_put(out, v->share, how->ascii);
        break;
    case BNC_VALUE_RATE:
        bnc_rate_put(out, v->rate, how->ascii);
        break;
    case BNC_VALUE_INTERVAL:
        bnc_interval_put(out, v->rate, how->ascii);
        break;
    case BNC_VALUE_TIME:
        bnc_moment_put(out, v->integer);
        break;
    case BNC_VALUE_FLAG:
        bnc_buf_puts(out, v->count ? "yes" : "no");
        break;
    case BNC_VALUE_LIST:
        put_list(out, v, how);
        break;
    case BNC_VALUE_WORD:
        bnc_word_put(out, v->text, how);
        break;
    default:
        if (v->text.len == 0)
            bnc_buf_puts(out, "(none)");
        else
            bnc_visible_put(out, v->text, how);
    }
}
