/* SPDX-License-Identifier: MIT
 * carriers.c - does one sending address, sender domain or campaign carry an incident?
 */
#include "detect/incident.h"

bool bnc_cell_in_families(const struct bnc_cell *c, uint32_t families)
{
    if (c->col < BNC_COL_BOUNCE(0))
        return false;
    if (c->col < BNC_COL_DEFERRAL(0))
        return families >> bnc_family_of(c->col - BNC_COL_BOUNCE(0), BNC_EVENT_BOUNCE) & 1;
    return families >> bnc_family_of(c->col - BNC_COL_DEFERRAL(0), BNC_EVENT_DEFERRAL) & 1;
}

static void subject_counts(const struct bnc_judging *g, const struct bnc_incident *in,
                           enum bnc_kind kind, size_t i, uint64_t *k, uint64_t *n)
{
    *k = *n = 0;
    for (size_t c = g->cell_at[kind][i]; c < g->cell_at[kind][i + 1]; c++) {
        const struct bnc_cell *cell = &g->t->cells[c];
        const bool here = in->provider[cell->provider];

        if (here && bnc_cell_in_families(cell, in->families))
            *k += cell->n;
        if (cell->col == BNC_EVENT_DELIVERED
                ? here
                : cell->col >= BNC_COL_BOUNCE(0) && (here || !g->j->has_deliveries))
            *n += cell->n;
    }
}

/*
 * Did the other subjects escape?  If the incident struck them as well, they would have its share of
 * failures on its days; their part of those days is only known by the calendar.  Where they have a
 * third of that at most, they were spared.
 */
static bool others_escape(const struct bnc_judging *g, const struct bnc_incident *in, uint64_t k,
                          uint64_t n)
{
    const double days = (double)(in->w.to - in->w.from + 1) / (double)g->series.n_days;
    const double share = in->w.n > 0 ? (double)in->w.k / (double)in->w.n : 0;

    return 3 * (double)k <= share * days * (double)n;
}

struct bnc_carrier bnc_carrier_find(const struct bnc_judging *g, const struct bnc_incident *in,
                                    enum bnc_kind kind)
{
    uint64_t all_k = 0, all_n = 0, best_k = 0, best_n = 0, rest_in;
    struct bnc_carrier best = { .found = false };
    unsigned named = 0;

    for (size_t i = 0; i < g->t->n_subjects[kind]; i++) {
        uint64_t k, n;

        subject_counts(g, in, kind, i, &k, &n);
        all_k += k;
        all_n += n;
        named += n > 0 && g->t->subject[kind][i].name.len > 0;
        if (k > best_k && g->t->subject[kind][i].name.len > 0) {
            best_k = k;
            best_n = n;
            best.index = i;
        }
    }
    if (best_k == 0 ||
        (kind == BNC_KIND_CAMPAIGN && bnc_name_is_day(g->t->subject[kind][best.index].name)))
        return best;
    best.name = g->t->subject[kind][best.index].name;
    best.sole = named == 1 && best_k == all_k;
    rest_in = all_k - best_k;
    rest_in -= rest_in < in->w.k_out ? rest_in : in->w.k_out; /* what failed on other days */
    best.found = !best.sole && best_k >= 3 * rest_in &&
                 bnc_excess_p(best_k, best_n, all_k - best_k, all_n - best_n) < 1e-4 &&
                 others_escape(g, in, rest_in, all_n - best_n);
    return best;
}

/*
 * In which order the carriers are asked: a listing belongs to an address, DMARC to a domain, spam
 * to a mailing.  A connection that fails has named neither domain nor mailing yet.
 */
const enum bnc_kind bnc_carrier_order[BNC_N_FAMILIES][3] = {
    [BNC_FAMILY_AUTHENTICATION] = { BNC_KIND_SENDER_DOMAIN, BNC_KIND_SENDING_IP,
                                    BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_REPUTATION] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_THROTTLING] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_CONTENT] = { BNC_KIND_CAMPAIGN, BNC_KIND_SENDER_DOMAIN, BNC_KIND_SENDING_IP },
    [BNC_FAMILY_SETUP] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_NETWORK] = { BNC_KIND_SENDING_IP },
    [BNC_FAMILY_UNNAMED] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
    [BNC_FAMILY_ADDRESS] = { BNC_KIND_SENDING_IP, BNC_KIND_SENDER_DOMAIN, BNC_KIND_CAMPAIGN },
};

void bnc_carriers_find(struct bnc_judging *g, const struct bnc_incident *in, struct bnc_carriers *c)
{
    for (unsigned i = 0; i < 3; i++) {
        c->kind[i] = bnc_carrier_order[in->head->family][i];
        if (c->kind[i] == BNC_KIND_DAY)
            continue; /* no further carrier */
        if (c->kind[i] == BNC_KIND_CAMPAIGN && in->head->family != BNC_FAMILY_CONTENT)
            continue; /* whatever lasts days strikes the campaigns of those days */
        c->of[i] = bnc_carrier_find(g, in, c->kind[i]);
        if (c->of[i].found && c->kind[i] == BNC_KIND_CAMPAIGN &&
            in->head->family == BNC_FAMILY_CONTENT)
            g->campaign_done[c->of[i].index] = true;
    }
}
