/* SPDX-License-Identifier: MIT
 * section_findings.c - sections of what was judged: verdicts, findings, rates, limits,
 * contradictions.
 */
#include "report/section_parts.h"

/* ---- verdicts and findings ---- */

static const struct bnc_column verdict_cols[] = {
    { "rank", "#", BNC_VALUE_COUNT, BNC_USE_BOTH, NULL,
      "Place in the order of what fixing would win back." },
    { "severity", "Severity", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "info, monitor, fix_soon or critical." },
    { "headline", "What", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL,
      "What happens, where, since when and on whose side." },
    { "side", "Side at fault", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "since", "Since", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC",
      "Onset of the change, else the first event." },
    { "until", "Until", BNC_VALUE_TIME, BNC_USE_PAGE, "UTC",
      "End of the change; null while it goes on or where none was found." },
    { "ongoing", "Ongoing", BNC_VALUE_FLAG, BNC_USE_PAGE, NULL,
      "True if the last day of the input still shows it." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients affected." },
    { "action", "What to do first", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL,
      "The first action; all of them are in the findings." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_BOTH, "percent",
      "How sure the verdict is, 0 to 100." },
};

static size_t n_findings(const struct bnc_model *m)
{
    return m->judged->n_findings;
}

static void verdict_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_finding *f = &m->judged->findings[i];

    put_count(v++, i + 1);
    put_word(v++, bnc_priority_names[f->severity]);
    put_text(v++, f->headline);
    put_word(v++, bnc_side_names[f->side]);
    put_moment(v++, f->onset != BNC_NO_TIME ? f->onset : f->first_seen);
    put_moment(v++, f->end);
    put_flag(v++, f->ongoing);
    put_count(v++, f->recipients);
    if (f->n_actions > 0)
        put_text(v++, f->actions[0]);
    else
        put_none(v++);
    put_count(v++, f->confidence);
}

static const struct bnc_column finding_cols[] = {
    { "rank", "#", BNC_VALUE_COUNT, BNC_USE_BOTH, NULL,
      "Place in the order of what fixing would win back." },
    { "kind", "Kind", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Kind of finding." },
    { "severity", "Severity", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "info, monitor, fix_soon or critical." },
    { "scope", "Scope", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "recipient_local, domain_wide, provider_wide or sender_wide." },
    { "subject_type", "Subject type", BNC_VALUE_WORD, 0, NULL, "What the subject is." },
    { "subject", "Subject", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "Whom it is about; empty for the whole export." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "The cause; null where several or none." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "by_code", "By code", BNC_VALUE_FLAG, 0, NULL,
      "True where the input has no deliveries: judged by codes and spread, not by share." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients affected." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Failures that belong to it." },
    { "attempted", "Attempted", BNC_VALUE_COUNT, 0, "messages",
      "Final outcomes of the subject; 0 where unknown." },
    { "rate", "Rate", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "The rate that was judged." },
    { "interval", "95 % interval", BNC_VALUE_INTERVAL, BNC_ONLY_JSON, NULL,
      "Wilson interval of the rate." },
    { "judgement", "Judgement", BNC_VALUE_WORD, BNC_ONLY_JSON, NULL,
      "The rate against its limit." },
    { "onset", "Onset", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC",
      "Start of the change in the daily series." },
    { "end", "End", BNC_VALUE_TIME, BNC_USE_BOTH, "UTC",
      "End of the change; null while it goes on." },
    { "ongoing", "Ongoing", BNC_VALUE_FLAG, 0, NULL,
      "True if the last day of the input still shows it." },
    { "first_seen", "First seen", BNC_VALUE_TIME, 0, "UTC", "Time of the first event." },
    { "last_seen", "Last seen", BNC_VALUE_TIME, 0, "UTC", "Time of the last event." },
    { "templates", "Responses", BNC_VALUE_LIST, 0, NULL,
      "Masked responses that show it, most recipients first." },
    { "headline", "What", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "One sentence." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, 0, NULL, "What it means." },
    { "checks", "Check", BNC_VALUE_LIST, 0, NULL, "What to check, in order." },
    { "actions", "Do", BNC_VALUE_LIST, 0, NULL, "What to do, in order." },
    { "letter", "Letter", BNC_VALUE_PROSE, 0, NULL,
      "Text to send to a postmaster or to ESP support." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_BOTH, "percent",
      "How sure the verdict is, 0 to 100." },
    { "sources", "Sources", BNC_VALUE_LIST, 0, NULL, "Standards and vendor pages behind it." },
    { "also", "Also at", BNC_VALUE_LIST, 0, NULL, "Further subjects of the same incident." },
};

static void finding_who(const struct bnc_finding *f, struct bnc_value *v)
{
    put_word(v++, bnc_finding_names[f->kind]);
    put_word(v++, bnc_priority_names[f->severity]);
    put_word(v++, bnc_scope_names[f->scope]);
    put_word(v++, bnc_subject_type_names[f->subject_type]);
    put_text(v++, f->subject);
    put_optional(v++, f->cause >= 0 ? bnc_causes[f->cause].name : NULL);
    put_word(v++, bnc_side_names[f->side]);
    put_flag(v++, f->by_code);
}

static void finding_numbers(const struct bnc_finding *f, struct bnc_value *v)
{
    put_count(v++, f->recipients);
    put_count(v++, f->events);
    put_count(v++, f->attempted);
    put_rate(v++, &f->rate);
    put_rate(v++, &f->rate);
    put_word(v++, bnc_judgement_names[f->rate.judgement]);
    put_moment(v++, f->onset);
    put_moment(v++, f->end);
    put_flag(v++, f->ongoing);
    put_moment(v++, f->first_seen);
    put_moment(v++, f->last_seen);
}

static void finding_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_finding *f = &m->judged->findings[i];

    put_count(v++, i + 1);
    finding_who(f, v);
    finding_numbers(f, v += 8);
    v += 11;
    put_list(v++, m->finding_templates[i], f->n_templates);
    put_text(v++, f->headline);
    put_text(v++, f->meaning);
    put_list(v++, f->checks, f->n_checks);
    put_list(v++, f->actions, f->n_actions);
    put_text(v++, f->letter);
    put_count(v++, f->confidence);
    put_list(v++, f->sources, f->n_sources);
    put_list(v++, f->also, f->n_also);
}

