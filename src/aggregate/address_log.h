/* SPDX-License-Identifier: MIT
 * address_log.h - what became of addresses, by fingerprint: the log that distinct recipients are
 * counted from; private to the room.
 *
 * It grows by the failing row, so it is what a run's memory is made of, and a record is packed: into
 * 10 bytes, or 16 in an exact log, which has the second and all of the fingerprint. The partition
 * says the top six bits of that. Campaigns, outcomes and days come in few combinations, so each has
 * a number, as the pair has:
 *
 *     fingerprint, 46 bits | pair, low 18     outcome, 14 | pair, high 2
 *     fingerprint, 58 bits | pair, low 6      outcome, 16    pair, high 16    time, 32
 *
 * 52 bits of a fingerprint are enough to count by: addresses are told apart within a domain, and of
 * a million of one domain two look alike once in 9,000 runs, of ten millions once in 90. Texts are
 * found by all 64.
 *
 * A number that does not fit makes the record a long one: an outcome of ones, and behind the short
 * record what it stands for as it is.
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
    uint16_t outcome_pair;
} __attribute__((packed));

struct bnc_address_exact {
    uint64_t fp_pair;
    uint16_t outcome, pair_high;
    uint32_t time;
} __attribute__((packed));

struct bnc_address_long { /* behind either */
    uint32_t pair, what, time;
} __attribute__((packed));

#define BNC_ADDRESS_NO_OUTCOME 0xffffu
#define BNC_ADDRESS_OUTCOME_BITS 14u /* in a short record; all set: it is a long one */
#define BNC_ADDRESS_LONG ((1u << BNC_ADDRESS_OUTCOME_BITS) - 1)
#define BNC_ADDRESS_LOW_BITS 18u /* of a pair, in fp_pair */
#define BNC_ADDRESS_LOW_BITS_EXACT BNC_LOG_LOG2

/* The bits of a fingerprint that a log which is not exact keeps. */
static inline uint64_t bnc_address_fp_kept(uint64_t fp)
{
    return fp & ~(((uint64_t)1 << (BNC_ADDRESS_LOW_BITS - BNC_LOG_LOG2)) - 1);
}

/* Asks for what pushing a record of 'fp' will write to. */
BNC_PREFETCHER bnc_address_log_prefetch(const struct bnc_address_log *a, uint64_t fp)
{
    bnc_log_prefetch(&a->log, bnc_log_part(fp));
}

