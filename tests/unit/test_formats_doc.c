/* SPDX-License-Identifier: MIT
 * test_formats_doc.c - docs/FORMATS.md says what the tables say. The document is written by
 * this program from the three tables: make formats-doc (BNC_ACCEPT=1); the test says when it is
 * stale.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "file_kit.h"
#include "schema_kit.h"

#define DOC_PATH "docs/FORMATS.md"

struct tables {
    struct bnc_table formats, columns, values;
};

static bool is(const struct bnc_table *t, size_t row, const char *column, const char *word)
{
    return bnc_span_eq(kit_cell(t, row, column), bnc_span_str(word));
}

/* Text of a table cell in Markdown. */
static void put(struct bnc_buf *out, struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '|' || s.at[i] == '<' || s.at[i] == '[' || s.at[i] == '*' || s.at[i] == '_')
            bnc_buf_putc(out, '\\');
        bnc_buf_putc(out, s.at[i]);
    }
}

static void put_code(struct bnc_buf *out, struct bnc_span s)
{
    bnc_buf_putc(out, '`');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '|')
            bnc_buf_putc(out, '\\');
        bnc_buf_putc(out, s.at[i]);
    }
    bnc_buf_putc(out, '`');
}

static const char *lower_confidence(const struct bnc_table *t, size_t row)
{
    return is(t, row, "confidence", "VERIFIED") ? "verified" : "inferred";
}

static const char *const intro =
    "# Export formats\n\n"
    "Made from `src/tables/formats.csv`, `esp_columns.csv` and `esp_event_values.csv` by `make "
    "formats-doc`; edit those.\n\n"
    "A file is recognized by its header, whatever the order of the columns: each format has a "
    "*signature*, the least set of\n"
    "columns that only it has. Delimiter, quotes, preamble lines and repeated headers are found by "
    "content, the file's name\n"
    "only decides where two formats have the same header. `bounce-analyzer formats FILE` shows "
    "what was recognized and how each\n"
    "column is used; `--from FORMAT` (or a vendor's name) and `--map field=Column,...` override "
    "it. JSON is read by the same\n"
    "tables: a column name such as `mail.messageId` is a path there.\n\n"
    "Tables of one's own with a column per event (`sent_at`, `delivered_at`, `bounced_at`, or flags "
    "such as `Hard Bounced`) are read as\n"
    "well, where the first rows hold flags or times in them and no counts; a "
    "later row that holds anything else is told.\n\n"
    "Times: ISO 8601 and all near it, dates with names of months, Unix times, days of a "
    "spreadsheet (`46296.4166`). A time without a\n"
    "zone is taken in that of `--timezone`; a date without a clock is that day, whatever the "
    "zone.\n\n"
    "*verified*: the column names are documented or were seen in real files. *inferred*: they are "
    "taken from API names and\n"
    "labels; such a format is recognized only where its signature leaves no doubt, and by `--from` "
    "otherwise.\n\n"
    "## What each format can tell\n\n"
    "**Rates**: deliveries or sendings are in the file (*sibling*: in another file of the same "
    "export); without them there are\n"
    "counts and shares, and rates only with `--sent`. **Replies**: what the receiving server said "
    "(*reply*), the vendor's own\n"
    "sentences (*wording*), or nothing. **Codes**: in *columns* of their own, inside the *text*, "
    "or nowhere. **Times**: of the *event*,\n"
    "of *send*ing only, or none.\n\n";

