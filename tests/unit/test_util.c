/* SPDX-License-Identifier: MIT
 * test_util.c - span, arena, buf, hash, status.  Tables have test_table.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/arena.h"
#include "util/big.h"
#include "util/buf.h"
#include "util/hash.h"
#include "util/status.h"

#define assert_span(span, lit) assert_true(bnc_span_eq(span, BNC_SPAN(lit)))

/* ---- span ---- */

static void span__compares_bytes(void **state)
{
    (void)state;
    assert_true(bnc_span_eq(BNC_SPAN("a\0b"), BNC_SPAN("a\0b")));
    assert_false(bnc_span_eq(BNC_SPAN("a\0b"), BNC_SPAN("a\0c")));
    assert_false(bnc_span_eq(BNC_SPAN("a"), BNC_SPAN("ab")));
    assert_true(bnc_span_eq(bnc_span_from(NULL, 0), BNC_SPAN("")));
    assert_true(bnc_span_cmp(BNC_SPAN("a"), BNC_SPAN("b")) < 0);
    assert_true(bnc_span_cmp(BNC_SPAN("b"), BNC_SPAN("ab")) > 0);
    assert_true(bnc_span_cmp(BNC_SPAN("a"), BNC_SPAN("ab")) < 0);
    assert_true(bnc_span_cmp(BNC_SPAN("\xff"), BNC_SPAN("a")) > 0);
    assert_int_equal(bnc_span_cmp(bnc_span_from(NULL, 0), BNC_SPAN("")), 0);
}

static void span__ignores_case_of_ascii_only(void **state)
{
    (void)state;
    assert_true(bnc_span_eq_nocase(BNC_SPAN("Gmail.COM"), BNC_SPAN("gMAIL.com")));
    assert_false(bnc_span_eq_nocase(BNC_SPAN("a"), BNC_SPAN("aa")));
    assert_false(bnc_span_eq_nocase(BNC_SPAN("["), BNC_SPAN("{")));
    assert_false(bnc_span_eq_nocase(BNC_SPAN("@"), BNC_SPAN("`")));
    assert_false(bnc_span_eq_nocase(BNC_SPAN("\xc4"), BNC_SPAN("\xe4")));
}

static void span__trims_blanks(void **state)
{
    (void)state;
    assert_span(bnc_span_trim(BNC_SPAN(" \t\r\na b\n ")), "a b");
    assert_span(bnc_span_trim(BNC_SPAN(" \r\n")), "");
    assert_span(bnc_span_trim(BNC_SPAN("")), "");
    assert_span(bnc_span_trim(BNC_SPAN("\0 \0")), "\0 \0");
}

/* ---- arena ---- */

static void arena__keeps_what_it_gave(void **state)
{
    struct bnc_arena arena = { 0 };
    char *at[2000];

    (void)state;
    for (size_t i = 0; i < 2000; i++) {
        const size_t len = i * 7 % 3000 + 1;

        at[i] = bnc_arena_alloc(&arena, len);
        assert_non_null(at[i]);
        assert_int_equal((uintptr_t)at[i] % 16, 0);
        memset(at[i], (int)(i % 251), len);
    }
    for (size_t i = 0; i < 2000; i++)
        for (size_t k = 0; k < i * 7 % 3000 + 1; k++)
            assert_int_equal((unsigned char)at[i][k], i % 251);
    assert_true(arena.total_bytes >= (size_t)2000 * 1500);
    bnc_arena_release(&arena);
    assert_null(arena.blocks);
    assert_int_equal(arena.total_bytes, 0);
    assert_non_null(bnc_arena_alloc(&arena, 1));
    bnc_arena_release(&arena);
    bnc_arena_release(&arena);
}

static void arena__gives_large_and_empty_runs(void **state)
{
    struct bnc_arena arena = { 0 };
    char *big;

    (void)state;
    assert_non_null(bnc_arena_alloc(&arena, 0));
    big = bnc_arena_alloc(&arena, (size_t)5 << 20);
    assert_non_null(big);
    memset(big, 1, (size_t)5 << 20);
    assert_null(bnc_arena_alloc(&arena, SIZE_MAX));
    assert_null(bnc_arena_alloc(&arena, SIZE_MAX - 14));
    bnc_arena_release(&arena);
}

