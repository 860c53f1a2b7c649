/* SPDX-License-Identifier: MIT
 * test_in_order.c - a gzip member inflated in order: what others do meanwhile changes nothing.
 */
#include "ingest_kit.h"

#include "ingest/ahead.h"
#include "ingest/owed.h"
#include "ingest/raw.h"

#define N_STRETCHES 200

struct payers {
    struct bnc_owed owed;
    _Atomic int over;
    unsigned step;
};

/* Pays whatever may be owed, again and again. */
static void *pay_all(void *arg)
{
    struct payers *p = arg;

    for (uint64_t i = 0; !p->over; i = (i + p->step) % N_STRETCHES)
        bnc_owed_pay(&p->owed, i);
    return NULL;
}

static uint32_t crc_of(struct bnc_span s)
{
    return (uint32_t)crc32(0, (const Bytef *)s.at, (uInt)s.len);
}

/* Stretches of every length up to 'max'; 'step' 0: nobody pays before the end. */
static void assert_sum(struct bnc_span text, size_t max, unsigned step)
{
    struct payers p = { .step = step };
    pthread_t thread;
    uint32_t crc = 0;
    size_t at = 0;

    bnc_owed_init(&p.owed);
    if (step > 0)
        assert_int_equal(pthread_create(&thread, NULL, pay_all, &p), 0);
    for (uint64_t i = 0; i < N_STRETCHES; i++) {
        const size_t len = i * 7 % max;

        crc = bnc_owed_add(&p.owed, crc, &bnc_inflater_zlib, i, bnc_span_from(text.at + at, len));
        at += len;
    }
    crc = bnc_owed_settle(&p.owed, crc);
    assert_int_equal(crc, crc_of(bnc_span_from(text.at, at)));
    assert_int_equal(bnc_owed_settle(&p.owed, crc), crc);
    p.over = 1;
    if (step > 0)
        pthread_join(thread, NULL);
    bnc_owed_release(&p.owed);
}

static void owed__is_the_sum_of_all(void **state)
{
    struct bnc_buf text = kit_text(N_STRETCHES * 1000, 5);

    (void)state;
    for (size_t max = 1; max <= 1000; max *= 10)
        for (unsigned step = 0; step < 8; step++)
            assert_sum(bnc_buf_span(&text), max, step);
    bnc_buf_release(&text);
}

static void *read_ahead(void *arg)
{
    bnc_ahead_read(arg);
    return NULL;
}

/* Reads a file window by window, and each gives back what it may of the one before. */
static void assert_windows(const char *path, struct bnc_span want, bool by_another)
{
    struct bnc_ahead ahead = { .state = BNC_AHEAD_IDLE };
    struct bnc_raw raw = { 0 };
    const int fd = open(path, O_RDONLY);
    pthread_t thread;
    size_t at = 0;

    bnc_ahead_init(&ahead);
    assert_int_equal(bnc_raw_init_pread(&raw, fd, 0, want.len, BNC_RAW_WINDOW, path, NULL), BNC_OK);
    raw.ahead = &ahead;
    while (bnc_raw_fill(&raw, NULL) == BNC_OK && raw.len > 0) {
        const size_t len = raw.len;

        assert_int_equal(bnc_raw_pos(&raw), at);
        assert_memory_equal(raw.at, want.at + at, len);
        if (at > 0) {
            bnc_raw_unread(&raw, BNC_RAW_PUSHBACK);
            assert_memory_equal(raw.at, want.at + at - BNC_RAW_PUSHBACK, BNC_RAW_PUSHBACK);
        }
        bnc_raw_skip(&raw, raw.len);
        at += len;
        if (by_another) {
            assert_int_equal(pthread_create(&thread, NULL, read_ahead, &ahead), 0);
            pthread_join(thread, NULL);
        } else
            bnc_ahead_read(&ahead);
        assert_int_equal(ahead.state == BNC_AHEAD_FULL, by_another && at < want.len);
    }
    assert_int_equal(at, want.len);
    bnc_raw_release(&raw);
    bnc_ahead_release(&ahead);
    close(fd);
}

