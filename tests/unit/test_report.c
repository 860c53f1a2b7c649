/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <csv.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <time.h>

#include "report_fixture.h"
#include "util/figure.h"
#include "report/render.h"
#include "report/visible.h"

static struct bnc_buf render(const struct fixture *f, enum bnc_format format)
{
    struct bnc_buf out = { .at = NULL };
    struct bnc_error err = { .status = BNC_OK };

    assert_int_equal(bnc_report_render(&f->data, format, &out, &err), BNC_OK);
    assert_true(out.len > 0);
    assert_int_equal(strlen(out.at), out.len); /* no NUL in any format */
    return out;
}

static const enum bnc_format documents[] = { BNC_FORMAT_TEXT, BNC_FORMAT_HTML, BNC_FORMAT_JSON,
                                             BNC_FORMAT_NDJSON, BNC_FORMAT_MD };
#define N_DOCUMENTS (sizeof documents / sizeof documents[0])

/* ---- what is printed adds up ---- */

static uint64_t sum_column(const struct bnc_model *m, const char *id, const char *key)
{
    const struct bnc_section *s = bnc_section_find(id);
    struct bnc_value v[BNC_SECTION_COLUMNS];
    uint64_t sum = 0;

    assert_non_null(s);
    for (size_t i = 0; i < s->count(m); i++) {
        size_t c = 0;

        s->row(m, i, v);
        while (c < s->n_cols && strcmp(s->cols[c].key, key) != 0)
            c++;
        assert_true(c < s->n_cols);
        sum += v[c].count;
    }
    return sum;
}

static void sections__sums_agree(void **state)
{
    static const char *const by_bounce[] = { "sides",       "providers",      "provider_causes",
                                             "codes",       "causes",         "campaigns",
                                             "sending_ips", "sender_domains", "days" };
    struct fixture f;
    struct bnc_model m;

    (void)state;
    fixture_init(&f);
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    for (size_t i = 0; i < sizeof by_bounce / sizeof by_bounce[0]; i++) {
        assert_int_equal(sum_column(&m, by_bounce[i], "bounces"), f.tally.n[BNC_EVENT_BOUNCE]);
        assert_int_equal(sum_column(&m, by_bounce[i], "deferrals"), f.tally.n[BNC_EVENT_DEFERRAL]);
    }
    assert_int_equal(m.failures, bnc_failures(f.tally.n));
    assert_int_equal(sum_column(&m, "unknown", "events"), m.unclassified);
    assert_int_equal(
        sum_column(&m, "rows", "rows"),
        2 * (f.tally.rows + f.tally.extra_events)); /* the kinds, extra events, and rows read */
    bnc_model_release(&m);
    fixture_release(&f);
}

static void sections__fill_every_column(void **state)
{
    struct fixture f;
    struct bnc_model m;

    (void)state;
    fixture_init(&f);
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    for (size_t k = 0; k < bnc_n_sections; k++) {
        const struct bnc_section *s = bnc_sections[k];
        struct bnc_value v[BNC_SECTION_COLUMNS + 1];

        assert_true(s->n_cols <= BNC_SECTION_COLUMNS);
        if (s->count(&m) == 0)
            continue;
        memset(
            v, 0x5a,
            sizeof v); /* a row that fills too few columns leaves this, one too many spoils the last */
        s->row(&m, 0, v);
        assert_int_equal(((unsigned char *)&v[s->n_cols])[0], 0x5a);
        for (size_t c = 0; c < s->n_cols; c++) {
            bool touched = false;

            for (size_t b = 0; b < sizeof v[c]; b++)
                touched |= ((unsigned char *)&v[c])[b] != 0x5a;
            if (!touched)
                fail_msg("section %s does not fill column %s", s->id, s->cols[c].key);
        }
    }
    bnc_model_release(&m);
    fixture_release(&f);
}

