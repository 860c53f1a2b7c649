/* SPDX-License-Identifier: MIT
 * source.c - from paths to sources: directories walked, archives listed.
 */
#include "ingest/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ingest/flow.h"
#include "ingest/sniff.h"
#include "util/buf.h"

#define MAX_DEPTH 64 /* folders in folders */
#define MEMBER_HEAD_BYTES ((size_t)4096) /* decide whether a ZIP member is text */

struct expansion {
    struct bnc_source_list *list;
    bnc_fault_fn on_fault;
    void *arg;
    bool has_stdin;
    size_t n_faults;
    bool out_of_memory;
};

/* Files found in one folder argument. */
struct found {
    const char **paths;
    size_t n, cap;
};

static void report(struct expansion *x, const struct bnc_error *err)
{
    x->n_faults++;
    if (x->on_fault != NULL)
        x->on_fault(x->arg, err);
}

static void fault(struct expansion *x, enum bnc_status status, const char *path, const char *text)
{
    struct bnc_error err = { 0 };

    bnc_error_set(&err, status, "'%s' %s", path, text);
    bnc_error_at(&err, path, 0, BNC_NO_PLACE);
    report(x, &err);
}

static void fault_errno(struct expansion *x, enum bnc_status status, const char *path)
{
    struct bnc_error err = { 0 };

    bnc_error_sys(&err, status, "cannot read '%s'", path);
    bnc_error_at(&err, path, 0, BNC_NO_PLACE);
    report(x, &err);
}

/* A path that is not there; one with wildcards is a pattern that the shell found nothing for. */
static void fault_stat(struct expansion *x, const char *path)
{
    struct bnc_error err = { 0 };

    if (errno != ENOENT || strpbrk(path, "*?[") == NULL) {
        fault_errno(x, BNC_ENOINPUT, path);
        return;
    }
    bnc_error_set(&err, BNC_ENOINPUT, "no file matches '%s'", path);
    bnc_error_at(&err, path, 0, BNC_NO_PLACE);
    report(x, &err);
}

static struct bnc_source_own *add(struct expansion *x, const char *path, const char *name)
{
    struct bnc_source_own *src = bnc_arena_alloc(&x->list->arena, sizeof *src);

    if (src == NULL ||
        !bnc_array_grow(&x->list->at, &x->list->cap, x->list->n + 1, sizeof *x->list->at)) {
        x->out_of_memory = true;
        return NULL;
    }
    *src =
        (struct bnc_source_own){ .pub = { .path = path, .name = name, .zip_index = UINT64_MAX } };
    x->list->at[x->list->n++] = &src->pub;
    return src;
}

/* "archive.zip:member.csv" */
static const char *member_name(struct expansion *x, const char *path, const char *member)
{
    struct bnc_buf b = { 0 };
    struct bnc_span copy = { 0 };

    bnc_buf_printf(&b, "%s:%s", path, member);
    if (!b.failed)
        copy = bnc_arena_copy(&x->list->arena, bnc_buf_span(&b));
    bnc_buf_release(&b);
    x->out_of_memory |= copy.at == NULL;
    return copy.at;
}

struct entry {
    uint64_t index;
    struct bnc_member_info info;
};

static int entry_cmp(const void *va, const void *vb)
{
    const struct entry *a = va, *b = vb;
    const int c = strcmp(a->info.name, b->info.name);

    return c != 0 ? c : (a->index > b->index) - (a->index < b->index);
}

/* Leavings of operating systems: passed over without a word, like hidden files in folders. */
static bool is_litter(const char *member)
{
    const char *slash = strrchr(member, '/');
    const char *base = slash != NULL ? slash + 1 : member;

    return base[0] == '.' || strncmp(member, "__MACOSX/", 9) == 0;
}

/* Why a member's first bytes are no text; NULL where they may be. */
static const char *why_not_text(struct bnc_span head)
{
    const struct bnc_refusal *refusal = bnc_sniff_refusal(head);
    enum bnc_encoding encoding;

    if (refusal != NULL)
        return refusal->what;
    if (bnc_sniff_container(head) != BNC_CONTAINER_NONE)
        return "compressed once more";
    encoding = bnc_sniff_encoding(head);
    if (encoding != BNC_ENCODING_UTF16LE && encoding != BNC_ENCODING_UTF16BE &&
        memchr(head.at, '\0', head.len) != NULL)
        return "binary data";
    return NULL;
}

