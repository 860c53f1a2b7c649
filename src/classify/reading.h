/* SPDX-License-Identifier: MIT
 * reading.h - which reply of a template is the one to judge, and its codes.
 *
 *   5.0.350 remote server returned an error -> 550 5.1.1 user unknown     the innermost remote
 * reply host * said: 450 4.2.0 <*>: greylisted (in reply to rcpt to command)
 */
#ifndef BNC_CLASSIFY_READING_H
#define BNC_CLASSIFY_READING_H

#include "util/span.h"

struct bnc_reading {
    uint16_t reply, outer_reply;         /* innermost, and at the head; 0 none */
    uint32_t enhanced, outer_enhanced;   /* packed, 0 none */
    struct bnc_span
        inner; /* the template from the innermost reply on; all of it where there is one reply */
    bool wrapped;                        /* inner is a part only */
    bool has_text;                       /* there are words beside the codes */
    uint16_t software;                   /* with bnc_decide_explained(): the mail server that words
                                            so, a provider of kind MTA; 0: none is known by it */
};

struct bnc_reading bnc_reading_of(struct bnc_span template_text);

#endif
