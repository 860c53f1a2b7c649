/* SPDX-License-Identifier: MIT
 * merge.c - from the numbering of each part to one that all share.
 *
 * Names are sorted by their first eight bytes as a number, which settles most of them without
 * looking at the text again; runs that agree in those are sorted by the whole. Counts are sorted by
 * their packed key and added up. Both sorts are byte passes, linear in what is distinct.
 */
#include "aggregate/merge.h"

#include "util/status.h"

#include <stdlib.h>

void bnc_merged_run(const struct bnc_merged *m, size_t n, void (*fn)(void *arg, size_t i),
                    void *arg)
{
    if (m->parallel != NULL) {
        m->parallel(m->ctx, n, fn, arg);
        return;
    }
    for (size_t i = 0; i < n; i++)
        fn(arg, i);
}

/* A task ran out of memory; any thread. */
static void fail(struct bnc_merged *m)
{
    __atomic_store_n(&m->failed, true, __ATOMIC_RELAXED);
}

/* ---- names ---- */

struct name_ref {
    struct bnc_span text;
    uint32_t part, at;
};

static int cmp_name_ref(const void *a, const void *b)
{
    return bnc_span_cmp(((const struct name_ref *)a)->text, ((const struct name_ref *)b)->text);
}

static uint64_t prefix_of(struct bnc_span s)
{
    uint64_t v = 0;

    memcpy(&v, s.at, s.len < 8 ? s.len : 8);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
    v = __builtin_bswap64(v);
#endif
    return v;
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
        keys[i] = (struct bnc_sortkey){ .key = prefix_of(refs[i].text), .ref = i };
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

static uint32_t **new_maps(size_t n_parts)
{
    return calloc(n_parts + 1, sizeof(uint32_t *));
}

static void free_maps(uint32_t **maps, size_t n_parts)
{
    for (size_t p = 0; maps != NULL && p < n_parts; p++)
        free(maps[p]);
    free(maps);
}

/* A map of 'n' indexes in each part, all UINT32_MAX. */
static bool fill_maps(uint32_t **maps, size_t part, size_t n)
{
    maps[part] = malloc((n + 1) * sizeof **maps);
    if (maps[part] == NULL)
        return false;
    memset(maps[part], 0xff, (n + 1) * sizeof **maps);
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

static bool merge_names(struct bnc_merged *m, enum bnc_kind kind)
{
    struct name_ref *refs;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->names[kind].n;
    refs = malloc((n + 1) * sizeof *refs);
    m->name_map[kind] = new_maps(m->n_parts);
    ok = refs != NULL && m->name_map[kind] != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_names *names = &m->parts[p]->names[kind];

        ok = fill_maps(m->name_map[kind], p, names->n);
        for (uint32_t i = 0; i < names->n; i++)
            refs[at++] = (struct name_ref){ ((struct bnc_name *)bnc_names_at(names, i))->text,
                                            (uint32_t)p, i };
    }
    ok = ok && number_names(refs, n, m->name_map[kind], &m->names[kind], &m->n_names[kind]);
    free(refs);
    return ok;
}

static bool merge_sources(struct bnc_merged *m)
{
    struct name_ref *refs;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->n_sources;
    refs = malloc((n + 1) * sizeof *refs);
    m->source_map = new_maps(m->n_parts);
    ok = refs != NULL && m->source_map != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_part *part = m->parts[p];

        if (part->sources != NULL)
            ok = fill_maps(m->source_map, p, part->n_sources);
        for (uint32_t i = 0; i < part->n_sources; i++)
            refs[at++] = (struct name_ref){ part->sources[i], (uint32_t)p, i };
    }
    ok = ok && number_names(refs, n, m->source_map, &m->sources, &m->n_sources);
    free(refs);
    return ok;
}

