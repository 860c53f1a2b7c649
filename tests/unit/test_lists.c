/* SPDX-License-Identifier: MIT */
#include "mail_kit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "detect/lists.h"
#include "tables/threshold.h"

#define A "ann@firm.example"

/* All lists of a kit's mail, rendered. */
struct rendered {
    struct bnc_buf out[BNC_N_LIST_FILES];
    uint64_t n_formula_like;
};

static void lists_of(struct rendered *r, struct kit *k, enum bnc_policy policy,
                     const struct bnc_layout *layout)
{
    const struct bnc_lists lists = { .tally = k->tally, .judged = k->judged, .policy = policy };

    *r = (struct rendered){ .n_formula_like = 0 };
    assert_int_equal(bnc_lists_render(&lists, layout, r->out, &r->n_formula_like, &k->err), BNC_OK);
}

static void lists_free(struct rendered *r)
{
    for (unsigned i = 0; i < BNC_N_LIST_FILES; i++)
        bnc_buf_release(&r->out[i]);
}

static size_t rows_of(const struct rendered *r, enum bnc_list list)
{
    size_t n = 0;

    for (const char *at = r->out[list].at; (at = strchr(at, '\n')) != NULL; at++)
        n++;
    return n - 1; /* the header */
}

/* On which list an address is: an enum bnc_list, -1 none, -2 several. */
static int list_of(const struct rendered *r, const char *address)
{
    char row[128];
    int found = -1;

    snprintf(row, sizeof row, "\n%s,", address);
    for (int list = 0; list < BNC_N_LISTS; list++)
        if (strstr(r->out[list].at, row) != NULL)
            found = found == -1 ? list : -2;
    return found;
}

struct said {
    int day;
    enum bnc_event_type type;
    const char *text, *campaign;
};

/*
 * What becomes of one address of a healthy domain, in the order said and in reverse, and whatever
 * is kept of it.
 */
static int decide(const struct said *said, size_t n, enum bnc_policy policy)
{
    int list[4];

    for (unsigned way = 0; way < 4; way++) {
        struct rendered r;
        struct kit k;

        kit_open_for(&k, (way & 2) != 0);
        kit_accept(&k, 0, 9, 30, "firm.example");
        for (size_t i = 0; i < n; i++) {
            const struct said *s = &said[(way & 1) != 0 ? n - 1 - i : i];

            kit_say(&k, KIT_START + s->day * KIT_DAY + 40000, s->type, A, s->text, s->campaign);
        }
        kit_judge(&k, NULL);
        lists_of(&r, &k, policy, NULL);
        list[way] = list_of(&r, A);
        lists_free(&r);
        kit_close(&k);
    }
    for (unsigned way = 1; way < 4; way++)
        assert_int_equal(list[0], list[way]);
    return list[0];
}

#define DECIDE(policy, ...)                                                                        \
    decide((const struct said[]){ __VA_ARGS__ },                                                   \
           sizeof((const struct said[]){ __VA_ARGS__ }) / sizeof(struct said), policy)
#define CAREFUL(...) DECIDE(BNC_POLICY_CAREFUL, __VA_ARGS__)
#define STRICT(...) DECIDE(BNC_POLICY_STRICT, __VA_ARGS__)
#define B BNC_EVENT_BOUNCE
#define T BNC_EVENT_DEFERRAL
#define D BNC_EVENT_DELIVERED

static void address__dead_is_suppressed_at_once(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, B, KIT_NO_USER, "c1" }), BNC_LIST_SUPPRESS);
    assert_int_equal(
        CAREFUL({ 3, B, "550 5.2.1 The email account that you tried to reach is disabled", "c1" }),
        BNC_LIST_SUPPRESS);
}

