/* SPDX-License-Identifier: MIT
 * address_log.h - what became of addresses, by fingerprint: the log that distinct recipients are
 * counted from; private to the room.
 *
 * It grows by the failing row, so it is what a run's memory is made of, and a record is packed into
 * 12 bytes. The partition says the top six bits of a fingerprint. Campaigns, outcomes and days come
 * in few combinations, so each has a number; with the pair's number the two take 38 bits:
 *
 *     fingerprint, 58 bits | pair, low 6     pair, high 16 | outcome, 16    [time, 32]
 *
 * An exact log keeps the second behind it. A number that does not fit makes the record a long one
 * of 24 bytes: outcome 0xffff, and what it stands for as it is.
 */
#ifndef BNC_AGGREGATE_ADDRESS_LOG_H
#define BNC_AGGREGATE_ADDRESS_LOG_H

#include "aggregate/pairs.h"
#include "aggregate/reclog.h"

struct bnc_address_rec { /* 20 bytes */
    uint64_t fp;
    uint32_t pair, what; /* BNC_WHAT() */
    uint32_t time; /* exact, or the start of the day (1970-01-01 is 1); 0 none */
} __attribute__((packed, aligned(4)));

#define BNC_ADDRESS_RECENT_LOG2 8u
struct bnc_address_log { /* zero-initialized but for 'outcomes.seed' and 'exact' is empty */
    struct bnc_log log;
    /* what << 32 | time (0 in an exact log), numbered; nothing is counted */
    struct bnc_pairs outcomes;
    struct {
        uint64_t key; /* + 1 */
        uint32_t number;
    } recent[1u << BNC_ADDRESS_RECENT_LOG2];
    bool exact;
};

/* How a record lies in the log. */
struct bnc_address_short {
    uint64_t fp_pair;
    uint32_t pair_outcome;
} __attribute__((packed, aligned(4)));

struct bnc_address_long {
    struct bnc_address_short head;
    uint32_t pair, what, time;
} __attribute__((packed, aligned(4)));

#define BNC_ADDRESS_NO_OUTCOME 0xffffu

/* Asks for what pushing a record of 'fp' will write to. */
BNC_PREFETCHER bnc_address_log_prefetch(const struct bnc_address_log *a, uint64_t fp)
{
    bnc_log_prefetch(&a->log, bnc_log_part(fp));
}

static inline size_t bnc_address_log_each(const struct bnc_address_log *a)
{
    return sizeof(struct bnc_address_short) + (a->exact ? sizeof(uint32_t) : 0);
}

/* The slot of an outcome in 'recent'. */
static inline size_t bnc_address_log_recent(uint64_t key)
{
    return key * BNC_HASH_K1 >> (64 - BNC_ADDRESS_RECENT_LOG2);
}

/*
 * The number of an outcome that was not used lately; BNC_ADDRESS_NO_OUTCOME: there is none left, or
 * no memory.
 */
uint32_t bnc_address_log_find_outcome(struct bnc_address_log *a, uint64_t key);
/* bnc_address_log_push() for what fits in no short record. */
bool bnc_address_log_push_long(struct bnc_address_log *a, uint64_t fp, uint32_t pair, uint32_t what,
                               uint32_t time);

/*
 * Appends a record; false when out of memory. In a log that is not exact times should be few: the
 * starts of days.
 */
static inline bool bnc_address_log_push(struct bnc_address_log *a, uint64_t fp, uint32_t pair,
                                        uint32_t what, uint32_t time)
{
    const uint64_t key = (uint64_t)what << 32 | (a->exact ? 0 : time);
    const uint32_t low = pair & ((1u << BNC_LOG_LOG2) - 1), high = pair >> BNC_LOG_LOG2;
    const size_t i = bnc_address_log_recent(key);
    const uint32_t outcome = a->recent[i].key == key + 1 ? a->recent[i].number
                                                         : bnc_address_log_find_outcome(a, key);
    struct bnc_address_short *to;

    if (outcome == BNC_ADDRESS_NO_OUTCOME || high >> 16 != 0)
        return bnc_address_log_push_long(a, fp, pair, what, time);
    to = bnc_log_push(&a->log, bnc_log_part(fp), bnc_address_log_each(a));
    if (to == NULL)
        return false;
    *to = (struct bnc_address_short){ fp << BNC_LOG_LOG2 | low, high << 16 | outcome };
    if (a->exact)
        memcpy(to + 1, &time, sizeof time);
    return true;
}

void bnc_address_log_release(struct bnc_address_log *a);

/* At least as many records as there are in 'part'. */
static inline size_t bnc_address_log_most(const struct bnc_address_log *a, unsigned part)
{
    return bnc_log_bytes(&a->log, part) / bnc_address_log_each(a);
}

/* The fingerprint of the record at 'at' in 'part'; where the next one is. */
static inline const char *bnc_address_log_fp(const struct bnc_address_log *a, unsigned part,
                                             const char *at, uint64_t *fp)
{
    const struct bnc_address_short *s = (const void *)at;

    *fp = (uint64_t)part << (64 - BNC_LOG_LOG2) | s->fp_pair >> BNC_LOG_LOG2;
    if ((s->pair_outcome & 0xffff) == BNC_ADDRESS_NO_OUTCOME)
        return at + sizeof(struct bnc_address_long);
    return at + bnc_address_log_each(a);
}

/* The pair's number, of any but a long record: to ask for what it leads to. */
static inline uint32_t bnc_address_log_pair(const char *at)
{
    const struct bnc_address_short *s = (const void *)at;

    return s->pair_outcome >> 16 << BNC_LOG_LOG2 |
           (uint32_t)(s->fp_pair & ((1u << BNC_LOG_LOG2) - 1));
}

/* The whole record; where the next one is. */
static inline const char *bnc_address_log_read(const struct bnc_address_log *a, unsigned part,
                                               const char *at, struct bnc_address_rec *r)
{
    const struct bnc_address_long *l = (const void *)at;
    const uint32_t outcome = l->head.pair_outcome & 0xffff;
    uint64_t fp, key;

    if (outcome == BNC_ADDRESS_NO_OUTCOME) {
        r->pair = l->pair;
        r->what = l->what;
        r->time = l->time;
    } else {
        key = a->outcomes.at[outcome].key;
        r->pair = bnc_address_log_pair(at);
        r->what = (uint32_t)(key >> 32);
        r->time = a->exact ? l->pair : (uint32_t)key; /* the word behind the short one */
    }
    at = bnc_address_log_fp(a, part, at, &fp);
    r->fp = fp;
    return at;
}

#endif
