/* SPDX-License-Identifier: MIT
 * flow.h - one source read from start to end by one thread, whatever it is wrapped in.
 *
 *     file | pipe | member  ->  gunzip | unzstd | as it is  ->  UTF-16 | Latin-1 | as it is
 *     ->  a JSON document as JSON Lines | as it is  ->  UTF-8 bytes
 *
 * The general way, for what cannot be read side by side, and the way every source is looked at
 * first.
 */
#ifndef BNC_INGEST_FLOW_H
#define BNC_INGEST_FLOW_H

#include "ingest/archive.h"
#include "ingest/gunzip.h"
#include "ingest/json_lines.h"
#include "ingest/source.h"
#include "ingest/transcode.h"
#include "ingest/unzstd.h"

/* A source with what is the room's own; 'pub' comes first, so that either pointer is the other. */
struct bnc_source_own {
    struct bnc_source pub;
    struct bnc_archive *archive; /* of a ZIP member, owned by the list */
    uint32_t crc;                /* of a ZIP member */
    bool is_known;               /* container and encoding were detected, and: */
    bool has_print;              /* head() took a fingerprint of the file: */
    uint64_t print;
    uint64_t mark_bytes;         /* of the UTF-8 byte order mark in front, 0 if there is none */
    struct bnc_flow *flow; /* kept open between head() and the run where bytes come only once */
    char *kept;            /* bytes head() took from 'flow' */
    size_t kept_len;
};

static inline struct bnc_source_own *bnc_source_own(struct bnc_source *src)
{
    return (struct bnc_source_own *)src;
}

struct bnc_flow;

/*
 * Opens a source and looks at its head: fills container and encoding, refuses what is no table.
 * BNC_ENOINPUT, BNC_EIO, BNC_EDATA, BNC_EUSAGE, BNC_ENOMEM.
 */
enum bnc_status bnc_flow_open(struct bnc_flow **flow, struct bnc_source_own *src,
                              const struct bnc_ingest_options *opt, struct bnc_error *err);

/*
 * Fills 'out' with the next 'cap' bytes; fewer only at the end.  A fault comes alone, after all
 * bytes before it were given out, and again with every later call.
 */
enum bnc_status bnc_flow_read(struct bnc_flow *flow, char *out, size_t cap, size_t *n,
                              struct bnc_error *err);

/* Bytes taken from the file so far. */
uint64_t bnc_flow_bytes_in(const struct bnc_flow *flow);

/* The file, for a look at its size; -1 for a ZIP member. */
int bnc_flow_fd(const struct bnc_flow *flow);

void bnc_flow_close(struct bnc_flow *flow);

/* Opens the file of a source (standard input: a duplicate); -1 with errno. */
int bnc_source_fd(const struct bnc_source *src);

#endif