/* Whether a domain of 'f' comes before another in a model. */
static bool comes_before(const struct fixture *f, uint32_t x, uint32_t y)
{
    const struct bnc_domain *const a = &f->tally.domains[x], *const b = &f->tally.domains[y];
    const uint64_t na = bnc_failures(a->n), nb = bnc_failures(b->n);
    const bool wide_a = na > 0 && f->judged.domain_scope[x] == BNC_SCOPE_DOMAIN_WIDE,
               wide_b = nb > 0 && f->judged.domain_scope[y] == BNC_SCOPE_DOMAIN_WIDE;

    if (wide_a != wide_b)
        return wide_a;
    if (a->recipients_failed != b->recipients_failed)
        return a->recipients_failed > b->recipients_failed;
    return na != nb ? na > nb : x < y;
}

/* Counts go up to 'most'; the totals are 'total', and may be less, which no sum may rely on. */
static void check_ranks(uint64_t most, uint64_t total)
{
    const uint64_t some[] = { 0, 1, 2, 255, 256, 257, most / 2, most - 1, most };
    enum { N = sizeof some / sizeof some[0] };
    struct bnc_domain domains[N * N];
    uint8_t scope[N * N];
    struct fixture f;
    struct bnc_model m;

    fixture_init(&f);
    memset(domains, 0, sizeof domains);
    for (size_t i = 0; i < N * N; i++) { /* each pair twice, far apart */
        domains[i].name = bnc_span_from("", 0);
        domains[i].recipients_failed = some[i * 7 % N];
        domains[i].n[BNC_EVENT_BOUNCE] = some[i / 2 % N];
        scope[i] = i % 5 == 0 ? BNC_SCOPE_DOMAIN_WIDE : BNC_SCOPE_RECIPIENT_LOCAL;
    }
    f.tally.recipients_failed = f.tally.n[BNC_EVENT_BOUNCE] = total;
    f.tally.domains = domains;
    f.tally.n_domains = N * N;
    f.judged.domain_scope = scope;
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    assert_int_equal(m.n_domains, N * N);
    for (size_t i = 1; i < N * N; i++)
        assert_true(comes_before(&f, m.domains[i - 1], m.domains[i]));
    bnc_model_release(&m);
    fixture_release(&f);
}

static void domains__come_by_recipients_then_failures(void **state)
{
    (void)state;
    check_ranks(1 << 20, 3 << 20);
    check_ranks(1 << 20, 1 << 20);
    check_ranks(1 << 20, 1);
    check_ranks(UINT64_C(1) << 33, UINT64_C(1) << 33);
}

static void report__same_data_same_bytes(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct bnc_buf a = render(&f, documents[i]), b = render(&f, documents[i]);

        assert_int_equal(a.len, b.len);
        assert_memory_equal(a.at, b.at, a.len);
        bnc_buf_release(&a);
        bnc_buf_release(&b);
    }
    fixture_release(&f);
}

/* Any locale and time zone that the machine has. */
static void report__knows_no_locale(void **state)
{
    static const char *const locales[] = { "de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8", "C.UTF-8" };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct bnc_buf a = render(&f, documents[i]), b;

        for (size_t k = 0; k < sizeof locales / sizeof locales[0]; k++) {
            setlocale(LC_ALL, locales[k]);
            setenv("TZ", "Asia/Kolkata", 1);
            tzset();
            b = render(&f, documents[i]);
            assert_int_equal(a.len, b.len);
            assert_memory_equal(a.at, b.at, a.len);
            bnc_buf_release(&b);
        }
        setlocale(LC_ALL, "C");
        bnc_buf_release(&a);
    }
    fixture_release(&f);
}

/* ---- hostile input ---- */

#define POLYGLOT                                                                                   \
    "=HYPERLINK(\"http://evil.example/\")\"><script>alert(1)</script></"                           \
    "style>]]>{{7*7}}javascript:alert(1)|`a`[x](javascript:1)"                                     \
    "\033]52;c;Zm9v\007\u202egpj\u2028\xff\xfe' onload='x victim.person@secret.example &amp; "

/* The same with a NUL in the middle. */
static struct bnc_span polyglot(void)
{
    static const char text[] = POLYGLOT "\0end";

    return bnc_span_from(text, sizeof text - 1);
}

