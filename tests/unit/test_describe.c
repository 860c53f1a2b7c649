/* SPDX-License-Identifier: MIT
 * test_describe.c - what `formats` prints: complete, valid JSON where asked, no local parts,
 * nothing that steers a terminal.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "schema_kit.h"

#define T(lit) BNC_SPAN(lit)
#define HOSTILE                                                                                    \
    "status,reason,email,created,\x1b]0;x\x07\xe2\x80\xae<img>\"\"\\\n"                            \
    "5.1.1,\"550 <secret@example.net>: \x1b[31m \"\"q\"\" \\ \xff\n\xc2\x9b rejected, not "        \
    "secret@example.org\",secret@example.net,1788423160,x\n"

static struct bnc_buf describe(struct bnc_span text, bool json)
{
    struct bnc_buf out = { 0 };
    struct bnc_mapping *map;

    assert_int_equal(
        bnc_mapping_create(&map, text, true, "dir/suppression_bounces.csv", NULL, NULL), BNC_OK);
    assert_int_equal(
        bnc_mapping_describe(map, "dir/suppression_bounces.csv", "UTF-8", text, true, json, &out),
        BNC_OK);
    bnc_mapping_free(map);
    return out;
}

static void describe__shows_what_was_understood(void **state)
{
    struct bnc_buf out = describe(
        T("status,reason,email,created,x\n5.1.1,550 no,ann@example.net,1788423160,1\n"), false);
    static const char *const parts[] = {
        "dir/suppression_bounces.csv",
        "SendGrid",
        "sendgrid_suppression_bounces",
        "comma",
        "header in row 1",
        "UTF-8",
        "enhanced_code      status",
        "(not used)         x",
        "row 2: bounce hard",
        "2026-09-03T08:12:40Z",
        "*@example.net",
        "no  no deliveries in this format",
        "only with --sent",
        "yes addresses are there",
    };

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (strstr(out.at, parts[i]) == NULL)
            fail_msg("'%s' is missing in\n%s", parts[i], out.at);
    bnc_buf_release(&out);
}

static void describe__is_harmless(void **state)
{
    (void)state;
    for (int json = 0; json < 2; json++) {
        struct bnc_buf out = describe(T(HOSTILE), json != 0);

        assert_null(strstr(out.at, "secret"));
        assert_null(strstr(out.at, "\xe2\x80\xae"));
        assert_null(strstr(out.at, "\xc2\x9b"));
        for (size_t i = 0; i < out.len; i++)
            if (((unsigned char)out.at[i] < 0x20 && out.at[i] != '\n') || out.at[i] == 0x7f ||
                (unsigned char)out.at[i] == 0xff)
                fail_msg("byte %02x in\n%s", (unsigned char)out.at[i], out.at);
        bnc_buf_release(&out);
    }
}

/* The part of JSON Schema that docs/formats.schema.json uses. */
static void conforms(const json_t *defs, const json_t *schema, const json_t *x)
{
    static const char *const types[] = {
        "object", "array", "string", "integer", "real", "boolean"
    };
    const char *const ref = json_string_value(json_object_get(schema, "$ref"));
    const char *const type = json_string_value(json_object_get(schema, "type"));
    const json_t *const properties = json_object_get(schema, "properties");
    const json_t *const words = json_object_get(schema, "enum");
    const char *key;
    json_t *member;
    size_t i;
    bool found = words == NULL;

    if (ref != NULL) {
        assert_non_null(json_object_get(defs, strrchr(ref, '/') + 1));
        conforms(defs, json_object_get(defs, strrchr(ref, '/') + 1), x);
        return;
    }
    json_array_foreach(words, i, member) found |= json_equal(member, x) != 0;
    assert_true(found);
    if (type != NULL)
        assert_string_equal(type, types[json_is_boolean(x) ? 5 : (int)json_typeof(x)]);
    json_array_foreach(json_object_get(schema, "required"), i,
                       member) if (json_object_get(x, json_string_value(member)) == NULL)
        fail_msg("'%s' is missing", json_string_value(member));
    json_object_foreach((json_t *)x, key, member)
    {
        if (json_object_get(properties, key) == NULL)
            fail_msg("'%s' is not in the schema", key);
        conforms(defs, json_object_get(properties, key), member);
    }
    json_array_foreach(x, i, member) conforms(defs, json_object_get(schema, "items"), member);
}

static void expect(const char *def, const struct bnc_buf *text)
{
    json_error_t error;
    json_t *const schema = json_load_file("docs/formats.schema.json", 0, &error);
    json_t *const root = json_loadb(text->at, text->len, 0, &error);
    const json_t *const defs = json_object_get(schema, "$defs");

    if (root == NULL)
        fail_msg("%s in\n%s", error.text, text->at);
    assert_non_null(json_object_get(defs, def));
    conforms(defs, json_object_get(defs, def), root);
    json_decref(root);
    json_decref(schema);
}

static void json__is_valid(void **state)
{
    static const struct bnc_span texts[] = {
        T(HOSTILE),
        T("status,reason,email,created\n"),
        T("ann@example.net,550 no\n"),
        T(""),
        T("{\"email\":\"a@b.c\",\"event\":\"bounce\",\"sg_event_id\":\"e\"}\n"),
        T("1788423165@m@b@c@B@gone@example.net@news@example.com@g@i@8@10@1@192.0.2.25@550 no\n"),
    };
    struct bnc_buf known = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct bnc_buf out = { 0 };
        struct bnc_mapping *map;
        const struct bnc_schema_options opt = { .map =
                                                    i == 2 ? "recipient=#1,diagnostic=#2" : NULL };

        assert_int_equal(bnc_mapping_create(&map, texts[i], true, "x", &opt, NULL), BNC_OK);
        assert_int_equal(bnc_mapping_describe(map, "x", "UTF-8", texts[i], true, true, &out),
                         BNC_OK);
        expect("file", &out);
        bnc_mapping_free(map);
        bnc_buf_release(&out);
    }
    bnc_formats_known(&known, true);
    expect("known", &known);
    bnc_buf_release(&known);
}

static void known__lists_every_format(void **state)
{
    struct bnc_buf out = { 0 };

    (void)state;
    bnc_formats_known(&out, false);
    for (size_t i = 0; i < bnc_n_formats; i++)
        assert_non_null(strstr(out.at, bnc_format_rows[i].id));
    bnc_buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describe__shows_what_was_understood),
        cmocka_unit_test(describe__is_harmless),
        cmocka_unit_test(json__is_valid),
        cmocka_unit_test(known__lists_every_format),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
