/* SPDX-License-Identifier: MIT
 * tally.h - counters for one slice of the input, and how slices add up.
 *
 * A *part* is filled by one worker and shared with nobody while it fills. bnc_tally_finish() adds
 * parts (and parts read back from state files) to one *tally*: sorted arrays that detect/ and
 * report/ read. Every counter and every chosen example merges commutatively, so neither the cut of
 * the input nor the order of parts shows.
 *
 * Keys are 64-bit fingerprints (util/hash.h) of lower-cased names; names are kept once.
 *
 * Counting rules:
 * - delivered, bounce, deferral ... count rows of that type. A *late* bounce (rb, OOB, DSN) moves
 *   one message from delivered to bounced. A message that bounced in time is not moved by a later
 *   report. Nobody's deliveries go below zero: a domain without counted deliveries has none to give
 *   (bounce-only exports). tally->late counts what was moved. Which day, campaign, IP, sender and
 *   provider gives a delivery: the late bounce's own if it has one left, else the nearest before it
 *   in sorted order, so that parts equal totals in every table.
 * - Bounces that carry a message id are held back and resolved in finish: one per (message id,
 *   recipient), the last one in (time, source, row) order wins, others count as duplicates. So that
 *   parts can be merged in any order, nothing is decided before finish.
 * - Recipients are distinct (address, domain) pairs among failures; rows without an address have
 *   none. Those of deliveries are estimated from a 64-bit linear-counting sketch per domain.
 */
#ifndef BNC_AGGREGATE_TALLY_H
#define BNC_AGGREGATE_TALLY_H

#include "classify/verdict.h"
#include "schema/event.h"

#define BNC_DAY_NONE INT32_MIN /* rows without a time */

/*
 * How much a part keeps about addresses: failing ones as fingerprints, or every address with its
 * outcome per campaign and the text of those that may land on a list.
 */
enum bnc_detail { BNC_DETAIL_REPORT, BNC_DETAIL_LISTS };

struct bnc_place {
    uint32_t source; /* index in tally->sources */
    uint64_t row, off;
};

struct bnc_part;
struct bnc_often;
struct bnc_part_options {
    enum bnc_detail detail;
    const struct bnc_classifier *classifier;
    uint64_t seed; /* odd; per run, for hash tables only */
    /* the name of each source; copied.  NULL: sources are known by number only */
    const struct bnc_span *sources;
    uint32_t n_sources;
    /* Every event that is located is added: no filter leaves some out. */
    bool adds_all;
    /*
     * With BNC_DETAIL_LISTS, where no state is saved and nobody asks about one address: addresses
     * that no policy puts on a list are not kept, and of others the failures since the last
     * delivery.
     */
    bool lists_only;
    /*
     * With lists_only, shared by all parts of the run until the last event is added (often.h):
     * texts that no list can need are not kept either. NULL: all are.
     */
    struct bnc_often *often;
};
/*
 * NULL when out of memory. Places are ordered by the *name* of their source, so that neither the
 * order of the arguments nor that of merged states shows; sources of one name are one source.
 * Entries that are counted (and the verdicts object that owns them) and the classifier must outlive
 * the part.
 */
struct bnc_part *bnc_part_create(const struct bnc_part_options *opt);
void bnc_part_free(struct bnc_part *part);

#define BNC_BATCH 32
struct bnc_item {
    struct bnc_event event;
    /* NULL for types that are not classified (delivered, sent, other) */
    const struct bnc_entry *entry;
    /* by domain or MX; where there is an entry, the entry's counts */
    uint16_t provider;
    /* 1 + number of the recipient's domain in this part; 0: not looked up yet */
    uint32_t domain;
    /* fingerprint of the recipient, 0 if there is none or it tells nothing new; set with
     * 'domain' */
    uint64_t address;
    uint64_t row, off;
};

/*
 * Looks up the recipients of at most BNC_BATCH events: sets 'address' and 'domain', and 'provider'
 * by domain (0: the tables don't know the domain, ask the MX). Every domain is asked for once,
 * whatever the number of its rows. To be called before classification; events that are left out
 * afterwards cost nothing. BNC_ENOMEM leaves the part unusable.
 */
enum bnc_status bnc_part_locate(struct bnc_part *part, struct bnc_item *items, size_t n);

/*
 * Counts a batch of at most BNC_BATCH events (hash and prefetch first, then update). Items whose
 * 'domain' is 0 are located first, their 'provider' is kept if it is not 0. Times outside
 * 1970-01-01T00:00:01Z .. 2106-02-07 are no times. BNC_ENOMEM leaves the part unusable.
 */
