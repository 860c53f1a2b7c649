/* SPDX-License-Identifier: MIT
 * address.h - recipient and sender cells to an address and its domain, by rule or not at all:
 * never split wrongly.
 */
#ifndef BNC_SCHEMA_ADDRESS_H
#define BNC_SCHEMA_ADDRESS_H

#include "util/hash.h"

#define BNC_MAX_ADDRESS_BYTES 320        /* 64 + '@' + 255 */

enum bnc_address_kind {
    BNC_ADDRESS_OK,
    BNC_ADDRESS_FOREIGN,                 /* OK, and not all of the domain is ASCII: domain_fold.h */
    BNC_ADDRESS_EMPTY,                   /* nothing, or a word for nothing (<>, [redacted]) */
    BNC_ADDRESS_OPAQUE,                  /* a hash in place of an address: no domain */
    BNC_ADDRESS_BAD                      /* no @, two of them, blanks, an empty part, too long */
};

/*
 * 'cell' may hold a display name ("Ann" <ann@example.net>), angle brackets, a type prefix
 * (rfc822;), a trailing comment or dot.  Local parts may be quoted ("a b"@example.net) and,
 * like domains, any UTF-8; domains may be literals ([192.0.2.1]). Both results point into the
 * cell and keep its case; they are empty unless the kind is OK or FOREIGN (OPAQUE sets
 * '*address').
 */
enum bnc_address_kind bnc_address_split(struct bnc_span cell, struct bnc_span *address,
                                        struct bnc_span *domain);

/*
 * The same for senders, whose local part is of no interest: it is not looked at, only the
 * domain is.  OK, FOREIGN, or else there is no domain that could be one and both spans are empty.
 */
struct bnc_domain_memo { char text[64]; size_t len; };   /* the last OK one; zero-initialize,
                                                            one thread */
enum bnc_address_kind bnc_sender_split(struct bnc_domain_memo *memo, struct bnc_span cell,
                                       struct bnc_span *address, struct bnc_span *domain);

/*
 * Whether it is the last OK domain again, behind the last '@' (a domain holds none): no need to
 * look further.
 */
static inline bool bnc_sender_is_same(const struct bnc_domain_memo *memo, struct bnc_span cell)
{
    const char *const behind = cell.at + cell.len - memo->len;

    return memo->len > 0 && cell.len > memo->len && behind[-1] == '@' &&
           (unsigned char)cell.at[0] > ' ' && bnc_same_bytes(behind, memo->text, memo->len);
}

#endif
