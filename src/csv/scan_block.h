/* SPDX-License-Identifier: MIT
 * scan_block.h - the body of every kernel: 64 bytes a step, one bit a byte.
 *
 * The problem: find the delimiters and line ends of legal CSV that are not inside quotes, at
 * the speed of memory.  The idea is simdjson's (Langdale and Lemire, "Parsing Gigabytes of JSON
 * per Second", VLDB Journal 2019): compare 64 bytes at once, and do the grammar on 64-bit
 * masks.
 *
 *     text     a , " b , " " c " , d \n
 *     quote    . . 1 . . 1 1 . 1 . . .
 *     inside   . . 1 1 1 . 1 1 . . . .   prefix-xor of quote
 *     opens    . . 1 . . . 1 . . . . .   quote & inside
 *     closes   . . . . . 1 . . 1 . . .   quote & ~inside
 *     ends     . 1 . . . . . . . 1 . 1   (delimiter | line end) & ~inside
 *
 * What opens must follow a delimiter, a line end or a closing quote (so "" is one literal
 * quote); a delimiter, a line end or a quote must follow what closes.
 *
 * A quote at another place is a *bad* bit.  The row it is in is left to the strict scanner, and
 * so are rows over 1 MiB, over BNC_MAX_COLUMNS, and rows over several lines with more fields
 * than the header.
 *
 * Of a run of line ends only the first is kept: so CRLF is one entry and empty lines are none.
 *
 * Included once by each kernel file, which defines before:
 *
 *     KERNEL                        the function's name
 *     KERNEL_TARGET                 __attribute__((target(...))) or nothing
 *     struct kernel_keys            what to compare with
 *     kernel_keys(dialect)
 *     struct kernel_nul             a register in which NUL bytes leave a trace
 *     kernel_nul_none()
 *     kernel_nul_seen(&nul)
 *     kernel_masks(p, keys, &nul)   the masks of 64 bytes at p
 *     kernel_prefix_xor(bits)
 *     kernel_put(out, bits, base)   writes base + position of every set bit, may write up to
 *                                   64 entries, and returns the end of those that count
 */
#ifndef KERNEL
#error "a kernel file defines KERNEL and its friends first"
#endif

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

/* A row may get this much over BNC_MAX_FIELD_BYTES before the kernel sees it. */
#define KERNEL_STRIDE_BYTES ((size_t)32 << 10)

/*
 * What one block hands to the next: the last bit of each mask, as 0 or 1, and the quote state
 * as 0 or ~0.
 */
struct kernel_carry {
    uint64_t inside, may_open, closed, line_end;
};

/* Everything the grammar says of one block. */
struct kernel_bits {
    uint64_t ends, starts, bad, escaped, inner_line_ends;
};

/* A run: where the output goes.  Kept apart from struct bnc_scan so that it lives in registers. */
struct kernel_out {
    struct bnc_row_mark *row, *first_row;   /* behind the last row begun; the first of this run */
    uint32_t *end;
    size_t n_row_before;
    size_t n_plain;                      /* so many fields are no reason to look closer */
};

/* Room for the next 'n_bytes'. */
KERNEL_INLINE bool kernel_reserve(struct bnc_scan *s, struct kernel_out *out, size_t n_bytes)
{
    s->n_end = (size_t)(out->end - s->end);
    s->n_row = (size_t)(out->row - s->row);
    if (!bnc_scan_reserve(s, n_bytes))
        return false;
    out->end = s->end + s->n_end;
    out->row = s->row + s->n_row;
    out->first_row = s->row + out->n_row_before;
    return true;
}

KERNEL_INLINE struct kernel_bits kernel_grammar(const struct bnc_masks *m,
                                                struct kernel_carry *carry)
{
    const uint64_t inside = kernel_prefix_xor(m->quote) ^ carry->inside;
    const uint64_t opens = m->quote & inside, closes = m->quote & ~inside;
    const uint64_t delim = m->delim & ~inside, line_end = m->line_end & ~inside;
    const uint64_t opener = delim | line_end | closes;
    const uint64_t behind_close = closes << 1 | carry->closed;
    const uint64_t behind_line = line_end << 1 | carry->line_end;
    struct kernel_bits b;

