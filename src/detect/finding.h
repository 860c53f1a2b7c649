/* SPDX-License-Identifier: MIT
 * finding.h - from a tally to the answers: rates with intervals, scopes, findings, limits,
 * contradictions, lists.
 */
#ifndef BNC_DETECT_FINDING_H
#define BNC_DETECT_FINDING_H

#include "aggregate/tally.h"

enum bnc_judgement {
    BNC_JUDGE_NONE,
    BNC_JUDGE_OK,
    BNC_JUDGE_WATCH,
    BNC_JUDGE_BREACH,
    BNC_JUDGE_INCONCLUSIVE,
    BNC_JUDGE_TOO_FEW,
    BNC_N_JUDGEMENTS
};
/* "none" "ok" "watch" "breach" "inconclusive" "too_few" */
extern const char *const bnc_judgement_names[BNC_N_JUDGEMENTS];

struct bnc_rate {
    uint64_t num, den; /* den 0: n/a, and 'why_na' says why */
    double value, low, high; /* shares 0..1 with the 95 % Wilson interval */
    double warn, limit; /* shares; 0: no limit applies */
    enum bnc_judgement judgement;
    /* "not measurable from exports", "the input holds no deliveries (--sent)" ... or NULL */
    const char *why_na;
};
/* Wilson score interval; den 0 gives low = high = value = 0. */
void bnc_wilson(uint64_t num, uint64_t den, double *low, double *high);
struct bnc_rate bnc_rate_make(uint64_t num, uint64_t den, double warn, double limit,
                              uint64_t min_volume);

enum bnc_metric {
    BNC_METRIC_BOUNCE_RATE,
    BNC_METRIC_HARD_BOUNCE_RATE,
    BNC_METRIC_COMPLAINT_RATE,
    BNC_METRIC_DEFERRAL_RATE,
    BNC_N_METRICS
};
extern const char *const bnc_metric_names[BNC_N_METRICS];

struct bnc_rates { /* the four rates of one subject */
    uint64_t attempted;
    struct bnc_rate of[BNC_N_METRICS];
};

enum bnc_scope {
    BNC_SCOPE_RECIPIENT_LOCAL,
    BNC_SCOPE_DOMAIN_WIDE,
    BNC_SCOPE_PROVIDER_WIDE,
    BNC_SCOPE_SENDER_WIDE,
    BNC_N_SCOPES
};
extern const char *const bnc_scope_names[BNC_N_SCOPES];

enum bnc_finding_kind {
    BNC_FINDING_DOMAIN_WIDE_FAILURE,
    BNC_FINDING_PROVIDER_REPUTATION,
    BNC_FINDING_AUTHENTICATION_FAILURE,
    BNC_FINDING_COMPLAINT_RATE,
    BNC_FINDING_RATE_LIMITED_BURST,
    BNC_FINDING_VOLUME_SPIKE_THROTTLED,
    BNC_FINDING_LIST_QUALITY,
    BNC_FINDING_SENDER_CONFIGURATION,
    BNC_FINDING_BULK_SENDER_DUTY,
    BNC_FINDING_ESP_LABEL_MISMATCH,
    BNC_FINDING_RECURRING_SOFT_FAILURE,
    BNC_FINDING_SUPPRESSED_WASTE,
    BNC_FINDING_TREND,
    BNC_FINDING_DATA_QUALITY,
    BNC_FINDING_CONTENT_REJECTED /* spam_content, malware ... */,
    BNC_FINDING_PROVIDER_FAULT /* e.g. false 5.1.1 wave */,
    BNC_N_FINDING_KINDS
};
extern const char *const bnc_finding_names[BNC_N_FINDING_KINDS];

enum bnc_subject_type {
    BNC_SUBJECT_DOMAIN,
    BNC_SUBJECT_PROVIDER,
    BNC_SUBJECT_CAMPAIGN,
    BNC_SUBJECT_SENDER_DOMAIN,
    BNC_SUBJECT_SENDING_IP,
    BNC_SUBJECT_EXPORT,
    BNC_N_SUBJECT_TYPES
};
extern const char *const bnc_subject_type_names[BNC_N_SUBJECT_TYPES];

struct bnc_finding {
    enum bnc_finding_kind kind;
    enum bnc_priority severity;
    enum bnc_scope scope;
    enum bnc_subject_type subject_type;
    struct bnc_span subject; /* "gmail.com", "Gmail", "job17", "" for the export */
    int cause; /* enum bnc_cause, -1 where several or none */
    enum bnc_side side;
    bool by_code; /* no deliveries in the input: judged by codes and spread, not by share */
    uint64_t recipients, events, attempted;
    struct bnc_rate rate;
    int64_t onset,
        end; /* change in the daily series; BNC_NO_TIME if not found (end: still going on) */
    int64_t first_seen, last_seen;
    bool ongoing;
    enum bnc_metric metric; /* trend: which rate, and what it was in the baseline */
    struct bnc_rate before;
    /* which texts of findings.csv, where the cause does not say it: "typo", "several" ...; NULL */
    const char *variant;
    uint8_t confidence; /* 0..100 */
    const uint32_t *templates;
    size_t n_templates; /* indexes in the tally, most recipients first */
    /* ready text, plain UTF-8, no markup; names in it are raw input (renderers escape) */
    struct bnc_span headline; /* one sentence: what, where, since when, whose side */
    struct bnc_span meaning;
    const struct bnc_span *checks;
    size_t n_checks; /* what to check, in order */
    const struct bnc_span *actions;
    size_t n_actions; /* what to do, in order */
    struct bnc_span letter; /* text to send to a postmaster or to ESP support; "" if none */
    const struct bnc_span *sources;
    size_t n_sources; /* RFC sections, vendor pages */
    const struct bnc_span *also;
    size_t n_also; /* further subjects of the same incident: providers first, then others */
    size_t n_also_providers;
};

