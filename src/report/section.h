/* SPDX-License-Identifier: MIT
 * section.h - what a report says, as one table: sections of columns and rows.
 *
 *     bnc_report_data --bnc_model_init--> model (orders, sums)
 *         --section->row()--> values --renderer--> bytes
 *
 * No renderer knows a domain from a campaign: it walks bnc_sections[] and writes values by their
 * type. A section or column added to the table appears in every format and in
 * docs/report.schema.json.
 */
#ifndef BNC_REPORT_SECTION_H
#define BNC_REPORT_SECTION_H

#include "report/report.h"

#define BNC_SCHEMA_VERSION 2 /* of the JSON report: fields are only added within a version */

enum bnc_value_type {
    BNC_VALUE_NAME, /* text from the input: domain, campaign, template; any bytes */
    BNC_VALUE_WORD, /* a word of ours from a fixed set: cause, side, scope */
    BNC_VALUE_PROSE, /* sentences for a person; may hold newlines and names from the input */
    BNC_VALUE_COUNT, /* uint64_t */
    BNC_VALUE_INTEGER, /* int64_t; may be unset */
    BNC_VALUE_SHARE, /* 0..1; may be unset */
    BNC_VALUE_NUMBER, /* a number in the unit that another column names; may be unset */
    BNC_VALUE_CHANGE, /* difference of two shares, -1..1; may be unset */
    BNC_VALUE_RATE, /* struct bnc_rate with all its parts */
    BNC_VALUE_INTERVAL, /* low and high of a rate */
    BNC_VALUE_TIME, /* seconds since 1970 UTC; may be unset */
    BNC_VALUE_FLAG,
    BNC_VALUE_LIST, /* several proses */
    BNC_VALUE_CAUSE_COUNTS, /* events of one type at one domain, by cause */
    BNC_VALUE_CAUSES, /* failures at one domain by cause and type */
    BNC_N_VALUE_TYPES
};

struct bnc_value {
    bool unset; /* not known, or does not apply: null */
    bool idle; /* a sparse row leaves it out, see BNC_SPARSE_MIN */
    union { /* by type */
        struct bnc_span text; /* NAME, WORD, PROSE; may point into 'small' */
        uint64_t count; /* COUNT, FLAG */
        int64_t integer; /* INTEGER, TIME */
        double share; /* SHARE, NUMBER, CHANGE */
        const struct bnc_rate *rate; /* RATE, INTERVAL */
        struct { /* LIST */
            const struct bnc_span *list;
            size_t n_list;
        };
        struct { /* CAUSE_COUNTS, CAUSES: rows of a domain */
            const struct bnc_domain_cause *causes;
            size_t n_causes;
            enum bnc_event_type type; /* CAUSE_COUNTS: of which those of this type count */
        };
    };
    union {
        char small[48];
        struct bnc_rate made; /* where no table holds it */
    };
};

/* Which renderers show a column; machine formats show all but ONLY_JSON and NOT_JSON. */
enum bnc_column_use {
    BNC_USE_PAGE = 1, /* HTML and Markdown tables */
    BNC_USE_TEXT = 2, /* terminal tables */
    BNC_USE_BOTH = 3,
    BNC_USE_BASELINE = 4, /* besides: on pages only where there is a baseline */
    BNC_ONLY_JSON = 8, /* repeats what flat tables have in another column or section */
    BNC_NOT_JSON = 16 /* JSON says it elsewhere, once */
};

struct bnc_column {
    const char *key, *title;
    enum bnc_value_type type;
    unsigned use;
    const char *unit; /* "events", "recipients", "UTC" ...; NULL: none */
    const char *about; /* one sentence; the schema's description */
};

struct bnc_model;
struct bnc_section {
    const char *id, *title;
    const char *about; /* what it shows and how rows are ordered */
    const char *rest; /* told where a shortened table has no rows: what that means */
    const struct bnc_column *cols;
    size_t n_cols;
    size_t (*count)(const struct bnc_model *m);
    /* fills n_cols values, whatever stood there; valid until the next call with the same v */
    void (*row)(const struct bnc_model *m, size_t i, struct bnc_value *v);
    bool page; /* a person reads it: HTML, Markdown, --verbose */
    bool sparse; /* may have a million rows: JSON leaves out what is idle, see BNC_SPARSE_MIN */
    bool flat; /* CSV and SQLite only: in JSON, rows of another section hold it */
};

