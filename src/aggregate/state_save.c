/* SPDX-License-Identifier: MIT */
#include "aggregate/merged.h"
#include "aggregate/state.h"
#include "aggregate/state_form.h"

#include "util/outfile.h"

#include <stdlib.h>

struct writer {
    const struct bnc_merged *m;
    struct bnc_outfile file;
    struct bnc_buf buf; /* the payload of the section being made */
    struct bnc_address_sort sort;
    struct bnc_error *err;
    enum bnc_status status; /* sticks */
    uint64_t n_sections;
};

/* ---- numbers and strings ---- */

static void put(struct writer *w, uint64_t v, unsigned bytes)
{
    char le[8];

    for (unsigned i = 0; i < bytes; i++)
        le[i] = (char)(v >> 8 * i);
    bnc_buf_put(&w->buf, bnc_span_from(le, bytes));
}

static void put8(struct writer *w, unsigned v)
{
    put(w, v, 1);
}
static void put16(struct writer *w, unsigned v)
{
    put(w, v, 2);
}
static void put32(struct writer *w, uint32_t v)
{
    put(w, v, 4);
}
static void put64(struct writer *w, uint64_t v)
{
    put(w, v, 8);
}

static void put_text(struct writer *w, struct bnc_span s)
{
    put32(w, (uint32_t)s.len);
    bnc_buf_put(&w->buf, s);
}

static void put_string(struct writer *w, const char *s)
{
    put_text(w, bnc_span_str(s != NULL ? s : ""));
}

static void write_bytes(struct writer *w, struct bnc_span bytes)
{
    if (w->status == BNC_OK)
        w->status = bnc_outfile_write(&w->file, bytes, w->err);
}

/* Writes what is in the buffer as a section, and empties it. */
static void end_section(struct writer *w, enum bnc_state_tag tag, unsigned partition, uint64_t n)
{
    struct bnc_buf payload = w->buf;
    uint64_t sum;

    w->buf = (struct bnc_buf){ 0 };
    bnc_buf_puts(&w->buf, bnc_state_tags[tag]);
    put32(w, partition);
    put64(w, n);
    put64(w, payload.len);
    if (payload.failed || w->buf.failed) {
        if (w->status == BNC_OK)
            w->status = bnc_error_nomem(w->err);
    } else {
        sum = bnc_state_checksum(bnc_state_checksum(0, w->buf.at, w->buf.len), payload.at,
                                 payload.len);
        put64(w, sum);
        write_bytes(w, bnc_span_from(w->buf.at, BNC_SECTION_HEAD_BYTES));
        write_bytes(w, bnc_buf_span(&payload));
        write_bytes(w, bnc_span_from(w->buf.at + BNC_SECTION_HEAD_BYTES, 8));
    }
    bnc_buf_release(&w->buf);
    w->buf = payload;
    bnc_buf_clear(&w->buf);
    w->n_sections++;
}

/* ---- sections ---- */

static void save_words(struct writer *w)
{
    for (unsigned l = 0; l < BNC_N_WORD_LISTS; l++) {
        const unsigned n = bnc_words_count((enum bnc_word_list)l);

        put32(w, n);
        for (unsigned i = 0; i < n; i++)
            put_string(w, bnc_words_name((enum bnc_word_list)l, i));
    }
    end_section(w, BNC_STATE_WORDS, 0, BNC_N_WORD_LISTS);
}

static void save_providers(struct writer *w)
{
    const size_t n = bnc_provider_count(w->m->classifier);

    for (size_t i = 0; i < n; i++)
        put_string(w, bnc_provider_get(w->m->classifier, (uint16_t)i)->name);
    end_section(w, BNC_STATE_PROVIDERS, 0, n);
}

static void save_names(struct writer *w, enum bnc_state_tag tag, const struct bnc_span *names,
                       uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put_text(w, names[i]);
    end_section(w, tag, 0, n);
}

