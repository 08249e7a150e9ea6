/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/logmix.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define GOODS 1500
#define BADS  60000

unsigned
logmix_rnd(struct logmix *m, unsigned n)
{
	uint64_t s = *m->seed;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	*m->seed = s;
	return (unsigned)(s >> 33) % n;
}

void
logmix_say(struct logmix *m, const char *form, ...)
{
	size_t room = sizeof(m->text) - m->n;
	va_list ap;
	int n;

	va_start(ap, form);
	n = vsnprintf(m->text + m->n, room, form, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= room)
		abort(); /* LOGMIX_BYTES is wrong */
	m->n += (size_t)n;
}

/* Some come often, most seldom. */
static unsigned
who(struct logmix *m, unsigned n)
{
	unsigned few = n / 20 + 1;

	return logmix_rnd(m, 2) == 0 ? logmix_rnd(m, few) : logmix_rnd(m, n);
}

/* 198.51.100.0/24, and what logmix_bad() leaves of 198.18.0.0/15 */
void
logmix_good_v4(unsigned i, char *addr, size_t size)
{
	if (i < 250)
		snprintf(addr, size, "198.51.100.%u", i + 1);
	else
		snprintf(addr, size, "198.19.%u.%u", 200 + i / 250,
		    i % 250 + 1);
}

void
logmix_good(struct logmix *m, struct logmix_client *c)
{
	unsigned i = c->id = who(m, GOODS);

	c->port = 1024 + logmix_rnd(m, 64000);
	if (i % 8 == 0) {
		snprintf(c->addr, sizeof(c->addr), "2001:db8:%x:%x::25", i,
		    i * 7 % 4096);
		snprintf(c->name, sizeof(c->name), "six%u.example.net", i);
		return;
	}
	logmix_good_v4(i, c->addr, sizeof(c->addr));
	snprintf(c->name, sizeof(c->name), "mail-out%u.example.net", i);
}

void
logmix_bad(struct logmix *m, struct logmix_client *c)
{
	unsigned i = c->id = who(m, BADS);
	unsigned b = 18 + i / 65536, d = i / 256 % 256, e = i % 256;

	c->port = 1024 + logmix_rnd(m, 64000);
	snprintf(c->addr, sizeof(c->addr), "198.%u.%u.%u", b, d, e);
	if (i % 5 < 3)
		snprintf(c->name, sizeof(c->name), "unknown");
	else if (i % 5 == 3)
		snprintf(c->name, sizeof(c->name),
		    "host-198-%u-%u-%u.dyn.example.org", b, d, e);
	else
		snprintf(c->name, sizeof(c->name),
		    "%u.%u.%u.198.broad.static.example.com", e, d, b);
}
