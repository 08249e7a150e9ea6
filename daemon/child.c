/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/childfds.h"
#include "daemon/log.h"

#define PREFIX  "zfw-"
#define ENGINE  "engine"
#define JOURNAL "journal"
#define FRONT   "front"
#define NICE    (-10)
/* A restore of a million blocks comes in messages of 4 KB. */
#define SOCKET_BYTES (1 << 20)

static int
fail(char err[CHILD_ERRLEN], const char *what)
{
	int e = errno;

	(void)snprintf(err, CHILD_ERRLEN, "%s: %s", what, strerror(e));
	return -e;
}

struct program { /* what is to be started */
	const char *name;
	const char *env; /* names another one, for tests */
	bool urgent;
	struct join *join;
	const char *argv[JOINMSG_ARGS + 1];
	int fds[JOINMSG_FDS]; /* -1 = none */
	uint8_t at[JOINMSG_FDS];
	size_t n;
};

/* What $ENV says, else beside our own executable, else where it is installed. */
static void
program_path(const struct program *p, char path[PATH_MAX])
{
	const char *env = getenv(p->env);
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (env != NULL && *env != '\0') {
		(void)snprintf(path, PATH_MAX, "%s", env);
		return;
	}
	if (n > 0) {
		self[n] = '\0';
		slash = strrchr(self, '/');
		if (slash != NULL)
			*slash = '\0';
		if (snprintf(path, PATH_MAX, "%s/" PREFIX "%s", self, p->name) <
			PATH_MAX &&
		    access(path, X_OK) == 0)
			return;
	}
	(void)snprintf(path, PATH_MAX, "%s/" PREFIX "%s", ZFW_LIBEXECDIR,
	    p->name);
}

static void
arguments(const struct child_conf *conf, const char **argv)
{
	size_t n = 0;

	argv[n++] = PREFIX ENGINE;
	argv[n++] = "-c";
	argv[n++] = conf->conf_path;
	if (conf->record_path != NULL) {
		argv[n++] = "--record";
		argv[n++] = conf->record_path;
	}
	if (conf->foreground)
		argv[n++] = "-f";
	argv[n++] = "--guard-fd";
	argv[n++] = "3";
	argv[n++] = "--wake-fd";
	argv[n++] = "4";
	argv[n] = NULL;
}

/* In the child: what it shall not have of ours. */
static void
leave_ours(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)setpgid(0, 0);
	(void)unsetenv("NOTIFY_SOCKET");
}

/* In the child; does not return. */
static void __attribute__((noreturn))
become_program(const char *path, const char *const *argv, bool placed)
{
	/* execv() does not write to argv; its type is older than const. */
	if (placed)
		execv(path, (char *const *)(uintptr_t)argv);
	log_msg(LOG_ERR, "exec: %s: %s", path, strerror(errno));
	_exit(127);
}

void
child_hurry(void)
{
	/* Where it may not, as in some containers, it is only slower. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
}

/* A child of ours. */
static int
spawn(struct child *c, const struct program *p, char err[CHILD_ERRLEN])
{
	char path[PATH_MAX];

	program_path(p, path);
	if (access(path, X_OK) != 0)
		return fail(err, path);
	c->pid = fork();
	if (c->pid == 0) {
		leave_ours();
		if (p->urgent)
			child_hurry();
		become_program(path, p->argv,
		    childfds_place(p->fds, p->at, p->n));
	}
	if (c->pid == -1) {
		c->pid = 0;
		return fail(err, "fork");
	}
	return 0;
}

/* One that comes by itself. */
static int
await(struct child *c, const struct program *p, char err[CHILD_ERRLEN])
{
	struct join_gift g = { .name = p->name };
	size_t n = 0;

	while (p->argv[g.msg.args_n] != NULL) {
		g.msg.args[g.msg.args_n] = p->argv[g.msg.args_n];
		g.msg.args_n++;
	}
	for (size_t i = 0; i < p->n; i++) {
		if (p->fds[i] == -1)
			continue;
		g.fds[n] = p->fds[i];
		g.msg.at[n++] = p->at[i];
	}
	g.msg.fds_n = n;
	return join_give(p->join, &g, &c->pid, &c->pid_fd, err);
}

static int
start(struct child *c, const struct program *p, char err[CHILD_ERRLEN])
{
	return p->join == NULL ? spawn(c, p, err) : await(c, p, err);
}

int
child_start(struct child *c, const struct child_conf *conf,
    char err[CHILD_ERRLEN])
{
	const int type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
	const int bytes = SOCKET_BYTES;
	struct program p = { .name = ENGINE,
		.env = "ZFW_ENGINE",
		.urgent = conf->urgent,
		.join = conf->join,
		.at = { CHILD_GUARD_FD, CHILD_WAKE_FD },
		.n = 2 };
	int pair[2], rc;

	*c = CHILD_NONE;
	arguments(conf, p.argv);
	c->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (c->wake_fd == -1 || socketpair(AF_UNIX, type, 0, pair) != 0)
		return fail(err, "cannot make the engine's sockets");
	for (int i = 0; i < 2; i++) /* smaller ones work, only slower */
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		    sizeof(bytes));
	c->sock = pair[0];
	p.fds[0] = pair[1];
	p.fds[1] = c->wake_fd;
	rc = start(c, &p, err);
	close(pair[1]);
	return rc;
}

