/* SPDX-License-Identifier: MIT
 * test_tables.c - every row of the knowledge tables asked back through what was compiled from it,
 * and near misses. Run from the root of the tree: it reads src/tables/.
 */
#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/classifier.h"
#include "classify/compile.h"
#include "file_kit.h"
#include "util/cpu.h"

static struct bnc_classifier *classifier;
static struct bnc_mask mask;

static int setup(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = bnc_cpu_detect() };

    (void)state;
    bnc_mask_init(&mask, NULL, opt.cpu);
    return bnc_classifier_create(&classifier, &opt, NULL) == BNC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bnc_classifier_free(classifier);
    return 0;
}

/* Whether a fragment of 'text' points to a rule of this kind and cause (and provider, unless 0). */
static bool finds(struct bnc_span text, enum bnc_rule_kind kind, int cause, uint16_t provider)
{
    const struct bnc_ruleset *set = &bnc_rules_builtin;
    struct bnc_hit hits[256];
    const size_t n = bnc_ac_find(&set->ac, text, hits, 256);

    for (size_t i = 0; i < n; i++)
        for (uint32_t k = set->pattern_first[hits[i].pattern];
             k < set->pattern_first[hits[i].pattern + 1]; k++) {
            const struct bnc_rule *r = &set->rules[set->pattern_rules[k] >> 1];

            if (r->kind == kind && (cause < 0 || r->cause == cause) &&
                (provider == 0 || r->provider == provider))
                return true;
        }
    return false;
}

static struct bnc_span masked(const char *head, struct bnc_span s)
{
    static char text[2048];
    const int n = snprintf(text, sizeof text, "%s%.*s.", head, (int)s.len, s.at);

    return bnc_mask_text(&mask, bnc_span_from(text, (size_t)n));
}

/* "{user|account} is gone" -> "user is gone". */
static struct bnc_span first_alternatives(struct bnc_span s)
{
    static char text[512];
    bool group = false, skip = false;
    size_t n = 0;

    for (size_t i = 0; i < s.len && n < sizeof text; i++) {
        if (s.at[i] == '{')
            group = true;
        else if (s.at[i] == '}')
            group = skip = false;
        else if (group && s.at[i] == '|')
            skip = true;
        else if (!skip)
            text[n++] = s.at[i];
    }
    return bnc_span_from(text, n);
}

static void phrase__of_every_row_is_found_in_a_text(void **state)
{
    struct bnc_table t = kit_table("src/tables/text_phrases.csv");

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span f = kit_cell(&t, i, "fragment");
        /* a member of a family may have a row and a cause of its own */
        const int cause =
            memchr(f.at, '{', f.len) != NULL ? -1 : bnc_cause_find(kit_cell(&t, i, "cause"));

        if (!finds(masked("550 we say: ", first_alternatives(kit_cell(&t, i, "fragment"))),
                   BNC_RULE_PHRASE, cause, 0))
            fail_msg("text_phrases.csv:%u", t.line[i]);
    }
    bnc_table_release(&t);
}

static bool is_single_word(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < 'a' || s.at[i] > 'z')
            return false;
    return true;
}

/* One letter more in front or another first letter: no phrase of that row any more. */
static void phrase__is_not_found_inside_another_word(void **state)
{
    struct bnc_table t = kit_table("src/tables/text_phrases.csv");
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span f = kit_cell(&t, i, "fragment");

        if (!is_single_word(f))
            continue;                    /* nothing shorter is inside them */
        assert_false(
            finds(masked("550 z", f), BNC_RULE_PHRASE, bnc_cause_find(kit_cell(&t, i, "cause")), 0));
        tried++;
    }
    assert_true(tried > 20);
    bnc_table_release(&t);
}

static bool is_superseded(struct bnc_span marker)
{
    return bnc_span_eq(marker, BNC_SPAN("SUPERSEDED"));
}

static void provider_row__is_found_by_its_text_or_marker(void **state)
{
    struct bnc_table t = kit_table("src/tables/provider_codes.csv");

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span text = kit_cell(&t, i, "text_fragment"), marker = kit_cell(&t, i, "marker");
        const uint16_t provider = bnc_provider_find(classifier, kit_cell(&t, i, "provider"));
        const int cause = bnc_cause_find(kit_cell(&t, i, "cause"));

        assert_int_not_equal(provider, 0);
        if (is_superseded(marker))
            continue;
        if (text.len > 0 && !finds(masked("see ", text), BNC_RULE_PROVIDER, cause, provider))
            fail_msg("provider_codes.csv:%u: text", t.line[i]);
        if (marker.len > 0 && memchr(marker.at, '-', marker.len) == NULL &&
            marker.at[marker.len - 1] != '9' &&
            !finds(masked("see ", marker), BNC_RULE_PROVIDER, cause, provider))
            fail_msg("provider_codes.csv:%u: marker", t.line[i]);
    }
    bnc_table_release(&t);
}

