/* SPDX-License-Identifier: MIT
 * section_failures.c - sections of what was counted: by side, provider, domain, code, campaign,
 * day.
 */
#include "report/section_parts.h"
#include "util/prefetch.h"
#include "util/slices.h"

/* ---- sides ---- */

static const struct bnc_column side_cols[] = {
    { "side", "Side at fault", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "Whose doing the failures are." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures",
      "Share of all bounces and deferrals." },
};

static size_t n_sides(const struct bnc_model *m)
{
    return m->n_sides;
}

static void side_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const int s = m->sides[i];

    put_word(v++, bnc_side_names[s]);
    put_count(v++, m->bounce_side[s]);
    put_count(v++, m->deferral_side[s]);
    put_share(v++, m->bounce_side[s] + m->deferral_side[s], m->failures);
}

const struct bnc_section bnc_section_sides = {
    .id = "sides",
    .title = "Whose side",
    .about = "All failures by the side at fault, most first.",
    .rest = "no failures",
    COLS(side_cols),
    .count = n_sides,
    .row = side_row,
    .page = true,
};

/* ---- providers ---- */

static const struct bnc_column provider_cols[] = {
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates the mailboxes." },
    { "name", "Name", BNC_VALUE_WORD, 0, NULL, "The word for --provider." },
    { "kind", "Kind", BNC_VALUE_WORD, 0, NULL, "mailbox, gateway, mta, esp or other." },
    { "domains", "Domains", BNC_VALUE_COUNT, 0, "domains", "Distinct recipient domains." },
    COL_EVENTS(BNC_USE_BOTH),
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients with a bounce or deferral." },
    { "recipient", "Recipient", BNC_VALUE_COUNT, 0, "events", "Failures on the recipient's side." },
    { "recipient_domain", "Their domain", BNC_VALUE_COUNT, 0, "events",
      "Failures on the recipient domain's side." },
    { "provider_side", "Provider's", BNC_VALUE_COUNT, 0, "events",
      "Failures on the provider's side." },
    { "sender", "Ours", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Failures on our side." },
    { "network", "Network", BNC_VALUE_COUNT, 0, "events", "Failures on the network's side." },
    { "esp", "ESP", BNC_VALUE_COUNT, 0, "events", "Failures on the ESP's side." },
    { "unknown", "Unknown", BNC_VALUE_COUNT, 0, "events",
      "Failures whose side could not be decided." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The cause of most of its failures." },
    { "by_marker", "By text only", BNC_VALUE_COUNT, 0, "events",
      "Failures known to be the provider's from the reply text only: no deliveries stand against "
      "them." },
    COL_RATES,
    { "bounce_rate_change", "Change of bounce rate", BNC_VALUE_CHANGE,
      BNC_USE_PAGE | BNC_USE_BASELINE, NULL,
      "Bounce rate less that of the baseline; null where either is not known." },
};

static size_t n_providers(const struct bnc_model *m)
{
    return m->n_providers;
}

static const char *provider_kind(const struct bnc_model *m, uint32_t id)
{
    static const char *const names[] = { "other", "mailbox", "gateway", "mta", "esp" };
    const struct bnc_provider *p = id == 0 || m->data->classifier == NULL
                                       ? NULL
                                       : bnc_provider_get(m->data->classifier, (uint16_t)id);

    return names[p == NULL || (unsigned)p->kind >= 5 ? 0 : p->kind];
}

static void top_cause(struct bnc_value *v, const struct bnc_provider_total *p)
{
    uint64_t most = 0;

    put_none(v);
    for (int c = 0; c < BNC_N_CAUSES; c++)
        if (p->cause[c] + p->cause[BNC_N_CAUSES + c] > most) {
            most = p->cause[c] + p->cause[BNC_N_CAUSES + c];
            put_word(v, bnc_causes[c].name);
        }
}

static void provider_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const uint32_t id = m->providers[i];
    const struct bnc_provider_total *p = &m->tally->providers[id];

    put_word(v++, bnc_model_provider_title(m, id));
    put_word(v++, bnc_model_provider_name(m, id));
    put_word(v++, provider_kind(m, id));
    put_count(v++, p->domains);
    put_events(v, p->n);
    v += N_EVENT_COLS;
    put_count(v++, p->recipients_failed);
    for (int s = 0; s < BNC_N_SIDES; s++)
        put_count(v++, m->provider_side[id][s]);
    top_cause(v++, p);
    put_count(v++, bnc_failures(p->by_marker));
    put_rates(v, m->judged->provider, id);
    v += N_RATE_COLS;
    put_change(v++, rate_of(m->judged->provider, id, BNC_METRIC_BOUNCE_RATE),
           m->judged->has_baseline
               ? rate_of(m->judged->baseline_provider, id, BNC_METRIC_BOUNCE_RATE)
               : NULL);
}

static const struct bnc_column pair_cols[] = {
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates the mailboxes." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why it failed." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The side at fault by default for the cause." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_PAGE, NULL,
      "provider_wide or sender_wide where an incident explains it; null: no wider than its "
      "domains." },
};

