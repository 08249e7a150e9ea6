/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The query socket with real clients and a made-up clock: queries in pieces
 * and in heaps, clients that say nothing, that do not listen, that are many.
 *
 * zt-link: fp/p0fsock fp/p0fapi fp/hosts fp/uptime fp/hash fp/addr
 * zt-libs: libsodium
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fp/p0fapi.h"
#include "fp/p0fsock.h"
#include "tests/zt.h"

#define HOST 0xc0000207 /* 192.0.2.7 */
#define IDLE 2000       /* clients that say nothing */

static char dir[] = "/tmp/zfw-p0fsock.XXXXXX";

struct world {
	char path[64];
	struct hosts *hosts;
	struct p0fsock *sock;
	int64_t now_ms;
};

static void
setup(struct world *w)
{
	static const struct sigdb_label l = { .name = "Linux",
		.flavor = "5.x",
		.family = SIGDB_F_LINUX };
	static const struct hash_key key = { { 1 } };
	struct sigcache_hit hit = { .sig = { .key = 1 },
		.match = { .best = &l, .grade = SIGDB_EXACT } };
	struct traits t = { .src = addr_v4(HOST),
		.ver = 4,
		.sport = 1,
		.flags = TCPF_SYN };
	int fd;

	(void)snprintf(w->path, sizeof(w->path), "%s/p0f", dir);
	w->hosts = hosts_new(16, &key);
	hosts_syn(w->hosts, &t, &(struct hosts_look){ &hit, NULL }, 1000000);
	fd = p0fsock_listen(w->path, 0600, (gid_t)-1);
	w->sock = p0fsock_new(fd);
	w->now_ms = 1000;
	ZT_CASE("the socket opens", fd >= 0 && w->sock != NULL);
}

static void
teardown(struct world *w)
{
	p0fsock_free(w->sock);
	hosts_free(w->hosts);
	(void)unlink(w->path);
}

static void
run(struct world *w)
{
	p0fsock_run(w->sock, w->hosts, w->now_ms);
}

/* As often as there is something to do. */
static void
run_all(struct world *w)
{
	struct pollfd p = { p0fsock_fd(w->sock), POLLIN, 0 };

	for (int i = 0; i < 1000 && poll(&p, 1, 0) > 0; i++)
		run(w);
}

static int
dial(const struct world *w)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	memcpy(sa.sun_path, w->path, sizeof(w->path));
	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool
ask(int fd, uint32_t addr)
{
	uint8_t q[P0FAPI_QUERY_BYTES];
	struct addr a = addr_v4(addr);

	p0fapi_query_write(&a, q);
	return send(fd, q, sizeof(q), MSG_NOSIGNAL) == (ssize_t)sizeof(q);
}

/* The status of the answer that is there; -1 none, -2 closed. */
static int
answer(int fd)
{
	uint8_t b[P0FAPI_REPLY_BYTES];
	struct p0fapi_reply r;
	ssize_t n = recv(fd, b, sizeof(b), MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN))
		return -2;
	if (n != (ssize_t)sizeof(b) || !p0fapi_reply_read(b, &r))
		return -1;
	if (r.status == P0FAPI_OK && strcmp(r.os_name, "Linux") != 0)
		return -1;
	return (int)r.status;
}

static struct p0fsock_counts
counts(const struct world *w)
{
	struct p0fsock_counts n;

	p0fsock_counts(w->sock, &n);
	return n;
}

static void
test_queries(void)
{
	static const uint8_t nonsense[P0FAPI_QUERY_BYTES] =
	    "GET / HTTP/1.0\r\n";
	struct world w;
	uint8_t q[P0FAPI_QUERY_BYTES];
	struct addr a = addr_v4(HOST);
	bool early = false;
	int fd;

	setup(&w);
	fd = dial(&w);
	ZT_CASE("a query is sent", ask(fd, HOST));
	run_all(&w);
	ZT_CASE("and answered", answer(fd) == P0FAPI_OK);
	ZT_CASE("another on the same connection", ask(fd, HOST + 1));
	run_all(&w);
	ZT_CASE("about somebody unknown", answer(fd) == P0FAPI_NO_MATCH);
	(void)!write(fd, nonsense, sizeof(nonsense));
	run_all(&w);
	ZT_CASE("nonsense has an answer, too", answer(fd) == P0FAPI_BAD_QUERY);
	p0fapi_query_write(&a, q);
	for (size_t i = 0; i < sizeof(q); i++) {
		early = early || answer(fd) != -1;
		(void)!write(fd, &q[i], 1);
		run_all(&w);
	}
	ZT_CASE("byte by byte there is no answer before the last", !early);
	ZT_CASE("and then there is", answer(fd) == P0FAPI_OK);
	for (int i = 0; i < 100; i++)
		(void)ask(fd, HOST + (uint32_t)(i % 2));
	run_all(&w);
	for (int i = 0; i < 100 && !early; i++)
		early = answer(fd) !=
		    (i % 2 == 0 ? P0FAPI_OK : P0FAPI_NO_MATCH);
	ZT_CASE("a hundred at once are answered in order", !early);
	(void)ask(fd, HOST);
	(void)shutdown(fd, SHUT_WR);
	run_all(&w);
	ZT_CASE("who says goodbye gets what he asked for",
	    answer(fd) == P0FAPI_OK && answer(fd) == -2);
	close(fd);
	ZT_CASE("all are counted",
	    counts(&w).queries == 104 && counts(&w).bad == 1 &&
		counts(&w).found == 53 && counts(&w).accepted == 1 &&
		counts(&w).open_now == 0);
	teardown(&w);
}

