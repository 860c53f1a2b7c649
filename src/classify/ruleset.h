/* SPDX-License-Identifier: MIT
 * ruleset.h - the knowledge tables compiled: rules, the fragments that point to them, codes that
 * point to them. One is built into the library by gen_rules; --rules makes a second one at start
 * with the same code (compile.h).
 */
#ifndef BNC_CLASSIFY_RULESET_H
#define BNC_CLASSIFY_RULESET_H

#include "classify/automaton.h"
#include "classify/phash.h"

enum bnc_rule_kind {
    BNC_RULE_PROVIDER,  /* provider_codes.csv */
    BNC_RULE_PHRASE,    /* text_phrases.csv */
    BNC_RULE_BLOCKLIST, /* blocklists.csv */
    BNC_RULE_MARKER,    /* provider_domains.csv, text_marker: names a provider, no cause */
    BNC_RULE_ENHANCED,  /* enhanced_codes.csv */
    BNC_RULE_REPLY,     /* reply_codes.csv */
    BNC_RULE_LABEL,     /* labels.csv: what an ESP calls it, heard where the reply says little */
    BNC_RULE_GUARD,     /* guards.csv: takes phrases back */
    BNC_RULE_WORD,      /* word_classes.csv: a word and what it stands for; no cause */
    BNC_RULE_PAIR,      /* word_pairs.csv: one class of words behind another */
    BNC_N_RULE_KINDS
};

/* What a guard takes back. */
enum bnc_reach {
    BNC_REACH_WORDS,    /* words that it meets */
    BNC_REACH_TEXT,     /* words anywhere in the text, and codes */
    BNC_REACH_REPLY,    /* the same, where the guard stands in the reply and not in words around */
    BNC_REACH_CODES     /* codes alone, where no words were understood */
};

enum { BNC_RULE_ANY = 255 };             /* duration, side, action not given: the cause's default */

struct bnc_rule {
    const char *name;                    /* "phrase:mailbox is full" */
    const char *source;
    const char *meaning;                 /* "" where the table has none */
    uint8_t kind, cause;
    uint8_t duration, side, action;      /* or BNC_RULE_ANY */
    uint8_t priority;                    /* likewise; codes only */
    uint8_t specificity;                 /* 1..5 */
    uint16_t provider;                   /* 0: any; index into the providers */
    uint16_t reply;                      /* 0: any */
    uint16_t blocklist;                  /* BNC_RULE_BLOCKLIST: 1 + row */
    uint32_t enh_first, enh_last;        /* 0: any; an inclusive range */
    uint16_t n_fragments;                /* a marker and a text: 2 */
    uint8_t reach;                       /* of a BNC_RULE_GUARD, enum bnc_reach */
    uint8_t first, second; /* classes of words from 1: of a BNC_RULE_WORD in first, of a
                              BNC_RULE_PAIR both */
};

struct bnc_ruleset {                     /* const after compiling */
    const struct bnc_rule *rules;
    uint32_t n_rules;
    struct bnc_ac ac;
    const uint32_t *pattern_first; /* pattern i's entries are pattern_rules[pattern_first[i] ..
                                      pattern_first[i + 1]) */
    const uint32_t *pattern_rules;       /* rule << 1 | 1 where the pattern is the rule's marker */
    const uint8_t *pattern_whole;        /* 1: must end a word too */
    uint32_t n_patterns;
    struct bnc_phash labels;             /* bnc_hash_span() of a normalized label -> rule */
    struct bnc_phash codes;              /* bnc_rule_code_key() -> rule; rules without any text */
    const uint32_t *pairs;               /* n_classes x n_classes: 1 + the rule of a pair, 0 none */
    uint32_t n_classes;                  /* with class 0, that of no word */
    const uint32_t *vocabulary;          /* of the fragments (vocabulary.h); NULL: there are none */
};

extern const struct bnc_ruleset bnc_rules_builtin;

/* Key of a rule by codes alone; provider and either code may be 0. */
static inline uint64_t bnc_rule_code_key(unsigned provider, unsigned reply, uint32_t enhanced)
{
    return bnc_phash_key((uint64_t)provider << 48 | (uint64_t)reply << 32 | enhanced);
}

/* In enhanced_codes.csv: class 0 for 'x', this for 'y' and 'z'. */
#define BNC_ENHANCED_ANY 0x3ffu

#endif
