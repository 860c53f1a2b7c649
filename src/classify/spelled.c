/* SPDX-License-Identifier: MIT */
#include "classify/spelled.h"

enum { MIN_SIGNS = 2 };

static size_t count(struct bnc_span text, char sign)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++)
        n += text.at[i] == sign;
    return n;
}

static int hex_digit(char c)
{
    c = bnc_lower(c);
    return bnc_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that "%41" at 'at' stands for, -1 where it stands for itself or for none to print. */
static int escape_at(struct bnc_span text, size_t at)
{
    int byte;

    if (text.at[at] != '%' || at + 2 >= text.len || hex_digit(text.at[at + 1]) < 0 ||
        hex_digit(text.at[at + 2]) < 0)
        return -1;
    byte = hex_digit(text.at[at + 1]) * 16 + hex_digit(text.at[at + 2]);
    return byte == '\r' || byte == '\n' ? ' ' : byte < ' ' || byte == 0x7f ? -1 : byte;
}

static struct bnc_span unescape(struct bnc_span text, char *room)
{
    size_t n = 0;

    for (size_t i = 0; i < text.len; i++) {
        const int byte = escape_at(text, i);

        room[n++] = byte >= 0 ? (char)byte : text.at[i] == '+' ? ' ' : text.at[i];
        i += byte >= 0 ? 2 : 0;
    }
    return bnc_span_from(room, n);
}

static struct bnc_span restore(struct bnc_span text, char sign, char *room)
{
    bool inside = false;

    for (size_t i = 0; i < text.len; i++) {
        inside = (inside && text.at[i] != '>') || text.at[i] == '<';
        room[i] = text.at[i] == sign && !inside ? ' ' : text.at[i];
    }
    return bnc_span_from(room, text.len);
}

static bool has_escaped_blank(struct bnc_span text)
{
    for (size_t i = 0; i + 2 < text.len; i++)
        if (text.at[i] == '%' && text.at[i + 1] == '2' && text.at[i + 2] == '0')
            return true;
    return false;
}

bool bnc_spelled_is_log(struct bnc_span text)
{
    static const struct bnc_span heads[] = { { "delivery ", 9 }, { "deferral: ", 10 },
                                             { "failure: ", 9 }, { "success: ", 9 } };

    if (text.len == 0 || strchr("dDfFsS", text.at[0]) == NULL)
        return false;
    for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++)
        if (text.len > heads[i].len &&
            bnc_span_eq_nocase(bnc_span_from(text.at, heads[i].len), heads[i]))
            return true;
    return false;
}

struct bnc_span bnc_spelled_read(struct bnc_span text, char *room)
{
    if (text.len == 0 || (memchr(text.at, ' ', text.len) != NULL && !bnc_spelled_is_log(text)))
        return text;
    if (text.len > BNC_MASK_MAX_BYTES)
        text.len = BNC_MASK_MAX_BYTES;
    if (has_escaped_blank(text))
        return unescape(text, room);
    if (count(text, '_') >= MIN_SIGNS)
        return restore(text, '_', room);
    if (count(text, '+') >= MIN_SIGNS)
        return unescape(text, room);
    return text;
}
