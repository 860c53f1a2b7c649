/* SPDX-License-Identifier: MIT
 * test_source.c - plain files, pipes, folders, ZIP, zstd, encodings, things that are no table.
 */
#include "ingest_kit.h"

#include "bounce/guard.h"

#include <iconv.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#if BNC_WITH_ZIP
#include <zip.h>
#endif
#if BNC_WITH_ZSTD
#include <zstd.h>
#endif

#define TEXT_BYTES ((size_t)30000)

/* ---- plain files ---- */

static void plain__is_the_same_every_way(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 1);

    assert_slurps_every_way(kit_file(kit, "a.csv", bnc_buf_span(&text)), bnc_buf_span(&text),
                            BNC_OK);
    for (size_t len = 4090; len <= 4100; len++)
        assert_slurps_every_way(kit_file(kit, "a.csv", bnc_span_from(text.at, len)),
                                bnc_span_from(text.at, len), BNC_OK);
    bnc_buf_release(&text);
}

static void plain__loses_its_mark_only(void **state)
{
    struct kit *kit = *state;

    assert_slurps_every_way(kit_file(kit, "mark.csv",
                                     BNC_SPAN("\xef\xbb\xbf"
                                              "a,b\n\xef\xbb\xbf")),
                            BNC_SPAN("a,b\n\xef\xbb\xbf"), BNC_OK);
    assert_slurps_every_way(kit_file(kit, "only.csv", BNC_SPAN("\xef\xbb\xbf")), BNC_SPAN(""),
                            BNC_OK);
}

static void plain__may_be_empty(void **state)
{
    struct kit *kit = *state;

    assert_slurps_every_way(kit_file(kit, "empty.csv", BNC_SPAN("")), BNC_SPAN(""), BNC_OK);
}

static void mapped__blocks_follow_each_other_in_memory(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 2);
    const char *path = kit_file(kit, "a.csv", bnc_buf_span(&text));
    const struct bnc_ingest_options opt = { .block_bytes = 1000 };
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block;
    bool more;

    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
    assert_true(bnc_reader_is_parallel(r));
    for (;;) {
        assert_int_equal(bnc_reader_claim(r, buf, &block, &more, NULL), BNC_OK);
        if (!more)
            break;
        assert_int_equal(bnc_reader_finish(r, buf, &block, NULL), BNC_OK);
        assert_true(block.mapped);
        if (block.index > 0)
            assert_memory_equal(block.bytes.at - 100, text.at + block.off - 100, 100);
        bnc_reader_done(r, &block);
    }
    assert_int_equal(bnc_reader_close(r, NULL), BNC_OK);
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
    bnc_buf_release(&text);
}

static void buffered__blocks_have_headroom(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 3);
    const char *path = kit_file(kit, "a.csv", bnc_buf_span(&text));
    const struct bnc_ingest_options opt = { .block_bytes = 1000, .no_mmap = true };
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block;
    bool more;

    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
    assert_int_equal(bnc_reader_claim(r, buf, &block, &more, NULL), BNC_OK);
    assert_int_equal(bnc_reader_finish(r, buf, &block, NULL), BNC_OK);
    assert_false(block.mapped);
    memset((char *)(uintptr_t)block.bytes.at - BNC_BLOCK_HEADROOM, 'x',
           BNC_BLOCK_HEADROOM); /* the sanitizer watches */
    assert_memory_equal(block.bytes.at, text.at, 1000);
    bnc_reader_close(r, NULL);
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
    bnc_buf_release(&text);
}

/* Reading a large file is faster than mapping it; either way it is the same. */
static void plain__is_mapped_up_to_a_size(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 3);
    const char *path = kit_file(kit, "a.csv", bnc_buf_span(&text));

    for (uint64_t less = 0; less < 2; less++) {
        const struct bnc_ingest_options opt = { .block_bytes = 1000, .map_bytes = text.len - less };
        struct bnc_block_buf *buf = bnc_block_buf_create();
        struct bnc_source_list list;
        struct bnc_reader *r;
        struct bnc_block block;
        bool more;

        assert_slurps(path, &opt, bnc_buf_span(&text), BNC_OK);
        assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
        assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
        assert_int_equal(bnc_reader_claim(r, buf, &block, &more, NULL), BNC_OK);
        assert_int_equal(bnc_reader_finish(r, buf, &block, NULL), BNC_OK);
        assert_int_equal(block.mapped, less == 0);
        bnc_reader_close(r, NULL);
        bnc_source_list_release(&list);
        bnc_block_buf_free(buf);
    }
    bnc_buf_release(&text);
}

/* What is read should stay in a core's cache; a file of one mapped block is read as well. */
static void plain__is_read_in_smaller_blocks(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(600000, 3);
    const char *path = kit_file(kit, "a.csv", bnc_buf_span(&text));
    const struct bnc_ingest_options ways[] = {
        { 0 }, { .no_mmap = true }, { .block_bytes = 500000, .no_mmap = true }
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct bnc_source_list list;
        struct slurped s;

        assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
        s = slurp_source(list.at[0], &ways[i]);
        assert_int_equal(s.status, BNC_OK);
        assert_int_equal(s.n_blocks, i == 2 ? 2 : 3);
        assert_int_equal(s.bytes.len, text.len);
        assert_memory_equal(s.bytes.at, text.at, text.len);
        bnc_buf_release(&s.bytes);
        bnc_source_list_release(&list);
    }
    bnc_buf_release(&text);
}

/* ---- heads ---- */

static void assert_head(const char *path, size_t cap, struct bnc_span want, bool want_whole)
{
    const struct bnc_ingest_options opt = { .block_bytes = 100 };
    struct bnc_source_list list;
    char *buf = malloc(cap);
    size_t len;
    bool whole;

    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(bnc_source_head(list.at[0], &opt, buf, cap, &len, &whole, NULL), BNC_OK);
        assert_int_equal(len, want.len < cap ? want.len : cap);
        assert_memory_equal(buf, want.at, len);
        assert_int_equal(whole, want_whole);
    }
    bnc_source_list_release(&list);
    free(buf);
}

