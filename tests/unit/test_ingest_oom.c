/* SPDX-License-Identifier: MIT
 * test_ingest_oom.c - the Nth allocation fails, for every N: a status, no crash, nothing lost.
 */
#include "ingest_kit.h"
#include "oom_kit.h"

#if BNC_WITH_ZIP
#include <zip.h>
#endif

/* Lists, looks at the head of and reads all sources of a path; the worst that happened. */
static enum bnc_status read_all(const char *path, enum bnc_gunzip gunzip, struct faults *faults,
                                uint64_t *n_bytes)
{
    const struct bnc_ingest_options opt = { .block_bytes = 700, .gunzip = gunzip };
    struct bnc_source_list list;
    struct bnc_block_buf *buf = bnc_block_buf_create();
    enum bnc_status worst = buf == NULL ? BNC_ENOMEM : BNC_OK;
    char head[200];

    if (bnc_source_list_create(&list, &path, 1, kit_on_fault, faults, NULL) != BNC_OK)
        worst = BNC_ENOMEM;
    for (size_t i = 0; worst == BNC_OK && i < list.n; i++) {
        struct bnc_reader *r = NULL;
        struct bnc_block block;
        size_t len;
        bool whole, more = true;
        enum bnc_status status = bnc_source_head(list.at[i], &opt, head, sizeof head, &len, &whole,
                                                 NULL);

        if (status == BNC_OK)
            status = bnc_source_open(list.at[i], &opt, &r, NULL);
        while (status == BNC_OK &&
               (status = bnc_reader_claim(r, buf, &block, &more, NULL)) == BNC_OK && more) {
            status = bnc_reader_finish(r, buf, &block, NULL);
            *n_bytes += block.bytes.len;
            bnc_reader_done(r, &block);
        }
        worst = status != BNC_OK ? status : worst;
        bnc_reader_close(r, NULL);
    }
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
    return worst;
}

/* Fails one allocation after the other until none is left to fail. */
static void assert_survives(const char *path, enum bnc_gunzip gunzip)
{
    const bool in_archive = strstr(path, ".zip") != NULL;
    struct faults faults = { 0 };
    uint64_t want = 0;

    assert_int_equal(read_all(path, gunzip, &faults, &want),
                     BNC_OK); /* warm: what libraries keep for good is made */
    assert_int_equal(faults.n, 0);
    for (long n = 0;; n++) {
        const long before = oom_alive;
        enum bnc_status status;
        uint64_t got = 0;

        memset(&faults, 0, sizeof faults);
        oom_begin(n);
        status = read_all(path, gunzip, &faults, &got);
        if (!oom_end()) { /* fewer than n allocations are made in all */
            assert_int_equal(got, want);
            break;
        }
        /* libzip leaves a block of its own behind where some of its allocations fail */
        assert_true(oom_alive == before || (in_archive && oom_alive < before + 4));
        /* an allocation of no consequence (a larger stdio buffer) may fail unseen; then nothing is
         * missing */
        if (status == BNC_OK && faults.n == 0)
            assert_int_equal(got, want);
        else
            assert_int_equal(status != BNC_OK ? status : faults.last.status, BNC_ENOMEM);
        assert_true(n < 5000);
    }
}

static void memory__may_end_anywhere(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = { 0 }, gz = { 0 }, wide = { 0 };

    if (!OOM_CAN_FAIL)
        skip();
    text = kit_text(5000, 1);
    for (int i = 0; i < 5; i++)
        kit_gzip(&gz, bnc_span_from(text.at + i * 1000, 1000), 6);
    for (size_t i = 0; i < text.len; i++) {
        bnc_buf_putc(&wide, text.at[i]);
        bnc_buf_putc(&wide, '\0');
    }
    assert_survives(kit_file(kit, "a.csv", bnc_buf_span(&text)), BNC_GUNZIP_AUTO);
    assert_survives(kit_file(kit, "w.csv", bnc_buf_span(&wide)), BNC_GUNZIP_AUTO);
    assert_survives(kit_file(kit, "d.json", BNC_SPAN("[{\"a\":1},\n{\"a\":2}]")),
                    BNC_GUNZIP_AUTO);
    assert_survives(kit_file(kit, "a.gz", bnc_buf_span(&gz)), BNC_GUNZIP_ZLIB);
    assert_survives(kit->path, BNC_GUNZIP_ISAL);
    mkdir(kit_path(kit, "d"), 0700);
    kit_file(kit, "d/b.csv", bnc_buf_span(&text));
    kit_file(kit, "d/a.csv.gz", bnc_buf_span(&gz));
    assert_survives(kit_path(kit, "d"), BNC_GUNZIP_AUTO);
    bnc_buf_release(&text);
    bnc_buf_release(&gz);
    bnc_buf_release(&wide);
}

#if BNC_WITH_ZIP
static void memory__may_end_in_an_archive(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = { 0 };
    zip_t *zip;

    if (!OOM_CAN_FAIL)
        skip();
    text = kit_text(5000, 2);
    zip = zip_open(kit_path(kit, "a.zip"), ZIP_CREATE, NULL);
    assert_non_null(zip);
    zip_file_add(zip, "b.csv", zip_source_buffer(zip, text.at, text.len, 0), 0);
    zip_file_add(zip, "a.csv", zip_source_buffer(zip, text.at, 100, 0), 0);
    assert_int_equal(zip_close(zip), 0);
    assert_survives(kit->path, BNC_GUNZIP_AUTO);
    bnc_buf_release(&text);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory__may_end_anywhere, kit_setup, kit_teardown),
#if BNC_WITH_ZIP
        cmocka_unit_test_setup_teardown(memory__may_end_in_an_archive, kit_setup, kit_teardown),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
