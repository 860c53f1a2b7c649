/* SPDX-License-Identifier: MIT
 * explain.c - bnc_explain(): one response for a person, or as one JSON object on one line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "bounce/knowledge.h"
#include "classify/advice.h"
#include "classify/decide.h"
#include "classify/extract.h"
#include "classify/knowledge.h"
#include "classify/print.h"
#include "classify/spelled.h"
#include "util/cpu.h"
#include "util/status.h"

enum { MAX_OTHERS = 3 };

struct explanation {
    const struct bnc_classifier *c;
    struct bnc_span raw, text; /* as given, as template */
    struct bnc_verdict v;
    struct bnc_reading reading;
    struct bnc_extract x;
    const struct bnc_rule *rule; /* NULL: nothing matched */
    enum bnc_event_type type;
    uint32_t others[MAX_OTHERS];
    size_t n_others;
    unsigned width;
    bool color;
};

enum bnc_status bnc_knowledge_create(struct bnc_knowledge **k, const char *rules,
                                     const char *providers, struct bnc_error *err)
{
    const struct bnc_classifier_options opt = { rules, providers, bnc_cpu_detect() };
    struct bnc_knowledge *made = calloc(1, sizeof *made);
    enum bnc_status status;

    *k = NULL;
    if (made == NULL)
        return bnc_error_nomem(err);
    status = bnc_classifier_create(&made->classifier, &opt, err);
    if (status == BNC_OK)
        *k = made;
    else
        free(made);
    return status;
}

void bnc_knowledge_free(struct bnc_knowledge *k)
{
    if (k == NULL)
        return;
    bnc_classifier_free(k->classifier);
    free(k);
}

uint32_t bnc_enhanced_parse(struct bnc_span s)
{
    unsigned part[3] = { 0 };
    size_t at = 0;

    for (int i = 0; i < 3; i++) {
        const size_t start = at;

        while (at < s.len && bnc_is_digit(s.at[at]) && at - start < 4)
            part[i] = part[i] * 10 + (unsigned)(s.at[at++] - '0');
        if (at == start || at - start > 3 || (i < 2 && (at >= s.len || s.at[at++] != '.')))
            return 0;
    }
    if (at != s.len || (part[0] != 2 && part[0] != 4 && part[0] != 5))
        return 0;
    return BNC_ENHANCED(part[0], part[1], part[2]);
}

static enum bnc_status read_options(const struct bnc_classifier *c,
                                    const struct bnc_explain_options *opt, struct bnc_question *q,
                                    struct bnc_error *err)
{
    if (opt->provider != NULL) {
        q->provider = bnc_provider_find(c, bnc_span_str(opt->provider));
        if (q->provider == 0)
            q->provider = bnc_provider_of_domain(c, bnc_span_str(opt->provider));
        if (q->provider == 0 && strchr(opt->provider, '.') == NULL)
            return bnc_error_set(err, BNC_EUSAGE, "unknown provider '%s'; the nearest name is '%s'",
                                 opt->provider,
                                 bnc_provider_nearest(c, bnc_span_str(opt->provider)));
    }
    if (opt->reply != NULL) {
        const int code = atoi(opt->reply);

        if (strlen(opt->reply) != 3 || code < 100 || code > 999)
            return bnc_error_set(err, BNC_EUSAGE, "no reply code: '%s'", opt->reply);
        q->reply = (uint16_t)code;
    }
    if (opt->enhanced != NULL &&
        (q->enhanced = bnc_enhanced_parse(bnc_span_str(opt->enhanced))) == 0)
        return bnc_error_set(err, BNC_EUSAGE, "no enhanced code: '%s'", opt->enhanced);
    return BNC_OK;
}

/* A response by itself is no event; its class says which one it would be. */
static enum bnc_event_type type_of(const struct bnc_reading *r, const struct bnc_question *q)
{
    const unsigned reply = q->reply != 0 ? q->reply : r->reply;
    const uint32_t enhanced = q->enhanced != 0 ? q->enhanced : r->enhanced;
    const unsigned class = reply != 0 ? reply / 100 : BNC_ENHANCED_CLASS(enhanced);

    return class == 2 ? BNC_EVENT_DELIVERED : class == 4 ? BNC_EVENT_DEFERRAL : BNC_EVENT_BOUNCE;
}

static void code_text(uint32_t e, char *text, size_t cap)
{
    text[0] = '\0';
    if (e != 0)
        snprintf(text, cap, "%u.%u.%u", BNC_ENHANCED_CLASS(e), BNC_ENHANCED_SUBJECT(e),
                 BNC_ENHANCED_DETAIL(e));
}

/* ---- for a person ---- */

static void field(struct bnc_buf *b, const struct explanation *x, const char *label,
                  const char *text)
{
    bnc_print_field(b, label, bnc_span_str(text), x->width, x->color);
}