static void save_domains(struct writer *w)
{
    for (uint32_t i = 0; i < w->m->n_domains; i++) {
        const struct bnc_merged_domain *d = &w->m->domains[i];

        put_text(w, d->name);
        put16(w, d->provider);
        put64(w, d->delivered);
        put64(w, d->days);
        put64(w, d->sketch);
    }
    end_section(w, BNC_STATE_DOMAINS, 0, w->m->n_domains);
}

static void put_verdict(struct writer *w, const struct bnc_verdict *v)
{
    put8(w, v->cause);
    put8(w, v->duration);
    put8(w, v->side);
    put8(w, v->action);
    put8(w, v->priority);
    put8(w, v->confidence);
    put8(w, v->mechanism);
    put8(w, v->contradictions);
    put8(w, v->by_text_marker);
    put8(w, v->explicit_domain);
    put16(w, v->reply);
    put16(w, v->provider);
    put32(w, v->enhanced);
    put_string(w, v->blocklist == 0 ? "" : bnc_blocklist_name(v->blocklist));
}

static void save_entries(struct writer *w)
{
    for (uint32_t i = 0; i < w->m->n_entries; i++) {
        const struct bnc_merged_entry *e = &w->m->entries[i];

        put64(w, e->key);
        put64(w, e->template_fp);
        put64(w, e->entry->sentence);
        put8(w, e->entry->type);
        put8(w, e->entry->hardness);
        put_verdict(w, &e->entry->verdict);
        put_text(w, e->text);
        put_text(w, e->entry->label);
        put_text(w, e->entry->esp);
        put_text(w, e->rule);
        put_text(w, e->rule_source);
        put32(w, e->example.first);
        put32(w, e->example.source);
        put64(w, e->example.row);
        put64(w, e->example.off);
    }
    end_section(w, BNC_STATE_ENTRIES, 0, w->m->n_entries);
}

static void save_votes(struct writer *w)
{
    size_t n;
    struct bnc_count *const votes = bnc_merged_votes(w->m, &n);

    if (votes == NULL && w->status == BNC_OK)
        w->status = bnc_error_nomem(w->err);
    for (size_t i = 0; votes != NULL && i < n; i++) {
        put32(w, (uint32_t)(votes[i].key >> 16));
        put16(w, (unsigned)(votes[i].key & 0xffff));
        put64(w, votes[i].n);
    }
    end_section(w, BNC_STATE_VOTES, 0, n);
    free(votes);
}

static void put_count(struct writer *w, const struct bnc_count *c)
{
    put64(w, c->n);
    put32(w, c->first);
    put32(w, c->last);
}

/* An entry, or what stands for none. */
static void put_entry(struct writer *w, uint32_t entry)
{
    if (entry == BNC_PSEUDO_LATE)
        entry = BNC_STATE_NO_ENTRY + BNC_STATE_TYPE_LATE;
    put32(w, entry);
}

static void save_pairs(struct writer *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->m->n_pairs; i++) {
        const struct bnc_count *c = &w->m->pairs[i];

        if (c->n == 0)
            continue; /* only logged */
        n++;
        put32(w, BNC_PAIR_DOMAIN(c->key));
        put_entry(w, BNC_PAIR_ENTRY(c->key));
        put_count(w, c);
        put64(w, c->days);
    }
    end_section(w, BNC_STATE_PAIRS, 0, n);
}

static void save_cells(struct writer *w)
{
    for (size_t i = 0; i < w->m->n_cells; i++) {
        const struct bnc_count *c = &w->m->cells[i];
        const unsigned col = BNC_CELL_COL(c->key), type = bnc_col_type(col);
        const bool caused = col >= BNC_N_EVENTS && col != BNC_COL_LATE;

        put8(w, BNC_CELL_KIND(c->key));
        put32(w, BNC_CELL_SUBJECT(c->key));
        put16(w, BNC_CELL_PROVIDER(c->key));
        put8(w, col == BNC_COL_LATE ? BNC_STATE_TYPE_LATE : type);
        put8(w, caused ? (col - BNC_N_EVENTS) % BNC_N_CAUSES : BNC_STATE_NO_CAUSE);
        put_count(w, c);
    }
    end_section(w, BNC_STATE_CELLS, 0, w->m->n_cells);
}

