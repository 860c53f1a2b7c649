/* SPDX-License-Identifier: MIT */
#include "mail_kit.h"

#include <math.h>

#include "detect/judging.h"
#include "tables/threshold.h"

#define B BNC_EVENT_BOUNCE
#define T BNC_EVENT_DEFERRAL
#define D BNC_EVENT_DELIVERED

/* A healthy month: two providers and two firms, sixteen days, a few dead mailboxes. */
static void healthy(struct kit *k)
{
    kit_accept(k, 0, 15, 60, "gmail.com");
    kit_accept(k, 0, 15, 40, "yahoo.com");
    kit_accept(k, 0, 15, 20, "firm.example");
    kit_accept(k, 0, 15, 20, "other.example");
    for (unsigned i = 0; i < 6; i++)
        kit_mail(k, (int)(2 * i), B, 900 + i, i % 2 == 0 ? "gmail.com" : "yahoo.com", KIT_NO_USER,
                 "news-00");
}

static void quiet__has_no_finding_above_info(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    kit_judge(&k, NULL);
    assert_int_equal(kit_above_info(&k), 0);
    kit_close(&k);
}

static void nothing__is_judged_too(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_judge(&k, NULL);
    assert_int_equal(k.judged->n_findings, 0);
    assert_non_null(k.judged->overall.of[BNC_METRIC_BOUNCE_RATE].why_na);
    kit_close(&k);
}

static void rows_without_times__are_judged_too(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 0, 20, "firm.example");
    for (unsigned i = 0; i < 9; i++) {
        char address[40];

        snprintf(address, sizeof address, "u%u@down.example", i);
        kit_say(&k, BNC_NO_TIME, B, address, KIT_NULL_MX, "");
    }
    kit_judge(&k, NULL);
    assert_int_equal(kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE)->recipients, 9);
    kit_close(&k);
}

/* ---- domains ---- */

static void mailbox__dead_for_weeks_is_no_dead_domain(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (int day = 0; day < 16; day++)
        kit_mail(&k, day, B, 999, "firm.example", KIT_NO_USER, "news-00");
    kit_judge(&k, NULL);
    assert_int_equal(kit_above_info(&k), 0);
    assert_int_equal(k.judged->domain_scope[kit_domain(&k, "firm.example")],
                     BNC_SCOPE_RECIPIENT_LOCAL);
    kit_close(&k);
}

static void domain__needs_five_recipients(void **state)
{
    (void)state;
    for (unsigned n = 3; n <= 6; n++) {
        const struct bnc_finding *f;
        struct kit k;

        kit_open(&k);
        healthy(&k);
        for (unsigned i = 0; i < n; i++)
            kit_mail(&k, 3, B, i, "small.example",
                     "554 5.7.1 Message refused by local policy of small.example", "news-03");
        kit_judge(&k, NULL);
        f = kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE);
        if (n < 5) {
            assert_null(f);
        } else {
            assert_non_null(f);
            assert_span(f->subject, "small.example");
            assert_int_equal(f->recipients, n);
            assert_true(f->rate.low >= 0.5);
            assert_false(f->by_code);
        }
        kit_close(&k);
    }
}

static void domain__half_accepted_is_not_failing(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned i = 0; i < 16; i++)
        kit_mail(&k, 3, i % 2 ? B : D, i, "small.example", i % 2 ? KIT_NO_USER : NULL, "news-03");
    kit_judge(&k, NULL);
    assert_null(kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE));
    kit_close(&k);
}

static void domain__settings_are_obeyed(void **state)
{
    const struct bnc_detect_options more = { .domain_min_recipients = 8 },
                                    share = { .domain_share = 0.95 };
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned i = 0; i < 6; i++)
        kit_mail(&k, 3, B, i, "small.example",
                 "554 5.7.1 Message refused by local policy of small.example", "news-03");
    kit_judge(&k, &more);
    assert_null(kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE));
    bnc_judged_free(k.judged);
    assert_int_equal(bnc_judge(&k.judged, k.tally, &share, &k.err), BNC_OK);
    assert_null(kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE));
    kit_close(&k);
}

