/* SPDX-License-Identifier: MIT
 * names.h - domains that people misspell, and local parts that are functions and not persons.
 */
#ifndef BNC_TABLES_NAMES_H
#define BNC_TABLES_NAMES_H

#include "util/span.h"

/*
 * The well-known domain that 'domain' (lower-cased) is a slip of the finger away from, or NULL;
 * NULL too for the domain itself.
 */
const char *bnc_typo_of(struct bnc_span domain);

struct bnc_role {
    const char *local;
    bool never; /* must never be mailed in campaigns: abuse, postmaster ... */
};
/* The role that a local part names (without case, "+tag" ignored), or NULL. */
const struct bnc_role *bnc_role_of(struct bnc_span local);

#endif
