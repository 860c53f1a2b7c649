/* SPDX-License-Identifier: MIT
 * cell.h - a value as a person reads it, for terminal, Markdown and HTML.
 */
#ifndef BNC_REPORT_CELL_H
#define BNC_REPORT_CELL_H

#include "report/section.h"
#include "report/visible.h"

/* Releases a buffer that text was made in for 'out'; what failed there has failed here. */
static inline void bnc_scratch_end(struct bnc_buf *out, struct bnc_buf *scratch)
{
    out->failed |= scratch->failed;
    bnc_buf_release(scratch);
}

/* How long each kind of text may get in a human format; machine formats are whole. */
#define BNC_CELL_NAME_WIDTH 60
#define BNC_CELL_TEXT_WIDTH 160

/*
 * Numbers and flags as every machine format spells them, where there is BNC_FIGURE_ROOM; their end,
 * NULL for other types. bnc_machine_put() appends them; false, and nothing, for other types.
 */
char *bnc_machine_spell(char *at, enum bnc_value_type type, const struct bnc_value *v);
bool bnc_machine_put(struct bnc_buf *out, enum bnc_value_type type, const struct bnc_value *v);

/*
 * Appends the value as one line (prose keeps its newlines if how->newlines). Unset is a dash, a
 * rate without denominator "n/a".
 */
void bnc_cell_put(struct bnc_buf *out, enum bnc_value_type type, const struct bnc_value *v,
                  const struct bnc_visible *how);

/* "2.31 % (2.20-2.42 %, 80,123 of 3,400,000)"; "n/a: why". */
void bnc_rate_put(struct bnc_buf *out, const struct bnc_rate *r, bool ascii);

/* "2.20-2.42 %" */
void bnc_interval_put(struct bnc_buf *out, const struct bnc_rate *r, bool ascii);

/* "+0.31 pts": a difference of shares in per cent points. */
void bnc_change_put(struct bnc_buf *out, double change, bool ascii);

/* True for numbers, which stand right-aligned. */
bool bnc_is_numeric(enum bnc_value_type type);

/* A word of ours for a person: "fix_soon" -> "fix soon", "auth_dmarc" -> "DMARC failure". */
void bnc_word_put(struct bnc_buf *out, struct bnc_span word, const struct bnc_visible *how);

#endif
