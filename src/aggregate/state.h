/* SPDX-License-Identifier: MIT
 * state.h - parts in a file, and back: what `report --save-state` keeps, and `merge` and
 * `--baseline` read.
 *
 * A state holds everything that reports, lists and trends need, before anything is decided: counts,
 * names, verdicts with the names of their rules and providers, address records, held-back bounces.
 * It is the canonical form of the rows counted: the same rows give the same bytes, however they
 * were spread over parts, runs and merges. The format is docs/STATE.md.
 */
#ifndef BNC_AGGREGATE_STATE_H
#define BNC_AGGREGATE_STATE_H

#include "aggregate/tally.h"

#define BNC_STATE_VERSION 3u

/*
 * Writes what 'n' parts hold together to 'path', whole or not at all, mode 0600: a state names
 * addresses. The parts are not changed; they may have been finished before. BNC_EUSAGE if a part
 * does not keep lists, BNC_ECREATE, BNC_EIO, BNC_ENOMEM.
 */
enum bnc_status bnc_state_save(struct bnc_part *const *parts, size_t n, const char *path,
                               struct bnc_error *err);

/*
 * Reads a state into a new part (bnc_part_free() it), to be finished or saved with others; it takes
 * no rows. Providers are found in 'classifier' by name. BNC_ENOINPUT; BNC_EDATA with the byte
 * offset for what is no state, newer, cut short, damaged, contradictory, or names what this program
 * does not know; BNC_EIO, BNC_ENOMEM. On failure '*part' is NULL.
 */
enum bnc_status bnc_state_load(struct bnc_part **part, const char *path,
                               const struct bnc_classifier *classifier, struct bnc_error *err);

/* The same from memory; 'name' stands for the path in messages. */
enum bnc_status bnc_state_parse(struct bnc_part **part, struct bnc_span bytes, const char *name,
                                const struct bnc_classifier *classifier, struct bnc_error *err);

/*
 * Whether the regular file at 'path' begins like a state of any version; false where it can't be
 * read.
 */
bool bnc_state_is(const char *path);

#endif
