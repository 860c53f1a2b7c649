/* SPDX-License-Identifier: MIT
 * locate.c - domains and fingerprints of recipients, for a batch.
 */
#include "aggregate/part.h"

struct bnc_span bnc_part_lower(struct bnc_part *part, struct bnc_span s)
{
    bnc_buf_clear(&part->scratch);
    if (!bnc_buf_reserve(&part->scratch, s.len + 1))
        return bnc_span_from(NULL, 0);
    bnc_lower_copy(part->scratch.at, s.at, s.len);
    return bnc_span_from(part->scratch.at, s.len);
}

/* A domain in a spelling that is not known yet: its slot, NULL when out of memory. */
static __attribute__((noinline)) const struct bnc_name_slot *
new_domain(struct bnc_part *part, uint64_t key, struct bnc_span name)
{
    struct bnc_names *domains = &part->domains;
    struct bnc_name_slot *slot;
    uint64_t lower_key;

    name = bnc_part_lower(part, name);
    if (name.at == NULL)
        return NULL;
    lower_key = bnc_names_key(domains, name);
    slot = key == lower_key ? NULL : bnc_names_slot(domains, lower_key);
    if (slot == NULL) {
        struct bnc_domain_rec *d;

        if (bnc_names_make(domains, lower_key, name) == UINT32_MAX)
            return NULL;
        slot = bnc_names_slot(domains, lower_key);
        d = bnc_part_domain(part, slot->index - 1);
        d->used = part->adds_all;
        if (part->classifier != NULL && name.len > 0)
            d->provider = bnc_provider_of_domain(part->classifier, d->name.text);
        slot->note = d->provider;
    }
    if (key == lower_key)
        return slot;
    bnc_names_add_key(domains, key, *slot);
    return bnc_names_slot(domains, lower_key); /* slots may have moved */
}

/* Most domains are the end of their address: so many bytes before them can be read. */
static inline uint64_t key_of_domain(const struct bnc_part *part, const struct bnc_event *e)
{
    const struct bnc_span d = e->domain, r = e->recipient;

    return d.len > 0 && r.len >= 16 && d.at + d.len == r.at + r.len
               ? bnc_hash_key_at_end(d, part->domains.seed)
               : bnc_names_key(&part->domains, d);
}

/* Asks for the record of a delivery's domain; those of others are hardly ever looked at. */
BNC_PREFETCHER expect_record(const struct bnc_part *part, const struct bnc_item *item)
{
    const uintptr_t rec = (uintptr_t)bnc_part_domain(part, item->domain - 1);
    const bool delivered = item->event.type == BNC_EVENT_DELIVERED;

    __builtin_prefetch((const void *)bnc_either(delivered, rec, (uintptr_t)item), 1);
}

static inline void hash_recipients(struct bnc_item *items, const uint8_t *which, size_t n)
{
    for (size_t i = 0; i < n; i++)
        items[which[i]].address = bnc_address_fp(items[which[i]].event.recipient);
}

/*
 * Slots of domains are asked for first. While they arrive, the recipients of all but deliveries are
 * hashed; those of deliveries matter only where the sketch of the domain is not full.
 */
enum bnc_status bnc_part_locate(struct bnc_part *part, struct bnc_item *items, size_t n)
{
    const uint32_t full = part->detail == BNC_DETAIL_REPORT ? BNC_DOMAIN_FULL : 0;
    uint8_t failed[BNC_BATCH], delivered[BNC_BATCH];
    size_t n_failed = 0, n_delivered = 0;
    uint64_t key[BNC_BATCH];

    for (size_t i = 0; i < n; i++) {
        const struct bnc_event *e = &items[i].event;

        key[i] = key_of_domain(part, e);
        bnc_names_prefetch(&part->domains, key[i]);
        items[i].address = 0;
        failed[n_failed] = (uint8_t)i;
        n_failed += (e->recipient.len > 0) & (e->type != BNC_EVENT_DELIVERED);
    }
    hash_recipients(items, failed, n_failed);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_event *e = &items[i].event;
        const struct bnc_name_slot *slot = bnc_names_slot(&part->domains, key[i]);

        if (slot == NULL)
            slot = new_domain(part, key[i], e->domain);
        if (slot == NULL)
            return BNC_ENOMEM;
        items[i].domain = slot->index;
        items[i].provider = (uint16_t)slot->note;
        expect_record(part, &items[i]);
        delivered[n_delivered] = (uint8_t)i;
        n_delivered +=
            (e->recipient.len > 0) & (e->type == BNC_EVENT_DELIVERED) & ((slot->note & full) == 0);
    }
    hash_recipients(items, delivered, n_delivered);
    return BNC_OK;
}