static void arena__copies_with_a_nul_behind(void **state)
{
    struct bnc_arena arena = { 0 };
    const struct bnc_span a = bnc_arena_copy(&arena, BNC_SPAN("x\0y")),
                          b = bnc_arena_copy(&arena, bnc_span_from(NULL, 0));

    (void)state;
    assert_span(a, "x\0y");
    assert_int_equal(a.at[3], '\0');
    assert_span(b, "");
    assert_non_null(b.at);
    assert_int_equal(b.at[0], '\0');
    bnc_arena_release(&arena);
}

/* ---- buf ---- */

static void buf__grows(void **state)
{
    struct bnc_buf b = { 0 };

    (void)state;
    assert_span(bnc_buf_span(&b), "");
    for (int i = 0; i < 5000; i++)
        bnc_buf_putc(&b, (char)('a' + i % 26));
    assert_int_equal(b.len, 5000);
    for (int i = 0; i < 5000; i++)
        assert_int_equal(b.at[i], 'a' + i % 26);
    assert_int_equal(b.at[5000], '\0');
    bnc_buf_clear(&b);
    bnc_buf_puts(&b, "n=");
    bnc_buf_printf(&b, "%d %s", 42, "x");
    bnc_buf_put(&b, BNC_SPAN("\0!"));
    bnc_buf_put(&b, bnc_span_from(NULL, 0));
    assert_span(bnc_buf_span(&b), "n=42 x\0!");
    assert_false(b.failed);
    bnc_buf_release(&b);
    assert_null(b.at);
}

static void buf__prints_what_is_longer_than_it(void **state)
{
    struct bnc_buf b = { 0 };

    (void)state;
    bnc_buf_printf(&b, "%0500d", 7);
    assert_int_equal(b.len, 500);
    assert_int_equal(b.at[499], '7');
    bnc_buf_release(&b);
}

struct sink {
    size_t n, sum;
    bool odd; /* given what is no multiple of BNC_DRAIN_BYTES */
    bool full;
};

static bool count_bytes(void *arg, struct bnc_span bytes)
{
    struct sink *s = arg;

    s->n += bytes.len;
    s->odd |= bytes.len % BNC_DRAIN_BYTES != 0;
    for (size_t i = 0; i < bytes.len; i++)
        s->sum += (unsigned char)bytes.at[i];
    return !s->full;
}

static void buf__drains_what_is_large(void **state)
{
    struct sink s = { 0 };
    struct bnc_buf b = { .drain = count_bytes, .drain_arg = &s };
    const size_t n = 3 * BNC_DRAIN_BYTES + 1000;
    size_t sum = 0;

    (void)state;
    bnc_buf_putc(&b, 'a');
    bnc_buf_drain(&b);
    assert_int_equal(b.len, 1); /* not worth a write yet */
    for (size_t i = 1; i < n; i++) {
        bnc_buf_putc(&b, (char)('a' + i % 26));
        if (i % 1234 == 0)
            bnc_buf_drain(&b);
    }
    bnc_buf_drain(&b);
    for (size_t i = 0; i < n; i++)
        sum += 'a' + i % 26;
    assert_int_equal(b.len, 1000);
    assert_false(s.odd);
    assert_true(b.cap <= 2 * BNC_DRAIN_BYTES);
    for (size_t i = 0; i < b.len; i++)
        s.sum += (unsigned char)b.at[i];
    assert_int_equal(s.n + b.len, n);
    assert_int_equal(s.sum, sum);
    s.full = true;
    for (size_t i = 0; i < BNC_DRAIN_BYTES; i++)
        bnc_buf_putc(&b, 'x');
    bnc_buf_drain(&b);
    assert_true(b.failed);
    bnc_buf_release(&b);
}

/* Who makes room and writes nothing leaves the text as it was. */
static void buf__stays_a_text_when_it_grows(void **state)
{
    struct sink s = { 0 };
    struct bnc_buf b = { .drain = count_bytes, .drain_arg = &s };

    (void)state;
    bnc_buf_puts(&b, "abc");
    for (size_t room = 100; room < 4 * BNC_DRAIN_BYTES; room *= 3) {
        assert_true(bnc_buf_reserve(&b, room));
        assert_string_equal(b.at, "abc");
    }
    bnc_buf_release(&b);
}