static void head__tells_whether_it_is_all(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(200000, 4), gz = { 0 };

    kit_gzip(&gz, bnc_buf_span(&text), 6);
    kit_file(kit, "a.csv", bnc_buf_span(&text));
    assert_head(kit->path, 100, bnc_buf_span(&text), false);
    assert_head(kit->path, 199999, bnc_buf_span(&text), false);
    assert_head(kit->path, 200000, bnc_buf_span(&text), true);
    assert_head(kit->path, 300000, bnc_buf_span(&text), true);
    kit_file(kit, "a.csv.gz", bnc_buf_span(&gz));
    assert_head(kit->path, 100, bnc_buf_span(&text), false);
    assert_head(kit->path, 300000, bnc_buf_span(&text), true);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

/* ---- standard input, pipes ---- */

/* Runs 'write' in a child, its end of the pipe being standard input here; gives the old standard
 * input back. */
static void slurp_pipe(struct bnc_span bytes, size_t at_once, size_t head_cap,
                       const struct bnc_ingest_options *opt, struct slurped *s)
{
    const char *path = "-";
    const int old = dup(0);
    struct bnc_source_list list;
    char *head = malloc(head_cap + 1);
    int fd[2];
    size_t len;
    bool whole;
    pid_t child;

    assert_int_equal(pipe(fd), 0);
    child = fork();
    if (child == 0) {
        for (size_t at = 0; at < bytes.len; at += at_once)
            if (write(fd[1], bytes.at + at, bytes.len - at < at_once ? bytes.len - at : at_once) <
                0)
                _exit(1);
        _exit(0);
    }
    close(fd[1]);
    dup2(fd[0], 0);
    close(fd[0]);
    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(list.n, 1);
    assert_true(list.at[0]->is_stdin);
    if (head_cap > 0)
        assert_int_equal(bnc_source_head(list.at[0], opt, head, head_cap, &len, &whole, NULL),
                         BNC_OK);
    *s = slurp_source(list.at[0], opt);
    bnc_source_list_release(&list);
    dup2(old, 0);
    close(old);
    waitpid(child, NULL, 0);
    free(head);
}

static void pipe__keeps_what_the_head_took(void **state)
{
    struct bnc_buf text = kit_text(100000, 5), gz = { 0 };
    static const size_t heads[] = { 0, 10, 70000, 200000 };

    (void)state;
    kit_gzip(&gz, bnc_buf_span(&text), 6);
    for (unsigned i = 0; i < 4; i++)
        for (int zipped = 0; zipped < 2; zipped++) {
            struct slurped s;

            slurp_pipe(bnc_buf_span(zipped ? &gz : &text), 4000, heads[i],
                       &(struct bnc_ingest_options){ .block_bytes = 999 }, &s);
            assert_int_equal(s.status, BNC_OK);
            assert_int_equal(s.bytes.len, text.len);
            assert_memory_equal(s.bytes.at, text.at, text.len);
            bnc_buf_release(&s.bytes);
        }
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

static void pipe__may_give_byte_by_byte(void **state)
{
    struct bnc_buf text = kit_text(3000, 6), gz = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++)
        kit_gzip(&gz, bnc_span_from(text.at + i * 1000, 1000), 6);
    for (int which = BNC_GUNZIP_ZLIB; which <= BNC_GUNZIP_ISAL; which++) {
        const struct bnc_ingest_options opt = { .block_bytes = 100,
                                                .gunzip = (enum bnc_gunzip)which };
        struct slurped s;

        slurp_pipe(bnc_buf_span(&gz), 1, 0, &opt, &s);
        assert_int_equal(s.status, BNC_OK);
        assert_int_equal(s.bytes.len, text.len);
        assert_memory_equal(s.bytes.at, text.at, text.len);
        bnc_buf_release(&s.bytes);
        slurp_pipe(bnc_span_from(gz.at, gz.len - 3), 1, 0, &opt, &s);
        assert_int_equal(s.status, BNC_EDATA);
        assert_int_equal(s.bytes.len, text.len);
        bnc_buf_release(&s.bytes);
    }
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

static void fifo__is_read_as_it_comes(void **state)
{
    struct kit *kit = *state;
    const char *path = kit_path(kit, "fifo");
    struct slurped s;
    pid_t child;

    assert_int_equal(mkfifo(path, 0600), 0);
    child = fork();
    if (child == 0) {
        const int fd = open(path, O_WRONLY);

        for (const char *p = "a,b\n1,2\n"; *p != '\0'; p++)
            if (write(fd, p, 1) != 1)
                _exit(1);
        _exit(0);
    }
    s = slurp(path, &(struct bnc_ingest_options){ .block_bytes = 3 });
    assert_int_equal(s.status, BNC_OK);
    assert_int_equal(s.bytes.len, 8);
    assert_memory_equal(s.bytes.at, "a,b\n1,2\n", 8);
    assert_false(s.parallel);
    bnc_buf_release(&s.bytes);
    waitpid(child, NULL, 0);
}

static volatile sig_atomic_t stop_flag;

static void *stop_soon(void *arg)
{
    usleep(150000);
    __atomic_store_n(&stop_flag, 1, __ATOMIC_RELAXED); /* a handler's would need none */
    return arg;
}

/* Both a pipe that nobody writes to and one that nobody has opened. */
static void pipe__waiting_can_be_stopped(void **state)
{
    struct kit *kit = *state;
    const char *path = kit_path(kit, "fifo");
    const struct bnc_ingest_options opt = { .stop = &stop_flag };

    assert_int_equal(mkfifo(path, 0600), 0);
    for (int opened = 0; opened < 2; opened++) {
        const int fd = opened ? open(path, O_RDWR) : -1;
        pthread_t thread;

        stop_flag = 0;
        pthread_create(&thread, NULL, stop_soon, NULL);
        assert_int_equal(slurp(path, &opt).status, BNC_ESTOPPED);
        pthread_join(thread, NULL);
        if (fd >= 0)
            close(fd);
    }
}

/* < file: a regular file is read like one, also through "-". */
static void stdin__may_be_a_regular_file(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 7);
    const int old = dup(0), fd = open(kit_file(kit, "a.csv", bnc_buf_span(&text)), O_RDONLY);
    struct slurped s;

    dup2(fd, 0);
    s = slurp("-", &(struct bnc_ingest_options){ .block_bytes = 999 });
    assert_true(s.parallel);
    assert_int_equal(s.bytes.len, text.len);
    bnc_buf_release(&s.bytes);
    lseek(0, 100, SEEK_SET); /* ( read -r header; bounce-analyzer - ) < file */
    s = slurp("-", &(struct bnc_ingest_options){ .block_bytes = 999 });
    assert_false(s.parallel);
    assert_int_equal(s.bytes.len, text.len - 100);
    assert_memory_equal(s.bytes.at, text.at + 100, text.len - 100);
    bnc_buf_release(&s.bytes);
    dup2(old, 0);
    close(old);
    close(fd);
    bnc_buf_release(&text);
}

static void proc__files_claim_no_size_and_are_read(void **state)
{
    struct slurped s = slurp("/proc/self/status", &(struct bnc_ingest_options){ 0 });

    (void)state;
    assert_int_equal(s.status, BNC_OK);
    assert_true(s.bytes.len > 100);
    assert_memory_equal(s.bytes.at, "Name:", 5);
    bnc_buf_release(&s.bytes);
    assert_slurps("/dev/null", &(struct bnc_ingest_options){ 0 }, BNC_SPAN(""), BNC_OK);
}

/* ---- paths ---- */

static void paths__are_expanded_in_order(void **state)
{
    struct kit *kit = *state;
    struct bnc_source_list list;
    struct faults faults = { 0 };
    char dir[200], missing[200], file[200], want[300];
    static const char *const names[] = { "d/B.csv", "d/a.csv", "d/a/x.csv", "d/b.csv" };
    const char *paths[4];

    snprintf(dir, sizeof dir, "%s/d", kit->dir);
    snprintf(missing, sizeof missing, "%s/missing.csv", kit->dir);
    snprintf(file, sizeof file, "%s/z.csv", kit->dir);
    mkdir(dir, 0700);
    mkdir(kit_path(kit, "d/a"), 0700);
    mkdir(kit_path(kit, "d/.hidden"), 0700);
    kit_file(kit, "z.csv", BNC_SPAN("x\n"));
    kit_file(kit, "d/.hidden/y.csv", BNC_SPAN("x\n"));
    kit_file(kit, "d/.hidden.csv", BNC_SPAN("x\n"));
    kit_file(kit, "d/README.md", BNC_SPAN("x\n"));
    mkfifo(kit_path(kit, "d/fifo"), 0600);
    assert_int_equal(symlink("..", kit_path(kit, "d/a/loop")), 0);
    for (int i = 3; i >= 0; i--)
        kit_file(kit, names[i], BNC_SPAN("x\n"));
    paths[0] = file;
    paths[1] = missing;
    paths[2] = dir;
    paths[3] = file;
    assert_int_equal(bnc_source_list_create(&list, paths, 4, kit_on_fault, &faults, NULL), BNC_OK);
    assert_int_equal(list.n, 6);
    assert_string_equal(list.at[0]->path, file);
    assert_string_equal(list.at[5]->path, file);
    for (int i = 0; i < 4; i++) {
        snprintf(want, sizeof want, "%s/%s", kit->dir, names[i]);
        assert_string_equal(list.at[i + 1]->name, want);
    }
    assert_int_equal(faults.n, 1);
    assert_int_equal(faults.last.status, BNC_ENOINPUT);
    assert_string_equal(faults.last.path, missing);
    bnc_source_list_release(&list);
}

static void paths__without_a_file_are_faults(void **state)
{
    struct kit *kit = *state;
    struct slurped s;

    mkdir(kit_path(kit, "empty"), 0700);
    s = slurp(kit->path, &(struct bnc_ingest_options){ 0 });
    assert_int_equal(s.status, BNC_ENOINPUT);
    assert_non_null(strstr(s.err.text, "folder without any file"));
    if (geteuid() != 0) { /* root reads everything */
        kit_file(kit, "secret.csv", BNC_SPAN("x"));
        chmod(kit->path, 0);
        assert_int_equal(slurp(kit->path, &(struct bnc_ingest_options){ 0 }).status, BNC_ENOINPUT);
    }
}

static void fingerprint__is_that_of_the_bytes(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(300000, 8);
    const char *paths[4];
    char path[4][200];
    struct bnc_source_list list;
    uint64_t print[4];

    for (int i = 0; i < 4; i++) {
        snprintf(path[i], sizeof path[i], "%s/%d.csv", kit->dir, i);
        paths[i] = path[i];
    }
    kit_file(kit, "0.csv", bnc_buf_span(&text));
    kit_file(kit, "1.csv", bnc_buf_span(&text));
    text.at[text.len - 1] ^= 1;
    kit_file(kit, "2.csv", bnc_buf_span(&text));
    kit_file(kit, "3.csv", bnc_span_from(text.at, text.len - 1));
    assert_int_equal(bnc_source_list_create(&list, paths, 4, NULL, NULL, NULL), BNC_OK);
    for (int i = 0; i < 4; i++) {
        char head[16];
        size_t len;
        bool whole;

        assert_false(bnc_source_fingerprint(list.at[i], &print[i]));
        assert_int_equal(bnc_source_head(list.at[i], &(struct bnc_ingest_options){ 0 }, head,
                                         sizeof head, &len, &whole, NULL),
                         BNC_OK);
        assert_true(bnc_source_fingerprint(list.at[i], &print[i]));
    }
    assert_true(print[0] == print[1]);
    assert_true(print[0] != print[2]);
    assert_true(print[2] != print[3]);
    assert_true(bnc_source_same(list.at[0], list.at[1]));
    assert_true(bnc_source_same(list.at[0], list.at[0]));
    assert_false(bnc_source_same(list.at[0], list.at[2]));
    assert_false(bnc_source_same(list.at[2], list.at[3]));
    bnc_source_list_release(&list);
    bnc_buf_release(&text);
}

/* ---- encodings ---- */

static struct bnc_buf converted(struct bnc_span utf8, const char *charset, struct bnc_span mark)
{
    struct bnc_buf b = { 0 };
    iconv_t cd = iconv_open(charset, "UTF-8");
    char *in = (char *)(uintptr_t)utf8.at, *out;
    size_t in_left = utf8.len, room = utf8.len * 4, out_left = room;

    bnc_buf_put(&b, mark);
    assert_true(bnc_buf_reserve(&b, room));
    out = b.at + b.len;
    assert_true(iconv(cd, &in, &in_left, &out, &out_left) != (size_t)-1);
    b.len += room - out_left;
    iconv_close(cd);
    return b;
}

/* An export of 'n' rows with what is beyond ASCII and, for UTF-16, beyond its first plane. */
static struct bnc_buf foreign_text(int n, bool latin)
{
    struct bnc_buf b = { 0 };

    bnc_buf_puts(&b, "adresse;raison\r\n");
    for (int i = 0; i < n; i++)
        bnc_buf_printf(&b, "utilisateur%d@example.com;\"550 boîte pleine, %s\"\r\n", i,
                       latin ? "réessayer à 5 €" : "再試行 😀 €");
    return b;
}

static void encoding__utf16_becomes_utf8(void **state)
{
    static const struct {
        const char *charset;
        struct bnc_span mark;
        enum bnc_encoding encoding;
    } forms[] = {
        { "UTF-16LE", BNC_SPAN("\xff\xfe"), BNC_ENCODING_UTF16LE },
        { "UTF-16LE", BNC_SPAN(""), BNC_ENCODING_UTF16LE },
        { "UTF-16BE", BNC_SPAN("\xfe\xff"), BNC_ENCODING_UTF16BE },
        { "UTF-16BE", BNC_SPAN(""), BNC_ENCODING_UTF16BE },
    };
    struct kit *kit = *state;
    struct bnc_buf text = foreign_text(3000, false);

    for (unsigned i = 0; i < 4; i++) {
        struct bnc_buf b = converted(bnc_buf_span(&text), forms[i].charset, forms[i].mark),
                       gz = { 0 };
        struct slurped s =
            slurp(kit_file(kit, "u.csv", bnc_buf_span(&b)), &(struct bnc_ingest_options){ 0 });

        assert_int_equal(s.encoding, forms[i].encoding);
        bnc_buf_release(&s.bytes);
        assert_slurps_every_way(kit->path, bnc_buf_span(&text), BNC_OK);
        assert_slurps(kit->path, &(struct bnc_ingest_options){ .encoding = forms[i].encoding },
                      bnc_buf_span(&text), BNC_OK);
        kit_gzip(&gz, bnc_buf_span(&b), 6);
        assert_slurps_every_way(kit_file(kit, "u.csv.gz", bnc_buf_span(&gz)), bnc_buf_span(&text),
                                BNC_OK);
        bnc_buf_release(&gz);
        bnc_buf_release(&b);
    }
    bnc_buf_release(&text);
}

static void encoding__broken_utf16_is_replaced(void **state)
{
    struct kit *kit = *state;

    /* half a surrogate pair in the middle, an odd byte at the end */
    assert_slurps_every_way(kit_file(kit, "b.csv",
                                     BNC_SPAN("\xff\xfe"
                                              "a\0,\0\x00\xd8"
                                              "b\0\n\0c\0\n")),
                            BNC_SPAN("a,\xef\xbf\xbd"
                                     "b\nc\xef\xbf\xbd"),
                            BNC_OK);
}

static void encoding__latin1_is_seen_where_it_is_plain(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = foreign_text(3000, true),
                   b = converted(bnc_buf_span(&text), "WINDOWS-1252", BNC_SPAN(""));
    struct slurped s =
        slurp(kit_file(kit, "l.csv", bnc_buf_span(&b)), &(struct bnc_ingest_options){ 0 });

    assert_int_equal(s.encoding, BNC_ENCODING_LATIN1);
    bnc_buf_release(&s.bytes);
    assert_slurps_every_way(kit->path, bnc_buf_span(&text), BNC_OK);
    /* forced otherwise: the bytes as they are */
    assert_slurps(kit->path, &(struct bnc_ingest_options){ .encoding = BNC_ENCODING_UTF8 },
                  bnc_buf_span(&b), BNC_OK);
    /* one letter is enough in the header, where damage is not to be expected */
    assert_slurps_every_way(
        kit_file(kit, "h.csv", BNC_SPAN("Empf\xe4nger;Fehler\na@b.example;x\n")),
        BNC_SPAN("Empfänger;Fehler\na@b.example;x\n"), BNC_OK);
    /* in the rows it is damage */
    assert_slurps_every_way(kit_file(kit, "h.csv", BNC_SPAN("to;why\na@b.example;\xe4\n")),
                            BNC_SPAN("to;why\na@b.example;\xe4\n"), BNC_OK);
    /* UTF-8 with damage stays what it is */
    b.len = 0;
    bnc_buf_puts(&b, "é,\xe9,\xe9,\xe9,\xe9\n");
    assert_slurps_every_way(kit_file(kit, "d.csv", bnc_buf_span(&b)), bnc_buf_span(&b), BNC_OK);
    bnc_buf_release(&b);
    bnc_buf_release(&text);
}

/* ---- no table ---- */

static void refusal__names_the_thing_and_the_way_out(void **state)
{
    static const struct {
        struct bnc_span bytes;
        const char *what, *way;
    } things[] = {
        { BNC_SPAN("%PDF-1.7\n..."), "PDF", "CSV" },
        { BNC_SPAN("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
                   "........."),
          "XLS", "CSV" },
        { BNC_SPAN("\xef\xbb\xbf  <!DOCTYPE html><html>"), "HTML", "download" },
        { BNC_SPAN("\n<HTML>"), "HTML", "download" },
        { BNC_SPAN("<?xml version='1.0'?>"), "XML", "CSV" },
        { BNC_SPAN("BZh91AY&SY"), "bzip2", "bunzip2" },
        { BNC_SPAN("BNCSTATE\1\0\0\0\0\0\0\0"), "saved state", "merge" },
        { BNC_SPAN("From ann@b.example Thu Oct  1 10:00:00 2026\nSubject: x\n"), "mailbox", "CSV" },
        { BNC_SPAN("\nReceived: from a by b; Thu, 1 Oct 2026\n"), "mail message", "CSV" },
        { BNC_SPAN("Oct  3 10:00:00 mx1 postfix/smtp[1]: 4A: to=<a@b.example>, x\n"), "log",
          "CSV" },
        { BNC_SPAN("2026-10-05 10:00:03 1tABCE-0001 ** a@b.example R=dnslookup: 550, no\n"), "log",
          "CSV" },
        { BNC_SPAN("SQLite format 3\0......."), "SQLite", "CSV" },
    };
    struct kit *kit = *state;

    for (unsigned i = 0; i < sizeof things / sizeof *things; i++)
        for (int zipped = 0; zipped < 2; zipped++) {
            struct bnc_buf gz = { 0 };
            struct slurped s;

            if (zipped)
                kit_gzip(&gz, things[i].bytes, 6);
            s = slurp(kit_file(kit, "thing.csv", zipped ? bnc_buf_span(&gz) : things[i].bytes),
                      &(struct bnc_ingest_options){ 0 });
            assert_int_equal(s.status, BNC_EDATA);
            assert_non_null(strstr(s.err.text, things[i].what));
            assert_non_null(strstr(s.err.text, things[i].way));
            bnc_buf_release(&gz);
        }
    assert_slurps(kit_file(kit, "lines.json", BNC_SPAN("{\"event\":1}\n")),
                  &(struct bnc_ingest_options){ 0 }, BNC_SPAN("{\"event\":1}\n"), BNC_OK);
}

/* ---- JSON documents ---- */

static void document__is_read_as_lines_every_way(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = { 0 }, want = { 0 }, gz = { 0 }, wide;

    for (int i = 0; i < 9000; i++) {
        bnc_buf_printf(&text, "%s\n  {\n    \"id\": %d,\n    \"to\": \"a@b.example\"\n  }",
                       i == 0 ? "[" : ",", i);
        bnc_buf_printf(&want, "{    \"id\": %d,    \"to\": \"a@b.example\"  }\n", i);
    }
    bnc_buf_puts(&text, "\n]\n");
    kit_gzip(&gz, bnc_buf_span(&text), 6);
    wide = converted(bnc_buf_span(&text), "UTF-16LE", BNC_SPAN("\xff\xfe"));
    assert_slurps_every_way(kit_file(kit, "a.json", bnc_buf_span(&text)), bnc_buf_span(&want),
                            BNC_OK);
    assert_slurps_every_way(kit_file(kit, "a.json.gz", bnc_buf_span(&gz)), bnc_buf_span(&want),
                            BNC_OK);
    assert_slurps(kit_file(kit, "w.json", bnc_buf_span(&wide)), &(struct bnc_ingest_options){ 0 },
                  bnc_buf_span(&want), BNC_OK);
    bnc_buf_release(&text);
    bnc_buf_release(&want);
    bnc_buf_release(&gz);
    bnc_buf_release(&wide);
}

/* ---- zstd ---- */

#if BNC_WITH_ZSTD
static void put_zstd(struct bnc_buf *to, struct bnc_span bytes, int window_log)
{
    ZSTD_CCtx *z = ZSTD_createCCtx();
    size_t n;

    assert_true(bnc_buf_reserve(to, ZSTD_compressBound(bytes.len)));
    if (window_log > 0) {
        ZSTD_CCtx_setParameter(z, ZSTD_c_enableLongDistanceMatching, 1);
        ZSTD_CCtx_setParameter(z, ZSTD_c_windowLog, window_log);
        ZSTD_CCtx_setParameter(z, ZSTD_c_contentSizeFlag, 0);
    }
    n = ZSTD_compress2(z, to->at + to->len, ZSTD_compressBound(bytes.len), bytes.at, bytes.len);
    assert_false(ZSTD_isError(n));
    to->len += n;
    ZSTD_freeCCtx(z);
}

static void zstd__frames_are_put_together(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 9), zs = { 0 };

    put_zstd(&zs, bnc_span_from(text.at, 10000), 0);
    bnc_buf_put(&zs, BNC_SPAN("\x50\x2a\x4d\x18\3\0\0\0abc")); /* a frame to be skipped */
    put_zstd(&zs, bnc_span_from(text.at + 10000, 20000), 0);
    assert_slurps_every_way(kit_file(kit, "z.csv", bnc_buf_span(&zs)), bnc_buf_span(&text), BNC_OK);
    /* the last frame is one block, which needs its last byte */
    assert_slurps_every_way(kit_file(kit, "z.csv", bnc_span_from(zs.at, zs.len - 1)),
                            bnc_span_from(text.at, 10000), BNC_EDATA);
    bnc_buf_puts(&zs, "junk");
    assert_slurps_every_way(kit_file(kit, "z.csv", bnc_buf_span(&zs)), bnc_buf_span(&text),
                            BNC_EDATA);
    bnc_buf_release(&zs);
    bnc_buf_release(&text);
}