static void make_hostile(struct fixture *f)
{
    static struct bnc_report_note hostile_note = { .term = "rules" };
    static struct bnc_span texts[2];
    struct bnc_tally *t = &f->tally;

    texts[0] = texts[1] = polyglot();
    hostile_note.text = polyglot();
    for (int k = 0; k < BNC_N_KINDS; k++)
        if (k != BNC_KIND_DAY)
            t->subject[k][0].name = polyglot();
    t->domains[0].name = t->domains[3].name = polyglot();
    for (size_t i = 0; i < t->n_templates; i += 2)
        t->templates[i].text = t->templates[i].label = polyglot();
    for (size_t i = 0; i < t->n_templates; i++) /* one is unknown too */
        if (t->templates[i].verdict.cause == BNC_CAUSE_UNKNOWN)
            t->templates[i].text = polyglot();
    for (size_t i = 0; i < f->judged.n_findings; i++) {
        struct bnc_finding *x = &f->judged.findings[i];

        x->subject = x->headline = x->meaning = x->letter = polyglot();
        x->actions = x->checks = x->sources = x->also = texts;
        x->n_actions = x->n_checks = x->n_sources = x->n_also = 2;
    }
    f->judged.contradictions[0].label = f->judged.contradictions[0].esp = polyglot();
    f->inputs[0].name = "\033]0;x\a<img src=x onerror=1>" POLYGLOT ".csv";
    f->data.notes = &hostile_note;
    f->data.n_notes = 1;
    f->data.filter = hostile_note.text;
}

/* Valid UTF-8, and nothing that acts on a terminal. */
static void expect_visible(const struct bnc_buf *b)
{
    struct bnc_span rest = bnc_buf_span(b);

    while (rest.len > 0) {
        const char *const at = rest.at;
        const uint32_t cp = bnc_utf8_next(&rest);

        if (cp == 0xfffd)
            assert_int_equal(rest.at - at, 3); /* written as such, not a broken byte */
        if (cp != '\n' && bnc_is_hidden(cp))
            fail_msg("U+%04X is in the output", (unsigned)cp);
    }
}

static void expect_absent(const struct bnc_buf *b, const char *what)
{
    if (strstr(b->at, what) != NULL)
        fail_msg("'%s' is in the output", what);
}

/*
 * Every element and attribute name of a page, sorted and distinct, one a line; attribute values
 * must be quoted.
 */
struct names {
    char at[128][32];
    size_t n;
};

static void add_name(struct names *names, const char *kind, const char *s, size_t len)
{
    char name[32];

    snprintf(name, sizeof name, "%s%.*s", kind, (int)len, s);
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->at[i], name) == 0)
            return;
    assert_true(names->n < 128);
    strcpy(names->at[names->n++], name);
}

static const char *tag_names(struct names *names, const char *at)
{
    size_t n = strcspn(at, " />\n");

    add_name(names, "<", at, n);
    for (at += n; *at != '>';) {
        at += strspn(at, " /\n");
        n = strcspn(at, "=>/ \n");
        if (n == 0)
            continue;
        add_name(names, "", at, n);
        at += n;
        if (*at == '=') {
            assert_int_equal(at[1], '"');
            at = strchr(at + 2, '"');
            assert_non_null(at);
            at++;
        }
    }
    return at;
}

static struct names html_names(const struct bnc_buf *b)
{
    struct names names = { .n = 0 };

    for (const char *at = strchr(b->at, '<'); at != NULL; at = strchr(at, '<')) {
        at = tag_names(&names, at + 1);
        if (strncmp(at, ">", 1) == 0 && names.n > 0 &&
            (strncmp(at - 5, "style>", 6) == 0 || strncmp(at - 6, "script>", 7) == 0))
            at = strstr(at, "</"); /* raw text up to the first end tag, as a browser reads it */
    }
    return names;
}

static void polyglot__adds_no_element_to_html(void **state)
{
    struct fixture f;
    struct bnc_buf clean, hostile;
    struct names a, b;

    (void)state;
    fixture_init(&f);
    clean = render(&f, BNC_FORMAT_HTML);
    make_hostile(&f);
    hostile = render(&f, BNC_FORMAT_HTML);
    a = html_names(&clean);
    b = html_names(&hostile);
    assert_true(a.n > 30);
    for (size_t i = 0; i < b.n; i++) {
        bool known = false;

        for (size_t k = 0; k < a.n; k++)
            known |= strcmp(a.at[k], b.at[i]) == 0;
        if (!known)
            fail_msg("the input made '%s'", b.at[i]);
    }
    expect_visible(&hostile);
    expect_absent(&hostile, "victim.person");
    expect_absent(&hostile, " style=");
    expect_absent(&hostile, "href=\"javascript");
    bnc_buf_release(&clean);
    bnc_buf_release(&hostile);
    fixture_release(&f);
}

