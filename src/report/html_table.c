/* SPDX-License-Identifier: MIT */
#include "report/html.h"

void bnc_html_text(struct bnc_page *p, struct bnc_span s, unsigned max_width)
{
    const struct bnc_visible how = { .markup = BNC_MARKUP_HTML,
                                     .addresses = p->m->data->show == BNC_SHOW_FULL,
                                     .max_width = max_width };

    bnc_visible_put(p->out, s, &how);
}

void bnc_html_str(struct bnc_page *p, const char *s)
{
    const struct bnc_visible how = { .markup = BNC_MARKUP_HTML, .addresses = true };

    bnc_visible_put(p->out, bnc_span_str(s), &how);
}

void bnc_html_word(struct bnc_page *p, const char *word)
{
    const struct bnc_visible how = { .markup = BNC_MARKUP_HTML, .addresses = true };

    bnc_word_put(p->out, bnc_span_str(word), &how);
}

void bnc_html_count(struct bnc_page *p, uint64_t n)
{
    bnc_count_put(p->out, n, ',');
}

/* Figures hold '<' at most ("< 0.001 %"). */
void bnc_html_percent(struct bnc_page *p, double share)
{
    struct bnc_buf b = { .at = NULL };

    bnc_percent_put(&b, share);
    bnc_html_text(p, bnc_buf_span(&b), 0);
    bnc_scratch_end(p->out, &b);
}

const char *bnc_html_side_title(enum bnc_side side)
{
    static const char *const titles[BNC_N_SIDES] = {
        "Recipient", "Their domain", "Their provider", "Us, the sender", "Network", "ESP", "Unknown"
    };

    return (unsigned)side < BNC_N_SIDES ? titles[side] : "Unknown";
}

static void put_rate(struct bnc_page *p, const struct bnc_rate *r)
{
    if (r->den == 0) {
        bnc_buf_puts(p->out, "<span class=\"na\"");
        if (r->why_na != NULL) {
            bnc_buf_puts(p->out, " title=\"");
            bnc_html_str(p, r->why_na);
            bnc_buf_putc(p->out, '"');
        }
        bnc_buf_puts(p->out, ">n/a</span>");
        return;
    }
    bnc_html_percent(p, r->value);
    if (r->judgement == BNC_JUDGE_BREACH || r->judgement == BNC_JUDGE_WATCH)
        bnc_buf_printf(p->out, " <b class=\"j %s\">%s</b>", bnc_judgement_names[r->judgement],
                       bnc_judgement_names[r->judgement]);
    bnc_buf_puts(p->out, "<small><span>");
    bnc_interval_put(p->out, r, false);
    bnc_buf_puts(p->out, "</span> <span>");
    bnc_html_count(p, r->num);
    bnc_buf_puts(p->out, " / ");
    bnc_html_count(p, r->den);
    bnc_buf_puts(p->out, "</span></small>");
}

/* A share, with a bar behind the figure where it is a share of something that is summed up. */
static void put_share(struct bnc_page *p, double share, bool bar)
{
    bnc_html_percent(p, share);
    if (!bar)
        return;
    bnc_buf_puts(p->out, "<svg class=\"bar\" viewBox=\"0 0 100 4\" preserveAspectRatio=\"none\" "
                         "aria-hidden=\"true\"><rect width=\"");
    bnc_fixed_put(p->out, share * 100, 1);
    bnc_buf_puts(p->out, "\" height=\"4\"/></svg>");
}

static bool is_side(const struct bnc_column *c)
{
    return strcmp(c->key, "side") == 0;
}