static bool merge_domains(struct bnc_merged *m)
{
    struct bnc_span *texts = NULL;
    struct name_ref *refs;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->domains.n;
    refs = malloc((n + 1) * sizeof *refs);
    m->domain_map = new_maps(m->n_parts);
    ok = refs != NULL && m->domain_map != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_names *names = &m->parts[p]->domains;

        ok = fill_maps(m->domain_map, p, names->n);
        for (uint32_t i = 0; i < names->n; i++) {
            const struct bnc_domain_rec *d = bnc_names_at(names, i);

            if (d->used)
                refs[at++] = (struct name_ref){ d->name.text, (uint32_t)p, i };
        }
    }
    ok = ok && number_names(refs, at, m->domain_map, &texts, &m->n_domains);
    if (ok) {
        m->domains = calloc((size_t)m->n_domains + 1, sizeof *m->domains);
        ok = m->domains != NULL;
    }
    for (size_t i = 0; ok && i < at; i++) {
        const struct bnc_domain_rec *d = bnc_names_at(&m->parts[refs[i].part]->domains, refs[i].at);
        struct bnc_merged_domain *to = &m->domains[m->domain_map[refs[i].part][refs[i].at]];

        to->name = d->name.text;
        to->delivered += d->delivered;
        to->days |= d->days;
        to->sketch |= d->sketch;
        to->provider = d->provider;
    }
    free(texts);
    free(refs);
    return ok;
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
static int cmp_entry(const struct bnc_merged *m, uint64_t a, uint64_t b)
{
    const struct bnc_part_entry x = entry_of(m, a), y = entry_of(m, b);
    int c = cmp_verdict(&x.entry->verdict, &y.entry->verdict);

    if (c == 0)
        c = bnc_span_cmp(x.rule, y.rule);
    return c != 0 ? c : bnc_span_cmp(x.rule_source, y.rule_source);
}

/* A run of one key, as many as there are parts; most have one. */
static void sort_run(const struct bnc_merged *m, struct bnc_sortkey *at, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t k = i; k > 0 && cmp_entry(m, at[k - 1].ref, at[k].ref) > 0; k--) {
            const struct bnc_sortkey swapped = at[k];

            at[k] = at[k - 1];
            at[k - 1] = swapped;
        }
}

static void number_run(struct bnc_merged *m, struct bnc_sortkey *at, size_t n)
{
    sort_run(m, at, n);
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || cmp_entry(m, at[i - 1].ref, at[i].ref) != 0) {
            const struct bnc_part_entry e = entry_of(m, at[i].ref);

            m->entries[m->n_entries++] =
                (struct bnc_merged_entry){ .entry = e.entry,
                                           .rule = e.rule,
                                           .rule_source = e.rule_source,
                                           .example = { BNC_FIRST_NONE, UINT32_MAX, UINT64_MAX,
                                                        UINT64_MAX } };
        }
        m->entry_map[at[i].ref >> 32][(uint32_t)at[i].ref] = m->n_entries - 1;
    }
}

/*
 * Entries lie where workers made them, in no order of keys: what is to be read soon is fetched ahead.
 */
static inline void fetch_entry(const struct bnc_merged *m, const struct bnc_sortkey *keys, size_t n)
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
    m->entries = malloc((n + 1) * sizeof *m->entries);
    if (m->entries == NULL)
        return false;
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0, end; i < n; i = end) {
        fetch_entry(m, keys + i, n - i);
        for (end = i + 1; end < n && keys[end].key == keys[i].key; end++)
            ;
        number_run(m, keys + i, end - i);
    }
    return true;
}

static bool merge_entries(struct bnc_merged *m)
{
    struct bnc_sortkey *keys;
    size_t n = 0, at = 0;
    bool ok;

    for (size_t p = 0; p < m->n_parts; p++)
        n += m->parts[p]->n_entries;
    keys = malloc((2 * n + 1) * sizeof *keys);
    m->entry_map = new_maps(m->n_parts);
    ok = keys != NULL && m->entry_map != NULL;
    for (size_t p = 0; ok && p < m->n_parts; p++) {
        const struct bnc_part *part = m->parts[p];

        ok = fill_maps(m->entry_map, p, part->n_entries);
        for (size_t i = 0; i < part->n_entries; i++)
            if (part->entries[i].entry != NULL)
                keys[at++] = (struct bnc_sortkey){ part->entries[i].entry->key, ENTRY_REF(p, i) };
    }
    ok = ok && number_entries(m, keys, at);
    free(keys);
    return ok;
}

