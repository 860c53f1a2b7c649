/* SPDX-License-Identifier: MIT
 * html_findings.c - the verdict area, the headline rates and the findings in full.
 */
#include "report/html.h"

#define TOP_VERDICTS 5
#define SHOWN_TEMPLATES 5

static void put_severity(struct bnc_page *p, enum bnc_priority severity)
{
    static const char *const words[BNC_N_PRIORITIES] = { "Info", "Monitor", "Fix soon",
                                                         "Critical" };

    bnc_buf_printf(p->out, "<span class=\"sev v%d\">%s</span>", severity, words[severity]);
}

static void put_since(struct bnc_page *p, const struct bnc_finding *f)
{
    const int64_t since = f->onset != BNC_NO_TIME ? f->onset : f->first_seen;

    if (since == BNC_NO_TIME) {
        bnc_buf_puts(p->out, "the whole period");
        return;
    }
    bnc_date_put(p->out, since);
    if (f->ongoing)
        bnc_buf_puts(p->out, ", still going on");
    else if (f->end != BNC_NO_TIME && f->end / BNC_SECONDS_PER_DAY != since / BNC_SECONDS_PER_DAY) {
        bnc_buf_puts(p->out, " to ");
        bnc_date_put(p->out, f->end);
    }
}

static void put_fact(struct bnc_page *p, const char *name)
{
    bnc_buf_printf(p->out, "<div><dt>%s</dt><dd>", name);
}

static void end_fact(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "</dd></div>");
}

static void put_facts(struct bnc_page *p, const struct bnc_finding *f)
{
    bnc_buf_puts(p->out, "<dl class=\"facts\">");
    put_fact(p, "Whose fault");
    bnc_buf_printf(p->out, "<span class=\"side s%d\">%s</span>", f->side,
                   bnc_html_side_title(f->side));
    end_fact(p);
    put_fact(p, "Since when");
    put_since(p, f);
    end_fact(p);
    put_fact(p, "Recipients");
    bnc_html_count(p, f->recipients);
    end_fact(p);
    put_fact(p, "How sure");
    bnc_buf_printf(p->out, "%d\u00a0%%", f->confidence);
    end_fact(p);
    bnc_buf_puts(p->out, "</dl>\n");
}

static void put_verdict(struct bnc_page *p, size_t i)
{
    const struct bnc_finding *f = &p->m->judged->findings[i];

    bnc_buf_printf(p->out, "<li class=\"verdict s%d\">", f->side);
    put_severity(p, f->severity);
    bnc_buf_printf(p->out, "<h3><a href=\"#f%zu\">", i + 1);
    bnc_html_text(p, f->headline, 400);
    bnc_buf_puts(p->out, "</a></h3>\n");
    put_facts(p, f);
    if (f->n_actions > 0) {
        bnc_buf_puts(p->out, "<p class=\"now\"><b>What now</b> ");
        bnc_html_text(p, f->actions[0], 600);
        bnc_buf_puts(p->out, "</p>");
    }
    bnc_buf_puts(p->out, "</li>\n");
}

static size_t count_severity(const struct bnc_judged *j, enum bnc_priority at_least)
{
    size_t n = 0;

    for (size_t i = 0; i < j->n_findings; i++)
        n += j->findings[i].severity >= at_least;
    return n;
}

/* One sentence that a reader in a hurry may stop after. */
static void put_lead(struct bnc_page *p)
{
    const struct bnc_model *m = p->m;
    const size_t urgent = count_severity(m->judged, BNC_PRIORITY_FIX_SOON),
                 critical = count_severity(m->judged, BNC_PRIORITY_CRITICAL);

    bnc_buf_puts(p->out, "<p class=\"lead\">");
    if (m->tally->rows == 0)
        bnc_buf_puts(p->out, "The input holds no rows: there is nothing to judge.");
    else if (urgent == 0)
        bnc_buf_puts(p->out, "Nothing here needs fixing now.");
    else
        bnc_buf_printf(p->out, urgent == 1 ? "One thing needs fixing" : "%zu things need fixing",
                       urgent);
    if (urgent > 0 && critical > 0 && urgent != critical)
        bnc_buf_printf(p->out, ", %zu of them now", critical);
    else if (critical > 0)
        bnc_buf_puts(p->out, " now");
    bnc_buf_puts(p->out, urgent > 0 ? "." : "");
    if (m->n_sides > 0) {
        const int s = m->sides[0];

        bnc_buf_puts(p->out, " ");
        bnc_html_percent(p,
                         (double)(m->bounce_side[s] + m->deferral_side[s]) / (double)m->failures);
        bnc_buf_printf(p->out, " of all failures are %s.",
                       s == BNC_SIDE_SENDER             ? "our own doing"
                       : s == BNC_SIDE_RECIPIENT        ? "on the recipients\u2019 side"
                       : s == BNC_SIDE_RECIPIENT_DOMAIN ? "on their domains\u2019 side"
                       : s == BNC_SIDE_PROVIDER         ? "on their providers\u2019 side"
                       : s == BNC_SIDE_NETWORK          ? "the network\u2019s"
                       : s == BNC_SIDE_ESP              ? "on the ESP\u2019s side"
                                                        : "undecided");
    }
    bnc_buf_puts(p->out, "</p>\n");
}

