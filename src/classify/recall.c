/* SPDX-License-Identifier: MIT
 * recall.c - texts as fixed stretches with opaque tokens between them.
 *
 * Of 100 realistic responses 98 are found here, at a fifth of the instructions of a scan and a
 * shape.  Texts are listed by their context and first four bytes, the last one found in front: that
 * is the right one nearly always, and a wrong one is told by its first stretch.  What masking sees
 * of a token from outside (its note) makes variants of one text, which share most of the work.
 *
 * Comparing is cheap; memory that is not at hand and branches that nobody can foresee are what it
 * costs.  So a batch of texts is asked for in three rounds: heads, sayings, bytes.
 * How an id begins is chance, so nothing jumps by that: its note is summed up from its bytes, and
 * all variants are asked at once.  Kernels of 64 bytes (AVX-512) were slower than those of 32.
 *
 * That comparing will do: a shape's kept bytes are compared as they were written, and of each token
 * between them the class is taken from its own bytes and those around it, by the function that
 * shape.c uses, or by one that knows what to look for and leaves to the other what is not plain.
 * So the text is one that could have been cut so, and masking, which sees the same bytes and the
 * same notes, makes the same of it, whether or not shape.c would have cut more of it.
 *
 * A free word at the end (vocabulary.h) is asked for likewise: one of as many letters that nothing
 * knows gives the same blurred template, so the same verdict and the same sentence.
 */
#include "classify/recall.h"

#include "classify/glance.h"
#include "classify/opaque.h"
#include "classify/spelled.h"
#include "util/cpu.h"
#include "util/hash.h"
#include "util/prefetch.h"

#include <stdlib.h>

enum {
    ROOM_BYTES = 1 << 20,
    HEADS_LOG2 = 12,
    MAX_HEADS = 1 << (HEADS_LOG2 - 1), /* half of them: the first one asked is mostly it */
    HEAD_BYTES = 4, /* of a text that are its key, and must be fixed */
    MAX_LISTED = 16,
    MAX_VARIANTS = 8,
    MAX_TEXT_BYTES = 1024, /* as in shape.c */
    MAX_MEASURED_BYTES = 300,
    EXPECTED_BYTES = 256,
    MAX_LAST_BYTES = 63, /* of a free word */
    LAST_WORD = BNC_OPAQUE_REFUSED + 1 /* in the place of a class: a free word, and the end */
};

struct stretch { /* fixed bytes, and what comes behind them */
    uint16_t len;
    uint8_t class; /* enum bnc_opaque or LAST_WORD; NONE: the end of the text */
    uint8_t hint; /* as for bnc_opaque_is_plainly() */
    bool more; /* as for bnc_opaque_note(): what follows a token is fixed */
};

struct variant { /* of a saying, by what masking sees of its tokens from outside */
    uint64_t notes;
    uint64_t lasts; /* how many letters the free word at its end may have, a bit each; 1: none */
    const struct bnc_entry *entry;
};

struct seen { /* of a text, beside the saying that it is */
    uint64_t notes;
    size_t last; /* letters of the free word at its end */
};

struct saying { /* what is always said so; its bytes lie behind the stretches, then its variants */
    struct saying *next; /* in the list of its head */
    uint16_t variants_at; /* bytes from here */
    bool measured;
    uint8_t n_stretches, n_variants, oldest;
    uint64_t tags; /* of the variants, a byte each */
    struct stretch stretches[];
};

struct head {
    uint64_t key; /* of the context and the first bytes; 0: empty */
    struct saying *first;
};

/* The saying of this head that a text is, moved to the front; NULL: none. */
typedef struct saying *find_fn(const struct bnc_recall *r, struct head *head, struct bnc_span text,
                               struct seen *seen);

struct bnc_recall {
    const struct bnc_words *words;
    const uint32_t *const *vocabularies; /* of free words at the end */
    size_t n_vocabularies; /* 0: none are learned */
    find_fn *find;
    struct head heads[1 << HEADS_LOG2];
    size_t n_heads;
    size_t used; /* bytes of room */
    char *room;
};

static const char *bytes_of(const struct saying *s)
{
    return (const char *)(s->stretches + s->n_stretches);
}