enum bnc_status bnc_part_add(struct bnc_part *part, struct bnc_item *items, size_t n,
                             uint32_t source);

/*
 * Every event is taken for a row of its own; where a row holds n of them, the other n - 1 are said
 * here.
 */
void bnc_part_add_extra(struct bnc_part *part, uint64_t n);

/* 'n' events that a filter (--since, --provider ...) left out. */
void bnc_part_add_filtered(struct bnc_part *part, uint64_t n);

/* A row known to be in another input too: counted as a duplicate, and not looked at. */
void bnc_part_add_duplicate(struct bnc_part *part, uint32_t source);

/* Rows that yield no event: malformed, by reason with the first places, or repeated headers. */
enum bnc_status bnc_part_add_fault(struct bnc_part *part, enum bnc_row_fault fault,
                                   struct bnc_place place);
/* A row that is read and counted as 'other' without an event. */
void bnc_part_add_other(struct bnc_part *part, uint32_t source);

/* ---- the finished tally ---- */

/*
 * The column of a cell: type and cause for classified bounces and deferrals, else the event type.
 * Every event is in one cell per kind.
 */
#define BNC_COL_BOUNCE(cause) (BNC_N_EVENTS + (cause))
#define BNC_COL_DEFERRAL(cause) (BNC_N_EVENTS + BNC_N_CAUSES + (cause))
#define BNC_N_COLS (BNC_N_EVENTS + 2 * BNC_N_CAUSES)

enum bnc_kind {
    BNC_KIND_DAY,
    BNC_KIND_CAMPAIGN,
    BNC_KIND_SENDING_IP,
    BNC_KIND_SENDER_DOMAIN,
    BNC_N_KINDS
};

struct bnc_cell { /* (kind, subject, provider, col); sorted in this order */
    uint8_t kind; /* enum bnc_kind */
    uint32_t subject; /* index in tally->subject[kind]; for days too */
    uint16_t provider, col;
    uint64_t n;
    /* times of the first and last event, BNC_NO_TIME if none had one */
    int64_t first, last;
};

/* a day, campaign, sending IP or sender domain; sorted by name (days by day) */
struct bnc_subject {
    struct bnc_span name; /* "" for rows that name none; days "2026-10-31" */
    int32_t day; /* days since 1970 for BNC_KIND_DAY */
    uint64_t n[BNC_N_EVENTS];
    uint64_t recipients_failed; /* distinct; campaigns and days only, else 0 */
    int64_t first, last;
};

struct bnc_domain { /* sorted by name; 128 bytes, and there are many */
    struct bnc_span name; /* lower-case; "" where unknown */
    uint32_t cause_at; /* its rows in tally->domain_causes */
    uint16_t n_causes;
    /* by domain, else by the majority of its rows' MX or markers (ties: the smaller id) */
    uint16_t provider;
    uint64_t n[BNC_N_EVENTS];
    /* bit (day & 63) set: something was delivered on that day */
    uint64_t delivered_days;
    /* distinct, estimated (linear counting); at most n[DELIVERED] */
    uint64_t recipients_delivered;
    uint64_t recipients_failed; /* distinct with a bounce or deferral */
    uint64_t recipients_bounced; /* distinct with a bounce */
    int64_t first, last; /* of failures */
};

struct bnc_domain_cause { /* sorted by (domain, cause, type) */
    uint32_t domain;
    uint8_t cause, type; /* bounce or deferral */
    bool explicit_domain; /* some reply said so of the whole domain */
    uint64_t recipients; /* distinct */
    uint64_t events;
    int64_t first, last;
    uint64_t failed_days; /* bit (day & 63) */
    uint32_t top_template; /* index of the template with most recipients */
};

/*
 * Responses that a report lists one by one. What is beyond them is summed up: one row, "(other
 * wordings)", for all that are alike but for their texts.
 */
#define BNC_TEMPLATES_LISTED 10000u

/*
 * Sorted by (recipients desc, key): one per entry key (of a template, or of a sentence that has
 * more than BNC_WORDINGS_MAX), at most BNC_TEMPLATES_LISTED; then the sums of the others, sorted
 * likewise. A sum has the verdict and label of each of its wordings; its recipients are the sum of
 * theirs.
 */
