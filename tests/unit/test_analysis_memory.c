/* SPDX-License-Identifier: MIT
 * test_analysis_memory.c - the whole job while memory ends: reading, judging, a report, a state,
 * lists, a merge.  The Nth allocation fails: out of memory is said, or everything is whole; nothing
 * stays allocated, nothing half is written.
 *
 * ROUNDS in the environment: at most so many allocations per job fail (400).  The first hundred
 * fail one by one, as do all where ROUNDS allows it, then in even steps.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounce/analysis.h"
#include "util/buf.h"
#include "util/outfile.h"

#include "file_kit.h"
#include "oom_kit.h"

#if OOM_CAN_FAIL

static char folder[] = "/tmp/bnc-analysis-oom-XXXXXX";

static void make_csv(const char *path)
{
    struct bnc_buf b = { 0 };

    bnc_buf_puts(&b, "type,timeLogged,orig,rcpt,dsnStatus,dsnDiag,dlvSourceIp,jobId\n");
    for (int i = 0; i < 400; i++)
        bnc_buf_printf(&b,
                       "%c,2026-10-%02d 10:00:00+0000,n@b.example,u%d@d%d.example,%s,\"smtp;%s no "
                       "%c%c\",192.0.2.%d,j%d\n",
                       i % 3 == 0 ? 'b' : 'd', 1 + i % 28, i, i % 40,
                       i % 3 == 0 ? "5.1.1" : "2.0.0",
                       i % 3 == 0 ? "550 5.1.1 user unknown" : "250 ok", 'a' + i % 20,
                       'a' + i / 20 % 20, i % 5, i % 7);
    assert_int_equal(bnc_write_file(path, bnc_buf_span(&b), false, NULL), BNC_OK);
    bnc_buf_release(&b);
}

static void make_json(const char *path)
{
    struct bnc_buf b = { 0 };

    for (int i = 0; i < 60; i++)
        bnc_buf_printf(
            &b,
            "{\"event\":\"%s\",\"email\":\"u%d@d.example\",\"timestamp\":%d,"
            "\"sg_event_id\":\"e%d\",\"sg_message_id\":\"m%d\",\"reason\":\"550 5.1.1 user "
            "unknown\"}\n",
            i % 2 == 0 ? "bounce" : "delivered", i, 1790812800 + i, i, i);
    assert_int_equal(bnc_write_file(path, bnc_buf_span(&b), false, NULL), BNC_OK);
    bnc_buf_release(&b);
}

static void must_be_whole(const char *path, const struct bnc_buf *whole)
{
    FILE *f = fopen(path, "rbe");
    char *bytes = malloc(whole->len + 1);
    size_t n;

    assert_true(f != NULL && bytes != NULL);
    n = fread(bytes, 1, whole->len + 1, f);
    assert_int_equal(n, whole->len);
    assert_memory_equal(bytes, whole->at, n);
    free(bytes);
    fclose(f);
}

/* One job from the beginning; what it wrote stands in the folder. */
static enum bnc_status job(const char *input, const char *rules)
{
    const struct bnc_options opt = { .threads = 1, .keep_lists = 1, .rules = rules };
    struct bnc_analysis *a = NULL;
    struct bnc_error err = { .status = BNC_OK };
    enum bnc_status status = bnc_analysis_create(&a, &opt, &err);
    char *text = NULL;
    size_t len;

    if (status == BNC_OK)
        status = bnc_analysis_run(a, &input, 1, &err);
    if (status == BNC_OK)
        status = bnc_analysis_write(a, "r.json", NULL, &err);
    if (status == BNC_OK)
        status = bnc_analysis_save_state(a, "r.state", &err);
    if (status == BNC_OK)
        status = bnc_analysis_write_lists(a, "lists", NULL, &err);
    if (status == BNC_OK)
        status = bnc_analysis_explain_address(a, "u3@d3.example", &text, &len, &err);
    free(text);
    bnc_analysis_free(a);
    return status;
}

static void survives(const char *input, const char *rules)
{
    const char *const rounds = getenv("ROUNDS");
    const long most = rounds != NULL ? atol(rounds) : 400;
    struct bnc_buf json, state;
    long total, step, kept, n_failed = 0;

    assert_int_equal(job(input, rules), BNC_OK); /* what libraries keep for good is made */
    json = kit_read("r.json");
    state = kit_read("r.state");
    oom_begin(1L << 40);
    assert_int_equal(job(input, rules), BNC_OK);
    total = (1L << 40) - oom_left;
    oom_end();
    kept = oom_alive; /* by libraries, for the next time */
    step = total / most + 1;
    for (long n = 0; n < total; n += n < 100 ? 1 : step) {
        enum bnc_status status;

        oom_begin(n);
        status = job(input, rules);
        if (!oom_end())
            break;
        n_failed += status == BNC_ENOMEM;
        if (oom_alive > kept)
            fail_msg("allocation %ld of %ld: %ld blocks are lost", n, total, oom_alive - kept);
        if (status != BNC_OK && status != BNC_ENOMEM)
            fail_msg("allocation %ld of %ld: status %d", n, total, (int)status);
        /* what stands there is whole, this time's or the last one's */
        must_be_whole("r.json", &json);
        must_be_whole("r.state", &state);
    }
    assert_true(n_failed > 50);
    bnc_buf_release(&json);
    bnc_buf_release(&state);
}

static int setup(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || chdir(folder) != 0 || setenv("SOURCE_DATE_EPOCH", "0", 1) != 0)
        return -1;
    make_csv("x.csv");
    make_json("x.jsonl");
    return bnc_write_file("rules.csv",
                          BNC_SPAN("fragment,cause,source\nuser unknown,bad_domain,me\n"), false,
                          NULL) == BNC_OK
               ? 0
               : -1;
}

static int teardown(void **state)
{
    char command[96];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

static void job__on_csv_survives(void **state)
{
    (void)state;
    survives("x.csv", NULL);
}

static void job__on_json_lines_survives(void **state)
{
    (void)state;
    survives("x.jsonl", NULL);
}

static void job__on_a_state_survives(void **state)
{
    (void)state;
    assert_int_equal(job("x.csv", NULL), BNC_OK);
    assert_int_equal(rename("r.state", "x.state"), 0);
    survives("x.state", NULL);
}

static void job__with_rules_survives(void **state)
{
    (void)state;
    survives("x.csv", "rules.csv");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(job__on_csv_survives),
        cmocka_unit_test(job__on_json_lines_survives),
        cmocka_unit_test(job__on_a_state_survives),
        cmocka_unit_test(job__with_rules_survives),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}

#else

int main(void)
{
    puts("1..0 # SKIP the sanitizer has malloc");
    return 0;
}

#endif