static const char *const recipe =
    "## Adding a format\n\n"
    "1. A row in `formats.csv`: its signature (terms with `;` between, alternatives with `|`, "
    "`!name` must not be there, `name*` begins\n"
    "   so, `file:glob` asks the file's name, ` / ` separates two signatures; `#2=time`, `#5=B|T`, "
    "`#n=9` look at the cells of files\n"
    "   without header), the event of rows whose columns name none, a filter for rows that are no "
    "outgoing mail, the time zone and\n"
    "   the order of day and month where the vendor fixes them.\n"
    "2. Its columns in `esp_columns.csv`. Of several columns for one field the first non-empty one "
    "is taken, in the order listed;\n"
    "   *transform* says what is cut off a cell, *when* restricts a column to certain rows.\n"
    "3. Its event words in `esp_event_values.csv`. Rows about a column that is no event column say "
    "more about a failure: hard or\n"
    "   soft, or that the vendor never sent the message. `(file)` is a part of the file's name, "
    "`(column name)` a column that is\n"
    "   itself the event. *late* marks what is reported after a delivery.\n"
    "4. A fixture `tests/data/formats/FORMAT.csv` with its expected events (`BNC_ACCEPT=1 "
    ".../test_formats` writes them: read them).\n"
    "5. `make formats-doc`.\n";

static void put_summary(struct bnc_buf *out, const struct tables *t)
{
    static const char *const levels[] = { "rates", "texts", "codes", "times" };

    bnc_buf_puts(out, "| Vendor | Format | Header | Rates | Replies | Codes | Times "
                      "|\n|---|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < t->formats.n_rows; i++) {
        bnc_buf_puts(out, "| ");
        put(out, kit_cell(&t->formats, i, "vendor"));
        bnc_buf_puts(out, " | ");
        put_code(out, kit_cell(&t->formats, i, "format_id"));
        bnc_buf_printf(out, " | %s", lower_confidence(&t->formats, i));
        for (size_t k = 0; k < 4; k++) {
            bnc_buf_puts(out, " | ");
            put(out, kit_cell(&t->formats, i, levels[k]));
        }
        bnc_buf_puts(out, " |\n");
    }
    bnc_buf_putc(out, '\n');
}

static void put_fact(struct bnc_buf *out, const struct bnc_table *t, size_t row, const char *column,
                     const char *title)
{
    if (kit_cell(t, row, column).len == 0)
        return;
    bnc_buf_printf(out, "- %s: ", title);
    put_code(out, kit_cell(t, row, column));
    bnc_buf_putc(out, '\n');
}

static void put_columns(struct bnc_buf *out, const struct tables *t, size_t format)
{
    unsigned ignored = 0;
    const struct bnc_table *const c = &t->columns;

    bnc_buf_puts(out, "\n| Column | Field | Notes |\n|---|---|---|\n");
    for (size_t i = 0; i < c->n_rows; i++) {
        if (!bnc_span_eq(kit_cell(c, i, "format_id"), kit_cell(&t->formats, format, "format_id")))
            continue;
        if (is(c, i, "schema_field", "ignore")) {
            ignored++;
            continue;
        }
        bnc_buf_puts(out, "| ");
        put_code(out, kit_cell(c, i, "header_name"));
        bnc_buf_puts(out, " | ");
        put(out, kit_cell(c, i, "schema_field"));
        bnc_buf_puts(out, " | ");
        put(out, kit_cell(c, i, "notes"));
        if (kit_cell(c, i, "when").len > 0) {
            bnc_buf_puts(out, " (only where ");
            put_code(out, kit_cell(c, i, "when"));
            bnc_buf_puts(out, ")");
        }
        bnc_buf_puts(out, " |\n");
    }
    if (ignored > 0)
        bnc_buf_printf(out, "\n%u more known columns are not used.\n", ignored);
}

