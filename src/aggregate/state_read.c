/* SPDX-License-Identifier: MIT */
#include "aggregate/state_read.h"

#include "util/status.h"

bool bnc_read_bad_at(struct reader *r, size_t off, const char *what)
{
    if (r->status == BNC_OK) {
        r->status =
            bnc_error_set(r->err, BNC_EDATA, "the state '%s' is not usable: %s", r->name, what);
        bnc_error_at(r->err, r->name, 0, off);
    }
    return false;
}

bool bnc_read_bad(struct reader *r, const char *what)
{
    return bnc_read_bad_at(r, r->at, what);
}

bool bnc_read_no_memory(struct reader *r)
{
    if (r->status == BNC_OK)
        r->status = bnc_error_nomem(r->err);
    return false;
}

uint64_t bnc_read_number(struct reader *r, unsigned bytes)
{
    uint64_t v = 0;

    if (r->status != BNC_OK || r->end - r->at < bytes) {
        bnc_read_bad(r, "a section ends inside a record");
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)(unsigned char)r->bytes.at[r->at + i] << 8 * i;
    r->at += bytes;
    return v;
}

struct bnc_span bnc_read_bytes(struct reader *r, size_t len)
{
    const struct bnc_span s = { r->bytes.at + r->at, len };

    if (r->status != BNC_OK || r->end - r->at < len) {
        bnc_read_bad(r, "a string is longer than its section");
        return bnc_span_from("", 0);
    }
    r->at += len;
    return s;
}

struct bnc_span bnc_read_text(struct reader *r)
{
    return bnc_read_bytes(r, (size_t)bnc_read_number(r, 4));
}

uint32_t bnc_read_index(struct reader *r, unsigned bytes, uint64_t n, const char *what)
{
    const uint64_t v = bnc_read_number(r, bytes);

    if (r->status == BNC_OK && v >= n)
        bnc_read_bad(r, what);
    return r->status == BNC_OK ? (uint32_t)v : 0;
}

uint8_t bnc_read_word(struct reader *r, enum bnc_word_list list)
{
    const uint32_t v = bnc_read_index(r, 1, r->n_words[list], "a number names no word");

    return r->status == BNC_OK ? r->word[list][v] : 0;
}

uint16_t bnc_read_provider(struct reader *r)
{
    const uint32_t v = bnc_read_index(r, 2, r->n_providers, "a number names no provider");

    return r->status == BNC_OK ? r->provider[v] : 0;
}

uint32_t bnc_read_domain(struct reader *r)
{
    const uint32_t v = bnc_read_index(r, 4, r->n_domains, "a number names no domain");

    return r->status == BNC_OK ? r->domain[v] : 0;
}

uint32_t bnc_read_name(struct reader *r, enum bnc_kind kind)
{
    const uint32_t v =
        bnc_read_index(r, 4, r->n_names[kind], "a number names no campaign, IP or sender domain");

    return r->status == BNC_OK ? r->name_at[kind][v] : 0;
}

uint32_t bnc_read_source(struct reader *r)
{
    const uint32_t v = (uint32_t)bnc_read_number(r, 4);

    if (v != UINT32_MAX && r->part->n_sources > 0 && v >= r->part->n_sources)
        bnc_read_bad(r, "a number names no source");
    return v;
}

unsigned bnc_read_type(struct reader *r, uint32_t type)
{
    if (type == BNC_STATE_TYPE_LATE)
        return BNC_N_EVENTS;
    if (type >= r->n_words[BNC_WORDS_EVENTS])
        bnc_read_bad(r, "a number names no event type");
    return r->status == BNC_OK ? r->word[BNC_WORDS_EVENTS][type] : 0;
}

uint32_t bnc_read_entry(struct reader *r)
{
    const uint32_t v = (uint32_t)bnc_read_number(r, 4);

    if (r->status == BNC_OK && v >= BNC_STATE_NO_ENTRY)
        return BNC_PSEUDO_ENTRY(bnc_read_type(r, v - BNC_STATE_NO_ENTRY));
    if (r->status == BNC_OK && v >= r->part->n_entries)
        bnc_read_bad(r, "a number names no verdict");
    return r->status == BNC_OK ? v : 0;
}

void bnc_read_count(struct reader *r, struct bnc_count *c)
{
    c->n = bnc_read_number(r, 8);
    c->first = (uint32_t)bnc_read_number(r, 4);
    c->last = (uint32_t)bnc_read_number(r, 4);
}
