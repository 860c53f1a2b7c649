/* SPDX-License-Identifier: MIT
 * output.h - where results go: which format a name means, standard output that is checked, a file
 * that is whole or not there.
 */
#ifndef ANALYZER_OUTPUT_H
#define ANALYZER_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "options.h"

/*
 * The report format of an -o name: by its extension, "csv" for a folder (a name ending in '/', or
 * an existing one), "-", devices and unknown extensions by 'to'; NULL if that is NULL too.
 */
const char *output_format(const char *path, const char *to);

/*
 * Refuses, before any work, an output that is one of the inputs (the same device and inode; also
 * inside an input folder), a second "-", and an output name given twice.  'paths' are all that will
 * be written.  BNC_EUSAGE.
 */
enum bnc_status output_check(const struct strings *paths, const struct strings *inputs,
                             struct bnc_error *err);

/* A device, a pipe, or anything in /dev and /proc: written to as it is, never replaced by a file.
 */
bool output_is_stream(const char *path);
/* The error of a write to 'path', NULL: standard output.  BNC_EIO. */
enum bnc_status output_failed(const char *path, int sys_errno, struct bnc_error *err);

/* A bnc_write_fn and its argument: bytes go to 'stream', and why they could not stays known. */
struct output_sink {
    FILE *stream;
    int sys_errno; /* of the write that failed, else 0 */
};
int output_write(void *sink, const char *bytes, size_t len);

/* Flushes and closes standard output; BNC_EIO if any byte did not get through. */
enum bnc_status output_finish_stdout(struct bnc_error *err);
/* Writes to standard output; BNC_EIO. */
enum bnc_status output_bytes(const char *bytes, size_t len, struct bnc_error *err);

/*
 * A file that appears under its name only when complete: written beside it under a temporary name
 * that is created exclusively, synced, renamed; a stream is just opened.  Zeroed is "none";
 * output_file_drop() removes what is unfinished and accepts that.
 */
struct output_file {
    FILE *stream;
    char temp[4200]; /* "" for a stream */
    const char *path;
};
enum bnc_status output_file_open(struct output_file *f, const char *path, struct bnc_error *err);
enum bnc_status output_file_commit(struct output_file *f, struct bnc_error *err);
void output_file_drop(struct output_file *f);

#endif
