/* SPDX-License-Identifier: MIT
 * recall.c - texts as fixed stretches with opaque tokens between them.
 *
 * Of 100 realistic responses 96 are found here, at a third of the instructions of a scan and a
 * shape.  Texts are listed by their context and first four bytes, the last one found in front: that
 * is the right one nearly always, and a wrong one is told by its first stretch.  What masking sees
 * of a token from outside (its note) makes variants of one text, which share most of the work.
 *
 * That comparing will do: a shape's kept bytes are compared as they were written, and of each token
 * between them the class is taken from its own bytes and those around it, by the function that
 * shape.c uses.  So the text is one that could have been cut so, and masking, which sees the same
 * bytes and the same notes, makes the same of it, whether or not shape.c would have cut more of it.
 */
#include "classify/recall.h"

#include "classify/glance.h"
#include "classify/opaque.h"
#include "util/cpu.h"
#include "util/hash.h"

#include <stdlib.h>

enum {
    ROOM_BYTES = 1 << 20,
    HEADS_LOG2 = 11,
    HEAD_BYTES = 4, /* of a text that are its key, and must be fixed */
    MAX_LISTED = 16,
    MAX_VARIANTS = 8,
    MAX_TEXT_BYTES = 1024, /* as in shape.c */
    MAX_MEASURED_BYTES = 300
};

struct stretch { /* fixed bytes, and what comes behind them */
    uint16_t len;
    uint8_t class; /* enum bnc_opaque; NONE: the end of the text */
};

struct saying { /* what is always said so; its bytes lie behind the stretches */
    struct saying *next; /* in the list of its head */
    bool measured;
    uint8_t n_stretches, n_variants, oldest;
    struct {
        uint64_t notes;
        const struct bnc_entry *entry;
    } variants[MAX_VARIANTS];
    struct stretch stretches[];
};

struct head {
    uint64_t key; /* of the context and the first bytes */
    struct saying *first;
};

typedef bool matches_fn(const struct bnc_words *words, const struct saying *s, struct bnc_span text,
                        uint64_t *notes);

struct bnc_recall {
    const struct bnc_words *words;
    matches_fn *matches;
    struct head heads[1 << HEADS_LOG2];
    size_t used; /* bytes of room */
    char *room;
};

static const char *bytes_of(const struct saying *s)
{
    return (const char *)(s->stretches + s->n_stretches);
}

/* ---- comparing ---- */

/*
 * The token that begins at 'at', its core at once; false if it doesn't, or is too long to be seen.
 * 'low' has room for 64 bytes, and zeros behind them.
 */
static inline __attribute__((always_inline)) bool look_at(struct bnc_span text, size_t at,
                                                          char *low, bnc_glance_fn *glance,
                                                          struct bnc_look *l)
{
    const size_t last = text.len < 64 ? 0 : text.len - 64; /* no glance begins behind it */
    const size_t base = at < 2 ? 0 : at - 2 < last ? at - 2 : last;
    const char *from = text.at + base;
    struct bnc_glance g;
    char brief[64];
    uint64_t all;
    size_t run;

    if (text.len < 64) {
        memset(brief, 0, sizeof brief);
        from = memcpy(brief, text.at, text.len);
    }
    g = glance(from, low);
    at -= base;
    g.token >>= at;
    run = ~g.token != 0 ? (size_t)__builtin_ctzll(~g.token) : 64;
    if ((g.core >> at & 1) == 0 || (at + run >= 64 && base < last))
        return false;
    all = run < 64 ? (UINT64_C(1) << run) - 1 : ~UINT64_C(0);
    l->core = g.core >> at & all;
    l->len = 64 - (size_t)__builtin_clzll(l->core);
    l->all = ~UINT64_C(0) >> (64 - l->len);
    l->digit = g.digit >> at & all;
    l->dot = g.dot >> at & l->all;
    l->mark = g.mark >> at & all;
    l->low = low + at;
    l->start = base + at;
    l->raw = text.at + l->start;
    return true;
}

