/* SPDX-License-Identifier: MIT
 * finish_cells.c - the subjects that are left, and their cells.
 */
#include "aggregate/finish_steps.h"

#include <stdlib.h>

#define N_DAY_SLOTS (UINT32_MAX / BNC_SECONDS_PER_DAY + 2)

static struct bnc_span subject_name(struct finish *f, unsigned kind, uint32_t subject)
{
    char day[32];

    if (kind == BNC_KIND_DAY) {
        bnc_day_name(subject, day);
        return bnc_arena_copy(&f->t->arena, bnc_span_str(day));
    }
    return bnc_arena_copy(&f->t->arena, f->m.names[kind][subject]);
}

static void add_to_subject(struct bnc_subject *s, const struct bnc_cell *c)
{
    s->n[bnc_col_type(c->col)] += c->n;
    if (c->first != BNC_NO_TIME && (s->first == BNC_NO_TIME || c->first < s->first))
        s->first = c->first;
    if (c->last != BNC_NO_TIME && (s->last == BNC_NO_TIME || c->last > s->last))
        s->last = c->last;
}

/* The cells of one kind, with new numbers for the subjects that are left. */
static bool build_kind(struct finish *f, unsigned kind)
{
    struct bnc_tally *t = f->t;
    const size_t from = bnc_finish_kind_at(&f->m, kind), to = bnc_finish_kind_at(&f->m, kind + 1);
    uint32_t before = UINT32_MAX;
    struct bnc_subject *s;
    size_t n = 0;

    for (size_t i = from; i < to; i++)
        if (BNC_CELL_COL(f->m.cells[i].key) != BNC_COL_LATE) {
            n += BNC_CELL_SUBJECT(f->m.cells[i].key) != before;
            before = BNC_CELL_SUBJECT(f->m.cells[i].key);
        }
    t->subject[kind] = bnc_arena_zeroed(&t->arena, n, sizeof *s);
    if (t->subject[kind] == NULL)
        return false;
    s = t->subject[kind] - 1;
    before = UINT32_MAX;
    for (size_t i = from; i < to; i++) {
        const struct bnc_count *c = &f->m.cells[i];
        const uint32_t subject = BNC_CELL_SUBJECT(c->key);
        struct bnc_cell *cell = &t->cells[t->n_cells];

        if (BNC_CELL_COL(c->key) == BNC_COL_LATE)
            continue;
        if (subject != before) {
            *++s = (struct bnc_subject){ .name = subject_name(f, kind, subject),
                                         .first = BNC_NO_TIME,
                                         .last = BNC_NO_TIME };
            if (s->name.at == NULL)
                return false;
            s->day = kind == BNC_KIND_DAY && subject > 0 ? (int32_t)subject - 1 : BNC_DAY_NONE;
            if (kind == BNC_KIND_DAY)
                f->day_subject[subject] = (uint32_t)t->n_subjects[kind];
            if (kind == BNC_KIND_CAMPAIGN)
                f->campaign_index[subject] = (uint32_t)t->n_subjects[kind];
            t->n_subjects[kind]++;
            before = subject;
        }
        *cell = (struct bnc_cell){ .kind = (uint8_t)kind,
                                   .subject = (uint32_t)t->n_subjects[kind] - 1,
                                   .provider = BNC_CELL_PROVIDER(c->key),
                                   .col = (uint16_t)BNC_CELL_COL(c->key),
                                   .n = c->n,
                                   .first = bnc_time_of_first(c->first),
                                   .last = bnc_time_of_last(c->last) };
        add_to_subject(s, cell);
        t->n_cells++;
    }
    return true;
}

bool bnc_finish_cells(struct finish *f)
{
    struct bnc_tally *t = f->t;
    const size_t n_campaigns = f->m.n_names[BNC_KIND_CAMPAIGN];

    t->cells = bnc_arena_zeroed(&t->arena, f->m.n_cells, sizeof *t->cells);
    f->day_subject = malloc(N_DAY_SLOTS * sizeof *f->day_subject);
    f->campaign_index = malloc((n_campaigns + 1) * sizeof *f->campaign_index);
    if (t->cells == NULL || f->day_subject == NULL || f->campaign_index == NULL)
        return false;
    memset(f->campaign_index, 0xff, (n_campaigns + 1) * sizeof *f->campaign_index);
    memset(f->day_subject, 0xff, N_DAY_SLOTS * sizeof *f->day_subject);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        if (!build_kind(f, k))
            return false;
    return true;
}
