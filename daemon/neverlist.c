/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/neverlist.h"

#include <errno.h>

static const char *const kind_words[NEVERLIST_KINDS] = {
	[NEVERLIST_ADDRESS] = "an address of this host",
	[NEVERLIST_GATEWAY] = "a default gateway",
	[NEVERLIST_NAMESERVER] = "a nameserver",
};

static const char *const fixed_words[] = { "a special range or never_block",
	"one of our hosts" };

static bool
overlap(const struct net *a, const struct net *b)
{
	return net_covers(a, b) || net_covers(b, a);
}

static bool
list_has(const struct net_list *v, const struct net *net)
{
	for (size_t i = 0; v != NULL && i < v->n; i++)
		if (overlap(&v->v[i], net))
			return true;
	return false;
}

const char *
neverlist_why(const struct neverlist *l, const struct net *net)
{
	if (net->a.family != 4 && net->a.family != 6)
		return "not a network";
	for (size_t i = 0; i < l->own_n; i++)
		if (overlap(&l->own[i].net, net))
			return kind_words[l->own[i].kind];
	for (size_t i = 0; i < 2; i++)
		if (list_has(l->fixed[i], net))
			return fixed_words[i];
	return NULL;
}

/* Is that address among the first `n`, as whatever? */
static bool
known(const struct neverlist *l, size_t n, const struct addr *a)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&l->own[i].net.a, a))
			return true;
	return false;
}

void
neverlist_each(const struct neverlist *l, neverlist_cb *cb, void *arg)
{
	for (size_t i = 0; i < l->own_n; i++)
		if (!known(l, i, &l->own[i].net.a))
			cb(arg, &l->own[i].net, true);
}

static void
tell(const struct neverlist *l, const struct net *net, bool added)
{
	if (l->cb != NULL)
		l->cb(l->arg, net, added);
}

void
neverlist_sweep(struct neverlist *l, enum neverlist_kind kind)
{
	for (size_t i = 0; i < l->own_n; i++)
		if (l->own[i].kind == kind)
			l->own[i].found = false;
}

int
neverlist_found(struct neverlist *l, enum neverlist_kind kind,
    const struct addr *a)
{
	const struct net net = net_of(a, a->family == 4 ? 32 : 128);
	const bool before = known(l, l->own_n, a);

	for (size_t i = 0; before && i < l->own_n; i++) {
		if (l->own[i].kind == kind && addr_eq(&l->own[i].net.a, a)) {
			l->own[i].found = true;
			return 0;
		}
	}
	if (l->own_n == NEVERLIST_OWN_MAX)
		return -ENOSPC;
	l->own[l->own_n++] = (struct neverlist_own){ net, (uint8_t)kind, true };
	if (!before)
		tell(l, &net, true);
	return 0;
}

void
neverlist_swept(struct neverlist *l, enum neverlist_kind kind)
{
	struct net net;

	for (size_t i = 0; i < l->own_n;) {
		if (l->own[i].kind != kind || l->own[i].found) {
			i++;
			continue;
		}
		net = l->own[i].net;
		l->own[i] = l->own[--l->own_n];
		if (!known(l, l->own_n, &net.a))
			tell(l, &net, false);
	}
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One line without its end.  A zone ("%eth0") is no part of the address. */
static bool
nameserver_line(struct str line, struct addr *out)
{
	static const struct str word = { "nameserver", 10 };
	struct str a;

	if (!str_starts(line, word) || line.n == word.n ||
	    !is_blank(line.p[word.n]))
		return false;
	a = (struct str){ line.p + word.n, line.n - word.n };
	while (a.n > 0 && is_blank(a.p[0])) {
		a.p++;
		a.n--;
	}
	for (size_t i = 0; i < a.n; i++)
		if (is_blank(a.p[i]) || a.p[i] == '%')
			a.n = i;
	return addr_parse(a, out);
}

int
neverlist_resolv(struct neverlist *l, struct str text)
{
	struct addr a;
	int count = 0;

	neverlist_sweep(l, NEVERLIST_NAMESERVER);
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p);

		if (nameserver_line((struct str){ text.p, n }, &a) &&
		    neverlist_found(l, NEVERLIST_NAMESERVER, &a) == 0)
			count++;
		n += end != NULL;
		text.p += n;
		text.n -= n;
	}
	neverlist_swept(l, NEVERLIST_NAMESERVER);
	return count;
}
