/* SPDX-License-Identifier: MIT
 * rejects.h - malformed rows kept with their places, for --rejects FILE.
 */
#ifndef BNC_ENGINE_REJECTS_H
#define BNC_ENGINE_REJECTS_H

#include "engine/pool.h"

struct bnc_reject {
    uint32_t source;
    enum bnc_row_fault fault;
    uint64_t row, off;
    struct bnc_span raw;                 /* at most BNC_REJECT_BYTES of it, in the arena */
    bool cut;
};

#define BNC_REJECT_BYTES ((size_t)64 << 10)

struct bnc_rejects {                     /* one worker's; zero-initialized is empty */
    struct bnc_reject *at;
    size_t n, cap;
    struct bnc_arena arena;
};

enum bnc_status bnc_rejects_add(struct bnc_rejects *rejects, uint32_t source,
                                enum bnc_row_fault fault, const struct bnc_row *row);
void bnc_rejects_release(struct bnc_rejects *rejects);

/*
 * The rows of all workers as CSV (file,row,byte,kind,raw) in the order of the inputs, appended to
 * 'out'. 'all' is a sorted copy of every worker's array.
 */
void bnc_rejects_print(struct bnc_reject *all, size_t n, const struct bnc_input *inputs,
                       struct bnc_buf *out);

#endif