static uint32_t enhanced_first(struct bnc_span s)
{
    unsigned c, d, e;

    return s.len > 0 && sscanf(s.at, "%u.%u.%u", &c, &d, &e) == 3 ? BNC_ENHANCED(c, d, e) : 0;
}

static void provider_row__without_text_is_found_by_its_codes(void **state)
{
    struct bnc_table t = kit_table("src/tables/provider_codes.csv");
    const struct bnc_ruleset *set = &bnc_rules_builtin;
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span reply = kit_cell(&t, i, "reply_code");
        const uint16_t provider = bnc_provider_find(classifier, kit_cell(&t, i, "provider"));
        const uint32_t enh = enhanced_first(kit_cell(&t, i, "enhanced_code"));
        uint32_t rule;

        if (kit_cell(&t, i, "text_fragment").len > 0 || kit_cell(&t, i, "marker").len > 0)
            continue;
        rule = bnc_phash_get(
            &set->codes,
            bnc_rule_code_key(provider, reply.len > 0 ? (unsigned)atoi(reply.at) : 0, enh));
        if (rule == BNC_PHASH_NONE || set->rules[rule].provider != provider)
            fail_msg("provider_codes.csv:%u", t.line[i]);
        assert_int_equal(bnc_phash_get(&set->codes, bnc_rule_code_key(provider, 699, enh + 77)),
                         BNC_PHASH_NONE);
        tried++;
    }
    assert_true(tried > 40);
    bnc_table_release(&t);
}

/* A superseded row classifies nothing: its codes lead to another cause or to none. */
static void superseded_row__never_matches(void **state)
{
    struct bnc_table t = kit_table("src/tables/provider_codes.csv");
    const struct bnc_ruleset *set = &bnc_rules_builtin;
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span reply = kit_cell(&t, i, "reply_code");
        uint32_t rule;

        if (!is_superseded(kit_cell(&t, i, "marker")))
            continue;
        rule = bnc_phash_get(
            &set->codes, bnc_rule_code_key(bnc_provider_find(classifier, kit_cell(&t, i, "provider")),
                                           (unsigned)atoi(reply.at),
                                           enhanced_first(kit_cell(&t, i, "enhanced_code"))));
        assert_true(rule == BNC_PHASH_NONE ||
                    set->rules[rule].cause != bnc_cause_find(kit_cell(&t, i, "cause")));
        tried++;
    }
    assert_true(tried >= 3);
    assert_false(finds(masked("see ", BNC_SPAN("superseded")), BNC_RULE_PROVIDER, -1, 0));
    bnc_table_release(&t);
}

static void code_row__is_found_by_its_code(void **state)
{
    struct bnc_table t = kit_table("src/tables/reply_codes.csv");
    const struct bnc_ruleset *set = &bnc_rules_builtin;

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const uint32_t rule = bnc_phash_get(
            &set->codes, bnc_rule_code_key(0, (unsigned)atoi(kit_cell(&t, i, "code").at), 0));

        assert_int_not_equal(rule, BNC_PHASH_NONE);
        assert_int_equal(set->rules[rule].cause, bnc_cause_find(kit_cell(&t, i, "default_cause")));
    }
    assert_int_equal(bnc_phash_get(&set->codes, bnc_rule_code_key(0, 599, 0)), BNC_PHASH_NONE);
    bnc_table_release(&t);
}

static void range__covers_both_ends_and_not_their_neighbours(void **state)
{
    const uint16_t m365 = bnc_provider_find(classifier, BNC_SPAN("microsoft365"));
    const struct bnc_ruleset *set = &bnc_rules_builtin;
    const uint32_t first =
        bnc_phash_get(&set->codes, bnc_rule_code_key(m365, 550, BNC_ENHANCED(5, 7, 700)));

    (void)state;
    assert_int_not_equal(first, BNC_PHASH_NONE);
    assert_int_equal(
        first, bnc_phash_get(&set->codes, bnc_rule_code_key(m365, 550, BNC_ENHANCED(5, 7, 749))));
    assert_int_equal(
        bnc_phash_get(&set->codes, bnc_rule_code_key(m365, 550, BNC_ENHANCED(5, 7, 699))),
        BNC_PHASH_NONE);
    assert_int_not_equal(
        bnc_phash_get(&set->codes, bnc_rule_code_key(m365, 550, BNC_ENHANCED(5, 7, 708))), first);
    assert_true(finds(masked("see ", BNC_SPAN("AUP#1020")), BNC_RULE_PROVIDER, -1, 0));
    assert_true(finds(masked("see ", BNC_SPAN("AUP#1080")), BNC_RULE_PROVIDER, -1, 0));
    assert_true(
        finds(masked("see ", BNC_SPAN("OFR_395")), BNC_RULE_PROVIDER, BNC_CAUSE_AUTH_SPF, 0));
    assert_true(finds(masked("see ", BNC_SPAN("OFR006_417")), BNC_RULE_PROVIDER,
                      BNC_CAUSE_MAILBOX_FULL, 0));
    assert_false(
        finds(masked("see ", BNC_SPAN("OFR_390a")), BNC_RULE_PROVIDER, BNC_CAUSE_AUTH_SPF, 0));
}

