/* SPDX-License-Identifier: MIT
 * address.c - what stands before and behind the '@' must be what an address may have there.
 * Nearly every cell is local@domain and nothing else: one pass over some 25 bytes, once a row.
 * All others take the long way, where the last '@' splits.
 */
#define _GNU_SOURCE /* memrchr */
#include "schema/address.h"

#include "schema/plain_address.h"
#include "util/hash.h"
#include "util/idn.h"

enum {
    L = 1,
    D = 2,
    PREFIX = 4
}; /* may stand in a local part; in a domain; ends a prefix such as mailto: */

static const unsigned char class[256] = { ['!'] = L,
                                          ['#'] = L,
                                          ['$'] = L,
                                          ['%'] = L,
                                          ['&'] = L,
                                          ['\''] = L,
                                          ['*'] = L,
                                          ['+'] = L,
                                          ['/'] = L,
                                          ['='] = L,
                                          ['?'] = L,
                                          ['^'] = L,
                                          ['`'] = L,
                                          ['{'] = L,
                                          ['|'] = L,
                                          ['}'] = L,
                                          ['~'] = L,
                                          [':'] = L | PREFIX,
                                          ['-'] = L | D,
                                          ['.'] = L | D,
                                          ['_'] = L | D,
                                          ['0' ... '9'] = L | D,
                                          ['A' ... 'Z'] = L | D,
                                          ['a' ... 'z'] = L | D,
                                          [0x80 ... 0xff] = L | D };

/* No branch per byte: addresses are short and rarely wrong. */
static inline bool all(struct bnc_span s, unsigned char allowed)
{
    unsigned char common = allowed;

    for (size_t i = 0; i < s.len; i++)
        common &= class[(unsigned char)s.at[i]];
    return common != 0 && s.len > 0;
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

static bool is_literal(struct bnc_span s)
{
    return s.len >= 3 && s.at[0] == '[' && s.at[s.len - 1] == ']' &&
           memchr(s.at, ' ', s.len) == NULL;
}

static inline bool domain_ok(struct bnc_span s)
{
    unsigned char common = D;
    bool dot = true, empty_label = false;

    for (size_t i = 0; i < s.len; i++) {
        const bool is_dot = s.at[i] == '.';

        common &= class[(unsigned char)s.at[i]];
        empty_label |= is_dot & dot;
        dot = is_dot;
    }
    if (common != 0 && !empty_label && s.len > 0 && s.len <= 255)
        return s.at[0] != '-';
    return is_literal(s);
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
        if (!bnc_is_digit(c) && (c < 'a' || c > 'z') && c != '+' && c != '/' && c != '=' &&
            c != '-' && c != '_')
            return false;
    }
    return digits + marks > 0;
}

static bool is_redacted(struct bnc_span s)
{
    static const char *const words[] = { "redacted", "<redacted>", "[redacted]", "<>", "n/a",
                                         "na",       "null",       "none",       "-",  "unknown" };

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bnc_span_eq_nocase(s, bnc_span_str(words[i])))
            return true;
    return false;
}

/*
 * True where what stands before '<' is an address and a separator rather than a name: the cell is
 * a list.
 */
static bool is_list(struct bnc_span name)
{
    bool quoted = false, at = false;

    for (size_t i = 0; i < name.len; i++) {
        quoted ^= name.at[i] == '"';
        at |= !quoted && name.at[i] == '@';
        if (at && !quoted && (name.at[i] == ',' || name.at[i] == ';'))
            return true;
    }
    return false;
}

/*
 * Takes off what is written around an address: display name, brackets, prefix, comment, trailing
 * dot.
 */
static struct bnc_span unwrap(struct bnc_span s)
{
    const char *open;

