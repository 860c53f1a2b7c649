/* SPDX-License-Identifier: MIT
 * verdicts.c - one worker's memo: (template, codes, provider, type, label) -> entry, one probe per
 * row.
 *
 * Most texts differ from one before only in what masking masks anyway.  Such a text is recalled by
 * its fixed words (recall.h); if not, it is scanned, and its *shape* (shape.h) finds the entry
 * without masking.  A new shape is masked, and the template finds the entry or makes one.  A slot
 * holds the 64-bit key and a pointer: a probe touches one cache line of the slot table and one of
 * the entry.  The key is the fingerprint of all that the verdict depends on, so equal keys mean
 * equal verdicts (two different questions share one with probability 2^-64).  Entries are never
 * evicted: the aggregate counts by them.
 *
 * Where every response is a sentence of its own ("ref paledunkirset", a word of letters that
 * nothing tells from others), there would be as many entries as rows.  So wordings of one sentence
 * (vocabulary.h) are gathered in one entry once there are more than BNC_WORDINGS_MAX of them; the
 * sentence has a slot too, which holds its first wording until then.  Where that word is the
 * last of a text, as ids of letters mostly are, texts are recalled whatever it is.
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
    HOST_SLOTS = 16384,
    VERDICT_SLOTS = 4096,
    WORDING_SLOTS = 2048,
    WORDING_BYTES = 384,
    SENTENCE_SEED = 2,
    LUCK_ONE = 256, /* every shape of late was known */
    LUCK_ENOUGH = 24,
    LUCK_WINDOW = 16 /* shapes */
};

struct slot {
    uint64_t key; /* 0: empty */
    struct bnc_entry *entry;
};

struct known_verdict { /* of a blurred template and its context */
    uint64_t key; /* 0: empty */
    uint64_t fp; /* of the verdict and the name of its rule */
    struct bnc_entry *gathered; /* of the sentence, if its wordings are gathered */
    struct bnc_verdict verdict;
};

/*
 * A wording that was gathered, by the context, length and first bytes it has: the next one with
 * these mostly differs from it in one free word.
 */
struct wording {
    uint64_t key; /* 0: empty */
    struct bnc_entry *entry;
    size_t joined; /* where a word begins that is '*' in the entry's text; 0: not known of any */
    char text[WORDING_BYTES], blurred[WORDING_BYTES];
};

struct bnc_verdicts {
    const struct bnc_classifier *c;
    const uint32_t *vocabularies[BNC_N_RULESETS];
    struct slot *slots;
    unsigned log2;
    size_t n, n_slots; /* entries; slots in use */
    bool gathers;
    unsigned unlearned; /* texts with a free last word since one was tried to be learned */
    bool gathered_last; /* the last text that was masked: the next one may be such a wording too */
    struct bnc_entry **chunks; /* ENTRIES_PER_CHUNK each; never move */
    size_t n_chunks, cap_chunks;
    struct bnc_arena arena; /* entries, templates and labels */
    struct bnc_mask mask;
    bnc_shape_fn *shape;
    struct wording *wordings; /* WORDING_SLOTS, the newest of those that share a slot; or NULL */
    struct bnc_recall *recall;
    int luck; /* how often shapes were known of late */
    unsigned untried; /* texts since the last shape */
    struct slot
        shapes[SHAPE_SLOTS]; /* (shape, context) -> entry; the newest of those that share a slot */
    uint64_t hosts[HOST_SLOTS]; /* of the end of an MX host: its fingerprint, provider below */
    struct known_verdict verdicts[VERDICT_SLOTS]; /* the newest of those that share a slot */
    char blurred[sizeof((struct bnc_mask *)0)->out + 64];
    char spelled[BNC_MASK_MAX_BYTES]; /* the text at hand with its blanks restored */
};

struct bnc_verdicts *bnc_verdicts_create(const struct bnc_classifier *c)
{
    struct bnc_verdicts *v = bnc_big_alloc(sizeof *v);

    if (v == NULL)
        return NULL;
    v->c = c;
    for (int i = 0; i < BNC_N_RULESETS; i++)
        v->vocabularies[i] = c->sets[i]->vocabulary;
    v->log2 = FIRST_LOG2;
    v->slots = calloc((size_t)1 << v->log2, sizeof *v->slots);
    v->recall = bnc_recall_create(c->words, c->cpu);
    if (v->slots == NULL || v->recall == NULL) {
        bnc_verdicts_free(v);
        return NULL;
    }
    bnc_mask_init(&v->mask, c->words, c->cpu);
    v->shape = bnc_shape_pick(c->cpu);
    v->luck = LUCK_ONE;
    return v;
}

