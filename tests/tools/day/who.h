/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * who - tests only: new clients, their addresses and what they always show
 *
 * Used by plan.  Every client has an address of its own, in a network that
 * belongs to where such clients live.  Pointers to clients live until the
 * next one is made.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_WHO_H
#define ZFW_TESTS_TOOLS_DAY_WHO_H

#include "tests/tools/day/plan.h"

void who_init(struct plan *p);
/* One without address, and one with all that belongs to it. */
struct client *who_new(struct plan *p, unsigned kind);
struct client *who_make(struct plan *p, unsigned kind, struct dice *d);
/* Stack, distance, names and the rest, for the address that it has. */
void who_dress(struct plan *p, struct client *c, struct dice *d);
/* Addresses that nobody speaks from; others only name them. */
void who_victims(struct plan *p, struct client *v, unsigned n, struct dice *d);

#endif
