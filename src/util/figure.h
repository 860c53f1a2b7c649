/* SPDX-License-Identifier: MIT
 * figure.h - numbers as text, the same in every locale.
 */
#ifndef BNC_UTIL_FIGURE_H
#define BNC_UTIL_FIGURE_H

#include "util/buf.h"

/* "3.250": 'decimals' 0..9; not finite is written as 0. */
void bnc_fixed_put(struct bnc_buf *out, double value, unsigned decimals);
/* The same with trailing zeros off: "0.25", "3". */
void bnc_real_put(struct bnc_buf *out, double value);
/* "12,345" with 'sep' between thousands; 0: none. */
void bnc_count_put(struct bnc_buf *out, uint64_t n, char sep);
/* "1 recipient", "12,345 recipients": 'noun' is one of what takes an s. */
void bnc_noun_put(struct bnc_buf *out, uint64_t n, const char *noun);
/* A limit or a tick as per cent, without idle zeros: "5 %", "0.3 %". */
void bnc_limit_put(struct bnc_buf *out, double share);
/*
 * A share as per cent with the digits a reader can use: "12.3 %", "0.31 %", "0.004 %", "< 0.001 %".
 */
void bnc_percent_put(struct bnc_buf *out, double share);

/*
 * The same for who has made room already: written at 'at', without a NUL; returns their end.
 * None is longer than BNC_FIGURE_ROOM.
 */
#define BNC_FIGURE_ROOM 64
char *bnc_real_spell(char *at, double value);
char *bnc_long_count_spell(char *at, uint64_t n);
static inline char *bnc_count_spell(char *at, uint64_t n) /* most are small */
{
    if (n >= 10)
        return bnc_long_count_spell(at, n);
    *at = (char)('0' + n);
    return at + 1;
}

/* "00" to "99", one behind the other. */
extern const char bnc_digit_pairs[201];

/* The id of a template: 16 hexadecimal digits. */
#define BNC_KEY_DIGITS 16
char *bnc_key_spell(char *at, uint64_t key);

#endif