static void domain__explicit_reply_decides_alone(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned i = 0; i < 5; i++)
        kit_mail(&k, 4, B, i, "dead.example", KIT_NULL_MX, "news-04");
    kit_mail(&k, 4, B, 1, "gone.example", KIT_NULL_MX, "news-04");
    kit_mail(&k, 4, B, 1, "lost.example", KIT_NULL_MX, "news-04");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE);
    assert_span(f->subject, "dead.example");
    assert_int_equal(f->cause, BNC_CAUSE_DOMAIN_NOT_ACCEPTING);
    assert_int_equal(kit_above_info(&k), 1); /* the two small ones are one note */
    assert_int_equal(k.judged->domain_scope[kit_domain(&k, "lost.example")], BNC_SCOPE_DOMAIN_WIDE);
    kit_close(&k);
}

/* Sixteen days of mail to down.example, which can't be reached on three of them. */
static void down_for_three_days(struct kit *k)
{
    for (int day = 0; day < 16; day++)
        for (unsigned n = 0; n < 12; n++)
            kit_mail(k, day, day >= 6 && day <= 8 ? T : D, n, "down.example",
                     day >= 6 && day <= 8 ? KIT_TIMEOUT : NULL, "daily");
}

static void domain__down_for_three_days_within_a_month(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    down_for_three_days(&k);
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE);
    assert_non_null(f);
    assert_span(f->subject, "down.example");
    assert_int_equal(f->recipients, 12);
    assert_int_equal(f->onset / KIT_DAY, KIT_START / KIT_DAY + 6);
    assert_int_equal(f->end / KIT_DAY, KIT_START / KIT_DAY + 8);
    assert_false(f->ongoing);
    assert_int_equal(kit_above_info(&k), 1);
    kit_close(&k);
}

static void domain__organization_speaks_for_its_subdomains(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned i = 0; i < 9; i++)
        kit_mail(&k, 3, B, i,
                 i % 3 == 0   ? "a.campus.co.uk"
                 : i % 3 == 1 ? "b.campus.co.uk"
                              : "c.campus.co.uk",
                 "550 5.4.4 unable to route: no mail service here", "news-03");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE);
    assert_non_null(f);
    assert_span(f->subject, "campus.co.uk");
    assert_int_equal(f->n_also, 3);
    assert_int_equal(f->recipients, 9);
    kit_close(&k);
}

static void domain__without_deliveries_claims_no_share(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    for (unsigned i = 0; i < 60; i++)
        kit_mail(&k, (int)(i % 16), B, i, i % 2 ? "gmail.com" : "yahoo.com", KIT_NO_USER, "all");
    for (unsigned i = 0; i < 8; i++)
        kit_mail(&k, 5, B, i, "blocked.example",
                 "554 5.7.1 Message refused by local policy of blocked.example", "all");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE);
    assert_non_null(f);
    assert_span(f->subject, "blocked.example");
    assert_true(f->by_code);
    assert_int_equal(f->rate.den, 0);
    assert_int_equal(kit_above_info(&k), 1); /* sixty unknown users at big providers are none */
    kit_close(&k);
}

/* ---- incidents ---- */

static void dmarc(struct kit *k, const char *domain, unsigned people, const char *reply)
{
    for (int day = 8; day <= 9; day++)
        for (unsigned n = 0; n < people; n++)
            kit_mail(k, day, B, n, domain, reply, "promo");
}