int
child_start_front(struct child *c, const struct child_front *conf, int *engine,
    char err[CHILD_ERRLEN])
{
	const int type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
	struct program p = { .name = FRONT,
		.env = "ZFW_FRONT",
		.join = conf->join,
		.argv = { PREFIX FRONT, "-c", conf->conf_path,
		    conf->foreground ? "-f" : NULL },
		.fds = { -1, conf->smtp4, conf->smtp6, conf->http },
		.at = { 3, 4, 5, 6 },
		.n = 4 };
	int pair[2], rc;

	*c = CHILD_NONE;
	if (socketpair(AF_UNIX, type, 0, pair) != 0)
		return fail(err, "cannot make the front's socket");
	p.fds[0] = pair[1];
	rc = start(c, &p, err);
	close(pair[1]);
	if (rc == 0)
		*engine = pair[0];
	else
		close(pair[0]);
	return rc;
}

static void
journal_arguments(const struct child_journal *conf, const char **argv)
{
	size_t n = 0;

	argv[n++] = PREFIX JOURNAL;
	argv[n++] = "--follow";
	argv[n++] = "--since";
	argv[n++] = "-";
	argv[n++] = "--user";
	argv[n++] = conf->user;
	argv[n++] = "--group";
	argv[n++] = conf->group;
	if (*conf->units != '\0') {
		argv[n++] = "--units";
		argv[n++] = conf->units;
	}
	if (conf->facility != NULL) {
		argv[n++] = "--syslog";
		argv[n++] = conf->facility;
	}
	argv[n] = NULL;
}

int
child_start_journal(struct child *c, const struct child_journal *conf,
    int *sock, char err[CHILD_ERRLEN])
{
	struct program p = { .name = JOURNAL,
		.env = "ZFW_JOURNAL",
		.join = conf->join,
		.at = { 0, 1 },
		.n = 2 };
	int pair[2], flags, rc;

	*c = CHILD_NONE;
	journal_arguments(conf, p.argv);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fail(err, "cannot make the journal's socket");
	flags = fcntl(pair[0], F_GETFL);
	if (flags == -1 || fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == -1)
		zfw_panic("a socket cannot be made non-blocking");
	p.fds[0] = p.fds[1] = pair[1];
	rc = start(c, &p, err);
	close(pair[1]);
	if (rc == 0)
		*sock = pair[0];
	else
		close(pair[0]);
	return rc;
}

/* Not our child: no status, but the descriptor of its process tells. */
static bool
has_left(struct child *c)
{
	struct pollfd p = { .fd = c->pid_fd, .events = POLLIN };

	if (poll(&p, 1, 0) <= 0)
		return false;
	c->pid = 0;
	return true;
}

bool
child_reap(struct child *c)
{
	pid_t got;

	if (c->pid == 0)
		return true;
	if (c->pid_fd != -1)
		return has_left(c);
	do
		got = waitpid(c->pid, &c->status, WNOHANG);
	while (got == -1 && errno == EINTR);
	if (got == 0)
		return false;
	if (got == -1)
		c->status = 0; /* cannot be: nobody else waits for it */
	c->pid = 0;
	return true;
}

void
child_tell_end(struct child *c)
{
	if (c->sock == -1)
		return;
	close(c->sock);
	c->sock = -1;
}

void
child_close(struct child *c)
{
	child_tell_end(c);
	if (c->wake_fd != -1)
		close(c->wake_fd);
	if (c->pid_fd != -1)
		close(c->pid_fd);
	c->wake_fd = c->pid_fd = -1;
}

const char *
child_how(const struct child *c, char *buf, size_t n)
{
	int sig;

	if (c->pid != 0) {
		(void)snprintf(buf, n, "closed its socket but still runs");
	} else if (c->pid_fd != -1) {
		(void)snprintf(buf, n, "its service manager knows why");
	} else if (WIFSIGNALED(c->status)) {
		sig = WTERMSIG(c->status);
		(void)snprintf(buf, n, "killed by signal %d (%s)%s", sig,
		    strsignal(sig),
		    sig == SIGSYS ? ": a system call that it may not make" :
				    "");
	} else {
		(void)snprintf(buf, n, "exit status %d",
		    WEXITSTATUS(c->status));
	}
	return buf;
}
