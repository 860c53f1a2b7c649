/* SPDX-License-Identifier: MIT */
#include "schema/schema_options.h"

#include <stdio.h>

#include "schema/times.h"

/* True where text after a comma is the next "field=": a comma may be part of a column's name. */
static bool begins_entry(struct bnc_span s)
{
    const char *eq = memchr(s.at, '=', s.len);

    return eq != NULL &&
           bnc_field_find(bnc_span_trim(bnc_span_from(s.at, (size_t)(eq - s.at)))) != BNC_N_FIELDS;
}

static enum bnc_status unknown_field(struct bnc_error *err, struct bnc_span word)
{
    char known[400];
    size_t n = 0;

    for (int i = 1; i < BNC_N_FIELDS && n < sizeof known - 32; i++)
        n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i > 1 ? ", " : "",
                              bnc_field_names[i]);
    return bnc_error_set(err, BNC_EUSAGE, "--map: no field is called '%.*s'; there are %s",
                         (int)word.len, word.at, known);
}

static enum bnc_status read_map(const char *text, struct bnc_map *map, struct bnc_error *err)
{
    struct bnc_span s = bnc_span_str(text == NULL ? "" : text);

    while (s.len > 0) {
        struct bnc_map_entry *const m = &map->entry[map->n];
        const struct bnc_span word = bnc_span_trim(bnc_span_part(&s, '='));
        const char *const from = s.at;

        m->field = bnc_field_find(word);
        if (m->field == BNC_N_FIELDS)
            return unknown_field(err, word);
        do {
            const struct bnc_span piece = bnc_span_part(&s, ',');

            m->column = bnc_span_trim(bnc_span_from(from, (size_t)(piece.at + piece.len - from)));
        } while (s.len > 0 && !begins_entry(s));
        if (m->column.len == 0)
            return bnc_error_set(err, BNC_EUSAGE, "--map %s: no column is named, write %s=Column",
                                 bnc_field_names[m->field], bnc_field_names[m->field]);
        if (++map->n == sizeof map->entry / sizeof map->entry[0])
            return bnc_error_set(err, BNC_EUSAGE, "--map names too many columns");
    }
    return BNC_OK;
}

static bool from_is_known(const char *from)
{
    for (size_t i = 0; i < bnc_n_formats; i++)
        if (bnc_format_is_meant(&bnc_format_rows[i], bnc_span_str(from)))
            return true;
    return false;
}

enum bnc_status bnc_schema_options_read(const struct bnc_schema_options *o, struct bnc_map *map,
                                        struct bnc_error *err)
{
    map->n = 0;
    if (o->from != NULL && !from_is_known(o->from))
        return bnc_error_set(err, BNC_EUSAGE,
                             "--from: no format is called '%s'; did you mean '%s'? "
                             "'bounce-analyzer formats' lists them",
                             o->from, bnc_format_nearest(bnc_span_str(o->from)));
    if (o->date_order != NULL && strcmp(o->date_order, "dmy") != 0 &&
        strcmp(o->date_order, "mdy") != 0)
        return bnc_error_set(err, BNC_EUSAGE, "--date-order: '%s' is neither dmy nor mdy",
                             o->date_order);
    return read_map(o->map, map, err);
}

enum bnc_status bnc_zone_read(const char *name, int *zone, const struct bnc_zone_rules **rules,
                              struct bnc_arena *arena, struct bnc_error *err)
{
    *rules = NULL;
    return bnc_zone_parse(bnc_span_str(name), zone) ? BNC_OK
                                                    : bnc_zone_load(name, arena, rules, err);
}

enum bnc_status bnc_schema_options_check(const struct bnc_schema_options *opt,
                                         struct bnc_error *err)
{
    struct bnc_arena arena = { 0 };
    const struct bnc_zone_rules *rules;
    struct bnc_map map;
    enum bnc_status status = bnc_schema_options_read(opt, &map, err);
    int zone;

    if (status == BNC_OK && opt->timezone != NULL)
        status = bnc_zone_read(opt->timezone, &zone, &rules, &arena, err);
    bnc_arena_release(&arena);
    return status;
}
