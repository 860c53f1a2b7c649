/* SPDX-License-Identifier: MIT
 * row.c - a worker's index: fill it (bnc_rows_scan), read it (bnc_rows_next).
 *
 * Filling alternates between the kernel, which runs until something is not plain, and the
 * strict scanner, which reads that row and whatever else starts in the bytes the kernel had
 * looked at.  So no byte is seen by the kernel more than twice, and a text full of stray quotes
 * costs a constant factor, not a kernel start for every row.
 */
#include "csv/row_private.h"

#include <stdlib.h>

#include "csv/row.h"

/* A tail longer than this isn't looked at again before it has grown by half. */
#define WAIT_FROM_BYTES ((size_t)64 << 10)

/*
 * After a kernel run that got less far than this, the strict scanner keeps the text for a
 * while, then for longer.
 */
#define SHORT_RUN_BYTES ((size_t)512)
#define MAX_BACKOFF_BYTES ((size_t)64 << 10)

static void fill_classes(struct bnc_scan *s)
{
    const struct bnc_dialect *d = &s->dialect;

    memset(s->byte_class, BNC_BYTE_OTHER, sizeof s->byte_class);
    s->byte_class['\n'] = s->byte_class['\r'] = BNC_BYTE_LINE_END;
    s->byte_class[(unsigned char)d->delim] = BNC_BYTE_DELIM;
    if (d->quote != 0)
        s->byte_class[(unsigned char)d->quote] = BNC_BYTE_QUOTE;
    if (d->escape != 0)
        s->byte_class[(unsigned char)d->escape] = BNC_BYTE_ESCAPE;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool dialect_is_possible(const struct bnc_dialect *d)
{
    if (d->json_lines)
        return true;
    if (d->delim == 0 || d->delim == d->quote || d->delim == d->escape)
        return false;
    if (d->quote != 0 && d->quote == d->escape)
        return false;
    return !is_line_end(d->delim) && !is_line_end(d->quote) && !is_line_end(d->escape);
}

/* Room for 'n' fields; where that is all there can be, also the list of all columns. */
static bool make_fields(struct bnc_rows *rows, size_t n)
{
    if (n > rows->cap_field) {
        free(rows->field);
        rows->field = malloc(n * sizeof *rows->field);
        rows->cap_field = rows->field == NULL ? 0 : n;
    }
    if (n == BNC_MAX_COLUMNS && rows->all == NULL) {
        rows->all = malloc(n * sizeof *rows->all);
        for (size_t i = 0; rows->all != NULL && i < n; i++)
            rows->all[i] = (uint16_t)i;
    }
    return rows->cap_field >= n && (n < BNC_MAX_COLUMNS || rows->all != NULL);
}

enum bnc_status bnc_rows_configure(struct bnc_rows *rows, const struct bnc_rows_options *opt)
{
    const bool every = opt->want == NULL;

    if (!dialect_is_possible(&opt->dialect) || opt->n_cols > BNC_MAX_COLUMNS)
        return BNC_EUSAGE;
    rows->opt = *opt;
    rows->every = every;
    rows->quote = opt->dialect.json_lines ? '\0' : opt->dialect.quote;
    rows->own_carry = (struct bnc_rows_carry){ 0 };
    rows->scan.dialect = opt->dialect;
    rows->scan.n_cols = opt->n_cols;
    rows->scan.n_row = rows->next = 0;
    rows->kernel = bnc_scanner_pick(opt->cpu);
    fill_classes(&rows->scan);
    if (!make_fields(rows, every ? BNC_MAX_COLUMNS : opt->n_want))
        return BNC_ENOMEM;
    rows->want = every ? rows->all : opt->want;
    rows->n_needed = every || opt->n_want == 0 ? 0 : opt->want[opt->n_want - 1] + 1u;
    return BNC_OK;
}

struct bnc_rows *bnc_rows_create(const struct bnc_rows_options *opt)
{
    struct bnc_rows *rows = calloc(1, sizeof *rows);

    if (rows != NULL && bnc_rows_configure(rows, opt) != BNC_OK) {
        bnc_rows_free(rows);
        rows = NULL;
    }
    return rows;
}

void bnc_rows_free(struct bnc_rows *rows)
{
    if (rows == NULL)
        return;
    bnc_rows_libcsv_release(rows);
    free(rows->scan.end);
    free(rows->scan.row);
    free(rows->field);
    free(rows->all);
    free(rows->scratch);
    free(rows);
}

/* ---- filling the index ---- */

/*
 * Unescaped bytes must not move until the next scan, so there is room for all of them before
 * the first is written.
 */
static bool make_scratch(struct bnc_rows *rows, size_t len)
{
    if (len <= rows->cap_scratch)
        return true;
    free(rows->scratch);
    rows->scratch = malloc(len);
    rows->cap_scratch = rows->scratch == NULL ? 0 : len;
    return rows->scratch != NULL;
}

/* What libcsv has no word for is read by the own scanners under either name. */
static bool by_libcsv(const struct bnc_rows *rows)
{
    const struct bnc_dialect *d = &rows->scan.dialect;

    return rows->opt.engine == BNC_ENGINE_LIBCSV && d->quote != 0 && d->escape == 0 &&
           !d->json_lines;
}

static void scan_own(struct bnc_rows *rows)
{
    struct bnc_scan *s = &rows->scan;
    const bool may_run = s->dialect.escape == 0 && !s->dialect.json_lines;
    size_t strict_until = 0, backoff = SHORT_RUN_BYTES;

    while (s->pos < s->len) {
        const size_t from = s->pos;

        if (may_run && from >= s->line_until && from >= strict_until) {
            rows->kernel->run(s);
            strict_until = s->reach > s->pos ? s->reach : s->pos + 1;
            if (s->pos - from >= SHORT_RUN_BYTES)
                backoff = SHORT_RUN_BYTES;
            else if (backoff < MAX_BACKOFF_BYTES)
                backoff *= 2;
            if (backoff > SHORT_RUN_BYTES && strict_until < from + backoff)
                strict_until = from + backoff;
        } else if (!bnc_scan_row_strict(s)) {
            break;
        }
    }
}

static void take_carry(struct bnc_rows *rows, uint64_t off)
{
    const struct bnc_rows_carry *carry = rows->carry;
    struct bnc_scan *s = &rows->scan;

    s->line_until = 0;
    s->cut = false;
    if (carry->next_off != off)
        return;
    s->cut = carry->cut;
    if (carry->line_until > off)
        s->line_until = (size_t)(carry->line_until - off);
}

static void give_carry(struct bnc_rows *rows, uint64_t off)
{
    const struct bnc_scan *s = &rows->scan;
    const size_t tail = s->len - s->pos;

    *rows->carry = (struct bnc_rows_carry){
        .next_off = off + s->pos,
        .line_until = off + s->line_until,
        .wait_bytes = tail < WAIT_FROM_BYTES ? 0 : tail + tail / 2,
        .cut = s->cut,
    };
}

/* Indexes what is in rows->scan.at. */
static enum bnc_status scan_text(struct bnc_rows *rows)
{
    struct bnc_scan *s = &rows->scan;

    rows->scratch_len = 0;
    if (!bnc_scan_reserve(s, 0))
        return BNC_ENOMEM;
    s->end[0] = 0;                       /* whoever asks where a field starts may look there */
    if (s->cut)
        bnc_scan_skip_cut(s);
    if (by_libcsv(rows))
        return make_scratch(rows, s->len) ? bnc_rows_libcsv_scan(rows) : BNC_ENOMEM;
    scan_own(rows);
    if (s->nomem)
        return BNC_ENOMEM;
    return !s->has_escapes || make_scratch(rows, s->len) ? BNC_OK : BNC_ENOMEM;
}

enum bnc_status bnc_rows_scan(struct bnc_rows *rows, struct bnc_span text, uint64_t off,
                              uint64_t number, bool last, size_t *used, uint64_t *n_rows)
{
    struct bnc_scan *s = &rows->scan;
    enum bnc_status status;

    *used = 0;
    *n_rows = 0;
    rows->next = s->n_row = s->pos = 0;
    s->n_end = 1;
    rows->carry = rows->opt.carry != NULL ? rows->opt.carry : &rows->own_carry;
    if (text.len > BNC_MAX_SCAN_BYTES) {
        text.len = BNC_MAX_SCAN_BYTES;
        last = false;
    }
    if (!last && rows->carry->next_off == off && text.len < rows->carry->wait_bytes)
        return BNC_OK;
    s->at = text.at;
    s->len = text.len;
    s->last = last;
    s->has_nul = s->has_escapes = s->nomem = false;
    rows->off = off;
    rows->number = number;
    take_carry(rows, off);
    status = scan_text(rows);
    if (status != BNC_OK) {
        s->n_row = 0;
        return status;
    }
    s->row[s->n_row].first = (uint32_t)s->n_end;
    if (s->n_row > 0 && (s->row[0].flags & BNC_MARK_CELLS) == 0 && s->end[s->row[0].first] == 0)
        s->row[0].flags |= BNC_MARK_NO_TEXT;
    rows->n_direct = s->has_nul ? 0 : s->n_row;
    while (rows->n_direct > 0 &&
           s->end[s->row[rows->n_direct].first - 1] + (size_t)BNC_BEHIND_ROW > s->len)
        rows->n_direct--;
    give_carry(rows, off);
    *used = s->pos;
    *n_rows = s->n_row;
    return BNC_OK;
}

/* ---- reading it ---- */

/*
 * The text of a quoted field, the quote that opened it left out: doubled
 * quotes halved, the closing one dropped, strays and all else kept.
 */
static size_t unquote(char quote, const char *at, size_t len, char *to)
{
    char *const begin = to;

    while (len > 0) {
        const char *q = memchr(at, quote, len);
        const size_t n = q == NULL ? len : (size_t)(q - at);
        size_t skip;

        memcpy(to, at, n);
        to += n;
        at += n;
        len -= n;
        if (len <= 1)
            break;                       /* the closing quote, or none */
        skip = at[1] == quote ? 2 : 1;   /* doubled, or astray */
        *to++ = quote;
        at += skip;
        len -= skip;
    }
    return (size_t)(to - begin);
}

/*
 * Likewise where an escape character makes the byte behind it literal; 'quoted' is false
 * outside quotes.
 */
static size_t unescape(const struct bnc_dialect *d, bool quoted, const char *at, size_t len,
                       char *to)
{
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if (at[i] == d->escape && i + 1 < len)
            i++;
        else if (quoted && at[i] == d->quote && i + 1 == len)
            break;
        else if (quoted && at[i] == d->quote && at[i + 1] == d->quote)
            i++;
        to[n++] = at[i];
    }
    return n;
}

