/* SPDX-License-Identifier: MIT
 * scan_block.h - the body of every kernel: 64 bytes a block, one bit a byte.
 *
 * The problem: find the delimiters and line ends of legal CSV that are not inside quotes, at
 * the speed of memory.  The idea is simdjson's (Langdale and Lemire, "Parsing Gigabytes of JSON
 * per Second", VLDB Journal 2019): compare 64 bytes at once, and do the grammar on 64-bit
 * masks.
 *
 *     text     a , " b , " " c " , d \n
 *     quote    . . 1 . . 1 1 . 1 . . .
 *     inside   . . 1 1 1 . 1 1 . . . .   prefix-xor of quote
 *     ends     . 1 . . . . . . . 1 . 1   (delimiter | line end) & ~inside
 *     starts   1 . . . . . . . . . . .   what follows a line end outside quotes
 *
 * A quote with a byte of text on its outer side is *bad*: one that opens must follow a delimiter,
 * a line end or a quote (so "" is one literal quote), and such a one must follow one that closes.
 * The row it is in is left to the strict scanner, and so are rows over 1 MiB, over
 * BNC_MAX_COLUMNS, and rows over several lines with more fields than the header.
 *
 * Of a run of line ends only the first is kept: so CRLF is one entry and empty lines are none.
 *
 * A chunk of KERNEL_CHUNK blocks goes through one stage after the other: masks, quotes and grammar
 * (several blocks a register), entries, rows.  Block by block, all of it at once, there are not
 * registers enough, and half of the time goes into branches that are hardly ever foreseen: has the
 * block a quote, does a row begin, are there more than so many entries?  So no stage asks; but a
 * bad quote sends it back to be taken block by block, and where a doubled quote or a line end in
 * quotes is, its rows are looked at once more.  PowerMTA rows: 36 -> 15 ns a row (AVX-512).
 * Masks are stored one by one and loaded several at once, for which a core waits until they are
 * in its cache: hence no smaller chunks.
 *
 * Included once by each kernel file, which defines before:
 *
 *     KERNEL                        the function's name
 *     KERNEL_TARGET                 __attribute__((target(...))) or nothing
 *     kernel_lanes                  a register of masks
 *     struct kernel_keys            what to compare with
 *     kernel_keys(dialect)
 *     struct kernel_nul             a register in which NUL bytes leave a trace
 *     kernel_nul_none()
 *     kernel_nul_seen(&nul)
 *     kernel_masks(p, keys, &nul)   the masks of 64 bytes at p
 *     kernel_prefix_xor(lanes)      of each lane
 *     kernel_signs(lanes)           the highest bit of each lane, the first lane's the lowest
 *     kernel_nonzero(lanes)         a bit for each lane that isn't 0
 *     kernel_inverted(lanes, bits)  with all bits of those lanes inverted that have a bit
 *     kernel_behind(lanes, before)  moved up by a bit, as if one long number; the lowest bit is
 *                                   the highest of 'before'
 *     kernel_place                  uint32_t, or a register of the same one several times
 *     kernel_put(out, bits, place)  writes place + position of every set bit, may write up to
 *                                   64 entries and 8 more, and returns the end of those that count
 */
#ifndef KERNEL
#error "a kernel file defines KERNEL and its friends first"
#endif

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL_TARGET

/* A row may get this much over BNC_MAX_FIELD_BYTES before the kernel sees it. */
#define KERNEL_STRIDE_BYTES ((size_t)32 << 10)

/* Blocks that go through a stage before the next begins: so many bits has with_start. */
#define KERNEL_CHUNK 64

#define KERNEL_LANES (sizeof(kernel_lanes) / sizeof(uint64_t))

/* Asked for in advance, where what the text was read into isn't in the cache any more. */
#define KERNEL_PREFETCH_BYTES 4096

/*
 * The masks of a chunk.  In front of four of them there is room for those of the blocks before, of
 * which only the last counts.
 */
struct kernel_chunk {
    uint64_t quote[KERNEL_LANES + KERNEL_CHUNK], delim[KERNEL_LANES + KERNEL_CHUNK];
    uint64_t line_end[KERNEL_LANES + KERNEL_CHUNK];
    uint64_t inside[KERNEL_LANES + KERNEL_CHUNK];   /* quotes, or the quote that opened */
    uint64_t ends[KERNEL_CHUNK], starts[KERNEL_CHUNK];
    uint64_t with_start;                 /* a bit for each block in which a row begins */
    uint64_t with_odd;                   /* with a doubled quote or a line end in quotes in it */
} __attribute__((aligned(64)));

