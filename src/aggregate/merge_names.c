/* SPDX-License-Identifier: MIT
 * merge_names.c - from the numbering of each part to one that all share.
 *
 * Names are sorted by their first eight bytes as a number, which settles most of them without
 * looking at the text again; runs that agree in those are sorted by the whole. The sort is byte
 * passes, linear in what is distinct.
 */
#include "aggregate/keysort.h"
#include "aggregate/merge_steps.h"
#include "classify/vocabulary.h"
#include "util/big.h"

#include <stdlib.h>

/* ---- names ---- */

struct name_ref {
    struct bnc_span text;
    uint32_t part, at;
};

static int cmp_name_ref(const void *a, const void *b)
{
    return bnc_span_cmp(((const struct name_ref *)a)->text, ((const struct name_ref *)b)->text);
}

/* Sorts 'n' references by text; false when out of memory. */
static bool sort_names(struct name_ref *refs, size_t n)
{
    struct bnc_sortkey *keys = malloc((n + 1) * 2 * sizeof *keys);
    struct name_ref *sorted = malloc((n + 1) * sizeof *sorted);
    size_t run = 0;

    if (keys == NULL || sorted == NULL) {
        free(keys);
        free(sorted);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct bnc_sortkey){ .key = bnc_text_key(refs[i].text, 0), .ref = i };
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = refs[keys[i].ref];
    for (size_t i = 1; i <= n; i++)
        if (i == n || keys[i].key != keys[run].key) {
            if (i - run > 1)
                qsort(sorted + run, i - run, sizeof *sorted, cmp_name_ref);
            run = i;
        }
    if (n > 0)
        memcpy(refs, sorted, n * sizeof *refs);
    free(keys);
    free(sorted);
    return true;
}

/*
 * Gives each distinct text its number in 'maps'; '*texts' (malloc'ed) are the distinct ones in
 * order. Sorts 'refs'.
 */
static bool number_names(struct name_ref *refs, size_t n, uint32_t **maps, struct bnc_span **texts,
                         uint32_t *n_texts)
{
    struct bnc_span *out = malloc((n + 1) * sizeof *out);

    *n_texts = 0;
    *texts = out;
    if (out == NULL || !sort_names(refs, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        if (*n_texts == 0 || !bnc_span_eq(out[*n_texts - 1], refs[i].text))
            out[(*n_texts)++] = refs[i].text;
        maps[refs[i].part][refs[i].at] = *n_texts - 1;
    }
    return true;
}

/* Beside the kinds of names a part has the names of its sources. */
#define SOURCES BNC_N_KINDS

static uint32_t n_names_of(const struct bnc_part *part, unsigned kind)
{
    return kind == SOURCES ? part->n_sources : part->names[kind].n;
}

static struct bnc_span name_of(const struct bnc_part *part, unsigned kind, uint32_t at)
{
    return kind == SOURCES ? part->sources[at]
                           : ((struct bnc_name *)bnc_names_at(&part->names[kind], at))->text;
}

static bool merge_names(struct bnc_merged *m, unsigned kind, uint32_t ***map,
                        struct bnc_span **texts, uint32_t *n_texts)
{
    struct name_ref *refs;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += n_names_of(m->parts[p], kind);
    refs = malloc((n + 1) * sizeof *refs);
    *map = bnc_maps_new(m->n_parts);
    ok = refs != NULL && *map != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_part *part = m->parts[p];

        if (kind != SOURCES || part->sources != NULL)
            ok = bnc_maps_fill(*map, p, n_names_of(part, kind));
        for (uint32_t i = 0; i < n_names_of(part, kind); i++)
            refs[at++] = (struct name_ref){ name_of(part, kind, i), (uint32_t)p, i };
    }
    ok = ok && number_names(refs, n, *map, texts, n_texts);
    free(refs);
    return ok;
}

bool bnc_merge_names(struct bnc_merged *m, enum bnc_kind kind)
{
    return merge_names(m, kind, &m->name_map[kind], &m->names[kind], &m->n_names[kind]);
}

bool bnc_merge_sources(struct bnc_merged *m)
{
    return merge_names(m, SOURCES, &m->source_map, &m->sources, &m->n_sources);
}

/* ---- entries ---- */

static struct bnc_span rule_text(const char *s)
{
    return bnc_span_str(s != NULL ? s : "");
}

