/* SPDX-License-Identifier: MIT
 * gen_print.h - what the generators print alike.
 */
#ifndef BNC_TABLES_GEN_PRINT_H
#define BNC_TABLES_GEN_PRINT_H

#include <stdio.h>

#include "util/span.h"

/* 's' as a C string literal; "\n" in it is a line end. */
static inline void string(struct bnc_span s)
{
    putchar('"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '"' || (s.at[i] == '\\' && (i + 1 == s.len || s.at[i + 1] != 'n')))
            putchar('\\');
        putchar(s.at[i]);
    }
    putchar('"');
}

#endif