/* Everything the grammar says of one block. */
struct kernel_bits {
    uint64_t ends, starts, bad, escaped, inner_line_ends;
};

/* A run: where the output goes.  Kept apart from struct bnc_scan so that it lives in registers. */
struct kernel_out {
    uint32_t *end, *end_0;               /* behind the last entry; the index's first */
    struct bnc_row_mark *row, *first_row;   /* behind the last row begun; the first of this run */
    struct bnc_row_mark *unseen;         /* the first not seen by kernel_rows_are_plain() */
    size_t n_row_before;
    size_t n_plain;                      /* so many fields are no reason to look closer */
};

/* Room for the next 'n_bytes'. */
KERNEL_INLINE bool kernel_reserve(struct bnc_scan *s, struct kernel_out *out, size_t n_bytes)
{
    const size_t n_seen = (size_t)(out->unseen - s->row);

    s->n_end = (size_t)(out->end - s->end);
    s->n_row = (size_t)(out->row - s->row);
    if (!bnc_scan_reserve(s, n_bytes))
        return false;
    out->end_0 = s->end;
    out->end = s->end + s->n_end;
    out->row = s->row + s->n_row;
    out->first_row = s->row + out->n_row_before;
    out->unseen = s->row + n_seen;
    return true;
}

/* ---- the stages of a chunk ---- */

KERNEL_INLINE kernel_place kernel_place_at(size_t pos)
{
    return (kernel_place){ 0 } + (uint32_t)pos;
}

KERNEL_INLINE void kernel_put_masks(struct kernel_chunk *c, size_t i, struct bnc_masks m)
{
    c->quote[KERNEL_LANES + i] = m.quote;
    c->delim[KERNEL_LANES + i] = m.delim;
    c->line_end[KERNEL_LANES + i] = m.line_end;
}

KERNEL_INLINE void kernel_find_masks(struct kernel_chunk *c, const char *at, size_t n,
                                     struct kernel_keys keys, struct kernel_nul *nul)
{
#pragma GCC unroll 4
    for (size_t i = 0; i < n; i++, at += 64) {
        __builtin_prefetch(at + KERNEL_PREFETCH_BYTES);
        kernel_put_masks(c, i, kernel_masks(at, keys, nul));
    }
}

/* A chunk that the text doesn't fill: the blocks from 'n' on are line ends, */
KERNEL_INLINE void kernel_fill_from(struct kernel_chunk *c, size_t n)
{
    for (size_t i = n; i < KERNEL_CHUNK; i++)
        kernel_put_masks(c, i, (struct bnc_masks){ .line_end = ~UINT64_C(0) });
}

/* which don't count. */
KERNEL_INLINE void kernel_cut_from(struct kernel_chunk *c, size_t n)
{
    for (size_t i = n; i < KERNEL_CHUNK; i++)
        c->ends[i] = c->starts[i] = 0;
    c->with_start &= (UINT64_C(1) << n) - 1;
    c->with_odd &= (UINT64_C(1) << n) - 1;
}

KERNEL_INLINE kernel_lanes *kernel_at(const uint64_t *masks)
{
    return (kernel_lanes *)(uintptr_t)masks;
}

/* Which bytes of the lanes are in quotes; '*inside': whether the one before the first is. */
KERNEL_INLINE kernel_lanes kernel_find_inside(kernel_lanes quote, unsigned *inside)
{
    const kernel_lanes bits = kernel_prefix_xor(quote);
    const unsigned before = *inside;
    unsigned odd = kernel_signs(bits) ^ before;

    for (unsigned by = 1; by < KERNEL_LANES; by *= 2)
        odd ^= odd << by;
    *inside = odd >> (KERNEL_LANES - 1) & 1;
    return kernel_inverted(bits, odd << 1 | before);
}

/*
 * The grammar, which kernel_grammar() has for one block: what is inside, ends and starts of a whole
 * chunk.  False where a quote is bad; then ends and starts hold for nothing.
 */
