/* SPDX-License-Identifier: MIT
 * html.h - pieces of the HTML report.
 *
 * Every text from the input goes through bnc_html_text(); tags, attributes, classes and ids are
 * only ever literals of ours. Colours and sizes are classes of page.css: the content security
 * policy allows no style attribute.
 */
#ifndef BNC_REPORT_HTML_H
#define BNC_REPORT_HTML_H

#include "report/cell.h"
#include "report/render.h"
#include "util/figure.h"
#include "util/moment.h"

struct bnc_page {
    const struct bnc_model *m;
    struct bnc_buf *out;
};

#define BNC_PAGE_MAX_BYTES ((size_t)2 << 20) /* hard, whatever the input */
#define BNC_PAGE_TABLE_ROWS 100
#define BNC_PAGE_TABLE_BYTES ((size_t)56 << 10) /* a table ends early when it grows beyond this */
#define BNC_PAGE_FINDINGS 40
#define BNC_PAGE_FINDING_BYTES ((size_t)220 << 10)

/* Escaped text, cut to 'max_width' columns (0: whole). */
void bnc_html_text(struct bnc_page *p, struct bnc_span s, unsigned max_width);
/* Our own literal, escaped. */
void bnc_html_str(struct bnc_page *p, const char *s);
/* "recipient_domain" as a class, and "Their domain" for people. */
const char *bnc_html_side_title(enum bnc_side side);
/* "auth_dmarc" -> "auth dmarc", escaped. */
void bnc_html_word(struct bnc_page *p, const char *word);
void bnc_html_count(struct bnc_page *p, uint64_t n);
void bnc_html_percent(struct bnc_page *p, double share);

/* A section as a table in a scrolling box; cut by rows and bytes, with a line that says so. */
void bnc_html_table(struct bnc_page *p, const struct bnc_section *s);

/* The verdict area at the top, and the findings in full. */
void bnc_html_verdicts(struct bnc_page *p);
void bnc_html_rates(struct bnc_page *p);
void bnc_html_findings(struct bnc_page *p);

/* The sides at fault in the colours of charts. */
void bnc_html_side_legend(struct bnc_page *p);

/*
 * Charts; each is a figure with a caption that states its message, or nothing where there is
 * nothing to show.
 */
void bnc_chart_sides(struct bnc_page *p);
void bnc_chart_rate(struct bnc_page *p, const struct bnc_rate *r, const char *name);
void bnc_chart_providers(struct bnc_page *p);
void bnc_chart_heat(struct bnc_page *p);
void bnc_chart_days(struct bnc_page *p);
void bnc_chart_codes(struct bnc_page *p);
void bnc_chart_domains(struct bnc_page *p);

#endif