static void
test_deadlines(void)
{
	struct world w;
	int silent, half, asked, late;

	setup(&w);
	silent = dial(&w);
	half = dial(&w);
	asked = dial(&w);
	late = dial(&w);
	(void)!write(half, "half", 4);
	(void)ask(asked, HOST);
	(void)ask(late, HOST);
	run_all(&w);
	ZT_CASE("four are there",
	    counts(&w).open_now == 4 && answer(asked) == P0FAPI_OK &&
		answer(late) == P0FAPI_OK);
	w.now_ms += P0FSOCK_HALF_S * 1000 - 1;
	run(&w);
	ZT_CASE("nobody is closed before the time", counts(&w).idle == 0);
	(void)!write(late, "half", 4);
	run(&w);
	w.now_ms += 1000;
	run(&w);
	ZT_CASE("who said half is closed", answer(half) == -2);
	ZT_CASE("who said nothing has longer", answer(silent) == -1);
	ZT_CASE("and who asked has time for the next", answer(late) == -1);
	w.now_ms += P0FSOCK_HALF_S * 1000;
	run(&w);
	ZT_CASE("but not for ever", answer(late) == -2);
	w.now_ms = 1000 + P0FSOCK_IDLE_S * 1000 - 1;
	run(&w);
	ZT_CASE("nor has who said nothing", answer(silent) == -1);
	w.now_ms += 1000;
	run(&w);
	ZT_CASE("who goes at last", answer(silent) == -2);
	w.now_ms += 1000000;
	run(&w);
	ZT_CASE("who has asked may stay for long", answer(asked) == -1);
	ZT_CASE("three were closed",
	    counts(&w).idle == 3 && counts(&w).open_now == 1);
	close(silent);
	close(half);
	close(asked);
	close(late);
	teardown(&w);
}

/* Never reads; the other end cannot write for ever. */
static void
test_deaf_client(void)
{
	struct world w;
	int deaf, fd;
	size_t sent = 0;

	setup(&w);
	deaf = dial(&w);
	for (int i = 0; i < 20000; i++) {
		if (ask(deaf, HOST))
			sent++;
		else
			run(&w);
	}
	run_all(&w);
	ZT_CASE("a client that does not read is not written to for ever",
	    sent < 20000 && counts(&w).queries < sent);
	fd = dial(&w);
	(void)ask(fd, HOST);
	run_all(&w);
	ZT_CASE("and others are answered", answer(fd) == P0FAPI_OK);
	ZT_CASE("when it reads, it goes on", answer(deaf) == P0FAPI_OK);
	while (answer(deaf) == P0FAPI_OK)
		run_all(&w);
	ZT_CASE("and nothing of what it asked is lost",
	    counts(&w).queries == sent + 1);
	while (ask(deaf, HOST))
		run(&w);
	run_all(&w);
	w.now_ms += P0FSOCK_HALF_S * 1000 + 1000;
	run(&w);
	ZT_CASE("an answer that lies for too long is the end",
	    counts(&w).open_now == 1 && counts(&w).idle == 1);
	close(deaf);
	close(fd);
	teardown(&w);
}

static bool
may_open(rlim_t n)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return false;
	if (r.rlim_cur < n)
		r.rlim_cur = r.rlim_max < n ? r.rlim_max : n;
	return setrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur >= n;
}