static uint32_t map_source(const struct bnc_merged *m, size_t part, uint32_t source)
{
    return m->source_map[part] == NULL || source == UINT32_MAX ? source
                                                               : m->source_map[part][source];
}

static void merge_examples(struct bnc_merged *m)
{
    for (size_t p = 0; p < m->n_parts; p++) {
        const struct bnc_sums *sums = &m->parts[p]->sums;
        const size_t n =
            sums->n_examples < m->parts[p]->n_entries ? sums->n_examples : m->parts[p]->n_entries;

        for (size_t i = 0; i < n; i++) {
            struct bnc_example e = sums->examples[i];

            if (m->entry_map[p][i] == UINT32_MAX)
                continue;
            e.source = map_source(m, p, e.source);
            bnc_example_merge(&m->entries[m->entry_map[p][i]].example, &e);
        }
    }
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        for (size_t i = 0; i < m->overlay[o].n_examples && i < m->n_entries; i++)
            bnc_example_merge(&m->entries[i].example, &m->overlay[o].examples[i]);
}

void bnc_merged_add_faults(const struct bnc_merged *m, size_t part, struct bnc_fault_total *all)
{
    for (unsigned f = 0; f < BNC_N_FAULTS; f++) {
        const struct bnc_fault_total *from = &m->parts[part]->faults[f];

        all[f].n += from->n;
        for (uint32_t i = 0; i < from->n_first; i++) {
            struct bnc_place place = from->first[i];

            place.source = map_source(m, part, place.source);
            bnc_fault_add_place(&all[f], place);
        }
    }
}

/* ---- logs ---- */

static uint32_t map_entry(const struct bnc_merged *m, size_t part, uint32_t entry)
{
    return BNC_IS_PSEUDO(entry) ? entry : m->entry_map[part][entry];
}

/*
 * The chunks of one partition of all parts in one run of bytes.
 */
static char *gather(const struct bnc_log *const *logs, size_t n_logs, unsigned partition,
                    size_t *len, size_t *ends)
{
    char *at, *to;

    *len = 0;
    for (size_t i = 0; i < n_logs; i++)
        ends[i] = *len += logs[i]->bytes[partition];
    to = at = malloc(*len + 1);
    for (size_t i = 0; at != NULL && i < n_logs; i++)
        for (const struct bnc_log_chunk *c = logs[i]->head[partition]; c != NULL; c = c->next) {
            memcpy(to, c->data, c->used);
            to += c->used;
        }
    return at;
}

/* As gather() for texts or held bounces; '*ends' (malloc'ed) says where those of each part end. */
static char *gather_parts(const struct bnc_merged *m, bool texts, unsigned partition, size_t *len,
                          size_t **ends)
{
    const struct bnc_log **logs = malloc((m->n_parts + 1) * sizeof *logs);
    char *at = NULL;

    *ends = malloc((m->n_parts + 1) * sizeof **ends);
    if (logs != NULL && *ends != NULL) {
        for (size_t p = 0; p < m->n_parts; p++)
            logs[p] = texts ? &m->parts[p]->texts : &m->parts[p]->held;
        at = gather(logs, m->n_parts, partition, len, *ends);
    }
    free(logs);
    if (at == NULL) {
        free(*ends);
        *ends = NULL;
    }
    return at;
}

/* The sums of part 'i', overlays last. */
static const struct bnc_sums *sums_of(const struct bnc_merged *m, size_t i)
{
    return i < m->n_parts ? &m->parts[i]->sums : &m->overlay[i - m->n_parts];
}

/* Puts the records of one log in their places, in merged numbers. */
#define AHEAD 12u /* records, to have their pairs' numbers at hand */
static void put_addresses(const struct bnc_merged *m, size_t part, unsigned partition,
                          struct bnc_address_sort *s)
{
    const uint32_t *pair_map = m->pair_map[part],
                   *campaign_map = part < m->n_parts ? m->name_map[BNC_KIND_CAMPAIGN][part] : NULL;
    const struct bnc_log_chunk *c = sums_of(m, part)->log.head[partition];

