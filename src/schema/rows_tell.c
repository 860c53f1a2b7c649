/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "schema/rows_tell.h"

#include <stdio.h>

#include "schema/codes.h"
#include "schema/mapper.h"
#include "schema/times.h"
#include "util/hash.h"

/* ---- quotes ---- */

static bool is_wrapped(struct bnc_span s, char quote)
{
    return s.len >= 2 && s.at[0] == quote && s.at[s.len - 1] == quote;
}

/* Whether most cells of the header, or else of the rows behind it, stand in ' quotes. */
static bool single_quoted(struct bnc_head head, bool headerless)
{
    struct bnc_head_row row;
    size_t single = 0, cells = 0;

    for (uint32_t i = 0; i < 64 && bnc_head_next(&head, &row); i++) {
        for (uint32_t k = 0; k < row.n; k++) {
            cells += row.cell[k].len > 0;
            single += is_wrapped(row.cell[k], '\'');
        }
        if (i == 0 && 2 * single > cells)
            return true;
        if (i == 0 && !headerless)
            single = cells = 0;
    }
    return single > 0 && 2 * single > cells;
}

/*
 * Quotes are escaped by backslashes where one stands before a quote that can't be the closing one,
 * and none is doubled.
 */
static bool backslashed(struct bnc_span text, char delim)
{
    const char *at = text.at;
    const char *const end = at + text.len;

    if (memchr(at, '\\', text.len) == NULL || memmem(at, text.len, "\"\"", 2) != NULL)
        return false;
    while ((at = memmem(at, (size_t)(end - at), "\\\"", 2)) != NULL && end - at > 2) {
        if (at[2] != delim && at[2] != '\r' && at[2] != '\n' && at > text.at && at[-1] != '\\')
            return true;
        at += 2;
    }
    return false;
}

void bnc_rows_tell_quotes(struct bnc_head from, bool headerless,
                          const struct bnc_schema_options *opt, struct bnc_dialect *d)
{
    if (opt->quote == 0 && d->quote == '"' &&
        memchr(from.text.at, '\'', from.text.len) != NULL && single_quoted(from, headerless))
        d->quote = '\'';
    if (opt->escape == 0 && d->quote == '"' && backslashed(from.text, d->delim))
        d->escape = '\\';
}

/* ---- dates ---- */

char bnc_rows_tell_order(struct bnc_head from, const struct bnc_schema_plan *p, char stated)
{
    const struct bnc_field_plan *const f = &p->field[BNC_FIELD_EVENT_TIME];
    struct bnc_head_row row;
    bool d = false, m = false;

    if (stated != 0)
        return stated;
    for (uint32_t i = 0; f->n > 0 && i < 500 && bnc_head_next(&from, &row); i++) {
        const uint32_t column = p->cells[f->pick[0].slot];
        const char order = column < row.n ? bnc_time_order(row.cell[column]) : 0;

        d |= order == 'd';
        m |= order == 'm';
    }
    if (d != m)
        return d ? 'd' : 'm';
    return p->day_first ? 'd' : 0;
}

/* ---- columns ---- */

#define TELLING_ROWS 50
#define MAX_GUESS 200

static bool is_address(struct bnc_span s)
{
    const char *const at = s.len == 0 ? NULL : memchr(s.at, '@', s.len);
    const char *const end = s.at + s.len;

    return at != NULL && at > s.at && memchr(s.at, ' ', s.len) == NULL &&
           memchr(at + 1, '@', (size_t)(end - at - 1)) == NULL &&
           memchr(at, '.', (size_t)(end - at)) != NULL;
}

bool bnc_is_reply(struct bnc_span cell)
{
    const struct bnc_codes codes = bnc_codes_replied(cell);

    return codes.reply >= 400 || BNC_ENHANCED_CLASS(codes.enhanced) >= 4;
}

/* Whether the generic format knows the name, for whatever field. */
static bool is_known(struct bnc_span name)
{
    const struct bnc_format_row *const g = bnc_format_generic();

    for (unsigned i = 0; i < g->n_columns; i++)
        if (bnc_name_match(name, bnc_span_str(bnc_columns[g->column_at + i].name)) !=
            BNC_MATCH_NONE)
            return true;
    return false;
}

/* Whether a field is read from this column, as the user says of names that nobody knows. */
static bool is_taken(const struct bnc_schema_plan *p, uint32_t column)
{
    for (int f = 0; f < BNC_N_FIELDS; f++)
        for (uint32_t i = 0; i < p->field[f].n; i++)
            if (p->cells[p->field[f].pick[i].slot] == column)
                return true;
    return false;
}

/* Whether 'n' cells are too many to be a few senders, accounts or owners again and again. */
static bool differs(uint64_t kinds, unsigned n)
{
    return 3 * (unsigned)__builtin_popcountll(kinds) >= n;
}

