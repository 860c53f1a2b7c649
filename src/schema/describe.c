/* SPDX-License-Identifier: MIT
 * describe.c - the `formats` command: the formats known, and what one file was recognized as.
 */
#include <stdio.h>

#include "schema/head.h"
#include "schema/mapper.h"
#include "schema/zones.h"
#include "util/utf8.h"

#define SAMPLES 3

/* ---- text of strangers ---- */

static bool in_local_part(char c)
{
    return (unsigned char)c > ' ' && memchr("<>()[],;:\"'=@", c, 13) == NULL && c != 127;
}

/* The bytes of 's' that begin a local part ("ann" of ann@...), 0 if it begins none. */
static size_t local_part(struct bnc_span s)
{
    size_t n = 0;

    while (n < s.len && in_local_part(s.at[n]))
        n++;
    return n > 0 && n < s.len && s.at[n] == '@' ? n : 0;
}

/* Appends text made harmless, with local parts as '*'; at most 'max' characters. */
static void put_text(struct bnc_buf *out, struct bnc_span s, size_t max, bool json)
{
    bool word_start = true;

    while (s.len > 0 && max-- > 0) {
        const size_t local = word_start ? local_part(s) : 0;
        uint32_t cp;

        word_start = !in_local_part(s.at[0]);
        if (local > 0) {
            bnc_buf_putc(out, '*');
            s = bnc_span_from(s.at + local, s.len - local);
            continue;
        }
        cp = bnc_utf8_next(&s);
        if (bnc_is_hidden(cp)) {
            bnc_buf_putc(out, cp == '\n' || cp == '\t' ? ' ' : '?');
            continue;
        }
        if (json && (cp == '"' || cp == '\\'))
            bnc_buf_putc(out, '\\');
        bnc_utf8_put(out, cp);
    }
    if (s.len > 0)
        bnc_buf_puts(out, "...");
}

static void put_json(struct bnc_buf *out, const char *key, struct bnc_span value, bool first)
{
    bnc_buf_printf(out, "%s\"%s\": \"", first ? "" : ", ", key);
    put_text(out, value, 500, true);
    bnc_buf_putc(out, '"');
}

/* ---- formats known ---- */

static const char *const level_names[] = { "no",    "yes",  "sibling", "none",  "wording",
                                           "reply", "text", "columns", "event", "send" };

/* What a file of this format can't say, as a list of words. */
static void put_lacks(struct bnc_buf *out, const struct bnc_format_row *f, bool json)
{
    const char *const lacks[] = {
        f->rates == BNC_LEVEL_NO        ? "rates"
        : f->rates == BNC_LEVEL_SIBLING ? "rates without its sibling files"
                                        : NULL,
        f->texts == BNC_LEVEL_NONE      ? "replies"
        : f->texts == BNC_LEVEL_WORDING ? "the servers' own replies"
                                        : NULL,
        f->codes == BNC_LEVEL_NONE ? "codes" : NULL,
        f->times == BNC_LEVEL_NONE   ? "times"
        : f->times == BNC_LEVEL_SEND ? "times of the events (sending times only)"
                                     : NULL,
        f->addresses == BNC_ADDRESSES_NONE ? "addresses" : NULL,
    };
    bool first = true;

    for (size_t i = 0; i < sizeof lacks / sizeof lacks[0]; i++) {
        if (lacks[i] == NULL)
            continue;
        bnc_buf_printf(out, json ? "%s\"%s\"" : "%s%s", first ? "" : ", ", lacks[i]);
        first = false;
    }
    if (first && !json)
        bnc_buf_puts(out, "-");
}

