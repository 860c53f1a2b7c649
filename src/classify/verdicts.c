/* SPDX-License-Identifier: MIT
 * verdicts.c - one worker's memo: (template, codes, provider, type, label) -> entry, one probe per
 * row.
 *
 * Most texts differ from one before only in what masking masks anyway.  Such a text is recalled by
 * its fixed words (recall.h); if not, it is scanned, and its *shape* (shape.h) finds the entry
 * without masking.  A new shape is masked, and the template finds the entry or makes one.  A slot
 * holds the 64-bit key and a pointer: a probe touches one cache line of the slot table and one of
 * the entry.  The key is the fingerprint of all that the verdict depends on, so equal keys mean equal
 * verdicts (two different questions share one with probability 2^-64).  Entries are never evicted:
 * the aggregate counts by them.
 */
#include "classify/classifier.h"
#include "classify/decide.h"
#include "classify/recall.h"
#include "classify/spelled.h"
#include "classify/vocabulary.h"
#include "util/big.h"

#include <stdlib.h>

enum {
    FIRST_LOG2 = 10,
    ENTRIES_PER_CHUNK = 256,
    SHAPE_SLOTS = 8192,
    HOST_SLOTS = 4096,
    VERDICT_SLOTS = 16384
};

struct slot {
    uint64_t key; /* 0: empty */
    const struct bnc_entry *entry;
};

struct host { /* an MX host as it was written, by its fingerprint */
    uint64_t key; /* 0: empty */
    uint16_t provider;
};

struct known_verdict { /* of a blurred template and its context */
    uint64_t key; /* 0: empty */
    struct bnc_verdict verdict;
};

struct bnc_verdicts {
    const struct bnc_classifier *c;
    struct slot *slots;
    unsigned log2;
    size_t n; /* entries */
    struct bnc_entry **chunks; /* ENTRIES_PER_CHUNK each; never move */
    size_t n_chunks, cap_chunks;
    struct bnc_arena arena; /* entries, templates and labels */
    struct bnc_mask mask;
    bnc_shape_fn *shape;
    struct bnc_recall *recall;
    struct slot
        shapes[SHAPE_SLOTS]; /* (shape, context) -> entry; the newest of those that share a slot */
    struct host hosts[HOST_SLOTS];
    struct known_verdict verdicts[VERDICT_SLOTS]; /* the newest of those that share a slot */
    char blurred[sizeof((struct bnc_mask *)0)->out + 64];
    char spelled[BNC_MASK_MAX_BYTES]; /* the text at hand with its blanks restored */
};

struct bnc_verdicts *bnc_verdicts_create(const struct bnc_classifier *c)
{
    struct bnc_verdicts *v = calloc(1, sizeof *v);

    if (v == NULL)
        return NULL;
    v->c = c;
    v->log2 = FIRST_LOG2;
    v->slots = calloc((size_t)1 << v->log2, sizeof *v->slots);
    v->recall = bnc_recall_create(c->words, c->cpu);
    if (v->slots == NULL || v->recall == NULL) {
        bnc_verdicts_free(v);
        return NULL;
    }
    bnc_mask_init(&v->mask, c->words, c->cpu);
    v->shape = bnc_shape_pick(c->cpu);
    return v;
}

void bnc_verdicts_free(struct bnc_verdicts *v)
{
    if (v == NULL)
        return;
    free(v->chunks);
    free(v->slots);
    bnc_recall_free(v->recall);
    bnc_arena_release(&v->arena);
    free(v);
}

/* Everything but the template, in two words.  Whose label it is matters where there is one. */
static uint64_t context_of(const struct bnc_event *e, uint16_t provider)
{
    const uint64_t codes = (uint64_t)e->reply << 48 | (uint64_t)provider << 32 | e->enhanced;
    const uint64_t kinds = (uint64_t)e->type << 8 | (uint64_t)e->hardness;
    const uint64_t esp = e->hardness != BNC_HARDNESS_NONE && e->esp != NULL ? e->esp->fp : 0;
    const uint64_t label = e->label.len > 0 ? bnc_hash64(e->label.at, e->label.len, 1) : 0;

    return bnc_hash_pair(codes, kinds ^ label ^ esp);
}

static bool slots_grow(struct bnc_verdicts *v)
{
    const unsigned log2 = v->log2 + 1;
    const size_t mask = ((size_t)1 << log2) - 1;
    struct slot *slots =
        bnc_huge(calloc(mask + 1, sizeof *slots), (mask + 1) * sizeof *slots);

    if (slots == NULL)
        return false;
    for (size_t i = 0; i < (size_t)1 << v->log2; i++) {
        size_t k = v->slots[i].key & mask;

        if (v->slots[i].key == 0)
            continue;
        while (slots[k].key != 0)
            k = (k + 1) & mask;
        slots[k] = v->slots[i];
    }
    free(v->slots);
    v->slots = slots;
    v->log2 = log2;
    return true;
}

static struct bnc_entry *entry_new(struct bnc_verdicts *v)
{
    if (v->n % ENTRIES_PER_CHUNK == 0 && v->n / ENTRIES_PER_CHUNK == v->n_chunks) {
        if (v->n_chunks == v->cap_chunks) {
            const size_t cap = v->cap_chunks == 0 ? 16 : v->cap_chunks * 2;
            struct bnc_entry **p = realloc(v->chunks, cap * sizeof *p);

            if (p == NULL)
                return NULL;
            v->chunks = p;
            v->cap_chunks = cap;
        }
        v->chunks[v->n_chunks] =
            bnc_arena_alloc(&v->arena, ENTRIES_PER_CHUNK * sizeof **v->chunks);
        if (v->chunks[v->n_chunks] == NULL)
            return NULL;
        v->n_chunks++;
    }
    return &v->chunks[v->n / ENTRIES_PER_CHUNK][v->n % ENTRIES_PER_CHUNK];
}

