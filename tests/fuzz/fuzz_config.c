/* SPDX-License-Identifier: MIT
 * fuzz_config.c - a configuration file: any bytes are settings or a fault with its line, and what
 * --print-config prints of them is the same settings once more.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../analyzer/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

/* What is printed of a file's settings, without the comments; NULL where it is refused. */
static char *print_of(const void *bytes, size_t len)
{
    static char *no_environment[] = { NULL };
    struct settings s = { .no_config = 1 };
    struct bnc_error err = { .status = BNC_OK };
    const int fd = memfd_create("fuzz", 0);
    char name[64], *text = NULL, *to;
    size_t n = 0;
    FILE *out;

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        abort();
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    s.config = name;
    if (config_apply(&s, no_environment, &err) == BNC_OK) {
        if ((out = open_memstream(&text, &n)) == NULL)
            abort();
        config_print(&s, out);
        fclose(out);
        to = text;
        for (char *line = text, *next; *line != '\0'; line = next) {
            next = strchr(line, '\n') + 1;
            if (*line != '#') {
                memmove(to, line, (size_t)(next - line));
                to += next - line;
            }
        }
        *to = '\0';
    } else {
        must(err.status == BNC_ECONFIG && strstr(err.text, name) != NULL,
             "a fault names the file");
    }
    settings_release(&s);
    close(fd);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const once = print_of(data, size);
    char *twice;

    if (once == NULL)
        return 0;
    twice = print_of(once, strlen(once));
    must(twice != NULL && strcmp(once, twice) == 0, "what is printed can be read back");
    free(once);
    free(twice);
    return 0;
}
