/* SPDX-License-Identifier: MIT
 * lean_log.h - what became of addresses where nothing but lists is wanted, in few bytes; private to
 * the room.
 *
 * Lists need every outcome with its second, and the texts of those who failed, so these logs are
 * what such a run's memory is made of. Whoever has a text needs no fingerprint: text and domain
 * tell it. A delivery matters only to an address that failed too, and the other records of that say
 * its domain. So there are three kinds of records, each in a log of its own:
 *
 *     delivered  fingerprint, 48 bits | moment; 3 bits more in it               8 bytes
 *     failed     fingerprint, 57 bits | pair, low 7 | its rest | moment          11 or more
 *     named      text, 8 | pair | moment | local part                           5 and the text
 *
 * With the partition that is 58 bits of 64 of a delivery: it is told to everybody who failed and
 * has these, so that nobody misses his own, and there will hardly ever be two of them.
 *
 * A moment is what happened, in which campaign and when.  Rows mostly come in order of time, so
 * campaign and time are told by how far they are from those of the record before it in its chunk:
 *
 *     what happened, 3 | campaign, 3 | seconds, 10     2 bytes
 *
 * Ones in place of a distance say that it is far, and the campaign's number and the distance in
 * seconds follow in that order. These, like pairs, take 7 bits a byte (util/number.h): pairs go by
 * first use, and half of all records name one of the first hundred.
 *
 * The text's byte is its length, and whether it is written out or squeezed (three characters in
 * two bytes).
 *
 * Only addresses that end in '@' and their domain are kept here: one fingerprint has one domain
 * then. What is of another kind is logged as everywhere else.
 */
#ifndef BNC_AGGREGATE_LEAN_LOG_H
#define BNC_AGGREGATE_LEAN_LOG_H

#include "aggregate/address_log.h"
#include "util/squeeze.h"

#define BNC_LEAN_TEXT 127u /* bytes of a local part, at most */
#define BNC_LEAN_ADDRESS 254u /* of an address */

struct bnc_lean_moment {
    uint32_t campaign, time;
};

struct bnc_lean_newest { /* of a partition */
    struct bnc_lean_moment moment; /* of the newest record */
    size_t n; /* records */
};

struct bnc_lean_kind { /* of records */
    struct bnc_log log;
    struct bnc_lean_newest newest[BNC_LOG_PARTS];
};

struct bnc_lean_log { /* bnc_lean_create() */
    struct bnc_log_room room; /* of all three */
    struct bnc_lean_kind delivered, failed, named;
    size_t fold_at; /* bytes in partition 0 that start the next fold */
};

struct bnc_lean_delivered { /* the moment follows */
    uint64_t fp : 48; /* bits 9 to 56 */
} __attribute__((packed));

/* An empty one, NULL when out of memory. */
struct bnc_lean_log *bnc_lean_create(void);
void bnc_lean_free(struct bnc_lean_log *l);
/* Empties it. */
void bnc_lean_release(struct bnc_lean_log *l);
/* Empties a partition. */
void bnc_lean_clear(struct bnc_lean_log *l, unsigned part);
/* bnc_log_forget() of a partition of all three. */
void bnc_lean_forget(struct bnc_lean_log *l, unsigned part);

/* What happened (BNC_WHAT()) and when. */
struct bnc_lean_event {
    uint32_t what, time;
};

/*
 * Appending; false when out of memory. 'local' is the text before the '@', at most BNC_LEAN_TEXT
 * bytes.
 */
bool bnc_lean_push_delivered(struct bnc_lean_log *l, uint64_t fp, struct bnc_lean_event e);
bool bnc_lean_push_failed(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                          struct bnc_lean_event e);
bool bnc_lean_push_named(struct bnc_lean_log *l, uint64_t fp, uint32_t pair,
                         struct bnc_lean_event e, struct bnc_span local);

/* ---- reading ---- */

/*
 * In the pair of a record that was read here, or logged elsewhere because no lean record could say
 * it: the address ends in '@' and its domain. Alone, a delivery: to that domain of the address.
 */
#define BNC_LEAN_OWN (UINT32_C(1) << 31)
#define BNC_LEAN_SAME UINT32_MAX

/* Bits of a fingerprint that a delivery does not keep: ones as it is read. */
#define BNC_LEAN_CUT UINT64_C(0x3f)

/* The bytes of a partition, and how many records there are in it. */
size_t bnc_lean_bytes(const struct bnc_lean_log *l, unsigned part);
size_t bnc_lean_n(const struct bnc_lean_log *l, unsigned part);

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
/* Of all named records of a partition, at most, but for the room that the last one needs. */
size_t bnc_lean_texts(const struct bnc_lean_log *l, unsigned part);
char *bnc_lean_spell(struct bnc_address_rec *r, struct bnc_span domain, char *to);

#endif
