/* SPDX-License-Identifier: MIT
 * test_analysis.c - the whole pipeline through the public handle: same input same bytes, bad inputs
 * among good ones, overlaps, filters, rejects, stopping.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bounce/analysis.h"
#include "util/buf.h"

#define HEADER                                                                                     \
    "type,timeLogged,timeQueued,orig,rcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,vmta,"      \
    "jobId,dlvSourceIp\n"

struct world {
    char dir[64];
    char warnings[4096];
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    strcpy(w->dir, "/tmp/bnc-analysis-XXXXXX");
    assert_non_null(mkdtemp(w->dir));
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char line[128];

    snprintf(line, sizeof line, "rm -rf '%s'", w->dir);
    assert_int_equal(system(line), 0);
    free(w);
    return 0;
}

static const char *path_of(const struct world *w, const char *name)
{
    static char paths[8][128];
    static unsigned next;
    char *path = paths[next++ % 8];

    snprintf(path, sizeof paths[0], "%s/%s", w->dir, name);
    return path;
}

static const char *put_file(const struct world *w, const char *name, struct bnc_span text)
{
    const char *path = path_of(w, name);
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(text.at, 1, text.len, f), text.len);
    assert_int_equal(fclose(f), 0);
    return path;
}

/*
 * Rows from..to-1 of an endless export: every tenth address is dead, some fields are quoted, some
 * hold newlines.
 */
static void put_rows(struct bnc_buf *b, int from, int to)
{
    for (int i = from; i < to; i++) {
        const int day = 1 + i % 28;

        if (i % 10 == 3)
            bnc_buf_printf(b,
                           "b,2026-10-%02d 10:%02d:00+0000,2026-10-%02d "
                           "10:00:00+0000,news@mail.example,u%d@d%d.example,failed,"
                           "5.1.1 (bad),\"smtp;550 5.1.1 <u%d@d%d.example>: no such "
                           "user,%sreally\",mx.d%d.example (192.0.2.1),"
                           "bad-mailbox,v1,job%d,198.51.100.7\n",
                           day, i % 60, day, i, i % 40, i, i % 40, i % 30 == 3 ? "\n" : " ", i % 40,
                           i % 5);
        else if (i % 10 == 7)
            bnc_buf_printf(
                b,
                "t,2026-10-%02d 10:%02d:00+0000,2026-10-%02d "
                "10:00:00+0000,news@mail.example,u%d@gmail.com,delayed,"
                "4.2.2 (full),smtp;452-4.2.2 The recipient's inbox is out of storage space %x - "
                "gsmtp,"
                "gmail-smtp-in.l.google.com (192.0.2.2),quota-issues,v1,job%d,198.51.100.8\n",
                day, i % 60, day, i % 100, i * 7919, i % 5);
        else
            bnc_buf_printf(b,
                           "d,2026-10-%02d 10:%02d:00+0000,2026-10-%02d "
                           "10:00:00+0000,news@mail.example,u%d@d%d.example,relayed,"
                           "2.0.0 (success),smtp;250 2.0.0 Ok,mx.d%d.example "
                           "(192.0.2.1),,v1,job%d,198.51.100.7\n",
                           day, i % 60, day, i, i % 40, i % 40, i % 5);
    }
}

static struct bnc_buf export_of(int from, int to)
{
    struct bnc_buf b = { 0 };

    bnc_buf_puts(&b, HEADER);
    put_rows(&b, from, to);
    return b;
}

static void keep_warning(void *arg, const struct bnc_error *err)
{
    struct world *w = arg;
    const size_t len = strlen(w->warnings);

    snprintf(w->warnings + len, sizeof w->warnings - len, "%d %s: %s\n", (int)err->status,
             err->path, err->text);
}

/* Runs over 'paths'; the JSON, or NULL where there is no result.  '*status' is what run() said. */
static char *analyze(struct world *w, struct bnc_options opt, const char *const *paths, size_t n,
                     enum bnc_status *status)
{
    const struct bnc_render render = { .format = "json" };
    struct bnc_analysis *a = NULL;
    struct bnc_error err = { 0 };
    char *json = NULL;
    size_t len;

