/* SPDX-License-Identifier: MIT
 * weighing.c - weighs the evidence.
 *
 * Every rule that applies is a candidate with a weight; the heaviest wins, the user's before ours.
 * From most to least decisive (the constants of weighing.h; within a class the longer fragment
 * weighs more):
 *
 *   a platform's suppression wording           nothing was sent
 *   a marker of a provider (S3150, TSS04)      the provider's own code for one cause
 *   a provider's sentence                      its domain, MX or text marker names it
 *   a block list named
 *   a sentence of a mail server or gateway whose codes agree
 *   a phrase, by specificity
 *   provider + codes without text, then an enhanced code with a meaning of its own
 *   weak words, general codes (5.7.1, x.0.0), the reply code
 *
 * The innermost quoted reply is heard first; the words around it only if it says nothing.
 */
#include "classify/weighing.h"

#include "classify/compile.h"
#include "classify/token.h"
#include "classify/word_pairs.h"

enum { MAX_PAIRS = 32 };

/* ---- rule numbers over all sets ---- */

const struct bnc_rule *bnc_rule_get(const struct bnc_classifier *c, uint32_t number)
{
    if (number == 0)
        return NULL;
    number--;
    for (int i = 0; i < BNC_N_RULESETS; i++) {
        if (number < c->sets[i]->n_rules)
            return &c->sets[i]->rules[number];
        number -= c->sets[i]->n_rules;
    }
    return NULL;
}

/* ---- candidates ---- */

static void other_insert(struct weighing *w, struct candidate one)
{
    size_t k;

    for (k = 0; k < w->n_others; k++)
        if (w->others[k].rule == one.rule)
            return;
    if (w->n_others == MAX_OTHERS && w->others[MAX_OTHERS - 1].weight >= one.weight)
        return;
    if (w->n_others < MAX_OTHERS)
        w->n_others++;
    for (k = w->n_others - 1; k > 0 && w->others[k - 1].weight < one.weight; k--)
        w->others[k] = w->others[k - 1];
    w->others[k] = one;
}

/* Words that put it on the sender, or on what the recipient wants: nobody is gone. */
static bool keeps_address(const struct bnc_rule *r)
{
    const bool text =
        r->kind == BNC_RULE_PHRASE || r->kind == BNC_RULE_PAIR || r->kind == BNC_RULE_BLOCKLIST;

    return text && (bnc_causes[r->cause].side == BNC_SIDE_SENDER ||
                    r->cause == BNC_CAUSE_RECIPIENT_RESTRICTED);
}

static void consider_words(struct weighing *w, int weight, uint32_t rule, bool plain)
{
    const struct candidate one = { weight, rule + w->base + 1, plain };

    if (w->others != NULL)
        other_insert(w, one);
    if (one.weight > w->best.weight)
        w->best = one;
    if (one.weight > w->rival.weight && keeps_address(bnc_rule_get(w->c, one.rule)))
        w->rival = one;
}

static void consider(struct weighing *w, int weight, uint32_t rule)
{
    consider_words(w, weight, rule, false);
}

static int length_bonus(size_t len)
{
    return len < MAX_LENGTH_BONUS ? (int)len : MAX_LENGTH_BONUS;
}

/* How the codes of a rule fit those of the reply: 0 where either has none. */
static int code_fit(const struct weighing *w, const struct bnc_rule *r)
{
    int fit = 0;

    if (r->reply != 0 && w->reply != 0) {
        fit += r->reply == w->reply ? W_CODE_AGREES : W_CODE_DIFFERS;
        if (r->reply / 100 != w->reply / 100)
            fit += W_CLASS_DIFFERS;
    }
    if (r->enh_first != 0 && w->enhanced != 0)
        fit += w->enhanced >= r->enh_first && w->enhanced <= r->enh_last ? 2 * W_CODE_AGREES
                                                                         : W_CODE_DIFFERS;
    return fit;
}

enum relation { FOREIGN, SOFTWARE, SIBLING, SAME };

static enum relation relation_of(const struct weighing *w, uint16_t provider)
{
    const uint16_t group = bnc_provider_group(w->c, provider);
    enum bnc_provider_kind kind;

