/* SPDX-License-Identifier: MIT */
#include "aggregate/templates.h"

#include "util/big.h"
#include "util/hash.h"

#include <stdlib.h>

/*
 * Entries lie where workers made them, in no order that is ours: what is to be read soon is fetched
 * ahead, by this many.
 */
#define AHEAD 12

struct sum { /* of one entry */
    uint64_t n, recipients;
    uint32_t domains;
    uint32_t first, last; /* as in struct bnc_count */
};

struct build {
    struct bnc_tally *t;
    const struct bnc_merged *m;
    const uint32_t *recipients; /* by pair */
    struct bnc_template_index *index;
    struct sum *sums; /* [merged entry] */
    /* [n] the counted entries: the listed ones by (recipients desc, entry), then the others by
     * (fingerprint of what was made of them, entry) */
    struct bnc_sortkey *order;
    size_t n, n_listed, n_rest;
    uint32_t *last_domain; /* [n_rest] */
};

BNC_PREFETCHER fetch_sum(const struct build *b, size_t i)
{
    const uint32_t entry = i + AHEAD < b->m->n_pairs ? BNC_PAIR_ENTRY(b->m->pairs[i + AHEAD].key)
                                                     : BNC_PSEUDO_ENTRY(0);

    if (!BNC_IS_PSEUDO(entry))
        __builtin_prefetch(&b->sums[entry], 1);
}

/* Sums over the pairs of each entry. */
static void count_entries(struct build *b)
{
    const struct bnc_merged *m = b->m;

    for (uint32_t i = 0; i < m->n_entries; i++)
        b->sums[i].first = BNC_FIRST_NONE;
    for (size_t i = 0; i < m->n_pairs; i++) {
        const struct bnc_count *pair = &m->pairs[i];
        const uint32_t entry = BNC_PAIR_ENTRY(pair->key);
        struct sum *s;

        fetch_sum(b, i);
        if (BNC_IS_PSEUDO(entry))
            continue;
        s = &b->sums[entry];
        s->n += pair->n;
        s->recipients += b->recipients[i];
        s->domains++;
        s->first = pair->first < s->first ? pair->first : s->first;
        s->last = pair->last > s->last ? pair->last : s->last;
    }
}

BNC_PREFETCHER fetch_entry(const struct bnc_merged *m, uint32_t i)
{
    if (i + AHEAD < m->n_entries)
        __builtin_prefetch(&m->entries[i + AHEAD].entry->verdict);
}

/* What rows say about providers by their texts alone. */
static void count_markers(struct build *b)
{
    for (uint32_t i = 0; i < b->m->n_entries; i++) {
        const struct bnc_entry *e = b->m->entries[i].entry;

        fetch_entry(b->m, i);
        if (e->verdict.by_text_marker)
            b->t->providers[e->verdict.provider].by_marker[e->type] += b->sums[i].n;
    }
}

/*
 * All of an entry but the text.  The rule by its name, not its number: entries that come from a
 * state have none.
 */
static uint64_t group_key(const struct bnc_merged_entry *m)
{
    const struct bnc_entry *e = m->entry;
    const struct bnc_verdict *v = &e->verdict;
    const uint64_t kinds = (uint64_t)e->type << 56 | (uint64_t)e->hardness << 48 |
                           (uint64_t)v->cause << 40 | (uint64_t)v->duration << 32 |
                           (uint64_t)v->side << 24 | (uint64_t)v->action << 16 |
                           (uint64_t)v->priority << 8 | v->confidence;
    const uint64_t codes = (uint64_t)v->reply << 48 | (uint64_t)v->provider << 32 | v->enhanced;
    const uint64_t marks = (uint64_t)v->blocklist << 32 | (uint64_t)v->mechanism << 24 |
                           (uint64_t)v->contradictions << 16 | (uint64_t)v->by_text_marker << 8 |
                           v->explicit_domain;
    const uint64_t names = bnc_hash_pair(bnc_hash_span(m->rule), bnc_hash_span(m->rule_source));

    return bnc_hash_pair(bnc_hash_pair(kinds, codes),
                         bnc_hash_pair(bnc_hash_pair(marks, names),
                                       bnc_hash_pair(bnc_hash_span(e->label),
                                                     bnc_hash_span(e->esp))));
}

