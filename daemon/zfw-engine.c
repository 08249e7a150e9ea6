/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-engine - the process that reads strangers' bytes and owns the store
 *
 * Started by zfwd while still root, never by hand.  Opens what needs root
 * (captures, recorder, sockets), gives root up, opens the store, shuts
 * the door behind it (seccomp) and runs until the guard is gone.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <libgen.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/childopts.h"
#include "daemon/ctl.h"
#include "daemon/live.h"
#include "daemon/log.h"
#include "daemon/pattern_new.h"
#include "daemon/priv.h"
#include "daemon/route.h"
#include "fp/p0fsock.h"

struct parts {
	struct childopts opt;
	struct config *config;
	struct live_iface ifaces[LIVE_IFACES_MAX];
	size_t ifaces_n;
	struct recorder *recorder;
	struct store *store;
	struct signatures *sigs;
	struct lists *lists;
	struct resolver *resolver;
	struct patterns *patterns;
	int ctl_fd, p0f_fd;
	struct live *live;
};

/* ---- what needs root ---- */

static bool
open_capture(struct parts *p, const char *name, bool must)
{
	const struct policy *pol = &p->config->policy;
	struct live_iface *i = &p->ifaces[p->ifaces_n];
	char err[CAPTURE_ERRLEN];

	if (p->ifaces_n == LIVE_IFACES_MAX) {
		log_msg(LOG_ERR, "capture-many: %s: more than %d interfaces",
		    name, LIVE_IFACES_MAX);
		return !must;
	}
	i->capture = capture_open_live(name, pol->ports, pol->ports_n, err);
	if (i->capture == NULL) {
		log_msg(LOG_ERR, "capture-open: %s", err);
		return !must;
	}
	(void)snprintf(i->name, sizeof(i->name), "%s", name);
	p->ifaces_n++;
	log_msg(LOG_INFO, "capture: listening on %s%s", name,
	    must ? "" : " (has the default route)");
	return true;
}

static void
open_default(struct parts *p)
{
	char names[LIVE_IFACES_MAX][ROUTE_NAME_MAX];
	FILE *v4 = fopen("/proc/self/net/route", "re");
	FILE *v6 = fopen("/proc/self/net/ipv6_route", "re");
	size_t n = route_default(v4, v6, names, 0, LIVE_IFACES_MAX);

	if (v4 != NULL)
		(void)fclose(v4);
	if (v6 != NULL)
		(void)fclose(v6);
	for (size_t i = 0; i < n; i++)
		(void)open_capture(p, names[i], false);
	if (p->ifaces_n == 0)
		log_msg(LOG_WARNING,
		    "capture-none: no interface to listen on: there is no "
		    "default route and none is configured; judging by the log "
		    "alone");
}

static bool
open_captures(struct parts *p)
{
	char **names = p->config->interfaces;

	if (names == NULL || names[0] == NULL) {
		open_default(p);
		return true;
	}
	for (size_t i = 0; names[i] != NULL; i++)
		if (!open_capture(p, names[i], true))
			return false;
	return true;
}

static bool
open_recorder(struct parts *p)
{
	char err[CAPTURE_ERRLEN];

	if (p->opt.record == NULL)
		return true;
	p->recorder = recorder_open(p->opt.record, err);
	if (p->recorder == NULL)
		log_msg(LOG_ERR, "record-open: %s", err);
	return p->recorder != NULL;
}

static bool
open_ctl(struct parts *p)
{
	const char *name = p->config->ctl_group;
	const struct group *gr = NULL;
	char path[256];

	if (name != NULL && name[0] != '\0') {
		gr = getgrnam(name);
		if (gr == NULL) {
			log_msg(LOG_ERR, "ctl-group: no such group: %s", name);
			return false;
		}
	}
	(void)mkdir(p->config->run_dir, 0755); /* zfwd made it already */
	(void)snprintf(path, sizeof(path), "%s/ctl", p->config->run_dir);
	p->ctl_fd = ctl_listen(path, gr == NULL ? (gid_t)-1 : gr->gr_gid);
	if (p->ctl_fd < 0)
		log_msg(LOG_ERR, "ctl-socket: %s: %s", path,
		    strerror(-p->ctl_fd));
	return p->ctl_fd >= 0;
}