static inline __attribute__((always_inline)) bool compare(const struct bnc_words *words,
                                                          const struct saying *s,
                                                          struct bnc_span text, uint64_t *notes,
                                                          bnc_glance_fn *glance)
{
    struct bnc_around around = { words, text, 0 };
    const struct stretch *part = s->stretches;
    const char *bytes = bytes_of(s);
    char low[64 + 16];
    size_t at = 0;

    memset(low + 64, 0, 16);
    for (*notes = 0;; part++) {
        struct bnc_look l;

        if (text.len - at < part->len || !bnc_same_bytes(text.at + at, bytes, part->len))
            return false;
        at += part->len;
        bytes += part->len;
        if (part->class == BNC_OPAQUE_NONE || at == text.len)
            return part->class == BNC_OPAQUE_NONE && at == text.len;
        if (!look_at(text, at, low, glance, &l) ||
            bnc_opaque_judge(&around, &l) != (enum bnc_opaque)part->class)
            return false;
        *notes = *notes << 3 | bnc_opaque_note(&around, &l);
        at = l.stop;
        around.opaque_end = at > l.start + l.len ? at : l.start + l.len;
    }
}

static bool matches_generic(const struct bnc_words *words, const struct saying *s,
                            struct bnc_span text, uint64_t *notes)
{
    return compare(words, s, text, notes, bnc_glance_generic);
}

#if defined(__x86_64__)
__attribute__((target("avx2,bmi,bmi2"), flatten)) static bool
matches_avx2(const struct bnc_words *words, const struct saying *s, struct bnc_span text,
             uint64_t *notes)
{
    return compare(words, s, text, notes, bnc_glance_avx2);
}

__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,bmi2"), flatten)) static bool
matches_avx512(const struct bnc_words *words, const struct saying *s, struct bnc_span text,
               uint64_t *notes)
{
    return compare(words, s, text, notes, bnc_glance_avx512);
}
#endif

static matches_fn *matches_pick(uint32_t cpu)
{
#if defined(__x86_64__)
    if ((cpu & BNC_CPU_AVX512) != 0)
        return matches_avx512;
    if ((cpu & BNC_CPU_AVX2) != 0)
        return matches_avx2;
#else
    (void)cpu;
#endif
    return matches_generic;
}

/* ---- finding ---- */

static struct head *head_of(struct bnc_recall *r, uint64_t key)
{
    return &r->heads[key >> (64 - HEADS_LOG2)];
}

static uint64_t key_of(uint64_t context, struct bnc_span text)
{
    const uint64_t key = bnc_hash_pair(context, bnc_load32(text.at));

    return key + (key == 0);
}

/* The saying of this head that 'text' is, moved to the front; NULL: none. */
static struct saying *saying_find(const struct bnc_recall *r, struct head *head,
                                  struct bnc_span text, uint64_t *notes)
{
    for (struct saying **link = &head->first, *s; (s = *link) != NULL; link = &s->next) {
        if ((s->measured && text.len > MAX_MEASURED_BYTES) ||
            !r->matches(r->words, s, text, notes))
            continue;
        *link = s->next;
        s->next = head->first;
        head->first = s;
        return s;
    }
    return NULL;
}

static bool is_fit(struct bnc_span text)
{
    return text.len >= HEAD_BYTES && text.len <= MAX_TEXT_BYTES;
}

const struct bnc_entry *bnc_recall_find(struct bnc_recall *r, uint64_t context,
                                        struct bnc_span text)
{
    const struct saying *s;
    struct head *head;
    uint64_t key, notes;

    if (!is_fit(text))
        return NULL;
    key = key_of(context, text);
    head = head_of(r, key);
    if (head->key != key || (s = saying_find(r, head, text, &notes)) == NULL)
        return NULL;
    for (unsigned i = 0; i < s->n_variants; i++)
        if (s->variants[i].notes == notes)
            return s->variants[i].entry;
    return NULL;
}

