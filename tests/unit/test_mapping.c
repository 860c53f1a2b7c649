/* SPDX-License-Identifier: MIT
 * test_mapping.c - header, dialect and preamble found by content; options; and what a user is
 * told where nothing fits.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fnmatch.h>

#include "schema_kit.h"

#define SG "status,reason,email,created\n"
#define SG_ROW "5.1.1,550 5.1.1 no,ann@example.net,1788423160\n"
#define SG_EVENT                                                                                   \
    "bounce hard 2026-09-03T08:12:40Z enhanced=5.1.1 recipient=ann@example.net "                   \
    "domain=example.net diagnostic=550 5.1.1 no\n"
#define MTL_REST                                                                                   \
    "event-id,source,recipient-address,recipient-status,sender-address,directionality"
#define MTL "date-time," MTL_REST
#define MTL_ROW                                                                                    \
    "2026-10-05T10:00:02Z,FAIL,SMTP,a@b.example,550 5.1.1 no,me@c.example,Originating\n"

struct mapping_case {
    const char *name;
    struct bnc_span text;
    struct bnc_schema_options opt;
    const char *file, *expected; /* a glob over the whole dump */
};

#define T(lit) BNC_SPAN(lit)

static const struct mapping_case cases[] = {
    { "plain",
      T(SG SG_ROW),
      { 0 },
      "",
      "sendgrid_suppression_bounces delimiter=, quote=\" rows_before=1\n2 " SG_EVENT },
    { "crlf",
      T("status,reason,email,created\r\n5.1.1,x,ann@example.net,1788423160\r\n"),
      { 0 },
      "",
      "sendgrid*\n2 bounce hard*" },
    { "mark",
      T("\xEF\xBB\xBF" SG SG_ROW),
      { 0 },
      "",
      "sendgrid_suppression_bounces*\n2 " SG_EVENT },
    { "order, case, quotes and blanks",
      T("\"Created\",\" EMAIL\",Reason , STATUS\n1788423160,ann@example.net,550 5.1.1 no,5.1.1\n"),
      { 0 },
      "",
      "sendgrid_suppression_bounces*\n2 " SG_EVENT },
    { "semicolon",
      T("status;reason;email;created\n5.1.1;550 5.1.1 no;ann@example.net;1788423160\n"),
      { 0 },
      "",
      "* delimiter=; *\n2 " SG_EVENT },
    { "tab",
      T("status\treason\temail\tcreated\n5.1.1\t550 5.1.1 no\tann@example.net\t1788423160\n"),
      { 0 },
      "",
      "* delimiter=\\\\t *\n2 " SG_EVENT },
    { "pipe",
      T("status|reason|email|created\n5.1.1|550 5.1.1 no|ann@example.net|1788423160\n"),
      { 0 },
      "",
      "* delimiter=| *\n2 " SG_EVENT },
    { "commas in cells of a semicolon file",
      T("status;reason;email;created\n5.1.1;a,b,c,d;ann@example.net;1788423160\n"),
      { 0 },
      "",
      "* delimiter=; *diagnostic=a,b,c,d\n" },
    { "single quotes",
      T("'status','reason','email','created'\n'5.1.1','550 5.1.1 "
        "no','ann@example.net','1788423160'\n"),
      { 0 },
      "",
      "* quote=' *\n2 " SG_EVENT },
    { "single quotes in data alone",
      T(SG "'5.1.1','550, 5.1.1 no','ann@example.net','1788423160'\n"),
      { 0 },
      "",
      "* quote=' *diagnostic=550, 5.1.1 no\n" },
    { "an apostrophe is no quote",
      T(SG "5.1.1,can't deliver,ann@example.net,1788423160\n"),
      { 0 },
      "",
      "* quote=\" *diagnostic=can't deliver\n" },
    { "backslash escapes",
      T(SG "5.1.1,\"he said \\\"no\\\", twice\",ann@example.net,1788423160\n"),
      { 0 },
      "",
      "* escape *diagnostic=he said \"no\", twice\n" },
    { "backslashes beside doubled quotes",
      T(SG "5.1.1,\"a\\b \"\"no\"\" c:\\\",ann@example.net,1788423160\n"),
      { 0 },
      "",
      "* quote=\" rows*diagnostic=a\\\\b \"no\" c:\\\\\n" },
    { "forced quote: none",
      T(SG "5.1.1,\"x\",ann@example.net,1788423160\n"),
      { .quote = '\1' },
      "",
      "* no quotes *diagnostic=\"x\"\n" },
    { "forced delimiter",
      T("status;reason;email;created\n5.1.1;x;ann@example.net;1788423160\n"),
      { .delim = ',' },
      "",
      "error 65 *" },
    { "title lines",
      T("Bounce export\nfor example.com\n\n" SG SG_ROW),
      { 0 },
      "",
      "*rows_before=3\n4 " SG_EVENT },
    { "a title line with commas",
      T("Bounces, October, example.com\n" SG SG_ROW),
      { 0 },
      "",
      "*rows_before=2\n3 " SG_EVENT },
    { "the spreadsheet's sep line",
      T("sep=;\nstatus;reason;email;created\n5.1.1;x;ann@example.net;1788423160\n"),
      { 0 },
      "",
      "*delimiter=; *rows_before=2\n3 bounce*" },
    { "a #TYPE line",
      T("#TYPE System.Object\n" SG SG_ROW),
      { 0 },
      "",
      "*rows_before=2\n3 " SG_EVENT },
    { "header twice at the top",
      T(SG SG SG_ROW),
      { 0 },
      "",
      "*rows_before=1\n2 - repeated_header\n3 " SG_EVENT },
    { "header again, behind a mark",
      T(SG SG_ROW "\xEF\xBB\xBF" SG SG_ROW),
      { 0 },
      "",
      "*\n3 - repeated_header\n4 " SG_EVENT },
    { "a header of other columns",
      T(SG SG_ROW "email,created,status,reason\n"),
      { 0 },
      "",
      "*\n3 - other_header\n" },
    { "a header of other columns among rows that are filtered",
      T(MTL "\n" MTL_ROW "date-time,event-id,source,sender-address,recipient-status,"
        "recipient-address,directionality\nx,RECEIVE,STOREDRIVER,,,,\n"),
      { 0 },
      "",
      "exchange_mtl *\n3 - other_header\n4 - no event\n" },
    { "the header again among rows that are filtered",
      T(MTL "\n" MTL_ROW "\"date-time\"," MTL_REST "\n"),
      { 0 },
      "",
      "exchange_mtl *\n3 - repeated_header\n" },
    { "a header with none of the names",
      T(SG SG_ROW "event,description,recipient,timestamp\n"),
      { 0 },
      "",
      "*\n3 - other_header\n" },
    { "a header with none of the names behind complaints",
      T("address,created_at\na@b.c,2026-10-05 10:00:00\nmessage_id,sender\nx,y\n"),
      { 0 },
      "",
      "mailgun_complaints*\n3 - other_header\n4 complaint*" },
    { "words that are no header",
      T(SG SG_ROW "Total,Bounced,n/a,x\nevent,bounce,recipient,1\nevent,,recipient,\n"),
      { 0 },
      "",
      "*\n3 - no_recipient\n4 - bad_address\n5 - bad_address\n" },
    { "lists of fields among the rows",
      T("#Fields: " MTL "\n" MTL_ROW "#Fields: " MTL ",new\n#Date: x\n#Fields: date-time\n"
        "\xEF\xBB\xBF#Software: x\n#Fields: date-time,source,event-id\n"),
      { 0 },
      "",
      "exchange_mtl *\n3 - repeated_header\n4 - repeated_header\n5 - repeated_header\n"
      "6 - repeated_header\n7 - other_header\n" },
    { "the header again, quoted and in capitals",
      T(SG SG_ROW "\"Status\",\"Reason\",\"EMAIL\",created\n"),
      { 0 },
      "",
      "*\n3 - repeated_header\n" },
    { "a row that names one column again and again",
      T(SG SG_ROW "email,email,email,email\nreason,,reason,\n"),
      { 0 },
      "",
      "*\n3 - bad_address\n4 - bad_address\n" },
    { "a row that names one column",
      T(SG SG_ROW "5.1.1,reason,nobody,1788423164\n"),
      { 0 },
      "",
      "*\n3 - bad_address\n" },
    { "header alone", T(SG), { 0 }, "", "sendgrid_suppression_bounces*rows_before=1\n" },
    { "header alone without its line end",
      T("status,reason,email,created"),
      { 0 },
      "",
      "sendgrid_suppression_bounces*rows_before=1\n" },
    { "columns that only their rows tell of",
      T("Kunde;Servertext;Datum\n<ann@example.net>;550 5.1.1 no;03.10.2026\n"
        "bo@example.com;host mx[192.0.2.1] said: 554 5.7.1 blocked;04.10.2026\n"),
      { 0 },
      "",
      "generic_fallback*\n2 bounce 2026-10-03T00:00:00Z *recipient=ann@example.net*"
      "diagnostic=550 5.1.1 no\n3 bounce *recipient=bo@example.com*said: 554*" },
    { "two columns of addresses: neither is taken",
      T("Kunde,Betreuer,Grund\nann@example.net,bo@example.com,550 5.1.1 no\n"),
      { 0 },
      "",
      "generic_fallback*\n2 bounce - diagnostic=550 5.1.1 no\n" },
    { "what a known name promises, rows don't change",
      T("email,subject,status\nann@example.net,550 Euro off,bounced\n"),
      { 0 },
      "",
      "generic_fallback*\n2 bounce unknown - recipient=ann@example.net domain=example.net\n" },
    { "numbers and names among words are no replies",
      T("email,Aktion,status\nann@example.net,500 at once,bounced\nbo@example.net,now,bounced\n"),
      { 0 },
      "",
      "generic_fallback*\n2 bounce unknown - recipient=ann@example.net domain=example.net\n3*" },
    { "nothing", T(""), { 0 }, "", "generic_fallback*rows_before=0\n" },
    { "a mark and nothing", T("\xEF\xBB\xBF"), { 0 }, "", "generic_fallback*rows_before=0\n" },
    { "blank lines", T("\r\n\n\n"), { 0 }, "", "generic_fallback*rows_before=0\n" },
    { "more columns than known",
      T("x,status,y,reason,email,z,created\n1,5.1.1,2,550 5.1.1 no,ann@example.net,3,1788423160\n"),
      { 0 },
      "",
      "sendgrid*\n2 " SG_EVENT },
    { "rows that are short and long",
      T(SG "5.1.1,x\n"
           "5.1.1,x,ann@example.net,1788423160,more,still\n"),
      { 0 },
      "",
      "*\n2 - field_count\n3 bounce*" },
    { "a second table and a footer",
      T("email,event\na@b.c,bounce\n\nTotal,1\ncampaign,sent\nx,5\n"),
      { 0 },
      "",
      "generic*\n2 bounce*3 - unknown_event\n4 - bad_address\n5 - unknown_event\n" },
    /* the file's name decides among equal headers, and only there */
    { "bounces by name",
      T(SG SG_ROW),
      { 0 },
      "/tmp/suppression_bounces.csv",
      "sendgrid_suppression_bounces*" },
    { "blocks by name",
      T(SG SG_ROW),
      { 0 },
      "x/Suppression_Blocks (2).csv",
      "sendgrid_suppression_blocks*\n2 bounce soft*" },
    { "a folder's name is none",
      T(SG SG_ROW),
      { 0 },
      "blocks/export.csv",
      "sendgrid_suppression_bounces*" },
    { "blocks without the name",
      T(SG "4.7.1,421 4.7.1 later,ann@example.net,1788423160\n"),
      { 0 },
      "export.csv",
      "*\n2 bounce soft*" },
    /* times */
    { "zone option",
      T("email,event,date\nann@example.net,bounce,2026-09-03 08:12:44\n"),
      { .timezone = "+02:00" },
      "",
      "*2026-09-03T06:12:44Z*" },
    { "zone option yields to the text",
      T("email,event,date\nann@example.net,bounce,2026-09-03 08:12:44Z\n"),
      { .timezone = "+02:00" },
      "",
      "*2026-09-03T08:12:44Z*" },
    { "order proven by a later row",
      T("email,event,date\na@b.c,bounce,3/9/2026\na@b.c,bounce,13/9/2026\n"),
      { 0 },
      "",
      "*2026-09-03T*2026-09-13T*" },
    { "order proven by AM",
      T("email,event,date\na@b.c,bounce,3/9/2026 1:00:00 AM\n"),
      { 0 },
      "",
      "*2026-03-09T01:00:00Z*" },
    { "order open: no guess",
      T("email,event,date\na@b.c,bounce,3/9/2026\n"),
      { 0 },
      "",
      "*\n2 bounce unknown - bad_time *" },
    { "order contradicted: no guess",
      T("email,event,date\na@b.c,bounce,13/9/2026\na@b.c,bounce,9/13/2026\n"),
      { 0 },
      "",
      "*2 bounce unknown - bad_time *3 bounce unknown - bad_time *" },
    { "order by option",
      T("email,event,date\na@b.c,bounce,3/9/2026\n"),
      { .date_order = "mdy" },
      "",
      "*2026-03-09T*" },
    { "a time that is none is no reason to lose the row",
      T("email,event,date\na@b.c,bounce,soon\nc@b.c,bounce,\n"),
      { 0 },
      "",
      "*2 bounce unknown - bad_time recipient=a@b.c *3 bounce unknown - recipient=c@b.c *" },
    /* options */
    { "map",
      T("Wer,Was,Warum\nann@example.net,bounce,550 no\n"),
      { .map = "recipient=Wer,event_type=Was,diagnostic=Warum" },
      "",
      "generic_fallback*2 bounce unknown - recipient=ann@example.net domain=example.net "
      "diagnostic=550 no\n" },
    { "map over a known format",
      T("status,reason,email,created,real\n5.1.1,x,ann@example.net,1788423160,bo@example.org\n"),
      { .map = "recipient=real" },
      "",
      "sendgrid*recipient=bo@example.org*" },
    { "map by position",
      T("ann@example.net,550 5.1.1 no\nbo@example.net,421 4.2.2 full\n"),
      { .map = "recipient=#1,diagnostic=#2" },
      "",
      "generic*rows_before=0\n1 bounce - recipient=ann@*\n2 deferral - recipient=bo@*" },
    { "map to a column with a comma",
      T("\"Name, address\",Error\nann@example.net,550 no\n"),
      { .map = "recipient=Name, address,diagnostic=Error" },
      "",
      "*recipient=ann@example.net*diagnostic=550 no\n" },
    { "two columns for one field",
      T("A,B,Error\n,ann@example.net,550 no\n"),
      { .map = "recipient=A,recipient=B,diagnostic=Error" },
      "",
      "*recipient=ann@example.net*" },
    { "map names no column",
      T(SG SG_ROW),
      { .map = "recipient=Foo" },
      "",
      "error 2 --map recipient=Foo: the file has no column 'Foo'\n" },
    { "map names no field",
      T(SG SG_ROW),
      { .map = "rcipient=email" },
      "",
      "error 2 --map: no field is called 'rcipient'; there are event_time, *recipient*\n" },
    { "map is incomplete",
      T(SG SG_ROW),
      { .map = "recipient=" },
      "",
      "error 2 --map recipient: no column is named*" },
    { "from a format",
      T("email,Type,Date,Reason\nann@example.net,hard,2026-09-03,x\n"),
      { .from = "mailerlite_bounces" },
      "",
      "mailerlite_bounces*bounce hard*" },
    { "from a vendor", T(SG SG_ROW), { .from = "sendgrid" }, "", "sendgrid_suppression_bounces*" },
    { "from a vendor with a blank",
      T("Received,SenderAddress,RecipientAddress,Subject,Status\n2026-09-03,a@b.c,d@e.f,x,"
        "Failed\n"),
      { .from = "microsoft365" },
      "",
      "m365_trace_ps*" },
    { "from nobody",
      T(SG SG_ROW),
      { .from = "sendgird" },
      "",
      "error 2 --from: no format is called 'sendgird'; did you mean 'SendGrid'*\n" },
    { "no zone", T(SG SG_ROW), { .timezone = "Mars" }, "", "error 2 --timezone: 'Mars'*\n" },
    { "no order", T(SG SG_ROW), { .date_order = "ymd" }, "", "error 2 --date-order: 'ymd'*\n" },
    /* failures */
    { "not an export",
      T("a,b,c\n1,2,3\n"),
      { 0 },
      "",
      "error 65 not recognized as an export: its columns are 'a', 'b', 'c'; name the columns "
      "yourself, e.g. --map *\n" },
    { "totals of days",
      T("Date,Requests,Delivered,Bounces\n2026-10-01,1000,990,10\n"),
      { 0 },
      "",
      "error 65 not recognized*'Bounces'; no cell holds an address: totals*--sent)\n" },
    { "nearly an export",
      T("status,reason,created\nfailed,user unknown,3\n"),
      { 0 },
      "",
      "error 65 not recognized as an export: its columns are 'status', 'reason', 'created'; "
      "nearest formats: sendgrid_suppression_bounces (missing: email)*--map*\n" },
    { "no header",
      T("ann@example.net,550 5.1.1 no,x\nbo@example.net,421 no,y\n"),
      { 0 },
      "",
      "error 65 no header: the first row holds data (3 fields)*--map "
      "recipient=#1,diagnostic=#2\n" },
    { "prose",
      T("Dear all,\nplease find attached.\n"),
      { 0 },
      "",
      "error 65 not recognized as an export: its columns are 'Dear all', ''*" },
    { "totals",
      T("Metric,Volume,Rate,ISP\nSEND,5,1,Gmail\n"),
      { 0 },
      "",
      "error 65 Metrics export (ses_vdm_metrics_csv) holds totals*--sent\n" },
    { "hostile column names",
      T("\x1b]0;x\x07,b\n1,2\n"),
      { 0 },
      "",
      "error 65 *its columns are '?]0;x?', 'b';*" },
};