    for (; c != NULL; c = c->next) {
        const struct bnc_address_rec *at = (const void *)c->data;
        const size_t n = c->used / sizeof *at;

        for (size_t i = 0; i < n; i++) {
            struct bnc_address_rec r = at[i];

            if (i + AHEAD < n)
                __builtin_prefetch(&pair_map[at[i + AHEAD].pair]);
            r.pair = pair_map[r.pair];
            if (campaign_map != NULL)
                r.what = BNC_WHAT(campaign_map[BNC_WHAT_CAMPAIGN(r.what)], BNC_WHAT_CODE(r.what));
            bnc_address_sort_put(s, &r);
        }
    }
}

size_t bnc_merged_addresses(const struct bnc_merged *m, unsigned partition,
                            struct bnc_address_sort *s)
{
    const size_t n_logs = m->n_parts + BNC_N_OVERLAYS;
    size_t bytes = 0;

    for (size_t i = 0; i < n_logs; i++)
        bytes += sums_of(m, i)->log.bytes[partition];
    if (!bnc_address_sort_begin(s, bytes / sizeof(struct bnc_address_rec)))
        return SIZE_MAX;
    for (size_t i = 0; i < n_logs; i++)
        for (const struct bnc_log_chunk *c = sums_of(m, i)->log.head[partition]; c != NULL;
             c = c->next)
            for (size_t k = 0; k < c->used / sizeof(struct bnc_address_rec); k++)
                bnc_address_sort_count(s, ((const struct bnc_address_rec *)c->data)[k].fp);
    bnc_address_sort_place(s);
    for (size_t i = 0; i < n_logs; i++)
        put_addresses(m, i, partition, s);
    return bnc_address_sort_end(s);
}

void bnc_merged_drop_logs(struct bnc_merged *m)
{
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_log_release(&m->parts[p]->sums.log);
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        bnc_log_release(&m->overlay[o].log);
}

struct bnc_held *bnc_merged_held(const struct bnc_merged *m, unsigned partition, size_t *n,
                                 uint64_t *dropped)
{
    size_t len, *ends, i = 0;
    struct bnc_held *held = (void *)gather_parts(m, false, partition, &len, &ends);

    *n = SIZE_MAX;
    if (held == NULL)
        return NULL;
    for (size_t p = 0; p < m->n_parts; p++)
        for (; i < ends[p] / sizeof *held; i++) {
            held[i].source = map_source(m, p, held[i].source);
            held[i].domain = m->domain_map[p][held[i].domain];
            held[i].entry = map_entry(m, p, held[i].entry);
            held[i].campaign = m->name_map[BNC_KIND_CAMPAIGN][p][held[i].campaign];
            held[i].ip = m->name_map[BNC_KIND_SENDING_IP][p][held[i].ip];
            held[i].sender = m->name_map[BNC_KIND_SENDER_DOMAIN][p][held[i].sender];
        }
    free(ends);
    *n = bnc_held_fold(held, len / sizeof *held, dropped);
    if (*n == SIZE_MAX) {
        free(held);
        return NULL;
    }
    return held;
}

char *bnc_merged_texts(const struct bnc_merged *m, unsigned partition, size_t *len)
{
    size_t *ends;
    char *at = gather_parts(m, true, partition, len, &ends);

    free(ends);
    if (at == NULL) {
        *len = SIZE_MAX;
        return NULL;
    }
    *len = bnc_texts_fold(at, *len);
    if (*len == SIZE_MAX) {
        free(at);
        return NULL;
    }
    return at;
}

/* ---- held bounces are decided ---- */

static bool count_held(struct bnc_merged *m, struct bnc_sums *sums, const struct bnc_held *h)
{
    const bool known = !BNC_IS_PSEUDO(h->entry);
    const struct bnc_fact f = {
        .address = h->address,
        .row = h->row,
        .off = h->off,
        .source = h->source,
        .time = h->time,
        .day = bnc_time_day(h->time),
        .domain = h->domain,
        .entry = h->entry,
        .campaign = h->campaign,
        .ip = h->ip,
        .sender = h->sender,
        .provider = h->provider,
        .col = bnc_col_of(BNC_EVENT_BOUNCE, known ? m->entries[h->entry].entry->verdict.cause : -1),
        .code = h->late ? BNC_CODE_LATE : BNC_EVENT_BOUNCE
    };

    if (!bnc_sums_reserve(sums, 2, known ? (size_t)h->entry + 1 : 0))
        return false;
    if (h->late)
        bnc_sums_take_back(sums, &f);
    return bnc_sums_add(sums, &f, m->detail);
}

