/* SPDX-License-Identifier: MIT
 * test_report_schema.c - docs/report.schema.json is what the section table says, and JSON reports
 * are what the schema says.
 *
 * The schema is written out from bnc_sections[] and compared with the file; with BNC_ACCEPT=1 in
 * the environment the file is replaced. The validator below is a second reading of the file, by
 * jansson, for the keywords used.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "report_fixture.h"
#include "util/figure.h"

#define SCHEMA_PATH "docs/report.schema.json"

#include <jansson.h>
#include <regex.h>

/* ---- writing the schema ---- */

struct words {
    const char *key;
    const char *const *names;
    int n;
};

static void put_enum(struct bnc_buf *out, const struct words *w, bool may_be_null)
{
    bnc_buf_puts(out, "\"enum\": [");
    for (int i = 0; i < w->n; i++)
        bnc_buf_printf(out, "%s\"%s\"", i > 0 ? ", " : "", w->names[i]);
    bnc_buf_puts(out, may_be_null ? ", null]" : "]");
}

/* Words from a fixed set: the column names that have one. */
static bool put_words(struct bnc_buf *out, const struct bnc_section *s, const struct bnc_column *c)
{
    const struct words all[] = { { "severity", bnc_priority_names, BNC_N_PRIORITIES },
                                 { "side", bnc_side_names, BNC_N_SIDES },
                                 { "scope", bnc_scope_names, BNC_N_SCOPES },
                                 { "judgement", bnc_judgement_names, BNC_N_JUDGEMENTS },
                                 { "duration", bnc_duration_names, BNC_N_DURATIONS },
                                 { "action", bnc_action_names, BNC_N_ACTIONS },
                                 { "priority", bnc_priority_names, BNC_N_PRIORITIES },
                                 { "subject_type", bnc_subject_type_names, BNC_N_SUBJECT_TYPES } };

    if (c->type != BNC_VALUE_WORD)
        return false;
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (strcmp(c->key, all[i].key) == 0) {
            put_enum(out, &all[i],
                     strcmp(s->id, "domains") == 0 ||
                         (strcmp(s->id, "provider_causes") == 0 && strcmp(c->key, "scope") == 0));
            return true;
        }
    return false;
}

static void put_type(struct bnc_buf *out, const struct bnc_section *s, const struct bnc_column *c)
{
    static const char *const types[BNC_N_VALUE_TYPES] = {
        [BNC_VALUE_NAME] = "\"type\": [\"string\", \"null\"]",
        [BNC_VALUE_WORD] = "\"type\": [\"string\", \"null\"]",
        [BNC_VALUE_PROSE] = "\"type\": [\"string\", \"null\"]",
        [BNC_VALUE_COUNT] = "\"type\": \"integer\", \"minimum\": 0",
        [BNC_VALUE_INTEGER] = "\"type\": [\"integer\", \"null\"]",
        [BNC_VALUE_SHARE] = "\"type\": [\"number\", \"null\"], \"minimum\": 0, \"maximum\": 1",
        [BNC_VALUE_NUMBER] = "\"type\": [\"number\", \"null\"], \"minimum\": 0",
        [BNC_VALUE_CHANGE] = "\"type\": [\"number\", \"null\"], \"minimum\": -1, \"maximum\": 1",
        [BNC_VALUE_RATE] = "\"$ref\": \"#/$defs/rate\"",
        [BNC_VALUE_INTERVAL] = "\"$ref\": \"#/$defs/interval\"",
        [BNC_VALUE_TIME] = "\"$ref\": \"#/$defs/time\"",
        [BNC_VALUE_FLAG] = "\"type\": \"boolean\"",
        [BNC_VALUE_LIST] = "\"type\": \"array\", \"items\": { \"type\": \"string\" }",
        [BNC_VALUE_CAUSE_COUNTS] = "\"type\": \"object\", \"additionalProperties\": { \"type\": "
                                   "\"integer\", \"minimum\": 1 }",
        [BNC_VALUE_CAUSES] = "\"type\": \"array\", \"items\": { \"$ref\": \"#/$defs/cause\" }"
    };

    if (!put_words(out, s, c))
        bnc_buf_puts(out, types[c->type]);
}

