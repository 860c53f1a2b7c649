/* SPDX-License-Identifier: MIT
 * score.c - how good the classifier is on labelled responses.
 * usage: score [-v] corpus.tsv     columns: id reply_code enhanced_code recipient_domain provider
 * diagnostic cause accepted (source); several causes are joined by '|'; -v prints every miss.
 */
#include <stdio.h>
#include <stdlib.h>

#include "classify/verdict.h"
#include "util/cpu.h"

enum { MAX_LINE = 1 << 16, N_COLUMNS = 8, MAX_PROVIDERS = 64 };
enum column { ID, REPLY, ENHANCED, DOMAIN, PROVIDER, DIAGNOSTIC, CAUSE, ACCEPTED };

struct tally {
    char name[32];
    unsigned n, exact, accepted, unknown;
};

struct score {
    struct tally all, by_cause[BNC_N_CAUSES], by_provider[MAX_PROVIDERS];
    size_t n_providers;
    unsigned suppressed, wrongful, dead, missed;
};

static bool lists(struct bnc_span list, const char *word)
{
    for (size_t i = 0, start = 0; i <= list.len; i++)
        if (i == list.len || list.at[i] == '|') {
            if (bnc_span_eq(bnc_span_from(list.at + start, i - start), bnc_span_str(word)))
                return true;
            start = i + 1;
        }
    return false;
}

/* Whether any cause of the list blames the recipient or its domain. */
static bool blames_recipient(struct bnc_span list)
{
    for (int k = 0; k < BNC_N_CAUSES; k++)
        if (lists(list, bnc_causes[k].name) && (bnc_causes[k].side == BNC_SIDE_RECIPIENT ||
                                                bnc_causes[k].side == BNC_SIDE_RECIPIENT_DOMAIN))
            return true;
    return false;
}

/* The label's first cause is a dead mailbox or domain. */
static bool is_dead(struct bnc_span cause)
{
    static const char *const dead[] = { "invalid_recipient", "inactive_mailbox",
                                        "bad_address_syntax", "bad_domain",
                                        "domain_not_accepting" };
    const char *bar = memchr(cause.at, '|', cause.len);
    const struct bnc_span first = { cause.at, bar != NULL ? (size_t)(bar - cause.at) : cause.len };

    for (size_t i = 0; i < sizeof dead / sizeof dead[0]; i++)
        if (bnc_span_eq(first, bnc_span_str(dead[i])))
            return true;
    return false;
}

static bool suppresses(uint8_t action)
{
    return action == BNC_ACTION_SUPPRESS_ADDRESS || action == BNC_ACTION_SUPPRESS_DOMAIN ||
           action == BNC_ACTION_SUPPRESS_AFTER_RECURRENCE;
}

static struct tally *provider_tally(struct score *s, struct bnc_span name)
{
    size_t k;

    for (k = 0; k < s->n_providers; k++)
        if (bnc_span_eq(bnc_span_str(s->by_provider[k].name), name))
            return &s->by_provider[k];
    if (k == MAX_PROVIDERS)
        return &s->by_provider[0];
    snprintf(s->by_provider[k].name, sizeof s->by_provider[k].name, "%.*s", (int)name.len, name.at);
    s->n_providers++;
    return &s->by_provider[k];
}

static void add(struct tally *t, bool exact, bool accepted, bool unknown)
{
    t->n++;
    t->exact += exact;
    t->accepted += accepted;
    t->unknown += unknown;
}

static uint32_t enhanced_of(struct bnc_span s)
{
    unsigned c, d, e;

    return s.len > 0 && sscanf(s.at, "%u.%u.%u", &c, &d, &e) == 3 && d < 1024 && e < 1023
               ? BNC_ENHANCED(c, d, e)
               : 0;
}

