/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "schema/recognize.h"

#include <assert.h>

#include "schema/codes.h"
#include "schema/times.h"

struct bnc_span bnc_span_part(struct bnc_span *s, char mark)
{
    const char *at = s->len == 0 ? NULL : memchr(s->at, mark, s->len);
    const struct bnc_span head = bnc_span_from(s->at, at == NULL ? s->len : (size_t)(at - s->at));
    const size_t used = head.len + (at != NULL);

    *s = bnc_span_from(s->at + used, s->len - used);
    return head;
}

static enum bnc_match match_column(struct bnc_span column, struct bnc_span name)
{
    const enum bnc_match m = bnc_name_match(column, name);
    int zone;

    if (m != BNC_MATCH_NONE || !bnc_header_zone(&column, &zone))
        return m;
    return bnc_name_match(column, name) != BNC_MATCH_NONE ? BNC_MATCH_LOOSE : BNC_MATCH_NONE;
}

int bnc_header_find(const struct bnc_header *h, struct bnc_span name, bool loose)
{
    int first = -1;

    for (uint32_t i = 0; i < h->n; i++) {
        const enum bnc_match m = match_column(h->name[i], name);

        if (m == BNC_MATCH_EXACT)
            return (int)i;
        if (m == BNC_MATCH_LOOSE && first < 0 && loose)
            first = (int)i;
    }
    return first;
}

struct bnc_span bnc_header_clean(struct bnc_span s)
{
    s = bnc_span_trim(s);
    if (s.len >= 3 && memcmp(s.at, "\xEF\xBB\xBF", 3) == 0)
        s = bnc_span_trim(bnc_span_from(s.at + 3, s.len - 3));
    if (s.len >= 8 && bnc_span_eq_nocase(bnc_span_from(s.at, 8), BNC_SPAN("#fields:")))
        s = bnc_span_from(s.at + 8, s.len - 8);
    else if (s.len > 1 && s.at[0] == '#' && !bnc_is_digit(s.at[1]))
        s = bnc_span_from(s.at + 1, s.len - 1);
    while (s.len > 0 && (s.at[0] == '"' || s.at[0] == '\''))
        s = bnc_span_from(s.at + 1, s.len - 1);
    while (s.len > 0 && (s.at[s.len - 1] == '"' || s.at[s.len - 1] == '\''))
        s.len--;
    return bnc_span_trim(s);
}

/* '*' stands for any run of bytes. */
static bool glob_one(struct bnc_span g, struct bnc_span s)
{
    size_t i = 0, j = 0, star = SIZE_MAX, from = 0;

    while (j < s.len) {
        if (i < g.len && g.at[i] == '*') {
            star = i++;
            from = j;
        } else if (i < g.len && bnc_lower(g.at[i]) == bnc_lower(s.at[j])) {
            i++;
            j++;
        } else if (star != SIZE_MAX) {
            i = star + 1;
            j = ++from;
        } else {
            return false;
        }
    }
    while (i < g.len && g.at[i] == '*')
        i++;
    return i == g.len;
}

static bool glob_any(struct bnc_span globs, const char *name)
{
    while (globs.len > 0)
        if (glob_one(bnc_span_part(&globs, '|'), bnc_span_str(name)))
            return true;
    return false;
}

bool bnc_glob_match(const char *globs, const char *name)
{
    return glob_any(bnc_span_str(globs), name);
}

static bool cell_is(struct bnc_span cell, struct bnc_span want)
{
    int64_t time;
    struct bnc_codes codes;

    if (bnc_span_eq(want, BNC_SPAN("time")))
        return bnc_time_parse(cell, 0, 0, &time);
    if (bnc_span_eq(want, BNC_SPAN("address")))
        return memchr(cell.at, '@', cell.len) != NULL;
    if (bnc_span_eq(want, BNC_SPAN("code"))) {
        codes = bnc_codes_read(cell);
        return cell.len == 0 || codes.reply != 0 || codes.enhanced != 0 || codes.other != 0;
    }
    return bnc_span_eq_nocase(bnc_span_trim(cell), want);
}

/* "#2=time|address", "#n=9", "#n>4" */
static bool shape_holds(struct bnc_span term, const struct bnc_header *h)
{
    size_t i = 1, n = 0;

    if (term.at[1] == 'n') {
        for (size_t k = 3; k < term.len; k++)
            n = n * 10 + (size_t)(term.at[k] - '0');
        return term.at[2] == '=' ? h->n == n : h->n > n;
    }
    for (; i < term.len && bnc_is_digit(term.at[i]); i++)
        n = n * 10 + (size_t)(term.at[i] - '0');
    if (n == 0 || n > h->n)
        return false;
    term = bnc_span_from(term.at + i + 1, term.len - i - 1);
    while (term.len > 0)
        if (cell_is(h->name[n - 1], bnc_span_part(&term, '|')))
            return true;
    return false;
}

static enum bnc_match column_holds(struct bnc_span term, const struct bnc_header *h)
{
    enum bnc_match best = BNC_MATCH_NONE;

    while (term.len > 0) {
        const struct bnc_span name = bnc_span_part(&term, '|');

        for (uint32_t i = 0; i < h->n; i++) {
            enum bnc_match m;

            if (name.len > 1 && name.at[name.len - 1] == '*')
                m = glob_one(name, h->name[i]) ? BNC_MATCH_EXACT : BNC_MATCH_NONE;
            else
                m = bnc_name_match(h->name[i], name);
            best = m > best ? m : best;
        }
    }
    return best;
}

static bool is_file_term(struct bnc_span term)
{
    return term.len > 5 && memcmp(term.at, "file:", 5) == 0;
}

