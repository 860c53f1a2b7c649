/* SPDX-License-Identifier: MIT
 * merged.h - parts in one numbering: every name has its place in sorted order, every count is added
 * up; private to the room. What is here depends on the set of rows alone, not on how they were
 * spread over parts. The parts are not changed, unless they are spent (bnc_part_spend).
 */
#ifndef BNC_AGGREGATE_MERGED_H
#define BNC_AGGREGATE_MERGED_H

#include "aggregate/address_sort.h"
#include "aggregate/part.h"

struct bnc_merged_domain {
    struct bnc_span name;
    uint64_t delivered, days, sketch;
    uint32_t votes; /* deliveries at 'voted'; more, of any provider, in the votes of all */
    uint16_t provider; /* by domain */
    uint16_t voted;
};

/*
 * An entry of one template, or of all wordings of a sentence: of one that has more than
 * BNC_WORDINGS_MAX in all parts together, or in some part already.
 */
struct bnc_merged_entry {
    const struct bnc_entry *entry; /* one of those that are this; they differ in text at most */
    uint64_t key, template_fp; /* of a sentence, its own and 0 */
    struct bnc_span text;
    struct bnc_span rule, rule_source;
    struct bnc_example example;
};

static inline bool bnc_merged_is_sentence(const struct bnc_merged_entry *e)
{
    return e->key == e->entry->sentence;
}

#define BNC_N_OVERLAYS 8u /* sums of held bounces, each filled by one task */

struct bnc_merged {
    struct bnc_part *const *parts;
    size_t n_parts;
    bnc_parallel_fn parallel;
    void *ctx;
    enum bnc_detail detail;
    bool lists_only;
    const struct bnc_classifier *classifier;
    struct bnc_span *sources; /* spans into the parts, as all names here */
    uint32_t n_sources;
    struct bnc_span *names[BNC_N_KINDS];
    uint32_t n_names[BNC_N_KINDS];
    struct bnc_merged_domain *domains;
    uint32_t n_domains;
    struct bnc_merged_entry *entries; /* by (key, verdict) */
    uint32_t n_entries;
    struct bnc_arena texts; /* of sentences */
    /* [part][index there]; a source map is NULL where numbers stay */
    uint32_t **source_map, **domain_map, **entry_map;
    uint32_t **name_map[BNC_N_KINDS];
    /* [part, then overlay][number there]: place in 'pairs' */
    uint32_t **pair_map;
    /*
     * Sorted by key; a pair that was only logged has n 0. Votes (domain << 16 | provider) are those
     * that domains have no room for: of domains whose rows name several providers.
     */
    struct bnc_count *pairs, *cells, *votes;
    size_t n_pairs, n_cells, n_votes;
    struct bnc_sums overlay[BNC_N_OVERLAYS];
    size_t n_providers; /* as many as domains and cells name */
    bool any_late; /* some pair says that deliveries are taken back */
    uint64_t duplicates;
    void *room; /* bnc_merged_room() */
    size_t cap_room;
    bool failed; /* some task ran out of memory */
};

/* Of all parts, then overlays: what bnc_merged_sums() tells by number. */
static inline size_t bnc_merged_n_sums(const struct bnc_merged *m)
{
    return m->n_parts + BNC_N_OVERLAYS;
}

/* The sums of part "i", then of overlays. */
static inline const struct bnc_sums *bnc_merged_sums(const struct bnc_merged *m, size_t i)
{
    return i < m->n_parts ? &m->parts[i]->sums : &m->overlay[i - m->n_parts];
}

static inline uint32_t bnc_merged_source(const struct bnc_merged *m, size_t part, uint32_t source)
{
    return m->source_map[part] == NULL || source == UINT32_MAX ? source
                                                               : m->source_map[part][source];
}

static inline uint32_t bnc_merged_entry(const struct bnc_merged *m, size_t part, uint32_t entry)
{
    return BNC_IS_PSEUDO(entry) ? entry : m->entry_map[part][entry];
}

/* Runs fn(arg, 0 .. n-1) through the engine's threads or one after the other. */
void bnc_merged_run(const struct bnc_merged *m, size_t n, void (*fn)(void *arg, size_t i),
                    void *arg);