static void zstd__window_has_a_limit(void **state)
{
    struct kit *kit = *state;
    /* a frame header that asks for 2 GiB, and an empty last block */
    struct slurped s =
        slurp(kit_file(kit, "w.zst", BNC_SPAN("\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00")),
              &(struct bnc_ingest_options){ 0 });

    assert_int_equal(s.status, BNC_EDATA);
    assert_non_null(strstr(s.err.text, "--long=31"));
}
#endif

/* ---- ZIP ---- */

#if BNC_WITH_ZIP
static zip_t *zip_begin(struct kit *kit, const char *name)
{
    int code;
    zip_t *zip = zip_open(kit_path(kit, name), ZIP_CREATE | ZIP_TRUNCATE, &code);

    assert_non_null(zip);
    return zip;
}

static void zip_put(zip_t *zip, const char *name, struct bnc_span bytes)
{
    zip_source_t *source = zip_source_buffer(zip, bytes.at, bytes.len, 0);

    assert_true(zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8) >= 0);
}

static void zip__members_come_in_name_order(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(TEXT_BYTES, 10), gz = { 0 };
    zip_t *zip = zip_begin(kit, "export.csv");
    const char *path = kit->path;
    const struct bnc_ingest_options opt = { .block_bytes = 777 };
    struct bnc_source_list list;
    struct faults faults = { 0 };
    struct slurped s;

    kit_gzip(&gz, bnc_buf_span(&text), 6);
    zip_put(zip, "b/Sent.csv", bnc_span_from(text.at, 5000));
    zip_put(zip, "Bounces.csv", bnc_buf_span(&text));
    zip_put(zip, "../../etc/evil.csv", BNC_SPAN("a\n"));
    zip_put(zip, "/abs.csv", BNC_SPAN("b\n"));
    zip_put(zip, "logo.png", BNC_SPAN("\x89PNG\r\n\x1a\n...."));
    zip_put(zip, "nested.csv.gz", bnc_buf_span(&gz));
    zip_put(zip, "__MACOSX/Bounces.csv", BNC_SPAN("junk"));
    zip_put(zip, ".DS_Store", BNC_SPAN("junk"));
    assert_true(zip_dir_add(zip, "folder", 0) >= 0);
    assert_int_equal(zip_close(zip), 0);
    assert_int_equal(bnc_source_list_create(&list, &path, 1, kit_on_fault, &faults, NULL), BNC_OK);
    assert_int_equal(list.n, 4);
    assert_non_null(strstr(list.at[0]->name, "export.csv:../../etc/evil.csv"));
    assert_non_null(strstr(list.at[1]->name, ":/abs.csv"));
    assert_non_null(strstr(list.at[2]->name, ":Bounces.csv"));
    assert_non_null(strstr(list.at[3]->name, ":b/Sent.csv"));
    s = slurp_source(list.at[2], &opt);
    assert_int_equal(s.status, BNC_OK);
    assert_int_equal(s.container, BNC_CONTAINER_ZIP);
    assert_int_equal(s.bytes.len, text.len);
    assert_memory_equal(s.bytes.at, text.at, text.len);
    bnc_buf_release(&s.bytes);
    s = slurp_source(list.at[3], &opt);
    assert_int_equal(s.bytes.len, 5000);
    bnc_buf_release(&s.bytes);
    assert_int_equal(faults.n, 0);
    assert_int_equal(faults.n_info, 2);
    assert_non_null(strstr(faults.text, "logo.png': a PNG picture"));
    assert_non_null(strstr(faults.text, "nested.csv.gz': gzip data"));
    bnc_source_list_release(&list);
    bnc_buf_release(&gz);
    bnc_buf_release(&text);
}