typedef uint16_t provider_of_fn(const struct bnc_classifier *c, struct bnc_span name);

/* Alone, as the end of longer names, in capitals, with a dot behind it. */
static void leads_to(provider_of_fn *provider_of, struct bnc_span name, uint16_t want)
{
    static const char *const forms[] = { "%.*s", "%.*s.", "x.%.*s", "MX1.sub.%.*s.",
                                         "a-label-longer-than-any-in-the-tables.example.%.*s" };
    char text[300];

    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const int n = snprintf(text, sizeof text, forms[i], (int)name.len, name.at);

        if (provider_of(classifier, bnc_span_from(text, (size_t)n)) != want)
            fail_msg("%s", text);
        for (int k = 0; k < n; k++)
            text[k] = (char)toupper((unsigned char)text[k]);
        if (provider_of(classifier, bnc_span_from(text, (size_t)n)) != want)
            fail_msg("%s", text);
    }
}

static void domain__of_every_row_leads_to_its_provider(void **state)
{
    struct bnc_table t = kit_table("src/tables/provider_domains.csv");

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span kind = kit_cell(&t, i, "kind"), value = kit_cell(&t, i, "value");
        const uint16_t want = bnc_provider_find(classifier, kit_cell(&t, i, "provider"));

        if (bnc_span_eq(kind, BNC_SPAN("domain")))
            leads_to(bnc_provider_of_domain, value, want);
        else if (bnc_span_eq(kind, BNC_SPAN("mx_suffix")))
            leads_to(bnc_provider_of_mx, value, want);
        else if (!finds(masked("see ", value), BNC_RULE_MARKER, -1, want))
            fail_msg("provider_domains.csv:%u", t.line[i]);
    }
    assert_int_equal(bnc_provider_of_domain(classifier, BNC_SPAN("notgmail.com")), 0);
    assert_int_equal(bnc_provider_of_domain(classifier, BNC_SPAN("gmail.com.example")), 0);
    assert_int_equal(bnc_provider_of_domain(classifier, BNC_SPAN("")), 0);
    assert_int_equal(bnc_provider_of_mx(classifier, BNC_SPAN("mx.notgoogle.com")), 0);
    assert_int_equal(bnc_provider_of_mx(classifier, BNC_SPAN("oogle.com")), 0);
    assert_int_equal(bnc_provider_of_mx(classifier, BNC_SPAN("google.com..")),
                     bnc_provider_of_mx(classifier, BNC_SPAN("google.com")));
    bnc_table_release(&t);
}

static void blocklist__of_every_alias_is_found(void **state)
{
    struct bnc_table t = kit_table("src/tables/blocklists.csv");

    (void)state;
    for (size_t i = 0; i < t.n_rows; i++) {
        const struct bnc_span aliases = kit_cell(&t, i, "aliases");

        for (size_t k = 0, start = 0; k <= aliases.len; k++)
            if (k == aliases.len || aliases.at[k] == '|') {
                if (!finds(masked("listed at ", bnc_span_from(aliases.at + start, k - start)),
                           BNC_RULE_BLOCKLIST, BNC_CAUSE_BLOCKLISTED, 0))
                    fail_msg("blocklists.csv:%u: '%.*s'", t.line[i], (int)(k - start),
                             aliases.at + start);
                start = k + 1;
            }
        assert_string_not_equal(bnc_blocklist_name((uint16_t)(i + 1)), "");
        assert_string_not_equal(bnc_blocklist_route((uint16_t)(i + 1)), "");
    }
    assert_string_equal(bnc_blocklist_name((uint16_t)(t.n_rows + 1)), "");
    bnc_table_release(&t);
}