static void save_faults(struct writer *w)
{
    struct bnc_fault_total all[BNC_N_FAULTS] = { { 0 } };

    for (size_t p = 0; p < w->m->n_parts; p++)
        bnc_merged_add_faults(w->m, p, all);
    for (unsigned f = 0; f < BNC_N_FAULTS; f++) {
        put64(w, all[f].n);
        put32(w, all[f].n_first);
        for (uint32_t i = 0; i < all[f].n_first; i++) {
            put32(w, all[f].first[i].source);
            put64(w, all[f].first[i].row);
            put64(w, all[f].first[i].off);
        }
    }
    end_section(w, BNC_STATE_FAULTS, 0, BNC_N_FAULTS);
}

/*
 * Comes last but for the logs: folding these while they are written finds more duplicates, so they
 * are counted first.
 */
static void save_totals(struct writer *w, uint64_t duplicates)
{
    uint64_t rows = 0, filtered = 0, extra = 0, others = 0, flagged[BNC_N_EVENT_FLAGS] = { 0 };

    for (size_t p = 0; p < w->m->n_parts; p++) {
        const struct bnc_part *part = w->m->parts[p];

        rows += part->rows;
        filtered += part->filtered;
        extra += part->extra;
        others += part->others;
        for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
            flagged[b] += part->flagged[b];
    }
    put64(w, rows);
    put64(w, filtered);
    put64(w, extra);
    put64(w, others);
    put64(w, duplicates);
    for (unsigned b = 0; b < BNC_N_EVENT_FLAGS; b++)
        put64(w, flagged[b]);
    end_section(w, BNC_STATE_TOTALS, 0, 5 + BNC_N_EVENT_FLAGS);
}

static uint32_t what_of(uint32_t what)
{
    const unsigned code = BNC_WHAT_CODE(what);

    return BNC_WHAT(BNC_WHAT_CAMPAIGN(what), code == BNC_CODE_LATE ? BNC_STATE_TYPE_LATE : code);
}

/* ---- logs, a partition at a time: each says how many records it put ---- */

typedef uint64_t (*put_fn)(struct writer *w, unsigned partition);

static uint64_t no_memory(struct writer *w)
{
    if (w->status == BNC_OK)
        w->status = bnc_error_nomem(w->err);
    return 0;
}

static void save_log(struct writer *w, enum bnc_state_tag tag, put_fn put_partition)
{
    uint64_t n = 0;

    for (unsigned p = 0; p < BNC_LOG_PARTS && w->status == BNC_OK; p++) {
        n += put_partition(w, p);
        if ((p + 1) % BNC_STATE_SHARE == 0 && n > 0) {
            end_section(w, tag, p / BNC_STATE_SHARE, n);
            n = 0;
        }
    }
}

static uint64_t put_addresses(struct writer *w, unsigned partition)
{
    const size_t n = bnc_merged_addresses(w->m, partition, &w->sort);

    if (n == SIZE_MAX)
        return no_memory(w);
    for (size_t i = 0; i < n; i++) {
        const struct bnc_address_rec *r = &w->sort.at[i];
        const uint64_t pair = w->m->pairs[r->pair].key;

        put64(w, r->fp);
        put32(w, BNC_PAIR_DOMAIN(pair));
        put_entry(w, BNC_PAIR_ENTRY(pair));
        put32(w, what_of(r->what));
        put32(w, r->time);
    }
    return n;
}

static void put_held(struct writer *w, const struct bnc_held *h)
{
    put64(w, h->pair);
    put64(w, h->address);
    put64(w, h->row);
    put64(w, h->off);
    put32(w, h->source);
    put32(w, h->time);
    put32(w, h->domain);
    put_entry(w, h->entry);
    put32(w, h->campaign);
    put32(w, h->ip);
    put32(w, h->sender);
    put16(w, h->provider);
    put8(w, h->late);
}