static __attribute__((noinline)) KERNEL_TARGET bool kernel_find_ends(struct kernel_chunk *c)
{
    kernel_lanes quote_0 = *kernel_at(c->quote), inside_0 = *kernel_at(c->inside);
    kernel_lanes line_0 = *kernel_at(c->line_end), delim_0 = *kernel_at(c->delim);
    kernel_lanes mark_0 = quote_0 | delim_0 | line_0, line_out_0 = line_0 & ~inside_0, bad = { 0 };
    uint64_t with_start = 0, with_odd = 0;
    unsigned is_inside = (unsigned)(c->inside[KERNEL_LANES - 1] >> 63);

    for (size_t i = 0; i < KERNEL_CHUNK; i += KERNEL_LANES) {
        const kernel_lanes quote = *kernel_at(c->quote + KERNEL_LANES + i);
        const kernel_lanes delim = *kernel_at(c->delim + KERNEL_LANES + i);
        const kernel_lanes line = *kernel_at(c->line_end + KERNEL_LANES + i);
        const kernel_lanes inside = kernel_find_inside(quote, &is_inside);
        const kernel_lanes mark = quote | delim | line, line_out = line & ~inside;
        const kernel_lanes behind_quote = kernel_behind(quote, quote_0);
        const kernel_lanes behind_mark = kernel_behind(mark, mark_0);
        const kernel_lanes behind_line = kernel_behind(line_out, line_out_0);
        const kernel_lanes starts = ~line & behind_line;

        bad |= (quote & inside & ~behind_mark) | (behind_quote & ~(mark | inside));
        *kernel_at(c->inside + KERNEL_LANES + i) = inside;
        *kernel_at(c->ends + i) = ~inside & (delim | (line & ~behind_line));
        *kernel_at(c->starts + i) = starts;
        with_start |= (uint64_t)kernel_nonzero(starts) << i;
        with_odd |= (uint64_t)kernel_nonzero(inside & ((quote & behind_quote) | line)) << i;
        quote_0 = quote;
        mark_0 = mark;
        line_out_0 = line_out;
    }
    c->with_start = with_start;
    c->with_odd = with_odd;
    return kernel_nonzero(bad) == 0;
}

/* The rows that begin in the bits of 'starts', in front of which there are 'n_end' entries. */
KERNEL_INLINE struct bnc_row_mark *kernel_begin_rows(struct bnc_row_mark *row, uint64_t starts,
                                                     uint64_t ends, size_t pos, size_t n_end,
                                                     uint32_t flags)
{
    for (; starts != 0; starts &= starts - 1)
        *row++ = (struct bnc_row_mark){
            (uint32_t)pos + (uint32_t)__builtin_ctzll(starts),
            (uint32_t)n_end + (uint32_t)__builtin_popcountll(ends & ((starts & -starts) - 1)),
            flags };
    return row;
}

/* Takes a chunk without a bad quote, all its rows as if nothing in it were odd. */
KERNEL_INLINE void kernel_take_chunk(struct kernel_out *out, const struct kernel_chunk *c,
                                     size_t pos)
{
    const uint32_t *before[KERNEL_CHUNK];
    uint32_t *end = out->end;
    struct bnc_row_mark *row = out->row;
    kernel_place place = kernel_place_at(pos);

    for (unsigned i = 0; i < KERNEL_CHUNK; i++, place += 64) {
        before[i] = end;
        end = kernel_put(end, c->ends[i], place);
    }
    for (uint64_t left = c->with_start; left != 0; left &= left - 1) {
        const size_t i = (size_t)__builtin_ctzll(left);

        row = kernel_begin_rows(row, c->starts[i], c->ends[i], pos + 64 * i,
                                (size_t)(before[i] - out->end_0), 0);
    }
    out->end = end;
    out->row = row;
}

/* ---- one block ---- */

KERNEL_INLINE struct kernel_bits kernel_grammar(const struct kernel_chunk *c, size_t i)
{
    const size_t k = KERNEL_LANES + i;
    const uint64_t quote = c->quote[k], delim = c->delim[k], line = c->line_end[k];
    const uint64_t inside = c->inside[k], opens = quote & inside;
    const uint64_t text = ~(quote | delim | line);
    const uint64_t text_0 = ~(c->quote[k - 1] | c->delim[k - 1] | c->line_end[k - 1]);
    const uint64_t behind_quote = quote << 1 | c->quote[k - 1] >> 63;
    const uint64_t behind_text = text << 1 | text_0 >> 63;
    const uint64_t line_out_0 = c->line_end[k - 1] & ~c->inside[k - 1];
    const uint64_t behind_line = (line & ~inside) << 1 | line_out_0 >> 63;

    return (struct kernel_bits){
        .ends = ~inside & (delim | (line & ~behind_line)),
        .starts = ~line & behind_line,
        .bad = (opens & behind_text) | (text & behind_quote & ~inside),
        .escaped = opens & behind_quote,
        .inner_line_ends = line & inside,
    };
}

KERNEL_INLINE uint32_t kernel_flags(const struct kernel_bits *b)
{
    return (b->escaped != 0 ? BNC_MARK_ESCAPED : 0) |
           (b->inner_line_ends != 0 ? BNC_MARK_MULTILINE : 0);
}

