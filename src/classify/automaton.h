/* SPDX-License-Identifier: MIT
 * automaton.h - all fragments of all rules found in one pass over a template (after Aho and
 * Corasick, 1975).
 *
 * A fragment that begins with a letter or digit is found only where a word begins, and the
 * automaton knows it: failure links lead only to suffixes that begin a word, so in the middle of a
 * word nobody waits for, it is at the root and skips to the next word.  The children of a node lie
 * side by side, their bytes in an array of their own, and behind them what follows the first: of a
 * fragment, all beyond the last branch lies in a row.  Const after building.  At most one failure
 * step per byte, amortized: linear whatever the text.
 */
#ifndef BNC_CLASSIFY_AUTOMATON_H
#define BNC_CLASSIFY_AUTOMATON_H

#include "util/span.h"

struct bnc_ac_node {             /* 8 bytes, as there are very many */
    uint64_t first : 24, n : 8;  /* children are nodes first .. first + n - 1, by rising byte */
    uint64_t fail : 24;          /* the node of the longest proper suffix that begins a word */
    uint64_t is_end : 1;         /* some pattern ends here, see 'longest' */
};

struct bnc_ac_block {            /* of 64 nodes */
    uint64_t is_end;             /* by node */
    uint64_t before;             /* how many are in the blocks before it */
};

struct bnc_ac_end {
    uint32_t pattern, next; /* next: 1 + the entry of the next shorter pattern that ends at the same
                               byte, 0 none */
    uint32_t len;                        /* bytes of the pattern */
};

struct bnc_ac {                          /* zero-initialized finds nothing */
    const struct bnc_ac_node *nodes;     /* nodes[0] is the root */
    const uint8_t *bytes;                /* of each node: the byte that leads to it */
    const struct bnc_ac_block *blocks;
    const uint32_t *longest;             /* of each node that is an end, in their order: the entry
                                            in ends[] of the longest pattern that ends there */
    const struct bnc_ac_end *ends;
    const uint32_t *root;                /* 256: the child of the root by byte, 0 none */
    uint32_t n_nodes, n_marked, n_ends;  /* n_marked: nodes that are ends */
};

/* Where a pattern was found. */
struct bnc_hit {
    uint32_t pattern;
    uint16_t start, end;                 /* bytes of the text, end exclusive */
};

/* bnc_ac_find() writes the first 'max' hits in order of their ends and returns how many.  Texts of
 * at most 65535 bytes. */
size_t bnc_ac_find(const struct bnc_ac *ac, struct bnc_span text, struct bnc_hit *hits, size_t max);

/* Builds from n distinct patterns of 1 to 4096 bytes, malloc'ed: bnc_ac_release().  False when out
 * of memory or beyond 2^24 nodes. */
bool bnc_ac_build(struct bnc_ac *ac, const struct bnc_span *patterns, size_t n);
void bnc_ac_release(struct bnc_ac *ac);

#endif
