/* SPDX-License-Identifier: MIT
 * setup.c - options checked once, before anything is read.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "engine/setup.h"
#include "util/cpu.h"
#include "util/idn.h"
#include "util/status.h"

struct word {
    const char *name;
    int value;
};

static const struct word engines[] = { { "auto", BNC_ENGINE_AUTO },
                                       { "own", BNC_ENGINE_OWN },
                                       { "libcsv", BNC_ENGINE_LIBCSV },
                                       { NULL, 0 } };

static const struct word gunzips[] = { { "auto", BNC_GUNZIP_AUTO },
                                       { "zlib", BNC_GUNZIP_ZLIB },
                                       { "isal", BNC_GUNZIP_ISAL },
                                       { NULL, 0 } };

static const struct word encodings[] = {
    { "auto", BNC_ENCODING_AUTO },         { "utf-8", BNC_ENCODING_UTF8 },
    { "utf8", BNC_ENCODING_UTF8 },         { "utf-16le", BNC_ENCODING_UTF16LE },
    { "utf-16be", BNC_ENCODING_UTF16BE },  { "latin1", BNC_ENCODING_LATIN1 },
    { "iso-8859-1", BNC_ENCODING_LATIN1 }, { NULL, 0 }
};

static const struct word policies[] = { { "careful", BNC_POLICY_CAREFUL },
                                        { "strict", BNC_POLICY_STRICT },
                                        { NULL, 0 } };

static const struct word shows[] = { { "domain", BNC_SHOW_DOMAIN },
                                     { "masked", BNC_SHOW_MASKED },
                                     { "full", BNC_SHOW_FULL },
                                     { NULL, 0 } };

/* The value of 'text' among 'words'; NULL takes the first. */
static enum bnc_status choose(const struct word *words, const char *text, const char *option,
                              int *value, struct bnc_error *err)
{
    char list[128] = "";
    size_t len = 0;

    *value = words[0].value;
    if (text == NULL)
        return BNC_OK;
    for (const struct word *w = words; w->name != NULL; w++) {
        if (bnc_span_eq_nocase(bnc_span_str(w->name), bnc_span_str(text))) {
            *value = w->value;
            return BNC_OK;
        }
        len +=
            (size_t)snprintf(list + len, sizeof list - len, "%s%s", len == 0 ? "" : ", ", w->name);
        if (len >= sizeof list)
            len = sizeof list - 1;
    }
    return bnc_error_set(err, BNC_EUSAGE, "'%s' is no value of %s; it takes one of: %s", text,
                         option, list);
}

#define MAX_BLOCK_BYTES ((uint64_t)256 << 20)

/* A bound of time; a bare date is its midnight, or with 'end' the next one. */
static enum bnc_status time_bound(const char *text, const char *option, bool end, int64_t *bound,
                                  struct bnc_error *err)
{
    size_t n_digits; /* at the front: 5 are a spreadsheet's day, 10 seconds since 1970 */

    *bound = BNC_NO_TIME;
    if (text == NULL)
        return BNC_OK;
    n_digits = strspn(text, "0123456789");
    if (n_digits == 5 || !bnc_time_parse(bnc_span_str(text), 0, 0, bound))
        return bnc_error_set(err, BNC_EUSAGE,
                             "'%s' is no time for %s; write 2026-10-31 or 2026-10-31T23:00:00Z",
                             text, option);
    if (end && strlen(text) <= 10 && n_digits < 10)
        *bound += BNC_SECONDS_PER_DAY;
    return BNC_OK;
}

static unsigned count_threads(int wanted)
{
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (wanted > 0)
        return (unsigned)wanted;
    return cores <= 0 ? 1 : cores < BNC_MAX_THREADS ? (unsigned)cores : BNC_MAX_THREADS;
}

static uint64_t random_seed(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
        seed = UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)(uintptr_t)&seed;
    return seed | 1;
}

static enum bnc_status setup_words(struct bnc_setup *s, const struct bnc_options *opt,
                                   struct bnc_error *err)
{
    enum bnc_status status;
    int engine, gunzip, encoding, policy, show;

