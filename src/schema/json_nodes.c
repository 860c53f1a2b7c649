/* SPDX-License-Identifier: MIT
 * json_nodes.c - one pass over a text of JSON.
 *
 * Most bytes are in strings, so their ends are found eight bytes at a time: the first byte that is
 * a quote, a backslash, a control character or no ASCII.  The text's last byte is known to be a
 * closing bracket: outside of strings nothing else needs to ask where the text ends.
 */
#include "schema/json_nodes.h"

#include <math.h>
#include <stdlib.h>

#include "util/buf.h"
#include "util/octets.h"
#include "util/utf8.h"

#define MAX_DEPTH 2048
#define SAFE_DIGITS 18  /* that any 64-bit number has room for */
#define SAFE_REAL 300   /* bytes of a number without exponent that any double has room for */

struct reader {
    struct bnc_json *json;
    const char *at, *end;
    uint32_t open;       /* the innermost open bracket, whose next is the one around it */
    unsigned depth;      /* brackets open */
};

void bnc_json_clear(struct bnc_json *json)
{
    json->n = 0;
    json->nomem = false;
    bnc_arena_release(&json->names);
}

void bnc_json_release(struct bnc_json *json)
{
    free(json->node);
    bnc_arena_release(&json->names);
    *json = (struct bnc_json){ 0 };
}

/* ---- strings ---- */

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && (unsigned char)c < 0x80 && c != '"' && c != '\\';
}

/* The first byte that is not plain, or the end. */
static const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        const uint64_t v = bnc_load64(at);
        const uint64_t found = bnc_octets_are(v, '"') | bnc_octets_are(v, '\\') |
                               bnc_octets_below(v, ' ') | (v & BNC_OCTETS_HIGH);

        if (found != 0)
            return at + bnc_octets_first(found);
    }
    while (at < end && is_plain(*at))
        at++;
    return at;
}

static int hex_value(char c)
{
    if (bnc_is_digit(c))
        return c - '0';
    c = bnc_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\u1234" at 'at', into '*unit'; false: it is none. */
static bool read_unit(const char *at, const char *end, uint32_t *unit)
{
    *unit = 0;
    if (end - at < 6 || at[0] != '\\' || at[1] != 'u')
        return false;
    for (int i = 2; i < 6; i++) {
        const int digit = hex_value(at[i]);

        if (digit < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)digit;
    }
    return true;
}

/* The character of an escape at 'at', a backslash; behind it, or NULL: it is no escape. */
static const char *read_escape(const char *at, const char *end, uint32_t *cp)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    uint32_t low;
    const char *letter;

    if (end - at < 2)
        return NULL;
    if (at[1] != 'u') {
        letter = memchr(letters, at[1], sizeof letters - 1);
        *cp = letter == NULL ? 0 : (unsigned char)meant[letter - letters];
        return letter == NULL ? NULL : at + 2;
    }
    if (!read_unit(at, end, cp) || (*cp >= 0xdc00 && *cp < 0xe000))
        return NULL;
    if (*cp < 0xd800 || *cp >= 0xe000)
        return at + 6;
    if (!read_unit(at + 6, end, &low) || low < 0xdc00 || low >= 0xe000)
        return NULL;
    *cp = 0x10000 + ((*cp - 0xd800) << 10 | (low - 0xdc00));
    return at + 12;
}

/* Behind a character beyond ASCII; NULL: it is none. */
static const char *skip_character(const char *at, const char *end)
{
    struct bnc_span s = bnc_span_from(at, (size_t)(end - at));

    if (bnc_utf8_next(&s) == BNC_UTF8_BAD &&
        (s.at - at != 3 || memcmp(at, "\xef\xbf\xbd", 3) != 0))
        return NULL;
    return s.at;
}

size_t bnc_json_unescape(char *to, struct bnc_span raw)
{
    const char *const end = raw.at + raw.len, *at = raw.at;
    char *out = to;

    while (at < end) {
        const char *stop = memchr(at, '\\', (size_t)(end - at));
        uint32_t cp;

        stop = stop == NULL ? end : stop;
        memcpy(out, at, (size_t)(stop - at));
        out += stop - at;
        at = stop;
        if (at < end) {
            at = read_escape(at, end, &cp);
            out += bnc_utf8_write(out, cp);
        }
    }
    return (size_t)(out - to);
}