struct bnc_template {
    uint64_t key, template_fp; /* template_fp 0: of many */
    struct bnc_span text, label, esp; /* esp: whose label, "" unknown or none */
    /* names behind verdict.rule, kept through states; "" if nothing matched */
    struct bnc_span rule, rule_source;
    struct bnc_verdict verdict; /* read from a state: rule is 0, see 'rule' */
    enum bnc_event_type type;
    enum bnc_hardness hardness;
    /* 1; of a sentence BNC_WORDINGS_MAX + 1, which means more; of a sum: how many there are */
    uint64_t wordings;
    uint64_t n, recipients;
    uint32_t domains; /* distinct */
    int64_t first, last;
    struct bnc_place example; /* the least (time, source, row) */
};

struct bnc_provider_total { /* index = provider id of the classifier */
    uint64_t n[BNC_N_EVENTS];
    /* of these, known from the reply text only: have no deliveries to be set against */
    uint64_t by_marker[BNC_N_EVENTS];
    uint64_t recipients_failed; /* distinct */
    uint64_t cause[2 * BNC_N_CAUSES]; /* events: bounces by cause, then deferrals by cause */
    uint64_t cause_recipients[BNC_N_CAUSES];
    uint64_t complaints_day_max;
    uint32_t domains;
};

#define BNC_N_EVENT_FLAGS 8u /* bits of bnc_event.flags */

struct bnc_fault_total {
    uint64_t n;
    struct bnc_place first[5];
    uint32_t n_first;
};

enum bnc_address_state_bits {
    BNC_ADDR_BOUNCED = 1,
    BNC_ADDR_DEFERRED = 2,
    BNC_ADDR_DELIVERED = 4,
    BNC_ADDR_COMPLAINED = 8,
    BNC_ADDR_SUPPRESSED = 16
};

/*
 * Address x campaign outcome, lists only; each address has a run of its own, sorted by (first,
 * campaign). The last event of an address in a campaign decides (retries count once); of several at
 * the same time the one that stands last in: suppressed, deferral, bounce, delivered, late bounce,
 * complaint. 16 bytes, for there may be millions.
 */
struct bnc_outcome {
    /* index in subject[BNC_KIND_CAMPAIGN] (the sending day where there is none) */
    uint32_t campaign : 28;
    uint32_t type : 4; /* enum bnc_event_type of the last event */
    /* of the last event if that is a failure, else UINT32_MAX */
    uint32_t template;
    uint32_t first, last; /* bnc_outcome_time() */
};

/* The time that an outcome tells in 32 bits. */
static inline int64_t bnc_outcome_time(uint32_t time)
{
    return time == 0 ? BNC_NO_TIME : (int64_t)time;
}

static inline bool bnc_outcome_fails(const struct bnc_outcome *o)
{
    return (o->type == BNC_EVENT_BOUNCE || o->type == BNC_EVENT_DEFERRAL) &&
           o->template != UINT32_MAX;
}

/*
 * Where it stands in time. A delivery wipes out every failure that is not behind it; one without a
 * time wipes out all, and failures without a time are wiped out by any.
 */
static inline int64_t bnc_outcome_order(const struct bnc_outcome *o)
{
    return o->last == 0 && o->type == BNC_EVENT_DELIVERED ? INT64_MAX : (int64_t)o->last;
}

/* Where the last delivery of 'n' outcomes stands; -1, before all: there is none. */
static inline int64_t bnc_outcomes_delivered(const struct bnc_outcome *o, size_t n)
{
    int64_t delivered = -1;

    for (size_t i = 0; i < n; i++)
        if (o[i].type == BNC_EVENT_DELIVERED && bnc_outcome_order(&o[i]) > delivered)
            delivered = bnc_outcome_order(&o[i]);
    return delivered;
}

/*
 * Lists only, failing or complaining or suppressed addresses, as bnc_tally_address() tells them:
 * they are kept packed (packed.h).
 */
struct bnc_address {
    uint32_t domain;
    uint32_t len; /* of the text */
    uint32_t n_outcomes : 27;
    uint32_t states : 5; /* bits */
    struct bnc_outcome outcomes[]; /* [n_outcomes], and behind them the text */
};
#define BNC_ADDRESS_MOST_OUTCOMES ((size_t)1 << 26)

/* Its domain is in lower case; the local part in the spelling that sorts first. A NUL follows. */
static inline struct bnc_span bnc_address_text(const struct bnc_address *a)
{
    return bnc_span_from((const char *)&a->outcomes[a->n_outcomes], a->len);
}

/* No policy puts an address on a list that was deferred in fewer campaigns, and no more. */
#define BNC_LISTED_DEFERRALS 3u