static void put_string(struct bnc_buf *out, const char *s)
{
    bnc_buf_putc(out, '"');
    for (; *s != '\0'; s++) {
        if (*s == '"' || *s == '\\')
            bnc_buf_putc(out, '\\');
        bnc_buf_putc(out, *s);
    }
    bnc_buf_putc(out, '"');
}

static void put_section(struct bnc_buf *out, const struct bnc_section *s)
{
    bool first = true;

    bnc_buf_printf(out, ",\n    \"%s\": {\n      \"description\": ", s->id);
    put_string(out, s->about);
    bnc_buf_puts(out, ",\n      \"type\": \"array\",\n      \"items\": {\n        \"type\": "
                      "\"object\",\n        \"required\": [");
    for (size_t c = 0; c < (s->sparse ? 1 : s->n_cols); c++)
        bnc_buf_printf(out, "%s\"%s\"", c > 0 ? ", " : "", s->cols[c].key);
    bnc_buf_puts(out, "],\n        \"properties\": {");
    for (size_t c = 0; c < s->n_cols; c++) {
        if (s->cols[c].use & BNC_NOT_JSON)
            continue;
        bnc_buf_printf(out, "%s\n          \"%s\": { ", first ? "" : ",", s->cols[c].key);
        first = false;
        put_type(out, s, &s->cols[c]);
        bnc_buf_puts(out, ", \"description\": ");
        put_string(out, s->cols[c].about);
        if (s->cols[c].unit != NULL)
            bnc_buf_printf(out, ", \"$comment\": \"unit: %s\"", s->cols[c].unit);
        bnc_buf_puts(out, " }");
    }
    bnc_buf_puts(out, "\n        }\n      }\n    }");
}

static const char head[] =
    "{\n"
    "  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
    "  \"title\": \"bounce-analyzer report\",\n"
    "  \"description\": \"What 'bounce-analyzer report -o report.json' writes. Within a "
    "schema_version members are only added. Rows of 'domains' and 'templates' leave out "
    "members that are zero, false, empty or unset, and rates of fewer than 100, whose counters "
    "stand "
    "beside them. What CSV and SQLite have in 'domain_causes' is in the rows of 'domains', and "
    "what "
    "a template's rule rests on in 'rules'. Shares and rates are 0 to 1. "
    "With --to ndjson each line is one row with its section's name as 'section', after one line of "
    "section 'report' with the members that are no section.\",\n"
    "  \"type\": \"object\",\n";

static const char defs[] =
    "  \"$defs\": {\n"
    "    \"cause\": {\n      \"type\": \"object\", \"required\": [\"cause\", \"type\", "
    "\"recipients\", "
    "\"events\", \"first_seen\", \"last_seen\"],\n"
    "      \"properties\": {\n"
    "        \"cause\": { \"type\": \"string\" },\n"
    "        \"type\": { \"enum\": [\"bounce\", \"deferral\"] },\n"
    "        \"recipients\": { \"type\": \"integer\", \"minimum\": 0, \"description\": \"Distinct "
    "recipients.\" },\n"
    "        \"events\": { \"type\": \"integer\", \"minimum\": 1, \"description\": \"Failures.\" "
    "},\n"
    "        \"explicit_domain\": { \"type\": \"boolean\", \"description\": \"A reply said so of "
    "the "
    "whole domain; left out where none did.\" },\n"
    "        \"scope\": { \"enum\": [\"recipient_local\", \"domain_wide\", \"provider_wide\", "
    "\"sender_wide\"], \"description\": \"How far this cause reaches; left out where it is the "
    "domain's own scope.\" },\n"
    "        \"template\": { \"type\": \"string\", \"description\": \"The response that most of "
    "them "
    "got: id of a row of templates.\" },\n"
    "        \"first_seen\": { \"$ref\": \"#/$defs/time\" },\n"
    "        \"last_seen\": { \"$ref\": \"#/$defs/time\" }\n      }\n    },\n"
    "    \"time\": { \"type\": [\"string\", \"null\"], \"pattern\": "
    "\"^-?[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$\", \"description\": \"UTC, ISO "
    "8601; null: not known\" },\n"
    "    \"interval\": {\n      \"type\": [\"object\", \"null\"], \"required\": [\"low\", "
    "\"high\"],\n"
    "      \"properties\": { \"low\": { \"type\": \"number\", \"minimum\": 0, \"maximum\": 1 }, "
    "\"high\": { \"type\": \"number\", \"minimum\": 0, \"maximum\": 1 } },\n"
    "      \"description\": \"95 % Wilson interval; null where there is no denominator\"\n    },\n"
    "    \"rate\": {\n      \"type\": [\"object\", \"null\"],\n"
    "      \"required\": [\"numerator\", \"denominator\", \"value\", \"low\", \"high\", \"warn\", "
    "\"limit\", \"judgement\", \"why_na\"],\n"
    "      \"properties\": {\n"
    "        \"numerator\": { \"type\": \"integer\", \"minimum\": 0 },\n"
    "        \"denominator\": { \"type\": \"integer\", \"minimum\": 0, \"description\": \"0: no "
    "rate; why_na says why\" },\n"
    "        \"value\": { \"type\": [\"number\", \"null\"], \"minimum\": 0, \"maximum\": 1 },\n"
    "        \"low\": { \"type\": [\"number\", \"null\"], \"minimum\": 0, \"maximum\": 1, "
    "\"description\": \"95 % Wilson interval\" },\n"
    "        \"high\": { \"type\": [\"number\", \"null\"], \"minimum\": 0, \"maximum\": 1 },\n"
    "        \"warn\": { \"type\": [\"number\", \"null\"], \"minimum\": 0 },\n"
    "        \"limit\": { \"type\": [\"number\", \"null\"], \"minimum\": 0, \"description\": "
    "\"null: no limit applies\" },\n"
    "        \"judgement\": { ";

