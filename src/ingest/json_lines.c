/* SPDX-License-Identifier: MIT */
#include "ingest/json_lines.h"

#include <stdlib.h>

#include "util/octets.h"

#define IN_BYTES ((size_t)64 << 10)
#define KEY_BYTES 32
#define STEP_BYTES 2 /* that one character becomes at most */
#define NEST_MAX 64  /* kinds of brackets remembered; below them nothing is mended */
#define LIST_DEPTH 2 /* how deep in its page a list may lie: {"data": {"events": [...]}} */

/* How the pages of APIs call the list of what was asked for. */
static const char *const lists[] = {
    "items",        "messages",   "Messages",   "results",
    "result",       "Bounces",    "bounces",    "events",
    "Events",       "Data",       "data",       "Records",
    "records",      "value",      "rows",       "SuppressedDestinationSummaries",
    "suppressions", "recipients", "deliveries", "contacts",
};
#define N_LISTS (sizeof lists / sizeof *lists)

enum mode {
    BETWEEN, /* between the elements of a list */
    ROW,     /* in an object that becomes a line */
    SCALAR,  /* in what is no object */
    PAGE     /* in an object that holds the list */
};

struct scan {
    enum mode mode;
    const char *list;    /* of pages; NULL: objects are rows */
    unsigned depth;      /* brackets open in the row or page */
    uint64_t in_array;   /* one bit for each of the innermost NEST_MAX: it is an array */
    unsigned n_open;     /* arrays open around the rows */
    unsigned page_open;  /* n_open in front of the page's list; page_depth > 0: in that list */
    unsigned page_depth; /* depth of the page where its list began */
    bool page_had_list;
    bool page_had_more;  /* somebody is named in another list of its: rows that would be lost */
    bool in_string, escaped;
    char last;           /* the last character of a row that is no blank */
    char key[KEY_BYTES]; /* the last string of a page, cut */
    size_t key_len;
};

struct bnc_json_lines {
    bnc_pull_fn pull;
    void *arg;
    bool started, ended, plain;
    enum bnc_status status; /* of pull(), kept until what came before is given out */
    struct bnc_error err;
    struct scan s;
    char tail[STEP_BYTES]; /* due before anything else */
    size_t tail_at, tail_len;
    size_t in_at, in_len;
    char in[IN_BYTES];
};

static bool is_list(const struct scan *s)
{
    return strlen(s->list) == s->key_len && memcmp(s->list, s->key, s->key_len) == 0;
}

/* Follows one character of a string, or its opening quote. */
static void in_string(struct scan *s, char c)
{
    if (s->escaped)
        s->escaped = false;
    else if (c == '\\')
        s->escaped = true;
    else if (c == '"' || c == '\n') /* a string may not hold a line end: damage, and it is over */
        s->in_string = false;
}

static void open_bracket(struct scan *s, char c)
{
    s->depth++;
    s->in_array = s->in_array << 1 | (c == '[');
}

static void close_bracket(struct scan *s)
{
    s->depth--;
    s->in_array >>= 1;
}

static void begin_string(struct scan *s)
{
    s->in_string = true;
    s->key_len = 0;
}

/* in_string(), of a page: remembers the string as a key. */
static void in_key(struct scan *s, char c)
{
    if (c != '"' && s->key_len < KEY_BYTES)
        s->key[s->key_len++] = c;
    in_string(s, c);
}

/* ---- is it a document? ---- */

static size_t skip_blanks(struct bnc_span text, size_t i)
{
    while (i < text.len && bnc_is_blank(text.at[i]))
        i++;
    return i;
}

/* The list that begins at 'i' in a page, with 'first' in it, as one of lists[]; NULL: none does. */
static const char *list_begins(struct scan *s, struct bnc_span head, size_t i, char first)
{
    const size_t next = skip_blanks(head, i + 1);

    if (s->depth > LIST_DEPTH || s->in_array != 0 || next == head.len || head.at[next] != first)
        return NULL;
    for (size_t k = 0; k < N_LISTS; k++) {
        s->list = lists[k];
        if (is_list(s))
            return s->list;
    }
    return NULL;
}

/* A line that ends behind 'last' and goes on with 'c' is laid out so, and not cut off there. */
static bool is_laid_out(char last, char c)
{
    return last == '[' || strchr("\"}],", c) != NULL;
}