static struct variant *variants_of(struct saying *s)
{
    return (struct variant *)(void *)((char *)s + s->variants_at);
}

/* ---- comparing ---- */

/* The token that begins at 'at'; false if none does, or it is too long to be seen. */
static inline __attribute__((always_inline)) bool look_at(struct bnc_span text, size_t at,
                                                          bnc_glance_fn *glance, struct bnc_look *l)
{
    const struct bnc_glance g = glance(text, at);
    const uint64_t within = (~g.token & (g.token + 1)) - 1; /* up to the first gap */

    if ((g.core & 1) == 0 || ~g.token == 0)
        return false;
    l->core = g.core & within;
    l->len = 64 - (size_t)__builtin_clzll(l->core);
    l->all = ~UINT64_C(0) >> (64 - l->len);
    l->digit = g.digit & within;
    l->dot = g.dot & l->all;
    l->mark = g.mark & within;
    l->start = at;
    l->raw = text.at + at;
    return true;
}

/*
 * Whether a token is of this class, where that takes more than a look: a twentieth of them.  It is
 * no part of what it is called by, which would lack registers.
 */
static __attribute__((noinline)) bool is_of_class(const struct bnc_around *around,
                                                  struct bnc_look *l, enum bnc_opaque class)
{
    const size_t before = l->start < 2 ? l->start : 2; /* these are looked at, too */
    const char *const from = l->raw - before;
    char low[2 + 64 + 16] = { 0 };

    for (size_t i = 0; i < before + l->len; i++)
        low[i] = bnc_lower(from[i]);
    l->low = low + before;
    return bnc_opaque_judge(around, l) == class;
}

/*
 * A word of lower-case letters that nothing tells from another: no rule knows it, masking keeps it
 * as it stands, and the fixed bytes before it are as in the template.
 */
static bool is_free(const struct bnc_recall *r, struct bnc_span text, size_t at)
{
    const size_t len = text.len - at;

    return r->n_vocabularies > 0 && len <= MAX_LAST_BYTES &&
           bnc_vocabulary_blurs_last(r->vocabularies, r->n_vocabularies, text, at) &&
           bnc_word_find(r->words, text.at + at, len) == BNC_WORD_NONE;
}

static inline __attribute__((always_inline)) bool compare(const struct bnc_recall *r,
                                                          const struct saying *s,
                                                          struct bnc_span text, struct seen *seen,
                                                          bnc_same_fn *same, bnc_glance_fn *glance)
{
    struct bnc_around around = { r->words, text, 0 };
    const struct stretch *part = s->stretches;
    const char *bytes = bytes_of(s);
    size_t at = 0;

    seen->last = 0;
    for (seen->notes = 0;; part++) {
        struct bnc_look l;

        if (text.len - at < part->len || !same(text.at + at, bytes, part->len))
            return false;
        at += part->len;
        bytes += part->len;
        if (part->class == BNC_OPAQUE_NONE || at == text.len)
            return part->class == BNC_OPAQUE_NONE && at == text.len;
        if (part->class == LAST_WORD) {
            seen->last = text.len - at;
            return is_free(r, text, at);
        }
        if (!look_at(text, at, glance, &l))
            return false;
        if (!bnc_opaque_is_plainly(part->class, &around, &l, part->hint)) {
            const struct bnc_around here = around; /* copies: the others stay in registers */
            struct bnc_look copy = l;

            if (!is_of_class(&here, &copy, part->class))
                return false;
            l.stop = copy.stop;
        }
        seen->notes = seen->notes << 3 | bnc_opaque_note(&l, part->more);
        at = l.stop;
        around.opaque_end = at > l.start + l.len ? at : l.start + l.len;
    }
}

static inline __attribute__((always_inline)) struct saying *
find(const struct bnc_recall *r, struct head *head, struct bnc_span text, struct seen *seen,
     bnc_same_fn *same, bnc_glance_fn *glance)
{
    for (struct saying **link = &head->first, *s; (s = *link) != NULL; link = &s->next) {
        if ((s->measured && text.len > MAX_MEASURED_BYTES) ||
            !compare(r, s, text, seen, same, glance))
            continue;
        if (s != head->first) {
            *link = s->next;
            s->next = head->first;
            head->first = s;
        }
        return s;
    }
    return NULL;
}

