/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The seccomp part of priv.h.  Tables say which system calls a role needs;
 * whatever is not in them raises SIGSYS, whose handler says which one it was
 * and lets the process die of it, so that the parent sees the reason too.
 */
#include "daemon/priv.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log.h"
#include "daemon/privsan.h"

/* What any daemon of ours does: memory, its descriptors, its loop, its end. */
static const int common_calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(write),
	SCMP_SYS(readv),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(lseek),
	SCMP_SYS(fstat),
	SCMP_SYS(newfstatat),
	SCMP_SYS(stat),
	SCMP_SYS(lstat),
	SCMP_SYS(statx),
	SCMP_SYS(access),
	SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2),
	SCMP_SYS(readlink),
	SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64),
	SCMP_SYS(fcntl),
	SCMP_SYS(dup),
	SCMP_SYS(dup2),
	SCMP_SYS(dup3),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(timerfd_settime),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_getres),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(time),
	SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(getuid),
	SCMP_SYS(geteuid),
	SCMP_SYS(getgid),
	SCMP_SYS(getegid),
	SCMP_SYS(getrandom),
	SCMP_SYS(uname),
	SCMP_SYS(sysinfo),
	SCMP_SYS(futex),
	SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* talking over what is open; socket() itself is limited below */
	SCMP_SYS(connect),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(sendmmsg),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(recvmmsg),
	SCMP_SYS(shutdown),
	SCMP_SYS(getsockopt),
	SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname),
	SCMP_SYS(getpeername),
};

/* netlink, the log directories, the child, who wants to be one */
static const int guard_calls[] = {
	SCMP_SYS(bind),
	SCMP_SYS(accept4),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(wait4),
	SCMP_SYS(waitid),
};

/* the store's files, the control socket */
static const int engine_calls[] = {
	SCMP_SYS(open),
	SCMP_SYS(openat),
	SCMP_SYS(accept4),
	SCMP_SYS(pread64),
	SCMP_SYS(pwrite64),
	SCMP_SYS(ftruncate),
	SCMP_SYS(fallocate),
	SCMP_SYS(fsync),
	SCMP_SYS(fdatasync),
	SCMP_SYS(flock),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(fchmod),
	SCMP_SYS(umask),
	SCMP_SYS(msync),
};

/* the journal's files, and word of new ones */
static const int journal_calls[] = {
	SCMP_SYS(pread64),
	SCMP_SYS(statfs),
	SCMP_SYS(fstatfs),
	SCMP_SYS(inotify_init1),
	SCMP_SYS(inotify_add_watch),
	SCMP_SYS(inotify_rm_watch),
	SCMP_SYS(getdents),
	SCMP_SYS(prlimit64),
};

/* strangers come in by sockets that are there already */
static const int front_calls[] = {
	SCMP_SYS(accept),
	SCMP_SYS(accept4),
	SCMP_SYS(sendfile),
};

#define COUNT(v) (sizeof(v) / sizeof((v)[0]))

#define SOCK_TYPE_MASK 0xf /* the rest of socket()'s type are flags */

/*
 * Only for the signal handler, which has no argument to find it by: a
 * connected syslog socket, or -1.  Set once, before the filter is there.
 */
static int trap_fd = -1;

/* Decimal into the end of `buf`; what is before it stays. */
static char *
digits(char *end, unsigned n)
{
	do
		*--end = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	return end;
}

/* Async-signal-safe; SA_RESETHAND: the second SIGSYS is the end. */
static void
on_sigsys(int sig, siginfo_t *si, void *context)
{
	static const char head[] = "<26>zfw: forbidden system call ";
	char line[sizeof(head) + 16];
	char number[12], *p;
	size_t n = sizeof(head) - 1;
	ssize_t rc;

	(void)context;
	p = digits(number + sizeof(number), (unsigned)si->si_syscall);
	memcpy(line, head, n);
	memcpy(line + n, p, (size_t)(number + sizeof(number) - p));
	n += (size_t)(number + sizeof(number) - p);
	line[n] = '\n';
	rc = write(STDERR_FILENO, line + 4, n + 1 - 4);
	if (trap_fd != -1)
		rc = write(trap_fd, line, n);
	(void)rc;
	(void)raise(sig);
}

static void
open_trap_fd(void)
{
	static const struct sockaddr_un to = { AF_UNIX, "/dev/log" };

	trap_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (trap_fd != -1 &&
	    connect(trap_fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		close(trap_fd);
		trap_fd = -1;
	}
}

static int
allow_all(scmp_filter_ctx f, const int *calls, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0);
	return rc;
}

