/* SPDX-License-Identifier: MIT
 * mapping.h - the mappings a guard knows (the room's side of bounce/guard.h).
 */
#ifndef BNC_INGEST_MAPPING_H
#define BNC_INGEST_MAPPING_H

#include <stdbool.h>
#include <stddef.h>

#include "bounce/guard.h"

/* Makes a mapping known; its slot, or -1 where the guard is full (then the caller must not map). */
int bnc_guard_add(struct bnc_guard *guard, void *base, size_t len_bytes);

/* True once a page of the mapping was found missing. */
bool bnc_guard_is_hit(const struct bnc_guard *guard, int slot);

/* Forgets a mapping, before munmap() and after its last reader. */
void bnc_guard_drop(struct bnc_guard *guard, int slot);

#endif
