/* SPDX-License-Identifier: MIT
 * test_gunzip.c - gzip of every legal and illegal shape: the same bytes from either library, block
 * size and thread count.
 */
#include "ingest_kit.h"

static uint32_t next_random(uint64_t *x)
{
    *x = *x * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(*x >> 33);
}

/* 'text' as members of up to 'max' bytes each. */
static struct bnc_buf members(struct bnc_span text, size_t max, uint64_t seed)
{
    struct bnc_buf gz = { 0 };
    uint64_t x = seed;

    while (text.len > 0) {
        size_t len = next_random(&x) % (max + 1);

        if (len > text.len)
            len = text.len;
        kit_gzip(&gz, bnc_span_from(text.at, len), (int)(next_random(&x) % 10));
        text.at += len;
        text.len -= len;
    }
    return gz;
}

static void assert_threads(const char *path, struct bnc_span want, enum bnc_status status)
{
    static const size_t sizes[] = { 1, 7, 256, 4096, 0 };
    static const unsigned n_threads[] = { 1, 2, 3, 8 };

    for (unsigned i = 0; i < 5; i++)
        for (unsigned t = 0; t < 4; t++)
            for (int which = BNC_GUNZIP_AUTO; which <= BNC_GUNZIP_ISAL; which++) {
                const struct bnc_ingest_options opt = { .block_bytes = sizes[i],
                                                        .gunzip = (enum bnc_gunzip)which };
                struct bnc_source_list list;
                struct slurped s;

                assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL),
                                 BNC_OK);
                assert_int_equal(list.n, 1);
                s = slurp_threads(list.at[0], &opt, n_threads[t]);
                assert_int_equal(s.status, status);
                assert_int_equal(s.bytes.len, want.len);
                if (want.len > 0)
                    assert_memory_equal(s.bytes.at, want.at, want.len);
                bnc_buf_release(&s.bytes);
                bnc_source_list_release(&list);
            }
}

static void members__are_put_together(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(40000, 3);

    for (size_t max = 1; max <= 100000; max = max * 9 + 20) {
        struct bnc_buf gz = members(max < 20 ? bnc_span_from(text.at, 500) : bnc_buf_span(&text),
                                    max, max);
        const struct bnc_span want = max < 20 ? bnc_span_from(text.at, 500) : bnc_buf_span(&text);
        const char *path = kit_file(kit, "m.csv", bnc_buf_span(&gz));

        assert_threads(path, want, BNC_OK);
        bnc_buf_release(&gz);
    }
    bnc_buf_release(&text);
}

/* Where the first piece of a file ends whose second member begins at 'at'. */
static uint64_t end_of_first_piece(struct kit *kit, struct bnc_span text, size_t at)
{
    const struct bnc_ingest_options opt = { .block_bytes = 64 << 10 };
    struct bnc_block_buf *const buf = bnc_block_buf_create();
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block = { 0 };
    struct bnc_buf gz = { 0 };
    const char *path;
    bool more;

    for (size_t len = at; gz.len != at; len -= gz.len - at) { /* stored: a byte takes a byte */
        gz.len = 0;
        kit_gzip(&gz, bnc_span_from(text.at, len), 0);
    }
    kit_gzip(&gz, text, 9);
    path = kit_file(kit, "m.gz", bnc_buf_span(&gz));
    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
    assert_int_equal(bnc_reader_claim(r, buf, &block, &more, NULL), BNC_OK);
    assert_true(more && !block.whole);
    bnc_reader_close(r, NULL);
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
    bnc_buf_release(&gz);
    return block.raw_to;
}

/* Missing one costs no row, but the time of reading in order: other tests would not tell. */
static void members__are_found_wherever_they_begin(void **state)
{
    const size_t first = 4096 + 10;             /* where the search begins: behind such a part, */
    const size_t second = first + 16384 - 10;   /* where it goes on, */
    const size_t third = second + 65536 - 10;   /* and again */
    const size_t near[][2] = { { first, first + 130 },
                               { second - 20, second + 20 },
                               { third - 20, third + 20 } };
    struct bnc_buf text = kit_text(third + 100, 5);

    for (size_t i = 0; i < sizeof near / sizeof *near; i++)
        for (size_t at = near[i][0]; at < near[i][1]; at++)
            assert_int_equal(end_of_first_piece(*state, bnc_buf_span(&text), at), at);
    bnc_buf_release(&text);
}

