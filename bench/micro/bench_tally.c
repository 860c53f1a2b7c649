/* SPDX-License-Identifier: MIT
 * bench_tally.c - what counting a row costs, and what a distinct recipient costs in memory.
 *
 *     bench_tally [ROWS [USERS [DOMAINS [lists|ids]]]]
 *
 * Rows as in a month's accounting file: domains by Zipf's law, deliveries, bounces and deferrals
 * 40/35/25, 300 replies, 30 days, 20 campaigns, 8 IPs. They are made before the clock starts, 64 Ki
 * of them, and their user numbers are changed from round to round so that addresses are as many as
 * asked for. The floor is the same loop with the addresses hashed and nothing counted.
 */
#include "clock.h"
#include "aggregate/tally.h"
#include "util/hash.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#define POOL 65536u
#define N_ENTRIES 300u

struct pool_row {
    struct bnc_item item;
    char address[64], campaign[16];
    uint8_t user_at;
};

static uint64_t random_next(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return bnc_mix64(*state, UINT64_C(0xd6e8feb86659fd93));
}

/* Rank of a domain by Zipf's law with exponent 1, cut at n. */
static unsigned zipf(uint64_t *state, unsigned n)
{
    const double u = (double)(random_next(state) >> 11) * 0x1p-53;

    return (unsigned)(exp(u * log((double)n + 1)) - 1);
}

static void make_row(struct pool_row *r, const struct bnc_entry *entries, unsigned n_domains,
                     bool ids, uint64_t *state)
{
    const unsigned kind = (unsigned)(random_next(state) % 100);
    const unsigned domain = zipf(state, n_domains), campaign = (unsigned)(random_next(state) % 20);
    struct bnc_event *e = &r->item.event;
    char *at;

    snprintf(r->address, sizeof r->address, "user00000000@dom%u.example", domain);
    r->user_at = 4;
    at = memchr(r->address, '@', sizeof r->address);
    snprintf(r->campaign, sizeof r->campaign, "job%u", campaign);
    *e = (struct bnc_event){ .type = kind < 40   ? BNC_EVENT_DELIVERED
                                     : kind < 75 ? BNC_EVENT_BOUNCE
                                                 : BNC_EVENT_DEFERRAL,
                             .time =
                                 INT64_C(1790812800) + (int64_t)(random_next(state) % (30 * 86400)),
                             .recipient = bnc_span_str(r->address),
                             .domain = bnc_span_str(at + 1),
                             .campaign = bnc_span_str(r->campaign),
                             .sending_ip =
                                 campaign % 2 ? BNC_SPAN("192.0.2.17") : BNC_SPAN("192.0.2.18"),
                             .sender_domain = BNC_SPAN("news.example.com") };
    if (ids)
        e->message_id = bnc_span_str(r->address);
    r->item.entry = NULL;
    if (e->type != BNC_EVENT_DELIVERED) {
        /* a receiver has a dozen replies */
        unsigned i = (domain * 7 + zipf(state, 12)) % N_ENTRIES;

        while (entries[i].type != e->type)
            i = (i + 1) % N_ENTRIES;
        r->item.entry = &entries[i];
    }
    r->item.provider = (uint16_t)(domain < 30 ? domain : 0);
}

static void set_user(struct pool_row *r, uint64_t user)
{
    for (unsigned i = 8; i-- > 0; user /= 10)
        r->address[r->user_at + i] = (char)('0' + user % 10);
}

static long peak_kb(void)
{
    struct rusage u;

    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

static uint64_t hash_batch(const struct bnc_item *items)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < BNC_BATCH; i++)
        sum += bnc_hash_span(items[i].event.recipient) ^ bnc_hash_span(items[i].event.domain);
    return sum;
}

static volatile uint64_t sink;

static void count_batch(struct bnc_part *part, struct bnc_item *items)
{
    if (part == NULL)
        sink += hash_batch(items);
    else if (bnc_part_locate(part, items, BNC_BATCH) != BNC_OK ||
             bnc_part_add(part, items, BNC_BATCH, 0) != BNC_OK)
        abort();
}