#define BNC_SECTION_COLUMNS 40
/*
* What a sparse row leaves out: what is zero, false, empty or unset; rates of fewer than
 * BNC_SPARSE_MIN, whose parts are the counters beside them; and all but the number of a cause with
 * fewer than BNC_SPARSE_CAUSE failures, which the row as a whole bounds.
 */
#define BNC_SPARSE_MIN 100
#define BNC_SPARSE_CAUSE 5
extern const struct bnc_section *const bnc_sections[];
extern const size_t bnc_n_sections;
/* Whether HTML and Markdown show the column. */
bool bnc_column_on_page(const struct bnc_column *c, const struct bnc_model *m);
/* The section of that id; NULL if there is none. */
const struct bnc_section *bnc_section_find(const char *id);

/* A code pair, a cause or a side with what failed by it. */
struct bnc_code_sum {
    uint16_t reply;
    uint32_t enhanced;
    uint64_t bounces, deferrals, templates;
    uint8_t cause;
    uint64_t cause_n;
};
struct bnc_pair {
    uint16_t provider;
    uint8_t cause;
};
struct bnc_fault_place {
    uint8_t fault;
    uint32_t at;
};
struct bnc_rule_sum {
    struct bnc_span rule, source;
    uint64_t events;
    uint32_t templates;
};

struct bnc_model {
    const struct bnc_report_data *data;
    const struct bnc_tally *tally;
    const struct bnc_judged *judged;
    uint32_t *providers;
    size_t n_providers; /* with any event; most failures first */
    uint64_t (*provider_side)[BNC_N_SIDES]; /* [tally->n_providers]: failing events by side */
    struct bnc_pair *pairs;
    size_t n_pairs; /* provider x cause with failures */
    uint32_t *domains;
    size_t n_domains; /* domain-wide first, then most failing recipients */
    uint32_t *subject[BNC_N_KINDS]; /* days in order; others most failures first */
    struct bnc_code_sum *codes;
    size_t n_codes;
    uint32_t *limits; /* what is over its limit first */
    uint32_t *unknown;
    size_t n_unknown; /* templates */
    struct bnc_rule_sum *rules;
    size_t n_rules; /* that decided, most events first */
    uint8_t causes[BNC_N_CAUSES];
    size_t n_causes; /* with failures, most first */
    uint64_t bounce_cause[BNC_N_CAUSES], deferral_cause[BNC_N_CAUSES];
    uint64_t bounce_side[BNC_N_SIDES], deferral_side[BNC_N_SIDES];
    uint8_t sides[BNC_N_SIDES];
    size_t n_sides; /* with failures, most first */
    struct bnc_fault_place *faults;
    size_t n_faults;
    struct bnc_span **finding_templates; /* [n_findings]: texts of each finding's templates */
    uint64_t least_rate; /* rates of domains with fewer in every denominator are not shown */
    uint64_t failures; /* bounces and deferrals */
    uint64_t unclassified; /* of these, cause unknown */
    /* words of which long tables have one a row, with their lengths */
    struct bnc_span *titles; /* [tally->n_providers] */
    struct bnc_span cause_names[BNC_N_CAUSES], scope_names[BNC_N_SCOPES];
    struct bnc_arena arena;
};

/* Sorts and sums once for all renderers; BNC_ENOMEM.  Release it whatever the status. */
enum bnc_status bnc_model_init(struct bnc_model *m, const struct bnc_report_data *data,
                               struct bnc_error *err);
void bnc_model_release(struct bnc_model *m);

/* "Gmail" and "google" of a provider id, "Other" and "other" for 0. */
const char *bnc_model_provider_title(const struct bnc_model *m, uint32_t provider);
const char *bnc_model_provider_name(const struct bnc_model *m, uint32_t provider);
/* The name of a tally's source; "" if it is not known. */
struct bnc_span bnc_model_source(const struct bnc_model *m, uint32_t source);
/* Bounces and deferrals of an n[] array. */
static inline uint64_t bnc_failures(const uint64_t n[BNC_N_EVENTS])
{
    return n[BNC_EVENT_BOUNCE] + n[BNC_EVENT_DEFERRAL];
}

#endif