static void incident__at_three_providers_is_one_finding_about_us(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    kit_accept(&k, 0, 15, 30, "outlook.com");
    dmarc(&k, "gmail.com", 40, KIT_DMARC);
    dmarc(&k, "yahoo.com", 30,
          "550 5.7.9 This mail has been blocked because the sender is unauthenticated. Yahoo "
          "requires all senders to authenticate");
    dmarc(&k, "outlook.com", 20,
          "550 5.7.515 Access denied, sending domain SHOP.EXAMPLE doesn't meet the required "
          "authentication level.");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_AUTHENTICATION_FAILURE);
    assert_non_null(f);
    assert_int_equal(f->scope, BNC_SCOPE_SENDER_WIDE);
    assert_int_equal(f->side, BNC_SIDE_SENDER);
    assert_int_equal(f->severity, BNC_PRIORITY_CRITICAL);
    assert_int_equal(f->n_also_providers, 3);
    assert_int_equal(f->onset / KIT_DAY, KIT_START / KIT_DAY + 8);
    assert_int_equal(f->end / KIT_DAY, KIT_START / KIT_DAY + 9);
    assert_int_equal(kit_above_info(&k), 1);
    kit_close(&k);
}

static void incident__of_one_address_names_it(void **state)
{
    const struct bnc_finding *f;
    struct kit k;
    bool named = false;

    (void)state;
    kit_open(&k);
    healthy(&k);
    k.ip = "203.0.113.9";
    kit_accept(&k, 0, 15, 30, "outlook.com");
    k.ip = "203.0.113.77";
    for (int day = 5; day < 16; day++)
        for (unsigned n = 30; n < 45; n++)
            kit_mail(&k, day, B, n, "outlook.com",
                     "550 5.7.1 Unfortunately, messages from [203.0.113.77] weren't sent. Please "
                     "contact your Internet "
                     "service provider since part of their network is on our block list (S3150).",
                     "news-05");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_PROVIDER_REPUTATION);
    assert_non_null(f);
    assert_int_equal(f->scope, BNC_SCOPE_PROVIDER_WIDE);
    assert_span(f->subject, "Outlook.com");
    assert_int_equal(k.judged->provider_scope[k.tally->domains[kit_domain(&k, "outlook.com")]
                                                  .provider][f->cause],
                     BNC_SCOPE_PROVIDER_WIDE);
    for (size_t i = f->n_also_providers; i < f->n_also; i++)
        named |= bnc_span_eq(f->also[i], BNC_SPAN("203.0.113.77"));
    assert_true(named);
    assert_true(f->ongoing);
    assert_int_equal(f->end, BNC_NO_TIME);
    assert_true(f->letter.len > 0);
    assert_int_equal(kit_above_info(&k), 1);
    kit_close(&k);
}

/* ---- scope, cause by cause ---- */

static enum bnc_scope scope_at(const struct kit *k, const char *domain, enum bnc_cause cause)
{
    const struct bnc_domain *d = &k->tally->domains[kit_domain(k, domain)];
    uint32_t at = d->cause_at;

    while (at < d->cause_at + d->n_causes && k->tally->domain_causes[at].cause != cause)
        at++;
    assert_true(at < d->cause_at + d->n_causes);
    return (enum bnc_scope)k->judged->cause_scope[at];
}

static void scope__of_an_outage_is_not_that_of_a_dead_mailbox(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    down_for_three_days(&k);
    for (int day = 0; day < 16; day += 5)
        kit_mail(&k, day, B, 999, "down.example", KIT_NO_USER, "daily");
    kit_judge(&k, NULL);
    assert_int_equal(scope_at(&k, "down.example", BNC_CAUSE_TIMEOUT), BNC_SCOPE_DOMAIN_WIDE);
    assert_int_equal(scope_at(&k, "down.example", BNC_CAUSE_INVALID_RECIPIENT),
                     BNC_SCOPE_RECIPIENT_LOCAL);
    assert_int_equal(k.judged->domain_scope[kit_domain(&k, "down.example")],
                     BNC_SCOPE_DOMAIN_WIDE);
    assert_int_equal(k.judged->provider_scope[0][BNC_CAUSE_TIMEOUT], 0);
    kit_close(&k);
}

