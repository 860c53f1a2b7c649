/* SPDX-License-Identifier: MIT
 * words.c - findings in words: findings.csv with its placeholders filled in.
 *
 * A text is looked for under the finding's own variant, then under its cause, its cause group, and
 * "".  Lists (check, action, source) are taken whole from the first variant that has any.  Every
 * figure of a text is an integer or a percentage with the digits that mean something.
 */
#include <stdio.h>

#include "detect/judging.h"
#include "util/figure.h"

struct text_row {
    const char *kind, *variant, *part, *text;
};
static const struct text_row rows[] = {
#include "gen/findings.h"
};
#define N_ROWS (sizeof rows / sizeof rows[0])

struct words {
    struct bnc_judging *g;
    const struct bnc_finding *f;
    struct bnc_buf buf;
    uint64_t counted; /* the count put last: "{s}" and its like agree with it */
};

/* ---- figures ---- */

void bnc_share_put(struct bnc_buf *b, double share)
{
    const double percent = share * 100;

    if (share > 0 && percent < 0.01)
        bnc_buf_puts(b, "under 0.01 %");
    else if (share < 1 && percent >= 99.95)
        bnc_buf_puts(b, "over 99.9 %");
    else {
        bnc_fixed_put(b, percent, percent >= 99.95 || percent == 0 ? 0 : percent >= 10 ? 1 : 2);
        bnc_buf_puts(b, " %");
    }
}

static void put_count(struct bnc_buf *b, uint64_t n)
{
    bnc_count_put(b, n, ',');
}

static void put_time(struct bnc_buf *b, int64_t time)
{
    if (time == BNC_NO_TIME)
        bnc_buf_puts(b, "an unknown time");
    else
        bnc_moment_put(b, time);
}

const char *bnc_spoken(struct bnc_span word)
{
    static const char *const spoken[][2] = { { "auth_spf", "SPF failure" },
                                             { "auth_dkim", "DKIM failure" },
                                             { "auth_dmarc", "DMARC failure" },
                                             { "auth_other", "auth failure" },
                                             { "tls_failure", "TLS failure" },
                                             { "reverse_dns", "reverse DNS" },
                                             { "check_dns", "check DNS" },
                                             { "fix_tls", "fix TLS" },
                                             { "esp", "ESP" },
                                             { "esp_label_mismatch", "ESP label mismatch" },
                                             { "sending_ip", "sending IP" },
                                             { "mta", "MTA" } };

    for (size_t i = 0; i < sizeof spoken / sizeof spoken[0]; i++)
        if (bnc_span_eq(word, bnc_span_str(spoken[i][0])))
            return spoken[i][1];
    return NULL;
}

static void put_cause_name(struct bnc_buf *b, int cause)
{
    const char *name = cause >= 0 ? bnc_causes[cause].name : "several causes";
    const char *const spoken = bnc_spoken(bnc_span_str(name));

    for (name = spoken != NULL ? spoken : name; *name != '\0'; name++)
        bnc_buf_putc(b, *name == '_' ? ' ' : *name);
}

/* ---- placeholders ---- */

/* All providers without a name of their own are one to the tally; nobody speaks of "at Other". */
static bool is_rest(const struct words *w, struct bnc_span provider)
{
    return bnc_span_eq(provider, bnc_span_str(bnc_provider_get(w->g->t->classifier, 0)->title));
}

#define THE_REST BNC_SPAN("other providers")

static void put_subject(struct words *w)
{
    const struct bnc_finding *f = w->f;

    if (f->subject_type == BNC_SUBJECT_PROVIDER && is_rest(w, f->subject) && w->buf.len > 0)
        bnc_buf_put(&w->buf, THE_REST);
    else if (f->subject.len > 0)
        bnc_buf_put(&w->buf, f->subject);
    else
        bnc_buf_puts(&w->buf, "all mail");
}

/* "{esp}": whose labels they are. */
static void put_esp(struct words *w)
{
    if (w->f->subject.len > 0)
        bnc_buf_put(&w->buf, w->f->subject);
    else
        bnc_buf_puts(&w->buf, "the platform");
}

