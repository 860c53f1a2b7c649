/* SPDX-License-Identifier: MIT
 * event.h - what one row of an export says, in the project's words.
 */
#ifndef BNC_SCHEMA_EVENT_H
#define BNC_SCHEMA_EVENT_H

#include "csv/row.h"
#include "util/arena.h"
#include "util/moment.h"
#include "util/span.h"
#include "util/status.h"

enum bnc_event_type {
    BNC_EVENT_DELIVERED,                 /* accepted by the receiving server */
    BNC_EVENT_BOUNCE,                    /* permanent, final */
    BNC_EVENT_DEFERRAL,                  /* temporary, may be retried */
    BNC_EVENT_SUPPRESSED,                /* the ESP refused to send */
    BNC_EVENT_COMPLAINT,                 /* feedback loop */
    BNC_EVENT_SENT,                      /* an attempt, outcome unknown */
    BNC_EVENT_OTHER,                     /* open, click, unsubscribe ...: counted, not analyzed */
    BNC_N_EVENTS
};
extern const char *const bnc_event_names[BNC_N_EVENTS];

/* Enhanced status codes, packed so that they sort as people read them; 0: none. */
#define BNC_ENHANCED(c, s, d) ((uint32_t)(c) << 20 | (uint32_t)(s) << 10 | (uint32_t)(d))
#define BNC_ENHANCED_CLASS(e) ((e) >> 20)
#define BNC_ENHANCED_SUBJECT(e) ((e) >> 10 & 0x3ff)
#define BNC_ENHANCED_DETAIL(e) ((e) & 0x3ff)
/* "5.7.26" */
void bnc_enhanced_put(struct bnc_buf *out, uint32_t enhanced);

/* the ESP's own label */
enum bnc_hardness { BNC_HARDNESS_NONE, BNC_HARDNESS_HARD, BNC_HARDNESS_SOFT, BNC_HARDNESS_UNKNOWN };

/*
 * What is doubtful about an event that counts nevertheless; sums of these are data quality, never
 * lost rows.
 */
enum bnc_event_flag {
    BNC_EVENT_BAD_TIME = 1,              /* there is a time and it can't be read: the event
                                            counts without one */
    BNC_EVENT_MANGLED_CODE = 2,          /* a spreadsheet spoilt a code column (5.1.2001, 01.May,
                                            4.47E+02): not believed */
    BNC_EVENT_PSEUDO_CODE = 4,           /* a code column holds a number that is no SMTP reply
                                            (Mailgun 605, HubSpot 436) */
    BNC_EVENT_OPAQUE_ADDRESS = 8,        /* a hash stands for the recipient */
    BNC_EVENT_INVALID_ADDRESS = 16,      /* the recipient is no address and the format says so
                                            (lists of invalid addresses) */
    BNC_EVENT_ALONE = 32                 /* its export holds failures only: no deliveries to set
                                            it against */
};

/* The platform or server software that an export is of. */
struct bnc_esp {
    struct bnc_span name;                /* "SendGrid" */
    uint64_t fp;                         /* of the name */
};

/*
 * Spans live as long as the row's bytes.  Where the mapper makes the bytes itself (JSON:
 * unescaped strings and numbers; domains in A-labels), they stay valid for the next
 * BNC_MAPPER_KEEP - 1 calls of bnc_mapper_events() on that mapper.
 */
#define BNC_MAPPER_KEEP 64
struct bnc_event {
    enum bnc_event_type type;
    enum bnc_hardness hardness;          /* as the ESP labels it */
    const struct bnc_esp *esp;           /* whose export it is; NULL: unknown.  The mapping's */
    bool late;                           /* reported after delivery (rb, OOB, DSN) or a second
                                            report of the same failure: see tally.h */
    uint8_t flags;                       /* enum bnc_event_flag bits */
    uint16_t reply;                      /* reply code from a column of its own, 0 if none */
    uint32_t enhanced;                   /* likewise, packed */
    int64_t time;                        /* seconds since 1970 UTC of the event, BNC_NO_TIME if
                                            unknown */
    struct bnc_span recipient;           /* the address: trimmed, no <>, no display name; may be
                                            empty or a hash */
    struct bnc_span domain;              /* of the recipient; points into recipient or a column
                                            of its own; not lower-cased */
    struct bnc_span diagnostic;          /* the raw response, may be empty */
    struct bnc_span campaign;            /* empty: the engine takes the sending day */
    struct bnc_span sender;              /* envelope or header sender address, may be empty */
    struct bnc_span sender_domain;       /* of the sender, may be empty */
    struct bnc_span sending_ip;
    struct bnc_span message_id;
    struct bnc_span mx;                  /* host that answered, without the address in
                                            parentheses */
    struct bnc_span label;               /* the ESP's category (bounceCat, bounce_class ...), may
                                            be empty */
};

