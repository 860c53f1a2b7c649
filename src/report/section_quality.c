/* SPDX-License-Identifier: MIT
 * section_quality.c - sections of what was read and how: rows, inputs, faults, doubts, thresholds,
 * method.
 */
#include "bounce/version.h"
#include "report/section_parts.h"
#include "tables/threshold.h"

/* ---- data quality ---- */

static const struct bnc_column kind_cols[] = {
    { "kind", "Kind of row", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "What became of rows; all but extra_event add up to read and extra_event." },
    { "rows", "Rows", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows", "How many." },
    { "share", "Share", BNC_VALUE_SHARE, BNC_USE_BOTH, "of rows read", "Share of rows read." },
};

/* The event kinds in the order of enum bnc_event_type, then what yields no event. */
#define N_MORE_KINDS 7
#define N_ROW_KINDS (BNC_N_EVENTS + N_MORE_KINDS)

static size_t n_row_kinds(const struct bnc_model *m)
{
    (void)m;
    return N_ROW_KINDS;
}

static void kind_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_tally *t = m->tally;
    const struct {
        const char *name;
        uint64_t n;
    } more[N_MORE_KINDS] = { { "malformed", t->malformed },
                             { "repeated_header", t->repeated_headers },
                             { "duplicate", t->duplicates },
                             { "late", t->late },
                             { "filtered", t->filtered },
                             { "extra_event", t->extra_events },
                             { "read", t->rows } };
    const uint64_t n = i < BNC_N_EVENTS ? t->n[i] : more[i - BNC_N_EVENTS].n;

    put_word(v++, i < BNC_N_EVENTS ? bnc_event_names[i] : more[i - BNC_N_EVENTS].name);
    put_count(v++, n);
    put_share(v++, n, t->rows);
}