static size_t n_pairs(const struct bnc_model *m)
{
    return m->n_pairs;
}

/* A scope wider than single domains, or nothing. */
static void wide_scope(struct bnc_value *v, unsigned x)
{
    put_optional(v, x < BNC_SCOPE_PROVIDER_WIDE ? NULL : bnc_scope_names[x]);
}

static void pair_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_pair x = m->pairs[i];
    const struct bnc_provider_total *p = &m->tally->providers[x.provider];

    put_word(v++, bnc_model_provider_title(m, x.provider));
    put_word(v++, bnc_causes[x.cause].name);
    put_word(v++, bnc_side_names[bnc_causes[x.cause].side]);
    put_count(v++, p->cause[x.cause]);
    put_count(v++, p->cause[BNC_N_CAUSES + x.cause]);
    put_count(v++, p->cause_recipients[x.cause]);
    wide_scope(v++, m->judged->provider_scope == NULL
                        ? BNC_SCOPE_RECIPIENT_LOCAL
                        : m->judged->provider_scope[x.provider][x.cause]);
}

const struct bnc_section bnc_section_providers = {
    .id = "providers",
    .title = "Providers",
    .about = "Mailbox providers and gateways, most failures first.",
    .rest = "no events",
    COLS(provider_cols),
    .count = n_providers,
    .row = provider_row,
    .page = true,
};
const struct bnc_section bnc_section_provider_causes = {
    .id = "provider_causes",
    .title = "Providers by cause",
    .about = "Failures of each provider by cause.",
    .rest = "no failures",
    COLS(pair_cols),
    .count = n_pairs,
    .row = pair_row,
    .page = true,
};

/* ---- domains ---- */

static const struct bnc_column domain_cols[] = {
    { "domain", "Domain", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "Recipient domain, lower-case; empty where unknown." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates its mailboxes." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "domain_wide where the domain itself fails, else the scope of what most of its failing "
      "recipients met; null without failures." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH | BNC_NOT_JSON, NULL,
      "The cause of most failing recipients." },
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients with a bounce or deferral." },
    { "recipients_bounced", "Recipients bounced", BNC_VALUE_COUNT, 0, "recipients",
      "Distinct recipients with a bounce." },
    { "recipients_delivered", "Recipients delivered", BNC_VALUE_COUNT, BNC_USE_PAGE, "recipients",
      "Distinct recipients delivered to, estimated." },
    COL_EVENTS(BNC_USE_BOTH),
    { "bounce_causes", "Bounced by cause", BNC_VALUE_CAUSE_COUNTS, BNC_ONLY_JSON, "events",
      "Bounces by cause: a member for each cause, adding up to bounces." },
    { "deferral_causes", "Deferred by cause", BNC_VALUE_CAUSE_COUNTS, BNC_ONLY_JSON, "events",
      "Deferrals by cause, likewise." },
    { "causes", "Causes", BNC_VALUE_CAUSES, BNC_ONLY_JSON, NULL,
      "More about each cause of 5 failures or more." },
    COL_RATES,
    COL_SEEN,
};

static size_t n_domains(const struct bnc_model *m)
{
    return m->n_domains;
}

static void domain_cause(const struct bnc_model *m, const struct bnc_domain *d, struct bnc_value *v)
{
    const struct bnc_domain_cause *const causes = m->tally->domain_causes + d->cause_at;
    uint64_t most = 0;

    put_none(v);
    for (uint32_t k = 0; k < d->n_causes; k++)
        if (causes[k].recipients > most) {
            most = causes[k].recipients;
            put_text(v, m->cause_names[causes[k].cause]);
        }
}

