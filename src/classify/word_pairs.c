/* SPDX-License-Identifier: MIT
 * word_pairs.c - one pass over the words in the order they stand; of words inside each other only
 * the longest is kept ("sender address" is no address).  A window of WINDOW words bounds the work.
 */
#include "classify/word_pairs.h"

#include "classify/token.h"
#include "tables/cause.h"

enum { MAX_WORDS = 96, WINDOW = 5, MAX_GAP = 48, MAX_ADDRESS_GAP = 12 };

struct word {
    uint16_t start, end;
    uint8_t class;
};

/* Nothing stands between the words of a script that is written without blanks: what ends in such a
 * character (kana, Chinese, hangul: three bytes from E3 to ED on) is a word wherever it stands. */
static bool ends_word(struct bnc_span text, size_t end)
{
    return end >= text.len || !bnc_byte_is(text.at[end], BNC_BYTE_ALNUM) ||
           (end >= 3 && (unsigned char)text.at[end - 3] >= 0xe3 &&
            (unsigned char)text.at[end - 3] <= 0xed);
}

/* The class of words a pattern belongs to, 0 none. */
static uint8_t class_of(const struct bnc_ruleset *set, uint32_t pattern)
{
    for (uint32_t k = set->pattern_first[pattern]; k < set->pattern_first[pattern + 1]; k++) {
        const struct bnc_rule *r = &set->rules[set->pattern_rules[k] >> 1];

        if (r->kind == BNC_RULE_WORD)
            return r->first;
    }
    return 0;
}

static size_t find_words(const struct bnc_ruleset *set, struct bnc_span text,
                         const struct bnc_hit *hits, size_t n_hits, size_t from, struct word *words)
{
    size_t n = 0;

    for (size_t i = 0; i < n_hits; i++) {
        const struct bnc_hit *h = &hits[i];
        const uint8_t class = h->start >= from && ends_word(text, h->end)
                                  ? class_of(set, h->pattern)
                                  : 0;

        if (class == 0 || (n > 0 && words[n - 1].start < h->start && words[n - 1].end > h->start))
            continue;                    /* inside the last word, or half in it */
        while (n > 0 && words[n - 1].start >= h->start)
            n--;
        if (n == MAX_WORDS)
            break;
        words[n++] = (struct word){ h->start, h->end, class };
    }
    return n;
}

/* No full stop, nor what else separates one statement from the next; words of a link make none. */
static bool is_one_sentence(struct bnc_span text, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (text.at[i] == ';' || text.at[i] == '!' || text.at[i] == '?' ||
            (text.at[i] == ':' && i + 2 < to && text.at[i + 1] == '/' && text.at[i + 2] == '/') ||
            (text.at[i] == '.' && i + 1 < to && text.at[i + 1] == ' ' &&
             (i == from || text.at[i - 1] != '.')))
            return false;
    return true;
}

/* An address in angle brackets, "<*>", says less than a word: what is said of it stands next to it,
 * and a word before it says whose it is. */
static bool is_address(struct bnc_span text, const struct word *w)
{
    return text.at[w->start] == '<';
}

size_t bnc_word_pairs_find(const struct bnc_ruleset *set, struct bnc_span text,
                      const struct bnc_hit *hits, size_t n_hits, size_t from,
                      struct bnc_word_pair *out, size_t max)
{
    struct word words[MAX_WORDS];
    const size_t n_words =
        set->n_classes > 1 ? find_words(set, text, hits, n_hits, from, words) : 0;
    size_t n = 0;

    for (size_t k = 1; k < n_words && n < max; k++)
        for (size_t i = k; i > 0 && k - i < WINDOW && n < max; i--) {
            const struct word *a = &words[i - 1], *b = &words[k];
            const uint32_t rule = set->pairs[a->class * set->n_classes + b->class];

            if (a->end > b->start)
                continue;
            if (b->start - a->end > MAX_GAP || !is_one_sentence(text, a->end, b->start))
                break;
            if (rule == 0 || (is_address(text, a) &&
                              (i < k || b->start - a->end > MAX_ADDRESS_GAP)))
                continue;
            out[n++] = (struct bnc_word_pair){ rule - 1, a->start, b->end,
                                              (uint16_t)(b->start - a->end) };
            if (!is_address(text, a))
                break;
        }
    return n;
}

/* A pair of this class leads to the action. */
static bool class_leads_to(const struct bnc_ruleset *set, uint8_t class, enum bnc_action action)
{
    for (uint32_t k = 1; k < set->n_classes; k++) {
        const uint32_t before = set->pairs[k * set->n_classes + class],
                       behind = set->pairs[class * set->n_classes + k];

        if ((before != 0 && bnc_causes[set->rules[before - 1].cause].action == action) ||
            (behind != 0 && bnc_causes[set->rules[behind - 1].cause].action == action))
            return true;
    }
    return false;
}

/* A class without any pair: what it holds says nothing. */
static bool is_noise(const struct bnc_ruleset *set, uint8_t class)
{
    for (uint32_t k = 1; k < set->n_classes; k++)
        if (set->pairs[k * set->n_classes + class] != 0 ||
            set->pairs[class * set->n_classes + k] != 0)
            return false;
    return true;
}

bool bnc_words_bear_out(const struct bnc_ruleset *set, struct bnc_span text,
                        const struct bnc_hit *hits, size_t n_hits, size_t from, uint8_t cause)
{
    const enum bnc_action action = bnc_causes[cause].action;
    const bool condemns =
        action == BNC_ACTION_SUPPRESS_ADDRESS || action == BNC_ACTION_SUPPRESS_DOMAIN;
    struct word words[MAX_WORDS];
    const size_t n_words =
        set->n_classes > 1 && condemns ? find_words(set, text, hits, n_hits, from, words) : 0;
    size_t n = 0;

    for (size_t i = 0; i < n_words; i++) {
        if (is_address(text, &words[i]) || is_noise(set, words[i].class))
            continue;
        if (class_leads_to(set, words[i].class, action))
            return true;
        n++;
    }
    return n == 0;
}
