/* SPDX-License-Identifier: MIT */
#if BNC_WITH_ZIP
#include "ingest/zip_library.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#define NAME_OF(name) "zip_" #name,
static const char *const names[] = { BNC_ZIP_CALLS(NAME_OF) };
enum { N_CALLS = sizeof names / sizeof names[0] };

static_assert(sizeof(struct bnc_zip_library) == N_CALLS * sizeof(void *), "pointers alone");
static_assert(sizeof BNC_ZIP_SONAME > 1, "the build found libzip.so");

static enum bnc_status failed(struct bnc_error *err)
{
    const char *why = dlerror();

    if (errno == ENOMEM)
        return bnc_error_nomem(err);
    return bnc_error_set(err, BNC_EUSAGE, "ZIP archives need libzip, which cannot be loaded: %s",
                         why != NULL ? why : BNC_ZIP_SONAME);
}

enum bnc_status bnc_zip_library_load(struct bnc_zip_library *library, struct bnc_error *err)
{
    void *calls[N_CALLS], *handle;

    errno = 0;
    handle = dlopen(BNC_ZIP_SONAME, RTLD_NOW | RTLD_NODELETE);
    if (handle == NULL)
        return failed(err);
    for (size_t i = 0; i < N_CALLS; i++) {
        calls[i] = dlsym(handle, names[i]);
        if (calls[i] == NULL) {
            const enum bnc_status status = failed(err);

            dlclose(handle);
            return status;
        }
    }
    memcpy(library, calls, sizeof calls);
    dlclose(handle); /* it stays: RTLD_NODELETE */
    return BNC_OK;
}
#endif