static void polyglot__is_inert_in_text_and_markdown(void **state)
{
    struct fixture f;
    struct bnc_buf out;

    (void)state;
    fixture_init(&f);
    make_hostile(&f);
    f.data.verbose = true;
    out = render(&f, BNC_FORMAT_TEXT);
    expect_visible(&out);
    expect_absent(&out, "victim.person");
    bnc_buf_release(&out);
    out = render(&f, BNC_FORMAT_MD);
    expect_visible(&out);
    expect_absent(&out, "victim.person");
    bnc_buf_release(&out);
    fixture_release(&f);
}

/* Every line of a table has as many cells as its header, and tags stand in indented code only. */
static void polyglot__breaks_no_markdown_table(void **state)
{
    struct fixture f;
    struct bnc_buf out;
    size_t cells = 0;

    (void)state;
    fixture_init(&f);
    make_hostile(&f);
    out = render(&f, BNC_FORMAT_MD);
    for (char *line = strtok(out.at, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        size_t n = 0;

        for (const char *at = line; *at != '\0'; at++)
            n += *at == '|';
        if (strncmp(line, "    ", 4) == 0)
            continue;
        assert_null(strstr(line, "<script"));
        assert_null(strstr(line, "]("));
        if (strncmp(line, "|-", 2) == 0) {
            assert_int_equal(n, cells);
        } else if (line[0] == '|') {
            if (cells != 0 && n != cells && strstr(line, "&#") != NULL)
                fail_msg("%zu cells in a table of %zu: %s", n, cells, line);
            cells = n;
        } else {
            cells = 0;
        }
    }
    bnc_buf_release(&out);
    fixture_release(&f);
}

struct csv_check {
    size_t n_cells, n_cols, n_rows;
    const struct bnc_section *section;
};

static void on_cell(void *at, size_t len, void *arg)
{
    struct csv_check *c = arg;
    const char *s = at;
    char *end;

    c->n_cells++;
    if (len == 0 || strchr("=+-@\t\r", s[0]) == NULL)
        return;
    (void)strtod(s, &end); /* a negative number is one, not a formula */
    if (end != s + len)
        fail_msg("a cell of %s begins with '%c'", c->section->id, s[0]);
}

static void on_row(int end, void *arg)
{
    struct csv_check *c = arg;

    (void)end;
    if (c->n_rows++ == 0)
        c->n_cols = c->n_cells;
    assert_int_equal(c->n_cells, c->n_cols);
    c->n_cells = 0;
}

static void polyglot__makes_no_formula_in_csv(void **state)
{
    struct fixture f;
    struct bnc_model m;

    (void)state;
    fixture_init(&f);
    make_hostile(&f);
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    for (size_t k = 0; k < bnc_n_sections; k++) {
        struct csv_check check = { .section = bnc_sections[k] };
        struct bnc_buf out = { .at = NULL };
        struct csv_parser p;

        bnc_render_csv(&m, bnc_sections[k], &out);
        expect_visible(&out);
        expect_absent(&out, "victim.person");
        assert_int_equal(csv_init(&p, CSV_STRICT | CSV_APPEND_NULL), 0);
        assert_int_equal(csv_parse(&p, out.at, out.len, on_cell, on_row, &check), out.len);
        assert_int_equal(csv_fini(&p, on_cell, on_row, &check), 0);
        csv_free(&p);
        assert_int_equal(check.n_rows, 1 + bnc_sections[k]->count(&m)); /* nothing is cut */
        bnc_buf_release(&out);
    }
    bnc_model_release(&m);
    fixture_release(&f);
}

static void addresses__are_shown_only_when_asked_for(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    make_hostile(&f);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct bnc_buf out = render(&f, documents[i]);

        expect_absent(&out, "victim");
        bnc_buf_release(&out);
    }
    f.data.show = BNC_SHOW_FULL;
    for (size_t i = 1; i < N_DOCUMENTS; i++) { /* the first screen has no room for it */
        struct bnc_buf out = render(&f, documents[i]);

        assert_non_null(strstr(out.at, "victim.person"));
        bnc_buf_release(&out);
    }
    fixture_release(&f);
}