    w->warnings[0] = '\0';
    if (opt.warn == NULL)
        opt.warn = keep_warning;
    opt.warn_arg = w;
    *status = bnc_analysis_create(&a, &opt, &err);
    if (*status == BNC_OK)
        *status = bnc_analysis_run(a, paths, n, &err);
    if (bnc_analysis_has_result(a))
        assert_int_equal(bnc_analysis_render(a, &render, &json, &len, &err), BNC_OK);
    bnc_analysis_free(a);
    return json;
}

/* The whole number behind "key": , -1 where the key is missing. */
static long number_of(const char *json, const char *key)
{
    char quoted[64];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"%s\":", key);
    at = strstr(json, quoted);
    return at == NULL ? -1 : strtol(at + strlen(quoted), NULL, 10);
}

/* Rows of a kind, from the section "rows". */
static long rows_of(const char *json, const char *kind)
{
    char quoted[64];
    const char *at;

    snprintf(quoted, sizeof quoted, "\"kind\":\"%s\"", kind);
    at = strstr(json, quoted);
    if (at == NULL) {
        snprintf(quoted, sizeof quoted, "\"kind\": \"%s\"", kind);
        at = strstr(json, quoted);
    }
    return at == NULL ? -1 : number_of(at, "rows");
}

static void analysis__gives_the_same_bytes_however_it_is_cut(void **state)
{
    static const struct bnc_options ways[] = {
        { .threads = 1 },
        { .threads = 3 },
        { .threads = 1, .block_bytes = 1 },
        { .threads = 2, .block_bytes = 13 },
        { .threads = 8, .block_bytes = 1000 },
        { .threads = 2, .no_mmap = 1 },
        { .threads = 2, .no_mmap = 1, .block_bytes = 700 },
        { .threads = 2, .engine = "libcsv" },
        { .threads = 2, .engine = "libcsv", .block_bytes = 64 },
    };
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 700);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text));
    enum bnc_status status;
    char *first = analyze(w, ways[0], &path, 1, &status);

    assert_int_equal(status, BNC_OK);
    assert_int_equal(number_of(first, "rows_read"), 700);
    assert_int_equal(rows_of(first, "bounce"), 70);
    assert_int_equal(rows_of(first, "deferral"), 70);
    for (size_t i = 1; i < sizeof ways / sizeof ways[0]; i++) {
        char *other = analyze(w, ways[i], &path, 1, &status);

        assert_int_equal(status, BNC_OK);
        assert_string_equal(first, other);
        free(other);
    }
    free(first);
    bnc_buf_release(&text);
}

static void analysis__gives_the_same_bytes_for_broken_rows(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 60);
    const char *path;
    enum bnc_status status;
    char *first;

    bnc_buf_puts(&text, "b,2026-10-01 10:00:00+0000,,\"never closed,u@d.example\n");
    put_rows(&text, 60, 120);
    bnc_buf_puts(&text, "b,2026-10-01 10:00:00+0000,,a\"b,u9@d9.example,failed,5.1.1,smtp;550 "
                        "5.1.1 \"no\" such user,,,,,\n");
    put_rows(&text, 120, 180);
    path = put_file(w, "broken.csv", bnc_buf_span(&text));
    first = analyze(w, (struct bnc_options){ .threads = 1 }, &path, 1, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(number_of(first, "rows_read"), 182);
    assert_int_equal(rows_of(first, "malformed"), 1);
    for (unsigned block = 1; block < 400; block += block < 20 ? 1 : 61) {
        char *other = analyze(w, (struct bnc_options){ .threads = 2, .block_bytes = block }, &path,
                              1, &status);

        assert_string_equal(first, other);
        free(other);
    }
    free(first);
    bnc_buf_release(&text);
}

static void analysis__goes_on_after_a_bad_input(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 50);
    const char *paths[3];
    enum bnc_status status;
    char *json;

    paths[0] = put_file(w, "good.csv", bnc_buf_span(&text));
    paths[1] = put_file(w, "what.csv", BNC_SPAN("colour,taste\nred,sweet\ngreen,sour\n"));
    paths[2] = path_of(w, "missing.csv");
    json = analyze(w, (struct bnc_options){ .threads = 2 }, paths, 3, &status);
    assert_int_equal(status, BNC_EDATA); /* 65 beats 66 */
    assert_non_null(json);
    assert_int_equal(number_of(json, "rows_read"), 50);
    assert_true(strstr(json, "\"complete\":false") != NULL ||
                strstr(json, "\"complete\": false") != NULL);
    assert_non_null(strstr(w->warnings, "colour"));
    assert_non_null(strstr(w->warnings, "missing.csv"));
    free(json);
    json = analyze(w, (struct bnc_options){ .threads = 2, .strict = 1 }, paths, 3, &status);
    assert_int_equal(status, BNC_EDATA);
    assert_null(json);
    bnc_buf_release(&text);
}

