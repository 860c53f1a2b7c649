/* SPDX-License-Identifier: MIT
 * decide.c - from the heaviest rule to a verdict: its cause, what to do, how sure we are.
 */
#include "classify/decide.h"

#include "classify/token.h"
#include "classify/weighing.h"

/* The class of the reply; where none is known, what is tried again was refused for a while. */
static unsigned class_of(const struct weighing *w)
{
    if (w->reply != 0)
        return w->reply / 100u;
    if (w->enhanced != 0)
        return BNC_ENHANCED_CLASS(w->enhanced);
    return w->q->type == BNC_EVENT_DEFERRAL ? 4 : 0;
}

static bool is_suppression(enum bnc_action action)
{
    return action == BNC_ACTION_SUPPRESS_ADDRESS || action == BNC_ACTION_SUPPRESS_DOMAIN ||
           action == BNC_ACTION_SUPPRESS_AFTER_RECURRENCE;
}

/* A reply class, or "some address", "some mailbox fault" (x.1.0, x.2.0), never condemns an address
 * that came with words nobody understood, nor does the class beside an enhanced code that says
 * nothing (5.0.0). */
static bool is_mere_class(const struct weighing *w, const struct bnc_rule *r)
{
    const unsigned subject = BNC_ENHANCED_SUBJECT(r->enh_first);
    const bool vague = r->kind == BNC_RULE_REPLY ||
                       (r->kind == BNC_RULE_ENHANCED && bnc_is_general_code(r->enh_first) &&
                        (subject == 1 || subject == 2));

    return vague && (w->r.has_text || (r->kind == BNC_RULE_REPLY && w->enhanced != 0)) &&
           is_suppression(bnc_causes[r->cause].action);
}

/* 4 or 5 where a rule is about one class of codes only, else 0. */
static unsigned class_of_rule(const struct bnc_rule *r)
{
    return r->reply != 0 ? r->reply / 100u : BNC_ENHANCED_CLASS(r->enh_first);
}

/* The cause's defaults, and the rule's own where it was written for replies of this class (0:
 * unknown). */
static void apply_defaults(struct bnc_verdict *v, const struct bnc_rule *r, unsigned reply_class)
{
    const bool same_class =
        r != NULL && (class_of_rule(r) == 0 || reply_class == 0 || class_of_rule(r) == reply_class);
    const struct bnc_cause_row *cause = &bnc_causes[v->cause];

    v->duration = (uint8_t)cause->duration;
    v->side = (uint8_t)cause->side;
    v->action = (uint8_t)cause->action;
    v->priority = (uint8_t)cause->priority;
    if (r == NULL || r->cause != v->cause)
        return;
    if (r->priority != BNC_RULE_ANY)
        v->priority = r->priority;
    if (r->duration != BNC_RULE_ANY && same_class)
        v->duration = r->duration;
    if (r->side != BNC_RULE_ANY && r->kind != BNC_RULE_REPLY)
        v->side = r->side;
    if (r->action != BNC_RULE_ANY && r->kind != BNC_RULE_REPLY &&
        (same_class || r->action != BNC_ACTION_RETRY))
        v->action = r->action;
}

/* The rule of the enhanced code alone, NULL without one. */
static const struct bnc_rule *enhanced_rule(const struct weighing *w)
{
    const struct bnc_ruleset *set = w->c->sets[BNC_N_RULESETS - 1];
    const uint32_t e = w->enhanced & ~(UINT32_C(7) << 20);
    uint32_t rule = w->enhanced == 0
                        ? BNC_PHASH_NONE
                        : bnc_phash_get(&set->codes, bnc_rule_code_key(0, 0, w->enhanced));

    if (rule == BNC_PHASH_NONE && w->enhanced != 0)
        rule = bnc_phash_get(&set->codes, bnc_rule_code_key(0, 0, e));
    return rule != BNC_PHASH_NONE ? &set->rules[rule] : NULL;
}