/* The names behind an entry's rule: its own, or those the classifier knows. */
static struct bnc_part_entry named(const struct bnc_part *part, struct bnc_part_entry e)
{
    if (e.rule.at == NULL) {
        const uint32_t rule = e.entry->verdict.rule;

        e.rule = rule_text(
            rule == 0 || part->classifier == NULL ? NULL : bnc_rule_name(part->classifier, rule));
        e.rule_source = rule_text(
            rule == 0 || part->classifier == NULL ? NULL : bnc_rule_source(part->classifier, rule));
    }
    return e;
}

#define CMP(a, b)                                                                                  \
    do {                                                                                           \
        if ((a) != (b))                                                                            \
            return (a) < (b) ? -1 : 1;                                                             \
    } while (0)

static int cmp_verdict(const struct bnc_verdict *x, const struct bnc_verdict *y)
{
    CMP(x->cause, y->cause);
    CMP(x->duration, y->duration);
    CMP(x->side, y->side);
    CMP(x->action, y->action);
    CMP(x->priority, y->priority);
    CMP(x->confidence, y->confidence);
    CMP(x->mechanism, y->mechanism);
    CMP(x->contradictions, y->contradictions);
    CMP(x->by_text_marker, y->by_text_marker);
    CMP(x->explicit_domain, y->explicit_domain);
    CMP(x->reply, y->reply);
    CMP(x->provider, y->provider);
    CMP(x->blocklist, y->blocklist);
    CMP(x->enhanced, y->enhanced);
    return 0;
}

/* Which part and which of its entries: the 'ref' of a sort key. */
#define ENTRY_REF(part, entry) ((uint64_t)(part) << 32 | (entry))

static struct bnc_part_entry entry_of(const struct bnc_merged *m, uint64_t ref)
{
    const struct bnc_part *part = m->parts[ref >> 32];

    return named(part, part->entries[(uint32_t)ref]);
}

/* Of entries with one key; verdicts differ only where states were made with different rules. */
static int cmp_entry(const struct bnc_part_entry *x, const struct bnc_merged_entry *y)
{
    int c = cmp_verdict(&x->entry->verdict, &y->entry->verdict);

    if (c == 0)
        c = bnc_span_cmp(x->rule, y->rule);
    return c != 0 ? c : bnc_span_cmp(x->rule_source, y->rule_source);
}

/* One more part's entry: if 'e' is all wordings of a sentence, its text is what they share. */
static void join_text(struct bnc_merged_entry *e, const struct bnc_entry *other)
{
    if (bnc_merged_is_sentence(e)) /* a copy in m->texts */
        e->text.len = bnc_wording_join((char *)e->text.at, e->text.len, other->template_text);
}

/* A new entry in place of number 'at', which moves on. */
static bool put_entry(struct bnc_merged *m, uint32_t at, const struct bnc_part_entry *e,
                      uint64_t key)
{
    struct bnc_merged_entry *to = &m->entries[at];

    memmove(to + 1, to, (m->n_entries++ - at) * sizeof *to);
    *to = (struct bnc_merged_entry){ .entry = e->entry,
                                     .key = key,
                                     .template_fp = e->entry->template_fp,
                                     .text = e->entry->template_text,
                                     .rule = e->rule,
                                     .rule_source = e->rule_source,
                                     .example = { BNC_FIRST_NONE, UINT32_MAX, UINT64_MAX,
                                                  UINT64_MAX } };
    if (bnc_merged_is_sentence(to)) {
        to->template_fp = 0;
        to->text = bnc_arena_copy(&m->texts, to->text);
    }
    return to->text.at != NULL;
}

/* The first of the run's entries, which are in order, that is not less than 'e'. */
static uint32_t find_entry(const struct bnc_merged *m, uint32_t first,
                           const struct bnc_part_entry *e)
{
    while (first < m->n_entries && cmp_entry(e, &m->entries[first]) > 0)
        first++;
    return first;
}

/* A run of one key: as many as there are parts, or the wordings of a sentence; most are one. */
static bool number_run(struct bnc_merged *m, const struct bnc_sortkey *at, size_t n)
{
    const uint32_t first = m->n_entries;

    for (size_t i = 0; i < n; i++) {
        const struct bnc_part_entry e = entry_of(m, at[i].ref);
        const uint32_t to = find_entry(m, first, &e);

        if (to < m->n_entries && cmp_entry(&e, &m->entries[to]) == 0)
            join_text(&m->entries[to], e.entry);
        else if (!put_entry(m, to, &e, at[i].key))
            return false;
        m->entry_map[at[i].ref >> 32][(uint32_t)at[i].ref] = to;
    }
    for (size_t i = 0; m->n_entries - first > 1 && i < n; i++) { /* some moved on */
        const struct bnc_part_entry e = entry_of(m, at[i].ref);

        m->entry_map[at[i].ref >> 32][(uint32_t)at[i].ref] = find_entry(m, first, &e);
    }
    return true;
}