static void analysis__counts_the_same_file_once(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 80);
    const char *paths[2];
    enum bnc_status status;
    char *json;

    paths[0] = put_file(w, "a.csv", bnc_buf_span(&text));
    paths[1] = put_file(w, "copy of a.csv", bnc_buf_span(&text));
    json = analyze(w, (struct bnc_options){ .threads = 2 }, paths, 2, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(number_of(json, "rows_read"), 80);
    assert_non_null(strstr(w->warnings, "the same bytes as"));
    free(json);
    bnc_buf_release(&text);
}

static void analysis__counts_rows_of_overlapping_exports_once(void **state)
{
    struct world *w = *state;
    struct bnc_buf all = export_of(0, 9000), first = export_of(0, 6000),
                   second = export_of(4000, 9000);
    const char *whole = put_file(w, "all.csv", bnc_buf_span(&all));
    const char *paths[2];
    enum bnc_status status;
    char *json = analyze(w, (struct bnc_options){ .threads = 2 }, &whole, 1, &status);
    const long bounced = rows_of(json, "bounce"), delivered = rows_of(json, "delivered");

    assert_int_equal(bounced, 900);
    free(json);
    paths[0] = put_file(w, "1.csv", bnc_buf_span(&first));
    paths[1] = put_file(w, "2.csv", bnc_buf_span(&second));
    for (int threads = 1; threads <= 3; threads++) {
        json = analyze(w, (struct bnc_options){ .threads = threads, .block_bytes = 50000 }, paths,
                       2, &status);
        assert_int_equal(status, BNC_OK);
        assert_int_equal(number_of(json, "rows_read"), 11000);
        assert_int_equal(rows_of(json, "bounce"), bounced);
        assert_int_equal(rows_of(json, "delivered"), delivered);
        assert_non_null(strstr(w->warnings, "shares rows with another input"));
        free(json);
    }
    bnc_buf_release(&all);
    bnc_buf_release(&first);
    bnc_buf_release(&second);
}

static void analysis__filters_rows_and_says_so(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 280);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text));
    enum bnc_status status;
    char *json = analyze(w, (struct bnc_options){ .since = "2026-10-05", .until = "2026-10-06" },
                         &path, 1, &status);

    assert_int_equal(status, BNC_OK);
    assert_int_equal(
        rows_of(json, "delivered") + rows_of(json, "bounce") + rows_of(json, "deferral"), 20);
    assert_int_equal(number_of(json, "rows_read"), 280);
    free(json);
    json = analyze(w, (struct bnc_options){ .campaign = "job3" }, &path, 1, &status);
    assert_int_equal(
        rows_of(json, "delivered") + rows_of(json, "bounce") + rows_of(json, "deferral"), 56);
    free(json);
    json = analyze(w, (struct bnc_options){ .provider = "google" }, &path, 1, &status);
    assert_int_equal(rows_of(json, "deferral"), 28);
    assert_int_equal(rows_of(json, "delivered"), 0);
    free(json);
    json = analyze(w, (struct bnc_options){ .sender = "elsewhere.example" }, &path, 1, &status);
    assert_int_equal(rows_of(json, "delivered"), 0);
    free(json);
    assert_null(analyze(w, (struct bnc_options){ .provider = "nosuch" }, &path, 1, &status));
    assert_int_equal(status, BNC_EUSAGE);
    assert_null(analyze(w, (struct bnc_options){ .since = "yesterday" }, &path, 1, &status));
    assert_int_equal(status, BNC_EUSAGE);
    bnc_buf_release(&text);
}

