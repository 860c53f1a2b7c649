/* SPDX-License-Identifier: MIT
 * test_spelled.c - blanks that were spelled out are read; all other texts are left alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/spelled.h"

static char room[BNC_MASK_MAX_BYTES];

static void reads(const char *text, const char *want)
{
    const struct bnc_span got = bnc_spelled_read(bnc_span_str(text), room);

    if (!bnc_span_eq(got, bnc_span_str(want)))
        fail_msg("'%s': '%.*s'", text, (int)got.len, got.at);
}

static void spelled__underscores_are_blanks(void **state)
{
    (void)state;
    reads("550_5.1.1_User_unknown", "550 5.1.1 User unknown");
    reads("1.2.3.4_failed./Remote_host_said:_550_<a_b@c.example>_no/",
          "1.2.3.4 failed./Remote host said: 550 <a_b@c.example> no/");
    reads("550_<broken", "550_<broken");
}

static void spelled__escapes_are_read(void **state)
{
    (void)state;
    reads("550%205.1.1%20User%20unknown", "550 5.1.1 User unknown");
    reads("550+5.1.1+User+unknown", "550 5.1.1 User unknown");
    reads("a%20b%2Fc%3d%0D%0Ad", "a b/c=  d");
    reads("a%20b%zz%1", "a b%zz%1");
    reads("a%20b%00%7F%2", "a b%00%7F%2");
}

static void spelled__other_texts_are_left_alone(void **state)
{
    (void)state;
    reads("", "");
    reads("no_code and_a_blank", "no_code and_a_blank");
    reads("mailbox_full", "mailbox_full");
    reads("joe+news@a.example", "joe+news@a.example");
    reads("100%", "100%");
}

static void spelled__long_texts_fit_the_room(void **state)
{
    char *text = malloc(BNC_MASK_MAX_BYTES + 100);

    (void)state;
    assert_non_null(text);
    memset(text, '_', BNC_MASK_MAX_BYTES + 100);
    assert_int_equal(
        bnc_spelled_read(bnc_span_from(text, BNC_MASK_MAX_BYTES + 100), room).len,
        BNC_MASK_MAX_BYTES);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spelled__underscores_are_blanks),
        cmocka_unit_test(spelled__escapes_are_read),
        cmocka_unit_test(spelled__other_texts_are_left_alone),
        cmocka_unit_test(spelled__long_texts_fit_the_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
