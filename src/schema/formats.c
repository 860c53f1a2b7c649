/* SPDX-License-Identifier: MIT */
#include "schema/formats.h"

#include <stdlib.h>

#include "schema/column_name.h"
#include "util/distance.h"

const struct bnc_format_row bnc_format_rows[] = {
#define BNC_FORMAT_ROWS
#include "gen/formats.h"
#undef BNC_FORMAT_ROWS
};
const size_t bnc_n_formats = sizeof bnc_format_rows / sizeof bnc_format_rows[0];

const struct bnc_column_row bnc_columns[] = {
#define BNC_COLUMN_ROWS
#include "gen/formats.h"
#undef BNC_COLUMN_ROWS
};

const struct bnc_value_row bnc_values[] = {
#define BNC_VALUE_ROWS
#include "gen/formats.h"
#undef BNC_VALUE_ROWS
};

const struct bnc_known_name bnc_known_names[] = {
#define BNC_KNOWN_NAMES
#include "gen/formats.h"
#undef BNC_KNOWN_NAMES
};
const size_t bnc_n_known_names = sizeof bnc_known_names / sizeof bnc_known_names[0];

const char *const bnc_event_names[BNC_N_EVENTS] = { "delivered", "bounce", "deferral", "suppressed",
                                                    "complaint", "sent",   "other" };

const char *const bnc_fault_names[BNC_N_FAULTS] = {
    "none",        "unclosed_quote", "too_long", "field_count", "no_recipient",
    "bad_address", "unknown_event",  "bad_time", "bad_json",    "repeated_header",
    "other_header"
};

const char *const bnc_field_names[BNC_N_FIELDS] = {
    "ignore",     "event_time",    "event_type",    "recipient",    "recipient_domain",
    "diagnostic", "reply_code",    "enhanced_code", "campaign",     "tag",
    "sender",     "sender_domain", "sending_ip",    "ip_pool",      "remote_ip",
    "remote_mx",  "message_id",    "subject",       "esp_category", "esp_subcategory",
    "count"
};

const struct bnc_format_row *bnc_format_find(struct bnc_span id)
{
    for (size_t i = 0; i < bnc_n_formats; i++)
        if (bnc_span_eq_nocase(bnc_span_str(bnc_format_rows[i].id), id))
            return &bnc_format_rows[i];
    return NULL;
}

const struct bnc_format_row *bnc_format_generic(void)
{
    return &bnc_format_rows[bnc_n_formats -
                            1]; /* the last row of formats.csv; a test holds it there */
}

enum bnc_field bnc_field_find(struct bnc_span word)
{
    for (int i = 0; i < BNC_N_FIELDS; i++)
        if (bnc_span_eq_nocase(bnc_span_str(bnc_field_names[i]), word))
            return (enum bnc_field)i;
    return BNC_N_FIELDS;
}

static bool is_prefix(struct bnc_span word, struct bnc_span name)
{
    return word.len <= name.len && bnc_span_eq_nocase(word, bnc_span_from(name.at, word.len));
}

bool bnc_format_is_meant(const struct bnc_format_row *f, struct bnc_span word)
{
    const struct bnc_span id = bnc_span_str(f->id);

    return bnc_name_match(word, bnc_span_str(f->vendor)) != BNC_MATCH_NONE ||
           (word.len > 1 && is_prefix(word, id) && (word.len == id.len || id.at[word.len] == '_'));
}

const char *bnc_format_nearest(struct bnc_span word)
{
    const char *best = bnc_format_rows[0].id;
    unsigned least = 64;

    for (size_t i = 0; i < bnc_n_formats; i++) {
        const char *const id = bnc_format_rows[i].id;
        const char *const names[] = { id, bnc_format_rows[i].vendor, id };
        const size_t head = strcspn(id, "_"); /* "pmta" of pmta_acct */

        for (size_t k = 0; k < 3; k++) {
            const struct bnc_span name =
                k == 2 ? bnc_span_from(id, head) : bnc_span_str(names[k]);
            const bool begins = word.len > 2 && is_prefix(word, name);
            const unsigned d = begins ? 1 : bnc_span_distance(word, name);

            if (d < least) {
                least = d;
                best = names[k];
            }
        }
    }
    return best;
}
