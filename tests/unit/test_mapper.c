/* SPDX-License-Identifier: MIT
 * test_mapper.c - what rows mean: events, hardness, suppressions, codes that are none, faults,
 * and the traps of real exports.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "schema/mapper.h"
#include "schema_kit.h"

#define T(lit) BNC_SPAN(lit)
#define PMTA "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,dsnMta,bounceCat,jobId,queue\n"

struct row_case {
    const char *name;
    struct bnc_span text;
    const char *file, *expected;
};

static const struct row_case cases[] = {
    /* PowerMTA */
    { "late", T(PMTA "rb,1788423160,,a@b.c,5.2.1,,,,,\n"), "", "*bounce unknown late 2026*" },
    { "a queue's failure has no recipient", T(PMTA "tq,1788423160,,,4.4.2,,,,,slow.example/vmta\n"),
      "", "*deferral soft * domain=slow.example\n" },
    { "bounceCat tells hard from soft",
      T(PMTA "b,1788423160,,a@b.c,,,,bad-mailbox,,\nb,1788423160,,a@b.c,,,,quota-issues,,\nb,"
             "1788423160,,a@b.c,,,,custom-thing,,\n"),
      "", "*2 bounce hard*3 bounce soft*4 bounce unknown*label=custom-thing\n" },
    { "not of a delivery", T(PMTA "d,1788423160,,a@b.c,2.0.0,,,bad-mailbox,,\n"), "",
      "*2 delivered 2026*" },
    { "orcpt and rfc822",
      T("type,timeLogged,rcpt,orcpt,dsnStatus,bounceCat\nb,1788423160,,rfc822;a@b.c,5.1.1,\n"), "",
      "*recipient=a@b.c domain=b.c\n" },
    { "nobody failed", T(PMTA "b,1788423160,,,5.1.1,,,,,\n"), "", "*2 - no_recipient\n" },
    { "cut row", T(PMTA "b,not,enough\n"), "", "*2 - field_count\n" },
    { "unknown type", T(PMTA "zz,1788423160,,a@b.c,,,,,,\n"), "", "*2 - unknown_event\n" },
    { "empty type", T(PMTA ",1788423160,,a@b.c,,,,,,\n"), "", "*2 - unknown_event\n" },
    { "bad address", T(PMTA "b,1788423160,,ann@b@c.d,,,,,,\n"), "", "*2 - bad_address\n" },
    { "senders",
      T(PMTA "b,1788423160,<>,a@b.c,,,,,,\nb,1788423160,News <n@example.com>,a@b.c,,,,,,\n"), "",
      "*2 bounce unknown 2026-09-03T08:12:40Z recipient=a@b.c domain=b.c\n3 * sender=n@example.com "
      "sender_domain=example.com\n" },
#if BNC_WITH_IDN2
    { "a hashed sender beside a domain of its own",
      T("timestamp,event,email,sender,sender_domain,reason\n2026-09-03 08:12:40,bounce,a@b.c,ann@x y "
        "<0123456789abcdef0123456789abcdef>,b\xc3\xbc" "cher.example,550 5.1.1 no such user\n"),
      "", "* sender=0123456789abcdef0123456789abcdef sender_domain=xn--bcher-kva.example*" },