static void put_schema(struct bnc_buf *out)
{
    static const char *const top[] = { "schema_version",      "generator",
                                       "generated",           "complete",
                                       "has_deliveries",      "period",
                                       "rows_read",           "failures",
                                       "unclassified",        "recipients_failed",
                                       "recipients_bounced",  "recipients_deferred",
                                       "recipients_recurring" };
    const struct words judgement = { "judgement", bnc_judgement_names, BNC_N_JUDGEMENTS };

    bnc_buf_puts(out, head);
    bnc_buf_puts(out, "  \"required\": [");
    for (size_t i = 0; i < sizeof top / sizeof top[0]; i++)
        bnc_buf_printf(out, "\"%s\", ", top[i]);
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (!bnc_sections[k]->flat)
            bnc_buf_printf(out, "%s\"%s\"", k > 0 ? ", " : "", bnc_sections[k]->id);
    bnc_buf_printf(out,
                   "],\n  \"properties\": {\n    \"schema_version\": { \"const\": %d },\n    "
                   "\"generator\": { \"const\": \"bounce-analyzer\" },\n"
                   "    \"generated\": { \"$ref\": \"#/$defs/time\" },\n"
                   "    \"complete\": { \"type\": \"boolean\", \"description\": \"Every input was "
                   "read to its end\" },\n"
                   "    \"has_deliveries\": { \"type\": \"boolean\", \"description\": \"The input "
                   "has what rates need\" },\n"
                   "    \"period\": { \"type\": \"object\", \"required\": [\"first\", \"last\"], "
                   "\"properties\": { \"first\": { \"$ref\": \"#/$defs/time\" }, "
                   "\"last\": { \"$ref\": \"#/$defs/time\" } } }",
                   BNC_SCHEMA_VERSION);
    for (size_t i = 6; i < sizeof top / sizeof top[0]; i++)
        bnc_buf_printf(out, ",\n    \"%s\": { \"type\": \"integer\", \"minimum\": 0 }", top[i]);
    for (size_t k = 0; k < bnc_n_sections; k++)
        if (!bnc_sections[k]->flat)
            put_section(out, bnc_sections[k]);
    bnc_buf_puts(out, "\n  },\n");
    bnc_buf_puts(out, defs);
    put_enum(out, &judgement, false);
    bnc_buf_puts(
        out,
        " },\n        \"why_na\": { \"type\": [\"string\", \"null\"] }\n      }\n    }\n  }\n}\n");
}

/* ---- the validator ---- */

struct validation {
    const json_t *root;
    char path[256];
};

static void check(struct validation *v, const json_t *schema, const json_t *x);

static const char *type_name(const json_t *x)
{
    static const char *const names[] = { "object", "array",   "string",  "integer",
                                         "number", "boolean", "boolean", "null" };

    return names[json_typeof(x)];
}

