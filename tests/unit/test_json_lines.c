/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/json_lines.h"

struct feed { /* gives a text in pieces */
    const char *at;
    size_t left, piece;
    enum bnc_status end;
};

static enum bnc_status pull(void *arg, char *out, size_t cap, size_t *n, struct bnc_error *err)
{
    struct feed *f = arg;
    const size_t most = f->piece < cap ? f->piece : cap;

    (void)err;
    *n = f->left < most ? f->left : most;
    memcpy(out, f->at, *n);
    f->at += *n;
    f->left -= *n;
    return *n > 0 ? BNC_OK : f->end;
}

/* The lines of 'text', read 'cap' bytes at a time; the first piece decides and is whole. */
static enum bnc_status lines_of(const char *text, size_t cap, enum bnc_status end, char *out,
                                size_t room)
{
    struct feed f = { text, strlen(text), strlen(text), end };
    struct bnc_json_lines *j;
    enum bnc_status status;
    size_t len = 0, n;

    assert_int_equal(bnc_json_lines_create(&j, pull, &f, NULL), BNC_OK);
    do {
        assert_true(len + cap < room);
        status = bnc_json_lines_read(j, out + len, cap, &n, NULL);
        len += n;
    } while (status == BNC_OK && n == cap);
    out[len] = '\0';
    bnc_json_lines_free(j);
    return status;
}

static void assert_lines(const char *text, const char *want)
{
    char got[512];

    for (size_t cap = 1; cap < 20; cap++) {
        assert_int_equal(lines_of(text, cap, BNC_OK, got, sizeof got), BNC_OK);
        assert_string_equal(got, want);
    }
}

static void document__is_told_from_lines(void **state)
{
    static const struct {
        const char *text;
        bool document;
    } all[] = {
        { "{\"a\":1}\n{\"a\":2}\n", false },
        { "{\"a\":1}", false },
        { " {\"a\":[{\"b\":1}]} \r\n{\"a\":2}", false },
        { "{\"a\":1\n{\"a\":2}\n", false }, /* a line that was cut */
        { "{\"a\":1,\n{\"a\":2}\n", false },
        { "{\"a\":\"{\\\"[\n", false },
        { "a,b\n[{\"a\":1}],2\n", false },
        { "[a],[b]\n1,2\n", false },
        { "", false },
        { "{\"event\":\"x\",\"opens\":[{\"ip\":1}],\"data\":[1,2]}", false },
        { "{\"a\":{\"b\":{\"items\":[{\"c\":1}]}}}", false }, /* too deep for a page */
        { "{\"a\":[{\"items\":[{\"c\":1}]}]}", false },
        { "{\"to\":\"a@b.c\",\"events\":[{\"c\":1}]}", false }, /* a row with a list in it */
        { "{\"events\":[{\"c\":1}],\"to\":\"a@b.c\"}\n{\"to\":\"b@b.c\"}", false },
        { "{\"event\":\"bounce\",\"recipients\":[{\"to\":\"a@b.c\"}]}", false },
        { "{\"items\":[{\"to\":\"a@b.c\"}],\"next\":\"https://x.y/a@b.c\"}", true },
        { "[{\"a\":1}]", true },
        { "\n [\n  {\"a\":1}]", true },
        { "[]", true },
        { "{\"a\":1}{\"a\":2}", true },
        { "{\"a\":1},\n{\"a\":2}\n", true },
        { "{\n  \"a\": 1\n}\n", true },
        { "{\"a\": {\r\n\"b\":1}}", true },
        { "{\"items\":[{\"a\":1}]}", true },
        { "{\"n\":1,\"data\":{\"events\": [ {\"a\":1}]}}", true },
        { "{\"items\":[],\"next\":\"https://x.y/a@b.c\"}\n", true }, /* an answer of nothing */
        { "{\"items\":[]}\n{\"to\":\"a@b.c\"}", false },
        { "{\"items\":[],\"to\":\"a@b.c\"}", false },
        { "{\"more\":[]}", false },
    };

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (bnc_json_is_document(bnc_span_str(all[i].text)) != all[i].document)
            fail_msg("%s", all[i].text);
}