static void resolve_task(void *arg, size_t task)
{
    struct bnc_merged *m = arg;
    struct bnc_sums *sums = &m->overlay[task];
    uint64_t dropped = 0;

    for (unsigned p = (unsigned)task; p < BNC_LOG_PARTS; p += BNC_N_OVERLAYS) {
        size_t n;
        struct bnc_held *held = bnc_merged_held(m, p, &n, &dropped);
        bool ok = held != NULL;

        for (size_t i = 0; ok && i < n; i++)
            ok = count_held(m, sums, &held[i]);
        free(held);
        if (!ok)
            fail(m);
    }
    __atomic_fetch_add(&m->duplicates, dropped, __ATOMIC_RELAXED);
}

/* ---- counts ---- */

static uint64_t map_pair(const struct bnc_merged *m, size_t part, uint64_t key)
{
    return BNC_PAIR_KEY(m->domain_map[part][BNC_PAIR_DOMAIN(key)],
                        map_entry(m, part, BNC_PAIR_ENTRY(key)));
}

static uint64_t map_cell(const struct bnc_merged *m, size_t part, uint64_t key)
{
    const unsigned kind = BNC_CELL_KIND(key);
    const uint32_t subject = BNC_CELL_SUBJECT(key);

    if (kind == BNC_KIND_DAY)
        return key;
    return BNC_CELL_KEY(kind, m->name_map[kind][part][subject], BNC_CELL_PROVIDER(key),
                        BNC_CELL_COL(key));
}

static uint64_t map_vote(const struct bnc_merged *m, size_t part, uint64_t key)
{
    return (uint64_t)m->domain_map[part][key >> 16] << 16 | (key & 0xffff);
}

typedef uint64_t (*map_fn)(const struct bnc_merged *m, size_t part, uint64_t key);

/* part n_parts: keys are merged ones already */
struct table_ref {
    const struct bnc_counts *table;
    size_t part;
};

static void put_counts(const struct bnc_merged *m, const struct table_ref *t, map_fn map,
                       struct bnc_count *to)
{
    for (size_t s = 0; t->table->slot != NULL && s < (size_t)1 << t->table->log2; s++)
        if (t->table->slot[s].key != 0) {
            *to = t->table->slot[s];
            to->key = t->part < m->n_parts ? map(m, t->part, to->key - 1) : to->key - 1;
            to++;
        }
}

/* The tables' counts with merged keys, sorted and added up; NULL when out of memory. */
static struct bnc_count *merge_tables(const struct bnc_merged *m, const struct table_ref *tables,
                                      size_t n_tables, size_t extra, map_fn map, size_t *n)
{
    struct bnc_count *at, *to;

    *n = extra;
    for (size_t i = 0; i < n_tables; i++)
        *n += tables[i].table->n;
    to = at = malloc((*n + 1) * sizeof *at);
    if (at == NULL)
        return NULL;
    for (size_t i = 0; i < n_tables; to += tables[i++].table->n)
        put_counts(m, &tables[i], map, to);
    *n -= extra;
    return at;
}

static bool merge_cells(struct bnc_merged *m)
{
    struct table_ref *tables = malloc((m->n_parts + BNC_N_OVERLAYS) * sizeof *tables);

    if (tables == NULL)
        return false;
    for (size_t i = 0; i < m->n_parts + BNC_N_OVERLAYS; i++)
        tables[i] = (struct table_ref){ &sums_of(m, i)->cells, i < m->n_parts ? i : m->n_parts };
    m->cells = merge_tables(m, tables, m->n_parts + BNC_N_OVERLAYS, 0, map_cell, &m->n_cells);
    free(tables);
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_counts_release(&m->parts[p]->sums.cells);
    return m->cells != NULL && bnc_counts_compact(m->cells, &m->n_cells);
}