/* Entries are in order of key, so a stable sort by recipients is all that is needed. */
static bool put_in_order(struct build *b)
{
    const uint32_t n = b->m->n_entries;
    struct bnc_sortkey *rest;

    b->order = bnc_huge_malloc(((size_t)n + 1) * 2 * sizeof *b->order);
    if (b->order == NULL)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (b->sums[i].n > 0)
            b->order[b->n++] = (struct bnc_sortkey){ .key = ~b->sums[i].recipients, .ref = i };
    bnc_sortkeys(b->order, b->order + n, b->n);
    b->n_listed = b->n < BNC_TEMPLATES_LISTED ? b->n : BNC_TEMPLATES_LISTED;
    rest = b->order + b->n_listed;
    for (size_t i = 0; i < b->n - b->n_listed; i++) {
        if (i + AHEAD < b->n - b->n_listed) {
            const struct bnc_entry *soon = b->m->entries[rest[i + AHEAD].ref].entry;

            __builtin_prefetch(soon);
            __builtin_prefetch((const char *)soon + 64);
        }
        rest[i].key = group_key(&b->m->entries[rest[i].ref]);
    }
    bnc_sortkeys(rest, b->order + n, b->n - b->n_listed);
    for (size_t i = b->n_listed; i < b->n; i++)
        b->n_rest += i == b->n_listed || b->order[i].key != b->order[i - 1].key;
    return true;
}

/* Of a sentence it is only known that they are many. */
static uint64_t wordings_of(const struct bnc_merged_entry *e)
{
    return bnc_merged_is_sentence(e) ? BNC_WORDINGS_MAX + 1 : 1;
}

static bool describe(struct build *b, struct bnc_template *to, uint32_t entry)
{
    const struct bnc_merged_entry *e = &b->m->entries[entry];
    const struct sum *s = &b->sums[entry];
    struct bnc_arena *arena = &b->t->arena;

    *to = (struct bnc_template){
        .key = e->key,
        .template_fp = e->template_fp,
        .text = bnc_arena_copy(arena, e->text),
        .label = bnc_arena_copy(arena, e->entry->label),
        .esp = bnc_arena_copy(arena, e->entry->esp),
        .rule = bnc_arena_copy(arena, e->rule),
        .rule_source = bnc_arena_copy(arena, e->rule_source),
        .verdict = e->entry->verdict,
        .type = e->entry->type,
        .hardness = e->entry->hardness,
        .wordings = wordings_of(e),
        .n = s->n,
        .recipients = s->recipients,
        .domains = s->domains,
        .first = bnc_time_of_first(s->first),
        .last = bnc_time_of_last(s->last),
        .example = { e->example.source, e->example.row, e->example.off },
    };
    return to->text.at != NULL && to->label.at != NULL && to->esp.at != NULL &&
           to->rule.at != NULL && to->rule_source.at != NULL;
}

/* Entries from .. end - 1 of the order, which are alike but for their texts. */
static bool sum_up(struct build *b, struct bnc_template *to, size_t from, size_t end)
{
    struct sum sum = { .first = BNC_FIRST_NONE };
    uint64_t wordings = 0;
    struct bnc_example example = { BNC_FIRST_NONE, UINT32_MAX, UINT64_MAX, UINT64_MAX };

    if (!describe(b, to, (uint32_t)b->order[from].ref))
        return false;
    for (size_t i = from; i < end; i++) {
        const struct sum *s = &b->sums[b->order[i].ref];

        wordings += wordings_of(&b->m->entries[b->order[i].ref]);
        sum.n += s->n;
        sum.recipients += s->recipients;
        sum.first = s->first < sum.first ? s->first : sum.first;
        sum.last = s->last > sum.last ? s->last : sum.last;
        bnc_example_merge(&example, &b->m->entries[b->order[i].ref].example);
    }
    to->key = b->order[from].key;
    to->template_fp = 0;
    to->text = BNC_SPAN("(other wordings)");
    to->wordings = wordings;
    to->n = sum.n;
    to->recipients = sum.recipients;
    to->domains = 0;
    to->first = bnc_time_of_first(sum.first);
    to->last = bnc_time_of_last(sum.last);
    to->example = (struct bnc_place){ example.source, example.row, example.off };
    return true;
}

static int by_recipients(const void *pa, const void *pb)
{
    const struct bnc_template *a = pa, *b = pb;

    if (a->recipients != b->recipients)
        return a->recipients < b->recipients ? 1 : -1;
    return a->key < b->key ? -1 : a->key > b->key;
}

