/* SPDX-License-Identifier: MIT
 * section_parts.h - for the files that define sections: the sections themselves, one filler per
 * type of value, and the columns that several sections share.
 *
 * A row function fills its columns in their order: "put_word(v++, ...); put_count(v++, ...);".
 * A filler sets all of a value that its type has, whatever stood there.
 */
#ifndef BNC_REPORT_SECTION_PARTS_H
#define BNC_REPORT_SECTION_PARTS_H

#include <stdarg.h>
#include <stdio.h>

#include "report/section.h"
#include "util/figure.h"
#include "util/moment.h"

extern const struct bnc_section bnc_section_verdicts;
extern const struct bnc_section bnc_section_rates;
extern const struct bnc_section bnc_section_sides;
extern const struct bnc_section bnc_section_providers;
extern const struct bnc_section bnc_section_provider_causes;
extern const struct bnc_section bnc_section_findings;
extern const struct bnc_section bnc_section_limits;
extern const struct bnc_section bnc_section_domains;
extern const struct bnc_section bnc_section_domain_causes;
extern const struct bnc_section bnc_section_codes;
extern const struct bnc_section bnc_section_causes;
extern const struct bnc_section bnc_section_templates;
extern const struct bnc_section bnc_section_rules;
extern const struct bnc_section bnc_section_campaigns;
extern const struct bnc_section bnc_section_sending_ips;
extern const struct bnc_section bnc_section_sender_domains;
extern const struct bnc_section bnc_section_days;
extern const struct bnc_section bnc_section_contradictions;
extern const struct bnc_section bnc_section_unknown;
extern const struct bnc_section bnc_section_rows;
extern const struct bnc_section bnc_section_inputs;
extern const struct bnc_section bnc_section_malformed;
extern const struct bnc_section bnc_section_doubts;
extern const struct bnc_section bnc_section_thresholds;
extern const struct bnc_section bnc_section_method;

#define COLS(c) .cols = c, .n_cols = sizeof c / sizeof c[0]

static inline void put_told(struct bnc_value *v, bool unset, bool idle)
{
    v->unset = unset;
    v->idle = idle;
}

static inline void put_text(struct bnc_value *v, struct bnc_span s)
{
    v->text = s;
    put_told(v, false, s.len == 0);
}
static inline void put_word(struct bnc_value *v, const char *s)
{
    put_text(v, bnc_span_str(s));
}
/* Text, where there is any. */
static inline void put_text_if(struct bnc_value *v, bool any, struct bnc_span s)
{
    v->text = s;
    put_told(v, !any, false);
}
static inline void put_none(struct bnc_value *v)
{
    put_text_if(v, false, BNC_SPAN(""));
}
static inline void put_count(struct bnc_value *v, uint64_t n)
{
    v->count = n;
    put_told(v, false, n == 0);
}
static inline void put_flag(struct bnc_value *v, bool on)
{
    put_count(v, on);
}

static inline void put_integer(struct bnc_value *v, int64_t n, bool unset)
{
    v->integer = n;
    put_told(v, unset, false);
}

static inline void put_moment(struct bnc_value *v, int64_t time)
{
    put_integer(v, time, time == BNC_NO_TIME);
}

static inline void put_number(struct bnc_value *v, double x, bool unset)
{
    v->share = unset ? 0 : x;
    put_told(v, unset, false);
}

static inline void put_share(struct bnc_value *v, uint64_t num, uint64_t den)
{
    put_number(v, (double)num / (double)(den == 0 ? 1 : den), den == 0);
}

/* A warning or a limit; 0: there is none. */
static inline void put_level(struct bnc_value *v, double x)
{
    put_number(v, x, x <= 0);
}

static inline void put_rate(struct bnc_value *v, const struct bnc_rate *r)
{
    v->rate = r;
    put_told(v, r == NULL, r != NULL && r->den < BNC_SPARSE_MIN);
}

static inline void put_change(struct bnc_value *v, const struct bnc_rate *now,
                          const struct bnc_rate *before)
{
    const bool unset = now == NULL || before == NULL || now->den == 0 || before->den == 0;

    put_number(v, unset ? 0 : now->value - before->value, unset);
}

static inline void put_prose(struct bnc_value *v, const char *s)
{
    const bool any = s != NULL && *s != '\0';

    put_text_if(v, any, bnc_span_str(any ? s : ""));
}

/* Rows of a domain, by cause; 'type' matters where only that counts. */
static inline void put_causes(struct bnc_value *v, const struct bnc_domain_cause *rows, size_t n,
                          enum bnc_event_type type, bool idle)
{
    v->causes = rows;
    v->n_causes = n;
    v->type = type;
    put_told(v, false, idle);
}

