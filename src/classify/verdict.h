/* SPDX-License-Identifier: MIT
 * verdict.h - what one response means, and the memo that makes it one probe per row.
 *
 * raw text --mask--> template --(template, codes, provider, label)--> entry --> verdict
 *
 * A verdict is a function of the *template* (variable parts masked), the code columns, the provider
 * known from domain or MX, the event type and the ESP's label; never of the raw text, so that it
 * can't depend on which row came first.
 */
#ifndef BNC_CLASSIFY_VERDICT_H
#define BNC_CLASSIFY_VERDICT_H

#include "schema/event.h"
#include "tables/cause.h"

enum bnc_mechanism {
    BNC_MECH_NONE,
    BNC_MECH_SPF,
    BNC_MECH_DKIM,
    BNC_MECH_DMARC,
    BNC_MECH_ARC,
    BNC_MECH_PTR,
    BNC_N_MECHS
};
extern const char *const bnc_mechanism_names[BNC_N_MECHS];

enum bnc_contradiction {                 /* bits */
    BNC_CONTRA_CLASS = 1,                /* reply 4xx with enhanced 5.x.x or the reverse */
    BNC_CONTRA_CODE_TEXT = 2,            /* the text says something else than the enhanced code */
    BNC_CONTRA_LABEL = 4                 /* the ESP's label says something else than the verdict */
};

struct bnc_verdict {
    uint8_t cause;                       /* enum bnc_cause */
    uint8_t duration, side, action, priority;
    uint8_t confidence;                  /* 0..100 */
    uint8_t mechanism;                   /* enum bnc_mechanism */
    uint8_t contradictions;              /* enum bnc_contradiction bits */
    uint8_t by_text_marker;              /* the provider is known from the reply text only */
    uint8_t explicit_domain; /* the reply says that the whole domain accepts no mail (556, null MX,
                                no such domain) */
    uint16_t reply;                      /* as read, 0 none */
    uint16_t provider;                   /* final: given one, else who words replies
                                            so and is no mere software, else 0 */
    uint16_t blocklist;                  /* 1 + row of blocklists.csv, 0 none */
    uint32_t enhanced;                   /* as read, packed */
    uint32_t rule;                       /* 1 + index for bnc_rule_name(), 0: nothing matched */
};

/* ---- providers: 0 is "other"; names are stable strings from the tables ---- */
enum bnc_provider_kind {
    BNC_PROVIDER_OTHER,
    BNC_PROVIDER_MAILBOX,
    BNC_PROVIDER_GATEWAY,
    BNC_PROVIDER_MTA,
    BNC_PROVIDER_ESP
};
struct bnc_provider {
    const char *name;                    /* "google", "microsoft_consumer", "proofpoint" */
    const char *title;                   /* "Gmail", "Outlook.com", "Proofpoint" */
    const char *operator_group; /* "Google", "Microsoft": reputation is often kept per operator */
    enum bnc_provider_kind kind;
    bool reports_complaints; /* false: complaints can't be seen in exports (Gmail, iCloud) */
};

struct bnc_classifier;                   /* const after creation, shared by all threads */

struct bnc_classifier_options {
    const char *rules_path;              /* --rules FILE or NULL */
    const char *providers_path;          /* --providers FILE or NULL */
    uint32_t cpu;
};

enum bnc_status bnc_classifier_create(struct bnc_classifier **c,
                                      const struct bnc_classifier_options *opt,
                                      struct bnc_error *err);
void bnc_classifier_free(struct bnc_classifier *c);

/* Fingerprint of what the --rules file says: 0 without one. */
uint64_t bnc_classifier_rules_hash(const struct bnc_classifier *c);
/* The same of the --providers file. */
uint64_t bnc_classifier_providers_hash(const struct bnc_classifier *c);

size_t bnc_provider_count(const struct bnc_classifier *c);
const struct bnc_provider *bnc_provider_get(const struct bnc_classifier *c, uint16_t provider);
/* By recipient domain (any case; subdomains of listed suffixes too), 0 if none. */
uint16_t bnc_provider_of_domain(const struct bnc_classifier *c, struct bnc_span domain);
/* By MX host name, longest suffix wins, 0 if none. */
uint16_t bnc_provider_of_mx(const struct bnc_classifier *c, struct bnc_span mx);
/* By name as the tables and --provider write it; 0 if none. */
uint16_t bnc_provider_find(const struct bnc_classifier *c, struct bnc_span name);
/* The name that was most likely meant where bnc_provider_find() finds none. */
const char *bnc_provider_nearest(const struct bnc_classifier *c, struct bnc_span name);