static void address__delivered_later_is_on_no_list(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, B, KIT_NO_USER, "c1" }, { 5, D, NULL, "c2" }), -1);
    assert_int_equal(CAREFUL({ 3, D, NULL, "c1" }, { 5, B, KIT_NO_USER, "c2" }), BNC_LIST_SUPPRESS);
    assert_int_equal(CAREFUL({ 3, T, KIT_FULL_4, "c1" }, { 3, D, NULL, "c1" }), -1);
}

static void address__complained_is_suppressed_whatever_came_later(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, BNC_EVENT_COMPLAINT, NULL, "c1" }, { 5, D, NULL, "c2" }),
                     BNC_LIST_SUPPRESS);
}

static void address__full_is_suppressed_the_second_time_after_a_day(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, B, KIT_FULL_5, "c1" }), BNC_LIST_KEEP);
    assert_int_equal(CAREFUL({ 3, B, KIT_FULL_5, "c1" }, { 5, B, KIT_FULL_5, "c2" }),
                     BNC_LIST_SUPPRESS);
    assert_int_equal(CAREFUL({ 3, B, KIT_FULL_5, "c1" }, { 3, B, KIT_FULL_5, "c2" }),
                     BNC_LIST_KEEP);
    assert_int_equal(
        CAREFUL({ 3, B, KIT_FULL_5, "c1" }, { 4, D, NULL, "c2" }, { 5, B, KIT_FULL_5, "c3" }),
        BNC_LIST_KEEP);
}

static void address__temporary_in_three_campaigns_is_asked_again(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, T, KIT_FULL_4, "c1" }), -1);
    assert_int_equal(CAREFUL({ 3, T, KIT_FULL_4, "c1" }, { 5, T, KIT_FULL_4, "c2" }), -1);
    assert_int_equal(
        CAREFUL({ 3, T, KIT_FULL_4, "c1" }, { 5, T, KIT_FULL_4, "c2" }, { 7, T, KIT_FULL_4, "c3" }),
        BNC_LIST_REENGAGE);
}

static void address__retries_of_one_campaign_count_once(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 3, T, KIT_FULL_4, "c1" }, { 4, T, KIT_FULL_4, "c1" },
                             { 5, T, KIT_FULL_4, "c1" }, { 6, T, KIT_FULL_4, "c1" }),
                     -1);
}

static void address__delivery_in_between_starts_the_count_anew(void **state)
{
    (void)state;
    assert_int_equal(CAREFUL({ 2, T, KIT_FULL_4, "c1" }, { 3, T, KIT_FULL_4, "c2" },
                             { 4, D, NULL, "c3" }, { 5, T, KIT_FULL_4, "c4" }),
                     -1);
}

static void address__without_a_campaign_counts_by_day(void **state)
{
    (void)state;
    assert_int_equal(
        CAREFUL({ 2, T, KIT_FULL_4, "" }, { 3, T, KIT_FULL_4, "" }, { 4, T, KIT_FULL_4, "" }),
        BNC_LIST_REENGAGE);
    assert_int_equal(
        CAREFUL({ 2, T, KIT_FULL_4, "" }, { 2, T, KIT_FULL_4, "" }, { 3, T, KIT_FULL_4, "" }), -1);
}

static void address__is_never_suppressed_for_our_fault(void **state)
{
    static const char *const ours[] = { KIT_DMARC,
                                        KIT_LISTED,
                                        "501 5.5.4 Invalid HELO name, syntax error in parameters",
                                        "503 5.5.1 Bad sequence of commands",
                                        "550 5.7.1 Message rejected as spam by Content Filtering.",
                                        "530 5.7.0 Must issue a STARTTLS command first" };

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        assert_int_equal(CAREFUL({ 3, B, ours[i], "c1" }, { 5, B, ours[i], "c2" }), BNC_LIST_HOLD);
}

static void address__slowed_down_five_times_is_no_list_action(void **state)
{
    static const char slow[] = "421 4.7.28 unusual rate of unsolicited mail originating from your "
                               "IP address, temporarily rate limited";

    (void)state;
    assert_int_equal(CAREFUL({ 1, T, slow, "c1" }, { 2, T, slow, "c2" }, { 3, T, slow, "c3" },
                             { 4, T, slow, "c4" }, { 5, T, slow, "c5" }),
                     -1);
}

