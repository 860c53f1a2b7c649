/* SPDX-License-Identifier: MIT
 * report_fixture.h - a made-up month for report tests: a tally and a judgement that add up.
 *
 * October 2026, eleven providers, a DMARC break from the 12th to the 16th, one dead company domain,
 * a dirty campaign.  Everything is derived from the table of responses below, so that sums over
 * providers, causes, days and codes agree.
 */
#ifndef BNC_TESTS_REPORT_FIXTURE_H
#define BNC_TESTS_REPORT_FIXTURE_H

#include "report/section.h"

struct fixture {
    struct bnc_tally tally;
    struct bnc_judged judged;
    struct bnc_classifier *classifier;
    struct bnc_report_input inputs[3];
    struct bnc_report_data data;
};

#define FIXTURE_DAY 20727 /* 2026-10-01 */
#define FIXTURE_DAYS 31
#define FIXTURE_TIME(day) ((int64_t)(FIXTURE_DAY + (day)) * 86400 + 9 * 3600 + 300)

struct fixture_response {
    const char *text, *provider;
    uint16_t reply;
    uint32_t enhanced;
    uint8_t cause, type;
    uint32_t n, recipients, domains;
    int from, to; /* days, 0-based, inclusive */
};

static const struct fixture_response fixture_responses[] = {
    { "550-5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail "
      "requires all senders to authenticate with either SPF or DKIM. * - gsmtp",
      "google", 550, BNC_ENHANCED(5, 7, 26), BNC_CAUSE_AUTH_DMARC, BNC_EVENT_BOUNCE, 9120, 8814, 1,
      11, 15 },
    { "550 5.7.509 Access denied, sending domain * does not pass DMARC verification and has a "
      "DMARC policy of reject. [*]",
      "microsoft_consumer", 550, BNC_ENHANCED(5, 7, 509), BNC_CAUSE_AUTH_DMARC, BNC_EVENT_BOUNCE,
      3240, 3111, 4, 11, 15 },
    { "554 5.7.9 Message not accepted for policy reasons. See *", "yahoo", 554,
      BNC_ENHANCED(5, 7, 9), BNC_CAUSE_AUTH_DMARC, BNC_EVENT_BOUNCE, 1480, 1460, 6, 11, 15 },
    { "550-5.1.1 The email account that you tried to reach does not exist. Please try "
      "double-checking the recipient's email address for typos or unnecessary spaces. * - gsmtp",
      "google", 550, BNC_ENHANCED(5, 1, 1), BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE, 4210,
      4198, 1, 0, 30 },
    { "452-4.2.2 The recipient's inbox is out of storage space. * - gsmtp", "google", 452,
      BNC_ENHANCED(4, 2, 2), BNC_CAUSE_MAILBOX_FULL, BNC_EVENT_DEFERRAL, 2950, 1822, 1, 0, 30 },
    { "421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP "
      "address. * - gsmtp",
      "google", 421, BNC_ENHANCED(4, 7, 28), BNC_CAUSE_RATE_LIMITED, BNC_EVENT_DEFERRAL, 1610, 1602,
      1, 12, 17 },
    { "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [*]",
      "microsoft_consumer", 550, BNC_ENHANCED(5, 5, 0), BNC_CAUSE_INVALID_RECIPIENT,
      BNC_EVENT_BOUNCE, 1875, 1869, 5, 0, 30 },
    { "550 5.7.1 Unfortunately, messages from [*] weren't sent. Please contact your Internet "
      "service provider since part of their network is on our block list (S3140). [*]",
      "microsoft_consumer", 550, BNC_ENHANCED(5, 7, 1), BNC_CAUSE_BLOCKLISTED, BNC_EVENT_BOUNCE,
      1322, 1309, 5, 20, 24 },
    { "552 1 Requested mail action aborted, mailbox not found", "yahoo", 552, 0,
      BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE, 980, 977, 7, 0, 30 },
    { "421 4.7.0 [TSS04] Messages from * temporarily deferred due to unexpected volume or user "
      "complaints - 4.16.55.1; see *",
      "yahoo", 421, BNC_ENHANCED(4, 7, 0), BNC_CAUSE_COMPLAINT_BLOCK, BNC_EVENT_DEFERRAL, 2210,
      2104, 7, 17, 23 },
    { "550 5.4.1 Recipient address rejected: Access denied. [*]", "microsoft365", 550,
      BNC_ENHANCED(5, 4, 1), BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE, 1640, 1612, 611, 0,
      30 },
    { "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient * not found by SMTP address lookup",
      "microsoft365", 550, BNC_ENHANCED(5, 1, 10), BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE,
      720, 702, 402, 0, 30 },
    { "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", "microsoft365",
      554, BNC_ENHANCED(5, 2, 2), BNC_CAUSE_MAILBOX_FULL, BNC_EVENT_BOUNCE, 214, 201, 180, 0, 30 },
    { "550 Requested action not taken: mailbox unavailable", "gmx_webde", 550, 0,
      BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE, 430, 428, 3, 0, 30 },
    { "554 5.7.1 Service unavailable; Client host [*] blocked using *; *", "orange_fr", 554,
      BNC_ENHANCED(5, 7, 1), BNC_CAUSE_BLOCKLISTED, BNC_EVENT_BOUNCE, 160, 158, 2, 20, 24 },
    { "452 4.1.0 * sender rate limited. Please retry later.", "comcast", 452, BNC_ENHANCED(4, 1, 0),
      BNC_CAUSE_RATE_LIMITED, BNC_EVENT_DEFERRAL, 212, 190, 1, 4, 20 },
    { "554 5.7.1 Message rejected due to content restrictions", "proofpoint", 554,
      BNC_ENHANCED(5, 7, 1), BNC_CAUSE_SPAM_CONTENT, BNC_EVENT_BOUNCE, 96, 95, 41, 3, 28 },
    { "550 Administrative prohibition - envelope blocked - *", "mimecast", 550, 0,
      BNC_CAUSE_POLICY_REJECTED, BNC_EVENT_BOUNCE, 77, 77, 33, 1, 29 },
    { "550 5.1.1 <*>: Recipient address rejected: User unknown in virtual mailbox table", "", 550,
      BNC_ENHANCED(5, 1, 1), BNC_CAUSE_INVALID_RECIPIENT, BNC_EVENT_BOUNCE, 1210, 1204, 640, 0,
      30 },
    { "550 5.4.4 Host or domain name not found. Name service error for name=* type=MX: Host not "
      "found",
      "", 550, BNC_ENHANCED(5, 4, 4), BNC_CAUSE_BAD_DOMAIN, BNC_EVENT_BOUNCE, 640, 630, 288, 0,
      30 },
    { "556 5.1.10 Recipient domain accepts no mail (null MX)", "", 556, BNC_ENHANCED(5, 1, 10),
      BNC_CAUSE_DOMAIN_NOT_ACCEPTING, BNC_EVENT_BOUNCE, 188, 186, 12, 0, 30 },
    { "451 4.7.1 Greylisting in action, please come back later", "", 451, BNC_ENHANCED(4, 7, 1),
      BNC_CAUSE_GREYLISTED, BNC_EVENT_DEFERRAL, 850, 790, 410, 0, 30 },
    { "connect to *: Connection timed out", "", 0, 0, BNC_CAUSE_TIMEOUT, BNC_EVENT_DEFERRAL, 401,
      280, 96, 0, 30 },
    { "554 Sorry, no. Ticket *", "", 554, 0, BNC_CAUSE_UNKNOWN, BNC_EVENT_BOUNCE, 143, 143, 14, 2,
      29 },
    { "451 internal resource * unavailable (#*)", "t_online", 451, 0, BNC_CAUSE_UNKNOWN,
      BNC_EVENT_DEFERRAL, 61, 55, 1, 2, 29 },
};
#define FIXTURE_RESPONSES (sizeof fixture_responses / sizeof fixture_responses[0])