static inline void put_list(struct bnc_value *v, const struct bnc_span *l, size_t n)
{
    v->list = l;
    v->n_list = n;
    put_told(v, false, false);
}

static void put_small(struct bnc_value *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3), unused));
static void put_small(struct bnc_value *v, const char *fmt, ...)
{
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(v->small, sizeof v->small, fmt, ap);
    va_end(ap);
    put_text_if(v, true,
            bnc_span_from(v->small, n < 0                         ? 0
                                    : (size_t)n < sizeof v->small ? (size_t)n
                                                                  : sizeof v->small - 1));
}

static inline void put_enhanced(struct bnc_value *v, uint32_t e)
{
    if (e != 0)
        put_small(v, "%u.%u.%u", BNC_ENHANCED_CLASS(e), BNC_ENHANCED_SUBJECT(e),
              BNC_ENHANCED_DETAIL(e));
    else
        put_none(v);
}

static inline void put_template_id(struct bnc_value *v, uint64_t key)
{
    bnc_key_spell(v->small, key);
    put_text_if(v, true, bnc_span_from(v->small, BNC_KEY_DIGITS));
}

static inline void put_reply(struct bnc_value *v, uint16_t code)
{
    put_integer(v, code, code == 0);
}

static inline const struct bnc_rate *rate_of(const struct bnc_rates *r, size_t i,
                                             enum bnc_metric metric)
{
    return r == NULL ? NULL : &r[i].of[metric];
}

/* Columns that several sections share, so that they mean and say the same everywhere. */
/* clang-format off: one column a line */
#define COL_EVENTS(use_bounce) \
    { "delivered", "Delivered", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", \
      "Messages the receiving server accepted." }, \
    { "bounces", "Bounced", BNC_VALUE_COUNT, use_bounce, "events", "Permanent, final failures." }, \
    { "deferrals", "Deferred", BNC_VALUE_COUNT, use_bounce, "events", \
      "Temporary failures; a retry may follow." }, \
    { "complaints", "Complaints", BNC_VALUE_COUNT, BNC_USE_PAGE, "events", \
      "Feedback loop reports." }, \
    { "suppressed", "Suppressed", BNC_VALUE_COUNT, 0, "events", \
      "Refused by the ESP before sending." }, \
    { "sent", "Sent", BNC_VALUE_COUNT, 0, "events", \
      "Attempts whose outcome the row does not tell." }
#define COL_RATES \
    { "bounce_rate", "Bounce rate", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "Bounced of attempted." }, \
    { "hard_bounce_rate", "Hard-bounce rate", BNC_VALUE_RATE, BNC_USE_PAGE, NULL, \
      "Permanent failures of the address itself, of attempted." }, \
    { "complaint_rate", "Complaint rate", BNC_VALUE_RATE, BNC_USE_PAGE, NULL, \
      "Complaints of delivered." }, \
    { "deferral_rate", "Deferral rate", BNC_VALUE_RATE, 0, NULL, \
      "Recipients deferred at least once, of attempted recipients." }
#define COL_SEEN \
    { "first_seen", "First seen", BNC_VALUE_TIME, 0, "UTC", "Time of the first event." }, \
    { "last_seen", "Last seen", BNC_VALUE_TIME, 0, "UTC", "Time of the last event." }
/* clang-format on */

static inline void put_events(struct bnc_value *v, const uint64_t n[BNC_N_EVENTS])
{
    put_count(v++, n[BNC_EVENT_DELIVERED]);
    put_count(v++, n[BNC_EVENT_BOUNCE]);
    put_count(v++, n[BNC_EVENT_DEFERRAL]);
    put_count(v++, n[BNC_EVENT_COMPLAINT]);
    put_count(v++, n[BNC_EVENT_SUPPRESSED]);
    put_count(v++, n[BNC_EVENT_SENT]);
}
#define N_EVENT_COLS 6

static inline void put_rates(struct bnc_value *v, const struct bnc_rates *r, size_t i)
{
    put_rate(v++, rate_of(r, i, BNC_METRIC_BOUNCE_RATE));
    put_rate(v++, rate_of(r, i, BNC_METRIC_HARD_BOUNCE_RATE));
    put_rate(v++, rate_of(r, i, BNC_METRIC_COMPLAINT_RATE));
    put_rate(v++, rate_of(r, i, BNC_METRIC_DEFERRAL_RATE));
}
#define N_RATE_COLS 4

static inline void put_source(const struct bnc_model *m, struct bnc_value *v, uint32_t at)
{
    const struct bnc_span s = bnc_model_source(m, at);

    put_text_if(v, s.len > 0, s);
}

static inline void put_optional(struct bnc_value *v, const char *s)
{
    put_text_if(v, s != NULL, bnc_span_str(s == NULL ? "" : s));
}

#endif