#endif
    { "mx without its address",
      T(PMTA "b,1788423160,,a@b.c,,,mx1.example.net. "
             "(192.0.2.1),,,\nb,1788423160,,a@b.c,,,mx1.example.net [192.0.2.1],,,\n"),
      "", "*mx=mx1.example.net\n*mx=mx1.example.net\n" },
    { "a quote that is never closed",
      T(PMTA "b,1788423160,,a@b.c,\"5.1.1\nd,1788423160,,a@b.c,2.0.0,,,,,\n"), "",
      "*2 - unclosed_quote\n3 delivered*" },
    /* codes */
    { "mangled by a spreadsheet",
      T(PMTA "b,1788423160,,a@b.c,5.1.2001,550 5.1.1 "
             "no,,,,\nb,1788423160,,a@b.c,01.May,,,,,\nb,1788423160,,a@b.c,4.47E+02,,,,,\n"),
      "", "*2 bounce * mangled_code recipient*3 bounce * mangled_code *4 bounce * mangled_code *" },
    { "columns named the wrong way round",
      T("SmtpErrorCode,SmtpStatusCode,SmtpMessage,ActivityType,EmailAddress\n5.1.1,550,no,"
        "Bounceback,a@b.c\n550,5.1.1,no,Bounceback,a@b.c\n"),
      "", "*2 * reply=550 enhanced=5.1.1 *3 * reply=550 enhanced=5.1.1 *" },
    { "Mailgun's own codes",
      T("address,code,error,created_at\na@b.c,550,x,\na@b.c,605,x,\na@b.c,606,x,\na@b.c,607,x,\na@"
        "b.c,499,x,\n"),
      "",
      "*2 bounce hard - reply=550 *3 suppressed hard - pseudo_code recipient*4 suppressed - "
      "pseudo*5 suppressed - pseudo*6 bounce soft - pseudo*" },
    { "HubSpot's 436",
      T("type,recipient,email_campaign_id,status,response\nBOUNCE,a@b.c,1,436,x\nBOUNCE,a@b.c,1,"
        "550,x\n"),
      "", "*2 bounce unknown - pseudo_code recipient*3 bounce unknown - reply=550*" },
    { "Salesforce's 0",
      T("SendID,SubscriberKey,EmailAddress,EventDate,EventType,BounceCategory,SMTPCode,"
        "BounceReason\n1,k,a@b.c,9/3/2026 3:12:44 AM,Bounce,Block bounce,0,\n"),
      "", "sfmc_bounces*2 bounce soft 2026-09-03T09:12:44Z recipient=a@b.c *" },
    { "Postmark's type numbers",
      T("Type,TypeCode,Email,BouncedAt,Details\nHardBounce,1,a@b.c,2026-09-03T08:12:44Z,"
        "x\nManuallyDeactivated,100002,a@b.c,2026-09-03T08:12:44Z,x\n"),
      "", "*2 bounce hard 2026-09-03T08:12:44Z recipient*3 suppressed 2026*" },
    /* vendors' columns that decide */
    { "Mailgun's severity",
      T("event,severity,recipient,delivery-status.code,delivery-status.message\nfailed,permanent,a@"
        "b.c,550,x\nfailed,temporary,a@b.c,421,x\nfailed,permanent,a@b.c,605,x\nfailed,temporary,a@"
        "b.c,499,x\n"),
      "", "*2 bounce hard*3 deferral soft*4 suppressed hard*5 deferral soft*" },
    { "SparkPost's class",
      T("type,raw_rcpt_to,bounce_class,raw_reason\nbounce,a@b.c,10,x\nbounce,a@b.c,25,x\nbounce,a@"
        "b.c,60,x\ndelay,a@b.c,10,x\nout_of_band,a@b.c,10,x\n"),
      "", "*2 bounce hard -*3 suppressed -*4 other -*5 deferral soft -*6 bounce hard late -*" },
    { "SES suppression is no bounce",
      T("eventType,mail.messageId,bounce.bounceType,bounce.bounceSubType,bounce.bouncedRecipients[]"
        ".emailAddress\nBounce,m,Permanent,OnAccountSuppressionList,a@b.c\nBounce,m,Permanent,"
        "General,a@b.c\nBounce,m,Transient,MailboxFull,a@b.c\n"),
      "", "*2 suppressed hard*3 bounce hard*4 bounce soft*" },
    { "Brevo in every language",
      T("st_text,ts,sub,frm,email,tag,mid,link\nSoft bounce,03-09-2026 "
        "10:12:44,s,f@g.h,a@b.c,NA,NA,NA\nConsegnata,03-09-2026 "
        "10:12:44,s,f@g.h,a@b.c,x,y,NA\nDelivered,13-09-2026 10:12:44,s,f@g.h,a@b.c,NA,NA,NA\n"),
      "",
      "*2 bounce soft 2026-09-03T10:12:44Z recipient=a@b.c domain=b.c sender=f@g.h "
      "sender_domain=g.h\n3 delivered * campaign=x *id=y\n4 delivered 2026-09-13*" },
    { "Google: outbound rows only",
      T("Event target,Event status,Event SMTP reply code,Direction,Recipient "
        "address\nSMTP_OUT,BOUNCED,550,Sent,a@b.c\nSMTP_IN,DELIVERED,250,Sent,a@b.c\nSMTP_OUT,"
        "DELIVERED,250,Received,a@b.c\n"),
      "", "*2 bounce unknown - reply=550*3 - no event\n4 - no event\n" },
    { "hashed addresses keep their row",
      T("activity_type_id,lead_id,activity_date,email,details,category\n8,1,2026-09-03,"
        "x7MqPq3Jp0wYQfZrTgUk1A==,550 no,2\n"),
      "",
      "*2 bounce hard 2026-09-03T00:00:00Z opaque_address recipient=x7MqPq3Jp0wYQfZrTgUk1A== "
      "diagnostic=550 no *" },
    { "invalid addresses are what the list is about",
      T("reason,email,created\nno @,bob.example,1788423160\n"), "suppression_invalid_emails.csv",
      "*invalid_address recipient=bob.example *" },
    { "the inner text of a category file",
      T("marketoGUID,activityTypeId,attributes\n1,8,\"{\"\"Details\"\":\"\"550 \\\"\"no\\\"\" "
        "more\"\",\"\"Email\"\":\"\"a@b.c\"\"}\"\n"),
      "", "*recipient=a@b.c domain=b.c diagnostic=550 ?\"no?\" more\n" },
    /* any CSV */
    { "generic words",
      T("email,status\na@b.c,Hard "
        "Bounced\na@b.c,soft-bounce\na@b.c,Deferred\na@b.c,DELIVERED\na@b.c,opened\na@b.c,spam "
        "report\na@b.c,sent\n"),
      "",
      "generic*2 bounce hard*3 bounce soft*4 deferral soft*5 delivered*6 other*7 complaint*8 "
      "sent*" },
    { "a status that is a code",
      T("email,status,reason\na@b.c,5.1.1,x\na@b.c,421,x\na@b.c,250,x\na@b.c,550 5.7.1 x,x\n"), "",
      "*2 bounce - enhanced=5.1.1*3 deferral - reply=421*4 delivered - reply=250*5 bounce - "
      "reply=550 enhanced=5.7.1*" },
    { "no status at all: the reply decides",
      T("email,error\na@b.c,550 5.1.1 no\na@b.c,smtp;421 4.7.0 later\na@b.c,user "
        "unknown\na@b.c,\n"),
      "", "*2 bounce -*3 deferral -*4 bounce -*5 - unknown_event\n" },
    { "no status at all: the reply that another server quotes decides",
      T("email,error\na@b.c,host x said: 451 later\na@b.c,host x said: 550 no\n"
        "a@b.c,after RCPT TO:<a@b.c>: 450 later\na@b.c,host x said no\n"),
      "", "*2 deferral -*3 bounce -*4 deferral -*5 bounce -*" },
    { "a kind of bounce stands for the event",
      T("email,bounce_type\na@b.c,Hard\na@b.c,Transient\na@b.c,spam\n"), "",
      "*2 bounce hard*3 bounce soft*4 bounce -*" },
    { "rejected by them or by us",
      T("email,event,response\na@b.c,rejected,550 5.7.1 no\na@b.c,rejected,suppressed address\n"),
      "", "*2 bounce*3 suppressed*" },
    { "unknown words are not bounces",
      T("email,event,response\na@b.c,frobnicated,something\na@b.c,frobnicated,550 no\n"), "",
      "*2 - unknown_event\n3 bounce*" },
    { "domain without address", T("domain,event\nexample.net.,bounce\n,bounce\n"), "",
      "*2 bounce unknown - domain=example.net\n*" },
    { "out of band", T("email,event\na@b.c,out_of_band\n"), "", "*2 bounce unknown late -*" },
    { "NUL and control bytes are data", T("email,event,reason\na@b.c,bounce,a\0b\x1b\n"), "",
      "*diagnostic=a*" },
    { "a comment among Exchange's rows",
      T("#Fields: "
        "date-time,source,event-id,recipient-address,recipient-status\n2026-09-03T08:12:44Z,SMTP,"
        "FAIL,a@b.c,550 no\n#Software: "
        "again\n2026-09-03T08:12:44Z,STOREDRIVER,DELIVER,a@b.c,\n2026-09-03T08:12:44Z,SMTP,"
        "HAREDIRECT,a@b.c,\n"),
      "", "exchange*2 bounce*3 - repeated_header\n4 - no event\n5 other*" },
    { "time of sending where there is no other",
      T("Event target,Event status,Event SMTP reply code,Start date,Event date,Recipient "
        "address\nSMTP_OUT,BOUNCED,550,2026/09/03 08:12:40 "
        "UTC,,a@b.c\nSMTP_OUT,BOUNCED,550,2026/09/03 08:12:40 UTC,2026/09/03 08:12:44 UTC,a@b.c\n"),
      "", "*2 bounce unknown 2026-09-03T08:12:40Z*3 bounce unknown 2026-09-03T08:12:44Z*" },
};

