/* SPDX-License-Identifier: MIT
 * span.h - a run of bytes that somebody else owns.  Not NUL-terminated; NUL is a byte like any
 * other.
 */
#ifndef BNC_UTIL_SPAN_H
#define BNC_UTIL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct bnc_span {
    const char *at;      /* never NULL where len > 0 */
    size_t len;          /* bytes */
};

/* A span over a string literal: BNC_SPAN("abc"). */
#define BNC_SPAN(lit) ((struct bnc_span){ .at = (lit), .len = sizeof(lit) - 1 })

static inline struct bnc_span bnc_span_str(const char *s)
{
    return (struct bnc_span){ .at = s, .len = strlen(s) };
}

static inline struct bnc_span bnc_span_from(const char *at, size_t len)
{
    return (struct bnc_span){ .at = at, .len = len };
}

static inline char bnc_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static inline bool bnc_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool bnc_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool bnc_span_eq(struct bnc_span a, struct bnc_span b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* ASCII letters compare without case; every other byte as it is. */
static inline bool bnc_span_eq_nocase(struct bnc_span a, struct bnc_span b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (bnc_lower(a.at[i]) != bnc_lower(b.at[i]))
            return false;
    return true;
}

/* Bytewise order, the shorter first among equals: the order of every sorted output. */
static inline int bnc_span_cmp(struct bnc_span a, struct bnc_span b)
{
    const size_t n = a.len < b.len ? a.len : b.len;
    const int c = n == 0 ? 0 : memcmp(a.at, b.at, n);

    return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

/* Blanks (space, tab, CR, LF) cut off both ends. */
static inline struct bnc_span bnc_span_trim(struct bnc_span s)
{
    while (s.len > 0 && bnc_is_blank(s.at[0])) {
        s.at++;
        s.len--;
    }
    while (s.len > 0 && bnc_is_blank(s.at[s.len - 1]))
        s.len--;
    return s;
}

#endif
