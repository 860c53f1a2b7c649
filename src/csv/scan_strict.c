/* SPDX-License-Identifier: MIT
 * scan_strict.c - one row, byte by byte: the rules of row.h in code.
 *
 * A row is read field by field as RFC 4180 has it, strays as literals.  That reading *fails*
 * when
 *   - a quoted field has no closing quote within BNC_MAX_FIELD_BYTES or before the input ends,
 *   - on a later line than the row's first a quote can only be an opening one (a delimiter or
 *     line end in front of its run, text behind),
 *   - a field that follows a line end in quotes lies beyond the header's columns and isn't
 *     empty, while the row's first line alone has no field too many,
 *   - or a limit is exceeded.
 * Whoever left a quote open lost one line, so a failed row ends at its first line end.  If it
 * has none, it's over a limit and ends with its line.
 *
 * Time.  A failed reading may have looked at megabytes and consumed a line.  Let Z be the start
 * of the line in which it failed.  Rows that start before Z are read by themselves, with every
 * line end ending them (line_until).  So a byte is looked at three times at most: by a reading
 * that failed behind it, by one that began on its line, and by the row it belongs to.  What is
 * given up by that is little: between the open quote and Z lies no closing quote (first rule),
 * or none that made sense.
 *
 * No rule asks where the text ends, only where the input does.  When the text ends first, the
 * row waits.
 */
#include "csv/scan.h"

#define NONE SIZE_MAX

enum step { FIELD_ENDS, ROW_ENDS, FAILS, WAITS };

struct cursor {
    struct bnc_scan *s;
    size_t row, field, at;               /* start of the row, start of the field, byte looked at */
    size_t n_end;                        /* entries of s->end before this row */
    size_t line_end;                     /* the first one in the row, inside a field; NONE */
    size_t line_end_col;                 /* number of the field that holds it, from 1 */
    uint32_t flags;
    bool line_only;
    bool input_ended;                    /* that is why the reading failed: in an open quote */
};

static enum bnc_byte_class class_at(const struct bnc_scan *s, size_t at)
{
    return s->byte_class[(unsigned char)s->at[at]];
}

static size_t n_fields(const struct cursor *c)
{
    return c->s->n_end - c->n_end;
}

/* The field goes over a line end: fine in itself, but now there is a shorter reading. */
static bool note_line_end(struct cursor *c)
{
    if (c->line_end == NONE) {
        c->line_end = c->at;
        c->line_end_col = n_fields(c) + 1;
    }
    c->flags |= BNC_MARK_MULTILINE;
    return !c->line_only;
}

/* c->at is an escape character: the byte behind it is literal. */
static enum step take_escaped(struct cursor *c)
{
    c->flags |= BNC_MARK_ESCAPED;
    if (c->at + 1 == c->s->len)
        return c->s->last ? FIELD_ENDS : WAITS;
    c->at++;
    if (class_at(c->s, c->at) == BNC_BYTE_LINE_END && !note_line_end(c))
        return FAILS;
    return FIELD_ENDS;
}

/* Where a field that begins in c->field is over the limit, or the text ends. */
static size_t field_stop(const struct cursor *c)
{
    const size_t left = c->s->len - c->field;

    return left > BNC_MAX_FIELD_BYTES ? c->field + BNC_MAX_FIELD_BYTES + 1 : c->s->len;
}

/* The next byte from c->at on that is of a class above 'plain', or 'stop'. */
static size_t skip_plain(const struct cursor *c, size_t stop, enum bnc_byte_class plain)
{
    const struct bnc_scan *s = c->s;
    size_t at = c->at;

    while (at < stop && s->byte_class[(unsigned char)s->at[at]] <= plain)
        at++;
    return at;
}

static enum step read_unquoted(struct cursor *c)
{
    const struct bnc_scan *s = c->s;
    const size_t stop = field_stop(c);

    for (;; c->at++) {
        c->at = skip_plain(c, stop, BNC_BYTE_OTHER);
        if (c->at >= stop)
            break;
        switch (class_at(s, c->at)) {
        case BNC_BYTE_DELIM:
            return FIELD_ENDS;
        case BNC_BYTE_LINE_END:
            return ROW_ENDS;
        case BNC_BYTE_ESCAPE: {
            const enum step step = take_escaped(c);

            if (step != FIELD_ENDS)
                return step;
            break;
        }
        default:
            c->flags |= BNC_ROW_STRAY_QUOTE;
            break;
        }
    }
    if (c->at - c->field > BNC_MAX_FIELD_BYTES)
        return FAILS;
    return s->last ? ROW_ENDS : WAITS;
}

