/* SPDX-License-Identifier: MIT
 * domain_search.h - the search for domains that fail as a whole; private to the files that share
 * it.
 *
 *   domains.c      how a domain or organization is judged, and of which it holds
 *   domain_tell.c  a finding for what holds
 */
#ifndef BNC_DETECT_DOMAIN_SEARCH_H
#define BNC_DETECT_DOMAIN_SEARCH_H

#include "detect/judging.h"

/* What is judged: a domain, or an organization of several. */
struct bnc_entity {
    struct bnc_span name;
    uint32_t first_domain, n_domains; /* in 'order'; one for a plain domain */
    uint64_t recipients_delivered, delivered, failed;
    uint64_t delivered_days;
};

/* One way in which an entity may fail as a whole. */
struct bnc_case {
    struct bnc_entity of;
    int cause; /* the commonest */
    enum bnc_group group;
    enum bnc_event_type type;
    uint64_t k, n, events;
    uint32_t top_template;
    int64_t first, last;
    double p;
    bool is_explicit, in_run; /* in_run: only on a run of days */
};

struct bnc_search {
    struct bnc_judging *g;
    const uint32_t *order; /* domains sorted by organization */
    /* of the organization that begins at place i: 2 * i; of domain i: 2 * i + 1, before it is
     * judged whether it may be one */
    bool *is_hit;
    struct bnc_case *hit; /* theirs, in order of places, an organization before its domains */
    size_t n_hits, n_tested;
    uint64_t all_k,
        all_n; /* recipients over all domains: failing without a wider explanation, tried */
    uint64_t group_k[BNC_N_GROUPS]; /* of all_k, by group of causes */
    uint64_t min_recipients;
    double min_share;
    bool days_ok; /* the input is short enough for day bits */
    int32_t day0;
};

/* Adds the finding of one case. */
enum bnc_status bnc_case_tell(struct bnc_search *s, const struct bnc_case *c);
/* Dead domains that few mail: one finding for all 'n' of them, none where there are none. */
enum bnc_status bnc_cases_tell(struct bnc_search *s, const struct bnc_case *const *small, size_t n);

#endif