/* A field in which quotes or escapes may be hidden. */
static struct bnc_span read_escaped(struct bnc_rows *rows, struct bnc_span raw)
{
    const struct bnc_dialect *d = &rows->scan.dialect;
    const bool quoted = d->quote != 0 && raw.len > 0 && raw.at[0] == d->quote;
    char *to = rows->scratch + rows->scratch_len;
    size_t n;

    if (d->escape != 0)
        n = unescape(d, quoted, raw.at + quoted, raw.len - quoted, to);
    else if (!quoted)
        return raw;
    else if (memchr(raw.at + 1, d->quote, raw.len - 1) == raw.at + raw.len - 1)
        return bnc_span_from(raw.at + 1, raw.len - 2);
    else
        n = unquote(d->quote, raw.at + 1, raw.len - 1, to);
    rows->scratch_len += n;
    return bnc_span_from(to, n);
}

/* A field of a row in which every quote is where it belongs, and none is doubled. */
static inline struct bnc_span read_plain(const char *at, uint32_t start, uint32_t end, char quote)
{
    if (end - start >= 2 && at[start] == quote && quote != 0)
        return bnc_span_from(at + start + 1, end - start - 2);
    return bnc_span_from(at + start, end - start);
}

/* Any row: fields may be missing, in need of unquoting, or libcsv's. */
static void read_fields_with_care(struct bnc_rows *rows, const struct bnc_row_mark *mark,
                                  uint32_t n_fields, uint32_t n)
{
    const struct bnc_scan *s = &rows->scan;

    for (uint32_t i = 0; i < n; i++) {
        const uint32_t col = rows->want[i], *end = s->end + mark->first + col;
        const uint32_t start = col == 0 || col >= n_fields ? mark->start : end[-1] + 1;

        if (col >= n_fields)
            rows->field[i] = bnc_span_from("", 0);
        else if ((mark->flags & BNC_MARK_CELLS) != 0)
            rows->field[i] = rows->cell[mark->first + col];
        else if ((mark->flags & BNC_MARK_ESCAPED) != 0)
            rows->field[i] = read_escaped(rows, bnc_span_from(s->at + start, *end - start));
        else
            rows->field[i] = read_plain(s->at, start, *end, rows->quote);
    }
}