/*
 * Two groups of causes may each fail as a whole: half the people are refused, and half unreachable.
 */
static void scope__is_wide_for_each_group_that_fails(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned n = 0; n < 40; n++)
        kit_mail(&k, (int)(n % 16), B, n, "both.example",
                 n % 2 ? "554 5.7.1 Message refused by local policy of both.example"
                       : "550 5.4.4 unable to route: no mail service here",
                 "daily");
    kit_mail(&k, 3, T, 77, "both.example", KIT_FULL_4, "daily");
    kit_judge(&k, NULL);
    assert_int_equal(scope_at(&k, "both.example", BNC_CAUSE_POLICY_REJECTED),
                     BNC_SCOPE_DOMAIN_WIDE);
    assert_int_equal(scope_at(&k, "both.example", BNC_CAUSE_ROUTING_FAILURE),
                     BNC_SCOPE_DOMAIN_WIDE);
    assert_int_equal(scope_at(&k, "both.example", BNC_CAUSE_MAILBOX_FULL),
                     BNC_SCOPE_RECIPIENT_LOCAL);
    kit_close(&k);
}

static void scope__of_an_incident_is_its_causes_and_days(void **state)
{
    uint16_t gmail;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    kit_accept(&k, 0, 15, 30, "outlook.com");
    dmarc(&k, "gmail.com", 40, KIT_DMARC);
    dmarc(&k, "yahoo.com", 30, KIT_DMARC);
    dmarc(&k, "outlook.com", 20, KIT_DMARC);
    kit_mail(&k, 8, B, 3, "firm.example", KIT_DMARC, "promo");
    kit_mail(&k, 2, B, 3, "other.example", KIT_DMARC, "promo"); /* days before */
    kit_judge(&k, NULL);
    gmail = k.tally->domains[kit_domain(&k, "gmail.com")].provider;
    assert_int_equal(scope_at(&k, "gmail.com", BNC_CAUSE_AUTH_DMARC), BNC_SCOPE_SENDER_WIDE);
    assert_int_equal(scope_at(&k, "gmail.com", BNC_CAUSE_INVALID_RECIPIENT),
                     BNC_SCOPE_RECIPIENT_LOCAL);
    assert_int_equal(scope_at(&k, "firm.example", BNC_CAUSE_AUTH_DMARC), BNC_SCOPE_SENDER_WIDE);
    assert_int_equal(scope_at(&k, "other.example", BNC_CAUSE_AUTH_DMARC),
                     BNC_SCOPE_RECIPIENT_LOCAL);
    assert_int_equal(k.judged->provider_scope[gmail][BNC_CAUSE_AUTH_DMARC], BNC_SCOPE_SENDER_WIDE);
    assert_int_equal(k.judged->provider_scope[gmail][BNC_CAUSE_INVALID_RECIPIENT], 0);
    kit_close(&k);
}

static void complaints__are_told_once(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    kit_accept(&k, 0, 15, 60, "outlook.com");
    for (unsigned i = 0; i < 14; i++)
        kit_mail(&k, 7, BNC_EVENT_COMPLAINT, i, "yahoo.com", NULL, "news-06");
    kit_mail(&k, 3, BNC_EVENT_COMPLAINT, 3, "outlook.com", NULL, "news-02");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_COMPLAINT_RATE);
    assert_non_null(f);
    assert_int_equal(f->subject_type, BNC_SUBJECT_PROVIDER);
    assert_span(f->subject, "Yahoo");
    assert_int_equal(kit_above_info(&k), 1);
    kit_close(&k);
}

