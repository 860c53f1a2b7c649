/* SPDX-License-Identifier: MIT */
#include "engine/notes.h"

#include "util/status.h"

/* Ends the text being written as a note; nothing where it is empty.  False when out of memory. */
static bool note(struct bnc_notes *notes, const char *term, struct bnc_buf *text)
{
    struct bnc_span kept;

    if (text->len == 0 && !text->failed)
        return true;
    kept = bnc_arena_copy(&notes->arena, bnc_buf_span(text));
    if (text->failed || kept.at == NULL)
        return false;
    notes->at[notes->n++] = (struct bnc_report_note){ .term = term, .text = kept };
    bnc_buf_clear(text);
    return true;
}

static void condition(struct bnc_buf *b, const char *what, const char *value)
{
    if (value != NULL)
        bnc_buf_printf(b, "%s%s %s", b->len > 0 ? ", " : "", what, value);
}

static void knowledge(struct bnc_buf *b, const char *what, const char *path, uint64_t hash)
{
    if (path != NULL)
        bnc_buf_printf(b, "user %s of '%s', fingerprint %016llx", what, path,
                       (unsigned long long)hash);
}

/* Settings that change what is judged, where they are not the usual ones. */
static void judgement(struct bnc_buf *b, const struct bnc_options *opt)
{
    if (opt->domain_share > 0)
        bnc_buf_printf(b, "a domain fails from a share of %g on", opt->domain_share);
    if (opt->domain_min > 0)
        bnc_buf_printf(b, "%sa domain needs %d failing recipients", b->len > 0 ? ", " : "",
                       opt->domain_min);
}

enum bnc_status bnc_notes_make(struct bnc_notes *notes, const struct bnc_setup *setup,
                               struct bnc_error *err)
{
    const struct bnc_options *const opt = setup->opt;
    struct bnc_buf b = { .at = NULL };
    bool ok;

    condition(&b, "provider", opt->provider);
    condition(&b, "campaign", opt->campaign);
    condition(&b, "sender", opt->sender);
    condition(&b, "since", opt->since);
    condition(&b, "until", opt->until);
    ok = note(notes, "filter", &b);
    notes->filter = notes->n > 0 ? notes->at[0].text : bnc_span_from("", 0);
    knowledge(&b, "rules", opt->rules, bnc_classifier_rules_hash(setup->classifier));
    ok = ok && note(notes, "rules", &b);
    knowledge(&b, "providers", opt->providers, bnc_classifier_providers_hash(setup->classifier));
    ok = ok && note(notes, "providers", &b);
    if (opt->sent != NULL)
        bnc_buf_printf(&b, "what was sent is taken from --sent '%s'", opt->sent);
    ok = ok && note(notes, "sent", &b);
    judgement(&b, opt);
    ok = ok && note(notes, "domains", &b);
    bnc_buf_release(&b);
    return ok ? BNC_OK : bnc_error_nomem(err);
}

void bnc_notes_release(struct bnc_notes *notes)
{
    bnc_arena_release(&notes->arena);
    *notes = (struct bnc_notes){ .n = 0 };
}