    status = choose(engines, opt->engine, "--engine", &engine, err);
    if (status == BNC_OK)
        status = choose(gunzips, opt->gunzip, "--gunzip", &gunzip, err);
    if (status == BNC_OK)
        status = choose(encodings, opt->encoding, "--encoding", &encoding, err);
    if (status == BNC_OK)
        status = choose(policies, opt->policy, "--policy", &policy, err);
    if (status == BNC_OK)
        status = choose(shows, opt->show, "--show", &show, err);
    if (status != BNC_OK)
        return status;
    s->engine = (enum bnc_engine)engine;
    s->policy = (enum bnc_policy)policy;
    s->show = (enum bnc_show)show;
    s->ingest = (struct bnc_ingest_options){
        .no_mmap = opt->no_mmap != 0,
        .block_bytes = (size_t)opt->block_bytes,
        .encoding = (enum bnc_encoding)encoding,
        .gunzip = (enum bnc_gunzip)gunzip,
        .max_expanded_bytes = opt->max_expanded_bytes,
        .guard = opt->guard,
        .stop = opt->stop,
    };
    s->schema = (struct bnc_schema_options){
        .from = opt->from,
        .map = opt->map,
        .delim = opt->delimiter,
        .quote = opt->quote,
        .escape = opt->escape,
        .timezone = opt->timezone,
        .date_order = opt->date_order,
    };
    return BNC_OK;
}

#define MIN_KEY_BYTES 16
#define MAX_KEY_BYTES 4096

/* The line end behind a key that an editor or echo wrote is none of it. */
static enum bnc_status take_key(struct bnc_hmac_key *key, struct bnc_span text, const char *path,
                                struct bnc_error *err)
{
    while (text.len > 0 && (text.at[text.len - 1] == '\n' || text.at[text.len - 1] == '\r'))
        text.len--;
    if (text.len < MIN_KEY_BYTES || text.len > MAX_KEY_BYTES)
        return bnc_error_set(
            err, BNC_ECONFIG,
            "--pseudonymize: a key has %d to %d bytes, and '%s' does not; make one "
            "with: head -c 32 /dev/urandom | base64",
            MIN_KEY_BYTES, MAX_KEY_BYTES, path);
    bnc_hmac_key_make(key, text);
    return BNC_OK;
}

static enum bnc_status read_key(struct bnc_hmac_key *key, const char *path, struct bnc_error *err)
{
    FILE *const f = fopen(path, "rbe");
    char text[MAX_KEY_BYTES + 3]; /* with a line end, and one too many */
    enum bnc_status status;
    size_t n;

    if (f == NULL)
        return bnc_error_sys(err, BNC_ECONFIG, "--pseudonymize: cannot open '%s'", path);
    n = fread(text, 1, sizeof text, f);
    status = ferror(f) ? bnc_error_sys(err, BNC_ECONFIG, "--pseudonymize: cannot read '%s'", path)
                       : take_key(key, bnc_span_from(text, n == sizeof text ? 0 : n), path, err);
    fclose(f);
    explicit_bzero(text, sizeof text);
    return status;
}

static enum bnc_status setup_pseudonyms(struct bnc_setup *s, const struct bnc_options *opt,
                                        struct bnc_error *err)
{
    if (opt->pseudonymize == NULL)
        return BNC_OK;
    if (opt->rejects != NULL)
        return bnc_error_set(err, BNC_EUSAGE,
                             "--rejects keeps rows as they are, addresses and all: leave it out or "
                             "--pseudonymize");
    return read_key(&s->pseudonyms, opt->pseudonymize, err);
}

static enum bnc_status setup_filters(struct bnc_setup *s, const struct bnc_options *opt,
                                     struct bnc_error *err)
{
    enum bnc_status status = time_bound(opt->since, "--since", false, &s->since, err);

