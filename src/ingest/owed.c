/* SPDX-License-Identifier: MIT */
#include "ingest/owed.h"

void bnc_owed_init(struct bnc_owed *owed)
{
    pthread_mutex_init(&owed->lock, NULL);
    pthread_cond_init(&owed->paid, NULL);
}

void bnc_owed_release(struct bnc_owed *owed)
{
    pthread_cond_destroy(&owed->paid);
    pthread_mutex_destroy(&owed->lock);
}

/* The lock is held on entry and on exit; once paid, the sum's place may become another's. */
static void pay(struct bnc_owed *owed, struct bnc_owed_sum *sum)
{
    const uint64_t index = sum->index;

    if (sum->state == BNC_OWED_OPEN) {
        sum->state = BNC_OWED_BEGUN;
        pthread_mutex_unlock(&owed->lock);
        sum->crc = sum->with->crc32(0, (const unsigned char *)sum->bytes.at, sum->bytes.len);
        pthread_mutex_lock(&owed->lock);
        sum->state = BNC_OWED_PAID;
        pthread_cond_broadcast(&owed->paid);
    }
    while (sum->index == index && sum->state != BNC_OWED_PAID)
        pthread_cond_wait(&owed->paid, &owed->lock);
}

/* The lock is held. */
static uint32_t add_first(struct bnc_owed *owed, uint32_t crc)
{
    struct bnc_owed_sum *const sum = &owed->ring[owed->first % BNC_MAX_OWED];

    pay(owed, sum);
    owed->first++;
    owed->n--;
    return bnc_crc32_combine(crc, sum->crc, sum->bytes.len);
}

uint32_t bnc_owed_add(struct bnc_owed *owed, uint32_t crc, const struct bnc_inflater *with,
                      uint64_t index, struct bnc_span bytes)
{
    pthread_mutex_lock(&owed->lock);
    if (owed->n == BNC_MAX_OWED)
        crc = add_first(owed, crc);
    owed->ring[(owed->first + owed->n++) % BNC_MAX_OWED] =
        (struct bnc_owed_sum){ .with = with, .index = index, .bytes = bytes };
    pthread_mutex_unlock(&owed->lock);
    return crc;
}

uint32_t bnc_owed_settle(struct bnc_owed *owed, uint32_t crc)
{
    pthread_mutex_lock(&owed->lock);
    while (owed->n > 0)
        crc = add_first(owed, crc);
    pthread_mutex_unlock(&owed->lock);
    return crc;
}

void bnc_owed_pay(struct bnc_owed *owed, uint64_t index)
{
    pthread_mutex_lock(&owed->lock);
    for (uint64_t i = 0; i < owed->n; i++) {
        struct bnc_owed_sum *const sum = &owed->ring[(owed->first + i) % BNC_MAX_OWED];

        if (sum->index == index) {
            pay(owed, sum);
            break;
        }
    }
    pthread_mutex_unlock(&owed->lock);
}
