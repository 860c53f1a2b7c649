/* SPDX-License-Identifier: MIT
 * part.h - what a part is made of; private to the room.
 *
 *   domains   one 64-byte record each: deliveries, their days, a sketch of their recipients
 *   names     campaigns, sending IPs, sender domains
 *   cells     (kind, subject, provider, column) -> count: every event, once per kind (grid.h)
 *   pairs     (domain, entry) -> count: every event but deliveries, once
 *   examples  by entry: the least (time, source, row)
 *   failures  one 9-byte record per (address, pair, campaign, type, day)
 *   log       in its place with lists: of any outcome, with the first and last time of the day. A
 *             pair that is only logged, a delivery's, has a number and no count.
 *   texts     addresses that may land on a list
 *   lean      in place of log and texts where nothing but lists is wanted, as far as it can
 *   held      bounces with a message id, undecided until every report of that message is in
 *
 * All indexes are the part's own; merge.c gives every name its place in one sorted order.
 */
#ifndef BNC_AGGREGATE_PART_H
#define BNC_AGGREGATE_PART_H

#include "aggregate/counts.h"
#include "aggregate/dictionary.h"
#include "aggregate/lean_log.h"
#include "aggregate/sums.h"
#include "aggregate/tally.h"
#include "util/buf.h"

struct bnc_held {
    uint64_t pair; /* fingerprint of (message id, address) */
    uint64_t address; /* fingerprint, 0 if the row names none */
    uint64_t row, off;
    uint32_t source, time;
    uint32_t domain, entry, campaign, ip, sender;
    uint16_t provider;
    bool late; /* every report of it came after delivery */
    bool own; /* as in struct bnc_fact */
};

#define BNC_DOMAIN_FULL UINT32_C(0x10000) /* all bits of the sketch are set */
struct bnc_domain_rec { /* 64 bytes */
    struct bnc_name name;
    uint64_t delivered, days, sketch;
    uint32_t votes; /* deliveries at 'voted'; more of others in part->votes */
    uint16_t provider; /* by domain, 0 if the tables don't know it */
    uint16_t voted;
    bool used; /* some event was counted */
};

struct bnc_part_entry {
    const struct bnc_entry *entry; /* NULL: never counted here */
    /* names, for entries read from a state; at == NULL: ask the classifier */
    struct bnc_span rule, rule_source;
};

#define BNC_MEMO_SLOTS 1024u
#define BNC_MAILING_WAYS 4u /* slots that a mailing may take */
struct bnc_memo { /* a name as columns spell it, by a number for its bytes */
    uint64_t key;
    uint32_t index;
};

struct bnc_entry_cell { /* where events of an entry are counted */
    uint32_t what; /* BNC_CELL_WHAT() + 1; 0: the entry was never counted here */
    uint32_t class;
};

struct bnc_part {
    enum bnc_detail detail;
    bool spent; /* finishing may take its tables apart */
    /* read from a file: what does not add up is the file's fault */
    bool is_state;
    bool lists_only;
    bool adds_all; /* a domain is used from the first on */
    struct bnc_often *often; /* NULL unless lists_only */
    struct bnc_lean_log *lean; /* likewise */
    const struct bnc_classifier *classifier;
    struct bnc_span *sources; /* sorted, distinct; NULL where none were given */
    uint32_t n_sources;
    uint32_t *rank; /* by the caller's source number: index in 'sources' */
    uint32_t n_ranks;
    struct bnc_names domains; /* struct bnc_domain_rec; notes: the provider, BNC_DOMAIN_FULL */
    struct bnc_names names[BNC_N_KINDS]; /* struct bnc_name; none for days */
    /* names used lately; columns repeat a few in turn */
    struct bnc_memo memo[BNC_N_KINDS][BNC_MEMO_SLOTS];
    uint64_t mailing_key[BNC_GRID_MAILINGS]; /* likewise, of what stands there in sums.cells */
    uint32_t mailing_outcome[BNC_GRID_MAILINGS]; /* bnc_failure_outcome() + 1; 0: not asked for */
    unsigned n_mailings; /* that were given a slot */
    uint32_t memo_day, memo_day_campaign;
    struct bnc_counts votes; /* domain << 16 | provider */
    struct bnc_sums sums;
    struct bnc_part_entry *entries;
    struct bnc_entry_cell *cell_of; /* likewise [cap_entries] */
    size_t n_entries, cap_entries;
    struct bnc_log held, texts;
    /* bytes in partition 0 that start the next fold */
    size_t fold_at, fold_held_at, fold_texts_at;
    struct bnc_buf scratch; /* a name in lower case, when it is new */
    uint64_t recent[256]; /* spellings of addresses that were logged lately */
    uint64_t rows, filtered, extra, others, duplicates;
    uint64_t flagged[BNC_N_EVENT_FLAGS];
    struct bnc_fault_total faults[BNC_N_FAULTS];
    struct bnc_arena arena;
};

