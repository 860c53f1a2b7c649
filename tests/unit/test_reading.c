/* SPDX-License-Identifier: MIT
 * test_reading.c - codes and the innermost reply, through the mask as in the product; what extracts
 * find in raw texts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "classify/extract.h"
#include "classify/mask.h"
#include "classify/reading.h"
#include "schema/event.h"

static struct bnc_mask mask;

static int setup(void **state)
{
    (void)state;
    bnc_mask_init(&mask, NULL, 0);
    return 0;
}

struct example {
    const char *text;
    unsigned reply;
    uint32_t enhanced;
    const char *inner;                   /* how the part to judge begins; NULL: the whole text */
};

static void check(const struct example *x)
{
    const struct bnc_reading r = bnc_reading_of(bnc_mask_text(&mask, bnc_span_str(x->text)));

    if (r.reply != x->reply || r.enhanced != x->enhanced)
        fail_msg("'%s': %u %x", x->text, r.reply, r.enhanced);
    if (r.wrapped != (x->inner != NULL) ||
        (x->inner != NULL &&
         (r.inner.len < strlen(x->inner) || memcmp(r.inner.at, x->inner, strlen(x->inner)) != 0)))
        fail_msg("'%s': inner '%.*s'", x->text, (int)r.inner.len, r.inner.at);
}