static void put_format_json(struct bnc_buf *out, const struct bnc_format_row *f, bool first)
{
    bnc_buf_puts(out, first ? "\n  {" : ",\n  {");
    put_json(out, "id", bnc_span_str(f->id), true);
    put_json(out, "vendor", bnc_span_str(f->vendor), false);
    put_json(out, "title", bnc_span_str(f->title), false);
    put_json(out, "confidence", bnc_span_str(f->verified ? "verified" : "inferred"), false);
    put_json(out, "signature", bnc_span_str(f->signature), false);
    put_json(out, "rates", bnc_span_str(level_names[f->rates]), false);
    put_json(out, "diagnostics", bnc_span_str(level_names[f->texts]), false);
    put_json(out, "codes", bnc_span_str(level_names[f->codes]), false);
    put_json(out, "times", bnc_span_str(level_names[f->times]), false);
    bnc_buf_printf(out, ", \"columns\": %u, \"lacks\": [", f->n_columns);
    put_lacks(out, f, true);
    bnc_buf_puts(out, "]");
    put_json(out, "notes", bnc_span_str(f->notes), false);
    bnc_buf_putc(out, '}');
}

void bnc_formats_known(struct bnc_buf *out, bool json)
{
    const char *vendor = "";

    if (json)
        bnc_buf_puts(out, "{\"formats\": [");
    else
        bnc_buf_printf(out, "%-30s %-9s %s\n", "FORMAT (--from)", "HEADER", "CANNOT TELL");
    for (size_t i = 0; i < bnc_n_formats; i++) {
        const struct bnc_format_row *const f = &bnc_format_rows[i];

        if (json) {
            put_format_json(out, f, i == 0);
            continue;
        }
        if (strcmp(vendor, f->vendor) != 0)
            bnc_buf_printf(out, "%s\n", f->vendor);
        vendor = f->vendor;
        bnc_buf_printf(out, "  %-28s %-9s ", f->id, f->verified ? "verified" : "inferred");
        put_lacks(out, f, false);
        bnc_buf_putc(out, '\n');
    }
    bnc_buf_puts(out, json ? "\n]}\n"
                           : "HEADER verified: column names are documented or were seen in real "
                             "files; inferred: taken from "
                             "API names and labels.\nAny other CSV: --map "
                             "recipient=Column,diagnostic=Column,...\n");
}

/* ---- one file ---- */

struct about {
    const struct bnc_mapping *map;
    const struct bnc_schema_plan *plan;
    const char *name, *encoding;
    struct bnc_span head;
    bool whole;
    struct bnc_buf *out;
    bool *bad_times; /* set where a sample's time can't be read */
};

/* The event that a column is, the field that it fills, or what else it is for; "": not read. */
static const char *use_of(const struct bnc_schema_plan *p, uint32_t column)
{
    for (uint32_t i = 0; i < p->n_wide; i++)
        if (p->cells[p->wide[i].slot] == column)
            return bnc_event_names[p->wide[i].row->event];
    for (int f = 1; f < BNC_N_FIELDS; f++)
        for (uint32_t i = 0; i < p->field[f].n; i++)
            if (p->cells[p->field[f].pick[i].slot] == column)
                return bnc_field_names[f];
    for (uint32_t i = 0; i < p->n_refine; i++)
        if (p->cells[p->refine[i].slot] == column)
            return "hardness";
    for (uint32_t i = 0; i < p->n_filter; i++)
        if (p->cells[p->filter[i].slot] == column)
            return "filter";
    return "";
}

static const char *delim_name(char delim)
{
    return delim == ','    ? "comma"
           : delim == ';'  ? "semicolon"
           : delim == '\t' ? "tab"
           : delim == '|'  ? "pipe"
           : delim == '@'  ? "at sign"
                           : NULL;
}

static void put_dialect(const struct about *a, bool json)
{
    const struct bnc_dialect *const d = &a->map->dialect;
    const char delim[2] = { d->delim, '\0' }, quote[2] = { d->quote, '\0' };
    const char *const shown = delim_name(d->delim) != NULL ? delim_name(d->delim) : delim;

    if (json) {
        bnc_buf_printf(a->out, ",\n \"dialect\": {\"json_lines\": %s",
                       d->json_lines ? "true" : "false");
        put_json(a->out, "delimiter", bnc_span_str(d->json_lines ? "" : shown), false);
        put_json(a->out, "quote", bnc_span_str(quote), false);
        put_json(a->out, "escape", bnc_span_str(d->escape ? "backslash" : "doubled"), false);
        bnc_buf_printf(a->out, ", \"header\": %s, \"preamble_rows\": %u}",
                       a->plan->header_raw.len > 0 ? "true" : "false", a->map->preamble_rows);
    } else if (d->json_lines) {
        bnc_buf_puts(a->out, "dialect   JSON, each object is a row\n");
    } else {
        bnc_buf_printf(a->out, "dialect   %s, %s%s%s, ", shown, d->quote ? "quotes " : "no quotes",
                       quote, d->escape ? " with backslashes" : "");
        if (a->plan->header_raw.len > 0)
            bnc_buf_printf(a->out, "header in row %u\n", a->map->preamble_rows);
        else
            bnc_buf_puts(a->out, "no header\n");
    }
}

