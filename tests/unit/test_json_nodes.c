/* SPDX-License-Identifier: MIT
 * test_json_nodes.c - texts of JSON, whole and damaged: jansson takes the same ones and reads the
 * same in them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "json_kit.h"
#include "util/buf.h"

#define DIR_PATH "tests/data/formats"
#define T(lit) BNC_SPAN(lit)

static const struct bnc_span legal[] = {
    T("{}"), T("[]"), T(" \t\r\n{ } \n"), T("[[],{},[{}]]"), T("{\"\":1}"),
    T("{\"a\":1,\"a\":{\"b\":2},\"a\":3}"), T("{\"a\":{\"b\":1},\"c\":0,\"a\":{\"d\":1}}"),
    T("[0,-0,1,-1,10,9223372036854775807,-9223372036854775808]"),
    T("[0.0,-0.0,1.5,1e3,1E+3,1e-3,1.25e2,1e308,-1e308,1e-400,0e0,123456789012345678901.0]"),
    T("[true , false,\tnull]"), T("{\"a\" : true ,\r\n \"b\":[ 1 , 2 ] }"),
    T("[\"\",\"a\",\"1234567\",\"12345678\",\"123456789\",\"\x7f\"]"),
    T("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"\\u0041\\u00e9\\u20AC\\uFFFF\\ud83d\\ude00\\uDBFF\\uDFFF\"]"),
    T("[\"\\u0000\",\"a\\u0000b\"]"), T("{\"\\u0061\":1,\"a\\n\":2,\"\\ud83d\\ude00\":3}"),
    T("[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbf\xed\x9f\xbf\"]"),
    T("{\"\xc3\xa9\":\"12345678\xc3\xa9" "12345678\\n12345678\xc3\xa9\"}"),
};

static const struct bnc_span broken[] = {
    T(""), T(" "), T("{"), T("["), T("}"), T("]"), T("[}"), T("{]"), T("[[]"), T("[]]"), T("[1]]"),
    T("{}{}"), T("[] x"), T("1"), T("\"a\""), T("null"), T("\xef\xbb\xbf{}"), T("\v[]"),
    T("[,]"), T("[1,]"), T("[,1]"), T("[1 2]"), T("[1,,2]"), T("{,}"), T("{1:2}"), T("{\"a\"}"),
    T("{\"a\":}"), T("{\"a\":1,}"), T("{\"a\" 1}"), T("{\"a\":1 \"b\":2}"), T("{\"a\":1;}"), T("{a:1}"),
    T("{'a':1}"), T("[\"a\"\"b\"]"), T("{\"a\":\"b\":1}"), T("{null:1}"), T("[\"a]"), T("{\"a}"),
    T("[01]"), T("[-]"), T("[+1]"), T("[.5]"), T("[1.]"), T("[1.e2]"), T("[1e]"), T("[1e+]"),
    T("[0x1]"), T("[1a]"), T("[-a]"), T("[--1]"), T("[1.2.3]"), T("[NaN]"), T("[Infinity]"),
    T("[9223372036854775808]"), T("[-9223372036854775809]"), T("[10000000000000000000]"),
    T("[1e309]"), T("[-1e309]"), T("[1e99999999999]"),
    T("[tru]"), T("[truee]"), T("[True]"), T("[nul]"), T("[nullx]"), T("[fals]"), T("[true1]"),
    T("[\"\\x\"]"), T("[\"\\\"]"), T("[\"\\u12\"]"), T("[\"\\u12g4\"]"), T("[\"\\u\"]"), T("[\"\\"),
    T("[\"\\ud800\"]"), T("[\"\\udc00\"]"), T("[\"\\ud800\\u0041\"]"), T("[\"\\ud800x\"]"),
    T("[\"\\ud800\\ud800\"]"), T("[\"\\ud800\\n\"]"), T("[\"\\ud800\\udc0\"]"),
    T("[\"a\nb\"]"), T("[\"a\tb\"]"), T("[\"1234567\x1f\"]"), T("[\"\x01\"]"),
    T("[\"\x80\"]"), T("[\"\xc3\"]"), T("[\"\xc0\x80\"]"), T("[\"\xc1\xbf\"]"), T("[\"\xe0\x80\x80\"]"),
    T("[\"\xed\xa0\x80\"]"), T("[\"\xf0\x80\x80\x80\"]"), T("[\"\xf4\x90\x80\x80\"]"), T("[\"\xf5\x80\x80\x80\"]"),
    T("[\"\xff\"]"), T("[\"\xe2\x82\"]"), T("[\"12345678\xe2\x82"), T("[\xc3\xa9]"), T("{\"a\xff\":1}"),
    T("{\"\\u0000\":1}"), T("{\"a\\u0000b\":1}"), T("[\"a\0b\"]"), T("[1\0]"), T("[true\0]"), T("[\0]"),
};

static void text__is_taken_where_it_is_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof legal / sizeof *legal; i++)
        kit_must(kit_agree(legal[i]), "refused", legal[i]);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        kit_must(!kit_agree(broken[i]), "taken", broken[i]);
}

/* A value in 'depth' arrays. */
static bool nests(unsigned depth, const char *value)
{
    struct bnc_buf text = { 0 };
    bool taken;

    for (unsigned i = 0; i < depth; i++)
        bnc_buf_putc(&text, '[');
    bnc_buf_puts(&text, value);
    for (unsigned i = 0; i < depth; i++)
        bnc_buf_putc(&text, ']');
    taken = kit_agree(bnc_buf_span(&text));
    bnc_buf_release(&text);
    return taken;
}

