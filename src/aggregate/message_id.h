/* SPDX-License-Identifier: MIT
 * message_id.h - whether a cell of a message id column names one message.
 */
#ifndef BNC_AGGREGATE_MESSAGE_ID_H
#define BNC_AGGREGATE_MESSAGE_ID_H

#include "util/span.h"

/*
 * bnc_message_id_is_one() is false for what exports write where there is no id (nothing, -, N/A,
 * null, 0, <>) and for ids that a spreadsheet has rounded (1.15292E+18): many messages share such
 * a cell, so two bounces of one address that carry it are two bounces, not one told twice.
 */
bool bnc_message_id_is_one(struct bnc_span id);

#endif
