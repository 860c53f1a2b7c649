/* SPDX-License-Identifier: MIT
 * test_pool.c - blocks handed out to several workers: every byte once, in order, whatever it lies
 * in.
 */
#include "ingest_kit.h"

#include "engine/pool.h"

#define N_INPUTS 40
#define TEXT_BYTES ((size_t)60000)

/* What the workers took, input by input; each is only touched by the worker whose turn it is. */
struct taken {
    struct bnc_pool pool;
    struct bnc_buf bytes[N_INPUTS];
    unsigned n_last[N_INPUTS];
    _Atomic uint64_t n_blocks, sum_of_seqs, n_wrong;
    struct bnc_block_buf *spare_buf[16];
    _Atomic unsigned n_workers;
};

static void take_block(struct taken *t, const struct bnc_claim *claim)
{
    const struct bnc_block *b = &claim->block;
    const uint32_t i = claim->stream->source_index;
    struct bnc_buf *const to = &t->bytes[i];

    t->n_wrong += b->bytes.len > 0 && b->off != to->len;
    t->n_wrong += b->n_before > to->len;
    if (b->n_before > 0 && b->n_before <= to->len) /* they lie in front of the block */
        t->n_wrong += memcmp(b->bytes.at - b->n_before, to->at + to->len - b->n_before,
                             b->n_before) != 0;
    bnc_buf_put(to, b->bytes);
    t->n_last[i] += b->last;
}

static void *work(void *arg)
{
    struct taken *t = arg;
    struct bnc_block_buf *buf = t->spare_buf[atomic_fetch_add(&t->n_workers, 1)];
    struct bnc_claim claim;

    while (bnc_pool_claim(&t->pool, buf, &claim)) {
        if (!bnc_pool_await_turn(&t->pool, &claim))
            break;
        take_block(t, &claim);
        bnc_pool_pass_turn(&t->pool, &claim);
        atomic_fetch_add(&t->n_blocks, 1);
        atomic_fetch_add(&t->sum_of_seqs, claim.seq);
        bnc_pool_done(&t->pool, &claim);
    }
    return NULL;
}

static void take_all(struct taken *t, unsigned n_threads)
{
    struct bnc_error err = { .status = BNC_OK };
    pthread_t thread[16];

    t->pool.n_workers = n_threads;
    assert_int_equal(bnc_pool_init(&t->pool, &err), BNC_OK);
    for (unsigned i = 0; i < n_threads; i++)
        t->spare_buf[i] = bnc_block_buf_create();
    for (unsigned i = 0; i < n_threads; i++)
        assert_int_equal(pthread_create(&thread[i], NULL, work, t), 0);
    for (unsigned i = 0; i < n_threads; i++) {
        pthread_join(thread[i], NULL);
        bnc_block_buf_free(t->spare_buf[i]);
    }
    assert_int_equal(t->n_wrong, 0);
    assert_null(t->pool.open);
    bnc_pool_release(&t->pool);
    assert_int_equal(t->sum_of_seqs, t->n_blocks * (t->n_blocks - 1) / 2);
}

/* Plain, one member, many members, an empty one, in turn. */
static void put_input(struct kit *kit, unsigned i, const struct bnc_buf *text, char *path)
{
    struct bnc_buf file = { 0 };
    char name[16];

    for (size_t at = 0, part = i % 4 == 2 ? 700 + i * 100 : TEXT_BYTES; at < text->len; at += part)
        if (i % 4 != 0)
            kit_gzip(&file,
                     bnc_span_from(text->at + at, text->len - at < part ? text->len - at : part),
                     1);
    if (text->len == 0)
        kit_gzip(&file, BNC_SPAN(""), 6);
    snprintf(name, sizeof name, "%02u", i);
    strcpy(path, kit_file(kit, name, i % 4 == 0 ? bnc_buf_span(text) : bnc_buf_span(&file)));
    bnc_buf_release(&file);
}

static void check_ways(struct bnc_input *inputs, const struct bnc_buf *texts,
                       const struct bnc_ingest_options *ingest, unsigned n_threads, bool in_order)
{
    struct taken t = { .pool = { .ingest = ingest,
                                 .inputs = inputs,
                                 .n_inputs = N_INPUTS,
                                 .in_order = in_order } };

    take_all(&t, n_threads);
    for (unsigned i = 0; i < N_INPUTS; i++) {
        assert_int_equal(inputs[i].error.status, BNC_OK);
        assert_int_equal(t.bytes[i].len, texts[i].len);
        if (texts[i].len > 0)
            assert_memory_equal(t.bytes[i].at, texts[i].at, texts[i].len);
        assert_int_equal(t.n_last[i], 1);
        bnc_buf_release(&t.bytes[i]);
    }
}

