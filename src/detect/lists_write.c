/* SPDX-License-Identifier: MIT
 * lists_write.c - the lists as files.  They hold addresses by nature: mode 0600, written whole or
 * not at all.
 */
#define _GNU_SOURCE /* memrchr */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "detect/decision.h"
#include "detect/judging.h"
#include "util/csvcell.h"
#include "util/figure.h"
#include "util/outfile.h"
#include "util/slices.h"

const struct bnc_layout bnc_layouts[] = {
#include "gen/layouts.h"
};
const size_t bnc_n_layouts = sizeof bnc_layouts / sizeof bnc_layouts[0];

const struct bnc_layout *bnc_layout_find(struct bnc_span name)
{
    for (size_t i = 0; i < bnc_n_layouts; i++)
        if (bnc_span_eq_nocase(name, bnc_span_str(bnc_layouts[i].name)))
            return &bnc_layouts[i];
    return NULL;
}

/* ---- cells ---- */

static void put_name(struct bnc_buf *b, const char *name)
{
    bnc_buf_putc(b, ',');
    bnc_buf_puts(b, name);
}

static void put_rfc2822(struct bnc_buf *b, int64_t time)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    const time_t at = (time_t)time;
    struct tm tm;

    if (time == BNC_NO_TIME || gmtime_r(&at, &tm) == NULL)
        return;
    bnc_buf_printf(b, "\"%s, %02d %.3s %04d %02d:%02d:%02d GMT\"", days[tm.tm_wday], tm.tm_mday,
                   bnc_month_names[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

/* One row: an address or a domain, and what was decided. */
struct list_row {
    struct bnc_span subject;
    const struct bnc_decision *x;
    const struct bnc_template *template; /* or NULL */
};

static void put_codes(struct bnc_buf *b, const struct bnc_template *x)
{
    const uint32_t e = x == NULL ? 0 : x->verdict.enhanced;

    if (x != NULL && x->verdict.reply != 0)
        bnc_count_put(b, x->verdict.reply, 0);
    bnc_buf_putc(b, ',');
    if (e != 0)
        bnc_enhanced_put(b, e);
}

static void put_own_row(struct bnc_buf *b, const struct list_row *r)
{
    const struct bnc_decision *const x = r->x;

    bnc_csv_put(b, r->subject, ',');
    bnc_buf_putc(b, ',');
    bnc_csv_put(b, bnc_span_str(x->reason), ',');
    put_name(b, bnc_causes[x->cause].name);
    put_name(b, bnc_side_names[x->side]);
    bnc_buf_putc(b, ',');
    put_codes(b, r->template);
    bnc_buf_putc(b, ',');
    if (r->template != NULL)
        bnc_csv_put(b, r->template->rule, ',');
    bnc_buf_putc(b, ',');
    bnc_count_put(b, x->confidence, 0);
    bnc_buf_putc(b, ',');
    bnc_time_put(b, x->first);
    bnc_buf_putc(b, ',');
    bnc_time_put(b, x->last);
    bnc_buf_putc(b, ',');
    bnc_count_put(b, x->events, 0);
    bnc_buf_putc(b, ',');
    if (r->template != NULL)
        bnc_csv_put(b, r->template->text, ',');
    bnc_buf_putc(b, '\n');
}

static void put_layout_cell(struct bnc_buf *b, struct bnc_span name, const struct list_row *r)
{
    const struct bnc_template *const t = r->template;

    if (bnc_span_eq(name, BNC_SPAN("address")))
        bnc_csv_put(b, r->subject, ',');
    else if (bnc_span_eq(name, BNC_SPAN("code")))
        bnc_buf_printf(b, "%u", t != NULL && t->verdict.reply != 0 ? t->verdict.reply : 550);
    else if (bnc_span_eq(name, BNC_SPAN("reason")))
        bnc_csv_put(b, bnc_span_str(r->x->reason), ',');
    else if (bnc_span_eq(name, BNC_SPAN("rfc2822")))
        put_rfc2822(b, r->x->last);
    else if (bnc_span_eq(name, BNC_SPAN("ses_reason")))
        bnc_buf_puts(b, r->x->cause == BNC_CAUSE_COMPLAINT ? "COMPLAINT" : "BOUNCE");
}

static void put_layout_row(struct bnc_buf *b, const char *layout, const struct list_row *r)
{
    while (*layout != '\0') {
        const char *end = *layout == '{' ? strchr(layout, '}') : NULL;

        if (end == NULL) {
            bnc_buf_putc(b, *layout++);
            continue;
        }
        put_layout_cell(b, bnc_span_from(layout + 1, (size_t)(end - layout - 1)), r);
        layout = end + 1;
    }
    bnc_buf_putc(b, '\n');
}

static void put_headers(struct bnc_buf *out, const struct bnc_layout *layout)
{
    for (unsigned list = 0; list < BNC_N_LISTS; list++)
        bnc_buf_printf(&out[list],
                       "%s,reason,cause,side,reply_code,enhanced_code,rule,confidence,first_seen,"
                       "last_seen,count,template\n",
                       list == BNC_LIST_SUPPRESS_DOMAINS ? "domain" : "address");
    if (layout != NULL && layout->header[0] != '\0')
        bnc_buf_printf(&out[BNC_N_LISTS], "%s\n", layout->header);
}

/* ---- all lists, in slices of addresses ---- */

struct rendering {
    const struct bnc_lists *lists;
    const struct bnc_layout *layout;
    uint64_t *formulas;
};

/* Puts a decided row where it belongs. */
static void put_row(const struct rendering *r, struct bnc_buf *out, struct bnc_span subject,
                    const struct bnc_decision *x)
{
    const struct bnc_tally *const t = r->lists->tally;
    const struct list_row row = {
        subject, x, x->template <t->n_named_templates ? &t->templates[x->template] : NULL };

    put_own_row(&out[x->list], &row);
    if (x->list == BNC_LIST_SUPPRESS && r->layout != NULL)
        put_layout_row(&out[BNC_N_LISTS], r->layout->row, &row);
    if (bnc_is_formula(subject))
        __atomic_fetch_add(r->formulas, 1, __ATOMIC_RELAXED);
}

void bnc_pseudonym_put(struct bnc_buf *out, const struct bnc_hmac_key *key, struct bnc_span address)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char digest[BNC_SHA256_BYTES];
    char *to = bnc_buf_room(out, 2 * sizeof digest + address.len);
    const char *at;

    if (to == NULL)
        return;
    for (size_t i = 0; i < address.len; i++)
        to[i] = bnc_lower(address.at[i]);
    bnc_hmac_sha256(key, bnc_span_from(to, address.len), digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        *to++ = hex[digest[i] >> 4];
        *to++ = hex[digest[i] & 15];
    }
    at = address.len == 0 ? NULL : memrchr(address.at, '@', address.len);
    for (; at != NULL && at < address.at + address.len; at++)
        *to++ = bnc_lower(*at);
    bnc_buf_end(out, to);
}

/* The address, or what stands for it, which 'room' holds until the next call. */
static struct bnc_span subject_of(const struct rendering *r, const struct bnc_address *a,
                                  struct bnc_buf *room)
{
    if (r->lists->pseudonyms == NULL)
        return bnc_address_text(a);
    room->len = 0;
    bnc_pseudonym_put(room, r->lists->pseudonyms, bnc_address_text(a));
    return bnc_buf_span(room);
}

/* What a slice needs beside its rows; a room that failed says so. */
struct rooms {
    struct bnc_buf address, run, pseudonym;
};

/* Decides an address and puts its row. */
static void put_address(const struct rendering *r, size_t i, struct bnc_buf *out,
                        struct rooms *rooms)
{
    const struct bnc_address *const a = bnc_tally_address(r->lists->tally, i, &rooms->address);
    const struct bnc_outcome **const run = a != NULL ? bnc_run_room(&rooms->run, a) : NULL;
    struct bnc_decision x;

    bnc_tally_fetch_address(r->lists->tally, i);
    if (run == NULL)
        return;
    x = bnc_address_decide(r->lists, a, run);
    if (x.list >= 0 && x.list != BNC_LIST_SUPPRESS_DOMAINS && a->len > 0)
        put_row(r, out, subject_of(r, a, &rooms->pseudonym), &x);
}

static void put_slice(const void *arg, size_t slice, struct bnc_buf *out)
{
    const struct rendering *const r = arg;
    const struct bnc_tally *const t = r->lists->tally;
    const size_t from = slice * BNC_SLICE_ROWS, end = t->n_addresses - from < BNC_SLICE_ROWS
                                                          ? t->n_addresses
                                                          : from + BNC_SLICE_ROWS;
    struct rooms rooms = { .address.at = NULL };

    for (size_t i = from; i < end; i++)
        put_address(r, i, out, &rooms);
    out->failed |= rooms.address.failed || rooms.run.failed || rooms.pseudonym.failed;
    bnc_buf_release(&rooms.address);
    bnc_buf_release(&rooms.run);
    bnc_buf_release(&rooms.pseudonym);
}

static void put_domains(const struct rendering *r, struct bnc_buf *out)
{
    const struct bnc_tally *const t = r->lists->tally;

    for (uint32_t i = 0; i < t->n_domains; i++) {
        const struct bnc_decision x = bnc_domain_decide(t, i);

        if (x.list < 0)
            continue;
        put_row(r, out, t->domains[i].name, &x);
        bnc_buf_drain(&out[x.list]);
    }
}

enum bnc_status bnc_lists_render(const struct bnc_lists *lists, const struct bnc_layout *layout,
                                 struct bnc_buf out[BNC_N_LIST_FILES], uint64_t *n_formula_like,
                                 struct bnc_error *err)
{
    const struct rendering r = { lists, layout, n_formula_like };
    const struct bnc_slices slices = { .n = (lists->tally->n_addresses + BNC_SLICE_ROWS - 1) /
                                            BNC_SLICE_ROWS,
                                       .n_out = BNC_N_LIST_FILES,
                                       .render = put_slice,
                                       .arg = &r,
                                       .parallel = lists->parallel,
                                       .parallel_ctx = lists->parallel_ctx };
    bool failed = false;

    *n_formula_like = 0;
    put_headers(out, layout);
    put_domains(&r, out);
    bnc_slices_put(out, &slices);
    for (unsigned i = 0; i < BNC_N_LIST_FILES; i++)
        failed |= out[i].failed;
    return failed ? bnc_error_nomem(err) : BNC_OK;
}

/* ---- files ---- */

struct target {
    struct bnc_outfile file;
    char path[4096];
    struct bnc_error err; /* why it could not be written */
};

static bool write_on(void *arg, struct bnc_span bytes)
{
    struct target *const t = arg;

    return bnc_outfile_write(&t->file, bytes, &t->err) == BNC_OK;
}

/* 'name' is NULL for the list itself. */
static enum bnc_status begin(struct target *t, const char *dir, unsigned list, const char *name,
                             struct bnc_error *err)
{
    const size_t len = strlen(dir);
    const int n = snprintf(t->path, sizeof t->path, "%s%s%s%s%s.csv", dir,
                           len > 0 && dir[len - 1] == '/' ? "" : "/", bnc_list_names[list],
                           name == NULL ? "" : "-", name == NULL ? "" : name);

    if (n < 0 || n >= (int)sizeof t->path)
        return bnc_error_set(err, BNC_ECREATE, "the path '%.200s...' is too long", dir);
    return bnc_outfile_begin(&t->file, t->path, true, err);
}

/* What is left in the buffers; the first fault of any file, which a buffer takes for its own. */
static enum bnc_status flush(struct target *t, struct bnc_buf *out, enum bnc_status status,
                             struct bnc_error *err)
{
    for (unsigned i = 0; i < BNC_N_LIST_FILES; i++) {
        if (status == BNC_OK && out[i].len > 0)
            write_on(&t[i], bnc_buf_span(&out[i]));
        bnc_buf_release(&out[i]);
        if (t[i].err.status == BNC_OK || (status != BNC_OK && status != BNC_ENOMEM))
            continue;
        status = t[i].err.status;
        if (err != NULL)
            *err = t[i].err;
    }
    return status;
}

static enum bnc_status write_all(const struct bnc_lists *lists, const char *dir,
                                 const struct bnc_layout *layout, struct target *t,
                                 uint64_t *n_formula_like, struct bnc_error *err)
{
    const unsigned n_files = layout == NULL ? BNC_N_LISTS : BNC_N_LIST_FILES;
    struct bnc_buf out[BNC_N_LIST_FILES] = { { .at = NULL } };
    enum bnc_status status = BNC_OK;

    for (unsigned i = 0; status == BNC_OK && i < n_files; i++) {
        out[i].drain = write_on;
        out[i].drain_arg = &t[i];
        status = begin(&t[i], dir, i < BNC_N_LISTS ? i : (unsigned)BNC_LIST_SUPPRESS,
                       i < BNC_N_LISTS ? NULL : layout->name, err);
    }
    if (status == BNC_OK)
        status = bnc_lists_render(lists, layout, out, n_formula_like, err);
    status = flush(t, out, status, err);
    for (unsigned i = 0; i < n_files; i++)
        status = bnc_outfile_settle(&t[i].file, status, err);
    for (unsigned i = 0; i < n_files; i++)
        status = bnc_outfile_end(&t[i].file, status, err);
    return status;
}

/* The known name that shares most leading letters; for the message only. */
static const char *nearest_layout(const char *name)
{
    size_t best = 0, most = 0;

    for (size_t i = 0; i < bnc_n_layouts; i++) {
        size_t n = 0;

        while (name[n] != '\0' && bnc_lower(name[n]) == bnc_layouts[i].name[n])
            n++;
        if (n > most) {
            most = n;
            best = i;
        }
    }
    return bnc_layouts[best].name;
}

enum bnc_status bnc_lists_write(const struct bnc_lists *lists, const char *dir, const char *layout,
                                uint64_t *n_formula_like, struct bnc_error *err)
{
    const struct bnc_layout *l = layout == NULL ? NULL : bnc_layout_find(bnc_span_str(layout));
    enum bnc_status status;
    struct target *t;

    *n_formula_like = 0;
    if (layout != NULL && l == NULL)
        return bnc_error_set(err, BNC_EUSAGE, "no import layout '%s'; the nearest is '%s'", layout,
                             nearest_layout(layout));
    if (layout != NULL && lists->pseudonyms != NULL)
        return bnc_error_set(err, BNC_EUSAGE,
                             "no platform could import pseudonyms: leave out --for or "
                             "--pseudonymize");
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return bnc_error_sys(err, BNC_ECREATE, "cannot create the folder '%s'", dir);
    t = calloc(BNC_N_LIST_FILES, sizeof *t);
    if (t == NULL)
        return bnc_error_nomem(err);
    status = write_all(lists, dir, l, t, n_formula_like, err);
    free(t);
    return status;
}
