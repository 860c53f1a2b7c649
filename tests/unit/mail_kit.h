/* SPDX-License-Identifier: MIT
 * mail_kit.h - a few lines of mail, said event by event, through classifier and tally to the
 * judgement: for the tests of detect/.
 */
#ifndef BNC_TESTS_MAIL_KIT_H
#define BNC_TESTS_MAIL_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "aggregate/often.h"
#include "detect/finding.h"
#include "util/buf.h"

#define KIT_START INT64_C(1790812800) /* 2026-10-01T00:00:00Z */
#define KIT_DAY 86400

#define KIT_NO_USER                                                                                \
    "550 5.1.1 <*>: Recipient address rejected: User unknown in virtual mailbox table"
#define KIT_FULL_5 "552 5.2.2 <*>: user is over quota"
#define KIT_FULL_4 "452 4.2.2 Mailbox full"
#define KIT_TIMEOUT "451 4.4.1 connection timed out"
#define KIT_NULL_MX "556 5.1.10 Recipient address has null MX"
#define KIT_DMARC                                                                                  \
    "550-5.7.26 Unauthenticated email from shop.example is not accepted due to domain's "          \
    "550-5.7.26 DMARC policy. gsmtp"
#define KIT_LISTED                                                                                 \
    "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"

#define KIT_PARTS 3u
struct kit {
    struct bnc_classifier *classifier;
    struct bnc_verdicts *verdicts;
    struct bnc_part *part, *spread[KIT_PARTS]; /* events go to 'part', which is one of them */
    struct bnc_often *often;
    struct bnc_tally *tally;
    struct bnc_judged *judged;
    struct bnc_error err;
    uint64_t rows;
    const char *ip, *sender; /* of what is said next */
    const struct bnc_esp *esp; /* likewise, and what it calls a failure */
    enum bnc_hardness hardness;
};

/* 'lists_only' as in struct bnc_part_options. */
static inline void kit_open_for(struct kit *k, bool lists_only)
{
    const struct bnc_classifier_options opt = { .rules_path = NULL };
    struct bnc_part_options part = { .detail = BNC_DETAIL_LISTS,
                                     .seed = 77,
                                     .lists_only = lists_only };

    memset(k, 0, sizeof *k);
    part.often = k->often = calloc(1, sizeof *k->often);
    assert_non_null(k->often);
    assert_int_equal(bnc_classifier_create(&k->classifier, &opt, &k->err), BNC_OK);
    k->verdicts = bnc_verdicts_create(k->classifier);
    part.classifier = k->classifier;
    assert_non_null(k->verdicts);
    for (unsigned i = 0; i < KIT_PARTS; i++) {
        k->spread[i] = bnc_part_create(&part);
        assert_non_null(k->spread[i]);
    }
    k->part = k->spread[0];
    k->ip = "203.0.113.1";
    k->sender = "shop.example";
}

static inline void kit_open(struct kit *k)
{
    kit_open_for(k, false);
}

static inline void kit_close(struct kit *k)
{
    bnc_judged_free(k->judged);
    bnc_tally_free(k->tally);
    for (unsigned i = 0; i < KIT_PARTS; i++)
        bnc_part_free(k->spread[i]);
    free(k->often);
    bnc_verdicts_free(k->verdicts);
    bnc_classifier_free(k->classifier);
}

/* One event; 'time' BNC_NO_TIME for none, 'text' NULL for none. */
static inline void kit_say(struct kit *k, int64_t time, enum bnc_event_type type,
                           const char *address, const char *text, const char *campaign)
{
    const char *at = strrchr(address, '@');
    struct bnc_item item = { .event = { .type = type,
                                        .hardness = k->hardness,
                                        .esp = k->esp,
                                        .time = time,
                                        .recipient = bnc_span_str(address),
                                        .domain = bnc_span_str(at + 1),
                                        .diagnostic = bnc_span_str(text != NULL ? text : ""),
                                        .campaign = bnc_span_str(campaign),
                                        .sender_domain = bnc_span_str(k->sender),
                                        .sending_ip = bnc_span_str(k->ip) },
                             .row = ++k->rows,
                             .off = k->rows * 100 };

    assert_int_equal(bnc_part_locate(k->part, &item, 1), BNC_OK);
    if (type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL || type == BNC_EVENT_COMPLAINT ||
        type == BNC_EVENT_SUPPRESSED) {
        item.entry = bnc_verdicts_get(k->verdicts, &item.event, item.provider);
        assert_non_null(item.entry);
        item.provider = item.entry->verdict.provider;
    }
    assert_int_equal(bnc_part_add(k->part, &item, 1, 0), BNC_OK);
}

/* The same, 'day' days and an hour after the beginning, address "u<n>@<domain>". */
static inline void kit_mail(struct kit *k, int day, enum bnc_event_type type, unsigned n,
                            const char *domain, const char *text, const char *campaign)
{
    char address[80];

    snprintf(address, sizeof address, "u%u@%s", n, domain);
    kit_say(k, KIT_START + day * KIT_DAY + 3600 + (int64_t)(n % 3600), type, address, text,
            campaign);
}

/* Ordinary mail: 'people' at a domain, accepted on each of the days from .. to. */
static inline void kit_accept(struct kit *k, int from, int to, unsigned people, const char *domain)
{
    char campaign[24];

    for (int day = from; day <= to; day++) {
        snprintf(campaign, sizeof campaign, "news-%02d", day);
        for (unsigned n = 0; n < people; n++)
            kit_mail(k, day, BNC_EVENT_DELIVERED, n, domain, NULL, campaign);
    }
}

static inline void kit_judge(struct kit *k, const struct bnc_detect_options *opt)
{
    const char *why = "";

    assert_int_equal(bnc_tally_finish(&k->tally, k->spread, KIT_PARTS, NULL, NULL, &k->err),
                     BNC_OK);
    assert_true(bnc_tally_check(k->tally, &why));
    assert_int_equal(bnc_judge(&k->judged, k->tally, opt, &k->err), BNC_OK);
}

/* The first finding of that kind, or NULL. */
static inline const struct bnc_finding *kit_find(const struct kit *k, enum bnc_finding_kind kind)
{
    for (size_t i = 0; i < k->judged->n_findings; i++)
        if (k->judged->findings[i].kind == kind)
            return &k->judged->findings[i];
    return NULL;
}

static inline unsigned kit_above_info(const struct kit *k)
{
    unsigned n = 0;

    for (size_t i = 0; i < k->judged->n_findings; i++)
        n += k->judged->findings[i].severity > BNC_PRIORITY_INFO;
    return n;
}

static inline void assert_span(struct bnc_span s, const char *want)
{
    if (!bnc_span_eq(s, bnc_span_str(want)))
        fail_msg("'%.*s' is not '%s'", (int)s.len, s.at, want);
}

/* The domain of that name in the tally. */
static inline size_t kit_domain(const struct kit *k, const char *name)
{
    size_t i = 0;

    while (i < k->tally->n_domains && !bnc_span_eq(k->tally->domains[i].name, bnc_span_str(name)))
        i++;
    assert_true(i < k->tally->n_domains);
    return i;
}

#endif