const struct bnc_section bnc_section_verdicts = {
    .id = "verdicts",
    .title = "Verdicts",
    .about = "What happened, since when, on whose side, and what to do first.",
    .rest = "no finding",
    COLS(verdict_cols),
    .count = n_findings,
    .row = verdict_row,
    .page = true,
};
const struct bnc_section bnc_section_findings = {
    .id = "findings",
    .title = "Findings",
    .about =
        "Everything found, ranked by severity and by the recipients that a fix would win back.",
    .rest = "nothing found",
    COLS(finding_cols),
    .count = n_findings,
    .row = finding_row,
    .page = true,
};

/* ---- headline rates ---- */

static const struct bnc_column rate_cols[] = {
    { "metric", "Rate", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Which rate." },
    { "rate", "Value", BNC_VALUE_RATE, BNC_USE_BOTH, NULL, "The rate of everything in the input." },
    { "baseline", "Baseline", BNC_VALUE_RATE, BNC_USE_PAGE | BNC_USE_BASELINE, NULL,
      "The same rate of the baseline; null without one." },
    { "change", "Change", BNC_VALUE_CHANGE, BNC_USE_PAGE | BNC_USE_BASELINE, NULL,
      "Rate less baseline; null where either is not known." },
    { "numerator_is", "Counted", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL,
      "What the numerator counts." },
    { "denominator_is", "Of", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What the denominator counts." },
    { "note", "Note", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the rate leaves out." },
};

static const char *const rate_words[BNC_N_METRICS][3] = {
    [BNC_METRIC_BOUNCE_RATE] = { "messages whose final outcome is a permanent failure",
                                 "messages attempted: delivered and bounced",
                                 "suppressed rows are no attempts, retries no new ones" },
    [BNC_METRIC_HARD_BOUNCE_RATE] = { "permanent failures of the address itself",
                                      "messages attempted: delivered and bounced",
                                      "blocks, policy, authentication and full mailboxes are not "
                                      "in it" },
    [BNC_METRIC_COMPLAINT_RATE] = { "feedback loop reports",
                                    "messages delivered to providers that send complaints back",
                                    "Gmail and iCloud send none: not measurable from exports" },
    [BNC_METRIC_DEFERRAL_RATE] = { "recipients deferred at least once", "recipients attempted",
                                   "a deferral that was delivered later counts too" },
};

static size_t n_metrics(const struct bnc_model *m)
{
    (void)m;
    return BNC_N_METRICS;
}

static void rate_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_rate *now = &m->judged->overall.of[i],
                          *before =
                              m->judged->has_baseline ? &m->judged->baseline_overall.of[i] : NULL;

    put_word(v++, bnc_metric_names[i]);
    put_rate(v++, now);
    put_rate(v++, before);
    put_change(v++, now, before);
    put_prose(v++, rate_words[i][0]);
    put_prose(v++, rate_words[i][1]);
    put_prose(v++, rate_words[i][2]);
}

const struct bnc_section bnc_section_rates = {
    .id = "rates",
    .title = "Headline rates",
    .about = "Each rate of the whole input with its numerator, denominator and 95 % interval.",
    .rest = "no rates",
    COLS(rate_cols),
    .count = n_metrics,
    .row = rate_row,
    .page = true,
};

/* ---- limits ---- */

static const struct bnc_column limit_cols[] = {
    { "who", "Who", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose limit it is." },
    { "metric", "Metric", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What is limited." },
    { "rate", "This period", BNC_VALUE_RATE, BNC_USE_BOTH, NULL,
      "The value by the limit's own numerator and denominator." },
    { "warn", "Warning", BNC_VALUE_SHARE, 0, NULL,
      "Where the publisher begins to warn; null: no such level." },
    { "limit", "Limit", BNC_VALUE_SHARE, BNC_USE_BOTH, NULL, "The published limit." },
    { "headroom", "Headroom", BNC_VALUE_INTEGER, BNC_USE_BOTH, "events",
      "Events until the limit; negative: over it; null where it is not a count." },
    { "scope", "Measured over", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What the limit is about." },
    { "consequence", "Consequence", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL,
      "What happens beyond it." },
    { "source", "Source", BNC_VALUE_PROSE, 0, NULL, "Where the limit is published." },
    { "ours", "Ours", BNC_VALUE_FLAG, 0, NULL,
      "True for limits of mailbox providers and of platforms whose failures were read; the others "
      "would hold if the same mail went out there." },
};

static size_t n_limits(const struct bnc_model *m)
{
    return m->judged->n_limits;
}

static void limit_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_limit_row *l = &m->judged->limits[m->limits[i]];

    put_word(v++, l->who);
    put_word(v++, l->metric);
    put_rate(v++, &l->rate);
    put_level(v++, l->rate.warn);
    put_level(v++, l->rate.limit);
    put_integer(v++, l->headroom, l->headroom == INT64_MAX || l->rate.den == 0);
    put_prose(v++, l->scope);
    put_prose(v++, l->consequence);
    put_prose(v++, l->source);
    put_flag(v++, l->ours);
}

const struct bnc_section bnc_section_limits = {
    .id = "limits",
    .title = "Limits and headroom",
    .about = "Published limits against this period: first those of mailbox providers and of the "
             "platforms whose failures were read, then, for comparison, of others; in both what is "
             "over a limit or near it first.",
    .rest = "no limit applies",
    COLS(limit_cols),
    .count = n_limits,
    .row = limit_row,
    .page = true,
};

/* ---- contradictions ---- */

static const struct bnc_column contradiction_cols[] = {
    { "esp", "ESP", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Whose label it is." },
    { "label", "ESP label", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "What the ESP calls it." },
    { "hardness", "ESP says", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "hard, soft or unknown by the ESP's label." },
    { "cause", "We say", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Cause by response." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Side at fault of the cause." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows that disagree." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "lost_for_nothing", "Lost for nothing", BNC_VALUE_FLAG, BNC_USE_BOTH, NULL,
      "The ESP calls it hard, and it is not the recipient's doing." },
    { "kept_though_dead", "Kept though dead", BNC_VALUE_FLAG, BNC_USE_BOTH, NULL,
      "The ESP calls it soft, and the address is dead." },
};

static size_t n_contradictions(const struct bnc_model *m)
{
    return m->judged->n_contradictions;
}

static void contradiction_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    static const char *const hardness[] = { "none", "hard", "soft", "unknown" };
    const struct bnc_contradiction_row *c = &m->judged->contradictions[i];

    put_text(v++, c->esp);
    put_text(v++, c->label);
    put_word(v++, hardness[c->hardness]);
    put_word(v++, bnc_causes[c->cause].name);
    put_word(v++, bnc_side_names[bnc_causes[c->cause].side]);
    put_count(v++, c->events);
    put_count(v++, c->recipients);
    put_flag(v++, c->lost_for_nothing);
    put_flag(v++, c->kept_though_dead);
}

const struct bnc_section bnc_section_contradictions = {
    .id = "contradictions",
    .title = "ESP label against response",
    .about = "Where the ESP's label and the server's own words disagree.",
    .rest = "no contradictions",
    COLS(contradiction_cols),
    .count = n_contradictions,
    .row = contradiction_row,
    .page = true,
};
