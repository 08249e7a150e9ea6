/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guard_impl.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/nftconf.h"
#include "daemon/guardsole.h"
#include "daemon/priv.h"

#define SEND_MAX  8192
#define CUTS_MIN  6000 /* a minute; and two for each new block there may be */
#define PATHS_MAX (2 * CONFIG_LIST_MAX)

/* Does this kernel have what we live on?  Asked before anything starts. */
static int
open_nft(struct guard *g)
{
	int rc;

	g->nft_conf = nftconf_of(g->conf.config);
	g->nft = nft_open(&g->nft_conf);
	if (g->nft == NULL) {
		rc = -errno;
		log_msg(LOG_ERR, "nftables: %s", strerror(-rc));
		return rc;
	}
	rc = nft_present(g->nft);
	if (rc < 0)
		log_msg(LOG_ERR, "nftables: %s", nft_error(g->nft));
	return rc < 0 ? rc : 0;
}

/* Says why, once for all the small things that can only lack memory. */
static int
lacking(const char *what)
{
	int e = errno == 0 ? ENOMEM : errno;

	log_msg(LOG_ERR, "start: %s: %s", what, strerror(e));
	return -e;
}

static struct guardcheck_conf
check_conf(struct guard *g)
{
	const struct policy *p = &g->conf.config->policy;
	struct guardcheck_conf c = {
		.enforce = p->enforce,
		.lease_s = p->lease_s,
		.rate = p->block_rate,
		.blocks_max = p->blocks_max,
		.never = guard_on_never,
		.arg = g,
	};

	c.cut_rate = 2 * p->block_rate > CUTS_MIN ? 2 * p->block_rate :
						    CUTS_MIN;
	for (size_t i = 0; i < g->nft_conf.ports_n; i++)
		c.ports[c.ports_n++] = g->nft_conf.ports[i];
	return c;
}

void
guard_check_conf(struct guard *g)
{
	const struct guardcheck_conf c = check_conf(g);

	guardapply_configure(g->apply, &c);
}

static int
open_apply(struct guard *g)
{
	struct guardapply_conf c = { .nft = g->nft,
		.cut = &g->cut,
		.check = check_conf(g) };

	g->out = guardsend_new(g->child.sock, SEND_MAX);
	if (g->out == NULL)
		return lacking("messages");
	c.out = g->out;
	guardcut_init(&g->cut, g->nft);
	g->apply = guardapply_new(&c, guard_now_ms());
	return g->apply == NULL ? lacking("blocks") : 0;
}

/*
 * Without a front rejecting means dropping: no reason not to start.  In shadow
 * mode it is there, too, and nobody gets to it: only now can it be started.
 */
static int
open_front(struct guard *g)
{
	const struct config *c = g->conf.config;

	if (c->front == NFT_FRONT_OFF ||
	    guardfront_open(&g->front, c, &g->conf.child) != 0)
		return 0;
	guard_front_conf(g, c, &g->nft_conf);
	if (nft_configure(g->nft, &g->nft_conf) == 0)
		return 0;
	log_msg(LOG_ERR, "front-rules: %s", nft_error(g->nft));
	return -EINVAL;
}

static int
open_own(struct guard *g)
{
	g->never = neverblock_open(g->conf.config, guard_on_own, g);
	guardlist_init(&g->list,
	    &(struct guardlist_conf){ .nft = g->nft,
		.policy = &g->conf.config->policy,
		.never = g->never });
	return g->never == NULL ? lacking("own addresses") : 0;
}

/* Whoever may read the journal of the system. */
static const char *
journal_group(const struct config *c)
{
	static const char own[] = "systemd-journal";

	return getgrnam(own) != NULL ? own : c->log_group;
}

static int
open_journal(struct guard *g, size_t source)
{
	const struct config *c = g->conf.config;
	const char *units = strchr(c->logs[source], ':');
	const struct child_journal jc = {
		.units = units == NULL ? "" : units + 1,
		.user = c->user,
		.group = journal_group(c),
		.facility = g->conf.child.foreground ? NULL :
						       c->syslog_facility,
		.join = g->conf.child.join,
	};
	char err[CHILD_ERRLEN];
	int fd, rc = child_start_journal(&g->journal, &jc, &fd, err);

	if (rc != 0)
		log_msg(LOG_ERR, "journal-start: cannot start zfw-journal: %s",
		    err);
	else
		logwatch_give(g->logs, source, fd);
	return rc;
}

static int
open_logs(struct guard *g)
{
	char **logs = g->conf.config->logs;
	int rc = 0;

	g->logs = logwatch_open(logs, g->child.wake_fd, guard_on_log, g);
	if (g->logs == NULL)
		return lacking("watching the logs");
	for (size_t i = 0; rc == 0 && logs[i] != NULL; i++)
		if (config_is_journal(logs[i]))
			rc = open_journal(g, i);
	return rc;
}