static uint32_t find_nul(const struct bnc_rows *rows)
{
    for (uint32_t i = 0; i < rows->n_field; i++)
        if (memchr(rows->field[i].at, '\0', rows->field[i].len) != NULL)
            return BNC_ROW_NUL;
    return 0;
}

/* Whether a row has all that is wanted of it, every quote where it belongs, and none doubled. */
static inline bool has_nothing_odd(const struct bnc_rows *rows, uint32_t flags, uint32_t n_fields)
{
    const uint32_t odd =
        BNC_MARK_CELLS | BNC_MARK_ESCAPED | BNC_MARK_NO_TEXT | BNC_ROW_TOO_LONG | BNC_ROW_UNCLOSED;

    return (flags & odd) == 0 && n_fields >= rows->n_needed;
}

static inline bool is_ordinary(const struct bnc_rows *rows, const struct bnc_row_mark *mark)
{
    return has_nothing_odd(rows, mark->flags, mark[1].first - mark->first);
}

void bnc_rows_read(struct bnc_rows *rows, struct bnc_row *row)
{
    const struct bnc_scan *const s = &rows->scan;
    const struct bnc_row_mark *const mark = &s->row[row->number - rows->number];
    const uint32_t most = row->n_fields > s->n_cols ? row->n_fields : s->n_cols;
    const uint32_t n = rows->every ? most : rows->opt.n_want;

    rows->n_field = n;
    if (rows->every || !is_ordinary(rows, mark))
        read_fields_with_care(rows, mark, row->n_fields, n);
    else
        for (uint32_t i = 0; i < n; i++) {
            const uint32_t *const end = s->end + mark->first + rows->want[i];
            const uint32_t start = rows->want[i] == 0 ? mark->start : end[-1] + 1;

            rows->field[i] = read_plain(s->at, start, *end, rows->quote);
        }
    if (s->has_nul)
        row->flags |= find_nul(rows);
    row->field = rows->field;
}