    b.ends = delim | (line_end & ~behind_line);
    b.starts = ~m->line_end & behind_line;
    b.bad = (opens & ~(opener << 1 | carry->may_open)) |
            (behind_close & ~(m->delim | m->line_end | m->quote));
    b.escaped = opens & behind_close;
    b.inner_line_ends = m->line_end & inside;
    carry->inside = (uint64_t)((int64_t)inside >> 63);
    carry->may_open = opener >> 63;
    carry->closed = closes >> 63;
    carry->line_end = line_end >> 63;
    return b;
}

/*
 * Is the last row, with entries up to 'end' and the next row's start at 'stop', one that a
 * kernel may decide?
 */
KERNEL_INLINE bool kernel_row_is_plain(const struct bnc_scan *s, const struct kernel_out *out,
                                       const uint32_t *end, size_t stop)
{
    const struct bnc_row_mark *mark = out->row - 1;
    const size_t n = (size_t)(end - s->end) - mark->first;

    if (__builtin_expect(stop - mark->start > BNC_MAX_FIELD_BYTES, 0))
        return false;
    if (__builtin_expect(n <= out->n_plain, 1))
        return true;
    return n <= BNC_MAX_COLUMNS && (mark->flags & BNC_MARK_MULTILINE) == 0;
}

/*
 * Takes a block's entries and begins its rows.  False when the row before one of them isn't
 * plain.
 */
KERNEL_INLINE bool kernel_take(struct bnc_scan *s, struct kernel_out *out,
                               const struct kernel_bits *b, size_t pos)
{
    uint32_t *const end = out->end;
    uint32_t flags = 0;

    out->end = kernel_put(end, b->ends, (uint32_t)pos);
    if (__builtin_expect((b->escaped | b->inner_line_ends) != 0, 0)) {
        flags = (b->escaped != 0 ? BNC_MARK_ESCAPED : 0) |
                (b->inner_line_ends != 0 ? BNC_MARK_MULTILINE : 0);
        if (out->row > out->first_row)
            out->row[-1].flags |= flags;
        s->has_escapes |= b->escaped != 0;
    }
    for (uint64_t left = b->starts; left != 0; left &= left - 1) {
        const size_t start = pos + (size_t)__builtin_ctzll(left);
        uint32_t *const at = end + __builtin_popcountll(b->ends & ((left & -left) - 1));

        if (out->row > out->first_row && !kernel_row_is_plain(s, out, at, start))
            return false;
        *out->row++ = (struct bnc_row_mark){ (uint32_t)start, (uint32_t)(at - s->end), flags };
    }
    return true;
}

/*
 * A block without quotes, and not in any: nothing can be wrong with it.  Worth its branch: text
 * with no quotes goes 1.5 times as fast, rows quoted where needed 1.0 (AVX-512) to 1.2 times,
 * and where every field is quoted 0.9 times.
 */
KERNEL_INLINE bool kernel_take_unquoted(struct bnc_scan *s, struct kernel_out *out,
                                        const struct bnc_masks *m, struct kernel_carry *carry,
                                        size_t pos)
{
    const uint64_t behind_line = m->line_end << 1 | carry->line_end;
    struct kernel_bits b = { 0 };

    b.ends = m->delim | (m->line_end & ~behind_line);
    b.starts = ~m->line_end & behind_line;
    carry->may_open = (m->delim | m->line_end) >> 63;
    carry->line_end = m->line_end >> 63;
    return kernel_take(s, out, &b, pos);
}

/*
 * Only the bits of 'valid', and of the rest only what lies in front of the first bad one.
 * False if there is a bad one.
 */
KERNEL_INLINE bool kernel_cut(struct kernel_bits *b, uint64_t valid)
{
    const uint64_t bad = b->bad & valid;

    if (bad != 0)
        valid &= (bad & -bad) - 1;
    b->ends &= valid;
    b->starts &= valid;
    return bad == 0;
}

