/* SPDX-License-Identifier: MIT
 * test_zip_library.c - libzip is loaded by the first archive, or missed there.
 */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "ingest_kit.h"

#if BNC_WITH_ZIP
#include <dlfcn.h>

#include "ingest/archive.h"

static bool is_missing;

/* In front of the C library's. */
#pragma GCC visibility push(default)
void *dlopen(const char *name, int flags);
void *dlopen(const char *name, int flags)
{
    void *(*real)(const char *, int);
    void *const next = dlsym(RTLD_NEXT, "dlopen");

    memcpy(&real, &next, sizeof real);
    return real(is_missing ? "/nowhere/libzip.so" : name, flags);
}
#pragma GCC visibility pop

static bool is_loaded(void)
{
    void *const handle = dlopen(BNC_ZIP_SONAME, RTLD_LAZY | RTLD_NOLOAD);

    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

static void library__is_loaded_with_the_first_archive(void **state)
{
    static const char empty[22] = "PK\5\6";
    struct kit *kit = *state;
    const char *const path = kit_file(kit, "a.zip", bnc_span_from(empty, sizeof empty));
    struct bnc_archive *archive;
    struct bnc_error err = { 0 };

    assert_false(is_loaded());
    is_missing = true;
    assert_int_equal(bnc_archive_open(&archive, path, &err), BNC_EUSAGE);
    is_missing = false;
    assert_null(archive);
    assert_non_null(strstr(err.text, "need libzip"));
    assert_non_null(strstr(err.text, "/nowhere/libzip.so"));
    assert_false(is_loaded());
    assert_int_equal(bnc_archive_open(&archive, path, &err), BNC_OK);
    assert_int_equal(bnc_archive_count(archive), 0);
    bnc_archive_close(archive);
    assert_true(is_loaded());
}
#else
static void library__is_loaded_with_the_first_archive(void **state)
{
    (void)state;
    skip();
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(library__is_loaded_with_the_first_archive, kit_setup,
                                        kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
