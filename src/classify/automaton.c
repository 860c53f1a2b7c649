/* SPDX-License-Identifier: MIT */
#include "classify/automaton.h"

#include <stdlib.h>

#include "classify/token.h"

static inline uint32_t child(const struct bnc_ac_node *nodes, const uint8_t *bytes, uint32_t at,
                             uint8_t c)
{
    const uint32_t first = nodes[at].first, end = first + nodes[at].n;

    for (uint32_t i = first; i < end; i++)
        if (bytes[i] == c)
            return i;
    return 0;
}

/* Whether 'c' begins a word behind 'before': no letter or digit, or none before it; bytes of UTF-8
 * always may. */
static inline bool begins_word(uint8_t before, uint8_t c)
{
    return (bnc_byte_class[c] & BNC_BYTE_ALNUM) == 0 ||
           (bnc_byte_class[before] & BNC_BYTE_ALNUM) == 0 || c >= 0x80;
}

/* At the root in the middle of a word: the first byte after its letters and digits. */
static size_t skip_word(struct bnc_span text, size_t i)
{
    while (i < text.len && (bnc_byte_class[(unsigned char)text.at[i]] & BNC_BYTE_ALNUM) != 0 &&
           (unsigned char)text.at[i] < 0x80)
        i++;
    return i;
}

/* 1 + the longest pattern's entry in ends[] that ends at node 'at', 0 none. */
static inline uint32_t end_of(const struct bnc_ac *ac, uint32_t at)
{
    const struct bnc_ac_block *const block = &ac->blocks[at / 64];
    const uint64_t below = ((uint64_t)1 << at % 64) - 1;

    if (!ac->nodes[at].is_end)
        return 0;
    return ac->longest[block->before + (unsigned)__builtin_popcountll(block->is_end & below)] + 1;
}

size_t bnc_ac_find(const struct bnc_ac *ac, struct bnc_span text, struct bnc_hit *hits, size_t max)
{
    const struct bnc_ac_node *nodes = ac->nodes;
    const uint8_t *bytes = ac->bytes;
    uint8_t before = ' ';
    uint32_t at = 0;
    size_t n = 0;

    if (nodes == NULL)
        return 0;
    for (size_t i = 0; i < text.len;) {
        const uint8_t c = (uint8_t)text.at[i];
        uint32_t next = 0;

        while (at != 0 && (next = child(nodes, bytes, at, c)) == 0)
            at = nodes[at].fail;
        if (at == 0 && begins_word(before, c))
            next = ac->root[c];
        at = next;
        before = c;
        i++;
        for (uint32_t e = end_of(ac, at); e != 0; e = ac->ends[e - 1].next) {
            if (n == max)
                return n;
            hits[n++] = (struct bnc_hit){ ac->ends[e - 1].pattern,
                                          (uint16_t)(i - ac->ends[e - 1].len), (uint16_t)i };
        }
        if (at == 0 && (bnc_byte_class[c] & BNC_BYTE_ALNUM) != 0)
            i = skip_word(text, i);
    }
    return n;
}

/* ---- building ---- */

#define BNC_AC_NONE UINT32_MAX

struct trie_node {
    uint32_t child, sibling;             /* first child and next sibling, by rising ch; 0 none */
    uint32_t pattern;
    uint8_t ch;
};

struct trie {
    struct trie_node *nodes;
    uint32_t n, cap;
};

static uint32_t trie_new(struct trie *t, uint8_t ch)
{
    if (t->n == t->cap) {
        const uint32_t cap = t->cap == 0 ? 1024 : t->cap * 2;
        struct trie_node *p = realloc(t->nodes, cap * sizeof *p);

        if (p == NULL)
            return 0;
        t->nodes = p;
        t->cap = cap;
    }
    t->nodes[t->n] = (struct trie_node){ 0, 0, BNC_AC_NONE, ch };
    return t->n++;
}

/* The child of 'at' by 'ch', made in its place among the siblings if there is none; 0 when out of
 * memory. */
static uint32_t trie_step(struct trie *t, uint32_t at, uint8_t ch)
{
    uint32_t before = 0, k = t->nodes[at].child, made;

    while (k != 0 && t->nodes[k].ch < ch) {
        before = k;
        k = t->nodes[k].sibling;
    }
    if (k != 0 && t->nodes[k].ch == ch)
        return k;
    made = trie_new(t, ch);
    if (made == 0)
        return 0;
    t->nodes[made].sibling = k;
    if (before != 0)
        t->nodes[before].sibling = made;
    else
        t->nodes[at].child = made;
    return made;
}

static bool trie_fill(struct trie *t, const struct bnc_span *patterns, size_t n)
{
    trie_new(t, 0);
    if (t->n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        uint32_t at = 0;

        for (size_t k = 0; k < patterns[i].len; k++) {
            at = trie_step(t, at, (uint8_t)patterns[i].at[k]);
            if (at == 0)
                return false;
        }
        t->nodes[at].pattern = (uint32_t)i;
    }
    return true;
}

struct layout {
    struct bnc_ac_node *nodes;
    uint8_t *bytes;
    struct bnc_ac_block *blocks;
    struct bnc_ac_end *ends;
    uint32_t *root;
    uint32_t *longest;                   /* of each node: 1 + the entry in ends[], 0 none; at last
                                            of those that are ends only: the entry */
    uint32_t *old;                       /* the trie's number of a node */
    uint32_t *order;                     /* nodes still to be looked at */
    uint16_t *depth;
    uint32_t n, n_marked, n_ends;
};