static void strict__suppresses_every_5xx_but_a_few(void **state)
{
    (void)state;
    assert_int_equal(STRICT({ 3, B, KIT_DMARC, "c1" }), BNC_LIST_SUPPRESS);
    assert_int_equal(STRICT({ 3, B, KIT_LISTED, "c1" }), BNC_LIST_SUPPRESS);
    assert_int_equal(STRICT({ 3, B, KIT_FULL_5, "c1" }), BNC_LIST_SUPPRESS);
    assert_int_equal(
        STRICT({ 3, B, "501 5.5.4 Invalid HELO name, syntax error in parameters", "c1" }),
        BNC_LIST_HOLD);
    assert_int_equal(STRICT({ 3, B, "503 5.5.1 Bad sequence of commands", "c1" }), BNC_LIST_HOLD);
    assert_int_equal(STRICT({ 3, B, "555 5.5.4 Unsupported option in MAIL FROM", "c1" }),
                     BNC_LIST_HOLD);
    assert_int_equal(STRICT({ 3, T, KIT_FULL_4, "c1" }), -1);
    assert_int_equal(STRICT({ 3, B, KIT_DMARC, "c1" }, { 5, D, NULL, "c2" }), -1);
}

/* ---- domains ---- */

static void domain__null_mx_is_suppressed_as_one(void **state)
{
    struct rendered r;
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 5, 20, "firm.example");
    kit_mail(&k, 2, B, 1, "dead.example", KIT_NULL_MX, "c1");
    kit_mail(&k, 3, B, 2, "dead.example", KIT_NULL_MX, "c2");
    kit_judge(&k, NULL);
    lists_of(&r, &k, BNC_POLICY_CAREFUL, NULL);
    assert_int_equal(rows_of(&r, BNC_LIST_SUPPRESS_DOMAINS), 1);
    assert_int_equal(list_of(&r, "dead.example"), BNC_LIST_SUPPRESS_DOMAINS);
    assert_int_equal(rows_of(&r, BNC_LIST_SUPPRESS), 0);
    lists_free(&r);
    kit_close(&k);
}

static void domain__that_accepts_mail_afterwards_is_not_dead(void **state)
{
    struct rendered r;
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_accept(&k, 0, 9, 20, "firm.example");
    kit_mail(&k, 2, B, 100, "firm.example", KIT_NULL_MX, "c1");
    kit_judge(&k, NULL);
    lists_of(&r, &k, BNC_POLICY_CAREFUL, NULL);
    assert_int_equal(rows_of(&r, BNC_LIST_SUPPRESS_DOMAINS), 0);
    assert_int_equal(list_of(&r, "u100@firm.example"), BNC_LIST_HOLD);
    lists_free(&r);
    kit_close(&k);
}

/* ---- what is kept where only lists are wanted ---- */

