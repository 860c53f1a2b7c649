/* SPDX-License-Identifier: MIT
 * outfile.c - files that are whole or not there: written beside their place, synced, renamed over
 * it.
 *
 * The sync stays: without it a crash after the rename may leave an empty file under the final name,
 * and a report that was there before is gone.  At the end it cost 11 to 24 ms for 24 MB (ext4 on a
 * virtual disk), nearly all of it waiting for the disk.  So the kernel is asked to begin writing
 * while the rest is being made: then it costs 1 ms.
 */
#define _GNU_SOURCE /* sync_file_range() */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/outfile.h"

#define MAX_TRIES 100
#define WRITE_BEHIND_BYTES ((uint64_t)1 << 20)

static bool write_all(int fd, struct bnc_span bytes)
{
    while (bytes.len > 0) {
        const ssize_t n = write(fd, bytes.at, bytes.len < (1u << 30) ? bytes.len : 1u << 30);

        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            bytes = bnc_span_from(bytes.at + n, bytes.len - (size_t)n);
    }
    return true;
}

/*
 * Has the disk begin with what it was not told of yet.  It need not: the sync at the end is what
 * counts.
 */
static void write_behind(struct bnc_outfile *f)
{
#ifdef SYNC_FILE_RANGE_WRITE
    (void)sync_file_range(f->fd, (off_t)f->begun, (off_t)(f->len - f->begun),
                          SYNC_FILE_RANGE_WRITE);
#endif
    f->begun = f->len;
}

enum bnc_status bnc_outfile_begin(struct bnc_outfile *f, const char *path, bool secret,
                                  struct bnc_error *err)
{
    enum bnc_status status;
    const size_t size = strlen(path) + 32;

    *f = (struct bnc_outfile){ .path = path, .fd = -1, .temp = malloc(size) };
    if (f->temp == NULL)
        return bnc_error_nomem(err);
    for (int i = 0; i < MAX_TRIES && f->fd < 0; i++) {
        snprintf(f->temp, size, "%s.%ld-%d.tmp", path, (long)getpid(), i);
        f->fd = open(f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                     secret ? 0600 : 0666);
        if (f->fd < 0 && errno != EEXIST)
            break;
    }
    if (f->fd >= 0)
        return BNC_OK;
    status = bnc_error_sys(err, BNC_ECREATE, "cannot create a file beside '%s'", path);
    bnc_error_at(err, path, 0, BNC_NO_PLACE);
    free(f->temp);
    f->temp = NULL;
    return status;
}

enum bnc_status bnc_outfile_write(struct bnc_outfile *f, struct bnc_span bytes,
                                  struct bnc_error *err)
{
    if (write_all(f->fd, bytes)) {
        f->len += bytes.len;
        if (f->len - f->begun >= WRITE_BEHIND_BYTES)
            write_behind(f);
        return BNC_OK;
    }
    bnc_error_sys(err, BNC_EIO, "cannot write '%s'", f->path);
    bnc_error_at(err, f->path, 0, BNC_NO_PLACE);
    return BNC_EIO;
}

/*
 * The name itself is on disk only when its folder is; a file system that can't sync folders is no
 * reason to fail.
 */
static void sync_folder(const char *path)
{
    char *const dir = strdup(path);
    char *const slash = dir == NULL ? NULL : strrchr(dir, '/');
    int fd;

    if (slash != NULL)
        slash[slash == dir ? 1 : 0] = '\0';
    fd = dir == NULL ? -1 : open(slash == NULL ? "." : dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        (void)fsync(fd);
        close(fd);
    }
    free(dir);
}

/*
 * The pages of the file that will go are dropped while the disk is busy with the last of the new
 * one: the rename would take 2 ms longer for 24 MB.  What stands in it stays, should we fail.
 */
static void forget_old(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    if (fd < 0)
        return;
    (void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
    close(fd);
}

enum bnc_status bnc_outfile_settle(struct bnc_outfile *f, enum bnc_status status,
                                   struct bnc_error *err)
{
    struct stat st;
    bool there;

    if (f->temp == NULL || f->fd < 0)
        return status;
    there = lstat(f->path, &st) == 0;
    if (status == BNC_OK) {
        write_behind(f);
        if (there && S_ISREG(st.st_mode))
            forget_old(f->path);
    }
    if (status == BNC_OK && fsync(f->fd) != 0)
        status = bnc_error_sys(err, BNC_EIO, "cannot write '%s'", f->path);
    if (close(f->fd) != 0 && status == BNC_OK)
        status = bnc_error_sys(err, BNC_EIO, "cannot write '%s'", f->path);
    f->fd = -1;
    if (status == BNC_OK && there && S_ISDIR(st.st_mode))
        status = bnc_error_set(err, BNC_ECREATE, "'%s' is a folder", f->path);
    if (status != BNC_OK)
        bnc_error_at(err, f->path, 0, BNC_NO_PLACE);
    return status;
}

enum bnc_status bnc_outfile_end(struct bnc_outfile *f, enum bnc_status status,
                                struct bnc_error *err)
{
    if (f->temp == NULL)
        return status;
    status = bnc_outfile_settle(f, status, err);
    if (status == BNC_OK && rename(f->temp, f->path) != 0)
        status = bnc_error_sys(err, BNC_ECREATE, "cannot rename a file to '%s'", f->path);
    if (status == BNC_OK)
        sync_folder(f->path);
    else
        unlink(f->temp);
    if (status != BNC_OK)
        bnc_error_at(err, f->path, 0, BNC_NO_PLACE);
    free(f->temp);
    f->temp = NULL;
    return status;
}

enum bnc_status bnc_write_file(const char *path, struct bnc_span bytes, bool secret,
                               struct bnc_error *err)
{
    struct bnc_outfile f;
    enum bnc_status status = bnc_outfile_begin(&f, path, secret, err);

    if (status != BNC_OK)
        return status;
    return bnc_outfile_end(&f, bnc_outfile_write(&f, bytes, err), err);
}
