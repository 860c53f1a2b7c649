/* SPDX-License-Identifier: MIT
 * owed.h - the checksum of a gzip member, put together from those of its blocks.
 *
 * Who inflates a member in order is waited for by everybody else, so the checksum of a block is
 * *owed*: whoever takes the block over *pays* it, which costs little there, since the bytes have to
 * come into that core's cache anyway.  At the member's end, or where too many are owed, what was
 * not paid is added up at once.
 */
#ifndef BNC_INGEST_OWED_H
#define BNC_INGEST_OWED_H

#include <pthread.h>

#include "ingest/inflate.h"
#include "util/span.h"

#define BNC_MAX_OWED 32

enum bnc_owed_state { BNC_OWED_OPEN, BNC_OWED_BEGUN, BNC_OWED_PAID };

struct bnc_owed_sum {
    enum bnc_owed_state state;
    const struct bnc_inflater *with;
    uint64_t index; /* of the block */
    struct bnc_span bytes;
    uint32_t crc;
};

struct bnc_owed { /* zero-initialized, then bnc_owed_init() */
    pthread_mutex_t lock;
    pthread_cond_t paid;
    struct bnc_owed_sum ring[BNC_MAX_OWED];
    uint64_t first, n; /* of those not added to the member's, places in the ring; and how many */
};

void bnc_owed_init(struct bnc_owed *owed);
void bnc_owed_release(struct bnc_owed *owed);

/*
 * These two are for who inflates; 'crc' is of the member's bytes before all that are owed.
 * add() notes that the block's bytes belong behind them: they must stay until the block is paid.
 * settle() adds all that is owed; both return what 'crc' becomes.
 */
uint32_t bnc_owed_add(struct bnc_owed *owed, uint32_t crc, const struct bnc_inflater *with,
                      uint64_t index, struct bnc_span bytes);
uint32_t bnc_owed_settle(struct bnc_owed *owed, uint32_t crc);

/* Adds the block up, or waits for who does; nothing where that has been done.  Any thread. */
void bnc_owed_pay(struct bnc_owed *owed, uint64_t index);

#endif