/* Why a row yields no event; counted and shown with first places. */
enum bnc_row_fault {
    BNC_FAULT_NONE,
    BNC_FAULT_UNCLOSED_QUOTE,
    BNC_FAULT_TOO_LONG,
    BNC_FAULT_FIELD_COUNT /* a key column is missing */,
    BNC_FAULT_NO_RECIPIENT,
    BNC_FAULT_BAD_ADDRESS,
    BNC_FAULT_UNKNOWN_EVENT,
    BNC_FAULT_BAD_TIME,
    BNC_FAULT_BAD_JSON,
    BNC_FAULT_REPEATED_HEADER /* not malformed: dropped and counted */,
    BNC_FAULT_OTHER_HEADER /* of a table with other columns: nothing behind it can be trusted */,
    BNC_N_FAULTS
};
extern const char *const bnc_fault_names[BNC_N_FAULTS];

/* The fields of the common schema; esp_columns.csv column schema_field. */
enum bnc_field {
    BNC_FIELD_IGNORE,
    BNC_FIELD_EVENT_TIME,
    BNC_FIELD_EVENT_TYPE,
    BNC_FIELD_RECIPIENT,
    BNC_FIELD_RECIPIENT_DOMAIN,
    BNC_FIELD_DIAGNOSTIC,
    BNC_FIELD_REPLY_CODE,
    BNC_FIELD_ENHANCED_CODE,
    BNC_FIELD_CAMPAIGN,
    BNC_FIELD_TAG,
    BNC_FIELD_SENDER,
    BNC_FIELD_SENDER_DOMAIN,
    BNC_FIELD_SENDING_IP,
    BNC_FIELD_IP_POOL,
    BNC_FIELD_REMOTE_IP,
    BNC_FIELD_REMOTE_MX,
    BNC_FIELD_MESSAGE_ID,
    BNC_FIELD_SUBJECT,
    BNC_FIELD_ESP_CATEGORY,
    BNC_FIELD_ESP_SUBCATEGORY,
    BNC_FIELD_COUNT,
    BNC_N_FIELDS
};
extern const char *const bnc_field_names[BNC_N_FIELDS];

struct bnc_schema_options {              /* zero-initialized: all defaults */
    const char *from;                    /* --from FORMAT, NULL: recognize */
    const char *map;                     /* --map recipient=Email,diagnostic=Reason; NULL: none */
    char delim, quote, escape;           /* forced dialect; 0: detect (quote: '\1' = none) */
    const char *timezone;                /* --timezone for times without one: "+02:00", "UTC";
                                            NULL: the format's, else UTC */
    const char *date_order;              /* "dmy" or "mdy" for generic files; NULL: the format's */
};

/* How one source is read: const after creation, shared by all threads. */
struct bnc_mapping {
    const char *format;                  /* "pmta_acct", "generic" ...; points to the tables */
    const char *vendor, *title;
    bool has_deliveries;                 /* the format can hold delivered or sent rows */
    bool has_diagnostics, has_codes, has_time, has_message_id;
    const char *guess;                   /* columns known by what their rows hold alone: "'who' is
                                            read as recipient"; NULL: none */
    struct bnc_dialect dialect;
    uint64_t header_off, data_off;       /* where header and first data row start in the decoded
                                            source */
    uint32_t preamble_rows;              /* rows before data_off, header included: the first data
                                            row has number preamble_rows + 1 */
    uint32_t n_cols;
    const uint16_t *want;                /* ascending columns the event needs */
    uint32_t n_want;
    struct bnc_schema_plan *plan;        /* the room's own, like all below */
    struct bnc_likeness *like;           /* NULL: no other source can be known to be read so */
    struct bnc_mapping *next;
    struct bnc_arena arena;
};