/* What the row of an enhanced code says of urgency holds where words have found the same cause. */
static void take_code_priority(const struct weighing *w, struct bnc_verdict *v)
{
    const struct bnc_rule *e = enhanced_rule(w);

    if (e != NULL && e->cause == v->cause && e->priority != BNC_RULE_ANY)
        v->priority = e->priority;
}

/* "Mailbox temporarily disabled", in the words of any language that borrowed it. */
static bool says_temporary(struct bnc_span text)
{
    static const char word[] = "tempora";
    const size_t len = sizeof word - 1;

    for (size_t i = 0; i + len <= text.len; i++)
        if (bnc_span_eq_nocase(bnc_span_from(text.at + i, len), bnc_span_from(word, len)))
            return true;
    return false;
}

/* A temporary reply is never reason enough to give an address up at once; nor is a mailbox that is
 * closed for a while. */
static void soften(const struct weighing *w, struct bnc_verdict *v)
{
    if (class_of(w) != 4 &&
        (v->action != BNC_ACTION_SUPPRESS_ADDRESS || !says_temporary(w->q->text)))
        return;
    v->duration = BNC_DURATION_TEMPORARY;
    if (v->action == BNC_ACTION_SUPPRESS_ADDRESS)
        v->action = BNC_ACTION_SUPPRESS_AFTER_RECURRENCE;
    else if (v->action == BNC_ACTION_SUPPRESS_DOMAIN)
        v->action = BNC_ACTION_SUPPRESS_AFTER_RECURRENCE;
    if (v->priority == BNC_PRIORITY_FIX_SOON && bnc_is_recipient_side(&bnc_causes[v->cause]))
        v->priority = BNC_PRIORITY_MONITOR;
}

static uint8_t confidence_of(int weight)
{
    static const struct { int weight; uint8_t confidence;
    } steps[] = {
        { W_MARKER, 98 },
        { W_PROVIDER_TEXT, 95 },
        { W_BLOCKLIST, 93 },
        { W_PHRASE5, 90 },
        { W_PROVIDER_CODE, 80 },
        { W_PHRASE4, 85 },
        { W_ENHANCED, 70 },
        { W_PHRASE3, 75 },
        { W_PROVIDER_GENERAL_CODE, 55 },
        { W_PHRASE2, 50 },
        { W_ENHANCED_GENERAL - 40, 40 },
        { W_PHRASE1, 35 },
        { W_REPLY, 30 },
    };

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++)
        if (weight >= steps[i].weight)
            return steps[i].confidence;
    return 10;
}

static bool names_word(struct bnc_span text, const char *word)
{
    const size_t len = strlen(word);

    for (size_t i = 0; i + len <= text.len; i++)
        if (memcmp(text.at + i, word, len) == 0 &&
            (i == 0 || !bnc_byte_is(text.at[i - 1], BNC_BYTE_ALNUM)) &&
            bnc_ends_word(text, i + len))
            return true;
    return false;
}

static uint8_t mechanism_of(const struct weighing *w, uint8_t cause)
{
    switch (cause) {
    case BNC_CAUSE_AUTH_SPF:
        return BNC_MECH_SPF;
    case BNC_CAUSE_AUTH_DKIM:
        return BNC_MECH_DKIM;
    case BNC_CAUSE_AUTH_DMARC:
        return BNC_MECH_DMARC;
    case BNC_CAUSE_REVERSE_DNS:
        return BNC_MECH_PTR;
    case BNC_CAUSE_AUTH_OTHER:
        return names_word(w->q->text, "arc") ? BNC_MECH_ARC : BNC_MECH_NONE;
    default:
        return BNC_MECH_NONE;
    }
}