static bool has_type(const json_t *x, const char *want)
{
    return strcmp(type_name(x), want) == 0 || (json_is_integer(x) && strcmp(want, "number") == 0);
}

static void check_type(const struct validation *v, const json_t *type, const json_t *x)
{
    bool ok = json_is_string(type) && has_type(x, json_string_value(type));

    for (size_t i = 0; i < json_array_size(type); i++)
        ok |= has_type(x, json_string_value(json_array_get(type, i)));
    if (!ok)
        fail_msg("%s is of type %s", v->path, type_name(x));
}

static void check_enum(const struct validation *v, const json_t *list, const json_t *x)
{
    bool ok = false;

    for (size_t i = 0; i < json_array_size(list); i++)
        ok |= json_equal(json_array_get(list, i), x);
    if (!ok)
        fail_msg("%s is none of its words", v->path);
}

static void check_pattern(const struct validation *v, const char *pattern, const json_t *x)
{
    regex_t re;

    if (!json_is_string(x))
        return;
    assert_int_equal(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&re, json_string_value(x), 0, NULL, 0) != 0)
        fail_msg("%s does not match: %s", v->path, json_string_value(x));
    regfree(&re);
}

static void check_range(const struct validation *v, const json_t *schema, const json_t *x)
{
    const json_t *low = json_object_get(schema, "minimum"),
                 *high = json_object_get(schema, "maximum");

    if (json_is_number(x) && ((low != NULL && json_number_value(x) < json_number_value(low)) ||
                              (high != NULL && json_number_value(x) > json_number_value(high))))
        fail_msg("%s is out of range", v->path);
}

/*
 * Stricter than the keyword: what no property describes is an error here, so that the schema can't
 * fall behind.
 */
static void check_members(struct validation *v, const json_t *schema, const json_t *x)
{
    const json_t *properties = json_object_get(schema, "properties"),
                 *additional = json_object_get(schema, "additionalProperties"),
                 *required = json_object_get(schema, "required");
    const size_t len = strlen(v->path);
    const char *key;
    json_t *member;

    for (size_t i = 0; i < json_array_size(required); i++)
        if (json_object_get(x, json_string_value(json_array_get(required, i))) == NULL)
            fail_msg("%s has no member %s", v->path,
                     json_string_value(json_array_get(required, i)));
    json_object_foreach((json_t *)x, key, member)
    {
        snprintf(v->path + len, sizeof v->path - len, ".%s", key);
        if (json_object_get(properties, key) == NULL && additional == NULL)
            fail_msg("%s is not in the schema", v->path);
        else if (json_object_get(properties, key) != NULL)
            check(v, json_object_get(properties, key), member);
        else
            check(v, additional, member);
    }
    v->path[len] = '\0';
}

static void check_items(struct validation *v, const json_t *items, const json_t *x)
{
    const size_t len = strlen(v->path);

    for (size_t i = 0; i < json_array_size(x); i++) {
        snprintf(v->path + len, sizeof v->path - len, "[%zu]", i);
        check(v, items, json_array_get(x, i));
    }
    v->path[len] = '\0';
}

static void check(struct validation *v, const json_t *schema, const json_t *x)
{
    static const char *const known[] = {
        "$schema",  "$defs",       "$comment", "$ref",
        "title",    "description", "type",     "enum",
        "const",    "pattern",     "minimum",  "maximum",
        "required", "properties",  "items",    "additionalProperties"
    };
    const json_t *ref = json_object_get(schema, "$ref");
    const char *key;
    json_t *word;

    json_object_foreach((json_t *)schema, key, word)
    {
        bool ok = false;

        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            ok |= strcmp(known[i], key) == 0;
        assert_true(ok); /* a keyword that this validator would pass over */
    }
    if (ref != NULL) {
        const char *const name = json_string_value(ref) + strlen("#/$defs/");
        const json_t *def = json_object_get(json_object_get(v->root, "$defs"), name);

        assert_non_null(def);
        check(v, def, x);
    }
    if (json_object_get(schema, "type") != NULL)
        check_type(v, json_object_get(schema, "type"), x);
    if (json_object_get(schema, "enum") != NULL)
        check_enum(v, json_object_get(schema, "enum"), x);
    if (json_object_get(schema, "const") != NULL &&
        !json_equal(json_object_get(schema, "const"), x))
        fail_msg("%s is not the constant", v->path);
    if (json_object_get(schema, "pattern") != NULL)
        check_pattern(v, json_string_value(json_object_get(schema, "pattern")), x);
    check_range(v, schema, x);
    if (json_is_object(x) && (json_object_get(schema, "properties") != NULL ||
                              json_object_get(schema, "additionalProperties") != NULL))
        check_members(v, schema, x);
    if (json_is_array(x) && json_object_get(schema, "items") != NULL)
        check_items(v, json_object_get(schema, "items"), x);
}