/* What failed by cause: as bounces, as deferrals, and more of those that failed often enough. */
static void domain_causes(const struct bnc_model *m, const struct bnc_domain *d,
                          struct bnc_value *v)
{
    const struct bnc_domain_cause *const all = m->tally->domain_causes + d->cause_at;
    uint64_t bounces = 0, deferrals = 0, most = 0;

    for (uint32_t k = 0; k < d->n_causes; k++) {
        *(all[k].type == BNC_EVENT_BOUNCE ? &bounces : &deferrals) += all[k].events;
        most = all[k].events > most ? all[k].events : most;
    }
    put_causes(v++, all, d->n_causes, BNC_EVENT_BOUNCE, bounces == 0);
    put_causes(v++, all, d->n_causes, BNC_EVENT_DEFERRAL, deferrals == 0);
    put_causes(v, all, d->n_causes, BNC_N_EVENTS, most < BNC_SPARSE_CAUSE);
}
#define N_CAUSE_COLS 3

static void domain_rates(const struct bnc_model *m, uint32_t domain, struct bnc_value *v)
{
    struct bnc_rates r;
    const bool shown = bnc_domain_rates(m->judged, m->tally, domain, m->least_rate, &r);

    for (unsigned k = 0; k < N_RATE_COLS; k++) {
        if (shown)
            v[k].made = r.of[k];
        put_rate(&v[k], shown ? &v[k].made : NULL);
    }
}

/*
 * Rows come by rank, domains lie by name: each is a cache miss or five.  What a row some places on
 * will need is asked for now, and what hangs on that when it is half as far.
 */
#define AHEAD 16

BNC_PREFETCHER ask_record(const struct bnc_model *m, size_t i)
{
    if (i < m->n_domains) {
        const uint32_t at = m->domains[i];
        const char *const d = (const char *)&m->tally->domains[at];

        __builtin_prefetch(d);
        __builtin_prefetch(d + 64);
        __builtin_prefetch(d + sizeof(struct bnc_domain) - 1);
        if (m->judged->domain_scope != NULL)
            __builtin_prefetch(&m->judged->domain_scope[at]);
    }
}

BNC_PREFETCHER ask_what_hangs(const struct bnc_model *m, size_t i)
{
    if (i < m->n_domains) {
        const struct bnc_domain *const d = &m->tally->domains[m->domains[i]];
        const struct bnc_domain_cause *const causes = m->tally->domain_causes + d->cause_at;

        __builtin_prefetch(d->name.at);
        __builtin_prefetch(d->name.at + d->name.len);
        __builtin_prefetch(causes);
        __builtin_prefetch(causes + 1);
        __builtin_prefetch(causes + d->n_causes);
    }
}

BNC_PREFETCHER ask_ahead(const struct bnc_model *m, size_t i)
{
    if (i % BNC_SLICE_ROWS == 0) {
        for (size_t k = 0; k < AHEAD; k++)
            ask_record(m, i + k);
        for (size_t k = 0; k < AHEAD / 2; k++)
            ask_what_hangs(m, i + k);
    }
    ask_record(m, i + AHEAD);
    ask_what_hangs(m, i + AHEAD / 2);
}

static void domain_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const uint32_t at = m->domains[i];
    const struct bnc_domain *d = &m->tally->domains[at];

    ask_ahead(m, i);
    put_text(v++, d->name);
    put_text(v++, m->titles[d->provider]);
    if (m->judged->domain_scope == NULL || bnc_failures(d->n) == 0)
        put_none(v++);
    else
        put_text(v++, m->scope_names[m->judged->domain_scope[at]]);
    domain_cause(m, d, v++);
    put_count(v++, d->recipients_failed);
    put_count(v++, d->recipients_bounced);
    put_count(v++, d->recipients_delivered);
    put_events(v, d->n);
    v += N_EVENT_COLS;
    domain_causes(m, d, v);
    v += N_CAUSE_COLS;
    domain_rates(m, at, v);
    v += N_RATE_COLS;
    put_moment(v++, d->first);
    put_moment(v++, d->last);
}

