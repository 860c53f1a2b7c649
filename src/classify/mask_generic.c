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
        b->token |= (uint64_t)((c & BNC_BYTE_TOKEN) != 0) << i;
        b->alnum |= (uint64_t)((c & BNC_BYTE_ALNUM) != 0) << i;
        b->digit |= (uint64_t)((c & BNC_BYTE_DIGIT) != 0) << i;
        b->mark |= (uint64_t)((c & BNC_BYTE_MARK) != 0) << i;
        b->odd |= (uint64_t)((c & BNC_BYTE_ODD) != 0) << i;
        b->dot |= (uint64_t)((c & BNC_BYTE_DOT) != 0) << i;
        b->space |= (uint64_t)(p[i] == ' ') << i;
        b->upper |= (uint64_t)(p[i] >= 'A' && p[i] <= 'Z') << i;
    }
}

void bnc_mask_scan_generic(const char *text, size_t len, char *low, struct bnc_mask_bits *bits)
{
    struct bnc_mask_carry carry = { .space = 1 };
    struct bnc_mask_block b;

    for (size_t at = 0; at < len; at += 64) {
        block_read(text + at, len - at < 64 ? len - at : 64, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, bits);
    }
    bnc_mask_cut(len, bits);
}
