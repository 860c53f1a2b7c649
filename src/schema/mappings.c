/* SPDX-License-Identifier: MIT
 * mappings.c - the mappings of a run.
 *
 * A folder of hourly exports has the same header a thousand times.  Recognition looks at a file's
 * first row under each delimiter that occurs, at its name, and for quotes and dates at some rows
 * more.  Where all of that is the same the mapping is, so it is made once: 1,940 files of 50 KB
 * need 1 of 60 KB each.
 *
 * The list only grows, at its head, so that it is read without a lock.  Two threads that meet a
 * header at once may both make its mapping; then there is one more, and nothing else changes.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "schema/likeness.h"
#include "schema/rows_tell.h"

#define MAX_COMPARED 32 /* of the newest; a folder of that many different headers has few of each */

struct bnc_mappings {
    _Atomic(struct bnc_mapping *) newest;
};

struct bnc_mappings *bnc_mappings_create(void)
{
    return calloc(1, sizeof(struct bnc_mappings));
}

void bnc_mappings_free(struct bnc_mappings *set)
{
    struct bnc_mapping *m = set == NULL ? NULL : atomic_load(&set->newest);

    while (m != NULL) {
        struct bnc_mapping *const next = m->next;

        bnc_mapping_free(m);
        m = next;
    }
    free(set);
}

static void add(struct bnc_mappings *set, struct bnc_mapping *m)
{
    m->next = atomic_load(&set->newest);
    while (!atomic_compare_exchange_weak(&set->newest, &m->next, m))
        ;
}

/* A source, as far as it was looked at. */
struct sight {
    struct bnc_span head;
    bool whole;
    const struct bnc_schema_options *opt;
    unsigned delims;
    struct bnc_file_marks marks;
    struct bnc_arena scratch;
    bool told;                           /* by the rows: */
    struct bnc_dialect dialect;
    char date_order;
};

/* Whether header and dialect are found as they were for 'm'. */
static bool begins_alike(const struct sight *s, const struct bnc_mapping *m)
{
    const struct bnc_likeness *const like = m->like;

    return like != NULL && like->begin.len <= s->head.len && like->delims == s->delims &&
           memcmp(like->begin.at, s->head.at, like->begin.len) == 0 &&
           memcmp(&like->marks, &s->marks, sizeof s->marks) == 0;
}

/* Asks the rows once: of all mappings that begin alike, header, columns and dialect are equal. */
static void let_rows_tell(struct sight *s, const struct bnc_mapping *m)
{
    struct bnc_head from = { .text = s->head,
                             .whole = s->whole,
                             .dialect = m->like->dialect,
                             .arena = &s->scratch,
                             .one_row = true,
                             .at = (size_t)m->header_off };

    if (s->told)
        return;
    s->told = true;
    s->dialect = m->like->dialect;
    bnc_rows_tell_quotes(from, m->like->headerless, s->opt, &s->dialect);
    from.dialect = s->dialect;
    from.at = (size_t)m->data_off;
    s->date_order = bnc_rows_tell_order(from, m->plan, m->like->date_order);
}

static const struct bnc_mapping *find(struct bnc_mappings *set, struct sight *s)
{
    const struct bnc_mapping *m = atomic_load(&set->newest);

    for (unsigned i = 0; m != NULL && i < MAX_COMPARED; m = m->next, i++) {
        if (!begins_alike(s, m))
            continue;
        let_rows_tell(s, m);
        if (s->date_order == m->plan->date_order && s->dialect.quote == m->dialect.quote &&
            s->dialect.escape == m->dialect.escape)
            return m;
    }
    return NULL;
}

enum bnc_status bnc_mappings_get(struct bnc_mappings *set, const struct bnc_mapping **mapping,
                                 struct bnc_span head, bool whole, const char *name,
                                 const struct bnc_schema_options *opt, struct bnc_error *err)
{
    static const struct bnc_schema_options defaults;
    struct sight s = { .head = head, .whole = whole, .opt = opt == NULL ? &defaults : opt };
    struct bnc_mapping *made = NULL;
    enum bnc_status status = BNC_OK;

    s.delims = bnc_head_delims(head, s.opt);
    bnc_file_marks_set(&s.marks, bnc_file_base(name));
    *mapping = find(set, &s);
    bnc_arena_release(&s.scratch);
    if (*mapping == NULL) {
        status = bnc_mapping_create(&made, head, whole, name, opt, err);
        *mapping = made;
    }
    if (made != NULL)
        add(set, made);
    return status;
}
