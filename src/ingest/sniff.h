/* SPDX-License-Identifier: MIT
 * sniff.h - what bytes are, by looking at them; never by a name.  Pure functions.
 */
#ifndef BNC_INGEST_SNIFF_H
#define BNC_INGEST_SNIFF_H

#include "ingest/source.h"

/* Decoded bytes that decide; fewer only where the source is shorter. */
#define BNC_SNIFF_BYTES ((size_t)64 << 10)

/* The container by the first bytes of a file (24 are enough to tell BGZF from gzip). */
enum bnc_container bnc_sniff_container(struct bnc_span head);

/* What is no table at all, and what to do about it. */
struct bnc_refusal {
    const char *what;    /* "an Excel workbook (XLSX)" */
    const char *way_out; /* "save it as CSV UTF-8" */
};

/* NULL where the bytes may be a table.  'head' is decoded but in its original encoding, at most
 * BNC_SNIFF_BYTES. */
const struct bnc_refusal *bnc_sniff_refusal(struct bnc_span head);

/* A ZIP that is really a document, told by the name of one member; NULL where it does not tell. */
const struct bnc_refusal *bnc_sniff_zip_document(const char *member);

/* BNC_EDATA with the refusal's words. */
enum bnc_status bnc_refuse(const struct bnc_refusal *r, const char *name, struct bnc_error *err);

/* Byte order mark; its length, 0 if there is none, with '*encoding' set accordingly where there is
 * one. */
size_t bnc_sniff_bom(struct bnc_span head, enum bnc_encoding *encoding);

/*
 * The encoding of decoded bytes, never AUTO.  UTF-16 without a mark: most odd (or even) positions
 * of the first 512 are zero.  LATIN1 only where it is plain: several bytes above 127, none of which
 * is part of valid UTF-8; anything doubtful stays UTF8, which passes every byte on as it is.
 */
enum bnc_encoding bnc_sniff_encoding(struct bnc_span head);

#endif