static uint8_t contradictions_of(const struct weighing *w, const struct bnc_verdict *v)
{
    const struct bnc_cause_row *cause = &bnc_causes[v->cause];
    const struct bnc_rule *e = enhanced_rule(w);
    uint8_t bits = 0;

    if (w->reply != 0 && w->enhanced != 0 && w->reply / 100u != BNC_ENHANCED_CLASS(w->enhanced))
        bits |= BNC_CONTRA_CLASS;
    if (e != NULL && !bnc_is_general_code(w->enhanced) && e->cause != BNC_CAUSE_UNKNOWN &&
        v->cause != BNC_CAUSE_UNKNOWN && bnc_causes[e->cause].group != cause->group &&
        w->best.weight >= W_PHRASE2)
        bits |= BNC_CONTRA_CODE_TEXT;
    if (w->q->hardness == BNC_HARDNESS_HARD && v->cause != BNC_CAUSE_UNKNOWN &&
        (v->duration == BNC_DURATION_TEMPORARY || !bnc_is_recipient_side(cause)) &&
        cause->group != BNC_GROUP_BOOKKEEPING)
        bits |= BNC_CONTRA_LABEL;
    if (w->q->hardness == BNC_HARDNESS_SOFT &&
        (v->action == BNC_ACTION_SUPPRESS_ADDRESS || v->action == BNC_ACTION_SUPPRESS_DOMAIN) &&
        cause->group != BNC_GROUP_BOOKKEEPING)
        bits |= BNC_CONTRA_LABEL;
    return bits;
}

/* "Unauthenticated", and one mechanism alone is named: that one. */
static uint8_t only_mechanism(const struct weighing *w)
{
    static const struct { const char *word; uint8_t cause;
    } names[] = {
        { "spf", BNC_CAUSE_AUTH_SPF },
        { "dkim", BNC_CAUSE_AUTH_DKIM },
        { "dmarc", BNC_CAUSE_AUTH_DMARC },
    };
    uint8_t found = BNC_CAUSE_AUTH_OTHER;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names_word(w->q->text, names[i].word)) {
            if (found != BNC_CAUSE_AUTH_OTHER)
                return BNC_CAUSE_AUTH_OTHER;
            found = names[i].cause;
        }
    return found;
}

/* Suppressing wrongly costs most: where words speak for it and words nearly as heavy against it,
 * those against it win.  A provider's own sentence is beyond doubt, its plain words are not. */
static void heed_rival(struct weighing *w)
{
    const struct bnc_rule *r = bnc_rule_get(w->c, w->best.rule);
    const int weight = w->best.weight - (w->best.plain ? W_PLAIN : 0);

    if (r != NULL && is_suppression(bnc_causes[r->cause].action) &&
        bnc_causes[r->cause].action != BNC_ACTION_SUPPRESS_AFTER_RECURRENCE &&
        weight < W_PROVIDER_TEXT && w->rival.weight >= W_PAIR3 &&
        weight - w->rival.weight <= W_RIVAL)
        w->best = w->rival;
}

static void set_outcome(struct weighing *w, struct bnc_verdict *v)
{
    const struct bnc_rule *r = bnc_rule_get(w->c, w->best.rule);

    v->cause = BNC_CAUSE_UNKNOWN;
    if (r != NULL && !is_mere_class(w, r)) {
        v->cause = r->cause == BNC_CAUSE_AUTH_OTHER ? only_mechanism(w) : r->cause;
        v->rule = w->best.rule;
        v->confidence = confidence_of(w->best.weight);
    }
    apply_defaults(v, r, class_of(w));
    if (r != NULL && r->kind == BNC_RULE_PAIR)
        take_code_priority(w, v);
    soften(w, v);
    if (v->cause == BNC_CAUSE_UNKNOWN && class_of(w) == 4)
        v->action = BNC_ACTION_RETRY;
}

