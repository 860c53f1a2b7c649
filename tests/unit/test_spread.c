/* SPDX-License-Identifier: MIT
 * test_spread.c - one event for each recipient of a list, and for each event of a wide row.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema_kit.h"

#define T(lit) BNC_SPAN(lit)
#define PACKED "origin_timestamp_utc,sender_address,recipient_status\n2026-09-03T08:12:40Z,s@t.u,"
#define EXCH                                                                                       \
    "date-time,source,event-id,recipient-address,recipient-status\n2026-09-03T08:12:44Z,SMTP,"     \
    "FAIL,"
#define WIDE "Email,Sent,Delivered,Bounce,Dropped,Deferred,SpamReport,Unbounce,MTA_Dropped\n"

struct spread_case {
    const char *name;
    struct bnc_span text;
    const char *expected;
};

static const struct spread_case cases[] = {
    { "packed",
      T(PACKED "\"a@b.c##Receive, Fail;<d@e.f>##Receive, Deliver ;g@h.i##Receive, Send\"\n"),
      "*2 bounce unknown * recipient=a@b.c *and delivered *recipient=d@e.f *and delivered * "
      "recipient=g@h.i *" },
    { "packed: one word", T(PACKED "a@b.c##Receive\n"), "*2 sent *recipient=a@b.c*" },
    { "packed: unknown", T(PACKED "\"a@b.c##Receive, Explode\"\n"), "*2 - unknown_event\n" },
    { "packed: not packed", T(PACKED "Failed\n"), "*2 - unknown_event\n" },
    { "packed: what is said of one recipient is not said of the next",
      T(PACKED "\"a1b2c3d4e5f6a7b8c9d0##Receive, Fail;d@e.f##Receive, Fail;##Receive, Expand\"\n"),
      "*2 bounce *Z opaque_address recipient=a1b2c3d4e5f6a7b8c9d0 *and bounce unknown "
      "2026-09-03T08:12:40Z recipient=d@e.f *and other 2026-09-03T08:12:40Z sender=*" },
    { "packed: no address", T(PACKED "\"##Receive, Fail\"\n"), "*2 - no_recipient\n" },
    { "list with as many replies", T(EXCH "a@b.c;d@e.f,550 5.1.1 no;421 4.4.2 gone\n"),
      "*recipient=a@b.c domain=b.c diagnostic=550 5.1.1 no\n  and *recipient=d@e.f domain=e.f "
      "diagnostic=421 4.4.2 gone\n" },
    { "replies with semicolons", T(EXCH "a@b.c;d@e.f,550 4.4.7 QUEUE.Expired;<x>;550 5.1.1 no\n"),
      "*recipient=a@b.c domain=b.c diagnostic=550 4.4.7 QUEUE.Expired;<x>\n  and *recipient=d@e.f "
      "domain=e.f diagnostic=550 5.1.1 no\n" },
    { "one reply for all", T(EXCH "a@b.c;d@e.f,550 5.1.1 no\n"),
      "*recipient=a@b.c *=550 5.1.1 no\n  and *recipient=d@e.f *=550 5.1.1 no\n" },
    { "one recipient, semicolon in its reply", T(EXCH "a@b.c,550 4.4.7 QUEUE.Expired;550 x\n"),
      "*diagnostic=550 4.4.7 QUEUE.Expired;550 x\n" },
    { "semicolon at the end", T(EXCH "a@b.c;,550 no\n"), "*2 bounce * recipient=a@b.c *" },
    { "one of the list is no address", T(EXCH "a@b.c;nobody,550 no\n"), "*2 - bad_address\n" },
    { "a JSON array in any file",
      T("email,event\n\"[\"\"a@b.c\"\", \"\"d@e.f\"\"]\",bounce\n[],bounce\n"),
      "*2 bounce*recipient=a@b.c*  and bounce*recipient=d@e.f*3 - bad_address\n" },
    { "commas in any file", T("email,event\n\"a@b.c, \"\"x, y\"\" <d@e.f>\",bounce\n"),
      "*2 bounce*recipient=a@b.c*and bounce*recipient=d@e.f*" },
    { "send log",
      T("EnvelopeFrom,ToAddresses,DateStamp\ns@t.u,\"a@b.c,d@e.f\",03/09/2026 08:12:44 GMT\n"),
      "authsmtp*2 sent*a@b.c*and sent*d@e.f*" },
    { "wide: the outcome counts once",
      T(WIDE "a@b.c,TRUE,TRUE,,,,,,\nd@e.f,TRUE,FALSE,TRUE,,,,,\ng@h.i,1,,,,,,,\n"),
      "*2 delivered - recipient=a@b.c domain=b.c\n3 bounce hard - recipient=d@e.f domain=e.f\n4 "
      "sent -*" },
    { "wide: deferral and complaint beside it", T(WIDE "a@b.c,TRUE,TRUE,,,2026-09-03,TRUE,,\n"),
      "*2 delivered -*and deferral soft 2026-09-03T00:00:00Z*and complaint -*" },
    { "wide: suppressed", T(WIDE "a@b.c,,,,,,,,TRUE\nd@e.f,,,,yes,,,,\n"),
      "*2 suppressed -*3 suppressed -*" },
    { "wide: nothing happened", T(WIDE "a@b.c,no,false,0,,,N/A,,\n"), "*2 - no event\n" },
    { "wide: bad address", T(WIDE "nobody,TRUE,,,,,,,\n"), "*2 - bad_address\n" },
    { "wide: reasons",
      T("Recipient,Email Campaign ID,Not Sent Reason,Bounce Reason,Bounce "
        "Message,Sent,Bounce,Suppressed\na@b.c,1,,MAILBOX_FULL,452 "
        "full,TRUE,TRUE,FALSE\nd@e.f,1,PREVIOUSLY_BOUNCED,,,FALSE,FALSE,TRUE\n"),
      "*2 bounce soft*diagnostic=452 full*3 suppressed hard*" },
    { "file of sendings with flags",
      T("Email address,Date sent,Bounced\na@b.c,2026-09-03 08:12:40,0\nd@e.f,2026-09-03 "
        "08:12:40,1\n"),
      "*2 sent*3 bounce unknown*" },
};

static void row__spreads(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        wrong += !kit_means(cases[i].name, cases[i].text, "", cases[i].expected);
    assert_int_equal(wrong, 0);
}

/* A cell with 20,000 recipients is as many events, in linear time. */
static void row__of_many_recipients(void **state)
{
    struct bnc_buf text = { 0 }, dump;
    size_t n = 0;

    (void)state;
    bnc_buf_puts(&text, EXCH);
    for (unsigned i = 0; i < 20000; i++)
        bnc_buf_printf(&text, "a%u@b.c;", i);
    bnc_buf_puts(&text, ",550 no\n");
    dump = kit_dump(bnc_buf_span(&text), "", NULL);
    for (size_t i = 0; i < dump.len; i++)
        n += dump.at[i] == '\n';
    assert_int_equal(n, 20001);
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

/* Behind the rows that are looked at first, too, a cell that is no flag makes nobody bounce. */
static void events_in_columns__are_flags_in_every_row(void **state)
{
    static const char *const no_flags[] = { "2", "14", "pending", "not bounced", "--", "0%" };
    static const char *const no[] = { "never", "NaN", "NaT", "off", "0.0", "1970-01-01 01:00:00",
                                      "0000-00-00T00:00:00", "0001-01-01T00:00:00Z" };
    struct bnc_buf text = { 0 }, dump;
    unsigned n = 0, n_unknown = 0, n_bounces = 0;

    (void)state;
    bnc_buf_puts(&text, "email,sent_at,delivered_at,hard_bounced\n");
    for (unsigned i = 0; i < 60; i++)
        bnc_buf_printf(&text, "a%u@b.c,2026-09-03 08:12:40,,%s\n", i, i == 7 ? "1.0" : "");
    for (size_t i = 0; i < sizeof no_flags / sizeof no_flags[0]; i++)
        bnc_buf_printf(&text, "c%zu@d.e,2026-09-03 08:12:40,,%s\n", i, no_flags[i]);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        bnc_buf_printf(&text, "f%zu@g.h,2026-09-03 08:12:40,,%s\n", i, no[i]);
    dump = kit_dump(bnc_buf_span(&text), "", NULL);
    bnc_buf_putc(&dump, '\0');
    for (const char *at = dump.at; *at != '\0'; at += strcspn(at, "\n") + 1, n++) {
        n_unknown += strncmp(at + strcspn(at, " \n"), " - unknown_event", 16) == 0;
        n_bounces += strncmp(at + strcspn(at, " \n"), " bounce hard", 12) == 0;
    }
    assert_int_equal(n_unknown, sizeof no_flags / sizeof no_flags[0]);
    assert_int_equal(n_bounces, 1);
    assert_int_equal(n, 1 + 60 + n_unknown + sizeof no / sizeof no[0]);
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(row__spreads),
                                        cmocka_unit_test(row__of_many_recipients),
                                        cmocka_unit_test(
                                            events_in_columns__are_flags_in_every_row) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
