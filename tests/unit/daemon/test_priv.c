/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * priv in forked children: each gives something up and then tries.
 *
 * zt-link: daemon/priv daemon/privland daemon/privcall daemon/log
 * zt-libs: libcap-ng libseccomp
 */
#include "daemon/priv.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/netlink.h>
#include <netinet/in.h>

#include "daemon/log.h"
#include "daemon/privsan.h"
#include "tests/zt.h"

#define USER "nobody"

/* The child's wait status. */
static int
in_child(int (*fn)(void))
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		struct rlimit none = { 0, 0 };

		(void)setrlimit(RLIMIT_CORE, &none);
		_exit(fn());
	}
	if (pid == -1 || waitpid(pid, &status, 0) != pid)
		abort();
	return status;
}

static bool
returned(int status, int code)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == code)
		return true;
	printf("note wait status %#x\n", (unsigned)status);
	return false;
}

/* ---- become ---- */

static int
become(unsigned caps, const char *group)
{
	char err[PRIV_ERRLEN] = "";
	int rc = priv_become(USER, group, caps, err);

	if (rc != 0)
		printf("note %s\n", err);
	return rc;
}

static int
nothing_left(void)
{
	if (become(0, NULL) != 0)
		return 1;
	if (getuid() == 0 || geteuid() == 0 || getgid() == 0)
		return 2;
	if (setuid(0) == 0 || seteuid(0) == 0 || setgid(0) == 0)
		return 3;
	if (getgroups(0, NULL) != 0)
		return 4;
	if (open("/etc/shadow", O_RDONLY | O_CLOEXEC) != -1)
		return 5;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 6;
}

static int
one_group(void)
{
	const struct group *adm = getgrnam("adm");
	gid_t g[4];

	if (adm == NULL || become(0, "adm") != 0)
		return 1;
	return getgroups(4, g) == 1 && g[0] == adm->gr_gid ? 0 : 2;
}

static int
read_search(void)
{
	if (become(PRIV_DAC_READ_SEARCH, NULL) != 0)
		return 1;
	if (open("/etc/shadow", O_RDONLY | O_CLOEXEC) == -1)
		return 2;
	return open("/etc/shadow", O_WRONLY | O_CLOEXEC) == -1 ? 0 : 3;
}

static int
no_dump(void)
{
	if (become(PRIV_NET_ADMIN, NULL) != 0)
		return 1;
	return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : 2;
}

static int
no_user(void)
{
	char err[PRIV_ERRLEN] = "";

	if (priv_become("no-such-user", NULL, 0, err) != -ENOENT)
		return 1;
	return strstr(err, "no-such-user") != NULL && getuid() == 0 ? 0 : 2;
}

/* As a service manager starts us: that user, these in the ambient set. */
static bool
start_as_user(unsigned caps)
{
	const struct passwd *pw = getpwnam(USER);

	if (pw == NULL || prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
	    setgroups(0, NULL) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return false;
	capng_clear(CAPNG_SELECT_CAPS);
	for (unsigned c = 0; c < 32; c++)
		if (caps >> c & 1)
			capng_update(CAPNG_ADD,
			    (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED |
				CAPNG_INHERITABLE),
			    c);
	if (capng_apply(CAPNG_SELECT_CAPS) != 0)
		return false;
	for (unsigned c = 0; c < 32; c++)
		if ((caps >> c & 1) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0) != 0)
			return false;
	return true;
}

static bool
has(capng_type_t type, unsigned cap)
{
	return capng_get_caps_process() == 0 &&
	    capng_have_capability(type, cap) == 1;
}

static int
already_user(void)
{
	if (!start_as_user(1U << CAP_NET_RAW | 1U << CAP_NET_ADMIN) ||
	    become(PRIV_NET_ADMIN, NULL) != 0)
		return 1;
	if (has(CAPNG_PERMITTED, CAP_NET_RAW) ||
	    has(CAPNG_INHERITABLE, CAP_NET_ADMIN))
		return 2;
	if (!has(CAPNG_EFFECTIVE, CAP_NET_ADMIN))
		return 3;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0,
		   0) == 0 ?
	    0 :
	    4;
}

static int
already_less(void)
{
	if (!start_as_user(1U << CAP_NET_ADMIN))
		return 1;
	return become(PRIV_NET_ADMIN | PRIV_DAC_READ_SEARCH, NULL) == 0 &&
		!has(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH) ?
	    0 :
	    2;
}

static int
already_another(void)
{
	char err[PRIV_ERRLEN] = "";

	if (!start_as_user(0))
		return 1;
	return priv_become("daemon", NULL, 0, err) != 0 ? 0 : 2;
}

/* A filter that forbids capset(), as a unit's may. */
static bool
forbid_capset(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

	return f != NULL &&
	    seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(capset), 0) ==
	    0 &&
	    seccomp_load(f) == 0;
}