static void put_columns(const struct about *a, bool json)
{
    const struct bnc_schema_plan *const p = a->plan;
    const bool headerless = !p->json && p->header_raw.len == 0;
    const uint32_t last = p->n_cells == 0 ? 0 : p->cells[p->n_cells - 1] + 1u;

    bnc_buf_puts(a->out, json ? ",\n \"columns\": [" : "\ncolumns\n");
    for (uint32_t i = 0; i < (p->n_names > last ? p->n_names : last); i++) {
        char position[16];
        const char *const use = use_of(p, i);

        snprintf(position, sizeof position, "#%u", i + 1);
        const struct bnc_span name = headerless ? bnc_span_str(position) : p->name[i];

        if (json) {
            bnc_buf_puts(a->out, i == 0 ? "\n  {" : ",\n  {");
            put_json(a->out, "name", name, true);
            put_json(a->out, "field", bnc_span_str(use), false);
            bnc_buf_putc(a->out, '}');
        } else {
            bnc_buf_printf(a->out, "  %-18s ", use[0] == '\0' ? "(not used)" : use);
            put_text(a->out, name, 60, false);
            bnc_buf_putc(a->out, '\n');
        }
    }
    if (json) {
        bnc_buf_puts(a->out, "]");
    } else if (a->map->guess != NULL) {
        bnc_buf_puts(a->out, "  by its rows alone: ");
        put_text(a->out, bnc_span_str(a->map->guess), 200, false);
        bnc_buf_putc(a->out, '\n');
    }
}

static void put_event(const struct about *a, const struct bnc_event *ev, bool json, bool first)
{
    static const char *const hard[] = { "", "hard", "soft", "unknown" };
    const struct {
        const char *name;
        struct bnc_span text;
    } part[] = {
        { "recipient", ev->recipient },   { "domain", ev->domain },
        { "diagnostic", ev->diagnostic }, { "campaign", ev->campaign },
        { "sender", ev->sender },         { "sender_domain", ev->sender_domain },
        { "sending_ip", ev->sending_ip }, { "mx", ev->mx },
        { "message_id", ev->message_id }, { "label", ev->label },
    };
    struct bnc_buf *const out = a->out;
    char time[BNC_TIME_ROOM];

    *bnc_time_spell(time, ev->time) = '\0';
    if (json) {
        bnc_buf_puts(out, first ? "{" : ", {");
        put_json(out, "event", bnc_span_str(bnc_event_names[ev->type]), true);
        put_json(out, "hardness", bnc_span_str(hard[ev->hardness]), false);
        put_json(out, "time", bnc_span_str(time), false);
        bnc_buf_printf(out, ", \"late\": %s, \"reply_code\": %u, \"enhanced_code\": \"",
                       ev->late ? "true" : "false", ev->reply);
        if (ev->enhanced != 0)
            bnc_enhanced_put(out, ev->enhanced);
        bnc_buf_putc(out, '"');
    } else {
        bnc_buf_printf(out, "%s%s%s%s", bnc_event_names[ev->type], ev->hardness ? " " : "",
                       hard[ev->hardness], ev->late ? ", late" : "");
        bnc_buf_printf(out, "\n      %-13s %s\n", "time",
                       time[0] != '\0'                     ? time
                       : ev->flags & BNC_EVENT_BAD_TIME ? "(can't be read)" : "(none)");
        if (ev->reply != 0)
            bnc_buf_printf(out, "      %-13s %u\n", "reply_code", ev->reply);
        if (ev->enhanced != 0) {
            bnc_buf_printf(out, "      %-13s ", "enhanced_code");
            bnc_enhanced_put(out, ev->enhanced);
            bnc_buf_putc(out, '\n');
        }
    }
    for (size_t i = 0; i < sizeof part / sizeof part[0]; i++) {
        if (json) {
            put_json(out, part[i].name, part[i].text, false);
        } else if (part[i].text.len > 0) {
            bnc_buf_printf(out, "      %-13s ", part[i].name);
            put_text(out, part[i].text, 90, false);
            bnc_buf_putc(out, '\n');
        }
    }
    if (json)
        bnc_buf_putc(out, '}');
}

