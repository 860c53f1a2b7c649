/* SPDX-License-Identifier: MIT
 * incident.h - what the files that make incidents of signals share.  Private to detect/.
 */
#ifndef BNC_DETECT_INCIDENT_H
#define BNC_DETECT_INCIDENT_H

#include "detect/signals.h"

struct bnc_incident {
    const struct bnc_signal *head;
    enum bnc_scope scope;
    bool *provider; /* [n_providers] concerned */
    uint64_t *recipients_at; /* [n_providers] of the signals taken */
    uint32_t families; /* bits: the head's and its echoes' */
    struct bnc_window w; /* union of days; k and n added up */
    uint64_t days; /* of the signals taken and their echoes: bit (day & 63) */
    uint64_t recipients;
    unsigned operators;
};

/* The provider of a signal, 0 for what is no operator. */
static inline uint16_t bnc_signal_provider(const struct bnc_judging *g,
                                           const struct bnc_signal *sig)
{
    return g->series.provider[sig->row];
}

/* ---- organizations.c ---- */

/*
 * Which signals are the story of one organization: more than half of those struck, and more than
 * twice its share of the traffic?  Where the provider is no operator, and where it is all of them,
 * three organizations at least must be struck.  Sets is_single of each.
 */
enum bnc_status bnc_singles_find(struct bnc_judging *g, const struct bnc_signals *signals);

/* ---- carriers.c ---- */

struct bnc_carrier { /* a sending address, sender domain or campaign */
    bool found, sole; /* sole: there is no other to compare with */
    struct bnc_span name;
    size_t index;
};

struct bnc_carriers {
    struct bnc_carrier of[3];
    enum bnc_kind kind[3]; /* BNC_KIND_DAY: none */
};

/* Which kinds may carry a family, in the order of being asked; BNC_KIND_DAY: no further one. */
extern const enum bnc_kind bnc_carrier_order[BNC_N_FAMILIES][3];

/* Is a cell one of failures of these families (bits)? */
bool bnc_cell_in_families(const struct bnc_cell *c, uint32_t families);

/* Does one subject of a kind carry the incident, while the others escape? */
struct bnc_carrier bnc_carrier_find(const struct bnc_judging *g, const struct bnc_incident *in,
                                    enum bnc_kind kind);
void bnc_carriers_find(struct bnc_judging *g, const struct bnc_incident *in,
                       struct bnc_carriers *c);

/* ---- incident_tell.c ---- */

/* Adds the finding. */
enum bnc_status bnc_incident_tell(struct bnc_judging *g, struct bnc_incident *in);

#endif
