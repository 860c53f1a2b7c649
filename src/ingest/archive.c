/* SPDX-License-Identifier: MIT */
#include "ingest/archive.h"

#if BNC_WITH_ZIP
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "ingest/zip_library.h"

struct handle {
    struct handle *next;
    zip_t *zip;
};

struct bnc_archive {
    struct bnc_archive *next;
    struct bnc_zip_library zip;
    const char *path;
    pthread_mutex_t lock; /* of the pool */
    struct handle *idle;
    struct handle *first; /* the one names come from; idle or borrowed, closed last */
    uint64_t n_members;
};

struct bnc_member {
    struct bnc_archive *archive;
    struct handle *handle;
    zip_file_t *file;
    const char *name;
    uint64_t index;
    struct bnc_packed packed;
    bool is_packed;
};

static enum bnc_status zip_status(int code)
{
    switch (code) {
    case ZIP_ER_MEMORY: return BNC_ENOMEM;
    case ZIP_ER_OPEN:
    case ZIP_ER_NOENT: return BNC_ENOINPUT;
    case ZIP_ER_READ:
    case ZIP_ER_SEEK: return BNC_EIO;
    default: return BNC_EDATA;
    }
}

/*
 * libzip says of some failed allocations that there is no such file or that it is no archive;
 * errno, 0 before the call, tells.
 */
static enum bnc_status failed(const struct bnc_zip_library *zip, zip_error_t *e, const char *doing,
                              const char *name, struct bnc_error *err)
{
    const enum bnc_status status = zip_status(zip->error_code_zip(e));

    if (errno == ENOMEM)
        return bnc_error_nomem(err);
    return bnc_error_set(err, status, "cannot %s '%s': %s", doing, name,
                         zip->error_strerror(e));
}

static enum bnc_status handle_open(const struct bnc_archive *a, struct handle **handle,
                                   struct bnc_error *err)
{
    struct handle *h = calloc(1, sizeof *h);
    enum bnc_status status = BNC_OK;
    int code = 0;

    if (h == NULL)
        return bnc_error_nomem(err);
    errno = 0;
    h->zip = a->zip.open(a->path, ZIP_RDONLY, &code);
    if (h->zip == NULL) {
        zip_error_t e;

        a->zip.error_init_with_code(&e, code);
        status = failed(&a->zip, &e, "read the ZIP archive", a->path, err);
        a->zip.error_fini(&e);
        free(h);
        h = NULL;
    }
    *handle = h;
    return status;
}

static void handle_close(const struct bnc_archive *a, struct handle *h)
{
    a->zip.discard(h->zip);
    free(h);
}

enum bnc_status bnc_archive_open(struct bnc_archive **archive, const char *path,
                                 struct bnc_error *err)
{
    struct bnc_archive *a = calloc(1, sizeof *a);
    enum bnc_status status;

    *archive = NULL;
    if (a == NULL)
        return bnc_error_nomem(err);
    a->path = path;
    status = bnc_zip_library_load(&a->zip, err);
    if (status == BNC_OK)
        status = handle_open(a, &a->first, err);
    if (status != BNC_OK) {
        free(a);
        return status;
    }
    pthread_mutex_init(&a->lock, NULL);
    a->idle = a->first;
    a->n_members = (uint64_t)a->zip.get_num_entries(a->first->zip, 0);
    *archive = a;
    return BNC_OK;
}

void bnc_archive_close(struct bnc_archive *archive)
{
    if (archive == NULL)
        return;
    while (archive->idle != NULL) {
        struct handle *h = archive->idle;

        archive->idle = h->next;
        handle_close(archive, h);
    }
    pthread_mutex_destroy(&archive->lock);
    free(archive);
}

struct bnc_archive **bnc_archive_next(struct bnc_archive *archive)
{
    return &archive->next;
}

uint64_t bnc_archive_count(const struct bnc_archive *archive)
{
    return archive->n_members;
}