    if (provider == 0)
        return SAME;
    for (size_t i = 0; i < w->n_providers; i++)
        if (w->providers[i] == provider)
            return SAME;
    for (size_t i = 0; i < w->n_providers; i++)
        if (bnc_provider_group(w->c, w->providers[i]) == group)
            return SIBLING;
    kind = bnc_provider_get(w->c, provider)->kind;
    return kind == BNC_PROVIDER_MAILBOX || kind == BNC_PROVIDER_OTHER ? FOREIGN : SOFTWARE;
}

/* ---- text rules ---- */

static int phrase_weight(const struct bnc_rule *r, size_t len)
{
    static const int by_specificity[6] = {
        0, W_PHRASE1, W_PHRASE2, W_PHRASE3, W_PHRASE4, W_PHRASE5
    };

    return by_specificity[r->specificity] + length_bonus(len);
}

/* Words that the phrases call ambiguous ("access denied", specificity 1 or 2) decide only for the
 * provider that is known. */
static bool is_ambiguous(const struct bnc_ruleset *set, uint32_t pattern)
{
    for (uint32_t i = set->pattern_first[pattern]; i < set->pattern_first[pattern + 1]; i++) {
        const struct bnc_rule *r = &set->rules[set->pattern_rules[i] >> 1];

        if (r->kind == BNC_RULE_PHRASE && r->specificity <= 2)
            return true;
    }
    return false;
}

/* A rule of a provider that is not known to speak here. */
static int stranger_weight(const struct weighing *w, const struct bnc_ruleset *set,
                           const struct bnc_rule *r, uint32_t pattern, size_t len,
                           enum relation relation)
{
    const int fit = code_fit(w, r);

    if (r->n_fragments > 1 && len < (relation == FOREIGN ? MIN_LONE_LENGTH : MIN_FOREIGN_LENGTH))
        return 0;                        /* a few words beside a marker that is not there */
    if (relation == FOREIGN && (fit < 0 || is_ambiguous(set, pattern)))
        return 0;
    if (is_ambiguous(set, pattern))
        return fit > 0 ? W_PHRASE2 + length_bonus(len) + fit : 0;
    if (relation == SOFTWARE && fit > 0)
        return W_SOFTWARE + length_bonus(len) + fit;
    if (len < MIN_FOREIGN_LENGTH || (relation == FOREIGN && fit == 0 && len < MIN_LONE_LENGTH))
        return relation == SOFTWARE && fit == 0 ? W_PHRASE3 + length_bonus(len) : 0;
    return (relation == SOFTWARE && fit == 0 ? W_SOFTWARE_UNCODED : W_PHRASE4) + length_bonus(len);
}

static int provider_text_weight(const struct weighing *w, const struct bnc_ruleset *set,
                                const struct bnc_rule *r, uint32_t pattern, size_t len)
{
    const enum relation relation = relation_of(w, r->provider);

    if (relation == SAME)
        return W_PROVIDER_TEXT + length_bonus(len) + code_fit(w, r);
    if (relation == SIBLING)
        return W_PROVIDER_TEXT + length_bonus(len) + code_fit(w, r) + W_SIBLING;
    return stranger_weight(w, set, r, pattern, len, relation);
}

/* A marker decides alone where no second rule has it; else its rule's text must be there as well.
 */
static int marker_weight(const struct weighing *w, const struct bnc_ruleset *set,
                         const struct bnc_rule *r, uint32_t pattern, size_t len)
{
    uint32_t owners = 0;

    for (uint32_t i = set->pattern_first[pattern]; i < set->pattern_first[pattern + 1]; i++)
        owners += (set->pattern_rules[i] & 1) != 0 &&
                  set->rules[set->pattern_rules[i] >> 1].kind == BNC_RULE_PROVIDER;
    if (owners > 1 && (r->n_fragments > 1 || code_fit(w, r) < 0))
        return 0;
    if (relation_of(w, r->provider) == FOREIGN && len < 4)
        return 0;
    return W_MARKER + length_bonus(len) + code_fit(w, r);
}