static const struct bnc_rule *code_rule(const struct explanation *x, unsigned reply,
                                        uint32_t enhanced)
{
    const struct bnc_ruleset *set = x->c->sets[BNC_N_RULESETS - 1];
    const uint32_t at = bnc_phash_get(&set->codes, bnc_rule_code_key(0, reply, enhanced));

    return at != BNC_PHASH_NONE ? &set->rules[at] : NULL;
}

static void put_reply(struct bnc_buf *b, const struct explanation *x)
{
    static const char *const classes[] = { "",          "",
                                           "accepted",  "intermediate",
                                           "temporary", "permanent for this message" };
    const struct bnc_rule *r = code_rule(x, x->v.reply, 0);
    const unsigned class = x->v.reply / 100u;
    char text[1024];

    if (x->v.reply == 0)
        return;
    snprintf(text, sizeof text, "%u: %s%s%s", x->v.reply,
             class >= 2 && class <= 5 ? classes[class] : "not an SMTP reply code",
             r != NULL ? ". " : "", r != NULL ? r->meaning : "");
    field(b, x, "Reply code", text);
}

static void put_enhanced(struct bnc_buf *b, const struct explanation *x)
{
    static const char *const subjects[] = { "other",
                                            "address",
                                            "mailbox",
                                            "mail system",
                                            "network and routing",
                                            "protocol",
                                            "content",
                                            "security and policy" };
    const uint32_t e = x->v.enhanced;
    const struct bnc_rule *r = code_rule(x, 0, e);
    char text[1024], code[16];

    if (e == 0)
        return;
    if (r == NULL)
        r = code_rule(x, 0, BNC_ENHANCED(0, BNC_ENHANCED_SUBJECT(e), BNC_ENHANCED_DETAIL(e)));
    code_text(e, code, sizeof code);
    snprintf(text, sizeof text, "%s: %s . subject %u (%s) . detail %u%s%s", code,
             BNC_ENHANCED_CLASS(e) == 2   ? "success"
             : BNC_ENHANCED_CLASS(e) == 4 ? "temporary"
                                          : "permanent",
             BNC_ENHANCED_SUBJECT(e),
             BNC_ENHANCED_SUBJECT(e) < 8 ? subjects[BNC_ENHANCED_SUBJECT(e)] : "unassigned",
             BNC_ENHANCED_DETAIL(e), r != NULL ? ". " : "", r != NULL ? r->meaning : "");
    field(b, x, "Enhanced code", text);
}

static void put_contradictions(struct bnc_buf *b, const struct explanation *x)
{
    if (x->v.contradictions & BNC_CONTRA_CLASS)
        field(b, x, "Contradiction",
              "the reply code and the enhanced code are of different classes; the reply code "
              "decides whether the message was given up");
    if (x->v.contradictions & BNC_CONTRA_CODE_TEXT)
        field(b, x, "Contradiction",
              "the text says something else than the enhanced code; the text decides");
}

static void put_extracts(struct bnc_buf *b, const struct explanation *x)
{
    char text[64];

    if (x->v.blocklist != 0) {
        field(b, x, "Block list", bnc_blocklist_name(x->v.blocklist));
        field(b, x, "Delisting", bnc_blocklist_route(x->v.blocklist));
    }
    field(b, x, "Failed check", bnc_mechanism_names[x->v.mechanism]);
    field(b, x, "At command", x->x.command);
    bnc_print_field(b, "IP quoted", x->x.ip, x->width, x->color);
    if (x->x.retry_after_s > 0) {
        snprintf(text, sizeof text, "%u seconds", x->x.retry_after_s);
        field(b, x, "Retry after", text);
    }
    bnc_print_field(b, "Help page", x->x.url, x->width, x->color);
}

static void put_names(struct bnc_buf *b, const struct explanation *x)
{
    const struct bnc_cause_row *cause = &bnc_causes[x->v.cause];
    const struct {
        const char *who, *what;
    } names[] = { { "SendGrid", cause->sendgrid },   { "Amazon SES", cause->ses },
                  { "SparkPost", cause->sparkpost }, { "PowerMTA", cause->powermta },
                  { "KumoMTA", cause->kumomta },     { "Sisimai", cause->sisimai } };
    char text[512];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].what[0] != '\0')
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s: %s", n > 0 ? "; " : "",
                                  names[i].who, names[i].what);
    field(b, x, "Others call it", text);
}

