/* SPDX-License-Identifier: MIT
 * weighing.h - one response on the scales: what was found in it and what weighs most.  Shared by
 * weighing.c, which fills it, and decide.c, which reads the verdict off it.
 */
#ifndef BNC_CLASSIFY_WEIGHING_H
#define BNC_CLASSIFY_WEIGHING_H

#include "classify/decide.h"

enum weight {
    W_SUPPRESSED = 2000,
    W_MARKER = 1200,
    W_MARKER_AND_TEXT = 100,
    W_PROVIDER_TEXT = 1000,
    W_BLOCKLIST = 900,
    W_SOFTWARE = 640,
    W_SOFTWARE_UNCODED = 560,
    W_PHRASE5 = 600,
    W_PHRASE4 = 500,
    W_PHRASE3 = 420,
    W_PHRASE2 = 250,
    W_PHRASE1 = 150,
    W_PAIR5 = 418,                       /* words that belong together, and what is between them */
    W_PAIR4 = 390,
    W_PAIR3 = 355,
    W_PAIR2 = 300,
    W_PAIR1 = 225,
    W_PROVIDER_CODE = 560,
    W_PROVIDER_GENERAL_CODE = 330,
    W_ENHANCED = 470,
    W_ENHANCED_WORN = 385,               /* sent for other things as well: x.2.1, x.3.2 */
    W_ENHANCED_PROTOCOL = 222,           /* codes that say little: any words say more */
    W_ENHANCED_GENERAL = 200,
    W_REPLY = 100,
    W_LABEL = 240,
    W_LABEL_HARD = 60,
    W_CODE_AGREES = 20,
    W_CODE_DIFFERS = -80,
    W_CLASS_DIFFERS = -150,
    W_SIBLING = -40,
    MAX_LENGTH_BONUS = 60,
    MIN_FOREIGN_LENGTH = 16,
    MIN_LONE_LENGTH = 24,
    W_EXPIRED = 345,                     /* at most: any cause beside it says more */
    W_RIVAL = 130,                       /* words this much lighter still save an address */
    W_PLAIN = W_PROVIDER_TEXT - W_PHRASE3, /* what a provider's plain words lose against a rival */
    W_EXPIRED_OUTER = W_REPLY + 5        /* around a quoted reply, whose general code says more */
};

enum { MAX_HITS = 512, MAX_PROVIDERS = 8, MAX_OTHERS = 8, MAX_GUARDS = 64, MAX_LABEL_BYTES = 64 };

struct candidate {
    int weight;
    uint32_t rule;                       /* 1 + number over all sets, 0 none */
    bool plain;                          /* a provider's few words that any server might use */
};

struct guard {                           /* a rule of guards.csv, and where it was found */
    const struct bnc_hit *hit;
    const struct bnc_rule *rule;
};

struct weighing {
    const struct bnc_classifier *c;
    const struct bnc_question *q;
    struct bnc_reading r;
    struct bnc_hit hits[MAX_HITS];
    size_t n_hits;
    struct guard guards[MAX_GUARDS];
    size_t n_guards;
    bool outer;                          /* the words around a quoted reply are being heard */
    size_t from;                         /* where the reply begins in the text */
    uint32_t base;                       /* number of the first rule of the set at hand */
    uint16_t reply;                      /* that rules are compared with */
    uint32_t enhanced;
    uint16_t providers[MAX_PROVIDERS]; /* that may be speaking: the given one, then by markers in
                                          the text */
    size_t n_providers;
    uint16_t by_marker;                  /* the first provider named by a marker */
    struct candidate best;
    struct candidate rival;              /* the heaviest words that keep the address */
    struct candidate *others;            /* for explanations, NULL */
    size_t n_others;
    uint16_t blocklist;                  /* the one named most exactly */
    int blocklist_weight;
};

/* bnc_weigh() weighs all rules that apply to w->q with w->c, both set by the caller with all else
 * zero ('hits' may hold anything): fills 'r', the codes, the providers, 'best' and 'rival'. */
void bnc_weigh(struct weighing *w);

static inline bool bnc_is_recipient_side(const struct bnc_cause_row *cause)
{
    return cause->group == BNC_GROUP_RECIPIENT || cause->group == BNC_GROUP_DOMAIN;
}

/* No letter or digit of a template at 'end'. */
static inline bool bnc_ends_word(struct bnc_span text, size_t end)
{
    return end >= text.len ||
           !((text.at[end] >= 'a' && text.at[end] <= 'z') || bnc_is_digit(text.at[end]));
}

/* Codes that name a subject but no cause. */
static inline bool bnc_is_general_code(uint32_t e)
{
    const unsigned s = BNC_ENHANCED_SUBJECT(e), d = BNC_ENHANCED_DETAIL(e);

    return d == 0 || d == BNC_ENHANCED_ANY || s == 0 || s == BNC_ENHANCED_ANY ||
           (s == 7 && d == 1) || (s == 3 && d == 0);
}

#endif
