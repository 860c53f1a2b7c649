/* SPDX-License-Identifier: MIT
 * huffman.c - tables for DEFLATE's codes, built as fast as they are outdated.
 *
 * gzip -6 begins a new block every 5 KB of compressed CSV, so building takes part of the time.
 * Codes come in canonical order, shorter ones first, and bits of the input are taken from the low
 * end, so a code is kept with its first bit lowest.  An entry for n bits stands at every index
 * that ends in them: instead of storing it all over the table, the table begins with two entries
 * and is doubled before each longer length.
 */
#include "ingest/huffman.h"

#include <string.h>

#define MAX_BITS BNC_HUFFMAN_MAX_BITS

struct code {
    uint16_t n_of[MAX_BITS + 1];                 /* symbols with a code of so many bits */
    uint16_t sorted[BNC_HUFFMAN_MAX_SYMBOLS];    /* all that have one, shorter ones first */
    unsigned n;
    bool complete;
};

static bool sort(struct code *c, const uint8_t *lens, unsigned n_symbols)
{
    uint16_t at[MAX_BITS + 1] = { 0 };
    int left = 1; /* codes of 'len' bits that are still free */

    memset(c->n_of, 0, sizeof c->n_of);
    for (unsigned i = 0; i < n_symbols; i++)
        c->n_of[lens[i]]++;
    c->n = n_symbols - c->n_of[0];
    c->n_of[0] = 0;
    for (unsigned len = 1; len <= MAX_BITS; len++) {
        left = left * 2 - c->n_of[len];
        if (left < 0)
            return false;
        at[len] = (uint16_t)(at[len - 1] + c->n_of[len - 1]);
    }
    for (unsigned i = 0; i < n_symbols; i++)
        if (lens[i] != 0)
            c->sorted[at[lens[i]]++] = (uint16_t)i;
    c->complete = left == 0;
    return c->complete || c->n == c->n_of[1]; /* then there is one at most */
}

/* The symbol's entry, now that the length of its code is known. */
static uint32_t with_bits(uint32_t symbol, unsigned len)
{
    const bool is_base = (symbol & (BNC_HUFFMAN_LITERAL | BNC_HUFFMAN_OTHER)) == 0;

    return symbol + len + (is_base ? len << 8 : 0);
}

/* The code behind 'code' among those of 'len' bits; 0 behind the last. */
static uint32_t next_code(uint32_t code, unsigned len)
{
    uint32_t bit = 1u << (len - 1);

    while ((code & bit) != 0) {
        code ^= bit;
        bit >>= 1;
    }
    return code | bit;
}

static void build_incomplete(uint32_t *table, unsigned bits, const struct code *c,
                             const uint32_t *symbols)
{
    for (size_t i = 0; i < (size_t)1 << bits; i++)
        table[i] = c->n > 0 && i % 2 == 0 ? with_bits(symbols[c->sorted[0]], 1)
                                          : BNC_HUFFMAN_WRONG | 1;
}

/* Codes longer than the table's index, from the k-th on. */
static void build_links(uint32_t *table, unsigned bits, const struct code *c,
                        const uint32_t *symbols, unsigned k, uint32_t code)
{
    const size_t size = (size_t)1 << bits, sub_size = (size_t)1 << (MAX_BITS - bits);
    uint32_t next = (uint32_t)size, linked = UINT32_MAX;

    for (unsigned len = bits + 1; len <= MAX_BITS; len++)
        for (unsigned i = 0; i < c->n_of[len]; i++, k++) {
            const uint32_t at = code & (uint32_t)(size - 1);

            if (at != linked) {
                linked = at;
                table[at] = BNC_HUFFMAN_LINK | next << 16 | bits;
                next += (uint32_t)sub_size;
            }
            for (size_t j = code >> bits; j < sub_size; j += (size_t)1 << (len - bits))
                table[(table[at] >> 16) + j] = with_bits(symbols[c->sorted[k]], len);
            code = next_code(code, len);
        }
}

bool bnc_huffman_build(uint32_t *table, unsigned bits, const uint8_t *lens, unsigned n_symbols,
                       const uint32_t *symbols)
{
    struct code c;
    uint32_t code = 0;
    unsigned k = 0;

    if (!sort(&c, lens, n_symbols))
        return false;
    if (!c.complete) {
        build_incomplete(table, bits, &c, symbols);
        return true;
    }
    table[0] = 0; /* the halves of an empty table are equal, too */
    for (unsigned len = 1; len <= bits; len++) {
        memcpy(table + ((size_t)1 << (len - 1)), table, sizeof *table << (len - 1));
        for (unsigned i = 0; i < c.n_of[len]; i++, k++) {
            table[code] = with_bits(symbols[c.sorted[k]], len);
            code = next_code(code, len);
        }
    }
    build_links(table, bits, &c, symbols, k, code);
    return true;
}
