/* SPDX-License-Identifier: MIT
 * gen_formats.c - formats.csv, esp_columns.csv, esp_event_values.csv -> gen/formats.h: three
 * arrays, the columns and values of one format side by side in the order of the files (the
 * first non-empty column of a field wins), and one of the names of all columns, sorted.
 * usage: gen_formats formats.csv esp_columns.csv esp_event_values.csv > formats.h
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "tables/gen_print.h"
#include "util/table.h"

static const char *const fields[] = { "ignore",
                                      "event_time",
                                      "event_type",
                                      "recipient",
                                      "recipient_domain",
                                      "diagnostic",
                                      "reply_code",
                                      "enhanced_code",
                                      "campaign",
                                      "tag",
                                      "sender",
                                      "sender_domain",
                                      "sending_ip",
                                      "ip_pool",
                                      "remote_ip",
                                      "remote_mx",
                                      "message_id",
                                      "subject",
                                      "esp_category",
                                      "esp_subcategory",
                                      "count",
                                      NULL };
static const char *const transforms[] = {
    "",     "host", "host_port",  "before_slash", "before_colon",
    "rest", "join", "json_email", "json_details", "day_first", NULL
};
static const char *const transform_names[] = { "NONE",         "HOST",         "HOST_PORT",
                                               "BEFORE_SLASH", "BEFORE_COLON", "REST",
                                               "JOIN",         "JSON_EMAIL",   "JSON_DETAILS",
                                               "DAY_FIRST" };
static const char *const events[] = { "delivered", "bounce",      "deferral", "suppressed",
                                      "complaint", "sent",        "other",    "open",
                                      "click",     "unsubscribe", NULL };
static const char *const hardnesses[] = { "", "hard", "soft", "unknown", NULL };
static const char *const lists[] = { "", "semicolon", "comma", "packed", NULL };
static const char *const addresses[] = { "yes", "partial", "none", "invalid", NULL };
static const char *const levels[] = { "no",   "yes",     "sibling", "none", "wording", "reply",
                                      "text", "columns", "event",   "send", NULL };

static void die(const struct bnc_table *t, size_t row, const char *what, struct bnc_span cell)
{
    fprintf(stderr, "gen_formats: line %u: %s '%.*s'\n", (unsigned)t->line[row], what,
            (int)cell.len, cell.at);
    exit(1);
}

static struct bnc_span cell(const struct bnc_table *t, size_t row, const char *column)
{
    const int col = bnc_table_col(t, column);

    if (col < 0) {
        fprintf(stderr, "gen_formats: no column '%s'\n", column);
        exit(1);
    }
    return bnc_table_cell(t, row, col);
}

/* The index of a word in a closed list; the build stops where it is none of it. */
static int word(const struct bnc_table *t, size_t row, const char *column, const char *const *list)
{
    const struct bnc_span s = cell(t, row, column);

    for (int i = 0; list[i] != NULL; i++)
        if (bnc_span_eq(bnc_span_str(list[i]), s))
            return i;
    die(t, row, column, s);
    return -1;
}

static void text(const struct bnc_table *t, size_t row, const char *column)
{
    string(cell(t, row, column));
    printf(", ");
}

static void upper(const char *s)
{
    for (; *s != '\0'; s++)
        putchar(toupper((unsigned char)*s));
}

/* Prints an enumerator: 'prefix' and the upper-cased word. */
static void constant(const char *prefix, const char *name)
{
    printf("%s", prefix);
    upper(name);
    printf(", ");
}

/* "-06:00" in seconds; empty is BNC_ZONE_UNSTATED. */
static void zone(const struct bnc_table *t, size_t row)
{
    const struct bnc_span s = cell(t, row, "zone");

    if (s.len == 0)
        printf("BNC_ZONE_UNSTATED, ");
    else if (s.len == 6 && (s.at[0] == '+' || s.at[0] == '-') && s.at[3] == ':')
        printf("%c%d, ", s.at[0], atoi(s.at + 1) * 3600 + atoi(s.at + 4) * 60);
    else
        die(t, row, "zone", s);
}