static void campaign__dirty_is_the_campaigns(void **state)
{
    const struct bnc_finding *f;
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    for (unsigned n = 0; n < 400; n++)
        kit_mail(&k, 9, n % 6 == 0 ? B : D, 2000 + n, n % 3 ? "gmail.com" : "other.example",
                 n % 6 == 0 ? KIT_NO_USER : NULL, "bought");
    kit_judge(&k, NULL);
    f = kit_find(&k, BNC_FINDING_LIST_QUALITY);
    assert_non_null(f);
    assert_int_equal(f->subject_type, BNC_SUBJECT_CAMPAIGN);
    assert_span(f->subject, "bought");
    assert_int_equal(f->rate.num, 67);
    assert_int_equal(f->rate.den, 400);
    assert_int_equal(kit_above_info(&k), 1);
    kit_close(&k);
}

/* ---- words ---- */

static void assert_clean(struct bnc_span s)
{
    static const char *const never[] = { "{", "}", "nan", "inf ", "-nan", "(null)" };
    char *text = malloc(s.len + 1);

    assert_non_null(text);
    memcpy(text, s.at, s.len);
    text[s.len] = '\0';
    for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
        if (strstr(text, never[i]) != NULL && strstr(text, "awk '{") == NULL)
            fail_msg("'%s' in: %s", never[i], text);
    free(text);
}

static void words__are_complete(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    dmarc(&k, "gmail.com", 40, KIT_DMARC);
    for (unsigned i = 0; i < 9; i++)
        kit_mail(&k, 3, B, i, "dead.example", KIT_NULL_MX, "news-03");
    for (unsigned i = 0; i < 14; i++)
        kit_mail(&k, 7, BNC_EVENT_COMPLAINT, i, "yahoo.com", NULL, "news-06");
    kit_judge(&k, NULL);
    assert_true(k.judged->n_findings >= 3);
    for (size_t i = 0; i < k.judged->n_findings; i++) {
        const struct bnc_finding *f = &k.judged->findings[i];

        assert_true(f->headline.len > 0 && f->meaning.len > 0 && f->n_checks > 0 &&
                    f->n_actions > 0);
        assert_clean(f->headline);
        assert_clean(f->meaning);
        assert_clean(f->letter);
        for (size_t c = 0; c < f->n_checks; c++)
            assert_clean(f->checks[c]);
        for (size_t c = 0; c < f->n_actions; c++)
            assert_clean(f->actions[c]);
    }
    kit_close(&k);
}

static void findings__are_ranked(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    healthy(&k);
    dmarc(&k, "gmail.com", 40, KIT_DMARC);
    for (unsigned i = 0; i < 9; i++)
        kit_mail(&k, 3, B, i, "dead.example", KIT_NULL_MX, "news-03");
    kit_mail(&k, 3, B, 1, "gone.example", KIT_NULL_MX, "news-03");
    kit_judge(&k, NULL);
    for (size_t i = 1; i < k.judged->n_findings; i++) {
        const struct bnc_finding *a = &k.judged->findings[i - 1], *b = &k.judged->findings[i];

        assert_true(a->severity > b->severity ||
                    (a->severity == b->severity && a->recipients >= b->recipients));
    }
    kit_close(&k);
}

static void share__has_the_digits_that_mean_something(void **state)
{
    static const struct {
        double share;
        const char *text;
    } cases[] = { { 0, "0 %" },
                  { 1, "100 %" },
                  { 0.0031, "0.31 %" },
                  { 0.1234, "12.3 %" },
                  { 0.00001, "under 0.01 %" },
                  { 0.99999, "over 99.9 %" } };
    struct bnc_buf b = { .at = NULL };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bnc_buf_clear(&b);
        bnc_share_put(&b, cases[i].share);
        assert_string_equal(b.at, cases[i].text);
    }
    bnc_buf_release(&b);
}

/* ---- trend, names, thresholds ---- */