    if (status == BNC_OK)
        status = time_bound(opt->until, "--until", true, &s->until, err);
    if (status != BNC_OK)
        return status;
    if (s->since != BNC_NO_TIME && s->until != BNC_NO_TIME && s->since > s->until)
        return bnc_error_set(err, BNC_EUSAGE, "--since %s is after --until %s: no row can pass",
                             opt->since, opt->until);
    if (opt->campaign != NULL)
        s->only_campaign = bnc_span_str(opt->campaign);
    if (opt->sender != NULL) {
        s->only_sender = bnc_idn_folded(&s->names, bnc_span_str(opt->sender));
        if (s->only_sender.at == NULL)
            return bnc_error_nomem(err);
    }
    if (opt->provider != NULL) {
        s->only_provider = bnc_provider_find(s->classifier, bnc_span_str(opt->provider));
        if (s->only_provider == 0 && strcmp(opt->provider, "other") != 0)
            return bnc_error_set(
                err, BNC_EUSAGE, "no provider is called '%s'; the nearest name is '%s'",
                opt->provider, bnc_provider_nearest(s->classifier, bnc_span_str(opt->provider)));
        s->has_provider = true;
    }
    s->has_filter = s->has_provider || opt->campaign != NULL || opt->sender != NULL ||
                    s->since != BNC_NO_TIME || s->until != BNC_NO_TIME;
    return BNC_OK;
}

static enum bnc_status check_limits(const struct bnc_options *opt, struct bnc_error *err)
{
    if (opt->threads < 0 || opt->threads > BNC_MAX_THREADS)
        return bnc_error_set(err, BNC_EUSAGE, "--threads is a number from 1 to %d, not %d",
                             BNC_MAX_THREADS, opt->threads);
    if (opt->block_bytes > MAX_BLOCK_BYTES)
        return bnc_error_set(err, BNC_EUSAGE, "--block-size takes at most 256 MiB");
    return BNC_OK;
}

enum bnc_status bnc_setup_init(struct bnc_setup *s, const struct bnc_options *opt,
                               struct bnc_error *err)
{
    enum bnc_status status = check_limits(opt, err);
    struct bnc_classifier_options copt = { .rules_path = opt->rules,
                                           .providers_path = opt->providers };

    *s = (struct bnc_setup){ .opt = opt, .cpu = bnc_cpu_detect(), .seed = random_seed() };
    if (status != BNC_OK)
        return status;
    s->team = bnc_team_create(count_threads(opt->threads));
    if (s->team == NULL)
        return bnc_error_nomem(err);
    s->n_threads = bnc_team_size(s->team);
    copt.cpu = s->cpu;
    status = setup_words(s, opt, err);
    if (status == BNC_OK)
        status = setup_pseudonyms(s, opt, err);
    if (status == BNC_OK)
        status = bnc_schema_options_check(&s->schema, err);
    if (status == BNC_OK)
        status = bnc_classifier_create(&s->classifier, &copt, err);
    if (status == BNC_OK)
        status = setup_filters(s, opt, err);
    return status;
}

void bnc_setup_release(struct bnc_setup *s)
{
    bnc_classifier_free(s->classifier);
    bnc_team_free(s->team);
    bnc_arena_release(&s->names);
    s->classifier = NULL;
    s->team = NULL;
}

static bool is_of_sender(const struct bnc_event *event, struct bnc_span wanted)
{
    return bnc_span_eq_nocase(event->sender, wanted) ||
           bnc_span_eq_nocase(event->sender_domain, wanted);
}

bool bnc_event_passes(const struct bnc_setup *s, const struct bnc_event *event, uint16_t provider)
{
    if (!s->has_filter)
        return true;
    if (s->since != BNC_NO_TIME && (event->time == BNC_NO_TIME || event->time < s->since))
        return false;
    if (s->until != BNC_NO_TIME && (event->time == BNC_NO_TIME || event->time >= s->until))
        return false;
    if (s->has_provider && provider != s->only_provider)
        return false;
    if (s->opt->campaign != NULL && !bnc_span_eq(event->campaign, s->only_campaign))
        return false;
    return s->opt->sender == NULL || is_of_sender(event, s->only_sender);
}

void bnc_parallel(void *ctx, size_t n, void (*fn)(void *arg, size_t i), void *arg)
{
    const struct bnc_setup *setup = ctx;

    bnc_team_each(setup->team, n, fn, arg);
}
