/* SPDX-License-Identifier: MIT
 * test_formats.c - every format of the tables on a file of its own:
 * tests/data/formats/FORMAT[.from][@NAME].csv with the expected events beside it in
 * FILE.events.  ".from" reads it with --from FORMAT, "@NAME" gives the file this name.
 * BNC_ACCEPT=1 writes the expected files anew: read the difference before you commit it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "schema/plan.h"
#include "file_kit.h"
#include "schema_kit.h"

#define DIR_PATH "tests/data/formats"

static bool ends_in(const char *s, const char *tail)
{
    const size_t n = strlen(s), t = strlen(tail);

    return n >= t && strcmp(s + n - t, tail) == 0;
}

/* What stands before the first of ".@" in a fixture's name. */
static struct bnc_span fixture_format(const char *file)
{
    return bnc_span_from(file, strcspn(file, ".@"));
}

static void compare(const char *file, struct bnc_span got)
{
    char path[512];
    struct bnc_buf expected;
    FILE *f;

    snprintf(path, sizeof path, DIR_PATH "/%s.events", file);
    if (getenv("BNC_ACCEPT") != NULL) {
        f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(got.at, 1, got.len, f), got.len);
        fclose(f);
    }
    expected = kit_read(path);
    if (!bnc_span_eq(bnc_buf_span(&expected), got))
        fail_msg("%s: expected\n%.*s\ngot\n%.*s", file, (int)expected.len,
                 expected.at == NULL ? "" : expected.at, (int)got.len, got.at);
    bnc_buf_release(&expected);
}

static void read_fixture(const char *file)
{
    const struct bnc_span format = fixture_format(file);
    const char *const at = strchr(file, '@');
    struct bnc_schema_options opt = { .from = NULL };
    struct bnc_buf text, dump;
    char path[512], from[64];

    snprintf(path, sizeof path, DIR_PATH "/%s", file);
    snprintf(from, sizeof from, "%.*s", (int)format.len, format.at);
    if (strstr(file, ".from.") != NULL)
        opt.from = from;
    text = kit_read(path);
    dump = kit_dump(bnc_buf_span(&text), at != NULL ? at + 1 : file, &opt);
    if (!bnc_span_eq(bnc_span_from(dump.at, format.len), format))
        fail_msg("%s: recognized as %.*s", file, (int)strcspn(dump.at, "\n"), dump.at);
    compare(file, bnc_buf_span(&dump));
    bnc_buf_release(&dump);
    bnc_buf_release(&text);
}

static void fixtures__give_the_expected_events(void **state)
{
    DIR *dir = opendir(DIR_PATH);
    const struct dirent *entry;
    unsigned n = 0;

    (void)state;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        if (ends_in(entry->d_name, ".csv") || ends_in(entry->d_name, ".jsonl")) {
            read_fixture(entry->d_name);
            n++;
        }
    closedir(dir);
    assert_true(n > 80);
}

/* Totals per provider can't be read as events and are refused; everything else has a fixture. */
static void formats__each_has_a_fixture(void **state)
{
    (void)state;
    for (size_t i = 0; i < bnc_n_formats; i++) {
        DIR *dir = opendir(DIR_PATH);
        const struct dirent *entry;
        bool found = bnc_format_rows[i].event == BNC_FORMAT_TOTALS;

        assert_non_null(dir);
        while ((entry = readdir(dir)) != NULL)
            found |=
                bnc_span_eq(fixture_format(entry->d_name), bnc_span_str(bnc_format_rows[i].id));
        closedir(dir);
        if (!found)
            fail_msg("no fixture for %s", bnc_format_rows[i].id);
    }
}

/* The arrays hold every row of the CSV files, in their order within a format, and nothing else. */
static void tables__are_all_in_the_arrays(void **state)
{
    struct bnc_table f = kit_table("src/tables/formats.csv"), c = kit_table("src/tables/esp_columns.csv");
    struct bnc_table v = kit_table("src/tables/esp_event_values.csv");
    size_t *used = calloc(bnc_n_formats, sizeof *used);

    (void)state;
    assert_int_equal(f.n_rows, bnc_n_formats);
    for (size_t i = 0; i < c.n_rows; i++) {
        const struct bnc_format_row *const row = bnc_format_find(kit_cell(&c, i, "format_id"));
        const struct bnc_column_row *col;

        assert_non_null(row);
        col = &bnc_columns[row->column_at + used[row - bnc_format_rows]++];
        assert_true(bnc_span_eq(bnc_span_str(col->name), kit_cell(&c, i, "header_name")));
        assert_true(
            bnc_span_eq(bnc_span_str(bnc_field_names[col->field]), kit_cell(&c, i, "schema_field")));
        assert_int_equal(col->verified,
                         bnc_span_eq(kit_cell(&c, i, "confidence"), BNC_SPAN("VERIFIED")));
    }
    for (size_t i = 0; i < bnc_n_formats; i++)
        assert_int_equal(used[i], bnc_format_rows[i].n_columns);
    memset(used, 0, bnc_n_formats * sizeof *used);
    for (size_t i = 0; i < v.n_rows; i++) {
        const struct bnc_format_row *const row = bnc_format_find(kit_cell(&v, i, "format_id"));
        const struct bnc_value_row *value;

        assert_non_null(row);
        value = &bnc_values[row->value_at + used[row - bnc_format_rows]++];
        assert_true(bnc_span_eq(bnc_span_str(value->value), kit_cell(&v, i, "value")));
        if (kit_cell(&v, i, "event").at[0] != 'o' && kit_cell(&v, i, "event").at[0] != 'u' &&
            !bnc_span_eq(kit_cell(&v, i, "event"), BNC_SPAN("click")))
            assert_true(
                bnc_span_eq(bnc_span_str(bnc_event_names[value->event]), kit_cell(&v, i, "event")));
        else
            assert_int_equal(value->event, BNC_EVENT_OTHER);
    }
    for (size_t i = 0; i < bnc_n_formats; i++)
        assert_int_equal(used[i], bnc_format_rows[i].n_values);
    free(used);
    bnc_table_release(&f);
    bnc_table_release(&c);
    bnc_table_release(&v);
}