static const struct {
    const char *provider;
    uint64_t delivered, complaints;
    const char *domains[4];
} fixture_providers[] = {
    { "google", 512340, 0, { "gmail.com", "googlemail.com" } },
    { "microsoft_consumer", 201222, 260, { "hotmail.com", "outlook.com", "live.com", "msn.com" } },
    { "yahoo", 118040, 402, { "yahoo.com", "ymail.com", "aol.com", "yahoo.co.uk" } },
    { "apple", 60310, 0, { "icloud.com", "me.com" } },
    { "microsoft365",
      140087,
      0,
      { "northwind.example", "contoso.example", "fabrikam.example", "tailspin.example" } },
    { "gmx_webde", 31000, 12, { "gmx.de", "gmx.net", "web.de" } },
    { "orange_fr", 14012, 8, { "orange.fr", "wanadoo.fr" } },
    { "comcast", 20110, 11, { "comcast.net" } },
    { "proofpoint", 22400, 0, { "bigbank.example" } },
    { "mimecast", 9040, 0, { "lawfirm.example" } },
    { "",
      88200,
      3,
      { "acme.example", "brokencorp.example", "deadcorp.example", "smallshop.example" } },
};
#define FIXTURE_PROVIDERS (sizeof fixture_providers / sizeof fixture_providers[0])

