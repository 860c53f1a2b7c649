/* SPDX-License-Identifier: MIT */
#include "aggregate/packed.h"

#include "aggregate/keysort.h"
#include "util/number.h"
#include "util/squeeze.h"

/* The first byte of an outcome: its type, and */
#define NO_TEMPLATE 16u /* none follows */
#define ONE_TIME 32u /* the first is the last */

/* ---- numbers ---- */

static char *put32(char *to, uint32_t n)
{
    memcpy(to, &n, sizeof n);
    return to + sizeof n;
}

static inline const char *get32(const char *at, uint32_t *n)
{
    memcpy(n, at, sizeof *n);
    return at + sizeof *n;
}

/* ---- packing ---- */

static char *put_outcome(char *to, const struct bnc_outcome *o)
{
    *to++ = (char)(o->type | (o->template == UINT32_MAX ? NO_TEMPLATE : 0) |
                   (o->first == o->last ? ONE_TIME : 0));
    to = bnc_number_put(to, o->campaign);
    if (o->template != UINT32_MAX)
        to = put32(to, o->template);
    to = put32(to, o->last);
    return o->first != o->last ? put32(to, o->first) : to;
}

static char *put_text(char *to, struct bnc_span text, bool is_local)
{
    char squeezed[BNC_SQUEEZED_BYTES(128)];
    const bool is_squeezed = is_local && text.len <= 128 && bnc_squeeze(squeezed, text);
    const size_t bytes = is_squeezed ? BNC_SQUEEZED_BYTES(text.len) : text.len;

    *to++ = is_squeezed ? BNC_PACKED_SQUEEZED : is_local ? BNC_PACKED_LOCAL : BNC_PACKED_WHOLE;
    to = bnc_number_put(to, text.len);
    if (bytes > 0)
        memcpy(to, is_squeezed ? squeezed : text.at, bytes);
    return to + bytes;
}

char *bnc_pack(char *to, const struct bnc_unpacked *a)
{
    to = put32(to, a->domain);
    *to++ = (char)a->states;
    to = bnc_number_put(to, a->n_outcomes);
    for (size_t i = 0; i < a->n_outcomes; i++)
        to = put_outcome(to, &a->outcomes[i]);
    return put_text(to, a->text, a->is_local);
}

/* ---- reading ---- */

/* Behind the domain. */
static inline const char *get_head(const char *at, unsigned *states, size_t *n_outcomes)
{
    uint64_t n;

    at += sizeof(uint32_t);
    *states = (unsigned char)*at++;
    at = bnc_number_get(at, &n);
    *n_outcomes = (size_t)n;
    return at;
}

static inline const char *get_outcome(const char *at, struct bnc_outcome *o)
{
    const unsigned head = (unsigned char)*at++;
    uint64_t campaign;

    at = bnc_number_get(at, &campaign);
    *o = (struct bnc_outcome){ .campaign = campaign & 0xfffffff,
                               .type = head & 15,
                               .template = UINT32_MAX };
    if ((head & NO_TEMPLATE) == 0)
        at = get32(at, &o->template);
    at = get32(at, &o->last);
    o->first = o->last;
    return (head & ONE_TIME) == 0 ? get32(at, &o->first) : at;
}

static inline const char *skip_outcomes(const char *at)
{
    struct bnc_outcome o;
    unsigned states;
    size_t n;

    at = get_head(at, &states, &n);
    for (; n > 0; n--)
        at = get_outcome(at, &o);
    return at;
}

struct text {
    enum bnc_packed_form form;
    struct bnc_span chars; /* their number, and where they stand or are squeezed */
};

static inline const char *get_text(const char *at, struct text *t)
{
    uint64_t len;

    t->form = (enum bnc_packed_form) * at++;
    at = bnc_number_get(at, &len);
    t->chars = bnc_span_from(at, (size_t)len);
    return at + (t->form == BNC_PACKED_SQUEEZED ? BNC_SQUEEZED_BYTES(t->chars.len) : t->chars.len);
}

const char *bnc_packed_end(const char *at)
{
    struct text t;

    return get_text(skip_outcomes(at), &t);
}

char *bnc_packed_settle(char *at, const uint32_t *domains, const uint32_t *templates, bool *known)
{
    const uint32_t domain = domains[bnc_packed_domain(at)];
    const char *from;
    unsigned states;
    struct text t;
    size_t n;

    *known &= domain != UINT32_MAX;
    put32(at, domain);
    from = get_head(at, &states, &n);
    for (; n > 0; n--) {
        struct bnc_outcome o;
        char *const outcome = at + (from - at);

        from = get_outcome(from, &o);
        if (o.template != UINT32_MAX) {
            o.template = templates[o.template];
            put_outcome(outcome, &o); /* of the same length */
        }
    }
    return at + (get_text(from, &t) - at);
}

