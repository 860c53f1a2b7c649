/* SPDX-License-Identifier: MIT
 * visible.h - text of strangers made fit to be looked at.
 *
 * Hidden characters (util/utf8.h) are shown as escapes such as \x1b or \u{202e}, and markup of the
 * format as references.
 */
#ifndef BNC_REPORT_VISIBLE_H
#define BNC_REPORT_VISIBLE_H

#include "util/utf8.h"

/* Columns that a terminal gives it: 0, 1 or 2. */
unsigned bnc_char_width(uint32_t cp);
unsigned bnc_text_width(struct bnc_span s);

enum bnc_markup { BNC_MARKUP_NONE, BNC_MARKUP_HTML, BNC_MARKUP_MD };
struct bnc_visible {
    enum bnc_markup markup;
    bool newlines; /* keep \n (prose of ours and letters); else it is shown as an escape too */
    bool addresses; /* keep local@domain; else the local part becomes '*' */
    unsigned max_width; /* columns; longer text ends with an ellipsis.  0: all of it */
    bool ascii; /* no byte above 0x7e: other characters as escapes, the ellipsis as "..." */
};

/* Appends 's' made visible; returns the columns used. */
unsigned bnc_visible_put(struct bnc_buf *out, struct bnc_span s, const struct bnc_visible *how);

/* Appends 's' as valid UTF-8 and otherwise unchanged, for formats with escapes of their own. */
void bnc_valid_put(struct bnc_buf *out, struct bnc_span s, bool addresses);

#endif
