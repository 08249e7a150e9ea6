/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_conn: random operations against a naive model
 *
 * zt-link: tools/replay_conn fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "tests/zt.h"
#include "tools/replay_conn.h"

#define MAX   64
#define KEYS  100
#define STEPS 50000

struct model {
	bool there[KEYS];
	int64_t due_ms[KEYS]; /* 0: does not settle */
	unsigned handed[KEYS];
	size_t n;
};

static struct addr
addr_of(unsigned i)
{
	return addr_v4(0xc0000200U + i / 4);
}

static uint16_t
port_of(unsigned i)
{
	return (uint16_t)(i % 4);
}

static void
on_end(void *arg, const struct conn *c)
{
	struct model *m = arg;

	m->handed[c->truth]++;
	m->there[c->truth] = false;
	m->due_ms[c->truth] = 0;
	m->n--;
}

static bool
get(struct conns *t, struct model *m, unsigned i)
{
	struct addr a = addr_of(i);
	struct conn *c = conns_get(t, &a, port_of(i));
	bool fresh = !m->there[i];

	if (fresh && (c->syn_ms != 0 || c->settling))
		return false;
	if (!fresh && c->truth != i)
		return false;
	c->truth = i;
	c->syn_ms = 1;
	m->n += fresh;
	m->there[i] = true;
	return conns_at(t, conns_id(t, c)) == c;
}

static bool
agrees(struct conns *t, const struct model *m)
{
	size_t n = 0;

	for (unsigned i = 0; i < KEYS; i++) {
		struct addr a = addr_of(i);
		const struct conn *c = conns_find(t, &a, port_of(i));

		if ((c != NULL) != m->there[i] || (c != NULL && c->truth != i))
			return false;
		n += c != NULL;
	}
	return n == m->n && n <= MAX;
}

/* All that is due by then, in the order of their times. */
static bool
settle(struct conns *t, const struct model *m, int64_t now_ms)
{
	struct conn *c;
	int64_t last_ms = 0;

	while ((c = conns_due(t, now_ms)) != NULL) {
		if (c->due_ms < last_ms || m->due_ms[c->truth] != c->due_ms)
			return false;
		last_ms = c->due_ms;
		conns_end(t, c);
	}
	for (unsigned i = 0; i < KEYS; i++)
		if (m->due_ms[i] != 0 && m->due_ms[i] <= now_ms)
			return false;
	return true;
}

static void
test_random(void)
{
	static struct model m;
	struct conns *t = conns_new(MAX, on_end, &m);
	bool got = true, same = true, settled = true;
	unsigned once = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (int64_t now = 1; now < STEPS; now++) {
		unsigned i = (unsigned)(zt_random() % KEYS);
		struct addr a = addr_of(i);
		struct conn *c = conns_find(t, &a, port_of(i));

		switch (zt_random() % 8) {
		case 0:
			if (c != NULL)
				conns_end(t, c);
			break;
		case 1:
		case 2:
			if (c != NULL && !c->settling) {
				conns_settle(t, c, now + 20);
				m.due_ms[i] = now + 20;
			}
			break;
		case 3:
			settled &= settle(t, &m, now);
			break;
		default:
			got &= get(t, &m, i);
		}
		same &= now % 16 != 0 || agrees(t, &m);
	}
	ZT_CASE("a new one is all zero, an old one the same", got);
	ZT_CASE("who is there and who is not", same);
	ZT_CASE("those that settle go in order, and none is forgotten",
	    settled);
	memset(m.handed, 0, sizeof(m.handed));
	got = agrees(t, &m) && m.n > 0;
	conns_end_all(t);
	for (unsigned i = 0; i < KEYS; i++)
		once += m.handed[i] > 1;
	ZT_CASE("at the end each is handed on, once",
	    got && m.n == 0 && once == 0);
	ZT_CASE("and none is left", agrees(t, &m));
	conns_free(t);
}

static void
test_keys(void)
{
	static struct model m;
	struct conns *t = conns_new(4, on_end, &m);
	struct addr a, b;
	struct conn *c;

	(void)addr_parse(STR("2001:db8::1"), &a);
	(void)addr_parse(STR("2001:db8::2"), &b);
	c = conns_get(t, &a, 7);
	m.n = 1;
	ZT_CASE("it keeps the address", addr_eq(&c->client, &a));
	ZT_CASE("another of its /64 with its port is the same",
	    conns_find(t, &b, 7) == c);
	ZT_CASE("with another port it is none", conns_find(t, &b, 8) == NULL);
	conns_end(t, c);
	ZT_CASE("after its end it is none",
	    conns_find(t, &a, 7) == NULL && conns_at(t, 0) == NULL);
	conns_free(t);
}

static const struct zt_test tests[] = {
	{ "random", test_random },
	{ "keys", test_keys },
};
ZT_MAIN("replay_conn", tests)