static void zip__may_name_a_member_twice(void **state)
{
    struct kit *kit = *state;
    zip_t *zip = zip_begin(kit, "twice.zip");
    const char *path = kit->path;
    struct bnc_source_list list;
    struct bnc_buf bytes = { 0 };
    FILE *f;

    zip_put(zip, "a.csv", BNC_SPAN("one\n"));
    zip_put(zip, "b.csv", BNC_SPAN("two\n"));
    assert_int_equal(zip_close(zip), 0);
    f = fopen(path, "rb");
    assert_true(bnc_buf_reserve(&bytes, 4096));
    bytes.len = fread(bytes.at, 1, 4096, f);
    fclose(f);
    for (size_t i = 0; i + 5 <= bytes.len; i++)
        if (memcmp(bytes.at + i, "b.csv", 5) == 0)
            bytes.at[i] = 'a';
    kit_file(kit, "twice.zip", bnc_buf_span(&bytes));
    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(list.n, 2); /* both are data */
    assert_true(list.at[0]->zip_index == 0 && list.at[1]->zip_index == 1);
    bnc_source_list_release(&list);
    bnc_buf_release(&bytes);
}

static void zip__damage_is_found(void **state)
{
    struct kit *kit = *state;
    struct bnc_buf text = kit_text(200000, 11), bytes = { 0 };
    zip_t *zip = zip_begin(kit, "d.zip");
    struct slurped s;
    FILE *f;

    zip_put(zip, "a.csv", bnc_buf_span(&text));
    assert_int_equal(zip_close(zip), 0);
    f = fopen(kit->path, "rb");
    assert_true(bnc_buf_reserve(&bytes, 300000));
    bytes.len = fread(bytes.at, 1, 300000, f);
    fclose(f);
    for (size_t at = 200; at < bytes.len; at += at < bytes.len - 200 ? 3000 : 7) {
        struct slurped other;
        struct bnc_ingest_options opt = { .block_bytes = 1000, .gunzip = BNC_GUNZIP_ZLIB };

        bytes.at[at] ^= 4;
        s = slurp(kit_file(kit, "d.zip", bnc_buf_span(&bytes)), &opt);
        opt.gunzip = BNC_GUNZIP_ISAL;
        other = slurp(kit->path, &opt);
        assert_true(at > bytes.len - 200 ||
                    s.status == BNC_EDATA); /* in the directory some bytes do not matter */
        assert_int_equal(s.status, other.status);
        assert_int_equal(s.bytes.len, other.bytes.len);
        if (s.bytes.len > 0)
            assert_memory_equal(s.bytes.at, other.bytes.at, s.bytes.len);
        bnc_buf_release(&other.bytes);
        bnc_buf_release(&s.bytes);
        bytes.at[at] ^= 4;
    }
    s = slurp(kit_file(kit, "d.zip", bnc_span_from(bytes.at, bytes.len / 2)),
              &(struct bnc_ingest_options){ 0 });
    assert_int_equal(s.status, BNC_EDATA);
    bnc_buf_release(&bytes);
    bnc_buf_release(&text);
}

