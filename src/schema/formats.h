/* SPDX-License-Identifier: MIT
 * formats.h - the export formats as data, and what the `formats` command says about them and
 * about one file. The three arrays are made from src/tables/formats.csv, esp_columns.csv and
 * esp_event_values.csv: a new format is rows there and no code.  Everything here is const and
 * shared by all threads.
 */
#ifndef BNC_SCHEMA_FORMATS_H
#define BNC_SCHEMA_FORMATS_H

#include "schema/event.h"
#include "util/buf.h"

#define BNC_ZONE_UNSTATED INT32_MIN
#define BNC_FORMAT_BY_ROW 0xff           /* the event is in a column */
#define BNC_FORMAT_TOTALS 0xfe           /* totals instead of rows per message: can't be analyzed */

enum bnc_several {                       /* how a recipient cell holds several */
    BNC_SEVERAL_NONE,                    /* (a JSON array of strings is understood in every
                                            format) */
    BNC_SEVERAL_SEMICOLON,               /* a;b with a parallel list of replies */
    BNC_SEVERAL_COMMA,
    BNC_SEVERAL_PACKED                   /* address##Receive, Fail;address##... in the event
                                            column */
};

enum bnc_addresses {                     /* what the recipient column may hold */
    BNC_ADDRESSES_YES,                   /* a row without one is faulty */
    BNC_ADDRESSES_PARTIAL,               /* may be missing, redacted or hashed */
    BNC_ADDRESSES_NONE,                  /* never any */
    BNC_ADDRESSES_INVALID                /* may be no address at all: that is why the row exists */
};

enum bnc_level { /* what a format can tell */
                 BNC_LEVEL_NO,
                 BNC_LEVEL_YES,
                 BNC_LEVEL_SIBLING /* rates with other files of the same export */,
                 BNC_LEVEL_NONE,
                 BNC_LEVEL_WORDING /* the vendor's own sentences */,
                 BNC_LEVEL_REPLY /* what the server said */,
                 BNC_LEVEL_TEXT /* codes inside the text */,
                 BNC_LEVEL_COLUMNS,
                 BNC_LEVEL_EVENT,
                 BNC_LEVEL_SEND /* time of sending */
};

enum bnc_transform {                     /* what is done to a cell before it is used */
    BNC_TRANSFORM_NONE,
    BNC_TRANSFORM_HOST,                  /* "mx1.example.net (192.0.2.2)" -> host */
    BNC_TRANSFORM_HOST_PORT,             /* "192.0.2.2:25" -> 192.0.2.2 */
    BNC_TRANSFORM_BEFORE_SLASH,          /* "example.net/vmta1" -> example.net */
    BNC_TRANSFORM_BEFORE_COLON,          /* "campaign:tenant@domain" -> campaign; nothing without
                                            a colon */
    BNC_TRANSFORM_REST,                  /* to the end of the row: free text that may hold the
                                            delimiter */
    BNC_TRANSFORM_JOIN,                  /* with the next field: local part and domain split by
                                            the delimiter '@' */
    BNC_TRANSFORM_JSON_EMAIL,            /* member "Email" of a JSON object in the cell */
    BNC_TRANSFORM_JSON_DETAILS,          /* member "Details" */
    BNC_TRANSFORM_DAY_FIRST              /* none; but who calls a column so writes the day before
                                            the month */
};

struct bnc_format_row {
    const char *id, *vendor, *title;
    const char *signature;               /* see recognize.h */
    const char *files;                   /* globs of file names, '|' between; decides among equal
                                            headers */
    const char *filter;                  /* "Column=value|value;Column=!value": other rows are no
                                            events of ours */
    const char *empty;                   /* words that stand for an empty cell, '|' between */
    const char *pseudo_codes;            /* numbers in code columns that are no SMTP replies */
    const char *notes;
    uint8_t event;                       /* enum bnc_event_type of rows whose columns say none,
                                            or BNC_FORMAT_* */
    uint8_t hardness, list, addresses;
    int32_t zone;                        /* seconds east of UTC, BNC_ZONE_UNSTATED */
    char date_order;                     /* 'd', 'm' or 0 for numeric dates with slashes */
    uint8_t rates, texts, codes, times;  /* enum bnc_level */
    bool verified;
    uint16_t column_at, n_columns, value_at, n_values;
};

struct bnc_column_row {
    const char *name, *when;             /* "#3": the third field of a file without header; when
                                            "#5=D|T": only in such rows */
    uint8_t field, transform;
    bool verified;
};

struct bnc_value_row {
    const char *column, *value;          /* "(file)": part of the file's name; "(column name)":
                                            value is a column that says TRUE */
    uint8_t event, hardness;
    bool late;
};

struct bnc_known_name {
    const char *name;                    /* in lower case */
    bool addressed;                      /* addresses or message ids are in it */
};

extern const struct bnc_format_row bnc_format_rows[];
extern const size_t bnc_n_formats;
extern const struct bnc_column_row bnc_columns[];
extern const struct bnc_value_row bnc_values[];
extern const struct bnc_known_name bnc_known_names[]; /* of all columns, sorted, each once */
extern const size_t bnc_n_known_names;

/* The format named 'id', NULL if there is none. */
const struct bnc_format_row *bnc_format_find(struct bnc_span id);
/* Whether 'word' names it: its id, the id's first words ("pmta"), or the vendor in any spelling. */
bool bnc_format_is_meant(const struct bnc_format_row *f, struct bnc_span word);
/* The generic fallback. */
const struct bnc_format_row *bnc_format_generic(void);
/* The format or vendor whose name is nearest to 'word'; never NULL. */
const char *bnc_format_nearest(struct bnc_span word);
/* The schema field named 'word', BNC_N_FIELDS if there is none. */
enum bnc_field bnc_field_find(struct bnc_span word);

/* ---- the `formats` command ---- */

/*
 * Every format with its confidence and what it cannot tell: a table for people, or {"formats":
 * [...]}.
 */
void bnc_formats_known(struct bnc_buf *out, bool json);

/*
 * What the source 'name' was recognized as, from the same first bytes: format, dialect,
 * encoding ("UTF-8", "UTF-16LE" ...), each column and what it is used for, the first three rows
 * as understood, and the analysis that the file allows.  Local parts of addresses are shown as
 * '*'.  BNC_ENOMEM.
 */
enum bnc_status bnc_mapping_describe(const struct bnc_mapping *mapping, const char *name,
                                     const char *encoding, struct bnc_span head, bool whole,
                                     bool json, struct bnc_buf *out);

#endif
