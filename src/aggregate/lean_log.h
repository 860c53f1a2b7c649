/* SPDX-License-Identifier: MIT
 * lean_log.h - what became of addresses where nothing but lists is wanted, in few bytes; private to
 * the room.
 *
 * Lists need every outcome with its second, and the texts of those who failed, so these logs are
 * what such a run's memory is made of. Whoever has a text needs no fingerprint: text and domain
 * tell it. A delivery matters only to an address that failed too, and the other records of that say
 * its domain. So there are three kinds of records, each in a log of its own:
 *
 *     delivered  fingerprint, 58 bits | 6 unused        | outcome, 15 | time, 17       12 bytes
 *     failed     fingerprint, 58 bits | pair, low 6, high 16 | outcome | time          14 bytes
 *     named      outcome | time | pair, 24 | text, 8         | local part      8 bytes and the text
 *
 * An outcome is what happened and the time but for its low bits, numbered. The text's byte is its
 * length, and whether it is written out or squeezed (three characters in two bytes).
 *
 * Only addresses that end in '@' and their domain are kept here: one fingerprint has one domain
 * then. What is of another kind, or has a number that doesn't fit, is logged as everywhere else.
 */
#ifndef BNC_AGGREGATE_LEAN_LOG_H
#define BNC_AGGREGATE_LEAN_LOG_H

#include "aggregate/address_log.h"
#include "util/squeeze.h"

#define BNC_LEAN_TIME_BITS 17u
#define BNC_LEAN_TIME_MASK ((UINT32_C(1) << BNC_LEAN_TIME_BITS) - 1)
#ifdef BNC_DEBUG
#define BNC_LEAN_OUTCOMES UINT32_C(60) /* tests see them run out */
#else
#define BNC_LEAN_OUTCOMES UINT32_C(0x7fff)
#endif
#define BNC_LEAN_PAIRS (UINT32_C(1) << 22)
#define BNC_LEAN_TEXT 127u /* bytes of a local part, at most */
#define BNC_LEAN_ADDRESS 254u /* of an address */

struct bnc_lean_log { /* bnc_lean_create() */
    struct bnc_log_room room; /* of all three */
    struct bnc_log delivered, failed, named;
    struct bnc_pairs outcomes; /* what << 32 | time >> BNC_LEAN_TIME_BITS, numbered */
    struct bnc_recent recent[1u << BNC_RECENT_LOG2];
    size_t fold_at; /* bytes in partition 0 that start the next fold */
};

struct bnc_lean_delivered {
    uint64_t fp;
    uint32_t rest;
} __attribute__((packed, aligned(4)));

struct bnc_lean_failed {
    uint64_t fp_pair;
    uint16_t pair;
    uint32_t rest;
} __attribute__((packed, aligned(2)));

struct bnc_lean_named { /* the text follows */
    uint32_t rest;
    uint8_t pair[3], text;
};

/* An empty one, NULL when out of memory; 'seed' is odd. */
struct bnc_lean_log *bnc_lean_create(uint64_t seed);
void bnc_lean_free(struct bnc_lean_log *l);
/* Empties it. */
void bnc_lean_release(struct bnc_lean_log *l);
/* bnc_log_forget() of a partition of all three. */
void bnc_lean_forget(struct bnc_lean_log *l, unsigned part);

/*
 * Outcome and time as records say them; BNC_LEAN_NO_REST: no record can say it, or there is no
 * memory.
 */
#define BNC_LEAN_NO_REST UINT32_MAX
uint32_t bnc_lean_find_rest(struct bnc_lean_log *l, uint64_t key, uint32_t time);
static inline uint32_t bnc_lean_rest(struct bnc_lean_log *l, uint32_t what, uint32_t time)
{
    const uint64_t key = (uint64_t)what << 32 | time >> BNC_LEAN_TIME_BITS;
    const size_t i = bnc_recent_slot(key);

    if (l->recent[i].key != key + 1)
        return bnc_lean_find_rest(l, key, time);
    return l->recent[i].number << BNC_LEAN_TIME_BITS | (time & BNC_LEAN_TIME_MASK);
}