/* Appends '@' and the domain to what is local. */
static char *put_domain(char *to, struct bnc_span domain)
{
    *to++ = '@';
    memcpy(to, domain.at, domain.len);
    return to + domain.len;
}

/* Writes a whole text, a byte behind it may be written to; its end. */
static char *put_whole(char *to, const struct text *t, struct bnc_span domain)
{
    if (t->form == BNC_PACKED_SQUEEZED)
        bnc_unsqueeze(to, t->chars.at, t->chars.len);
    else
        memcpy(to, t->chars.at, t->chars.len);
    to += t->chars.len;
    return t->form == BNC_PACKED_WHOLE ? to : put_domain(to, domain);
}

uint64_t bnc_packed_key(const char *at, const struct bnc_domain *domains)
{
    char begin[16] = "";
    struct text t;

    get_text(skip_outcomes(at), &t);
    if (t.chars.len >= 8) {
        t.chars.len = 8;
        t.form = t.form == BNC_PACKED_LOCAL ? BNC_PACKED_WHOLE : t.form;
    }
    if (t.form == BNC_PACKED_SQUEEZED)
        bnc_unsqueeze(begin, t.chars.at, t.chars.len);
    else
        memcpy(begin, t.chars.at, t.chars.len);
    if (t.form != BNC_PACKED_WHOLE && t.chars.len < 8) {
        const struct bnc_span domain = domains[bnc_packed_domain(at)].name;

        begin[t.chars.len] = '@';
        memcpy(begin + t.chars.len + 1, domain.at, domain.len < 8 ? domain.len : 8);
    }
    return bnc_text_key(bnc_span_from(begin, 8), 0);
}

struct bnc_span bnc_packed_text(const char *at, const struct bnc_domain *domains,
                                struct bnc_buf *room)
{
    const struct bnc_span domain = domains[bnc_packed_domain(at)].name;
    struct text t;
    char *to;

    get_text(skip_outcomes(at), &t);
    room->len = 0; /* if it failed, it stays so */
    to = bnc_buf_room(room, t.chars.len + domain.len + 4);
    if (to == NULL)
        return bnc_span_from(NULL, 0);
    bnc_buf_end(room, put_whole(to, &t, domain));
    return bnc_buf_span(room);
}

const struct bnc_address *bnc_packed_read(const char *at, const struct bnc_domain *domains,
                                          struct bnc_buf *room)
{
    const uint32_t number = bnc_packed_domain(at);
    const struct bnc_span domain = domains[number].name;
    struct bnc_address *a;
    struct text text;
    unsigned states;
    char *end;
    size_t n;

    at = get_head(at, &states, &n);
    room->len = 0; /* if it failed, it stays so */
    if (!bnc_buf_reserve(room, sizeof *a + n * sizeof *a->outcomes))
        return NULL;
    a = (void *)room->at;
    for (size_t k = 0; k < n; k++)
        at = get_outcome(at, &a->outcomes[k]);
    get_text(at, &text);
    room->len = sizeof *a + n * sizeof *a->outcomes;
    end = bnc_buf_room(room, text.chars.len + domain.len + 4);
    if (end == NULL)
        return NULL;
    a = (void *)room->at;
    bnc_buf_end(room, put_whole(end, &text, domain));
    *a = (struct bnc_address){ .domain = number,
                               .len = (uint32_t)(room->len - sizeof *a - n * sizeof *a->outcomes),
                               .n_outcomes = n & 0x7ffffff,
                               .states = states & 31 };
    return a;
}

const struct bnc_address *bnc_tally_address(const struct bnc_tally *t, size_t i,
                                            struct bnc_buf *room)
{
    return bnc_packed_read(t->addresses[i], t->domains, room);
}

void bnc_tally_fetch_address(const struct bnc_tally *t, size_t i)
{
    if (t->n_addresses - i <= 24)
        return;
    __builtin_prefetch(t->addresses[i + 24]);
    __builtin_prefetch(&t->domains[bnc_packed_domain(t->addresses[i + 16])]);
    __builtin_prefetch(t->domains[bnc_packed_domain(t->addresses[i + 8])].name.at);
}
