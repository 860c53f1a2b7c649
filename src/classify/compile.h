/* SPDX-License-Identifier: MIT
 * compile.h - tables -> struct bnc_ruleset.  Used by gen_rules at build time and by --rules at
 * start.
 */
#ifndef BNC_CLASSIFY_COMPILE_H
#define BNC_CLASSIFY_COMPILE_H

#include "classify/mask.h"
#include "classify/ruleset.h"
#include "util/arena.h"
#include "util/table.h"

enum { BNC_MAX_CLASSES = 64 };

/* Finds the number of a provider by name (0: none) and whether the name may be new. */
typedef uint16_t bnc_provider_number_fn(void *arg, struct bnc_span name);

struct bnc_compile { /* zero-initialize; bnc_compile_release() frees all but the ruleset */
    struct bnc_arena arena;              /* owns names and patterns; must outlive the ruleset */
    struct bnc_mask mask;
    struct bnc_rule *rules;
    uint32_t n_rules, cap_rules;
    struct bnc_pattern *patterns;
    uint32_t n_patterns, cap_patterns;
    struct bnc_span classes[BNC_MAX_CLASSES]; /* names of classes of words; [0] is that of none */
    uint32_t n_classes;
    bnc_provider_number_fn *provider_number;
    void *provider_arg;
    const char *path;                    /* for messages */
    bool strict; /* contradictory and duplicate rows are errors (the built-in tables) */
    struct bnc_error *err;
    enum bnc_status status;              /* sticks */
};

void bnc_compile_init(struct bnc_compile *c, const struct bnc_words *words,
                      bnc_provider_number_fn *number, void *arg, struct bnc_error *err);

/*
 * Adds the rows of a table of rules of 'kind'; errors name line and column (BNC_ECONFIG).  Classes
 * of words come before the pairs of them that name a cause.  A phrase with a provider is that
 * provider's.
 */
enum bnc_status bnc_compile_table(struct bnc_compile *c, const struct bnc_table *t,
                                  const char *path, enum bnc_rule_kind kind);

/* Builds automaton and hashes.  The arrays are malloc'ed: bnc_ruleset_release(). */
enum bnc_status bnc_compile_finish(struct bnc_compile *c, struct bnc_ruleset *r);
void bnc_compile_release(struct bnc_compile *c);
void bnc_ruleset_release(struct bnc_ruleset *r);

/* "Bad-Mailbox" -> "bad mailbox": letters and digits, lower-cased, one blank between words.  At
 * most 'cap' bytes. */
size_t bnc_label_normalize(struct bnc_span label, char *out, size_t cap);

#endif