/*
 * Entries lie where workers made them, in no order of keys: what is to be read soon is fetched
 * ahead.
 */
BNC_PREFETCHER fetch_entry(const struct bnc_merged *m, const struct bnc_sortkey *keys, size_t n)
{
    enum { AHEAD = 12 };

    if (n > 2 * AHEAD) {
        const uint64_t far = keys[2 * AHEAD].ref, near = keys[AHEAD].ref;

        __builtin_prefetch(&m->parts[far >> 32]->entries[(uint32_t)far]);
        __builtin_prefetch(&m->parts[near >> 32]->entries[(uint32_t)near].entry->verdict);
    }
}

static bool number_entries(struct bnc_merged *m, struct bnc_sortkey *keys, size_t n)
{
    m->entries = bnc_huge_malloc((n + 1) * sizeof *m->entries);
    if (m->entries == NULL)
        return false;
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0, end; i < n; i = end) {
        fetch_entry(m, keys + i, n - i);
        for (end = i + 1; end < n && keys[end].key == keys[i].key; end++)
            ;
        if (!number_run(m, keys + i, end - i))
            return false;
    }
    return true;
}

/*
 * Whether the wordings of a sentence are one entry: some part could not tell them apart any more,
 * or together they are too many. 'run' [n] are their places in 'keys', 'room' has 2 n.
 */
static bool is_gathered(const struct bnc_sortkey *keys, const struct bnc_sortkey *run, size_t n,
                        struct bnc_sortkey *room)
{
    size_t n_distinct = 0;

    for (size_t i = 0; i < n; i++)
        if (keys[run[i].ref].key == run[i].key)
            return true;
    if (n <= BNC_WORDINGS_MAX)
        return false;
    for (size_t i = 0; i < n; i++)
        room[i] = (struct bnc_sortkey){ .key = keys[run[i].ref].key };
    bnc_sortkeys(room, room + n, n);
    for (size_t i = 0; i < n; i++)
        n_distinct += i == 0 || room[i].key != room[i - 1].key;
    return n_distinct > BNC_WORDINGS_MAX;
}

/*
 * Gives the wordings of sentences that are gathered their sentence's key; 'keys' are in no order.
 */
static bool gather_wordings(const struct bnc_merged *m, struct bnc_sortkey *keys, size_t n)
{
    struct bnc_sortkey *s = bnc_huge_malloc((3 * n + 1) * sizeof *s);
    size_t n_wordings = 0;

    for (size_t i = 0; s != NULL && i < n; i++) {
        const uint64_t ref = keys[i].ref;
        const uint64_t sentence = m->parts[ref >> 32]->entries[(uint32_t)ref].entry->sentence;

        if (sentence != 0)
            s[n_wordings++] = (struct bnc_sortkey){ .key = sentence, .ref = i };
    }
    if (s != NULL)
        bnc_sortkeys(s, s + n_wordings, n_wordings);
    for (size_t i = 0, end; s != NULL && i < n_wordings; i = end) {
        for (end = i + 1; end < n_wordings && s[end].key == s[i].key; end++)
            ;
        if (is_gathered(keys, s + i, end - i, s + n_wordings))
            for (size_t k = i; k < end; k++)
                keys[s[k].ref].key = s[k].key;
    }
    free(s);
    return s != NULL;
}

bool bnc_merge_entries(struct bnc_merged *m)
{
    struct bnc_sortkey *keys;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->n_entries;
    keys = bnc_huge_malloc((2 * n + 1) * sizeof *keys);
    m->entry_map = bnc_maps_new(m->n_parts);
    ok = keys != NULL && m->entry_map != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_part *part = m->parts[p];

        ok = bnc_maps_fill(m->entry_map, p, part->n_entries);
        for (size_t i = 0; i < part->n_entries; i++)
            if (part->entries[i].entry != NULL)
                keys[at++] = (struct bnc_sortkey){ part->entries[i].entry->key, ENTRY_REF(p, i) };
    }
    ok = ok && gather_wordings(m, keys, at) && number_entries(m, keys, at);
    free(keys);
    return ok;
}