static const struct bnc_column domain_cause_cols[] = {
    { "domain", "Domain", BNC_VALUE_NAME, 0, NULL, "Recipient domain." },
    { "cause", "Cause", BNC_VALUE_WORD, 0, NULL, "Why it failed." },
    { "type", "Type", BNC_VALUE_WORD, 0, NULL, "bounce or deferral." },
    { "explicit_domain", "Explicit", BNC_VALUE_FLAG, 0, NULL,
      "A reply said so of the whole domain." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, 0, "recipients", "Distinct recipients." },
    { "events", "Events", BNC_VALUE_COUNT, 0, "events", "Failures." },
    { "template", "Response", BNC_VALUE_WORD, 0, NULL,
      "The response that most of them got: id of a row of templates." },
    COL_SEEN,
    { "scope", "Scope", BNC_VALUE_WORD, 0, NULL,
      "How far this cause reaches here; causes of one group share it." },
    { "by_code", "By code", BNC_VALUE_FLAG, 0, NULL,
      "True where the input has no deliveries: judged by codes and spread, not by share." },
};

static size_t n_domain_causes(const struct bnc_model *m)
{
    return m->tally->n_domain_causes;
}

static void domain_cause_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_domain_cause *c = &m->tally->domain_causes[i];

    put_text(v++, m->tally->domains[c->domain].name);
    put_word(v++, bnc_causes[c->cause].name);
    put_word(v++, bnc_event_names[c->type]);
    put_flag(v++, c->explicit_domain);
    put_count(v++, c->recipients);
    put_count(v++, c->events);
    if (c->top_template < m->tally->n_templates)
        put_template_id(v++, m->tally->templates[c->top_template].key);
    else
        put_none(v++);
    put_moment(v++, c->first);
    put_moment(v++, c->last);
    put_optional(v++, m->judged->cause_scope == NULL ? NULL
                                                 : bnc_scope_names[m->judged->cause_scope[i]]);
    put_flag(v++, !m->judged->has_deliveries);
}

const struct bnc_section bnc_section_domains = {
    .id = "domains",
    .title = "Domains",
    .about = "Recipient domains: those that fail as a whole first, then by failing recipients.",
    .rest = "no domains",
    COLS(domain_cols),
    .count = n_domains,
    .row = domain_row,
    .page = true,
    .sparse = true,
};
const struct bnc_section bnc_section_domain_causes = {
    .id = "domain_causes",
    .title = "Domains by cause",
    .about = "Failures of each domain by cause and type.",
    .rest = "no failures",
    COLS(domain_cause_cols),
    .count = n_domain_causes,
    .row = domain_cause_row,
    .flat = true,
};

/* ---- codes and causes ---- */

static const struct bnc_column code_cols[] = {
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_BOTH, NULL,
      "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "Enhanced status code; null if none." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures",
      "Share of all bounces and deferrals." },
    { "templates", "Responses", BNC_VALUE_COUNT, BNC_USE_PAGE, "templates",
      "Different masked responses with this code." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The cause of most failures with this code." },
    { "top_cause_events", "Of these", BNC_VALUE_COUNT, BNC_USE_PAGE, "events",
      "Failures of the top cause." },
};

static size_t n_codes(const struct bnc_model *m)
{
    return m->n_codes;
}

static void code_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_code_sum *c = &m->codes[i];

    put_reply(v++, c->reply);
    put_enhanced(v++, c->enhanced);
    put_count(v++, c->bounces);
    put_count(v++, c->deferrals);
    put_share(v++, c->bounces + c->deferrals, m->failures);
    put_count(v++, c->templates);
    put_word(v++, bnc_causes[c->cause].name);
    put_count(v++, c->cause_n);
}

