/* SPDX-License-Identifier: MIT
 * finish_late.c - a late bounce takes a delivery back: whose, of which day, campaign and sender.
 */
#include "aggregate/finish_steps.h"

#include <stdlib.h>

struct spread {
    /* late bounces of each subject: its own provider's, those of other providers */
    uint64_t *late, *others;
    uint64_t *avail, *take; /* deliveries, and how many of them are taken back */
    size_t n;
    uint64_t left; /* still to be taken */
};

static bool spread_init(struct spread *s, size_t n, uint64_t target)
{
    *s = (struct spread){ .late = calloc(4 * (n + 1), sizeof *s->late), .n = n, .left = target };
    if (s->late == NULL)
        return false;
    s->others = s->late + n;
    s->avail = s->others + n;
    s->take = s->avail + n;
    return true;
}

static void spread_take(struct spread *s, size_t i, uint64_t want)
{
    uint64_t give = s->avail[i] - s->take[i];

    give = give < want ? give : want;
    give = give < s->left ? give : s->left;
    s->take[i] += give;
    s->left -= give;
}

/*
 * What a subject can't give for its late bounces, the nearest before it gives: a delivery comes
 * before its bounce.
 */
static void spread_back(struct spread *s, const uint64_t *late, bool done)
{
    uint64_t owed = 0;

    for (size_t i = s->n; i-- > 0 && s->left > 0;) {
        const uint64_t before = s->take[i];

        owed += !done ? late[i] : late[i] > before ? late[i] - before : 0;
        spread_take(s, i, owed);
        owed -= s->take[i] - before;
    }
}

/*
 * Shares the takings out among subjects in sorted order: each for its own late bounces first, then
 * for those of subjects behind it, then for those of other providers (a reply may name another
 * provider than the domain), then the first that can.
 */
static void spread(struct spread *s)
{
    for (size_t i = 0; i < s->n; i++)
        spread_take(s, i, s->late[i]);
    spread_back(s, s->late, true);
    spread_back(s, s->others, false);
    for (size_t i = 0; i < s->n; i++)
        spread_take(s, i, s->left);
}

/* Takes 'target' deliveries out of the cells of one kind and provider. */
static bool take_from_cells(struct bnc_count *cells, size_t n, unsigned provider, uint64_t target)
{
    struct spread s;
    size_t at = 0;

    if (!spread_init(&s, n, target))
        return false;
    for (size_t i = 0; i < n; i++) {
        const bool own = BNC_CELL_PROVIDER(cells[i].key) == provider;
        const unsigned col = BNC_CELL_COL(cells[i].key);

        at += i > 0 && BNC_CELL_SUBJECT(cells[i].key) != BNC_CELL_SUBJECT(cells[i - 1].key);
        if (col == BNC_COL_LATE)
            *(own ? &s.late[at] : &s.others[at]) += cells[i].n;
        else if (col == BNC_EVENT_DELIVERED && own)
            s.avail[at] = cells[i].n;
    }
    s.n = n > 0 ? at + 1 : 0;
    spread(&s);
    at = 0;
    for (size_t i = 0; i < n; i++) {
        at += i > 0 && BNC_CELL_SUBJECT(cells[i].key) != BNC_CELL_SUBJECT(cells[i - 1].key);
        if (BNC_CELL_PROVIDER(cells[i].key) == provider &&
            BNC_CELL_COL(cells[i].key) == BNC_EVENT_DELIVERED)
            cells[i].n -= s.take[at];
    }
    free(s.late);
    return true;
}

size_t bnc_finish_kind_at(const struct bnc_merged *m, unsigned kind)
{
    size_t low = 0, high = m->n_cells;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;

        if (BNC_CELL_KIND(m->cells[mid].key) < kind)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool take_back_by_provider(struct finish *f, uint64_t n_taken)
{
    const size_t n = f->t->n_providers, n_days = bnc_finish_kind_at(&f->m, BNC_KIND_DAY + 1);
    struct spread s;
    bool ok = true;

    if (!spread_init(&s, n, n_taken))
        return false;
    for (size_t i = 0; i < n_days; i++) {
        const unsigned provider = BNC_CELL_PROVIDER(f->m.cells[i].key),
                       col = BNC_CELL_COL(f->m.cells[i].key);

        if (col == BNC_COL_LATE)
            s.late[provider] += f->m.cells[i].n;
        if (col == BNC_EVENT_DELIVERED)
            s.avail[provider] += f->m.cells[i].n;
    }
    spread(&s);
    for (unsigned p = 0; ok && p < n; p++)
        for (unsigned k = 0; ok && s.take[p] > 0 && k < BNC_N_KINDS; k++) {
            const size_t at = bnc_finish_kind_at(&f->m, k);

            ok = take_from_cells(f->m.cells + at, bnc_finish_kind_at(&f->m, k + 1) - at, p,
                                 s.take[p]);
        }
    free(s.late);
    return ok;
}

bool bnc_finish_take_back(struct finish *f)
{
    struct bnc_merged *m = &f->m;
    uint64_t n_taken = 0;

    f->taken = calloc((size_t)m->n_domains + 1, sizeof *f->taken);
    if (f->taken == NULL)
        return false;
    for (size_t i = 0; m->any_late && i < m->n_pairs; i++)
        if (BNC_PAIR_ENTRY(m->pairs[i].key) == BNC_PSEUDO_LATE) {
            const uint32_t d = BNC_PAIR_DOMAIN(m->pairs[i].key);

            f->taken[d] =
                m->pairs[i].n < m->domains[d].delivered ? m->pairs[i].n : m->domains[d].delivered;
            n_taken += f->taken[d];
        }
    f->t->late = n_taken;
    return n_taken == 0 || take_back_by_provider(f, n_taken);
}
