/* SPDX-License-Identifier: MIT
 * fuzz_state.c - a state file from anywhere: an error or a tally that adds up, never a crash.
 *
 * Checksums would stop every mutation at the door, so the mutator mends them (and the tests damage
 * files without mending). It starts from a state of its own making where that fits, and from those
 * in corpus/state.
 */
#include "aggregate/state.h"
#include "aggregate/state_form.h"
#include "../unit/tally_world.h"

#include <unistd.h>

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct bnc_classifier *classifier;
static struct bnc_buf base; /* a good state */

static void read_base(const char *path)
{
    FILE *f = fopen(path, "rb");
    int c;

    while (f != NULL && (c = getc(f)) != EOF)
        bnc_buf_putc(&base, (char)c);
    if (f != NULL)
        fclose(f);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    const struct bnc_classifier_options opt = { .cpu = 0 };
    char path[] = "/tmp/bnc-fuzz-state-XXXXXX";
    struct world *w = calloc(1, sizeof *w);
    const int fd = mkstemp(path);
    struct bnc_part *part;

    (void)argc;
    (void)argv;
    if (w == NULL || fd < 0 || bnc_classifier_create(&classifier, &opt, NULL) != BNC_OK)
        abort();
    world_make(w, 3);
    part = bnc_part_create(&(struct bnc_part_options){ .detail = BNC_DETAIL_LISTS,
                                                       .classifier = classifier,
                                                       .seed = 1,
                                                       .sources = world_sources,
                                                       .n_sources = WORLD_SOURCES });
    for (unsigned i = 0; i < WORLD_EVENTS; i += 8) {
        struct bnc_item item = world_item(w, &w->events[i]);

        if (bnc_part_add(part, &item, 1, w->events[i].source) != BNC_OK)
            abort();
    }
    if (bnc_state_save(&part, 1, path, NULL) != BNC_OK)
        abort();
    read_base(path);
    close(fd);
    unlink(path);
    bnc_part_free(part);
    free(w);
    return 0;
}

static uint64_t load(const uint8_t *at, unsigned bytes)
{
    uint64_t v = 0;

    for (unsigned i = 0; i < bytes; i++)
        v |= (uint64_t)at[i] << 8 * i;
    return v;
}

/* Makes every section's checksum right, and lengths that lead out of the input short. */
static void mend(uint8_t *data, size_t size)
{
    for (size_t off = BNC_STATE_HEAD_BYTES; size - off >= BNC_SECTION_HEAD_BYTES + 8;) {
        uint64_t len = load(data + off + 16, 8), sum;
        const size_t most = size - off - BNC_SECTION_HEAD_BYTES - 8;

        if (len > most) {
            len = most;
            for (unsigned i = 0; i < 8; i++)
                data[off + 16 + i] = (uint8_t)(len >> 8 * i);
        }
        sum = bnc_state_checksum(0, (const char *)data + off, BNC_SECTION_HEAD_BYTES);
        off += BNC_SECTION_HEAD_BYTES;
        sum = bnc_state_checksum(sum, (const char *)data + off, (size_t)len);
        off += (size_t)len;
        for (unsigned i = 0; i < 8; i++)
            data[off++] = (uint8_t)(sum >> 8 * i);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    if ((size < BNC_STATE_HEAD_BYTES || seed % 64 == 0) && base.len <= max_size) {
        size = base.len;
        memcpy(data, base.at, size);
    }
    if (seed % 3 != 0 && size > BNC_STATE_HEAD_BYTES) {
        /* most often a few bytes in place, so that what follows stays readable */
        for (unsigned n = 1 + seed / 64 % 4; n > 0; n--) {
            const size_t at = bnc_mix64(seed, n * UINT64_C(0x9e3779b97f4a7c15)) % size;

            data[at] = (uint8_t)(seed >> 8 ^ n * 37);
        }
    } else {
        size = LLVMFuzzerMutate(data, size, max_size);
    }
    if (size >= BNC_STATE_HEAD_BYTES)
        mend(data, size);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bnc_part *part = NULL;
    struct bnc_tally *tally = NULL;
    enum bnc_status status =
        bnc_state_parse(&part, bnc_span_from((const char *)data, size), "fuzz", classifier, NULL);

    if (status == BNC_OK) {
        status = bnc_tally_finish(&tally, &part, 1, NULL, NULL, NULL);
        bnc_tally_free(tally);
        bnc_part_free(part);
    } else if (part != NULL) {
        abort();
    }
    if (status != BNC_OK && status != BNC_EDATA)
        abort();
    return 0;
}
