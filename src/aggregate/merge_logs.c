/* SPDX-License-Identifier: MIT
 * merge_logs.c - what the parts logged, partition by partition.
 */
#include "aggregate/merged.h"

#include <stdlib.h>

/*
 * The chunks of one partition of all parts in one run of bytes.
 */
static char *gather(const struct bnc_log *const *logs, size_t n_logs, unsigned partition,
                    size_t *len, size_t *ends)
{
    char *at, *to;

    *len = 0;
    for (size_t i = 0; i < n_logs; i++)
        ends[i] = *len += bnc_log_bytes(logs[i], partition);
    to = at = malloc(*len + 1);
    for (size_t i = 0; at != NULL && i < n_logs; i++)
        for (const struct bnc_log_chunk *c = logs[i]->head[partition]; c != NULL; c = c->next) {
            const size_t used = bnc_log_used(logs[i], partition, c);

            memcpy(to, c->data, used);
            to += used;
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

/* Tells one log's records to the sort, in its chunks as they lie. */
static void count_addresses(const struct bnc_address_log *log, unsigned partition,
                            struct bnc_address_sort *s)
{
    const struct bnc_log_chunk *c = log->log.head[partition];

    for (; c != NULL; c = c->next) {
        const char *end = c->data + bnc_log_used(&log->log, partition, c);
        uint64_t fp;

        for (const char *at = c->data; at < end;) {
            at = bnc_address_log_fp(partition, at, &fp);
            bnc_address_sort_count(s, fp);
        }
    }
}

/* NULL where numbers stay: of an overlay. */
static const uint32_t *campaign_map_of(const struct bnc_merged *m, size_t i)
{
    return i < m->n_parts ? m->name_map[BNC_KIND_CAMPAIGN][i] : NULL;
}

/* Puts the records of one log in their places, in merged numbers. */
#define AHEAD 20u /* records, to have their pairs' numbers at hand */
static void put_addresses(const struct bnc_merged *m, size_t i, unsigned partition,
                          struct bnc_address_sort *s)
{
    const size_t ahead = AHEAD * sizeof(struct bnc_address_short);
    const uint32_t *pair_map = m->pair_map[i], *campaign_map = campaign_map_of(m, i);
    const struct bnc_address_log *log = &bnc_merged_sums(m, i)->log;

    for (const struct bnc_log_chunk *c = log->log.head[partition]; c != NULL; c = c->next) {
        const char *end = c->data + bnc_log_used(&log->log, partition, c);
        struct bnc_address_rec r;

        for (const char *at = c->data; at < end;) {
            if ((size_t)(end - at) > ahead + sizeof(struct bnc_address_short))
                __builtin_prefetch(&pair_map[bnc_address_log_pair(at + ahead)]);
            at = bnc_address_log_read(log, partition, at, &r);
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
    const size_t n_logs = bnc_merged_n_sums(m);
    size_t n = 0;

    for (size_t i = 0; i < n_logs; i++)
        n += bnc_address_log_most(&bnc_merged_sums(m, i)->log, partition);
    if (!bnc_address_sort_begin(s, n))
        return SIZE_MAX;
    for (size_t i = 0; i < n_logs; i++)
        count_addresses(&bnc_merged_sums(m, i)->log, partition, s);
    bnc_address_sort_place(s);
    for (size_t i = 0; i < n_logs; i++)
        put_addresses(m, i, partition, s);
    return bnc_address_sort_end(s);
}

/* ---- failures ---- */

#define MOST_CHAINS 64u

void bnc_merged_fetch_failures(const struct bnc_merged *m, unsigned from, unsigned end)
{
    const struct bnc_log_chunk *at[MOST_CHAINS];
    size_t n = 0;

    for (unsigned p = from; p < end; p++)
        for (size_t i = 0; i < bnc_merged_n_sums(m) && n < MOST_CHAINS; i++) {
            at[n] = bnc_failure_chunks(&bnc_merged_sums(m, i)->failures, p);
            n += at[n] != NULL;
        }
    while (n > 0)
        for (size_t i = 0; i < n; i++) {
            const struct bnc_log_chunk *const c = at[i];

            for (size_t off = 64; off < sizeof *c + c->cap; off += 64)
                __builtin_prefetch((const char *)c + off, 0, 2);
            at[i] = c->next;
            if (c->next != NULL)
                __builtin_prefetch(c->next);
            else
                at[i--] = at[--n];
        }
}

/* Asks for what the pair of a later record is mapped to; of wide records for anything. */
#define FAILURES_AHEAD 32u
BNC_PREFETCHER fetch_pair(const uint32_t *pair_map, const char *at, const char *end)
{
    const struct bnc_failure_narrow *const soon = (const void *)at;

    if ((size_t)(end - at) > (FAILURES_AHEAD + 1) * sizeof *soon)
        __builtin_prefetch(&pair_map[bnc_failure_pair(&soon[FAILURES_AHEAD])]);
}

static void put_failures(const struct bnc_failure_log *log, unsigned partition,
                         const uint32_t *pair_map, uint32_t outcome_at, uint32_t *n_of,
                         struct bnc_failure_chains *c)
{
    const struct bnc_log_chunk *k = bnc_failure_chunks(log, partition);
    struct bnc_failure_link *to = c->at + c->n;
    const unsigned shift = c->shift;

    for (; k != NULL; k = k->next) {
        const char *end = bnc_failure_chunk_end(log, partition, k);
        struct bnc_failure f;

        for (const char *at = k->data; at < end;) {
            fetch_pair(pair_map, at, end);
            at = bnc_failure_read(at, &f);
            f.pair = pair_map[f.pair];
            f.outcome += outcome_at;
            bnc_failure_link_put(++to, &f, shift, &n_of[f.outcome]);
        }
    }
    c->n = (uint32_t)(to - c->at);
}

bool bnc_merged_failures(const struct bnc_merged *m, unsigned partition, uint32_t *n_of,
                         struct bnc_failure_chains *c)
{
    const size_t n_logs = bnc_merged_n_sums(m);
    uint32_t outcome_at = 0;
    size_t most = 0;

    for (size_t i = 0; i < n_logs; i++)
        most += bnc_failure_log_most(&bnc_merged_sums(m, i)->failures, partition);
    if (!bnc_failure_chains_begin(c, most))
        return false;
    for (size_t i = 0; i < n_logs; i++) {
        const struct bnc_failure_log *const log = &bnc_merged_sums(m, i)->failures;

        put_failures(log, partition, m->pair_map[i], outcome_at, n_of, c);
        outcome_at += (uint32_t)log->outcomes.keys.n;
    }
    bnc_failure_chains_end(c);
    return true;
}

/* ---- what has no more use ---- */

void bnc_merged_forget(const struct bnc_merged *m, unsigned partition)
{
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent) {
            bnc_log_forget(&m->parts[p]->sums.log.log, partition);
            bnc_log_forget(&m->parts[p]->texts, partition);
            if (m->parts[p]->lean != NULL)
                bnc_lean_forget(m->parts[p]->lean, partition);
        }
}

static void drop_logs_of(void *arg, size_t p)
{
    const struct bnc_merged *const m = arg;
    struct bnc_part *const part = m->parts[p];

    if (!part->spent)
        return;
    bnc_failure_log_release(&part->sums.failures);
    bnc_address_log_release(&part->sums.log);
    bnc_log_release(&part->texts);
    if (part->lean != NULL)
        bnc_lean_release(part->lean);
    bnc_log_release(&part->held);
}

void bnc_merged_drop_logs(struct bnc_merged *m)
{
    bnc_merged_run(m, m->n_parts, drop_logs_of, m);
    for (size_t o = 0; o < BNC_N_OVERLAYS; o++) {
        bnc_failure_log_release(&m->overlay[o].failures);
        bnc_address_log_release(&m->overlay[o].log);
    }
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
            held[i].source = bnc_merged_source(m, p, held[i].source);
            held[i].domain = m->domain_map[p][held[i].domain];
            held[i].entry = bnc_merged_entry(m, p, held[i].entry);
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
    *len = bnc_texts_fold(at, *len, NULL, 0);
    if (*len == SIZE_MAX) {
        free(at);
        return NULL;
    }
    return at;
}
