/* SPDX-License-Identifier: MIT
 * state.h - parts on disk: what `report --save-state` writes and `merge` reads (docs/STATE.md).
 */
#ifndef BNC_AGGREGATE_STATE_H
#define BNC_AGGREGATE_STATE_H

#include "aggregate/tally.h"

/* Writes what the parts hold, added up, to 'path', atomically; finish may have been called on them before. */
enum bnc_status bnc_state_save(struct bnc_part *const *parts, size_t n, const char *path, struct bnc_error *err);

/* Reads a state into a new part.  BNC_EDATA with a byte offset where it is damaged, cut or of a newer version; BNC_ENOINPUT. */
enum bnc_status bnc_state_load(struct bnc_part **part, const char *path, const struct bnc_classifier *classifier, struct bnc_error *err);

#endif