/* What is odd in a block makes the row begun before it and those that begin in it need care. */
KERNEL_INLINE void kernel_take_block(struct bnc_scan *s, struct kernel_out *out,
                                     struct kernel_bits b, size_t pos)
{
    const size_t n_end = (size_t)(out->end - out->end_0);
    const uint32_t flags = kernel_flags(&b);

    s->has_escapes |= b.escaped != 0;
    if (out->row > out->first_row)
        out->row[-1].flags |= flags;
    out->end = kernel_put(out->end, b.ends, kernel_place_at(pos));
    out->row = kernel_begin_rows(out->row, b.starts, b.ends, pos, n_end, flags);
}

/*
 * The same for the rows of a chunk that was taken: those from 'row' on, which is the one that was
 * begun before it, if there was one.  Here it is known which rows the odd bits are in.
 */
static __attribute__((noinline)) KERNEL_TARGET void
kernel_mark_odd(struct bnc_scan *s, const struct kernel_out *out, const struct kernel_chunk *c,
                struct bnc_row_mark *row, size_t pos)
{
    for (uint64_t left = c->with_odd; left != 0; left &= left - 1) {
        const size_t i = (size_t)__builtin_ctzll(left);
        const struct kernel_bits b = kernel_grammar(c, i);

        s->has_escapes |= b.escaped != 0;
        for (uint64_t odd = b.escaped | b.inner_line_ends; odd != 0; odd &= odd - 1) {
            const size_t at = pos + 64 * i + (size_t)__builtin_ctzll(odd);

            while (row + 1 < out->row && row[1].start <= at)
                row++;
            row->flags |= (b.escaped & odd & -odd) != 0 ? BNC_MARK_ESCAPED : BNC_MARK_MULTILINE;
        }
    }
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

/* Blocks one by one, '*pos' with them.  False when one has a bad bit, the last that is taken. */
static __attribute__((noinline)) KERNEL_TARGET bool
kernel_take_blocks(struct bnc_scan *s, struct kernel_out *out, const struct kernel_chunk *c,
                   size_t n, size_t *pos)
{
    bool good = true;

    for (size_t i = 0; i < n && good; i++) {
        struct kernel_bits b = kernel_grammar(c, i);

        good = kernel_cut(&b, ~UINT64_C(0));
        kernel_take_block(s, out, b, *pos);
        *pos += 64;
    }
    return good;
}

/*
 * The block that the text doesn't fill, filled up with line ends.  The first of them counts
 * where the input ends, for the one that the last row may lack.
 */
KERNEL_INLINE bool kernel_take_last(struct bnc_scan *s, struct kernel_out *out,
                                    struct kernel_chunk *c, struct kernel_nul *nul, size_t pos)
{
    const size_t n = s->len - pos;
    const uint64_t text = (UINT64_C(1) << n) - 1;
    char padded[64];
    struct kernel_bits b;
    bool plain;