static const struct bnc_column input_cols[] = {
    { "input", "Input", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Name as given." },
    { "format", "Format", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Export format recognized." },
    { "vendor", "Vendor", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Whose export it is." },
    { "container", "Container", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "plain, gzip, zstd or zip." },
    { "encoding", "Encoding", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Text encoding." },
    { "delimiter", "Delimiter", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Field delimiter." },
    { "rows", "Rows", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows", "Rows read." },
    { "bytes", "Bytes", BNC_VALUE_COUNT, BNC_USE_PAGE, "bytes", "Uncompressed bytes read." },
    { "fault", "Fault", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL,
      "Why it was not read to its end; null: it was." },
};

static size_t n_inputs(const struct bnc_model *m)
{
    return m->data->n_inputs;
}

static void input_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_report_input *in = &m->data->inputs[i];

    put_text(v++, bnc_span_str(in->name == NULL ? "" : in->name));
    put_optional(v++, in->format);
    put_optional(v++, in->vendor);
    put_optional(v++, in->container);
    put_optional(v++, in->encoding);
    if (in->delim == '\t')
        put_word(v++, "tab");
    else if (in->delim == '\0')
        put_none(v++);
    else
        put_small(v++, "%c", in->delim);
    put_count(v++, in->rows);
    put_count(v++, in->bytes);
    put_prose(v++, in->fault);
}

static const struct bnc_column fault_cols[] = {
    { "reason", "Reason", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Why a row yields no event." },
    { "rows", "Rows of this reason", BNC_VALUE_COUNT, BNC_USE_BOTH, "rows",
      "All rows with this reason, not only the places shown." },
    { "input", "Input", BNC_VALUE_NAME, BNC_USE_BOTH, NULL, "Where one of the first is." },
    { "row", "Row", BNC_VALUE_COUNT, BNC_USE_BOTH, "row", "Row in that input." },
    { "byte", "Byte", BNC_VALUE_COUNT, BNC_USE_BOTH, "byte",
      "Offset of the row in the uncompressed input." },
};

static size_t n_faults(const struct bnc_model *m)
{
    return m->n_faults;
}

static void fault_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_fault_total *f = &m->tally->faults[m->faults[i].fault];
    const struct bnc_place *p = &f->first[m->faults[i].at];

    put_word(v++, bnc_fault_names[m->faults[i].fault]);
    put_count(v++, f->n);
    put_source(m, v++, p->source);
    put_count(v++, p->row);
    put_count(v++, p->off);
}

static const struct {
    const char *name, *meaning;
} doubts[] = {
    /* bits of enum bnc_event_flag, from the lowest */
    { "bad_time", "The time can't be read; the event counts without one." },
    { "mangled_code", "A spreadsheet spoilt a code column; it is not believed." },
    { "pseudo_code", "A code column holds a number that is no SMTP reply." },
    { "opaque_address", "A hash stands for the recipient." },
    { "invalid_address", "The recipient is no address, and the format says so." },
    { "no_deliveries", "The export holds failures only: there is nothing to set it against." },
};

static const struct bnc_column doubt_cols[] = {
    { "doubt", "Doubt", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "What is doubtful about events that count nevertheless." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "How many." },
    { "meaning", "Meaning", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL, "What was done about it." },
};

static size_t n_doubts(const struct bnc_model *m)
{
    (void)m;
    return sizeof doubts / sizeof doubts[0];
}

static void doubt_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    put_word(v++, doubts[i].name);
    put_count(v++, m->tally->flagged[i]);
    put_prose(v++, doubts[i].meaning);
}

const struct bnc_section bnc_section_rows = {
    .id = "rows",
    .title = "Rows by kind",
    .about = "What became of every row read: the kinds add up to the rows read, and to the events "
             "beyond the first that some rows hold.",
    .rest = "no rows",
    COLS(kind_cols),
    .count = n_row_kinds,
    .row = kind_row,
    .page = true,
};
const struct bnc_section bnc_section_inputs = {
    .id = "inputs",
    .title = "Inputs",
    .about = "What was read, and how.",
    .rest = "no inputs are named",
    COLS(input_cols),
    .count = n_inputs,
    .row = input_row,
    .page = true,
};
const struct bnc_section bnc_section_malformed = {
    .id = "malformed",
    .title = "Rows without an event",
    .about = "Malformed rows and repeated headers: reason and first places.",
    .rest = "none",
    COLS(fault_cols),
    .count = n_faults,
    .row = fault_row,
    .page = true,
};
const struct bnc_section bnc_section_doubts = {
    .id = "doubts",
    .title = "Doubtful events",
    .about = "Events that count although something about them is doubtful.",
    .rest = "none",
    COLS(doubt_cols),
    .count = n_doubts,
    .row = doubt_row,
    .page = true,
};

/* ---- thresholds of ours ---- */

static const struct bnc_column threshold_cols[] = {
    { "threshold", "Threshold", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "What is judged." },
    { "warn", "Warn", BNC_VALUE_NUMBER, BNC_USE_BOTH, NULL,
      "From here on a warning; null: no such level." },
    { "limit", "Limit", BNC_VALUE_NUMBER, BNC_USE_BOTH, NULL,
      "From here on a breach, or the number itself; null: none." },
    { "unit", "Unit", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Unit of both." },
    { "scope", "Measured", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What is measured." },
    { "consequence", "Leads to", BNC_VALUE_PROSE, BNC_USE_PAGE, NULL, "What it decides." },
    { "source", "Source", BNC_VALUE_PROSE, 0, NULL, "Why this number." },
};

/* Ours are one block of the table. */
static const struct bnc_threshold *own_thresholds(size_t *n)
{
    size_t from = 0;

    while (from < bnc_n_thresholds && strcmp(bnc_thresholds[from].who, "default") != 0)
        from++;
    for (*n = 0;
         from + *n < bnc_n_thresholds && strcmp(bnc_thresholds[from + *n].who, "default") == 0;)
        ++*n;
    return bnc_thresholds + from;
}

static size_t n_thresholds(const struct bnc_model *m)
{
    size_t n;

    (void)m;
    (void)own_thresholds(&n);
    return n;
}

static void threshold_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    size_t n;
    const struct bnc_threshold *t = own_thresholds(&n) + i;
    const double unit = strcmp(t->unit, "percent") == 0 ? 100 : 1;

    (void)m;
    put_word(v++, t->metric);
    put_number(v++, t->warn * unit, t->warn < 0);
    put_number(v++, t->limit * unit, t->limit < 0);
    put_word(v++, t->unit);
    put_prose(v++, t->scope);
    put_prose(v++, t->consequence);
    put_prose(v++, t->source);
}

const struct bnc_section bnc_section_thresholds = {
    .id = "thresholds",
    .title = "Thresholds",
    .about = "The numbers that judgements and findings rest on, with those that options can set.",
    .rest = "none",
    COLS(threshold_cols),
    .count = n_thresholds,
    .row = threshold_row,
    .page = true,
};

/* ---- method ---- */

static const struct bnc_column method_cols[] = {
    { "term", "Term", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The word defined." },
    { "definition", "Definition", BNC_VALUE_PROSE, BNC_USE_BOTH, NULL,
      "What it means in this report." },
};

static const struct {
    const char *term, *definition;
} methods[] = {
    { "attempted",
      "Delivered and bounced: one final outcome per message and recipient. A retry is no new "
      "attempt, a suppressed row none. Where the "
      "input has sent rows instead of deliveries, the larger of sent and delivered plus bounced." },
    { "bounce_rate", "Bounced of attempted. A bounce reported after delivery moves its message "
                     "from delivered to bounced; failures that carry a message "
                     "id count once per message and recipient." },
    { "hard_bounce_rate",
      "Only permanent failures of the address itself (what ESPs limit), of attempted." },
    { "complaint_rate", "Complaints of delivered, only where the provider sends complaints back." },
    { "deferral_rate", "Recipients deferred at least once, of attempted recipients." },
    { "interval", "95 % Wilson score interval of a rate." },
    { "judgement",
      "ok: the whole interval is below the warning; watch: above the warning; breach: the whole "
      "interval is above the limit; inconclusive: the "
      "interval straddles it; too_few: below the minimum volume; none: no limit applies." },
    { "side", "Who must act: recipient, recipient_domain, provider, sender (us), network, esp, "
              "unknown. The response text decides before the enhanced "
              "code, that before the reply code, all three before the ESP's label." },
    { "scope", "recipient_local: one mailbox; domain_wide: most recipients of the domain fail, or "
               "a reply says so of the domain; provider_wide: the same "
               "cause at many domains of one provider; sender_wide: the same cause at several "
               "unrelated providers." },
    { "template",
      "A response with ids, addresses, IPs, numbers, URLs and host names masked as *." },
    { "recipients", "Distinct recipients among failures; recipients delivered to are estimated by "
                    "linear counting." },
    { "rows",
      "Rows read, and extra events, are delivered, bounced, deferred, suppressed, complaints, "
      "sent, other, malformed, repeated headers, duplicates, late and filtered. A "
      "late row reports a bounce of a message that was reported as delivered before; an extra "
      "event is one beyond the first of a row that lists several recipients." },
    { "version", "bounce-analyzer " BNC_VERSION ", knowledge tables of " BNC_RULES_VERSION "." },
    { "privacy",
      "Addresses are not in this report unless asked for by --show full; responses are masked." },
};

static size_t n_methods(const struct bnc_model *m)
{
    return sizeof methods / sizeof methods[0] + m->data->n_notes;
}

static void method_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    if (i < sizeof methods / sizeof methods[0]) {
        put_word(v++, methods[i].term);
        put_prose(v, methods[i].definition);
        return;
    }
    i -= sizeof methods / sizeof methods[0];
    put_word(v++, m->data->notes[i].term);
    put_text(v++, m->data->notes[i].text);
}

const struct bnc_section bnc_section_method = {
    .id = "method",
    .title = "Method",
    .about = "What the words mean.",
    .rest = "",
    COLS(method_cols),
    .count = n_methods,
    .row = method_row,
    .page = true,
};