static void buf__keeps_its_maximum_and_its_error(void **state)
{
    struct bnc_buf b = { .max_bytes = 4 };

    (void)state;
    bnc_buf_puts(&b, "abcd");
    assert_false(b.failed);
    bnc_buf_putc(&b, 'e');
    assert_true(b.failed);
    bnc_buf_put(&b, BNC_SPAN(""));               /* would fit, but errors stick */
    assert_true(b.failed);
    assert_span(bnc_buf_span(&b), "abcd");
    bnc_buf_clear(&b);
    assert_false(b.failed);
    bnc_buf_printf(&b, "%d", 12345);
    assert_true(b.failed);
    assert_int_equal(b.len, 0);
    bnc_buf_release(&b);
    assert_int_equal(b.max_bytes, 4);
    assert_false(bnc_buf_reserve(&b, SIZE_MAX));
    bnc_buf_release(&b);
}

static void buf__reserves_for_the_caller_to_fill(void **state)
{
    struct bnc_buf b = { 0 };

    (void)state;
    bnc_buf_puts(&b, "ab");
    assert_true(bnc_buf_reserve(&b, 1000));
    assert_true(b.cap >= 1003);
    memset(b.at + b.len, 'x', 1000);
    b.len += 1000;
    bnc_buf_putc(&b, 'c');
    assert_int_equal(b.at[1001], 'x');
    assert_int_equal(b.at[1002], 'c');
    bnc_buf_release(&b);
}

/* ---- hash ---- */

/*
 * Fingerprints are kept in state files: these were computed by another implementation, and may
 * never change.
 */
