/* SPDX-License-Identifier: MIT */
#include "schema/domain_fold.h"

#include "schema/address.h"
#include "util/idn.h"

void bnc_fold(struct bnc_fold_ring *ring, struct bnc_span *address, struct bnc_span *domain)
{
    const bool has_local = address != NULL && address->len > domain->len;
    const size_t local = has_local ? address->len - domain->len : 0;
    const struct bnc_span folded =
        bnc_is_ascii(*domain)
            ? *domain
            : bnc_idn_folded(&ring->of[ring->now], has_local ? *address : *domain);

    if (folded.at == domain->at || folded.len > BNC_MAX_ADDRESS_BYTES)
        return;
    if (folded.at == NULL) {
        ring->nomem = true;
        return;
    }
    if (has_local)
        *address = folded;
    *domain = bnc_span_from(folded.at + local, folded.len - local);
}

void bnc_fold_free(struct bnc_fold_ring *ring)
{
    for (unsigned i = 0; i < BNC_MAPPER_KEEP; i++)
        bnc_arena_release(&ring->of[i]);
}