static void provider__has_names_and_a_group(void **state)
{
    const uint16_t google = bnc_provider_find(classifier, BNC_SPAN("google"));

    (void)state;
    for (uint16_t i = 1; i < bnc_provider_count(classifier); i++) {
        const struct bnc_provider *p = bnc_provider_get(classifier, i);

        assert_string_not_equal(p->name, "");
        assert_string_not_equal(p->title, "");
        assert_string_not_equal(p->operator_group, "");
        assert_int_not_equal(p->kind, BNC_PROVIDER_OTHER);
        assert_int_equal(bnc_provider_find(classifier, bnc_span_str(p->name)), i);
    }
    assert_string_equal(bnc_provider_get(classifier, google)->title, "Gmail");
    assert_int_equal(bnc_provider_find(classifier, BNC_SPAN("gmail")), google);
    assert_false(bnc_provider_get(classifier, google)->reports_complaints);
    assert_false(bnc_provider_get(classifier, bnc_provider_find(classifier, BNC_SPAN("apple")))
                     ->reports_complaints);
    assert_int_equal(
        bnc_provider_group(classifier, bnc_provider_find(classifier, BNC_SPAN("microsoft365"))),
        bnc_provider_group(classifier,
                           bnc_provider_find(classifier, BNC_SPAN("microsoft_consumer"))));
}

/* ---- what the table build refuses ---- */

static uint16_t no_provider(void *arg, struct bnc_span name)
{
    (void)arg;
    return bnc_span_eq(name, BNC_SPAN("google")) ? 1 : 0;
}

static void check_refused(const char *text, const char *why)
{
    static struct bnc_compile c;
    struct bnc_error err = { 0 };
    struct bnc_ruleset r = { 0 };
    struct bnc_table t;
    enum bnc_status status;

    assert_int_equal(bnc_table_parse(&t, bnc_span_str(text), "rules.csv", &err), BNC_OK);
    bnc_compile_init(&c, NULL, no_provider, NULL, &err);
    c.strict = true;
    status = bnc_compile_table(&c, &t, "rules.csv", BNC_RULE_PHRASE);
    if (status == BNC_OK)
        status = bnc_compile_finish(&c, &r);
    assert_int_equal(status, why != NULL ? BNC_ECONFIG : BNC_OK);
    if (why != NULL && strstr(err.text, why) == NULL)
        fail_msg("'%s' does not say '%s'", err.text, why);
    bnc_ruleset_release(&r);
    bnc_compile_release(&c);
    bnc_table_release(&t);
}

static void build__refuses_rows_that_cannot_be_right(void **state)
{
    (void)state;
    check_refused("fragment,cause\nout of cheese,mailbox_full\n", NULL);
    check_refused("fragment,cause\nout of cheese,cheese\n",
                  "rules.csv:2: column 'cause': unknown cause 'cheese'");
    check_refused("fragment,cause\n,mailbox_full\n", "would match everything");
    check_refused("fragment,cause\n12345,mailbox_full\n", "nothing is left to find");
    check_refused("fragment,specificity,cause\nout of cheese,7,mailbox_full\n",
                  "column 'specificity'");
    check_refused("provider,fragment,cause\nnobody,out of cheese,mailbox_full\n",
                  "unknown provider 'nobody'");
    check_refused("reply_code,cause\n55,mailbox_full\n", "column 'reply_code'");
    check_refused("enhanced_code,cause\n5.x,mailbox_full\n", "column 'enhanced_code'");
    check_refused("enhanced_code,cause\n5.7.649-606,mailbox_full\n", "column 'enhanced_code'");
    check_refused("fragment,duration,cause\nout of cheese,forever,mailbox_full\n",
                  "column 'duration': unknown value 'forever'");
    check_refused("fragment,text\nout of cheese,x\n", "no column 'cause'");
    check_refused("fragment,cause\nout of cheese,mailbox_full\nout of  cheese,unknown\n",
                  "the same conditions twice");
    check_refused("provider,reply_code,cause\ngoogle,550,unknown\ngoogle,550,malware\n",
                  "the same provider and codes");
    check_refused(
        "fragment,cause\n{a|the} cheese is {over|gone},mailbox_full\nthe cheese is gone,malware\n",
        NULL);
    check_refused("fragment,cause\n{a|the cheese,mailbox_full\n", "alternatives without an end");
    check_refused(
        "fragment,specificity,cause\ncheese,5,malware\nout of cheese now,2,mailbox_full\n",
        "shadowed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phrase__of_every_row_is_found_in_a_text),
        cmocka_unit_test(phrase__is_not_found_inside_another_word),
        cmocka_unit_test(provider_row__is_found_by_its_text_or_marker),
        cmocka_unit_test(provider_row__without_text_is_found_by_its_codes),
        cmocka_unit_test(superseded_row__never_matches),
        cmocka_unit_test(code_row__is_found_by_its_code),
        cmocka_unit_test(range__covers_both_ends_and_not_their_neighbours),
        cmocka_unit_test(domain__of_every_row_leads_to_its_provider),
        cmocka_unit_test(blocklist__of_every_alias_is_found),
        cmocka_unit_test(provider__has_names_and_a_group),
        cmocka_unit_test(build__refuses_rows_that_cannot_be_right),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