/* "{at_subject}": "at Gmail ", or nothing for the export. */
static void put_at_subject(struct words *w)
{
    if (w->f->subject.len == 0)
        return;
    bnc_buf_puts(&w->buf, "at ");
    put_subject(w);
    bnc_buf_putc(&w->buf, ' ');
}

/* "{from}": the carrier of a sender-wide incident, or us. */
static void put_from(struct words *w)
{
    if (w->f->subject.len > 0)
        bnc_buf_put(&w->buf, w->f->subject);
    else
        bnc_buf_puts(&w->buf, "your servers");
}

static void put_names(struct bnc_buf *b, const struct bnc_span *name, size_t n, size_t most)
{
    for (size_t i = 0; i < n && i < most; i++) {
        if (i > 0)
            bnc_buf_puts(b, i + 1 == n ? " and " : ", ");
        bnc_buf_put(b, name[i]);
    }
    if (n > most) {
        bnc_buf_puts(b, " and ");
        put_count(b, n - most);
        bnc_buf_puts(b, " more");
    }
}

static void put_others(struct words *w)
{
    if (w->f->n_also == 0)
        return;
    bnc_buf_puts(&w->buf, "; also ");
    put_names(&w->buf, w->f->also, w->f->n_also, 4);
}

#define PROVIDERS_NAMED 6

/* Providers in their order, the rest of them last. */
static void put_providers(struct words *w, const struct bnc_span *name, size_t n)
{
    struct bnc_span shown[PROVIDERS_NAMED];
    size_t k = 0;
    bool rest = false;

    for (size_t i = 0; i < n; i++)
        if (is_rest(w, name[i]))
            rest = true;
        else if (k < PROVIDERS_NAMED)
            shown[k++] = name[i];
    if (rest && k < PROVIDERS_NAMED)
        shown[k] = THE_REST;
    put_names(&w->buf, shown, n, PROVIDERS_NAMED);
}

/* "{where}": the providers of a sender-wide incident, or the one provider. */
static void put_where(struct words *w)
{
    if (w->f->subject_type == BNC_SUBJECT_PROVIDER || w->f->n_also_providers == 0)
        put_subject(w);
    else
        put_providers(w, w->f->also, w->f->n_also_providers);
}

static void put_when(struct words *w)
{
    if (w->f->onset == BNC_NO_TIME)
        return;
    bnc_buf_puts(&w->buf, w->f->end == BNC_NO_TIME ? " since " : " from ");
    put_time(&w->buf, w->f->onset);
    if (w->f->end == BNC_NO_TIME)
        return;
    bnc_buf_puts(&w->buf, " to ");
    put_time(&w->buf, w->f->end);
}

static void put_onset(struct words *w)
{
    put_time(&w->buf, w->f->onset != BNC_NO_TIME ? w->f->onset : w->f->first_seen);
}

static void put_extent(struct words *w)
{
    const struct bnc_finding *f = w->f;

    put_count(&w->buf, f->recipients);
    bnc_buf_puts(&w->buf, f->recipients == 1 ? " recipient" : " recipients");
    if (f->rate.den == 0) {
        if (f->by_code)
            bnc_buf_puts(&w->buf, w->g->j->has_deliveries
                                      ? " (judged by codes)"
                                      : " (judged by codes: the input holds no deliveries)");
        return;
    }
    bnc_buf_puts(&w->buf, ", ");
    bnc_share_put(&w->buf, f->rate.value);
    bnc_buf_puts(&w->buf, " of ");
    put_count(&w->buf, f->rate.den);
    bnc_buf_puts(&w->buf, " tried");
}

static void put_rate(struct bnc_buf *b, const struct bnc_rate *r)
{
    if (r->den == 0)
        bnc_buf_puts(b, "n/a");
    else
        bnc_share_put(b, r->value);
}

static void put_limit(struct words *w)
{
    if (w->f->rate.limit > 0 || w->f->rate.warn > 0)
        bnc_share_put(&w->buf, w->f->rate.limit > 0 ? w->f->rate.limit : w->f->rate.warn);
    else
        bnc_buf_puts(&w->buf, "none");
}