static void trend__tells_what_rose(void **state)
{
    struct bnc_detect_options opt = { .fdr = 0 };
    const struct bnc_finding *f;
    struct kit then, now;

    (void)state;
    kit_open(&then);
    healthy(&then);
    kit_judge(&then, NULL);
    kit_open(&now);
    healthy(&now);
    for (unsigned i = 0; i < 60; i++)
        kit_mail(&now, (int)(i % 16), B, 5000 + i, i % 2 ? "gmail.com" : "yahoo.com", KIT_NO_USER,
                 i % 2 ? "news-01" : "news-02");
    opt.baseline = then.tally;
    kit_judge(&now, &opt);
    f = kit_find(&now, BNC_FINDING_TREND);
    assert_true(now.judged->has_baseline);
    assert_int_equal(now.judged->baseline_overall.of[BNC_METRIC_BOUNCE_RATE].num, 6);
    assert_non_null(f);
    assert_true(f->before.value < f->rate.value);
    kit_close(&now);
    opt.baseline = then.tally;
    bnc_judged_free(then.judged);
    assert_int_equal(bnc_judge(&then.judged, then.tally, &opt, &then.err), BNC_OK);
    assert_null(kit_find(&then, BNC_FINDING_TREND)); /* a month against itself */
    kit_close(&then);
}

static void thresholds__has_every_default_that_the_code_names(void **state)
{
    static const char *const names[] = {
        "hard_bounce_rate", "total_bounce_rate", "complaint_rate",           "deferral_rate",
        "min_volume",       "min_complaints",    "soft_bounces_per_address", "incident_recipients",
        "incident_ratio",   "spike_ratio",       "domain_recipients",        "domain_share",
        "suppressed_share", "unknown_share",     "malformed_share",          "recurring_share",
        "typo_share"
    };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(bnc_threshold_default(names[i])->limit > 0);
    for (unsigned f = 0; f < BNC_N_FAMILIES; f++)
        assert_true(strcmp(bnc_threshold_default(f == BNC_FAMILY_COMPLAINT ? "complaint_rate"
                                                                           : "incident_network")
                               ->who,
                           "default") == 0);
}

static void last_first(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    (void)ctx;
    while (n-- > 0)
        fn(arg, n);
}

/* Thousands of domains, some of them dead, some of several names of one organization. */
static void many_domains(struct kit *k)
{
    static const char *const forms[] = { "d%u.example", "m%u.co.uk", "a.o%u.example",
                                         "b.o%u.example" };
    char domain[40];

    for (unsigned i = 0; i < 4000; i++) {
        snprintf(domain, sizeof domain, forms[i % 4], i / 4);
        for (unsigned n = 0; n < (i % 17 == 0 ? 9u : 2u); n++)
            kit_mail(k, (int)(n + i) % 20, i % 17 == 0 || (n + i) % 5 == 0 ? B : D, n, domain,
                     i % 17 == 0 ? KIT_NULL_MX : KIT_NO_USER, "news-03");
    }
}

/* Days stand in for campaigns, and many of them are dirty: that is one list, told once. */
static void list__is_told_once_for_many_days(void **state)
{
    char day[24];
    unsigned told = 0;
    struct kit k;

    (void)state;
    kit_open(&k);
    for (int d = 0; d < 24; d++) {
        snprintf(day, sizeof day, "2026-10-%02d", d + 1);
        for (unsigned n = 0; n < 100; n++)
            kit_mail(&k, d, BNC_EVENT_DELIVERED, n, "gmail.com", NULL, day);
        for (unsigned n = 0; n < 30 && d >= 16; n++)
            kit_mail(&k, d, B, 1000 + 100 * (unsigned)d + n, "gmail.com", KIT_NO_USER, day);
    }
    kit_judge(&k, NULL);
    for (size_t i = 0; i < k.judged->n_findings; i++)
        if (k.judged->findings[i].kind == BNC_FINDING_LIST_QUALITY) {
            assert_int_equal(k.judged->findings[i].subject_type, BNC_SUBJECT_EXPORT);
            told++;
        }
    assert_int_equal(told, 1);
    kit_close(&k);
}