static void text__is_nested_no_deeper_than_that(void **state)
{
    (void)state;
    assert_true(nests(2048, ""));
    assert_false(nests(2049, ""));
    assert_true(nests(2047, "1"));
    assert_false(nests(2048, "1"));
}

/* As many brackets that never close as a text has bytes. */
static void text__that_only_opens_has_room(void **state)
{
    char text[4096];

    (void)state;
    for (size_t len = 3; len < sizeof text; len += 511) {
        memset(text, '[', len);
        text[len - 1] = ']';
        assert_false(kit_agree(bnc_span_from(text, len)));
    }
}

static void nodes__of_a_second_text_follow(void **state)
{
    struct bnc_json json = { 0 };
    uint32_t a, b;

    (void)state;
    a = bnc_json_parse(&json, T("{\"\\u0061\":1}"));
    assert_int_equal(bnc_json_parse(&json, T("{\"b\":[1,2,}")), BNC_JSON_NONE);
    b = bnc_json_parse(&json, T("{\"b\":\"x\"}"));
    assert_int_equal(bnc_json_get(&json, a, T("a")), a + 2);
    assert_int_equal(bnc_json_get(&json, a, T("b")), BNC_JSON_NONE);
    assert_int_equal(bnc_json_get(&json, b, T("b")), b + 2);
    assert_int_equal(bnc_json_get(&json, b + 2, T("b")), BNC_JSON_NONE);
    bnc_json_clear(&json);
    assert_int_equal(bnc_json_parse(&json, T("[]")), 0);
    bnc_json_release(&json);
}

/* ---- damage ---- */

static uint64_t seed = 1;

static size_t any(size_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (size_t)(seed >> 33) % below;
}

/* A few bytes of a text become others, go, or come twice. */
static size_t damage(char *text, size_t len, size_t cap)
{
    static const char marks[] = "\"\\{}[],:.eE+-0123456789tfn u\x01\x1f\x7f\x80\xbf\xc3\xa9\xe2\xed\xf0\xf4";

    for (size_t n = 1 + any(3); n > 0 && len > 1; n--) {
        const size_t at = any(len), some = 1 + any(len - at < 12 ? len - at : 12);

        switch (any(4)) {
        case 0: text[at] = marks[any(sizeof marks - 1)]; break;
        case 1: text[at] = (char)(text[at] ^ 1 << any(8)); break;
        case 2:
            memmove(text + at, text + at + some, len - at - some);
            len -= some;
            break;
        default:
            if (len + some > cap)
                break;
            memmove(text + at + some, text + at, len - at);
            len += some;
        }
    }
    return len;
}

/* Damages each line of a file many times; how many of them are still JSON. */
static unsigned damage_lines(FILE *f, unsigned *n)
{
    char line[8192], text[9000];
    unsigned taken = 0;

    while (fgets(line, sizeof line, f) != NULL)
        for (unsigned i = 0; i < 400; i++, ++*n) {
            size_t len = strlen(line);

            memcpy(text, line, len);
            if (i > 0)
                len = damage(text, len, sizeof text);
            taken += kit_agree(bnc_span_from(text, len));
        }
    return taken;
}

static void fixtures__are_read_alike_when_damaged(void **state)
{
    DIR *const dir = opendir(DIR_PATH);
    const struct dirent *entry;
    unsigned n = 0, taken = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        const char *const dot = strrchr(entry->d_name, '.');
        char path[512];
        FILE *f;

        if (dot == NULL || strcmp(dot, ".jsonl") != 0)
            continue;
        snprintf(path, sizeof path, DIR_PATH "/%s", entry->d_name);
        f = fopen(path, "r");
        assert_non_null(f);
        taken += damage_lines(f, &n);
        fclose(f);
    }
    closedir(dir);
    assert_true(n > 10000);
    assert_true(taken > n / 20 && taken < n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text__is_taken_where_it_is_json),
        cmocka_unit_test(text__is_nested_no_deeper_than_that),
        cmocka_unit_test(text__that_only_opens_has_room),
        cmocka_unit_test(nodes__of_a_second_text_follow),
        cmocka_unit_test(fixtures__are_read_alike_when_damaged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
