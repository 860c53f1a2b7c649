/* SPDX-License-Identifier: MIT
 * section_responses.c - sections of what servers said: masked responses, the rules that decided
 * them, and those that no rule decides.
 */
#include "report/section_parts.h"

/* ---- response templates ---- */

static const struct bnc_column template_cols[] = {
    { "id", "Id", BNC_VALUE_WORD, 0, NULL,
      "Fingerprint of the response with its codes, provider and label." },
    { "response", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The response with ids, addresses, numbers, URLs and hosts as *." },
    { "type", "Type", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Event type." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows that carried it." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "domains", "Domains", BNC_VALUE_COUNT, 0, "domains", "Distinct recipient domains." },
    { "wordings", "Wordings", BNC_VALUE_COUNT, 0, "templates",
      "1; 201 where more than 200 responses differ in words alone that no rule knows: they are one "
      "row. More in a row '(other wordings)', the sum of responses beyond the first 10,000 that "
      "are alike in all else; a recipient counts once for each wording." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL, "Who said so." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_PAGE, NULL,
      "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_PAGE, NULL,
      "Enhanced status code; null if none." },
    { "cause", "Cause", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "The verdict." },
    { "duration", "Duration", BNC_VALUE_WORD, 0, NULL, "temporary or permanent." },
    { "side", "Side", BNC_VALUE_WORD, BNC_USE_BOTH, NULL, "Whose doing it is." },
    { "action", "Action", BNC_VALUE_WORD, 0, NULL, "What to do." },
    { "priority", "Priority", BNC_VALUE_WORD, 0, NULL, "How urgent." },
    { "confidence", "Sure", BNC_VALUE_COUNT, BNC_USE_PAGE, "percent",
      "How sure the verdict is, 0 to 100." },
    { "rule", "Rule", BNC_VALUE_NAME, BNC_USE_PAGE, NULL,
      "The rule that decided; null: nothing matched." },
    { "rule_source", "Rule source", BNC_VALUE_PROSE, BNC_NOT_JSON, NULL,
      "Where the rule comes from." },
    { "blocklist", "Block list", BNC_VALUE_WORD, 0, NULL, "The block list named." },
    { "mechanism", "Mechanism", BNC_VALUE_WORD, 0, NULL,
      "The authentication mechanism that failed." },
    { "label", "ESP label", BNC_VALUE_NAME, 0, NULL, "What the ESP calls it." },
    { "esp", "ESP", BNC_VALUE_NAME, 0, NULL, "Whose label it is." },
    COL_SEEN,
    { "example_input", "Example: input", BNC_VALUE_NAME, 0, NULL,
      "Where to find one; null where inputs have no names." },
    { "example_row", "Example: row", BNC_VALUE_COUNT, 0, "row", "Row in that input." },
    { "example_byte", "Example: byte", BNC_VALUE_COUNT, 0, "byte",
      "Offset of the row in the uncompressed input." },
};

static size_t n_templates(const struct bnc_model *m)
{
    return m->tally->n_templates;
}

static void verdict_words(const struct bnc_template *t, struct bnc_value *v)
{
    const struct bnc_verdict *x = &t->verdict;

    put_word(v++, bnc_causes[x->cause].name);
    put_word(v++, bnc_duration_names[x->duration]);
    put_word(v++, bnc_side_names[x->side]);
    put_word(v++, bnc_action_names[x->action]);
    put_word(v++, bnc_priority_names[x->priority]);
    put_count(v++, x->confidence);
    put_text_if(v++, t->rule.len > 0, t->rule);
    put_text_if(v++, t->rule_source.len > 0, t->rule_source);
    put_optional(v++, x->blocklist == 0 ? NULL : bnc_blocklist_name(x->blocklist));
    put_optional(v++, x->mechanism == BNC_MECH_NONE ? NULL : bnc_mechanism_names[x->mechanism]);
}

static void template_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_template *t = &m->tally->templates[i];

    put_template_id(v++, t->key);
    put_text(v++, t->text);
    put_word(v++, bnc_event_names[t->type]);
    put_count(v++, t->n);
    put_count(v++, t->recipients);
    put_count(v++, t->domains);
    put_count(v++, t->wordings);
    put_word(v++, bnc_model_provider_title(m, t->verdict.provider));
    put_reply(v++, t->verdict.reply);
    put_enhanced(v++, t->verdict.enhanced);
    verdict_words(t, v);
    v += 10;
    put_text(v++, t->label);
    put_text(v++, t->esp);
    put_moment(v++, t->first);
    put_moment(v++, t->last);
    put_source(m, v++, t->example.source);
    put_count(v++, t->example.row);
    put_count(v++, t->example.off);
}

