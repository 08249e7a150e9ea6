/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardnotify - what systemd is told: READY, RELOADING, STATUS, WATCHDOG
 *
 * That all is well is only said while the engine says so, too: who hangs, the
 * guard or the engine, is started anew.
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/guard_impl.h"
#include "daemon/log.h"

#define STATUS_MS 60000

/* "" or no address = no service manager. */
static int
open_socket(const char *name)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = name == NULL ? 0 : strlen(name);
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	int fd;

	if (n < 2 || n >= sizeof(to.sun_path))
		return -1;
	memcpy(to.sun_path, name, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd != -1 && connect(fd, (struct sockaddr *)&to, len) != 0) {
		close(fd);
		fd = -1;
	}
	if (fd == -1)
		log_msg(LOG_WARNING, "notify: NOTIFY_SOCKET: %s",
		    strerror(errno));
	return fd;
}

static int64_t
watchdog_ms(void)
{
	const char *usec = getenv("WATCHDOG_USEC");
	const char *pid = getenv("WATCHDOG_PID");
	long long us = usec == NULL ? 0 : strtoll(usec, NULL, 10);

	if (pid != NULL && strtoll(pid, NULL, 10) != getpid())
		return 0; /* meant for another process */
	return us > 0 ? us / 1000 : 0;
}

void
guard_notify_open(struct guard *g)
{
	g->notify_fd = open_socket(getenv("NOTIFY_SOCKET"));
	if (g->notify_fd != -1)
		g->watchdog_ms = watchdog_ms();
	/* Nobody but us speaks for the service. */
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void
guard_notify(const struct guard *g, const char *text)
{
	if (g->notify_fd != -1 &&
	    send(g->notify_fd, text, strlen(text), MSG_NOSIGNAL) == -1)
		log_msg(LOG_WARNING, "notify: NOTIFY_SOCKET: %s",
		    strerror(errno));
}

void
guard_notify_reloading(const struct guard *g)
{
	char text[64];

	(void)snprintf(text, sizeof(text),
	    "RELOADING=1\nMONOTONIC_USEC=%" PRId64 "\n", guard_now_ms() * 1000);
	guard_notify(g, text);
}

static void
tell_status(struct guard *g, int64_t now_ms)
{
	struct guardapply_counts c;
	char text[sizeof(g->status)];

	guardapply_counts(g->apply, &c);
	(void)snprintf(text, sizeof(text), "STATUS=%s%s; %zu blocks",
	    g->conf.config->policy.enforce ? "enforce" : "shadow",
	    g->table.state == MSG_TABLE_ON ? "" : ", no table", c.blocks);
	if (strcmp(text, g->status) == 0)
		return;
	memcpy(g->status, text, sizeof(text));
	g->status_ms = now_ms;
	guard_notify(g, text);
}

void
guard_notify_tick(struct guard *g, int64_t now_ms)
{
	if (g->notify_fd == -1 || g->phase != PHASE_READY)
		return;
	if (g->status_ms == 0 || now_ms - g->status_ms >= STATUS_MS)
		tell_status(g, now_ms);
	if (g->watchdog_ms > 0 && now_ms - g->patted_ms >= g->watchdog_ms / 3 &&
	    now_ms - g->alive_ms < g->watchdog_ms / 2) {
		g->patted_ms = now_ms;
		guard_notify(g, "WATCHDOG=1");
	}
}
