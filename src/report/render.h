/* SPDX-License-Identifier: MIT
 * render.h - the renderers behind report.h; each appends one whole document.
 * A document that does not fit in memory leaves out->failed set.
 */
#ifndef BNC_REPORT_RENDER_H
#define BNC_REPORT_RENDER_H

#include "report/section.h"

void bnc_render_json(const struct bnc_model *m, struct bnc_buf *out);
void bnc_render_ndjson(const struct bnc_model *m, struct bnc_buf *out);
void bnc_render_text(const struct bnc_model *m, struct bnc_buf *out);
void bnc_render_md(const struct bnc_model *m, struct bnc_buf *out);
void bnc_render_html(const struct bnc_model *m, struct bnc_buf *out);

/* One section as CSV: header and all rows. */
void bnc_render_csv(const struct bnc_model *m, const struct bnc_section *s, struct bnc_buf *out);

/*
 * Flat tables spell a rate as seven columns: the share itself under the column's key, and these
 * appended to it: "", "_numerator", "_denominator", "_low", "_high", "_limit", "_judgement".
 */
#define BNC_RATE_PARTS 7
extern const char *const bnc_rate_suffix[BNC_RATE_PARTS];

#endif