static void put_sample(const struct about *a, struct bnc_mapper *m, const struct bnc_row *row,
                       bool json, bool first)
{
    enum bnc_row_fault fault;
    struct bnc_event room;
    size_t n;
    const struct bnc_event *const ev = bnc_mapper_events(m, a->map, row, &room, &n, &fault);

    if (json)
        bnc_buf_printf(a->out, "%s{\"row\": %llu, \"fault\": \"%s\", \"events\": [",
                       first ? "\n  " : ",\n  ", (unsigned long long)row->number,
                       fault == BNC_FAULT_NONE ? "" : bnc_fault_names[fault]);
    else
        bnc_buf_printf(a->out, "  row %llu: %s%s", (unsigned long long)row->number,
                       n > 0                     ? ""
                       : fault == BNC_FAULT_NONE ? "no event of outgoing mail, counted as other"
                                                 : "not understood: ",
                       fault == BNC_FAULT_NONE ? "" : bnc_fault_names[fault]);
    for (size_t i = 0; i < n; i++) {
        if (!json && i > 0)
            bnc_buf_puts(a->out, "    and ");
        put_event(a, &ev[i], json, i == 0);
        *a->bad_times |= (ev[i].flags & BNC_EVENT_BAD_TIME) != 0;
    }
    bnc_buf_puts(a->out, json ? "]}" : n > 0 ? "" : "\n");
}

/* The first rows of data, each through the mapper; false when out of memory. */
static bool put_samples(const struct about *a, bool json)
{
    struct bnc_arena arena = { 0 };
    struct bnc_head head = { .text = a->head,
                             .whole = a->whole,
                             .dialect = a->map->dialect,
                             .arena = &arena,
                             .at = (size_t)a->map->data_off };
    struct bnc_mapper *const m = bnc_mapper_create(0);
    struct bnc_span *const field = bnc_arena_alloc(&arena, (a->map->n_want + 1) * sizeof *field);
    struct bnc_head_row r;
    unsigned i = 0;

    if (head.dialect.json_lines)
        head.dialect = (struct bnc_dialect){ .delim = '\0' }; /* lines are rows of one cell */
    bnc_buf_puts(a->out, json ? ",\n \"samples\": [" : "\nfirst rows as understood\n");
    for (; m != NULL && field != NULL && i < SAMPLES && bnc_head_next(&head, &r); i++) {
        const struct bnc_row row = { .number = a->map->preamble_rows + i + 1,
                                     .raw = r.raw,
                                     .field = field,
                                     .n_fields = r.n,
                                     .flags = r.n < a->map->n_cols ? BNC_ROW_SHORT : 0 };

        for (uint32_t k = 0; k < a->map->n_want; k++)
            field[k] = a->map->want[k] < r.n ? r.cell[a->map->want[k]] : bnc_span_from("", 0);
        put_sample(a, m, &row, json, i == 0);
    }
    bnc_buf_puts(a->out, json ? "]" : i == 0 ? "  (no rows)\n" : "");
    bnc_arena_release(&arena);
    bnc_mapper_free(m);
    return m != NULL && field != NULL;
}

/*
 * What can be found out from the file, one sentence each; the columns that are there decide, not
 * the format's promise.
 */