static void add_member(struct expansion *x, struct bnc_archive *archive, const char *path,
                       const struct entry *e)
{
    const char *name = member_name(x, path, e->info.name);
    struct bnc_member *member = NULL;
    struct bnc_error err = { 0 };
    char head[MEMBER_HEAD_BYTES];
    int64_t n = 0;
    const char *why;
    struct bnc_source_own *src;

    if (name == NULL)
        return;
    if (e->info.encrypted) {
        fault(x, BNC_EDATA, name, "is encrypted; unpack the archive with its password first");
        return;
    }
    if (bnc_member_open(&member, archive, e->index, BNC_MEMBER_DECODED, name, &err) != BNC_OK ||
        bnc_member_read(member, head, sizeof head, &n, &err) != BNC_OK) {
        bnc_error_at(&err, name, 0, BNC_NO_PLACE);
        report(x, &err);
        bnc_member_close(member);
        return;
    }
    bnc_member_close(member);
    why = why_not_text(bnc_span_from(head, (size_t)n));
    if (why != NULL) {
        bnc_error_set(&err, BNC_OK, "passed over '%s': %s", name, why);
        bnc_error_at(&err, name, 0, BNC_NO_PLACE);
        report(x, &err);
        return;
    }
    src = add(x, path, name);
    if (src == NULL)
        return;
    src->archive = archive;
    src->crc = e->info.crc;
    src->pub.zip_index = e->index;
    src->pub.size_bytes = e->info.size_bytes;
    src->pub.container = BNC_CONTAINER_ZIP;
}

/* The members in name order; NULL out of memory.  '*document' tells an office document. */
static struct entry *list_members(struct bnc_archive *archive, size_t *n,
                                  const struct bnc_refusal **document)
{
    const uint64_t count = bnc_archive_count(archive);
    struct entry *entries = malloc((count + 1) * sizeof *entries);

    *n = 0;
    *document = NULL;
    for (uint64_t i = 0; entries != NULL && i < count; i++) {
        struct entry *e = &entries[*n];

        e->index = i;
        if (!bnc_archive_stat(archive, i, &e->info))
            continue;
        if (*document == NULL)
            *document = bnc_sniff_zip_document(e->info.name);
        if (!e->info.is_directory && !is_litter(e->info.name))
            ++*n;
    }
    if (entries != NULL)
        qsort(entries, *n, sizeof *entries, entry_cmp);
    return entries;
}

static void add_archive(struct expansion *x, const char *path)
{
    const size_t before = x->list->n;
    struct bnc_archive *archive;
    const struct bnc_refusal *document;
    struct bnc_error err = { 0 };
    struct entry *entries;
    size_t n;

    if (bnc_archive_open(&archive, path, &err) != BNC_OK) {
        bnc_error_at(&err, path, 0, BNC_NO_PLACE);
        report(x, &err);
        return;
    }
    *bnc_archive_next(archive) = x->list->archives;
    x->list->archives = archive;
    entries = list_members(archive, &n, &document);
    x->out_of_memory |= entries == NULL;
    if (document != NULL) {
        bnc_refuse(document, path, &err);
        bnc_error_at(&err, path, 0, BNC_NO_PLACE);
        report(x, &err);
        n = 0;
    }
    for (size_t i = 0; entries != NULL && i < n; i++)
        add_member(x, archive, path, &entries[i]);
    free(entries);
    if (x->list->n == before && document == NULL && !x->out_of_memory)
        fault(x, BNC_EDATA, path, "is a ZIP archive without any table in it");
}

/* A regular file; opened once to see that it can be and whether it is an archive. */
static void add_file(struct expansion *x, const char *path)
{
    char magic[24];
    int64_t n;
    struct stat st;
    struct bnc_source_own *src;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    n = fd < 0 || fstat(fd, &st) != 0 ? -1 : bnc_pread_full(fd, magic, sizeof magic, 0);
    if (n < 0)
        fault_errno(x, fd < 0 ? BNC_ENOINPUT : BNC_EIO, path);
    if (fd >= 0)
        close(fd);
    if (n < 0)
        return;
    if (bnc_sniff_container(bnc_span_from(magic, (size_t)n)) == BNC_CONTAINER_ZIP) {
        add_archive(x, path);
        return;
    }
    src = add(x, path, path);
    if (src == NULL)
        return;
    src->pub.size_bytes = (uint64_t)st.st_size;
    src->pub.is_regular = st.st_size > 0; /* files under /proc claim to be empty and are not */
}

static void add_stream(struct expansion *x, const char *path)
{
    add(x, path, path);
}

static void found_add(struct expansion *x, struct found *f, const struct bnc_buf *path)
{
    const struct bnc_span copy = bnc_arena_copy(&x->list->arena, bnc_buf_span(path));

    if (copy.at == NULL || !bnc_array_grow(&f->paths, &f->cap, f->n + 1, sizeof *f->paths)) {
        x->out_of_memory = true;
        return;
    }
    f->paths[f->n++] = copy.at;
}

/* The folders above the one being read, so that a link to one of them ends the walk. */
struct above {
    const struct above *up;
    dev_t dev;
    ino_t ino;
    unsigned depth;
};

static bool is_above(const struct above *a, const struct stat *st)
{
    for (; a != NULL; a = a->up)
        if (a->dev == st->st_dev && a->ino == st->st_ino)
            return true;
    return false;
}

