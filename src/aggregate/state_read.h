/* SPDX-License-Identifier: MIT
 * state_read.h - reading a state file, record by record; private to the files that load it.
 *
 *   state_read.c    numbers, strings and what they name
 *   state_counts.c  sections of counts and logs
 *   state_load.c    sections of names and verdicts, the order of sections, the file
 */
#ifndef BNC_AGGREGATE_STATE_READ_H
#define BNC_AGGREGATE_STATE_READ_H

#include "aggregate/state_form.h"

struct reader {
    struct bnc_part *part;
    const struct bnc_classifier *classifier;
    struct bnc_span bytes; /* the whole file */
    const char *name;
    struct bnc_error *err;
    enum bnc_status status; /* sticks */
    size_t at, end; /* in the section being read */
    unsigned partition;
    uint8_t word[BNC_N_WORD_LISTS][256]; /* the file's number -> ours */
    unsigned n_words[BNC_N_WORD_LISTS];
    uint16_t *provider;
    uint32_t *name_at[BNC_N_KINDS], n_names[BNC_N_KINDS];
    uint32_t *domain, n_domains, n_providers;
};

/* Notes the first fault, at the place in the file where reading stands; false. */
bool bnc_read_bad(struct reader *r, const char *what);
bool bnc_read_bad_at(struct reader *r, size_t off, const char *what);
bool bnc_read_no_memory(struct reader *r);

/* Little-endian numbers, and strings as spans into the file; 0 and "" once something was bad. */
uint64_t bnc_read_number(struct reader *r, unsigned bytes);
struct bnc_span bnc_read_bytes(struct reader *r, size_t len);
struct bnc_span bnc_read_text(struct reader *r); /* its length first */
/* A number below 'n'; 0 if it is not, and then that is bad. */
uint32_t bnc_read_index(struct reader *r, unsigned bytes, uint64_t n, const char *what);

/* Places in the lists of the file, as the numbers that stand for them here. */
uint8_t bnc_read_word(struct reader *r, enum bnc_word_list list);
uint16_t bnc_read_provider(struct reader *r);
uint32_t bnc_read_domain(struct reader *r);
uint32_t bnc_read_name(struct reader *r, enum bnc_kind kind);
uint32_t bnc_read_source(struct reader *r);
/* The event type of a number just read, BNC_N_EVENTS for a late one. */
unsigned bnc_read_type(struct reader *r, uint32_t type);
uint32_t bnc_read_entry(struct reader *r);
void bnc_read_count(struct reader *r, struct bnc_count *c);

/* The 'n' records of a section into the part. */
void bnc_load_votes(struct reader *r, uint64_t n);
void bnc_load_pairs(struct reader *r, uint64_t n);
void bnc_load_cells(struct reader *r, uint64_t n);
void bnc_load_faults(struct reader *r, uint64_t n);
void bnc_load_totals(struct reader *r, uint64_t n);
void bnc_load_addresses(struct reader *r, uint64_t n);
void bnc_load_held(struct reader *r, uint64_t n);
void bnc_load_texts(struct reader *r, uint64_t n);

#endif