static void analysis__keeps_rejected_rows_with_their_places(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 2);
    const char *path, *rejects = path_of(w, "rejects.csv");
    const size_t at = text.len;
    enum bnc_status status;
    char expected[256], *json, got[1024] = "";
    FILE *f;

    bnc_buf_puts(&text, "b,2026-10-01 10:00:00+0000,,\"never closed,u@d.example\n");
    put_rows(&text, 2, 4);
    path = put_file(w, "a.csv", bnc_buf_span(&text));
    json = analyze(w, (struct bnc_options){ .rejects = rejects }, &path, 1, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(rows_of(json, "malformed"), 1);
    f = fopen(rejects, "rb");
    assert_non_null(f);
    got[fread(got, 1, sizeof got - 1, f)] = '\0';
    fclose(f);
    snprintf(expected, sizeof expected,
             "file,row,byte,kind,cut,raw\n\"%s\",4,%zu,unclosed_quote,no,", path, at);
    assert_true(strncmp(got, expected, strlen(expected)) == 0);
    free(json);
    json = analyze(w, (struct bnc_options){ .strict = 1 }, &path, 1, &status);
    assert_int_equal(status, BNC_EDATA);
    free(json);
    bnc_buf_release(&text);
}

static void analysis__warns_of_failures_beside_deliveries(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 50);
    const char *paths[2];
    enum bnc_status status;

    paths[0] = put_file(w, "full.csv", bnc_buf_span(&text));
    paths[1] = put_file(w, "suppression_bounces.csv",
                        BNC_SPAN("status,reason,email,created\n"
                                 "5.1.1,550 5.1.1 no such user,u1@d1.example,1790812800\n"));
    free(analyze(w, (struct bnc_options){ 0 }, paths, 2, &status));
    assert_int_equal(status, BNC_OK);
    assert_non_null(strstr(w->warnings, "holds failures only (1 of 2 inputs do)"));
    free(analyze(w, (struct bnc_options){ 0 }, paths + 1, 1, &status));
    assert_null(strstr(w->warnings, "holds failures only"));
    bnc_buf_release(&text);
}

static void analysis__takes_states_for_exports(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 300);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text)), *saved = path_of(w, "a.state");
    const struct bnc_options lists = { .keep_lists = 1 },
                             unsaved = { .keep_lists = 1, .no_state = 1 };
    const char *both[2] = { path, saved };
    struct bnc_analysis *a = NULL;
    struct bnc_error err;
    enum bnc_status status;
    char *json;

    assert_int_equal(bnc_analysis_create(&a, &lists, &err), BNC_OK);
    assert_int_equal(bnc_analysis_run(a, &path, 1, &err), BNC_OK);
    assert_int_equal(bnc_analysis_save_state(a, saved, &err), BNC_OK);
    bnc_analysis_free(a);
    assert_int_equal(bnc_analysis_create(&a, &unsaved, &err), BNC_OK);
    assert_int_equal(bnc_analysis_run(a, &path, 1, &err), BNC_OK);
    assert_int_equal(bnc_analysis_save_state(a, saved, &err), BNC_EUSAGE);
    bnc_analysis_free(a);
    json = analyze(w, (struct bnc_options){ 0 }, &saved, 1, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(number_of(json, "rows_read"), 300);
    assert_int_equal(rows_of(json, "bounce"), 30);
    free(json);
    assert_null(analyze(w, (struct bnc_options){ 0 }, both, 2, &status));
    assert_int_equal(status, BNC_EUSAGE);
    both[0] = saved;                     /* twice the same */
    json = analyze(w, (struct bnc_options){ 0 }, both, 2, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(number_of(json, "rows_read"), 300);
    assert_non_null(strstr(w->warnings, "the same state as"));
    free(json);
    bnc_buf_release(&text);
}

static void analysis__makes_no_lists_of_what_it_did_not_keep(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 60);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text)), *dir = path_of(w, "lists");
    const struct bnc_options opt = { .threads = 1 };
    struct bnc_analysis *a = NULL;
    struct bnc_error err;

    assert_int_equal(bnc_analysis_create(&a, &opt, &err), BNC_OK);
    assert_int_equal(bnc_analysis_run(a, &path, 1, &err), BNC_OK);
    assert_int_equal(bnc_analysis_write_lists(a, dir, NULL, &err), BNC_EUSAGE);
    assert_int_equal(bnc_analysis_save_state(a, path_of(w, "a.state"), &err), BNC_EUSAGE);
    assert_int_not_equal(access(dir, F_OK), 0);
    bnc_analysis_free(a);
    bnc_buf_release(&text);
}