static void put_value(struct bnc_page *p, const struct bnc_column *c, const struct bnc_value *v)
{
    const struct bnc_visible how = { .markup = BNC_MARKUP_HTML,
                                     .addresses = p->m->data->show == BNC_SHOW_FULL,
                                     .max_width = 2 * BNC_CELL_TEXT_WIDTH };

    if (v->unset) {
        bnc_buf_puts(p->out, "<span class=\"na\">\u2013</span>");
    } else if (c->type == BNC_VALUE_RATE) {
        put_rate(p, v->rate);
    } else if (c->type == BNC_VALUE_SHARE) {
        put_share(p, v->share, c->unit != NULL);
    } else if (is_side(c)) {
        const int side = bnc_name_find(bnc_side_names, BNC_N_SIDES, v->text);

        bnc_buf_printf(p->out, "<span class=\"side s%d\">", side < 0 ? BNC_SIDE_UNKNOWN : side);
        bnc_html_str(p, bnc_html_side_title(side < 0 ? BNC_SIDE_UNKNOWN : (enum bnc_side)side));
        bnc_buf_puts(p->out, "</span>");
    } else if (c->type == BNC_VALUE_WORD && bnc_span_eq(v->text, BNC_SPAN("domain_wide"))) {
        bnc_buf_puts(p->out, "<b class=\"j breach\">domain wide</b>");
    } else {
        bnc_cell_put(p->out, c->type, v, &how);
    }
}

static const char *cell_class(const struct bnc_section *s, const struct bnc_column *c)
{
    const bool mono = c->type == BNC_VALUE_NAME &&
                      (strcmp(s->id, "templates") == 0 || strcmp(s->id, "unknown") == 0);

    return bnc_is_numeric(c->type)      ? " class=\"n\""
           : mono                       ? " class=\"r\""
           : c->type == BNC_VALUE_PROSE ? " class=\"p\""
           : c->type == BNC_VALUE_TIME  ? " class=\"t\""
                                        : "";
}

static void put_head(struct bnc_page *p, const struct bnc_section *s)
{
    bnc_buf_puts(p->out, "<thead><tr>");
    for (size_t i = 0; i < s->n_cols; i++) {
        const struct bnc_column *c = &s->cols[i];

        if (!bnc_column_on_page(c, p->m))
            continue;
        bnc_buf_printf(p->out, "<th scope=\"col\"%s", cell_class(s, c));
        bnc_buf_puts(p->out, " title=\"");
        bnc_html_str(p, c->about);
        bnc_buf_puts(p->out, "\">");
        bnc_html_str(p, c->title);
        bnc_buf_puts(p->out, "</th>");
    }
    bnc_buf_puts(p->out, "</tr></thead>\n");
}

static void put_row(struct bnc_page *p, const struct bnc_section *s, size_t i)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    bool first = true;

    s->row(p->m, i, v);
    bnc_buf_puts(p->out, "<tr>");
    for (size_t k = 0; k < s->n_cols; k++) {
        const struct bnc_column *c = &s->cols[k];

        if (!bnc_column_on_page(c, p->m))
            continue;
        bnc_buf_printf(p->out, first ? "<th scope=\"row\"%s>" : "<td%s>", cell_class(s, c));
        put_value(p, c, &v[k]);
        bnc_buf_puts(p->out, first ? "</th>" : "</td>");
        first = false;
    }
    bnc_buf_puts(p->out, "</tr>\n");
}

void bnc_html_table(struct bnc_page *p, const struct bnc_section *s)
{
    const size_t n = s->count(p->m), from = p->out->len;
    size_t shown = 0;

    if (n == 0) {
        bnc_buf_printf(p->out, "<p class=\"none\">%s</p>\n", s->rest);
        return;
    }
    bnc_buf_printf(p->out,
                   "<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
                   "aria-labelledby=\"h-%s\"><table id=\"t-%s\">\n",
                   s->id, s->id);
    put_head(p, s);
    bnc_buf_puts(p->out, "<tbody>\n");
    for (; shown < n && shown < BNC_PAGE_TABLE_ROWS && p->out->len - from < BNC_PAGE_TABLE_BYTES &&
           !p->out->failed;
         shown++)
        put_row(p, s, shown);
    bnc_buf_puts(p->out, "</tbody></table></div>\n");
    if (shown < n) {
        bnc_buf_puts(p->out, "<p class=\"cut\">");
        bnc_html_count(p, shown);
        bnc_buf_puts(p->out, " of ");
        bnc_html_count(p, n);
        bnc_buf_printf(p->out,
                       " rows; all of them with <code>-o tables/</code> (%s.csv) or <code>-o "
                       "report.json</code>.</p>\n",
                       s->id);
    }
}
