/* SPDX-License-Identifier: MIT
 * address.c - the last '@' splits; what stands before and behind it must then be what an address may have there.
 * One memrchr and one pass over some 25 bytes: this runs once a row.
 */
#define _GNU_SOURCE
#include "schema/address.h"

enum { L = 1, D = 2 };                   /* may stand in a local part; in a domain */

static const unsigned char class[256] = {
    ['!'] = L, ['#'] = L, ['$'] = L, ['%'] = L, ['&'] = L, ['\''] = L, ['*'] = L, ['+'] = L, ['/'] = L, ['='] = L,
    ['?'] = L, ['^'] = L, ['`'] = L, ['{'] = L, ['|'] = L, ['}'] = L, ['~'] = L, [':'] = L,
    ['-'] = L | D, ['.'] = L | D, ['_'] = L | D, ['0' ... '9'] = L | D, ['A' ... 'Z'] = L | D, ['a' ... 'z'] = L | D,
    [0x80 ... 0xff] = L | D
};

static bool all(struct bnc_span s, unsigned char allowed)
{
    for (size_t i = 0; i < s.len; i++)
        if ((class[(unsigned char)s.at[i]] & allowed) == 0)
            return false;
    return s.len > 0;
}

/* "a b@c" with quotes around: anything, quotes and backslashes escaped. */
static bool quoted_local(struct bnc_span s)
{
    if (s.len < 3 || s.at[0] != '"' || s.at[s.len - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < s.len; i++) {
        if ((unsigned char)s.at[i] < ' ' || s.at[i] == '"')
            return false;
        if (s.at[i] == '\\' && ++i + 1 >= s.len)
            return false;
    }
    return true;
}

static bool domain_ok(struct bnc_span s)
{
    if (s.len >= 3 && s.at[0] == '[' && s.at[s.len - 1] == ']')
        return memchr(s.at, ' ', s.len) == NULL;
    if (!all(s, D) || s.at[0] == '.' || s.at[0] == '-' || s.len > 255)
        return false;
    for (size_t i = 1; i < s.len; i++)
        if (s.at[i] == '.' && s.at[i - 1] == '.')
            return false;
    return true;
}

/* A digest or token: one long word of letters, digits and base64 marks, not of letters alone. */
static bool is_opaque(struct bnc_span s)
{
    size_t digits = 0, marks = 0;

    if (s.len < 16 || s.len > 128)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char c = bnc_lower(s.at[i]);

        digits += bnc_is_digit(c);
        marks += c == '+' || c == '/' || c == '=';
        if (!bnc_is_digit(c) && (c < 'a' || c > 'z') && c != '+' && c != '/' && c != '=' && c != '-' && c != '_')
            return false;
    }
    return digits + marks > 0;
}

static bool is_redacted(struct bnc_span s)
{
    static const char *const words[] = { "redacted", "<redacted>", "[redacted]", "<>", "n/a", "na", "null", "none", "-", "unknown" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bnc_span_eq_nocase(s, bnc_span_str(words[i])))
            return true;
    return false;
}

/* Takes off what is written around an address: display name, brackets, prefix, comment, trailing dot. */
static struct bnc_span unwrap(struct bnc_span s)
{
    const char *open;

    if (s.len > 2 && s.at[s.len - 1] == ')' && (open = memrchr(s.at, '(', s.len)) != NULL && open > s.at && open[-1] == ' ')
        s = bnc_span_trim(bnc_span_from(s.at, (size_t)(open - s.at)));
    if (s.len > 1 && s.at[s.len - 1] == '>' && (open = memrchr(s.at, '<', s.len)) != NULL)
        s = bnc_span_trim(bnc_span_from(open + 1, (size_t)(s.at + s.len - 1 - (open + 1))));
    if (s.len > 7 && bnc_span_eq_nocase(bnc_span_from(s.at, 7), BNC_SPAN("rfc822;")))
        s = bnc_span_trim(bnc_span_from(s.at + 7, s.len - 7));
    else if (s.len > 7 && bnc_span_eq_nocase(bnc_span_from(s.at, 7), BNC_SPAN("mailto:")))
        s = bnc_span_from(s.at + 7, s.len - 7);
    else if (s.len > 5 && bnc_span_eq_nocase(bnc_span_from(s.at, 5), BNC_SPAN("smtp:")))
        s = bnc_span_from(s.at + 5, s.len - 5);
    while (s.len > 1 && s.at[s.len - 1] == '.')
        s.len--;
    return s;
}

enum bnc_address_kind bnc_address_split(struct bnc_span cell, struct bnc_span *address, struct bnc_span *domain)
{
    struct bnc_span s = bnc_span_trim(cell), local, behind;
    const char *at;

    *address = *domain = bnc_span_from("", 0);
    if (s.len == 0)
        return BNC_ADDRESS_EMPTY;
    if ((class[(unsigned char)s.at[s.len - 1]] & D) == 0 || s.at[s.len - 1] == '.' || memchr(s.at, ';', s.len < 8 ? s.len : 8) != NULL ||
        memchr(s.at, ':', s.len < 8 ? s.len : 8) != NULL) {
        if (is_redacted(s))
            return BNC_ADDRESS_EMPTY;
        s = unwrap(s);
    }
    if (s.len > BNC_MAX_ADDRESS_BYTES)
        return BNC_ADDRESS_BAD;
    at = memrchr(s.at, '@', s.len);
    if (at == NULL) {
        if (is_redacted(s) || s.len == 0)
            return BNC_ADDRESS_EMPTY;
        if (!is_opaque(s))
            return BNC_ADDRESS_BAD;
        *address = s;
        return BNC_ADDRESS_OPAQUE;
    }
    local = bnc_span_from(s.at, (size_t)(at - s.at));
    behind = bnc_span_from(at + 1, s.len - local.len - 1);
    if (!domain_ok(behind) || (!all(local, L) && !quoted_local(local)))
        return BNC_ADDRESS_BAD;
    *address = s;
    *domain = behind;
    return BNC_ADDRESS_OK;
}