static void analysis__stops_when_told(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 500);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text));
    const volatile sig_atomic_t stop = 1;
    enum bnc_status status;

    assert_null(analyze(w, (struct bnc_options){ .stop = &stop }, &path, 1, &status));
    assert_int_equal(status, BNC_ESTOPPED);
    bnc_buf_release(&text);
}

/* The warning about the file given twice comes when all inputs are known and none is read yet. */
static void remove_the_others(void *arg, const struct bnc_error *err)
{
    const struct world *w = arg;
    char path[128];

    for (int i = 1; i < 6 && err->status == BNC_OK; i++) {
        snprintf(path, sizeof path, "%s/%c", w->dir, 'a' + i);
        unlink(path);
    }
}

static void analysis__goes_on_where_inputs_vanish(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 500);
    const char *paths[7];

    alarm(60); /* instead of waiting forever */
    for (int round = 0; round < 50; round++) {
        const struct bnc_options opt = {
            .threads = 4, .block_bytes = 2000, .warn = remove_the_others, .warn_arg = w
        };
        enum bnc_status status;
        char *json;

        for (int i = 0; i < 6; i++) {
            bnc_buf_puts(&text, "\n"); /* no two files are the same */
            paths[i] = put_file(w, (char[]){ (char)('a' + i), '\0' }, bnc_buf_span(&text));
        }
        paths[6] = paths[0];
        json = analyze(w, opt, paths, 7, &status);
        assert_int_not_equal(status, BNC_OK);
        assert_int_equal(number_of(json, "rows_read"), 500);
        free(json);
    }
    alarm(0);
    bnc_buf_release(&text);
}

/* Events wait in a batch while rows pass that give none: their text has to wait with them. */
static void analysis__keeps_json_events_among_rows_without_any(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = { 0 };
    enum bnc_status status;
    const char *path;
    char *json, name[40];

    for (int i = 0; i < 20; i++) {
        bnc_buf_printf(&text,
                       "{\"eventType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\","
                       "\"bouncedRecipients\":[{\"emailAddress\":\"u@place%d.example\","
                       "\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 no such "
                       "user\"}],\"timestamp\":\"2026-10-01T12:00:00Z\"},\"mail\":{"
                       "\"timestamp\":\"2026-10-01T12:00:00Z\",\"source\":\"a@b.example\","
                       "\"messageId\":\"m%d\"}}\n",
                       i, i);
        for (int k = 0; k < 10 * i; k++)
            bnc_buf_printf(&text, "{\"eventType\":\"Bounce\",\"padding\":%d}\n", k);
    }
    path = put_file(w, "events.jsonl", bnc_buf_span(&text));
    json = analyze(w, (struct bnc_options){ .threads = 1 }, &path, 1, &status);
    assert_int_equal(status, BNC_OK);
    assert_int_equal(rows_of(json, "bounce"), 20);
    for (int i = 0; i < 20; i++) {
        snprintf(name, sizeof name, "\"place%d.example\"", i);
        assert_non_null(strstr(json, name));
    }
    free(json);
    bnc_buf_release(&text);
}

static void analysis__takes_nothing_for_nothing(void **state)
{
    static const char *const texts[] = { "", HEADER, "\xef\xbb\xbf", "\xef\xbb\xbf" HEADER };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const char *path = put_file(w, "empty.csv", bnc_span_str(texts[i]));
        enum bnc_status status;
        char *json = analyze(w, (struct bnc_options){ 0 }, &path, 1, &status);

        assert_int_equal(status, BNC_OK);
        assert_int_equal(number_of(json, "rows_read"), 0);
        free(json);
        json = analyze(w, (struct bnc_options){ .strict = 1 }, &path, 1, &status);
        assert_int_equal(status, BNC_EDATA);
        free(json);
    }
}

static int append(void *arg, const char *bytes, size_t len)
{
    bnc_buf_put(arg, bnc_span_from(bytes, len));
    return 0;
}