void bnc_html_verdicts(struct bnc_page *p)
{
    const struct bnc_judged *j = p->m->judged;
    const size_t n = j->n_findings < TOP_VERDICTS ? j->n_findings : TOP_VERDICTS;

    bnc_buf_puts(p->out, "<section id=\"verdicts\" class=\"top\">\n<h2 id=\"h-verdicts\">Whose "
                         "fault, since when, what now</h2>\n");
    put_lead(p);
    bnc_chart_sides(p);
    if (n > 0)
        bnc_buf_puts(p->out, "<ol class=\"verdicts\">\n");
    for (size_t i = 0; i < n; i++)
        put_verdict(p, i);
    if (n > 0)
        bnc_buf_puts(p->out, "</ol>\n");
    if (n < j->n_findings)
        bnc_buf_printf(p->out,
                       "<p class=\"cut\">%zu of %zu findings; <a href=\"#findings\">the others are "
                       "below</a>.</p>\n",
                       n, j->n_findings);
    bnc_buf_puts(p->out, "</section>\n");
}

/* ---- headline rates ---- */

static void put_card(struct bnc_page *p, size_t i)
{
    static const char *const titles[BNC_N_METRICS] = { "Bounce rate", "Hard-bounce rate",
                                                       "Complaint rate", "Deferral rate" };
    const struct bnc_section *s = bnc_section_find("rates");
    struct bnc_value v[BNC_SECTION_COLUMNS];
    const struct bnc_rate *r;

    s->row(p->m, i, v);
    r = v[1].rate;
    bnc_buf_printf(p->out, "<div class=\"card\"><h3>%s</h3>\n", titles[i]);
    if (r->den == 0) {
        bnc_buf_puts(p->out, "<p class=\"big na\">n/a</p><p>");
        bnc_html_str(p, r->why_na == NULL ? "the input holds no denominator" : r->why_na);
        bnc_buf_puts(p->out, "</p>");
    } else {
        bnc_buf_puts(p->out, "<p class=\"big\">");
        bnc_html_percent(p, r->value);
        if (r->judgement != BNC_JUDGE_NONE) {
            bnc_buf_printf(p->out, " <b class=\"j %s\">", bnc_judgement_names[r->judgement]);
            bnc_html_word(p, bnc_judgement_names[r->judgement]);
            bnc_buf_puts(p->out, "</b>");
        }
        bnc_buf_puts(p->out, "</p>\n");
        bnc_chart_rate(p, r, titles[i]);
        bnc_buf_puts(p->out, "<p><b>");
        bnc_html_count(p, r->num);
        bnc_buf_printf(p->out, "</b> %.*s, of <b>", (int)v[4].text.len, v[4].text.at);
        bnc_html_count(p, r->den);
        bnc_buf_printf(p->out, "</b> %.*s</p>", (int)v[5].text.len, v[5].text.at);
    }
    if (!v[3].unset) {
        bnc_buf_puts(p->out, "<p>Was ");
        bnc_html_percent(p, v[2].rate->value);
        bnc_buf_puts(p->out, " in the baseline: <b>");
        bnc_change_put(p->out, v[3].share, false);
        bnc_buf_puts(p->out, "</b></p>\n");
    }
    bnc_buf_printf(p->out, "<p class=\"about\">%.*s</p></div>\n", (int)v[6].text.len, v[6].text.at);
}

void bnc_html_rates(struct bnc_page *p)
{
    bnc_buf_puts(p->out, "<div class=\"cards\">\n");
    for (size_t i = 0; i < BNC_N_METRICS; i++)
        put_card(p, i);
    bnc_buf_puts(p->out, "</div>\n");
}

/* ---- findings in full ---- */

static void put_items(struct bnc_page *p, const char *title, const char *class,
                      const struct bnc_span *items, size_t n)
{
    if (n == 0)
        return;
    bnc_buf_printf(p->out, "<h4>%s</h4>\n<ol class=\"%s\">", title, class);
    for (size_t i = 0; i < n; i++) {
        bnc_buf_puts(p->out, "<li>");
        bnc_html_text(p, items[i], 900);
        bnc_buf_puts(p->out, "</li>");
    }
    bnc_buf_puts(p->out, "</ol>\n");
}

