/* SPDX-License-Identifier: MIT
 * section.c - the one table of what a report says; see section.h.
 */
#include "report/section.h"

#include <stdarg.h>
#include <stdio.h>

#include "bounce/version.h"
#include "report/figure.h"
#include "tables/threshold.h"

/* ---- filling values ---- */

static void text(struct bnc_value *v, struct bnc_span s) { v->text = s; }
static void word(struct bnc_value *v, const char *s) { v->text = bnc_span_str(s); }
static void count(struct bnc_value *v, uint64_t n) { v->count = n; }
static void flag(struct bnc_value *v, bool on) { v->count = on; }

static void moment(struct bnc_value *v, int64_t time)
{
    v->integer = time;
    v->unset = time == BNC_NO_TIME;
}

static void share(struct bnc_value *v, uint64_t num, uint64_t den)
{
    v->unset = den == 0;
    v->share = den == 0 ? 0 : (double)num / (double)den;
}

/* A warning or a limit; 0: there is none. */
static void level(struct bnc_value *v, double x)
{
    v->unset = x <= 0;
    v->share = x;
}

static void rate(struct bnc_value *v, const struct bnc_rate *r)
{
    v->rate = r;
    v->unset = r == NULL;
}

static void change(struct bnc_value *v, const struct bnc_rate *now, const struct bnc_rate *before)
{
    v->unset = now == NULL || before == NULL || now->den == 0 || before->den == 0;
    v->share = v->unset ? 0 : now->value - before->value;
}

static void prose(struct bnc_value *v, const char *s)
{
    v->unset = s == NULL || *s == '\0';
    v->text = v->unset ? bnc_span_from("", 0) : bnc_span_str(s);
}

static void list(struct bnc_value *v, const struct bnc_span *l, size_t n)
{
    v->list = l;
    v->n_list = n;
}