static struct saying *find_generic(const struct bnc_recall *r, struct head *head,
                                   struct bnc_span text, struct seen *seen)
{
    return find(r, head, text, seen, bnc_same_bytes, bnc_glance_generic);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2"), flatten)) static struct saying *
find_avx2(const struct bnc_recall *r, struct head *head, struct bnc_span text, struct seen *seen)
{
    return find(r, head, text, seen, bnc_same_avx2, bnc_glance_avx2);
}
#endif

static find_fn *find_pick(uint32_t cpu)
{
#if defined(__x86_64__)
    if ((cpu & BNC_CPU_AVX2) != 0)
        return find_avx2;
#else
    (void)cpu;
#endif
    return find_generic;
}

/* ---- finding ---- */

static struct head *first_head_of(struct bnc_recall *r, uint64_t key)
{
    return &r->heads[key >> (64 - HEADS_LOG2)];
}

/* The head of this key, or the empty one where it belongs. */
static struct head *head_of(struct bnc_recall *r, uint64_t key)
{
    struct head *head = first_head_of(r, key);

    while (head->key != 0 && head->key != key)
        head = head == &r->heads[(1 << HEADS_LOG2) - 1] ? r->heads : head + 1;
    return head;
}

static uint64_t key_of(uint64_t context, struct bnc_span text)
{
    const uint64_t key = bnc_hash_pair(context, text.len > 0 ? bnc_load32(text.at) : 0);

    return key + (key == 0);
}

static bool is_fit(struct bnc_span text)
{
    return (text.len == 0 || text.len >= HEAD_BYTES) && text.len <= MAX_TEXT_BYTES;
}

/* A byte that tells notes from most others. */
static uint64_t tag_of(uint64_t notes)
{
    return notes * BNC_HASH_K0 >> 56;
}

/* The top bit of each byte that is zero, and perhaps of some above the first of them. */
static uint64_t zero_bytes(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);

    return (x - ones) & ~x & ones << 7;
}

/* What a token begins with can't be foreseen, so all variants are asked at once. */
static const struct bnc_entry *variant_find(struct saying *s, const struct seen *seen)
{
    const struct variant *const variants = variants_of(s);
    const uint64_t other = s->tags ^ tag_of(seen->notes) * UINT64_C(0x0101010101010101);

    for (uint64_t like = zero_bytes(other); like != 0; like &= like - 1) {
        const struct variant *const v = &variants[__builtin_ctzll(like) / 8];

        if (v->notes == seen->notes && (v->lasts >> seen->last & 1) != 0)
            return v->entry;
    }
    return NULL;
}

static const struct bnc_entry *find_entry(struct bnc_recall *r, struct head *head,
                                          struct bnc_span text)
{
    struct seen seen;
    struct saying *const s = r->find(r, head, text, &seen);

    return s != NULL ? variant_find(s, &seen) : NULL;
}

/* The lines of a saying that nearly all are made of; NULL does no harm. */
BNC_PREFETCHER expect(const struct saying *s)
{
    for (uintptr_t i = 0; i < EXPECTED_BYTES; i += 64)
        __builtin_prefetch((const void *)((uintptr_t)s + i));
}

void bnc_recall_find_all(struct bnc_recall *r, struct bnc_inquiry *asked, size_t n)
{
    struct head *heads[BNC_INQUIRIES];
    uint64_t keys[BNC_INQUIRIES];

    for (size_t i = 0; i < n; i++) {
        keys[i] = is_fit(asked[i].event->diagnostic)
                      ? key_of(asked[i].context, asked[i].event->diagnostic)
                      : 0;
        __builtin_prefetch(first_head_of(r, keys[i]));
    }
    for (size_t i = 0; i < n; i++) {
        heads[i] = head_of(r, keys[i]);
        expect(heads[i]->first);
    }
    for (size_t i = 0; i < n; i++)
        asked[i].entry = find_entry(r, heads[i], asked[i].event->diagnostic);
}

/* ---- learning ---- */

static void forget_all(struct bnc_recall *r)
{
    memset(r->heads, 0, sizeof r->heads);
    r->n_heads = 0;
    r->used = 0;
}

