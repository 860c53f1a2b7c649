/* SPDX-License-Identifier: MIT
 * test_codes.c - code columns by their shape, and what spreadsheets make of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "schema/codes.h"
#include "schema/event.h"

struct code_case {
    const char *cell;
    unsigned reply;
    uint32_t enhanced;
    unsigned other;
    bool mangled;
};

static const struct code_case cases[] = {
    { "550", 550, 0, 0, false },
    { " 421 ", 421, 0, 0, false },
    { "250", 250, 0, 0, false },
    { "5.1.1", 0, BNC_ENHANCED(5, 1, 1), 0, false },
    { "4.4.7", 0, BNC_ENHANCED(4, 4, 7), 0, false },
    { "5.7.606", 0, BNC_ENHANCED(5, 7, 606), 0, false },
    { "2.0.0 (success)", 0, BNC_ENHANCED(2, 0, 0), 0, false },
    { "5.1.1 (bad destination mailbox address)", 0, BNC_ENHANCED(5, 1, 1), 0, false },
    { "550 5.1.1 user unknown", 550, BNC_ENHANCED(5, 1, 1), 0, false },
    { "550-5.7.26 no", 550, BNC_ENHANCED(5, 7, 26), 0, false },
    { "550 user unknown", 550, 0, 0, false },
    { "550.0", 550, 0, 0, false },
    { "0", 0, 0, 0, false },
    { "605", 0, 0, 605, false },
    { "100009", 0, 0, 0, false },
    { "99", 0, 0, 99, false },
    { "", 0, 0, 0, false },
    { "none", 0, 0, 0, false },
    { "hard bounce", 0, 0, 0, false },
    { "-", 0, 0, 0, false },
    { "5.1", 0, 0, 0, false },
    { "3.1.1", 0, 0, 0, false },
    { "9.1.2", 0, 0, 0, false },
    { "192.0.2.1", 0, 0, 0, false },
    { "5.1.1.1", 0, 0, 0, false },
    { "2026-09-03 08:12:44", 0, 0, 0, false },
    { "550abc", 0, 0, 0, false },
    /* a spreadsheet was here */
    { "5.1.2001", 0, 0, 0, true },
    { "05.01.2001", 0, 0, 0, true },
    { "01.May", 0, 0, 0, true },
    { "5-Jan-01", 0, 0, 0, true },
    { "May 01", 0, 0, 0, false },
    { "May-01", 0, 0, 0, true },
    { "4.47E+02", 0, 0, 0, true },
    { "5,5E+02", 0, 0, 0, true },
    { "05/01/2001", 0, 0, 0, true },
    { "2001-01-05", 0, 0, 0, true },
};

static void code__by_shape_and_never_from_the_mangled(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct bnc_codes c = bnc_codes_read(bnc_span_str(cases[i].cell));

        if (c.reply != cases[i].reply || c.enhanced != cases[i].enhanced ||
            c.other != cases[i].other || c.mangled != cases[i].mangled)
            fail_msg("'%s': reply %u enhanced %x other %u mangled %d", cases[i].cell, c.reply,
                     (unsigned)c.enhanced, c.other, c.mangled);
    }
}

static const struct {
    const char *text;
    unsigned reply;
    uint32_t enhanced;
} responses[] = {
    { "451 4.7.1 later", 451, BNC_ENHANCED(4, 7, 1) },
    { "smtp; 451 later", 451, 0 },
    { "4.4.7 expired", 0, BNC_ENHANCED(4, 4, 7) },
    { "host mx.example.net[192.0.2.1] said: 451 4.3.0 later", 451, BNC_ENHANCED(4, 3, 0) },
    { "host x said: 250 2.0.0 Ok", 250, BNC_ENHANCED(2, 0, 0) },
    { "554 5.4.7 given up; host x said: 451 later", 554, BNC_ENHANCED(5, 4, 7) },
    { "SMTP error from remote mail server after RCPT TO:<a@b.c>: 450 later", 450, 0 },
    { "Remote server returned '550-5.1.1 unknown'", 550, BNC_ENHANCED(5, 1, 1) },
    { "Deferred: 452 4.2.2 full", 452, BNC_ENHANCED(4, 2, 2) },
    { "mx[192.0.2.1]:587 hung up", 0, 0 },
    { "mx[2001:db8::451 ] hung up at 10:451 ", 0, 0 },
    { "over 450 MB", 0, 0 },
    { "used: 250 MB", 0, 0 },
    { "code: 451", 0, 0 },
    { "user unknown", 0, 0 },
    { "", 0, 0 },
};

static void response__of_a_server_quoted_by_another(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof responses / sizeof responses[0]; i++) {
        const struct bnc_codes c = bnc_codes_quoted(bnc_span_str(responses[i].text));

        if (c.reply != responses[i].reply || c.enhanced != responses[i].enhanced)
            fail_msg("'%s': reply %u enhanced %x", responses[i].text, c.reply,
                     (unsigned)c.enhanced);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code__by_shape_and_never_from_the_mangled),
        cmocka_unit_test(response__of_a_server_quoted_by_another),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
