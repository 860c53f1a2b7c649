/* SPDX-License-Identifier: MIT
 * distinct.h - how many different recipients stand behind the counts, and what became of each;
 * private to the room. An address is one (fingerprint, domain). Partition by partition, so that
 * memory is a sixty-fourth of the log.
 */
#ifndef BNC_AGGREGATE_DISTINCT_H
#define BNC_AGGREGATE_DISTINCT_H

#include "aggregate/listed.h"

/* What counting must know of a pair, in one place: 16 bytes, taken at once. */
struct bnc_pair_info {
    uint32_t cause; /* row of domain_causes, UINT32_MAX if it is no failure */
    uint32_t who; /* domain << BNC_PAIR_WHO_BITS, and as below */
    uint32_t provider_cause; /* provider * BNC_N_CAUSES + cause, of a failure */
    uint32_t provider;
};
#define BNC_PAIR_SOFT 1u /* the mailbox failed for a while: not greylisted, not throttled */
#define BNC_PAIR_DEFERRAL 2u
#define BNC_PAIR_WHO_BITS 2u

/* Where the counts go; all by merged numbers. */
struct bnc_distinct_plan {
    struct bnc_merged *m; /* its logs are dropped once they are counted */
    const struct bnc_pair_info *pair_info; /* [n_pairs] */
    uint32_t n_causes;
    /* by day since 1970 + 1, UINT32_MAX: nothing was counted then */
    const uint32_t *day_subject;
    uint32_t n_days, n_providers;
    struct bnc_listed_plan listed;
};

struct bnc_distinct_domain {
    uint32_t failed, bounced;
};

/*
 * Addresses of a pair, each counted where its first record of a kind was: of its cause; of its
 * domain and type; of the pair; of its domain.  So a record touches one place in memory.
 */
struct bnc_seen {
    uint32_t cause, type, pair, any;
};

/* Addresses that failed, by what; all by merged numbers. Modulo 2^32 until all is added. */
struct bnc_distinct {
    /* an address record without its counts: a state that does not fit together */
    bool contradicts;
    struct bnc_distinct_domain *domain; /* this and two more are made of 'seen' at the end */
    uint32_t *pair, *cause;
    struct bnc_seen *seen; /* [n_pairs] one thread's, or where lists are kept that of all */
    uint32_t *campaign, *day;
    uint32_t *provider; /* [n_providers] */
    uint32_t *provider_cause; /* [n_providers * BNC_N_CAUSES] */
    uint64_t failed, bounced, deferred;
    uint64_t recurring; /* failed softly in three campaigns */
    struct bnc_listed listed; /* lists only */
    uint64_t n_records; /* of failures, where no lists are kept */
    void *block; /* the arrays of counters that a thread fills */
    uint32_t *sums; /* those made at the end */
    size_t block_bytes, sums_bytes;
};

/* Fills 'out' from all partitions.  BNC_ENOMEM; release in any case. */
enum bnc_status bnc_distinct_count(struct bnc_distinct *out, const struct bnc_distinct_plan *plan);
void bnc_distinct_release(struct bnc_distinct *d);

#endif