static bool same_rule_text_hit(const struct weighing *w, const struct bnc_ruleset *set,
                               uint32_t rule)
{
    for (size_t i = 0; i < w->n_hits; i++)
        for (uint32_t k = set->pattern_first[w->hits[i].pattern];
             k < set->pattern_first[w->hits[i].pattern + 1]; k++)
            if (set->pattern_rules[k] == rule << 1)
                return true;
    return false;
}

/* Replies to a login (530 .. 538, x.7.8, 11, 12, 14) or out of order (503) and those to a bad
 * sender address (x.1.7, x.1.8; 517 of Courier) say nothing of the recipient, whatever their
 * words. */
static bool speaks_of_sender(const struct weighing *w)
{
    const unsigned s = BNC_ENHANCED_SUBJECT(w->enhanced), d = BNC_ENHANCED_DETAIL(w->enhanced);

    if (s == 1 || s == 2)
        return s == 1 && (d == 7 || d == 8);
    if (s == 7 && (d == 8 || d == 11 || d == 12 || d == 14))
        return true;
    return w->reply == 503 || w->reply == 517 ||
           (w->reply >= 530 && w->reply <= 538 && w->reply != 533);
}

/* Denied relaying is said of whoever has not logged in. */
static bool is_out_of_place(const struct weighing *w, uint8_t cause)
{
    return bnc_is_recipient_side(&bnc_causes[cause]) && cause != BNC_CAUSE_RELAY_DENIED &&
           speaks_of_sender(w);
}

static void weigh_rule(struct weighing *w, const struct bnc_ruleset *set, uint32_t rule,
                       bool marker, const struct bnc_hit *hit)
{
    const struct bnc_rule *r = &set->rules[rule];
    const size_t len = (size_t)(hit->end - hit->start);
    int weight = 0;

    switch (r->kind) {
    case BNC_RULE_PHRASE:
        weight = phrase_weight(r, len) + code_fit(w, r);
        break;
    case BNC_RULE_BLOCKLIST:
        weight = W_BLOCKLIST + (r->specificity > 1 ? length_bonus(len) : 0);
        if (weight > w->blocklist_weight) {
            w->blocklist_weight = weight;
            w->blocklist = r->blocklist;
        }
        break;
    case BNC_RULE_PROVIDER:
        if (r->cause == BNC_CAUSE_UNKNOWN && marker)
            break;
        weight = marker ? marker_weight(w, set, r, hit->pattern, len)
                        : provider_text_weight(w, set, r, hit->pattern, len);
        if (marker && r->n_fragments > 1 && same_rule_text_hit(w, set, rule))
            weight = W_MARKER + W_MARKER_AND_TEXT + length_bonus(len) + code_fit(w, r);
        break;
    default:
        break;
    }
    if (is_out_of_place(w, r->cause))
        return;
    if (r->cause == BNC_CAUSE_SUPPRESSED && weight > 0)
        weight += W_SUPPRESSED;
    if (r->cause == BNC_CAUSE_EXPIRED && weight > (w->outer ? W_EXPIRED_OUTER : W_EXPIRED))
        weight = w->outer ? W_EXPIRED_OUTER : W_EXPIRED;
    if (weight > 0)
        consider_words(w, weight, rule,
                       r->kind == BNC_RULE_PROVIDER && !marker && len < MIN_LONE_LENGTH);
}

static bool reaches_text(const struct bnc_rule *guard)
{
    return guard->reach == BNC_REACH_TEXT || guard->reach == BNC_REACH_REPLY;
}

/* Where there are more guards than are kept, one of the others might forbid anything. */
static bool is_guarded_all_over(const struct weighing *w)
{
    return w->n_guards == MAX_GUARDS;
}

/* A guard that meets the hit, or reaches over the whole text, takes this cause back ("if this is
 * not spam" is no spam_content); unknown means any cause. */