/*
 * The senders or addresses of the whole input: named up to three, else left for the user to fill
 * in.
 */
static void put_kind(struct words *w, enum bnc_kind kind, const char *blank)
{
    const struct bnc_tally *t = w->g->t;
    unsigned named = 0;

    for (size_t i = 0; i < t->n_subjects[kind]; i++)
        named += t->subject[kind][i].name.len > 0;
    if (named == 0 || named > 3) {
        bnc_buf_puts(&w->buf, blank);
        return;
    }
    for (size_t i = 0, n = 0; i < t->n_subjects[kind]; i++) {
        if (t->subject[kind][i].name.len == 0)
            continue;
        bnc_buf_puts(&w->buf, n++ == 0 ? "" : ", ");
        bnc_buf_put(&w->buf, t->subject[kind][i].name);
    }
}

/*
 * A carrier of the right type is what the incident is about; only without one are the input's own
 * senders named.
 */
static void put_sender(struct words *w)
{
    if (w->f->subject_type == BNC_SUBJECT_SENDER_DOMAIN)
        bnc_buf_put(&w->buf, w->f->subject);
    else
        put_kind(w, BNC_KIND_SENDER_DOMAIN, "<your sending domain>");
}

/* A single name that can stand in a command line. */
static void put_sender_name(struct words *w)
{
    const struct bnc_tally *t = w->g->t;

    if (w->f->subject_type == BNC_SUBJECT_SENDER_DOMAIN)
        bnc_buf_put(&w->buf, w->f->subject);
    else if (t->n_subjects[BNC_KIND_SENDER_DOMAIN] == 1 &&
             t->subject[BNC_KIND_SENDER_DOMAIN][0].name.len > 0)
        bnc_buf_put(&w->buf, t->subject[BNC_KIND_SENDER_DOMAIN][0].name);
    else
        bnc_buf_puts(&w->buf, "<from-domain>");
}

static void put_ips(struct words *w)
{
    if (w->f->subject_type == BNC_SUBJECT_SENDING_IP)
        bnc_buf_put(&w->buf, w->f->subject);
    else
        put_kind(w, BNC_KIND_SENDING_IP, "<your sending addresses>");
}

static void put_response(struct words *w)
{
    const struct bnc_template *x =
        w->f->n_templates > 0 ? &w->g->t->templates[w->f->templates[0]] : NULL;

    if (x != NULL && x->text.len > 0)
        bnc_buf_put(&w->buf, x->text);
    else
        bnc_buf_puts(&w->buf, "<the complete reply>");
}

static uint16_t list_of(const struct words *w)
{
    for (size_t i = 0; i < w->f->n_templates; i++)
        if (w->g->t->templates[w->f->templates[i]].verdict.blocklist != 0)
            return w->g->t->templates[w->f->templates[i]].verdict.blocklist;
    return 0;
}

static void put_list(struct words *w)
{
    if (list_of(w) != 0)
        bnc_buf_printf(&w->buf, " (%s)", bnc_blocklist_name(list_of(w)));
}

static void put_route(struct words *w)
{
    if (list_of(w) != 0)
        bnc_buf_printf(&w->buf, ": %s", bnc_blocklist_route(list_of(w)));
}

/* Where the tables have it from: the list, else what decided about most recipients. */
static void put_list_source(struct words *w)
{
    if (list_of(w) != 0)
        bnc_buf_puts(&w->buf, bnc_blocklist_source(list_of(w)));
    else if (w->f->n_templates > 0)
        bnc_buf_put(&w->buf, w->g->t->templates[w->f->templates[0]].rule_source);
}

static void put_n_domains(struct words *w)
{
    put_count(&w->buf, w->f->n_also + 1);
}

static void put_cause(struct words *w)
{
    put_cause_name(&w->buf, w->f->cause);
}

static void put_cause_meaning(struct words *w)
{
    bnc_buf_puts(&w->buf, w->f->cause >= 0 ? bnc_causes[w->f->cause].meaning
                                           : "Several causes are involved");
}

static void put_side(struct words *w)
{
    const char *side = bnc_side_names[w->f->side];
    const char *const spoken = bnc_spoken(bnc_span_str(side));

    for (side = spoken != NULL ? spoken : side; *side != '\0'; side++)
        bnc_buf_putc(&w->buf, *side == '_' ? ' ' : *side);
}