/* A string at r->at, its opening quote, into '*node'. */
static bool read_string(struct reader *r, struct bnc_json_node *node)
{
    const char *const from = r->at + 1, *at = from;
    bool escaped = false;
    uint32_t cp;

    for (;;) {
        at = skip_plain(at, r->end);
        if (at == r->end)
            return false;
        if (*at == '"')
            break;
        escaped |= *at == '\\';
        at = *at == '\\'                 ? read_escape(at, r->end, &cp)
             : (unsigned char)*at >= 0x80 ? skip_character(at, r->end)
                                          : NULL;
        if (at == NULL)
            return false;
    }
    *node = (struct bnc_json_node){ from, (uint32_t)(at - from), (uint32_t)(r->json->n + 1),
                                    BNC_JSON_STRING, escaped };
    r->json->n++;
    r->at = at + 1;
    return true;
}

/* ---- numbers ---- */

static const char *skip_digits(const char *at)
{
    while (bnc_is_digit(*at))
        at++;
    return at;
}

static bool fits_integer(const char *at, const char *end)
{
    static const char most[] = "9223372036854775807", least[] = "9223372036854775808";
    const bool negative = *at == '-';
    const size_t len = (size_t)(end - at) - negative;

    if (len <= SAFE_DIGITS)
        return true;
    return len == sizeof most - 1 && memcmp(at + negative, negative ? least : most, len) <= 0;
}

/* strtod() and strtoll() read no more than the number: what stands behind it goes on with none. */
static bool fits_real(const char *at, const char *end, bool exponent)
{
    return (!exponent && end - at < SAFE_REAL) || isfinite(strtod(at, NULL));
}

long long bnc_json_integer(const struct bnc_json *json, uint32_t node)
{
    return strtoll(json->node[node].at, NULL, 10);
}

double bnc_json_real(const struct bnc_json *json, uint32_t node)
{
    return strtod(json->node[node].at, NULL);
}

static bool read_number(struct reader *r, struct bnc_json_node *node)
{
    const char *const from = r->at, *at = from + (*from == '-');
    bool real = false, exponent = false;

    if (!bnc_is_digit(*at) || (*at == '0' && bnc_is_digit(at[1])))
        return false;
    at = skip_digits(at);
    if (*at == '.') {
        real = true;
        if (!bnc_is_digit(*++at))
            return false;
        at = skip_digits(at);
    }
    if (*at == 'e' || *at == 'E') {
        real = exponent = true;
        at++;
        at += *at == '+' || *at == '-';
        if (!bnc_is_digit(*at))
            return false;
        at = skip_digits(at);
    }
    if (real ? !fits_real(from, at, exponent) : !fits_integer(from, at))
        return false;
    *node = (struct bnc_json_node){ from, (uint32_t)(at - from), (uint32_t)(r->json->n + 1),
                                    real ? BNC_JSON_REAL : BNC_JSON_INTEGER, false };
    r->json->n++;
    r->at = at;
    return true;
}

/* ---- values ---- */

static bool read_word(struct reader *r, struct bnc_json_node *node, struct bnc_span word,
                      enum bnc_json_type type)
{
    if ((size_t)(r->end - r->at) < word.len || memcmp(r->at, word.at, word.len) != 0)
        return false;
    *node = (struct bnc_json_node){ .next = (uint32_t)(r->json->n + 1), .type = (uint8_t)type };
    r->json->n++;
    r->at += word.len;
    return true;
}

static inline char skip_blanks(struct reader *r)
{
    while (bnc_is_blank(*r->at))
        r->at++;
    return *r->at;
}

static void open_bracket(struct reader *r, enum bnc_json_type type)
{
    r->json->node[r->json->n] = (struct bnc_json_node){ .next = r->open, .type = (uint8_t)type };
    r->open = (uint32_t)r->json->n++;
    r->depth++;
    r->at++;
}

static void close_bracket(struct reader *r)
{
    struct bnc_json_node *const node = &r->json->node[r->open];

    r->open = node->next;
    node->next = (uint32_t)r->json->n;
    r->depth--;
    r->at++;
}