/*
 * The column of unknown name and use that holds addresses (BNC_FIELD_RECIPIENT) or replies
 * (BNC_FIELD_DIAGNOSTIC); -1 if none does, or if two hold addresses.
 */
static int column_of(struct bnc_head from, const struct bnc_schema_plan *p, enum bnc_field field)
{
    unsigned hits[BNC_MAX_COLUMNS] = { 0 }, filled[BNC_MAX_COLUMNS] = { 0 };
    uint64_t kinds[BNC_MAX_COLUMNS] = { 0 }; /* a bit for each cell, by its hash */
    struct bnc_head_row row;
    int best = -1, n_best = 0;

    for (unsigned i = 0; i < TELLING_ROWS && bnc_head_next(&from, &row); i++)
        for (uint32_t k = 0; k < row.n && k < p->n_names; k++) {
            const struct bnc_span cell = bnc_span_trim(row.cell[k]);

            filled[k] += cell.len > 0;
            kinds[k] |= UINT64_C(1) << bnc_hash_lower(cell) % 64;
            hits[k] += field == BNC_FIELD_RECIPIENT
                           ? is_address(cell)
                           : cell.len > 0 && memchr(cell.at, ' ', cell.len) != NULL &&
                                 bnc_is_reply(cell);
        }
    for (uint32_t k = 0; k < p->n_names; k++) {
        /* recipients stand alone and differ; replies of deliveries stand among the others */
        const bool most = field == BNC_FIELD_RECIPIENT
                              ? 10 * hits[k] >= 9 * filled[k] && differs(kinds[k], hits[k])
                              : 2 * hits[k] > filled[k];

        if (hits[k] == 0 || !most || is_known(p->name[k]) || is_taken(p, k))
            continue;
        n_best++;
        if (best < 0 || hits[k] > hits[best])
            best = (int)k;
    }
    return field == BNC_FIELD_RECIPIENT && n_best > 1 ? -1 : best;
}

enum bnc_status bnc_rows_tell_gaps(struct bnc_head from, const struct bnc_schema_plan *p,
                                   struct bnc_plan_input *in, const char **guess,
                                   struct bnc_error *err)
{
    static const enum bnc_field fields[] = { BNC_FIELD_RECIPIENT, BNC_FIELD_DIAGNOSTIC };
    const size_t n_fields = sizeof fields / sizeof fields[0];
    struct bnc_map_entry *map = bnc_arena_alloc(in->arena, (in->n_map + n_fields) * sizeof *map);
    char *const text = bnc_arena_alloc(in->arena, MAX_GUESS);
    size_t len = 0;

    if (map == NULL || text == NULL)
        return bnc_error_nomem(err);
    if (in->n_map > 0)
        memcpy(map, in->map, in->n_map * sizeof *map);
    for (size_t i = 0; i < n_fields; i++) {
        const int column = p->field[fields[i]].n > 0 ? -1 : column_of(from, p, fields[i]);
        char number[16];
        struct bnc_span name;

        if (column < 0)
            continue;
        snprintf(number, sizeof number, "#%d", column + 1);
        name = bnc_arena_copy(in->arena, bnc_span_str(number));
        if (name.at == NULL)
            return bnc_error_nomem(err);
        map[in->n_map++] = (struct bnc_map_entry){ fields[i], name };
        in->map = map;
        name = in->header->name[column];
        len += (size_t)snprintf(text + len, MAX_GUESS - len, "%s'%.*s' is read as %s",
                                len > 0 ? ", " : "", (int)(name.len < 60 ? name.len : 60), name.at,
                                bnc_field_names[fields[i]]);
        *guess = text;
    }
    return BNC_OK;
}

/* ---- columns as events ---- */

bool bnc_rows_tell_events(struct bnc_head from, const struct bnc_schema_plan *p)
{
    bool well = false, failed = false;
    struct bnc_head_row row;

    for (uint32_t i = 0; i < p->n_wide; i++) {
        const unsigned event = p->wide[i].row->event;

        well |= event == BNC_EVENT_SENT || event == BNC_EVENT_DELIVERED;
        failed |= event == BNC_EVENT_BOUNCE;
    }
    for (unsigned n = 0; well && failed && n < TELLING_ROWS && bnc_head_next(&from, &row); n++)
        for (uint32_t i = 0; i < p->n_wide; i++) {
            const uint32_t column = p->cells[p->wide[i].slot];

            if (column < row.n && !bnc_cell_is_flag(row.cell[column]) &&
                !bnc_span_eq_nocase(bnc_span_trim(row.cell[column]), p->name[column]))
                return false; /* nor the header once more */
        }
    return well && failed;
}
