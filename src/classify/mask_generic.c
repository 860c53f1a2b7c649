/* SPDX-License-Identifier: MIT
 * mask_generic.c - the scan kernel in plain C: the reference.
 */
#include "classify/mask_scan.h"
#include "classify/token.h"

static void block_read(const char *p, size_t n, char *low, struct bnc_mask_block *b)
{
    *b = (struct bnc_mask_block){ 0 };
    for (size_t i = 0; i < n; i++) {
        const uint64_t c = bnc_byte_class[(unsigned char)p[i]];

        low[i] = bnc_lower(p[i]);
        b->token |= (c & 1) << i;
        b->alnum |= (c >> 1 & 1) << i;
        b->hot |= (c >> 2 & 1) << i;
        b->dot |= (c >> 3 & 1) << i;
        b->blank |= (c >> 4 & 1) << i;
    }
}

void bnc_mask_scan_generic(const char *text, size_t len, char *low, uint64_t *token, uint64_t *hot)
{
    struct bnc_mask_carry carry = { .blank = 1 };
    struct bnc_mask_block b;

    for (size_t at = 0; at < len; at += 64) {
        block_read(text + at, len - at < 64 ? len - at : 64, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, token, hot);
    }
    bnc_mask_cut(len, token, hot);
}
