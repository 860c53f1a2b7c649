/* SPDX-License-Identifier: MIT */
#include "output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static enum bnc_status fail(struct bnc_error *err, enum bnc_status status, int sys_errno,
                            const char *fmt, ...)
{
    size_t len;
    va_list ap;

    *err = (struct bnc_error){ .status = status, .sys_errno = sys_errno, .byte_off = BNC_NO_PLACE };
    va_start(ap, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, ap);
    va_end(ap);
    len = strlen(err->text);
    if (sys_errno != 0)
        snprintf(err->text + len, sizeof err->text - len, ": %s", strerror(sys_errno));
    return status;
}

static bool is_folder(const char *path)
{
    const size_t len = strlen(path);
    struct stat st;

    return (len > 0 && path[len - 1] == '/') || (stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

const char *output_format(const char *path, const char *to)
{
    static const struct {
        const char *extension, *format;
    } known[] = {
        { ".html", "html" },     { ".htm", "html" },      { ".json", "json" },
        { ".ndjson", "ndjson" }, { ".jsonl", "ndjson" },  { ".md", "md" },
        { ".txt", "text" },      { ".sqlite", "sqlite" }, { ".db", "sqlite" },
    };
    const char *const slash = strrchr(path, '/');
    const char *const dot = strrchr(slash != NULL ? slash : path, '.');

    if (strcmp(path, "-") == 0 || output_is_stream(path))
        return to != NULL ? to : "text";
    if (is_folder(path))
        return "csv";
    for (size_t i = 0; dot != NULL && i < sizeof known / sizeof known[0]; i++)
        if (strcmp(dot, known[i].extension) == 0)
            return known[i].format;
    return to;
}

/* ---- no output over an input ---- */

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether the folder at 'path', or one below it, holds that very file; hidden ones are no inputs.
 */
static bool folder_holds(const char *path, const struct stat *file, unsigned depth)
{
    DIR *const dir = opendir(path);
    struct dirent *entry;
    struct stat st;
    char name[4096];
    bool found = false;

    if (dir == NULL)
        return false;
    while (!found && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.' ||
            (size_t)snprintf(name, sizeof name, "%s/%s", path, entry->d_name) >= sizeof name ||
            stat(name, &st) != 0)
            continue;
        found = same_file(&st, file) ||
                (S_ISDIR(st.st_mode) && depth > 0 && folder_holds(name, file, depth - 1));
    }
    closedir(dir);
    return found;
}

static bool is_input(const char *output, const struct strings *inputs)
{
    struct stat out, in;

    if (stat(output, &out) != 0 || !S_ISREG(out.st_mode))
        return false;
    for (size_t i = 0; i < inputs->n; i++) {
        if (strcmp(inputs->at[i], "-") == 0 ? fstat(STDIN_FILENO, &in) != 0
                                            : stat(inputs->at[i], &in) != 0)
            continue;
        if (same_file(&in, &out) || (S_ISDIR(in.st_mode) && folder_holds(inputs->at[i], &out, 16)))
            return true;
    }
    return false;
}

enum bnc_status output_check(const struct strings *paths, const struct strings *inputs,
                             struct bnc_error *err)
{
    struct stat out, in;

    for (size_t i = 0; i < paths->n; i++) {
        for (size_t j = 0; j < i; j++)
            if (strcmp(paths->at[i], paths->at[j]) == 0)
                return fail(err, BNC_EUSAGE, 0, "output '%.500s' is given twice", paths->at[i]);
        if (strcmp(paths->at[i], "-") != 0 && is_input(paths->at[i], inputs))
            return fail(err, BNC_EUSAGE, 0, "output '%.500s' is one of the inputs", paths->at[i]);
    }
    /* "... data.csv > data.csv": the shell has emptied it already, but appending (>>) would feed on
     * itself. */
    if (fstat(STDOUT_FILENO, &out) != 0 || !S_ISREG(out.st_mode))
        return BNC_OK;
    for (size_t i = 0; i < inputs->n; i++)
        if (strcmp(inputs->at[i], "-") != 0 && stat(inputs->at[i], &in) == 0 &&
            same_file(&in, &out))
            return fail(err, BNC_EUSAGE, 0, "input '%.500s' is standard output", inputs->at[i]);
    return BNC_OK;
}

/* ---- standard output ---- */

enum bnc_status output_failed(const char *path, int sys_errno, struct bnc_error *err)
{
    return path == NULL ? fail(err, BNC_EIO, sys_errno, "cannot write to standard output")
                        : fail(err, BNC_EIO, sys_errno, "cannot write '%.500s'", path);
}

int output_write(void *arg, const char *bytes, size_t len)
{
    struct output_sink *const sink = arg;

    if (fwrite(bytes, 1, len, sink->stream) == len)
        return 0;
    sink->sys_errno = errno;
    return 1;
}

enum bnc_status output_bytes(const char *bytes, size_t len, struct bnc_error *err)
{
    return fwrite(bytes, 1, len, stdout) == len ? BNC_OK : output_failed(NULL, errno, err);
}

enum bnc_status output_finish_stdout(struct bnc_error *err)
{
    const bool bad = ferror(stdout) != 0;

    errno = 0;
    /* A standard output that was closed from the start is no fault as long as nothing was written
     * to it. */
    if (fflush(stdout) != 0 || (fclose(stdout) != 0 && errno != EBADF) || bad)
        return output_failed(NULL, errno, err);
    return BNC_OK;
}

/* ---- devices and pipes ---- */

bool output_is_stream(const char *path)
{
    struct stat st;

    return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0 ||
           (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

/* ---- whole files ---- */

enum bnc_status output_file_open(struct output_file *f, const char *path, struct bnc_error *err)
{
    int fd = -1;

    *f = (struct output_file){ .path = path };
    if (output_is_stream(path)) {
        f->stream = fopen(path, "we");
        return f->stream != NULL ? BNC_OK
                                 : fail(err, BNC_ECREATE, errno, "cannot open '%.500s'", path);
    }
    for (unsigned i = 0; i < 100 && fd < 0; i++) {
        if ((size_t)snprintf(f->temp, sizeof f->temp, "%s.%ld-%u.tmp", path, (long)getpid(), i) >=
            sizeof f->temp)
            errno = ENAMETOOLONG;
        else
            /* rows hold addresses, so the file is the owner's alone */
            fd = open(f->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    if (fd < 0) {
        f->temp[0] = '\0';
        return fail(err, BNC_ECREATE, errno, "cannot create '%.500s'", path);
    }
    f->stream = fdopen(fd, "w");
    if (f->stream != NULL)
        return BNC_OK;
    close(fd);
    output_file_drop(f);
    return fail(err, BNC_ENOMEM, 0, "out of memory");
}

enum bnc_status output_file_commit(struct output_file *f, struct bnc_error *err)
{
    bool ok = fflush(f->stream) == 0 && !ferror(f->stream) &&
              (fsync(fileno(f->stream)) == 0 || errno == EINVAL || errno == EROFS);
    enum bnc_status status;

    ok = fclose(f->stream) == 0 && ok;
    f->stream = NULL;
    if (ok && (f->temp[0] == '\0' || rename(f->temp, f->path) == 0)) {
        f->temp[0] = '\0';
        return BNC_OK;
    }
    status = fail(err, BNC_EIO, errno, "cannot write '%.500s'", f->path);
    output_file_drop(f);
    return status;
}

void output_file_drop(struct output_file *f)
{
    if (f->stream != NULL)
        fclose(f->stream);
    if (f->temp[0] != '\0')
        unlink(f->temp);
    f->stream = NULL;
    f->temp[0] = '\0';
}