static bool is_guarded(const struct weighing *w, const struct bnc_hit *hit, uint8_t cause)
{
    for (size_t i = 0; i < w->n_guards; i++) {
        const struct bnc_hit *g = w->guards[i].hit;
        const struct bnc_rule *r = w->guards[i].rule;

        if ((reaches_text(r) ||
             (r->reach == BNC_REACH_WORDS && hit->start < g->end && hit->end > g->start)) &&
            hit->pattern != g->pattern && (r->cause == cause || r->cause == BNC_CAUSE_UNKNOWN))
            return true;
    }
    return is_guarded_all_over(w);
}

/* Whether a guard holds for codes of this cause. */
static bool is_code_guarded(const struct weighing *w, uint8_t cause)
{
    for (size_t i = 0; i < w->n_guards; i++)
        if (w->guards[i].rule->cause == cause &&
            (reaches_text(w->guards[i].rule) ||
             (w->guards[i].rule->reach == BNC_REACH_CODES && w->best.weight < W_PAIR2)))
            return true;
    return is_guarded_all_over(w);
}

/* 'from': where the reply begins. */
static void find_guards(struct weighing *w, const struct bnc_ruleset *set, size_t from)
{
    w->n_guards = 0;
    for (size_t i = 0; i < w->n_hits; i++)
        for (uint32_t k = set->pattern_first[w->hits[i].pattern];
             k < set->pattern_first[w->hits[i].pattern + 1]; k++) {
            const struct bnc_rule *r = &set->rules[set->pattern_rules[k] >> 1];

            if (r->kind == BNC_RULE_GUARD && w->n_guards < MAX_GUARDS &&
                (r->reach != BNC_REACH_REPLY || w->hits[i].start >= from))
                w->guards[w->n_guards++] = (struct guard){ &w->hits[i], r };
        }
}

/* The rules of all fragments found from byte 'from' on. */
static void weigh_hits(struct weighing *w, const struct bnc_ruleset *set, size_t from)
{
    for (size_t i = 0; i < w->n_hits; i++) {
        const struct bnc_hit *h = &w->hits[i];

        if (h->start < from ||
            (set->pattern_whole[h->pattern] && !bnc_ends_word(w->q->text, h->end)))
            continue;
        for (uint32_t k = set->pattern_first[h->pattern]; k < set->pattern_first[h->pattern + 1];
             k++) {
            const uint32_t rule = set->pattern_rules[k] >> 1;

            if (w->n_guards == 0 || !is_guarded(w, h, set->rules[rule].cause))
                weigh_rule(w, set, rule, set->pattern_rules[k] & 1, h);
        }
    }
}

/* Words that belong together; the nearer, the surer. */
static void weigh_pairs(struct weighing *w, const struct bnc_ruleset *set, size_t from)
{
    static const int by_specificity[6] = { 0, W_PAIR1, W_PAIR2, W_PAIR3, W_PAIR4, W_PAIR5 };
    struct bnc_word_pair pairs[MAX_PAIRS];
    const size_t n =
        bnc_word_pairs_find(set, w->q->text, w->hits, w->n_hits, from, pairs, MAX_PAIRS);

    for (size_t i = 0; i < n; i++) {
        const struct bnc_rule *r = &set->rules[pairs[i].rule];
        const struct bnc_hit span = { UINT32_MAX, pairs[i].start, pairs[i].end };

        if (r->cause == BNC_CAUSE_UNKNOWN || is_guarded(w, &span, r->cause) ||
            is_out_of_place(w, r->cause))
            continue;
        consider(w, by_specificity[r->specificity] - pairs[i].gap / 2, pairs[i].rule);
    }
}

static void provider_add(struct weighing *w, uint16_t provider)
{
    for (size_t i = 0; i < w->n_providers; i++)
        if (w->providers[i] == provider)
            return;
    if (w->n_providers < MAX_PROVIDERS)
        w->providers[w->n_providers++] = provider;
}

static void find_providers(struct weighing *w, const struct bnc_ruleset *set)
{
    for (size_t i = 0; i < w->n_hits; i++)
        for (uint32_t k = set->pattern_first[w->hits[i].pattern];
             k < set->pattern_first[w->hits[i].pattern + 1]; k++) {
            const struct bnc_rule *r = &set->rules[set->pattern_rules[k] >> 1];

            if (r->kind != BNC_RULE_MARKER)
                continue;
            if (w->by_marker == 0)
                w->by_marker = r->provider;
            provider_add(w, r->provider);
        }
}