static void mapping__by_content(void **state)
{
    unsigned wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct bnc_buf dump = kit_dump(cases[i].text, cases[i].file, &cases[i].opt);
        char flat[8192], expected[8192];

        /* fnmatch has no escape for brackets in the cases above: they are told apart by '?' */
        assert_true(dump.len < sizeof flat);
        snprintf(flat, sizeof flat, "%s", dump.at == NULL ? "" : dump.at);
        snprintf(expected, sizeof expected, "%s", cases[i].expected);
        for (char *p = flat; *p != '\0'; p++)
            *p = *p == '[' ? '(' : *p;
        for (char *p = expected; *p != '\0'; p++)
            *p = *p == '[' ? '(' : *p;
        if (fnmatch(expected, flat, 0) != 0) {
            print_error("%s: got\n%s", cases[i].name, flat);
            wrong++;
        }
        bnc_buf_release(&dump);
    }
    assert_int_equal(wrong, 0);
}

/* Only the first bytes are there: what is cut off at their end is neither header nor lost. */
static void mapping__of_a_cut_head(void **state)
{
    struct bnc_mapping *map = NULL;
    struct bnc_error err = { .status = BNC_OK };
    const struct bnc_span text = T("title\n" SG SG_ROW "5.1.1,\"cut he");

    (void)state;
    assert_int_equal(bnc_mapping_create(&map, text, false, "x.csv", NULL, &err), BNC_OK);
    assert_int_equal(map->data_off, 6 + sizeof SG - 1);
    assert_int_equal(map->preamble_rows, 2);
    assert_int_equal(map->n_cols, 4);
    bnc_mapping_free(map);
    assert_int_equal(bnc_mapping_create(&map, T("status,reason,em"), false, "x.csv", NULL, &err),
                     BNC_EDATA);
    assert_null(map);
    bnc_mapping_free(NULL);
}