static bool same_format(const struct bnc_table *a, size_t i, const struct bnc_table *b, size_t j)
{
    return bnc_span_eq(cell(a, i, "format_id"), cell(b, j, "format_id"));
}

static size_t count(const struct bnc_table *formats, size_t row, const struct bnc_table *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n_rows; i++)
        n += same_format(formats, row, t, i);
    return n;
}

static const char *event_word(const struct bnc_table *t, size_t row)
{
    const int i = word(t, row, "event", events);

    return i < 6 ? events[i] : "other"; /* opens, clicks and unsubscribes are 'other' to us */
}

static void format_row(const struct bnc_table *f, size_t row, size_t column_at, size_t n_columns,
                       size_t value_at, size_t n_values)
{
    const struct bnc_span event = cell(f, row, "event");

    printf("{ ");
    text(f, row, "format_id");
    text(f, row, "vendor");
    text(f, row, "title");
    text(f, row, "signature");
    text(f, row, "files");
    text(f, row, "filter");
    text(f, row, "empty");
    text(f, row, "pseudo_codes");
    text(f, row, "notes");
    if (event.len == 0)
        printf("BNC_FORMAT_BY_ROW, ");
    else if (bnc_span_eq(event, BNC_SPAN("totals")))
        printf("BNC_FORMAT_TOTALS, ");
    else
        constant("BNC_EVENT_", event_word(f, row));
    printf("BNC_HARDNESS_%s", word(f, row, "hardness", hardnesses) == 0 ? "NONE, " : "");
    if (word(f, row, "hardness", hardnesses) != 0)
        constant("", hardnesses[word(f, row, "hardness", hardnesses)]);
    constant("BNC_SEVERAL_",
             word(f, row, "list", lists) == 0 ? "none" : lists[word(f, row, "list", lists)]);
    constant("BNC_ADDRESSES_", addresses[word(f, row, "addresses", addresses)]);
    zone(f, row);
    printf("'%s', ", cell(f, row, "date_order").len > 0
                         ? (char[]){ cell(f, row, "date_order").at[0], 0 }
                         : "\\0");
    constant("BNC_LEVEL_", levels[word(f, row, "rates", levels)]);
    constant("BNC_LEVEL_", levels[word(f, row, "texts", levels)]);
    constant("BNC_LEVEL_", levels[word(f, row, "codes", levels)]);
    constant("BNC_LEVEL_", levels[word(f, row, "times", levels)]);
    printf("%d, %zu, %zu, %zu, %zu },\n",
           bnc_span_eq(cell(f, row, "confidence"), BNC_SPAN("VERIFIED")), column_at, n_columns,
           value_at, n_values);
}

static void column_row(const struct bnc_table *t, size_t row)
{
    printf("{ ");
    text(t, row, "header_name");
    text(t, row, "when");
    constant("BNC_FIELD_", fields[word(t, row, "schema_field", fields)]);
    printf("BNC_TRANSFORM_%s, %d },\n", transform_names[word(t, row, "transform", transforms)],
           bnc_span_eq(cell(t, row, "confidence"), BNC_SPAN("VERIFIED")));
}

static void value_row(const struct bnc_table *t, size_t row)
{
    const int hardness = word(t, row, "hardness", hardnesses);

    printf("{ ");
    text(t, row, "column");
    text(t, row, "value");
    constant("BNC_EVENT_", event_word(t, row));
    constant("BNC_HARDNESS_", hardness == 0 ? "none" : hardnesses[hardness]);
    printf("%d },\n", cell(t, row, "late").len > 0);
}

/* Rows of 't' grouped by the order of formats. */
static void grouped(const struct bnc_table *formats, const struct bnc_table *t,
                    void (*print)(const struct bnc_table *, size_t))
{
    for (size_t f = 0; f < formats->n_rows; f++)
        for (size_t i = 0; i < t->n_rows; i++)
            if (same_format(formats, f, t, i))
                print(t, i);
}