static bool
group_of(const struct config *c, gid_t *gid)
{
	const struct group *gr;
	const struct passwd *pw;

	if (c->p0f_group[0] == '\0') {
		pw = getpwnam(c->user);
		if (pw != NULL)
			*gid = pw->pw_gid;
		else
			log_msg(LOG_ERR, "user: no such user: %s", c->user);
		return pw != NULL;
	}
	gr = getgrnam(c->p0f_group);
	if (gr != NULL)
		*gid = gr->gr_gid;
	else
		log_msg(LOG_ERR, "p0f-group: no such group: %s", c->p0f_group);
	return gr != NULL;
}

static bool
open_p0f(struct parts *p)
{
	const char *path = p->config->p0f_socket;
	gid_t gid;

	if (path[0] == '\0')
		return true;
	if (!group_of(p->config, &gid))
		return false;
	p->p0f_fd = p0fsock_listen(path, 0660, gid);
	if (p->p0f_fd < 0)
		log_msg(LOG_ERR, "p0f-socket: %s: %s", path,
		    strerror(-p->p0f_fd));
	return p->p0f_fd >= 0;
}

/* Not for root's sake, but /etc/resolv.conf is out of reach later. */
static bool
open_resolver(struct parts *p)
{
	char err[RESOLVER_ERRLEN];

	if (!p->config->resolver) {
		if (p->config->dns_lists[0] != NULL)
			log_msg(LOG_WARNING,
			    "dns-lists-off: dns_lists are not asked: resolver "
			    "is off");
		return true;
	}
	p->resolver = live_names_open(p->config, err);
	if (p->resolver == NULL)
		log_msg(LOG_ERR, "resolver: %s", err);
	return p->resolver != NULL;
}

/* ---- what does not ---- */

#define REACH_MAX (4 * CONFIG_LIST_MAX + 1)

/* Reading, for the config and its files, which a reload reads again. */
struct reachable {
	size_t n;
	struct priv_path paths[REACH_MAX + 1];
	char dirs[REACH_MAX][PATH_MAX];
};

/* A file that is saved anew is another one: its directory. */
static void
reach_files(struct reachable *r, char *const *files)
{
	for (size_t i = 0; files != NULL && files[i] != NULL; i++) {
		char *dir = r->dirs[r->n - 1];

		(void)snprintf(dir, PATH_MAX, "%s", files[i]);
		r->paths[r->n++] = (struct priv_path){ dirname(dir), false };
	}
}

static int
confine(const struct config *c, char err[PRIV_ERRLEN])
{
	struct reachable *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL) {
		(void)snprintf(err, PRIV_ERRLEN, "not enough memory");
		return -ENOMEM;
	}
	r->paths[r->n++] = (struct priv_path){ c->state_dir, true };
	reach_files(r, c->signature_files);
	reach_files(r, c->end_user_files);
	reach_files(r, c->pool_files);
	reach_files(r, c->block_files);
	reach_files(r, (char *const[]){ c->path, NULL });
	rc = priv_landlock(r->paths, r->n, err);
	free(r);
	return rc;
}

static bool
give_up_root(const struct parts *p)
{
	const struct config *c = p->config;
	char err[PRIV_ERRLEN];
	int rc;

	if (priv_become(c->user, NULL, 0, err) != 0) {
		log_msg(LOG_ERR, "root: %s", err);
		return false;
	}
	rc = confine(c, err);
	if (rc == -ENOTSUP)
		log_msg(LOG_NOTICE,
		    "landlock: no Landlock in this kernel: file access is "
		    "limited by user only");
	else if (rc != 0)
		log_msg(LOG_ERR, "root: %s", err);
	return rc == 0 || rc == -ENOTSUP;
}

static bool
load_signatures(struct parts *p)
{
	const struct hash_key key = hash_key_random();
	char err[SIGFILE_ERRLEN];

	p->sigs = signatures_new(p->config->signature_files, &key, err);
	if (p->sigs == NULL)
		log_msg(LOG_ERR, "signatures: %s", err);
	return p->sigs != NULL;
}

static bool
load_lists(struct parts *p)
{
	char err[NETLIST_ERRLEN];

	p->lists = lists_new(p->config, err);
	if (p->lists == NULL)
		log_msg(LOG_ERR, "lists: %s", err);
	return p->lists != NULL;
}

/* Before seccomp, which lets nobody make code afterwards (JIT). */
static bool
load_patterns(struct parts *p)
{
	char err[PATTERN_ERRLEN];

	p->patterns = patterns_new((const char *const *)p->config->patterns,
	    err);
	if (p->patterns == NULL)
		log_msg(LOG_ERR, "patterns: %s", err);
	return p->patterns != NULL;
}