/* ---- the tests ---- */

static json_t *load_schema(void)
{
    json_error_t error;
    json_t *schema = json_load_file(SCHEMA_PATH, JSON_REJECT_DUPLICATES, &error);

    if (schema == NULL)
        fail_msg("%s, line %d: %s", SCHEMA_PATH, error.line, error.text);
    return schema;
}

static void schema__is_the_section_table(void **state)
{
    struct bnc_buf want = { .at = NULL };
    char *have;
    size_t n;
    FILE *f;

    (void)state;
    put_schema(&want);
    assert_false(want.failed);
    if (getenv("BNC_ACCEPT") != NULL)
        assert_int_equal(bnc_write_file(SCHEMA_PATH, bnc_buf_span(&want), false, NULL), BNC_OK);
    f = fopen(SCHEMA_PATH, "r");
    assert_non_null(f);
    have = calloc(1, want.len + 2);
    assert_non_null(have);
    n = fread(have, 1, want.len + 1, f);
    fclose(f);
    if (n != want.len || memcmp(have, want.at, n) != 0)
        fail_msg("%s is not what the section table says; BNC_ACCEPT=1 replaces it", SCHEMA_PATH);
    free(have);
    bnc_buf_release(&want);
}

static void expect_valid(const struct fixture *f)
{
    struct bnc_buf out = { .at = NULL };
    struct validation v = { .root = load_schema() };
    json_error_t error;
    json_t *report;

    assert_int_equal(bnc_report_render(&f->data, BNC_FORMAT_JSON, &out, NULL), BNC_OK);
    report = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (report == NULL)
        fail_msg("not JSON at byte %d: %s", error.position, error.text);
    check(&v, v.root, report);
    json_decref(report);
    json_decref((json_t *)v.root);
    bnc_buf_release(&out);
}

static void json__is_what_the_schema_says(void **state)
{
    struct fixture f;

    (void)state;
    fixture_init(&f);
    expect_valid(&f);
    f.data.complete = false;
    f.data.generated = BNC_NO_TIME;
    f.data.notes = &(struct bnc_report_note){ "rules", BNC_SPAN("mine.csv") };
    f.data.n_notes = 1;
    f.data.inputs = NULL;
    f.data.n_inputs = 0;
    f.judged.domain_scope = NULL;
    f.judged.provider = NULL;
    expect_valid(&f);
    fixture_release(&f);
}

static void json__keeps_every_character(void **state)
{
    static const char text[] = "a\0b\x1b\u202e\u2028\"\\</script>\U000e0041\U0001f600";
    struct fixture f;
    struct bnc_buf out = { .at = NULL };
    json_t *report, *name;

    (void)state;
    fixture_init(&f);
    f.tally.subject[BNC_KIND_CAMPAIGN][0].name = bnc_span_from(text, sizeof text - 1);
    assert_int_equal(bnc_report_render(&f.data, BNC_FORMAT_JSON, &out, NULL), BNC_OK);
    report = json_loadb(out.at, out.len, JSON_ALLOW_NUL, NULL);
    assert_non_null(report);
    name = json_object_get(json_array_get(json_object_get(report, "campaigns"), 0), "campaign");
    assert_int_equal(json_string_length(name), sizeof text - 1);
    assert_memory_equal(json_string_value(name), text, sizeof text - 1);
    json_decref(report);
    bnc_buf_release(&out);
    fixture_release(&f);
}

static json_int_t sum_members(const json_t *object)
{
    json_int_t sum = 0;
    const char *key;
    json_t *n;

    json_object_foreach((json_t *)object, key, n) sum += json_integer_value(n);
    return sum;
}