static void pool__gives_every_byte_once_and_in_order(void **state)
{
    static const size_t block_bytes[] = { 0, 97, 5000 };
    static const unsigned n_threads[] = { 1, 2, 3, 8 };
    struct bnc_buf texts[N_INPUTS];
    static char paths[N_INPUTS][256];
    const char *names[N_INPUTS];
    struct bnc_input inputs[N_INPUTS] = { 0 };
    struct bnc_mapping *const mapping = calloc(1, sizeof *mapping);
    struct bnc_source_list list;
    struct faults faults = { 0 };

    for (unsigned i = 0; i < N_INPUTS; i++) {
        texts[i] = kit_text(i % 4 == 3 ? 0 : TEXT_BYTES - i * 1000, i);
        put_input(*state, i, &texts[i], paths[i]);
        names[i] = paths[i];
    }
    assert_int_equal(bnc_source_list_create(&list, names, N_INPUTS, kit_on_fault, &faults, NULL),
                     BNC_OK);
    assert_int_equal(list.n, N_INPUTS);
    for (unsigned i = 0; i < N_INPUTS; i++)
        inputs[i] = (struct bnc_input){ .source = list.at[i], .mapping = mapping };
    for (size_t b = 0; b < sizeof block_bytes / sizeof block_bytes[0]; b++)
        for (size_t n = 0; n < sizeof n_threads / sizeof n_threads[0]; n++)
            for (int in_order = 0; in_order < 2; in_order++)
                check_ways(inputs, texts,
                           &(struct bnc_ingest_options){ .block_bytes = block_bytes[b] },
                           n_threads[n], in_order);
    for (unsigned i = 0; i < N_INPUTS; i++)
        bnc_buf_release(&texts[i]);
    bnc_source_list_release(&list);
    free(mapping);
}

/* All bytes before a fault, none behind it, and the other workers come to an end. */
static void pool__gives_what_lies_before_a_fault(void **state)
{
    struct bnc_buf text = kit_text(2000000, 7), file = { 0 };
    struct bnc_mapping *const mapping = calloc(1, sizeof *mapping);
    struct faults faults = { 0 };
    struct bnc_source_list list;
    const char *path;

    kit_gzip(&file, bnc_buf_span(&text), 1);
    path = kit_file(*state, "cut.gz", bnc_span_from(file.at, file.len - 100));
    assert_int_equal(bnc_source_list_create(&list, &path, 1, kit_on_fault, &faults, NULL), BNC_OK);
    for (unsigned n_threads = 1; n_threads <= 4; n_threads++) {
        const struct bnc_ingest_options ingest = { 0 };
        struct bnc_input input = { .source = list.at[0], .mapping = mapping };
        struct taken t = { .pool = { .ingest = &ingest, .inputs = &input, .n_inputs = 1 } };

        take_all(&t, n_threads);
        assert_int_equal(input.error.status, BNC_EDATA);
        assert_in_range(t.bytes[0].len, text.len - 5000, text.len - 1);
        assert_memory_equal(t.bytes[0].at, text.at, t.bytes[0].len);
        assert_int_equal(t.n_last[0], 0);
        bnc_buf_release(&t.bytes[0]);
    }
    bnc_source_list_release(&list);
    bnc_buf_release(&text);
    bnc_buf_release(&file);
    free(mapping);
}

/* All bytes of a member whose checksum is wrong, none of the next. */
static void pool__finds_a_wrong_checksum(void **state)
{
    struct bnc_buf text = kit_text(5000000, 8), file = { 0 };
    struct bnc_mapping *const mapping = calloc(1, sizeof *mapping);
    struct faults faults = { 0 };
    struct bnc_source_list list;
    const char *path;

    kit_gzip(&file, bnc_buf_span(&text), 1);
    file.at[file.len - 5] ^= 1; /* of the checksum; the length follows */
    kit_gzip(&file, bnc_buf_span(&text), 1);
    path = kit_file(*state, "sum.gz", bnc_buf_span(&file));
    assert_int_equal(bnc_source_list_create(&list, &path, 1, kit_on_fault, &faults, NULL), BNC_OK);
    for (unsigned n_threads = 1; n_threads <= 4; n_threads++) {
        const struct bnc_ingest_options ingest = { .block_bytes = (size_t)100 << 10 };
        struct bnc_input input = { .source = list.at[0], .mapping = mapping };
        struct taken t = { .pool = { .ingest = &ingest, .inputs = &input, .n_inputs = 1 } };

        take_all(&t, n_threads);
        assert_int_equal(input.error.status, BNC_EDATA);
        assert_non_null(strstr(input.error.text, "checksum"));
        assert_int_equal(input.error.byte_off, text.len);
        assert_int_equal(t.bytes[0].len, text.len);
        assert_memory_equal(t.bytes[0].at, text.at, text.len);
        assert_int_equal(t.n_last[0], 0);
        bnc_buf_release(&t.bytes[0]);
    }
    bnc_source_list_release(&list);
    bnc_buf_release(&text);
    bnc_buf_release(&file);
    free(mapping);
}

