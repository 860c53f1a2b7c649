/* SPDX-License-Identifier: MIT
 * test_tally_memory.c - the Nth allocation fails, for every N: an error is returned and nothing
 * leaks. The C library's own names for its allocator stand in for a wrapper; sanitizers bring their
 * own, so there it is left out.
 */
#include "aggregate/state.h"
#include "tally_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <errno.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(__clang__) ||         \
    !defined(__GLIBC__)
#define CAN_FAIL 0
#else
#define CAN_FAIL 1

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t each);
void *__libc_realloc(void *at, size_t n);
void *__libc_memalign(size_t align, size_t n);
void __libc_free(void *at);

/* Volatile: the compiler knows that malloc() changes no variable of ours. */
/* allocations until one fails, -1: never; blocks not freed */
static volatile long left = -1, live;

static bool fails(void)
{
    if (left < 0 || left-- > 0)
        return false;
    errno = ENOMEM;
    return true;
}

static void *count(void *at)
{
    live += at != NULL;
    return at;
}

/* The C library's own calls, in strdup() or fopen(), must come here too. */
#pragma GCC visibility push(default)
void *malloc(size_t n)
{
    return fails() ? NULL : count(__libc_malloc(n));
}
void *calloc(size_t n, size_t each)
{
    return fails() ? NULL : count(__libc_calloc(n, each));
}
void *aligned_alloc(size_t align, size_t n)
{
    return fails() ? NULL : count(__libc_memalign(align, n));
}

void *realloc(void *at, size_t n)
{
    void *to = fails() ? NULL : __libc_realloc(at, n);

    live += at == NULL && to != NULL;
    return to;
}

void free(void *at)
{
    live -= at != NULL;
    __libc_free(at);
}
#pragma GCC visibility pop

static struct bnc_classifier *classifier;
static char path[] = "/tmp/bnc-memory-XXXXXX";

static enum bnc_status count_world(struct world *w, struct bnc_part **part)
{
    const struct bnc_part_options opt = { .detail = BNC_DETAIL_LISTS,
                                          .classifier = classifier,
                                          .seed = 77,
                                          .sources = world_sources,
                                          .n_sources = WORLD_SOURCES };
    enum bnc_status status = BNC_OK;

    *part = bnc_part_create(&opt);
    if (*part == NULL)
        return BNC_ENOMEM;
    for (unsigned i = 0; i < 120 && status == BNC_OK; i++) {
        struct bnc_item item = world_item(w, &w->events[i]);

        status = bnc_part_add(*part, &item, 1, w->events[i].source);
    }
    bnc_part_add_other(*part, 0);
    return status;
}

static enum bnc_status whole_life(struct world *w)
{
    struct bnc_part *parts[2] = { NULL, NULL };
    struct bnc_tally *t = NULL;
    enum bnc_status status = count_world(w, &parts[0]);

    if (status == BNC_OK)
        status = bnc_state_save(parts, 1, path, NULL);
    if (status == BNC_OK)
        status = bnc_state_load(&parts[1], path, classifier, NULL);
    if (status == BNC_OK)
        status = bnc_tally_finish(&t, parts, 2, NULL, NULL, NULL);
    bnc_tally_free(t);
    bnc_part_free(parts[0]);
    bnc_part_free(parts[1]);
    return status;
}

static void memory__that_runs_out_is_an_error_and_no_leak(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = 0 };
    struct world *w = malloc(sizeof *w);
    const int fd = mkstemp(path);
    enum bnc_status status;
    long n = 0, before, n_failed = 0;

    (void)state;
    assert_true(fd >= 0 && w != NULL);
    assert_int_equal(bnc_classifier_create(&classifier, &opt, NULL), BNC_OK);
    world_make(w, 4);
    /* what the C library keeps for good is there now */
    assert_int_equal(whole_life(w), BNC_OK);
    for (bool reached = true; reached; n += n < 500 ? 1 : 3) {
        before = live;
        left = n;
        status = whole_life(w);
        reached = left < 0;
        left = -1;
        assert_int_equal(live, before);
        n_failed += status == BNC_ENOMEM;
        /*
         * the C library may do without what it asked for, to sort or to sync; nothing else is
         * excused
         */
        assert_true(status == BNC_OK || (reached && status == BNC_ENOMEM));
    }
    assert_true(n_failed > 300);
    close(fd);
    unlink(path);
    bnc_classifier_free(classifier);
    free(w);
}
#endif

static void nothing__to_test_here(void **state)
{
    (void)state;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#if CAN_FAIL
        cmocka_unit_test(memory__that_runs_out_is_an_error_and_no_leak),
#endif
        cmocka_unit_test(nothing__to_test_here),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
