/* SPDX-License-Identifier: MIT
 * listed.h - addresses that may land on a list, and what became of each; private to the room.
 *
 * They are written partition by partition, by whatever task counts it, into blocks of the task's
 * own: one packed record for each (packed.h), in no order.
 */
#ifndef BNC_AGGREGATE_LISTED_H
#define BNC_AGGREGATE_LISTED_H

#include "aggregate/merged.h"
#include "aggregate/packed.h"

struct bnc_listed_plan {
    const struct bnc_merged *m;
    /* merged number -> the tally's, UINT32_MAX where nothing was counted */
    const uint32_t *campaign_index;
};

struct bnc_listed_block {
    struct bnc_listed_block *next;
    uint32_t used, cap; /* bytes */
    char data[];
};

struct bnc_listed { /* zero-initialized is empty */
    struct bnc_arena arena;
    struct bnc_listed_block *block[BNC_LOG_PARTS];
    size_t n[BNC_LOG_PARTS]; /* records in them */
    /* all that failed, complained or were suppressed; those that are functions and not persons */
    uint64_t n_addresses, n_roles, n_never;
    bool contradicts; /* one was never counted: a state that does not fit together */
    /* scratch */
    struct bnc_address_rec *recs;
    struct bnc_outcome *outcomes;
    size_t cap;
};

/*
 * Adds the addresses of a partition: those of its 'n' records, sorted by bnc_address_sort_end(),
 * that have one of 'texts'. Domains and entries have merged numbers, campaigns those of the tally.
 * False when out of memory.
 */
bool bnc_listed_add(struct bnc_listed *l, const struct bnc_listed_plan *plan, unsigned partition,
                    const struct bnc_address_rec *recs, size_t n, const struct bnc_texts *texts);
/* Frees the scratch: nothing is added any more. */
void bnc_listed_end(struct bnc_listed *l);
/* Hands all that 'src' holds to 'dst'. No partition is in both. */
void bnc_listed_join(struct bnc_listed *dst, struct bnc_listed *src);
void bnc_listed_release(struct bnc_listed *l);

#endif