static void hash__is_frozen(void **state)
{
    static const struct {
        struct bnc_span key;
        uint64_t want;
    } known[] = {
        { BNC_SPAN(""), UINT64_C(0x3b2949996632f765) },
        { BNC_SPAN("a"), UINT64_C(0xfd51ddc0753de32e) },
        { BNC_SPAN("abc"), UINT64_C(0x6ea31711fcc8a855) },
        { BNC_SPAN("user@example.com"), UINT64_C(0x5d08b0e40aeef662) },
        { BNC_SPAN("user@example.com!"), UINT64_C(0x9c2b2ff87d4ffb0d) },
        { BNC_SPAN("550 5.1.1 <user@example.net> recipient rejected: user unknown"),
          UINT64_C(0xfa5f7757308d02e1) },
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        assert_int_equal(bnc_hash_span(known[i].key), known[i].want);
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/*
 * Every length from 0 to 64, each byte changed in turn, from a place of its own size: no two
 * the same, nothing read behind.
 */
static void hash__sees_every_byte_and_no_more(void **state)
{
    uint64_t seen[65 * 64 / 2 + 65];
    size_t n = 0;

    (void)state;
    for (size_t len = 0; len <= 64; len++) {
        char *key = calloc(len + (len == 0), 1);

        assert_non_null(key);
        seen[n++] = bnc_hash64(key, len, 0);
        for (size_t i = 0; i < len; i++) {
            key[i] = 1;
            seen[n++] = bnc_hash64(key, len, 0);
            key[i] = 0;
        }
        free(key);
    }
    qsort(seen, n, sizeof *seen, compare_u64);
    for (size_t i = 1; i < n; i++)
        assert_true(seen[i - 1] != seen[i]);
}

static void hash__depends_on_seed_and_order(void **state)
{
    (void)state;
    assert_true(bnc_hash64("abc", 3, 0) != bnc_hash64("abc", 3, 1));
    assert_true(bnc_hash_pair(1, 2) != bnc_hash_pair(2, 1));
    for (unsigned log2 = 0; log2 < 20; log2++)
        for (uint64_t fp = 1; fp != 0; fp <<= 1)
            assert_true(bnc_hash_slot(fp, BNC_HASH_K1, log2) < (size_t)1 << log2);
}

/* ---- status ---- */

static void status__fills_an_error(void **state)
{
    struct bnc_error err = { 0 };

    (void)state;
    assert_int_equal(bnc_error_set(&err, BNC_EDATA, "cut after %d rows", 3), BNC_EDATA);
    assert_int_equal(err.status, BNC_EDATA);
    assert_string_equal(err.text, "cut after 3 rows");
    assert_int_equal(err.byte_off, BNC_NO_PLACE);
    assert_int_equal(bnc_error_at(&err, "a.csv", 7, 99), BNC_EDATA);
    assert_string_equal(err.path, "a.csv");
    assert_int_equal(err.row, 7);
    assert_int_equal(err.byte_off, 99);
    errno = ENOENT;
    assert_int_equal(bnc_error_sys(&err, BNC_ENOINPUT, "cannot open '%s'", "x"), BNC_ENOINPUT);
    assert_string_equal(err.text, "cannot open 'x': No such file or directory");
    assert_int_equal(err.sys_errno, ENOENT);
    assert_string_equal(err.path, "");
    assert_int_equal(bnc_error_nomem(&err), BNC_ENOMEM);
}

static void status__cuts_what_is_too_long(void **state)
{
    struct bnc_error err = { 0 };
    char path[1000];

    (void)state;
    memset(path, 'd', sizeof path);
    memcpy(path + sizeof path - 6, "/file", 6);
    bnc_error_set(&err, BNC_EIO, "%s", path);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
    bnc_error_at(&err, path, 0, BNC_NO_PLACE);
    assert_int_equal(strlen(err.path), sizeof err.path - 1);
    assert_string_equal(err.path + sizeof err.path - 6, "/file");
    errno = EIO;
    bnc_error_sys(&err, BNC_EIO, "%s", path);
    assert_int_equal(strlen(err.text), sizeof err.text - 1);
}

static void status__takes_null(void **state)
{
    (void)state;
    assert_int_equal(bnc_error_set(NULL, BNC_EIO, "x"), BNC_EIO);
    assert_int_equal(bnc_error_sys(NULL, BNC_EIO, "x"), BNC_EIO);
    assert_int_equal(bnc_error_nomem(NULL), BNC_ENOMEM);
}

static void big__is_zero_aligned_and_writable(void **state)
{
    static const size_t sizes[] = { 1, 64, 100, 4096, BNC_HUGE_BYTES - 1, BNC_HUGE_BYTES,
                                    BNC_HUGE_BYTES + 1, 3 * BNC_HUGE_BYTES };

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *at = bnc_big_alloc(sizes[i]);

        assert_non_null(at);
        assert_int_equal((uintptr_t)at % 64, 0);
        for (size_t k = 0; k < sizes[i]; k += 61)
            assert_int_equal(at[k], 0);
        memset(at, 0xa5, sizes[i]);
        bnc_big_free(at, sizes[i]);
    }
    assert_null(bnc_big_alloc(SIZE_MAX));
    bnc_big_free(NULL, 0);
}

/* Only whole pages are given back: what stands beside the stretch stays. */
static void big__forgets_no_neighbour(void **state)
{
    const size_t bytes = 4u << 20, from = 70001, len = 300007;
    unsigned char *at = bnc_big_alloc(bytes);

    (void)state;
    assert_non_null(at);
    memset(at, 0xa5, bytes);
    bnc_big_forget(at + from, len);
    bnc_big_forget(at + 5, 100); /* less than a page */
    for (size_t i = 0; i < from; i++)
        assert_int_equal(at[i], 0xa5);
    for (size_t i = from + len; i < bytes; i++)
        assert_int_equal(at[i], 0xa5);
    bnc_big_free(at, bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(big__is_zero_aligned_and_writable),
        cmocka_unit_test(big__forgets_no_neighbour),
        cmocka_unit_test(span__compares_bytes),
        cmocka_unit_test(span__ignores_case_of_ascii_only),
        cmocka_unit_test(span__trims_blanks),
        cmocka_unit_test(arena__keeps_what_it_gave),
        cmocka_unit_test(arena__gives_large_and_empty_runs),
        cmocka_unit_test(arena__copies_with_a_nul_behind),
        cmocka_unit_test(buf__grows),
        cmocka_unit_test(buf__prints_what_is_longer_than_it),
        cmocka_unit_test(buf__drains_what_is_large),
        cmocka_unit_test(buf__stays_a_text_when_it_grows),
        cmocka_unit_test(buf__keeps_its_maximum_and_its_error),
        cmocka_unit_test(buf__reserves_for_the_caller_to_fill),
        cmocka_unit_test(hash__is_frozen),
        cmocka_unit_test(hash__sees_every_byte_and_no_more),
        cmocka_unit_test(hash__depends_on_seed_and_order),
        cmocka_unit_test(status__fills_an_error),
        cmocka_unit_test(status__cuts_what_is_too_long),
        cmocka_unit_test(status__takes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
