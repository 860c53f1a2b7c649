/* SPDX-License-Identifier: MIT
 * words.c - findings in words.
 */
#include <stdio.h>

#include "detect/judging.h"

static void put_share(struct bnc_buf *b, double share)
{
    const double percent = share * 100;

    bnc_buf_printf(b, percent >= 10 ? "%.0f %%" : percent >= 1 ? "%.1f %%" : "%.2f %%", percent);
}

static void put_headline(struct bnc_buf *b, const struct bnc_finding *f)
{
    bnc_buf_put(b, f->subject);
    if (f->kind == BNC_FINDING_COMPLAINT_RATE) {
        bnc_buf_puts(b, ": complaint rate ");
        put_share(b, f->rate.value);
        bnc_buf_printf(b, " (%llu of %llu delivered)", (unsigned long long)f->rate.num, (unsigned long long)f->rate.den);
        return;
    }
    bnc_buf_printf(b, " fails as a whole: %llu recipients, %s", (unsigned long long)f->recipients, bnc_causes[f->cause].name);
}

enum bnc_status bnc_words_write(struct bnc_judging *g)
{
    struct bnc_buf b = { .at = NULL };
    bool ok = true;

    for (size_t i = 0; ok && i < g->n_findings; i++) {
        bnc_buf_clear(&b);
        put_headline(&b, &g->finding[i]);
        g->finding[i].headline = bnc_arena_copy(&g->j->arena, bnc_buf_span(&b));
        ok = !b.failed && g->finding[i].headline.at != NULL;
    }
    bnc_buf_release(&b);
    return ok ? BNC_OK : bnc_error_nomem(g->err);
}
