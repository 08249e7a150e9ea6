/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How things are on this machine: read, never changed. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/iface.h"
#include "daemon/nftconf.h"
#include "daemon/priv.h"
#include "nft/nft.h"
#include "tools/check.h"
#include "tools/check_hooks.h"
#include "tools/check_ports.h"
#include "tools/kernel.h"

#define OFF_NAME "off" /* in state_dir */

/* ---- our table ---- */

static struct nft_conf
conf_of(const struct config *c, enum nft_front front)
{
	struct nft_conf n = nftconf_of(c);

	n.front = c->policy.enforce ? front : NFT_FRONT_OFF;
	n.front_port = 1; /* the guard's choice; only rules have it */
	n.reject_passes = front != (enum nft_front)c->front;
	return n;
}

static bool
is_off(const struct config *c)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s/%s", c->state_dir, OFF_NAME);
	return access(path, F_OK) == 0;
}

/* 1 as configured, 0 not, -1 cannot tell; `why` has the sentence. */
static int
look(const struct config *c, enum nft_front front, unsigned lacking,
    char why[CHECK_MORE])
{
	const struct nft_conf conf = conf_of(c, front);
	struct nft *n = nft_open(&conf);
	int rc;

	if (n == NULL) {
		(void)snprintf(why, CHECK_MORE, "%s", strerror(errno));
		return -1;
	}
	rc = nft_look(n, lacking);
	(void)snprintf(why, CHECK_MORE, "%s", nft_error(n));
	nft_close(n);
	return rc < 0 ? -1 : rc;
}

static void
check_table(struct check_list *l, const struct config *c)
{
	static const char text[] = "zfwd's table is in the kernel as "
				   "configured";
	char why[CHECK_MORE], ignored[CHECK_MORE];
	const enum nft_front front = (enum nft_front)c->front;
	int rc;

	if (!kernel_daemon_runs(c)) {
		check_add(l, CHECK_NOTE, "zfwd does not run", "%s",
		    "nothing is blocked anew; what is blocked runs out");
		return;
	}
	if (is_off(c)) {
		check_add(l, CHECK_NOTE, "zfw is off", "%s",
		    "no table until zfwctl on");
		return;
	}
	rc = look(c, front, l->lacking, why);
	if (rc == 0 && front != NFT_FRONT_OFF &&
	    look(c, NFT_FRONT_OFF, l->lacking, ignored) == 1)
		check_add(l, CHECK_LACKS, text,
		    "the way to the front is not there: zfw-front does not "
		    "run (see zfwd's log); rejected clients pass");
	else if (rc == 1)
		check_add(l, CHECK_OK, text, "%s", "");
	else
		check_add(l, CHECK_FAILED, text, "%s", why);
}

/* ---- the others ---- */

static void
check_others(struct check_list *l, const struct config *c)
{
	struct check_hooks h;
	const int rc = check_hooks_read(&h, c->policy.ports, c->policy.ports_n);
	char list[CHECK_MORE];

	if (rc != 0) {
		check_add(l, CHECK_FAILED, "other tables can be read", "%s",
		    strerror(-rc));
		return;
	}
	if (check_hooks_text(&h, list) > 0)
		check_add(l, CHECK_NOTE,
		    "these see packets before zfw, and may drop them", "%s",
		    list);
	else
		check_add(l, CHECK_OK, "no other table sees packets before zfw",
		    "%s", "");
	if (h.dnat[0] == '\0')
		return;
	if (c->front == NFT_FRONT_TPROXY)
		check_add(l, CHECK_FAILED,
		    "front = tproxy reaches clients of this mail server",
		    "%s sends our port elsewhere: set front = redirect",
		    h.dnat);
	else
		check_add(l, CHECK_NOTE, "our port is sent elsewhere", "by %s",
		    h.dnat);
}

static void
check_listeners(struct check_list *l, const struct config *c)
{
	char text[CHECK_TEXT];

	for (size_t i = 0; i < c->policy.ports_n; i++) {
		const uint16_t port = c->policy.ports[i];
		const bool there = check_ports_listens(port);

		(void)snprintf(text, sizeof(text),
		    "somebody listens on port "
		    "%u",
		    port);
		if (there)
			check_add(l, CHECK_OK, text, "%s", "");
		else
			check_add(l, CHECK_NOTE, "nobody listens here",
			    "on port %u: the mail server is in a container or "
			    "does not run; its sessions are cut by their next "
			    "segment",
			    port);
	}
}

static void
check_interfaces(struct check_list *l, const struct config *c)
{
	char text[CHECK_TEXT];

	for (char **name = c->interfaces; *name != NULL; name++) {
		const bool there = iface_there(*name);

		(void)snprintf(text, sizeof(text), "the interface %s is there",
		    *name);
		check_add(l, there ? CHECK_OK : CHECK_FAILED, text, "%s",
		    there ? "" : "zfwd does not start without it (interface)");
	}
}

/* ---- the logs ---- */

static void
check_journal(struct check_list *l)
{
	static const char *const dirs[] = { "/var/log/journal",
		"/run/log/journal" };
	bool there = false;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++)
		there = there || access(dirs[i], R_OK) == 0;
	check_add(l, there ? CHECK_OK : CHECK_FAILED, "the journal can be read",
	    "%s", there ? "" : "neither /var/log/journal nor /run/log/journal");
}

static void
check_log(struct check_list *l, const struct config *c, const char *path)
{
	char text[CHECK_TEXT];
	const struct group *group = getgrnam(c->log_group);
	struct stat st;
	bool ours;

	(void)snprintf(text, sizeof(text), "the log %s can be read", path);
	if (stat(path, &st) != 0) {
		check_add(l, CHECK_FAILED, text, "%s", strerror(errno));
		return;
	}
	/* With Landlock the guard may read any file in that directory. */
	ours = priv_landlock_there() || (st.st_mode & S_IROTH) != 0 ||
	    ((st.st_mode & S_IRGRP) != 0 && group != NULL &&
		st.st_gid == group->gr_gid);
	if (S_ISDIR(st.st_mode))
		check_add(l, CHECK_FAILED, text, "%s", "a directory");
	else if (ours)
		check_add(l, CHECK_OK, text, "%s", "");
	else
		check_add(l, CHECK_FAILED, text,
		    "not by group %s (log_group), and the kernel has no "
		    "Landlock",
		    c->log_group);
}

#define ROOM_LEAST (8LL << 20)
#define ROOM_SOME  (256LL << 20)

static void
check_room(struct check_list *l, const struct config *c)
{
	struct statvfs v;
	long long room;

	if (statvfs(c->state_dir, &v) != 0) {
		check_add(l, CHECK_NOTE, "there is no state_dir", "%s: %s",
		    c->state_dir, strerror(errno));
		return;
	}
	room = (long long)v.f_bavail * (long long)v.f_frsize;
	check_add(l,
	    room < ROOM_LEAST    ? CHECK_FAILED :
		room < ROOM_SOME ? CHECK_NOTE :
				   CHECK_OK,
	    "the disk has room for the store", "%lld MB in %s", room >> 20,
	    c->state_dir);
}

void
check_system(struct check_list *l, const struct config *c)
{
	check_table(l, c);
	check_others(l, c);
	check_interfaces(l, c);
	check_listeners(l, c);
	check_room(l, c);
	for (char **log = c->logs; *log != NULL; log++)
		if (config_is_journal(*log))
			check_journal(l);
		else
			check_log(l, c, *log);
}
