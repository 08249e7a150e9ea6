/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardcut.h"

#include <errno.h>

void
guardcut_init(struct guardcut *c, struct nft *nft)
{
	*c = (struct guardcut){ .nft = nft, .sockets = sockcut_open() };
	if (c->sockets == NULL)
		log_msg(LOG_WARNING,
		    "cut-resets: sock_diag: %s; sessions are ended by resets "
		    "only",
		    strerror(errno));
}

void
guardcut_fini(struct guardcut *c)
{
	sockcut_close(c->sockets);
	c->sockets = NULL;
}

static int
close_socket(struct guardcut *c, const struct msg *m)
{
	if (c->sockets == NULL)
		return -EOPNOTSUPP;
	if (m->server.family == 0)
		return -ENOENT;
	return sockcut(c->sockets, &m->net.a, m->port, &m->server, m->sport);
}

int
guardcut_do(struct guardcut *c, const struct msg *m, bool table, int64_t now_ms)
{
	char who[ADDR_STRLEN];
	uint64_t more;
	int rc = close_socket(c, m), reset = -ENOENT;

	if (rc == 0) {
		c->closed++;
		return 0;
	}
	/* Not here, or not by us: its packets still come by. */
	if (table)
		reset = nft_cut_flow(c->nft, &m->net.a, m->port);
	if (reset == 0)
		c->reset++;
	else
		c->failed++;
	if ((reset != 0 || rc != -ENOENT) &&
	    log_every(&c->limit, now_ms, &more))
		log_msg(LOG_WARNING,
		    "cut-failed client=%s port=%u socket=\"%s\" reset=\"%s\" "
		    "left_out=%llu",
		    addr_print(&m->net.a, who), m->port, strerror(-rc),
		    reset == 0 ? "set" : strerror(-reset),
		    (unsigned long long)more);
	return table ? reset : 0;
}