static int
open_watches(struct guard *g)
{
	int rc;

	g->watch = nftwatch_open();
	g->walk = nftwalk_open();
	if (g->watch == NULL || g->walk == NULL)
		return lacking("watching the table");
	guardtable_init(&g->table,
	    &(struct guardtable_conf){ .nft = g->nft,
		.watch = g->watch,
		.places = g->conf.places,
		.changed = guard_on_table,
		.elements = guard_on_elements,
		.looked = guard_audit,
		.arg = g });
	rc = open_logs(g);
	return rc != 0 ? rc : guard_queue_open(g);
}

static int
open_all(struct guard *g)
{
	char err[CHILD_ERRLEN];
	int rc;

	g->sole_fd = guardsole_take(g->conf.places->guard_uid);
	if (g->sole_fd == -EEXIST)
		return -EEXIST;
	rc = open_nft(g);
	if (rc != 0)
		return rc;
	guard_notify_open(g);
	g->conf.child.urgent = g->nft_conf.queue >= 0;
	rc = child_start(&g->child, &g->conf.child, err);
	if (rc != 0) {
		log_msg(LOG_ERR, "engine-start: cannot start zfw-engine: %s",
		    err);
		return rc;
	}
	rc = open_front(g);
	if (rc == 0)
		rc = open_apply(g);
	if (rc == 0)
		rc = open_own(g);
	if (rc == 0)
		rc = open_watches(g);
	if (rc != 0)
		return rc;
	if (g->conf.child.join != NULL)
		join_turn_away(g->conf.child.join);
	if (g->conf.child.urgent)
		child_hurry(); /* all children are there: it is ours alone */
	g->base = event_base_new();
	if (g->base == NULL || guard_events(g) != 0)
		return lacking("event loop");
	return 0;
}

int
guard_open(const struct guard_conf *conf, struct guard **out)
{
	struct guard *g = calloc(1, sizeof(*g));
	int rc;

	if (g == NULL)
		return lacking("guard");
	g->conf = *conf;
	g->child = g->journal = g->front.child = CHILD_NONE;
	g->notify_fd = -1;
	g->sole_fd = g->front.engine_fd = g->queue.proc_fd = -1;
	rc = open_all(g);
	if (rc != 0) {
		guard_close(g);
		return rc;
	}
	*out = g;
	return 0;
}

struct paths { /* strings on the heap; each directory once */
	struct priv_path v[PATHS_MAX];
	char *text[PATHS_MAX];
	size_t n;
};

static bool
add_path(struct paths *p, const char *dir)
{
	char *copy;

	for (size_t i = 0; i < p->n; i++)
		if (strcmp(p->v[i].path, dir) == 0)
			return true;
	copy = strdup(dir);
	if (copy == NULL || p->n == PATHS_MAX) {
		free(copy);
		return false;
	}
	p->text[p->n] = copy;
	p->v[p->n++] = (struct priv_path){ copy, false };
	return true;
}

/* The log directories, and nothing else, may be read from. */
static int
confine_files(const struct guard *g, char err[PRIV_ERRLEN])
{
	struct paths p = { .n = 0 };
	char dir[PATH_MAX];
	int rc = 0;

	for (size_t i = 0;
	     rc == 0 && logwatch_dir(g->logs, i, dir, sizeof(dir)); i++)
		if (dir[0] != '\0' && !add_path(&p, dir))
			rc = -ENOMEM;
	if (rc == 0)
		rc = priv_landlock(p.v, p.n, err);
	for (size_t i = 0; i < p.n; i++)
		free(p.text[i]);
	return rc;
}

int
guard_confine(struct guard *g)
{
	const struct config *c = g->conf.config;
	const bool landlock = priv_landlock_there();
	unsigned caps = PRIV_NET_ADMIN | (landlock ? PRIV_DAC_READ_SEARCH : 0);
	char err[PRIV_ERRLEN] = "";
	int rc;

	/* Reading any log is only right where nothing else can be read. */
	rc = priv_become(c->guard_user, landlock ? NULL : c->log_group, caps,
	    err);
	if (rc == 0 && landlock)
		rc = confine_files(g, err);
	if (rc == 0)
		rc = priv_seccomp(PRIV_GUARD, err);
	if (rc != 0)
		log_msg(LOG_ERR, "root: cannot give up root: %s", err);
	else
		log_msg(LOG_INFO, "rights: user %s with CAP_NET_ADMIN and %s",
		    c->guard_user,
		    landlock ?
			"CAP_DAC_READ_SEARCH within the log directories" :
			"no Landlock: logs are read by their group");
	return rc;
}

void
guard_close(struct guard *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < GUARD_EVENTS; i++)
		if (g->ev[i] != NULL)
			event_free(g->ev[i]);
	if (g->base != NULL)
		event_base_free(g->base);
	logwatch_close(g->logs);
	guard_queue_close(g);
	guardlist_fini(&g->list);
	neverblock_close(g->never);
	nftwatch_close(g->watch);
	nftwalk_close(g->walk);
	guardapply_free(g->apply);
	guardsend_free(g->out);
	guardcut_fini(&g->cut);
	guardfront_close(&g->front);
	child_close(&g->front.child);
	child_close(&g->journal);
	child_close(&g->child);
	nft_close(g->nft);
	if (g->sole_fd >= 0)
		close(g->sole_fd);
	if (g->notify_fd != -1)
		close(g->notify_fd);
	free(g);
}