/* The pairs of all parts and overlays by merged key; 'ref' says whose and which. */
static struct bnc_sortkey *list_pairs(const struct bnc_merged *m, size_t *n)
{
    const size_t n_tables = m->n_parts + BNC_N_OVERLAYS;
    struct bnc_sortkey *keys, *to;

    *n = 0;
    for (size_t i = 0; i < n_tables; i++)
        *n += sums_of(m, i)->pairs.n;
    to = keys = malloc((*n + 1) * 2 * sizeof *keys);
    for (size_t i = 0; keys != NULL && i < n_tables; i++) {
        const struct bnc_pairs *pairs = &sums_of(m, i)->pairs;

        for (size_t k = 0; k < pairs->n; k++) {
            const uint64_t key = pairs->at[k].key;

            *to++ = (struct bnc_sortkey){ i < m->n_parts ? map_pair(m, i, key) : key,
                                          (uint64_t)i << 32 | k };
        }
    }
    return keys;
}

static bool new_pair_maps(struct bnc_merged *m)
{
    m->pair_map = new_maps(m->n_parts + BNC_N_OVERLAYS);
    for (size_t i = 0; m->pair_map != NULL && i < m->n_parts + BNC_N_OVERLAYS; i++)
        if (!fill_maps(m->pair_map, i, sums_of(m, i)->pairs.n))
            return false;
    return m->pair_map != NULL;
}

static bool merge_pairs(struct bnc_merged *m)
{
    size_t n;
    struct bnc_sortkey *keys = list_pairs(m, &n);

    m->pairs = malloc((n + 1) * sizeof *m->pairs);
    if (keys == NULL || m->pairs == NULL || n > UINT32_MAX || !new_pair_maps(m)) {
        free(keys);
        return false;
    }
    bnc_sortkeys(keys, keys + n, n);
    for (size_t i = 0; i < n; i++) {
        const size_t part = keys[i].ref >> 32, k = (uint32_t)keys[i].ref;
        const struct bnc_count *c = &sums_of(m, part)->pairs.at[k];

        if (m->n_pairs > 0 && m->pairs[m->n_pairs - 1].key == keys[i].key) {
            bnc_count_merge(&m->pairs[m->n_pairs - 1], c);
        } else {
            m->pairs[m->n_pairs] = *c;
            m->pairs[m->n_pairs++].key = keys[i].key;
        }
        m->pair_map[part][k] = (uint32_t)m->n_pairs - 1;
    }
    free(keys);
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent)
            bnc_pairs_release(&m->parts[p]->sums.pairs);
    return true;
}

/* Votes lie in the domain records while all agree. */
static bool merge_votes(struct bnc_merged *m)
{
    struct table_ref *tables = malloc((m->n_parts + 1) * sizeof *tables);
    size_t extra = 0;

    if (tables == NULL)
        return false;
    for (size_t p = 0; p < m->n_parts; p++) {
        tables[p] = (struct table_ref){ &m->parts[p]->votes, p };
        extra += m->parts[p]->domains.n;
    }
    m->votes = merge_tables(m, tables, m->n_parts, extra, map_vote, &m->n_votes);
    free(tables);
    if (m->votes == NULL)
        return false;
    for (size_t p = 0; p < m->n_parts; p++)
        for (uint32_t i = 0; i < m->parts[p]->domains.n; i++) {
            const struct bnc_domain_rec *d = bnc_names_at(&m->parts[p]->domains, i);

            if (d->votes > 0)
                m->votes[m->n_votes++] =
                    (struct bnc_count){ .key = (uint64_t)m->domain_map[p][i] << 16 | d->voted,
                                        .n = d->votes,
                                        .first = BNC_FIRST_NONE };
        }
    return bnc_counts_compact(m->votes, &m->n_votes);
}