/* Events that are no failures, or that say by themselves what happened. */
static bool is_settled(const struct bnc_question *q, struct bnc_verdict *v)
{
    switch (q->type) {
    case BNC_EVENT_DELIVERED:
        v->cause = BNC_CAUSE_DELIVERED;
        break;
    case BNC_EVENT_COMPLAINT:
        v->cause = BNC_CAUSE_COMPLAINT;
        break;
    case BNC_EVENT_SUPPRESSED:
        v->cause = BNC_CAUSE_SUPPRESSED;
        break;
    case BNC_EVENT_SENT:
    case BNC_EVENT_OTHER:
        v->cause = BNC_CAUSE_UNKNOWN;
        break;
    default:
        return false;
    }
    apply_defaults(v, NULL, 0);
    if (v->cause == BNC_CAUSE_UNKNOWN) {
        v->action = BNC_ACTION_NONE;
        v->priority = BNC_PRIORITY_INFO;
    }
    v->confidence = 100;
    v->provider = q->provider;
    v->reply = q->reply;
    v->enhanced = q->enhanced;
    return true;
}

static bool says_whole_domain(const struct weighing *w, const struct bnc_verdict *v)
{
    if (v->duration != BNC_DURATION_PERMANENT)
        return false;
    return v->cause == BNC_CAUSE_DOMAIN_NOT_ACCEPTING || w->reply == 556 ||
           (v->cause == BNC_CAUSE_BAD_DOMAIN && v->action == BNC_ACTION_SUPPRESS_DOMAIN &&
            w->best.weight >= W_ENHANCED);
}

/* Mailgun's 605 and the like stand in code columns but were said by no server. */
static bool is_smtp_code(unsigned reply)
{
    return reply >= 200 && reply < 600;
}

/* Software operates no mailbox: words of Postfix tell a server, not a provider. */
static bool is_software(const struct weighing *w)
{
    return bnc_provider_get(w->c, w->by_marker)->kind == BNC_PROVIDER_MTA;
}

static struct bnc_verdict conclude(struct weighing *w)
{
    struct bnc_verdict v = { 0 };

    bnc_weigh(w);
    heed_rival(w);
    set_outcome(w, &v);
    v.reply = is_smtp_code(w->q->reply) ? w->q->reply : w->r.reply;
    v.enhanced = w->q->enhanced != 0 ? w->q->enhanced : w->enhanced;
    v.provider = w->q->provider != 0 ? w->q->provider : is_software(w) ? 0 : w->by_marker;
    v.by_text_marker = w->q->provider == 0 && v.provider != 0;
    v.blocklist =
        v.cause == BNC_CAUSE_BLOCKLISTED || v.cause == BNC_CAUSE_POOR_REPUTATION ? w->blocklist : 0;
    v.mechanism = mechanism_of(w, v.cause);
    v.contradictions = contradictions_of(w, &v);
    v.explicit_domain = says_whole_domain(w, &v);
    return v;
}

struct bnc_verdict bnc_decide(const struct bnc_classifier *c, const struct bnc_question *q)
{
    struct weighing w;
    struct bnc_verdict v = { 0 };

    if (is_settled(q, &v))
        return v;
    memset(&w, 0, offsetof(struct weighing, hits));
    memset(&w.n_hits, 0, sizeof w - offsetof(struct weighing, n_hits));
    w.c = c;
    w.q = q;
    return conclude(&w);
}

struct bnc_verdict bnc_decide_explained(const struct bnc_classifier *c,
                                        const struct bnc_question *q, struct bnc_reading *reading,
                                        uint32_t *others, size_t *n)
{
    struct candidate list[MAX_OTHERS];
    struct weighing w = { .c = c, .q = q, .others = list };
    struct bnc_verdict v = { 0 };

    *reading = bnc_reading_of(q->text);
    if (is_settled(q, &v)) {
        *n = 0;
        return v;
    }
    v = conclude(&w);
    reading->software = is_software(&w) ? w.by_marker : 0;
    if (*n > w.n_others)
        *n = w.n_others;
    for (size_t i = 0; i < *n; i++)
        others[i] = list[i].rule;
    return v;
}