static void put_metric(struct words *w)
{
    static const char *const names[BNC_N_METRICS] = { "Bounce rate", "Hard-bounce rate",
                                                      "Complaint rate", "Deferral rate" };

    bnc_buf_puts(&w->buf, names[w->f->metric]);
}

static void put_counted(struct words *w, uint64_t n)
{
    w->counted = n;
    put_count(&w->buf, n);
}
static void put_recipients(struct words *w)
{
    put_counted(w, w->f->recipients);
}
static void put_events(struct words *w)
{
    put_counted(w, w->f->events);
}
static void put_num(struct words *w)
{
    put_counted(w, w->f->rate.num);
}
static void put_den(struct words *w)
{
    put_counted(w, w->f->attempted);
}
static void put_s(struct words *w)
{
    bnc_buf_puts(&w->buf, w->counted == 1 ? "" : "s");
}
static void put_es(struct words *w)
{
    bnc_buf_puts(&w->buf, w->counted == 1 ? "" : "es");
}
static void put_are(struct words *w)
{
    bnc_buf_puts(&w->buf, w->counted == 1 ? "is" : "are");
}
static void put_were(struct words *w)
{
    bnc_buf_puts(&w->buf, w->counted == 1 ? "was" : "were");
}
static void put_have(struct words *w)
{
    bnc_buf_puts(&w->buf, w->counted == 1 ? "has" : "have");
}
static void put_rate_now(struct words *w)
{
    put_rate(&w->buf, &w->f->rate);
}
static void put_before(struct words *w)
{
    put_rate(&w->buf, &w->f->before);
}

static const struct {
    const char *name;
    void (*put)(struct words *w);
} placeholders[] = {
    { "subject", put_subject },
    { "at_subject", put_at_subject },
    { "others", put_others },
    { "where", put_where },
    { "when", put_when },
    { "onset", put_onset },
    { "extent", put_extent },
    { "rate", put_rate_now },
    { "before", put_before },
    { "limit", put_limit },
    { "sender", put_sender },
    { "sender_name", put_sender_name },
    { "ips", put_ips },
    { "response", put_response },
    { "list", put_list },
    { "route", put_route },
    { "list_source", put_list_source },
    { "n_domains", put_n_domains },
    { "cause", put_cause },
    { "cause_meaning", put_cause_meaning },
    { "side", put_side },
    { "metric", put_metric },
    { "recipients", put_recipients },
    { "events", put_events },
    { "num", put_num },
    { "den", put_den },
    { "from", put_from },
    { "esp", put_esp },
    { "s", put_s },
    { "es", put_es },
    { "are", put_are },
    { "were", put_were },
    { "have", put_have },
};

/* Puts what "{name}" stands for; false where there is no such name (a brace that means itself). */
static bool put_placeholder(struct words *w, struct bnc_span name)
{
    for (size_t i = 0; i < sizeof placeholders / sizeof placeholders[0]; i++)
        if (bnc_span_eq(name, bnc_span_str(placeholders[i].name))) {
            placeholders[i].put(w);
            return true;
        }
    return false;
}

static bool expand(struct words *w, const char *text, struct bnc_span *out)
{
    bnc_buf_clear(&w->buf);
    while (*text != '\0') {
        const char *end = *text == '{' ? strchr(text, '}') : NULL;

        if (end != NULL && put_placeholder(w, bnc_span_from(text + 1, (size_t)(end - text - 1))))
            text = end + 1;
        else
            bnc_buf_putc(&w->buf, *text++);
    }
    *out = bnc_arena_copy(&w->g->j->arena, bnc_buf_span(&w->buf));
    return !w->buf.failed && out->at != NULL;
}

/* ---- choosing the texts ---- */

