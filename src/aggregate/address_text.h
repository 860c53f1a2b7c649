/* SPDX-License-Identifier: MIT
 * address_text.h - the texts of addresses that may land on a list, in a log; private to the room.
 */
#ifndef BNC_AGGREGATE_ADDRESS_TEXT_H
#define BNC_AGGREGATE_ADDRESS_TEXT_H

#include "aggregate/reclog.h"
#include "util/hash.h"

/* The fingerprint of an address, never 0. */
static inline uint64_t bnc_address_fp(struct bnc_span address)
{
    const uint64_t fp = bnc_hash_lower(address);

    return fp + (fp == 0);
}

/*
 * One text record: fingerprint (8 bytes), head (2: length and flag), bytes; packed. BNC_TEXT_LOCAL:
 * the local part with its '@' alone; the domain is known from the address records.
 */
#define BNC_TEXT_HEAD 10u
#define BNC_TEXT_LOCAL 0x8000u
#define BNC_TEXT_MAX 0x7fffu /* bytes; an address has at most 254 */
struct bnc_text {
    uint64_t fp;
    struct bnc_span text;
    bool is_local;
};
struct bnc_text bnc_text_read(const char *at);
/* All of the record. */
size_t bnc_text_bytes(const char *at);
/* Writes the head of a text record; the text is there, or will be. */
void bnc_text_put_head(char *at, uint64_t fp, size_t len, bool is_local);
/* Appends a text record, cut at BNC_TEXT_MAX; false when out of memory. */
bool bnc_text_push(struct bnc_log *log, uint64_t fp, struct bnc_span text, bool is_local);
/*
 * Sorts by fp and keeps one spelling of each address; the bytes left, SIZE_MAX: out of memory. It
 * works in 'room' (NULL: 0 bytes), as malloc() aligns it, where that is large enough.
 */
size_t bnc_texts_fold(char *at, size_t len, void *room, size_t room_bytes);

#endif