/* Names behind the numbers of a verdict, for reports: "phrase:mailbox is full",
 * "provider:google/5.7.26", "enhanced:5.1.1" ... and the source. */
const char *bnc_rule_name(const struct bnc_classifier *c, uint32_t rule);
const char *bnc_rule_source(const struct bnc_classifier *c, uint32_t rule);
const char *bnc_blocklist_name(uint16_t blocklist);
const char *bnc_blocklist_route(uint16_t blocklist);    /* how to get delisted */
const char *bnc_blocklist_source(uint16_t blocklist);   /* who says so: "a; b" */

/* ---- entries: one per distinct (template, codes, provider, type, ESP, label), per worker ---- */

/*
 * Templates that differ in *free* words alone, which no rule can touch, are wordings of one
 * sentence (classify/vocabulary.h).  Up to so many are told apart; where there are more, in a run
 * or in all that is merged, they are one entry: "550 5.1.1 no such user, ref *".
 */
#define BNC_WORDINGS_MAX 200u

struct bnc_entry {
    uint64_t key; /* fingerprint of all that the verdict depends on: names the entry across workers,
                     runs and states */
    uint64_t template_fp;                /* fingerprint of the masked text alone */
    /* likewise of its sentence, 0: no word of it is free; where it is the key, the entry is that of
     * all wordings, its text what they share, and template_fp nothing */
    uint64_t sentence;
    struct bnc_span
        template_text; /* lives as long as the verdicts object; variable parts are '*' */
    struct bnc_span label;
    struct bnc_span esp; /* whose label; "" where there is none, or nobody knows */
    struct bnc_verdict verdict;
    enum bnc_event_type type;
    enum bnc_hardness hardness;
    uint32_t index;                      /* dense, 0.. in order of first use by this worker */
    uint32_t n_wordings;                 /* the memo's: of the sentence, in its first wording */
};

static inline bool bnc_entry_is_gathered(const struct bnc_entry *e)
{
    return e->key == e->sentence;
}

struct bnc_verdicts;                     /* one worker's memo */
struct bnc_verdicts *bnc_verdicts_create(const struct bnc_classifier *c);
void bnc_verdicts_free(struct bnc_verdicts *v);
/* No more events will come: gives back what was remembered of them, and keeps the entries. */
void bnc_verdicts_settle(struct bnc_verdicts *v);
/*
 * From now on, wordings beyond BNC_WORDINGS_MAX of a sentence share an entry, whose text changes as
 * they come: for who counts every entry that he is given, and looks at texts in the end.
 */
void bnc_verdicts_gather(struct bnc_verdicts *v);

/* The entry for an event; 'provider' is the one known from domain or MX (0: unknown).  NULL when
 * out of memory.  The pointer stays valid. */
const struct bnc_entry *bnc_verdicts_get(struct bnc_verdicts *v, const struct bnc_event *event,
                                         uint16_t provider);
/* What is asked of a batch of events, one by one. */
#define BNC_INQUIRIES 32
struct bnc_inquiry {
    const struct bnc_event *event;
    const struct bnc_entry *entry; /* the answer */
    uint64_t context; /* the memo's own */
    uint16_t provider; /* as for bnc_verdicts_get() */
};
/*
 * bnc_verdicts_get() for at most BNC_INQUIRIES events, faster: what is remembered is asked for
 * ahead.  False when out of memory.
 */
bool bnc_verdicts_get_all(struct bnc_verdicts *v, struct bnc_inquiry *asked, size_t n);
/* bnc_provider_of_mx(), remembered: exports name few hosts again and again. */
uint16_t bnc_verdicts_provider_of_mx(struct bnc_verdicts *v, struct bnc_span mx);
/* The same for at most BNC_INQUIRIES hosts, into 'providers'. */
void bnc_verdicts_providers_of_mx(struct bnc_verdicts *v, const struct bnc_span *mx,
                                  uint16_t *providers, size_t n);
size_t bnc_verdicts_count(const struct bnc_verdicts *v);
const struct bnc_entry *bnc_verdicts_at(const struct bnc_verdicts *v, size_t index);

#endif