/* Mail by chance, of any threads: 'seed' alone says what it is. */
static void say_anything(struct kit *k, unsigned seed)
{
    static const char *const texts[] = { KIT_NO_USER, KIT_FULL_5, KIT_FULL_4, KIT_TIMEOUT,
                                         KIT_NULL_MX, KIT_DMARC,  KIT_LISTED };
    static const char *const domains[] = { "firm.example", "mail.example", "gmail.com" };
    static const char *const names[] = { "jo", "jo", "Jo", "jO", "ann", "bob", "eve", "abuse",
                                         "info", "sales+a", "noc", "max" };
    static const enum bnc_event_type types[] = { B, B, T, T, T, D, BNC_EVENT_COMPLAINT,
                                                 BNC_EVENT_SUPPRESSED };

    for (unsigned i = 0; i < 400; i++) {
        const enum bnc_event_type type = types[rand_r(&seed) % 64 < 60 ? rand_r(&seed) % 6
                                                                       : 6 + rand_r(&seed) % 2];
        const int64_t time = KIT_START + rand_r(&seed) % 9 * KIT_DAY + rand_r(&seed) % 3;
        char address[64], campaign[8];

        snprintf(address, sizeof address, "%s%.0d@%s", names[rand_r(&seed) % 12],
                 rand_r(&seed) % 9, domains[rand_r(&seed) % 3]);
        snprintf(campaign, sizeof campaign, "c%d", rand_r(&seed) % 5);
        k->part = k->spread[rand_r(&seed) % KIT_PARTS];
        kit_say(k, rand_r(&seed) % 20 == 0 ? BNC_NO_TIME : time, type, address,
                type == D ? NULL : texts[rand_r(&seed) % 7],
                rand_r(&seed) % 6 == 0 ? "" : campaign);
    }
}

static void lists__are_the_same_whatever_is_kept(void **state)
{
    (void)state;
    assert_true(BNC_THRESHOLD(soft_bounces_per_address)->limit >= BNC_LISTED_DEFERRALS);
    for (unsigned seed = 1; seed <= 60; seed++) {
        const enum bnc_policy policy = seed % 2 == 0 ? BNC_POLICY_STRICT : BNC_POLICY_CAREFUL;
        struct rendered r[2];
        uint64_t kept[2][3];

        for (unsigned only = 0; only < 2; only++) {
            struct kit k;

            kit_open_for(&k, only != 0);
            say_anything(&k, seed);
            kit_judge(&k, NULL);
            lists_of(&r[only], &k, policy, bnc_layout_find(BNC_SPAN("sendgrid")));
            kept[only][0] = k.tally->recipients_kept;
            kept[only][1] = k.tally->recipients_role;
            kept[only][2] = k.tally->recipients_never;
            kit_close(&k);
        }
        assert_memory_equal(kept[0], kept[1], sizeof kept[0]);
        for (unsigned i = 0; i < BNC_N_LIST_FILES; i++) {
            assert_string_equal(r[0].out[i].at, r[1].out[i].at);
            assert_true(seed > 1 || i == BNC_LIST_SUPPRESS_DOMAINS || r[0].out[i].len > 200);
        }
        lists_free(&r[0]);
        lists_free(&r[1]);
    }
}

/* Whichever of three threads met the deferrals, the last one's text was kept. */
static void address__deferred_on_three_threads_is_asked_again(void **state)
{
    enum { N = 500 };
    struct rendered r;
    char address[64];
    struct kit k;

    (void)state;
    kit_open_for(&k, true);
    for (unsigned campaign = 0; campaign < 3; campaign++)
        for (unsigned i = 0; i < N; i++) {
            k.part = k.spread[(campaign + i) % KIT_PARTS];
            snprintf(address, sizeof address, "u%u@firm.example", i);
            kit_say(&k, KIT_START + campaign * KIT_DAY, T, address, KIT_FULL_4,
                    campaign == 0 ? "a" : campaign == 1 ? "b" : "c");
        }
    kit_judge(&k, NULL);
    lists_of(&r, &k, BNC_POLICY_CAREFUL, NULL);
    assert_int_equal(rows_of(&r, BNC_LIST_REENGAGE), N);
    assert_int_equal(k.tally->recipients_kept, N);
    lists_free(&r);
    kit_close(&k);
}

/* ---- waves ---- */

