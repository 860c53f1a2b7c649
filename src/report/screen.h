/* SPDX-License-Identifier: MIT
 * screen.h - lines of a terminal: colours, columns, words that wrap.
 */
#ifndef BNC_REPORT_SCREEN_H
#define BNC_REPORT_SCREEN_H

#include "report/section.h"
#include "report/visible.h"

enum bnc_ink {
    BNC_INK_NONE,
    BNC_INK_BOLD,
    BNC_INK_DIM,
    BNC_INK_RED,
    BNC_INK_GREEN,
    BNC_INK_YELLOW,
    BNC_INK_BLUE,
    BNC_INK_MAGENTA,
    BNC_INK_CYAN
};

struct bnc_term {
    const struct bnc_model *m;
    struct bnc_buf *out;
    unsigned width;
    bool ascii, color;
    unsigned col; /* columns used on this line */
    unsigned lines;
};

/* Colour from here on, where the terminal has any. */
void bnc_term_ink(struct bnc_term *t, enum bnc_ink how);
/* Ends the line. */
void bnc_term_end(struct bnc_term *t);
/* How text of any origin is shown, cut to 'max_width' columns. */
struct bnc_visible bnc_term_visible(const struct bnc_term *t, unsigned max_width);
/* Text of any origin, cut to 'max' columns; and text of ours. */
void bnc_term_put(struct bnc_term *t, struct bnc_span s, unsigned max);
void bnc_term_puts(struct bnc_term *t, const char *s);
/* Blanks up to a column. */
void bnc_term_pad(struct bnc_term *t, unsigned col);
/* Columns left on this line. */
unsigned bnc_term_left(const struct bnc_term *t);
/*
 * A figure that figure.h or cell.h made: ours, but with no-break spaces; ends at column 'right_at'
 * if that is not 0.  Empties 'b'.
 */
void bnc_term_own(struct bnc_term *t, struct bnc_buf *b, unsigned right_at);
void bnc_term_count(struct bnc_term *t, uint64_t n, unsigned right_at);
void bnc_term_percent(struct bnc_term *t, double share, unsigned right_at);
/* A bar of 'share' of 'cells' columns, in eighths of a column where the terminal can. */
void bnc_term_bar(struct bnc_term *t, double share, unsigned cells);
/* Words from here on, further lines beginning at 'indent'; our text and names in it alike. */
void bnc_term_wrapped(struct bnc_term *t, struct bnc_span s, unsigned indent);

enum bnc_ink bnc_severity_ink(enum bnc_priority p);
const char *bnc_severity_word(enum bnc_priority p);

/* ---- text_sections.c ---- */

/* A section as a table with its title, the first rows of it where there are many. */
void bnc_text_section(struct bnc_term *t, const struct bnc_section *s);

#endif
