/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/job.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/tools/lib/wire.h"

enum key_kind { KEY_UINT, KEY_TEXT, KEY_LAYOUT, KEY_FROM, KEY_TO, KEY_STACK };

#define AT(field) offsetof(struct job, field)
static const struct key {
	const char *name;
	enum key_kind kind;
	size_t at, size;
	const char *help;
} keys[] = {
	{ "to", KEY_TO, 0, 0, "ADDR[,ADDR]: server, by IPv4 and/or IPv6" },
	{ "port", KEY_UINT, AT(port), 0, "of the server (25)" },
	{ "from", KEY_FROM, 0, 0,
	    "ADDR | ADDR+N | ADDR+N/BITS | NET/BITS*N: sources" },
	{ "sport", KEY_UINT, AT(sport), 0, "source port (0: any)" },
	{ "times", KEY_UINT, AT(times), 0, "sessions of each source (1)" },
	{ "do", KEY_TEXT, AT(doing), JOB_TEXT, "a behaviour, or its words" },
	{ "expect", KEY_TEXT, AT(expect), JOB_TEXT,
	    "all of: open dropped refused reset done accepted greeted CODE" },
	{ "helo", KEY_TEXT, AT(helo), JOB_TEXT, "HELO argument" },
	{ "mail", KEY_TEXT, AT(mail), JOB_TEXT, "envelope sender" },
	{ "rcpt", KEY_TEXT, AT(rcpt), JOB_TEXT, "recipients, with commas" },
	{ "unknown", KEY_UINT, AT(unknown), 0, "made-up recipients more" },
	{ "domain", KEY_TEXT, AT(domain), JOB_TEXT, "of made-up recipients" },
	{ "subject", KEY_TEXT, AT(subject), JOB_TEXT, "of the message" },
	{ "size", KEY_UINT, AT(size), 0, "bytes of the message, at least" },
	{ "connect", KEY_UINT, AT(connect_ms), 0, "ms to wait for a SYN+ACK" },
	{ "timeout", KEY_UINT, AT(timeout_ms), 0, "ms to wait for a reply" },
	{ "pause", KEY_UINT, AT(pause_ms), 0, "ms between reply and command" },
	{ "stack", KEY_STACK, 0, 0, "named TCP stack, resets the next ten" },
	{ "ttl", KEY_UINT, AT(stack.ttl), 0, "initial TTL" },
	{ "hops", KEY_UINT, AT(stack.hops), 0, "taken off the TTL" },
	{ "df", KEY_UINT, AT(stack.df), 0, "1: don't fragment" },
	{ "id", KEY_UINT, AT(stack.id), 0, "IP ID: 0 zero, 1 random" },
	{ "flow", KEY_UINT, AT(stack.flow), 0, "1: IPv6 flow label" },
	{ "ecn", KEY_UINT, AT(stack.ecn), 0, "1: the SYN asks for ECN" },
	{ "window", KEY_UINT, AT(stack.window), 0, "0: most whole MSS" },
	{ "mss", KEY_UINT, AT(stack.mss), 0, "of IPv4; IPv6 has 20 less" },
	{ "ws", KEY_UINT, AT(stack.ws), 0, "window scale" },
	{ "layout", KEY_LAYOUT, AT(stack.layout), STACK_TEXT,
	    "TCP options: mss,nop,ws,sok,ts,eol+N" },
	{ "ladder", KEY_TEXT, AT(stack.ladder), STACK_TEXT,
	    "seconds between SYNs, empty: one SYN" },
};

void
job_help(void)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		printf("    %-10s %s\n", keys[i].name, keys[i].help);
}

void
job_init(struct job *j)
{
	*j = (struct job){ .count = 1,
		.times = 1,
		.port = 25,
		.stack = *stack_named("linux"),
		.connect_ms = 1500,
		.timeout_ms = 10000 };
	strcpy(j->doing, "polite");
	strcpy(j->helo, "h-%d.example.net");
	strcpy(j->mail, "news-%n@example.net");
	strcpy(j->domain, "example.com");
	strcpy(j->subject, "ztraffic %n");
	strcpy(j->expect, "open");
}

static bool
parse_addr(const char *p, size_t n, struct addr *a)
{
	return addr_parse((struct str){ p, n }, a);
}

/* The number after `mark` at *p, if it is there: moves on behind it. */
static bool
number_after(char mark, const char **p, unsigned *out)
{
	char *end;

	if (**p != mark)
		return false;
	*out = (unsigned)strtoul(*p + 1, &end, 10);
	*p = end;
	return true;
}

