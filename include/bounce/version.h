/* SPDX-License-Identifier: MIT
 * version.h - the one place that says which version this is.
 */
#ifndef BOUNCE_VERSION_H
#define BOUNCE_VERSION_H

#define BNC_VERSION "0.1.0"
#define BNC_RULES_VERSION "2026-11-21"   /* date of the knowledge tables */

#endif
