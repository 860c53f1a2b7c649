/* SPDX-License-Identifier: MIT
 * mask_avx512.c - the scan kernel with AVX-512 VBMI: one permute looks 64 bytes up in the class
 * table of token.h.
 */
#include "classify/mask_scan.h"
#include "classify/token.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,bmi,bmi2")))

TARGET static inline uint64_t has(__m512i class, int bit)
{
    return _mm512_test_epi8_mask(class, _mm512_set1_epi8((char)bit));
}

TARGET static inline void block_read(__m512i raw, __m512i low_half, __m512i high_half, char *low,
                                     struct bnc_mask_block *b)
{
    const uint64_t high = _mm512_movepi8_mask(raw);
    const __m512i from_a = _mm512_sub_epi8(raw, _mm512_set1_epi8('A'));
    const __m512i class =
        _mm512_maskz_permutex2var_epi8(~high, low_half, raw, high_half); /* 0 from 0x80 on */

    b->upper = _mm512_cmplt_epu8_mask(from_a, _mm512_set1_epi8(26));
    _mm512_storeu_si512(low, _mm512_mask_add_epi8(raw, b->upper, raw, _mm512_set1_epi8(0x20)));
    b->token = high | has(class, BNC_BYTE_TOKEN);
    b->alnum = high | has(class, BNC_BYTE_ALNUM);
    b->digit = has(class, BNC_BYTE_DIGIT);
    b->mark = has(class, BNC_BYTE_MARK);
    b->odd = has(class, BNC_BYTE_ODD);
    b->dot = has(class, BNC_BYTE_DOT);
    b->space = _mm512_cmpeq_epi8_mask(raw, _mm512_set1_epi8(' '));
}

TARGET void bnc_mask_scan_avx512(const char *text, size_t len, char *low,
                                 struct bnc_mask_bits *bits)
{
    const __m512i low_half = _mm512_loadu_si512(bnc_byte_class);
    const __m512i high_half = _mm512_loadu_si512(bnc_byte_class + 64);
    struct bnc_mask_carry carry = { .space = 1 };
    struct bnc_mask_block b;

    for (size_t at = 0; at < len; at += 64) {
        const __mmask64 part = len - at < 64 ? ((__mmask64)1 << (len - at)) - 1 : ~(__mmask64)0;

        block_read(_mm512_maskz_loadu_epi8(part, text + at), low_half, high_half, low + at, &b);
        bnc_mask_finish(&carry, &b, at / 64, bits);
    }
    bnc_mask_cut(len, bits);
}
#endif
