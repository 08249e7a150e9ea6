/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardreload - the guard takes another configuration
 *
 * The engine opens the file, because it may; the guard, which may read nothing
 * but logs, believes neither the engine nor its descriptor: it must be the
 * file that is at the configured path now, and belong to root alone.  What it
 * says is read and checked here again.  It is put in force as a whole, or not
 * at all: the rules go first, since only they can be refused.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/guard_impl.h"
#include "daemon/log.h"
#include "daemon/nftconf.h"
#include "fp/hash.h"

/* Why that is not the file; NULL = it is. */
static const char *
wrong_file(const char *path, int fd)
{
	struct stat is, at;

	if (fstat(fd, &is) != 0 || stat(path, &at) != 0)
		return strerror(errno);
	if (!S_ISREG(is.st_mode))
		return "not a file";
	if (is.st_dev != at.st_dev || is.st_ino != at.st_ino)
		return "another file than the engine has read";
	if (is.st_uid != 0 || (is.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "must belong to root, and be writable by root only";
	return NULL;
}

/* NULL after saying why not. */
static struct config *
read_again(const struct guard *g, int fd, uint64_t hash)
{
	const char *path = g->conf.config->path;
	const char *wrong = wrong_file(path, fd);
	char err[CONFIG_ERRLEN];
	struct config *c = NULL;
	char *text = NULL;
	int rc = wrong == NULL ? config_slurp_fd(fd, &text) : 0;

	if (rc != 0)
		wrong = strerror(-rc);
	if (wrong == NULL && hash_stable(text, strlen(text)) != hash)
		wrong = "it changes while it is read";
	if (wrong != NULL)
		log_msg(LOG_ERR, "reload-file: %s: %s", path, wrong);
	else if ((c = config_parse(path, text, err)) == NULL)
		log_msg(LOG_ERR, "reload-config: %s", err);
	free(text);
	return c;
}

/* What is there of a front; rules for it only where something is blocked. */
void
guard_front_conf(const struct guard *g, const struct config *c,
    struct nft_conf *n)
{
	n->front = NFT_FRONT_OFF;
	n->front_port = 0;
	if (!c->policy.enforce || g->front.port == 0)
		return;
	n->front = (enum nft_front)c->front;
	n->front_port = g->front.port;
}

/* 0 or -errno; then everything is as before. */
static int
change_rules(struct guard *g, const struct config *next, bool *fresh)
{
	struct nft_conf old = g->nft_conf, n = nftconf_of(next);
	int rc;

	*fresh = false;
	n.queue = old.queue;
	guard_front_conf(g, next, &n);
	rc = nft_configure(g->nft, &n);
	if (rc == 0 && g->table.state == MSG_TABLE_ON)
		rc = nft_install(g->nft, fresh);
	if (rc == 0) {
		g->nft_conf = n;
		return 0;
	}
	log_msg(LOG_ERR, "reload-rules: %s", nft_error(g->nft));
	if (nft_configure(g->nft, &old) != 0 ||
	    (g->table.state == MSG_TABLE_ON && nft_install(g->nft, fresh) != 0))
		log_msg(LOG_ERR, "reload-rules: the old rules: %s",
		    nft_error(g->nft));
	return rc;
}

/*
 * In shadow mode nothing is blocked; and what an older time left in the sets
 * is not to come back with the mode.
 */
static void
empty_sets(struct guard *g)
{
	if (g->table.state == MSG_TABLE_ON && nft_flush_blocks(g->nft) != 0)
		log_msg(LOG_ERR, "reload-sets: emptying the sets: %s",
		    nft_error(g->nft));
}

static void
put_value(struct guard *g, int32_t value)
{
	struct msg m = { .op = MSG_CONFIGURED, .value = value };

	if (value == 1)
		m.seq = guardapply_resync(g->apply);

	guard_put(g, &m, -1);
}

/* The rules are there: nothing fails any more. */
static void
take(struct guard *g, struct config *next, bool fresh)
{
	struct config *now = g->conf.config;
	const bool other_mode = next->policy.enforce != now->policy.enforce;
	const bool on = g->table.state == MSG_TABLE_ON;
	const bool again = fresh || other_mode;

	if (other_mode)
		empty_sets(g);
	config_swap(now, next);
	guard_check_conf(g);
	guardapply_table(g->apply, g->table.state, again);
	guardlist_table(&g->list, on, fresh);
	put_value(g, again && on ? 1 : 0);
	if (on)
		guard_look_lacks(g);
	guard_renew_queue(g);
	if (!logwatch_set(g->logs, now->logs))
		log_msg(LOG_ERR, "reload-logs: logs: not enough memory");
}

static void
say(const struct guard *g, const struct config_diff *d)
{
	char text[512] = "";
	size_t n = 0;

	for (size_t i = 0; i < d->n && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s%s",
		    n == 0 ? "" : ",", d->v[i].key,
		    d->v[i].restart ? "(restart)" : "");
	log_msg(LOG_NOTICE, "reload mode=%s changed=%s",
	    g->conf.config->policy.enforce ? "enforce" : "shadow",
	    n == 0 ? "none" : text);
}

static int
reload(struct guard *g, struct config *next)
{
	struct config_diff d;
	bool fresh;
	int rc;

	if (!config_carry(next, g->conf.config, &d))
		return -ENOMEM;
	rc = change_rules(g, next, &fresh);
	if (rc != 0)
		return rc;
	take(g, next, fresh);
	say(g, &d);
	return 0;
}

void
guard_reload(struct guard *g, int fd, uint64_t hash)
{
	struct config *next;
	int rc = -EINVAL;

	if (g->phase != PHASE_RESTORE && g->phase != PHASE_READY)
		return;
	guard_notify_reloading(g);
	guard_apply(g, guard_now_ms()); /* what was asked for before */
	next = read_again(g, fd, hash);
	if (next != NULL)
		rc = reload(g, next);
	config_free(next);
	if (rc != 0)
		put_value(g, rc < -4095 ? -EIO : rc);
	guard_notify(g, "READY=1");
}