void bnc_verdicts_gather(struct bnc_verdicts *v)
{
    v->gathers = true;
    bnc_recall_gather(v->recall, v->vocabularies, BNC_N_RULESETS);
}

void bnc_verdicts_free(struct bnc_verdicts *v)
{
    if (v == NULL)
        return;
    free(v->chunks);
    free(v->slots);
    bnc_recall_free(v->recall);
    free(v->wordings);
    bnc_arena_release(&v->arena);
    bnc_big_free(v, sizeof *v);
}

/* What is built in is part of the program's file, and read again if it is asked once more. */
static void rest(const struct bnc_ac *built_in)
{
    bnc_big_forget((void *)(uintptr_t)built_in->nodes, built_in->n_nodes * sizeof *built_in->nodes);
    bnc_big_forget((void *)(uintptr_t)built_in->bytes, built_in->n_nodes * sizeof *built_in->bytes);
    bnc_big_forget((void *)(uintptr_t)built_in->ends, built_in->n_ends * sizeof *built_in->ends);
}

void bnc_verdicts_settle(struct bnc_verdicts *v)
{
    rest(&v->c->sets[BNC_N_RULESETS - 1]->ac);
    bnc_recall_free(v->recall);
    v->recall = NULL;
    free(v->wordings);
    v->wordings = NULL;
    bnc_big_forget(v->shapes, sizeof *v - offsetof(struct bnc_verdicts, shapes));
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

/* The slot of 'key', or the empty one where it belongs. */
static struct slot *slot_find(struct slot *slots, unsigned log2, uint64_t key)
{
    const size_t mask = ((size_t)1 << log2) - 1;
    size_t k = key & mask;

    while (slots[k].key != 0 && slots[k].key != key)
        k = (k + 1) & mask;
    return &slots[k];
}

/* Room for two slots more. */
static bool slots_reserve(struct bnc_verdicts *v)
{
    const size_t n = (size_t)1 << v->log2;
    struct slot *slots;

    if (v->n_slots + 2 <= n - n / 4)
        return true;
    slots = bnc_huge(calloc(2 * n, sizeof *slots), 2 * n * sizeof *slots);
    if (slots == NULL)
        return false;
    for (size_t i = 0; i < n; i++)
        if (v->slots[i].key != 0)
            *slot_find(slots, v->log2 + 1, v->slots[i].key) = v->slots[i];
    free(v->slots);
    v->slots = slots;
    v->log2++;
    return true;
}

static void slot_set(struct bnc_verdicts *v, uint64_t key, struct bnc_entry *entry)
{
    struct slot *slot = slot_find(v->slots, v->log2, key);

    v->n_slots += slot->key == 0;
    *slot = (struct slot){ key, entry };
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

/* A new template, and what is asked of it. */
struct asked {
    const struct bnc_event *event;
    uint16_t provider;
    uint64_t context;
    uint64_t key, template_fp;
    struct bnc_span text;
    struct known_verdict *known;
    size_t n_free; /* words */
    uint64_t sentence; /* with what was made of it: lengths of words may decide */
};

static uint64_t no_zero(uint64_t key)
{
    return key + (key == 0);
}

/* A verdict's fingerprint, the same wherever its rule has the same name. */
static uint64_t verdict_fp(const struct bnc_classifier *c, const struct bnc_verdict *v)
{
    const char *rule = v->rule != 0 ? bnc_rule_name(c, v->rule) : NULL;
    struct bnc_verdict unnumbered;

    _Static_assert(sizeof unnumbered == 24, "no byte of it is padding");
    memcpy(&unnumbered, v, sizeof unnumbered);
    unnumbered.rule = 0;
    return bnc_hash_pair(bnc_hash64((const char *)&unnumbered, sizeof unnumbered, SENTENCE_SEED),
                         bnc_hash_span(bnc_span_str(rule != NULL ? rule : "")));
}

/*
 * The verdict of a template is that of its blurred text, always; so it does not show which of the
 * templates that share one was asked for first.
 */
static void decide(struct bnc_verdicts *v, struct asked *a)
{
    const struct bnc_event *e = a->event;
    struct bnc_question q = {
        a->text, e->label, e->reply, e->enhanced, a->provider, e->type, e->hardness
    };
    struct bnc_span sentence;
    uint64_t key;

    a->n_free = bnc_vocabulary_blur(v->vocabularies, BNC_N_RULESETS, a->text, &v->mask, v->blurred,
                                    &sentence);
    q.text.at = v->blurred;
    key = no_zero(bnc_hash_pair(bnc_hash_span(q.text), a->context));
    a->known = &v->verdicts[key % VERDICT_SLOTS];
    if (a->known->key != key) {
        const struct bnc_verdict verdict = bnc_decide(v->c, &q);

        *a->known = (struct known_verdict){ key, verdict_fp(v->c, &verdict), NULL, verdict };
    }
    if (a->known->gathered == NULL)
        a->sentence =
            no_zero(bnc_hash_pair(bnc_hash_span(sentence) ^ a->known->fp, a->context));
}

/* A new entry for a template, or with 'key' of its sentence for all its wordings. */
static struct bnc_entry *entry_make(struct bnc_verdicts *v, const struct asked *a, uint64_t key)
{
    const struct bnc_event *e = a->event;
    struct bnc_entry *entry = slots_reserve(v) ? entry_new(v) : NULL;

    if (entry == NULL)
        return NULL;
    *entry = (struct bnc_entry){ .key = key,
                                 .template_fp = a->template_fp,
                                 .sentence = a->n_free > 0 ? a->sentence : 0,
                                 .verdict = a->known->verdict,
                                 .type = e->type,
                                 .hardness = e->hardness,
                                 .index = (uint32_t)v->n };
    entry->template_text = bnc_arena_copy(&v->arena, a->text);
    entry->label = bnc_arena_copy(&v->arena, e->label);
    entry->esp = bnc_arena_copy(&v->arena, e->hardness != BNC_HARDNESS_NONE && e->esp != NULL
                                               ? e->esp->name
                                               : bnc_span_from("", 0));
    if (entry->template_text.at == NULL || entry->label.at == NULL || entry->esp.at == NULL)
        return NULL;
    v->n++;
    slot_set(v, key, entry);
    return entry;
}

/* A new wording that has an entry of its own; 'first' of its sentence, NULL: it is that. */
static struct bnc_entry *wording_make(struct bnc_verdicts *v, const struct asked *a,
                                      struct bnc_entry *first)
{
    struct bnc_entry *entry = entry_make(v, a, a->key);

    if (entry == NULL || !v->gathers || a->n_free == 0)
        return entry;
    if (first == NULL)
        slot_set(v, a->sentence, first = entry);
    first->n_wordings++;
    return entry;
}

/* The entry of all wordings of a sentence has one more: its text is what they share. */
static void wording_gather(struct bnc_entry *entry, struct bnc_span text)
{
    /* a copy of the arena's, which nobody else writes to */
    entry->template_text.len =
        bnc_wording_join((char *)entry->template_text.at, entry->template_text.len, text);
}

/* Where a wording like this one is remembered; NULL: too short, too long, or no memory. */
static struct wording *wording_slot(struct bnc_verdicts *v, const struct asked *a, uint64_t *key)
{
    if (a->text.len < 16 || a->text.len > WORDING_BYTES)
        return NULL;
    *key = no_zero(bnc_hash_pair(
        bnc_mix64(bnc_load64(a->text.at) ^ BNC_HASH_K1, bnc_load64(a->text.at + 8) ^ BNC_HASH_K2),
        a->context + a->text.len));
    return v->wordings == NULL ? NULL : &v->wordings[*key % WORDING_SLOTS];
}

/* The entry of a text that is blurred as one before it, NULL where that is not seen at once. */
static struct bnc_entry *wording_find(struct bnc_verdicts *v, const struct asked *a)
{
    uint64_t key;
    size_t word;
    struct wording *w = wording_slot(v, a, &key);

    if (w == NULL || w->key != key ||
        !bnc_vocabulary_blurs_alike(v->vocabularies, BNC_N_RULESETS, a->text, w->text, w->blurred,
                                    &word))
        return NULL;
    if (word != 0 && word != w->joined) {
        wording_gather(w->entry, a->text);
        w->joined = word != SIZE_MAX ? word : 0;
    }
    return w->entry;
}

/* To be found again: a text whose blurred form is in v->blurred, now that it is gathered. */
static void wording_keep(struct bnc_verdicts *v, const struct asked *a, struct bnc_entry *entry)
{
    uint64_t key;
    struct wording *w;

    if (v->wordings == NULL)
        v->wordings = calloc(WORDING_SLOTS, sizeof *w); /* most stay empty, and untouched */
    w = wording_slot(v, a, &key);
    if (w == NULL)
        return;
    w->key = key;
    w->entry = entry;
    w->joined = 0;
    memcpy(w->text, a->text.at, a->text.len);
    memcpy(w->blurred, v->blurred, a->text.len);
}

/* The entry of a new template: one of its own, or that of its sentence. */
static struct bnc_entry *entry_of_new(struct bnc_verdicts *v, struct asked *a)
{
    struct bnc_entry *first = a->known->gathered;

    if (first == NULL && v->gathers && a->n_free > 0)
        first = slot_find(v->slots, v->log2, a->sentence)->entry;
    if (first == NULL || (!bnc_entry_is_gathered(first) && first->n_wordings < BNC_WORDINGS_MAX))
        return wording_make(v, a, first);
    if (!bnc_entry_is_gathered(first))
        return entry_make(v, a, a->sentence);
    a->known->gathered = first;
    v->gathered_last = true;
    wording_gather(first, a->text);
    wording_keep(v, a, first);
    return first;
}

/*
 * The entry for the text just scanned, made if it is new.  Where the last such text was one wording
 * of many, this one is asked first whether it is: if it has an entry of its own as well, that makes
 * no difference once all are merged.
 */
static struct bnc_entry *entry_of(struct bnc_verdicts *v, const struct bnc_event *event,
                                  struct bnc_span raw, uint16_t provider, uint64_t context)
{
    struct asked a = { .event = event, .provider = provider, .context = context };
    struct bnc_entry *entry;

    a.text = bnc_mask_scanned(&v->mask, raw);
    if (v->gathered_last) {
        entry = wording_find(v, &a);
        if (entry != NULL)
            return entry;
        decide(v, &a);
        if (a.known->gathered != NULL)
            return entry_of_new(v, &a);
        v->gathered_last = false;
    }
    a.template_fp = bnc_hash_span(a.text);
    a.key = no_zero(bnc_hash_pair(a.template_fp, context));
    entry = slot_find(v->slots, v->log2, a.key)->entry;
    if (entry != NULL)
        return entry;
    if (a.known == NULL)
        decide(v, &a);
    return entry_of_new(v, &a);
}

/*
 * Where hardly a shape comes back (every response a sentence of its own), it costs more than it
 * saves: only one in so many texts is tried then.
 */
static bool is_worth_a_shape(struct bnc_verdicts *v)
{
    if (v->luck < LUCK_ENOUGH && ++v->untried < LUCK_WINDOW)
        return false;
    v->untried = 0;
    return true;
}

/* Whether a template is the text of an entry, but for its last word, which is '*' there. */
static bool shares_all_but_last(const struct bnc_entry *entry, struct bnc_span template, size_t len)
{
    const struct bnc_span text = entry->template_text;

    return text.len > 0 && text.at[text.len - 1] == '*' && template.len + 1 == text.len + len &&
           memcmp(text.at, template.at, text.len - 1) == 0;
}

/*
 * A text that is one wording of many, and ends with the word that makes it one: the next such text
 * need not be masked to be told.  All that could be learned of it is seen in the entry's text, and
 * another free word of as many letters has the same blurred template.
 */
static void learn_wording(struct bnc_verdicts *v, uint64_t context, struct bnc_span text,
                          const struct bnc_entry *entry)
{
    const size_t last = bnc_recall_last_word(v->recall, text);
    struct bnc_shape shape;

    if (last == 0 || ++v->unlearned < LUCK_WINDOW)
        return;
    v->unlearned = 0;
    bnc_mask_scan(&v->mask, text);
    v->shape(&v->mask, text, &shape);
    if (!shares_all_but_last(entry, bnc_mask_scanned(&v->mask, text), text.len - last))
        return;
    v->unlearned = LUCK_WINDOW;
    bnc_recall_learn_all_but_last(v->recall, context, text, &shape, entry);
}

/* The entry of a text that is not recalled, by its shape or by masking it. */
static const struct bnc_entry *entry_of_text(struct bnc_verdicts *v, const struct bnc_event *event,
                                             uint16_t provider, uint64_t context)
{
    struct bnc_span raw;
    struct bnc_shape shape;
    struct slot *slot;
    uint64_t key;

    raw = bnc_spelled_read(event->diagnostic, v->spelled);
    bnc_mask_scan(&v->mask, raw);
    if (!is_worth_a_shape(v))
        return entry_of(v, event, raw, provider, context);
    v->shape(&v->mask, raw, &shape);
    if (shape.fp == 0)
        return entry_of(v, event, raw, provider, context);
    key = bnc_hash_pair(shape.fp, context);
    slot = &v->shapes[key % SHAPE_SLOTS];
    v->luck += ((slot->key == key ? LUCK_ONE : 0) - v->luck) / LUCK_WINDOW;
    if (slot->key == key && slot->entry != NULL) {
        if (raw.at == event->diagnostic.at) /* read as it stands: that shows in its fixed bytes */
            bnc_recall_learn(v->recall, context, event->diagnostic, &shape, slot->entry);
        return slot->entry;
    }
    slot->entry = entry_of(v, event, raw, provider, context);
    slot->key = key;
    return slot->entry;
}

static const struct bnc_entry *entry_unrecalled(struct bnc_verdicts *v, const struct bnc_inquiry *a)
{
    const struct bnc_entry *entry = entry_of_text(v, a->event, a->provider, a->context);

    if (entry != NULL && bnc_entry_is_gathered(entry))
        learn_wording(v, a->context, a->event->diagnostic, entry);
    return entry;
}

const struct bnc_entry *bnc_verdicts_get(struct bnc_verdicts *v, const struct bnc_event *event,
                                         uint16_t provider)
{
    struct bnc_inquiry asked = { .event = event, .provider = provider };

    return bnc_verdicts_get_all(v, &asked, 1) ? asked.entry : NULL;
}

bool bnc_verdicts_get_all(struct bnc_verdicts *v, struct bnc_inquiry *asked, size_t n)
{
    for (size_t i = 0; i < n; i++)
        asked[i].context = context_of(asked[i].event, asked[i].provider);
    bnc_recall_find_all(v->recall, asked, n);
    for (size_t i = 0; i < n; i++) {
        struct bnc_inquiry *const a = &asked[i];

        if (a->entry == NULL)
            a->entry = entry_unrecalled(v, a);
        if (a->entry == NULL)
            return false;
    }
    return true;
}

uint16_t bnc_verdicts_provider_of_mx(struct bnc_verdicts *v, struct bnc_span mx)
{
    uint16_t provider;

    bnc_verdicts_providers_of_mx(v, &mx, &provider, 1);
    return provider;
}

/* A key of the memo for the end of a host: of 8 to 32 bytes, as most are, without a jump. */
static uint64_t host_key(struct bnc_span end)
{
    const size_t step = bnc_either(end.len < 16, 0, 8);
    const char *const last = end.at + end.len - 8;

    if (end.len < 8 || end.len > 32)
        return bnc_hash_span(end);
    return bnc_mix64(bnc_mix64(bnc_load64(end.at) ^ BNC_HASH_K1, bnc_load64(last) ^ BNC_HASH_K2),
                     bnc_mix64(bnc_load64(end.at + step) ^ BNC_HASH_K2,
                               bnc_load64(last - step) ^ end.len ^ BNC_HASH_K0));
}

void bnc_verdicts_providers_of_mx(struct bnc_verdicts *v, const struct bnc_span *mx,
                                  uint16_t *providers, size_t n)
{
    struct bnc_span ends[BNC_INQUIRIES];
    uint8_t which[BNC_INQUIRIES];
    uint64_t keys[BNC_INQUIRIES];
    const size_t n_ends = bnc_provider_hosts(v->c, mx, n, ends, which);

    for (size_t i = 0; i < n_ends; i++) {
        keys[i] = host_key(ends[i]);
        __builtin_prefetch(&v->hosts[keys[i] % HOST_SLOTS], 1);
    }
    memset(providers, 0, n * sizeof *providers);
    for (size_t i = 0; i < n_ends; i++) {
        /* its place tells 14 of the 16 bits lost below */
        uint64_t *const host = &v->hosts[keys[i] % HOST_SLOTS];

        if (*host >> 16 != keys[i] >> 16)
            *host = (keys[i] & ~UINT64_C(0xffff)) | bnc_provider_of_mx(v->c, ends[i]);
        providers[which[i]] = (uint16_t)*host;
    }
}

size_t bnc_verdicts_count(const struct bnc_verdicts *v)
{
    return v->n;
}

const struct bnc_entry *bnc_verdicts_at(const struct bnc_verdicts *v, size_t index)
{
    return &v->chunks[index / ENTRIES_PER_CHUNK][index % ENTRIES_PER_CHUNK];
}
