/* SPDX-License-Identifier: MIT
 * state_load.c - a state file into a part.
 *
 * A state may come from anywhere, so nothing in it is believed: every section is checked by its
 * checksum before it is read, every number against its range, every string against what is left of
 * its section. Memory is asked for as bytes arrive, never because a length says so.
 */
#include "aggregate/state.h"
#include "aggregate/state_read.h"

#include "util/status.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- words and names ---- */

static int find_word(enum bnc_word_list list, struct bnc_span name)
{
    for (unsigned i = 0; i < bnc_words_count(list); i++)
        if (bnc_span_eq(bnc_span_str(bnc_words_name(list, i)), name))
            return (int)i;
    return -1;
}

static bool unknown(struct reader *r, const char *what, struct bnc_span name)
{
    char text[160];

    snprintf(text, sizeof text, "it knows a %s '%.*s' that this program does not", what,
             name.len < 60 ? (int)name.len : 60, name.at);
    for (char *c = text; *c != '\0'; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = '?';
    return bnc_read_bad(r, text);
}

static void load_words(struct reader *r, uint64_t n)
{
    if (n != BNC_N_WORD_LISTS) {
        bnc_read_bad(r, "another number of word lists");
        return;
    }
    for (unsigned l = 0; l < BNC_N_WORD_LISTS; l++) {
        const uint32_t n_words = bnc_read_index(r, 4, 255, "a list of words is too long");

        for (uint32_t i = 0; i < n_words && r->status == BNC_OK; i++) {
            const struct bnc_span name = bnc_read_text(r);
            const int ours = find_word((enum bnc_word_list)l, name);

            if (r->status == BNC_OK && ours < 0)
                unknown(r, "word", name);
            r->word[l][i] = (uint8_t)ours;
        }
        r->n_words[l] = n_words;
    }
}

/* Room for 'n' numbers, once that many records can be there at all. */
static uint32_t *new_numbers(struct reader *r, uint64_t n, size_t least_bytes)
{
    uint32_t *at;

    if (n > (r->end - r->at) / least_bytes || n > BNC_NAMES_MAX) {
        bnc_read_bad(r, "more records than bytes");
        return NULL;
    }
    at = malloc(((size_t)n + 1) * sizeof *at);
    if (at == NULL)
        bnc_read_no_memory(r);
    return at;
}

static void load_providers(struct reader *r, uint64_t n)
{
    if (n == 0 || n > 65535 || n > (r->end - r->at) / 4) {
        bnc_read_bad(r, "more providers than can be");
        return;
    }
    r->provider = calloc((size_t)n, sizeof *r->provider);
    if (r->provider == NULL) {
        bnc_read_no_memory(r);
        return;
    }
    r->n_providers = (uint32_t)n;
    for (uint32_t i = 0; i < n && r->status == BNC_OK; i++) {
        const struct bnc_span name = bnc_read_text(r);

        r->provider[i] = bnc_provider_find(r->classifier, name);
        if (r->status == BNC_OK && i > 0 && r->provider[i] == 0)
            unknown(r, "provider", name);
    }
    if (r->status == BNC_OK && r->provider[0] != 0)
        bnc_read_bad(r, "the first provider is not 'other'");
}

static void load_sources(struct reader *r, uint64_t n)
{
    struct bnc_part *part = r->part;

    if (n > (r->end - r->at) / 4) {
        bnc_read_bad(r, "more records than bytes");
        return;
    }
    if (n == 0)
        return;
    part->sources = malloc((size_t)n * sizeof *part->sources);
    if (part->sources == NULL) {
        bnc_read_no_memory(r);
        return;
    }
    for (uint32_t i = 0; i < n && r->status == BNC_OK; i++) {
        const struct bnc_span name = bnc_read_text(r);

        if (i > 0 && bnc_span_cmp(part->sources[i - 1], name) >= 0)
            bnc_read_bad(r, "sources out of order");
        part->sources[i] = bnc_arena_copy(&part->arena, name);
        if (part->sources[i].at == NULL)
            bnc_read_no_memory(r);
        part->n_sources = i + 1;
    }
}

/* One more name; UINT32_MAX if there was one like it. */
static uint32_t add_name(struct reader *r, struct bnc_names *names, struct bnc_span name)
{
    bool made = false;
    uint32_t at;

    if (r->status != BNC_OK)
        return UINT32_MAX;
    at = bnc_names_get(names, name, &made);
    if (at == UINT32_MAX)
        bnc_read_no_memory(r);
    else if (!made && name.len > 0)
        bnc_read_bad(r, "a name stands twice");
    return at;
}

static void load_names(struct reader *r, enum bnc_kind kind, uint64_t n)
{
    r->name_at[kind] = new_numbers(r, n, 4);
    for (uint32_t i = 0; i < n && r->status == BNC_OK; i++)
        r->name_at[kind][i] = add_name(r, &r->part->names[kind], bnc_read_text(r));
    r->n_names[kind] = r->status == BNC_OK ? (uint32_t)n : 0;
}

static void load_domains(struct reader *r, uint64_t n)
{
    r->domain = new_numbers(r, n, 4 + 2 + 3 * 8);
    for (uint32_t i = 0; i < n && r->status == BNC_OK; i++) {
        struct bnc_domain_rec *d;

        r->domain[i] = add_name(r, &r->part->domains, bnc_read_text(r));
        if (r->status != BNC_OK)
            break;
        d = bnc_names_at(&r->part->domains, r->domain[i]);
        d->used = true;
        d->provider = bnc_read_provider(r);
        bnc_names_slot(&r->part->domains, bnc_names_key(&r->part->domains, d->name.text))->note =
            d->provider;
        d->delivered = bnc_read_number(r, 8);
        d->days = bnc_read_number(r, 8);
        d->sketch = bnc_read_number(r, 8);
    }
    r->n_domains = r->status == BNC_OK ? (uint32_t)n : 0;
}

/* ---- verdicts ---- */

static struct bnc_span keep(struct reader *r, struct bnc_span s)
{
    const struct bnc_span copy = bnc_arena_copy(&r->part->arena, s);

    if (copy.at == NULL)
        bnc_read_no_memory(r);
    return copy;
}

static uint16_t find_blocklist(struct reader *r, struct bnc_span name)
{
    const char *known;

    if (name.len == 0)
        return 0;
    for (uint16_t i = 1; *(known = bnc_blocklist_name(i)) != '\0'; i++)
        if (bnc_span_eq(bnc_span_str(known), name))
            return i;
    unknown(r, "blocklist", name);
    return 0;
}

static void load_verdict(struct reader *r, struct bnc_verdict *v)
{
    v->cause = bnc_read_word(r, BNC_WORDS_CAUSES);
    v->duration = bnc_read_word(r, BNC_WORDS_DURATIONS);
    v->side = bnc_read_word(r, BNC_WORDS_SIDES);
    v->action = bnc_read_word(r, BNC_WORDS_ACTIONS);
    v->priority = bnc_read_word(r, BNC_WORDS_PRIORITIES);
    v->confidence = (uint8_t)bnc_read_index(r, 1, 101, "a confidence above 100");
    v->mechanism = bnc_read_word(r, BNC_WORDS_MECHANISMS);
    v->contradictions = (uint8_t)bnc_read_number(r, 1);
    v->by_text_marker = (uint8_t)bnc_read_index(r, 1, 2, "a flag above 1");
    v->explicit_domain = (uint8_t)bnc_read_index(r, 1, 2, "a flag above 1");
    v->reply = (uint16_t)bnc_read_number(r, 2);
    v->provider = bnc_read_provider(r);
    v->enhanced = (uint32_t)bnc_read_number(r, 4);
    v->blocklist = find_blocklist(r, bnc_read_text(r));
}

static void load_entry(struct reader *r, uint32_t i)
{
    struct bnc_entry *e = bnc_arena_alloc(&r->part->arena, sizeof *e);
    struct bnc_part_entry *to = &r->part->entries[i];
    struct bnc_example *example = &r->part->sums.examples[i];

    if (e == NULL) {
        bnc_read_no_memory(r);
        return;
    }
    *e = (struct bnc_entry){ .key = bnc_read_number(r, 8), .index = i };
    e->template_fp = bnc_read_number(r, 8);
    e->sentence = bnc_read_number(r, 8);
    e->type = (enum bnc_event_type)bnc_read_word(r, BNC_WORDS_EVENTS);
    e->hardness =
        (enum bnc_hardness)bnc_read_index(r, 1, BNC_HARDNESS_UNKNOWN + 1, "no label of an ESP");
    load_verdict(r, &e->verdict);
    e->template_text = keep(r, bnc_read_text(r));
    e->label = keep(r, bnc_read_text(r));
    e->esp = keep(r, bnc_read_text(r));
    to->rule = keep(r, bnc_read_text(r));
    to->rule_source = keep(r, bnc_read_text(r));
    example->first = (uint32_t)bnc_read_number(r, 4);
    example->source = bnc_read_source(r);
    example->row = bnc_read_number(r, 8);
    example->off = bnc_read_number(r, 8);
    to->entry = e;
}

static void load_entries(struct reader *r, uint64_t n)
{
    struct bnc_part *part = r->part;

    if (n > (r->end - r->at) / 92) { /* less than the least record takes */
        bnc_read_bad(r, "more records than bytes");
        return;
    }
    part->entries = calloc((size_t)n + 1, sizeof *part->entries);
    part->cell_of = calloc((size_t)n + 1, sizeof *part->cell_of);
    if (part->entries == NULL || part->cell_of == NULL ||
        !bnc_sums_reserve(&part->sums, 1, (size_t)n)) {
        bnc_read_no_memory(r);
        return;
    }
    part->cap_entries = (size_t)n + 1;
    for (uint32_t i = 0; i < n && r->status == BNC_OK; i++)
        load_entry(r, i);
    part->n_entries = r->status == BNC_OK ? (size_t)n : 0;
}

/* ---- sections ---- */

static void load_section(struct reader *r, enum bnc_state_tag tag, uint64_t n)
{
    switch (tag) {
    case BNC_STATE_WORDS:
        load_words(r, n);
        break;
    case BNC_STATE_PROVIDERS:
        load_providers(r, n);
        break;
    case BNC_STATE_SOURCES:
        load_sources(r, n);
        break;
    case BNC_STATE_CAMPAIGNS:
        load_names(r, BNC_KIND_CAMPAIGN, n);
        break;
    case BNC_STATE_IPS:
        load_names(r, BNC_KIND_SENDING_IP, n);
        break;
    case BNC_STATE_SENDERS:
        load_names(r, BNC_KIND_SENDER_DOMAIN, n);
        break;
    case BNC_STATE_DOMAINS:
        load_domains(r, n);
        break;
    case BNC_STATE_ENTRIES:
        load_entries(r, n);
        break;
    case BNC_STATE_VOTES:
        bnc_load_votes(r, n);
        break;
    case BNC_STATE_PAIRS:
        bnc_load_pairs(r, n);
        break;
    case BNC_STATE_CELLS:
        bnc_load_cells(r, n);
        break;
    case BNC_STATE_FAULTS:
        bnc_load_faults(r, n);
        break;
    case BNC_STATE_TOTALS:
        bnc_load_totals(r, n);
        break;
    case BNC_STATE_ADDRESSES:
        bnc_load_addresses(r, n);
        break;
    case BNC_STATE_HELD:
        bnc_load_held(r, n);
        break;
    case BNC_STATE_TEXTS:
        bnc_load_texts(r, n);
        break;
    default:
        break; /* the end holds nothing */
    }
}

static bool is_log(enum bnc_state_tag tag)
{
    return tag == BNC_STATE_ADDRESSES || tag == BNC_STATE_HELD || tag == BNC_STATE_TEXTS;
}

/*
 * Whether 'tag' of 'partition' may follow 'before' of partition 'r->partition': all in order, none
 * left out but empty logs.
 */
static bool follows(const struct reader *r, int before, enum bnc_state_tag tag, uint32_t partition)
{
    if (partition >= BNC_STATE_PARTS || (!is_log(tag) && partition != 0))
        return false;
    if ((int)tag == before)
        return is_log(tag) && partition > r->partition;
    for (int t = before + 1; t < (int)tag; t++)
        if (!is_log((enum bnc_state_tag)t))
            return false;
    return (int)tag > before;
}

static int find_tag(const char *at)
{
    for (int t = 0; t < BNC_N_STATE_TAGS; t++)
        if (memcmp(at, bnc_state_tags[t], 4) == 0)
            return t;
    return -1;
}

/*
 * Reads the section at 'off'; returns where the next one starts. '*tag' is in: the one before, out:
 * this one.
 */
static size_t read_section(struct reader *r, size_t off, int *tag, uint64_t n_before)
{
    const size_t left = r->bytes.len - off;
    uint64_t n, len, sum;
    uint32_t partition;
    int found;

    if (left < BNC_SECTION_HEAD_BYTES)
        return bnc_read_bad_at(r, r->bytes.len, "it is cut short"), off;
    r->at = off + 4;
    r->end = off + BNC_SECTION_HEAD_BYTES;
    found = find_tag(r->bytes.at + off);
    partition = (uint32_t)bnc_read_number(r, 4);
    n = bnc_read_number(r, 8);
    len = bnc_read_number(r, 8);
    if (found < 0 || !follows(r, *tag, (enum bnc_state_tag)found, partition))
        return bnc_read_bad_at(r, off, "a section out of place"), off;
    if (left - BNC_SECTION_HEAD_BYTES < 8 || len > left - BNC_SECTION_HEAD_BYTES - 8)
        return bnc_read_bad_at(r, r->bytes.len, "it is cut short"), off;
    r->end = r->at + (size_t)len + 8;
    sum = bnc_state_checksum(bnc_state_checksum(0, r->bytes.at + off, BNC_SECTION_HEAD_BYTES),
                             r->bytes.at + r->at, (size_t)len);
    r->at += (size_t)len;
    if (bnc_read_number(r, 8) != sum)
        return bnc_read_bad_at(r, off, "a section is damaged (its checksum is wrong)"), off;
    r->at = off + BNC_SECTION_HEAD_BYTES;
    r->end = r->at + (size_t)len;
    r->partition = partition;
    *tag = found;
    if (found == BNC_STATE_END && (n != n_before || len != 0))
        return bnc_read_bad_at(r, off, "sections are missing"), off;
    load_section(r, (enum bnc_state_tag)found, n);
    if (r->status == BNC_OK && r->at != r->end)
        bnc_read_bad(r, "a section is longer than its records");
    return r->end + 8;
}

static void read_all(struct reader *r)
{
    size_t off = BNC_STATE_HEAD_BYTES;
    uint32_t version;
    char text[80];
    uint64_t n = 0;
    int tag = -1;

    r->end = off;
    if (r->bytes.len < off || memcmp(r->bytes.at, BNC_STATE_MAGIC, 8) != 0) {
        r->status = bnc_error_set(r->err, BNC_EDATA,
                                  "'%s' is no saved state; for an export: "
                                  "bounce-analyzer report '%s' --save-state FILE",
                                  r->name, r->name);
        bnc_error_at(r->err, r->name, 0, BNC_NO_PLACE);
        return;
    }
    r->at = 8;
    version = (uint32_t)bnc_read_number(r, 4);
    if (version != BNC_STATE_VERSION) {
        snprintf(text, sizeof text, "it has version %u and this program reads version %u", version,
                 BNC_STATE_VERSION);
        bnc_read_bad_at(r, 8, text);
        return;
    }
    if (bnc_read_number(r, 4) != 0) {
        bnc_read_bad_at(r, 12, "its head is damaged");
        return;
    }
    while (r->status == BNC_OK && tag != BNC_STATE_END)
        off = read_section(r, off, &tag, n++);
    if (r->status == BNC_OK && off != r->bytes.len)
        bnc_read_bad_at(r, off, "something follows its end");
}

enum bnc_status bnc_state_parse(struct bnc_part **part, struct bnc_span bytes, const char *name,
                                const struct bnc_classifier *classifier, struct bnc_error *err)
{
    const struct bnc_part_options opt = {
        .detail = BNC_DETAIL_LISTS,
        .classifier = classifier,
        .seed = bnc_hash64(bytes.at, bytes.len < 4096 ? bytes.len : 4096, (uintptr_t)&bytes)
    };
    struct reader r = { .part = bnc_part_create(&opt),
                        .classifier = classifier,
                        .bytes = bytes,
                        .name = name,
                        .err = err };

    *part = NULL;
    if (r.part == NULL)
        return bnc_error_nomem(err);
    r.part->is_state = true;
    read_all(&r);
    free(r.provider);
    free(r.domain);
    for (unsigned k = 0; k < BNC_N_KINDS; k++)
        free(r.name_at[k]);
    if (r.status == BNC_OK)
        *part = r.part;
    else
        bnc_part_free(r.part);
    return r.status;
}

/* False as soon as it is seen to be none: an export given by mistake is not read to its end. */
static bool may_be_state(const struct bnc_buf *bytes)
{
    return bytes->len < 8 || memcmp(bytes->at, BNC_STATE_MAGIC, 8) == 0;
}

enum bnc_status bnc_state_load(struct bnc_part **part, const char *path,
                               const struct bnc_classifier *classifier, struct bnc_error *err)
{
    struct bnc_buf bytes = { 0 };
    FILE *f = fopen(path, "rbe");
    enum bnc_status status;
    size_t n = 1;

    *part = NULL;
    if (f == NULL) {
        status = bnc_error_sys(err, BNC_ENOINPUT, "cannot open '%s'", path);
        bnc_error_at(err, path, 0, BNC_NO_PLACE);
        return status;
    }
    while (n > 0 && may_be_state(&bytes) && bnc_buf_reserve(&bytes, 1 << 20)) {
        n = fread(bytes.at + bytes.len, 1, 1 << 20, f);
        bytes.len += n;
    }
    if (bytes.failed) {
        status = bnc_error_nomem(err);
    } else if (ferror(f) && errno == EISDIR) {
        status = bnc_error_set(err, BNC_ENOINPUT,
                               "'%s' is a folder; name the states in it: '%s'/*.state", path, path);
        bnc_error_at(err, path, 0, BNC_NO_PLACE);
    } else if (ferror(f)) {
        status = bnc_error_sys(err, BNC_EIO, "cannot read '%s'", path);
        bnc_error_at(err, path, 0, bytes.len);
    } else {
        status = bnc_state_parse(part, bnc_buf_span(&bytes), path, classifier, err);
    }
    fclose(f);
    bnc_buf_release(&bytes);
    return status;
}

bool bnc_state_is(const char *path)
{
    char head[sizeof BNC_STATE_MAGIC - 1];
    struct stat st;
    bool is;
    int fd;

    if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
        return false;
    is = read(fd, head, sizeof head) == (ssize_t)sizeof head &&
         memcmp(head, BNC_STATE_MAGIC, sizeof head) == 0;
    close(fd);
    return is;
}
