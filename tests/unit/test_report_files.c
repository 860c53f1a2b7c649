/* SPDX-License-Identifier: MIT
 * test_report_files.c - the forms that are files: a folder of CSV tables, an SQLite base.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "report_fixture.h"
#include "report/render.h"

static char folder[64];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/bnc-report-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void tables__one_file_per_section(void **state)
{
    struct fixture f;
    char dir[96], path[160];
    struct stat st;

    (void)state;
    fixture_init(&f);
    snprintf(dir, sizeof dir, "%s/tables/", folder);
    assert_int_equal(bnc_report_tables(&f.data, dir, NULL), BNC_OK);
    assert_int_equal(bnc_report_tables(&f.data, dir, NULL), BNC_OK); /* again, over the first */
    for (size_t k = 0; k < bnc_n_sections; k++) {
        snprintf(path, sizeof path, "%s%s.csv", dir, bnc_sections[k]->id);
        assert_int_equal(stat(path, &st), 0);
        assert_true(st.st_size > 0);
    }
    snprintf(path, sizeof path, "%sdomains.csv", dir);
    assert_int_equal(bnc_report_tables(&f.data, path, NULL), BNC_ECREATE); /* a file is no folder */
    fixture_release(&f);
}

static void tables__excel_wants_a_mark_and_crlf(void **state)
{
    struct fixture f;
    struct bnc_model m;
    struct bnc_buf out = { .at = NULL };

    (void)state;
    fixture_init(&f);
    f.data.excel = true;
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    bnc_render_csv(&m, bnc_section_find("sides"), &out);
    assert_int_equal(strncmp(out.at, "\ufeffside,bounces,deferrals,share\r\nsender,", 40), 0);
    bnc_buf_release(&out);
    bnc_model_release(&m);
    fixture_release(&f);
}

#if BNC_WITH_SQLITE

#include <sqlite3.h>

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *q;
    int64_t n;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    n = sqlite3_column_int64(q, 0);
    sqlite3_finalize(q);
    return n;
}

static void sqlite__holds_every_row(void **state)
{
    struct fixture f;
    struct bnc_model m;
    char path[96], sql[128];
    sqlite3 *db;

    (void)state;
    fixture_init(&f);
    f.tally.subject[BNC_KIND_CAMPAIGN][0].name = BNC_SPAN("'); DROP TABLE domains; --");
    snprintf(path, sizeof path, "%s/report.sqlite", folder);
    assert_int_equal(bnc_report_sqlite(&f.data, path, NULL), BNC_OK);
    assert_int_equal(bnc_report_sqlite(&f.data, path, NULL), BNC_OK);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    for (size_t k = 0; k < bnc_n_sections; k++) {
        snprintf(sql, sizeof sql, "SELECT count(*) FROM \"%s\"", bnc_sections[k]->id);
        assert_int_equal(ask(db, sql), bnc_sections[k]->count(&m));
    }
    assert_int_equal(ask(db, "SELECT sum(bounces) FROM providers"), f.tally.n[BNC_EVENT_BOUNCE]);
    assert_int_equal(
        ask(db, "SELECT bounce_rate_numerator = bounces FROM providers WHERE name = 'google'"), 1);
    assert_int_equal(ask(db, "SELECT complaint_rate IS NULL FROM providers WHERE name = 'google'"),
                     1);
    assert_int_equal(ask(db, "SELECT count(*) FROM campaigns WHERE campaign LIKE '%DROP TABLE%'"),
                     1);
    bnc_model_release(&m);
    sqlite3_close(db);
    assert_int_equal(bnc_report_sqlite(&f.data, "/nonexistent/x.sqlite", NULL), BNC_ECREATE);
    fixture_release(&f);
}

#else

static void sqlite__holds_every_row(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    assert_int_equal(bnc_report_sqlite(&f.data, "x.sqlite", NULL),
                     BNC_EUSAGE); /* and says that this build has none */
    fixture_release(&f);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tables__one_file_per_section, make_folder, remove_folder),
        cmocka_unit_test(tables__excel_wants_a_mark_and_crlf),
        cmocka_unit_test_setup_teardown(sqlite__holds_every_row, make_folder, remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