    if (s.len > 2 && s.at[s.len - 1] == ')' && (open = memrchr(s.at, '(', s.len)) != NULL &&
        open > s.at && open[-1] == ' ')
        s = bnc_span_trim(bnc_span_from(s.at, (size_t)(open - s.at)));
    if (s.len > 1 && s.at[s.len - 1] == '>' && (open = memrchr(s.at, '<', s.len)) != NULL &&
        !is_list(bnc_span_from(s.at, (size_t)(open - s.at))))
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

static enum bnc_address_kind ok_kind(struct bnc_span domain)
{
    return bnc_is_ascii(domain) ? BNC_ADDRESS_OK : BNC_ADDRESS_FOREIGN;
}

/* What isn't simply local@domain: wrapped, hashed, redacted or wrong. */
static __attribute__((noinline)) enum bnc_address_kind
split_odd(struct bnc_span s, struct bnc_span *address, struct bnc_span *domain)
{
    struct bnc_span local, behind;
    const char *at;

    if (is_redacted(s))
        return BNC_ADDRESS_EMPTY;
    s = unwrap(s);
    if (s.len == 0 || is_redacted(s))
        return BNC_ADDRESS_EMPTY;
    if (s.len > BNC_MAX_ADDRESS_BYTES)
        return BNC_ADDRESS_BAD;
    at = memrchr(s.at, '@', s.len);
    if (at == NULL) {
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
    return ok_kind(behind);
}

/* Plain ones of 16 to 64 bytes, 16 bytes a step, the last step overlapping. */
static inline __attribute__((always_inline)) bool is_plain(struct bnc_span s, size_t *at)
{
#if defined(__SSE2__)
    struct bnc_address_bits b = { 0, 0, 0 };

    if (s.len - 16 > BNC_PLAIN_ADDRESS_BYTES - 16)
        return false;
    for (size_t i = 0; i + 16 < s.len; i += 16)
        bnc_address_add_16(&b, s.at + i, i);
    bnc_address_add_16(&b, s.at + s.len - 16, s.len - 16);
    return bnc_address_is_plain(b, s, at);
#else
    (void)s;
    (void)at;
    return false;
#endif
}

/* Short or long ones, and those with other characters. */
static __attribute__((noinline)) enum bnc_address_kind
split_unusual(struct bnc_span cell, struct bnc_span *address, struct bnc_span *domain)
{
    size_t n = 0;

    *address = *domain = bnc_span_from("", 0);
    while (n < cell.len && (class[(unsigned char)cell.at[n]] & (L | PREFIX)) == L)
        n++;
    if (n > 0 && n < cell.len && cell.at[n] == '@' && cell.len <= BNC_MAX_ADDRESS_BYTES) {
        const struct bnc_span behind = bnc_span_from(cell.at + n + 1, cell.len - n - 1);

        if (behind.len > 0 && behind.at[behind.len - 1] != '.' && domain_ok(behind)) {
            *address = cell;
            *domain = behind;
            return ok_kind(behind);
        }
    }
    cell = bnc_span_trim(cell);
    return cell.len == 0 ? BNC_ADDRESS_EMPTY : split_odd(cell, address, domain);
}

enum bnc_address_kind bnc_address_split(struct bnc_span cell, struct bnc_span *address,
                                        struct bnc_span *domain)
{
    size_t at;

    if (!is_plain(cell, &at))
        return split_unusual(cell, address, domain);
    *address = cell;
    *domain = bnc_span_from(cell.at + at + 1, cell.len - at - 1);
    return BNC_ADDRESS_OK;
}

static __attribute__((noinline)) enum bnc_address_kind
sender_anew(struct bnc_domain_memo *memo, struct bnc_span cell, struct bnc_span *address,
            struct bnc_span *domain)
{
    const char *const at = cell.len == 0 ? NULL : memrchr(cell.at, '@', cell.len);
    struct bnc_span behind;

    *address = *domain = bnc_span_from("", 0);
    if (at == NULL)
        return BNC_ADDRESS_BAD;
    behind = bnc_span_from(at + 1, (size_t)(cell.at + cell.len - at - 1));
    if (!domain_ok(behind) || behind.at[behind.len - 1] == '.' || (unsigned char)cell.at[0] <= ' ')
        return bnc_address_split(cell, address, domain); /* in brackets, with a comment ... */
    if (behind.len <= sizeof memo->text && bnc_is_ascii(behind)) {
        memcpy(memo->text, behind.at, behind.len);
        memo->len = behind.len;
    }
    *address = cell;
    *domain = behind;
    return ok_kind(behind);
}

enum bnc_address_kind bnc_sender_split(struct bnc_domain_memo *memo, struct bnc_span cell,
                                       struct bnc_span *address, struct bnc_span *domain)
{
    if (!bnc_sender_is_same(memo, cell))
        return sender_anew(memo, cell, address, domain);
    *address = cell;
    *domain = bnc_span_from(cell.at + cell.len - memo->len, memo->len);
    return BNC_ADDRESS_OK;
}