static void
test_many(void)
{
	static int idle[IDLE];
	struct world w;
	size_t asked = 0, right = 0, half = 0;
	int faithful;

	if (!may_open(IDLE + 400)) {
		ZT_SKIP("2,000 idle clients", "too few descriptors");
		return;
	}
	setup(&w);
	faithful = dial(&w);
	for (size_t i = 0; i < IDLE; i++) {
		idle[i] = dial(&w);
		if (i % 2 == 0) /* half-open ones are no better */
			half += write(idle[i], "\1\106", 2) == 2;
		if (i % 20 == 0) {
			int fd = dial(&w);

			asked += ask(fd, HOST);
			run_all(&w);
			right += answer(fd) == P0FAPI_OK;
			close(fd);
		}
		if (i % 50 == 0) {
			asked += ask(faithful, HOST);
			run_all(&w);
			right += answer(faithful) == P0FAPI_OK;
		}
	}
	run_all(&w);
	ZT_CASE("2,000 idle clients come", half == IDLE / 2);
	ZT_CASE("meanwhile all queries are answered",
	    asked == IDLE / 20 + IDLE / 50 && right == asked);
	ZT_CASE("no more stay than there are places",
	    counts(&w).open_now == P0FSOCK_CLIENTS &&
		counts(&w).evicted >= IDLE - P0FSOCK_CLIENTS);
	ZT_CASE("the first idle one had to go", answer(idle[0]) == -2);
	ZT_CASE("the last is still there", answer(idle[IDLE - 1]) == -1);
	/* All 255 others ask in the moment in which one more comes. */
	for (size_t i = IDLE - 200; i < IDLE; i++)
		asked += i % 2 != 0 && ask(idle[i], HOST);
	for (size_t i = 0; i < 100; i++) {
		close(idle[i]);
		idle[i] = dial(&w);
	}
	run_all(&w);
	right = 0;
	for (size_t i = IDLE - 200; i < IDLE; i++)
		right += i % 2 != 0 && answer(idle[i]) == P0FAPI_OK;
	ZT_CASE("who has asked is answered before making room", right == 100);
	for (size_t i = 0; i < IDLE; i++)
		close(idle[i]);
	close(faithful);
	run_all(&w);
	ZT_CASE("all can go", counts(&w).open_now == 0);
	teardown(&w);
}

/* ---- the file ---- */

static void
test_file(void)
{
	struct world w;
	struct stat st;
	char path[200];
	int fd, dgram;
	struct sockaddr_un sa = { .sun_family = AF_UNIX };

	setup(&w);
	ZT_CASE("the mode is as asked for",
	    stat(w.path, &st) == 0 && (st.st_mode & 07777) == 0600);
	ZT_CASE("a socket that is in use is not taken over",
	    p0fsock_listen(w.path, 0600, (gid_t)-1) == -EADDRINUSE);
	run_all(&w);
	p0fsock_free(w.sock);
	fd = p0fsock_listen(w.path, 0660, getgid());
	ZT_CASE("one that nobody answers on is",
	    fd >= 0 && stat(w.path, &st) == 0 && (st.st_mode & 07777) == 0660 &&
		st.st_gid == getgid());
	w.sock = p0fsock_new(fd);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	ZT_CASE("a file is left alone",
	    p0fsock_listen(path, 0600, (gid_t)-1) == -EEXIST &&
		stat(path, &st) == 0 && S_ISREG(st.st_mode));
	(void)unlink(path);
	(void)!symlink(w.path, path);
	ZT_CASE("so is a link",
	    p0fsock_listen(path, 0600, (gid_t)-1) == -EEXIST &&
		lstat(path, &st) == 0 && S_ISLNK(st.st_mode));
	(void)unlink(path);
	memcpy(sa.sun_path, path, sizeof(sa.sun_path));
	dgram = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	(void)bind(dgram, (const struct sockaddr *)&sa, sizeof(sa));
	ZT_CASE("so is a datagram socket in use",
	    p0fsock_listen(path, 0600, (gid_t)-1) == -EADDRINUSE);
	close(dgram);
	(void)unlink(path);
	ZT_CASE("a missing directory is told",
	    p0fsock_listen("/nonexistent/x", 0600, (gid_t)-1) == -ENOENT);
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	ZT_CASE("a path too long for a socket is told",
	    p0fsock_listen(path, 0600, (gid_t)-1) == -ENAMETOOLONG);
	teardown(&w);
}

/* Without descriptors nothing spins, and with them it goes on. */
static void
test_descriptors(void)
{
	struct world w;
	struct rlimit r, few;
	struct pollfd p;
	int fd;

	setup(&w);
	fd = dial(&w);
	(void)ask(fd, HOST);
	(void)getrlimit(RLIMIT_NOFILE, &r);
	few = r;
	few.rlim_cur = 3;
	(void)setrlimit(RLIMIT_NOFILE, &few);
	run(&w);
	p = (struct pollfd){ p0fsock_fd(w.sock), POLLIN, 0 };
	ZT_CASE("without descriptors it waits", poll(&p, 1, 0) == 0);
	(void)setrlimit(RLIMIT_NOFILE, &r);
	w.now_ms += 1000;
	run(&w);
	run_all(&w);
	ZT_CASE("and goes on when there are some", answer(fd) == P0FAPI_OK);
	close(fd);
	teardown(&w);
}

static const struct zt_test tests[] = {
	{ "queries", test_queries },
	{ "deadlines", test_deadlines },
	{ "deaf client", test_deaf_client },
	{ "many", test_many },
	{ "file", test_file },
	{ "descriptors", test_descriptors },
};

int
main(int argc, char **argv)
{
	int rc;

	if (mkdtemp(dir) == NULL)
		return 2;
	rc = zt_main(argc, argv, "p0fsock", tests,
	    sizeof(tests) / sizeof(tests[0]));
	(void)rmdir(dir);
	return rc;
}
