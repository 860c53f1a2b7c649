/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/verdict.h"
#include "report/visible.h"

static void expect(struct bnc_span s, struct bnc_visible how, const char *want)
{
    struct bnc_buf out = { .at = NULL };

    bnc_visible_put(&out, s, &how);
    bnc_buf_putc(&out, '\0');
    assert_string_equal(out.at, want);
    bnc_buf_release(&out);
}

static const struct bnc_visible plain = { .markup = BNC_MARKUP_NONE, .addresses = true };

static void visible__shows_controls_as_escapes(void **state)
{
    (void)state;
    expect(BNC_SPAN("a\033]52;c;Zm9v\007b"), plain, "a\\x1b]52;c;Zm9v\\x07b");
    expect(BNC_SPAN("a\0b\x7f\n"), plain, "a\\x00b\\x7f\\n");
    expect(BNC_SPAN("\xc2\x85\u202egpj\u2066\u2028\ufeff"), plain,
           "\\x85\\u{202e}gpj\\u{2066}\\u{2028}\\u{feff}");
    expect(BNC_SPAN("\xf3\xa0\x80\x81"), plain, "\\u{e0001}");
}

static void visible__replaces_invalid_bytes(void **state)
{
    (void)state;
    expect(BNC_SPAN("a\xff"
                    "b"),
           plain,
           "a\ufffd"
           "b");
    expect(BNC_SPAN("\xc0\xaf"), plain, "\ufffd\ufffd"); /* overlong */
    expect(BNC_SPAN("\xed\xa0\x80"), plain, "\ufffd\ufffd\ufffd"); /* a surrogate */
    expect(BNC_SPAN("\xf0\x9f\x98"), plain, "\ufffd"); /* cut short */
    expect(BNC_SPAN("\xf0\x9f\x98\x80"), plain, "\U0001f600");
}

static void visible__escapes_markup(void **state)
{
    const struct bnc_visible html = { .markup = BNC_MARKUP_HTML, .addresses = true };
    const struct bnc_visible md = { .markup = BNC_MARKUP_MD, .addresses = true };

    (void)state;
    expect(BNC_SPAN("<b a=\"'\">&"), html, "&lt;b a=&quot;&#39;&quot;&gt;&amp;");
    expect(BNC_SPAN("84.2 % of 76"), html, "84.2\u00a0% of 76");
    expect(BNC_SPAN("84.2 % of 76"), md, "84.2 % of 76");
    expect(BNC_SPAN("a|b`c<d[e]\\"), md, "a&#124;b&#96;c&#60;d&#91;e&#93;&#92;");
    expect(BNC_SPAN("\x1b"), md, "&#92;x1b");
}

static void visible__masks_addresses_unless_asked(void **state)
{
    const struct bnc_visible masked = { .markup = BNC_MARKUP_NONE };

    (void)state;
    expect(BNC_SPAN("to <jane.doe+x@example.com> and =cmd|'/C'!A0@x.com"), masked,
           "to <*@example.com> and *@x.com");
    expect(BNC_SPAN("\"odd local\"@example.com"), masked, "*@example.com");
    expect(BNC_SPAN("write to postmaster@example.com or abuse@example.net"), masked,
           "write to postmaster@example.com or abuse@example.net");
    expect(BNC_SPAN("@home *@* a@ @b 5 @ 6"), masked, "@home *@* a@ @b 5 @ 6");
    expect(BNC_SPAN("jane@example.com"), plain, "jane@example.com");
}

/* Whoever is told to write to a provider needs the address: those of our own tables are shown. */
static void visible__keeps_addresses_where_listings_are_removed(void **state)
{
    const struct bnc_visible masked = { .markup = BNC_MARKUP_NONE };

    (void)state;
    for (uint16_t i = 1; bnc_blocklist_name(i)[0] != '\0'; i++)
        expect(bnc_span_str(bnc_blocklist_route(i)), masked, bnc_blocklist_route(i));
    expect(BNC_SPAN("contact TOSA@rx.t-online.de, not rosa@rx.t-online.de"), masked,
           "contact TOSA@rx.t-online.de, not *@rx.t-online.de");
    expect(BNC_SPAN("tosa@example.com abuse@"), masked, "*@example.com abuse@");
}

static void visible__cuts_at_a_width_of_columns(void **state)
{
    struct bnc_visible how = plain;

    (void)state;
    how.max_width = 6;
    expect(BNC_SPAN("abcdef"), how, "abcdef");
    expect(BNC_SPAN("abcdefg"), how, "abcde\u2026");
    expect(BNC_SPAN("\u4e2d\u6587\u4e2d\u6587"), how, "\u4e2d\u6587\u2026"); /* two columns each */
    expect(BNC_SPAN("abcd\033xyz"), how, "abcd\u2026"); /* an escape is never cut in two */
    how.ascii = true;
    expect(BNC_SPAN("abcdefg"), how, "abc...");
    how.max_width = 0;
    expect(BNC_SPAN("caf\u00e9"), how, "caf\\xe9");
}

/* A long run without '@' must not be looked at again from each of its bytes. */
static void visible__is_linear(void **state)
{
    const size_t n = (size_t)4 << 20;
    char *const text = malloc(n);
    struct bnc_buf out = { .at = NULL };
    const struct bnc_visible masked = { .markup = BNC_MARKUP_NONE };

    (void)state;
    assert_non_null(text);
    memset(text, 'a', n);
    bnc_visible_put(&out, bnc_span_from(text, n), &masked);
    assert_int_equal(out.len, n);
    memset(text, '"', n);
    bnc_buf_clear(&out);
    bnc_visible_put(&out, bnc_span_from(text, n), &masked);
    assert_int_equal(out.len, n);
    bnc_buf_release(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visible__shows_controls_as_escapes),
        cmocka_unit_test(visible__replaces_invalid_bytes),
        cmocka_unit_test(visible__escapes_markup),
        cmocka_unit_test(visible__masks_addresses_unless_asked),
        cmocka_unit_test(visible__keeps_addresses_where_listings_are_removed),
        cmocka_unit_test(visible__cuts_at_a_width_of_columns),
        cmocka_unit_test(visible__is_linear),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