/* The sums, in their order; 'place' [n_rest] is where the i-th of the groups went. */
static bool put_rest(struct build *b, uint32_t *place)
{
    struct bnc_template *const to = b->t->templates + b->n_listed;
    struct bnc_sortkey *keys = malloc((2 * b->n_rest + 1) * sizeof *keys);
    size_t group = 0;
    bool ok = keys != NULL;

    for (size_t i = b->n_listed, end; ok && i < b->n; i = end) {
        for (end = i + 1; end < b->n && b->order[end].key == b->order[i].key; end++)
            ;
        ok = sum_up(b, &to[group], i, end);
        keys[group] = (struct bnc_sortkey){ .key = ~to[group].recipients, .ref = group };
        group++;
    }
    if (ok) {
        bnc_sortkeys(keys, keys + b->n_rest, b->n_rest);
        for (size_t i = 0; i < b->n_rest; i++)
            place[keys[i].ref] = (uint32_t)i;
        qsort(to, b->n_rest, sizeof *to, by_recipients);
    }
    free(keys);
    return ok;
}

/* Each other entry's place among the sums; lists name entries by themselves, behind the sums. */
static bool point_rest(struct build *b, const uint32_t *place)
{
    size_t own = b->n_listed + b->n_rest, group = 0;

    for (size_t i = b->n_listed; i < b->n; i++) {
        const uint32_t entry = (uint32_t)b->order[i].ref;

        group += i > b->n_listed && b->order[i].key != b->order[i - 1].key;
        b->index->shown[entry] = (uint32_t)b->n_listed + place[group];
        if (b->m->detail != BNC_DETAIL_LISTS)
            continue;
        if (!describe(b, &b->t->templates[own], entry))
            return false;
        b->index->own[entry] = (uint32_t)own++;
    }
    return true;
}

/* Distinct domains of each sum: the pairs are in order of domains. */
static void count_domains(struct build *b)
{
    for (size_t i = 0; i < b->m->n_pairs; i++) {
        const uint32_t entry = BNC_PAIR_ENTRY(b->m->pairs[i].key);
        const uint32_t domain = BNC_PAIR_DOMAIN(b->m->pairs[i].key);
        uint32_t at;

        if (BNC_IS_PSEUDO(entry) || (at = b->index->shown[entry]) < b->n_listed ||
            at == UINT32_MAX) /* counted nowhere: a state that is refused later */
            continue;
        if (b->last_domain[at - b->n_listed] != domain) {
            b->last_domain[at - b->n_listed] = domain;
            b->t->templates[at].domains++;
        }
    }
}

static bool put_all(struct build *b)
{
    const bool lists = b->m->detail == BNC_DETAIL_LISTS;
    const size_t n = b->n_listed + b->n_rest + (lists ? b->n - b->n_listed : 0);
    uint32_t *place = malloc((b->n_rest + 1) * sizeof *place);
    bool ok = place != NULL;

    b->last_domain = malloc((b->n_rest + 1) * sizeof *b->last_domain);
    b->t->templates = bnc_arena_array(&b->t->arena, n, sizeof *b->t->templates);
    ok = ok && b->last_domain != NULL && b->t->templates != NULL;
    if (ok)
        memset(b->last_domain, 0xff, (b->n_rest + 1) * sizeof *b->last_domain);
    for (size_t i = 0; ok && i < b->n_listed; i++) {
        const uint32_t entry = (uint32_t)b->order[i].ref;

        ok = describe(b, &b->t->templates[i], entry);
        b->index->shown[entry] = b->index->own[entry] = (uint32_t)i;
    }
    ok = ok && put_rest(b, place) && point_rest(b, place);
    if (ok)
        count_domains(b);
    b->t->n_templates = b->n_listed + b->n_rest;
    b->t->n_named_templates = n;
    free(b->last_domain);
    free(place);
    return ok;
}

bool bnc_templates_build(struct bnc_tally *t, const struct bnc_merged *m,
                         const uint32_t *recipients, struct bnc_template_index *index)
{
    const size_t n = (size_t)m->n_entries + 1;
    struct build b = { .t = t, .m = m, .recipients = recipients, .index = index };
    bool ok;

    b.sums = bnc_huge(calloc(n, sizeof *b.sums), n * sizeof *b.sums);
    index->shown = malloc(n * sizeof *index->shown);
    index->own = m->detail == BNC_DETAIL_LISTS ? malloc(n * sizeof *index->own) : index->shown;
    ok = b.sums != NULL && index->shown != NULL && index->own != NULL;
    if (ok) {
        memset(index->shown, 0xff, n * sizeof *index->shown);
        memset(index->own, 0xff, n * sizeof *index->own);
        count_entries(&b);
        count_markers(&b);
        ok = put_in_order(&b) && put_all(&b);
    }
    free(b.sums);
    free(b.order);
    return ok;
}

void bnc_template_index_release(struct bnc_template_index *index)
{
    if (index->own != index->shown)
        free(index->own);
    free(index->shown);
    *index = (struct bnc_template_index){ 0 };
}
