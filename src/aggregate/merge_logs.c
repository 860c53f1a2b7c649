/* SPDX-License-Identifier: MIT
 * merge_logs.c - what the parts logged, partition by partition.
 */
#include "aggregate/merge_steps.h"

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

/* Puts the records of one log in their places, in merged numbers. */
#define AHEAD 12u /* records, to have their pairs' numbers at hand */
static void put_addresses(const struct bnc_merged *m, size_t part, unsigned partition,
                          struct bnc_address_sort *s)
{
    const uint32_t *pair_map = m->pair_map[part],
                   *campaign_map = part < m->n_parts ? m->name_map[BNC_KIND_CAMPAIGN][part] : NULL;
    const struct bnc_log_chunk *c = bnc_merged_sums(m, part)->log.head[partition];

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
                            struct bnc_address_sort *s, bool fold)
{
    const size_t n_logs = m->n_parts + BNC_N_OVERLAYS;
    size_t bytes = 0;

    for (size_t i = 0; i < n_logs; i++)
        bytes += bnc_merged_sums(m, i)->log.bytes[partition];
    if (!bnc_address_sort_begin(s, bytes / sizeof(struct bnc_address_rec)))
        return SIZE_MAX;
    for (size_t i = 0; i < n_logs; i++)
        for (const struct bnc_log_chunk *c = bnc_merged_sums(m, i)->log.head[partition]; c != NULL;
             c = c->next)
            for (size_t k = 0; k < c->used / sizeof(struct bnc_address_rec); k++)
                bnc_address_sort_count(s, ((const struct bnc_address_rec *)c->data)[k].fp);
    bnc_address_sort_place(s);
    for (size_t i = 0; i < n_logs; i++)
        put_addresses(m, i, partition, s);
    return fold ? bnc_address_sort_end(s) : bnc_address_sort_group(s);
}

void bnc_merged_drop_logs(struct bnc_merged *m)
{
    for (size_t p = 0; p < m->n_parts; p++)
        if (m->parts[p]->spent) {
            bnc_log_release(&m->parts[p]->sums.log);
            bnc_log_release(&m->parts[p]->texts);
            bnc_log_release(&m->parts[p]->held);
        }
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
    *len = bnc_texts_fold(at, *len);
    if (*len == SIZE_MAX) {
        free(at);
        return NULL;
    }
    return at;
}