/* Two ESPs that call different things "hard" are two rows and two findings. */
static void labels__are_held_against_each_esp(void **state)
{
    static const struct bnc_esp sendgrid = { BNC_SPAN("SendGrid"), UINT64_C(0x9f3a61c2d47be805) },
                                mailgun = { BNC_SPAN("Mailgun"), UINT64_C(0x1c64e7a95b02fd38) };
    unsigned told = 0;
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 9, 100, "firm.example");
    k.hardness = BNC_HARDNESS_HARD;
    k.esp = &sendgrid;
    for (unsigned n = 0; n < 3; n++)
        kit_mail(&k, 1, B, n, "a.example", KIT_LISTED, "x");
    k.esp = &mailgun;
    for (unsigned n = 3; n < 8; n++)
        kit_mail(&k, 1, B, n, "a.example", KIT_LISTED, "x");
    kit_mail(&k, 1, B, 9, "b.example", KIT_NO_USER, "x"); /* rightly so */
    kit_judge(&k, NULL);
    assert_int_equal(k.judged->n_contradictions, 2);
    assert_span(k.judged->contradictions[0].esp, "Mailgun");
    assert_int_equal(k.judged->contradictions[0].recipients, 5);
    assert_span(k.judged->contradictions[1].esp, "SendGrid");
    assert_int_equal(k.judged->contradictions[1].recipients, 3);
    for (size_t i = 0; i < k.judged->n_findings; i++) {
        const struct bnc_finding *f = &k.judged->findings[i];

        if (f->kind != BNC_FINDING_ESP_LABEL_MISMATCH)
            continue;
        assert_span(f->subject, told++ == 0 ? "Mailgun" : "SendGrid");
        assert_int_equal(f->rate.den, told == 1 ? 6 : 3);
    }
    assert_int_equal(told, 2);
    kit_close(&k);
}

static void labels__are_told_of_however_many_esps(void **state)
{
    enum { ESPS = 70 };
    static struct bnc_esp esp[ESPS];
    char name[ESPS][8];
    unsigned told = 0;
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 9, 100, "firm.example");
    k.hardness = BNC_HARDNESS_HARD;
    for (unsigned i = 0; i < ESPS; i++) {
        snprintf(name[i], sizeof name[i], "Esp%02u", i);
        esp[i] = (struct bnc_esp){ bnc_span_str(name[i]), (i + 1) * UINT64_C(0x9e3779b97f4a7c15) };
        k.esp = &esp[i];
        kit_mail(&k, 1, B, i, "a.example", KIT_LISTED, "x");
    }
    kit_judge(&k, NULL);
    for (size_t i = 0; i < k.judged->n_findings; i++)
        told += k.judged->findings[i].kind == BNC_FINDING_ESP_LABEL_MISMATCH;
    assert_int_equal(told, ESPS);
    assert_int_equal(k.judged->n_contradictions, ESPS);
    kit_close(&k);
}

/*
 * A big domain of which a quarter is dead: its accepting recipients are too many for the tally's
 * small sketch, and must not be taken for few.
 */
static void domain__is_not_failing_because_it_is_big(void **state)
{
    struct kit k;

    (void)state;
    for (unsigned people = 200; people <= 800; people += 100) {
        kit_open(&k);
        kit_accept(&k, 0, 0, 5000, "gmail.com");
        kit_accept(&k, 1, 1, people, "big.example");
        for (unsigned n = 0; n < people / 3; n++)
            kit_mail(&k, 1, B, 10000 + n, "big.example", KIT_NO_USER, "news-01");
        kit_judge(&k, NULL);
        assert_null(kit_find(&k, BNC_FINDING_DOMAIN_WIDE_FAILURE));
        kit_close(&k);
    }
}

/*
 * A provider that throttles us in two weeks of one month has two incidents, each with its own days.
 */
