/* SPDX-License-Identifier: MIT
 * merge_steps.h - the steps that fill a struct bnc_merged, and read it; private to them.
 *
 *   merge_names.c    names, sources and entries get one numbering
 *   merge_domains.c  domains too
 *   merge_cells.c    cells are added up in it
 *   merge_pairs.c    pairs likewise, and beside them the cells
 *   merge_logs.c     logs of all parts, partition by partition, in that numbering
 *   merge_lean.c     likewise, those of lists alone
 *   merge.c          held bounces are decided; all of it in order
 */
#ifndef BNC_AGGREGATE_MERGE_STEPS_H
#define BNC_AGGREGATE_MERGE_STEPS_H

#include "aggregate/merged.h"

/* The steps of numbering, in any order on any thread; false when out of memory. */
bool bnc_merge_names(struct bnc_merged *m, enum bnc_kind kind);
bool bnc_merge_sources(struct bnc_merged *m);
bool bnc_merge_entries(struct bnc_merged *m);

/*
 * Domains, in steps: each part's are listed on any thread; when all are, the caller's thread ends
 * it with all threads. NULL or false: out of memory. It adds up their votes too.
 */
struct bnc_merge_domains;
struct bnc_merge_domains *bnc_merge_domains_new(struct bnc_merged *m);
bool bnc_merge_domains_list(struct bnc_merge_domains *job, size_t part);
bool bnc_merge_domains_end(struct bnc_merge_domains *job);
void bnc_merge_domains_free(struct bnc_merge_domains *job);

/* Once domains are merged: frees what spent parts have of them but for the texts. */
void bnc_merge_drop_domains(struct bnc_merged *m);

/* When all names have their numbers: on one thread; sets m->n_cells and what it counts. */
bool bnc_merge_cells(struct bnc_merged *m);
/* Likewise on all threads; calls the two functions above beside its own work. */
bool bnc_merge_pairs(struct bnc_merged *m);

#endif