/* Appending; false when out of memory. 'pair' is below BNC_LEAN_PAIRS. */
static inline bool bnc_lean_push_delivered(struct bnc_lean_log *l, uint64_t fp, uint32_t rest)
{
    struct bnc_lean_delivered *to = bnc_log_push(&l->delivered, bnc_log_part(fp), sizeof *to);

    if (to != NULL)
        *to = (struct bnc_lean_delivered){ fp << BNC_LOG_LOG2, rest };
    return to != NULL;
}

static inline bool bnc_lean_push_failed(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                                        uint32_t rest)
{
    struct bnc_lean_failed *to = bnc_log_push(&l->failed, bnc_log_part(fp), sizeof *to);

    if (to != NULL)
        *to = (struct bnc_lean_failed){ fp << BNC_LOG_LOG2 | (pair & (BNC_LOG_PARTS - 1)),
                                        (uint16_t)(pair >> BNC_LOG_LOG2), rest };
    return to != NULL;
}

/* 'local': the text before the '@', at most BNC_LEAN_TEXT bytes. */
bool bnc_lean_push_named(struct bnc_lean_log *l, uint64_t fp, uint32_t pair, uint32_t rest,
                         struct bnc_span local);

/* ---- reading ---- */

/*
 * In the pair of a record that was read here, or logged elsewhere because no lean record could say
 * it: the address ends in '@' and its domain. Alone, a delivery: to that domain of the address.
 */
#define BNC_LEAN_OWN (UINT32_C(1) << 31)
#define BNC_LEAN_SAME UINT32_MAX

/* As many records as there are in a partition, or more. */
size_t bnc_lean_most(const struct bnc_lean_log *l, unsigned part);

/*
 * Appends the records of one kind in a partition to 'to'; returns where they end. Those of named
 * ones have the place of their text, for bnc_lean_spell(), in place of a fingerprint. Of deliveries
 * only those are read that 'filter' (NULL: all) was told of.
 */
struct bnc_lean_filter {
    uint64_t *bits;
    unsigned log2; /* of the number of bits */
};
struct bnc_address_rec *bnc_lean_read_named(const struct bnc_lean_log *l, unsigned part,
                                            struct bnc_address_rec *to);
struct bnc_address_rec *bnc_lean_read_failed(const struct bnc_lean_log *l, unsigned part,
                                             struct bnc_address_rec *to);
struct bnc_address_rec *bnc_lean_read_delivered(const struct bnc_lean_log *l, unsigned part,
                                                const struct bnc_lean_filter *filter,
                                                struct bnc_address_rec *to);

static inline uint64_t *bnc_lean_filter_word(const struct bnc_lean_filter *f, uint64_t fp)
{
    return &f->bits[(fp << BNC_LOG_LOG2) >> (64 - f->log2) >> 6];
}

static inline uint64_t bnc_lean_filter_bit(const struct bnc_lean_filter *f, uint64_t fp)
{
    return UINT64_C(1) << ((fp << BNC_LOG_LOG2) >> (64 - f->log2) & 63);
}

/*
 * Writes the text of a named record out at 'to' (BNC_LEAN_ROOM bytes) as bnc_text_push() does, and
 * sets its fingerprint; 'domain' is that of its pair. Returns the end of the text.
 */
#define BNC_LEAN_ROOM 512u
#define BNC_LEAN_TEXTS(bytes) ((bytes) / 2 * 3 + BNC_LEAN_ROOM) /* of all named records' */
char *bnc_lean_spell(struct bnc_address_rec *r, struct bnc_span domain, char *to);

/* What is equal becomes one, if there is enough of it; false when out of memory. */
struct bnc_part;
bool bnc_lean_fold(struct bnc_part *part);

#endif
