/* SPDX-License-Identifier: MIT
 * spelled.h - responses whose blanks were spelled out: "550_5.1.1_User_unknown" of the logs of
 * qmail, "550%205.1.1%20User%20unknown" and "550+5.1.1+User+unknown" of queries.
 */
#ifndef BNC_CLASSIFY_SPELLED_H
#define BNC_CLASSIFY_SPELLED_H

#include "classify/mask.h"

/*
 * bnc_spelled_read() returns 'text' with its blanks restored, in 'room', which holds
 * BNC_MASK_MAX_BYTES; 'text' itself where it has a blank (but for lines that qmail logs) or too few
 * signs that stand for one.  What is in angle brackets keeps its underscores.
 */
struct bnc_span bnc_spelled_read(struct bnc_span text, char *room);

/* "delivery 5: failure: 192.0.2.1_does_not_like_recipient./...", as qmail-send logs it. */
bool bnc_spelled_is_log(struct bnc_span text);

#endif