static void ahead__gives_the_same_windows(void **state)
{
    static const size_t lens[] = { 1, BNC_RAW_WINDOW, BNC_RAW_WINDOW * 3, BNC_RAW_WINDOW * 3 + 77 };

    for (unsigned i = 0; i < sizeof lens / sizeof lens[0]; i++) {
        struct bnc_buf text = kit_text(lens[i], i);
        const char *path = kit_file(*state, "windows", bnc_buf_span(&text));

        assert_windows(path, bnc_buf_span(&text), true);
        assert_windows(path, bnc_buf_span(&text), false);
        bnc_buf_release(&text);
    }
}

/* A file that was cut since the window was asked for: what is there is read, and no more. */
static void ahead__reads_no_part_of_a_window(void **state)
{
    struct bnc_buf text = kit_text(BNC_RAW_WINDOW * 2, 3);
    const char *path = kit_file(*state, "cut", bnc_buf_span(&text));
    struct bnc_ahead ahead = { .state = BNC_AHEAD_IDLE };
    struct bnc_raw raw = { 0 };
    const int fd = open(path, O_RDONLY);
    pthread_t thread;

    bnc_ahead_init(&ahead);
    assert_int_equal(bnc_raw_init_pread(&raw, fd, 0, text.len, BNC_RAW_WINDOW, path, NULL), BNC_OK);
    raw.ahead = &ahead;
    assert_int_equal(bnc_raw_fill(&raw, NULL), BNC_OK);
    assert_int_equal(truncate(path, BNC_RAW_WINDOW + 1000), 0);
    assert_int_equal(pthread_create(&thread, NULL, read_ahead, &ahead), 0);
    pthread_join(thread, NULL);
    assert_int_equal(ahead.state, BNC_AHEAD_IDLE);
    bnc_raw_skip(&raw, raw.len);
    assert_int_equal(bnc_raw_fill(&raw, NULL), BNC_OK);
    assert_int_equal(raw.len, 1000);
    bnc_raw_release(&raw);
    bnc_ahead_release(&ahead);
    close(fd);
    bnc_buf_release(&text);
}

/* A checksum that does not match is found, however many blocks and threads the member went to;
 * what it gave counts, and what follows it does not. */
static void checksum__is_verified_over_blocks(void **state)
{
    static const size_t sizes[] = { 100, 1000, 4096, 0 };
    struct bnc_buf text = kit_text(60000, 4), gz = { 0 };
    const char *path;

    kit_gzip(&gz, bnc_buf_span(&text), 6);
    gz.at[gz.len - 6] ^= 1; /* of checksum and length, 4 bytes each */
    kit_gzip(&gz, bnc_buf_span(&text), 6);
    path = kit_file(*state, "sum.gz", bnc_buf_span(&gz));
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        for (unsigned n_threads = 0; n_threads < 9; n_threads++) {
            const struct bnc_ingest_options opt = { .block_bytes = sizes[i] };
            struct bnc_source_list list;
            struct slurped s;

            assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
            s = n_threads > 0 ? slurp_threads(list.at[0], &opt, n_threads)
                              : slurp_source(list.at[0], &opt);
            assert_int_equal(s.status, BNC_EDATA);
            assert_true(n_threads > 0 || strstr(s.err.text, "checksum") != NULL);
            assert_int_equal(s.bytes.len, text.len);
            assert_memory_equal(s.bytes.at, text.at, text.len);
            bnc_buf_release(&s.bytes);
            bnc_source_list_release(&list);
        }
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owed__is_the_sum_of_all),
        KIT_TEST(ahead__gives_the_same_windows),
        KIT_TEST(ahead__reads_no_part_of_a_window),
        KIT_TEST(checksum__is_verified_over_blocks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
