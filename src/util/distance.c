/* SPDX-License-Identifier: MIT */
#include "util/distance.h"

unsigned bnc_span_distance(struct bnc_span a, struct bnc_span b)
{
    unsigned row[64];

    a.len = a.len < 63 ? a.len : 63;
    b.len = b.len < 63 ? b.len : 63;
    for (unsigned j = 0; j <= b.len; j++)
        row[j] = j;
    for (unsigned i = 1; i <= a.len; i++) {
        unsigned diagonal = row[0];

        row[0] = i;
        for (unsigned j = 1; j <= b.len; j++) {
            const unsigned same = diagonal + (bnc_lower(a.at[i - 1]) != bnc_lower(b.at[j - 1]));
            const unsigned gap = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;

            diagonal = row[j];
            row[j] = same < gap ? same : gap;
        }
    }
    return row[b.len];
}