static void *fixture_take(struct bnc_arena *a, size_t n, size_t size)
{
    void *p = bnc_arena_alloc(a, n * size + 1);

    memset(p, 0, n * size);
    return p;
}

static uint16_t fixture_provider(const struct fixture *f, const char *name)
{
    return *name == '\0' ? 0 : bnc_provider_find(f->classifier, bnc_span_str(name));
}

/* Spreads n over days a..b with a weekly wave and no remainder lost; the share of 'day'. */
static uint64_t fixture_share(uint64_t n, int from, int to, int day)
{
    static const uint64_t wave[7] = { 9, 10, 12, 11, 8, 3, 2 };
    uint64_t sum = 0, before = 0;

    if (day < from || day > to)
        return 0;
    for (int d = from; d <= to; d++) {
        sum += wave[(d + 3) % 7];
        if (d < day)
            before += wave[(d + 3) % 7];
    }
    return n * (before + wave[(day + 3) % 7]) / sum - n * before / sum;
}

static void fixture_templates(struct fixture *f)
{
    struct bnc_tally *t = &f->tally;

    t->n_templates = FIXTURE_RESPONSES;
    t->templates = fixture_take(&t->arena, t->n_templates, sizeof *t->templates);
    for (size_t i = 0; i < FIXTURE_RESPONSES; i++) {
        const struct fixture_response *r = &fixture_responses[i];
        const struct bnc_cause_row *c = &bnc_causes[r->cause];

        t->templates[i] = (struct bnc_template){
            .key = 0x9e3779b97f4a7c15u * (i + 1),
            .text = bnc_span_str(r->text),
            .wordings = 1,
            .type = r->type,
            .n = r->n,
            .recipients = r->recipients,
            .domains = r->domains,
            .first = FIXTURE_TIME(r->from),
            .last = FIXTURE_TIME(r->to),
            .label = bnc_span_str("hard"),
            .rule = bnc_span_str(r->cause == BNC_CAUSE_UNKNOWN ? "" : c->name),
            .rule_source = bnc_span_str(r->cause == BNC_CAUSE_UNKNOWN ? "" : c->meaning),
            .verdict = { .cause = r->cause,
                         .duration = c->duration,
                         .side = c->side,
                         .action = c->action,
                         .priority = c->priority,
                         .confidence = r->cause == BNC_CAUSE_UNKNOWN ? 0 : 90,
                         .reply = r->reply,
                         .enhanced = r->enhanced,
                         .provider = fixture_provider(f, r->provider),
                         .rule = 0 },
            .example = { .source = 0, .row = 17 + i * 31, .off = 2048 * i }
        };
        t->n[r->type] += r->n;
        *(r->type == BNC_EVENT_BOUNCE ? &t->recipients_bounced : &t->recipients_deferred) +=
            r->recipients;
    }
    t->recipients_failed = t->recipients_bounced + t->recipients_deferred;
}

static void fixture_provider_totals(struct fixture *f)
{
    struct bnc_tally *t = &f->tally;

    t->n_providers = bnc_provider_count(f->classifier);
    t->providers = fixture_take(&t->arena, t->n_providers, sizeof *t->providers);
    for (size_t i = 0; i < FIXTURE_PROVIDERS; i++) {
        struct bnc_provider_total *p =
            &t->providers[fixture_provider(f, fixture_providers[i].provider)];

        p->n[BNC_EVENT_DELIVERED] = fixture_providers[i].delivered;
        p->n[BNC_EVENT_COMPLAINT] = fixture_providers[i].complaints;
        t->n[BNC_EVENT_DELIVERED] += fixture_providers[i].delivered;
        t->n[BNC_EVENT_COMPLAINT] += fixture_providers[i].complaints;
        for (p->domains = 0; p->domains < 4 && fixture_providers[i].domains[p->domains] != NULL;
             p->domains++)
            ;
    }
    for (size_t i = 0; i < FIXTURE_RESPONSES; i++) {
        const struct fixture_response *r = &fixture_responses[i];
        struct bnc_provider_total *p = &t->providers[fixture_provider(f, r->provider)];

        p->n[r->type] += r->n;
        p->recipients_failed += r->recipients;
        p->cause[(r->type == BNC_EVENT_DEFERRAL ? BNC_N_CAUSES : 0) + r->cause] += r->n;
        p->cause_recipients[r->cause] += r->recipients;
    }
}