static void zip__encrypted_members_and_documents_are_faults(void **state)
{
    struct kit *kit = *state;
    zip_t *zip = zip_begin(kit, "e.zip");
    struct slurped s;

    zip_put(zip, "a.csv", BNC_SPAN("secret\n"));
    zip_file_set_encryption(zip, 0, ZIP_EM_AES_256, "password");
    if (zip_close(zip) == 0) {
        s = slurp(kit->path, &(struct bnc_ingest_options){ 0 });
        assert_int_equal(s.status, BNC_EDATA);
    }
    zip = zip_begin(kit, "book.csv");
    zip_put(zip, "[Content_Types].xml", BNC_SPAN("<?xml?>"));
    zip_put(zip, "xl/workbook.xml", BNC_SPAN("<?xml?>"));
    assert_int_equal(zip_close(zip), 0);
    s = slurp(kit->path, &(struct bnc_ingest_options){ 0 });
    assert_int_equal(s.status, BNC_EDATA);
    assert_non_null(strstr(s.err.text, "Excel workbook"));
    zip = zip_begin(kit, "pictures.zip");
    zip_put(zip, "a.png", BNC_SPAN("\x89PNG\r\n\x1a\n...."));
    assert_int_equal(zip_close(zip), 0);
    s = slurp(kit->path, &(struct bnc_ingest_options){ 0 });
    assert_int_equal(s.status, BNC_EDATA);
    assert_non_null(strstr(s.err.text, "without any table"));
}
#endif