/*
 * The verdict of a template is that of its blurred text, always; so it does not show which of the
 * templates that share one was asked for first.
 */
static struct bnc_verdict decide(struct bnc_verdicts *v, struct bnc_question *q, uint64_t context)
{
    const uint32_t *vocabularies[BNC_N_RULESETS];
    struct known_verdict *known;
    uint64_t key;

    for (int i = 0; i < BNC_N_RULESETS; i++)
        vocabularies[i] = v->c->sets[i]->vocabulary;
    bnc_vocabulary_blur(vocabularies, BNC_N_RULESETS, q->text, &v->mask, v->blurred);
    q->text.at = v->blurred;
    key = bnc_hash_pair(bnc_hash_span(q->text), context);
    key += key == 0;
    known = &v->verdicts[key % VERDICT_SLOTS];
    if (known->key != key)
        *known = (struct known_verdict){ key, bnc_decide(v->c, q) };
    return known->verdict;
}

static struct bnc_entry *entry_fill(struct bnc_verdicts *v, const struct bnc_event *e,
                                    uint16_t provider, uint64_t context, uint64_t key,
                                    uint64_t template_fp, struct bnc_span text)
{
    struct bnc_entry *entry = entry_new(v);
    struct bnc_question q = {
        text, e->label, e->reply, e->enhanced, provider, e->type, e->hardness
    };

    if (entry == NULL)
        return NULL;
    *entry = (struct bnc_entry){ .key = key,
                                 .template_fp = template_fp,
                                 .type = e->type,
                                 .hardness = e->hardness,
                                 .index = (uint32_t)v->n };
    entry->template_text = bnc_arena_copy(&v->arena, text);
    entry->label = bnc_arena_copy(&v->arena, e->label);
    entry->esp = bnc_arena_copy(&v->arena, e->hardness != BNC_HARDNESS_NONE && e->esp != NULL
                                               ? e->esp->name
                                               : bnc_span_from("", 0));
    if (entry->template_text.at == NULL || entry->label.at == NULL || entry->esp.at == NULL)
        return NULL;
    entry->verdict = decide(v, &q, context);
    v->n++;
    return entry;
}

/* The entry for the text just scanned, made if it is new. */
static const struct bnc_entry *entry_of(struct bnc_verdicts *v, const struct bnc_event *event,
                                        struct bnc_span raw, uint16_t provider, uint64_t context)
{
    const struct bnc_span text = bnc_mask_scanned(&v->mask, raw);
    const uint64_t template_fp = bnc_hash_span(text);
    uint64_t key = bnc_hash_pair(template_fp, context);
    size_t mask = ((size_t)1 << v->log2) - 1, k;

    key += key == 0;
    for (k = key & mask; v->slots[k].key != 0; k = (k + 1) & mask)
        if (v->slots[k].key == key)
            return v->slots[k].entry;
    if (v->n >= mask - mask / 4) {
        if (!slots_grow(v))
            return NULL;
        mask = ((size_t)1 << v->log2) - 1;
        for (k = key & mask; v->slots[k].key != 0; k = (k + 1) & mask)
            ;
    }
    v->slots[k].entry = entry_fill(v, event, provider, context, key, template_fp, text);
    if (v->slots[k].entry != NULL)
        v->slots[k].key = key;
    return v->slots[k].entry;
}

const struct bnc_entry *bnc_verdicts_get(struct bnc_verdicts *v, const struct bnc_event *event,
                                         uint16_t provider)
{
    const uint64_t context = context_of(event, provider);
    const struct bnc_entry *known = bnc_recall_find(v->recall, context, event->diagnostic);
    struct bnc_span raw;
    struct bnc_shape shape;
    struct slot *slot;
    uint64_t key;

    if (known != NULL)
        return known;
    raw = bnc_spelled_read(event->diagnostic, v->spelled);
    bnc_mask_scan(&v->mask, raw);
    v->shape(&v->mask, raw, &shape);
    if (shape.fp == 0)
        return entry_of(v, event, raw, provider, context);
    key = bnc_hash_pair(shape.fp, context);
    slot = &v->shapes[key % SHAPE_SLOTS];
    if (slot->key == key && slot->entry != NULL) {
        if (raw.at == event->diagnostic.at) /* read as it stands: that shows in its fixed bytes */
            bnc_recall_learn(v->recall, context, event->diagnostic, &shape, slot->entry);
        return slot->entry;
    }
    slot->entry = entry_of(v, event, raw, provider, context);
    slot->key = key;
    return slot->entry;
}

uint16_t bnc_verdicts_provider_of_mx(struct bnc_verdicts *v, struct bnc_span mx)
{
    const uint64_t hash = bnc_hash_span(mx), key = hash + (hash == 0);
    struct host *host = &v->hosts[key % HOST_SLOTS];

    if (host->key != key)
        *host = (struct host){ key, bnc_provider_of_mx(v->c, mx) };
    return host->provider;
}

size_t bnc_verdicts_count(const struct bnc_verdicts *v)
{
    return v->n;
}

const struct bnc_entry *bnc_verdicts_at(const struct bnc_verdicts *v, size_t index)
{
    return &v->chunks[index / ENTRIES_PER_CHUNK][index % ENTRIES_PER_CHUNK];
}
