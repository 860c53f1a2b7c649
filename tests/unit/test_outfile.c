/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <dirent.h>
#include <sys/resource.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/outfile.h"

static char folder[64], target[128];

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/bnc-outfile-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(target, sizeof target, "%s/report", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(target);
    return rmdir(folder); /* fails where a temporary file was left */
}

static void expect_content(const char *want)
{
    char text[64] = "";
    FILE *f = fopen(target, "r");

    assert_non_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(text, want);
}

static size_t n_files(void)
{
    DIR *d = opendir(folder);
    size_t n = 0;

    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    closedir(d);
    return n - 2; /* . and .. */
}

static void outfile__replaces_whole_files(void **state)
{
    struct stat st;

    (void)state;
    assert_int_equal(bnc_write_file(target, BNC_SPAN("old"), false, NULL), BNC_OK);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("new"), false, NULL), BNC_OK);
    expect_content("new");
    assert_int_equal(n_files(), 1);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("secret"), true, NULL), BNC_OK);
    assert_int_equal(stat(target, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void outfile__replaces_a_link_and_not_its_target(void **state)
{
    char other[160];
    struct stat st;

    (void)state;
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(bnc_write_file(other, BNC_SPAN("keep"), false, NULL), BNC_OK);
    assert_int_equal(symlink("other", target), 0);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("mine"), false, NULL), BNC_OK);
    assert_int_equal(lstat(target, &st), 0);
    assert_true(S_ISREG(st.st_mode));
    expect_content("mine");
    assert_int_equal(unlink(other), 0);
}

static void outfile__failure_leaves_the_old_file(void **state)
{
    const struct rlimit small = { .rlim_cur = 1024, .rlim_max = RLIM_INFINITY };
    struct rlimit before;
    struct bnc_error err = { .status = BNC_OK };
    char *const big = calloc(1, 1 << 16);

    (void)state;
    assert_non_null(big);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("old"), false, NULL), BNC_OK);
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(bnc_write_file(target, bnc_span_from(big, 1 << 16), false, &err), BNC_EIO);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_string_equal(err.path, target);
    expect_content("old");
    assert_int_equal(n_files(), 1);
    free(big);
}

/* It is settled with others, and one of those fails: what was there stays, whoever has a link. */
static void outfile__settled_but_not_ended_leaves_the_old_file(void **state)
{
    struct bnc_outfile f;
    char other[160];

    (void)state;
    snprintf(other, sizeof other, "%s/other", folder);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("old"), false, NULL), BNC_OK);
    assert_int_equal(link(target, other), 0);
    for (int fails = 1; fails >= 0; fails--) {
        assert_int_equal(bnc_outfile_begin(&f, target, false, NULL), BNC_OK);
        assert_int_equal(bnc_outfile_write(&f, BNC_SPAN("new"), NULL), BNC_OK);
        assert_int_equal(bnc_outfile_settle(&f, BNC_OK, NULL), BNC_OK);
        expect_content("old");
        assert_int_equal(bnc_outfile_end(&f, fails ? BNC_EIO : BNC_OK, NULL),
                         fails ? BNC_EIO : BNC_OK);
        expect_content(fails ? "old" : "new");
        assert_int_equal(n_files(), 2);
    }
    assert_int_equal(rename(other, target), 0);
    expect_content("old");
}

/* Nobody may wait for a reader of it, or read what was meant for another. */
static void outfile__replaces_a_pipe_and_a_file_that_cannot_be_read(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(target, 0600), 0);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("mine"), false, NULL), BNC_OK);
    expect_content("mine");
    assert_int_equal(chmod(target, 0), 0);
    assert_int_equal(bnc_write_file(target, BNC_SPAN("again"), false, NULL), BNC_OK);
    expect_content("again");
    assert_int_equal(n_files(), 1);
}

static void outfile__says_what_can_not_be_created(void **state)
{
    struct bnc_error err = { .status = BNC_OK };

    (void)state;
    assert_int_equal(bnc_write_file("/nonexistent/folder/report", BNC_SPAN("x"), false, &err),
                     BNC_ECREATE);
    assert_int_equal(err.status, BNC_ECREATE);
    assert_int_equal(bnc_write_file(folder, BNC_SPAN("x"), false, &err),
                     BNC_ECREATE); /* a folder is no file */
    assert_int_equal(n_files(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(outfile__replaces_whole_files, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(outfile__replaces_a_link_and_not_its_target, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(outfile__failure_leaves_the_old_file, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(outfile__settled_but_not_ended_leaves_the_old_file,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(outfile__replaces_a_pipe_and_a_file_that_cannot_be_read,
                                        make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(outfile__says_what_can_not_be_created, make_folder,
                                        remove_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