/* Where the token ends that is opaque up to the end of a hole: a host goes on. */
static size_t token_end(struct bnc_span text, const struct bnc_hole *hole)
{
    size_t k = hole->end;

    if (hole->class != BNC_OPAQUE_HOST)
        return k;
    while (k < text.len && bnc_byte_is(text.at[k], BNC_BYTE_TOKEN))
        k++;
    while (bnc_token_edge(text.at[k - 1]))
        k--;
    return k;
}

/* Of a host, the bytes of it that are known; of a number, whether no name can be before it. */
static uint8_t hint_of(struct bnc_span text, const struct bnc_shape *shape, size_t i)
{
    const struct bnc_hole *hole = &shape->holes[i], *prev = i > 0 ? hole - 1 : NULL;
    const size_t from = prev != NULL ? prev->end : 0;
    size_t k;

    if (hole->class == BNC_OPAQUE_HOST)
        return (uint8_t)(token_end(text, hole) - (hole->end + 1u));
    for (k = hole->start; k > from; k--) {
        const char c = text.at[k - 1];

        if (c == '[' || c == '(')
            return 1;
        if (bnc_is_digit(c))
            return 0;
        if (bnc_is_letter(c))
            return k >= from + 3;
    }
    /* other digits are before it, and opaque */
    return prev != NULL && (prev->class == BNC_OPAQUE_NUMBER || prev->class == BNC_OPAQUE_DOTTED ||
                            prev->class == BNC_OPAQUE_TIME);
}

/* Of a text that ends with a free word, if 'last' > 0: that begins there. */
static struct saying *saying_new(struct bnc_recall *r, struct bnc_span text,
                                 const struct bnc_shape *shape, size_t last)
{
    const size_t n = shape->n_holes + 1u, align = _Alignof(struct variant);
    const size_t most = sizeof(struct saying) + n * sizeof(struct stretch) + text.len +
                        MAX_VARIANTS * sizeof(struct variant) + align;
    struct saying *s;
    char *bytes;
    size_t at = 0;

    if (ROOM_BYTES - r->used < most)
        return NULL;
    s = (struct saying *)(void *)(r->room + r->used);
    *s = (struct saying){ .measured = shape->measured, .n_stretches = (uint8_t)n };
    bytes = (char *)(s->stretches + n);
    for (size_t i = 0; i < n; i++) {
        const bool ends = i + 1 == n;
        const size_t end = !ends ? shape->holes[i].start : last > 0 ? last : text.len;

        s->stretches[i].len = (uint16_t)(end - at);
        s->stretches[i].class = !ends ? shape->holes[i].class : last > 0 ? LAST_WORD : 0;
        s->stretches[i].hint = !ends ? hint_of(text, shape, i) : 0;
        s->stretches[i].more = !ends && bnc_opaque_more(text, token_end(text, &shape->holes[i]));
        memcpy(bytes, text.at + at, end - at);
        bytes += end - at;
        at = !ends ? shape->holes[i].end : end;
    }
    s->variants_at = (uint16_t)(((size_t)(bytes - (char *)s) + align - 1) / align * align);
    memset(variants_of(s), 0, MAX_VARIANTS * sizeof(struct variant));
    r->used += (s->variants_at + MAX_VARIANTS * sizeof(struct variant) + 63) / 64 * 64;
    return s;
}

/* The list stays short: the one that was not found for longest is dropped. */
static void put_in_front(struct head *head, struct saying *s)
{
    struct saying **link = &s->next;

    s->next = head->first;
    head->first = s;
    for (int i = 1; i < MAX_LISTED && *link != NULL; i++)
        link = &(*link)->next;
    *link = NULL;
}

static void variant_add(struct saying *s, const struct seen *seen, const struct bnc_entry *entry)
{
    struct variant *const v = variants_of(s);
    unsigned i = 0;

    while (i < s->n_variants && (v[i].notes != seen->notes || v[i].entry != entry))
        i++;
    if (i < s->n_variants) {
        v[i].lasts |= UINT64_C(1) << seen->last;
        return;
    }
    i = s->n_variants < MAX_VARIANTS ? s->n_variants++ : s->oldest++ % MAX_VARIANTS;
    v[i] = (struct variant){ seen->notes, UINT64_C(1) << seen->last, entry };
    s->tags = (s->tags & ~(UINT64_C(0xff) << 8 * i)) | tag_of(seen->notes) << 8 * i;
}