/* ---- limits of the formats ---- */

/* Many subjects with names of 64 KiB of the character that grows most. */
static void html__never_grows_beyond_two_megabytes(void **state)
{
    const size_t n = 3000, len = 1 << 16;
    char *const name = malloc(len);
    struct fixture f;
    struct bnc_buf out;

    (void)state;
    assert_non_null(name);
    memset(name, '"', len);
    fixture_init(&f);
    f.tally.domains = fixture_take(&f.tally.arena, n, sizeof *f.tally.domains);
    f.tally.n_domains = n;
    f.judged.domain_scope = NULL;
    f.tally.templates = fixture_take(&f.tally.arena, n, sizeof *f.tally.templates);
    f.tally.n_templates = n;
    f.judged.findings = fixture_take(&f.judged.arena, n, sizeof *f.judged.findings);
    f.judged.n_findings = n;
    for (size_t i = 0; i < n; i++) {
        f.tally.domains[i] = (struct bnc_domain){ .name = bnc_span_from(name, len),
                                                  .n = { 1, 1 },
                                                  .recipients_failed = 1,
                                                  .first = 0,
                                                  .last = 0 };
        f.tally.templates[i] = (struct bnc_template){ .text = bnc_span_from(name, len),
                                                      .type = BNC_EVENT_BOUNCE,
                                                      .n = 1,
                                                      .verdict = { .cause = BNC_CAUSE_UNKNOWN } };
        f.judged.findings[i] = (struct bnc_finding){ .headline = bnc_span_from(name, len),
                                                     .meaning = bnc_span_from(name, len),
                                                     .letter = bnc_span_from(name, len),
                                                     .cause = -1,
                                                     .onset = FIXTURE_TIME(3),
                                                     .end = FIXTURE_TIME(4) };
    }
    for (int k = 0; k < BNC_N_KINDS; k++)
        for (size_t i = 0; i < f.tally.n_subjects[k]; i++)
            f.tally.subject[k][i].name = bnc_span_from(name, len);
    out = render(&f, BNC_FORMAT_HTML);
    assert_true(out.len < (size_t)2 << 20);
    assert_non_null(strstr(out.at, " of 3,000 rows")); /* and says what it left out */
    assert_non_null(strstr(out.at, "</html>"));
    bnc_buf_release(&out);
    free(name);
    fixture_release(&f);
}

static void expect_screen(const struct bnc_buf *b, size_t max_lines, unsigned width)
{
    struct bnc_span rest = bnc_buf_span(b);
    size_t lines = 0;

    while (rest.len > 0) {
        const char *const nl = memchr(rest.at, '\n', rest.len);
        const size_t n = (size_t)(nl - rest.at);

        assert_non_null(nl);
        assert_true(bnc_text_width(bnc_span_from(rest.at, n)) <= width);
        rest = bnc_span_from(rest.at + n + 1, rest.len - n - 1);
        lines++;
    }
    assert_in_range(lines, 5, max_lines);
}

static void text__fits_one_screen(void **state)
{
    static const unsigned widths[] = { 60, 80, 100, 132, 200 };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        struct bnc_buf out;

        f.data.width = widths[i];
        out = render(&f, BNC_FORMAT_TEXT);
        expect_screen(&out, widths[i] < 80 ? 30 : 23, widths[i]); /* critical findings come whole */
        assert_non_null(strstr(out.at, "unclassified  0.57"));
        assert_non_null(strstr(out.at, "malformed"));
        assert_null(strchr(out.at, '\033'));
        bnc_buf_release(&out);
    }
    fixture_release(&f);
}

/* 'b' in one line, one blank between words. */
static void squeeze(struct bnc_buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++) {
        const char c = b->at[i] == '\n' ? ' ' : b->at[i];

        if (c != ' ' || (n > 0 && b->at[n - 1] != ' '))
            b->at[n++] = c;
    }
    b->len = n;
    b->at[n] = '\0';
}