static void wave__holds_suppression_for_its_day_only(void **state)
{
    struct rendered r;
    struct kit k;

    (void)state;
    kit_open(&k);
    for (int day = 0; day < 20; day++)
        for (unsigned n = 0; n < 100; n++) {
            kit_mail(&k, day, D, n, "firm.example", NULL, "all");
            if (n < 60)
                kit_mail(&k, day, day == 10 ? B : D, n, "gmx.net", day == 10 ? KIT_NO_USER : NULL,
                         day == 10  ? "ten"
                         : day < 10 ? "before"
                                    : "after");
        }
    kit_mail(&k, 10, B, 900, "gmx.net", KIT_NO_USER, "ten");
    kit_mail(&k, 15, B, 901, "gmx.net", KIT_NO_USER, "after");
    kit_judge(&k, NULL);
    lists_of(&r, &k, BNC_POLICY_CAREFUL, NULL);
    assert_non_null(kit_find(&k, BNC_FINDING_PROVIDER_FAULT));
    assert_int_equal(list_of(&r, "u7@gmx.net"), -1); /* delivered again afterwards */
    assert_int_equal(list_of(&r, "u900@gmx.net"), BNC_LIST_HOLD);
    assert_int_equal(list_of(&r, "u901@gmx.net"), BNC_LIST_SUPPRESS);
    lists_free(&r);
    kit_close(&k);
}

/* ---- files ---- */

/* suppress.csv, or in a platform's layout. */
static void render(struct bnc_buf *b, const char *layout)
{
    struct rendered r;
    struct kit k;

    kit_open(&k);
    kit_accept(&k, 0, 5, 20, "firm.example");
    kit_say(&k, KIT_START + 3 * KIT_DAY, B, "bob@firm.example", KIT_NO_USER, "c1");
    kit_say(&k, KIT_START + 4 * KIT_DAY, B, "\"odd, name\"@firm.example", KIT_NO_USER, "c1");
    kit_say(&k, KIT_START + 5 * KIT_DAY, B, "=cmd@firm.example", KIT_NO_USER, "c1");
    kit_judge(&k, NULL);
    lists_of(&r, &k, BNC_POLICY_CAREFUL,
             layout == NULL ? NULL : bnc_layout_find(bnc_span_str(layout)));
    assert_int_equal(rows_of(&r, BNC_LIST_SUPPRESS), 3);
    assert_int_equal(r.n_formula_like, 1);
    bnc_buf_put(b, bnc_buf_span(&r.out[layout == NULL ? BNC_LIST_SUPPRESS : BNC_N_LISTS]));
    lists_free(&r);
    kit_close(&k);
}

static void assert_has(const struct bnc_buf *b, const char *text)
{
    if (strstr(b->at, text) == NULL)
        fail_msg("'%s' is not in:\n%s", text, b->at);
}

static void layout__own_names_every_column(void **state)
{
    struct bnc_buf b = { .at = NULL };

    (void)state;
    render(&b, NULL);
    assert_has(&b, "address,reason,cause,side,reply_code,enhanced_code,rule,confidence,first_seen,"
                   "last_seen,count,template\n");
    assert_has(&b, "bob@firm.example,permanently refused: the address does not exist or is "
                   "disabled,invalid_recipient,recipient,550,5.1.1,");
    assert_has(&b, ",2026-10-04T00:00:00Z,2026-10-04T00:00:00Z,1,");
    assert_has(&b, "\"\"\"odd, name\"\"@firm.example\",");
    assert_has(&b, "\n=cmd@firm.example,"); /* an altered address is another address */
    bnc_buf_release(&b);
}

static void layout__of_platforms_is_what_they_import(void **state)
{
    struct bnc_buf b = { .at = NULL };

    (void)state;
    render(&b, "mailgun");
    assert_has(&b, "address,code,error,created_at\n");
    assert_has(&b, "bob@firm.example,550,permanently refused: the address does not exist or is "
                   "disabled,\"Sun, 04 Oct 2026 00:00:00 GMT\"\n");
    bnc_buf_clear(&b);
    render(&b, "plain");
    assert_has(&b, "bob@firm.example\n");
    assert_null(strstr(b.at, "bob@firm.example,"));
    bnc_buf_clear(&b);
    render(&b, "SES");
    assert_has(&b, "bob@firm.example,BOUNCE\n");
    bnc_buf_release(&b);
}

