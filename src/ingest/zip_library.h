/* SPDX-License-Identifier: MIT
 * zip_library.h - libzip, loaded when the first archive is met.
 *
 * It brings libcrypto along, for encrypted members.  Linked, the two took half of what starting
 * takes (1.5 ms of 3.3) and 2 to 4 MB of every run, and few runs ever see an archive.
 */
#ifndef BNC_INGEST_ZIP_LIBRARY_H
#define BNC_INGEST_ZIP_LIBRARY_H

#include <zip.h>

#include "util/status.h"

#define BNC_ZIP_CALLS(X)                                                                           \
    X(open) X(discard) X(get_num_entries) X(stat_init) X(stat_index)                               \
    X(fopen_index) X(fread) X(fclose)                                                              \
    X(get_error) X(file_get_error) X(error_code_zip) X(error_strerror)                             \
    X(error_init_with_code) X(error_fini)

#define BNC_ZIP_CALL(name) __typeof__(zip_##name) *name;
struct bnc_zip_library { /* zip_open() is open, and so on */
    BNC_ZIP_CALLS(BNC_ZIP_CALL)
};
#undef BNC_ZIP_CALL

/*
 * Loads the library that the build was made with, for good; the next time it is there.  Any thread.
 * BNC_EUSAGE: this machine has none (err->text says why); BNC_ENOMEM.
 */
enum bnc_status bnc_zip_library_load(struct bnc_zip_library *library, struct bnc_error *err);

#endif