struct look { /* at the first object of a text */
    bool spread; /* over several lines */
    const char *list; /* it is a page */
    size_t end; /* behind it; 0: it does not end in the head */
};

/* Whether the string so far is no URL: where an address follows, it is somebody's. */
static bool before_address(const struct scan *s)
{
    return memchr(s->key, '/', s->key_len) == NULL;
}

/* The last string, as a key: what happened. */
static bool names_event(const struct scan *s)
{
    static const char *const keys[] = { "event", "eventType", "event_type", "eventName" };

    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        if (bnc_span_eq(bnc_span_from(s->key, s->key_len), bnc_span_str(keys[k])))
            return true;
    return false;
}

/*
 * An object that tells of an event or of an address beside its list is a row, and no page.  One
 * with an empty list is a page where nothing follows it: the answer of who has nothing to tell.
 */
static struct look look_at(struct bnc_span head, size_t i)
{
    struct look found = { 0 };
    struct scan s = { 0 };
    const char *empty = NULL; /* a list of nothing */
    unsigned depth = 0;       /* of the list */
    bool is_row = false, line_ended = false;

    for (; i < head.len && found.end == 0; i++) {
        const bool beside = found.list == NULL || s.depth <= depth;
        const char c = head.at[i];

        if (s.in_string) {
            is_row |= c == '@' && beside && before_address(&s);
            in_key(&s, c);
        } else if (c == '"') {
            begin_string(&s);
        } else if (c == ':') {
            is_row |= beside && names_event(&s);
        } else if (c == '{' || c == '[') {
            if (c == '[' && found.list == NULL) {
                found.list = list_begins(&s, head, i, '{');
                empty = empty != NULL ? empty : list_begins(&s, head, i, ']');
                depth = s.depth;
            }
            open_bracket(&s, c);
        } else if (c == '}' || c == ']') {
            close_bracket(&s);
            found.end = s.depth == 0 ? i + 1 : 0;
        } else if (c == '\n') {
            line_ended = true;
        }
        if (bnc_is_blank(c))
            continue;
        found.spread |= line_ended && is_laid_out(s.last, c);
        line_ended = false;
        s.last = c;
    }
    if (found.list == NULL && found.end > 0 && skip_blanks(head, found.end) == head.len)
        found.list = empty;
    found.list = is_row ? NULL : found.list;
    return found;
}

/* The list of the first object, past the arrays it may stand in; NULL: it is no page. */
static const char *list_of(struct bnc_span head)
{
    size_t i = 0;

    while (i < head.len && (bnc_is_blank(head.at[i]) || head.at[i] == '['))
        i++;
    return i < head.len && head.at[i] == '{' ? look_at(head, i).list : NULL;
}

bool bnc_json_is_document(struct bnc_span head)
{
    size_t i = skip_blanks(head, 0);
    struct look found;

    if (i < head.len && head.at[i] == '[') {
        i = skip_blanks(head, i + 1);
        return i < head.len && (head.at[i] == '{' || head.at[i] == '[' ||
                                (head.at[i] == ']' && skip_blanks(head, i + 1) == head.len));
    }
    if (i == head.len || head.at[i] != '{')
        return false;
    found = look_at(head, i);
    if (found.spread || found.list != NULL || found.end == 0)
        return found.spread || found.list != NULL;
    i = found.end;
    while (i < head.len && (head.at[i] == ' ' || head.at[i] == '\t' || head.at[i] == '\r'))
        i++;
    return i < head.len && strchr("{[,", head.at[i]) != NULL;
}

/* ---- making lines ---- */

/* A character between rows; true: it begins one and is to be looked at again. */
static bool between(struct scan *s, char c)
{
    if (bnc_is_blank(c) || c == ',')
        return false;
    if (c == '[') {
        s->n_open++;
    } else if (c == ']') {
        s->n_open -= s->n_open > 0;
        if (s->page_depth > 0 && s->n_open == s->page_open) { /* the page goes on */
            s->mode = PAGE;
            s->depth = s->page_depth;
            s->in_array = 0;
            s->page_depth = 0;
        }
    } else {
        s->mode = c != '{' ? SCALAR : s->list != NULL && s->page_depth == 0 ? PAGE : ROW;
        s->depth = 0;
        s->in_array = 0;
        s->last = '\0';
        s->page_had_list &= s->mode != PAGE;
        s->page_had_more &= s->mode != PAGE;
        return true;
    }
    return false;
}