const struct bnc_section bnc_section_templates = {
    .id = "templates",
    .title = "Responses",
    .about = "What servers said, with variable parts masked; most recipients first.",
    .rest = "no responses",
    COLS(template_cols),
    .count = n_templates,
    .row = template_row,
    .page = true,
    .sparse = true,
};

/* ---- rules that decided ---- */

static const struct bnc_column rule_cols[] = {
    { "rule", "Rule", BNC_VALUE_NAME, 0, NULL, "As responses name it." },
    { "source", "Source", BNC_VALUE_PROSE, 0, NULL, "Where the rule comes from." },
    { "responses", "Responses", BNC_VALUE_COUNT, 0, "templates", "Masked responses it decided." },
    { "events", "Events", BNC_VALUE_COUNT, 0, "events", "Rows it decided." },
};

static size_t n_rules(const struct bnc_model *m)
{
    return m->n_rules;
}

static void rule_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_rule_sum *r = &m->rules[i];

    put_text(v++, r->rule);
    put_text_if(v++, r->source.len > 0, r->source);
    put_count(v++, r->templates);
    put_count(v++, r->events);
}

const struct bnc_section bnc_section_rules = {
    .id = "rules",
    .title = "Rules",
    .about = "The rules that decided, with their sources; most events first.",
    .rest = "no rule decided anything",
    COLS(rule_cols),
    .count = n_rules,
    .row = rule_row,
};

/* ---- unknown responses, as rows of a rule file ---- */

static const struct bnc_column unknown_cols[] = {
    { "fragment", "Fragment for a rule", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The longest fixed part of the response: the text to match." },
    { "language", "Language", BNC_VALUE_WORD, 0, NULL, "Left empty." },
    { "cause", "Cause", BNC_VALUE_WORD, 0, NULL, "To be filled in." },
    { "specificity", "Specificity", BNC_VALUE_COUNT, 0, NULL, "5: wins over general phrases." },
    { "example", "Response, variable parts masked", BNC_VALUE_NAME, BNC_USE_BOTH, NULL,
      "The whole masked response." },
    { "source", "Source", BNC_VALUE_WORD, 0, NULL, "Where the rule comes from." },
    { "confidence", "Confidence", BNC_VALUE_WORD, 0, NULL, "How well it is supported." },
    { "events", "Events", BNC_VALUE_COUNT, BNC_USE_BOTH, "events", "Rows it would decide." },
    { "recipients", "Recipients", BNC_VALUE_COUNT, BNC_USE_BOTH, "recipients",
      "Distinct recipients." },
    { "reply_code", "Reply", BNC_VALUE_INTEGER, BNC_USE_BOTH, NULL,
      "SMTP reply code; null if none." },
    { "enhanced_code", "Enhanced", BNC_VALUE_WORD, BNC_USE_BOTH, NULL,
      "Enhanced status code; null if none." },
    { "provider", "Provider", BNC_VALUE_WORD, BNC_USE_PAGE, NULL,
      "Who said so, as rule files name it; null: the rule holds for all." },
};

static size_t n_unknown(const struct bnc_model *m)
{
    return m->n_unknown;
}

/* The longest run between masks, with blanks and punctuation off its ends. */
static struct bnc_span longest_literal(struct bnc_span s)
{
    struct bnc_span best = bnc_span_from("", 0);
    size_t from = 0;

    for (size_t i = 0; i <= s.len; i++)
        if (i == s.len || s.at[i] == '*' || s.at[i] == '\n') {
            const struct bnc_span run = bnc_span_trim(bnc_span_from(s.at + from, i - from));

            if (run.len > best.len)
                best = run;
            from = i + 1;
        }
    return best;
}

static void unknown_row(const struct bnc_model *m, size_t i, struct bnc_value *v)
{
    const struct bnc_template *t = &m->tally->templates[m->unknown[i]];

    put_text(v++, longest_literal(t->text));
    put_word(v++, "");
    put_word(v++, "unknown");
    put_count(v++, 5);
    put_text(v++, t->text);
    put_word(v++, "user");
    put_word(v++, "observed");
    put_count(v++, t->n);
    put_count(v++, t->recipients);
    put_reply(v++, t->verdict.reply);
    put_enhanced(v++, t->verdict.enhanced);
    put_optional(v, t->verdict.provider == 0 ? NULL
                                             : bnc_model_provider_name(m, t->verdict.provider));
}

const struct bnc_section bnc_section_unknown = {
    .id = "unknown",
    .title = "Unknown responses",
    .about = "Responses that no rule decides, heaviest first, as rows for a rule file: fill in the "
             "cause.",
    .rest = "every response was decided",
    COLS(unknown_cols),
    .count = n_unknown,
    .row = unknown_row,
    .page = true,
};