/* Seconds for all rows; 'part' NULL: the floor.  The clock runs for 16 batches at a time. */
static double run(struct bnc_part *part, struct pool_row *pool, uint64_t rows, uint64_t users)
{
    static struct bnc_item items[16 * BNC_BATCH];
    const unsigned n = sizeof items / sizeof *items;
    uint64_t state = 7;
    double spent = 0;

    for (uint64_t i = 0; i < rows; i += n) {
        double from;

        for (unsigned k = 0; k < n; k++) {
            struct pool_row *r = &pool[(i + k) % POOL];

            set_user(r, random_next(&state) % users);
            items[k] = r->item;
            items[k].row = i + k + 2;
        }
        from = thread_seconds();
        for (unsigned k = 0; k < n; k += BNC_BATCH)
            count_batch(part, items + k);
        spent += thread_seconds() - from;
    }
    return spent;
}

int main(int argc, char **argv)
{
    const uint64_t rows = argc > 1 ? strtoull(argv[1], NULL, 10) : 2000000;
    const uint64_t users = argc > 2 ? strtoull(argv[2], NULL, 10) : 1000;
    const unsigned n_domains = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 60000;
    const bool lists = argc > 4 && strcmp(argv[4], "lists") == 0,
               ids = argc > 4 && strcmp(argv[4], "ids") == 0;
    struct bnc_entry *entries = calloc(N_ENTRIES, sizeof *entries);
    struct pool_row *pool = calloc(POOL, sizeof *pool);
    const struct bnc_part_options opt = { .detail = lists ? BNC_DETAIL_LISTS : BNC_DETAIL_REPORT,
                                          .seed = UINT64_C(0x9e3779b97f4a7c15) };
    struct bnc_part *part = bnc_part_create(&opt);
    struct bnc_tally *tally = NULL;
    uint64_t state = 1;
    double floor_s, add_s, finish_s;
    long before;

    if (entries == NULL || pool == NULL || part == NULL)
        return 71;
    for (unsigned i = 0; i < N_ENTRIES; i++) {
        entries[i] =
            (struct bnc_entry){ .key = bnc_hash_pair(i, 1),
                                .template_text = BNC_SPAN("550 5.1.1 user unknown"),
                                .label = BNC_SPAN(""),
                                .index = i,
                                .type = i % 5 < 3 ? BNC_EVENT_BOUNCE : BNC_EVENT_DEFERRAL };
        entries[i].verdict.cause = (uint8_t)(i % BNC_N_CAUSES);
        entries[i].verdict.provider = (uint16_t)(i % 30);
    }
    for (unsigned i = 0; i < POOL; i++)
        make_row(&pool[i], entries, n_domains, ids, &state);
    before = peak_kb();
    floor_s = run(NULL, pool, rows, users);
    add_s = run(part, pool, rows, users);
    printf("add      %7.1f ns/row   (floor: hashing %5.1f ns/row)   %.1f MB\n",
           add_s / (double)rows * 1e9, floor_s / (double)rows * 1e9,
           (double)(peak_kb() - before) / 1024);
    finish_s = thread_seconds();
    if (bnc_tally_finish(&tally, &part, 1, NULL, NULL, NULL) != BNC_OK)
        return 70;
    finish_s = thread_seconds() - finish_s;
    printf("finish   %7.3f s (one thread), %" PRIu64
           " distinct failing recipients, %zu domains, peak %.1f MB = %.1f bytes each\n",
           finish_s, tally->recipients_failed, tally->n_domains,
           (double)(peak_kb() - before) / 1024,
           (double)(peak_kb() - before) * 1024 / (double)(tally->recipients_failed + 1));
    bnc_tally_free(tally);
    bnc_part_free(part);
    free(pool);
    free(entries);
    return 0;
}