/*
 * Whether a text without a blank, or one that qmail logged, is read as if it had more of them
 * (spelled.h) is told by all of it; of others by the blank among their fixed bytes, and nothing is
 * nothing.
 */
static bool is_worth_learning(struct bnc_span text, const struct bnc_shape *shape)
{
    return is_fit(text) && shape->fp != 0 && shape->n_holes <= BNC_MAX_HOLES &&
           (shape->n_holes == 0 || shape->holes[0].start >= HEAD_BYTES) &&
           (!shape->measured || text.len <= MAX_MEASURED_BYTES) &&
           (text.len == 0 || (memchr(text.at, ' ', text.len) != NULL && !bnc_spelled_is_log(text)));
}

static struct seen seen_in(const struct bnc_shape *shape, size_t last)
{
    struct seen seen = { 0, last };

    for (unsigned i = 0; i < shape->n_holes; i++)
        seen.notes = seen.notes << 3 | shape->holes[i].note;
    return seen;
}

/* Learns a text, of which the last word begins at 'last' and is free; 0: all of it counts. */
static void learn(struct bnc_recall *r, uint64_t context, struct bnc_span text, size_t last,
                  const struct bnc_shape *shape, const struct bnc_entry *entry)
{
    const uint64_t key = key_of(context, text);
    struct head *const head = head_of(r, key);
    struct seen seen;
    struct saying *s;

    if (head->key != key && r->n_heads == MAX_HEADS) {
        forget_all(r);
        return;
    }
    r->n_heads += head->key != key;
    head->key = key;
    s = r->find(r, head, text, &seen);
    if (s != NULL && (seen.last > 0) != (last > 0))
        return; /* it is known as the other kind: what comes next may not be */
    if (s == NULL) {
        s = saying_new(r, text, shape, last);
        if (s == NULL) {
            forget_all(r);
            return;
        }
        put_in_front(head, s);
        seen = seen_in(shape, last > 0 ? text.len - last : 0);
    }
    variant_add(s, &seen, entry);
}

void bnc_recall_learn(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                      const struct bnc_shape *shape, const struct bnc_entry *entry)
{
    if (is_worth_learning(text, shape))
        learn(r, context, text, 0, shape, entry);
}

size_t bnc_recall_last_word(const struct bnc_recall *r, struct bnc_span text)
{
    size_t at = text.len;

    while (at > 0 && text.at[at - 1] >= 'a' && text.at[at - 1] <= 'z')
        at--;
    /* behind a word and one blank, which masking leaves as they are */
    return at >= HEAD_BYTES && text.at[at - 1] == ' ' && text.at[at - 2] >= 'a' &&
                   text.at[at - 2] <= 'z' && is_free(r, text, at)
               ? at
               : 0;
}

void bnc_recall_learn_all_but_last(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                                   const struct bnc_shape *shape, const struct bnc_entry *entry)
{
    const size_t last = bnc_recall_last_word(r, text);

    if (last > 0 && is_worth_learning(text, shape) &&
        (shape->n_holes == 0 || shape->holes[shape->n_holes - 1].end + 2u <= last))
        learn(r, context, text, last, shape, entry);
}

void bnc_recall_gather(struct bnc_recall *r, const uint32_t *const *vocabularies, size_t n)
{
    r->vocabularies = vocabularies;
    r->n_vocabularies = n;
}

struct bnc_recall *bnc_recall_create(const struct bnc_words *words, uint32_t cpu)
{
    struct bnc_recall *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->room = aligned_alloc(64, ROOM_BYTES);
    if (r->room == NULL) {
        free(r);
        return NULL;
    }
    r->words = words != NULL ? words : &bnc_words_builtin;
    r->find = find_pick(cpu);
    return r;
}

void bnc_recall_free(struct bnc_recall *r)
{
    if (r == NULL)
        return;
    free(r->room);
    free(r);
}