/* ---- files that change ---- */

/* A file cut while it is read: 'cut_after' blocks were handed out before. */
static enum bnc_status read_while_changing(struct kit *kit, const struct bnc_ingest_options *opt,
                                           void (*change)(const char *path))
{
    struct bnc_buf text = kit_text(400000, 12);
    const char *path = kit_file(kit, "changing.csv", bnc_buf_span(&text));
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block;
    enum bnc_status status;
    volatile char sum = 0;
    bool more = true;

    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], opt, &r, NULL), BNC_OK);
    while ((status = bnc_reader_claim(r, buf, &block, &more, NULL)) == BNC_OK && more) {
        if (block.index == 2) {
            usleep(20000); /* a later time on the file */
            change(path);
        }
        status = bnc_reader_finish(r, buf, &block, NULL);
        for (size_t i = 0; i < block.bytes.len; i++)
            sum = (char)(sum + block.bytes.at[i]);
        bnc_reader_done(r, &block);
        if (status != BNC_OK)
            break;
    }
    if (status == BNC_OK)
        status = bnc_reader_close(r, NULL);
    else
        bnc_reader_close(r, NULL);
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
    bnc_buf_release(&text);
    return status;
}

static void change_cut(const char *path)
{
    assert_int_equal(truncate(path, 0), 0);
}

