/* SPDX-License-Identifier: MIT */
#include "mail_kit.h"

#include <math.h>
#include <unistd.h>

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) < 1e-6))
        fail_msg("%.9f is not near %.9f", a, b);
}

/* Checked against the formula worked by hand: p = 0.1, n = 100, z = 1.959964. */
static void wilson__equals_the_textbook(void **state)
{
    double low, high;

    (void)state;
    bnc_wilson(10, 100, &low, &high);
    assert_near(low, 0.0552291);
    assert_near(high, 0.1743657);
    bnc_wilson(5, 5, &low, &high);
    assert_near(low, 0.5655175);
    assert_near(high, 1);
}

static void wilson__stays_within_bounds(void **state)
{
    double low, high;

    (void)state;
    bnc_wilson(0, 0, &low, &high);
    assert_true(low == 0 && high == 0);
    for (uint64_t n = 1; n < 200; n++)
        for (uint64_t k = 0; k <= n; k++) {
            bnc_wilson(k, n, &low, &high);
            assert_true(low >= 0 && low <= (double)k / (double)n && high >= (double)k / (double)n &&
                        high <= 1);
        }
}

static void rate__is_judged_by_its_whole_interval(void **state)
{
    (void)state;
    assert_int_equal(bnc_rate_make(1, 10000, 0.02, 0.05, 200).judgement, BNC_JUDGE_OK);
    assert_int_equal(bnc_rate_make(300, 10000, 0.02, 0.05, 200).judgement, BNC_JUDGE_WATCH);
    assert_int_equal(bnc_rate_make(900, 10000, 0.02, 0.05, 200).judgement, BNC_JUDGE_BREACH);
    assert_int_equal(bnc_rate_make(200, 10000, 0.02, 0.05, 200).judgement, BNC_JUDGE_INCONCLUSIVE);
    assert_int_equal(bnc_rate_make(100, 199, 0.02, 0.05, 200).judgement, BNC_JUDGE_TOO_FEW);
    assert_int_equal(bnc_rate_make(5, 100, 0, 0, 0).judgement, BNC_JUDGE_NONE);
}

static void rate__without_denominator_is_not_zero(void **state)
{
    const struct bnc_rate r = bnc_rate_make(7, 0, 0.02, 0.05, 200);

    (void)state;
    assert_non_null(r.why_na);
    assert_int_equal(r.den, 0);
    assert_int_equal(r.judgement, BNC_JUDGE_NONE);
}

static void rates__count_address_faults_apart(void **state)
{
    struct kit k;
    const struct bnc_rates *all;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 3, 100, "firm.example");
    kit_mail(&k, 1, BNC_EVENT_BOUNCE, 500, "firm.example", KIT_NO_USER, "news-01");
    kit_mail(&k, 1, BNC_EVENT_BOUNCE, 501, "firm.example", KIT_LISTED, "news-01");
    kit_mail(&k, 1, BNC_EVENT_BOUNCE, 502, "firm.example", KIT_FULL_5, "news-01");
    kit_judge(&k, NULL);
    all = &k.judged->overall;
    assert_int_equal(all->attempted, 403);
    assert_int_equal(all->of[BNC_METRIC_BOUNCE_RATE].num, 3);
    assert_int_equal(all->of[BNC_METRIC_BOUNCE_RATE].den, 403);
    assert_int_equal(all->of[BNC_METRIC_HARD_BOUNCE_RATE].num, 1);
    kit_close(&k);
}

static void rates__never_show_zero_complaints_where_none_can_be(void **state)
{
    struct kit k;
    uint16_t gmail, yahoo;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 5, 100, "gmail.com");
    kit_accept(&k, 0, 5, 100, "yahoo.com");
    for (unsigned i = 0; i < 8; i++)
        kit_mail(&k, 2, BNC_EVENT_COMPLAINT, i, "yahoo.com", NULL, "news-02");
    kit_judge(&k, NULL);
    gmail = bnc_provider_of_domain(k.classifier, bnc_span_str("gmail.com"));
    yahoo = bnc_provider_of_domain(k.classifier, bnc_span_str("yahoo.com"));
    assert_int_equal(k.judged->provider[gmail].of[BNC_METRIC_COMPLAINT_RATE].den, 0);
    assert_string_equal(k.judged->provider[gmail].of[BNC_METRIC_COMPLAINT_RATE].why_na,
                        "not measurable from exports");
    assert_int_equal(k.judged->provider[yahoo].of[BNC_METRIC_COMPLAINT_RATE].num, 8);
    assert_int_equal(k.judged->provider[yahoo].of[BNC_METRIC_COMPLAINT_RATE].den, 600);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_COMPLAINT_RATE].den, 600);
    kit_close(&k);
}

static void rates__without_any_complaint_are_unknown(void **state)
{
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 5, 100, "yahoo.com");
    kit_judge(&k, NULL);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_COMPLAINT_RATE].den, 0);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_DEFERRAL_RATE].den, 0);
    assert_string_equal(k.judged->overall.of[BNC_METRIC_COMPLAINT_RATE].why_na,
                        "the input holds no complaints");
    kit_close(&k);
}

