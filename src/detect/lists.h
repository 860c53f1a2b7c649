/* SPDX-License-Identifier: MIT
 * lists.h - the lists beyond their making: files in the layouts that platforms import, and why one
 * address is where it is.
 */
#ifndef BNC_DETECT_LISTS_H
#define BNC_DETECT_LISTS_H

#include "detect/finding.h"
#include "util/buf.h"

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

/*
 * One list as bytes: CSV with all columns ('layout' NULL), or a platform's layout.  Cells that a
 * spreadsheet would take for a formula are altered in neither, for an altered address is another
 * address; '*n_formula_like' counts them.
 */
enum bnc_status bnc_list_render(const struct bnc_lists *lists, const struct bnc_tally *tally,
                                enum bnc_list list, const struct bnc_layout *layout,
                                struct bnc_buf *out, uint64_t *n_formula_like,
                                struct bnc_error *err);

/*
 * Writes suppress.csv, suppress_domains.csv, hold.csv, reengage.csv and keep.csv into the folder
 * 'dir' (made if missing), each to a temporary file of mode 0600 that is then renamed.  'layout'
 * names a platform: only suppress gets its layout then, as suppress-NAME.csv beside the five.
 * '*n_formula_like' becomes how many rows of the five begin like a formula.
 * BNC_EUSAGE where there is no such layout, with the nearest name.
 */
enum bnc_status bnc_lists_write(const struct bnc_lists *lists, const struct bnc_tally *tally,
                                const char *dir, const char *layout, uint64_t *n_formula_like,
                                struct bnc_error *err);

/*
 * Why 'address' is on which list, in words for a person, appended to 'out'.  An address that the
 * input does not hold is said to be so.
 */
enum bnc_status bnc_lists_explain(const struct bnc_tally *tally, const struct bnc_judged *judged,
                                  enum bnc_policy policy, struct bnc_span address,
                                  struct bnc_buf *out, struct bnc_error *err);

#endif
