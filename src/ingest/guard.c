/* SPDX-License-Identifier: MIT
 * guard.c - a table of mappings that a signal handler may read.
 *
 * Lock-free, since the handler may interrupt anything: a slot is taken by exchanging its base from
 * 0 to RESERVED, filled, and published by storing the base.  A thread can only fault in a mapping
 * that it is reading, so a slot is never dropped while a handler needs it.
 */
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "ingest/mapping.h"

#define N_SLOTS 256 /* files mapped at once; one for each thread is usual */
#define RESERVED ((uintptr_t)1)

struct slot {
    _Atomic uintptr_t base; /* 0: free */
    _Atomic size_t len_bytes;
    atomic_bool hit;
};

struct bnc_guard {
    struct slot slots[N_SLOTS];
    uintptr_t page_bytes; /* sysconf() is not for handlers */
};

struct bnc_guard *bnc_guard_create(void)
{
    struct bnc_guard *guard = calloc(1, sizeof *guard);

    if (guard != NULL)
        guard->page_bytes = (uintptr_t)sysconf(_SC_PAGESIZE);
    return guard;
}

void bnc_guard_free(struct bnc_guard *guard)
{
    free(guard);
}

int bnc_guard_add(struct bnc_guard *guard, void *base, size_t len_bytes)
{
    for (int i = 0; i < N_SLOTS; i++) {
        struct slot *s = &guard->slots[i];
        uintptr_t empty = 0;

        if (!atomic_compare_exchange_strong(&s->base, &empty, RESERVED))
            continue;
        atomic_store(&s->hit, false);
        atomic_store(&s->len_bytes, len_bytes);
        atomic_store(&s->base, (uintptr_t)base);
        return i;
    }
    return -1;
}

bool bnc_guard_is_hit(const struct bnc_guard *guard, int slot)
{
    return atomic_load(&guard->slots[slot].hit);
}

void bnc_guard_drop(struct bnc_guard *guard, int slot)
{
    atomic_store(&guard->slots[slot].base, 0);
}

/* One call covers the rest of the mapping, or each missing page would cost a signal. */
static int patch(struct bnc_guard *guard, struct slot *s, uintptr_t base, uintptr_t at)
{
    const uintptr_t page = at & ~(guard->page_bytes - 1);
    const uintptr_t end = base + atomic_load(&s->len_bytes);

    atomic_store(&s->hit, true);
    return mmap((void *)page, end - page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1,
                0) != MAP_FAILED;
}

int bnc_guard_patch(struct bnc_guard *guard, void *addr)
{
    const uintptr_t at = (uintptr_t)addr;

    for (int i = 0; guard != NULL && i < N_SLOTS; i++) {
        const uintptr_t base = atomic_load(&guard->slots[i].base);

        if (base > RESERVED && at >= base && at - base < atomic_load(&guard->slots[i].len_bytes))
            return patch(guard, &guard->slots[i], base, at);
    }
    return 0;
}