static void
take_from(struct job *j, const char *v, const char *where)
{
	size_t n = strcspn(v, "+/*");
	const char *p = v + n;
	unsigned bits;

	if (!parse_addr(v, n, &j->from))
		errx(2, "%s: from=%s: not an address", where, v);
	bits = j->from.family == 4 ? 32 : 128;
	j->count = 1;
	j->step = bits;
	(void)number_after('+', &p, &j->count);
	(void)number_after('/', &p, &j->step);
	j->random = number_after('*', &p, &j->count);
	if (*p != '\0' || j->count == 0 || j->step == 0 || j->step > bits)
		errx(2, "%s: from=%s: want ADDR[+N][/BITS][*N]", where, v);
}

static void
take_to(struct job *j, const char *v, const char *where)
{
	while (*v != '\0') {
		size_t n = strcspn(v, ",");
		struct addr a;

		if (!parse_addr(v, n, &a))
			errx(2, "%s: to=%s: not an address", where, v);
		if (!wire_allowed(&a))
			errx(2,
			    "%s: to=%s: only loopback and documentation "
			    "addresses",
			    where, v);
		*(a.family == 4 ? &j->to4 : &j->to6) = a;
		v += n + (v[n] == ',');
	}
}

static void
take_stack(struct job *j, const char *v, const char *where)
{
	const struct os_stack *st = stack_named(v);

	if (st == NULL)
		errx(2, "%s: stack=%s: no such stack", where, v);
	j->stack = *st;
}

static void
take(struct job *j, const struct key *k, const char *v, const char *where)
{
	char *field = (char *)j + k->at, *end;
	unsigned long u;

	switch (k->kind) {
	case KEY_UINT:
		u = strtoul(v, &end, 0);
		if (*v == '\0' || *end != '\0' || u > UINT32_MAX)
			errx(2, "%s: %s=%s: not a number", where, k->name, v);
		memcpy(field, &(unsigned){ (unsigned)u }, sizeof(unsigned));
		return;
	case KEY_LAYOUT:
		if (!stack_layout_ok(v))
			errx(2, "%s: layout=%s: no such options", where, v);
		/* FALLTHROUGH */
	case KEY_TEXT:
		if (strlen(v) >= k->size)
			errx(2, "%s: %s=: too long", where, k->name);
		strcpy(field, v);
		return;
	case KEY_FROM:
		take_from(j, v, where);
		return;
	case KEY_TO:
		take_to(j, v, where);
		return;
	case KEY_STACK:
		take_stack(j, v, where);
		return;
	}
}

void
job_word(struct job *j, const char *word, const char *where)
{
	size_t n = strcspn(word, "=");

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (word[n] == '=' && strlen(keys[i].name) == n &&
		    strncmp(word, keys[i].name, n) == 0) {
			take(j, &keys[i], word + n + 1, where);
			return;
		}
	errx(2, "%s: %s: unknown; see ztraffic --help", where, word);
}

/* Copies the next word without its quotes; NULL at the end of the line. */
static const char *
next_word(const char *p, char *out, size_t max)
{
	bool quoted = false;
	size_t n = 0;

	p += strspn(p, " \t\r\n");
	if (*p == '\0' || *p == '#')
		return NULL;
	for (; *p != '\0' && (quoted || strchr(" \t\r\n", *p) == NULL); p++) {
		if (*p == '"')
			quoted = !quoted;
		else if (n + 1 < max)
			out[n++] = *p;
	}
	out[n] = '\0';
	return p;
}

bool
job_line(struct job *j, const char *line, const char *where)
{
	char word[2 * JOB_TEXT];
	bool any = false;

	while ((line = next_word(line, word, sizeof(word))) != NULL) {
		job_word(j, word, where);
		any = true;
	}
	return any;
}

/* a + i networks of `bits` bits, with carry. */
static struct addr
addr_add(struct addr a, unsigned bits, unsigned i)
{
	size_t last = (bits - 1) / 8;
	uint64_t carry = (uint64_t)i << (7 - (bits - 1) % 8);

	for (size_t k = last + 1; k-- > 0 && carry > 0;) {
		carry += a.b[k];
		a.b[k] = (uint8_t)carry;
		carry >>= 8;
	}
	return a;
}

/* The host bits filled from a small generator. */
static struct addr
addr_random(struct addr a, unsigned bits, uint32_t seed)
{
	struct addr net = addr_mask(&a, bits);

	for (unsigned i = bits; i < (a.family == 4 ? 32u : 128u); i++) {
		seed = seed * 1664525 + 1013904223;
		if (seed >> 31)
			net.b[i / 8] |= (uint8_t)(0x80 >> i % 8);
	}
	return net;
}

struct addr
job_source(const struct job *j, unsigned i, uint32_t random)
{
	return j->random ? addr_random(j->from, j->step, random) :
			   addr_add(j->from, j->step, i);
}

const struct addr *
job_dest(const struct job *j, const struct addr *src)
{
	return src->family == 4 ? &j->to4 : &j->to6;
}
