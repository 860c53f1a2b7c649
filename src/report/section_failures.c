/* SPDX-License-Identifier: MIT
 * section_failures.c - sections of what was counted: by side, provider, domain, code, response, campaign, day.
 */
#include "report/section_parts.h"

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

    word(v++, bnc_side_names[s]);
    count(v++, m->bounce_side[s]);
    count(v++, m->deferral_side[s]);
    share(v++, m->bounce_side[s] + m->deferral_side[s], m->failures);
}

const struct bnc_section bnc_section_sides = { "sides",
                                               "Whose side",
                                               "All failures by the side at fault, most first.",
                                               "no failures",
                                               COLS(side_cols),
                                               n_sides,
                                               side_row,
                                               true,
                                               false };

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
};

static size_t n_pairs(const struct bnc_model *m)
{
    return m->n_pairs;
}

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

const struct bnc_section bnc_section_providers = {
    "providers",
    "Providers",
    "Mailbox providers and gateways, most failures first.",
    "no events",
    COLS(provider_cols),
    n_providers,
    provider_row,
    true,
    false
};
const struct bnc_section bnc_section_provider_causes = { "provider_causes",
                                                         "Providers by cause",
                                                         "Failures of each provider by cause.",
                                                         "no failures",
                                                         COLS(pair_cols),
                                                         n_pairs,
                                                         pair_row,
                                                         true,
                                                         false };

/* ---- domains ---- */