static int
without_capset(void)
{
	if (!start_as_user(1U << CAP_NET_ADMIN) || !forbid_capset() ||
	    become(PRIV_NET_ADMIN, NULL) != 0)
		return 1;
	return has(CAPNG_EFFECTIVE, CAP_NET_ADMIN) &&
		!has(CAPNG_PERMITTED, CAP_NET_RAW) &&
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, CAP_NET_ADMIN, 0,
		    0) == 0 ?
	    0 :
	    2;
}

static int
more_without_capset(void)
{
	char err[PRIV_ERRLEN] = "";

	if (!start_as_user(1U << CAP_NET_ADMIN | 1U << CAP_NET_RAW) ||
	    !forbid_capset())
		return 1;
	return priv_become(USER, NULL, PRIV_NET_ADMIN, err) == -EPERM ? 0 : 2;
}

static int
is_user(void)
{
	if (priv_is(USER, 0) || priv_is("root", 0))
		return 1; /* root is nobody's service */
	if (!start_as_user(1U << CAP_NET_ADMIN))
		return 2;
	return priv_is(USER, PRIV_NET_ADMIN) && priv_is(USER, 0) &&
		!priv_is(USER, PRIV_DAC_READ_SEARCH) &&
		!priv_is("daemon", PRIV_NET_ADMIN) ?
	    0 :
	    3;
}

static int
no_group(void)
{
	char err[PRIV_ERRLEN] = "";

	if (priv_become(USER, "no-such-group", 0, err) != -ENOENT)
		return 1;
	return strstr(err, "no-such-group") != NULL ? 0 : 2;
}

static int
not_root(void)
{
	char err[PRIV_ERRLEN] = "";

	return priv_become("root", NULL, 0, err) == -EINVAL ? 0 : 1;
}

static void
test_become(void)
{
	if (geteuid() != 0) {
		ZT_SKIP("become", "needs root");
		return;
	}
	ZT_CASE("without capabilities nothing is left",
	    returned(in_child(nothing_left), 0));
	ZT_CASE("the one supplementary group",
	    returned(in_child(one_group), 0));
	ZT_CASE("CAP_DAC_READ_SEARCH reads and does not write",
	    returned(in_child(read_search), 0));
	if (PRIV_SANITIZER)
		ZT_SKIP("not dumpable", "sanitizer build");
	else
		ZT_CASE("not dumpable", returned(in_child(no_dump), 0));
	ZT_CASE("a user that is not there is named",
	    returned(in_child(no_user), 0));
	ZT_CASE("a group that is not there is named",
	    returned(in_child(no_group), 0));
	ZT_CASE("root is no user to become", returned(in_child(not_root), 0));
}

static void
test_remain(void)
{
	if (geteuid() != 0) {
		ZT_SKIP("remain", "needs root");
		return;
	}
	ZT_CASE("who is that user already keeps what he may",
	    returned(in_child(already_user), 0));
	ZT_CASE("who has less gets no more",
	    returned(in_child(already_less), 0));
	ZT_CASE("who is another user is refused",
	    returned(in_child(already_another), 0));
	ZT_CASE("where capset is forbidden he keeps what he has",
	    returned(in_child(without_capset), 0));
	ZT_CASE("but more than he may is refused then",
	    returned(in_child(more_without_capset), 0));
	ZT_CASE("who has started us is known", returned(in_child(is_user), 0));
}

/* ---- Landlock ---- */

static char dir[64];

static const char *
path(const char *name)
{
	static char buf[4][192];
	static unsigned next;
	char *p = buf[next++ % 4];

	(void)snprintf(p, sizeof(buf[0]), "%s/%s", dir, name);
	return p;
}

static int
confine(void)
{
	char rw[128], ro[128], err[PRIV_ERRLEN] = "";
	struct priv_path p[2] = { { rw, true }, { ro, false } };

	(void)snprintf(rw, sizeof(rw), "%s", path("rw"));
	(void)snprintf(ro, sizeof(ro), "%s", path("ro"));
	if (priv_landlock(p, 2, err) == 0)
		return 0;
	printf("note %s\n", err);
	return -1;
}

static bool
may(const char *name, int flags)
{
	int fd = open(path(name), flags | O_CLOEXEC, 0600);

	if (fd != -1)
		close(fd);
	return fd != -1;
}

static int
confined(void)
{
	if (confine() != 0)
		return 1;
	if (!may("ro/file", O_RDONLY) || !may("ro", O_RDONLY | O_DIRECTORY))
		return 2;
	if (may("ro/file", O_WRONLY) || may("ro/new", O_WRONLY | O_CREAT))
		return 3;
	if (!may("rw/new", O_RDWR | O_CREAT | O_TRUNC) ||
	    unlink(path("rw/new")) != 0)
		return 4;
	if (may("out/file", O_RDONLY) ||
	    open("/etc/passwd", O_RDONLY | O_CLOEXEC) != -1)
		return 5;
	if (rename(path("rw/file"), path("rw/file2")) != 0)
		return 6;
	return 0;
}

