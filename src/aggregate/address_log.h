/* SPDX-License-Identifier: MIT
 * address_log.h - what became of addresses, to the second and by all of their fingerprint: the log
 * that lists and states are made of; private to the room. Where neither is wanted failure_log.h
 * takes its place.
 *
 * It grows by the failing row, so it is what a run's memory is made of, and a record is packed into
 * 16 bytes. The partition says the top seven bits of the fingerprint. Campaigns and outcomes come
 * in few combinations, so each has a number, as the pair has:
 *
 *     fingerprint, 57 bits | pair, low 7      outcome, 16     pair, high 16     time, 32
 *
 * A number that does not fit makes the record a long one: an outcome of ones, and behind the short
 * record what it stands for as it is.
 */
#ifndef BNC_AGGREGATE_ADDRESS_LOG_H
#define BNC_AGGREGATE_ADDRESS_LOG_H

#include "aggregate/pairs.h"
#include "aggregate/reclog.h"
#include "schema/event.h"

/* What an address record says happened: an event type, or a bounce that came after a delivery. */
#define BNC_CODE_LATE ((unsigned)BNC_N_EVENTS)
#define BNC_WHAT(campaign, code) ((uint32_t)(campaign) << 4 | (uint32_t)(code))
#define BNC_WHAT_CODE(what) ((what)&15u)
#define BNC_WHAT_CAMPAIGN(what) ((what) >> 4)
#define BNC_WHAT_TYPE(what)                                                                        \
    (BNC_WHAT_CODE(what) == BNC_CODE_LATE ? BNC_EVENT_BOUNCE                                       \
                                          : (enum bnc_event_type)BNC_WHAT_CODE(what))

struct bnc_address_rec { /* 20 bytes */
    uint64_t fp;
    uint32_t pair, what; /* BNC_WHAT() */
    uint32_t time; /* 0: none */
} __attribute__((packed, aligned(4)));

/* Whether a record of the log is a failure. */
static inline bool bnc_address_rec_fails(const struct bnc_address_rec *r)
{
    const enum bnc_event_type type = BNC_WHAT_TYPE(r->what);

    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL;
}

struct bnc_address_log { /* zero-initialized but for 'outcomes.keys.seed' is empty */
    struct bnc_log log;
    struct bnc_numbers outcomes; /* of what */
};

/* How a record lies in the log. */
struct bnc_address_short {
    uint64_t fp_pair;
    uint16_t outcome, pair_high;
    uint32_t time;
} __attribute__((packed));

struct bnc_address_long { /* behind it */
    uint32_t pair, what;
} __attribute__((packed));

#define BNC_ADDRESS_LONG UINT32_C(0xffff) /* in place of an outcome's number */
#define BNC_ADDRESS_LOW_BITS BNC_LOG_LOG2 /* of a pair, in fp_pair */

/* Appends a record; false when out of memory. */
bool bnc_address_log_push(struct bnc_address_log *a, uint64_t fp, uint32_t pair, uint32_t what,
                          uint32_t time);

/* Asks for what pushing a record of 'fp' will write to. */
BNC_PREFETCHER bnc_address_log_prefetch(const struct bnc_address_log *a, uint64_t fp)
{
    bnc_log_prefetch(&a->log, bnc_log_part(fp));
}

void bnc_address_log_release(struct bnc_address_log *a);

/* At least as many records as there are in 'part'. */
static inline size_t bnc_address_log_most(const struct bnc_address_log *a, unsigned part)
{
    return bnc_log_bytes(&a->log, part) / sizeof(struct bnc_address_short);
}

/* The fingerprint of the record at 'at' in 'part'; returns where the next one is. */
static inline const char *bnc_address_log_fp(unsigned part, const char *at, uint64_t *fp)
{
    const struct bnc_address_short *s = (const void *)at;
    const bool is_long = s->outcome == BNC_ADDRESS_LONG;

    *fp = (uint64_t)part << (64 - BNC_LOG_LOG2) | s->fp_pair >> BNC_ADDRESS_LOW_BITS;
    return at + sizeof *s + (is_long ? sizeof(struct bnc_address_long) : 0);
}

/* The pair's number, of any but a long record: to ask for what it leads to. */
static inline uint32_t bnc_address_log_pair(const char *at)
{
    const struct bnc_address_short *s = (const void *)at;

    return (uint32_t)s->pair_high << BNC_ADDRESS_LOW_BITS |
           (uint32_t)(s->fp_pair & ((1u << BNC_ADDRESS_LOW_BITS) - 1));
}

/* The whole record; where the next one is. */
static inline const char *bnc_address_log_read(const struct bnc_address_log *a, unsigned part,
                                               const char *at, struct bnc_address_rec *r)
{
    const struct bnc_address_short *s = (const void *)at;
    const struct bnc_address_long *l = (const void *)(s + 1);
    const bool is_long = s->outcome == BNC_ADDRESS_LONG;
    uint64_t fp;

    r->pair = is_long ? l->pair : bnc_address_log_pair(at);
    r->what = is_long ? l->what : (uint32_t)a->outcomes.keys.at[s->outcome].key;
    r->time = s->time;
    at = bnc_address_log_fp(part, at, &fp);
    r->fp = fp;
    return at;
}

#endif