static void change_cut_late(const char *path)
{
    assert_int_equal(truncate(path, 390001), 0);
}

static void change_grow(const char *path)
{
    assert_int_equal(truncate(path, 500000), 0);
}

static void change_in_place(const char *path)
{
    const int fd = open(path, O_WRONLY);

    assert_int_equal(pwrite(fd, "x", 1, 300000), 1);
    close(fd);
}

static void change_remove(const char *path)
{
    unlink(path);
}

static struct bnc_guard *guard; /* what a program has, for its handler */

static void on_sigbus(int sig, siginfo_t *info, void *context)
{
    (void)context;
    if (!bnc_guard_patch(guard, info->si_addr)) {
        signal(sig, SIG_DFL);
        raise(sig);
    }
}

static void change__is_found_and_survived(void **state)
{
    struct kit *kit = *state;
    const struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
    struct sigaction old;

    guard = bnc_guard_create();
    sigaction(SIGBUS, &action, &old);
    for (int no_mmap = 0; no_mmap < 2; no_mmap++) {
        const struct bnc_ingest_options opt = { .block_bytes = 10000,
                                                .no_mmap = no_mmap != 0,
                                                .guard = guard };

        for (int i = 0; i < 100; i++) {
            assert_int_equal(read_while_changing(kit, &opt, change_cut), BNC_EIO);
            if (i < 3)
                assert_int_equal(read_while_changing(kit, &opt, change_in_place), BNC_EIO);
            i += 20;
        }
        assert_int_equal(read_while_changing(kit, &opt, change_cut_late), BNC_EIO);
        assert_int_equal(read_while_changing(kit, &opt, change_grow), BNC_OK);
        assert_int_equal(read_while_changing(kit, &opt, change_remove), BNC_OK);
    }
    assert_int_equal(bnc_guard_patch(guard, &old), 0);
    assert_int_equal(bnc_guard_patch(NULL, &old), 0);
    sigaction(SIGBUS, &old, NULL);
    bnc_guard_free(guard);
}