/* Stored members that hold gzip files: the search for headers finds many that are none. */
static void members__inside_members_are_data(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(20000, 4), inner = members(bnc_buf_span(&text), 900, 4),
                   outer = { 0 };
    struct bnc_buf want = { 0 };

    for (int i = 0; i < 4; i++) {
        kit_gzip(&outer, bnc_buf_span(&text), 6);
        bnc_buf_put(&want, bnc_buf_span(&text));
        kit_gzip(&outer, bnc_buf_span(&inner), 0);
        bnc_buf_put(&want, bnc_buf_span(&inner));
    }
    assert_threads(kit_file(kit, "m.csv", bnc_buf_span(&outer)), bnc_buf_span(&want), BNC_OK);
    bnc_buf_release(&text);
    bnc_buf_release(&inner);
    bnc_buf_release(&outer);
    bnc_buf_release(&want);
}

static void members__lose_the_mark_of_the_first_only(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf gz = { 0 };

    kit_gzip(&gz, BNC_SPAN(""), 6);
    kit_gzip(&gz, BNC_SPAN("\xef"), 6);
    kit_gzip(&gz, BNC_SPAN("\xbb"), 6);
    kit_gzip(&gz,
             BNC_SPAN("\xbf"
                      "a,b\n"),
             6);
    kit_gzip(&gz,
             BNC_SPAN("\xef\xbb\xbf"
                      "c"),
             6);
    assert_threads(kit_file(kit, "m.csv", bnc_buf_span(&gz)),
                   BNC_SPAN("a,b\n\xef\xbb\xbf"
                            "c"),
                   BNC_OK);
    bnc_buf_release(&gz);
}

static void padding__is_ignored(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(9000, 5), gz = { 0 }, want = { 0 };

    for (int i = 0; i < 5; i++) {
        kit_gzip(&gz, bnc_buf_span(&text), 6);
        bnc_buf_put(&want, bnc_buf_span(&text));
        for (int zero = 0; zero < i * 300; zero++)
            bnc_buf_putc(&gz, '\0');
    }
    assert_threads(kit_file(kit, "pad.csv", bnc_buf_span(&gz)), bnc_buf_span(&want), BNC_OK);
    bnc_buf_release(&text);
    bnc_buf_release(&gz);
    bnc_buf_release(&want);
}

static void junk__comes_after_the_data(void **state)
{
    static const struct bnc_span junk[] = {
        BNC_SPAN("x"), BNC_SPAN("\x1f"), BNC_SPAN("\x1f\x8b"), BNC_SPAN("\0\0junk"),
        BNC_SPAN("\x1f\x8b\x08\0\0\0\0\0\0\3\xff\xff\xff\xff\xff\xff")
    };
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(9000, 6);

    for (unsigned i = 0; i < sizeof junk / sizeof *junk; i++) {
        struct bnc_buf gz = members(bnc_buf_span(&text), 3000, i);

        bnc_buf_put(&gz, junk[i]);
        assert_threads(kit_file(kit, "junk.csv", bnc_buf_span(&gz)), bnc_buf_span(&text),
                       BNC_EDATA);
        bnc_buf_release(&gz);
    }
    bnc_buf_release(&text);
}