static void put_verdict(struct bnc_buf *b, const struct explanation *x)
{
    const struct bnc_advice *advice = &bnc_advices[x->v.cause];
    char text[512];

    snprintf(text, sizeof text, "%s: %s", bnc_causes[x->v.cause].name,
             bnc_causes[x->v.cause].meaning);
    field(b, x, "Cause", text);
    snprintf(text, sizeof text, "%s, side: %s, priority: %s", bnc_duration_names[x->v.duration],
             bnc_side_names[x->v.side], bnc_priority_names[x->v.priority]);
    field(b, x, "Judgement", text);
    snprintf(text, sizeof text, "%s (%s)", bnc_action_names[x->v.action], advice->verdict);
    field(b, x, "Action",
          x->v.action == bnc_causes[x->v.cause].action ? text : bnc_action_names[x->v.action]);
    if (x->rule != NULL)
        field(b, x, "Meaning", x->rule->meaning);
    field(b, x, "Check", advice->check);
    field(b, x, "Do", advice->act);
}

static void put_rule(struct bnc_buf *b, const struct explanation *x)
{
    char text[640];

    snprintf(text, sizeof text, "%s (confidence %u %%)", x->rule != NULL ? x->rule->name : "none",
             x->v.confidence);
    field(b, x, "Rule", text);
    field(b, x, "Source", x->rule != NULL ? x->rule->source : "");
    for (size_t i = 0; i < x->n_others; i++)
        if (x->others[i] != x->v.rule) {
            const struct bnc_rule *r = bnc_rule_get(x->c, x->others[i]);

            snprintf(text, sizeof text, "%s: %s", r->name, bnc_causes[r->cause].name);
            field(b, x, "Also matched", text);
        }
}

static void put_text(struct bnc_buf *b, const struct explanation *x)
{
    char text[256];

    bnc_print_field(b, "Response", x->raw, x->width, x->color);
    if (x->reading.wrapped)
        bnc_print_field(b, "Inner reply", x->reading.inner, x->width, x->color);
    snprintf(text, sizeof text, "%s%s", bnc_provider_get(x->c, x->v.provider)->title,
             x->v.by_text_marker ? " (by words of the reply)" : "");
    if (x->v.provider != 0)
        field(b, x, "Provider", text);
    if (x->reading.software != 0)
        field(b, x, "Mail server", bnc_provider_get(x->c, x->reading.software)->title);
    put_reply(b, x);
    put_enhanced(b, x);
    put_contradictions(b, x);
    bnc_buf_putc(b, '\n');
    put_verdict(b, x);
    bnc_buf_putc(b, '\n');
    put_extracts(b, x);
    put_names(b, x);
    put_rule(b, x);
    bnc_print_field(b, "Template", x->text, x->width, x->color);
}

/* ---- JSON ---- */

static void put_json_alternatives(struct bnc_buf *b, const struct explanation *x)
{
    bool first = true;

    bnc_buf_puts(b, ",\"also_matched\":[");
    for (size_t i = 0; i < x->n_others; i++)
        if (x->others[i] != x->v.rule) {
            const struct bnc_rule *r = bnc_rule_get(x->c, x->others[i]);

            bnc_buf_puts(b, first ? "{" : ",{");
            bnc_print_key(b, "rule", r->name);
            bnc_print_key(b, "cause", bnc_causes[r->cause].name);
            bnc_buf_putc(b, '}');
            first = false;
        }
    bnc_buf_putc(b, ']');
}

static void put_json_names(struct bnc_buf *b, const struct bnc_cause_row *cause)
{
    bnc_buf_puts(b, ",\"names\":{");
    bnc_print_key(b, "sendgrid", cause->sendgrid);
    bnc_print_key(b, "ses", cause->ses);
    bnc_print_key(b, "sparkpost", cause->sparkpost);
    bnc_print_key(b, "powermta", cause->powermta);
    bnc_print_key(b, "kumomta", cause->kumomta);
    bnc_print_key(b, "sisimai", cause->sisimai);
    bnc_buf_putc(b, '}');
}

static void put_json_contradictions(struct bnc_buf *b, const struct explanation *x)
{
    static const char *const names[] = { "class", "code_text", "label" };
    bool first = true;

    bnc_buf_puts(b, ",\"contradictions\":[");
    for (int i = 0; i < 3; i++)
        if (x->v.contradictions >> i & 1) {
            bnc_buf_printf(b, "%s\"%s\"", first ? "" : ",", names[i]);
            first = false;
        }
    bnc_buf_putc(b, ']');
}