static int
no_exec(void)
{
	char *const argv[] = { strdup("true"), NULL };

	if (confine() != 0)
		return 1;
	execv("/bin/true", argv);
	return errno == EACCES ? 0 : 2;
}

static int
watch_only(void)
{
	int fd = inotify_init1(IN_CLOEXEC);

	if (confine() != 0)
		return 1;
	/* What logwatch lives on: watching is not opening. */
	return inotify_add_watch(fd, path("ro/file"), IN_MODIFY) != -1 ? 0 : 2;
}

static int
wrong_path(void)
{
	char err[PRIV_ERRLEN] = "";
	struct priv_path p = { "/no/such/dir", false };

	return priv_landlock(&p, 1, err) == -ENOENT &&
		strstr(err, "/no/such/dir") != NULL ?
	    0 :
	    1;
}

/* A directory with a file in it. */
static void
make(const char *name)
{
	char file[80];
	int fd;

	(void)snprintf(file, sizeof(file), "%s/file", name);
	if (mkdir(path(name), 0755) != 0)
		abort();
	fd = open(path(file), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd == -1)
		abort();
	close(fd);
}

static void
test_landlock(void)
{
	char cmd[128];

	if (!priv_landlock_there()) {
		ZT_SKIP("Landlock", "the kernel has none");
		return;
	}
	(void)snprintf(dir, sizeof(dir), "/tmp/zfw-priv.XXXXXX");
	if (mkdtemp(dir) == NULL)
		abort();
	make("rw");
	make("ro");
	make("out");
	ZT_CASE("only what was named can be read or written",
	    returned(in_child(confined), 0));
	ZT_CASE("nothing can be executed", returned(in_child(no_exec), 0));
	ZT_CASE("a file can still be watched",
	    returned(in_child(watch_only), 0));
	ZT_CASE("a path that is not there is named",
	    returned(in_child(wrong_path), 0));
	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", dir);
	if (system(cmd) != 0)
		abort();
}

/* ---- seccomp ---- */

static int
filter(enum priv_role role)
{
	char err[PRIV_ERRLEN] = "";
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)dup2(null, STDERR_FILENO); /* what the handler says */
	if (priv_seccomp(role, err) == 0)
		return 0;
	printf("note %s\n", err);
	return -1;
}

static int
guard_work(void)
{
	struct sockaddr_nl nl = { .nl_family = AF_NETLINK };
	char buf[16];
	int fd;

	if (filter(PRIV_GUARD) != 0)
		return 1;
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
	if (fd == -1 || bind(fd, (struct sockaddr *)&nl, sizeof(nl)) != 0)
		return 2;
	fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	if (fd == -1 || read(fd, buf, sizeof(buf)) != (ssize_t)sizeof(buf))
		return 3;
	free(malloc(1 << 20));
	log_msg(LOG_DEBUG, "said under the filter");
	return 0;
}

static int
engine_work(void)
{
	char name[] = "/tmp/zfw-priv.XXXXXX", other[64];
	int fd;

	if (filter(PRIV_ENGINE) != 0)
		return 1;
	fd = mkstemp(name);
	(void)snprintf(other, sizeof(other), "%s.b", name);
	if (fd == -1 || pwrite(fd, "x", 1, 0) != 1 || ftruncate(fd, 4096) != 0)
		return 2;
	if (fsync(fd) != 0 || rename(name, other) != 0 || unlink(other) != 0)
		return 3;
	return socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) != -1 ? 0 : 4;
}

static int
try_guard_exec(void)
{
	char *const argv[] = { strdup("true"), NULL };

	if (filter(PRIV_GUARD) == 0)
		execv("/bin/true", argv);
	return 1;
}

static int
try_guard_write(void)
{
	if (filter(PRIV_GUARD) == 0)
		(void)open("/dev/null", O_WRONLY | O_CLOEXEC);
	return 1;
}

static int
try_guard_inet(void)
{
	if (filter(PRIV_GUARD) == 0)
		(void)socket(AF_INET, SOCK_STREAM, 0);
	return 1;
}

static int
try_engine_exec(void)
{
	char *const argv[] = { strdup("true"), NULL };

	if (filter(PRIV_ENGINE) == 0)
		execv("/bin/true", argv);
	return 1;
}

static int
try_engine_netlink(void)
{
	if (filter(PRIV_ENGINE) == 0)
		(void)socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
	return 1;
}

static int
try_engine_inet(void)
{
	if (filter(PRIV_ENGINE) == 0)
		(void)socket(AF_INET6, SOCK_DGRAM, 0);
	return 1;
}