static void fixture_rates(struct bnc_rates *r, const uint64_t n[BNC_N_EVENTS], uint64_t hard,
                          uint64_t deferred, bool complaints)
{
    const uint64_t attempted = n[BNC_EVENT_DELIVERED] + n[BNC_EVENT_BOUNCE];

    r->attempted = attempted;
    r->of[BNC_METRIC_BOUNCE_RATE] = bnc_rate_make(n[BNC_EVENT_BOUNCE], attempted, 0.02, 0.05, 100);
    r->of[BNC_METRIC_HARD_BOUNCE_RATE] = bnc_rate_make(hard, attempted, 0.02, 0.05, 100);
    r->of[BNC_METRIC_COMPLAINT_RATE] = bnc_rate_make(
        n[BNC_EVENT_COMPLAINT], complaints ? n[BNC_EVENT_DELIVERED] : 0, 0.001, 0.003, 1000);
    if (!complaints)
        r->of[BNC_METRIC_COMPLAINT_RATE].why_na = "not measurable from exports";
    r->of[BNC_METRIC_DEFERRAL_RATE] = bnc_rate_make(deferred, attempted, 0, 0, 100);
}

static void fixture_judge_providers(struct fixture *f)
{
    struct bnc_judged *j = &f->judged;
    uint64_t hard_sum = 0, deferred_sum = 0;

    j->provider = fixture_take(&j->arena, f->tally.n_providers, sizeof *j->provider);
    for (size_t i = 0; i < f->tally.n_providers; i++) {
        const struct bnc_provider_total *p = &f->tally.providers[i];
        const uint64_t hard = p->cause[BNC_CAUSE_INVALID_RECIPIENT] +
                              p->cause[BNC_CAUSE_BAD_DOMAIN] +
                              p->cause[BNC_CAUSE_DOMAIN_NOT_ACCEPTING];
        const bool measurable = i == 0 || p->n[BNC_EVENT_COMPLAINT] > 0;

        fixture_rates(&j->provider[i], p->n, hard, p->n[BNC_EVENT_DEFERRAL], measurable);
        hard_sum += hard;
        deferred_sum += p->n[BNC_EVENT_DEFERRAL];
    }
    fixture_rates(&j->overall, f->tally.n, hard_sum, deferred_sum, true);
}

static int fixture_domain_cmp(const void *a, const void *b)
{
    return bnc_span_cmp(((const struct bnc_domain *)a)->name, ((const struct bnc_domain *)b)->name);
}

/*
 * A provider's numbers go to its domains: half to the first, the rest to the others; the last takes
 * what is left.
 */
static void fixture_domains(struct fixture *f)
{
    struct bnc_tally *t = &f->tally;
    struct bnc_judged *j = &f->judged;

    t->domains = fixture_take(&t->arena, 4 * FIXTURE_PROVIDERS, sizeof *t->domains);
    for (size_t i = 0; i < FIXTURE_PROVIDERS; i++) {
        const uint16_t id = fixture_provider(f, fixture_providers[i].provider);
        uint64_t left[BNC_N_EVENTS], people = t->providers[id].recipients_failed;

        memcpy(left, t->providers[id].n, sizeof left);
        for (uint32_t k = 0; k < t->providers[id].domains; k++) {
            struct bnc_domain *d = &t->domains[t->n_domains++];
            const bool last = k + 1 == t->providers[id].domains;

            *d = (struct bnc_domain){ .name = bnc_span_str(fixture_providers[i].domains[k]),
                                      .provider = id,
                                      .first = FIXTURE_TIME(0),
                                      .last = FIXTURE_TIME(30) };
            for (int e = 0; e < BNC_N_EVENTS; e++) {
                d->n[e] = last ? left[e] : left[e] / 2;
                left[e] -= d->n[e];
            }
            d->recipients_failed = last ? people : people / 2;
            people -= d->recipients_failed;
            d->recipients_bounced = d->recipients_failed * 2 / 3;
            d->recipients_delivered = d->n[BNC_EVENT_DELIVERED] / 2;
        }
    }
    qsort(t->domains, t->n_domains, sizeof *t->domains, fixture_domain_cmp);

    j->domain_scope = fixture_take(&j->arena, t->n_domains, sizeof *j->domain_scope);
    j->cause_scope = fixture_take(&j->arena, t->n_domains, sizeof *j->cause_scope);
    t->domain_causes = fixture_take(&t->arena, t->n_domains, sizeof *t->domain_causes);
    for (uint32_t i = 0; i < t->n_domains; i++) {
        struct bnc_domain *d = &t->domains[i];
        const bool dead = bnc_span_eq(d->name, BNC_SPAN("deadcorp.example"));

        d->cause_at = i;
        d->n_causes = 1;
        t->domain_causes[t->n_domain_causes++] =
            (struct bnc_domain_cause){ .domain = i,
                                       .cause = dead ? BNC_CAUSE_BAD_DOMAIN
                                                     : BNC_CAUSE_INVALID_RECIPIENT,
                                       .type = BNC_EVENT_BOUNCE,
                                       .explicit_domain = dead,
                                       .recipients = d->recipients_failed,
                                       .events = d->n[BNC_EVENT_BOUNCE],
                                       .first = d->first,
                                       .last = d->last,
                                       .top_template = 3 };
        j->domain_scope[i] = dead ? BNC_SCOPE_DOMAIN_WIDE : BNC_SCOPE_RECIPIENT_LOCAL;
        j->cause_scope[i] = (uint8_t)j->domain_scope[i];
    }
}

