/* SPDX-License-Identifier: MIT
 * part.h - what a part is made of; private to the room.
 *
 *   domains   one 64-byte record each: deliveries, their days, a sketch of their recipients
 *   names     campaigns, sending IPs, sender domains
 *   cells     (kind, subject, provider, column) -> count: every event, once per kind (grid.h)
 *   pairs     (domain, entry) -> count: every event but deliveries, once
 *   examples  by entry: the least (time, source, row)
 *   failures  one 9-byte record per (address, pair, campaign, type, day)
 *   log       in its place with lists: of any outcome, with the first and last time of the day. A
 *             pair that is only logged, a delivery's, has a number and no count.
 *   texts     addresses that may land on a list
 *   lean      in place of log and texts where nothing but lists is wanted, as far as it can
 *   held      bounces with a message id, undecided until every report of that message is in
 *
 * All indexes are the part's own; merge.c gives every name its place in one sorted order.
 */
#ifndef BNC_AGGREGATE_PART_H
#define BNC_AGGREGATE_PART_H

#include "aggregate/address_text.h"
#include "aggregate/counts.h"
#include "aggregate/dictionary.h"
#include "aggregate/held.h"
#include "aggregate/lean_log.h"
#include "aggregate/sums.h"
#include "aggregate/tally.h"
#include "util/buf.h"

#define BNC_DOMAIN_FULL UINT32_C(0x10000) /* all bits of the sketch are set */
struct bnc_domain_rec { /* 64 bytes */
    struct bnc_name name;
    uint64_t delivered, days, sketch;
    uint32_t votes; /* deliveries at 'voted'; more of others in part->votes */
    uint16_t provider; /* by domain, 0 if the tables don't know it */
    uint16_t voted;
    bool used; /* some event was counted */
};

struct bnc_part_entry {
    const struct bnc_entry *entry; /* NULL: never counted here */
    /* names, for entries read from a state; at == NULL: ask the classifier */
    struct bnc_span rule, rule_source;
};

#define BNC_MEMO_SLOTS 1024u
#define BNC_MAILING_WAYS 4u /* slots that a mailing may take */
struct bnc_memo { /* a name as columns spell it, by a number for its bytes */
    uint64_t key;
    uint32_t index;
};

struct bnc_entry_cell { /* where events of an entry are counted */
    uint32_t what; /* BNC_CELL_WHAT() + 1; 0: the entry was never counted here */
    uint32_t class;
};

struct bnc_part {
    enum bnc_detail detail;
    bool spent; /* finishing may take its tables apart */
    /* read from a file: what does not add up is the file's fault */
    bool is_state;
    bool lists_only;
    bool adds_all; /* a domain is used from the first on */
    struct bnc_often *often; /* NULL unless lists_only */
    struct bnc_lean_log *lean; /* likewise */
    const struct bnc_classifier *classifier;
    struct bnc_span *sources; /* sorted, distinct; NULL where none were given */
    uint32_t n_sources;
    uint32_t *rank; /* by the caller's source number: index in 'sources' */
    uint32_t n_ranks;
    struct bnc_names domains; /* struct bnc_domain_rec; notes: the provider, BNC_DOMAIN_FULL */
    struct bnc_names names[BNC_N_KINDS]; /* struct bnc_name; none for days */
    /* names used lately; columns repeat a few in turn */
    struct bnc_memo memo[BNC_N_KINDS][BNC_MEMO_SLOTS];
    uint64_t mailing_key[BNC_GRID_MAILINGS]; /* likewise, of what stands there in sums.cells */
    uint32_t mailing_outcome[BNC_GRID_MAILINGS]; /* bnc_failure_outcome() + 1; 0: not asked for */
    unsigned n_mailings; /* that were given a slot */
    uint32_t memo_day, memo_day_campaign;
    struct bnc_counts votes; /* domain << 16 | provider */
    struct bnc_sums sums;
    struct bnc_part_entry *entries;
    struct bnc_entry_cell *cell_of; /* likewise [cap_entries] */
    size_t n_entries, cap_entries;
    struct bnc_log held, texts;
    /* bytes in partition 0 that start the next fold */
    size_t fold_at, fold_held_at, fold_texts_at;
    struct bnc_buf scratch; /* a name in lower case, when it is new */
    uint64_t recent[256]; /* spellings of addresses that were logged lately */
    uint64_t rows, filtered, extra, others, duplicates;
    uint64_t flagged[BNC_N_EVENT_FLAGS];
    struct bnc_fault_total faults[BNC_N_FAULTS];
    struct bnc_arena arena;
};

static inline struct bnc_domain_rec *bnc_part_domain(const struct bnc_part *part, uint32_t i)
{
    const uint32_t in_chunk = ((uint32_t)1 << BNC_NAMES_CHUNK_LOG2) - 1;

    return (struct bnc_domain_rec *)(void *)part->domains.chunk[i >> BNC_NAMES_CHUNK_LOG2] +
           (i & in_chunk);
}

/* The place of the caller's source among the sorted ones. */
static inline uint32_t bnc_part_rank(const struct bnc_part *part, uint32_t source)
{
    return source < part->n_ranks ? part->rank[source] : source;
}

/* Keeps the least five places by (source, row, off). */
void bnc_fault_add_place(struct bnc_fault_total *f, struct bnc_place place);

/*
 * The text in lower case, in the part's scratch until the next call. at == NULL: out of memory.
 */
struct bnc_span bnc_part_lower(struct bnc_part *part, struct bnc_span s);

/* The column of an event of 'type' with 'cause' (-1: not classified). */
static inline uint8_t bnc_col_of(enum bnc_event_type type, int cause)
{
    if (cause >= 0 && type == BNC_EVENT_BOUNCE)
        return (uint8_t)BNC_COL_BOUNCE(cause);
    if (cause >= 0 && type == BNC_EVENT_DEFERRAL)
        return (uint8_t)BNC_COL_DEFERRAL(cause);
    return (uint8_t)type;
}

/* The type that a column stands for; a taken back delivery is BNC_N_EVENTS. */
static inline unsigned bnc_col_type(unsigned col)
{
    if (col < BNC_N_EVENTS)
        return col;
    if (col == BNC_COL_LATE)
        return BNC_N_EVENTS;
    return col < BNC_COL_DEFERRAL(0) ? BNC_EVENT_BOUNCE : BNC_EVENT_DEFERRAL;
}

/* Folds the logs of a part if they have grown enough to make it worth while. */
enum bnc_status bnc_part_fold(struct bnc_part *part);
/* Those of lean_log.h, likewise; false when out of memory. */
bool bnc_lean_fold(struct bnc_part *part);

#endif