/*
 * The quote at c->at has text behind it.  Does its run of quotes begin where a field would, on
 * a later line?
 */
static bool looks_opening(const struct cursor *c)
{
    const struct bnc_scan *s = c->s;
    size_t run = c->at;

    if (c->line_end == NONE)
        return false;
    while (run > c->field + 1 && class_at(s, run - 1) == BNC_BYTE_QUOTE)
        run--;
    if (run <= c->line_end)
        return false;
    return class_at(s, run - 1) == BNC_BYTE_DELIM || class_at(s, run - 1) == BNC_BYTE_LINE_END;
}

/* c->at is a quote in a quoted field.  *more: the field goes on behind c->at. */
static enum step read_inner_quote(struct cursor *c, bool *more)
{
    const struct bnc_scan *s = c->s;

    *more = false;
    if (c->at + 1 == s->len) {
        c->at++;
        return s->last ? ROW_ENDS : WAITS;
    }
    switch (class_at(s, c->at + 1)) {
    case BNC_BYTE_DELIM:
        c->at++;
        return FIELD_ENDS;
    case BNC_BYTE_LINE_END:
        c->at++;
        return ROW_ENDS;
    case BNC_BYTE_QUOTE:
        c->at++;
        c->flags |= BNC_MARK_ESCAPED;
        break;
    default:
        if (looks_opening(c))
            return FAILS;
        c->flags |= BNC_ROW_STRAY_QUOTE | BNC_MARK_ESCAPED;
        break;
    }
    *more = true;
    return FIELD_ENDS;
}

static enum step read_quoted(struct cursor *c)
{
    const struct bnc_scan *s = c->s;
    const size_t stop = field_stop(c);

    for (c->at = c->field + 1;; c->at++) {
        enum step step = FIELD_ENDS;
        bool more = true;

        c->at = skip_plain(c, stop, BNC_BYTE_DELIM);
        if (c->at >= stop)
            break;
        switch (class_at(s, c->at)) {
        case BNC_BYTE_LINE_END:
            step = note_line_end(c) ? FIELD_ENDS : FAILS;
            break;
        case BNC_BYTE_ESCAPE:
            step = take_escaped(c);
            break;
        default:
            step = read_inner_quote(c, &more);
            break;
        }
        if (step != FIELD_ENDS || !more)
            return step;
    }
    if (c->at < s->len)
        return FAILS;
    c->input_ended = s->last;
    return s->last ? FAILS : WAITS;
}

/* A field begins at c->at: is it one that only a swallowed line can have brought here? */
static enum step check_columns(const struct cursor *c)
{
    const struct bnc_scan *s = c->s;

    if (n_fields(c) >= BNC_MAX_COLUMNS || c->at - c->row > BNC_MAX_ROW_BYTES)
        return FAILS;
    if (c->line_end == NONE || s->n_cols == 0 || n_fields(c) < s->n_cols ||
        c->line_end_col > s->n_cols)
        return FIELD_ENDS;
    if (c->at == s->len)
        return s->last ? FIELD_ENDS : WAITS;
    return class_at(s, c->at) == BNC_BYTE_DELIM || class_at(s, c->at) == BNC_BYTE_LINE_END
               ? FIELD_ENDS : FAILS;
}

static enum step read_row(struct cursor *c)
{
    struct bnc_scan *s = c->s;

    for (;;) {
        const bool quoted = c->at < s->len && class_at(s, c->at) == BNC_BYTE_QUOTE;
        enum step step;

        c->field = c->at;
        step = quoted ? read_quoted(c) : read_unquoted(c);
        if (step == FAILS || step == WAITS)
            return step;
        if (step == ROW_ENDS && c->at - c->row > BNC_MAX_ROW_BYTES)
            return FAILS;
        s->end[s->n_end++] = (uint32_t)c->at;
        if (step == ROW_ENDS)
            return step;
        c->at++;
        step = check_columns(c);
        if (step != FIELD_ENDS)
            return step;
    }
}

static size_t find_line_end(const struct bnc_scan *s, size_t from)
{
    while (from < s->len && class_at(s, from) != BNC_BYTE_LINE_END)
        from++;
    return from;
}

/* Where the line that holds c->at begins, if that is behind the row's first line end 'at'. */
static size_t start_of_failing_line(const struct cursor *c, size_t at)
{
    size_t start = c->at;

    while (start > at + 1 && class_at(c->s, start - 1) != BNC_BYTE_LINE_END)
        start--;
    return start;
}