/* ---- code rules ---- */

/* Whether words were understood that speak against a code which condemns an address or a domain:
 * they make it the sender's affair or a rule of the house; a fault of server or line saves an
 * address that would be given up at once. */
static bool words_say_otherwise(const struct weighing *w, const struct bnc_cause_row *condemned)
{
    const struct bnc_rule *r = bnc_rule_get(w->c, w->best.rule);

    if (r == NULL || w->best.weight < W_PAIR2 || r->kind == BNC_RULE_LABEL ||
        r->kind == BNC_RULE_ENHANCED || r->kind == BNC_RULE_REPLY)
        return false;
    return bnc_causes[r->cause].side == BNC_SIDE_SENDER ||
           bnc_causes[r->cause].group == BNC_GROUP_POLICY ||
           (bnc_causes[r->cause].group == BNC_GROUP_NETWORK && r->cause != BNC_CAUSE_EXPIRED &&
            condemned->action == BNC_ACTION_SUPPRESS_ADDRESS);
}

/* Whether words tell what became of a mailbox that the code says is not there: full, or closed. */
static bool words_say_more(const struct weighing *w, uint8_t cause)
{
    const struct bnc_rule *r = bnc_rule_get(w->c, w->best.rule);

    return cause == BNC_CAUSE_INVALID_RECIPIENT && r != NULL && r->kind == BNC_RULE_PAIR &&
           w->best.weight >= W_PAIR3 &&
           (r->cause == BNC_CAUSE_MAILBOX_FULL || r->cause == BNC_CAUSE_INACTIVE_MAILBOX);
}

/* A code never condemns where the words say otherwise. */
static void weigh_code(struct weighing *w, const struct bnc_ruleset *set, int weight,
                       unsigned provider, unsigned reply, uint32_t enh)
{
    const uint32_t rule = bnc_phash_get(&set->codes, bnc_rule_code_key(provider, reply, enh));

    if (rule == BNC_PHASH_NONE || set->rules[rule].cause == BNC_CAUSE_UNKNOWN ||
        (set->rules[rule].cause == BNC_CAUSE_DELIVERED && w->reply >= 400))
        return;
    if (bnc_is_recipient_side(&bnc_causes[set->rules[rule].cause]) &&
        (words_say_otherwise(w, &bnc_causes[set->rules[rule].cause]) ||
         words_say_more(w, set->rules[rule].cause) ||
         is_code_guarded(w, set->rules[rule].cause) ||
         (enh != 0 && w->best.weight < W_PAIR2 &&
          !bnc_words_bear_out(set, w->q->text, w->hits, w->n_hits, w->from,
                              set->rules[rule].cause))))
        return;
    consider(w, weight, rule);
}

static void weigh_provider_codes(struct weighing *w, const struct bnc_ruleset *set)
{
    const int weight = w->enhanced == 0 || bnc_is_general_code(w->enhanced)
                           ? W_PROVIDER_GENERAL_CODE
                           : W_PROVIDER_CODE;

    for (size_t i = 0; i < w->n_providers; i++) {
        if (w->enhanced != 0) {
            weigh_code(w, set, weight + 4, w->providers[i], w->reply, w->enhanced);
            weigh_code(w, set, weight + 2, w->providers[i], 0, w->enhanced);
        }
        if (w->reply != 0)
            weigh_code(w, set, W_PROVIDER_GENERAL_CODE, w->providers[i], w->reply, 0);
    }
}

/* Protocol and media faults are often taken for their last digit, and codes of mail that is
 * encrypted or signed (x.7.5 to x.7.7) are sent by no receiver of such mail. */
static bool is_often_misused(unsigned subject, unsigned detail)
{
    return subject == 5 || subject == 6 || (subject == 7 && detail >= 5 && detail <= 7);
}

