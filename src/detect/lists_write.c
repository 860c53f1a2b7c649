/* SPDX-License-Identifier: MIT
 * lists_write.c - the lists as files.  They hold addresses by nature: mode 0600, written whole or
 * not at all.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#include "detect/judging.h"
#include "detect/lists.h"
#include "util/csvcell.h"
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

/* A list has a million numbers: printf() would take most of the time. */
static void put_number(struct bnc_buf *b, uint64_t n)
{
    char text[20], *at = text + sizeof text;

    do
        *--at = (char)('0' + n % 10);
    while ((n /= 10) > 0);
    bnc_buf_put(b, bnc_span_from(at, (size_t)(text + sizeof text - at)));
}

static void put_name(struct bnc_buf *b, const char *name)
{
    bnc_buf_putc(b, ',');
    bnc_buf_puts(b, name);
}

static void put_iso(struct bnc_buf *b, int64_t time)
{
    char text[32];

    bnc_time_format(time, text);
    bnc_buf_puts(b, text);
}

static void put_rfc2822(struct bnc_buf *b, int64_t time)
{
    static const char *const days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    const time_t at = (time_t)time;
    struct tm tm;

    if (time == BNC_NO_TIME || gmtime_r(&at, &tm) == NULL)
        return;
    bnc_buf_printf(b, "\"%s, %02d %s %04d %02d:%02d:%02d GMT\"", days[tm.tm_wday], tm.tm_mday,
                   months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static const struct bnc_template *template_of(const struct bnc_tally *t,
                                              const struct bnc_list_row *r)
{
    return r->template <t->n_named_templates ? &t->templates[r->template] : NULL;
}

static void put_codes(struct bnc_buf *b, const struct bnc_template *x)
{
    const uint32_t e = x == NULL ? 0 : x->verdict.enhanced;

    if (x != NULL && x->verdict.reply != 0)
        put_number(b, x->verdict.reply);
    bnc_buf_putc(b, ',');
    if (e != 0)
        bnc_buf_printf(b, "%u.%u.%u", BNC_ENHANCED_CLASS(e), BNC_ENHANCED_SUBJECT(e),
                       BNC_ENHANCED_DETAIL(e));
}

/* ---- one list ---- */

static void put_own_row(struct bnc_buf *b, const struct bnc_tally *t, const struct bnc_list_row *r)
{
    const struct bnc_template *x = template_of(t, r);

    bnc_csv_put(b, r->subject, ',');
    bnc_buf_putc(b, ',');
    bnc_csv_put(b, bnc_span_str(r->reason), ',');
    put_name(b, bnc_causes[r->cause].name);
    put_name(b, bnc_side_names[r->side]);
    bnc_buf_putc(b, ',');
    put_codes(b, x);
    bnc_buf_putc(b, ',');
    if (x != NULL)
        bnc_csv_put(b, x->rule, ',');
    bnc_buf_putc(b, ',');
    put_number(b, r->confidence);
    bnc_buf_putc(b, ',');
    put_iso(b, r->first);
    bnc_buf_putc(b, ',');
    put_iso(b, r->last);
    bnc_buf_putc(b, ',');
    put_number(b, r->events);
    bnc_buf_putc(b, ',');
    if (x != NULL)
        bnc_csv_put(b, x->text, ',');
    bnc_buf_putc(b, '\n');
}

static void put_layout_cell(struct bnc_buf *b, struct bnc_span name, const struct bnc_tally *t,
                            const struct bnc_list_row *r)
{
    const struct bnc_template *x = template_of(t, r);

    if (bnc_span_eq(name, BNC_SPAN("address")))
        bnc_csv_put(b, r->subject, ',');
    else if (bnc_span_eq(name, BNC_SPAN("code")))
        bnc_buf_printf(b, "%u", x != NULL && x->verdict.reply != 0 ? x->verdict.reply : 550);
    else if (bnc_span_eq(name, BNC_SPAN("reason")))
        bnc_csv_put(b, bnc_span_str(r->reason), ',');
    else if (bnc_span_eq(name, BNC_SPAN("rfc2822")))
        put_rfc2822(b, r->last);
    else if (bnc_span_eq(name, BNC_SPAN("ses_reason")))
        bnc_buf_puts(b, r->cause == BNC_CAUSE_COMPLAINT ? "COMPLAINT" : "BOUNCE");
}

static void put_layout_row(struct bnc_buf *b, const char *row, const struct bnc_tally *t,
                           const struct bnc_list_row *r)
{
    while (*row != '\0') {
        const char *end = *row == '{' ? strchr(row, '}') : NULL;

        if (end == NULL) {
            bnc_buf_putc(b, *row++);
            continue;
        }
        put_layout_cell(b, bnc_span_from(row + 1, (size_t)(end - row - 1)), t, r);
        row = end + 1;
    }
    bnc_buf_putc(b, '\n');
}

/* One list, rendered in slices. */
struct rendering {
    const struct bnc_lists *lists;
    const struct bnc_tally *tally;
    enum bnc_list list;
    const struct bnc_layout *layout;
    uint64_t *formulas;
};

static void put_header(const struct rendering *r, struct bnc_buf *out)
{
    if (r->layout == NULL)
        bnc_buf_printf(out,
                       "%s,reason,cause,side,reply_code,enhanced_code,rule,confidence,first_seen,"
                       "last_seen,count,template\n",
                       r->list == BNC_LIST_SUPPRESS_DOMAINS ? "domain" : "address");
    else if (r->layout->header[0] != '\0')
        bnc_buf_printf(out, "%s\n", r->layout->header);
}

static void put_slice(const void *arg, size_t slice, struct bnc_buf *out)
{
    const struct rendering *const r = arg;
    const size_t from = slice * BNC_SLICE_ROWS, n = r->lists->n[r->list],
                 end = n - from < BNC_SLICE_ROWS ? n : from + BNC_SLICE_ROWS;
    uint64_t formulas = 0;

    for (size_t i = from; i < end; i++) {
        const struct bnc_list_row *const row = &r->lists->row[r->list][i];

        formulas += bnc_is_formula(row->subject);
        if (r->layout == NULL)
            put_own_row(out, r->tally, row);
        else
            put_layout_row(out, r->layout->row, r->tally, row);
    }
    __atomic_fetch_add(r->formulas, formulas, __ATOMIC_RELAXED);
}

enum bnc_status bnc_list_render(const struct bnc_lists *lists, const struct bnc_tally *tally,
                                enum bnc_list list, const struct bnc_layout *layout,
                                struct bnc_buf *out, uint64_t *n_formula_like,
                                struct bnc_error *err)
{
    const struct rendering r = { lists, tally, list, layout, n_formula_like };

    *n_formula_like = 0;
    put_header(&r, out);
    bnc_slices_put(out, &(struct bnc_slices){ .n = (lists->n[list] + BNC_SLICE_ROWS - 1) /
                                                    BNC_SLICE_ROWS,
                                              .render = put_slice,
                                              .arg = &r,
                                              .parallel = lists->parallel,
                                              .parallel_ctx = lists->parallel_ctx });
    return out->failed ? bnc_error_nomem(err) : BNC_OK;
}

/* ---- files ---- */

struct target {
    struct bnc_outfile file;
    struct bnc_error err; /* why it could not be written */
};

static bool write_on(void *arg, struct bnc_span bytes)
{
    struct target *const t = arg;

    return bnc_outfile_write(&t->file, bytes, &t->err) == BNC_OK;
}

static enum bnc_status write_one(const struct bnc_lists *lists, const struct bnc_tally *tally,
                                 const char *dir, enum bnc_list list,
                                 const struct bnc_layout *layout, uint64_t *n_formula_like,
                                 struct bnc_error *err)
{
    struct target t = { .err = { .status = BNC_OK } };
    struct bnc_buf b = { .drain = write_on, .drain_arg = &t };
    enum bnc_status status;
    char path[4096];
    const size_t len = strlen(dir);
    const char *const slash = len > 0 && dir[len - 1] == '/' ? "" : "/";
    const int n = layout == NULL ? snprintf(path, sizeof path, "%s%s%s.csv", dir, slash,
                                            bnc_list_names[list])
                                 : snprintf(path, sizeof path, "%s%s%s-%s.csv", dir, slash,
                                            bnc_list_names[list], layout->name);

    if (n < 0 || n >= (int)sizeof path)
        return bnc_error_set(err, BNC_ECREATE, "the path '%.200s...' is too long", dir);
    status = bnc_outfile_begin(&t.file, path, true, err);
    if (status == BNC_OK)
        status = bnc_list_render(lists, tally, list, layout, &b, n_formula_like, err);
    if (status == BNC_OK && b.len > 0)
        write_on(&t, bnc_buf_span(&b));
    if (t.err.status != BNC_OK) {
        status = t.err.status;
        if (err != NULL)
            *err = t.err;
    }
    bnc_buf_release(&b);
    return bnc_outfile_end(&t.file, status, err);
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

enum bnc_status bnc_lists_write(const struct bnc_lists *lists, const struct bnc_tally *tally,
                                const char *dir, const char *layout, uint64_t *n_formula_like,
                                struct bnc_error *err)
{
    const struct bnc_layout *l = layout == NULL ? NULL : bnc_layout_find(bnc_span_str(layout));
    enum bnc_status status = BNC_OK;
    uint64_t n = 0;

    *n_formula_like = 0;
    if (layout != NULL && l == NULL)
        return bnc_error_set(err, BNC_EUSAGE, "no import layout '%s'; the nearest is '%s'", layout,
                             nearest_layout(layout));
    if (mkdir(dir, 0777) != 0 && errno != EEXIST)
        return bnc_error_sys(err, BNC_ECREATE, "cannot create the folder '%s'", dir);
    for (unsigned i = 0; status == BNC_OK && i < BNC_N_LISTS; i++) {
        status = write_one(lists, tally, dir, (enum bnc_list)i, NULL, &n, err);
        *n_formula_like += n;
    }
    if (status == BNC_OK && l != NULL)
        status = write_one(lists, tally, dir, BNC_LIST_SUPPRESS, l, &n, err);
    return status;
}
