/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

#include "daemon/log.h"

#define ENGINE  "zfw-engine"
#define JOURNAL "zfw-journal"
#define FRONT   "zfw-front"
#define ARGS    20
#define FDS_MAX 4
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

/* What $ENV says, else beside our own executable, else where it is installed. */
static void
program_path(const char *name, const char *env_name, char path[PATH_MAX])
{
	const char *env = getenv(env_name);
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
		if (snprintf(path, PATH_MAX, "%s/%s", self, name) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return;
	}
	(void)snprintf(path, PATH_MAX, "%s/%s", ZFW_LIBEXECDIR, name);
}

static void
arguments(const struct child_conf *conf, const char *argv[12])
{
	size_t n = 0;

	argv[n++] = ENGINE;
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

/* Puts the descriptors at 3, 4, ... (-1: closed) and closes all above. */
static bool
place_fds(const int *fds, int n)
{
	int moved[FDS_MAX];

	/* First out of the way: one may already sit on another's place. */
	for (int i = 0; i < n; i++) {
		moved[i] = fds[i] == -1 ? -1 : fcntl(fds[i], F_DUPFD, 3 + n);
		if (fds[i] != -1 && moved[i] == -1)
			return false;
	}
	for (int i = 0; i < n; i++) {
		if (moved[i] == -1)
			(void)close(3 + i);
		else if (dup2(moved[i], 3 + i) == -1)
			return false;
	}
	return close_range((unsigned)(3 + n), ~0U, 0) == 0;
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
	log_msg(LOG_ERR, "%s: %s", path, strerror(errno));
	_exit(127);
}

void
child_hurry(void)
{
	/* Where it may not, as in some containers, it is only slower. */
	(void)setpriority(PRIO_PROCESS, 0, NICE);
}

static int
start(struct child *c, const char *path, const char *const *argv,
    const int *fds, int n, bool urgent, char err[CHILD_ERRLEN])
{
	c->pid = fork();
	if (c->pid == 0) {
		leave_ours();
		if (urgent)
			child_hurry();
		become_program(path, argv, place_fds(fds, n));
	}
	if (c->pid == -1) {
		c->pid = 0;
		return fail(err, "fork");
	}
	return 0;
}

int
child_start(struct child *c, const struct child_conf *conf,
    char err[CHILD_ERRLEN])
{
	const int type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
	const int bytes = SOCKET_BYTES;
	const char *argv[12];
	char path[PATH_MAX];
	int pair[2], fds[2], rc;

	*c = (struct child){ .sock = -1, .wake_fd = -1 };
	program_path(ENGINE, "ZFW_ENGINE", path);
	if (access(path, X_OK) != 0)
		return fail(err, path);
	arguments(conf, argv);
	c->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (c->wake_fd == -1 || socketpair(AF_UNIX, type, 0, pair) != 0)
		return fail(err, "cannot make the engine's sockets");
	for (int i = 0; i < 2; i++) /* smaller ones work, only slower */
		(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &bytes,
		    sizeof(bytes));
	c->sock = pair[0];
	fds[0] = pair[1];
	fds[1] = c->wake_fd;
	rc = start(c, path, argv, fds, 2, conf->urgent, err);
	close(pair[1]);
	return rc;
}

int
child_start_front(struct child *c, const struct child_front *conf, int *engine,
    char err[CHILD_ERRLEN])
{
	const int type = SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC;
	const char *argv[] = { FRONT, "-c", conf->conf_path,
		conf->foreground ? "-f" : NULL, NULL };
	int fds[FDS_MAX] = { -1, conf->smtp4, conf->smtp6, conf->http };
	char path[PATH_MAX];
	int pair[2], rc;

	*c = (struct child){ .sock = -1, .wake_fd = -1 };
	program_path(FRONT, "ZFW_FRONT", path);
	if (access(path, X_OK) != 0)
		return fail(err, path);
	if (socketpair(AF_UNIX, type, 0, pair) != 0)
		return fail(err, "cannot make the front's socket");
	fds[0] = pair[1];
	rc = start(c, path, argv, fds, FDS_MAX, false, err);
	close(pair[1]);
	if (rc == 0)
		*engine = pair[0];
	else
		close(pair[0]);
	return rc;
}

static void
journal_arguments(const struct child_journal *conf, const char *argv[ARGS])
{
	size_t n = 0;

	argv[n++] = JOURNAL;
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

/* The socket becomes 0 and 1; 2 stays, the rest is closed. */
static bool
place_socket(int sock)
{
	int s = fcntl(sock, F_DUPFD, 3); /* our 0 and 1 may be closed */

	return s != -1 && dup2(s, 0) != -1 && dup2(s, 1) != -1 &&
	    close_range(3, ~0U, 0) == 0;
}

int
child_start_journal(struct child *c, const struct child_journal *conf,
    int *sock, char err[CHILD_ERRLEN])
{
	const char *argv[ARGS];
	char path[PATH_MAX];
	int pair[2], flags;

	*c = (struct child){ .sock = -1, .wake_fd = -1 };
	program_path(JOURNAL, "ZFW_JOURNAL", path);
	if (access(path, X_OK) != 0)
		return fail(err, path);
	journal_arguments(conf, argv);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return fail(err, "cannot make the journal's socket");
	flags = fcntl(pair[0], F_GETFL);
	if (flags == -1 || fcntl(pair[0], F_SETFL, flags | O_NONBLOCK) == -1)
		zfw_panic("a socket cannot be made non-blocking");
	c->pid = fork();
	if (c->pid == 0) {
		leave_ours();
		become_program(path, argv, place_socket(pair[1]));
	}
	close(pair[1]);
	*sock = pair[0];
	if (c->pid != -1)
		return 0;
	close(pair[0]);
	c->pid = 0;
	return fail(err, "fork");
}

bool
child_reap(struct child *c)
{
	pid_t got;

	if (c->pid == 0)
		return true;
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
	c->wake_fd = -1;
}

const char *
child_how(const struct child *c, char *buf, size_t n)
{
	int sig;

	if (c->pid != 0) {
		(void)snprintf(buf, n, "closed its socket but still runs");
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
