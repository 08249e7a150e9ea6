/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include <stdlib.h>

#include "daemon/config_key.h"

/* Whom nobody may ever block unless the admin lifts it. */
static const char *const special[] = {
	"0.0.0.0/8",          /* unspecified, this network */
	"10.0.0.0/8",         /* private */
	"100.64.0.0/10",      /* shared by carriers */
	"127.0.0.0/8",        /* loopback */
	"169.254.0.0/16",     /* link-local */
	"172.16.0.0/12",      /* private */
	"192.168.0.0/16",     /* private */
	"224.0.0.0/4",        /* multicast */
	"255.255.255.255/32", /* broadcast */
	"::/128",             /* unspecified */
	"::1/128",            /* loopback */
	"64:ff9b::/96",       /* NAT64: one /64 holds all of IPv4 */
	"fc00::/7",           /* unique local */
	"fe80::/10",          /* link-local */
	"ff00::/8",           /* multicast */
};

static bool
append(struct net_list *l, const struct net *n)
{
	/* Room for powers of two: full when n is one. */
	if ((l->n & (l->n - 1)) == 0) {
		size_t max = l->n == 0 ? 1 : l->n * 2;
		struct net *v = reallocarray(l->v, max, sizeof(*v));

		if (v == NULL)
			return false;
		l->v = v;
	}
	l->v[l->n++] = *n;
	return true;
}

static bool
append_text(struct net_list *l, const char *text)
{
	struct net n;

	/* Texts were checked when they were read. */
	return !net_parse((struct str){ text, strlen(text) }, &n) ||
	    append(l, &n);
}

static bool
append_texts(struct net_list *l, char *const *texts)
{
	for (; *texts != NULL; texts++)
		if (!append_text(l, *texts))
			return false;
	return true;
}

/* The upper half of a network whose prefix is one longer. */
static struct net
upper_half(const struct net *n)
{
	struct net up = { n->a, (uint8_t)(n->bits + 1) };

	up.a.b[n->bits / 8] |= (uint8_t)(0x80u >> n->bits % 8);
	return up;
}

/*
 * Appends `n` less all of `lift`.  A network with a hole is halved until the
 * hole has one half for itself: 10/8 less 10.1/16 is eight networks.
 */
static bool
append_less(struct net_list *l, struct net n, const struct net_list *lift)
{
	bool hole = false;

	for (size_t i = 0; i < lift->n; i++) {
		if (net_covers(&lift->v[i], &n))
			return true;
		hole = hole || net_covers(&n, &lift->v[i]);
	}
	if (!hole)
		return append(l, &n);
	if (!append_less(l, upper_half(&n), lift))
		return false;
	n.bits++;
	return append_less(l, n, lift);
}

static bool
never(struct net_list *l, const struct config *c)
{
	struct net_list lift = { NULL, 0 };
	bool ok = append_texts(&lift, c->never_block_lift);

	for (size_t i = 0; ok && i < sizeof(special) / sizeof(*special); i++) {
		struct net n;

		if (net_parse((struct str){ special[i], strlen(special[i]) },
			&n))
			ok = append_less(l, n, &lift);
	}
	free(lift.v);
	return ok && append_texts(l, c->never_block);
}

bool
config_nets(struct config *c)
{
	return never(&c->policy.never, c) &&
	    append_texts(&c->policy.allow, c->allow) &&
	    append_texts(&c->policy.ours, c->our_hosts);
}