static void fixture_days(struct fixture *f)
{
    struct bnc_tally *t = &f->tally;
    static char names[FIXTURE_DAYS][24];

    t->n_subjects[BNC_KIND_DAY] = FIXTURE_DAYS;
    t->subject[BNC_KIND_DAY] = fixture_take(&t->arena, FIXTURE_DAYS, sizeof **t->subject);
    for (int d = 0; d < FIXTURE_DAYS; d++) {
        struct bnc_subject *s = &t->subject[BNC_KIND_DAY][d];

        snprintf(names[d], sizeof names[d], "2026-10-%02d", d + 1);
        *s = (struct bnc_subject){ .name = bnc_span_str(names[d]),
                                   .day = FIXTURE_DAY + d,
                                   .first = FIXTURE_TIME(d),
                                   .last = FIXTURE_TIME(d) };
        s->n[BNC_EVENT_DELIVERED] =
            fixture_share(t->n[BNC_EVENT_DELIVERED], 0, FIXTURE_DAYS - 1, d);
        s->n[BNC_EVENT_COMPLAINT] =
            fixture_share(t->n[BNC_EVENT_COMPLAINT], 0, FIXTURE_DAYS - 1, d);
        s->n[BNC_EVENT_SUPPRESSED] =
            fixture_share(t->n[BNC_EVENT_SUPPRESSED], 0, FIXTURE_DAYS - 1, d);
        for (size_t i = 0; i < FIXTURE_RESPONSES; i++)
            s->n[fixture_responses[i].type] += fixture_share(
                fixture_responses[i].n, fixture_responses[i].from, fixture_responses[i].to, d);
        s->recipients_failed = bnc_failures(s->n);
    }
}

/* The whole split among a few names: half, a quarter, ... */
static void fixture_subjects(struct fixture *f, enum bnc_kind kind, const char *const *names,
                             size_t n)
{
    struct bnc_tally *t = &f->tally;
    uint64_t left[BNC_N_EVENTS];

    memcpy(left, t->n, sizeof left);
    t->n_subjects[kind] = n;
    t->subject[kind] = fixture_take(&t->arena, n, sizeof **t->subject);
    for (size_t i = 0; i < n; i++) {
        struct bnc_subject *s = &t->subject[kind][i];

        s->name = bnc_span_str(names[i]);
        s->first = FIXTURE_TIME(0);
        s->last = FIXTURE_TIME(30);
        for (int e = 0; e < BNC_N_EVENTS; e++) {
            s->n[e] = i + 1 == n ? left[e] : left[e] / 2;
            left[e] -= s->n[e];
        }
        s->recipients_failed = kind == BNC_KIND_CAMPAIGN ? bnc_failures(s->n) : 0;
    }
}

static void fixture_judge_subjects(struct fixture *f)
{
    for (int k = 0; k < BNC_N_KINDS; k++) {
        f->judged.subject[k] =
            fixture_take(&f->judged.arena, f->tally.n_subjects[k], sizeof **f->judged.subject);
        for (size_t i = 0; i < f->tally.n_subjects[k]; i++) {
            const struct bnc_subject *s = &f->tally.subject[k][i];

            fixture_rates(&f->judged.subject[k][i], s->n, s->n[BNC_EVENT_BOUNCE] / 2,
                          s->n[BNC_EVENT_DEFERRAL], true);
        }
    }
}

