/* SPDX-License-Identifier: MIT
 * judging.h - what the files of this room share while one tally is judged.  Private to detect/.
 */
#ifndef BNC_DETECT_JUDGING_H
#define BNC_DETECT_JUDGING_H

#include "detect/finding.h"
#include "detect/stats.h"
#include "util/buf.h"
#include "util/prefetch.h"
#include "util/status.h"

/*
 * Volumes from --sent: what was sent per domain, provider, campaign or day; 0 where nothing is
 * known.
 */
struct bnc_volumes {
    bool given;
    bool nomem; /* once, while it was read */
    uint64_t total;
    uint64_t *provider; /* [n_providers] or NULL */
    uint64_t *domain; /* [n_domains] or NULL */
    uint64_t *subject[BNC_N_KINDS]; /* [n_subjects[kind]] or NULL */
};

/*
 * The families of causes that break together.  A provider that turns on us answers with several
 * codes and causes of one family, and what has to be repaired is the same for all of them.
 */
enum bnc_family {
    BNC_FAMILY_AUTHENTICATION,
    BNC_FAMILY_REPUTATION,
    BNC_FAMILY_THROTTLING,
    BNC_FAMILY_CONTENT,
    BNC_FAMILY_SETUP,
    BNC_FAMILY_NETWORK,
    BNC_FAMILY_UNNAMED,
    BNC_FAMILY_ADDRESS,
    BNC_FAMILY_COMPLAINT,
    BNC_N_FAMILIES,
    BNC_FAMILY_NONE = BNC_N_FAMILIES
};

struct bnc_judging;

/* 1 + the family of each cause as a bounce and as a deferral; 0: none. */
extern const uint8_t bnc_families[BNC_N_CAUSES][2];

/* The family of a failure; 'type' is BNC_EVENT_BOUNCE or BNC_EVENT_DEFERRAL. */
static inline enum bnc_family bnc_family_of(unsigned cause, enum bnc_event_type type)
{
    const uint8_t family = bnc_families[cause][type == BNC_EVENT_DEFERRAL];

    return family == 0 ? BNC_FAMILY_NONE : (enum bnc_family)(family - 1);
}

/* The families (bits) that a domain has failures of. */
uint32_t bnc_families_met(const struct bnc_tally *t, const struct bnc_domain *d);

/*
 * Is a provider one party that decides for all its domains?  Unknown ones and mail software are
 * not.
 */
bool bnc_is_operator(const struct bnc_judging *g, uint16_t provider);

/* Who operates a provider: "Yahoo" for "Yahoo" and for "Yahoo (AOL)". */
struct bnc_span bnc_operator_of(const struct bnc_judging *g, uint16_t provider);

/* A cause that is the address's own permanent fault: what hard-bounce limits count. */
bool bnc_cause_is_hard(unsigned cause);

/*
 * Counts per sending day and provider.  Providers are addressed by row: row 0 is all of them
 * together, row r > 0 is provider[r]. Only providers with failures, complaints or deliveries have a
 * row.  What is no operator (unknown domains, and those of which only the software is known:
 * "Postfix") shares the row of provider 0.
 *
 *     at(r, field, d) = base[(r * n_fields + field) * n_days + d]
 */
enum {
    BNC_SERIES_DELIVERED = BNC_N_FAMILIES,
    BNC_SERIES_BOUNCED,
    BNC_SERIES_DEFERRED,
    BNC_SERIES_SENT,
    BNC_N_SERIES
};
struct bnc_series {
    size_t n_days, n_rows;
    const int32_t *day; /* [n_days] ascending */
    const uint16_t *provider; /* [n_rows]; [0] is unused */
    const uint32_t *row_of; /* [n_providers]; 0: none */
    uint64_t *base;
};
static inline uint64_t *bnc_series_at(const struct bnc_series *s, size_t row, unsigned field)
{
    return s->base + (row * BNC_N_SERIES + field) * s->n_days;
}

/*
 * The domains by organization (registrable name), made by orgs.c: 'order' has them sorted by its
 * name, and by their own within one.  of[domain] is twice the place in 'order' where its
 * organization begins, + 1 where that has several domains; cut[domain] where in the domain's name
 * the organization's begins.
 */
struct bnc_orgs {
    uint32_t *order, *of, *cut; /* [n_domains] */
};

/* What one incident explains, in the order of being found. */
struct bnc_mark {
    uint16_t *families; /* [n_providers] bits of those explained at each */
    enum bnc_scope scope;
    uint64_t days; /* bit (day & 63) */
};

/* Domains are read in order of their names, which lie anywhere: asks for one that comes soon. */
BNC_PREFETCHER bnc_fetch_name(const struct bnc_tally *t, size_t i)
{
    const size_t ahead = 8;

    if (i + ahead < t->n_domains)
        __builtin_prefetch(t->domains[i + ahead].name.at);
}

struct bnc_judging {
    const struct bnc_tally *t;
    const struct bnc_detect_options *opt;
    struct bnc_judged *j;
    struct bnc_volumes volumes;
    struct bnc_series series;
    struct bnc_orgs orgs;
    size_t *cell_at[BNC_N_KINDS]; /* [n_subjects + 1]: where the cells of each subject begin */
    struct bnc_finding *finding; /* growing; moved to the arena at the end */
    size_t n_findings, cap_findings;
    struct bnc_mark *marks; /* growing */
    size_t n_marks, cap_marks;
    uint16_t *provider_done; /* [n_providers] bits of families that a wider incident explains */
    bool *campaign_done; /* [campaigns] explained by an incident already */
    bool *wave; /* [n_providers] denied its own users for a few days */
    uint32_t told_families; /* bits: families that an incident has told or explained */
    size_t dirty_campaigns; /* told by campaigns.c */
    bool *typo_domain; /* [n_domains] a misspelling; told by hygiene.c */
    struct bnc_arena scratch; /* gone when the judging ends */
    struct bnc_error *err;
};

