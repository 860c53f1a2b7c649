/* SPDX-License-Identifier: MIT
 * failure_log.h - who failed, by fingerprint: the log that distinct recipients are counted from
 * where no lists are wanted; private to the room.
 *
 * It grows by the failing row, so it is what a run's memory is made of, and a record is packed. The
 * partition says the top nine bits of the fingerprint. Pairs have numbers, and so have outcomes, a
 * campaign and a day, of which there are few. Numbers go by first use, so what comes often has a
 * small one. One that does not fit makes the record a wide one: an outcome of ones, and what
 * is left of the numbers behind it.
 *
 *     fingerprint, 43 bits | pair, low 18 | outcome, high 3     outcome, 8                  9 bytes
 *                                                        ones       ones  outcome  pair     15
 *
 * 52 bits of a fingerprint are enough to count by: addresses are told apart within a domain, and of
 * a million of one domain two look alike once in 9,000 runs, of ten millions once in 90.
 */
#ifndef BNC_AGGREGATE_FAILURE_LOG_H
#define BNC_AGGREGATE_FAILURE_LOG_H

#include "aggregate/pairs.h"
#include "aggregate/reclog.h"

#define BNC_FAILURE_SETS_LOG2 2u
#define BNC_FAILURE_SETS (1u << BNC_FAILURE_SETS_LOG2) /* of partitions, by the first bits */
#define BNC_FAILURE_PARTS_LOG2 (BNC_FAILURE_SETS_LOG2 + BNC_LOG_LOG2)
#define BNC_FAILURE_PARTS (1u << BNC_FAILURE_PARTS_LOG2)

struct bnc_failure_log { /* bnc_failure_log_init() */
    struct bnc_log_room room; /* of all sets */
    struct bnc_log set[BNC_FAILURE_SETS];
    struct bnc_numbers outcomes; /* campaign << 32 | day, numbered */
    uint32_t *missing; /* by pair: events without a record; see bnc_failure_log_miss() */
    size_t n_missing;
    size_t fold_at; /* bytes that start the next fold */
};

struct bnc_failure {
    uint64_t fp; /* what is kept of it, without the partition */
    uint32_t pair, outcome;
};

/* How a record lies in the log. */
struct bnc_failure_narrow {
    uint64_t fp_pair;
    uint8_t outcome;
} __attribute__((packed));

struct bnc_failure_rest { /* behind it */
    uint32_t outcome;
    uint16_t pair;
} __attribute__((packed));

#define BNC_FAILURE_PAIR_BITS 18u
#define BNC_FAILURE_PAIR_MASK (((uint32_t)1 << BNC_FAILURE_PAIR_BITS) - 1)
#define BNC_FAILURE_HIGH_BITS 3u /* of an outcome, in fp_pair */
#define BNC_FAILURE_HIGH_MASK (((uint32_t)1 << BNC_FAILURE_HIGH_BITS) - 1)
#define BNC_FAILURE_FP_SHIFT (BNC_FAILURE_PAIR_BITS + BNC_FAILURE_HIGH_BITS)
#define BNC_FAILURE_FP_BITS (64 - BNC_FAILURE_FP_SHIFT) /* in a record */
#define BNC_FAILURE_WIDE (((uint32_t)1 << (BNC_FAILURE_HIGH_BITS + 8)) - 1)

static inline struct bnc_failure_narrow bnc_failure_pack(uint64_t fp, uint32_t pair,
                                                         uint32_t outcome)
{
    return (struct bnc_failure_narrow){ fp << BNC_FAILURE_FP_SHIFT |
                                            pair << BNC_FAILURE_HIGH_BITS | outcome >> 8,
                                        (uint8_t)outcome };
}

/* Makes it empty; 'seed' is odd. */
void bnc_failure_log_init(struct bnc_failure_log *l, uint64_t seed);
void bnc_failure_log_release(struct bnc_failure_log *l);

static inline unsigned bnc_failure_part(uint64_t fp)
{
    return (unsigned)(fp >> (64 - BNC_FAILURE_PARTS_LOG2));
}

static inline uint64_t bnc_failure_fp(uint64_t fp)
{
    return fp << BNC_FAILURE_PARTS_LOG2 >> BNC_FAILURE_FP_SHIFT;
}

/* Asks for what pushing a record of 'fp' will write to. */
BNC_PREFETCHER bnc_failure_log_prefetch(const struct bnc_failure_log *l, uint64_t fp)
{
    const unsigned part = bnc_failure_part(fp);

    bnc_log_prefetch(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS);
}

/* Appends a record, as bnc_failure_read() reads it; false when out of memory, here and below. */
bool bnc_failure_log_put(struct bnc_failure_log *l, unsigned part, const struct bnc_failure *f);

/*
 * In place of a record: an event that names no address, or repeats a record. There are as many
 * records of a pair as events of it that are not missing.
 */
bool bnc_failure_log_miss(struct bnc_failure_log *l, uint32_t pair);

/* The number of an outcome; 'day': since 1970 + 1, 0: none. UINT32_MAX when out of memory. */
static inline uint32_t bnc_failure_outcome(struct bnc_failure_log *l, uint32_t campaign,
                                           uint32_t day)
{
    return bnc_numbers_get(&l->outcomes, (uint64_t)campaign << 32 | day);
}