/* The i-th variant to look under, NULL at the end. */
static const char *variant_at(const struct bnc_finding *f, unsigned i)
{
    const char *order[6];
    unsigned n = 0;

    if (f->variant != NULL) {
        order[n++] = f->variant;
    } else {
        if (f->kind == BNC_FINDING_AUTHENTICATION_FAILURE && f->scope == BNC_SCOPE_PROVIDER_WIDE)
            order[n++] = "one";
        if (f->kind != BNC_FINDING_AUTHENTICATION_FAILURE && f->scope == BNC_SCOPE_SENDER_WIDE)
            order[n++] = "wide";
        if (f->cause >= 0) {
            order[n++] = bnc_causes[f->cause].name;
            order[n++] = bnc_group_names[bnc_causes[f->cause].group];
        }
    }
    order[n++] = "";
    return i < n ? order[i] : NULL;
}

static bool row_is(size_t i, const struct bnc_finding *f, const char *variant, const char *part)
{
    return strcmp(rows[i].kind, bnc_finding_names[f->kind]) == 0 &&
           strcmp(rows[i].variant, variant) == 0 && strcmp(rows[i].part, part) == 0;
}

/* The rows of a part under the first variant that has any; returns how many. */
static size_t find_part(const struct bnc_finding *f, const char *part, size_t found[N_ROWS])
{
    const char *variant;
    size_t n = 0;

    for (unsigned v = 0; n == 0 && (variant = variant_at(f, v)) != NULL; v++)
        for (size_t i = 0; i < N_ROWS; i++)
            if (row_is(i, f, variant, part))
                found[n++] = i;
    return n;
}

static bool write_text(struct words *w, const char *part, struct bnc_span *out)
{
    size_t found[N_ROWS];

    *out = BNC_SPAN("");
    return find_part(w->f, part, found) == 0 || expand(w, rows[found[0]].text, out);
}

static bool write_list(struct words *w, const char *part, const struct bnc_span **list, size_t *n)
{
    size_t found[N_ROWS];
    const size_t n_found = find_part(w->f, part, found);
    struct bnc_span *out = bnc_arena_zeroed(&w->g->j->arena, n_found, sizeof *out);

    *list = out;
    *n = 0;
    for (size_t i = 0; out != NULL && i < n_found; i++)
        if (!expand(w, rows[found[i]].text, &out[(*n)++]))
            return false;
    return out != NULL;
}

/* One item of a source list that is written "a; b", off the front of '*s'. */
static struct bnc_span next_source(struct bnc_span *s)
{
    const char *const end = memchr(s->at, ';', s->len);
    const size_t n = end == NULL ? s->len : (size_t)(end - s->at);
    const struct bnc_span item = bnc_span_from(s->at, n);

    *s = end == NULL ? bnc_span_from(s->at + n, 0) : bnc_span_from(end + 1, s->len - n - 1);
    return bnc_span_trim(item);
}

static bool write_sources(struct words *w, struct bnc_finding *f)
{
    const struct bnc_span *list;
    struct bnc_span *out;
    size_t n, most = 0;

    if (!write_list(w, "source", &list, &n))
        return false;
    for (size_t i = 0; i < n; i++)
        for (struct bnc_span rest = list[i]; rest.len > 0; most++)
            next_source(&rest);
    f->sources = out = bnc_arena_zeroed(&w->g->j->arena, most, sizeof *out);
    f->n_sources = 0;
    for (size_t i = 0; out != NULL && i < n; i++)
        for (struct bnc_span rest = list[i]; rest.len > 0;)
            out[f->n_sources++] = next_source(&rest);
    return out != NULL;
}

static bool write_finding(struct words *w, struct bnc_finding *f)
{
    w->f = f;
    return write_text(w, "headline", &f->headline) && write_text(w, "meaning", &f->meaning) &&
           write_text(w, "letter", &f->letter) &&
           write_list(w, "check", &f->checks, &f->n_checks) &&
           write_list(w, "action", &f->actions, &f->n_actions) && write_sources(w, f);
}

enum bnc_status bnc_words_write(struct bnc_judging *g)
{
    struct words w = { .g = g };
    bool ok = true;

    for (size_t i = 0; ok && i < g->n_findings; i++)
        ok = write_finding(&w, &g->finding[i]);
    bnc_buf_release(&w.buf);
    return ok ? BNC_OK : bnc_error_nomem(g->err);
}
