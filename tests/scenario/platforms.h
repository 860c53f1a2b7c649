/* SPDX-License-Identifier: MIT
 * platforms.h - one event as the exports of different platforms write it.  For generators of test
 * data.
 */
#ifndef SCENARIO_PLATFORMS_H
#define SCENARIO_PLATFORMS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum row_kind { ROW_SENT, ROW_DELIVERED, ROW_DEFERRED, ROW_BOUNCED, ROW_SUPPRESSED, ROW_COMPLAINED };

struct row {
    enum row_kind kind;
    int64_t time;
    const char *to, *sender, *ip, *mx, *campaign;
    const char *reply; /* "550 5.1.1 no such user"; "" for none */
    unsigned long id; /* of the message */
};

struct platform {
    const char *name, *file, *header; /* header "": none */
    bool has_ip, has_campaign;
    bool has_deferrals, has_sent, has_suppressed;
    void (*put)(FILE *f, const struct row *r);
};

extern const struct platform platforms[];
extern const unsigned n_platforms;

#endif
