/* SPDX-License-Identifier: MIT
 * overlap.h - exports that overlap: the same row in two inputs is counted once.
 *
 * Users pull "the last 30 days" every week, so two files of one folder often hold the same rows.
 * Finding every such row needs a set of all rows; finding out *whether* there are any needs a few
 * of them.  So the ordinary run only samples: one row in 256, chosen by its own bytes, hence the
 * same rows in every file.  If two inputs share a sampled row, those inputs are read again: to
 * learn which rows they share, then to count with the shared rows left to the first input that has
 * them.  Only inputs whose rows carry a time or a message id take part: without either, equal rows
 * may well be two events.
 *
 * Memory.  A sample that grows too large is thinned to every second row of it, by the rows' hashes:
 * as often as it takes for the rows of all inputs together, so no number of workers shows.  The
 * rows shared are learned in several passes where there are many rows, each pass for a part of the
 * hashes.
 */
#ifndef BNC_ENGINE_OVERLAP_H
#define BNC_ENGINE_OVERLAP_H

#include "engine/pool.h"

struct bnc_mark {                        /* one row of one input */
    uint64_t hash;
    uint32_t source;
};

#define BNC_MAX_SAMPLE ((size_t)1 << 20)         /* 16 MiB */
#ifdef BNC_DEBUG
#define BNC_MARKS_AT_ONCE ((uint64_t)1000)       /* so that tests take several passes */
#else
#define BNC_MARKS_AT_ONCE ((uint64_t)1 << 23)    /* of a pass that learns: 128 MiB */
#endif

struct bnc_marks {                       /* one worker's; zero-initialized is empty */
    struct bnc_mark *at;
    size_t n, cap;
    unsigned thinned;                    /* so many low bits of every hash are 0 */
};

struct bnc_share {                       /* of all hashes those that begin with the bits 'is' */
    unsigned bits;
    uint64_t is;
};

/* Adds the row if its bytes say that it belongs to the sample. */
enum bnc_status bnc_marks_sample(struct bnc_marks *marks, const struct bnc_row *row,
                                 uint32_t source);
/* Adds the row if it belongs to the share. */
enum bnc_status bnc_marks_add(struct bnc_marks *marks, const struct bnc_row *row, uint32_t source,
                              const struct bnc_share *share);
/* Moves what 'from' has to 'to'. */
enum bnc_status bnc_marks_join(struct bnc_marks *to, struct bnc_marks *from);
/* Thins a sample until it has at most 'most' marks; once more for all of them joined. */
void bnc_marks_thin(struct bnc_marks *marks, size_t most);
void bnc_marks_release(struct bnc_marks *marks);

struct bnc_overlap {                     /* the rows that several inputs share */
    struct bnc_mark *shared;             /* by hash; source: the first input that has it */
    size_t n, cap;
};

/*
 * Sorts 'marks', adds one for each hash that at least two inputs have, and sets shares[source] for
 * each of those inputs ('shares' may be NULL).  Marks that come later have greater hashes.
 */
enum bnc_status bnc_overlap_find(struct bnc_overlap *overlap, struct bnc_marks *marks,
                                 bool *shares);
void bnc_overlap_release(struct bnc_overlap *overlap);

/* How many bits of the hash make shares of at most about 'at_once' of 'n_rows' rows. */
unsigned bnc_overlap_bits(uint64_t n_rows, uint64_t at_once);

/* True if the row of 'source' is counted with an input before it. */
bool bnc_overlap_is_repeat(const struct bnc_overlap *overlap, const struct bnc_row *row,
                           uint32_t source);

#endif