void bnc_rows_at(const struct bnc_rows *rows, uint32_t index, struct bnc_row *row)
{
    const struct bnc_scan *const s = &rows->scan;
    const struct bnc_row_mark *const mark = &s->row[index];
    const uint32_t n_fields = mark[1].first - mark->first;
    const uint32_t end = s->end[mark[1].first - 1];

    row->number = rows->number + index;
    row->off = rows->off + mark->start;
    row->flags = mark->flags & 0xffff;
    row->raw = bnc_span_from(s->at + mark->start, end - mark->start);
    row->field = NULL;
    row->n_fields = (mark->flags & BNC_ROW_TOO_LONG) != 0 ? 0 : n_fields;
    if (row->n_fields != 0 && n_fields != s->n_cols && s->n_cols != 0)
        row->flags |= n_fields < s->n_cols ? BNC_ROW_SHORT : BNC_ROW_LONG;
}

bool bnc_rows_next_raw(struct bnc_rows *rows, struct bnc_row *row)
{
    if (rows->next >= rows->scan.n_row)
        return false;
    bnc_rows_at(rows, (uint32_t)rows->next++, row);
    return true;
}

struct bnc_span bnc_rows_unescape(struct bnc_rows *rows, struct bnc_span raw)
{
    return read_escaped(rows, raw);
}

/*
 * Whether all that keeps a row from being ordinary is a quote that is doubled within quotes: a
 * legal row, of which every field that doesn't begin with a quote is as it is.
 */
static bool is_merely_escaped(const struct bnc_rows *rows, const struct bnc_row_mark *mark)
{
    const uint32_t flags = mark->flags & ~(uint32_t)BNC_MARK_ESCAPED;

    return rows->scan.dialect.escape == 0 && (mark->flags & BNC_ROW_STRAY_QUOTE) == 0 &&
           has_nothing_odd(rows, flags, mark[1].first - mark->first);
}

bool bnc_rows_take(struct bnc_rows *rows, struct bnc_row_batch *b)
{
    const struct bnc_scan *const s = &rows->scan;
    size_t at = rows->next, n = 0, n_passed = 0;
    uint32_t escaped = 0;

    for (; at < s->n_row && n < BNC_ROWS_AT_ONCE && n_passed < BNC_ROWS_AT_ONCE; at++) {
        const struct bnc_row_mark *const mark = &s->row[at];

        if (__builtin_expect(at >= rows->n_direct || !is_ordinary(rows, mark), 0)) {
            if (at >= rows->n_direct || !is_merely_escaped(rows, mark)) {
                b->passed[n_passed++] = (uint32_t)at;
                continue;
            }
            escaped |= UINT32_C(1) << n;
        }
        b->index[n] = (uint32_t)at;
        b->start[n] = mark->start;
        b->len[n] = s->end[mark[1].first - 1] - mark->start;
        b->end[n++] = s->end + mark->first;
    }
    for (size_t i = n; i < BNC_ROWS_AT_ONCE; i++)
        b->len[i] = 0;
    b->text = s->at;
    b->number = rows->number;
    b->off = rows->off;
    b->quote = rows->quote;
    b->escaped = escaped;
    b->rows = rows;
    b->n = n;
    b->n_passed = n_passed;
    rows->next = at;
    return n + n_passed > 0;
}

bool bnc_rows_next(struct bnc_rows *rows, struct bnc_row *row)
{
    const bool more = bnc_rows_next_raw(rows, row);

    if (more)
        bnc_rows_read(rows, row);
    return more;
}
