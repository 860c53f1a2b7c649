/* SPDX-License-Identifier: MIT */
#include "classify/automaton.h"

#include <stdlib.h>

#include "classify/token.h"

static uint32_t child(const struct bnc_ac_node *nodes, uint32_t at, uint8_t c)
{
    const struct bnc_ac_node *n = &nodes[at];

    for (uint32_t i = 0; i < n->n; i++)
        if (nodes[n->first + i].ch == c)
            return n->first + i;
    return 0;
}

static bool begins_word(struct bnc_span text, size_t start)
{
    return start == 0 || !bnc_byte_is(text.at[start], BNC_BYTE_ALNUM) || !bnc_byte_is(text.at[start - 1], BNC_BYTE_ALNUM) ||
           (unsigned char)text.at[start] >= 0x80;
}

size_t bnc_ac_find(const struct bnc_ac *ac, struct bnc_span text, struct bnc_hit *hits, size_t max)
{
    const struct bnc_ac_node *nodes = ac->nodes;
    uint32_t at = 0;
    size_t n = 0;

    if (nodes == NULL)
        return 0;
    for (size_t i = 0; i < text.len; i++) {
        const uint8_t c = (uint8_t)text.at[i];
        uint32_t next;

        while (at != 0 && (next = child(nodes, at, c)) == 0)
            at = nodes[at].fail;
        at = at != 0 ? next : ac->root[c];
        for (uint32_t d = nodes[at].dict; d != 0; d = nodes[nodes[d].fail].dict) {
            const size_t start = i + 1 - nodes[d].depth;

            if (!begins_word(text, start))
                continue;
            if (n == max)
                return n;
            hits[n++] = (struct bnc_hit){ nodes[d].pattern, (uint16_t)start, (uint16_t)(i + 1) };
        }
    }
    return n;
}

/* ---- building ---- */

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

/* The child of 'at' by 'ch', made in its place among the siblings if there is none; 0 when out of memory. */
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

/* Writes the children of old node 'from', new number 'to', behind the nodes made so far. */
static uint32_t lay_children(struct bnc_ac_node *nodes, uint32_t *old, const struct trie *t, uint32_t to, uint32_t made)
{
    nodes[to].first = made;
    for (uint32_t k = t->nodes[old[to]].child; k != 0; k = t->nodes[k].sibling) {
        nodes[made] = (struct bnc_ac_node){ .pattern = t->nodes[k].pattern, .ch = t->nodes[k].ch,
                                            .depth = (uint16_t)(nodes[to].depth + 1) };
        old[made++] = k;
        nodes[to].n++;
    }
    return made;
}

static void link_fail(struct bnc_ac_node *nodes, uint32_t parent, uint32_t k)
{
    uint32_t f = nodes[parent].fail, to = 0;

    if (parent != 0) {
        while ((to = child(nodes, f, nodes[k].ch)) == 0 && f != 0)
            f = nodes[f].fail;
    }
    nodes[k].fail = to;
    nodes[k].dict = nodes[k].pattern != BNC_AC_NONE ? k : nodes[to].dict;
}

static void lay_out(struct bnc_ac_node *nodes, uint32_t *old, uint32_t *root, const struct trie *t)
{
    uint32_t made = 1;

    nodes[0] = (struct bnc_ac_node){ .pattern = BNC_AC_NONE };
    for (uint32_t at = 0; at < t->n; at++)
        made = lay_children(nodes, old, t, at, made);
    for (uint32_t at = 0; at < t->n; at++)
        for (uint32_t i = 0; i < nodes[at].n; i++)
            link_fail(nodes, at, nodes[at].first + i);
    for (uint32_t i = 0; i < nodes[0].n; i++)
        root[nodes[nodes[0].first + i].ch] = nodes[0].first + i;
}

bool bnc_ac_build(struct bnc_ac *ac, const struct bnc_span *patterns, size_t n)
{
    struct trie t = { 0 };
    struct bnc_ac_node *nodes = NULL;
    uint32_t *old = NULL, *root = calloc(256, sizeof *root);
    bool ok = root != NULL && trie_fill(&t, patterns, n);

    if (ok) {
        nodes = calloc(t.n, sizeof *nodes);
        old = calloc(t.n, sizeof *old);
        ok = nodes != NULL && old != NULL;
    }
    if (ok)
        lay_out(nodes, old, root, &t);
    *ac = (struct bnc_ac){ nodes, root, t.n };
    free(old);
    free(t.nodes);
    if (!ok)
        bnc_ac_release(ac);
    return ok;
}

void bnc_ac_release(struct bnc_ac *ac)
{
    free((void *)(uintptr_t)ac->nodes);
    free((void *)(uintptr_t)ac->root);
    *ac = (struct bnc_ac){ 0 };
}