#define SPANS(...)                                                                                 \
    ((const struct bnc_span[]){ __VA_ARGS__ }),                                                    \
        sizeof((const struct bnc_span[]){ __VA_ARGS__ }) / sizeof(struct bnc_span)

static void fixture_finding(struct fixture *f, struct bnc_finding x)
{
    f->judged.findings[f->judged.n_findings++] = x;
}

static void fixture_findings(struct fixture *f)
{
    static const uint32_t dmarc[] = { 0, 1, 2 }, s3140[] = { 7, 14 }, dead[] = { 19 };
    static const struct bnc_span dmarc_checks[] = {
        BNC_SPAN(
            "Look up the DKIM selector in DNS: was the key replaced or removed on 12 October?"),
        BNC_SPAN("Send one message to a Gmail mailbox and read its Authentication-Results header."),
        BNC_SPAN("Compare the From domain with the signing domain (alignment).")
    };
    static const struct bnc_span dmarc_actions[] = {
        BNC_SPAN("Publish the missing DKIM key for news.example.com and sign with it."),
        BNC_SPAN("Do not suppress these addresses: they are good. Send the messages again once "
                 "authentication passes.")
    };
    static const struct bnc_span dmarc_also[] = { BNC_SPAN("Outlook.com"), BNC_SPAN("Yahoo") };
    static const struct bnc_span sources[] = {
        BNC_SPAN("RFC 7489 section 6.3"), BNC_SPAN("https://support.google.com/a/answer/81126")
    };
    static const struct bnc_span delist[] = {
        BNC_SPAN("Ask for delisting of 192.0.2.17 at sender.office.com, with the full response."),
        BNC_SPAN("Hold mail from this IP to Outlook.com until it is accepted again.")
    };
    static const struct bnc_span drop[] = { BNC_SPAN(
        "Suppress the domain: nothing is delivered there.") };
    static const struct bnc_span label[] = { BNC_SPAN(
        "Ask the ESP to lift these suppressions: the fault was ours and is repaired.") };

    f->judged.findings = fixture_take(&f->judged.arena, 8, sizeof *f->judged.findings);
    fixture_finding(
        f, (struct bnc_finding){
               .kind = BNC_FINDING_AUTHENTICATION_FAILURE,
               .severity = BNC_PRIORITY_CRITICAL,
               .scope = BNC_SCOPE_SENDER_WIDE,
               .subject_type = BNC_SUBJECT_SENDER_DOMAIN,
               .subject = BNC_SPAN("news.example.com"),
               .cause = BNC_CAUSE_AUTH_DMARC,
               .side = BNC_SIDE_SENDER,
               .recipients = 13385,
               .events = 13840,
               .attempted = 131000,
               .rate = bnc_rate_make(13840, 131000, 0, 0, 100),
               .onset = FIXTURE_TIME(11),
               .end = FIXTURE_TIME(15),
               .first_seen = FIXTURE_TIME(11),
               .last_seen = FIXTURE_TIME(15),
               .confidence = 97,
               .templates = dmarc,
               .n_templates = 3,
               .headline = BNC_SPAN("Mail from news.example.com fails DMARC at Gmail, Outlook.com "
                                    "and Yahoo from 12 to 16 October: our side"),
               .meaning = BNC_SPAN("Three unrelated providers refuse the same sender for the same "
                                   "reason, and accept other senders of ours on the same days. The "
                                   "recipients are fine; our authentication broke."),
               .checks = dmarc_checks,
               .n_checks = 3,
               .actions = dmarc_actions,
               .n_actions = 2,
               .sources = sources,
               .n_sources = 2,
               .also = dmarc_also,
               .n_also = 2,
               .letter =
                   BNC_SPAN("Subject: DMARC failures for news.example.com since 12 October "
                            "2026\n\nHello,\n\nsince 12 October 2026 09:05 UTC our mail from "
                            "news.example.com is refused with\n\n    550-5.7.26 Your email has "
                            "been blocked because the sender is unauthenticated.\n\nPlease tell us "
                            "whether the DKIM key of our account was changed on that day.\n") });
    fixture_finding(
        f, (struct bnc_finding){
               .kind = BNC_FINDING_PROVIDER_REPUTATION,
               .severity = BNC_PRIORITY_CRITICAL,
               .scope = BNC_SCOPE_PROVIDER_WIDE,
               .subject_type = BNC_SUBJECT_PROVIDER,
               .subject = BNC_SPAN("Outlook.com"),
               .cause = BNC_CAUSE_BLOCKLISTED,
               .side = BNC_SIDE_SENDER,
               .recipients = 1467,
               .events = 1482,
               .attempted = 203000,
               .rate = bnc_rate_make(1482, 203000, 0, 0, 100),
               .onset = FIXTURE_TIME(20),
               .end = FIXTURE_TIME(24),
               .first_seen = FIXTURE_TIME(20),
               .last_seen = FIXTURE_TIME(24),
               .confidence = 93,
               .templates = s3140,
               .n_templates = 2,
               .headline = BNC_SPAN(
                   "Outlook.com blocks 192.0.2.17 (S3140) from 21 to 25 October: our side"),
               .meaning = BNC_SPAN("Microsoft lists the sending IP. Other IPs of ours deliver to "
                                   "Outlook.com as usual."),
               .actions = delist,
               .n_actions = 2 });
    fixture_finding(
        f, (struct bnc_finding){
               .kind = BNC_FINDING_DOMAIN_WIDE_FAILURE,
               .severity = BNC_PRIORITY_FIX_SOON,
               .scope = BNC_SCOPE_DOMAIN_WIDE,
               .subject_type = BNC_SUBJECT_DOMAIN,
               .subject = BNC_SPAN("deadcorp.example"),
               .cause = BNC_CAUSE_BAD_DOMAIN,
               .side = BNC_SIDE_RECIPIENT_DOMAIN,
               .recipients = 630,
               .events = 640,
               .attempted = 640,
               .rate = bnc_rate_make(640, 640, 0, 0, 100),
               .onset = BNC_NO_TIME,
               .end = BNC_NO_TIME,
               .ongoing = true,
               .first_seen = FIXTURE_TIME(0),
               .last_seen = FIXTURE_TIME(30),
               .confidence = 99,
               .templates = dead,
               .n_templates = 1,
               .headline = BNC_SPAN("deadcorp.example no longer exists: all 630 recipients fail "
                                    "since 1 October; their domain"),
               .meaning = BNC_SPAN(
                   "The domain has no DNS records for mail. Nothing will ever be delivered."),
               .actions = drop,
               .n_actions = 1 });
    fixture_finding(
        f, (struct bnc_finding){
               .kind = BNC_FINDING_ESP_LABEL_MISMATCH,
               .severity = BNC_PRIORITY_MONITOR,
               .scope = BNC_SCOPE_SENDER_WIDE,
               .subject_type = BNC_SUBJECT_EXPORT,
               .subject = BNC_SPAN(""),
               .cause = -1,
               .side = BNC_SIDE_ESP,
               .recipients = 420,
               .events = 433,
               .onset = BNC_NO_TIME,
               .end = BNC_NO_TIME,
               .first_seen = FIXTURE_TIME(11),
               .last_seen = FIXTURE_TIME(24),
               .confidence = 88,
               .headline = BNC_SPAN(
                   "420 good addresses are labelled hard bounces by the ESP for a fault of ours"),
               .meaning = BNC_SPAN("The ESP will suppress them although the mailboxes work."),
               .actions = label,
               .n_actions = 1 });
}

