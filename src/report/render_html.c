/* SPDX-License-Identifier: MIT
 * render_html.c - the report as one HTML file: no network, no script needed, a content security policy of hashes.
 */
#include "report/html.h"
#include "util/sha256.h"

#include "gen/page.h"

static void put_policy(struct bnc_page *p)
{
    char style[BNC_SHA256_BASE64], script[BNC_SHA256_BASE64];

    bnc_sha256_base64(BNC_SPAN(page_css), style);
    bnc_sha256_base64(BNC_SPAN(page_js), script);
    bnc_buf_printf(p->out, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-%s'; "
                           "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'\">\n", style, script);
}

static void put_head(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    put_policy(p);
    bnc_buf_puts(p->out, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"color-scheme\" content=\"light dark\">\n<meta name=\"referrer\" content=\"no-referrer\">\n"
                         "<meta name=\"generator\" content=\"bounce-analyzer\">\n<title>Bounce report, ");
    bnc_period_put(p->out, p->m->tally->first, p->m->tally->last, false);
    bnc_buf_printf(p->out, "</title>\n<style>%s</style>\n</head>\n<body>\n", page_css);
}

static void put_section(struct bnc_page *p, const struct bnc_section *s)
{
    bnc_buf_printf(p->out, "<section id=\"%s\">\n<h2 id=\"h-%s\">%s</h2>\n<p class=\"about\">%s</p>\n", s->id, s->id, s->title, s->about);
    bnc_html_table(p, s);
    bnc_buf_puts(p->out, "</section>\n");
}

void bnc_render_html(const struct bnc_model *m, struct bnc_buf *out)
{
    struct bnc_page p = { .m = m, .out = out };

    put_head(&p);
    bnc_buf_puts(out, "<main id=\"main\">\n");
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (bnc_sections[k].page)
            put_section(&p, &bnc_sections[k]);
    bnc_buf_printf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", page_js);
}