static inline size_t bnc_address_bytes(bool exact)
{
    return exact ? sizeof(struct bnc_address_exact) : sizeof(struct bnc_address_short);
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

/* 'fp' without the partition, and the low 'bits' of 'pair'. */
static inline uint64_t bnc_address_fp_pair(uint64_t fp, uint32_t pair, unsigned bits)
{
    return fp << BNC_LOG_LOG2 >> bits << bits | (pair & (((uint32_t)1 << bits) - 1));
}

/* bnc_address_log_push() to an exact log, 'outcome' found. */
bool bnc_address_log_push_exact(struct bnc_address_log *a, uint64_t fp, uint32_t pair,
                                uint32_t what, uint32_t outcome, uint32_t time);

/*
 * Appends a record; false when out of memory. In a log that is not exact times should be few: the
 * starts of days.
 */
static inline bool bnc_address_log_push(struct bnc_address_log *a, uint64_t fp, uint32_t pair,
                                        uint32_t what, uint32_t time)
{
    const uint64_t key = (uint64_t)what << 32 | (a->exact ? 0 : time);
    const uint32_t high = pair >> BNC_ADDRESS_LOW_BITS;
    const size_t i = bnc_address_log_recent(key);
    const uint32_t outcome = a->recent[i].key == key + 1 ? a->recent[i].number
                                                         : bnc_address_log_find_outcome(a, key);
    struct bnc_address_short *to;

    if (a->exact)
        return bnc_address_log_push_exact(a, fp, pair, what, outcome, time);
    if (outcome >= BNC_ADDRESS_LONG || high >> (16 - BNC_ADDRESS_OUTCOME_BITS) != 0)
        return bnc_address_log_push_long(a, fp, pair, what, time);
    to = bnc_log_push(&a->log, bnc_log_part(fp), sizeof *to);
    if (to != NULL)
        *to = (struct bnc_address_short){ bnc_address_fp_pair(fp, pair, BNC_ADDRESS_LOW_BITS),
                                          (uint16_t)(high << BNC_ADDRESS_OUTCOME_BITS | outcome) };
    return to != NULL;
}

void bnc_address_log_release(struct bnc_address_log *a);

/* At least as many records as there are in 'part'. */
static inline size_t bnc_address_log_most(const struct bnc_address_log *a, unsigned part)
{
    return bnc_log_bytes(&a->log, part) / bnc_address_bytes(a->exact);
}

/* The outcome of the record at 'at'; BNC_ADDRESS_NO_OUTCOME: it is a long one. */
static inline uint32_t bnc_address_log_outcome(bool exact, const char *at)
{
    const uint32_t outcome =
        ((const struct bnc_address_short *)(const void *)at)->outcome_pair & BNC_ADDRESS_LONG;

    if (exact)
        return ((const struct bnc_address_exact *)(const void *)at)->outcome;
    return outcome == BNC_ADDRESS_LONG ? BNC_ADDRESS_NO_OUTCOME : outcome;
}

/*
 * The fingerprint of the record at 'at' in 'part', as it was kept; returns where the next one is.
 * 'exact' is a->exact, here and below: a constant where many are read.
 */
static inline const char *bnc_address_log_fp(bool exact, unsigned part, const char *at,
                                             uint64_t *fp)
{
    const struct bnc_address_short *s = (const void *)at;
    const unsigned bits = exact ? BNC_ADDRESS_LOW_BITS_EXACT : BNC_ADDRESS_LOW_BITS;
    const bool is_long = bnc_address_log_outcome(exact, at) == BNC_ADDRESS_NO_OUTCOME;

    *fp = (uint64_t)part << (64 - BNC_LOG_LOG2) | s->fp_pair >> bits << bits >> BNC_LOG_LOG2;
    return at + bnc_address_bytes(exact) + (is_long ? sizeof(struct bnc_address_long) : 0);
}

/* The pair's number, of any but a long record: to ask for what it leads to. */
static inline uint32_t bnc_address_log_pair(bool exact, const char *at)
{
    const struct bnc_address_short *s = (const void *)at;
    const struct bnc_address_exact *e = (const void *)at;

    if (exact)
        return (uint32_t)e->pair_high << BNC_ADDRESS_LOW_BITS_EXACT |
               (uint32_t)(e->fp_pair & ((1u << BNC_ADDRESS_LOW_BITS_EXACT) - 1));
    return (uint32_t)s->outcome_pair >> BNC_ADDRESS_OUTCOME_BITS << BNC_ADDRESS_LOW_BITS |
           (uint32_t)(s->fp_pair & ((1u << BNC_ADDRESS_LOW_BITS) - 1));
}

/* The whole record; where the next one is. */
static inline const char *bnc_address_log_read(const struct bnc_address_log *a, bool exact,
                                               unsigned part, const char *at,
                                               struct bnc_address_rec *r)
{
    const uint32_t outcome = bnc_address_log_outcome(exact, at);
    uint64_t fp, key;

    if (outcome == BNC_ADDRESS_NO_OUTCOME) {
        const struct bnc_address_long *l = (const void *)(at + bnc_address_bytes(exact));

        r->pair = l->pair;
        r->what = l->what;
        r->time = l->time;
    } else {
        key = a->outcomes.at[outcome].key;
        r->pair = bnc_address_log_pair(exact, at);
        r->what = (uint32_t)(key >> 32);
        r->time = exact ? ((const struct bnc_address_exact *)(const void *)at)->time
                        : (uint32_t)key;
    }
    at = bnc_address_log_fp(exact, part, at, &fp);
    r->fp = fp;
    return at;
}

#endif
