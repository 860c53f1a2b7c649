/* SPDX-License-Identifier: MIT
 * codes.h - what a code column says.  Vendors name them at will, so the shape decides: three
 * digits are a reply code, d.d.d is an enhanced code.
 */
#ifndef BNC_SCHEMA_CODES_H
#define BNC_SCHEMA_CODES_H

#include "util/span.h"

struct bnc_codes {
    uint16_t reply;                      /* 200..599, else 0 */
    uint32_t enhanced;                   /* packed as BNC_ENHANCED, 0 if none */
    uint16_t other;                      /* a number that is no reply code (605, 0 is none) */
    bool mangled;                        /* a spreadsheet made a date or a power of it: 5.1.2001,
                                            01.May, 4.47E+02 */
};

/*
 * Reads "550", "5.1.1", "5.1.1 (bad destination mailbox address)", "550 5.1.1 ..."; all zero where
 * it is none of these.
 */
struct bnc_codes bnc_codes_read(struct bnc_span cell);

/*
 * What a server replied as a response tells it: the codes at its head, behind "smtp;" or behind
 * "host mx.example.net[192.0.2.1] said:"; all zero where there are none.
 */
struct bnc_codes bnc_codes_replied(struct bnc_span text);

/*
 * The same, else the first refusal or delay quoted anywhere: "after RCPT TO:<ann@example.com>: 451
 * try later", "returned '550 5.1.1 unknown'".
 */
struct bnc_codes bnc_codes_quoted(struct bnc_span text);

#endif
