/* SPDX-License-Identifier: MIT
 * compile_private.h - what compile.c and rule_index.c share; private to them.
 */
#ifndef BNC_CLASSIFY_COMPILE_PRIVATE_H
#define BNC_CLASSIFY_COMPILE_PRIVATE_H

#include "classify/compile.h"

struct bnc_pattern {                     /* one fragment of one rule */
    struct bnc_span text;
    uint32_t rule;
    bool marker;
    bool expanded; /* from alternatives: yields to a row that says the same in so many words */
};

/* Says so once; returns what went wrong first. */
static inline enum bnc_status bnc_compile_nomem(struct bnc_compile *c)
{
    if (c->status == BNC_OK)
        c->status = bnc_error_nomem(c->err);
    return c->status;
}

#endif