static void judge(struct score *s, const struct bnc_classifier *c, struct bnc_verdicts *memo,
                  const struct bnc_span *f, bool verbose)
{
    const struct bnc_event event = { .type = BNC_EVENT_BOUNCE,
                                     .reply = (uint16_t)(f[REPLY].len > 0 ? atoi(f[REPLY].at) : 0),
                                     .enhanced = enhanced_of(f[ENHANCED]),
                                     .diagnostic = f[DIAGNOSTIC] };
    uint16_t provider = bnc_provider_of_domain(c, f[DOMAIN]);
    const struct bnc_entry *e;
    const char *name;
    bool exact, accepted, unknown;

    if (provider == 0)
        provider = bnc_provider_find(c, f[PROVIDER]);
    e = bnc_verdicts_get(memo, &event, provider);
    if (e == NULL)
        exit(71);
    name = bnc_causes[e->verdict.cause].name;
    exact = lists(f[CAUSE], name);
    accepted = exact || lists(f[ACCEPTED], name);
    unknown = e->verdict.cause == BNC_CAUSE_UNKNOWN;
    add(&s->all, exact, accepted, unknown && !accepted);
    for (int k = 0; k < BNC_N_CAUSES; k++)
        if (lists(f[CAUSE], bnc_causes[k].name)) {
            add(&s->by_cause[k], exact, accepted, unknown && !accepted);
            break;
        }
    add(provider_tally(s, f[PROVIDER]), exact, accepted, unknown && !accepted);
    s->suppressed += suppresses(e->verdict.action);
    s->wrongful += suppresses(e->verdict.action) && !blames_recipient(f[ACCEPTED]);
    s->dead += is_dead(f[CAUSE]);
    s->missed += is_dead(f[CAUSE]) && !suppresses(e->verdict.action);
    if (verbose && (!exact || (suppresses(e->verdict.action) && !blames_recipient(f[ACCEPTED])) ||
                    (is_dead(f[CAUSE]) && !suppresses(e->verdict.action))))
        printf("%s%s%s\n   want %.*s (%.*s)\n   have %s, %s, %d %%, by %s\n   mask %.*s\n   text "
               "%.*s\n",
               accepted ? exact ? "exact" : "accepted" : "WRONG",
               suppresses(e->verdict.action) && !blames_recipient(f[ACCEPTED]) ? " WRONGFUL" : "",
               is_dead(f[CAUSE]) && !suppresses(e->verdict.action) ? " MISSED" : "",
               (int)f[CAUSE].len, f[CAUSE].at, (int)f[ACCEPTED].len, f[ACCEPTED].at, name,
               bnc_action_names[e->verdict.action], e->verdict.confidence,
               bnc_rule_name(c, e->verdict.rule), (int)e->template_text.len, e->template_text.at,
               (int)f[DIAGNOSTIC].len, f[DIAGNOSTIC].at);
}

static void print_tally(const struct tally *t)
{
    if (t->n > 0)
        printf("%-24s %6u %6.1f %8.1f %6.1f %7.1f\n", t->name[0] != '\0' ? t->name : "-", t->n,
               100.0 * t->exact / t->n, 100.0 * t->accepted / t->n,
               100.0 * (t->n - t->accepted - t->unknown) / t->n, 100.0 * t->unknown / t->n);
}

static void print_score(struct score *s)
{
    printf("%-24s %6s %6s %8s %6s %7s\n", "", "n", "exact%", "accept%", "wrong%", "unknown%");
    for (int k = 0; k < BNC_N_CAUSES; k++) {
        snprintf(s->by_cause[k].name, sizeof s->by_cause[k].name, "%s", bnc_causes[k].name);
        print_tally(&s->by_cause[k]);
    }
    printf("\n");
    for (size_t k = 0; k < s->n_providers; k++)
        print_tally(&s->by_provider[k]);
    printf("\n");
    snprintf(s->all.name, sizeof s->all.name, "all");
    print_tally(&s->all);
    printf("wrongful suppressions    %6u of %u suppressions (%.1f %%)\n", s->wrongful,
           s->suppressed, s->suppressed > 0 ? 100.0 * s->wrongful / s->suppressed : 0.0);
    printf("dead addresses missed    %6u of %u (%.1f %%)\n", s->missed, s->dead,
           s->dead > 0 ? 100.0 * s->missed / s->dead : 0.0);
}

static bool split(char *line, struct bnc_span *f)
{
    char *at = line;

    for (int i = 0; i < N_COLUMNS; i++) {
        char *end = strpbrk(at, "\t\r\n");

        if (end == NULL)
            end = at + strlen(at);
        f[i] = bnc_span_from(at, (size_t)(end - at));
        if (i + 1 < N_COLUMNS && *end != '\t')
            return false;
        at = end + 1;
    }
    return true;
}

int main(int argc, char **argv)
{
    static char line[MAX_LINE];
    const struct bnc_classifier_options opt = { .cpu = bnc_cpu_detect() };
    const bool verbose = argc > 2 && strcmp(argv[1], "-v") == 0;
    static struct score score;
    struct bnc_error err = { 0 };
    struct bnc_classifier *c;
    struct bnc_verdicts *memo;
    struct bnc_span f[N_COLUMNS];
    FILE *in;

    if (argc != 2 + verbose || (in = fopen(argv[argc - 1], "r")) == NULL)
        return fprintf(stderr, "usage: score [-v] corpus.tsv\n"), 2;
    if (bnc_classifier_create(&c, &opt, &err) != BNC_OK || (memo = bnc_verdicts_create(c)) == NULL)
        return fprintf(stderr, "score: %s\n", err.text), 71;
    if (fgets(line, sizeof line, in) == NULL)                          /* the header */
        return fprintf(stderr, "score: the corpus is empty\n"), 65;
    while (fgets(line, sizeof line, in) != NULL)
        if (split(line, f))
            judge(&score, c, memo, f, verbose);
    print_score(&score);
    fclose(in);
    bnc_verdicts_free(memo);
    bnc_classifier_free(c);
    return 0;
}