static void text__wraps_what_critical_findings_say(void **state)
{
    static const char headline[] =
        "Mail fails authentication (DMARC failure) at Gmail, Outlook.com, iCloud, Yahoo and AOL "
        "from 13 Oct 2026 09:09 UTC to 15 Oct 2026 15:55 UTC: 162 recipients, 75.3 % of 215";
    static const char action[] =
        "Stop bulk mail over the listed address and do not retry into the listing before the "
        "cause is removed, whatever the queue says about it.";
    static const char whole[] = "sure -> Stop bulk mail over the listed address and do not retry "
                                "into the listing before the cause is removed, whatever the queue "
                                "says about it. ";
    const struct bnc_span actions[] = { bnc_span_str(action) };
    struct bnc_finding critical[6];
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.data.unicode = false;
    for (size_t i = 0; i < 6; i++) {
        critical[i] = f.judged.findings[0];
        critical[i].severity = BNC_PRIORITY_CRITICAL;
        critical[i].headline = bnc_span_str(headline);
        critical[i].actions = actions;
        critical[i].n_actions = 1;
    }
    f.judged.findings = critical;
    for (size_t n = 1; n <= 6; n++) {
        struct bnc_buf out;
        size_t headlines = 0, acts = 0;

        f.data.width = n % 2 == 0 ? 80 : 60;
        f.judged.n_findings = n;
        out = render(&f, BNC_FORMAT_TEXT);
        expect_screen(&out, n == 1 ? 26 : 23 + 7 * n, (unsigned)f.data.width);
        squeeze(&out);
        for (const char *at = out.at; (at = strstr(at, headline)) != NULL; at++)
            headlines++;
        for (const char *at = out.at; (at = strstr(at, whole)) != NULL; at++)
            acts++;
        assert_int_equal(headlines, n);
        assert_int_equal(acts, n);
        bnc_buf_release(&out);
    }
    fixture_release(&f);
}

static void text__is_ascii_and_colourless_unless_asked(void **state)
{
    struct fixture f;
    struct bnc_buf out;

    (void)state;
    fixture_init(&f);
    make_hostile(&f);
    f.data.unicode = false;
    f.data.verbose = true;
    out = render(&f, BNC_FORMAT_TEXT);
    for (size_t i = 0; i < out.len; i++)
        assert_true(out.at[i] == '\n' || (out.at[i] >= 0x20 && out.at[i] < 0x7f));
    bnc_buf_release(&out);
    f.data.color = true;
    out = render(&f, BNC_FORMAT_TEXT);
    assert_non_null(strstr(out.at, "\033[1;31mCRITICAL\033[0m"));
    assert_null(strstr(out.at, "\033]"));
    bnc_buf_release(&out);
    fixture_release(&f);
}

/*
 * A buffer that ends anywhere ends in an error, not in a crash or a short report that claims to be
 * whole.
 */
static void report__survives_a_buffer_that_is_full(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.data.verbose = true;
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct bnc_buf whole = render(&f, documents[i]);

        for (size_t max = 1; max < whole.len; max += 1 + whole.len / 97) {
            struct bnc_buf out = { .max_bytes = max };

            assert_int_equal(bnc_report_render(&f.data, documents[i], &out, NULL), BNC_ENOMEM);
            bnc_buf_release(&out);
        }
        bnc_buf_release(&whole);
    }
    fixture_release(&f);
}

/* ---- little or no data ---- */

static void empty__says_so_in_every_format(void **state)
{
    struct bnc_tally tally = { .first = BNC_NO_TIME, .last = BNC_NO_TIME };
    struct bnc_judged judged = { .has_deliveries = false };
    struct fixture f = {
        .data = { .tally = &tally, .judged = &judged, .complete = true, .generated = BNC_NO_TIME }
    };

    (void)state;
    for (int i = 0; i < BNC_N_METRICS; i++)
        judged.overall.of[i] = bnc_rate_make(0, 0, 0, 0, 0);
    for (size_t i = 0; i < N_DOCUMENTS; i++) {
        struct bnc_buf out = render(&f, documents[i]);

        expect_absent(&out, "nan");
        expect_absent(&out, "inf%");
        bnc_buf_release(&out);
    }
    struct bnc_buf text = render(&f, BNC_FORMAT_TEXT), json = render(&f, BNC_FORMAT_JSON);
    assert_non_null(strstr(text.at, "no data"));
    assert_non_null(strstr(json.at, "\"generated\":null"));
    assert_int_equal(strncmp(json.at, "{\"schema_version\":2,", 20), 0);
    bnc_buf_release(&text);
    bnc_buf_release(&json);
}

