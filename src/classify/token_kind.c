/* SPDX-License-Identifier: MIT */
#include "classify/token_kind.h"

#define MIN_ID_LETTERS 12

#define WORD(lit)                                                                                  \
    {                                                                                              \
        lit, sizeof lit - 1                                                                        \
    }

static bool ends_page(struct bnc_span ending, bool in_address)
{
    static const struct bnc_span endings[] = { WORD("aspx"), WORD("asp"), WORD("html"), WORD("htm"),
                                               WORD("php"),  WORD("cgi"), WORD("jsp"),  WORD("txt"),
                                               WORD("pdf"),  WORD("pl"),  WORD("py") };

    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (bnc_span_eq(endings[i], ending))
            return ending.len > 2 || in_address;
    return false;
}

bool bnc_token_is_page(const char *low, size_t start, size_t end)
{
    const bool in_address =
        start >= 1 && low[start - 1] == '/' && (start < 2 || low[start - 2] != '/');
    size_t dot = start, stop;

    for (size_t i = start; i < end; i++)
        if (bnc_is_digit(low[i]))
            return false;
    while (dot < end && low[dot] != '.')
        dot++;
    for (stop = dot; stop < end && low[stop] != '#'; stop++)
        ;
    return dot + 1 < stop && ends_page(bnc_span_from(low + dot + 1, stop - dot - 1), in_address);
}

size_t bnc_token_glued(const char *raw, const char *low, size_t start, size_t end)
{
    size_t dot = start;

    while (dot < end && low[dot] != '.') {
        if (bnc_is_digit(low[dot]) || low[dot] == '-')
            return 0;
        dot++;
    }
    if (dot + 2 >= end || dot == start || memchr(low + dot + 1, '.', end - dot - 1) != NULL)
        return 0;
    if (raw[dot + 1] < 'A' || raw[dot + 1] > 'Z' || raw[dot + 2] == low[dot + 2] - 32 ||
        raw[dot - 1] != low[dot - 1])
        return 0;
    return dot;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

bool bnc_token_is_letter_id(const char *raw, size_t start, size_t end)
{
    const char *at = raw + start;
    const size_t len = end - start;
    size_t letters = 0, rises = 0, odd = 0; /* rises: "aB"; odd: "xAbC", "aBCd" */

    for (size_t i = 0; i < len; i++) {
        const bool upper = is_upper(at[i]);

        if (!upper && !is_lower(at[i])) {
            if (at[i] != '-' && at[i] != '_')
                return false;
            continue;
        }
        letters++;
        rises += i >= 1 && upper && is_lower(at[i - 1]);
        odd += i >= 3 && upper && is_lower(at[i - 1]) && is_upper(at[i - 2]);
        odd +=
            i >= 3 && !upper && is_upper(at[i - 1]) && is_upper(at[i - 2]) && is_lower(at[i - 3]);
    }
    if (letters < MIN_ID_LETTERS || rises < 2)
        return false;
    return odd >= 2 || (odd == 1 && rises * 4 >= letters);
}
