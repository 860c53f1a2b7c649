/* SPDX-License-Identifier: MIT
 * decide.h - template + codes + provider -> verdict: candidates with weights, the heaviest wins.
 */
#ifndef BNC_CLASSIFY_DECIDE_H
#define BNC_CLASSIFY_DECIDE_H

#include "classify/classifier.h"
#include "classify/reading.h"

struct bnc_question {                    /* all that a verdict depends on */
    struct bnc_span text;                /* the template */
    struct bnc_span label;
    uint16_t reply;                      /* from columns, 0 none */
    uint32_t enhanced;
    uint16_t provider;                   /* from domain or MX, 0 unknown */
    enum bnc_event_type type;
    enum bnc_hardness hardness;
};

/* A function of its arguments alone. */
struct bnc_verdict bnc_decide(const struct bnc_classifier *c, const struct bnc_question *q);

/* The same, with the reading and the next best rules for explanations: rule numbers as in a
 * verdict, best first; *n in is the room, out the count. */
struct bnc_verdict bnc_decide_explained(const struct bnc_classifier *c,
                                        const struct bnc_question *q, struct bnc_reading *reading,
                                        uint32_t *others, size_t *n);

#endif