static void figures__are_free_of_surprises(void **state)
{
    struct bnc_buf b = { .at = NULL };

    (void)state;
    bnc_fixed_put(&b, 1.0 / 3, 3);
    bnc_fixed_put(&b, -0.0001, 2);
    bnc_real_put(&b, 0.25);
    bnc_real_put(&b, 100);
    bnc_fixed_put(&b, 0.0 / 0.0, 1);
    assert_string_equal(b.at, "0.3330.000.251000.0");
    bnc_buf_clear(&b);
    bnc_count_put(&b, 0, ',');
    bnc_count_put(&b, 1234567, ',');
    bnc_count_put(&b, UINT64_MAX, 0);
    assert_string_equal(b.at, "01,234,56718446744073709551615");
    bnc_buf_clear(&b);
    bnc_percent_put(&b, 0.123456);
    bnc_percent_put(&b, 0.00314);
    bnc_percent_put(&b, 0.000001);
    bnc_limit_put(&b, 0.003);
    assert_string_equal(b.at, "12.3\u00a0%0.31\u00a0%< 0.001\u00a0%0.3\u00a0%");
    bnc_buf_release(&b);
}

/* The next number of a fixed sequence; any length of digits is as likely. */
static uint64_t next_number(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*seed ^ *seed >> 29) >> (*seed >> 58);
}

static void expect_real(double value)
{
    char text[BNC_FIGURE_ROOM], want[64];
    size_t n;

    *bnc_real_spell(text, value) = '\0';
    snprintf(want, sizeof want, "%.9f", (double)llround(value * 1e9) / 1e9);
    n = strlen(want);
    while (want[n - 1] == '0')
        want[--n] = '\0';
    if (want[n - 1] == '.')
        want[n - 1] = '\0';
    assert_string_equal(text, want);
}

/* Every power of ten and its neighbours, shares of every kind, and numbers of any length. */
static void figures__are_spelled_as_printf_does(void **state)
{
    char text[BNC_FIGURE_ROOM], want[64];
    uint64_t seed = 1, power = 1;

    (void)state;
    for (int i = 0; i < 200000; i++) {
        const uint64_t num = next_number(&seed), den = next_number(&seed) % 1000000 + 1;
        const uint64_t n = i < 60 ? power + (uint64_t)(i % 3) - 1 : num;

        if (i < 60 && i % 3 == 2)
            power *= 10;
        *bnc_count_spell(text, n) = '\0';
        snprintf(want, sizeof want, "%" PRIu64, n);
        assert_string_equal(text, want);
        expect_real((double)(num % den) / (double)den);
        expect_real((double)(num % 1000000) / 8);
    }
}

/* One byte that is escaped, or none, anywhere in a text of any length up to 40. */
static void json__escapes_a_byte_wherever_it_stands(void **state)
{
    static const struct {
        char byte;
        const char *escaped;
    } odd[] = { { '"', "\\\"" },     { '\\', "\\\\" },   { '\n', "\\n" },
                { '\x1f', "\\u001f" }, { '\x7f', "\\u007f" }, { '~', "~" } };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    for (size_t len = 1; len <= 40; len++)
        for (size_t at = 0; at < len; at += len > 20 ? 5 : 1) {
            const size_t k = (len * 7 + at) % (sizeof odd / sizeof odd[0]);
            char name[48] = "", want[96];
            struct bnc_buf b;

            memset(name, 'a', len);
            name[at] = odd[k].byte;
            snprintf(want, sizeof want, "{\"input\":\"%.*s%s%s\",", (int)at, name, odd[k].escaped,
                     name + at + 1);
            f.inputs[0].name = name;
            b = render(&f, BNC_FORMAT_JSON);
            if (strstr(b.at, want) == NULL)
                fail_msg("%s is not there", want);
            bnc_buf_release(&b);
        }
    fixture_release(&f);
}