/* Numbers the children of node 'at' behind the nodes numbered so far. */
static void lay_children(struct layout *l, const struct trie *t, uint32_t at)
{
    l->nodes[at].first = l->n;
    for (uint32_t k = t->nodes[l->old[at]].child; k != 0; k = t->nodes[k].sibling) {
        l->bytes[l->n] = t->nodes[k].ch;
        l->depth[l->n] = (uint16_t)(l->depth[at] + 1);
        l->old[l->n++] = k;
        l->nodes[at].n++;
    }
}

static void link_fail(struct layout *l, const struct trie *t, uint32_t parent, uint32_t k)
{
    const uint32_t pattern = t->nodes[l->old[k]].pattern;
    const uint8_t c = l->bytes[k];
    uint32_t f = l->nodes[parent].fail, to = 0;

    if (parent != 0) {
        while (f != 0 && (to = child(l->nodes, l->bytes, f, c)) == 0)
            f = l->nodes[f].fail;
        if (f == 0 && begins_word(l->bytes[parent], c))
            to = child(l->nodes, l->bytes, 0, c);
    }
    l->nodes[k].fail = to;
    l->longest[k] = l->longest[to];
    if (pattern != BNC_AC_NONE) {
        l->ends[l->n_ends] = (struct bnc_ac_end){ pattern, l->longest[to], l->depth[k] };
        l->longest[k] = ++l->n_ends;
    }
}

/*
 * Children side by side, and behind them what follows the first of them: so the rest of a fragment,
 * where nothing branches any more, lies in a row.
 */
static void number_nodes(struct layout *l, const struct trie *t)
{
    uint32_t n = 1;

    l->n = 1;
    l->order[0] = 0;
    while (n > 0) {
        const uint32_t at = l->order[--n];

        lay_children(l, t, at);
        for (uint32_t i = l->nodes[at].n; i > 0; i--)
            l->order[n++] = l->nodes[at].first + i - 1;
    }
}

/* Breadth first: the links of all shorter prefixes are there already. */
static void link_all(struct layout *l, const struct trie *t)
{
    uint32_t n = 1;

    l->order[0] = 0;
    for (uint32_t next = 0; next < n; next++) {
        const uint32_t at = l->order[next];

        for (uint32_t i = 0; i < l->nodes[at].n; i++) {
            l->order[n] = l->nodes[at].first + i;
            link_fail(l, t, at, l->order[n++]);
        }
    }
}

/* Says in nodes and blocks which are ends, and leaves only theirs in 'longest'. */
static void mark_ends(struct layout *l)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < l->n; i++) {
        struct bnc_ac_block *const block = &l->blocks[i / 64];

        if (i % 64 == 0)
            block->before = n;
        if (l->longest[i] == 0)
            continue;
        l->nodes[i].is_end = 1;
        block->is_end |= (uint64_t)1 << i % 64;
        l->longest[n++] = l->longest[i] - 1;
    }
    l->n_marked = n;
}

static void lay_out(struct layout *l, const struct trie *t)
{
    number_nodes(l, t);
    link_all(l, t);
    mark_ends(l);
    for (uint32_t i = 0; i < l->nodes[0].n; i++)
        l->root[l->bytes[l->nodes[0].first + i]] = l->nodes[0].first + i;
}

static bool layout_alloc(struct layout *l, size_t n_nodes, size_t n_patterns)
{
    l->nodes = calloc(n_nodes, sizeof *l->nodes);
    l->bytes = calloc(n_nodes, sizeof *l->bytes);
    l->blocks = calloc(n_nodes / 64 + 1, sizeof *l->blocks);
    l->longest = calloc(n_nodes, sizeof *l->longest);
    l->ends = calloc(n_patterns + 1, sizeof *l->ends);
    l->root = calloc(256, sizeof *l->root);
    l->old = calloc(n_nodes, sizeof *l->old);
    l->order = calloc(n_nodes, sizeof *l->order);
    l->depth = calloc(n_nodes, sizeof *l->depth);
    return l->nodes != NULL && l->bytes != NULL && l->blocks != NULL && l->longest != NULL &&
           l->ends != NULL && l->root != NULL && l->old != NULL && l->order != NULL &&
           l->depth != NULL;
}

bool bnc_ac_build(struct bnc_ac *ac, const struct bnc_span *patterns, size_t n)
{
    struct trie t = { 0 };
    struct layout l = { 0 };
    const bool ok = trie_fill(&t, patterns, n) && t.n < 1u << 24 && layout_alloc(&l, t.n, n);

    if (ok)
        lay_out(&l, &t);
    free(l.old);
    free(l.order);
    free(l.depth);
    free(t.nodes);
    *ac = (struct bnc_ac){ l.nodes, l.bytes, l.blocks,   l.longest, l.ends,
                           l.root,  l.n,     l.n_marked, l.n_ends };
    if (!ok)
        bnc_ac_release(ac);
    return ok;
}

void bnc_ac_release(struct bnc_ac *ac)
{
    free((void *)(uintptr_t)ac->nodes);
    free((void *)(uintptr_t)ac->bytes);
    free((void *)(uintptr_t)ac->blocks);
    free((void *)(uintptr_t)ac->longest);
    free((void *)(uintptr_t)ac->ends);
    free((void *)(uintptr_t)ac->root);
    *ac = (struct bnc_ac){ 0 };
}