/* A name with its colon; r->at is its quote, or it is none. */
static bool read_name(struct reader *r)
{
    struct bnc_json_node *const node = &r->json->node[r->json->n];

    if (*r->at != '"' || !read_string(r, node))
        return false;
    if (node->escaped) {
        char *const plain = bnc_arena_alloc(&r->json->names, node->len);

        if (plain == NULL) {
            r->json->nomem = true;
            return false;
        }
        node->len = (uint32_t)bnc_json_unescape(plain, bnc_span_from(node->at, node->len));
        node->at = plain;
        node->escaped = false;
        if (memchr(plain, '\0', node->len) != NULL)
            return false;
    }
    if (skip_blanks(r) != ':')
        return false;
    r->at++;
    return true;
}

enum step { BAD, INSIDE, WHOLE };

/*
 * A value: WHOLE up to its end, or to the closing bracket of an empty one; or up to what is INSIDE.
 */
static enum step read_value(struct reader *r)
{
    struct bnc_json_node *const node = &r->json->node[r->json->n];
    const char c = skip_blanks(r);
    bool ok;

    if (r->depth == MAX_DEPTH)
        return BAD;
    if (r->open != BNC_JSON_NONE)
        r->json->node[r->open].len++;
    switch (c) {
    case '[':
        open_bracket(r, BNC_JSON_ARRAY);
        return skip_blanks(r) == ']' ? WHOLE : INSIDE;
    case '{':
        open_bracket(r, BNC_JSON_OBJECT);
        return skip_blanks(r) == '}' ? WHOLE : read_name(r) ? INSIDE : BAD;
    case '"': ok = read_string(r, node); break;
    case 't': ok = read_word(r, node, BNC_SPAN("true"), BNC_JSON_TRUE); break;
    case 'f': ok = read_word(r, node, BNC_SPAN("false"), BNC_JSON_FALSE); break;
    case 'n': ok = read_word(r, node, BNC_SPAN("null"), BNC_JSON_NULL); break;
    default: ok = read_number(r, node); break;
    }
    return ok ? WHOLE : BAD;
}

/*
 * What stands behind a value: brackets that close, and INSIDE of one that does not what comes next.
 */
static enum step read_behind(struct reader *r)
{
    while (r->open != BNC_JSON_NONE) {
        const bool object = r->json->node[r->open].type == BNC_JSON_OBJECT;
        const char c = r->at == r->end ? '\0' : skip_blanks(r);

        if (c == ',') {
            r->at++;
            if (!object)
                return INSIDE;
            skip_blanks(r);
            return read_name(r) ? INSIDE : BAD;
        }
        if (c != (object ? '}' : ']'))
            return BAD;
        close_bracket(r);
    }
    return r->at == r->end ? WHOLE : BAD;
}

static bool is_bracketed(struct bnc_span text)
{
    return text.len > 1 && (text.at[0] == '{' || text.at[0] == '[') &&
           (text.at[text.len - 1] == '}' || text.at[text.len - 1] == ']');
}

uint32_t bnc_json_parse(struct bnc_json *json, struct bnc_span text)
{
    const uint32_t first = (uint32_t)json->n;
    struct reader r = { .json = json, .open = BNC_JSON_NONE };
    enum step step;

    text = bnc_span_trim(text);
    if (!is_bracketed(text))
        return BNC_JSON_NONE;
    /* a value takes two bytes with what stands in front of it, but for brackets that never close */
    if (!bnc_array_grow(&json->node, &json->cap, first + text.len / 2 + MAX_DEPTH,
                        sizeof *json->node)) {
        json->nomem = true;
        return BNC_JSON_NONE;
    }
    r.at = text.at;
    r.end = text.at + text.len;
    do {
        step = read_value(&r);
        if (step == WHOLE)
            step = read_behind(&r);
    } while (step == INSIDE);
    if (step == WHOLE)
        return first;
    json->n = first;
    return BNC_JSON_NONE;
}

uint32_t bnc_json_get(const struct bnc_json *json, uint32_t object, struct bnc_span name)
{
    uint32_t found = BNC_JSON_NONE;

    if (!bnc_json_is(json, object, BNC_JSON_OBJECT))
        return BNC_JSON_NONE;
    for (uint32_t i = object + 1; i < json->node[object].next; i = json->node[i + 1].next)
        if (bnc_span_eq(bnc_json_raw(json, i), name))
            found = i + 1;
    return found;
}
