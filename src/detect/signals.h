/* SPDX-License-Identifier: MIT
 * signals.h - where, when and in which family of causes one provider's refusals stand out.  Private
 * to detect/.
 */
#ifndef BNC_DETECT_SIGNALS_H
#define BNC_DETECT_SIGNALS_H

#include "detect/judging.h"

#define BNC_QUEUE_DAYS 5 /* how long servers keep trying (RFC 5321 section 4.5.4.1) */

struct bnc_signal {
    size_t row; /* of g->series; 0: all providers together */
    enum bnc_family family;
    bool steady; /* throughout: w covers every day */
    bool weak; /* too small to be told alone; it joins a strong one of its family and days */
    bool used; /* told, or explained by what was told */
    bool is_single; /* the story of one organization; set by bnc_singles_find() */
    struct bnc_window w;
    double low; /* lower bound of the share inside */
    double rate_out;
    uint64_t recipients; /* distinct, inside; an estimate where the window is not everything */
};

struct bnc_signals {
    struct bnc_signal *at;
    size_t n;
};

/* Waves of unknown users at one provider alone, a few days long: its fault, not the list's. */
enum bnc_status bnc_waves_find(struct bnc_judging *g, struct bnc_signals *signals);

/*
 * Every (provider, family) that stands out, by family, then row.  BNC_FAMILY_ADDRESS and COMPLAINT
 * are not among them; 'waves' are those found before.
 */
enum bnc_status bnc_signals_find(struct bnc_judging *g, const struct bnc_signals *waves,
                                 struct bnc_signals *signals);

/* Do two signals share a day? */
bool bnc_signals_overlap(const struct bnc_signal *a, const struct bnc_signal *b);

/* The threshold row of a family. */
const struct bnc_threshold *bnc_family_limit(enum bnc_family family);

/* The events of a family in provider[p] over everything: bounces and deferrals. */
uint64_t bnc_family_events(const struct bnc_provider_total *p, enum bnc_family family);
/*
 * Distinct recipients likewise; one that met two causes of the family counts twice, so it is capped
 * by all that failed.
 */
uint64_t bnc_family_recipients(const struct bnc_provider_total *p, enum bnc_family family);

#endif
