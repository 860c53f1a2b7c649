/* SPDX-License-Identifier: MIT
 * keysort.h - sorting by a 64-bit key on all threads, in slices that can be worked on side by side
 * afterwards: no key is in two of them. Private to the room.
 */
#ifndef BNC_AGGREGATE_KEYSORT_H
#define BNC_AGGREGATE_KEYSORT_H

#include "aggregate/merge.h"

#define BNC_KEY_SLICES 64u

struct bnc_keys {
    struct bnc_sortkey *at; /* [n], sorted by (key, ref) */
    size_t n;
    size_t cut[BNC_KEY_SLICES + 1]; /* slice i is cut[i] .. cut[i + 1] - 1; some may be empty */
    struct bnc_sortkey *room; /* owns 'at': twice 'cap' */
    size_t cap;
};

/* Room for 'n' keys at keys->at, to be filled by the caller; false when out of memory. */
bool bnc_keys_init(struct bnc_keys *keys, size_t n);
/* Sorts them and cuts them into slices. */
void bnc_keys_sort(struct bnc_keys *keys, const struct bnc_merged *m);
void bnc_keys_release(struct bnc_keys *keys);

/* Room beside the sorted keys, for as many. */
static inline struct bnc_sortkey *bnc_keys_spare(const struct bnc_keys *keys)
{
    return keys->at == keys->room ? keys->room + keys->cap : keys->room;
}

#endif