static void document__becomes_an_object_a_line(void **state)
{
    (void)state;
    assert_lines("[{\"a\":1}, {\"b\":[1,{\"c\":\"}],{\\\"\"}]}]\n",
                 "{\"a\":1}\n"
                 "{\"b\":[1,{\"c\":\"}],{\\\"\"}]}\n");
    assert_lines("[\n  {\n    \"a\": 1,\r\n    \"b\": {}\n  }\n]\n",
                 "{    \"a\": 1,    \"b\": {}  }\n");
    assert_lines("{\"a\":1}{\"a\":2}\n{\"a\":3}", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    assert_lines("[{\"a\":1}]\n[{\"a\":2},{\"a\":3}]\n[]\n", "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n");
    assert_lines("[[{\"a\":1}],[{\"a\":2}]]", "{\"a\":1}\n{\"a\":2}\n");
    assert_lines("[]", "");
    assert_lines("[{\"to\":\"a@b.c\",\"events\":[{\"c\":1}]},{\"to\":\"b@b.c\"}]",
                 "{\"to\":\"a@b.c\",\"events\":[{\"c\":1}]}\n{\"to\":\"b@b.c\"}\n");
}

static void page__gives_the_list_in_it(void **state)
{
    (void)state;
    assert_lines("{\"n\":2,\"items\":[{\"a\":1},{\"items\":[{\"b\":2}]}],\"next\":{\"x\":[1]}}\n"
                 "{\"items\":[{\"a\":3}]}",
                 "{\"a\":1}\n{\"items\":[{\"b\":2}]}\n{\"a\":3}\n");
    assert_lines("{\"id\":\"i\\\"tems\",\"data\":{\"events\":[{\"a\":1}],\"n\":1}}", "{\"a\":1}\n");
    assert_lines("[{\"items\":[{\"a\":1}]},{\"items\":[]}]", "{\"a\":1}\n");
    assert_lines("{\"items\": [ ],\"total\":0}\n", "");
    assert_lines("{\"items\":[{\"a\":1}],"
                 "\"links\":[{\"self\":\"https://x.y/a@b.c\"}],\"of\":[\"a@b.c\"]}",
                 "{\"a\":1}\n");
}

/* Rows that no name of a list leads to are not lost without a word. */
static void page__tells_of_another_list_with_addresses(void **state)
{
    (void)state;
    assert_lines("{\"items\":[{\"a\":1}],\"more\":[{\"to\":\"a@b.c\"}]}\n{\"items\":[{\"a\":2}]}",
                 "{\"a\":1}\n0\n{\"a\":2}\n");
    assert_lines("{\"items\":[{\"a\":1}],\"by\":{\"x\":[{\"y\":{\"to\":\"a@b.c\"}}]}}",
                 "{\"a\":1}\n0\n");
}

static void damage__is_passed_on(void **state)
{
    (void)state;
    assert_lines("[{\"a\":1},7,\"x,]y\",null]", "{\"a\":1}\n7\n\"x,]y\"\nnull\n");
    assert_lines("[{\"a\":1},{\"b\":", "{\"a\":1}\n{\"b\":\n"); /* cut in an object */
    assert_lines("[{\"a\":1},", "{\"a\":1}\n[\n"); /* and between them */
    assert_lines("{\"items\":[{\"a\":1}],\"pa", "{\"a\":1}\n[\n");
    assert_lines("[{\"a\":{\"b\":1},{\"c\":2},{\"d\":3}]",
                 "{\"a\":{\"b\":1},\n{\"c\":2}\n{\"d\":3}\n");
    assert_lines("[{\"a\":\"x\n},{\"b\":2}]", "{\"a\":\"x\n}\n{\"b\":2}\n");
    assert_lines("{\"items\":[{\"a\":1}]}\n{\"error\":\"limit\"}\n{\"items\":[{\"a\":2}]}",
                 "{\"a\":1}\n0\n{\"a\":2}\n");
    assert_lines("[{\"a\":1}]]]}", "{\"a\":1}\n}\n");
}

static void text__that_is_no_document_passes(void **state)
{
    (void)state;
    assert_lines("{\"a\":1}\n{\"a\": 2}\n", "{\"a\":1}\n{\"a\": 2}\n");
    assert_lines("[a],b\n1,2\n", "[a],b\n1,2\n");
    assert_lines("", "");
}

static void fault__comes_after_what_came_before(void **state)
{
    char got[64];

    (void)state;
    assert_int_equal(lines_of("[{\"a\":1},{\"b\":2}", 5, BNC_EDATA, got, sizeof got), BNC_EDATA);
    assert_string_equal(got, "{\"a\":1}\n{\"b\":2}\n");
}

/* Objects that lie across the room for input. */
static void document__may_be_long(void **state)
{
    const size_t n = 20000;
    struct bnc_json_lines *j;
    char *text = malloc(n * 20 + 2), *out = malloc(n * 20);
    struct feed f = { .at = text, .piece = 100000, .end = BNC_OK };
    size_t len = 0, got;

    (void)state;
    text[f.left++] = '[';
    for (size_t i = 0; i < n; i++)
        f.left += (size_t)sprintf(text + f.left, "{\"a\":%zu},\n", i);
    text[f.left - 2] = ']';
    assert_int_equal(bnc_json_lines_create(&j, pull, &f, NULL), BNC_OK);
    assert_int_equal(bnc_json_lines_read(j, out, n * 20, &got, NULL), BNC_OK);
    for (size_t i = 0; i < n; i++) {
        char line[32];
        const size_t size = (size_t)sprintf(line, "{\"a\":%zu}\n", i);

        assert_true(len + size <= got && memcmp(out + len, line, size) == 0);
        len += size;
    }
    assert_int_equal(got, len);
    bnc_json_lines_free(j);
    free(text);
    free(out);
}

/* An object with strings of any length, and what looks like the end of one or of a row in them. */
static size_t put_row(char *to, unsigned n)
{
    static const char *const parts[] = { "\\\"", "\\\\", "{", "]", ",", "\xc3\xa9", "\t", "x", " ", "\\n" };
    uint32_t random = n * 2654435761u;
    size_t len = 0;

    to[len++] = '{';
    for (unsigned k = 0; k < 1 + n % 4; k++) {
        len += (size_t)sprintf(to + len, "%s\"%u\":[%u, -1.5e3,\"", k > 0 ? "," : "", k, n);
        for (unsigned i = (random >> 8) % 40; i > 0; i--) {
            random = random * 1664525 + 1013904223;
            len += (size_t)sprintf(to + len, "%s", parts[(random >> 16) % 10]);
        }
        len += (size_t)sprintf(to + len, "\",{}]");
    }
    to[len++] = '}';
    return len;
}

static void document__keeps_every_byte_of_its_rows(void **state)
{
    static char text[1 << 18], want[1 << 18], got[1 << 18];
    size_t len = 0, n = 0;

    (void)state;
    text[len++] = '[';
    for (unsigned i = 0; i < 500; i++) {
        const size_t row = put_row(want + n, i);

        len += (size_t)sprintf(text + len, "%s%.*s", i > 0 ? ",\n" : "", (int)row, want + n);
        n += row;
        want[n++] = '\n';
    }
    text[len++] = ']';
    for (size_t cap = 1; cap < 100; cap += 1 + cap / 3) {
        assert_int_equal(lines_of(text, cap, BNC_OK, got, sizeof got), BNC_OK);
        assert_string_equal(got, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(document__is_told_from_lines),
        cmocka_unit_test(document__becomes_an_object_a_line),
        cmocka_unit_test(page__gives_the_list_in_it),
        cmocka_unit_test(page__tells_of_another_list_with_addresses),
        cmocka_unit_test(damage__is_passed_on),
        cmocka_unit_test(text__that_is_no_document_passes),
        cmocka_unit_test(fault__comes_after_what_came_before),
        cmocka_unit_test(document__may_be_long),
        cmocka_unit_test(document__keeps_every_byte_of_its_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
