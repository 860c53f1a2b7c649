/* SPDX-License-Identifier: MIT
 * packed.h - an address that may land on a list, with its outcomes, in as few bytes as tell them:
 * there may be millions; private to the room.
 *
 *     domain, 4 | states, 1 | number of outcomes | outcomes | form of the text, 1 | length | text
 *
 *     outcome: type and what follows, 1 | campaign | [template, 4] | last, 4 | [first, 4]
 *
 * Numbers without a size take 7 bits a byte. Domains and templates get their final numbers in
 * place.
 */
#ifndef BNC_AGGREGATE_PACKED_H
#define BNC_AGGREGATE_PACKED_H

#include "aggregate/tally.h"
#include "util/buf.h"

/* The text of an address: whole, or what stands before '@' and the domain. */
enum bnc_packed_form { BNC_PACKED_WHOLE, BNC_PACKED_LOCAL, BNC_PACKED_SQUEEZED };

/* What is packed takes at most so many bytes. */
#define BNC_PACKED_MOST(n_outcomes, text_len) ((size_t)(n_outcomes)*18 + (text_len) + 24)

struct bnc_unpacked {
    uint32_t domain;
    unsigned states;
    const struct bnc_outcome *outcomes;
    size_t n_outcomes;
    struct bnc_span text; /* the local part alone, without '@', or the whole */
    bool is_local;
};
/* Writes it to 'to'; returns where it ends. */
char *bnc_pack(char *to, const struct bnc_unpacked *a);

/*
 * Gives domain and templates of the address at 'at' their final numbers, and returns its end.
 * '*known' becomes false where there is no number for its domain.
 */
char *bnc_packed_settle(char *at, const uint32_t *domains, const uint32_t *templates, bool *known);
/* Its end. */
const char *bnc_packed_end(const char *at);
static inline uint32_t bnc_packed_domain(const char *at)
{
    uint32_t domain;

    memcpy(&domain, at, sizeof domain);
    return domain;
}

/* The first eight bytes of the text, as bnc_text_key() has them. */
uint64_t bnc_packed_key(const char *at, const struct bnc_domain *domains);
/*
 * The text, written to 'room' in place of what was there; at is NULL: out of memory.  Here and
 * below that sticks to 'room', so that whoever reads many may ask once.
 */
struct bnc_span bnc_packed_text(const char *at, const struct bnc_domain *domains,
                                struct bnc_buf *room);
/* All of it, as bnc_tally_address() gives it. */
const struct bnc_address *bnc_packed_read(const char *at, const struct bnc_domain *domains,
                                          struct bnc_buf *room);

#endif