/* The values of a format grouped by what they mean, each group one line. */
static void put_values(struct bnc_buf *out, const struct tables *t, size_t format)
{
    const struct bnc_table *const v = &t->values;
    bool *done = calloc(v->n_rows, 1), first = true;

    for (size_t i = 0; i < v->n_rows; i++) {
        if (done[i] ||
            !bnc_span_eq(kit_cell(v, i, "format_id"), kit_cell(&t->formats, format, "format_id")))
            continue;
        bnc_buf_puts(out, first ? "\n" : "");
        first = false;
        bnc_buf_puts(out, "- ");
        put_code(out, kit_cell(v, i, "column"));
        bnc_buf_puts(out, " ");
        for (size_t k = i; k < v->n_rows; k++) {
            if (!bnc_span_eq(kit_cell(v, k, "format_id"), kit_cell(v, i, "format_id")) ||
                !bnc_span_eq(kit_cell(v, k, "column"), kit_cell(v, i, "column")) ||
                !bnc_span_eq(kit_cell(v, k, "event"), kit_cell(v, i, "event")) ||
                !bnc_span_eq(kit_cell(v, k, "hardness"), kit_cell(v, i, "hardness")) ||
                !bnc_span_eq(kit_cell(v, k, "late"), kit_cell(v, i, "late")))
                continue;
            bnc_buf_puts(out, k > i ? ", " : "");
            put_code(out, kit_cell(v, k, "value"));
            done[k] = true;
        }
        bnc_buf_puts(out, ": ");
        put(out, kit_cell(v, i, "event"));
        if (kit_cell(v, i, "hardness").len > 0)
            bnc_buf_printf(out, " (%.*s)", (int)kit_cell(v, i, "hardness").len,
                           kit_cell(v, i, "hardness").at);
        bnc_buf_puts(out, kit_cell(v, i, "late").len > 0 ? ", late\n" : "\n");
    }
    free(done);
}

static void put_format(struct bnc_buf *out, const struct tables *t, size_t i)
{
    const struct bnc_table *const f = &t->formats;

    if (i == 0 || !bnc_span_eq(kit_cell(f, i, "vendor"), kit_cell(f, i - 1, "vendor"))) {
        bnc_buf_puts(out, "## ");
        put(out, kit_cell(f, i, "vendor"));
        bnc_buf_puts(out, "\n\n");
    }
    bnc_buf_puts(out, "### ");
    put(out, kit_cell(f, i, "title"));
    bnc_buf_puts(out, "\n\n");
    put_fact(out, f, i, "format_id", "format");
    bnc_buf_printf(out, "- header: %s\n", lower_confidence(f, i));
    put_fact(out, f, i, "signature", "signature");
    put_fact(out, f, i, "files", "file names");
    put_fact(out, f, i, "event", "event where no column names one");
    put_fact(out, f, i, "filter", "rows taken");
    put_fact(out, f, i, "zone", "time zone of times without one");
    put_fact(out, f, i, "date_order", "order of day and month");
    put_fact(out, f, i, "pseudo_codes", "codes that are no SMTP replies");
    if (kit_cell(f, i, "notes").len > 0) {
        bnc_buf_puts(out, "\n");
        put(out, kit_cell(f, i, "notes"));
        bnc_buf_puts(out, ".\n");
    }
    put_columns(out, t, i);
    put_values(out, t, i);
    bnc_buf_puts(out, "\n");
}

static void doc__is_current(void **state)
{
    struct bnc_buf out = { 0 }, file;
    struct tables t;

    (void)state;
    t.formats = kit_table("src/tables/formats.csv");
    t.columns = kit_table("src/tables/esp_columns.csv");
    t.values = kit_table("src/tables/esp_event_values.csv");
    bnc_buf_puts(&out, intro);
    put_summary(&out, &t);
    bnc_buf_puts(&out, recipe);
    bnc_buf_putc(&out, '\n');
    for (size_t i = 0; i < t.formats.n_rows; i++)
        put_format(&out, &t, i);
    out.len--; /* one line end at the end */
    if (getenv("BNC_ACCEPT") != NULL) {
        FILE *f = fopen(DOC_PATH, "wb");

        assert_non_null(f);
        assert_int_equal(fwrite(out.at, 1, out.len, f), out.len);
        fclose(f);
    }
    file = kit_read(DOC_PATH);
    if (!bnc_span_eq(bnc_buf_span(&file), bnc_buf_span(&out)))
        fail_msg("%s is stale: make formats-doc", DOC_PATH);
    bnc_buf_release(&file);
    bnc_buf_release(&out);
    bnc_table_release(&t.formats);
    bnc_table_release(&t.columns);
    bnc_table_release(&t.values);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(doc__is_current) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