struct bnc_tally {
    uint64_t rows; /* read, header rows excluded */
    /* after late bounces were moved and duplicates taken out */
    uint64_t n[BNC_N_EVENTS];
    uint64_t malformed, repeated_headers, duplicates;
    /* deliveries that a late bounce turned into bounces: each is the second row of its message */
    uint64_t late;
    uint64_t filtered; /* events left out by --since, --provider ... */
    uint64_t extra_events; /* events beyond the first of a row */
    uint64_t flagged[BNC_N_EVENT_FLAGS]; /* events with bit i of enum bnc_event_flag: soft faults */
    /*
                                          * rows = sum n + malformed + repeated_headers + duplicates
                                          * + late + filtered - extra_events
                                          */
    struct bnc_fault_total faults[BNC_N_FAULTS];
    int64_t first, last; /* of all events with a time */
    /* distinct */
    uint64_t recipients_failed, recipients_deferred, recipients_bounced, recipients_deferred_only;
    /* distinct whose mailbox failed temporarily in 3 or more campaigns */
    uint64_t recipients_recurring;
    /*
     * Lists only: distinct that failed, complained or were suppressed; of these, the functions
     * (info@, sales@) that bounced or complained, and those that must never be mailed (abuse@)
     */
    uint64_t recipients_kept, recipients_role, recipients_never;
    struct bnc_provider_total *providers;
    size_t n_providers;
    struct bnc_subject *subject[BNC_N_KINDS];
    size_t n_subjects[BNC_N_KINDS];
    struct bnc_cell *cells;
    size_t n_cells;
    struct bnc_domain *domains;
    size_t n_domains;
    struct bnc_domain_cause *domain_causes;
    size_t n_domain_causes;
    struct bnc_template *templates;
    size_t n_templates;
    /* lists: behind them, those that are part of a sum, for outcomes; n_templates and these */
    size_t n_named_templates;
    /* lists only, sorted by text, packed; the array is not the arena's, what it points to is */
    const char **addresses;
    size_t n_addresses;
    bool lists_only; /* see struct bnc_part_options */
    const struct bnc_classifier *classifier;
    /* names, sorted, distinct; none where the parts were given none */
    struct bnc_span *sources;
    uint32_t n_sources;
    enum bnc_detail detail; /* BNC_DETAIL_LISTS: addresses and outcomes are there */
    struct bnc_arena arena; /* owns every name */
};

/*
 * Address i, written to 'room', of which it is good until that changes; NULL when out of memory,
 * which sticks to 'room'. bnc_tally_fetch_address() has those that follow it in cache, soon.
 */
struct bnc_buf;
const struct bnc_address *bnc_tally_address(const struct bnc_tally *t, size_t i,
                                            struct bnc_buf *room);
void bnc_tally_fetch_address(const struct bnc_tally *t, size_t i);

/* Events with this flag. */
static inline uint64_t bnc_tally_flagged(const struct bnc_tally *t, enum bnc_event_flag flag)
{
    return t->flagged[__builtin_ctz(flag)];
}

/*
 * For a part that is finished once and not saved: bnc_tally_finish() may then free its tables as
 * soon as they are merged, which takes a third off the peak of memory. Afterwards the part is good
 * for bnc_part_free() only.
 */
void bnc_part_spend(struct bnc_part *part);

/* The engine's threads: calls fn(arg, i) for every i < n, in any order, on any thread. */
typedef void (*bnc_parallel_fn)(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg);
/* The same; 'parallel' may be NULL: one after the other. */
static inline void bnc_run_all(bnc_parallel_fn parallel, void *ctx, size_t n,
                               void (*fn)(void *arg, size_t i), void *arg)
{
    if (parallel != NULL)
        parallel(ctx, n, fn, arg);
    for (size_t i = 0; parallel == NULL && i < n; i++)
        fn(arg, i);
}

/*
 * Adds the parts up; they stay the caller's and unchanged (unless spent): they may take more rows,
 * be saved and be finished again. Threads are used through 'parallel', which may be NULL.
 */
enum bnc_status bnc_tally_finish(struct bnc_tally **tally, struct bnc_part **parts, size_t n_parts,
                                 bnc_parallel_fn parallel, void *ctx, struct bnc_error *err);
void bnc_tally_free(struct bnc_tally *tally);

/* False with a sentence in '*why' if sums do not add up (a bug: BNC_EINTERNAL). */
bool bnc_tally_check(const struct bnc_tally *tally, const char **why);

#endif
