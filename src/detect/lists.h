/* SPDX-License-Identifier: MIT
 * lists.h - the lists as files, in the layouts that platforms import too, and why one address is
 * where it is.
 */
#ifndef BNC_DETECT_LISTS_H
#define BNC_DETECT_LISTS_H

#include "detect/finding.h"
#include "util/buf.h"
#include "util/sha256.h"

/* One platform's import file: columns and their order, from list_layouts.csv. */
struct bnc_layout {
    const char *name; /* as --for takes it: "sendgrid" */
    const char *title; /* "SendGrid" */
    const char *header; /* first line without line end, "" for none */
    const char *row; /* "{address},{code},{reason},{time}" */
    const char *source;
};
extern const struct bnc_layout bnc_layouts[];
extern const size_t bnc_n_layouts;
/* The layout of that name, or NULL. */
const struct bnc_layout *bnc_layout_find(struct bnc_span name);

/* What lists are made of; owns nothing. */
struct bnc_lists {
    const struct bnc_tally *tally; /* of BNC_DETAIL_LISTS */
    const struct bnc_judged *judged;
    enum bnc_policy policy;
    const struct bnc_hmac_key *pseudonyms; /* NULL: addresses as they are */
    bnc_parallel_fn parallel; /* the engine's; NULL: one thread */
    void *parallel_ctx;
};

/*
 * All lists as CSV, appended to out[list], and suppress in the layout of a platform ('layout', may
 * be NULL) to out[BNC_N_LISTS]: rows are decided and written in one pass, so that they never stand
 * in memory. Buffers that have a drain are drained as they fill.  Cells that a spreadsheet would
 * take for a formula are altered in neither, for an altered address is another address;
 * '*n_formula_like' counts the rows of the five that begin so.
 */
#define BNC_N_LIST_FILES (BNC_N_LISTS + 1)
enum bnc_status bnc_lists_render(const struct bnc_lists *lists, const struct bnc_layout *layout,
                                 struct bnc_buf out[BNC_N_LIST_FILES], uint64_t *n_formula_like,
                                 struct bnc_error *err);

/*
 * What stands for an address in lists with pseudonyms: 64 hexadecimal digits of the HMAC-SHA-256 of
 * the address in lower case, and "@" and the domain where there is one.
 */
void bnc_pseudonym_put(struct bnc_buf *out, const struct bnc_hmac_key *key,
                       struct bnc_span address);

/*
 * Writes suppress.csv, suppress_domains.csv, hold.csv, reengage.csv and keep.csv into the folder
 * 'dir' (made if missing), each to a temporary file of mode 0600; when all are written they are
 * renamed.  'layout' names a platform: only suppress gets its layout then, as suppress-NAME.csv
 * beside the five.  BNC_EUSAGE where there is no such layout, with the nearest name, and for one
 * with pseudonyms, which no platform knows.
 */
enum bnc_status bnc_lists_write(const struct bnc_lists *lists, const char *dir, const char *layout,
                                uint64_t *n_formula_like, struct bnc_error *err);

/*
 * Why 'address' is on which list, in words for a person, appended to 'out'.  An address that the
 * input does not hold is said to be so.  The tally has kept all addresses (not lists_only).
 */
enum bnc_status bnc_lists_explain(const struct bnc_lists *lists, struct bnc_span address,
                                  struct bnc_buf *out, struct bnc_error *err);

#endif