bool bnc_archive_stat(struct bnc_archive *archive, uint64_t index, struct bnc_member_info *info)
{
    zip_stat_t st;

    archive->zip.stat_init(&st);
    if (archive->zip.stat_index(archive->first->zip, index, 0, &st) != 0 ||
        (st.valid & ZIP_STAT_NAME) == 0)
        return false;
    info->name = st.name;
    info->size_bytes = (st.valid & ZIP_STAT_COMP_SIZE) != 0 ? st.comp_size : 0;
    info->crc = (st.valid & ZIP_STAT_CRC) != 0 ? st.crc : 0;
    info->encrypted = (st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
                      st.encryption_method != ZIP_EM_NONE;
    info->is_directory = st.name[0] != '\0' && st.name[strlen(st.name) - 1] == '/';
    return true;
}

static enum bnc_status borrow(struct bnc_archive *a, struct handle **handle, struct bnc_error *err)
{
    pthread_mutex_lock(&a->lock);
    *handle = a->idle;
    if (*handle != NULL)
        a->idle = (*handle)->next;
    pthread_mutex_unlock(&a->lock);
    return *handle != NULL ? BNC_OK : handle_open(a, handle, err);
}

static void give_back(struct bnc_archive *a, struct handle *h)
{
    pthread_mutex_lock(&a->lock);
    h->next = a->idle;
    a->idle = h;
    pthread_mutex_unlock(&a->lock);
}

/* libzip inflates by zlib alone; DEFLATE is better undone by our own. */
static void see_packing(struct bnc_member *m)
{
    const zip_uint64_t needed = ZIP_STAT_COMP_METHOD | ZIP_STAT_CRC | ZIP_STAT_SIZE;
    const struct bnc_zip_library *zip = &m->archive->zip;
    zip_stat_t st;

    zip->stat_init(&st);
    if (zip->stat_index(m->handle->zip, m->index, 0, &st) != 0 || (st.valid & needed) != needed)
        return;
    m->is_packed = st.comp_method == ZIP_CM_DEFLATE;
    m->packed = (struct bnc_packed){ .size_bytes = st.size, .crc = st.crc };
}

enum bnc_status bnc_member_open(struct bnc_member **member, struct bnc_archive *archive,
                                uint64_t index, enum bnc_member_form form, const char *name,
                                struct bnc_error *err)
{
    struct bnc_member *m = calloc(1, sizeof *m);
    enum bnc_status status;

    *member = NULL;
    if (m == NULL)
        return bnc_error_nomem(err);
    m->archive = archive;
    m->name = name;
    m->index = index;
    status = borrow(archive, &m->handle, err);
    if (status != BNC_OK) {
        free(m);
        return status;
    }
    if (form == BNC_MEMBER_PACKED)
        see_packing(m);
    status = bnc_member_rewind(m, err);
    if (status == BNC_OK)
        *member = m;
    else
        bnc_member_close(m);
    return status;
}

const struct bnc_packed *bnc_member_packed(const struct bnc_member *member)
{
    return member->is_packed ? &member->packed : NULL;
}

enum bnc_status bnc_member_rewind(struct bnc_member *m, struct bnc_error *err)
{
    const struct bnc_zip_library *zip = &m->archive->zip;

    if (m->file != NULL)
        zip->fclose(m->file);
    errno = 0;
    m->file = zip->fopen_index(m->handle->zip, m->index, m->is_packed ? ZIP_FL_COMPRESSED : 0);
    return m->file != NULL
               ? BNC_OK
               : failed(zip, zip->get_error(m->handle->zip), "read", m->name, err);
}

enum bnc_status bnc_member_read(struct bnc_member *member, char *out, size_t cap, int64_t *n,
                                struct bnc_error *err)
{
    const struct bnc_zip_library *zip = &member->archive->zip;

    errno = 0;
    *n = zip->fread(member->file, out, cap);
    return *n >= 0
               ? BNC_OK
               : failed(zip, zip->file_get_error(member->file), "read", member->name, err);
}

void bnc_member_close(struct bnc_member *member)
{
    if (member == NULL)
        return;
    if (member->file != NULL)
        member->archive->zip.fclose(member->file);
    give_back(member->archive, member->handle);
    free(member);
}

#else /* without libzip no archive is ever opened */

enum bnc_status bnc_archive_open(struct bnc_archive **archive, const char *path,
                                 struct bnc_error *err)
{
    *archive = NULL;
    return bnc_error_set(err, BNC_EUSAGE,
                         "'%s' is a ZIP archive, which this build cannot read; unpack it first",
                         path);
}

void bnc_archive_close(struct bnc_archive *archive)
{
    (void)archive;
}

uint64_t bnc_archive_count(const struct bnc_archive *archive)
{
    (void)archive;
    return 0;
}

bool bnc_archive_stat(struct bnc_archive *archive, uint64_t index, struct bnc_member_info *info)
{
    (void)archive;
    (void)index;
    (void)info;
    return false;
}

enum bnc_status bnc_member_open(struct bnc_member **member, struct bnc_archive *archive,
                                uint64_t index, enum bnc_member_form form, const char *name,
                                struct bnc_error *err)
{
    (void)archive;
    (void)index;
    (void)form;
    *member = NULL;
    return bnc_error_set(err, BNC_EUSAGE,
                         "'%s' lies in a ZIP archive, which this build cannot read", name);
}

const struct bnc_packed *bnc_member_packed(const struct bnc_member *member)
{
    (void)member;
    return NULL;
}

enum bnc_status bnc_member_rewind(struct bnc_member *member, struct bnc_error *err)
{
    int64_t n;

    return bnc_member_read(member, NULL, 0, &n, err);
}

enum bnc_status bnc_member_read(struct bnc_member *member, char *out, size_t cap, int64_t *n,
                                struct bnc_error *err)
{
    (void)member;
    (void)out;
    (void)cap;
    *n = 0;
    return bnc_error_set(err, BNC_EUSAGE, "ZIP archives cannot be read by this build");
}

void bnc_member_close(struct bnc_member *member)
{
    (void)member;
}

struct bnc_archive **bnc_archive_next(struct bnc_archive *archive)
{
    (void)archive;
    return NULL;
}

#endif