static void put_analysis(const struct about *a, bool json)
{
    const struct bnc_schema_plan *const p = a->plan;
    const struct {
        bool ok;
        const char *name, *yes, *no;
    } points[] = {
        { a->map->has_deliveries, "rates",
          "deliveries or sendings can be in the file: rates can be given",
          "no deliveries in this format: counts and shares, rates only with --sent" },
        { a->map->has_diagnostics, "causes", "failures are judged by what servers replied",
          a->map->has_codes
              ? "no reply texts: causes by code only"
              : "neither texts nor codes: failures can be counted, causes not named" },
        { p->field[BNC_FIELD_RECIPIENT].n + (p->list == BNC_SEVERAL_PACKED) > 0, "lists",
          "addresses are there: suppression lists can be written",
          "no addresses: no suppression lists" },
        { a->map->has_time && !*a->bad_times, "incidents",
          "times are there: incidents and trends can be dated",
          a->map->has_time ? "times that can't be read (03/04/2026: --date-order): no incidents, "
                             "no trends"
                           : "no times: no incidents, no trends" },
        { p->field[BNC_FIELD_CAMPAIGN].n + p->field[BNC_FIELD_TAG].n > 0, "campaigns",
          "campaigns or tags are named", "no campaigns: the day of sending stands for them" },
        { p->field[BNC_FIELD_SENDING_IP].n > 0, "sending_ips", "sending addresses (IP) are named",
          "no sending IP" },
        { a->map->has_message_id, "duplicates",
          "message ids are there: a failure that is reported twice counts once",
          "no message ids: a failure that is reported twice counts twice" },
    };

    bnc_buf_puts(a->out, json ? ",\n \"analysis\": {" : "\nanalysis\n");
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        if (json)
            bnc_buf_printf(a->out, "%s\"%s\": %s", i == 0 ? "" : ", ", points[i].name,
                           points[i].ok ? "true" : "false");
        else
            bnc_buf_printf(a->out, "  %-3s %s\n", points[i].ok ? "yes" : "no",
                           points[i].ok ? points[i].yes : points[i].no);
    }
    if (json)
        bnc_buf_puts(a->out, "}");
    else if (p->format->notes[0] != '\0')
        bnc_buf_printf(a->out, "  note: %s\n", p->format->notes);
}

static void put_head(const struct about *a, bool json)
{
    const struct bnc_format_row *const f = a->plan->format;

    if (json) {
        bnc_buf_puts(a->out, "{");
        put_json(a->out, "file", bnc_span_str(a->name), true);
        put_json(a->out, "format", bnc_span_str(f->id), false);
        put_json(a->out, "vendor", bnc_span_str(f->vendor), false);
        put_json(a->out, "title", bnc_span_str(f->title), false);
        put_json(a->out, "confidence", bnc_span_str(f->verified ? "verified" : "inferred"), false);
        put_json(a->out, "encoding", bnc_span_str(a->encoding), false);
        return;
    }
    bnc_buf_puts(a->out, "file      ");
    put_text(a->out, bnc_span_str(a->name), 200, false);
    bnc_buf_printf(a->out, "\nformat    %s: %s (%s, %s)\nencoding  %s\n", f->vendor, f->title,
                   f->id, f->verified ? "header verified" : "header inferred", a->encoding);
}

enum bnc_status bnc_mapping_describe(const struct bnc_mapping *mapping, const char *name,
                                     const char *encoding, struct bnc_span head, bool whole,
                                     bool json, struct bnc_buf *out)
{
    bool bad_times = false, ok;
    const struct about a = { mapping, mapping->plan, name, encoding, head, whole, out, &bad_times };

    put_head(&a, json);
    put_dialect(&a, json);
    if (!json && a.plan->rules != NULL)
        bnc_buf_printf(out, "times     without a zone are of %s\n", a.plan->rules->name);
    else if (!json && a.plan->zone != 0)
        bnc_buf_printf(out, "times     without a zone are UTC%+03d:%02d\n", a.plan->zone / 3600,
                       (a.plan->zone < 0 ? -a.plan->zone : a.plan->zone) / 60 % 60);
    put_columns(&a, json);
    ok = put_samples(&a, json);
    put_analysis(&a, json);
    if (json)
        bnc_buf_puts(out, "}\n");
    return ok && !out->failed ? BNC_OK : BNC_ENOMEM;
}