/* Whether it stands in an object of an array, in a page: rows look so. */
static bool in_other_list(const struct scan *s)
{
    return (s->in_array & 1) == 0 && s->in_array != 0;
}

/*
 * A character of a page; what is not in its list is passed over.  True: the page is over and had
 * no list, or others with addresses in them.
 */
static bool in_page(struct scan *s, char c)
{
    if (s->in_string) {
        s->page_had_more |= c == '@' && in_other_list(s) && before_address(s);
        in_key(s, c);
    } else if (c == '"') {
        begin_string(s);
    } else if (c == '[' && s->depth <= LIST_DEPTH && s->in_array == 0 && is_list(s)) {
        s->page_had_list = true;
        s->page_depth = s->depth;
        s->page_open = s->n_open++;
        s->mode = BETWEEN;
    } else if (c == '{' || c == '[') {
        open_bracket(s, c);
    } else if (c == '}' || c == ']') {
        close_bracket(s);
        if (s->depth == 0) {
            s->mode = BETWEEN;
            return !s->page_had_list || s->page_had_more;
        }
    }
    return false;
}

/* An object can't begin here: the one before was not closed. */
static bool is_unclosed(const struct scan *s, char c)
{
    if (c != '{' || s->depth == 0 || s->depth > NEST_MAX || s->last == ':')
        return false;
    return (s->in_array & 1) == 0 || (s->last != '[' && s->last != ',');
}

/* A character of a row, to '*out' where it belongs there; how many that are. */
static size_t in_row(struct scan *s, char c, char *out)
{
    *out = c;
    if (s->in_string) {
        in_string(s, c);
        s->last = '"';
        return 1;
    }
    if (bnc_is_blank(c)) {
        *out = ' ';
        return c == ' ' || c == '\t';
    }
    s->last = c;
    if (c == '"')
        s->in_string = true;
    else if (c == '{' || c == '[')
        open_bracket(s, c);
    else if (c == '}' || c == ']')
        close_bracket(s);
    if (s->depth > 0)
        return 1;
    s->mode = BETWEEN;
    out[1] = '\n';
    return 2;
}

/* A character of what is no object; false: it is over. */
static bool in_scalar(struct scan *s, char c)
{
    if (s->in_string)
        in_string(s, c);
    else if (c == ',' || c == ']' || c == '{' || c == '[' || bnc_is_blank(c))
        return false;
    else if (c == '"')
        s->in_string = true;
    return true;
}

/* How many bytes of a string stand before one that in_string() has to see. */
static size_t string_run(const char *in, size_t n)
{
    size_t i = 0;

    for (; n - i >= 8; i += 8) {
        const uint64_t v = bnc_load64(in + i);
        const uint64_t found =
            bnc_octets_are(v, '"') | bnc_octets_are(v, '\\') | bnc_octets_are(v, '\n');

        if (found != 0)
            return i + bnc_octets_first(found);
    }
    while (i < n && in[i] != '"' && in[i] != '\\' && in[i] != '\n')
        i++;
    return i;
}

/*
 * The next characters of a row that in_row() would pass on as they are, and with the same effect;
 * how many of the 'n' that are at hand.  It leaves the last one of a row, and what may be damage.
 */
static size_t row_run(struct scan *s, const char *in, size_t n)
{
    for (size_t i = 0;; i++) {
        if (s->in_string) {
            i += s->escaped ? 0 : string_run(in + i, n - i);
            if (i < n) {
                in_string(s, in[i]);
                s->last = '"';
                continue;
            }
        }
        if (i == n)
            return n;
        switch (in[i]) {
        case ' ': continue;
        case '\t':
        case '\r':
        case '\n': return i;
        case '"': s->in_string = true; break;
        case '{':
            if (is_unclosed(s, '{'))
                return i;
            /* fall through */
        case '[': open_bracket(s, in[i]); break;
        case '}':
        case ']':
            if (s->depth == 1)
                return i;
            close_bracket(s);
            break;
        default: break;
        }
        s->last = in[i];
    }
}

