/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rusage - what a command costs: CPU seconds and memory
 *
 * zt-link:
 *
 * `rusage OUT COMMAND...` runs the command and writes one line to OUT:
 * seconds of user CPU, seconds of system CPU, and the most memory that it had
 * at once, in KiB.  A daemon that the command leaves behind is waited for and
 * counted too.  SIGINT and SIGTERM are passed on to the command.  Exits as
 * the command does; 126 when it cannot be run, 128 + the signal that killed
 * it.
 */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static volatile sig_atomic_t child;

static void
pass_on(int sig)
{
	if (child > 0)
		(void)kill((pid_t)child, sig);
}

static double
seconds(const struct timeval *tv)
{
	return (double)tv->tv_sec + (double)tv->tv_usec / 1e6;
}

struct cost {
	double user_s, sys_s;
	long kib;
};

/* The command and what it left behind; the command's status, or -1. */
static int
wait_all(struct cost *c)
{
	struct rusage ru;
	int status, its = -1;
	pid_t pid;

	while ((pid = wait4(-1, &status, 0, &ru)) > 0) {
		if (pid == (pid_t)child)
			its = status;
		c->user_s += seconds(&ru.ru_utime);
		c->sys_s += seconds(&ru.ru_stime);
		if (c->kib < ru.ru_maxrss)
			c->kib = ru.ru_maxrss;
	}
	return its;
}

static int
report(const char *path, const struct cost *c)
{
	FILE *f = fopen(path, "we");

	if (f == NULL)
		return -1;
	fprintf(f, "%.6f %.6f %ld\n", c->user_s, c->sys_s, c->kib);
	return fclose(f);
}

/* The signals wait until there is a child to pass them to. */
static int
start(char **argv)
{
	struct sigaction sa = { .sa_handler = pass_on, .sa_flags = SA_RESTART };
	posix_spawnattr_t attr;
	sigset_t ours, before;
	pid_t pid = 0;
	int rc;

	sigemptyset(&ours);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGTERM);
	sigprocmask(SIG_BLOCK, &ours, &before);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setsigmask(&attr, &before);
	/* A shell lets what it runs behind `&` ignore SIGINT. */
	posix_spawnattr_setsigdefault(&attr, &ours);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	rc = posix_spawnp(&pid, argv[0], NULL, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	child = pid;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return rc;
}

int
main(int argc, char **argv)
{
	struct cost c = { 0, 0, 0 };
	int rc, status;

	if (argc < 3) {
		fputs("usage: rusage OUT COMMAND...\n", stderr);
		return 126;
	}
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	rc = start(argv + 2);
	if (rc != 0) {
		fprintf(stderr, "rusage: %s: %s\n", argv[2], strerror(rc));
		return 126;
	}
	status = wait_all(&c);
	if (report(argv[1], &c) != 0) {
		perror(argv[1]);
		return 126;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