/* A block that the text fills.  False when the run ends in it. */
KERNEL_INLINE bool kernel_step(struct bnc_scan *s, struct kernel_out *out,
                               const struct bnc_masks *m, struct kernel_carry *carry, size_t pos)
{
    struct kernel_bits b;

    if ((m->quote | carry->inside | carry->closed) == 0)
        return kernel_take_unquoted(s, out, m, carry, pos);
    b = kernel_grammar(m, carry);
    if (__builtin_expect(b.bad == 0, 1))
        return kernel_take(s, out, &b, pos);
    kernel_cut(&b, ~UINT64_C(0));
    kernel_take(s, out, &b, pos);
    return false;
}

/*
 * The block that the text doesn't fill, filled up with line ends.  The first of them counts
 * where the input ends, for the one that the last row may lack.
 */
KERNEL_INLINE bool kernel_take_last(struct bnc_scan *s, struct kernel_out *out,
                                    struct kernel_carry *carry, struct kernel_nul *nul, size_t pos)
{
    const size_t n = s->len - pos;
    const uint64_t text = (UINT64_C(1) << n) - 1;
    char padded[64];
    struct bnc_masks m;
    struct kernel_bits b;
    bool plain;

    memset(padded, '\n', sizeof padded);
    memcpy(padded, s->at + pos, n);
    m = kernel_masks(padded, kernel_keys(&s->dialect), nul);
    b = kernel_grammar(&m, carry);
    b.starts &= text;
    plain = kernel_cut(&b, s->last ? text << 1 | 1 : text);
    return kernel_take(s, out, &b, pos) && plain;
}

/*
 * Keeps the complete rows.  A row is complete when the last entry is its line end (or the
 * input's end).
 */
KERNEL_INLINE void kernel_finish(struct bnc_scan *s, struct kernel_out *out, bool plain)
{
    s->n_end = (size_t)(out->end - s->end);
    s->n_row = (size_t)(out->row - s->row);
    s->pos = s->len;
    if (out->row == out->first_row)
        return;                          /* nothing but line ends */
    if (plain && s->n_end > out->row[-1].first) {
        const size_t at = s->end[s->n_end - 1];

        if ((at == s->len || s->byte_class[(unsigned char)s->at[at]] == BNC_BYTE_LINE_END) &&
            kernel_row_is_plain(s, out, out->end, s->len))
            return;
    }
    s->n_row--;
    s->n_end = s->row[s->n_row].first;
    s->pos = s->row[s->n_row].start;
}

KERNEL_TARGET void KERNEL(struct bnc_scan *s)
{
    const struct kernel_keys keys = kernel_keys(&s->dialect);
    struct kernel_out out = {
        .row = s->row + s->n_row,
        .first_row = s->row + s->n_row,
        .end = s->end + s->n_end,
        .n_row_before = s->n_row,
        .n_plain = s->n_cols == 0 ? BNC_MAX_COLUMNS : s->n_cols,
    };
    struct kernel_carry carry = { .may_open = 1, .line_end = 1 };
    struct kernel_nul nul = kernel_nul_none();
    size_t pos = s->pos;
    bool plain = true;

    while (plain && s->len - pos >= 64) {
        const size_t left = (s->len - pos) & ~(size_t)63;
        const size_t stop = pos + (left < KERNEL_STRIDE_BYTES ? left : KERNEL_STRIDE_BYTES);

        plain = kernel_reserve(s, &out, KERNEL_STRIDE_BYTES);
        if (out.row > out.first_row && pos - out.row[-1].start > BNC_MAX_FIELD_BYTES)
            plain = false;
        while (plain && pos < stop) {
            const struct bnc_masks m = kernel_masks(s->at + pos, keys, &nul);

            plain = kernel_step(s, &out, &m, &carry, pos);
            pos += 64;
        }
    }
    if (plain && kernel_reserve(s, &out, 64))
        plain = kernel_take_last(s, &out, &carry, &nul, pos);
    s->reach = plain ? s->len : pos;
    s->has_nul |= kernel_nul_seen(&nul);
    kernel_finish(s, &out, plain);
}
