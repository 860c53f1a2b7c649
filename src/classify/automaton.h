/* SPDX-License-Identifier: MIT
 * automaton.h - all fragments of all rules found in one pass over a template (Aho and Corasick, 1975).
 *
 * Nodes are numbered breadth first, so the children of a node lie side by side and most nodes have one child: a step is
 * one compare.  Const after building.  At most one failure step per byte, amortized: linear whatever the text.
 */
#ifndef BNC_CLASSIFY_AUTOMATON_H
#define BNC_CLASSIFY_AUTOMATON_H

#include "util/span.h"

#define BNC_AC_NONE UINT32_MAX

struct bnc_ac_node {
    uint32_t first;                      /* children are nodes first .. first + n - 1, by rising ch */
    uint32_t fail;                       /* the node of the longest proper suffix */
    uint32_t dict;                       /* the nearest node on the fail chain that ends a pattern, this one included; 0 none */
    uint32_t pattern;                    /* that ends here, BNC_AC_NONE */
    uint16_t depth;
    uint8_t n, ch;
};

struct bnc_ac {                          /* zero-initialized finds nothing */
    const struct bnc_ac_node *nodes;     /* nodes[0] is the root */
    const uint32_t *root;                /* 256: the child of the root by byte, 0 none */
    uint32_t n_nodes;
};

/* Where a pattern was found. */
struct bnc_hit {
    uint32_t pattern;
    uint16_t start, end;                 /* bytes of the text, end exclusive */
};

/*
 * bnc_ac_find() writes the first 'max' hits in order of their ends and returns
 * how many.  A hit that begins with a letter or digit must begin a word.
 */
size_t bnc_ac_find(const struct bnc_ac *ac, struct bnc_span text, struct bnc_hit *hits, size_t max);

/* Builds from n distinct patterns of 1 to 4096 bytes, malloc'ed: bnc_ac_release().  False when out of memory. */
bool bnc_ac_build(struct bnc_ac *ac, const struct bnc_span *patterns, size_t n);
void bnc_ac_release(struct bnc_ac *ac);

#endif