static int
resolver_work(void)
{
	if (filter(PRIV_ENGINE_DNS) != 0)
		return 1;
	if (socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) == -1)
		return 2;
	return socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0) != -1 ||
		errno == EAFNOSUPPORT ?
	    0 :
	    3;
}

static int
try_resolver_tcp(void)
{
	if (filter(PRIV_ENGINE_DNS) == 0)
		(void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return 1;
}

static int
try_resolver_raw(void)
{
	if (filter(PRIV_ENGINE_DNS) == 0)
		(void)socket(AF_INET6, SOCK_RAW, 0);
	return 1;
}

/* Takes a client in over a socket that listened before, and answers it. */
static int
front_work(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int l = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), c, s;
	char buf[4];

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(l, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(l, 1) != 0 ||
	    getsockname(l, (struct sockaddr *)&a, &n) != 0 ||
	    connect(c, (struct sockaddr *)&a, sizeof(a)) != 0)
		return 1;
	if (filter(PRIV_FRONT) != 0)
		return 2;
	s = accept4(l, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (s == -1 || send(s, "220 ", 4, MSG_NOSIGNAL) != 4 ||
	    recv(c, buf, 4, 0) != 4)
		return 3;
	return shutdown(s, SHUT_WR) == 0 && close(s) == 0 ? 0 : 4;
}

static int
try_front_open(void)
{
	if (filter(PRIV_FRONT) == 0)
		(void)open("/dev/null", O_RDONLY | O_CLOEXEC);
	return 1;
}

static int
try_front_inet(void)
{
	if (filter(PRIV_FRONT) == 0)
		(void)socket(AF_INET, SOCK_STREAM, 0);
	return 1;
}

static int
try_front_listen(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (filter(PRIV_FRONT) == 0)
		(void)listen(fd, 1);
	return 1;
}

static int
try_front_exec(void)
{
	char *const argv[] = { strdup("true"), NULL };

	if (filter(PRIV_FRONT) == 0)
		execv("/bin/true", argv);
	return 1;
}

static int
try_engine_ptrace(void)
{
	if (filter(PRIV_ENGINE) == 0)
		(void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	return 1;
}

static int
try_engine_kill(void)
{
	if (filter(PRIV_ENGINE) == 0)
		(void)kill(getppid(), 0);
	return 1;
}

static int
try_engine_fork(void)
{
	if (filter(PRIV_ENGINE) == 0 && fork() == 0)
		_exit(1);
	return 1;
}

static int
try_engine_code(void)
{
	if (filter(PRIV_ENGINE) == 0)
		(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	return 1;
}

static int
engine_abort(void)
{
	if (filter(PRIV_ENGINE) == 0)
		abort();
	return 1;
}

static const struct {
	const char *name;
	int (*fn)(void);
} forbidden[] = {
	{ "the guard executes nothing", try_guard_exec },
	{ "the guard opens nothing for writing", try_guard_write },
	{ "the guard has no internet sockets", try_guard_inet },
	{ "the engine executes nothing", try_engine_exec },
	{ "the engine has no netlink", try_engine_netlink },
	{ "the engine has no internet sockets", try_engine_inet },
	{ "with a resolver it has no streams", try_resolver_tcp },
	{ "nor raw sockets", try_resolver_raw },
	{ "the front opens nothing", try_front_open },
	{ "the front makes no connections", try_front_inet },
	{ "the front listens nowhere else", try_front_listen },
	{ "the front executes nothing", try_front_exec },
	{ "the engine traces nobody", try_engine_ptrace },
	{ "the engine signals nobody", try_engine_kill },
	{ "the engine does not fork", try_engine_fork },
	{ "the engine makes no code", try_engine_code },
};

static void
test_seccomp(void)
{
	int status;

	if (PRIV_SANITIZER) {
		ZT_SKIP("seccomp", "sanitizer build");
		return;
	}
	ZT_CASE("the guard can do its work", returned(in_child(guard_work), 0));
	ZT_CASE("the engine can do its work",
	    returned(in_child(engine_work), 0));
	ZT_CASE("the front can do its work", returned(in_child(front_work), 0));
	ZT_CASE("with a resolver it may send datagrams",
	    returned(in_child(resolver_work), 0));
	for (size_t i = 0; i < sizeof(forbidden) / sizeof(forbidden[0]); i++) {
		status = in_child(forbidden[i].fn);
		ZT_CASE(forbidden[i].name,
		    WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
	}
	status = in_child(engine_abort);
	ZT_CASE("abort() is still SIGABRT",
	    WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static const struct zt_test tests[] = {
	{ "become", test_become },
	{ "remain", test_remain },
	{ "landlock", test_landlock },
	{ "seccomp", test_seccomp },
};

ZT_MAIN("priv", tests)