/* /proc/self/mem can be opened, and its first page cannot be read: EIO. */
static void error__of_reading_is_told(void **state)
{
    struct slurped s = slurp("/proc/self/mem", &(struct bnc_ingest_options){ 0 });

    (void)state;
    assert_int_equal(s.status, BNC_EIO);
    assert_string_equal(s.err.path, "/proc/self/mem");
}

/* A gigabyte with hardly any disk behind it: the process stays small. */
static void mapped__memory_stays_small(void **state)
{
    struct kit *kit = *state;
    const struct bnc_ingest_options opt = { 0 };
    const char *path = kit_file(kit, "sparse.csv", BNC_SPAN("a,b\n"));
    struct bnc_block_buf *buf = bnc_block_buf_create();
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block;
    struct rusage before, after;
    uint64_t n = 0;
    bool more;

    assert_int_equal(truncate(path, 1 << 30), 0);
    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    getrusage(RUSAGE_SELF, &before);
    assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
    while (bnc_reader_claim(r, buf, &block, &more, NULL) == BNC_OK && more) {
        assert_int_equal(bnc_reader_finish(r, buf, &block, NULL), BNC_OK);
        for (size_t i = 0; i < block.bytes.len; i += 4096)
            n += block.bytes.at[i] == '\0';
        bnc_reader_done(r, &block);
    }
    assert_int_equal(n, (1 << 18) - 1);
    getrusage(RUSAGE_SELF, &after);
    assert_true(after.ru_maxrss - before.ru_maxrss < 8 << 10);
    assert_int_equal(bnc_reader_close(r, NULL), BNC_OK);
    bnc_source_list_release(&list);
    bnc_block_buf_free(buf);
}

/* Offsets beyond 32 bits; mapped and not touched, it costs nothing. */
static void mapped__may_be_longer_than_4_gib(void **state)
{
    struct kit *kit = *state;
    const uint64_t size = (UINT64_C(5) << 30) + 3;
    const struct bnc_ingest_options opt = { .block_bytes = (size_t)300 << 20,
                                            .map_bytes = UINT64_MAX };
    const char *path = kit_file(kit, "long.csv", BNC_SPAN("a,b\n"));
    struct bnc_source_list list;
    struct bnc_reader *r;
    struct bnc_block block = { 0 };
    uint64_t n = 0;
    bool more;

    assert_int_equal(truncate(path, (off_t)size - 3), 0);
    {
        const int fd = open(path, O_WRONLY | O_APPEND);

        assert_int_equal(write(fd, "end", 3), 3);
        close(fd);
    }
    assert_int_equal(bnc_source_list_create(&list, &path, 1, NULL, NULL, NULL), BNC_OK);
    assert_int_equal(bnc_source_open(list.at[0], &opt, &r, NULL), BNC_OK);
    while (bnc_reader_claim(r, NULL, &block, &more, NULL) == BNC_OK && more) {
        assert_int_equal(bnc_reader_finish(r, NULL, &block, NULL), BNC_OK);
        assert_true(block.off == n);
        n += block.bytes.len;
    }
    assert_true(n == size && block.last);
    assert_memory_equal(block.bytes.at + block.bytes.len - 3, "end", 3);
    assert_true(bnc_reader_bytes_out(r) == size);
    assert_int_equal(bnc_reader_close(r, NULL), BNC_OK);
    bnc_source_list_release(&list);
}

#define KIT_TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIT_TEST(plain__is_the_same_every_way),
        KIT_TEST(plain__loses_its_mark_only),
        KIT_TEST(plain__may_be_empty),
        KIT_TEST(mapped__blocks_follow_each_other_in_memory),
        KIT_TEST(mapped__memory_stays_small),
        KIT_TEST(mapped__may_be_longer_than_4_gib),
        KIT_TEST(buffered__blocks_have_headroom),
        KIT_TEST(plain__is_mapped_up_to_a_size),
        KIT_TEST(plain__is_read_in_smaller_blocks),
        KIT_TEST(head__tells_whether_it_is_all),
        KIT_TEST(pipe__keeps_what_the_head_took),
        KIT_TEST(pipe__may_give_byte_by_byte),
        KIT_TEST(fifo__is_read_as_it_comes),
        KIT_TEST(pipe__waiting_can_be_stopped),
        KIT_TEST(stdin__may_be_a_regular_file),
        KIT_TEST(proc__files_claim_no_size_and_are_read),
        KIT_TEST(paths__are_expanded_in_order),
        KIT_TEST(paths__without_a_file_are_faults),
        KIT_TEST(fingerprint__is_that_of_the_bytes),
        KIT_TEST(encoding__utf16_becomes_utf8),
        KIT_TEST(encoding__broken_utf16_is_replaced),
        KIT_TEST(document__is_read_as_lines_every_way),
        KIT_TEST(encoding__latin1_is_seen_where_it_is_plain),
        KIT_TEST(refusal__names_the_thing_and_the_way_out),
#if BNC_WITH_ZSTD
        KIT_TEST(zstd__frames_are_put_together),
        KIT_TEST(zstd__window_has_a_limit),
#endif
#if BNC_WITH_ZIP
        KIT_TEST(zip__members_come_in_name_order),
        KIT_TEST(zip__may_name_a_member_twice),
        KIT_TEST(zip__damage_is_found),
        KIT_TEST(zip__encrypted_members_and_documents_are_faults),
#endif
        KIT_TEST(change__is_found_and_survived),
        KIT_TEST(error__of_reading_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