/* ---- volumes.c ---- */
enum bnc_status bnc_volumes_load(struct bnc_judging *g);

/* ---- rates.c ---- */
enum bnc_status bnc_rates_judge(struct bnc_judging *g);
/* The rate of a metric with the default limits. */
struct bnc_rate bnc_rate_of(enum bnc_metric metric, uint64_t num, uint64_t den);

/* ---- series.c ---- */
enum bnc_status bnc_series_fill(struct bnc_judging *g);

/* Fills cell_at. */
enum bnc_status bnc_cells_index(struct bnc_judging *g);

/* ---- orgs.c ---- */
enum bnc_status bnc_orgs_make(struct bnc_judging *g);

/* ---- complaints.c ---- */
/* Is the name of a campaign a day that stands in for one? */
bool bnc_name_is_day(struct bnc_span name);

/* ---- words.c ---- */
/*
 * A share as a percentage with the digits that mean something: "0.31 %", "12.4 %", "under 0.01 %".
 */
void bnc_share_put(struct bnc_buf *b, double share);

/* ---- hygiene.c ---- */
/*
 * Does the label of a template lead to an address being dropped for what is not its doing, or a
 * dead one being kept?
 */
bool bnc_label_loses(const struct bnc_template *x);
bool bnc_label_keeps_dead(const struct bnc_template *x);

/* ---- judging.c ---- */
/* Calls fn(arg, from, to) for ranges that make up 0 .. n, on all threads, and waits for them. */
void bnc_ranges(const struct bnc_judging *g, size_t n,
                void (*fn)(void *arg, size_t from, size_t to), void *arg);
/* Calls fn(arg, 0 .. n - 1) likewise, one by one. */
void bnc_each(const struct bnc_judging *g, size_t n, void (*fn)(void *arg, size_t i), void *arg);
/* Room for the rates in g->j; sets has_deliveries. */
enum bnc_status bnc_judging_room(struct bnc_judging *g);
/*
 * A new finding with nothing set; NULL when out of memory.  The pointer lives until the next one is
 * added.
 */
struct bnc_finding *bnc_finding_add(struct bnc_judging *g);

/* ---- the searches, from the widest scope to the narrowest ---- */
enum bnc_status
bnc_incidents_find(struct bnc_judging *g); /* incidents.c: sender- and provider-wide */
enum bnc_status
bnc_campaigns_find(struct bnc_judging *g); /* campaigns.c: lists and content by campaign */
enum bnc_status bnc_complaints_find(struct bnc_judging *g); /* complaints.c */
enum bnc_status bnc_domains_find(struct bnc_judging *g); /* domains.c */
enum bnc_status bnc_typos_find(struct bnc_judging *g); /* hygiene.c, before domains.c */
enum bnc_status
bnc_list_find(struct bnc_judging *g); /* campaigns.c, after domains.c: the list as a whole */
enum bnc_status bnc_trend_find(struct bnc_judging *g); /* trend.c: against the baseline */
enum bnc_status
bnc_hygiene_find(struct bnc_judging *g); /* hygiene.c: typos, duties, waste, data, trend */
enum bnc_status
bnc_words_write(struct bnc_judging *g); /* words.c: headline ... letter of every finding */
enum bnc_status bnc_limits_make(struct bnc_judging *g); /* limits.c */
enum bnc_status bnc_contradictions_make(struct bnc_judging *g); /* labels.c */

/* ---- scopes.c ---- */
/* Is the input short enough for bits (day & 63) to tell its days apart? */
bool bnc_days_fit_bits(const struct bnc_tally *t);
/* The days of a window as bits (day & 63); all bits where the input is too long for that. */
uint64_t bnc_window_days(const struct bnc_judging *g, const struct bnc_window *w);
/* Gives a row of domain_causes a scope, unless it has a wider one. */
void bnc_row_widen(const struct bnc_judging *g, size_t row, enum bnc_scope scope);
/*
 * Gives a domain and its rows of domain_causes the scopes of the incidents that struck them, and
 * the provider's causes likewise.  Any thread, one for each domain; before other scopes are given.
 */
void bnc_marks_apply(const struct bnc_judging *g, size_t domain);

/* ---- orgdomain.c ---- */
/*
 * Pairs of last labels ("co.uk") and whether they are public suffixes; zeroed: nothing is known
 * yet.
 */
#define BNC_ORG_MEMO 64
struct bnc_org_memo {
    struct bnc_span tail[BNC_ORG_MEMO];
    bool is_suffix[BNC_ORG_MEMO];
};
/*
 * The registrable part of a lower-cased domain ("example.co.uk" of "news.example.co.uk"), or all of
 * it; points into 'domain', which must live as long as the memo.
 */
struct bnc_span bnc_org_domain(struct bnc_span domain, struct bnc_org_memo *memo);

/* Widens [first, last] so that it holds [a, b]; BNC_NO_TIME: nothing is known. */
static inline void bnc_time_widen(int64_t *first, int64_t *last, int64_t a, int64_t b)
{
    if (a != BNC_NO_TIME && (*first == BNC_NO_TIME || a < *first))
        *first = a;
    if (b != BNC_NO_TIME && (*last == BNC_NO_TIME || b > *last))
        *last = b;
}

#endif