static void row__means(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        wrong += !kit_means(cases[i].name, cases[i].text, cases[i].file, cases[i].expected);
    assert_int_equal(wrong, 0);
}

/* A worker's memory of rows before must not show: each row alone gives what it gives among all. */
static void row__is_independent_of_rows_before(void **state)
{
    const struct bnc_span text =
        T(PMTA "d,2026-09-03 08:12:44+0200,b@x.example,a@b.c,2.0.0,,,,,\nb,2026-09-03 "
               "08:12:44Z,b@y.example,a@b.c,5.1.1,,,bad-mailbox,,\n"
               "b,2026-09-04 08:12:44,News "
               "<b@x.example>,a@b.c,5.1.1,,,no-answer-from-host,,\nB,1788423160,b@x "
               "example,a@b.c,x,,,BAD_MAILBOX,,\n"
               "d,2026-09-03 08:12:44+0200,b@x.example,a@b.c,2.0.0,,,,,\n");
    struct bnc_buf whole = kit_dump(text, "", NULL);
    const char *line = (const char *)memchr(text.at, '\n', text.len) + 1,
               *dumped = strchr(whole.at, '\n') + 1;
    const size_t header = (size_t)(line - text.at);

    (void)state;
    while (line < text.at + text.len) {
        const size_t len = (size_t)((const char *)memchr(line, '\n', 1000) - line) + 1,
                     n = strcspn(dumped, "\n");
        char one[1024];
        struct bnc_buf alone;

        memcpy(one, text.at, header);
        memcpy(one + header, line, len);
        alone = kit_dump(bnc_span_from(one, header + len), "", NULL);
        assert_int_equal(strncmp(strchr(strchr(alone.at, '\n'), ' '), strchr(dumped, ' '), n - 1),
                         0);
        bnc_buf_release(&alone);
        line += len;
        dumped += n + 1;
    }
    bnc_buf_release(&whole);
}

static void value__cut_and_long_words(void **state)
{
    struct bnc_mapping *map;
    struct bnc_mapper *m = bnc_mapper_create(0);
    const struct bnc_values *v;
    char word[300];

    (void)state;
    assert_int_equal(bnc_mapping_create(&map, T(PMTA), true, "", NULL, NULL), BNC_OK);
    v = map->plan->field[BNC_FIELD_EVENT_TYPE].pick[0].values;
    memset(word, 'd', sizeof word);
    assert_non_null(bnc_mapper_value(m, v, bnc_span_from(word, 1)));
    for (size_t n = 2; n <= sizeof word; n++)
        assert_null(bnc_mapper_value(m, v, bnc_span_from(word, n)));
    assert_null(bnc_mapper_value(m, v, bnc_span_from(word, 0)));
    assert_non_null(bnc_mapper_value(m, v, T("D")));
    bnc_mapper_free(m);
    bnc_mapper_free(NULL);
    bnc_mapping_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(row__means),
        cmocka_unit_test(row__is_independent_of_rows_before),
        cmocka_unit_test(value__cut_and_long_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
