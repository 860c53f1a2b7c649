/* SPDX-License-Identifier: MIT
 * overlap.h - exports that overlap: the same row in two inputs is counted once.
 *
 * Users pull "the last 30 days" every week, so two files of one folder often hold the same rows.
 * Finding every such row needs a set of all rows; finding out *whether* there are any needs a few
 * of them.  So the ordinary run only samples: one row in 256, chosen by its own bytes, hence the
 * same rows in every file.  If two inputs share a sampled row, those inputs are read twice more:
 * once to learn which rows they share, once to count with the shared rows left to the first input
 * that has them.  Only inputs whose rows carry a time or a message id take part: without either,
 * equal rows may well be two events.
 */
#ifndef BNC_ENGINE_OVERLAP_H
#define BNC_ENGINE_OVERLAP_H

#include "engine/pool.h"

struct bnc_sampled_row {                    /* one row of one input */
    uint64_t hash;
    uint32_t source;
};

struct bnc_marks {
    struct bnc_sampled_row *at;
    size_t n, cap;
};

/* Adds the row if its bytes say that it belongs to the sample ('all': in any case). */
enum bnc_status bnc_marks_add(struct bnc_marks *marks, const struct bnc_row *row, uint32_t source,
                              bool all);
void bnc_marks_release(struct bnc_marks *marks);

struct bnc_overlap {                     /* the rows that several inputs share */
    struct bnc_sampled_row *shared;      /* by hash; source: the first input that has it */
    size_t n;
};

/*
 * Sorts 'marks' (all workers' in one), keeps one for each hash that at least two inputs have, and
 * sets shares[source] for each of those inputs ('shares' may be NULL).  Takes the marks over.
 */
void bnc_overlap_find(struct bnc_overlap *overlap, struct bnc_marks *marks, bool *shares);
void bnc_overlap_release(struct bnc_overlap *overlap);

/* True if the row of 'source' is counted with an input before it. */
bool bnc_overlap_is_repeat(const struct bnc_overlap *overlap, const struct bnc_row *row,
                           uint32_t source);

#endif