static void put_letter(struct bnc_page *p, struct bnc_span s)
{
    const struct bnc_visible how = { .markup = BNC_MARKUP_HTML,
                                     .newlines = true,
                                     .addresses = p->m->data->show == BNC_SHOW_FULL };

    if (s.len == 0)
        return;
    bnc_buf_puts(p->out, "<details><summary>Text to send to a postmaster or to ESP "
                         "support</summary><pre class=\"letter\">");
    bnc_visible_put(p->out, s, &how);
    bnc_buf_puts(p->out, "</pre></details>\n");
}

static void put_also(struct bnc_page *p, const struct bnc_finding *f)
{
    const size_t n = f->n_also < 12 ? f->n_also : 12;

    if (n == 0)
        return;
    bnc_buf_puts(p->out, "<p class=\"also\">The same incident also at ");
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bnc_buf_puts(p->out, i + 1 == f->n_also ? " and " : ", ");
        bnc_html_text(p, f->also[i], 60);
    }
    if (n < f->n_also)
        bnc_buf_printf(p->out, ", and %zu more", f->n_also - n);
    bnc_buf_puts(p->out, ".</p>\n");
}

static void put_evidence(struct bnc_page *p, const struct bnc_finding *f)
{
    bnc_buf_puts(p->out, "<p class=\"evidence\">");
    bnc_noun_put(p->out, f->events, "event");
    bnc_buf_puts(p->out, ", ");
    bnc_noun_put(p->out, f->recipients, "recipient");
    if (f->rate.den > 0) {
        bnc_buf_puts(p->out, "; ");
        bnc_rate_put(p->out, &f->rate, false);
    }
    if (f->by_code)
        bnc_buf_puts(p->out, "; judged by codes and spread: the input has no deliveries");
    if (f->first_seen != BNC_NO_TIME) {
        bnc_buf_puts(p->out, "; seen ");
        bnc_moment_put(p->out, f->first_seen);
        bnc_buf_puts(p->out, " to ");
        bnc_moment_put(p->out, f->last_seen);
    }
    bnc_buf_puts(p->out, "</p>\n");
}

static void put_finding(struct bnc_page *p, size_t i)
{
    const struct bnc_finding *f = &p->m->judged->findings[i];

    bnc_buf_printf(p->out, "<article id=\"f%zu\" class=\"finding s%d\">\n<p class=\"tags\">", i + 1,
                   f->side);
    put_severity(p, f->severity);
    bnc_buf_puts(p->out, " <span class=\"tag\">");
    bnc_html_word(p, bnc_finding_names[f->kind]);
    bnc_buf_puts(p->out, "</span> <span class=\"tag\">");
    bnc_html_word(p, bnc_scope_names[f->scope]);
    bnc_buf_printf(p->out, "</span></p>\n<h3>%zu. ", i + 1);
    bnc_html_text(p, f->headline, 400);
    bnc_buf_puts(p->out, "</h3>\n");
    put_facts(p, f);
    bnc_buf_puts(p->out, "<p>");
    bnc_html_text(p, f->meaning, 2000);
    bnc_buf_puts(p->out, "</p>\n");
    put_also(p, f);
    bnc_buf_puts(p->out, "<div class=\"todo\"><div>");
    put_items(p, "What to do", "do", f->actions, f->n_actions);
    bnc_buf_puts(p->out, "</div><div>");
    put_items(p, "What to check, in order", "check", f->checks, f->n_checks);
    bnc_buf_puts(p->out, "</div></div>\n");
    put_items(p,
              f->n_templates > SHOWN_TEMPLATES ? "What servers said (the commonest)"
                                               : "What servers said",
              "said", p->m->finding_templates[i],
              f->n_templates < SHOWN_TEMPLATES ? f->n_templates : SHOWN_TEMPLATES);
    put_evidence(p, f);
    put_letter(p, f->letter);
    put_items(p, "Sources", "sources", f->sources, f->n_sources);
    bnc_buf_puts(p->out, "</article>\n");
}

void bnc_html_findings(struct bnc_page *p)
{
    const size_t n = p->m->judged->n_findings, from = p->out->len;
    size_t i = 0;

    if (n == 0)
        bnc_buf_puts(p->out, "<p class=\"none\">Nothing found.</p>\n");
    for (; i < n && i < BNC_PAGE_FINDINGS && p->out->len - from < BNC_PAGE_FINDING_BYTES; i++)
        put_finding(p, i);
    if (i < n)
        bnc_buf_printf(p->out,
                       "<p class=\"cut\">%zu of %zu findings; all of them with <code>-o "
                       "tables/</code> (findings.csv) or <code>-o report.json</code>.</p>\n",
                       i, n);
}