static void incident__comes_twice(void **state)
{
    unsigned told = 0;
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 29, 60, "yahoo.com");
    kit_accept(&k, 0, 29, 200, "firm.example");
    for (int day = 5; day <= 21; day++)
        for (unsigned n = 0; n < 40 && (day < 7 || day > 19); n++)
            kit_mail(&k, day, BNC_EVENT_DEFERRAL, n, "yahoo.com",
                     "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected "
                     "volume or user complaints", "news");
    kit_judge(&k, NULL);
    for (size_t i = 0; i < k.judged->n_findings; i++) {
        const struct bnc_finding *f = &k.judged->findings[i];

        if (f->severity == BNC_PRIORITY_INFO)
            continue;
        told++;
        assert_span(f->subject, "Yahoo");
        assert_int_equal((f->last_seen - f->first_seen) / KIT_DAY, 1);
    }
    assert_int_equal(told, 2);
    kit_close(&k);
}

static void judge__is_the_same_in_any_order(void **state)
{
    const struct bnc_detect_options spread = { .parallel = last_first };
    struct bnc_judged *other;
    struct kit k;

    (void)state;
    kit_open(&k);
    many_domains(&k);
    kit_judge(&k, NULL);
    assert_int_equal(bnc_judge(&other, k.tally, &spread, &k.err), BNC_OK);
    assert_true(k.judged->n_findings > 10);
    assert_int_equal(other->n_findings, k.judged->n_findings);
    for (size_t i = 0; i < other->n_findings; i++) {
        const struct bnc_finding *a = &k.judged->findings[i], *b = &other->findings[i];

        assert_true(bnc_span_eq(a->headline, b->headline));
        assert_int_equal(a->recipients, b->recipients);
        assert_int_equal(a->n_also, b->n_also);
        for (size_t n = 0; n < a->n_also; n++)
            assert_true(bnc_span_eq(a->also[n], b->also[n]));
    }
    assert_memory_equal(other->domain_scope, k.judged->domain_scope,
                        k.tally->n_domains * sizeof *other->domain_scope);
    assert_memory_equal(other->cause_scope, k.judged->cause_scope, k.tally->n_domain_causes);
    bnc_judged_free(other);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list__is_told_once_for_many_days),
        cmocka_unit_test(labels__are_held_against_each_esp),
        cmocka_unit_test(labels__are_told_of_however_many_esps),
        cmocka_unit_test(domain__is_not_failing_because_it_is_big),
        cmocka_unit_test(incident__comes_twice),
        cmocka_unit_test(judge__is_the_same_in_any_order),
        cmocka_unit_test(quiet__has_no_finding_above_info),
        cmocka_unit_test(scope__of_an_outage_is_not_that_of_a_dead_mailbox),
        cmocka_unit_test(scope__is_wide_for_each_group_that_fails),
        cmocka_unit_test(scope__of_an_incident_is_its_causes_and_days),
        cmocka_unit_test(nothing__is_judged_too),
        cmocka_unit_test(rows_without_times__are_judged_too),
        cmocka_unit_test(mailbox__dead_for_weeks_is_no_dead_domain),
        cmocka_unit_test(domain__needs_five_recipients),
        cmocka_unit_test(domain__half_accepted_is_not_failing),
        cmocka_unit_test(domain__settings_are_obeyed),
        cmocka_unit_test(domain__explicit_reply_decides_alone),
        cmocka_unit_test(domain__down_for_three_days_within_a_month),
        cmocka_unit_test(domain__organization_speaks_for_its_subdomains),
        cmocka_unit_test(domain__without_deliveries_claims_no_share),
        cmocka_unit_test(incident__at_three_providers_is_one_finding_about_us),
        cmocka_unit_test(incident__of_one_address_names_it),
        cmocka_unit_test(complaints__are_told_once),
        cmocka_unit_test(campaign__dirty_is_the_campaigns),
        cmocka_unit_test(words__are_complete),
        cmocka_unit_test(findings__are_ranked),
        cmocka_unit_test(share__has_the_digits_that_mean_something),
        cmocka_unit_test(trend__tells_what_rose),
        cmocka_unit_test(thresholds__has_every_default_that_the_code_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