/* The reading failed in c->at, and the row goes over a line end: it ends there. */
static void end_unclosed(struct cursor *c, size_t at)
{
    struct bnc_scan *s = c->s;
    const size_t until = start_of_failing_line(c, at);

    if (until > s->line_until)
        s->line_until = until;
    while (s->n_end > c->n_end && s->end[s->n_end - 1] >= at)
        s->n_end--;
    s->end[s->n_end++] = (uint32_t)at;
    c->flags = BNC_ROW_UNCLOSED | BNC_MARK_ESCAPED;
    c->at = at;
}

/*
 * The row is over a limit within one line: it has no fields, and of its bytes only the first
 * BNC_MAX_ROW_BYTES are shown.
 */
static bool end_too_long(struct cursor *c)
{
    struct bnc_scan *s = c->s;
    const size_t at = find_line_end(s, c->at);
    size_t shown = at - c->row;

    if (at == s->len && !s->last && shown <= BNC_MAX_ROW_BYTES)
        return false;
    if (shown > BNC_MAX_ROW_BYTES)
        shown = BNC_MAX_ROW_BYTES;
    s->n_end = c->n_end;
    s->end[s->n_end++] = (uint32_t)(c->row + shown);
    s->cut = at == s->len && !s->last;
    c->flags = BNC_ROW_TOO_LONG;
    c->at = at;
    return true;
}

static bool end_failed(struct cursor *c)
{
    if (c->line_end != NONE)
        end_unclosed(c, c->line_end);
    else if (c->input_ended && c->at - c->row <= BNC_MAX_ROW_BYTES)
        end_unclosed(c, c->at);
    else
        return end_too_long(c);
    return true;
}

/* One JSON value a line; a CR in front of the LF is not its business. */
static bool scan_line(struct bnc_scan *s)
{
    while (s->pos < s->len) {
        const char *lf = memchr(s->at + s->pos, '\n', s->len - s->pos);
        const size_t at = lf == NULL ? s->len : (size_t)(lf - s->at);
        const size_t start = s->pos;
        size_t end = at;
        uint32_t flags = 0;

        if (lf == NULL && !s->last && at - start <= BNC_MAX_ROW_BYTES)
            return false;
        s->pos = at + (lf != NULL);
        s->cut = lf == NULL && !s->last;
        if (end > start && s->at[end - 1] == '\r')
            end--;
        if (end == start)
            continue;
        if (at - start > BNC_MAX_ROW_BYTES) {
            end = start + BNC_MAX_ROW_BYTES;
            flags = BNC_ROW_TOO_LONG;
        }
        s->row[s->n_row++] = (struct bnc_row_mark){ (uint32_t)start, (uint32_t)s->n_end, flags };
        s->end[s->n_end++] = (uint32_t)end;
        s->has_nul = s->has_nul || memchr(s->at + start, '\0', end - start) != NULL;
        return true;
    }
    return false;
}

void bnc_scan_skip_cut(struct bnc_scan *s)
{
    if (s->dialect.json_lines) {
        const char *lf = memchr(s->at + s->pos, '\n', s->len - s->pos);

        s->pos = lf == NULL ? s->len : (size_t)(lf - s->at);
    } else {
        s->pos = find_line_end(s, s->pos);
    }
    s->cut = s->pos == s->len;
}

bool bnc_scan_row_strict(struct bnc_scan *s)
{
    struct cursor c = { .s = s, .n_end = s->n_end, .line_end = NONE };
    enum step step;

    if (!bnc_scan_reserve(s, BNC_MAX_COLUMNS + 1))
        return false;                    /* no row has more entries */
    if (s->dialect.json_lines)
        return scan_line(s);
    while (s->pos < s->len && class_at(s, s->pos) == BNC_BYTE_LINE_END)
        s->pos++;
    if (s->pos == s->len)
        return false;
    c.row = c.at = s->pos;
    c.line_only = c.row < s->line_until;
    step = read_row(&c);
    if (step == WAITS || (step == FAILS && !end_failed(&c))) {
        s->n_end = c.n_end;
        return false;
    }
    s->row[s->n_row++] = (struct bnc_row_mark){ (uint32_t)c.row, (uint32_t)c.n_end, c.flags };
    s->has_escapes |= (c.flags & BNC_MARK_ESCAPED) != 0;
    s->has_nul = s->has_nul || memchr(s->at + c.row, '\0', c.at - c.row) != NULL;
    s->pos = c.at;
    return true;
}
