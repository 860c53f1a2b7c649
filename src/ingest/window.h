/* SPDX-License-Identifier: MIT
 * window.h - how much of a file is in memory at a time, and how it gets there.
 */
#ifndef BNC_INGEST_WINDOW_H
#define BNC_INGEST_WINDOW_H

#include <stddef.h>
#include <stdint.h>

#define BNC_RAW_WINDOW ((size_t)256 << 10)
#define BNC_RAW_PUSHBACK ((size_t)64) /* bytes of the window before that can be given back */

/* pread() until 'len' bytes are there, the file ends or it fails (-1, errno). */
int64_t bnc_pread_full(int fd, char *out, size_t len, uint64_t off);

#endif