/*
 * Recognition must not depend on the order of columns or on more columns than we know, nor fail
 * for case.
 */
/* They are searched by halving, as words of at most so many bytes. */
static void names__are_sorted_and_complete(void **state)
{
    struct bnc_table c = kit_table("src/tables/esp_columns.csv");

    (void)state;
    for (size_t i = 0; i < bnc_n_known_names; i++) {
        assert_true(strlen(bnc_known_names[i].name) < 100);
        assert_true(i == 0 || strcmp(bnc_known_names[i - 1].name, bnc_known_names[i].name) < 0);
    }
    for (size_t i = 0; i < c.n_rows; i++) {
        const struct bnc_span field = kit_cell(&c, i, "schema_field");
        size_t k = 0;

        while (k < bnc_n_known_names &&
               !bnc_span_eq_nocase(bnc_span_str(bnc_known_names[k].name),
                                   kit_cell(&c, i, "header_name")))
            k++;
        assert_true(k < bnc_n_known_names);
        assert_true(bnc_known_names[k].addressed || !bnc_span_eq(field, BNC_SPAN("recipient")));
    }
    bnc_table_release(&c);
}

static void formats__are_recognized_by_their_own_columns(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < bnc_n_formats; i++) {
        const struct bnc_format_row *const f = &bnc_format_rows[i];
        struct bnc_span name[128];
        struct bnc_header h = { .name = name, .delim = ',', .file = "" };
        unsigned score;

        if (f->signature[0] == '\0' || strstr(f->signature, "file:") != NULL ||
            f->signature[0] == '@')
            continue;
        name[h.n++] = BNC_SPAN("something of our own");
        for (unsigned k = f->n_columns; k-- > 0;)
            name[h.n++] = bnc_span_str(bnc_columns[f->column_at + k].name);
        assert_non_null(bnc_format_recognize(&h, NULL, &score));
        if (bnc_format_recognize(&h, NULL, &score) != f)
            fail_msg("%s is taken for %s", f->id, bnc_format_recognize(&h, NULL, &score)->id);
    }
}

static void formats__generic_is_last(void **state)
{
    (void)state;
    assert_string_equal(bnc_format_generic()->id, "generic_fallback");
}

static void nearest__names_formats_and_vendors(void **state)
{
    (void)state;
    assert_string_equal(bnc_format_nearest(BNC_SPAN("pmtaacct")), "pmta_acct");
    assert_string_equal(bnc_format_nearest(BNC_SPAN("sendgird")), "SendGrid");
    assert_string_equal(bnc_format_nearest(BNC_SPAN("SFMC_bounce")), "sfmc_bounces");
    assert_string_equal(bnc_format_nearest(BNC_SPAN("pmtx")), "pmta_acct");
    assert_string_equal(bnc_format_nearest(BNC_SPAN("power")), "PowerMTA");
}

static void format__is_meant_by_id_beginning_and_vendor(void **state)
{
    const struct bnc_format_row *f = bnc_format_find(BNC_SPAN("pmta_acct"));

    (void)state;
    assert_true(bnc_format_is_meant(f, BNC_SPAN("PMTA_ACCT")));
    assert_true(bnc_format_is_meant(f, BNC_SPAN("pmta")));
    assert_true(bnc_format_is_meant(f, BNC_SPAN("power mta")));
    assert_false(bnc_format_is_meant(f, BNC_SPAN("pmt")));
    assert_false(bnc_format_is_meant(f, BNC_SPAN("p")));
    assert_false(bnc_format_is_meant(f, BNC_SPAN("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fixtures__give_the_expected_events),
        cmocka_unit_test(formats__each_has_a_fixture),
        cmocka_unit_test(tables__are_all_in_the_arrays),
        cmocka_unit_test(names__are_sorted_and_complete),
        cmocka_unit_test(formats__are_recognized_by_their_own_columns),
        cmocka_unit_test(formats__generic_is_last),
        cmocka_unit_test(nearest__names_formats_and_vendors),
        cmocka_unit_test(format__is_meant_by_id_beginning_and_vendor),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