static void failures(struct kit *k)
{
    for (unsigned i = 0; i < 10; i++)
        kit_mail(k, (int)i, BNC_EVENT_BOUNCE, i, i < 7 ? "gmail.com" : "firm.example", KIT_NO_USER,
                 "all");
}

static void sent__gives_a_list_of_failures_its_denominator(void **state)
{
    const struct bnc_detect_options opt = { .sent_total = 1000 };
    struct kit k;

    (void)state;
    kit_open(&k);
    failures(&k);
    kit_judge(&k, NULL);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_BOUNCE_RATE].den, 0);
    assert_non_null(k.judged->overall.of[BNC_METRIC_BOUNCE_RATE].why_na);
    bnc_judged_free(k.judged);
    assert_int_equal(bnc_judge(&k.judged, k.tally, &opt, &k.err), BNC_OK);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_BOUNCE_RATE].num, 10);
    assert_int_equal(k.judged->overall.of[BNC_METRIC_BOUNCE_RATE].den, 1000);
    kit_close(&k);
}

static void write_file(char path[], const char *text)
{
    const int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static void sent__reads_a_file_by_domain(void **state)
{
    char path[] = "/tmp/bnc_sent_XXXXXX";
    const struct bnc_detect_options opt = { .sent_path = path };
    struct kit k;
    struct bnc_rates firm;
    uint16_t gmail;

    (void)state;
    write_file(path, "domain,sent\nGmail.com,700\nfirm.example,50\nelsewhere.example,250\n");
    kit_open(&k);
    failures(&k);
    kit_judge(&k, &opt);
    gmail = bnc_provider_of_domain(k.classifier, bnc_span_str("gmail.com"));
    assert_int_equal(k.judged->overall.attempted, 1000);
    assert_int_equal(k.judged->provider[gmail].attempted, 700);
    assert_true(bnc_domain_rates(k.judged, k.tally, kit_domain(&k, "firm.example"), 50, &firm));
    assert_int_equal(firm.attempted, 50);
    assert_true(firm.of[BNC_METRIC_BOUNCE_RATE].high > 0);
    assert_false(bnc_domain_rates(k.judged, k.tally, kit_domain(&k, "firm.example"), 51, &firm));
    unlink(path);
    kit_close(&k);
}

static void sent__file_without_keys_is_an_error(void **state)
{
    char path[] = "/tmp/bnc_sent_XXXXXX", bad[] = "/tmp/bnc_sent_XXXXXX";
    struct bnc_detect_options opt = { .sent_path = path };
    struct bnc_judged *j;
    struct kit k;

    (void)state;
    write_file(path, "what,sent\nx,700\n");
    write_file(bad, "domain,sent\nx.example,many\n");
    kit_open(&k);
    failures(&k);
    kit_judge(&k, NULL);
    assert_int_equal(bnc_judge(&j, k.tally, &opt, &k.err), BNC_ECONFIG);
    assert_null(j);
    opt.sent_path = bad;
    assert_int_equal(bnc_judge(&j, k.tally, &opt, &k.err), BNC_ECONFIG);
    assert_non_null(strstr(k.err.text, "line 2"));
    unlink(path);
    unlink(bad);
    kit_close(&k);
}

static void limits__say_how_far_off_they_are(void **state)
{
    struct kit k;
    bool seen = false;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 8, 110, "firm.example"); /* 990 delivered */
    for (unsigned i = 0; i < 10; i++)
        kit_mail(&k, 1, BNC_EVENT_BOUNCE, 500 + i, "firm.example", KIT_NO_USER, "news-01");
    kit_judge(&k, NULL);
    for (size_t i = 0; i < k.judged->n_limits; i++) {
        const struct bnc_limit_row *l = &k.judged->limits[i];

        if (strcmp(l->who, "Amazon SES") != 0 || l->rate.limit < 0.0999 ||
            strcmp(l->metric, "hard_bounce_rate") != 0)
            continue;
        seen = true;
        assert_int_equal(l->rate.num, 10);
        assert_int_equal(l->rate.den, 1000);
        assert_int_equal(l->headroom, 40); /* 5 % of 1000 is where the review begins */
    }
    assert_true(seen);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson__equals_the_textbook),
        cmocka_unit_test(wilson__stays_within_bounds),
        cmocka_unit_test(rate__is_judged_by_its_whole_interval),
        cmocka_unit_test(rate__without_denominator_is_not_zero),
        cmocka_unit_test(rates__count_address_faults_apart),
        cmocka_unit_test(rates__never_show_zero_complaints_where_none_can_be),
        cmocka_unit_test(rates__without_any_complaint_are_unknown),
        cmocka_unit_test(sent__gives_a_list_of_failures_its_denominator),
        cmocka_unit_test(sent__reads_a_file_by_domain),
        cmocka_unit_test(sent__file_without_keys_is_an_error),
        cmocka_unit_test(limits__say_how_far_off_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