static void weigh_general_codes(struct weighing *w, const struct bnc_ruleset *set)
{
    const unsigned c = BNC_ENHANCED_CLASS(w->enhanced), s = BNC_ENHANCED_SUBJECT(w->enhanced),
                   d = BNC_ENHANCED_DETAIL(w->enhanced);
    const int weight = bnc_is_general_code(w->enhanced)              ? W_ENHANCED_GENERAL
                       : is_often_misused(s, d)             ? W_ENHANCED_PROTOCOL
                       : (s == 2 && d == 1) || (s == 3 && d == 2) ? W_ENHANCED_WORN
                                                            : W_ENHANCED;

    if (w->enhanced != 0) {
        weigh_code(w, set, weight + 6, 0, w->reply, w->enhanced);
        weigh_code(w, set, weight + 4, 0, 0, w->enhanced);
        weigh_code(w, set, weight + 2, 0, 0, BNC_ENHANCED(0, s, d));
        weigh_code(w, set, W_ENHANCED_GENERAL - 20, 0, 0, BNC_ENHANCED(0, s, BNC_ENHANCED_ANY));
        weigh_code(w, set, W_ENHANCED_GENERAL - 40, 0, 0,
                   BNC_ENHANCED(c, BNC_ENHANCED_ANY, BNC_ENHANCED_ANY));
    }
    if (w->reply != 0)
        weigh_code(w, set, W_REPLY, 0, w->reply, 0);
}

static bool is_mere_hard(const char *name, size_t len)
{
    return (len >= 4 && memcmp(name, "hard", 4) == 0) ||
           bnc_span_eq(bnc_span_from(name, len), BNC_SPAN("permanent"));
}

/* What the ESP calls it: better than a general code, worse than words.  Its mere "hard" counts
 * where nothing else is said. */
static void weigh_label(struct weighing *w, const struct bnc_ruleset *set)
{
    char name[MAX_LABEL_BYTES];
    const size_t len = bnc_label_normalize(w->q->label, name, sizeof name);
    uint32_t rule =
        len > 0 ? bnc_phash_get(&set->labels, bnc_hash64(name, len, 0)) : BNC_PHASH_NONE;

    if (rule != BNC_PHASH_NONE && !is_mere_hard(name, len))
        consider(w, W_LABEL, rule);
    else if (w->q->hardness == BNC_HARDNESS_HARD && w->q->text.len == 0 && w->reply == 0 &&
             w->enhanced == 0 &&
             (rule = bnc_phash_get(&set->labels, bnc_hash_span(BNC_SPAN("hard")))) !=
                 BNC_PHASH_NONE)
        consider(w, W_LABEL_HARD, rule);
}

/* ---- one set after the other ---- */

static void weigh_set(struct weighing *w, const struct bnc_ruleset *set)
{
    const size_t from = w->r.wrapped ? (size_t)(w->r.inner.at - w->q->text.at) : 0;

    w->from = from;
    w->n_hits = bnc_ac_find(&set->ac, w->q->text, w->hits, MAX_HITS);
    find_guards(w, set, from);
    find_providers(w, set);
    weigh_hits(w, set, from);
    weigh_pairs(w, set, from);
    w->outer = from > 0 && w->best.weight < W_PHRASE2;
    if (w->outer) {
        weigh_hits(w, set, 0);
        weigh_pairs(w, set, 0);
    }
    weigh_provider_codes(w, set);
    weigh_general_codes(w, set);
    weigh_label(w, set);
}

void bnc_weigh(struct weighing *w)
{
    w->r = bnc_reading_of(w->q->text);
    w->reply = w->r.reply != 0 ? w->r.reply : w->q->reply;
    w->enhanced = w->r.enhanced != 0 ? w->r.enhanced : w->q->enhanced;
    if (w->q->provider != 0)
        provider_add(w, w->q->provider);
    for (int i = 0; i < BNC_N_RULESETS; i++) {
        if (w->c->sets[i]->n_rules > 0)
            weigh_set(w, w->c->sets[i]);
        if (i + 1 < BNC_N_RULESETS && w->best.weight >= W_PHRASE2)
            break;                       /* the user's rules win */
        w->base += w->c->sets[i]->n_rules;
    }
}