/*
 * Seconds in 32 bits, 0 for none: what lies outside 1970-01-01T00:00:01Z .. 2106 is an unset or
 * broken clock.
 */
static inline uint32_t bnc_time_pack(int64_t time)
{
    return time > 0 && time < (int64_t)UINT32_MAX ? (uint32_t)time : 0;
}

/* Days since 1970 plus 1, 0 for none: the subject of a cell of kind day. */
static inline uint32_t bnc_time_day(uint32_t time)
{
    return time == 0 ? 0 : time / BNC_SECONDS_PER_DAY + 1;
}

static inline int64_t bnc_time_of_first(uint32_t first)
{
    return first == BNC_FIRST_NONE ? BNC_NO_TIME : (int64_t)first + 1;
}

static inline int64_t bnc_time_of_last(uint32_t last)
{
    return last == 0 ? BNC_NO_TIME : (int64_t)last;
}

static inline struct bnc_domain_rec *bnc_part_domain(const struct bnc_part *part, uint32_t i)
{
    const uint32_t in_chunk = ((uint32_t)1 << BNC_NAMES_CHUNK_LOG2) - 1;

    return (struct bnc_domain_rec *)(void *)part->domains.chunk[i >> BNC_NAMES_CHUNK_LOG2] +
           (i & in_chunk);
}

/* The place of the caller's source among the sorted ones. */
static inline uint32_t bnc_part_rank(const struct bnc_part *part, uint32_t source)
{
    return source < part->n_ranks ? part->rank[source] : source;
}

/* The fingerprint of an address, never 0. */
static inline uint64_t bnc_address_fp(struct bnc_span address)
{
    const uint64_t fp = bnc_hash_lower(address);

    return fp + (fp == 0);
}

/* Keeps the least five places by (source, row, off). */
void bnc_fault_add_place(struct bnc_fault_total *f, struct bnc_place place);

/*
 * The text in lower case, in the part's scratch until the next call. at == NULL: out of memory.
 */
struct bnc_span bnc_part_lower(struct bnc_part *part, struct bnc_span s);

/* "2026-10-31" for a day since 1970 + 1, "" for 0. */
void bnc_day_name(uint32_t day, char buf[32]);

/* The column of an event of 'type' with 'cause' (-1: not classified). */
static inline uint8_t bnc_col_of(enum bnc_event_type type, int cause)
{
    if (cause >= 0 && type == BNC_EVENT_BOUNCE)
        return (uint8_t)BNC_COL_BOUNCE(cause);
    if (cause >= 0 && type == BNC_EVENT_DEFERRAL)
        return (uint8_t)BNC_COL_DEFERRAL(cause);
    return (uint8_t)type;
}

/* The type that a column stands for; a taken back delivery is BNC_N_EVENTS. */
static inline unsigned bnc_col_type(unsigned col)
{
    if (col < BNC_N_EVENTS)
        return col;
    if (col == BNC_COL_LATE)
        return BNC_N_EVENTS;
    return col < BNC_COL_DEFERRAL(0) ? BNC_EVENT_BOUNCE : BNC_EVENT_DEFERRAL;
}

