/* SPDX-License-Identifier: MIT
 * state_form.h - what writer and reader of states must agree on; private to the room. In words:
 * docs/STATE.md.
 *
 *   file     "BNCSTATE" version:4 zero:4, sections, the last of which is BNC_STATE_END
 *   section  tag:4 partition:4 n:8 len:8, len bytes that hold n records,
 *            checksum:8 of all before it
 *
 * Numbers are little-endian; a string is len:4 and its bytes.
 */
#ifndef BNC_AGGREGATE_STATE_FORM_H
#define BNC_AGGREGATE_STATE_FORM_H

#include "aggregate/part.h"

#define BNC_STATE_MAGIC "BNCSTATE"
#define BNC_STATE_HEAD_BYTES 16u
#define BNC_SECTION_HEAD_BYTES 24u

/* A log has a section for each value of the first bits of fingerprints: of some partitions. */
#define BNC_STATE_LOG2 6u
#define BNC_STATE_PARTS (1u << BNC_STATE_LOG2)
#define BNC_STATE_SHARE (BNC_LOG_PARTS / BNC_STATE_PARTS) /* partitions in a section */

enum bnc_state_tag { /* in the order of the file */
                     BNC_STATE_WORDS,
                     BNC_STATE_PROVIDERS,
                     BNC_STATE_SOURCES,
                     BNC_STATE_CAMPAIGNS,
                     BNC_STATE_IPS,
                     BNC_STATE_SENDERS,
                     BNC_STATE_DOMAINS,
                     BNC_STATE_ENTRIES,
                     BNC_STATE_VOTES,
                     BNC_STATE_PAIRS,
                     BNC_STATE_CELLS,
                     BNC_STATE_FAULTS,
                     BNC_STATE_TOTALS,
                     /* sections of logs that have any, see BNC_STATE_PARTS */
                     BNC_STATE_ADDRESSES,
                     BNC_STATE_HELD,
                     BNC_STATE_TEXTS,
                     BNC_STATE_END,
                     BNC_N_STATE_TAGS
};
extern const char bnc_state_tags[BNC_N_STATE_TAGS][5];

/*
 * Enumerations are written as numbers; the names that the numbers have in the writing program stand
 * in the WORDS section.
 */
enum bnc_word_list {
    BNC_WORDS_EVENTS,
    BNC_WORDS_CAUSES,
    BNC_WORDS_DURATIONS,
    BNC_WORDS_SIDES,
    BNC_WORDS_ACTIONS,
    BNC_WORDS_PRIORITIES,
    BNC_WORDS_MECHANISMS,
    BNC_WORDS_FAULTS,
    BNC_N_WORD_LISTS
};
unsigned bnc_words_count(enum bnc_word_list list);
const char *bnc_words_name(enum bnc_word_list list, unsigned i);

/* In place of an event type and of a cause: */
#define BNC_STATE_TYPE_LATE 15u /* a late bounce, or the delivery that it takes back */
#define BNC_STATE_NO_CAUSE 255u
#define BNC_STATE_NO_ENTRY UINT32_C(0xfffffff0) /* plus an event type: events without an entry */

/* The checksum of a section: its bytes in pieces of 64 KiB, each seeded with the sum so far. */
uint64_t bnc_state_checksum(uint64_t sum, const char *at, size_t len);

#endif
