/* SPDX-License-Identifier: MIT */
#include "report/screen.h"

#include "report/cell.h"
#include "util/figure.h"
#include "util/utf8.h"

void bnc_term_ink(struct bnc_term *t, enum bnc_ink how)
{
    static const char *const code[] = { "0", "1", "2", "1;31", "32", "33", "34", "35", "36" };

    if (t->color)
        bnc_buf_printf(t->out, "\033[%sm", code[how]);
}

void bnc_term_end(struct bnc_term *t)
{
    bnc_buf_putc(t->out, '\n');
    t->col = 0;
    t->lines++;
}

struct bnc_visible bnc_term_visible(const struct bnc_term *t, unsigned max_width)
{
    return (struct bnc_visible){ .addresses = t->m->data->show == BNC_SHOW_FULL,
                                 .max_width = max_width,
                                 .ascii = t->ascii };
}

void bnc_term_put(struct bnc_term *t, struct bnc_span s, unsigned max)
{
    const struct bnc_visible how = bnc_term_visible(t, max);

    if (max > 0)
        t->col += bnc_visible_put(t->out, s, &how);
}

void bnc_term_puts(struct bnc_term *t, const char *s)
{
    bnc_term_put(t, bnc_span_str(s), UINT32_MAX);
}

void bnc_term_pad(struct bnc_term *t, unsigned col)
{
    for (; t->col < col; t->col++)
        bnc_buf_putc(t->out, ' ');
}

unsigned bnc_term_left(const struct bnc_term *t)
{
    return t->col < t->width ? t->width - t->col : 0;
}

void bnc_term_own(struct bnc_term *t, struct bnc_buf *b, unsigned right_at)
{
    struct bnc_span rest = bnc_buf_span(b);
    const unsigned w = bnc_text_width(rest);

    if (right_at > w)
        bnc_term_pad(t, right_at - w);
    while (rest.len > 0) {
        const uint32_t cp = bnc_utf8_next(&rest);

        bnc_utf8_put(t->out, cp == 0xa0 ? ' ' : cp);
    }
    t->col += w;
    t->out->failed |= b->failed;
    bnc_buf_clear(b);
}

void bnc_term_count(struct bnc_term *t, uint64_t n, unsigned right_at)
{
    struct bnc_buf b = { .at = NULL };

    bnc_count_put(&b, n, ',');
    bnc_term_own(t, &b, right_at);
    bnc_scratch_end(t->out, &b);
}

void bnc_term_percent(struct bnc_term *t, double share, unsigned right_at)
{
    struct bnc_buf b = { .at = NULL };

    bnc_percent_put(&b, share);
    bnc_term_own(t, &b, right_at);
    bnc_scratch_end(t->out, &b);
}

void bnc_term_bar(struct bnc_term *t, double share, unsigned cells)
{
    static const char *const eighth[] = { "",       "\u258f", "\u258e", "\u258d",
                                          "\u258c", "\u258b", "\u258a", "\u2589" };
    unsigned n = (unsigned)(share * (double)cells * 8 + 0.5);

    n = n == 0 && share > 0 ? 1 : n > cells * 8 ? cells * 8 : n;
    for (unsigned i = 0; i < n / 8; i++)
        bnc_buf_puts(t->out, t->ascii ? "#" : "\u2588");
    t->col += n / 8;
    if (n % 8 > 0) {
        bnc_buf_puts(t->out, t->ascii ? (n % 8 >= 4 || n < 8 ? "#" : " ") : eighth[n % 8]);
        t->col++;
    }
}

void bnc_term_wrapped(struct bnc_term *t, struct bnc_span s, unsigned indent)
{
    while (s.len > 0) {
        size_t n = 0;
        struct bnc_span w;

        while (s.len > 0 && bnc_is_blank(s.at[0])) {
            if (s.at[0] == '\n' && t->col > indent)
                bnc_term_end(t);
            s = bnc_span_from(s.at + 1, s.len - 1);
        }
        while (n < s.len && !bnc_is_blank(s.at[n]))
            n++;
        w = bnc_span_from(s.at, n);
        if (t->col > indent && t->col + 1 + bnc_text_width(w) > t->width)
            bnc_term_end(t);
        if (t->col > indent)
            bnc_term_puts(t, " ");
        bnc_term_pad(t, indent);
        bnc_term_put(t, w, UINT32_MAX);
        s = bnc_span_from(s.at + n, s.len - n);
    }
    bnc_term_end(t);
}

enum bnc_ink bnc_severity_ink(enum bnc_priority p)
{
    return p == BNC_PRIORITY_CRITICAL   ? BNC_INK_RED
           : p == BNC_PRIORITY_FIX_SOON ? BNC_INK_YELLOW
           : p == BNC_PRIORITY_MONITOR  ? BNC_INK_CYAN
                                        : BNC_INK_DIM;
}

const char *bnc_severity_word(enum bnc_priority p)
{
    static const char *const words[] = { "INFO", "MONITOR", "FIX SOON", "CRITICAL" };

    return words[p];
}
