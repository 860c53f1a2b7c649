/* SPDX-License-Identifier: MIT
 * inputs.h - paths to recognized inputs, before any long work begins.
 */
#ifndef BNC_ENGINE_INPUTS_H
#define BNC_ENGINE_INPUTS_H

#include "engine/pool.h"
#include "engine/setup.h"

struct bnc_inputs {
    struct bnc_source_list sources;
    struct bnc_mappings *mappings;       /* of all inputs, which may share some */
    struct bnc_input *at;
    size_t n;
    enum bnc_status worst;               /* of all faults so far, by precedence */
    struct bnc_error first;              /* the fault that 'worst' comes from */
    bool complete;
};

/*
 * Finds and recognizes every input before any long work.  Faults of single inputs are reported
 * through opt->warn and kept in 'worst'; the call fails only if no input is usable (then 'err' is
 * the first fault) or on BNC_ENOMEM, or at once with --strict.
 */
enum bnc_status bnc_inputs_open(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                                const char *const *paths, size_t n, struct bnc_error *err);
void bnc_inputs_release(struct bnc_inputs *inputs);

/* For people: "gzip", "UTF-16LE". */
const char *bnc_container_title(enum bnc_container container);
const char *bnc_encoding_title(enum bnc_encoding encoding);

/* Keeps the worse of two faults in the order internal, memory, I/O, create, config, data, input. */
void bnc_inputs_note(struct bnc_inputs *inputs, const struct bnc_setup *setup,
                     const struct bnc_error *fault);

#endif