static void reading__finds_codes_at_the_head(void **state)
{
    static const struct example examples[] = {
        { "550 5.1.1 no", 550, BNC_ENHANCED(5, 1, 1), NULL },
        { "550-5.1.1 no", 550, BNC_ENHANCED(5, 1, 1), NULL },
        { "550 #5.1.0 no", 550, BNC_ENHANCED(5, 1, 0), NULL },
        { "5.7.606 no", 0, BNC_ENHANCED(5, 7, 606), NULL },
        { "550 no", 550, 0, NULL },
        { "553 no (#5.7.1)", 553, BNC_ENHANCED(5, 7, 1), NULL },
        { "no", 0, 0, NULL },
        { "", 0, 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(&examples[i]);
}

static void reading__takes_no_number_for_a_code(void **state)
{
    static const struct example examples[] = {
        { "from 5.7.1.9 on port 550", 0, 0, NULL },
        { "Exim 4.94.2 says 552 messages waiting", 0, 0, NULL },
        { "see http://host.example/550/5.1.1.html", 0, 0, NULL },
        { "id 550-abc12 of 5.1.1abc", 0, 0, NULL },
        { "599999 things", 0, 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(&examples[i]);
}

static void reading__goes_to_the_innermost_reply(void **state)
{
    static const struct example examples[] = {
        { "550 5.0.350 Remote server returned an error -> 550 5.1.1 user unknown", 550,
          BNC_ENHANCED(5, 1, 1), "550 5.1.1 user" },
        { "host mx.example.com[192.0.2.1] said: 450 4.2.0 later (in reply to RCPT TO command)", 450,
          BNC_ENHANCED(4, 2, 0), "450 4.2.0 later" },
        { "554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.0 Unable to "
          "lookup>",
          421, BNC_ENHANCED(4, 4, 0), "421 4.4.0 unable" },
        { "550 4.4.7 QUEUE.Expired; Remote Server returned '441 4.4.1 no answer'", 441,
          BNC_ENHANCED(4, 4, 1), "441 4.4.1 no" },
        { "smtp;550 5.1.1 gone", 550, BNC_ENHANCED(5, 1, 1), "550 5.1.1 gone" },
        { "4.4.7 delayed, last error: 452 4.2.2 mailbox full", 452, BNC_ENHANCED(4, 2, 2),
          "452 4.2.2 mailbox" },
        { "5.1.0 - Unknown address error 550-'unknown user x@y.example'", 550, 0,
          "550-'unknown user" },
        { ">>> DATA <<< 550 5.1.1 User unknown <<< 503 5.0.0 Need RCPT (recipient)", 550,
          BNC_ENHANCED(5, 1, 1), "550 5.1.1 user" },
        { "said: 451 4.3.5 Server configuration problem <<< 554 5.5.1 Error: no valid recipients",
          451, BNC_ENHANCED(4, 3, 5), "451 4.3.5 server" },
        { "host mx.example.com said: 503 5.5.1 bad sequence of commands", 503,
          BNC_ENHANCED(5, 5, 1), "503 5.5.1 bad" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check(&examples[i]);
}

/* ---- extracts ---- */

static void check_span(struct bnc_span have, const char *want)
{
    if (!bnc_span_eq(have, bnc_span_str(want)))
        fail_msg("want '%s', have '%.*s'", want, (int)have.len, have.at);
}

static struct bnc_extract extract(const char *text)
{
    return bnc_extract_from(bnc_span_str(text));
}

static void extract__finds_the_help_page(void **state)
{
    (void)state;
    check_span(extract("see https://a.example/x?y=1.").url, "https://a.example/x?y=1");
    check_span(extract("(http://a.example/b)").url, "http://a.example/b");
    check_span(extract("no page").url, "");
}

static void extract__finds_the_address_quoted(void **state)
{
    (void)state;
    check_span(extract("Client host [192.0.2.1] blocked").ip, "192.0.2.1");
    check_span(extract("over IPv6 [2001:db8::1] must").ip, "2001:db8::1");
    check_span(extract("version 1.2.3.4.5 at 10:20:30 with 300.1.1.1").ip, "");
    check_span(extract("mail from 198.51.100.7.").ip, "198.51.100.7");
    check_span(extract("Client host a.example[192.0.2.1] blocked").ip, "192.0.2.1");
    check_span(extract("connect from a.example[192.0.2.1]").ip, "192.0.2.1");
    check_span(extract("[192.0.2.1]").ip, "192.0.2.1");
}

static void extract__leaves_the_address_of_the_server_that_answered(void **state)
{
    (void)state;
    check_span(extract("host mx.example[192.0.2.1] said: 550 no").ip, "");
    check_span(extract("(host mx.example[192.0.2.1] said: 550 198.51.100.7 blocked)").ip,
               "198.51.100.7");
    check_span(extract("after RCPT TO:<a@b.example>: host mx.example [192.0.2.1]: 550").ip, "");
    check_span(extract("connect to mx.example[2001:db8::1]:25: timed out").ip, "");
    check_span(extract("lost connection with mx.example[192.0.2.1] while").ip, "");
    check_span(extract("relay=mx.example[192.0.2.1]:25").ip, "");
}

static void extract__finds_the_command(void **state)
{
    (void)state;
    assert_string_equal(extract("no (in reply to RCPT TO command)").command, "RCPT TO");
    assert_string_equal(extract("no (in reply to end of DATA command)").command, "end of DATA");
    assert_string_equal(extract("user unknown").command, "");
}

static void extract__finds_the_delay(void **state)
{
    (void)state;
    assert_int_equal(extract("Greylisted for 5 minutes").retry_after_s, 300);
    assert_int_equal(extract("please try again in 180 seconds").retry_after_s, 180);
    assert_int_equal(extract("retry after 2 hours").retry_after_s, 7200);
    assert_int_equal(extract("wait 30s").retry_after_s, 30);
    assert_int_equal(extract("try again in 1 hour(s) 25 minute(s) and see").retry_after_s, 5100);
    assert_int_equal(extract("retry after 1 minute and 30 seconds").retry_after_s, 90);
    assert_int_equal(extract("please come back in 00:05:00").retry_after_s, 300);
    assert_int_equal(extract("try again, logged at 10:20").retry_after_s, 0);
    assert_int_equal(extract("retry in 99999 days").retry_after_s, 0);
    assert_int_equal(extract("limit of 100 messages, try again later").retry_after_s, 0);
    assert_int_equal(extract("sent within 60 minutes").retry_after_s, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading__finds_codes_at_the_head),
        cmocka_unit_test(reading__takes_no_number_for_a_code),
        cmocka_unit_test(reading__goes_to_the_innermost_reply),
        cmocka_unit_test(extract__finds_the_help_page),
        cmocka_unit_test(extract__finds_the_address_quoted),
        cmocka_unit_test(extract__leaves_the_address_of_the_server_that_answered),
        cmocka_unit_test(extract__finds_the_command),
        cmocka_unit_test(extract__finds_the_delay),
    };

    return cmocka_run_group_tests(tests, setup, NULL);
}