/* How well one term holds; terms that must not hold are exact when they don't. */
static enum bnc_match term_holds(struct bnc_span term, const struct bnc_header *h)
{
    if (term.at[0] == '!')
        return column_holds(bnc_span_from(term.at + 1, term.len - 1), h) == BNC_MATCH_EXACT
                   ? BNC_MATCH_NONE
                   : BNC_MATCH_EXACT;
    if (term.at[0] == '@')
        return h->delim == '@' ? BNC_MATCH_EXACT : BNC_MATCH_NONE;
    if (term.at[0] == '#')
        return shape_holds(term, h) ? BNC_MATCH_EXACT : BNC_MATCH_NONE;
    if (is_file_term(term))
        return glob_any(bnc_span_from(term.at + 5, term.len - 5), h->file) ? BNC_MATCH_EXACT
                                                                           : BNC_MATCH_NONE;
    return column_holds(term, h);
}

/*
 * One signature: 100 for each column that is there, 60 where it is only nearly called so; 0 where
 * a term fails.
 */
static unsigned signature_score(struct bnc_span signature, const struct bnc_header *h)
{
    unsigned score = 0;
    bool shapes = false;

    while (signature.len > 0) {
        const struct bnc_span term = bnc_span_part(&signature, ';');
        const enum bnc_match m = term_holds(term, h);

        if (m == BNC_MATCH_NONE)
            return 0;
        shapes |= term.at[0] == '#';
        if (term.at[0] != '!')
            score += m == BNC_MATCH_EXACT ? 100 : 60;
    }
    return shapes == h->headerless ? score : 0;
}

/* The next of the signatures in '*s', " / " between. */
static struct bnc_span next_signature(struct bnc_span *s)
{
    const char *at = s->len == 0 ? NULL : memmem(s->at, s->len, " / ", 3);
    const struct bnc_span head = bnc_span_from(s->at, at == NULL ? s->len : (size_t)(at - s->at));

    *s = at == NULL ? bnc_span_from(s->at + s->len, 0)
                    : bnc_span_from(at + 3, s->len - head.len - 3);
    return head;
}

const char *bnc_file_base(const char *name)
{
    const char *const slash = name == NULL ? NULL : strrchr(name, '/');

    return slash != NULL ? slash + 1 : name == NULL ? "" : name;
}

static void set_mark(struct bnc_file_marks *marks, unsigned *n, bool yes)
{
    assert(*n < 64 * BNC_FILE_WORDS);
    marks->word[*n / 64] |= (uint64_t)yes << *n % 64;
    ++*n;
}

static void mark_terms(struct bnc_file_marks *marks, unsigned *n, struct bnc_span signature,
                       const char *file)
{
    while (signature.len > 0) {
        const struct bnc_span term = bnc_span_part(&signature, ';');

        if (is_file_term(term))
            set_mark(marks, n, glob_any(bnc_span_from(term.at + 5, term.len - 5), file));
    }
}

void bnc_file_marks_set(struct bnc_file_marks *marks, const char *file)
{
    unsigned n = 0;

    *marks = (struct bnc_file_marks){ 0 };
    for (size_t i = 0; i < bnc_n_formats; i++) {
        const struct bnc_format_row *const f = &bnc_format_rows[i];
        struct bnc_span all = bnc_span_str(f->signature);

        if (f->files[0] != '\0')
            set_mark(marks, &n, bnc_glob_match(f->files, file));
        while (strstr(f->signature, "file:") != NULL && all.len > 0)
            mark_terms(marks, &n, next_signature(&all), file);
    }
}

static unsigned known_columns(const struct bnc_format_row *f, const struct bnc_header *h)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < h->n; i++)
        for (unsigned k = 0; k < f->n_columns; k++)
            if (bnc_span_eq_nocase(h->name[i], bnc_span_str(bnc_columns[f->column_at + k].name))) {
                n++;
                break;
            }
    return n;
}

unsigned bnc_format_score(const struct bnc_format_row *f, const struct bnc_header *h)
{
    struct bnc_span all = bnc_span_str(f->signature);
    unsigned best = 0;

    while (all.len > 0) {
        const unsigned score = signature_score(next_signature(&all), h);

        best = score > best ? score : best;
    }
    if (best == 0)
        return 0;
    return best + (bnc_glob_match(f->files, h->file) ? 50 : 0) +
           (h->headerless ? 0 : 40 * known_columns(f, h) / (h->n + 1));
}

struct bnc_span bnc_format_missing(const struct bnc_format_row *f, const struct bnc_header *h,
                                   unsigned *n_held)
{
    struct bnc_span all = bnc_span_str(f->signature), signature = next_signature(&all),
                    missing = bnc_span_from("", 0);

    *n_held = 0;
    while (signature.len > 0) {
        const struct bnc_span term = bnc_span_part(&signature, ';');

        if (term_holds(term, h) == BNC_MATCH_NONE)
            missing = missing.len == 0 && term.at[0] != '!' ? term : missing;
        else if (term.at[0] != '!' && term.at[0] != '#')
            ++*n_held;
    }
    return missing;
}

const struct bnc_format_row *bnc_format_recognize(const struct bnc_header *h, const char *only,
                                                  unsigned *score)
{
    const struct bnc_format_row *best = NULL;

    *score = 0;
    for (size_t i = 0; i + 1 < bnc_n_formats; i++) {
        const struct bnc_format_row *const f = &bnc_format_rows[i];
        unsigned s;

        if (only != NULL && !bnc_format_is_meant(f, bnc_span_str(only)))
            continue;
        s = bnc_format_score(f, h);
        if (s > *score) {
            *score = s;
            best = f;
        }
    }
    return best;
}
