/* SPDX-License-Identifier: MIT
 * huffman.h - DEFLATE's codes as tables in which the next bits find their symbol.
 *
 * An entry says what a symbol means and how many bits it takes:
 *
 *     bit   31   30 . . . . . . . 16   15   14 .. 8           7 . . . . . . . . . 0
 *     literal    1 | 0                 | 0 | -              | bits of its code        the byte: 16-23
 *     base       0 | length, distance  | 0 | bits of its code | those and the extra ones
 *     link       0 | index             | 1 | LINK           | bits of the table       a longer code
 *     end        0 | 0                 | 1 | END            | bits of its code        of the block
 *     wrong      0 | 0                 | 1 | WRONG          | bits of its code        no such symbol
 *
 * The first 'bits' bits of the input are the index.  Codes that are longer share a *link* to 2 ^
 * (15 - bits) entries further on, found by the bits that follow; an entry there says the whole
 * number of bits, too.
 */
#ifndef BNC_INGEST_HUFFMAN_H
#define BNC_INGEST_HUFFMAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BNC_HUFFMAN_LITERAL 0x80000000u
#define BNC_HUFFMAN_OTHER 0x8000u
#define BNC_HUFFMAN_LINK (BNC_HUFFMAN_OTHER | 0x400u)
#define BNC_HUFFMAN_END (BNC_HUFFMAN_OTHER | 0x200u)
#define BNC_HUFFMAN_WRONG (BNC_HUFFMAN_OTHER | 0x100u)

#define BNC_HUFFMAN_MAX_BITS 15 /* of a code */
#define BNC_HUFFMAN_MAX_SYMBOLS 288

/*
 * Entries of a table.  A link stands for two codes at least, so no more than half of the symbols
 * have one.
 */
#define BNC_HUFFMAN_ENTRIES(bits, n_symbols)                                                       \
    (((size_t)1 << (bits)) + (size_t)(n_symbols) / 2 * ((size_t)1 << (BNC_HUFFMAN_MAX_BITS - (bits))))

/*
 * Builds the table of the canonical code in which symbol i takes lens[i] bits, 0 for none;
 * symbols[i] is its entry with bits of 0 (base: only the extra ones).  False for lengths that are
 * no code: too many, or too few.  Too few are right where one symbol is all there is, or none:
 * what is not its code is WRONG.
 */
bool bnc_huffman_build(uint32_t *table, unsigned bits, const uint8_t *lens, unsigned n_symbols,
                       const uint32_t *symbols);

/* The entry that the low bits of 'input' find, links followed. */
static inline uint32_t bnc_huffman_find(const uint32_t *table, unsigned bits, uint64_t input)
{
    const uint32_t e = table[input & (((uint64_t)1 << bits) - 1)];

    if ((e & (BNC_HUFFMAN_LITERAL | BNC_HUFFMAN_LINK)) != BNC_HUFFMAN_LINK)
        return e;
    input = input >> bits & (((uint64_t)1 << (BNC_HUFFMAN_MAX_BITS - bits)) - 1);
    return table[(e >> 16) + input];
}

#endif
