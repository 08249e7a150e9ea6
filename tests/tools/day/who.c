/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/who.h"

#include <err.h>
#include <stdlib.h>

#define NETS_BITS 19 /* /24 networks of 240.0.0.0/5 */

/*
 * Nobody owns 240.0.0.0/4, and it is big enough for unrelated networks.
 * Where each place has its networks, how many there are, and how they are
 * filled: a higher power puts more clients into fewer networks.
 */
static const struct {
	uint32_t first, n;
	double skew;
} nets[PLACES] = {
	[PLACE_HOSTING] = { 0, 1500, 1.5 },
	[PLACE_OFFICE] = { 2000, 3000, 1 },
	[PLACE_HOME] = { 6000, 12000, 1.4 },
	[PLACE_CLOUD] = { 60000, 4000, 1 },
};

struct client *
who_new(struct plan *p, unsigned kind)
{
	struct client *c;

	if (p->clients_n == p->clients_max) {
		p->clients_max = p->clients_max * 2 + 1024;
		p->clients = reallocarray(p->clients, p->clients_max,
		    sizeof(*p->clients));
		if (p->clients == NULL)
			err(1, "memory");
	}
	c = &p->clients[p->clients_n++];
	*c = (struct client){ .kind = (uint16_t)kind };
	return c;
}

/* ---- addresses ---- */

static uint32_t
choose_net(struct plan *p, const struct kind *k, struct dice *d)
{
	enum place place = k->place;
	double u;

	/* Small offices are on the same lines as homes, now and then. */
	if (place == PLACE_OFFICE && dice_yes(d, 0.35))
		place = PLACE_HOME;
	if (k->pool > 0) /* a provider's: 16 of a network, side by side */
		return nets[place].first + 3000 +
		    (uint32_t)(k - p->world->kinds) * 50 +
		    dice_below(d, k->pool / 16 + 1);
	if (k->class == CLASS_ZOMBIE && k->per_day > 0 && place == PLACE_CLOUD)
		return nets[place].first + p->snow++ / 24;
	u = pow(dice_unit(d), nets[place].skew);
	return nets[place].first + (uint32_t)(u * nets[place].n);
}

static bool
take_bit(uint8_t *bits, uint32_t i)
{
	if (bits[i / 8] >> i % 8 & 1)
		return false;
	bits[i / 8] |= (uint8_t)(1 << i % 8);
	return true;
}

/* A permutation of the networks, so that neighbours in number are not. */
static uint32_t
scattered(uint32_t net, unsigned bits)
{
	return net * 2654435761u & ((1u << bits) - 1);
}

static struct addr
v6_of(uint32_t net, uint32_t host)
{
	uint8_t b[16] = { 0x20, 1, 0xd, 0xb8, (uint8_t)(net >> 8), (uint8_t)net,
		0, (uint8_t)host, [15] = 0x25 };

	return addr_v6_bytes(b);
}

static void
give_address(struct plan *p, struct client *c, struct dice *d)
{
	const struct kind *k = &p->world->kinds[c->kind];
	bool six = dice_yes(d, k->v6);

	for (;;) {
		uint32_t host, at;

		c->net = choose_net(p, k, d);
		host = 1 + dice_below(d, 254);
		if (six) {
			at = scattered(c->net, 16);
			if (!take_bit(p->used6, at << 8 | host))
				continue;
			c->a = v6_of(at, host);
			return;
		}
		at = scattered(c->net, NETS_BITS);
		if (!take_bit(p->used4, at << 8 | host))
			continue;
		c->a = addr_v4(0xf0000000 | at << 8 | host);
		return;
	}
}

/* ---- what a client shows ---- */

static unsigned
draw(struct plan *p, const struct kind *k, enum feature f, struct dice *d)
{
	double share[VALUES_MAX];
	unsigned n = feature_values(p->world, f);

	for (unsigned v = 0; v < n; v++)
		share[v] = kind_share(p->world, k, f, v);
	return dice_pick(d, share, n);
}

void
who_dress(struct plan *p, struct client *c, struct dice *d)
{
	static const unsigned mss[PATHS] = { 1460, 1452, 1440, 1412, 1380 };
	static const double rtt_ms[RTTS + 1] = { 4, 30, 80, 150, 300, 1000,
		1600 };
	const struct kind *k = &p->world->kinds[c->kind];
	unsigned far;
	double lo, hi;

	for (unsigned f = 0; f < F_CLIENT; f++)
		c->v[f] = (uint8_t)draw(p, k, f, d);
	c->v[F_HELO] = (uint8_t)helo_of(c->v[F_HELO], c->v[F_RDNS]);
	c->st = p->world->stacks[c->v[F_STACK]];
	if (c->st.mss == 1460)
		c->st.mss = mss[c->v[F_PATH]];
	far = c->v[F_RTT];
	c->st.hops = 4 + far * 2 + dice_below(d, 9);
	lo = rtt_ms[far];
	hi = rtt_ms[far + 1];
	/* Well inside its bin: a session varies by some percent. */
	c->rtt_us = (uint32_t)dice_us(d, lo + (hi - lo) * 0.1,
	    hi - (hi - lo) * 0.15);
	c->ts_base = (uint32_t)dice_bits(d);
	c->port = (uint16_t)(1024 + dice_below(d, 60000));
	names_make(p, c, d);
}

struct client *
who_make(struct plan *p, unsigned kind, struct dice *d)
{
	struct client *c = who_new(p, kind);

	give_address(p, c, d);
	who_dress(p, c, d);
	return c;
}

void
who_victims(struct plan *p, struct client *v, unsigned n, struct dice *d)
{
	unsigned kind = 0;

	while (kind + 1 < p->world->kinds_n && !p->world->kinds[kind].peers)
		kind++;
	for (unsigned i = 0; i < n; i++) {
		v[i] = (struct client){ .kind = (uint16_t)kind };
		give_address(p, &v[i], d);
		who_dress(p, &v[i], d);
	}
}

void
who_init(struct plan *p)
{
	p->used4 = calloc(1, (size_t)1 << (NETS_BITS + 8 - 3));
	p->used6 = calloc(1, (size_t)1 << (16 + 8 - 3));
	if (p->used4 == NULL || p->used6 == NULL)
		err(1, "memory");
}