static void walk(struct expansion *x, struct found *f, struct bnc_buf *path,
                 const struct above *up);

/* One name in a folder: 'path' is the folder's on entry and on return. */
static void walk_entry(struct expansion *x, struct found *f, struct bnc_buf *path, const char *name,
                       const struct above *here)
{
    const size_t len = path->len;
    struct stat st;

    if (name[0] == '.' || strncasecmp(name, "readme", 6) == 0)
        return;
    if (path->at[len - 1] != '/')
        bnc_buf_putc(path, '/');
    bnc_buf_puts(path, name);
    if (path->failed)
        x->out_of_memory = true;
    else if (stat(path->at, &st) != 0)
        fault_errno(x, BNC_ENOINPUT, path->at);
    else if (S_ISDIR(st.st_mode) && here->depth >= MAX_DEPTH)
        fault(x, BNC_ENOINPUT, path->at, "lies too deep in folders");
    else if (S_ISDIR(st.st_mode) && !is_above(here, &st))
        walk(x, f, path, &(struct above){ here, st.st_dev, st.st_ino, here->depth + 1 });
    else if (S_ISREG(st.st_mode))
        found_add(x, f, path);
    path->len = len;
    path->at[len] = '\0';
}

static void walk(struct expansion *x, struct found *f, struct bnc_buf *path,
                 const struct above *here)
{
    DIR *dir = opendir(path->at);
    const struct dirent *entry;

    if (dir == NULL) {
        fault_errno(x, BNC_ENOINPUT, path->at);
        return;
    }
    while (!x->out_of_memory && (entry = readdir(dir)) != NULL)
        walk_entry(x, f, path, entry->d_name, here);
    closedir(dir);
}

static int path_cmp(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_folder(struct expansion *x, const char *path, const struct stat *st)
{
    struct found f = { 0 };
    struct bnc_buf b = { 0 };
    const size_t n_faults = x->n_faults;

    bnc_buf_puts(&b, path);
    if (b.failed)
        x->out_of_memory = true;
    else
        walk(x, &f, &b, &(struct above){ NULL, st->st_dev, st->st_ino, 0 });
    if (f.n == 0 && x->n_faults == n_faults && !x->out_of_memory)
        fault(x, BNC_ENOINPUT, path,
              "is a folder without any file to read (hidden files and README are passed over)");
    if (f.n > 0)
        qsort(f.paths, f.n, sizeof *f.paths, path_cmp);
    for (size_t i = 0; i < f.n && !x->out_of_memory; i++)
        add_file(x, f.paths[i]);
    free(f.paths);
    bnc_buf_release(&b);
}

static void add_stdin(struct expansion *x)
{
    struct bnc_source_own *src;
    struct stat st;

    if (x->has_stdin) {
        fault(x, BNC_ENOINPUT, "-", "(standard input) can be read only once");
        return;
    }
    x->has_stdin = true;
    if (fstat(STDIN_FILENO, &st) != 0) {
        fault_errno(x, BNC_ENOINPUT, "-");
        return;
    }
    src = add(x, "-", "-");
    if (src == NULL)
        return;
    src->pub.is_stdin = true;
    if (S_ISREG(st.st_mode) && st.st_size > 0 && lseek(STDIN_FILENO, 0, SEEK_CUR) == 0) {
        src->pub.is_regular = true;
        src->pub.size_bytes = (uint64_t)st.st_size;
    }
}

static void add_path(struct expansion *x, const char *path)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        add_stdin(x);
    else if (stat(path, &st) != 0)
        fault_stat(x, path);
    else if (S_ISDIR(st.st_mode))
        add_folder(x, path, &st);
    else if (S_ISREG(st.st_mode))
        add_file(x, path);
    else if (S_ISSOCK(st.st_mode))
        fault(x, BNC_ENOINPUT, path, "is a socket");
    else
        add_stream(x, path);
}

enum bnc_status bnc_source_list_create(struct bnc_source_list *list, const char *const *paths,
                                       size_t n, bnc_fault_fn on_fault, void *arg,
                                       struct bnc_error *err)
{
    struct expansion x = { .list = list, .on_fault = on_fault, .arg = arg };

    *list = (struct bnc_source_list){ 0 };
    for (size_t i = 0; i < n && !x.out_of_memory; i++)
        add_path(&x, paths[i]);
    return x.out_of_memory ? bnc_error_nomem(err) : BNC_OK;
}

void bnc_source_list_release(struct bnc_source_list *list)
{
    for (size_t i = 0; i < list->n; i++) {
        struct bnc_source_own *src = bnc_source_own(list->at[i]);

        bnc_flow_close(src->flow);
        free(src->kept);
    }
    while (list->archives != NULL) {
        struct bnc_archive *archive = list->archives;

        list->archives = *bnc_archive_next(archive);
        bnc_archive_close(archive);
    }
    free(list->at);
    bnc_arena_release(&list->arena);
    *list = (struct bnc_source_list){ 0 };
}
