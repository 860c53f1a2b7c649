/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "util/utf8.h"

static void utf8__gives_back_what_it_took(void **state)
{
    static const uint32_t edges[] = { 0,      0x7f,   0x80,   0x7ff,   0x800,
                                      0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };

    (void)state;
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        struct bnc_buf b = { .at = NULL };
        struct bnc_span s;

        bnc_utf8_put(&b, edges[i]);
        s = bnc_buf_span(&b);
        assert_int_equal(bnc_utf8_next(&s), edges[i]);
        assert_int_equal(s.len, 0);
        bnc_buf_release(&b);
    }
}

static void utf8__always_goes_on(void **state)
{
    char bytes[3];

    (void)state;
    for (unsigned i = 0; i < 1u << 24; i += 7) {
        struct bnc_span s = { bytes, 3 };

        bytes[0] = (char)(i >> 16);
        bytes[1] = (char)(i >> 8);
        bytes[2] = (char)i;
        for (size_t before = s.len; s.len > 0; before = s.len) {
            const uint32_t cp = bnc_utf8_next(&s);

            assert_true(cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff));
            assert_true(s.len < before);
        }
    }
}

static void plain__is_one_line_without_controls(void **state)
{
    struct bnc_buf b = { .at = NULL };

    (void)state;
    bnc_plain_put(&b, BNC_SPAN("a\nb\t\033]0;x\a\xff\u202e\u00e9"));
    bnc_buf_putc(&b, '\0');
    assert_string_equal(b.at, "a b \\x1b]0;x\\x07\ufffd\\u{202e}\u00e9");
    bnc_buf_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(utf8__gives_back_what_it_took),
        cmocka_unit_test(utf8__always_goes_on),
        cmocka_unit_test(plain__is_one_line_without_controls),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