static json_t *render_json(const struct fixture *f)
{
    struct bnc_buf out = { .at = NULL };
    json_t *report;

    assert_int_equal(bnc_report_render(&f->data, BNC_FORMAT_JSON, &out, NULL), BNC_OK);
    report = json_loadb(out.at, out.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(report);
    bnc_buf_release(&out);
    return report;
}

static void domains__hold_all_failures_by_cause(void **state)
{
    struct fixture f;
    json_t *report, *row, *cause;
    json_int_t bounces = 0, details = 0;
    size_t i, k;

    (void)state;
    fixture_init(&f);
    f.tally.domain_causes[0].events = BNC_SPARSE_CAUSE - 1;
    f.tally.domains[0].n[BNC_EVENT_BOUNCE] = BNC_SPARSE_CAUSE - 1;
    report = render_json(&f);
    json_array_foreach(json_object_get(report, "domains"), i, row)
    {
        assert_int_equal(sum_members(json_object_get(row, "bounce_causes")),
                         json_integer_value(json_object_get(row, "bounces")));
        bounces += sum_members(json_object_get(row, "bounce_causes"));
        json_array_foreach(json_object_get(row, "causes"), k, cause) details +=
            json_integer_value(json_object_get(cause, "events"));
    }
    assert_true(bounces > BNC_SPARSE_CAUSE);
    for (i = 0; i < f.tally.n_domain_causes; i++) {
        const json_int_t n = (json_int_t)f.tally.domain_causes[i].events;

        bounces -= n;
        details -= n >= BNC_SPARSE_CAUSE ? n : 0;
    }
    assert_int_equal(bounces, 0);
    assert_int_equal(details, 0);
    assert_null(json_object_get(report, "domain_causes"));
    json_decref(report);
    fixture_release(&f);
}

static void rules__name_the_source_of_every_template(void **state)
{
    struct fixture f;
    json_t *report, *row, *sources = json_object();
    json_int_t events = 0;
    size_t i, n = 0;

    (void)state;
    fixture_init(&f);
    report = render_json(&f);
    json_array_foreach(json_object_get(report, "rules"), i, row)
    {
        assert_int_equal(json_object_set(sources, json_string_value(json_object_get(row, "rule")),
                                         json_object_get(row, "source")),
                         0);
        events += json_integer_value(json_object_get(row, "events"));
    }
    json_array_foreach(json_object_get(report, "templates"), i, row)
    {
        const json_t *const rule = json_object_get(row, "rule");

        assert_null(json_object_get(row, "rule_source"));
        if (rule == NULL)
            continue;
        assert_non_null(json_object_get(sources, json_string_value(rule)));
        events -= json_integer_value(json_object_get(row, "events"));
        n++;
    }
    assert_true(n > json_object_size(sources));
    assert_int_equal(events, 0);
    json_decref(sources);
    json_decref(report);
    fixture_release(&f);
}

static void ndjson__has_a_row_a_line(void **state)
{
    struct fixture f;
    struct bnc_buf out = { .at = NULL };
    size_t lines = 0, rows = 1;

    (void)state;
    fixture_init(&f);
    assert_int_equal(bnc_report_render(&f.data, BNC_FORMAT_NDJSON, &out, NULL), BNC_OK);
    for (char *line = strtok(out.at, "\n"); line != NULL; line = strtok(NULL, "\n"), lines++) {
        json_t *row = json_loads(line, JSON_REJECT_DUPLICATES, NULL);

        assert_true(json_is_string(json_object_get(row, "section")));
        json_decref(row);
    }
    struct bnc_model m;
    assert_int_equal(bnc_model_init(&m, &f.data, NULL), BNC_OK);
    for (size_t k = 0; k < bnc_n_sections; k++)
        rows += bnc_sections[k]->flat ? 0 : bnc_sections[k]->count(&m);
    assert_int_equal(lines, rows);
    bnc_model_release(&m);
    bnc_buf_release(&out);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(schema__is_the_section_table),
        cmocka_unit_test(json__is_what_the_schema_says),
        cmocka_unit_test(json__keeps_every_character),
        cmocka_unit_test(domains__hold_all_failures_by_cause),
        cmocka_unit_test(rules__name_the_source_of_every_template),
        cmocka_unit_test(ndjson__has_a_row_a_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