/* Rows that count as 'other' without an event belong to the empty name of every kind. */
static bool add_others(struct bnc_merged *m)
{
    struct bnc_sums *sums = &m->overlay[0];

    for (size_t p = 0; p < m->n_parts; p++) {
        const uint64_t n = m->parts[p]->others;

        if (n == 0)
            continue;
        if (!bnc_sums_reserve(sums, 1, 0))
            return false;
        bnc_counts_get(&sums->cells, BNC_CELL_KEY(BNC_KIND_DAY, 0, 0, BNC_EVENT_OTHER))->n += n;
        for (unsigned k = BNC_KIND_CAMPAIGN; k < BNC_N_KINDS; k++)
            bnc_counts_get(&sums->cells, BNC_CELL_KEY(k, m->name_map[k][p][0], 0, BNC_EVENT_OTHER))
                ->n += n;
        sums->pairs
            .at[bnc_pairs_get(&sums->pairs,
                              BNC_PAIR_KEY(m->domain_map[p][0], BNC_PSEUDO_ENTRY(BNC_EVENT_OTHER)))]
            .n += n;
    }
    return true;
}

/* ---- all of it ---- */

static void names_task(void *arg, size_t task)
{
    struct bnc_merged *m = arg;
    bool ok = true;

    switch (task) {
    case 0:
        ok = merge_domains(m);
        break;
    case 1:
        ok = merge_entries(m);
        break;
    case 2:
        ok = merge_names(m, BNC_KIND_CAMPAIGN);
        break;
    case 3:
        ok = merge_names(m, BNC_KIND_SENDING_IP);
        break;
    case 4:
        ok = merge_names(m, BNC_KIND_SENDER_DOMAIN);
        break;
    default:
        ok = merge_sources(m);
    }
    if (!ok)
        fail(m);
}

static void counts_task(void *arg, size_t task)
{
    struct bnc_merged *m = arg;

    if (!(task == 0 ? merge_pairs(m) : task == 1 ? merge_cells(m) : merge_votes(m)))
        fail(m);
}

/* Of a part that is finished once nothing is looked up any more. */
static void drop_slots(struct bnc_part *part)
{
    bnc_names_drop_slots(&part->domains);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        bnc_names_drop_slots(&part->names[k]);
    bnc_pairs_drop_slots(&part->sums.pairs);
}

enum bnc_status bnc_merged_make(struct bnc_merged *m, struct bnc_part *const *parts, size_t n_parts,
                                bool resolve, bnc_parallel_fn parallel, void *ctx)
{
    *m = (struct bnc_merged){ .parts = parts,
                              .n_parts = n_parts,
                              .parallel = parallel,
                              .ctx = ctx,
                              .detail = BNC_DETAIL_LISTS };
    for (size_t p = 0; p < n_parts; p++) {
        m->duplicates += parts[p]->duplicates;
        if (parts[p]->detail != BNC_DETAIL_LISTS)
            m->detail = BNC_DETAIL_REPORT;
        if (m->classifier == NULL)
            m->classifier = parts[p]->classifier;
    }
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        m->overlay[o].cells.seed = m->overlay[o].pairs.seed =
            n_parts > 0 ? parts[0]->domains.seed : 1;
    for (size_t p = 0; p < n_parts; p++)
        if (parts[p]->spent)
            drop_slots(parts[p]);
    bnc_merged_run(m, 6, names_task, m);
    if (!m->failed && resolve && !add_others(m))
        fail(m);
    if (!m->failed && resolve)
        bnc_merged_run(m, BNC_N_OVERLAYS, resolve_task, m);
    if (!m->failed)
        bnc_merged_run(m, 3, counts_task, m);
    if (m->failed)
        return BNC_ENOMEM;
    merge_examples(m);
    return BNC_OK;
}

void bnc_merged_release(struct bnc_merged *m)
{
    free_maps(m->source_map, m->n_parts);
    free_maps(m->domain_map, m->n_parts);
    free_maps(m->entry_map, m->n_parts);
    free_maps(m->pair_map, m->n_parts + BNC_N_OVERLAYS);
    for (unsigned k = 0; k < BNC_N_KINDS; k++) {
        free_maps(m->name_map[k], m->n_parts);
        free(m->names[k]);
    }
    free(m->sources);
    free(m->domains);
    free(m->entries);
    free(m->pairs);
    free(m->cells);
    free(m->votes);
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++)
        bnc_sums_release(&m->overlay[o]);
    *m = (struct bnc_merged){ 0 };
}