static void put_json(struct bnc_buf *b, const struct explanation *x)
{
    const struct bnc_cause_row *cause = &bnc_causes[x->v.cause];
    char reply[8] = "", enhanced[16] = "";

    if (x->v.reply != 0)
        snprintf(reply, sizeof reply, "%u", x->v.reply);
    code_text(x->v.enhanced, enhanced, sizeof enhanced);
    bnc_buf_putc(b, '{');
    bnc_print_key_span(b, "response", x->raw);
    bnc_print_key(b, "event", bnc_event_names[x->type]);
    bnc_print_key(b, "cause", cause->name);
    bnc_print_key(b, "duration", bnc_duration_names[x->v.duration]);
    bnc_print_key(b, "side", bnc_side_names[x->v.side]);
    bnc_print_key(b, "action", bnc_action_names[x->v.action]);
    bnc_print_key(b, "priority", bnc_priority_names[x->v.priority]);
    bnc_print_key_number(b, "confidence", x->v.confidence);
    bnc_print_key(b, "provider",
                  x->v.provider != 0 ? bnc_provider_get(x->c, x->v.provider)->name : "");
    bnc_print_key(b, "software",
                  x->reading.software != 0 ? bnc_provider_get(x->c, x->reading.software)->name
                                           : "");
    bnc_print_key(b, "reply_code", reply);
    bnc_print_key(b, "enhanced_code", enhanced);
    bnc_print_key(b, "blocklist", bnc_blocklist_name(x->v.blocklist));
    bnc_print_key_span(b, "template", x->text);
    bnc_print_key(b, "rule", x->rule != NULL ? x->rule->name : "");
    bnc_print_key(b, "source", x->rule != NULL ? x->rule->source : "");
    bnc_print_key(b, "group", bnc_group_names[cause->group]);
    bnc_print_key(b, "meaning",
                  x->rule != NULL && x->rule->meaning[0] != '\0' ? x->rule->meaning
                                                                 : cause->meaning);
    bnc_print_key(b, "check", bnc_advices[x->v.cause].check);
    bnc_print_key(b, "do", bnc_advices[x->v.cause].act);
    bnc_print_key(b, "delisting", bnc_blocklist_route(x->v.blocklist));
    bnc_print_key(b, "mechanism", bnc_mechanism_names[x->v.mechanism]);
    bnc_print_key(b, "command", x->x.command);
    bnc_print_key_span(b, "ip", x->x.ip);
    bnc_print_key_span(b, "help", x->x.url);
    bnc_print_key_number(b, "retry_after", x->x.retry_after_s);
    put_json_contradictions(b, x);
    put_json_names(b, cause);
    put_json_alternatives(b, x);
    bnc_buf_puts(b, "}\n");
}

/* ---- the call ---- */

enum bnc_status bnc_bytes_append(struct bnc_buf *b, char **bytes, size_t *n, struct bnc_error *err)
{
    char *p = b->failed ? NULL : realloc(*bytes, *n + b->len + 1);

    if (p == NULL) {
        bnc_buf_release(b);
        return bnc_error_nomem(err);
    }
    memcpy(p + *n, b->len > 0 ? b->at : "", b->len);
    *n += b->len;
    p[*n] = '\0';
    *bytes = p;
    bnc_buf_release(b);
    return BNC_OK;
}

static enum bnc_status explain_with(const struct bnc_knowledge *k, struct bnc_mask *mask,
                                    struct bnc_span raw, const struct bnc_explain_options *opt,
                                    char **bytes, size_t *n, struct bnc_error *err)
{
    struct explanation x = { .c = k->classifier,
                             .raw = raw,
                             .n_others = MAX_OTHERS,
                             .width = opt->width,
                             .color = opt->color != 0 };
    struct bnc_question q = { .type = BNC_EVENT_BOUNCE };
    struct bnc_buf b = { .at = NULL };
    char spelled[BNC_MASK_MAX_BYTES];
    enum bnc_status status = read_options(k->classifier, opt, &q, err);

    if (status != BNC_OK)
        return status;
    bnc_mask_init(mask, k->classifier->words, k->classifier->cpu);
    x.text = q.text = bnc_mask_text(mask, bnc_spelled_read(raw, spelled));
    x.reading = bnc_reading_of(x.text);
    x.type = q.type = type_of(&x.reading, &q);
    x.v = bnc_decide_explained(k->classifier, &q, &x.reading, x.others, &x.n_others);
    if (x.v.reply == 0)
        x.v.reply = x.reading.reply;
    if (x.v.enhanced == 0)
        x.v.enhanced = x.reading.enhanced;
    x.rule = bnc_rule_get(k->classifier, x.v.rule);
    x.x = bnc_extract_from(raw);
    if (opt->json)
        put_json(&b, &x);
    else
        put_text(&b, &x);
    return bnc_bytes_append(&b, bytes, n, err);
}

enum bnc_status bnc_explain(const struct bnc_knowledge *k, const char *response, size_t len,
                            const struct bnc_explain_options *opt, char **bytes, size_t *n,
                            struct bnc_error *err)
{
    static const struct bnc_explain_options plain = { .provider = NULL };
    struct bnc_mask *mask = malloc(sizeof *mask);
    enum bnc_status status;

    if (mask == NULL)
        return bnc_error_nomem(err);
    status = explain_with(k, mask, bnc_span_from(response, len), opt == NULL ? &plain : opt, bytes,
                          n, err);
    free(mask);
    return status;
}