static void fixture_limits(struct fixture *f)
{
    struct bnc_judged *j = &f->judged;

    j->n_limits = 3;
    j->limits = fixture_take(&j->arena, 3, sizeof *j->limits);
    j->limits[0] = (struct bnc_limit_row){ "Amazon SES",
                                           "hard_bounce_rate",
                                           "per account, representative volume",
                                           "account under review",
                                           "AWS documentation",
                                           bnc_rate_make(12993, 1244000, 0.02, 0.05, 100),
                                           49207,
                                           true };
    j->limits[1] = (struct bnc_limit_row){ "Yahoo",
                                           "complaint_rate",
                                           "per sending domain",
                                           "mail is deferred or refused",
                                           "senders.yahooinc.com",
                                           bnc_rate_make(402, 118040, 0.001, 0.003, 1000),
                                           -48,
                                           true };
    j->limits[2] = (struct bnc_limit_row){
        "Gmail",         "complaint_rate",     "personal accounts, daily",
        "no mitigation", "support.google.com", bnc_rate_make(0, 0, 0.001, 0.003, 1000),
        INT64_MAX,
        true
    };
    j->limits[2].rate.why_na = "not measurable from exports";
    j->n_contradictions = 2;
    j->contradictions = fixture_take(&j->arena, 2, sizeof *j->contradictions);
    j->contradictions[0] = (struct bnc_contradiction_row){ BNC_SPAN("sendgrid_activity"),
                                                           BNC_SPAN("bounce"),
                                                           BNC_HARDNESS_HARD,
                                                           BNC_CAUSE_AUTH_DMARC,
                                                           433,
                                                           420,
                                                           true,
                                                           false };
    j->contradictions[1] = (struct bnc_contradiction_row){ BNC_SPAN("pmta_acct"),
                                                           BNC_SPAN("quota-issues"),
                                                           BNC_HARDNESS_SOFT,
                                                           BNC_CAUSE_INVALID_RECIPIENT,
                                                           31,
                                                           30,
                                                           false,
                                                           true };
}

