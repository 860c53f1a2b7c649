/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "schema/codes.h"

#include "schema/event.h"
#include "util/figure.h"

/* The number at s[*i], at most 'max' digits; -1 where there is none or more digits. */
static int number(struct bnc_span s, size_t *i, size_t max)
{
    const size_t from = *i;
    int n = 0;

    while (*i < s.len && bnc_is_digit(s.at[*i]) && *i - from < max)
        n = n * 10 + (s.at[(*i)++] - '0');
    return *i == from || (*i < s.len && bnc_is_digit(s.at[*i])) ? -1 : n;
}

/* d.d{1,3}.d{1,3} at 'from' that ends there; 0 if it is none. */
static uint32_t enhanced_at(struct bnc_span s, size_t from)
{
    size_t i = from;
    const int class = number(s, &i, 1);
    int subject, detail;

    if ((class != 2 && class != 4 && class != 5) || i >= s.len || s.at[i++] != '.')
        return 0;
    subject = number(s, &i, 3);
    if (subject < 0 || i >= s.len || s.at[i++] != '.')
        return 0;
    detail = number(s, &i, 3);
    if (detail < 0 || (i + 1 < s.len && s.at[i] == '.' && bnc_is_digit(s.at[i + 1])))
        return 0;
    return BNC_ENHANCED(class, subject, detail);
}

static bool has_month(struct bnc_span s)
{
    static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdecmai.okt.dez";

    for (size_t i = 0; i + 3 <= s.len; i++)
        for (size_t m = 0; m + 3 < sizeof months; m += 3)
            if (bnc_span_eq_nocase(bnc_span_from(s.at + i, 3), bnc_span_from(months + m, 3)))
                return true;
    return false;
}

/*
 * What spreadsheets make of codes: 5.1.1 is a date to them (05.01.2001, 5.1.2001, 5-Jan-01,
 * 01.May) and a number with an E is a power of ten. The day, month and year can't be told apart
 * any more, so nothing is read back.
 */
static bool looks_mangled(struct bnc_span s)
{
    size_t digits = 0, marks = 0, letters = 0;

    if (s.len < 4 || s.len > 12)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        const char c = bnc_lower(s.at[i]);

        digits += bnc_is_digit(c);
        marks += c == '.' || c == '-' || c == '/' || c == '+' || c == ',';
        letters += c >= 'a' && c <= 'z';
    }
    if (digits == 0 || marks == 0 ||
        digits + marks + letters + (letters > 0 && memchr(s.at, ' ', s.len) != NULL) != s.len)
        return false;
    if (letters == 1 && marks >= 1 &&
        (memchr(s.at, 'E', s.len) != NULL || memchr(s.at, 'e', s.len) != NULL))
        return true;
    if (letters >= 3)
        return has_month(s);
    return letters == 0 && digits >= 5 && marks == 2;
}

struct bnc_codes bnc_codes_read(struct bnc_span cell)
{
    struct bnc_codes c = { 0, 0, 0, false };
    size_t i = 0;
    int n;

    cell = bnc_span_trim(cell);
    if (cell.len == 0)
        return c;
    if (cell.len > 1 && cell.at[1] == '.' && (c.enhanced = enhanced_at(cell, 0)) != 0)
        return c;
    n = number(cell, &i, 5);
    if (n <= 0 ||
        (i < cell.len && cell.at[i] != ' ' && cell.at[i] != '-' && cell.at[i] != ';' &&
         cell.at[i] != '.') ||
        (i < cell.len && cell.at[i] != ' ' && (i != 3 || looks_mangled(cell)))) {
        c.mangled = looks_mangled(cell);
        return c;
    }
    if (i < cell.len && cell.at[i] == '.' &&
        !bnc_span_eq(bnc_span_from(cell.at + i, cell.len - i), BNC_SPAN(".0")))
        return c; /* 550.0 is what data frames write; 5.1 and 192.0.2.1 are nothing */
    if (n >= 200 && n <= 599)
        c.reply = (uint16_t)n;
    else
        c.other = (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
    if (c.reply != 0 && i < cell.len && cell.at[i] != '.')
        c.enhanced = enhanced_at(cell, i + 1);
    return c;
}

void bnc_enhanced_put(struct bnc_buf *out, uint32_t enhanced)
{
    bnc_count_put(out, BNC_ENHANCED_CLASS(enhanced), 0);
    bnc_buf_putc(out, '.');
    bnc_count_put(out, BNC_ENHANCED_SUBJECT(enhanced), 0);
    bnc_buf_putc(out, '.');
    bnc_count_put(out, BNC_ENHANCED_DETAIL(enhanced), 0);
}

/* ---- responses ---- */

static bool is_any(const struct bnc_codes *c)
{
    return c->reply != 0 || c->enhanced != 0;
}

static struct bnc_span rest_of(struct bnc_span s, size_t at)
{
    return bnc_span_from(s.at + at, s.len - at);
}

struct bnc_codes bnc_codes_replied(struct bnc_span text)
{
    const struct bnc_span said = BNC_SPAN(" said: "), smtp = BNC_SPAN("smtp;");
    struct bnc_codes codes;
    const char *at;

    text = bnc_span_trim(text);
    if (text.len > smtp.len && bnc_span_eq_nocase(bnc_span_from(text.at, smtp.len), smtp))
        text = rest_of(text, smtp.len);
    codes = bnc_codes_read(text);
    if (is_any(&codes) || text.len == 0)
        return codes;
    at = memmem(text.at, text.len, said.at, said.len);
    return at == NULL ? codes : bnc_codes_read(rest_of(text, (size_t)(at - text.at) + said.len));
}

/*
 * A reply stands behind a mark, "]: 451 try later", "'550 5.1.1 unknown", and words follow it; a
 * port (":587"), a time or a part of an address are none.
 */
static bool quotes_at(struct bnc_span s, size_t i)
{
    const struct bnc_span close = BNC_SPAN(";>'\"(["), apart = BNC_SPAN(":;>'\"([=|");
    const size_t end = i + 3;
    size_t k = i;

    if ((s.at[i] != '4' && s.at[i] != '5') || s.at[i + 1] < '0' || s.at[i + 1] > '5' ||
        !bnc_is_digit(s.at[i + 2]) || (s.at[end] != ' ' && s.at[end] != '-'))
        return false;
    while (k > 0 && s.at[k - 1] == ' ')
        k--;
    return k > 0 && (k < i ? memchr(apart.at, s.at[k - 1], apart.len)
                           : memchr(close.at, s.at[k - 1], close.len)) != NULL;
}

struct bnc_codes bnc_codes_quoted(struct bnc_span text)
{
    const struct bnc_codes codes = bnc_codes_replied(text);

    for (size_t i = 0; !is_any(&codes) && i + 3 < text.len; i++)
        if (quotes_at(text, i))
            return bnc_codes_read(rest_of(text, i));
    return codes;
}