/* ---- learning ---- */

static void forget_all(struct bnc_recall *r)
{
    memset(r->heads, 0, sizeof r->heads);
    r->used = 0;
}

static struct saying *saying_new(struct bnc_recall *r, struct bnc_span text,
                                 const struct bnc_shape *shape)
{
    const size_t n = shape->n_holes + 1u, align = _Alignof(struct saying);
    const size_t most = sizeof(struct saying) + n * sizeof(struct stretch) + text.len + align;
    struct saying *s;
    char *bytes;
    size_t at = 0;

    if (ROOM_BYTES - r->used < most)
        return NULL;
    s = (struct saying *)(void *)(r->room + r->used);
    *s = (struct saying){ .measured = shape->measured, .n_stretches = (uint8_t)n };
    bytes = (char *)(s->stretches + n);
    for (size_t i = 0; i < n; i++) {
        const size_t end = i + 1 < n ? shape->holes[i].start : text.len;

        s->stretches[i].len = (uint16_t)(end - at);
        s->stretches[i].class = i + 1 < n ? shape->holes[i].class : BNC_OPAQUE_NONE;
        memcpy(bytes, text.at + at, end - at);
        bytes += end - at;
        at = i + 1 < n ? shape->holes[i].end : end;
    }
    r->used += ((size_t)(bytes - (char *)s) + align - 1) / align * align;
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

static void variant_add(struct saying *s, uint64_t notes, const struct bnc_entry *entry)
{
    const unsigned i = s->n_variants < MAX_VARIANTS ? s->n_variants++ : s->oldest++ % MAX_VARIANTS;

    s->variants[i].notes = notes;
    s->variants[i].entry = entry;
}

/*
 * Whether a text without a blank is read as if it had some (spelled.h) is told by all of it; one
 * with a blank in its fixed bytes is told by its first words.
 */
static bool is_worth_learning(struct bnc_span text, const struct bnc_shape *shape)
{
    return is_fit(text) && shape->fp != 0 && shape->n_holes <= BNC_MAX_HOLES &&
           (shape->n_holes == 0 || shape->holes[0].start >= HEAD_BYTES) &&
           (!shape->measured || text.len <= MAX_MEASURED_BYTES) &&
           memchr(text.at, ' ', text.len) != NULL;
}

void bnc_recall_learn(struct bnc_recall *r, uint64_t context, struct bnc_span text,
                      const struct bnc_shape *shape, const struct bnc_entry *entry)
{
    uint64_t key, notes;
    struct saying *s;
    struct head *head;

    if (!is_worth_learning(text, shape))
        return;
    key = key_of(context, text);
    head = head_of(r, key);
    if (head->key != key)
        *head = (struct head){ key, NULL };
    s = saying_find(r, head, text, &notes);
    if (s == NULL) {
        s = saying_new(r, text, shape);
        if (s == NULL) {
            forget_all(r);
            return;
        }
        put_in_front(head, s);
        notes = 0;
        for (unsigned i = 0; i < shape->n_holes; i++)
            notes = notes << 3 | shape->holes[i].note;
    }
    variant_add(s, notes, entry);
}

struct bnc_recall *bnc_recall_create(const struct bnc_words *words, uint32_t cpu)
{
    struct bnc_recall *r = calloc(1, sizeof *r);

    if (r == NULL)
        return NULL;
    r->room = malloc(ROOM_BYTES);
    if (r->room == NULL) {
        free(r);
        return NULL;
    }
    r->words = words != NULL ? words : &bnc_words_builtin;
    r->matches = matches_pick(cpu);
    return r;
}

void bnc_recall_free(struct bnc_recall *r)
{
    if (r == NULL)
        return;
    free(r->room);
    free(r);
}