/* Whether a record of the log is a failure. */
static inline bool bnc_address_rec_fails(const struct bnc_address_rec *r)
{
    const enum bnc_event_type type = BNC_WHAT_TYPE(r->what);

    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL;
}

/* ---- folding: what is equal in a log becomes one (fold.c) ---- */

/*
 * All of a partition's records copied to '*at' (malloc'ed, NULL and 0 if there are none); false
 * when out of memory.
 */
bool bnc_log_copy(const struct bnc_log *log, unsigned part, char **at, size_t *len);
/*
 * Sorting the 'n' address records of one partition: all are counted by their fingerprints, then
 * each is put in its place, then what is equal becomes one.
 */
struct bnc_address_sort {
    uint32_t *start; /* [n_buckets + 1] */
    struct bnc_address_rec *at; /* [n] */
    size_t cap_start, cap;
    unsigned shift;
};
/* Storage is kept from one sort to the next. False when out of memory. */
bool bnc_address_sort_begin(struct bnc_address_sort *s, size_t n);
void bnc_address_sort_release(struct bnc_address_sort *s);

static inline uint32_t *bnc_address_sort_bucket(struct bnc_address_sort *s, uint64_t fp)
{
    return &s->start[(fp << BNC_LOG_LOG2) >> s->shift];
}

/* First for every record: */
static inline void bnc_address_sort_count(struct bnc_address_sort *s, uint64_t fp)
{
    ++*bnc_address_sort_bucket(s, fp);
}

/* Then, after bnc_address_sort_place(): */
void bnc_address_sort_place(struct bnc_address_sort *s);
static inline void bnc_address_sort_put(struct bnc_address_sort *s, const struct bnc_address_rec *r)
{
    s->at[(*bnc_address_sort_bucket(s, r->fp))++] = *r;
}

/*
 * Sorts by (fp, pair, what, time) and keeps the first and last of each day. Returns how many are
 * left in s->at.
 */
size_t bnc_address_sort_end(struct bnc_address_sort *s);
/* All of it for records that stand in an array; SIZE_MAX: out of memory. */
size_t bnc_address_sort_all(struct bnc_address_sort *s, const struct bnc_address_rec *recs,
                            size_t n);
/* Sorts by pair alone. */
void bnc_address_recs_by_pair(struct bnc_address_rec *at, size_t n);

/*
 * Sorts by (pair, time, source, row); of each pair the last wins. The others are dropped;
 * '*dropped' says how many.
 */
size_t bnc_held_fold(struct bnc_held *at, size_t n, uint64_t *dropped);
/*
 * One text record: fingerprint (8 bytes), head (2: length and flag), bytes; packed. BNC_TEXT_LOCAL:
 * the local part with its '@' alone; the domain is known from the address records.
 */
#define BNC_TEXT_HEAD 10u
#define BNC_TEXT_LOCAL 0x8000u
#define BNC_TEXT_MAX 0x7fffu /* bytes; an address has at most 254 */
struct bnc_text {
    uint64_t fp;
    struct bnc_span text;
    bool is_local;
};
struct bnc_text bnc_text_read(const char *at);
/* Writes the head of a text record; the text is there, or will be. */
void bnc_text_put_head(char *at, uint64_t fp, size_t len, bool is_local);
/* Appends a text record, cut at BNC_TEXT_MAX; false when out of memory. */
bool bnc_text_push(struct bnc_log *log, uint64_t fp, struct bnc_span text, bool is_local);
/*
 * Sorts by fp and keeps one spelling of each address; the bytes left, SIZE_MAX: out of memory. It
 * works in 'room' (NULL: 0 bytes), as malloc() aligns it, where that is large enough.
 */
size_t bnc_texts_fold(char *at, size_t len, void *room, size_t room_bytes);
/* Folds the logs of a part if they have grown enough to make it worth while. */
enum bnc_status bnc_part_fold(struct bnc_part *part);

#endif
