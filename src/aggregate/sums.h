/* SPDX-License-Identifier: MIT
 * sums.h - what may be counted against any numbering of domains, entries, campaigns and so on: that
 * of a part, or the merged one; private to the room. What is called for every row is here.
 */
#ifndef BNC_AGGREGATE_SUMS_H
#define BNC_AGGREGATE_SUMS_H

#include "aggregate/address_log.h"
#include "aggregate/counts.h"
#include "aggregate/failure_log.h"
#include "aggregate/grid.h"
#include "aggregate/lean_log.h"
#include "aggregate/pairs.h"
#include "aggregate/tally.h"

/* ---- packed keys ---- */
#define BNC_PAIR_KEY(domain, entry) ((uint64_t)(domain) << 32 | (entry))
#define BNC_PAIR_DOMAIN(key) ((uint32_t)((key) >> 32))
#define BNC_PAIR_ENTRY(key) ((uint32_t)(key))
/*
 * In place of an entry: events that were not classified, by type, and deliveries that late bounces
 * take back.
 */
#define BNC_PSEUDO_ENTRY(type) (UINT32_C(0xfffffff0) + (uint32_t)(type))
#define BNC_PSEUDO_LATE BNC_PSEUDO_ENTRY(BNC_N_EVENTS)
#define BNC_IS_PSEUDO(entry) ((entry) >= UINT32_C(0xfffffff0))

/* first as in struct bnc_count */
struct bnc_example {
    uint32_t first, source;
    uint64_t row, off;
};

struct bnc_sums { /* what may be counted against any numbering */
    struct bnc_grid cells;
    struct bnc_pairs pairs;
    struct bnc_failure_log failures;
    struct bnc_address_log log; /* in its place where lists are kept */
    struct bnc_example *examples;
    size_t n_examples;
};

/* One event as counted: the keys are made of it. */
struct bnc_fact {
    uint64_t address; /* 0: none */
    uint64_t row, off;
    uint32_t source, time, day; /* bnc_time_day() */
    uint32_t domain, entry; /* entry may be a pseudo entry */
    uint32_t campaign;
    uint8_t code; /* type, or BNC_CODE_LATE */
    bool own; /* lean logs may keep it: the address ends in '@' and its domain */
};

/* Where it has its cells, beside its day and its campaign. */
struct bnc_spot {
    uint32_t ip, sender;
    uint16_t provider;
    uint8_t col;
};

/* Makes it empty; 'seed' is odd. */
void bnc_sums_init(struct bnc_sums *sums, uint64_t seed);
/* Room for 'n' facts of entries below 'n_entries'; false when out of memory. */
bool bnc_sums_reserve(struct bnc_sums *sums, size_t n, size_t n_entries);
/* Examples for entries below 'n', unset where new; false when out of memory. */
bool bnc_sums_reserve_examples(struct bnc_sums *sums, size_t n);

/*
 * Counts a fact, in the numbering that 'sums' uses. There must be room. False when out of memory
 * (the log grows by itself).
 */
bool bnc_sums_add(struct bnc_sums *sums, const struct bnc_fact *fact, const struct bnc_spot *spot,
                  enum bnc_detail detail);
/* The fact, a late bounce, takes a delivery back.  There must be room for one fact more. */
void bnc_sums_take_back(struct bnc_sums *sums, const struct bnc_fact *fact,
                        const struct bnc_spot *spot);
/* What of that is not counted in cells. */
void bnc_sums_count_late(struct bnc_sums *sums, uint32_t domain, uint32_t time);
void bnc_sums_release(struct bnc_sums *sums);
/* Keeps the least (time, source, row) of two examples. */
void bnc_example_merge(struct bnc_example *dst, const struct bnc_example *src);

/* An entry's example is as old as its oldest pair: one that this pair has seen is none. */
static inline void bnc_sums_count_pair(struct bnc_sums *sums, const struct bnc_fact *f,
                                       struct bnc_count *c)
{
    if (f->time - 1 <= c->first && !BNC_IS_PSEUDO(f->entry)) {
        const struct bnc_example e = { f->time - 1, f->source, f->row, f->off };

        bnc_example_merge(&sums->examples[f->entry], &e);
    }
    bnc_count_event(c, f->time);
    c->days |= bnc_day_bit(f->day);
}

/* Whether the log keeps this outcome. */
static inline bool bnc_code_is_logged(unsigned code, enum bnc_detail detail)
{
    if (code == BNC_EVENT_BOUNCE || code == BNC_EVENT_DEFERRAL || code == BNC_CODE_LATE)
        return true;
    return detail == BNC_DETAIL_LISTS && code != BNC_EVENT_SENT && code != BNC_EVENT_OTHER;
}

static inline __attribute__((always_inline)) bool bnc_sums_log_address(struct bnc_sums *sums,
                                                                       const struct bnc_fact *f,
                                                                       uint32_t pair,
                                                                       enum bnc_detail detail)
{
    if (detail == BNC_DETAIL_REPORT)
        return bnc_failure_log_push(&sums->failures, f->address, pair,
                                    bnc_failure_outcome(&sums->failures, f->campaign, f->day));
    pair |= f->own ? BNC_LEAN_OWN : 0;
    return bnc_address_log_push(&sums->log, f->address, pair, BNC_WHAT(f->campaign, f->code),
                                f->time);
}

/* Whether it is counted by pair or has one to be logged with: all but most deliveries. */
static inline bool bnc_fact_has_pair(const struct bnc_fact *f, enum bnc_detail detail)
{
    return f->code != BNC_EVENT_DELIVERED ||
           (f->address != 0 && bnc_code_is_logged(f->code, detail));
}

/* Counts all but the cells of what has 'pair'. */
static inline __attribute__((always_inline)) bool bnc_sums_count_by_pair(struct bnc_sums *sums,
                                                                         const struct bnc_fact *f,
                                                                         uint32_t pair,
                                                                         enum bnc_detail detail)
{
    if (f->code != BNC_EVENT_DELIVERED)
        bnc_sums_count_pair(sums, f, &sums->pairs.at[pair]);
    if (!bnc_code_is_logged(f->code, detail))
        return true;
    if (f->address == 0)
        return detail != BNC_DETAIL_REPORT || bnc_failure_log_miss(&sums->failures, pair);
    return bnc_sums_log_address(sums, f, pair, detail);
}

#endif