static size_t put(char *out, const char *text)
{
    const size_t len = strlen(text);

    memcpy(out, text, len);
    return len;
}

/* One character; up to STEP_BYTES go to 'out'.  '*again': it has not been taken yet. */
static size_t step(struct scan *s, char c, char *out, bool *again)
{
    *again = false;
    switch (s->mode) {
    case BETWEEN:
        *again = between(s, c);
        return 0;
    case PAGE:
        if (!in_page(s, c))
            return 0;
        return put(out, "0\n"); /* what a page lacks, or has too much, is told like other damage */
    case SCALAR:
        *out = c;
        if (in_scalar(s, c))
            return 1;
        break;
    case ROW:
        if (s->in_string || !is_unclosed(s, c))
            return in_row(s, c, out);
        break;
    }
    s->mode = BETWEEN;
    *again = true;
    *out = '\n';
    return 1;
}

/* What is left at the end: a line's end, or a line of damage where lists are open. */
static void finish(struct bnc_json_lines *j)
{
    const struct scan *const s = &j->s;

    j->tail_at = j->tail_len = 0;
    if (s->mode == ROW || s->mode == SCALAR)
        j->tail_len = put(j->tail, "\n");
    else if (s->mode == PAGE || s->n_open > 0)
        j->tail_len = put(j->tail, "[\n");
}

static void refill(struct bnc_json_lines *j)
{
    size_t n = 0;

    j->in_at = 0;
    j->status = j->pull(j->arg, j->in, IN_BYTES, &n, &j->err);
    j->in_len = n;
    j->ended = j->status != BNC_OK || n == 0;
    if (!j->started) {
        j->started = true;
        j->plain = !bnc_json_is_document(bnc_span_from(j->in, n));
        j->s.list = list_of(bnc_span_from(j->in, n));
    }
    if (j->ended && n == 0 && !j->plain && j->status == BNC_OK)
        finish(j);
}

static size_t take_plain(struct bnc_json_lines *j, char *out, size_t cap)
{
    const size_t left = j->in_len - j->in_at, n = left < cap ? left : cap;

    memcpy(out, j->in + j->in_at, n);
    j->in_at += n;
    return n;
}

/* Up to 'cap' bytes of what is at hand. */
static size_t take(struct bnc_json_lines *j, char *out, size_t cap)
{
    size_t n = 0;

    for (;;) {
        bool again;

        while (j->tail_at < j->tail_len && n < cap)
            out[n++] = j->tail[j->tail_at++];
        if (j->s.mode == ROW) {
            const size_t left = j->in_len - j->in_at;
            const size_t run =
                row_run(&j->s, j->in + j->in_at, left < cap - n ? left : cap - n);

            memcpy(out + n, j->in + j->in_at, run);
            j->in_at += run;
            n += run;
        }
        if (n == cap || j->in_at == j->in_len)
            return n;
        if (cap - n >= STEP_BYTES) {
            n += step(&j->s, j->in[j->in_at], out + n, &again);
        } else {
            j->tail_at = 0;
            j->tail_len = step(&j->s, j->in[j->in_at], j->tail, &again);
        }
        j->in_at += !again;
    }
}

enum bnc_status bnc_json_lines_create(struct bnc_json_lines **lines, bnc_pull_fn pull, void *arg,
                                      struct bnc_error *err)
{
    struct bnc_json_lines *j = calloc(1, sizeof *j);

    *lines = j;
    if (j == NULL)
        return bnc_error_nomem(err);
    j->pull = pull;
    j->arg = arg;
    return BNC_OK;
}

enum bnc_status bnc_json_lines_read(struct bnc_json_lines *lines, char *out, size_t cap, size_t *n,
                                    struct bnc_error *err)
{
    *n = 0;
    for (;;) {
        *n +=
            lines->plain ? take_plain(lines, out + *n, cap - *n) : take(lines, out + *n, cap - *n);
        if (*n == cap)
            return BNC_OK;
        if (lines->ended)
            break;
        refill(lines);
    }
    if (lines->status != BNC_OK && err != NULL)
        *err = lines->err;
    return lines->status;
}

void bnc_json_lines_free(struct bnc_json_lines *lines)
{
    free(lines);
}
