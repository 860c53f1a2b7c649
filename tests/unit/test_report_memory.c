/* SPDX-License-Identifier: MIT
 * test_report_memory.c - a report for which memory ends: at the Nth allocation for every N, in
 * every format.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <unistd.h>

#include "oom_kit.h"

#if OOM_CAN_FAIL

#include "report_fixture.h"

/*
 * Renders with the Nth allocation failing; false when N is beyond the last one.  Success is right
 * where the report is whole all the same: qsort() of the C library gets along without memory.
 */
static bool render_once(const struct fixture *f, enum bnc_format format, size_t n,
                        const struct bnc_buf *whole)
{
    struct bnc_buf out = { .at = NULL };
    enum bnc_status status;
    bool failed;

    oom_begin((long)n - 1);
    status = bnc_report_render(&f->data, format, &out, NULL);
    failed = oom_end();
    if (status != BNC_OK)
        assert_int_equal(status, BNC_ENOMEM);
    else if (out.len != whole->len || memcmp(out.at, whole->at, out.len) != 0)
        fail_msg(
            "format %d, allocation %zu fails: the report is damaged and says it is whole", format, n);
    bnc_buf_release(&out);
    return failed;
}

static void one_by_one(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++)
        fn(arg, i);
}

static void report__survives_every_allocation_failing(void **state)
{
    static const enum bnc_format documents[] = { BNC_FORMAT_TEXT, BNC_FORMAT_HTML, BNC_FORMAT_JSON,
                                                 BNC_FORMAT_NDJSON, BNC_FORMAT_MD };
    struct fixture f;

    (void)state;
    fixture_init(&f);
    f.data.verbose = true;
    for (size_t i = 0; i < 2 * (sizeof documents / sizeof documents[0]); i++) {
        const enum bnc_format format = documents[i / 2];
        struct bnc_buf whole = { .at = NULL };
        size_t n = 1;

        f.data.parallel = i % 2 == 0 ? NULL : one_by_one;
        assert_int_equal(bnc_report_render(&f.data, format, &whole, NULL), BNC_OK);
        while (render_once(&f, format, n, &whole))
            n += n < 400 ? 1 : 7; /* all of the model's, then one in a while: they are alike */
        assert_true(n > 20);
        bnc_buf_release(&whole);
    }
    fixture_release(&f);
}

static void tables__leave_nothing_behind_when_memory_ends(void **state)
{
    char folder[] = "/tmp/bnc-memory-XXXXXX", command[96];
    struct fixture f;
    bool more = true;

    (void)state;
    fixture_init(&f);
    assert_non_null(mkdtemp(folder));
    for (size_t n = 1; more; n += n < 100 ? 1 : 29) {
        oom_begin((long)n - 1);
        (void)bnc_report_tables(&f.data, folder, NULL);
        more = oom_end();
    }
    snprintf(command, sizeof command, "ls %s | grep -c tmp >/dev/null", folder);
    assert_int_not_equal(system(command), 0);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(report__survives_every_allocation_failing),
        cmocka_unit_test(tables__leave_nothing_behind_when_memory_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#else

int main(void)
{
    puts("1..0 # SKIP the sanitizer has malloc");
    return 0;
}

#endif