static uint64_t put_all_held(struct writer *w, unsigned partition)
{
    uint64_t dropped = 0;
    size_t n;
    struct bnc_held *h = bnc_merged_held(w->m, partition, &n, &dropped);

    if (h == NULL)
        return no_memory(w);
    for (size_t i = 0; i < n; i++)
        put_held(w, &h[i]);
    free(h);
    return n;
}

/* Held bounces that another report of the same failure replaces. */
static uint64_t count_dropped(struct writer *w)
{
    uint64_t dropped = 0;

    for (unsigned p = 0; p < BNC_LOG_PARTS && w->status == BNC_OK; p++) {
        size_t n;
        struct bnc_held *h = bnc_merged_held(w->m, p, &n, &dropped);

        if (h == NULL)
            no_memory(w);
        free(h);
    }
    return dropped;
}

static uint64_t put_texts(struct writer *w, unsigned partition)
{
    uint64_t n = 0;
    size_t len;
    char *at = bnc_merged_texts(w->m, partition, &len);

    if (at == NULL)
        return no_memory(w);
    for (size_t off = 0; off < len; n++) {
        const struct bnc_text t = bnc_text_read(at + off);

        put64(w, t.fp);
        put16(w, (unsigned)t.text.len | (t.is_local ? BNC_TEXT_LOCAL : 0));
        bnc_buf_put(&w->buf, t.text);
        off += BNC_TEXT_HEAD + t.text.len;
    }
    free(at);
    return n;
}

static void save_all(struct writer *w)
{
    const struct bnc_merged *m = w->m;

    bnc_buf_puts(&w->buf, BNC_STATE_MAGIC);
    put32(w, BNC_STATE_VERSION);
    put32(w, 0);
    if (w->buf.failed)
        w->status = bnc_error_nomem(w->err);
    write_bytes(w, bnc_buf_span(&w->buf));
    bnc_buf_clear(&w->buf);
    save_words(w);
    save_providers(w);
    save_names(w, BNC_STATE_SOURCES, m->sources, m->n_sources);
    save_names(w, BNC_STATE_CAMPAIGNS, m->names[BNC_KIND_CAMPAIGN], m->n_names[BNC_KIND_CAMPAIGN]);
    save_names(w, BNC_STATE_IPS, m->names[BNC_KIND_SENDING_IP], m->n_names[BNC_KIND_SENDING_IP]);
    save_names(w, BNC_STATE_SENDERS, m->names[BNC_KIND_SENDER_DOMAIN],
               m->n_names[BNC_KIND_SENDER_DOMAIN]);
    save_domains(w);
    save_entries(w);
    save_votes(w);
    save_pairs(w);
    save_cells(w);
    save_faults(w);
    save_totals(w, m->duplicates + count_dropped(w));
    save_log(w, BNC_STATE_ADDRESSES, put_addresses);
    bnc_address_sort_release(&w->sort);
    save_log(w, BNC_STATE_HELD, put_all_held);
    save_log(w, BNC_STATE_TEXTS, put_texts);
    end_section(w, BNC_STATE_END, 0, w->n_sections);
}

enum bnc_status bnc_state_save(struct bnc_part *const *parts, size_t n, const char *path,
                               struct bnc_error *err)
{
    struct bnc_merged m;
    struct writer w = { .m = &m, .err = err };

    for (size_t p = 0; p < n; p++)
        if (parts[p]->detail != BNC_DETAIL_LISTS)
            return bnc_error_set(err, BNC_EUSAGE,
                                 "a state needs what the lists need, and this run did not keep it");
    if (bnc_merged_make(&m, parts, n, false, NULL, NULL) != BNC_OK)
        w.status = bnc_error_nomem(err);
    if (w.status == BNC_OK)
        w.status = bnc_outfile_begin(&w.file, path, true, err);
    if (w.status == BNC_OK) {
        save_all(&w);
        w.status = bnc_outfile_end(&w.file, w.status, err);
    }
    bnc_buf_release(&w.buf);
    bnc_merged_release(&m);
    return w.status;
}
