/* SPDX-License-Identifier: MIT
 * test_handles.c - handles of the public interface: several at once in as many threads, after an
 * error, released without having done anything.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <unistd.h>

#include "bounce/analysis.h"
#include "bounce/knowledge.h"

#define N_THREADS 4
#define N_ROUNDS 6

static char folder[] = "/tmp/bnc-handles-XXXXXX", export[64];

struct result {
    int threads;
    char *bytes;
    size_t len;
    int bad;
};

/* From the options to the report; the threads share nothing but the input. */
static void *analyze(void *arg)
{
    struct result *const r = arg;
    const struct bnc_options opt = { .threads = r->threads, .block_bytes = 700 };
    const struct bnc_render json = { .format = "json" };
    const char *path = export;

    for (int i = 0; i < N_ROUNDS; i++) {
        struct bnc_analysis *a = NULL;

        free(r->bytes);
        r->bytes = NULL;
        r->bad |= bnc_analysis_create(&a, &opt, NULL) != BNC_OK ||
                  bnc_analysis_run(a, &path, 1, NULL) != BNC_OK ||
                  bnc_analysis_render(a, &json, &r->bytes, &r->len, NULL) != BNC_OK;
        bnc_analysis_free(a);
    }
    return NULL;
}

static void handles__do_not_disturb_each_other(void **state)
{
    struct result alone = { .threads = 1 }, r[N_THREADS];
    pthread_t thread[N_THREADS];

    (void)state;
    analyze(&alone);
    assert_int_equal(alone.bad, 0);
    for (int i = 0; i < N_THREADS; i++) {
        r[i] = (struct result){ .threads = 1 + i % 2 };
        assert_int_equal(pthread_create(&thread[i], NULL, analyze, &r[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++) {
        pthread_join(thread[i], NULL);
        assert_int_equal(r[i].bad, 0);
        assert_int_equal(r[i].len, alone.len);
        assert_memory_equal(r[i].bytes, alone.bytes, alone.len);
        free(r[i].bytes);
    }
    free(alone.bytes);
}

static void handle__after_an_error_says_so(void **state)
{
    const struct bnc_options opt = { .threads = 1 };
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_analysis *a = NULL;
    const char *missing = "/nowhere/at/all.csv";
    char *bytes = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(bnc_analysis_create(&a, &opt, &err), BNC_OK);
    assert_int_equal(bnc_analysis_run(a, &missing, 1, &err), BNC_ENOINPUT);
    assert_int_equal(bnc_analysis_has_result(a), 0);
    assert_int_equal(bnc_analysis_render(a, NULL, &bytes, &len, &err), BNC_EUSAGE);
    assert_int_equal(bnc_analysis_write(a, "x.json", NULL, &err), BNC_EUSAGE);
    assert_int_equal(bnc_analysis_save_state(a, "x.state", &err), BNC_EUSAGE);
    assert_int_equal(bnc_analysis_write_lists(a, "lists", NULL, &err), BNC_EUSAGE);
    assert_null(bytes);
    bnc_analysis_free(a);
    assert_int_not_equal(access("x.json", F_OK), 0);
}

static void handle__runs_once(void **state)
{
    const struct bnc_options opt = { .threads = 2, .policy = "Strict", .since = "2026-10-02" };
    const struct bnc_explain_options *plain = NULL;
    struct bnc_error err = { .status = BNC_OK };
    struct bnc_analysis *a = NULL;
    struct bnc_knowledge *k = NULL;
    const char *path = export;
    char *bytes = NULL;
    size_t len = 0;

    (void)state;
    assert_int_equal(bnc_analysis_create(&a, &opt, &err), BNC_OK);
    assert_int_equal(bnc_analysis_merge(a, &path, 1, &err), BNC_EUSAGE); /* a filter */
    assert_int_equal(bnc_analysis_run(a, &path, 1, &err), BNC_OK);
    assert_int_equal(bnc_analysis_run(a, &path, 1, &err), BNC_EUSAGE);
    assert_int_equal(bnc_analysis_render(a, NULL, &bytes, &len, &err), BNC_OK);
    free(bytes);
    bytes = err.text; /* no list was kept: nothing is handed out */
    assert_int_equal(bnc_analysis_explain_address(a, "a@b.c", &bytes, &len, &err), BNC_EUSAGE);
    assert_null(bytes);
    bnc_analysis_free(a);
    len = 0;
    assert_int_equal(bnc_knowledge_create(&k, NULL, NULL, &err), BNC_OK);
    assert_int_equal(bnc_explain(k, "550 5.1.1 no", 12, plain, &bytes, &len, NULL), BNC_OK);
    assert_int_not_equal(len, 0);
    free(bytes);
    bnc_knowledge_free(k);
}

static void handle__of_nothing_is_released(void **state)
{
    const struct bnc_options bad = { .policy = "none" };
    struct bnc_analysis *a = NULL;

    (void)state;
    assert_int_equal(bnc_analysis_create(&a, &bad, NULL), BNC_EUSAGE);
    bnc_analysis_free(a);
    bnc_analysis_free(NULL);
    bnc_knowledge_free(NULL);
    assert_int_equal(bnc_analysis_has_result(NULL), 0);
    assert_int_equal(bnc_analysis_severity(NULL), -1);
}

static int setup(void **state)
{
    FILE *f;

    (void)state;
    if (mkdtemp(folder) == NULL || chdir(folder) != 0)
        return -1;
    snprintf(export, sizeof export, "%s/x.csv", folder);
    f = fopen(export, "we");
    if (f == NULL)
        return -1;
    fputs("email,event,reason,timestamp\n", f);
    for (int i = 0; i < 3000; i++)
        fprintf(f, "u%d@d%d.example,%s,550 5.1.1 user unknown %c,2026-10-%02dT10:00:00Z\n", i,
                i % 90, i % 3 == 0 ? "bounce" : "delivered", 'a' + i % 17, 1 + i % 30);
    return fclose(f);
}

static int teardown(void **state)
{
    (void)state;
    unlink(export);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(handles__do_not_disturb_each_other),
        cmocka_unit_test(handle__after_an_error_says_so),
        cmocka_unit_test(handle__runs_once),
        cmocka_unit_test(handle__of_nothing_is_released),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
