/* SPDX-License-Identifier: MIT
 * keysort.h - sorting by a 64-bit key on all threads, in slices that can be worked on side by side
 * afterwards: no key is in two of them. Private to the room.
 */
#ifndef BNC_AGGREGATE_KEYSORT_H
#define BNC_AGGREGATE_KEYSORT_H

#include "aggregate/counts.h"
#include "aggregate/tally.h"

#define BNC_KEY_SLICES 64u

struct bnc_keys {
    struct bnc_sortkey *at; /* [n], sorted by key; those of one key are in the order they came */
    size_t n;
    size_t cut[BNC_KEY_SLICES + 1]; /* slice i is cut[i] .. cut[i + 1] - 1; some may be empty */
    struct bnc_sortkey *room; /* where they are, and as much beside them: twice 'cap' */
    size_t cap;
};

/* What bnc_keys_init() wants. */
static inline size_t bnc_keys_bytes(size_t n)
{
    return (n + 1) * 2 * sizeof(struct bnc_sortkey);
}

/* 'n' keys at keys->at, to be filled by the caller; 'room' stays his. */
void bnc_keys_init(struct bnc_keys *keys, size_t n, void *room);
/* Where fewer came, in runs of n[i] from from[i] on: moves them together. */
void bnc_keys_join(struct bnc_keys *keys, const size_t *from, const size_t *n, size_t n_runs);
/* Sorts them and cuts them into slices, on all threads; 'parallel' may be NULL. */
void bnc_keys_sort(struct bnc_keys *keys, bnc_parallel_fn parallel, void *ctx);

/* Room beside the sorted keys, for as many. */
static inline struct bnc_sortkey *bnc_keys_spare(const struct bnc_keys *keys)
{
    return keys->at == keys->room ? keys->room + keys->cap : keys->room;
}

/*
 * Keys that begin texts: the eight bytes of a text from 'at' on as a number that sorts like them;
 * behind its end they are 0.
 */
uint64_t bnc_text_key(struct bnc_span s, size_t at);

struct bnc_key_texts {
    struct bnc_span (*text)(const void *arg, uint64_t ref);
    uint64_t (*id)(const void *arg, uint64_t ref); /* two of one id have one text */
    void (*fetch)(const void *arg, uint64_t ref); /* has what they read in cache, soon */
    const void *arg;
};

/*
 * Keys of a slice are bnc_text_key(text, 0): sorts them by the whole texts, equal ones by ref. Then
 * the key of the first of each text is 1, of others 0. Returns how many texts they are. Slices may
 * be settled on any thread.
 */
size_t bnc_keys_settle(struct bnc_keys *keys, size_t slice, const struct bnc_key_texts *texts);

#endif
