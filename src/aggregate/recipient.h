/* SPDX-License-Identifier: MIT
 * recipient.h - what is to be kept of an event's recipient; private to the room.
 */
#ifndef BNC_AGGREGATE_RECIPIENT_H
#define BNC_AGGREGATE_RECIPIENT_H

#include "aggregate/often.h"
#include "aggregate/part.h"
#include "tables/names.h"

/* Whether an address with this outcome may land on a list. */
static inline bool bnc_event_is_listed(enum bnc_event_type type)
{
    return type == BNC_EVENT_BOUNCE || type == BNC_EVENT_DEFERRAL || type == BNC_EVENT_COMPLAINT ||
           type == BNC_EVENT_SUPPRESSED;
}

static inline bool bnc_has_capitals(struct bnc_span s)
{
    unsigned found = 0;

    for (size_t i = 0; i < s.len; i++)
        found |= (unsigned char)(s.at[i] - 'A') < 26;
    return found != 0;
}

/*
 * Whether no list can need the text that this deferral brings: 'local', with its '@'. Capitals sort
 * first, and of the spellings of an address the first is shown; names that must never be mailed are
 * counted whatever became of them.
 */
static inline bool bnc_text_is_needless(const struct bnc_part *part, struct bnc_span local,
                                        uint64_t fp)
{
    const struct bnc_role *role;

    if (bnc_has_capitals(local))
        return false;
    role = bnc_role_of(bnc_span_from(local.at, local.len - 1));
    return (role == NULL || !role->never) && !bnc_often_deferred(part->often, fp);
}

/* The recipient without its domain, if it ends in '@' and that; else at is NULL. */
static inline struct bnc_span bnc_recipient_local(const struct bnc_event *e)
{
    const struct bnc_span r = e->recipient, d = e->domain;
    const size_t len = r.len - d.len;

    if (d.len == 0 || r.len <= d.len || r.at[len - 1] != '@' ||
        (r.at + len != d.at && !bnc_span_eq_nocase(bnc_span_from(r.at + len, d.len), d)))
        return bnc_span_from(NULL, 0);
    return bnc_span_from(r.at, len);
}

/* Whether lean logs may keep an address, of which 'local' is what bnc_recipient_local() said. */
static inline bool bnc_recipient_is_lean(const struct bnc_event *e, struct bnc_span local)
{
    return local.at != NULL && local.len <= BNC_LEAN_TEXT && e->recipient.len <= BNC_LEAN_ADDRESS &&
           memchr(e->domain.at, '@', e->domain.len) == NULL;
}

/* What is known of an event's recipient, before it is logged. */
struct bnc_recipient {
    struct bnc_span local; /* as bnc_recipient_local() */
    bool is_kept; /* the text is to be kept */
};

/* A text is kept unless this spelling was kept just now or nobody will need it. */
static inline struct bnc_recipient bnc_recipient_look_at(struct bnc_part *part,
                                                         const struct bnc_event *e, uint64_t fp)
{
    struct bnc_recipient w = { .local = bnc_recipient_local(e) };
    uint64_t spelling, *recent;

    if (!bnc_event_is_listed(e->type) ||
        (part->often != NULL && e->type == BNC_EVENT_DEFERRAL && w.local.at != NULL &&
         bnc_text_is_needless(part, w.local, fp)))
        return w;
    spelling = bnc_hash_span(e->recipient) + (w.local.at != NULL); /* what is kept differs */
    recent = &part->recent[spelling & 255];
    w.is_kept = *recent != spelling;
    *recent = spelling;
    return w;
}

#endif