static const struct bnc_column domain_cols[] = {
    { "domain", "Domain", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "Recipient domain, lower-case; empty where unknown." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Who operates its mailboxes." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "domain_wide where the domain itself fails; null without failures." },
    { "top_cause", "Top cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The cause of most failing recipients." },
    { "recipients_failed", "Recipients failed", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients with a bounce or deferral." },
    { "recipients_bounced", "Recipients bounced", BNC_VALUE_COUNT, 0, "recipients",
      "Distinct recipients with a bounce." },
    { "recipients_delivered", "Recipients delivered", BNC_VALUE_COUNT, BNC_USE_PAGE, "recipients",
      "Distinct recipients delivered to, estimated." },
    COL_EVENTS(BNC_USE_BOTH),
    COL_RATES,
    COL_SEEN,
};

static size_t n_domains(const struct bnc_model *m)
{
    return m->n_domains;
}

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
    { "explicit_domain", "Explicit", BNC_VALUE_FLAG, 0, NULL,
      "A reply said so of the whole domain." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, 0, "recipients", "Distinct recipients." },
    { "events", "Events", BNC_VALUE_COUNT, 0, "events", "Failures." },
    { "template", "Response", BNC_VALUE_WORD, 0, NULL,
      "The response that most of them got: id of a row of templates." },
    COL_SEEN,
};

static size_t n_domain_causes(const struct bnc_model *m)
{
    return m->tally->n_domain_causes;
}

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

const struct bnc_section bnc_section_domains = {
    "domains",
    "Domains",
    "Recipient domains: those that fail as a whole first, then by failing recipients.",
    "no domains",
    COLS(domain_cols),
    n_domains,
    domain_row,
    true,
    true
};
const struct bnc_section bnc_section_domain_causes = { "domain_causes",
                                                       "Domains by cause",
                                                       "Failures of each domain by cause and type.",
                                                       "no failures",
                                                       COLS(domain_cause_cols),
                                                       n_domain_causes,
                                                       domain_cause_row,
                                                       false,
                                                       true };

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

const struct bnc_section bnc_section_codes = {
    "codes",
    "Codes",
    "SMTP reply and enhanced status codes of failures, most first.",
    "no failures",
    COLS(code_cols),
    n_codes,
    code_row,
    true,
    false
};
const struct bnc_section bnc_section_causes = { "causes",
                                                "Causes",
                                                "Why messages failed, most first.",
                                                "no failures",
                                                COLS(cause_cols),
                                                n_causes,
                                                cause_row,
                                                true,
                                                false };

/* ---- response templates ---- */

static const struct bnc_column template_cols[] = {
    { "id", "Id", BNC_VALUE_WORD, 0, NULL,
      "Fingerprint of the response with its codes, provider and label." },
    { "response", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The response with ids, addresses, numbers, URLs and hosts as *." },
    { "type", "Type", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Event type." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows that carried it." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "domains", "Domains", BNC_VALUE_COUNT, 0, "domains", "Distinct recipient domains." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Who said so." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_PAGE, NULL,
      "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_PAGE, NULL,
      "Enhanced status code; null if none." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The verdict." },
    { "duration", "Duration", BNC_VALUE_WORD, 0, NULL, "temporary or permanent." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "action", "Action", BNC_VALUE_WORD, 0, NULL, "What to do." },
    { "priority", "Priority", BNC_VALUE_WORD, 0, NULL, "How urgent." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_PAGE, "percent",
      "How sure the verdict is, 0 to 100." },
    { "rule", "Rule", BNC_VALUE_NAME, BNC_USE_PAGE, NULL,
      "The rule that decided; null: nothing matched." },
    { "rule_source", "Rule source", BNC_VALUE_PROSE, 0, NULL, "Where the rule comes from." },
    { "blocklist", "Block list", BNC_VALUE_WORD, 0, NULL, "The block list named." },
    { "mechanism", "Mechanism", BNC_VALUE_WORD, 0, NULL,
      "The authentication mechanism that failed." },
    { "label", "ESP label", BNC_VALUE_NAME, 0, NULL, "What the ESP calls it." },
    COL_SEEN,
    { "example_input", "Example: input", BNC_VALUE_NAME, 0, NULL,
      "Where to find one; null where inputs have no names." },
    { "example_row", "Example: row", BNC_VALUE_COUNT, 0, "row", "Row in that input." },
    { "example_byte", "Example: byte", BNC_VALUE_COUNT, 0, "byte",
      "Offset of the row in the uncompressed input." },
};

static size_t n_templates(const struct bnc_model *m)
{
    return m->tally->n_templates;
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

const struct bnc_section bnc_section_templates = {
    "templates",
    "Responses",
    "What servers said, with variable parts masked; most recipients first.",
    "no responses",
    COLS(template_cols),
    n_templates,
    template_row,
    true,
    false
};

/* ---- campaigns, sending IPs, sender domains, days ---- */

#define SUBJECT_COLS(key, title, about, use_rates)                                                      \
    { key, title, BNC_VALUE_NAME, BNC_USE_BOTH, NULL, about }, COL_EVENTS(BNC_USE_BOTH),                \
        { "recipients_failed", "Recipients failed",                                                     \
          BNC_VALUE_COUNT,     use_rates,                                                               \
          "recipients",        "Distinct recipients with a bounce or deferral; 0 where not counted." }, \
        COL_RATES, COL_SEEN

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

    text(v++, s->name);
    put_events(v, s->n);
    v += N_EVENT_COLS;
    count(v++, s->recipients_failed);
    put_rates(v, m->judged->subject[kind], at);
    v += N_RATE_COLS;
    moment(v++, s->first);
    moment(v++, s->last);
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

const struct bnc_section bnc_section_campaigns = { "campaigns",
                                                   "Campaigns",
                                                   "Campaigns, most failures first.",
                                                   "the input names no campaigns",
                                                   COLS(campaign_cols),
                                                   n_campaigns,
                                                   campaign_row,
                                                   true,
                                                   false };
const struct bnc_section bnc_section_sending_ips = { "sending_ips",
                                                     "Sending IPs",
                                                     "Addresses we sent from, most failures first.",
                                                     "the input names no sending IPs",
                                                     COLS(ip_cols),
                                                     n_ips,
                                                     ip_row,
                                                     true,
                                                     false };
const struct bnc_section bnc_section_sender_domains = { "sender_domains",
                                                        "Sender domains",
                                                        "Domains we sent as, most failures first.",
                                                        "the input names no senders",
                                                        COLS(sender_cols),
                                                        n_senders,
                                                        sender_row,
                                                        true,
                                                        false };
const struct bnc_section bnc_section_days = {
    "days", "Days", "Events by day.", "the input has no dates", COLS(day_cols), n_days, day_row,
    true,   false
};

/* ---- unknown responses, as rows of a rule file ---- */

static const struct bnc_column unknown_cols[] = {
    { "fragment", "Fragment for a rule", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The longest fixed part of the response: the text to match." },
    { "language", "Language", BNC_VALUE_WORD, 0, NULL, "Left empty." },
    { "cause", "Cause", BNC_VALUE_WORD, 0, NULL, "To be filled in." },
    { "specificity", "Specificity", BNC_VALUE_COUNT, 0, NULL, "5: wins over general phrases." },
    { "example", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The whole masked response." },
    { "source", "Source", BNC_VALUE_WORD, 0, NULL, "Where the rule comes from." },
    { "confidence", "Confidence", BNC_VALUE_WORD, 0, NULL, "How well it is supported." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows it would decide." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_BOTH, NULL,
      "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "Enhanced status code; null if none." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL,
      "Who said so, as rule files name it; null: the rule holds for all." },
};

static size_t n_unknown(const struct bnc_model *m)
{
    return m->n_unknown;
}

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

const struct bnc_section bnc_section_unknown = {
    "unknown",
    "Unknown responses",
    "Responses that no rule decides, heaviest first, as rows for a rule file: fill in the cause.",
    "every response was decided",
    COLS(unknown_cols),
    n_unknown,
    unknown_row,
    true,
    false
};