/* A failure; false when out of memory, as where 'outcome' was not to be had. */
static inline bool bnc_failure_log_push(struct bnc_failure_log *l, uint64_t fp, uint32_t pair,
                                        uint32_t outcome)
{
    const struct bnc_failure f = { bnc_failure_fp(fp), pair, outcome };
    const unsigned part = bnc_failure_part(fp);
    struct bnc_failure_narrow *to;

    if (f.outcome >= BNC_FAILURE_WIDE || pair > BNC_FAILURE_PAIR_MASK)
        return bnc_failure_log_put(l, part, &f);
    to = bnc_log_push(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS, sizeof *to);
    if (to != NULL)
        *to = bnc_failure_pack(f.fp, pair, f.outcome);
    return to != NULL;
}

/* ---- reading ---- */

static inline const struct bnc_log_chunk *bnc_failure_chunks(const struct bnc_failure_log *l,
                                                             unsigned part)
{
    return l->set[part / BNC_LOG_PARTS].head[part % BNC_LOG_PARTS];
}

/* Where a chunk of 'part' ends. */
static inline const char *bnc_failure_chunk_end(const struct bnc_failure_log *l, unsigned part,
                                                const struct bnc_log_chunk *c)
{
    return c->data + bnc_log_used(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS, c);
}

/* At least as many records as there are in 'part'. */
static inline size_t bnc_failure_log_most(const struct bnc_failure_log *l, unsigned part)
{
    return bnc_log_bytes(&l->set[part / BNC_LOG_PARTS], part % BNC_LOG_PARTS) /
           sizeof(struct bnc_failure_narrow);
}

static inline uint32_t bnc_failure_number(const struct bnc_failure_narrow *n)
{
    return (uint32_t)(n->fp_pair & BNC_FAILURE_HIGH_MASK) << 8 | n->outcome;
}

/* Its low bits, where the record is a wide one. */
static inline uint32_t bnc_failure_pair(const struct bnc_failure_narrow *n)
{
    return n->fp_pair >> BNC_FAILURE_HIGH_BITS & BNC_FAILURE_PAIR_MASK;
}

/* Reads a record; returns where the next one is. */
static inline const char *bnc_failure_read(const char *at, struct bnc_failure *f)
{
    const struct bnc_failure_narrow *n = (const void *)at;
    const struct bnc_failure_rest *rest = (const void *)(n + 1);

    *f = (struct bnc_failure){ n->fp_pair >> BNC_FAILURE_FP_SHIFT, bnc_failure_pair(n),
                               bnc_failure_number(n) };
    if (f->outcome != BNC_FAILURE_WIDE)
        return (const char *)rest;
    f->pair |= (uint32_t)rest->pair << BNC_FAILURE_PAIR_BITS;
    f->outcome = rest->outcome;
    return (const char *)(rest + 1);
}

/* ---- in chains ---- */

struct bnc_failure_link {
    uint32_t fp; /* its low bits: the chain says the others */
    uint32_t pair, outcome;
    uint32_t before; /* the chain; once chained the record put there before it, 0: none */
};

/*
 * The records of one partition, chained by the first bits of their fingerprints: all of an address
 * are in one chain, mostly with no other. All are put first and then chained; none is ever moved.
 */
struct bnc_failure_chains { /* zero-initialized is empty; storage is kept for the next partition */
    struct bnc_failure_link *at; /* [n + 1], from 1 on */
    uint8_t *size; /* [n + 1] of a chain up to this record; at most 255, which may be more */
    uint32_t *last; /* [2^(BNC_FAILURE_FP_BITS - shift)] the record put last; 0: none */
    uint32_t *many; /* [n_many] chains that have more than one */
    uint32_t n, n_many;
    size_t cap, cap_size, cap_last, cap_many;
    unsigned shift;
};

/* Room for so many records. */
bool bnc_failure_chains_begin(struct bnc_failure_chains *c, size_t most);
void bnc_failure_chains_release(struct bnc_failure_chains *c);

/* Counts it in '*n' between its halves: gcc would put all of it together in a vector, slowly. */
static inline void bnc_failure_link_put(struct bnc_failure_link *to, const struct bnc_failure *f,
                                        unsigned shift, uint32_t *n)
{
    to->fp = (uint32_t)f->fp;
    to->outcome = f->outcome;
    ++*n;
    to->pair = f->pair;
    to->before = (uint32_t)(f->fp >> shift);
}

/* Once all records are put: chains them. */
void bnc_failure_chains_end(struct bnc_failure_chains *c);

/* The records of a chain; returns how many there are. 'to' has room for c->n. */
size_t bnc_failure_chain_get(const struct bnc_failure_chains *c, uint32_t chain,
                             struct bnc_failure *to);

/* Sorts records by fingerprint, pair and outcome. */
void bnc_failures_sort(struct bnc_failure *at, size_t n);

/* Drops what repeats a record, if the log has grown and the first partitions show that it pays. */
bool bnc_failure_log_fold(struct bnc_failure_log *l);

#endif