static const struct bnc_column cause_cols[] = {
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why it failed." },
    { "group", "Group", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Family of the cause." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The side at fault by default for the cause." },
    { "action", "Action", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What to do by default." },
    { "priority", "Priority", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "How urgent by default." },
    { "bounces", "Bounced", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Permanent failures." },
    { "deferrals", "Deferred", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Temporary failures." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of failures",
      "Share of all bounces and deferrals." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the cause is." },
};

static size_t n_causes(const struct bnc_model *m)
{
    return m->n_causes;
}

static void cause_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const int c = m->causes[i];

    put_word(v++, bnc_causes[c].name);
    put_word(v++, bnc_group_names[bnc_causes[c].group]);
    put_word(v++, bnc_side_names[bnc_causes[c].side]);
    put_word(v++, bnc_action_names[bnc_causes[c].action]);
    put_word(v++, bnc_priority_names[bnc_causes[c].priority]);
    put_count(v++, m->bounce_cause[c]);
    put_count(v++, m->deferral_cause[c]);
    put_share(v++, m->bounce_cause[c] + m->deferral_cause[c], m->failures);
    put_prose(v++, bnc_causes[c].meaning);
}

const struct bnc_section bnc_section_codes = {
    .id = "codes",
    .title = "Codes",
    .about = "SMTP reply and enhanced status codes of failures, most first.",
    .rest = "no failures",
    COLS(code_cols),
    .count = n_codes,
    .row = code_row,
    .page = true,
};
const struct bnc_section bnc_section_causes = {
    .id = "causes",
    .title = "Causes",
    .about = "Why messages failed, most first.",
    .rest = "no failures",
    COLS(cause_cols),
    .count = n_causes,
    .row = cause_row,
    .page = true,
};

/* ---- campaigns, sending IPs, sender domains, days ---- */

/* clang-format off: one column a line */
#define SUBJECT_COLS(key, title, about, use_rates) \
    { key, title, BNC_VALUE_NAME, BNC_USE_BOTH, NULL, about }, \
    COL_EVENTS(BNC_USE_BOTH), \
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, use_rates, "recipients", \
      "Distinct recipients with a bounce or deferral; 0 where not counted." }, \
    COL_RATES, COL_SEEN
/* clang-format on */

static const struct bnc_column campaign_cols[] = { SUBJECT_COLS(
    "campaign", "Campaign", "Campaign, job or tag; the sending day where the export has none.",
    BNC_USE_PAGE) };
static const struct bnc_column ip_cols[] = { SUBJECT_COLS(
    "sending_ip", "Sending IP", "Address we sent from; empty where the row names none.", 0) };
static const struct bnc_column sender_cols[] = { SUBJECT_COLS(
    "sender_domain", "Sender domain",
    "Domain of our sender address; empty where the row names none.", 0) };
static const struct bnc_column day_cols[] = { SUBJECT_COLS(
    "day", "Day (UTC)", "Calendar day, UTC; empty for rows without a time.", BNC_USE_PAGE) };

static void subject_row(const struct bnc_model *m, enum bnc_kind kind, size_t i,
                        struct bnc_value *v)
{
    const uint32_t at = m->subject[kind][i];
    const struct bnc_subject *s = &m->tally->subject[kind][at];

    put_text(v++, s->name);
    put_events(v, s->n);
    v += N_EVENT_COLS;
    put_count(v++, s->recipients_failed);
    put_rates(v, m->judged->subject[kind], at);
    v += N_RATE_COLS;
    put_moment(v++, s->first);
    put_moment(v++, s->last);
}

static size_t n_days(const struct bnc_model *m)
{
    return m->tally->n_subjects[BNC_KIND_DAY];
}
static size_t n_campaigns(const struct bnc_model *m)
{
    return m->tally->n_subjects[BNC_KIND_CAMPAIGN];
}
static size_t n_ips(const struct bnc_model *m)
{
    return m->tally->n_subjects[BNC_KIND_SENDING_IP];
}
static size_t n_senders(const struct bnc_model *m)
{
    return m->tally->n_subjects[BNC_KIND_SENDER_DOMAIN];
}
static void day_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    subject_row(m, BNC_KIND_DAY, i, v);
}
static void campaign_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    subject_row(m, BNC_KIND_CAMPAIGN, i, v);
}
static void ip_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    subject_row(m, BNC_KIND_SENDING_IP, i, v);
}
static void sender_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    subject_row(m, BNC_KIND_SENDER_DOMAIN, i, v);
}

const struct bnc_section bnc_section_campaigns = {
    .id = "campaigns",
    .title = "Campaigns",
    .about = "Campaigns, most failures first.",
    .rest = "the input names no campaigns",
    COLS(campaign_cols),
    .count = n_campaigns,
    .row = campaign_row,
    .page = true,
};
const struct bnc_section bnc_section_sending_ips = {
    .id = "sending_ips",
    .title = "Sending IPs",
    .about = "Addresses we sent from, most failures first.",
    .rest = "the input names no sending IPs",
    COLS(ip_cols),
    .count = n_ips,
    .row = ip_row,
    .page = true,
};
const struct bnc_section bnc_section_sender_domains = {
    .id = "sender_domains",
    .title = "Sender domains",
    .about = "Domains we sent as, most failures first.",
    .rest = "the input names no senders",
    COLS(sender_cols),
    .count = n_senders,
    .row = sender_row,
    .page = true,
};
const struct bnc_section bnc_section_days = {
    .id = "days",
    .title = "Days",
    .about = "Events by day.",
    .rest = "the input has no dates",
    COLS(day_cols),
    .count = n_days,
    .row = day_row,
    .page = true,
};