/* An input of one gzip member. */
struct one_member {
    struct bnc_buf text, file;
    struct bnc_mapping *mapping;
    struct bnc_block_buf *buf;
    struct bnc_ingest_options ingest;
    struct bnc_input input;
    struct faults faults;
    struct bnc_source_list list;
};

static void open_one_member(struct one_member *o, void *kit, struct bnc_buf text)
{
    const char *path;

    *o = (struct one_member){ .text = text, .buf = bnc_block_buf_create() };
    o->input.mapping = o->mapping = calloc(1, sizeof *o->mapping);
    kit_gzip(&o->file, bnc_buf_span(&text), 1);
    path = kit_file(kit, "one.gz", bnc_buf_span(&o->file));
    assert_int_equal(bnc_source_list_create(&o->list, &path, 1, kit_on_fault, &o->faults, NULL),
                     BNC_OK);
    o->input.source = o->list.at[0];
}

static void close_one_member(struct one_member *o)
{
    bnc_block_buf_free(o->buf);
    bnc_source_list_release(&o->list);
    bnc_buf_release(&o->text);
    bnc_buf_release(&o->file);
    free(o->mapping);
}

/* Who sleeps when another worker sees the caller's wish to end comes to an end, too. */
static void pool__wakes_sleepers_at_a_stop(void **state)
{
    struct one_member o;
    struct bnc_error err = { .status = BNC_OK };
    volatile sig_atomic_t stop = 0;
    struct bnc_claim claim;
    bool sleeps = false;
    pthread_t other;

    open_one_member(&o, *state, kit_text(2000000, 7));
    struct taken t = { .pool = { .ingest = &o.ingest,
                                 .inputs = &o.input,
                                 .n_inputs = 1,
                                 .n_workers = 1, /* a lot for this one, none for the other */
                                 .stop = &stop } };
    assert_int_equal(bnc_pool_init(&t.pool, &err), BNC_OK);
    t.pool.cut_bytes = SIZE_MAX; /* all of the lot at once */
    t.spare_buf[0] = bnc_block_buf_create();
    assert_true(bnc_pool_claim(&t.pool, o.buf, &claim));
    assert_int_equal(pthread_create(&other, NULL, work, &t), 0);
    while (!sleeps) {
        pthread_mutex_lock(&t.pool.lock);
        sleeps = t.pool.n_waiting == 1;
        pthread_mutex_unlock(&t.pool.lock);
    }
    alarm(60); /* instead of waiting for ever */
    stop = 1;
    assert_false(bnc_pool_claim(&t.pool, o.buf, &(struct bnc_claim){ .stream = NULL }));
    pthread_join(other, NULL);
    alarm(0);
    bnc_pool_done(&t.pool, &claim);
    bnc_pool_release(&t.pool);
    bnc_block_buf_free(t.spare_buf[0]);
    close_one_member(&o);
}

/*
 * A worker that inflates while nobody analyzes gets far ahead, once: analyzing is slower then, and
 * inflating goes on when little is left.
 */
static void pool__inflates_far_ahead_until_analyzing_is_slower(void **state)
{
    struct one_member o;
    struct bnc_error err = { .status = BNC_OK };
    uint64_t ready = 0, most = 0, again = 0;
    struct bnc_claim claim;

    open_one_member(&o, *state, kit_text((size_t)20 << 20, 3));
    struct taken t = { .pool = { .ingest = &o.ingest,
                                 .inputs = &o.input,
                                 .n_inputs = 1,
                                 .n_workers = 2 } }; /* the second is busy with other things */
    assert_int_equal(bnc_pool_init(&t.pool, &err), BNC_OK);
    while (bnc_pool_claim(&t.pool, o.buf, &claim)) {
        assert_true(bnc_pool_await_turn(&t.pool, &claim));
        take_block(&t, &claim);
        bnc_pool_pass_turn(&t.pool, &claim);
        if (most == 0)
            most = t.pool.ready_bytes;
        else if (t.pool.ready_bytes > ready && again == 0)
            again = ready;
        ready = t.pool.ready_bytes;
        bnc_pool_done(&t.pool, &claim);
    }
    assert_int_equal(t.n_wrong, 0);
    assert_int_equal(t.bytes[0].len, o.text.len);
    assert_memory_equal(t.bytes[0].at, o.text.at, o.text.len);
    assert_true(most > (uint64_t)12 << 20);
    assert_in_range(again, 1, (uint64_t)2 << 20);
    bnc_pool_release(&t.pool);
    bnc_buf_release(&t.bytes[0]);
    close_one_member(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pool__gives_every_byte_once_and_in_order, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(pool__gives_what_lies_before_a_fault, kit_setup,
                                        kit_teardown),
        cmocka_unit_test_setup_teardown(pool__finds_a_wrong_checksum, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(pool__wakes_sleepers_at_a_stop, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(pool__inflates_far_ahead_until_analyzing_is_slower,
                                        kit_setup, kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
