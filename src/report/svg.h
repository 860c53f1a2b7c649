/* SPDX-License-Identifier: MIT
 * svg.h - the few shapes our charts are drawn with. Coordinates are units of the viewBox; colours
 * are classes of page.css. Charts are 960 units wide.
 */
#ifndef BNC_REPORT_SVG_H
#define BNC_REPORT_SVG_H

#include "report/html.h"

#define BNC_SVG_WIDTH 960

void bnc_svg_rect(struct bnc_page *p, double x, double y, double w, double h, const char *class);
void bnc_svg_line(struct bnc_page *p, double x1, double y1, double x2, double y2,
                  const char *class);
void bnc_svg_dot(struct bnc_page *p, double x, double y, double r, const char *class);
/*
 * Text of any origin, cut to 'max_width' columns; class holds the anchor: "", "m" (middle) or "e"
 * (end) among others.
 */
void bnc_svg_text(struct bnc_page *p, double x, double y, const char *class, struct bnc_span s,
                  unsigned max_width);
void bnc_svg_count(struct bnc_page *p, double x, double y, const char *class, uint64_t n);
/* A limit or a tick. */
void bnc_svg_limit(struct bnc_page *p, double x, double y, const char *class, double share);
void bnc_svg_percent(struct bnc_page *p, double x, double y, const char *class, double share);

/*
 * A figure: caption with the chart's message (kept in 'title', text with names of the input), one
 * line on axes and units, then the drawing of 'height' units. 'table' is the id of the section
 * whose table holds the data; 'legend' may be NULL.
 */
void bnc_svg_open(struct bnc_page *p, const char *id, const struct bnc_buf *title,
                  const struct bnc_buf *axes, double height);
/* Adds "; 12 of 22 codes" to the line on axes where a chart does not draw all. */
void bnc_svg_part(struct bnc_buf *axes, size_t shown, size_t all, const char *what);
void bnc_svg_close(struct bnc_page *p, const char *table, void (*legend)(struct bnc_page *p));

/* A round step so that 'max' has at most 'n' of them. */
double bnc_svg_step(double max, unsigned n);

#endif