/* All header fields at once. */
static void header__may_have_every_field(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(3000, 7), gz = { 0 };
    gz_header head = { .extra = (Bytef *)"some extra bytes",
                       .extra_len = 16,
                       .name = (Bytef *)"name.csv",
                       .comment = (Bytef *)"a comment",
                       .hcrc = 1 };
    z_stream z = { 0 };

    assert_true(bnc_buf_reserve(&gz, 8000));
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
    deflateSetHeader(&z, &head);
    z.next_in = (Bytef *)text.at;
    z.avail_in = (uInt)text.len;
    z.next_out = (Bytef *)gz.at;
    z.avail_out = 8000;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    gz.len = z.total_out;
    deflateEnd(&z);
    assert_threads(kit_file(kit, "h.csv", bnc_buf_span(&gz)), bnc_buf_span(&text), BNC_OK);
    gz.at[12] ^= 1; /* the header's own checksum */
    assert_threads(kit_file(kit, "h.csv", bnc_buf_span(&gz)), BNC_SPAN(""), BNC_EDATA);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

/* One member as bgzip writes it: its own length in an extra field. */
static void put_bgzf(struct bnc_buf *to, struct bnc_span bytes)
{
    struct bnc_buf gz = { 0 };
    const size_t at = to->len;

    kit_gzip(&gz, bytes, 6);
    bnc_buf_put(to, BNC_SPAN("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0\0\0"));
    bnc_buf_put(to, bnc_span_from(gz.at + 10, gz.len - 10));
    to->at[at + 16] = (char)(to->len - at - 1);
    to->at[at + 17] = (char)((to->len - at - 1) >> 8);
    bnc_buf_release(&gz);
}

static void bgzf__is_known_and_read(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(200000, 8), gz = { 0 };
    const char *path;
    struct slurped s;

    for (size_t at = 0; at < text.len; at += 8000)
        put_bgzf(&gz, bnc_span_from(text.at + at, text.len - at < 8000 ? text.len - at : 8000));
    put_bgzf(&gz, BNC_SPAN(""));
    path = kit_file(kit, "b.csv.gz", bnc_buf_span(&gz));
    s = slurp(path, &(struct bnc_ingest_options){ .block_bytes = 4096 });
    assert_int_equal(s.container, BNC_CONTAINER_BGZF);
    assert_true(s.n_blocks > 5);
    bnc_buf_release(&s.bytes);
    assert_threads(path, bnc_buf_span(&text), BNC_OK);
    gz.at[16] ^= 0x20; /* a wrong length there means nothing to gzip, and nothing here */
    assert_threads(kit_file(kit, "b.csv.gz", bnc_buf_span(&gz)), bnc_buf_span(&text), BNC_OK);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

/* What zlib gives for a damaged file, block by block: the measure for all others. */
static void assert_agree(struct kit *kit, struct bnc_span damaged, unsigned *n_shorter)
{
    const char *path = kit_file(kit, "damaged.gz", damaged);
    struct slurped want =
        slurp(path, &(struct bnc_ingest_options){ .block_bytes = 100, .gunzip = BNC_GUNZIP_ZLIB });
    static const struct bnc_ingest_options ways[] = {
        { .block_bytes = 100, .gunzip = BNC_GUNZIP_ISAL },
        { .block_bytes = 100 }, /* libdeflate comes before ISA-L where it may */
        { .block_bytes = 1000 },
        { .gunzip = BNC_GUNZIP_ISAL },
    };

    for (unsigned i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        struct slurped got = slurp(path, &ways[i]);
        const size_t n = got.bytes.len < want.bytes.len ? got.bytes.len : want.bytes.len;

        assert_int_equal(got.status, want.status);
        assert_true(got.bytes.len >= want.bytes.len);
        *n_shorter += got.bytes.len != want.bytes.len;
        if (n > 0)
            assert_memory_equal(got.bytes.at, want.bytes.at, n);
        bnc_buf_release(&got.bytes);
    }
    bnc_buf_release(&want.bytes);
}

static void damage__is_found_by_both_alike(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(4000, 9), gz = members(bnc_buf_span(&text), 2500, 9);
    unsigned n_shorter = 0, n = 0;

    for (size_t bit = 0; bit < gz.len * 8; bit += 3, n++) {
        gz.at[bit / 8] = (char)(gz.at[bit / 8] ^ 1 << bit % 8);
        assert_agree(kit, bnc_buf_span(&gz), &n_shorter);
        gz.at[bit / 8] = (char)(gz.at[bit / 8] ^ 1 << bit % 8);
    }
    /* ISA-L takes a few incomplete codes for good; then the checksum fails and zlib had stopped
     * earlier */
    print_message("%u damaged files, zlib stopped earlier %u times\n", n, n_shorter);
    assert_true(n_shorter <= n / 50);
    bnc_buf_release(&text);
    bnc_buf_release(&gz);
}

static void cut__gives_what_came_before(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(4000, 10), gz = members(bnc_buf_span(&text), 2500, 10);
    unsigned n_shorter = 0;

    for (size_t len = 1; len < gz.len; len++)
        assert_agree(kit, bnc_span_from(gz.at, len), &n_shorter);
    assert_int_equal(n_shorter, 0);
    bnc_buf_release(&text);
    bnc_buf_release(&gz);
}

static void fault__names_file_and_place(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(50000, 11), gz = { 0 };
    struct slurped s;

    kit_gzip(&gz, bnc_buf_span(&text), 6);
    s = slurp(kit_file(kit, "cut.gz", bnc_span_from(gz.at, gz.len / 2)),
              &(struct bnc_ingest_options){ .block_bytes = 1000 });
    assert_int_equal(s.status, BNC_EDATA);
    assert_true(s.bytes.len > 10000);
    assert_int_equal(s.err.byte_off, s.bytes.len);
    assert_string_equal(s.err.path, kit->path);
    assert_non_null(strstr(s.err.text, "cut short"));
    bnc_buf_release(&s.bytes);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

static long rss_peak_kib(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

/* Reads without keeping anything. */
static enum bnc_status drain(const char *path, const struct bnc_ingest_options *opt, uint64_t *n,
                             bool *bomb)
{
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_block block;
    enum bnc_status status;
    bool more = true;

    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], opt, &r, NULL), BNC_OK);
    while ((status = bnc_reader_claim(r, buf, &block, &more, NULL)) == BNC_OK && more) {
        status = bnc_reader_finish(r, buf, &block, NULL);
        if (status != BNC_OK)
            break;
        bnc_reader_done(r, &block);
    }
    *n = bnc_reader_bytes_out(r);
    *bomb = bnc_reader_is_bomb(r);
    bnc_reader_close(r, NULL);
    bnc_block_buf_free(buf);
    bnc_source_list_release(&list);
    return status;
}

#define BOMB_MIB 200

static void bomb__needs_little_memory_and_is_noticed(void **state)
{
    struct kit *kit = *state;
    char *zeros = calloc(1, (size_t)BOMB_MIB << 20);
    struct bnc_buf gz = { 0 };
    const char *path;
    uint64_t n;
    long before;
    bool bomb;

    kit_gzip(&gz, bnc_span_from(zeros, (size_t)BOMB_MIB << 20), 9);
    free(zeros);
    path = kit_file(kit, "bomb.gz", bnc_buf_span(&gz));
    bnc_buf_release(&gz);
    before = rss_peak_kib();
    for (int which = BNC_GUNZIP_AUTO; which <= BNC_GUNZIP_ISAL; which++) {
        struct bnc_ingest_options opt = { .gunzip = (enum bnc_gunzip)which };

        assert_int_equal(drain(path, &opt, &n, &bomb), BNC_OK);
        assert_int_equal(n, (uint64_t)BOMB_MIB << 20);
        assert_true(bomb);
        opt.max_expanded_bytes = 1000001;
        assert_int_equal(drain(path, &opt, &n, &bomb), BNC_EDATA);
        assert_int_equal(n, 1000001);
        assert_false(bomb);
    }
    assert_true(rss_peak_kib() - before < 8 << 10);
}

/* Several times the limit in pieces that are inflated on a guess. */
static void limit__holds_over_members(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(40000, 12), gz = members(bnc_buf_span(&text), 900, 12);
    const char *path = kit_file(kit, "m.gz", bnc_buf_span(&gz));
    static const size_t sizes[] = { 1, 100, 1000, 0 };

    for (unsigned i = 0; i < 4; i++)
        for (uint64_t max = 1; max < 60000; max = max * 3 + 1)
            assert_slurps(
                path,
                &(struct bnc_ingest_options){ .block_bytes = sizes[i], .max_expanded_bytes = max },
                bnc_span_from(text.at, max < text.len ? (size_t)max : text.len),
                max < text.len ? BNC_EDATA : BNC_OK);
    assert_slurps(path, &(struct bnc_ingest_options){ .max_expanded_bytes = text.len },
                  bnc_buf_span(&text), BNC_OK);
    bnc_buf_release(&text);
    bnc_buf_release(&gz);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(members__are_put_together, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(members__are_found_wherever_they_begin, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(members__inside_members_are_data, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(members__lose_the_mark_of_the_first_only, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(padding__is_ignored, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(junk__comes_after_the_data, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(header__may_have_every_field, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(bgzf__is_known_and_read, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(damage__is_found_by_both_alike, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(cut__gives_what_came_before, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(fault__names_file_and_place, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(bomb__needs_little_memory_and_is_noticed, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(limit__holds_over_members, kit_setup, kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