static bool
open_store(struct parts *p)
{
	struct store_open_result res = { 0 };
	int rc = store_open(p->config->state_dir, &p->store, &res);

	if (rc != 0) {
		log_msg(LOG_ERR, "store-open: %s",
		    res.error[0] == '\0' ? strerror(-rc) : res.error);
		return false;
	}
	if (res.damaged)
		log_msg(LOG_CRIT,
		    "store-damaged: the store is damaged; as it was it is kept "
		    "as %s: zfw goes on with what could be read of it, which "
		    "may be nothing, the allow list included",
		    res.aside);
	else if (res.fresh)
		log_msg(LOG_NOTICE, "store-new: a new store in %s",
		    p->config->state_dir);
	return true;
}

static bool
make_live(struct parts *p)
{
	struct live_conf lc = { .config = p->config,
		.ifaces = p->ifaces,
		.ifaces_n = p->ifaces_n,
		.recorder = p->recorder,
		.store = p->store,
		.sigs = p->sigs,
		.lists = p->lists,
		.resolver = p->resolver,
		.patterns = p->patterns,
		.guard_fd = p->opt.guard_fd,
		.wake_fd = p->opt.wake_fd,
		.ctl_fd = p->ctl_fd,
		.p0f_fd = p->p0f_fd };

	p->live = live_new(&lc);
	if (p->live == NULL)
		log_msg(LOG_ERR, "memory: not enough memory");
	return p->live != NULL;
}

static bool
shut_the_door(const struct parts *p)
{
	char err[PRIV_ERRLEN];

	if (priv_seccomp(p->resolver == NULL ? PRIV_ENGINE : PRIV_ENGINE_DNS,
		err) == 0)
		return true;
	log_msg(LOG_ERR, "root: %s", err);
	return false;
}

static bool
read_config(struct parts *p)
{
	char err[CONFIG_ERRLEN];

	p->config = config_read(p->opt.conf, err);
	if (p->config == NULL)
		log_msg(LOG_ERR, "config: %s", err);
	else
		/* Whoever starts zfwd by hand sees why it does not start. */
		log_open("zfw-engine",
		    LOG_TO_STDERR | (p->opt.foreground ? 0 : LOG_TO_SYSLOG),
		    p->config->syslog_facility);
	return p->config != NULL;
}

static bool
start(struct parts *p)
{
	int rc;

	(void)umask(0027);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)fcntl(p->opt.guard_fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(p->opt.wake_fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(p->opt.wake_fd, F_SETFL, O_NONBLOCK);
	if (!read_config(p) || !open_captures(p) || !open_recorder(p) ||
	    !open_ctl(p) || !open_p0f(p) || !open_resolver(p) ||
	    !give_up_root(p) || !load_signatures(p) || !load_lists(p) ||
	    !load_patterns(p) || !open_store(p) || !make_live(p) ||
	    !shut_the_door(p))
		return false;
	rc = live_load(p->live);
	if (rc != 0)
		log_msg(LOG_ERR, "store-load: loading the store: %s",
		    strerror(-rc));
	else if (!p->opt.foreground)
		log_open("zfw-engine", LOG_TO_SYSLOG,
		    p->config->syslog_facility);
	return rc == 0;
}

static void
stop(struct parts *p)
{
	if (p->live == NULL && p->ctl_fd >= 0)
		close(p->ctl_fd);
	if (p->live == NULL && p->p0f_fd >= 0)
		close(p->p0f_fd);
	if (p->live == NULL)
		resolver_free(p->resolver);
	live_free(p->live);
	signatures_free(p->sigs);
	lists_free(p->lists);
	patterns_free(p->patterns);
	store_close(p->store);
	recorder_close(p->recorder);
	for (size_t i = 0; i < p->ifaces_n; i++)
		capture_close(p->ifaces[i].capture);
	config_free(p->config);
}

int
main(int argc, char **argv)
{
	struct parts p = { .opt = { .guard_fd = -1, .wake_fd = -1 },
		.ctl_fd = -1,
		.p0f_fd = -1 };
	int rc = childopts_parse(argc, argv, &p.opt);

	if (rc != 0)
		return rc == 1 ? 0 : rc;
	log_open("zfw-engine", LOG_TO_STDERR, NULL);
	rc = start(&p) && live_run(p.live) == 0 ? 0 : 1;
	stop(&p);
	return rc;
}