    memset(padded, '\n', sizeof padded);
    memcpy(padded, s->at + pos, n);
    kernel_put_masks(c, 0, kernel_masks(padded, kernel_keys(&s->dialect), nul));
    kernel_fill_from(c, 1);
    kernel_find_ends(c);
    b = kernel_grammar(c, 0);
    b.starts &= text;
    plain = kernel_cut(&b, s->last ? text << 1 | 1 : text);
    kernel_take_block(s, out, b, pos);
    return plain;
}

/* ---- a run ---- */

/* Is a row one that a kernel may decide: 'n' entries, 'n_bytes' up to the next one's start? */
KERNEL_INLINE bool kernel_row_is_plain(const struct kernel_out *out, uint32_t flags, size_t n,
                                       size_t n_bytes)
{
    if (__builtin_expect(n_bytes > BNC_MAX_FIELD_BYTES, 0))
        return false;
    if (__builtin_expect(n <= out->n_plain, 1))
        return true;
    return n <= BNC_MAX_COLUMNS && (flags & BNC_MARK_MULTILINE) == 0;
}

/*
 * Looks at the rows that ended since it was called last.  False: one isn't plain, and what began
 * behind it is taken back.
 */
KERNEL_INLINE bool kernel_rows_are_plain(struct kernel_out *out)
{
    struct bnc_row_mark *row = out->unseen;

    for (; row + 1 < out->row; row++) {
        if (!kernel_row_is_plain(out, row->flags, row[1].first - row->first,
                                 row[1].start - row->start)) {
            out->end = out->end_0 + row[1].first;
            out->row = row + 1;
            return false;
        }
    }
    out->unseen = row;
    return true;
}

/*
 * Keeps the complete rows.  A row is complete when the last entry is its line end (or the
 * input's end).
 */
KERNEL_INLINE void kernel_finish(struct bnc_scan *s, struct kernel_out *out, bool plain)
{
    const struct bnc_row_mark *last;

    plain = kernel_rows_are_plain(out) && plain;
    s->n_end = (size_t)(out->end - s->end);
    s->n_row = (size_t)(out->row - s->row);
    s->pos = s->len;
    if (out->row == out->first_row)
        return;                          /* nothing but line ends */
    last = out->row - 1;
    if (plain && s->n_end > last->first) {
        const size_t at = s->end[s->n_end - 1];

        if ((at == s->len || s->byte_class[(unsigned char)s->at[at]] == BNC_BYTE_LINE_END) &&
            kernel_row_is_plain(out, last->flags, s->n_end - last->first, s->len - last->start))
            return;
    }
    s->n_row--;
    s->n_end = last->first;
    s->pos = last->start;
}

/* The blocks from '*pos' to 'stop'.  False when one has a bad bit, the last that is taken. */
KERNEL_INLINE bool kernel_take_stride(struct bnc_scan *s, struct kernel_out *out,
                                      struct kernel_chunk *c, struct kernel_nul *nul, size_t *pos,
                                      size_t stop)
{
    const struct kernel_keys keys = kernel_keys(&s->dialect);

    while (*pos < stop) {
        const size_t left = (stop - *pos) / 64, n = left < KERNEL_CHUNK ? left : KERNEL_CHUNK;

        kernel_find_masks(c, s->at + *pos, n, keys, nul);
        if (__builtin_expect(n < KERNEL_CHUNK, 0))
            kernel_fill_from(c, n);
        if (__builtin_expect(kernel_find_ends(c), 1)) {
            struct bnc_row_mark *const row = out->row - (out->row > out->first_row);

            if (__builtin_expect(n < KERNEL_CHUNK, 0))
                kernel_cut_from(c, n);
            kernel_take_chunk(out, c, *pos);
            if (__builtin_expect(c->with_odd != 0, 0))
                kernel_mark_odd(s, out, c, row, *pos);
            *pos += 64 * n;
        } else if (!kernel_take_blocks(s, out, c, n, pos)) {
            return false;
        }
        c->quote[KERNEL_LANES - 1] = c->quote[KERNEL_LANES - 1 + n];
        c->delim[KERNEL_LANES - 1] = c->delim[KERNEL_LANES - 1 + n];
        c->line_end[KERNEL_LANES - 1] = c->line_end[KERNEL_LANES - 1 + n];
        c->inside[KERNEL_LANES - 1] = c->inside[KERNEL_LANES - 1 + n];
    }
    return true;
}

/* Where its loops stand in their lines is a twentieth of its time. */
__attribute__((aligned(64))) KERNEL_TARGET void KERNEL(struct bnc_scan *s)
{
    struct kernel_out out = {
        .row = s->row + s->n_row,
        .first_row = s->row + s->n_row,
        .unseen = s->row + s->n_row,
        .end = s->end + s->n_end,
        .end_0 = s->end,
        .n_row_before = s->n_row,
        .n_plain = s->n_cols == 0 ? BNC_MAX_COLUMNS : s->n_cols,
    };
    struct kernel_chunk chunk;
    struct kernel_nul nul = kernel_nul_none();
    size_t pos = s->pos;
    bool plain = true;

    memset(&chunk, 0, offsetof(struct kernel_chunk, ends));
    chunk.line_end[KERNEL_LANES - 1] = ~UINT64_C(0);   /* so a row begins */
    while (plain && s->len - pos >= 64) {
        const size_t left = (s->len - pos) & ~(size_t)63;
        const size_t stop = pos + (left < KERNEL_STRIDE_BYTES ? left : KERNEL_STRIDE_BYTES);

        plain = kernel_rows_are_plain(&out) && kernel_reserve(s, &out, KERNEL_STRIDE_BYTES) &&
                (out.row == out.first_row || pos - out.row[-1].start <= BNC_MAX_FIELD_BYTES) &&
                kernel_take_stride(s, &out, &chunk, &nul, &pos, stop);
    }
    if (plain && kernel_reserve(s, &out, 64))
        plain = kernel_take_last(s, &out, &chunk, &nul, pos);
    s->reach = plain ? s->len : pos;
    s->has_nul |= kernel_nul_seen(&nul);
    kernel_finish(s, &out, plain);
}
