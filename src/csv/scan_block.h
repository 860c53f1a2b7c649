/* SPDX-License-Identifier: MIT
 * scan_block.h - the body of every kernel: 64 bytes a step, one bit a byte.
 *
 * The problem: find the delimiters and line ends of legal CSV that are not inside quotes, at the speed of memory.  The idea is simdjson's
 * (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", VLDB Journal 2019): compare 64 bytes at once, and do the grammar on 64-bit masks.
 *
 *     text     a , " b , " " c " , d \n
 *     quote    . . 1 . . 1 1 . 1 . . .
 *     inside   . . 1 1 1 . 1 1 . . . .     prefix-xor of quote: from an opening quote to before the closing one
 *     opens    . . 1 . . . 1 . . . . .     quote & inside      must follow a delimiter, a line end or a closing quote (so "" is one literal quote)
 *     closes   . . . . . 1 . . 1 . . .     quote & ~inside     a delimiter, a line end or a quote must follow
 *     ends     . 1 . . . . . . . 1 . 1     (delimiter | line end) & ~inside
 *
 * A quote at another place is a *bad* bit.  The row it is in is left to the strict scanner, and so are rows over 1 MiB, over
 * BNC_MAX_COLUMNS, and rows over several lines with more fields than the header.
 *
 * Of a run of line ends only the first is kept: so CRLF is one entry and empty lines are none.
 *
 * Included once by each kernel file, which defines before:
 *   KERNEL          the function's name
 *   KERNEL_TARGET   __attribute__((target(...))) or nothing
 *   struct kernel_keys, kernel_keys(dialect)     what to compare with
 *   kernel_masks(p, keys)                        the masks of 64 bytes at p
 *   kernel_prefix_xor(bits)
 *   kernel_put(out, bits, base)                  writes base + position of every set bit; may write 64 entries
 */
#ifndef KERNEL
#error "a kernel file defines KERNEL and its friends first"
#endif

/* What one block hands to the next: the last bit of each mask, as 0 or 1, and the quote state as 0 or ~0. */
struct kernel_carry {
    uint64_t inside, may_open, closed, line_end;
};

/* Everything the grammar says of one block. */
struct kernel_bits {
    uint64_t ends, starts, bad, escaped, inner_line_ends;
};

static inline KERNEL_TARGET struct kernel_bits kernel_grammar(const struct bnc_masks *m,
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

/* Is the last row, with entries up to n_end and the next row's start at 'stop', one that a kernel may decide? */
static inline bool kernel_row_is_plain(const struct bnc_scan *s, size_t n_end, size_t stop)
{
    const struct bnc_row_mark *mark = &s->row[s->n_row - 1];
    const size_t n = n_end - mark->first;

    if (stop - mark->start > BNC_MAX_FIELD_BYTES || n > BNC_MAX_COLUMNS)
        return false;
    return s->n_cols == 0 || n <= s->n_cols || (mark->flags & BNC_MARK_MULTILINE) == 0;
}

/*
 * The block at 'pos'.  One that the text doesn't fill is filled up with line ends; 'valid' has a bit for each byte of the text,
 * and where the input ends, one more for the line end that it may lack.
 */
static inline KERNEL_TARGET struct bnc_masks kernel_load(const struct bnc_scan *s, size_t pos,
                                                         struct kernel_keys keys, uint64_t *valid)
{
    char padded[64];
    size_t n = s->len - pos;

    *valid = ~UINT64_C(0);
    if (n >= 64)
        return kernel_masks(s->at + pos, keys);
    memset(padded, '\n', sizeof padded);
    memcpy(padded, s->at + pos, n);
    n += s->last;
    if (n < 64)
        *valid = (UINT64_C(1) << n) - 1;
    return kernel_masks(padded, keys);
}

/* Begins the rows of a block, whose entries start at n_end.  False when the row before one of them isn't plain. */
static inline KERNEL_TARGET bool kernel_begin_rows(struct bnc_scan *s, const struct kernel_bits *b,
                                                   size_t n_row_before, size_t n_end, size_t pos,
                                                   uint32_t flags)
{
    for (uint64_t left = b->starts; left != 0; left &= left - 1) {
        const uint64_t below = (left & -left) - 1;
        const size_t start = pos + (size_t)__builtin_ctzll(left);
        const size_t first = n_end + (size_t)__builtin_popcountll(b->ends & below);

        if (s->n_row > n_row_before && !kernel_row_is_plain(s, first, start))
            return false;
        s->row[s->n_row++] = (struct bnc_row_mark){ (uint32_t)start, (uint32_t)first, flags };
    }
    return true;
}

/* Keeps the complete rows.  A row is complete when the last entry is its line end (or the input's end). */
static inline void kernel_finish(struct bnc_scan *s, size_t n_row_before, size_t n_end, bool plain)
{
    s->n_end = n_end;
    s->pos = s->len;
    if (s->n_row == n_row_before)
        return;                          /* nothing but line ends */
    if (plain && n_end > s->row[s->n_row - 1].first) {
        const size_t at = s->end[n_end - 1];

        if ((at == s->len || s->byte_class[(unsigned char)s->at[at]] == BNC_BYTE_LINE_END) &&
            kernel_row_is_plain(s, n_end, s->len))
            return;
    }
    s->n_row--;
    s->n_end = s->row[s->n_row].first;
    s->pos = s->row[s->n_row].start;
}

KERNEL_TARGET void KERNEL(struct bnc_scan *s)
{
    const struct kernel_keys keys = kernel_keys(&s->dialect);
    const size_t stop = s->len + s->last, n_row_before = s->n_row;
    struct kernel_carry carry = { .may_open = 1, .line_end = 1 };
    uint32_t *out = s->end + s->n_end;
    uint64_t nul = 0;
    size_t pos = s->pos;
    bool plain = true;

    for (; pos < stop && plain; pos += 64) {
        const size_t n_end = (size_t)(out - s->end);
        uint32_t flags = 0;
        uint64_t valid;
        const struct bnc_masks m = kernel_load(s, pos, keys, &valid);
        struct kernel_bits b = kernel_grammar(&m, &carry);

        if ((b.bad & valid) != 0) {
            valid &= (b.bad & -b.bad) - 1;
            plain = false;
        }
        b.ends &= valid;
        nul |= m.nul;
        out = kernel_put(out, b.ends, (uint32_t)pos);
        if ((b.escaped | b.inner_line_ends) != 0) {
            flags = (b.escaped != 0 ? BNC_MARK_ESCAPED : 0) |
                    (b.inner_line_ends != 0 ? BNC_MARK_MULTILINE : 0);
            if (s->n_row > n_row_before)
                s->row[s->n_row - 1].flags |= flags;
            s->has_escapes = true;
        }
        b.starts &= valid;
        if (pos + 64 > s->len)
            b.starts &= ~(~UINT64_C(0) << (s->len - pos));
        if (b.starts != 0)
            plain = kernel_begin_rows(s, &b, n_row_before, n_end, pos, flags) && plain;
        else if (s->n_row > n_row_before &&
                 pos - s->row[s->n_row - 1].start > BNC_MAX_FIELD_BYTES)
            plain = false;
    }
    s->reach = pos < s->len ? pos : s->len;
    s->has_nul |= nul != 0;
    kernel_finish(s, n_row_before, (size_t)(out - s->end), plain);
}