static void mapping__refuses_too_many_columns(void **state)
{
    const size_t n = 100000;
    char *const text = malloc(2 * n + 1);
    struct bnc_mapping *map;
    struct bnc_error err = { .status = BNC_OK };

    (void)state;
    for (size_t i = 0; i < n; i++) {
        text[2 * i] = 'a';
        text[2 * i + 1] = ',';
    }
    text[2 * n] = '\n';
    assert_int_equal(
        bnc_mapping_create(&map, bnc_span_from(text, 2 * n + 1), true, "x.csv", NULL, &err),
        BNC_EDATA);
    assert_non_null(strstr(err.text, "columns"));
    free(text);
}

static void mapping__says_what_the_file_allows(void **state)
{
    struct bnc_mapping *map;

    (void)state;
    assert_int_equal(bnc_mapping_create(&map, T(SG SG_ROW), true, "", NULL, NULL), BNC_OK);
    assert_string_equal(map->vendor, "SendGrid");
    assert_false(map->has_deliveries);
    assert_true(map->has_diagnostics && map->has_codes && map->has_time);
    assert_false(map->has_message_id);
    bnc_mapping_free(map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mapping__by_content),
        cmocka_unit_test(mapping__of_a_cut_head),
        cmocka_unit_test(mapping__refuses_too_many_columns),
        cmocka_unit_test(mapping__says_what_the_file_allows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
