/* SPDX-License-Identifier: MIT
 * message_id.c - the cells that look like a message id and are none.
 */
#include "aggregate/message_id.h"

#define LONGEST_WORD 9

/* Brackets around the whole: <null>, (none), [NA]. */
static struct bnc_span unwrap(struct bnc_span s)
{
    if (s.len >= 2 && ((s.at[0] == '<' && s.at[s.len - 1] == '>') ||
                       (s.at[0] == '(' && s.at[s.len - 1] == ')') ||
                       (s.at[0] == '[' && s.at[s.len - 1] == ']')))
        return bnc_span_from(s.at + 1, s.len - 2);
    return s;
}

static bool is_word_for_none(struct bnc_span s)
{
    static const char *const words[] = { "na",    "n/a",     "n.a.",      "#n/a", "null",
                                         "\\n",   "nil",     "none",      "nan",  "empty",
                                         "blank", "unknown", "undefined", "n.v.", "missing" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bnc_span_eq_nocase(s, bnc_span_str(words[i])))
            return true;
    return false;
}

/* Nothing but zeros and signs: 0, -, --, ?, 00000000-0000-0000-0000-000000000000. */
static bool is_blank(struct bnc_span s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] != '0' && s.at[i] != '-' && s.at[i] != '.' && s.at[i] != '?' &&
            s.at[i] != '_' && s.at[i] != '*' && s.at[i] != ' ')
            return false;
    return true;
}

/* 1.15292E+18, 1,15292E+18: the digits after the first few are lost. */
static bool is_rounded_number(struct bnc_span s)
{
    size_t i = 0, digits = 0;

    while (i < s.len && (bnc_is_digit(s.at[i]) || (i == 1 && (s.at[1] == '.' || s.at[1] == ','))))
        i++;
    if (i == 0 || i + 3 > s.len || bnc_lower(s.at[i]) != 'e' || s.at[i + 1] != '+')
        return false;
    for (i += 2; i < s.len && bnc_is_digit(s.at[i]); i++)
        digits++;
    return i == s.len && digits <= 3;
}

bool bnc_message_id_is_one(struct bnc_span id)
{
    const struct bnc_span s = unwrap(id);

    if (is_blank(s))
        return false;
    if (s.len <= LONGEST_WORD && is_word_for_none(s))
        return false;
    return !(bnc_is_digit(s.at[0]) && is_rounded_number(s));
}
