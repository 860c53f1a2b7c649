/* SPDX-License-Identifier: MIT
 * held.h - bounces with a message id, which are not decided until every report of that message is
 * in; private to the room.
 */
#ifndef BNC_AGGREGATE_HELD_H
#define BNC_AGGREGATE_HELD_H

#include "util/span.h"

struct bnc_held {
    uint64_t pair; /* fingerprint of (message id, address) */
    uint64_t address; /* fingerprint, 0 if the row names none */
    uint64_t row, off;
    uint32_t source, time;
    uint32_t domain, entry, campaign, ip, sender;
    uint16_t provider;
    bool late; /* every report of it came after delivery */
    bool own; /* as in struct bnc_fact */
};

/*
 * Sorts by (pair, time, source, row); of each pair the last wins. The others are dropped;
 * '*dropped' says how many.
 */
size_t bnc_held_fold(struct bnc_held *at, size_t n, uint64_t *dropped);

#endif