static void small(struct bnc_value *v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void small(struct bnc_value *v, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(v->small, sizeof v->small, fmt, ap);
    va_end(ap);
    v->text = bnc_span_from(v->small, n < 0 ? 0 : (size_t)n < sizeof v->small ? (size_t)n : sizeof v->small - 1);
}

static void enhanced(struct bnc_value *v, uint32_t e)
{
    v->unset = e == 0;
    if (e != 0)
        small(v, "%u.%u.%u", BNC_ENHANCED_CLASS(e), BNC_ENHANCED_SUBJECT(e), BNC_ENHANCED_DETAIL(e));
}

static void template_id(struct bnc_value *v, uint64_t key)
{
    static const char hex[] = "0123456789abcdef";

    for (int i = 0; i < 16; i++)
        v->small[i] = hex[key >> (60 - 4 * i) & 15];
    v->text = bnc_span_from(v->small, 16);
}

static void reply(struct bnc_value *v, uint16_t code)
{
    v->integer = code;
    v->unset = code == 0;
}

static const struct bnc_rate *rate_of(const struct bnc_rates *r, size_t i, enum bnc_metric metric)
{
    return r == NULL ? NULL : &r[i].of[metric];
}

/* Columns that several sections share, so that they mean and say the same everywhere. */
#define COL_EVENTS(use_bounce) \
    { "delivered", "Delivered", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Messages the receiving server accepted." }, \
    { "bounces", "Bounced", BNC_VALUE_COUNT, use_bounce, "events", "Permanent, final failures." }, \
    { "deferrals", "Deferred", BNC_VALUE_COUNT, use_bounce, "events", "Temporary failures; a retry may follow." }, \
    { "complaints", "Complaints", BNC_VALUE_COUNT, BNC_USE_PAGE, "events", "Feedback loop reports." }, \
    { "suppressed", "Suppressed", BNC_VALUE_COUNT, 0, "events", "Refused by the ESP before sending." }, \
    { "sent", "Sent", BNC_VALUE_COUNT, 0, "events", "Attempts whose outcome the row does not tell." }
#define COL_RATES \
    { "bounce_rate", "Bounce rate", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "Bounced of attempted." }, \
    { "hard_bounce_rate", "Hard-bounce rate", BNC_VALUE_RATE, BNC_USE_PAGE, NULL, "Permanent failures of the address itself, of attempted." }, \
    { "complaint_rate", "Complaint rate", BNC_VALUE_RATE, BNC_USE_PAGE, NULL, "Complaints of delivered." }, \
    { "deferral_rate", "Deferral rate", BNC_VALUE_RATE, 0, NULL, "Recipients deferred at least once, of attempted recipients." }
#define COL_SEEN \
    { "first_seen", "First seen", BNC_VALUE_TIME, 0, "UTC", "Time of the first event." }, \
    { "last_seen", "Last seen", BNC_VALUE_TIME, 0, "UTC", "Time of the last event." }

static void put_events(struct bnc_value *v, const uint64_t n[BNC_N_EVENTS])
{
    count(v++, n[BNC_EVENT_DELIVERED]);
    count(v++, n[BNC_EVENT_BOUNCE]);
    count(v++, n[BNC_EVENT_DEFERRAL]);
    count(v++, n[BNC_EVENT_COMPLAINT]);
    count(v++, n[BNC_EVENT_SUPPRESSED]);
    count(v++, n[BNC_EVENT_SENT]);
}
#define N_EVENT_COLS 6

static void put_rates(struct bnc_value *v, const struct bnc_rates *r, size_t i)
{
    rate(v++, rate_of(r, i, BNC_METRIC_BOUNCE_RATE));
    rate(v++, rate_of(r, i, BNC_METRIC_HARD_BOUNCE_RATE));
    rate(v++, rate_of(r, i, BNC_METRIC_COMPLAINT_RATE));
    rate(v++, rate_of(r, i, BNC_METRIC_DEFERRAL_RATE));
}
#define N_RATE_COLS 4

/* ---- verdicts and findings ---- */

static const struct bnc_column verdict_cols[] = {
    { "rank", "#", BNC_VALUE_COUNT, BNC_USE_BOTH, NULL, "Place in the order of what fixing would win back." },
    { "severity", "Severity", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "info, monitor, fix_soon or critical." },
    { "headline", "What", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What happens, where, since when and on whose side." },
    { "side", "Side at fault", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "since", "Since", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC", "Onset of the change, else the first event." },
    { "until", "Until", BNC_VALUE_TIME, BNC_USE_PAGE, "UTC", "End of the change; null while it goes on or where none was found." },
    { "ongoing", "Ongoing", BNC_VALUE_FLAG, BNC_USE_PAGE, NULL, "True if the last day of the input still shows it." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients affected." },
    { "action", "What to do first", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "The first action; all of them are in the findings." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_BOTH, "percent", "How sure the verdict is, 0 to 100." },
};

static size_t n_findings(const struct bnc_model *m) { return m->judged->n_findings; }

static void verdict_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_finding *f = &m->judged->findings[i];

    count(v++, i + 1);
    word(v++, bnc_priority_names[f->severity]);
    text(v++, f->headline);
    word(v++, bnc_side_names[f->side]);
    moment(v++, f->onset != BNC_NO_TIME ? f->onset : f->first_seen);
    moment(v++, f->end);
    flag(v++, f->ongoing);
    count(v++, f->recipients);
    if (f->n_actions > 0)
        text(v, f->actions[0]);
    else
        v->unset = true;
    v++;
    count(v++, f->confidence);
}

static const struct bnc_column finding_cols[] = {
    { "rank", "#", BNC_VALUE_COUNT, BNC_USE_BOTH, NULL, "Place in the order of what fixing would win back." },
    { "kind", "Kind", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Kind of finding." },
    { "severity", "Severity", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "info, monitor, fix_soon or critical." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "recipient_local, domain_wide, provider_wide or sender_wide." },
    { "subject_type", "Subject type", BNC_VALUE_WORD, 0, NULL, "What the subject is." },
    { "subject", "Subject", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Whom it is about; empty for the whole export." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The cause; null where several or none." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "by_code", "By code", BNC_VALUE_FLAG, 0, NULL, "True where the input has no deliveries: judged by codes and spread, not by share." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients affected." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Failures that belong to it." },
    { "attempted", "Attempted", BNC_VALUE_COUNT, 0, "messages", "Final outcomes of the subject; 0 where unknown." },
    { "rate", "Rate", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "The rate that was judged." },
    { "interval", "95 % interval", BNC_VALUE_INTERVAL, BNC_ONLY_JSON, NULL, "Wilson interval of the rate." },
    { "judgement", "Judgement", BNC_VALUE_WORD, BNC_ONLY_JSON, NULL, "The rate against its limit." },
    { "onset", "Onset", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC", "Start of the change in the daily series." },
    { "end", "End", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC", "End of the change; null while it goes on." },
    { "ongoing", "Ongoing", BNC_VALUE_FLAG, 0, NULL, "True if the last day of the input still shows it." },
    { "first_seen", "First seen", BNC_VALUE_TIME, 0, "UTC", "Time of the first event." },
    { "last_seen", "Last seen", BNC_VALUE_TIME, 0, "UTC", "Time of the last event." },
    { "templates", "Responses", BNC_VALUE_LIST, 0, NULL, "Masked responses that show it, most recipients first." },
    { "headline", "What", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "One sentence." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, 0, NULL, "What it means." },
    { "checks", "Check", BNC_VALUE_LIST, 0, NULL, "What to check, in order." },
    { "actions", "Do", BNC_VALUE_LIST, 0, NULL, "What to do, in order." },
    { "letter", "Letter", BNC_VALUE_PROSE, 0, NULL, "Text to send to a postmaster or to ESP support." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_BOTH, "percent", "How sure the verdict is, 0 to 100." },
    { "sources", "Sources", BNC_VALUE_LIST, 0, NULL, "Standards and vendor pages behind it." },
    { "also", "Also at", BNC_VALUE_LIST, 0, NULL, "Further subjects of the same incident." },
};

static void finding_who(const struct bnc_finding *f, struct bnc_value *v)
{
    word(v++, bnc_finding_names[f->kind]);
    word(v++, bnc_priority_names[f->severity]);
    word(v++, bnc_scope_names[f->scope]);
    word(v++, bnc_subject_type_names[f->subject_type]);
    text(v++, f->subject);
    if (f->cause >= 0)
        word(v, bnc_causes[f->cause].name);
    else
        v->unset = true;
    v++;
    word(v++, bnc_side_names[f->side]);
    flag(v++, f->by_code);
}

static void finding_numbers(const struct bnc_finding *f, struct bnc_value *v)
{
    count(v++, f->recipients);
    count(v++, f->events);
    count(v++, f->attempted);
    rate(v++, &f->rate);
    rate(v++, &f->rate);
    word(v++, bnc_judgement_names[f->rate.judgement]);
    moment(v++, f->onset);
    moment(v++, f->end);
    flag(v++, f->ongoing);
    moment(v++, f->first_seen);
    moment(v++, f->last_seen);
}

static void finding_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_finding *f = &m->judged->findings[i];

    count(v++, i + 1);
    finding_who(f, v);
    finding_numbers(f, v += 8);
    v += 11;
    list(v++, m->finding_templates[i], f->n_templates);
    text(v++, f->headline);
    text(v++, f->meaning);
    list(v++, f->checks, f->n_checks);
    list(v++, f->actions, f->n_actions);
    text(v++, f->letter);
    count(v++, f->confidence);
    list(v++, f->sources, f->n_sources);
    list(v++, f->also, f->n_also);
}

/* ---- headline rates ---- */

static const struct bnc_column rate_cols[] = {
    { "metric", "Rate", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Which rate." },
    { "rate", "Value", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "The rate of everything in the input." },
    { "baseline", "Baseline", BNC_VALUE_RATE, BNC_USE_PAGE | BNC_USE_BASELINE, NULL, "The same rate of the baseline; null without one." },
    { "change", "Change", BNC_VALUE_CHANGE, BNC_USE_PAGE | BNC_USE_BASELINE, NULL, "Rate less baseline; null where either is not known." },
    { "numerator_is", "Counted", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What the numerator counts." },
    { "denominator_is", "Of", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What the denominator counts." },
    { "note", "Note", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the rate leaves out." },
};

static const char *const rate_words[BNC_N_METRICS][3] = {
    [BNC_METRIC_BOUNCE_RATE] = { "messages whose final outcome is a permanent failure", "messages attempted: delivered and bounced",
                                 "suppressed rows are no attempts, retries no new ones" },
    [BNC_METRIC_HARD_BOUNCE_RATE] = { "permanent failures of the address itself", "messages attempted: delivered and bounced",
                                      "blocks, policy, authentication and full mailboxes are not in it" },
    [BNC_METRIC_COMPLAINT_RATE] = { "feedback loop reports", "messages delivered to providers that send complaints back",
                                    "Gmail and iCloud send none: not measurable from exports" },
    [BNC_METRIC_DEFERRAL_RATE] = { "recipients deferred at least once", "recipients attempted",
                                   "a deferral that was delivered later counts too" },
};

static size_t n_metrics(const struct bnc_model *m) { (void)m; return BNC_N_METRICS; }

static void rate_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_rate *now = &m->judged->overall.of[i], *before = m->judged->has_baseline ? &m->judged->baseline_overall.of[i] : NULL;

    word(v++, bnc_metric_names[i]);
    rate(v++, now);
    rate(v++, before);
    change(v++, now, before);
    prose(v++, rate_words[i][0]);
    prose(v++, rate_words[i][1]);
    prose(v++, rate_words[i][2]);
}

/* ---- sides ---- */

static const struct bnc_column side_cols[] = {
    { "side", "Side at fault", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing the failures are." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures", "Share of all bounces and deferrals." },
};

static size_t n_sides(const struct bnc_model *m) { return m->n_sides; }

static void side_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const int s = m->sides[i];

    word(v++, bnc_side_names[s]);
    count(v++, m->bounce_side[s]);
    count(v++, m->deferral_side[s]);
    share(v++, m->bounce_side[s] + m->deferral_side[s], m->failures);
}

/* ---- providers ---- */

static const struct bnc_column provider_cols[] = {
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates the mailboxes." },
    { "name", "Name", BNC_VALUE_WORD, 0, NULL, "The word for --provider." },
    { "kind", "Kind", BNC_VALUE_WORD, 0, NULL, "mailbox, gateway, mta, esp or other." },
    { "domains", "Domains", BNC_VALUE_COUNT, 0, "domains", "Distinct recipient domains." },
    COL_EVENTS(BNC_USE_BOTH),
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients with a bounce or deferral." },
    { "recipient", "Recipient", BNC_VALUE_COUNT, 0, "events", "Failures on the recipient's side." },
    { "recipient_domain", "Their domain", BNC_VALUE_COUNT, 0, "events", "Failures on the recipient domain's side." },
    { "provider_side", "Provider's", BNC_VALUE_COUNT, 0, "events", "Failures on the provider's side." },
    { "sender", "Ours", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Failures on our side." },
    { "network", "Network", BNC_VALUE_COUNT, 0, "events", "Failures on the network's side." },
    { "esp", "ESP", BNC_VALUE_COUNT, 0, "events", "Failures on the ESP's side." },
    { "unknown", "Unknown", BNC_VALUE_COUNT, 0, "events", "Failures whose side could not be decided." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The cause of most of its failures." },
    { "by_marker", "By text only", BNC_VALUE_COUNT, 0, "events", "Failures known to be the provider's from the reply text only: no deliveries stand against them." },
    COL_RATES,
    { "bounce_rate_change", "Change of bounce rate", BNC_VALUE_CHANGE, BNC_USE_PAGE | BNC_USE_BASELINE, NULL, "Bounce rate less that of the baseline; null where either is not known." },
};

static size_t n_providers(const struct bnc_model *m) { return m->n_providers; }

static const char *provider_kind(const struct bnc_model *m, uint32_t id)
{
    static const char *const names[] = { "other", "mailbox", "gateway", "mta", "esp" };
    const struct bnc_provider *p = id == 0 || m->data->classifier == NULL ? NULL : bnc_provider_get(m->data->classifier, (uint16_t)id);

    return names[p == NULL || (unsigned)p->kind >= 5 ? 0 : p->kind];
}

static void top_cause(struct bnc_value *v, const struct bnc_provider_total *p)
{
    uint64_t most = 0;

    v->unset = true;
    for (int c = 0; c < BNC_N_CAUSES; c++)
        if (p->cause[c] + p->cause[BNC_N_CAUSES + c] > most) {
            most = p->cause[c] + p->cause[BNC_N_CAUSES + c];
            word(v, bnc_causes[c].name);
            v->unset = false;
        }
}

static void provider_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const uint32_t id = m->providers[i];
    const struct bnc_provider_total *p = &m->tally->providers[id];

    word(v++, bnc_model_provider_title(m, id));
    word(v++, bnc_model_provider_name(m, id));
    word(v++, provider_kind(m, id));
    count(v++, p->domains);
    put_events(v, p->n);
    v += N_EVENT_COLS;
    count(v++, p->recipients_failed);
    for (int s = 0; s < BNC_N_SIDES; s++)
        count(v++, m->provider_side[id][s]);
    top_cause(v++, p);
    count(v++, bnc_failures(p->by_marker));
    put_rates(v, m->judged->provider, id);
    v += N_RATE_COLS;
    change(v++, rate_of(m->judged->provider, id, BNC_METRIC_BOUNCE_RATE),
           m->judged->has_baseline ? rate_of(m->judged->baseline_provider, id, BNC_METRIC_BOUNCE_RATE) : NULL);
}

static const struct bnc_column pair_cols[] = {
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates the mailboxes." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why it failed." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The side at fault by default for the cause." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients." },
};

static size_t n_pairs(const struct bnc_model *m) { return m->n_pairs; }

static void pair_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_pair x = m->pairs[i];
    const struct bnc_provider_total *p = &m->tally->providers[x.provider];

    word(v++, bnc_model_provider_title(m, x.provider));
    word(v++, bnc_causes[x.cause].name);
    word(v++, bnc_side_names[bnc_causes[x.cause].side]);
    count(v++, p->cause[x.cause]);
    count(v++, p->cause[BNC_N_CAUSES + x.cause]);
    count(v++, p->cause_recipients[x.cause]);
}

/* ---- limits ---- */

static const struct bnc_column limit_cols[] = {
    { "who", "Who", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose limit it is." },
    { "metric", "Metric", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What is limited." },
    { "rate", "This period", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "The value by the limit's own numerator and denominator." },
    { "warn", "Warning", BNC_VALUE_SHARE, 0, NULL, "Where the publisher begins to warn; null: no such level." },
    { "limit", "Limit", BNC_VALUE_SHARE, BNC_USE_BOTH, NULL, "The published limit." },
    { "headroom", "Headroom", BNC_VALUE_INTEGER, BNC_USE_BOTH, "events", "Events until the limit; negative: over it; null where it is not a count." },
    { "scope", "Measured over", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the limit is about." },
    { "consequence", "Consequence", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What happens beyond it." },
    { "source", "Source", BNC_VALUE_PROSE, 0, NULL, "Where the limit is published." },
};

static size_t n_limits(const struct bnc_model *m) { return m->judged->n_limits; }

static void limit_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_limit_row *l = &m->judged->limits[m->limits[i]];

    word(v++, l->who);
    word(v++, l->metric);
    rate(v++, &l->rate);
    level(v++, l->rate.warn);
    level(v++, l->rate.limit);
    v->integer = l->headroom;
    v++->unset = l->headroom == INT64_MAX || l->rate.den == 0;
    prose(v++, l->scope);
    prose(v++, l->consequence);
    prose(v++, l->source);
}

/* ---- domains ---- */

static const struct bnc_column domain_cols[] = {
    { "domain", "Domain", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Recipient domain, lower-case; empty where unknown." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates its mailboxes." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "domain_wide where the domain itself fails; null without failures." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The cause of most failing recipients." },
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients with a bounce or deferral." },
    { "recipients_bounced", "Recipients bounced", BNC_VALUE_COUNT, 0, "recipients", "Distinct recipients with a bounce." },
    { "recipients_delivered", "Recipients delivered", BNC_VALUE_COUNT, BNC_USE_PAGE, "recipients", "Distinct recipients delivered to, estimated." },
    COL_EVENTS(BNC_USE_BOTH),
    COL_RATES,
    COL_SEEN,
};

static size_t n_domains(const struct bnc_model *m) { return m->n_domains; }

static void domain_cause(const struct bnc_model *m, const struct bnc_domain *d, struct bnc_value *v)
{
    uint64_t most = 0;

    v->unset = true;
    for (uint32_t k = d->cause_at; k < d->cause_at + d->n_causes; k++) {
        const struct bnc_domain_cause *c = &m->tally->domain_causes[k];

        if (c->recipients > most) {
            most = c->recipients;
            word(v, bnc_causes[c->cause].name);
            v->unset = false;
        }
    }
}

static void domain_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const uint32_t at = m->domains[i];
    const struct bnc_domain *d = &m->tally->domains[at];

    text(v++, d->name);
    word(v++, bnc_model_provider_title(m, d->provider));
    v->unset = m->judged->domain_scope == NULL || bnc_failures(d->n) == 0;
    word(v, v->unset ? "" : bnc_scope_names[m->judged->domain_scope[at]]);
    v++;
    domain_cause(m, d, v++);
    count(v++, d->recipients_failed);
    count(v++, d->recipients_bounced);
    count(v++, d->recipients_delivered);
    put_events(v, d->n);
    v += N_EVENT_COLS;
    put_rates(v, m->judged->domain, at);
    v += N_RATE_COLS;
    moment(v++, d->first);
    moment(v++, d->last);
}

static const struct bnc_column domain_cause_cols[] = {
    { "domain", "Domain", BNC_VALUE_NAME, 0, NULL, "Recipient domain." },
    { "cause", "Cause", BNC_VALUE_WORD, 0, NULL, "Why it failed." },
    { "type", "Type", BNC_VALUE_WORD, 0, NULL, "bounce or deferral." },
    { "explicit_domain", "Explicit", BNC_VALUE_FLAG, 0, NULL, "A reply said so of the whole domain." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, 0, "recipients", "Distinct recipients." },
    { "events", "Events", BNC_VALUE_COUNT, 0, "events", "Failures." },
    { "template", "Response", BNC_VALUE_WORD, 0, NULL, "The response that most of them got: id of a row of templates." },
    COL_SEEN,
};

static size_t n_domain_causes(const struct bnc_model *m) { return m->tally->n_domain_causes; }

static void domain_cause_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_domain_cause *c = &m->tally->domain_causes[i];

    text(v++, m->tally->domains[c->domain].name);
    word(v++, bnc_causes[c->cause].name);
    word(v++, bnc_event_names[c->type]);
    flag(v++, c->explicit_domain);
    count(v++, c->recipients);
    count(v++, c->events);
    if (c->top_template < m->tally->n_templates)
        template_id(v, m->tally->templates[c->top_template].key);
    else
        v->unset = true;
    v++;
    moment(v++, c->first);
    moment(v++, c->last);
}

/* ---- codes and causes ---- */

static const struct bnc_column code_cols[] = {
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_BOTH, NULL, "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Enhanced status code; null if none." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures", "Share of all bounces and deferrals." },
    { "templates", "Responses", BNC_VALUE_COUNT, BNC_USE_PAGE, "templates", "Different masked responses with this code." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The cause of most failures with this code." },
    { "top_cause_events", "Of these", BNC_VALUE_COUNT, BNC_USE_PAGE, "events", "Failures of the top cause." },
};

static size_t n_codes(const struct bnc_model *m) { return m->n_codes; }

static void code_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_code_sum *c = &m->codes[i];

    reply(v++, c->reply);
    enhanced(v++, c->enhanced);
    count(v++, c->bounces);
    count(v++, c->deferrals);
    share(v++, c->bounces + c->deferrals, m->failures);
    count(v++, c->templates);
    word(v++, bnc_causes[c->cause].name);
    count(v++, c->cause_n);
}

static const struct bnc_column cause_cols[] = {
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why it failed." },
    { "group", "Group", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Family of the cause." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The side at fault by default for the cause." },
    { "action", "Action", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What to do by default." },
    { "priority", "Priority", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "How urgent by default." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures", "Share of all bounces and deferrals." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the cause is." },
};

static size_t n_causes(const struct bnc_model *m) { return m->n_causes; }

static void cause_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const int c = m->causes[i];

    word(v++, bnc_causes[c].name);
    word(v++, bnc_group_names[bnc_causes[c].group]);
    word(v++, bnc_side_names[bnc_causes[c].side]);
    word(v++, bnc_action_names[bnc_causes[c].action]);
    word(v++, bnc_priority_names[bnc_causes[c].priority]);
    count(v++, m->bounce_cause[c]);
    count(v++, m->deferral_cause[c]);
    share(v++, m->bounce_cause[c] + m->deferral_cause[c], m->failures);
    prose(v++, bnc_causes[c].meaning);
}

/* ---- response templates ---- */

static const struct bnc_column template_cols[] = {
    { "id", "Id", BNC_VALUE_WORD, 0, NULL, "Fingerprint of the response with its codes, provider and label." },
    { "response", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "The response with ids, addresses, numbers, URLs and hosts as *." },
    { "type", "Type", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Event type." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows that carried it." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients." },
    { "domains", "Domains", BNC_VALUE_COUNT, 0, "domains", "Distinct recipient domains." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Who said so." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_PAGE, NULL, "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Enhanced status code; null if none." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The verdict." },
    { "duration", "Duration", BNC_VALUE_WORD, 0, NULL, "temporary or permanent." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "action", "Action", BNC_VALUE_WORD, 0, NULL, "What to do." },
    { "priority", "Priority", BNC_VALUE_WORD, 0, NULL, "How urgent." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_PAGE, "percent", "How sure the verdict is, 0 to 100." },
    { "rule", "Rule", BNC_VALUE_NAME, BNC_USE_PAGE, NULL, "The rule that decided; null: nothing matched." },
    { "rule_source", "Rule source", BNC_VALUE_PROSE, 0, NULL, "Where the rule comes from." },
    { "blocklist", "Block list", BNC_VALUE_WORD, 0, NULL, "The block list named." },
    { "mechanism", "Mechanism", BNC_VALUE_WORD, 0, NULL, "The authentication mechanism that failed." },
    { "label", "ESP label", BNC_VALUE_NAME, 0, NULL, "What the ESP calls it." },
    COL_SEEN,
    { "example_input", "Example: input", BNC_VALUE_NAME, 0, NULL, "Where to find one; null where inputs have no names." },
    { "example_row", "Example: row", BNC_VALUE_COUNT, 0, "row", "Row in that input." },
    { "example_byte", "Example: byte", BNC_VALUE_COUNT, 0, "byte", "Offset of the row in the uncompressed input." },
};

static void source(const struct bnc_model *m, struct bnc_value *v, uint32_t at)
{
    text(v, bnc_model_source(m, at));
    v->unset = v->text.len == 0;
}

static size_t n_templates(const struct bnc_model *m) { return m->tally->n_templates; }

static void optional(struct bnc_value *v, const char *s)
{
    v->unset = s == NULL;
    word(v, s == NULL ? "" : s);
}

static void verdict_words(const struct bnc_template *t, struct bnc_value *v)
{
    const struct bnc_verdict *x = &t->verdict;

    word(v++, bnc_causes[x->cause].name);
    word(v++, bnc_duration_names[x->duration]);
    word(v++, bnc_side_names[x->side]);
    word(v++, bnc_action_names[x->action]);
    word(v++, bnc_priority_names[x->priority]);
    count(v++, x->confidence);
    text(v, t->rule);
    v++->unset = t->rule.len == 0;
    text(v, t->rule_source);
    v++->unset = t->rule_source.len == 0;
    optional(v++, x->blocklist == 0 ? NULL : bnc_blocklist_name(x->blocklist));
    optional(v++, x->mechanism == BNC_MECH_NONE ? NULL : bnc_mechanism_names[x->mechanism]);
}

static void template_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_template *t = &m->tally->templates[i];

    template_id(v++, t->key);
    text(v++, t->text);
    word(v++, bnc_event_names[t->type]);
    count(v++, t->n);
    count(v++, t->recipients);
    count(v++, t->domains);
    word(v++, bnc_model_provider_title(m, t->verdict.provider));
    reply(v++, t->verdict.reply);
    enhanced(v++, t->verdict.enhanced);
    verdict_words(t, v);
    v += 10;
    text(v++, t->label);
    moment(v++, t->first);
    moment(v++, t->last);
    source(m, v++, t->example.source);
    count(v++, t->example.row);
    count(v++, t->example.off);
}

/* ---- campaigns, sending IPs, sender domains, days ---- */

#define SUBJECT_COLS(key, title, about, use_rates) \
    { key, title, BNC_VALUE_NAME, BNC_USE_BOTH, NULL, about }, \
    COL_EVENTS(BNC_USE_BOTH), \
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, use_rates, "recipients", "Distinct recipients with a bounce or deferral; 0 where not counted." }, \
    COL_RATES, COL_SEEN

static const struct bnc_column campaign_cols[] = { SUBJECT_COLS("campaign", "Campaign", "Campaign, job or tag; the sending day where the export has none.", BNC_USE_PAGE) };
static const struct bnc_column ip_cols[] = { SUBJECT_COLS("sending_ip", "Sending IP", "Address we sent from; empty where the row names none.", 0) };
static const struct bnc_column sender_cols[] = { SUBJECT_COLS("sender_domain", "Sender domain", "Domain of our sender address; empty where the row names none.", 0) };
static const struct bnc_column day_cols[] = { SUBJECT_COLS("day", "Day (UTC)", "Calendar day, UTC; empty for rows without a time.", BNC_USE_PAGE) };

static void subject_row(const struct bnc_model *m, enum bnc_kind kind, size_t i, struct bnc_value *v)
{
    const uint32_t at = m->subject[kind][i];
    const struct bnc_subject *s = &m->tally->subject[kind][at];

    text(v++, s->name);
    put_events(v, s->n);
    v += N_EVENT_COLS;
    count(v++, s->recipients_failed);
    put_rates(v, m->judged->subject[kind], at);
    v += N_RATE_COLS;
    moment(v++, s->first);
    moment(v++, s->last);
}

static size_t n_days(const struct bnc_model *m) { return m->tally->n_subjects[BNC_KIND_DAY]; }
static size_t n_campaigns(const struct bnc_model *m) { return m->tally->n_subjects[BNC_KIND_CAMPAIGN]; }
static size_t n_ips(const struct bnc_model *m) { return m->tally->n_subjects[BNC_KIND_SENDING_IP]; }
static size_t n_senders(const struct bnc_model *m) { return m->tally->n_subjects[BNC_KIND_SENDER_DOMAIN]; }
static void day_row(const struct bnc_model *m, size_t i, struct bnc_value *v) { subject_row(m, BNC_KIND_DAY, i, v); }
static void campaign_row(const struct bnc_model *m, size_t i, struct bnc_value *v) { subject_row(m, BNC_KIND_CAMPAIGN, i, v); }
static void ip_row(const struct bnc_model *m, size_t i, struct bnc_value *v) { subject_row(m, BNC_KIND_SENDING_IP, i, v); }
static void sender_row(const struct bnc_model *m, size_t i, struct bnc_value *v) { subject_row(m, BNC_KIND_SENDER_DOMAIN, i, v); }

/* ---- contradictions ---- */

static const struct bnc_column contradiction_cols[] = {
    { "format", "Export", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Export format." },
    { "label", "ESP label", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "What the ESP calls it." },
    { "hardness", "ESP says", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "hard, soft or unknown by the ESP's label." },
    { "cause", "We say", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Cause by response." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Side at fault of the cause." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows that disagree." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients." },
    { "lost_for_nothing", "Lost for nothing", BNC_VALUE_FLAG, BNC_USE_BOTH, NULL, "The ESP calls it hard, and it is not the recipient's doing." },
    { "kept_though_dead", "Kept though dead", BNC_VALUE_FLAG, BNC_USE_BOTH, NULL, "The ESP calls it soft, and the address is dead." },
};

static size_t n_contradictions(const struct bnc_model *m) { return m->judged->n_contradictions; }

static void contradiction_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    static const char *const hardness[] = { "none", "hard", "soft", "unknown" };
    const struct bnc_contradiction_row *c = &m->judged->contradictions[i];

    text(v++, c->format);
    text(v++, c->label);
    word(v++, hardness[c->hardness]);
    word(v++, bnc_causes[c->cause].name);
    word(v++, bnc_side_names[bnc_causes[c->cause].side]);
    count(v++, c->events);
    count(v++, c->recipients);
    flag(v++, c->lost_for_nothing);
    flag(v++, c->kept_though_dead);
}

/* ---- unknown responses, as rows of a rule file ---- */

static const struct bnc_column unknown_cols[] = {
    { "fragment", "Fragment for a rule", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "The longest fixed part of the response: the text to match." },
    { "language", "Language", BNC_VALUE_WORD, 0, NULL, "Left empty." },
    { "cause", "Cause", BNC_VALUE_WORD, 0, NULL, "To be filled in." },
    { "specificity", "Specificity", BNC_VALUE_COUNT, 0, NULL, "5: wins over general phrases." },
    { "example", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "The whole masked response." },
    { "source", "Source", BNC_VALUE_WORD, 0, NULL, "Where the rule comes from." },
    { "confidence", "Confidence", BNC_VALUE_WORD, 0, NULL, "How well it is supported." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows it would decide." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients", "Distinct recipients." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_BOTH, NULL, "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Enhanced status code; null if none." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Who said so, as rule files name it; null: the rule holds for all." },
};

static size_t n_unknown(const struct bnc_model *m) { return m->n_unknown; }

/* The longest run between masks, with blanks and punctuation off its ends. */
static struct bnc_span longest_literal(struct bnc_span s)
{
    struct bnc_span best = bnc_span_from("", 0);
    size_t from = 0;

    for (size_t i = 0; i <= s.len; i++)
        if (i == s.len || s.at[i] == '*' || s.at[i] == '\n') {
            const struct bnc_span run = bnc_span_trim(bnc_span_from(s.at + from, i - from));

            if (run.len > best.len)
                best = run;
            from = i + 1;
        }
    return best;
}

static void unknown_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_template *t = &m->tally->templates[m->unknown[i]];

    text(v++, longest_literal(t->text));
    word(v++, "");
    word(v++, "unknown");
    count(v++, 5);
    text(v++, t->text);
    word(v++, "user");
    word(v++, "observed");
    count(v++, t->n);
    count(v++, t->recipients);
    reply(v++, t->verdict.reply);
    enhanced(v++, t->verdict.enhanced);
    word(v, t->verdict.provider == 0 ? "" : bnc_model_provider_name(m, t->verdict.provider));
    v->unset = t->verdict.provider == 0;
}

/* ---- data quality ---- */

static const struct bnc_column kind_cols[] = {
    { "kind", "Kind of row", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What became of rows; all but extra_event add up to read and extra_event." },
    { "rows", "Rows", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows", "How many." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of rows read", "Share of rows read." },
};

/* The event kinds in the order of enum bnc_event_type, then what yields no event. */
#define N_MORE_KINDS 7
#define N_ROW_KINDS (BNC_N_EVENTS + N_MORE_KINDS)

static size_t n_row_kinds(const struct bnc_model *m) { (void)m; return N_ROW_KINDS; }

static void kind_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_tally *t = m->tally;
    const struct { const char *name; uint64_t n; } more[N_MORE_KINDS] = {
        { "malformed", t->malformed }, { "repeated_header", t->repeated_headers }, { "duplicate", t->duplicates },
        { "late", t->late }, { "filtered", t->filtered }, { "extra_event", t->extra_events }, { "read", t->rows }
    };
    const uint64_t n = i < BNC_N_EVENTS ? t->n[i] : more[i - BNC_N_EVENTS].n;

    word(v++, i < BNC_N_EVENTS ? bnc_event_names[i] : more[i - BNC_N_EVENTS].name);
    count(v++, n);
    share(v++, n, t->rows);
}

static const struct bnc_column input_cols[] = {
    { "input", "Input", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Name as given." },
    { "format", "Format", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Export format recognized." },
    { "vendor", "Vendor", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Whose export it is." },
    { "container", "Container", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "plain, gzip, zstd or zip." },
    { "encoding", "Encoding", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Text encoding." },
    { "delimiter", "Delimiter", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Field delimiter." },
    { "rows", "Rows", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows", "Rows read." },
    { "bytes", "Bytes", BNC_VALUE_COUNT, BNC_USE_PAGE, "bytes", "Uncompressed bytes read." },
    { "fault", "Fault", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "Why it was not read to its end; null: it was." },
};

static size_t n_inputs(const struct bnc_model *m) { return m->data->n_inputs; }

static void input_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_report_input *in = &m->data->inputs[i];

    text(v++, bnc_span_str(in->name == NULL ? "" : in->name));
    optional(v++, in->format);
    optional(v++, in->vendor);
    optional(v++, in->container);
    optional(v++, in->encoding);
    if (in->delim == '\t')
        word(v, "tab");
    else if (in->delim == '\0')
        v->unset = true;
    else
        small(v, "%c", in->delim);
    v++;
    count(v++, in->rows);
    count(v++, in->bytes);
    prose(v++, in->fault);
}

static const struct bnc_column fault_cols[] = {
    { "reason", "Reason", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why a row yields no event." },
    { "rows", "Rows of this reason", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows", "All rows with this reason, not only the places shown." },
    { "input", "Input", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Where one of the first is." },
    { "row", "Row", BNC_VALUE_COUNT, BNC_USE_BOTH, "row", "Row in that input." },
    { "byte", "Byte", BNC_VALUE_COUNT, BNC_USE_BOTH, "byte", "Offset of the row in the uncompressed input." },
};

static size_t n_faults(const struct bnc_model *m) { return m->n_faults; }

static void fault_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_fault_total *f = &m->tally->faults[m->faults[i].fault];
    const struct bnc_place *p = &f->first[m->faults[i].at];

    word(v++, bnc_fault_names[m->faults[i].fault]);
    count(v++, f->n);
    source(m, v++, p->source);
    count(v++, p->row);
    count(v++, p->off);
}

static const struct { const char *name, *meaning; } doubts[] = {      /* bits of enum bnc_event_flag, from the lowest */
    { "bad_time", "The time can't be read; the event counts without one." },
    { "mangled_code", "A spreadsheet spoilt a code column; it is not believed." },
    { "pseudo_code", "A code column holds a number that is no SMTP reply." },
    { "opaque_address", "A hash stands for the recipient." },
    { "invalid_address", "The recipient is no address, and the format says so." },
};

static const struct bnc_column doubt_cols[] = {
    { "doubt", "Doubt", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What is doubtful about events that count nevertheless." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "How many." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What was done about it." },
};

static size_t n_doubts(const struct bnc_model *m) { (void)m; return sizeof doubts / sizeof doubts[0]; }

static void doubt_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    word(v++, doubts[i].name);
    count(v++, m->tally->flagged[i]);
    prose(v++, doubts[i].meaning);
}

/* ---- thresholds of ours ---- */

static const struct bnc_column threshold_cols[] = {
    { "threshold", "Threshold", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What is judged." },
    { "warn", "Warn", BNC_VALUE_NUMBER, BNC_USE_BOTH, NULL, "From here on a warning; null: no such level." },
    { "limit", "Limit", BNC_VALUE_NUMBER, BNC_USE_BOTH, NULL, "From here on a breach, or the number itself; null: none." },
    { "unit", "Unit", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Unit of both." },
    { "scope", "Measured", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What is measured." },
    { "consequence", "Leads to", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What it decides." },
    { "source", "Source", BNC_VALUE_PROSE, 0, NULL, "Why this number." },
};

/* Ours are one block of the table. */
static const struct bnc_threshold *own_thresholds(size_t *n)
{
    size_t from = 0;

    while (from < bnc_n_thresholds && strcmp(bnc_thresholds[from].who, "default") != 0)
        from++;
    for (*n = 0; from + *n < bnc_n_thresholds && strcmp(bnc_thresholds[from + *n].who, "default") == 0; )
        ++*n;
    return bnc_thresholds + from;
}

static size_t n_thresholds(const struct bnc_model *m)
{
    size_t n;

    (void)m;
    (void)own_thresholds(&n);
    return n;
}

static void number(struct bnc_value *v, double x, double unit)
{
    v->unset = x < 0;
    v->share = x < 0 ? 0 : x * unit;
}

static void threshold_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    size_t n;
    const struct bnc_threshold *t = own_thresholds(&n) + i;
    const double unit = strcmp(t->unit, "percent") == 0 ? 100 : 1;

    (void)m;
    word(v++, t->metric);
    number(v++, t->warn, unit);
    number(v++, t->limit, unit);
    word(v++, t->unit);
    prose(v++, t->scope);
    prose(v++, t->consequence);
    prose(v++, t->source);
}

/* ---- method ---- */

static const struct bnc_column method_cols[] = {
    { "term", "Term", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The word defined." },
    { "definition", "Definition", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What it means in this report." },
};

static const struct { const char *term, *definition; } methods[] = {
    { "attempted", "Delivered and bounced: one final outcome per message and recipient. A retry is no new attempt, a suppressed row none. Where the "
      "input has sent rows instead of deliveries, the larger of sent and delivered plus bounced." },
    { "bounce_rate", "Bounced of attempted. A bounce reported after delivery moves its message from delivered to bounced; failures that carry a message "
      "id count once per message and recipient." },
    { "hard_bounce_rate", "Only permanent failures of the address itself (what ESPs limit), of attempted." },
    { "complaint_rate", "Complaints of delivered, only where the provider sends complaints back." },
    { "deferral_rate", "Recipients deferred at least once, of attempted recipients." },
    { "interval", "95 % Wilson score interval of a rate." },
    { "judgement", "ok: the whole interval is below the warning; watch: above the warning; breach: the whole interval is above the limit; inconclusive: the "
      "interval straddles it; too_few: below the minimum volume; none: no limit applies." },
    { "side", "Who must act: recipient, recipient_domain, provider, sender (us), network, esp, unknown. The response text decides before the enhanced "
      "code, that before the reply code, all three before the ESP's label." },
    { "scope", "recipient_local: one mailbox; domain_wide: most recipients of the domain fail, or a reply says so of the domain; provider_wide: the same "
      "cause at many domains of one provider; sender_wide: the same cause at several unrelated providers." },
    { "template", "A response with ids, addresses, IPs, numbers, URLs and host names masked as *." },
    { "recipients", "Distinct recipients among failures; recipients delivered to are estimated by linear counting." },
    { "rows", "Rows read, and extra events, are delivered, bounced, deferred, suppressed, complaints, sent, other, malformed, repeated headers, duplicates, late and filtered. A "
      "late row reports a bounce of a message that was reported as delivered before; an extra event is one beyond the first of a row that lists several recipients." },
    { "version", "bounce-analyzer " BNC_VERSION ", knowledge tables of " BNC_RULES_VERSION "." },
    { "privacy", "Addresses are not in this report unless asked for by --show full; responses are masked." },
};

static size_t n_methods(const struct bnc_model *m)
{
    return sizeof methods / sizeof methods[0] + (m->data->rules_name != NULL ? 1 : 0);
}

static void method_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    if (i < sizeof methods / sizeof methods[0]) {
        word(v++, methods[i].term);
        prose(v, methods[i].definition);
        return;
    }
    word(v++, "rules");
    small(v, "user rules, fingerprint %016llx", (unsigned long long)m->data->rules_hash);
}

/* ---- the table ---- */

#define COLS(c) c, sizeof c / sizeof c[0]

const struct bnc_section bnc_sections[] = {
    { "verdicts", "Verdicts", "What happened, since when, on whose side, and what to do first.", "no finding", COLS(verdict_cols), n_findings, verdict_row, true, false },
    { "rates", "Headline rates", "Each rate of the whole input with its numerator, denominator and 95 % interval.", "no rates", COLS(rate_cols), n_metrics, rate_row, true, false },
    { "sides", "Whose side", "All failures by the side at fault, most first.", "no failures", COLS(side_cols), n_sides, side_row, true, false },
    { "providers", "Providers", "Mailbox providers and gateways, most failures first.", "no events", COLS(provider_cols), n_providers, provider_row, true, false },
    { "provider_causes", "Providers by cause", "Failures of each provider by cause.", "no failures", COLS(pair_cols), n_pairs, pair_row, true, false },
    { "findings", "Findings", "Everything found, ranked by severity and by the recipients that a fix would win back.", "nothing found", COLS(finding_cols), n_findings, finding_row, true, false },
    { "limits", "Limits and headroom", "Published limits of providers and ESPs against this period; what is over a limit or near it first.", "no limit applies", COLS(limit_cols), n_limits, limit_row, true, false },
    { "domains", "Domains", "Recipient domains: those that fail as a whole first, then by failing recipients.", "no domains", COLS(domain_cols), n_domains, domain_row, true, true },
    { "domain_causes", "Domains by cause", "Failures of each domain by cause and type.", "no failures", COLS(domain_cause_cols), n_domain_causes, domain_cause_row, false, true },
    { "codes", "Codes", "SMTP reply and enhanced status codes of failures, most first.", "no failures", COLS(code_cols), n_codes, code_row, true, false },
    { "causes", "Causes", "Why messages failed, most first.", "no failures", COLS(cause_cols), n_causes, cause_row, true, false },
    { "templates", "Responses", "What servers said, with variable parts masked; most recipients first.", "no responses", COLS(template_cols), n_templates, template_row, true, false },
    { "campaigns", "Campaigns", "Campaigns, most failures first.", "the input names no campaigns", COLS(campaign_cols), n_campaigns, campaign_row, true, false },
    { "sending_ips", "Sending IPs", "Addresses we sent from, most failures first.", "the input names no sending IPs", COLS(ip_cols), n_ips, ip_row, true, false },
    { "sender_domains", "Sender domains", "Domains we sent as, most failures first.", "the input names no senders", COLS(sender_cols), n_senders, sender_row, true, false },
    { "days", "Days", "Events by day.", "the input has no dates", COLS(day_cols), n_days, day_row, true, false },
    { "contradictions", "ESP label against response", "Where the ESP's label and the server's own words disagree.", "no contradictions", COLS(contradiction_cols), n_contradictions, contradiction_row, true, false },
    { "unknown", "Unknown responses", "Responses that no rule decides, heaviest first, as rows for a rule file: fill in the cause.", "every response was decided", COLS(unknown_cols), n_unknown, unknown_row, true, false },
    { "rows", "Rows by kind", "What became of every row read: the kinds add up to the rows read, and to the events beyond the first that some rows hold.", "no rows", COLS(kind_cols), n_row_kinds, kind_row, true, false },
    { "inputs", "Inputs", "What was read, and how.", "no inputs are named", COLS(input_cols), n_inputs, input_row, true, false },
    { "malformed", "Rows without an event", "Malformed rows and repeated headers: reason and first places.", "none", COLS(fault_cols), n_faults, fault_row, true, false },
    { "doubts", "Doubtful events", "Events that count although something about them is doubtful.", "none", COLS(doubt_cols), n_doubts, doubt_row, true, false },
    { "thresholds", "Thresholds", "The numbers that judgements and findings rest on, with those that options can set.", "none", COLS(threshold_cols), n_thresholds, threshold_row, true, false },
    { "method", "Method", "What the words mean.", "", COLS(method_cols), n_methods, method_row, true, false },
};
const size_t bnc_n_sections = sizeof bnc_sections / sizeof bnc_sections[0];

bool bnc_column_on_page(const struct bnc_column *c, const struct bnc_model *m)
{
    return (c->use & BNC_USE_PAGE) && (!(c->use & BNC_USE_BASELINE) || m->judged->has_baseline);
}

const struct bnc_section *bnc_section_find(const char *id)
{
    for (size_t i = 0; i < bnc_n_sections; i++)
        if (strcmp(bnc_sections[i].id, id) == 0)
            return &bnc_sections[i];
    return NULL;
}

void bnc_section_row(const struct bnc_section *s, const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    for (size_t c = 0; c < s->n_cols; c++) {
        v[c].unset = false;
        v[c].text = bnc_span_from("", 0);
        v[c].n_list = 0;
    }
    s->row(m, i, v);
}
