/* SPDX-License-Identifier: MIT
 * render_sqlite.c - the sections as tables of an SQLite file, for questions of the reader's own.
 *
 * One table per section with the columns of the CSV tables; table "section" and "column" say what
 * they are. Text is as it was read (valid UTF-8, control characters and all): a database is data,
 * not a screen.
 */
#include "report/render.h"
#include "report/visible.h"
#include "util/moment.h"
#include "util/outfile.h"

#if BNC_WITH_SQLITE

#include <sqlite3.h>

struct base {
    const struct bnc_model *m;
    sqlite3 *db;
    sqlite3_stmt *insert;
    struct bnc_buf text;
    bool failed;
};

static void run(struct base *b, const char *sql)
{
    if (!b->failed && sqlite3_exec(b->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        b->failed = true;
}

static const char *sql_type(enum bnc_value_type type)
{
    switch (type) {
    case BNC_VALUE_COUNT:
    case BNC_VALUE_INTEGER:
    case BNC_VALUE_FLAG:
        return "INTEGER";
    case BNC_VALUE_NUMBER:
    case BNC_VALUE_CHANGE:
    case BNC_VALUE_SHARE:
        return "REAL";
    default:
        return "TEXT";
    }
}

static void put_columns(struct bnc_buf *sql, const struct bnc_column *c, bool *first)
{
    static const char *const types[BNC_RATE_PARTS] = { "REAL", "INTEGER", "INTEGER", "REAL",
                                                       "REAL", "REAL",    "TEXT" };

    if (c->use & BNC_ONLY_JSON)
        return;
    for (int k = 0; k < (c->type == BNC_VALUE_RATE ? BNC_RATE_PARTS : 1); k++) {
        bnc_buf_printf(sql, "%s\"%s%s\" %s", *first ? "" : ", ", c->key, bnc_rate_suffix[k],
                       c->type == BNC_VALUE_RATE ? types[k] : sql_type(c->type));
        *first = false;
    }
}

/* CREATE TABLE, and the INSERT that fills it. */
static void prepare(struct base *b, const struct bnc_section *s)
{
    struct bnc_buf sql = { .at = NULL };
    bool first = true;
    int n = 0;

    bnc_buf_printf(&sql, "CREATE TABLE \"%s\" (", s->id);
    for (size_t c = 0; c < s->n_cols; c++) {
        put_columns(&sql, &s->cols[c], &first);
        n += s->cols[c].use & BNC_ONLY_JSON      ? 0
             : s->cols[c].type == BNC_VALUE_RATE ? BNC_RATE_PARTS
                                                 : 1;
    }
    bnc_buf_puts(&sql, ")");
    b->failed |= sql.failed;
    if (!b->failed)
        run(b, sql.at);
    bnc_buf_clear(&sql);
    bnc_buf_printf(&sql, "INSERT INTO \"%s\" VALUES (?", s->id);
    for (int i = 1; i < n; i++)
        bnc_buf_puts(&sql, ",?");
    bnc_buf_puts(&sql, ")");
    if (b->failed || sql.failed ||
        sqlite3_prepare_v2(b->db, sql.at, -1, &b->insert, NULL) != SQLITE_OK)
        b->failed = true;
    bnc_buf_release(&sql);
}

static void bind_text(struct base *b, int at, const struct bnc_span *s, size_t n)
{
    bnc_buf_clear(&b->text);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            bnc_buf_puts(&b->text, " | ");
        bnc_valid_put(&b->text, s[i], b->m->data->show == BNC_SHOW_FULL);
    }
    b->failed |= b->text.failed;
    sqlite3_bind_text64(b->insert, at, bnc_buf_span(&b->text).at, b->text.len, SQLITE_TRANSIENT,
                        SQLITE_UTF8);
}

static void bind_share(struct base *b, int at, double x, bool known)
{
    if (known)
        sqlite3_bind_double(b->insert, at, x);
}

static void bind_rate(struct base *b, int at, const struct bnc_rate *r)
{
    const bool known = r->den > 0;

    bind_share(b, at, r->value, known);
    sqlite3_bind_int64(b->insert, at + 1, (sqlite3_int64)r->num);
    sqlite3_bind_int64(b->insert, at + 2, (sqlite3_int64)r->den);
    bind_share(b, at + 3, r->low, known);
    bind_share(b, at + 4, r->high, known);
    bind_share(b, at + 5, r->limit, r->limit > 0);
    sqlite3_bind_text(b->insert, at + 6, bnc_judgement_names[r->judgement], -1, SQLITE_STATIC);
}

static void bind_time(struct base *b, int at, int64_t time)
{
    char text[BNC_TIME_ROOM];

    sqlite3_bind_text(b->insert, at, text, (int)(bnc_time_spell(text, time) - text),
                      SQLITE_TRANSIENT);
}

/* What is unset stays NULL. */
static void bind(struct base *b, int at, enum bnc_value_type type, const struct bnc_value *v)
{
    if (v->unset)
        return;
    switch (type) {
    case BNC_VALUE_COUNT:
    case BNC_VALUE_FLAG:
        sqlite3_bind_int64(b->insert, at, (sqlite3_int64)v->count);
        break;
    case BNC_VALUE_INTEGER:
        sqlite3_bind_int64(b->insert, at, v->integer);
        break;
    case BNC_VALUE_NUMBER:
    case BNC_VALUE_CHANGE:
    case BNC_VALUE_SHARE:
        sqlite3_bind_double(b->insert, at, v->share);
        break;
    case BNC_VALUE_RATE:
        bind_rate(b, at, v->rate);
        break;
    case BNC_VALUE_TIME:
        bind_time(b, at, v->integer);
        break;
    case BNC_VALUE_LIST:
        bind_text(b, at, v->list, v->n_list);
        break;
    default:
        bind_text(b, at, &v->text, 1);
    }
}

static void fill(struct base *b, const struct bnc_section *s)
{
    struct bnc_value v[BNC_SECTION_COLUMNS];
    const size_t n = s->count(b->m);

    for (size_t i = 0; i < n && !b->failed; i++) {
        int at = 1;

        s->row(b->m, i, v);
        sqlite3_clear_bindings(b->insert);
        for (size_t c = 0; c < s->n_cols; c++) {
            if (s->cols[c].use & BNC_ONLY_JSON)
                continue;
            bind(b, at, s->cols[c].type, &v[c]);
            at += s->cols[c].type == BNC_VALUE_RATE ? BNC_RATE_PARTS : 1;
        }
        b->failed |= sqlite3_step(b->insert) != SQLITE_DONE;
        sqlite3_reset(b->insert);
    }
}

static void describe(struct base *b)
{
    run(b, "CREATE TABLE \"about\" (\"section\" TEXT, \"column\" TEXT, \"unit\" TEXT, \"about\" "
           "TEXT)");
    if (b->failed || sqlite3_prepare_v2(b->db, "INSERT INTO \"about\" VALUES (?,?,?,?)", -1,
                                        &b->insert, NULL) != SQLITE_OK) {
        b->failed = true;
        return;
    }
    for (size_t k = 0; k < bnc_n_sections; k++)
        for (size_t c = 0; c < bnc_sections[k]->n_cols; c++) {
            sqlite3_bind_text(b->insert, 1, bnc_sections[k]->id, -1, SQLITE_STATIC);
            sqlite3_bind_text(b->insert, 2, bnc_sections[k]->cols[c].key, -1, SQLITE_STATIC);
            sqlite3_bind_text(b->insert, 3, bnc_sections[k]->cols[c].unit, -1, SQLITE_STATIC);
            sqlite3_bind_text(b->insert, 4, bnc_sections[k]->cols[c].about, -1, SQLITE_STATIC);
            b->failed |= sqlite3_step(b->insert) != SQLITE_DONE;
            sqlite3_reset(b->insert);
        }
    sqlite3_finalize(b->insert);
    b->insert = NULL;
}

static void write_all(struct base *b)
{
    run(b, "PRAGMA journal_mode=OFF"); /* the file is thrown away unless it is whole */
    run(b, "PRAGMA synchronous=OFF"); /* synced once, before the rename */
    run(b, "BEGIN");
    describe(b);
    for (size_t k = 0; k < bnc_n_sections && !b->failed; k++) {
        prepare(b, bnc_sections[k]);
        if (!b->failed)
            fill(b, bnc_sections[k]);
        sqlite3_finalize(b->insert);
        b->insert = NULL;
    }
    run(b, "COMMIT");
}

static enum bnc_status write_base(const struct bnc_model *m, const char *temp, const char *path,
                                  struct bnc_error *err)
{
    struct base b = { .m = m };
    enum bnc_status status = BNC_OK;

    if (sqlite3_open_v2(temp, &b.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) ==
        SQLITE_OK)
        write_all(&b);
    else
        b.failed = true;
    if (b.failed)
        status =
            b.text.failed || b.db == NULL
                ? bnc_error_nomem(err)
                : bnc_error_set(err, BNC_EIO, "cannot write '%s': %s", path, sqlite3_errmsg(b.db));
    if (sqlite3_close(b.db) != SQLITE_OK && status == BNC_OK)
        status = bnc_error_set(err, BNC_EIO, "cannot write '%s'", path);
    bnc_buf_release(&b.text);
    return status;
}

enum bnc_status bnc_report_sqlite(const struct bnc_report_data *data, const char *path,
                                  struct bnc_error *err)
{
    struct bnc_model m;
    struct bnc_outfile f = { .temp = NULL };
    enum bnc_status status = bnc_model_init(&m, data, err);

    if (status == BNC_OK)
        status = bnc_outfile_begin(&f, path, data->show == BNC_SHOW_FULL, err);
    if (status == BNC_OK)
        status = write_base(&m, f.temp, path, err);
    status = bnc_outfile_end(&f, status, err);
    bnc_model_release(&m);
    return status;
}

#else

enum bnc_status bnc_report_sqlite(const struct bnc_report_data *data, const char *path,
                                  struct bnc_error *err)
{
    (void)data;
    return bnc_error_set(err, BNC_EUSAGE, "'%s' can't be written: this build has no SQLite", path);
}

#endif