static void files__are_private_and_complete(void **state)
{
    char dir[] = "/tmp/bnc_lists_XXXXXX", path[128];
    uint64_t n;
    struct stat st;
    struct kit k;

    (void)state;
    assert_non_null(mkdtemp(dir));
    kit_open(&k);
    kit_say(&k, KIT_START, B, A, KIT_NO_USER, "c1");
    kit_judge(&k, NULL);
    const struct bnc_lists l = { .tally = k.tally, .judged = k.judged };

    assert_int_equal(bnc_lists_write(&l, dir, "sendgird", &n, &k.err), BNC_EUSAGE);
    assert_non_null(strstr(k.err.text, "sendgrid"));
    assert_int_equal(bnc_lists_write(&l, dir, "sendgrid", &n, &k.err), BNC_OK);
    for (int i = 0; i <= BNC_N_LISTS; i++) {
        snprintf(path, sizeof path, "%s/%s.csv", dir,
                 i < BNC_N_LISTS ? bnc_list_names[i] : "suppress-sendgrid");
        assert_int_equal(stat(path, &st), 0);
        assert_int_equal(st.st_mode & 0777, 0600);
        assert_int_equal(unlink(path), 0);
    }
    assert_int_equal(rmdir(dir), 0); /* nothing else was left there */
    kit_close(&k);
}

static void explain__says_why_and_shows_the_history(void **state)
{
    struct bnc_buf b = { .at = NULL };
    struct kit k;

    (void)state;
    kit_open(&k);
    kit_say(&k, KIT_START, D, A, NULL, "first");
    kit_say(&k, KIT_START + 3 * KIT_DAY, B, A, KIT_NO_USER, "second");
    kit_judge(&k, NULL);
    const struct bnc_lists l = { .tally = k.tally, .judged = k.judged };

    assert_int_equal(bnc_lists_explain(&l, BNC_SPAN("Ann@FIRM.example"), &b, &k.err),
                     BNC_OK);
    assert_has(&b, "on suppress.csv: permanently refused");
    assert_has(&b, "campaign second");
    assert_has(&b, "campaign first");
    bnc_buf_clear(&b);
    assert_int_equal(bnc_lists_explain(&l, BNC_SPAN("eve@firm.example"), &b, &k.err),
                     BNC_OK);
    assert_has(&b, "on no list");
    bnc_buf_release(&b);
    kit_close(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(address__dead_is_suppressed_at_once),
        cmocka_unit_test(address__delivered_later_is_on_no_list),
        cmocka_unit_test(address__complained_is_suppressed_whatever_came_later),
        cmocka_unit_test(address__full_is_suppressed_the_second_time_after_a_day),
        cmocka_unit_test(address__temporary_in_three_campaigns_is_asked_again),
        cmocka_unit_test(address__retries_of_one_campaign_count_once),
        cmocka_unit_test(address__delivery_in_between_starts_the_count_anew),
        cmocka_unit_test(address__without_a_campaign_counts_by_day),
        cmocka_unit_test(address__is_never_suppressed_for_our_fault),
        cmocka_unit_test(address__slowed_down_five_times_is_no_list_action),
        cmocka_unit_test(strict__suppresses_every_5xx_but_a_few),
        cmocka_unit_test(domain__null_mx_is_suppressed_as_one),
        cmocka_unit_test(domain__that_accepts_mail_afterwards_is_not_dead),
        cmocka_unit_test(lists__are_the_same_whatever_is_kept),
        cmocka_unit_test(address__deferred_on_three_threads_is_asked_again),
        cmocka_unit_test(wave__holds_suppression_for_its_day_only),
        cmocka_unit_test(layout__own_names_every_column),
        cmocka_unit_test(layout__of_platforms_is_what_they_import),
        cmocka_unit_test(files__are_private_and_complete),
        cmocka_unit_test(explain__says_why_and_shows_the_history),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
