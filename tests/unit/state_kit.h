/* SPDX-License-Identifier: MIT
 * state_kit.h - a classifier and a folder of its own for tests that write states.
 */
#ifndef BNC_TESTS_STATE_KIT_H
#define BNC_TESTS_STATE_KIT_H

#include "bounce/status.h"
#include "classify/verdict.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static struct bnc_classifier *classifier;
static char folder[] = "/tmp/bnc-state-XXXXXX";

static int state_setup(void **state)
{
    const struct bnc_classifier_options opt = { .cpu = 0 };

    (void)state;
    return mkdtemp(folder) == NULL || bnc_classifier_create(&classifier, &opt, NULL) != BNC_OK;
}

static int state_teardown(void **state)
{
    char command[96];

    (void)state;
    bnc_classifier_free(classifier);
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

#endif
