/* SPDX-License-Identifier: MIT
 * extract.h - what a raw response says beside its cause; for explanations, never for verdicts.
 */
#ifndef BNC_CLASSIFY_EXTRACT_H
#define BNC_CLASSIFY_EXTRACT_H

#include "util/span.h"

struct bnc_extract { /* spans into the response; empty where nothing was found */
    struct bnc_span url;                 /* the first help page named */
    struct bnc_span ip;                  /* the first IPv4 or IPv6 address quoted that is not the
                                            answering server's: mostly the sender's own */
    const char *command;                 /* the SMTP command that failed: "RCPT TO", or "" */
    uint32_t retry_after_s;              /* delay asked for, 0 none */
};

struct bnc_extract bnc_extract_from(struct bnc_span response);

#endif