static void classify__keeps_rows_and_their_order(void **state)
{
    static const struct bnc_options ways[] = { { .threads = 1 },
                                               { .threads = 3, .block_bytes = 500 },
                                               { .threads = 2, .block_bytes = 1, .no_mmap = 1 } };
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 90), first = { 0 };
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text));
    const char *line, *row;

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct bnc_buf out = { 0 };
        struct bnc_error err;

        assert_int_equal(bnc_classify_files(&ways[i], &path, 1, append, &out, &err), BNC_OK);
        if (i == 0)
            first = out;
        else
            assert_true(bnc_span_eq(bnc_buf_span(&first), bnc_buf_span(&out)));
        if (i > 0)
            bnc_buf_release(&out);
    }
    assert_non_null(strstr(
        first.at,
        "dlvSourceIp,ba_event,ba_cause,ba_duration,ba_side,ba_action,ba_priority,ba_confidence,"
        "ba_provider,ba_reply_code,ba_enhanced_code,ba_blocklist,ba_template,ba_rule\n"));
    line = strstr(first.at, "u13@d13.example");
    assert_non_null(line);
    row =
        strstr(line, "198.51.100.7,bounce,invalid_recipient,permanent,recipient,suppress_address,");
    assert_non_null(row);
    assert_true(row - line < 400);
    bnc_buf_release(&first);
    bnc_buf_release(&text);
}

static int refuse(void *arg, const char *bytes, size_t len)
{
    (void)arg;
    (void)bytes;
    (void)len;
    return 1;
}

static void classify__ends_when_it_cannot_write(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 900);
    const char *path = put_file(w, "a.csv", bnc_buf_span(&text));
    const struct bnc_options opt = { .threads = 2, .block_bytes = 1000 };
    struct bnc_error err;

    assert_int_equal(bnc_classify_files(&opt, &path, 1, refuse, NULL, &err), BNC_EIO);
    bnc_buf_release(&text);
}

struct wish {
    volatile sig_atomic_t stop;
    int calls_left;
};

static int stop_soon(void *arg, const char *bytes, size_t len)
{
    struct wish *wish = arg;

    (void)bytes;
    (void)len;
    if (wish->calls_left-- == 0)
        __atomic_store_n(&wish->stop, 1, __ATOMIC_RELAXED);
    return 0;
}

/* Blocks wait for each other twice, to be scanned and to be written: a stop wakes them all. */
static void classify__ends_wherever_it_is_stopped(void **state)
{
    struct world *w = *state;
    struct bnc_buf text = export_of(0, 2000);
    const char *paths[6];

    for (int i = 0; i < 6; i++) {
        const char name[] = { (char)('a' + i), '\0' };

        paths[i] = put_file(w, name, bnc_buf_span(&text));
        bnc_buf_puts(&text, "\n"); /* no two files are the same */
    }
    alarm(100); /* instead of waiting forever */
    for (int round = 0; round < 40; round++) {
        struct wish wish = { .calls_left = round };
        const struct bnc_options opt = { .threads = 12, .block_bytes = 60000, .stop = &wish.stop };
        struct bnc_error err;
        const enum bnc_status status = bnc_classify_files(&opt, paths, 6, stop_soon, &wish, &err);

        assert_int_equal(status, wish.stop ? BNC_ESTOPPED : BNC_OK);
    }
    alarm(0);
    bnc_buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(analysis__gives_the_same_bytes_however_it_is_cut),
        cmocka_unit_test(analysis__gives_the_same_bytes_for_broken_rows),
        cmocka_unit_test(analysis__goes_on_after_a_bad_input),
        cmocka_unit_test(analysis__counts_the_same_file_once),
        cmocka_unit_test(analysis__counts_rows_of_overlapping_exports_once),
        cmocka_unit_test(analysis__filters_rows_and_says_so),
        cmocka_unit_test(analysis__keeps_rejected_rows_with_their_places),
        cmocka_unit_test(analysis__warns_of_failures_beside_deliveries),
        cmocka_unit_test(analysis__takes_states_for_exports),
        cmocka_unit_test(analysis__makes_no_lists_of_what_it_did_not_keep),
        cmocka_unit_test(analysis__stops_when_told),
        cmocka_unit_test(analysis__goes_on_where_inputs_vanish),
        cmocka_unit_test(analysis__keeps_json_events_among_rows_without_any),
        cmocka_unit_test(analysis__takes_nothing_for_nothing),
        cmocka_unit_test(classify__keeps_rows_and_their_order),
        cmocka_unit_test(classify__ends_when_it_cannot_write),
        cmocka_unit_test(classify__ends_wherever_it_is_stopped),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
