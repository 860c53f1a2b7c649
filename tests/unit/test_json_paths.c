/* SPDX-License-Identifier: MIT
 * test_json_paths.c - all paths in one walk lead where each of them leads step by step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json_kit.h"
#include "util/buf.h"

/* Paths, and an object. */
static const char *const cases[] = {
    "a b a.b\n{\"a\":1}",
    "a.b a.c b.a\n{\"a\":{\"b\":1,\"d\":2},\"b\":{\"a\":[1]}}",
    "a.b a.c\n{\"a.b\":1,\"a\":{\"b\":2,\"c\":3}}",            /* the name itself comes first */
    "a.b.c\n{\"a\":{\"b.c\":1,\"b\":{\"c\":2}}}",
    "a.b.c\n{\"a\":{\"b\":{\"c\":2}},\"a.b\":{\"c\":1}}",      /* but not a part of it */
    "a.b a.c\n{\"a\":{\"b\":1},\"a\":{\"c\":2}}",              /* the last one counts */
    "a.b a\n{\"a\":{\"b\":1},\"a\":7,\"a.b\":1,\"a.b\":null}",
    "a.b a.b.c a[].b\n{\"a\":\"text\"}",                       /* no object, but something */
    "a.b a[].b a[]\n{\"a\":null}",
    "a[].b a[].c.d a[] a\n{\"a\":[{\"b\":1},{\"b\":2,\"c\":{\"d\":3}},{},{\"b\":[4]}]}",
    "a[].b a[].b.c\n{\"a\":[1,{\"b\":2},[3]]}",
    "a[].b[].c a[].b[]\n{\"a\":[{\"b\":[{\"c\":1}]},{\"b\":[{\"c\":2},{\"c\":3}]},{\"b\":[]}]}",
    "a[].b a[].b\n{\"a[].b\":1,\"a\":[{\"b\":2}]}",
    "a[]x a[]. a. .a [] []a a..b\n{\"a\":[{\"x\":1}],\"\":{\"a\":2,\"b\":[3]}}",
    "a[ a] a[b] a[].b]\n{\"a[\":1,\"a]\":2,\"a[b]\":3,\"a\":[{\"b]\":4}]}",
    "a.b a.b a.b.c a.bc\n{\"a\":{\"b\":{\"c\":{}},\"bc\":[]}}",
    "\\u0061 a\n{\"\\u0061\":1}",
    "a\n[1]",
    "a\n{}",
};

static void paths__lead_where_each_leads(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kit_agree_on_paths(bnc_span_str(cases[i]));
}

static uint64_t seed = 1;

static unsigned any(unsigned below)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
    return (unsigned)(seed >> 33) % below;
}

static const char *const names[] = { "a", "b", "c", "a.b", "b[]", "a[].b" };

static void put_value(struct bnc_buf *out, unsigned depth)
{
    const unsigned n = any(4), kind = depth == 0 ? 0 : any(3);

    if (kind == 0) {
        bnc_buf_printf(out, "%u", any(100));
        return;
    }
    bnc_buf_putc(out, kind == 1 ? '{' : '[');
    for (unsigned i = 0; i < n; i++) {
        bnc_buf_puts(out, i > 0 ? "," : "");
        if (kind == 1)
            bnc_buf_printf(out, "\"%s\":", names[any(6)]);
        put_value(out, depth - 1);
    }
    bnc_buf_putc(out, kind == 1 ? '}' : ']');
}

static void paths__of_any_object_lead_where_each_leads(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20000; i++) {
        struct bnc_buf text = { 0 };

        for (unsigned k = 1 + any(8); k > 0; k--) {
            for (unsigned steps = any(3); steps > 0; steps--)
                bnc_buf_printf(&text, "%s%s", names[any(6)], any(2) ? "." : "[].");
            bnc_buf_printf(&text, "%s ", names[any(6)]);
        }
        bnc_buf_putc(&text, '\n');
        put_value(&text, 4);
        kit_agree_on_paths(bnc_buf_span(&text));
        bnc_buf_release(&text);
    }
}

/* A list of many costs its length, and not its square. */
static void element__goes_on_from_the_last(void **state)
{
    struct bnc_buf text = { 0 };
    struct bnc_json json = { 0 };
    struct bnc_json_cursor cursor = { 0 };
    uint32_t root;

    (void)state;
    bnc_buf_puts(&text, "[[9]");
    for (unsigned i = 1; i < 400000; i++)
        bnc_buf_puts(&text, ",[1]");
    bnc_buf_putc(&text, ']');
    root = bnc_json_parse(&json, bnc_buf_span(&text));
    for (uint32_t i = 0; i < 400000; i++)
        assert_int_equal(bnc_json_element(&json, &cursor, root, i), root + 1 + 2 * i);
    assert_int_equal(bnc_json_element(&json, &cursor, root, 400000), BNC_JSON_NONE);
    assert_int_equal(bnc_json_element(&json, &cursor, root, 3), root + 7);
    assert_int_equal(bnc_json_element(&json, &cursor, root + 1, 0), root + 2);
    bnc_json_release(&json);
    bnc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths__lead_where_each_leads),
        cmocka_unit_test(paths__of_any_object_lead_where_each_leads),
        cmocka_unit_test(element__goes_on_from_the_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