/*
 * What can be said about the options before anything is read: BNC_EUSAGE for an unknown --from
 * (with the nearest name), a --map with unknown fields, a --timezone or --date-order that is
 * none.
 */
enum bnc_status bnc_schema_options_check(const struct bnc_schema_options *opt,
                                         struct bnc_error *err);

/*
 * Recognizes the source called 'name' (its file name may be the event, e.g.
 * suppression_bounces.csv) from its first bytes. BNC_EDATA: not recognized; err->text names the
 * columns found, the nearest formats, what is missing and how to use --map. BNC_EUSAGE: 'from'
 * or 'map' names what does not exist (with the nearest name that does). 'whole': head is the
 * whole source (an empty source or a header alone is fine: zero rows).
 */
enum bnc_status bnc_mapping_create(struct bnc_mapping **mapping, struct bnc_span head, bool whole,
                                   const char *name, const struct bnc_schema_options *opt,
                                   struct bnc_error *err);
void bnc_mapping_free(struct bnc_mapping *mapping);

/*
 * All mappings of a run, made with the same options: sources of which bnc_mapping_create() would
 * make equal ones share one.  Any thread may ask at any time.
 */
struct bnc_mappings;
struct bnc_mappings *bnc_mappings_create(void);  /* NULL when out of memory */
void bnc_mappings_free(struct bnc_mappings *set);
/* bnc_mapping_create(), or what an earlier call gave for a source like this; it is the set's. */
enum bnc_status bnc_mappings_get(struct bnc_mappings *set, const struct bnc_mapping **mapping,
                                 struct bnc_span head, bool whole, const char *name,
                                 const struct bnc_schema_options *opt, struct bnc_error *err);

/* One worker's state for turning rows into events (date memo, scratch for lists). */
struct bnc_mapper;
/* 'cpu': BNC_CPU_* features that may be used.  NULL when out of memory. */
struct bnc_mapper *bnc_mapper_create(uint32_t cpu);
void bnc_mapper_free(struct bnc_mapper *m);
/*
 * Whether memory ran out for any row so far: such rows are told to be malformed and are not.
 */
bool bnc_mapper_failed(const struct bnc_mapper *m);

/*
 * The events of a row: usually one; several where a cell lists recipients; none with '*fault'
 * set, or none and BNC_FAULT_NONE where the format says the row is no event of ours (other
 * record types, inbound mail): counted as 'other'. 'row' holds the wanted fields in the order
 * of mapping->want.  The event of an ordinary row is made in '*room' and given from there; an array
 * of several belongs to the mapper until the next call.
 */
const struct bnc_event *bnc_mapper_events(struct bnc_mapper *m, const struct bnc_mapping *mapping,
                                          const struct bnc_row *row, struct bnc_event *room,
                                          size_t *n, enum bnc_row_fault *fault);

/*
 * The same for the rows of a batch, from their text: the event of row 'i' is made i * stride_bytes
 * behind '*first'.  Gives a bit for each row that this says nothing of: read its fields and ask
 * bnc_mapper_events().  Only where bnc_mapping_is_short().  An event's mx is the cell: few are
 * asked for, and then bnc_mapping_host() cuts the host out.
 */
uint32_t bnc_mapper_short_way(struct bnc_mapper *m, const struct bnc_mapping *mapping,
                              const struct bnc_row_batch *rows, struct bnc_event *first,
                              size_t stride_bytes);
struct bnc_span bnc_mapping_host(const struct bnc_mapping *mapping, struct bnc_span mx);
/* Whether most rows of such a source can be told by a cell for each field. */
bool bnc_mapping_is_short(const struct bnc_mapping *mapping);

/*
 * Any of the layouts of the tables; false if it is none. 'date_order' 'd' or 'm' for numeric dates
 * with slashes; 0: unknown.
 */
bool bnc_time_parse(struct bnc_span text, char date_order, int zone_seconds, int64_t *time);

#endif