/* ---- for the steps that fill it ---- */

/*
 * Room for what a step needs until its end, NULL: out of memory. One after the other has the same,
 * which is large: what was touched before costs nothing.
 */
void *bnc_merged_room(struct bnc_merged *m, size_t bytes);

/* Maps from a part's numbers to merged ones, one for each part; false or NULL: out of memory. */
uint32_t **bnc_maps_new(size_t n_parts);
void bnc_maps_free(uint32_t **maps, size_t n_parts);
/* A map of 'n' indexes in each part, all UINT32_MAX. */
bool bnc_maps_fill(uint32_t **maps, size_t part, size_t n);

/* ---- all of it ---- */

/*
 * Merges. 'resolve': held bounces are decided and counted too (a tally); otherwise they stay held
 * (a state). BNC_ENOMEM; release in any case.
 */
enum bnc_status bnc_merged_make(struct bnc_merged *m, struct bnc_part *const *parts, size_t n_parts,
                                bool resolve, bnc_parallel_fn parallel, void *ctx);
void bnc_merged_release(struct bnc_merged *m);

/*
 * All votes: those of m->votes and of the domains, summed up by key; the caller's to free. NULL:
 * out of memory.
 */
struct bnc_count *bnc_merged_votes(const struct bnc_merged *m, size_t *n);

/*
 * All address records of a partition in the merged numbering ('pair': place in m->pairs), folded
 * in s->at. Returns how many they are, SIZE_MAX: out of memory.
 */
size_t bnc_merged_addresses(const struct bnc_merged *m, unsigned partition,
                            struct bnc_address_sort *s);
/*
 * Has the failures of partitions 'from' .. 'end' - 1 brought into the cache.  They lie in chains of
 * small chunks, and where the next one is only the one before says: many are followed side by side.
 */
void bnc_merged_fetch_failures(const struct bnc_merged *m, unsigned from, unsigned end);
/*
 * Where no lists are kept: all failures of a partition, in chains. Outcomes are numbered over
 * all parts and overlays, one after the other; their records are added to 'n_of'. False when out
 * of memory.
 */
bool bnc_merged_failures(const struct bnc_merged *m, unsigned partition, uint32_t *n_of,
                         struct bnc_failure_chains *c);
struct bnc_texts {
    char *at; /* a run of text records, sorted by fingerprint */
    size_t len;
};
/*
 * Where the function below works, zero-initialized at first. It stays for the next partition: freed
 * and asked for again it would lie about in pieces, while memory is highest.
 */
struct bnc_lean_room {
    struct bnc_address_rec *recs;
    char *texts;
    size_t recs_bytes, texts_bytes;
};
void bnc_lean_room_release(struct bnc_lean_room *room);
/*
 * bnc_merged_addresses() with fold, and the texts of the partition, in 'room'; of m->lists_only:
 * deliveries to addresses that never failed are left out, and what was logged is forgotten.
 * SIZE_MAX: out of memory.
 */
size_t bnc_merged_lean(const struct bnc_merged *m, unsigned partition, struct bnc_address_sort *s,
                       struct bnc_lean_room *room, struct bnc_texts *texts);
/* Once those of a partition are counted and it has no more use: frees of it what can be freed. */
void bnc_merged_forget(const struct bnc_merged *m, unsigned partition);
/* Once addresses are counted: frees what spent parts logged, and what came of held bounces. */
void bnc_merged_drop_logs(struct bnc_merged *m);

/* All held bounces of a partition, likewise; what the fold dropped is added to '*dropped'. */
struct bnc_held *bnc_merged_held(const struct bnc_merged *m, unsigned partition, size_t *n,
                                 uint64_t *dropped);
/* All texts of a partition as a run of records, folded. */
char *bnc_merged_texts(const struct bnc_merged *m, unsigned partition, size_t *len);

/* Adds the faults of a part to 'all' [BNC_N_FAULTS], their places with merged sources. */
void bnc_merged_add_faults(const struct bnc_merged *m, size_t part, struct bnc_fault_total *all);

#endif
