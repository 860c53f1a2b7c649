/* SPDX-License-Identifier: MIT
 * transform.c - the part of a cell that a field is.
 */
#define _GNU_SOURCE /* memrchr */
#include "schema/mapper.h"

struct bnc_span bnc_cell_cut(struct bnc_span s, char mark)
{
    const char *at = memchr(s.at, mark, s.len);

    return at == NULL ? s : bnc_span_from(s.at, (size_t)(at - s.at));
}

/* The string member 'name' of a JSON object in a cell, as written (escapes stay). */
static struct bnc_span json_member(struct bnc_span s, const char *name)
{
    const struct bnc_span word = bnc_span_str(name);

    for (size_t i = 0; i + word.len + 4 < s.len; i++) {
        size_t k = i + word.len + 2, from;

        if (s.at[i] != '"' || s.at[i + word.len + 1] != '"' ||
            !bnc_span_eq(bnc_span_from(s.at + i + 1, word.len), word))
            continue;
        while (k < s.len && (s.at[k] == ' ' || s.at[k] == ':'))
            k++;
        if (k >= s.len || s.at[k] != '"')
            continue;
        for (from = ++k; k < s.len && s.at[k] != '"'; k++)
            k += s.at[k] == '\\';
        return bnc_span_from(s.at + from, (k < s.len ? k : s.len) - from);
    }
    return bnc_span_from("", 0);
}

struct bnc_span bnc_cell_host(struct bnc_span s)
{
    const char *const port = s.len == 0 || !bnc_is_digit(s.at[s.len - 1])
                                 ? NULL : memrchr(s.at, ':', s.len);
    char last;

    if (port != NULL && port > s.at && port[-1] == ']') /* "host[address]:25" */
        s.len = (size_t)(port - s.at);
    last = s.len == 0 ? 0 : s.at[s.len - 1];
    if (last == ')' || last == ']') {
        const char *const open = memrchr(s.at, last == ')' ? '(' : '[', s.len);

        s.len = open == NULL ? s.len : (size_t)(open - s.at);
        while (s.len > 0 && bnc_is_blank(s.at[s.len - 1]))
            s.len--;
    }
    while (s.len > 0 && s.at[s.len - 1] == '.')
        s.len--;
    return s;
}

struct bnc_span bnc_cell_transform(const struct bnc_cells *c, const struct bnc_pick *p,
                                   struct bnc_span s)
{
    switch (p->transform) {
    case BNC_TRANSFORM_HOST:
        return bnc_cell_host(s);
    case BNC_TRANSFORM_HOST_PORT:
        return memchr(s.at, '.', s.len) == NULL ? s : bnc_cell_cut(s, ':');
    case BNC_TRANSFORM_BEFORE_SLASH:
        return bnc_cell_cut(s, '/');
    case BNC_TRANSFORM_BEFORE_COLON:
        return memchr(s.at, ':', s.len) == NULL ? bnc_span_from("", 0) : bnc_cell_cut(s, ':');
    case BNC_TRANSFORM_REST:
        return c->end != NULL && c->end > s.at ? bnc_span_from(s.at, (size_t)(c->end - s.at)) : s;
    case BNC_TRANSFORM_JOIN: {
        const struct bnc_span next = c->cell[p->slot + 1];

        return next.at == s.at + s.len + 1 ? bnc_span_from(s.at, s.len + 1 + next.len) : s;
    }
    case BNC_TRANSFORM_JSON_EMAIL:
        return json_member(s, "Email");
    case BNC_TRANSFORM_JSON_DETAILS:
        return json_member(s, "Details");
    default:
        return s;
    }
}