struct bnc_limit_row { /* limits and headroom: one published limit against the month */
    const char *who, *metric, *scope, *consequence, *source;
    struct bnc_rate rate;
    /* events until the next of warn and limit; negative: so many over the limit; INT64_MAX: n/a */
    int64_t headroom;
    bool ours; /* a mailbox provider's, or of a platform whose failures are in the input */
};

struct bnc_contradiction_row { /* ESP label against our verdict */
    struct bnc_span esp; /* "SendGrid"; "" unknown */
    struct bnc_span label;
    enum bnc_hardness hardness;
    uint8_t cause;
    uint64_t events, recipients;
    bool lost_for_nothing; /* the ESP calls it hard, and it is not the recipient's doing */
    bool kept_though_dead; /* the reverse */
};

/* More messages than anybody sends, and few enough to be added up exactly in any JSON reader. */
#define BNC_MAX_SENT UINT64_C(1000000000000000)

struct bnc_detect_options { /* zero-initialized: sourced defaults */
    double domain_share; /* 0.5 */
    uint32_t domain_min_recipients; /* 5 */
    double fdr; /* 0.05 */
    uint64_t sent_total; /* --sent N, 0 none; at most BNC_MAX_SENT */
    const char *sent_path; /* --sent FILE or NULL */
    const struct bnc_tally *baseline; /* --baseline or NULL */
    /* the engine's, for what is judged domain by domain; NULL: one thread */
    bnc_parallel_fn parallel;
    void *parallel_ctx;
};

struct bnc_judged { /* everything detect/ says; owns its arena */
    bool has_deliveries;
    /* failures of exports that hold failures only, where others hold deliveries: rates are upper
     * bounds; 0 where --sent tells what was sent */
    uint64_t failures_alone;
    struct bnc_rates overall;
    struct bnc_rates *provider; /* [tally->n_providers] */
    struct bnc_rates *subject[BNC_N_KINDS]; /* [tally->n_subjects[k]] */
    const uint64_t *domain_sent; /* [tally->n_domains] by --sent, or NULL; see bnc_domain_rates() */
    bool sent_given;
    /* [tally->n_domains] enum bnc_scope: of what most failing recipients met */
    uint8_t *domain_scope;
    uint8_t *cause_scope; /* [tally->n_domain_causes] enum bnc_scope, of each cause by itself */
    /* [tally->n_providers]: provider_wide, sender_wide; 0: no wider than its domains */
    uint8_t (*provider_scope)[BNC_N_CAUSES];
    struct bnc_finding *findings;
    size_t n_findings; /* ranked: severity, then recipients */
    struct bnc_limit_row *limits;
    size_t n_limits;
    struct bnc_contradiction_row *contradictions;
    size_t n_contradictions;
    bool has_baseline;
    struct bnc_rates baseline_overall; /* of the tally given as baseline */
    struct bnc_rates *baseline_provider; /* [n_providers] or NULL */
    struct bnc_arena arena;
};

/*
 * The rates of one domain: made when they are asked for, as most domains of a big month are too
 * small for any.  False, and no rates, where no denominator reaches 'least'.
 */
bool bnc_domain_rates(const struct bnc_judged *judged, const struct bnc_tally *tally, size_t i,
                      uint64_t least, struct bnc_rates *rates);

/*
 * How a person says a word of ours where putting blanks for "_" is not enough: "DMARC failure"; or
 * NULL.
 */
const char *bnc_spoken(struct bnc_span word);

enum bnc_status bnc_judge(struct bnc_judged **judged, const struct bnc_tally *tally,
                          const struct bnc_detect_options *opt, struct bnc_error *err);
void bnc_judged_free(struct bnc_judged *judged);

/* ---- lists (suppress); see lists.h ---- */
enum bnc_list {
    BNC_LIST_SUPPRESS,
    BNC_LIST_SUPPRESS_DOMAINS,
    BNC_LIST_HOLD,
    BNC_LIST_REENGAGE,
    BNC_LIST_KEEP,
    BNC_N_LISTS
};
extern const char *const bnc_list_names[BNC_N_LISTS];
enum bnc_policy { BNC_POLICY_CAREFUL, BNC_POLICY_STRICT };

#endif
