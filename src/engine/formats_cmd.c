/* SPDX-License-Identifier: MIT
 * formats_cmd.c - `formats`: what is known, or what a file was recognized as; and `--version`.
 */
#include <stdlib.h>
#include <zlib.h>

#include "bounce/knowledge.h"
#include "bounce/version.h"
#include "engine/run.h"
#include "schema/formats.h"
#include "gen/commit.h"
#include "util/cpu.h"
#include "util/status.h"

/* Rows enough for three samples, however wide. */
#define HEAD_BYTES ((size_t)256 << 10)

static void give(struct bnc_buf *buf, char **bytes, size_t *n)
{
    *bytes = buf->at;
    *n = buf->len;
    *buf = (struct bnc_buf){ 0 };
}

static enum bnc_status describe(struct bnc_source *src, const struct bnc_setup *setup, bool json,
                                struct bnc_buf *out, struct bnc_error *err)
{
    struct bnc_mapping *mapping = NULL;
    char *head = malloc(HEAD_BYTES);
    size_t len = 0;
    bool whole = false;
    enum bnc_status status;

    if (head == NULL)
        return bnc_error_nomem(err);
    status = bnc_source_head(src, &setup->ingest, head, HEAD_BYTES, &len, &whole, err);
    if (status == BNC_OK)
        status = bnc_mapping_create(&mapping, bnc_span_from(head, len), whole, src->name,
                                    &setup->schema, err);
    if (status == BNC_OK)
        status = bnc_mapping_describe(mapping, src->name, bnc_encoding_title(src->encoding),
                                      bnc_span_from(head, len), whole, json, out);
    if (status != BNC_OK && err != NULL && err->path[0] == '\0')
        bnc_error_at(err, src->name, err->row, err->byte_off);
    bnc_mapping_free(mapping);
    free(head);
    return status;
}

struct faults {
    const struct bnc_setup *setup;
    struct bnc_error first;
};

/* Tells it at once: what is wrong with one file keeps no other from being described. */
static void note_fault(void *arg, const struct bnc_error *fault)
{
    struct faults *f = arg;

    bnc_warn(f->setup->opt, fault);
    if (f->first.status == BNC_OK)
        f->first = *fault;
}

static enum bnc_status describe_path(const struct bnc_setup *setup, const char *path, bool json,
                                     struct bnc_buf *out, struct bnc_error *err)
{
    struct faults faults = { .setup = setup };
    struct bnc_source_list list = { 0 };
    enum bnc_status status =
        bnc_source_list_create(&list, &path, 1, note_fault, &faults, err);

    for (size_t i = 0; i < list.n && status == BNC_OK; i++) {
        struct bnc_error fault = { .byte_off = BNC_NO_PLACE };

        if (describe(list.at[i], setup, json, out, &fault) != BNC_OK)
            note_fault(&faults, &fault);
    }
    bnc_source_list_release(&list);
    if (status == BNC_OK && faults.first.status != BNC_OK) {
        if (err != NULL)
            *err = faults.first;
        status = faults.first.status;
    }
    return status;
}

enum bnc_status bnc_formats(const struct bnc_options *opt, const char *path, int json, char **bytes,
                            size_t *n, struct bnc_error *err)
{
    struct bnc_options alone = *opt; /* a head is read by one thread */
    struct bnc_buf out = { 0 };
    struct bnc_setup setup = { 0 };
    enum bnc_status status = BNC_OK;

    alone.threads = 1;
    *bytes = NULL;
    *n = 0;
    if (path == NULL) {
        bnc_formats_known(&out, json != 0);
    } else {
        status = bnc_setup_init(&setup, &alone, err);
        if (status == BNC_OK)
            status = describe_path(&setup, path, json != 0, &out, err);
        bnc_setup_release(&setup);
    }
    if (status == BNC_OK && out.failed)
        status = bnc_error_nomem(err);
    if (!out.failed)
        give(&out, bytes, n);
    bnc_buf_release(&out);
    return status;
}

struct feature {
    const char *name, *value;
};

enum bnc_status bnc_version_text(int json, char **bytes, size_t *n)
{
    const struct feature features[] = {
        { "version", BNC_VERSION },
        { "commit", BNC_COMMIT[0] != '\0' ? BNC_COMMIT : "unknown" },
        { "scan_kernel", bnc_scan_kernel_name(bnc_cpu_detect()) },
        { "openmp", "yes" },
        { "zlib", zlibVersion() },
        { "isal", BNC_WITH_ISAL ? "yes" : "no" },
        { "libdeflate", BNC_WITH_LIBDEFLATE ? "yes" : "no" },
        { "zstd", BNC_WITH_ZSTD ? "yes" : "no" },
        { "zip", BNC_WITH_ZIP ? "yes" : "no" },
        { "psl", BNC_WITH_PSL ? "yes" : "no" },
        { "idn", BNC_WITH_IDN2 ? "yes" : "no" },
        { "sqlite", BNC_WITH_SQLITE ? "yes" : "no" },
        { "rules", BNC_RULES_VERSION },
    };
    struct bnc_buf out = { 0 };

    if (json)
        bnc_buf_puts(&out, "{\"name\":\"bounce-analyzer\"");
    else
        bnc_buf_printf(&out, "bounce-analyzer %s", BNC_VERSION);
    for (size_t i = json ? 0 : 1; i < sizeof features / sizeof features[0]; i++)
        bnc_buf_printf(&out, json ? ",\"%s\":\"%s\"" : "\n  %-12s %s", features[i].name,
                       features[i].value);
    bnc_buf_puts(&out, json ? "}\n" : "\n");
    if (out.failed)
        return BNC_ENOMEM;
    give(&out, bytes, n);
    return BNC_OK;
}
