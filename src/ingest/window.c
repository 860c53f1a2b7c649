/* SPDX-License-Identifier: MIT */
#include "ingest/window.h"

#include <errno.h>
#include <unistd.h>

int64_t bnc_pread_full(int fd, char *out, size_t len, uint64_t off)
{
    size_t n = 0;

    while (n < len) {
        const ssize_t got = pread(fd, out + n, len - n, (off_t)(off + n));

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    }
    return (int64_t)n;
}