static void fixture_quality(struct fixture *f)
{
    static struct bnc_span names[] = { BNC_SPAN("exports/pmta-2026-10.csv.gz"),
                                       BNC_SPAN("exports/sendgrid.csv") };
    struct bnc_tally *t = &f->tally;

    t->n[BNC_EVENT_OTHER] = 2;
    t->malformed = 3;
    t->repeated_headers = 1;
    t->duplicates = 12;
    t->faults[BNC_FAULT_BAD_TIME] =
        (struct bnc_fault_total){ 3, { { 0, 412, 50120 }, { 0, 977, 120033 }, { 1, 9, 1022 } }, 3 };
    t->faults[BNC_FAULT_REPEATED_HEADER] = (struct bnc_fault_total){ 1, { { 1, 500, 61000 } }, 1 };
    t->late = 5;
    t->extra_events = 4;
    t->flagged[1] = 7;
    t->sources = names;
    t->n_sources = 2;
    t->rows = t->malformed + t->repeated_headers + t->duplicates + t->late - t->extra_events;
    for (int e = 0; e < BNC_N_EVENTS; e++)
        t->rows += t->n[e];
    t->first = FIXTURE_TIME(0);
    t->last = FIXTURE_TIME(30);
    t->recipients_recurring = 37;
    f->inputs[0] = (struct bnc_report_input){ "exports/pmta-2026-10.csv.gz",
                                              "pmta_acct",
                                              "PowerMTA",
                                              "gzip",
                                              "utf-8",
                                              ',',
                                              t->rows - 5000,
                                              402000111,
                                              NULL };
    f->inputs[1] = (struct bnc_report_input){ "exports/sendgrid.csv",
                                              "sendgrid_activity",
                                              "SendGrid",
                                              "plain",
                                              "utf-8",
                                              ',',
                                              5000,
                                              1022000,
                                              NULL };
}

static const char *const fixture_campaigns[] = { "autumn-sale", "newsletter-41", "newsletter-42",
                                                 "win-back", "zz-old-list" };
static const char *const fixture_ips[] = { "192.0.2.17", "192.0.2.18", "198.51.100.7" };
static const char *const fixture_senders[] = { "example.com", "news.example.com" };

static void fixture_init(struct fixture *f)
{
    static const struct bnc_classifier_options none = { .rules_path = NULL };

    memset(f, 0, sizeof *f);
    if (bnc_classifier_create(&f->classifier, &none, NULL) != BNC_OK)
        abort();
    f->tally.n[BNC_EVENT_SUPPRESSED] = 720;
    fixture_templates(f);
    fixture_provider_totals(f);
    f->tally.providers[0].n[BNC_EVENT_SUPPRESSED] = 720;
    fixture_judge_providers(f);
    fixture_domains(f);
    fixture_days(f);
    fixture_subjects(f, BNC_KIND_CAMPAIGN, fixture_campaigns, 5);
    fixture_subjects(f, BNC_KIND_SENDING_IP, fixture_ips, 3);
    fixture_subjects(f, BNC_KIND_SENDER_DOMAIN, fixture_senders, 2);
    fixture_judge_subjects(f);
    fixture_findings(f);
    fixture_limits(f);
    fixture_quality(f);
    f->judged.has_deliveries = true;
    f->judged.has_baseline = true;
    f->judged.baseline_overall = f->judged.overall;
    f->judged.baseline_overall.of[BNC_METRIC_BOUNCE_RATE] =
        bnc_rate_make(18000, 1100000, 0.02, 0.05, 100);
    f->judged.baseline_provider = f->judged.provider;
    f->data = (struct bnc_report_data){ .tally = &f->tally,
                                        .judged = &f->judged,
                                        .classifier = f->classifier,
                                        .inputs = f->inputs,
                                        .n_inputs = 2,
                                        .complete = true,
                                        .generated = FIXTURE_TIME(32),
                                        .unicode = true };
}

static void fixture_release(struct fixture *f)
{
    bnc_arena_release(&f->tally.arena);
    bnc_arena_release(&f->judged.arena);
    bnc_classifier_free(f->classifier);
}

#endif