/* Against the C library, from the year 1000 to 9999. */
static void times__agree_with_gmtime(void **state)
{
    struct bnc_buf b = { .at = NULL };

    (void)state;
    for (int64_t t = -30609792000; t < 253402300800; t += 86400 * 13 + 3607) {
        const time_t time = (time_t)t;
        struct tm tm;
        char want[32];

        gmtime_r(&time, &tm);
        strftime(want, sizeof want, "%Y-%m-%dT%H:%M:%SZ", &tm);
        bnc_buf_clear(&b);
        bnc_time_put(&b, t);
        assert_string_equal(b.at, want);
    }
    bnc_buf_clear(&b);
    bnc_period_put(&b, FIXTURE_TIME(0), FIXTURE_TIME(30), false);
    bnc_period_put(&b, FIXTURE_TIME(0), FIXTURE_TIME(31), true);
    bnc_period_put(&b, FIXTURE_TIME(0), FIXTURE_TIME(0), true);
    assert_string_equal(b.at, "1\u201331 October 20261 October - 1 November 20261 October 2026");
    bnc_buf_release(&b);
}

static void check_calendar(int64_t first, int64_t last)
{
    static struct bnc_calendar c;
    char got[BNC_FIGURE_ROOM], want[BNC_FIGURE_ROOM];

    bnc_calendar_make(&c, first, last);
    for (int64_t t = first - 200000; t < last + 200000; t += 3599) {
        *bnc_calendar_spell(&c, got, t) = *bnc_time_spell(want, t) = '\0';
        assert_string_equal(got, want);
    }
}

/* Within the days that are spelled beforehand, beside them, and where there are none. */
static void times__are_spelled_alike_with_a_calendar(void **state)
{
    static struct bnc_calendar none;
    char got[BNC_FIGURE_ROOM];

    (void)state;
    check_calendar(FIXTURE_TIME(0), FIXTURE_TIME(30) + 86399);
    check_calendar(FIXTURE_TIME(0), FIXTURE_TIME(2 * BNC_CALENDAR_DAYS));
    check_calendar(-86401, 86400);
    check_calendar(253402300799 - 86400, 253402300799 + 86400); /* into the year 10000 */
    check_calendar(-62167219200 - 86400, -62167219200 + 86400); /* out of the year -1 */
    *bnc_calendar_spell(&none, got, 86399) = '\0';
    assert_string_equal(got, "1970-01-01T23:59:59Z");
    bnc_calendar_make(&none, BNC_NO_TIME, BNC_NO_TIME);
    assert_int_equal(none.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections__sums_agree),
        cmocka_unit_test(sections__fill_every_column),
        cmocka_unit_test(domains__come_by_recipients_then_failures),
        cmocka_unit_test(report__same_data_same_bytes),
        cmocka_unit_test(report__knows_no_locale),
        cmocka_unit_test(polyglot__adds_no_element_to_html),
        cmocka_unit_test(polyglot__is_inert_in_text_and_markdown),
        cmocka_unit_test(polyglot__breaks_no_markdown_table),
        cmocka_unit_test(polyglot__makes_no_formula_in_csv),
        cmocka_unit_test(addresses__are_shown_only_when_asked_for),
        cmocka_unit_test(html__never_grows_beyond_two_megabytes),
        cmocka_unit_test(text__fits_one_screen),
        cmocka_unit_test(text__wraps_what_critical_findings_say),
        cmocka_unit_test(text__is_ascii_and_colourless_unless_asked),
        cmocka_unit_test(report__survives_a_buffer_that_is_full),
        cmocka_unit_test(empty__says_so_in_every_format),
        cmocka_unit_test(figures__are_free_of_surprises),
        cmocka_unit_test(figures__are_spelled_as_printf_does),
        cmocka_unit_test(json__escapes_a_byte_wherever_it_stands),
        cmocka_unit_test(times__agree_with_gmtime),
        cmocka_unit_test(times__are_spelled_alike_with_a_calendar),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