struct name {
    struct bnc_span text;
    bool addressed; /* addresses or message ids are in it */
};

static int by_name(const void *a, const void *b)
{
    return bnc_span_cmp(((const struct name *)a)->text, ((const struct name *)b)->text);
}

/* The name of a column in lower case; the program is over before it would be freed. */
static struct name name_of(const struct bnc_table *t, size_t row)
{
    const struct bnc_span s = cell(t, row, "header_name");
    const char *const field = fields[word(t, row, "schema_field", fields)];
    char *const lower = malloc(s.len + 1);

    for (size_t i = 0; i < s.len && lower != NULL; i++)
        lower[i] = bnc_lower(s.at[i]);
    return (struct name){ bnc_span_from(lower, lower == NULL ? 0 : s.len),
                          strcmp(field, "recipient") == 0 || strcmp(field, "sender") == 0 ||
                              strcmp(field, "message_id") == 0 };
}

/* The names of all columns, sorted, each once. */
static void known_names(const struct bnc_table *t)
{
    struct name *const name = calloc(t->n_rows, sizeof *name);

    if (name == NULL)
        exit(1);
    for (size_t i = 0; i < t->n_rows; i++)
        name[i] = name_of(t, i);
    qsort(name, t->n_rows, sizeof *name, by_name);
    for (size_t i = 0; i < t->n_rows; i++)
        if (i + 1 < t->n_rows && by_name(&name[i], &name[i + 1]) == 0) {
            name[i + 1].addressed |= name[i].addressed;
        } else {
            printf("{ ");
            string(name[i].text);
            printf(", %d },\n", name[i].addressed);
        }
    free(name);
}

static void check_known(const struct bnc_table *formats, const struct bnc_table *t)
{
    for (size_t i = 0; i < t->n_rows; i++) {
        size_t f = 0;

        while (f < formats->n_rows && !same_format(formats, f, t, i))
            f++;
        if (f == formats->n_rows)
            die(t, i, "unknown format", cell(t, i, "format_id"));
    }
}

int main(int argc, char **argv)
{
    struct bnc_error err;
    struct bnc_table f, c, v;
    size_t column_at = 0, value_at = 0;

    if (argc != 4 || bnc_table_read(&f, argv[1], &err) != BNC_OK ||
        bnc_table_read(&c, argv[2], &err) != BNC_OK ||
        bnc_table_read(&v, argv[3], &err) != BNC_OK) {
        fprintf(stderr, "gen_formats: %s\n",
                argc == 4 ? err.text : "usage: gen_formats FORMATS COLUMNS VALUES");
        return 1;
    }
    check_known(&f, &c);
    check_known(&f, &v);
    printf("/* made by gen_formats from formats.csv (%zu rows), esp_columns.csv (%zu) and "
           "esp_event_values.csv (%zu); "
           "do not edit */\n",
           f.n_rows, c.n_rows, v.n_rows);
    printf("#define BNC_N_FORMATS %zu\n#ifdef BNC_FORMAT_ROWS\n", f.n_rows);
    for (size_t i = 0; i < f.n_rows; i++) {
        const size_t n_columns = count(&f, i, &c), n_values = count(&f, i, &v);

        format_row(&f, i, column_at, n_columns, value_at, n_values);
        column_at += n_columns;
        value_at += n_values;
    }
    printf("#endif\n#ifdef BNC_COLUMN_ROWS\n");
    grouped(&f, &c, column_row);
    printf("#endif\n#ifdef BNC_VALUE_ROWS\n");
    grouped(&f, &v, value_row);
    printf("#endif\n#ifdef BNC_KNOWN_NAMES\n");
    known_names(&c);
    printf("#endif\n");
    bnc_table_release(&f);
    bnc_table_release(&c);
    bnc_table_release(&v);
    return 0;
}