/* Memory may be had, but never made executable. */
static int
allow_memory(scmp_filter_ctx f)
{
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));

	return rc != 0 ? rc :
			 seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect),
			     1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
}

/* abort() and raise() signal ourselves; nobody else. */
static int
allow_self_signal(scmp_filter_ctx f)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0));
}

static int
allow_socket(scmp_filter_ctx f, int family)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0));
}

/* Nothing that could write: the flags O_RDWR, O_CREAT, O_TRUNC stay 0. */
static int
allow_open_read(scmp_filter_ctx f)
{
	const scmp_datum_t mask = O_ACCMODE | O_CREAT | O_TRUNC;
	int rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
	    SCMP_A2(SCMP_CMP_MASKED_EQ, mask, O_RDONLY));

	return rc != 0 ? rc :
			 seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(open), 1,
			     SCMP_A1(SCMP_CMP_MASKED_EQ, mask, O_RDONLY));
}

/* stdio asks whether it is a terminal, libevent how much is to be read */
static int
allow_ioctl(scmp_filter_ctx f)
{
	static const unsigned long requests[] = { TCGETS, FIONREAD, FIONBIO };
	int rc = 0;

	for (size_t i = 0; i < COUNT(requests) && rc == 0; i++)
		rc = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
		    SCMP_A1(SCMP_CMP_EQ, requests[i], 0));
	return rc;
}

static int
allow_guard(scmp_filter_ctx f)
{
	int rc = allow_all(f, guard_calls, COUNT(guard_calls));

	if (rc == 0)
		rc = allow_open_read(f);
	if (rc == 0)
		rc = allow_socket(f, AF_NETLINK);
	return rc;
}

static int
allow_journal(scmp_filter_ctx f)
{
	int rc = allow_all(f, journal_calls, COUNT(journal_calls));

	return rc != 0 ? rc : allow_open_read(f);
}

/* Datagrams to DNS servers; no other socket. */
static int
allow_datagrams(scmp_filter_ctx f, int family)
{
	return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
	    SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family, 0),
	    SCMP_A1(SCMP_CMP_MASKED_EQ, SOCK_TYPE_MASK, SOCK_DGRAM));
}

static int
allow_engine_dns(scmp_filter_ctx f)
{
	int rc = allow_all(f, engine_calls, COUNT(engine_calls));

	if (rc == 0)
		rc = allow_datagrams(f, AF_INET);
	if (rc == 0)
		rc = allow_datagrams(f, AF_INET6);
	return rc;
}

static int
allow_role(scmp_filter_ctx f, enum priv_role role)
{
	switch (role) {
	case PRIV_GUARD:
		return allow_guard(f);
	case PRIV_JOURNAL:
		return allow_journal(f);
	case PRIV_FRONT:
		return allow_all(f, front_calls, COUNT(front_calls));
	case PRIV_ENGINE_DNS:
		return allow_engine_dns(f);
	default:
		return allow_all(f, engine_calls, COUNT(engine_calls));
	}
}

static int
fill(scmp_filter_ctx f, enum priv_role role)
{
	int rc = allow_all(f, common_calls, COUNT(common_calls));

	if (rc == 0)
		rc = allow_memory(f);
	if (rc == 0)
		rc = allow_self_signal(f);
	if (rc == 0)
		rc = allow_ioctl(f);
	if (rc == 0)
		rc = allow_socket(f, AF_UNIX); /* syslog comes back */
	return rc != 0 ? rc : allow_role(f, role);
}

static int
handle_sigsys(void)
{
	struct sigaction sa = {
		.sa_sigaction = on_sigsys,
		.sa_flags = (int)(SA_SIGINFO | SA_RESETHAND | SA_NODEFER),
	};

	open_trap_fd();
	return sigaction(SIGSYS, &sa, NULL) == 0 ? 0 : -errno;
}

int
priv_seccomp(enum priv_role role, char err[PRIV_ERRLEN])
{
	scmp_filter_ctx f;
	int rc;

	if (PRIV_SANITIZER) {
		log_msg(LOG_WARNING,
		    "sanitizer: sanitizer build: system calls are not limited");
		return 0;
	}
	f = seccomp_init(SCMP_ACT_TRAP);
	if (f == NULL) {
		(void)snprintf(err, PRIV_ERRLEN, "seccomp: no memory");
		return -ENOMEM;
	}
	rc = fill(f, role);
	if (rc == 0)
		rc = handle_sigsys();
	if (rc == 0)
		rc = seccomp_load(f);
	seccomp_release(f);
	if (rc != 0)
		(void)snprintf(err, PRIV_ERRLEN, "seccomp: %s", strerror(-rc));
	return rc;
}
