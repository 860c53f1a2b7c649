/* SPDX-License-Identifier: MIT
 * lists_explain.c - why one address is on which list: the decision, then the outcomes it rests on.
 */
#include "detect/decision.h"
#include "detect/judging.h"
#include "detect/lists.h"
#include "util/idn.h"
#include "util/utf8.h"

/* In 'room'; NULL: there is none, or, if that failed, no memory. */
static const struct bnc_address *find_address(const struct bnc_tally *t, struct bnc_span address,
                                              struct bnc_buf *room)
{
    for (size_t i = 0; i < t->n_addresses; i++) {
        const struct bnc_address *const a = bnc_tally_address(t, i, room);

        if (a == NULL || bnc_span_eq_nocase(bnc_address_text(a), address))
            return a;
    }
    return NULL;
}

static void put_when(struct bnc_buf *b, int64_t time)
{
    if (time == BNC_NO_TIME)
        bnc_buf_puts(b, "(no time)");
    bnc_time_put(b, time);
}

/* "2026-10-12T09:14:03Z  bounce    invalid_recipient  campaign october-1: 550 5.1.1 ..." */
static void put_outcome(struct bnc_buf *b, const struct bnc_tally *t, const struct bnc_outcome *o)
{
    const struct bnc_template *x =
        o->template <t->n_named_templates ? &t->templates[o->template] : NULL;

    bnc_buf_puts(b, "  ");
    put_when(b, bnc_outcome_time(o->last));
    bnc_buf_printf(b, "  %-10s campaign ", bnc_event_names[o->type]);
    bnc_plain_put(b, t->subject[BNC_KIND_CAMPAIGN][o->campaign].name);
    if (x != NULL) {
        bnc_buf_printf(b, "\n      %s (side: %s): ", bnc_causes[x->verdict.cause].name,
                       bnc_side_names[x->verdict.side]);
        bnc_plain_put(b, x->text);
    }
    bnc_buf_putc(b, '\n');
}

static void put_decision(struct bnc_buf *b, const struct bnc_decision *x, enum bnc_policy policy)
{
    if (x->list < 0)
        bnc_buf_printf(b, "on no list: %s\n", x->reason);
    else
        bnc_buf_printf(b, "on %s.csv: %s\n", bnc_list_names[x->list], x->reason);
    bnc_buf_printf(
        b,
        "policy %s; failures since the last delivery, retries within a campaign counted once: "
        "%llu\n",
        policy == BNC_POLICY_STRICT ? "strict" : "careful", (unsigned long long)x->events);
}

static void put_why(struct bnc_buf *b, const struct bnc_lists *lists, const struct bnc_address *a,
                    const struct bnc_outcome **run)
{
    const struct bnc_decision x = bnc_address_decide(lists, a, run);

    put_decision(b, &x, lists->policy);
    bnc_buf_puts(b, "what the input says, by campaign:\n");
    for (uint32_t i = 0; i < a->n_outcomes; i++)
        put_outcome(b, lists->tally, &a->outcomes[i]);
}

enum bnc_status bnc_lists_explain(const struct bnc_lists *lists, struct bnc_span address,
                                  struct bnc_buf *out, struct bnc_error *err)
{
    const struct bnc_tally *const tally = lists->tally;
    struct bnc_arena scratch = { .blocks = NULL };
    const struct bnc_span folded = bnc_idn_folded(&scratch, bnc_span_trim(address));
    struct bnc_buf room = { .at = NULL }, run_room = { .at = NULL };
    const struct bnc_address *const a = find_address(tally, folded, &room);
    const struct bnc_outcome **run = NULL;
    bool failed = folded.at == NULL || room.failed;

    bnc_plain_put(out, address);
    bnc_buf_putc(out, '\n');
    if (a == NULL)
        bnc_buf_puts(
            out,
            "on no list: the input holds no failure, complaint or suppression of this address\n");
    else if ((run = bnc_run_room(&run_room, a)) != NULL)
        put_why(out, lists, a, run);
    failed |= run_room.failed || out->failed;
    bnc_arena_release(&scratch);
    bnc_buf_release(&room);
    bnc_buf_release(&run_room);
    return failed ? bnc_error_nomem(err) : BNC_OK;
}
