/* SPDX-License-Identifier: MIT
 * render_html.c - the report as one HTML file: no network, no script needed, a content security
 * policy of hashes.
 */
#include "report/html.h"
#include "util/sha256.h"

#include "gen/page.h"

/* What a section shows besides, or instead of, its table. */
static const struct special {
    const char *id;
    void (*before)(struct bnc_page *p), (*instead)(struct bnc_page *p);
} specials[] = {
    { "rates", NULL, bnc_html_rates },
    { "providers", bnc_chart_providers, NULL },
    { "provider_causes", bnc_chart_heat, NULL },
    { "findings", NULL, bnc_html_findings },
    { "domains", bnc_chart_domains, NULL },
    { "codes", bnc_chart_codes, NULL },
    { "days", bnc_chart_days, NULL },
};

static const struct special *special_of(const char *id)
{
    static const struct special none = { NULL, NULL, NULL };

    for (size_t i = 0; i < sizeof specials / sizeof specials[0]; i++)
        if (strcmp(specials[i].id, id) == 0)
            return &specials[i];
    return &none;
}

static void put_policy(struct bnc_page *p)
{
    char style[BNC_SHA256_BASE64], script[BNC_SHA256_BASE64];

    bnc_sha256_base64(BNC_SPAN(page_css), style);
    bnc_sha256_base64(BNC_SPAN(page_js), script);
    bnc_buf_printf(p->out,
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'sha256-%s'; "
                   "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n",
                   style, script);
}

static void put_head(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(p);
    bnc_buf_puts(p->out,
                 "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                 "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" "
                 "content=\"no-referrer\">\n"
                 "<meta name=\"generator\" content=\"bounce-analyzer\">\n<title>Bounce report, ");
    bnc_period_put(p->out, p->m->tally->first, p->m->tally->last, false);
    bnc_buf_printf(p->out, "</title>\n<style>%s</style>\n</head>\n", page_css);
}

static void put_number(struct bnc_page *p, uint64_t n, const char *what)
{
    bnc_buf_puts(p->out, "<li><b>");
    bnc_html_count(p, n);
    bnc_buf_printf(p->out, "</b> %s</li>", what);
}

static void put_mast(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;

    bnc_buf_puts(p->out, "<header class=\"mast\">\n<p class=\"kicker\">Bounce report</p>\n<h1>");
    bnc_period_put(p->out, m->tally->first, m->tally->last, false);
    bnc_buf_puts(p->out, "</h1>\n<ul class=\"counts\">");
    put_number(p, m->tally->rows, m->tally->rows == 1 ? "row read" : "rows read");
    put_number(p, m->tally->n[BNC_EVENT_DELIVERED], "delivered");
    put_number(p, m->tally->n[BNC_EVENT_BOUNCE], "bounced");
    put_number(p, m->tally->n[BNC_EVENT_DEFERRAL], "deferred");
    put_number(p, m->tally->malformed, "malformed");
    if (m->failures > 0) {
        bnc_buf_puts(p->out, "<li><b>");
        bnc_html_percent(p, (double)m->unclassified / (double)m->failures);
        bnc_buf_puts(p->out, "</b> of failures unclassified</li>");
    }
    bnc_buf_puts(p->out, "</ul>\n");
    if (m->data->filter.len > 0) {
        bnc_buf_puts(p->out, "<p class=\"hint\">Only rows of ");
        bnc_html_text(p, m->data->filter, 0);
        bnc_buf_puts(p->out, ".</p>\n");
    }
    if (!m->data->complete)
        bnc_buf_puts(p->out, "<p class=\"alarm\">Incomplete: not all input could be read to its "
                             "end. See <a href=\"#inputs\">Inputs</a>.</p>\n");
    if (m->judged->failures_alone > 0) {
        bnc_buf_puts(p->out, "<p class=\"alarm\">Rates over all inputs are too high: ");
        bnc_html_count(p, m->judged->failures_alone);
        bnc_buf_puts(p->out, " failures come from exports without deliveries. Analyze these alone, "
                             "or say what was sent: <code>--sent</code>.</p>\n");
    }
    if (!m->judged->has_deliveries && m->tally->rows > 0)
        bnc_buf_puts(p->out, "<p class=\"hint\">The input holds no deliveries, so there are counts "
                             "and shares but no rates. "
                             "<code>--sent N</code> or <code>--sent volumes.csv</code> supplies "
                             "what was sent.</p>\n");
    bnc_buf_puts(p->out, "</header>\n");
}

static void put_nav(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<nav aria-label=\"Sections\"><ul>");
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (bnc_sections[k]->page && strcmp(bnc_sections[k]->id, "sides") != 0)
            bnc_buf_printf(p->out, "<li><a href=\"#%s\">%s</a></li>", bnc_sections[k]->id,
                           bnc_sections[k]->title);
    bnc_buf_puts(p->out, "</ul></nav>\n");
}

static void put_section(struct bnc_page *p, const struct bnc_section *s)
{
    const struct special *x = special_of(s->id);

    if (strcmp(s->id, "verdicts") == 0) {
        bnc_html_verdicts(p);
        return;
    }
    bnc_buf_printf(p->out,
                   "<section id=\"%s\">\n<h2 id=\"h-%s\">%s</h2>\n<p class=\"about\">%s</p>\n",
                   s->id, s->id, s->title, s->about);
    if (x->before != NULL)
        x->before(p);
    if (x->instead != NULL)
        x->instead(p);
    else
        bnc_html_table(p, s);
    bnc_buf_puts(p->out, "</section>\n");
}

static void put_foot(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<footer><p>Made by bounce-analyzer");
    if (p->m->data->generated != BNC_NO_TIME) {
        bnc_buf_puts(p->out, " on ");
        bnc_moment_put(p->out, p->m->data->generated);
    }
    bnc_buf_puts(
        p->out,
        ". Everything was computed on one machine; this page loads nothing from anywhere. "
        "Addresses are not in it unless they were asked for; responses are masked.</p></footer>\n");
}

void bnc_render_html(const struct bnc_model *m, struct bnc_buf *out)
{
    struct bnc_page p = { .m = m, .out = out };

    put_head(&p);
    bnc_buf_puts(out, "<body>\n<a class=\"skip\" href=\"#main\">Skip to the report</a>\n");
    put_mast(&p);
    put_nav(&p);
    bnc_buf_puts(out, "<main id=\"main\">\n");
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (bnc_sections[k]->page)
            put_section(&p, bnc_sections[k]);
    bnc_buf_puts(out, "</main>\n");
    put_foot(&p);
    bnc_buf_printf(out, "<script>%s</script>\n</body>\n</html>\n", page_js);
}
