/* SPDX-License-Identifier: MIT
 * count.h - what becomes of rows: events that are judged and counted.
 */
#ifndef BNC_ENGINE_COUNT_H
#define BNC_ENGINE_COUNT_H

#include "engine/run.h"

/* What the counting sinks go by. */
struct bnc_counting {
    bool sample;                         /* remember a sample of the rows */
    const struct bnc_overlap *overlap;   /* rows to count once, or NULL */
    const bool *shares;                  /* [inputs]: takes part in the overlap */
    struct bnc_share share;              /* of the rows that bnc_mark_sink() remembers */
    struct bnc_input *inputs;            /* to be told of headers of other tables in them */
};

/* Rows into the worker's part. */
struct bnc_sink bnc_count_sink(struct bnc_counting *count);
/* Only remembers every row of the inputs that take part in an overlap. */
struct bnc_sink bnc_mark_sink(struct bnc_counting *count);

/* Whether events of this type carry a response to classify. */
bool bnc_event_is_judged(enum bnc_event_type type);

/*
 * Completes the provider (by domain, already there if the tables know it, else by MX, else by the
 * reply) and gives the item its entry.  BNC_ENOMEM.
 */
enum bnc_status bnc_item_judge(struct bnc_worker *w, struct bnc_item *item);

/* What is wrong where a row is BNC_FAULT_OTHER_HEADER. */
#define BNC_OTHER_HEADER_TEXT                                                          \
    "the header of another table stands among the rows, and what follows has other "  \
    "columns than the first header says; give both tables as files of their own"

#endif
