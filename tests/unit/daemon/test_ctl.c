/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The control socket: its request lines, and real connections to a server
 * with a made-up clock whose owner answers in every way that there is.
 *
 * zt-link: daemon/ctl daemon/ctlreq fp/addr
 * zt-libs: libevent_core libjansson
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/ctl.h"
#include "tests/zt.h"

/* ---- request lines ---- */

static const struct {
	const char *line;
	const char *wrong; /* NULL: it is fine */
	enum ctl_verb verb;
	const char *net; /* NULL: none */
} lines[] = {
	{ "status", NULL, CTL_STATUS, NULL },
	{ "reload", NULL, CTL_RELOAD, NULL },
	{ "botnets", NULL, CTL_BOTNETS, NULL },
	{ "botnets 10", "too many words", 0, NULL },
	{ "blocks", NULL, CTL_BLOCKS, NULL },
	{ "allow-list", NULL, CTL_ALLOW_LIST, NULL },
	{ "why 192.0.2.7", NULL, CTL_WHY, "192.0.2.7/32" },
	{ "why 2001:db8::7", NULL, CTL_WHY, "2001:db8::/64" },
	{ "why 2001:db8::/64", NULL, CTL_WHY, "2001:db8::/64" },
	{ "why ::ffff:192.0.2.7", NULL, CTL_WHY, "192.0.2.7/32" },
	{ "allow-check 192.0.2.7", NULL, CTL_ALLOW_CHECK, "192.0.2.7/32" },
	{ "block 192.0.2.7 600", NULL, CTL_BLOCK, "192.0.2.7/32" },
	{ "block 2001:db8:0:1::9 1", NULL, CTL_BLOCK, "2001:db8:0:1::/64" },
	{ "unblock 192.0.2.0/24", NULL, CTL_UNBLOCK, "192.0.2.0/24" },
	{ "unblock 2001:db8::/32", NULL, CTL_UNBLOCK, "2001:db8::/32" },
	{ "allow-add 192.0.2.7 0", NULL, CTL_ALLOW_ADD, "192.0.2.7/32" },
	{ "allow-add 192.0.2.7 0 a b  c", NULL, CTL_ALLOW_ADD, "192.0.2.7/32" },
	{ "allow-del 192.0.2.7", NULL, CTL_ALLOW_DEL, "192.0.2.7/32" },
	{ "report 192.0.2.7 spam", NULL, CTL_REPORT, "192.0.2.7/32" },
	{ "report 2001:db8::7 ham", NULL, CTL_REPORT, "2001:db8::/64" },
	{ "report", "too few words", 0, NULL },
	{ "report 192.0.2.7", "neither spam nor ham", 0, NULL },
	{ "report 192.0.2.7 ", "neither spam nor ham", 0, NULL },
	{ "report 192.0.2.7 SPAM", "neither spam nor ham", 0, NULL },
	{ "report 192.0.2.7 spams", "neither spam nor ham", 0, NULL },
	{ "report 192.0.2.7 spam ham", "too many words", 0, NULL },
	{ "report 192.0.2.7 spam ", "too many words", 0, NULL },
	{ "report 192.0.2.0/24 spam", "not an address", 0, NULL },
	{ "report spam 192.0.2.7", "not an address", 0, NULL },
	{ "", "no such verb", 0, NULL },
	{ " ", "no such verb", 0, NULL },
	{ " status", "no such verb", 0, NULL },
	{ "STATUS", "no such verb", 0, NULL },
	{ "status ", "too many words", 0, NULL },
	{ "status now", "too many words", 0, NULL },
	{ "statu", "no such verb", 0, NULL },
	{ "why", "too few words", 0, NULL },
	{ "why ", "not an address", 0, NULL },
	{ "why  192.0.2.7", "not an address", 0, NULL },
	{ "why 192.0.2.7 ", "too many words", 0, NULL },
	{ "why 192.0.2.0/24", "not an address", 0, NULL },
	{ "why 2001:db8::/48", "not an address", 0, NULL },
	{ "why example.org", "not an address", 0, NULL },
	{ "why 192.0.2.07", "not an address", 0, NULL },
	{ "why 192.0.2.7\r", "not an address", 0, NULL },
	{ "block 192.0.2.7", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 0", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 -1", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 1.5", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 010", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 99999999999999999999", "not a number of seconds", 0,
	    NULL },
	{ "block 192.0.2.7 34560001", "not a number of seconds", 0, NULL },
	{ "block 192.0.2.7 600 x", "too many words", 0, NULL },
	{ "block 192.0.2.1/24 600", "not an address or network", 0, NULL },
	{ "unblock", "too few words", 0, NULL },
	{ "unblock 0/0", "not an address or network", 0, NULL },
	{ "allow-add 192.0.2.7", "not a time", 0, NULL },
	{ "allow-add 192.0.2.7 x", "not a time", 0, NULL },
	{ "allow-add 192.0.2.7 0 ", "space at the end", 0, NULL },
	{ "allow-add 192.0.2.7 0 a\tb", "comment has a control character", 0,
	    NULL },
};

static void
test_lines(void)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct ctl_req r;
		struct net want;
		const char *net = lines[i].net;
		const char *wrong = ctlreq_parse((struct str){ lines[i].line,
						     strlen(lines[i].line) },
		    &r);
		bool ok = lines[i].wrong == NULL ?
		    wrong == NULL && r.verb == lines[i].verb :
		    wrong != NULL && strcmp(wrong, lines[i].wrong) == 0;

		if (ok && net != NULL)
			ok = net_parse((struct str){ net, strlen(net) },
				 &want) &&
			    addr_eq(&r.net.a, &want.a) &&
			    r.net.bits == want.bits;
		ZT_CASE(lines[i].line, ok);
	}
}

static void
test_line_parts(void)
{
	struct ctl_req r;
	char long_line[CTLREQ_LINE_MAX + 2];
	char comment[256] = "allow-add 192.0.2.7 1800000000 ";
	size_t n = strlen(comment);

	ZT_CASE("the comment is the rest of the line",
	    ctlreq_parse(STR("allow-add 192.0.2.7 1800000000 a b  c"), &r) ==
		    NULL &&
		strcmp(r.comment, "a b  c") == 0 && r.until_s == 1800000000);
	ZT_CASE("an address that is asked for stays whole",
	    ctlreq_parse(STR("why 2001:db8::7"), &r) == NULL &&
		r.addr.b[15] == 7);
	ZT_CASE("a report says which of the two it is",
	    ctlreq_parse(STR("report 192.0.2.7 spam"), &r) == NULL && r.spam &&
		ctlreq_parse(STR("report 192.0.2.7 ham"), &r) == NULL &&
		!r.spam && r.addr.b[3] == 7);
	memset(comment + n, 'x', CTLREQ_COMMENT_MAX);
	ZT_CASE("a comment of the limit",
	    ctlreq_parse((struct str){ comment, n + CTLREQ_COMMENT_MAX }, &r) ==
		    NULL &&
		strlen(r.comment) == CTLREQ_COMMENT_MAX);
	comment[n + CTLREQ_COMMENT_MAX] = 'x';
	ZT_CASE("and one more",
	    ctlreq_parse((struct str){ comment, n + CTLREQ_COMMENT_MAX + 1 },
		&r) != NULL);
	memset(long_line, 'a', sizeof(long_line));
	ZT_CASE("a line that is too long",
	    strcmp(ctlreq_parse((struct str){ long_line, sizeof(long_line) },
		       &r),
		"line is too long") == 0);
	ZT_CASE("a NUL is not the end",
	    ctlreq_parse((struct str){ "status\0", 7 }, &r) != NULL);
	ZT_CASE("nor is it in an address",
	    ctlreq_parse((struct str){ "why 192.0.2.7\0", 14 }, &r) != NULL);
}

/* ---- the server ---- */

static char dir[] = "/tmp/zt-ctl-XXXXXX";
static char path[64];

struct world {
	struct event_base *base;
	struct ctl *ctl;
	struct ctl_conn *waiting[CTL_CONNS_MAX + 8];
	size_t waiting_n, gone, pieces;
	int64_t now;
};

static bool
many_pieces(void *arg, struct ctl_conn *c, size_t *cursor)
{
	struct world *w = arg;
	char piece[1000];

	memset(piece, 'x', sizeof(piece));
	ctl_append(c, piece, sizeof(piece));
	w->pieces++;
	return ++*cursor == 1000;
}

/* status: at once; blocks: a stream; why: later; others: refused */
static void
on_request(void *arg, struct ctl_conn *c, const struct ctl_req *r)
{
	struct world *w = arg;

	if (r->verb == CTL_STATUS)
		ctl_reply(c, json_pack("{s:b}", "ok", 1));
	else if (r->verb == CTL_BLOCKS)
		ctl_stream(c, many_pieces, w);
	else if (r->verb == CTL_WHY)
		w->waiting[w->waiting_n++] = c;
	else
		ctl_error(c, "no: %s", ctl_verb_name[r->verb]);
}

static void
on_gone(void *arg, struct ctl_conn *c)
{
	struct world *w = arg;

	(void)c;
	w->gone++;
}

static bool
begin(struct world *w)
{
	int fd = ctl_listen(path, (gid_t)-1);
	struct ctl_conf cc = { .fd = fd,
		.arg = w,
		.request = on_request,
		.gone = on_gone };

	memset(w, 0, sizeof(*w));
	w->base = cc.base = event_base_new();
	w->ctl = ctl_new(&cc, 0);
	return fd >= 0 && w->ctl != NULL;
}

static void
end(struct world *w)
{
	ctl_free(w->ctl);
	event_base_free(w->base);
}

static void
spin(struct world *w)
{
	for (int i = 0; i < 20; i++)
		(void)event_base_loop(w->base, EVLOOP_NONBLOCK);
}

static int
dial(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		printf("  connect: %s\n", strerror(errno));
	return fd;
}

static int
ask(struct world *w, const char *text, size_t n)
{
	int fd = dial();

	spin(w);
	if (send(fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		printf("  send: %s\n", strerror(errno));
	spin(w);
	return fd;
}

/* All that came, and whether the connection is closed. */
static bool
answer(struct world *w, int fd, const char *want)
{
	char buf[4096];
	size_t n = 0;
	ssize_t k;

	spin(w);
	while ((k = recv(fd, buf + n, sizeof(buf) - n, 0)) > 0)
		n += (size_t)k;
	close(fd);
	/* k < 0: ECONNRESET is closed too, with something of ours unread */
	if (k < 0 && errno != ECONNRESET)
		return false;
	if (n != strlen(want) || memcmp(buf, want, n) != 0) {
		printf("  got \"%.*s\"\n", (int)n, buf);
		return false;
	}
	return true;
}

#define OK "{\"ok\":true}\n"

static void
test_answers(void)
{
	struct world w;
	struct stat sb;
	char garbage[4096];
	int fd;

	ZT_CASE("a server", begin(&w));
	ZT_CASE("its socket is ours alone",
	    stat(path, &sb) == 0 && (sb.st_mode & 0777) == 0600);
	ZT_CASE("one line, one object, closed",
	    answer(&w, ask(&w, "status\n", 7), OK));
	ZT_CASE("refused by the owner",
	    answer(&w, ask(&w, "allow-list\n", 11),
		"{\"ok\":false,\"error\":\"no: allow-list\"}\n"));
	ZT_CASE("refused by the parser",
	    answer(&w, ask(&w, "status \n", 8),
		"{\"ok\":false,\"error\":\"too many words\"}\n"));
	ZT_CASE("two lines are one too many",
	    answer(&w, ask(&w, "status\nstatus\n", 14),
		"{\"ok\":false,\"error\":\"more than one line\"}\n"));
	fd = ask(&w, "sta", 3);
	(void)!send(fd, "tus\n", 4, MSG_NOSIGNAL);
	ZT_CASE("in pieces", answer(&w, fd, OK));
	fd = ask(&w, "status\n", 7);
	(void)shutdown(fd, SHUT_WR);
	ZT_CASE("half closed by the asker", answer(&w, fd, OK));
	memset(garbage, 'g', sizeof(garbage));
	ZT_CASE("a line without end",
	    answer(&w, ask(&w, garbage, sizeof(garbage)),
		"{\"ok\":false,\"error\":\"line is too long\"}\n"));
	for (int i = 0; i < 200; i++) {
		for (size_t k = 0; k < 64; k++)
			garbage[k] = (char)zt_random();
		close(ask(&w, garbage, 64));
	}
	spin(&w);
	ZT_CASE("random bytes do no harm",
	    answer(&w, ask(&w, "status\n", 7), OK));
	end(&w);
}

static void
test_waiting(void)
{
	struct world w;
	int fd, gone;

	(void)begin(&w);
	fd = ask(&w, "why 192.0.2.7\n", 14);
	ZT_CASE("an answer may come later", w.waiting_n == 1);
	ctl_reply(w.waiting[0], json_pack("{s:b}", "ok", 1));
	ZT_CASE("and does", answer(&w, fd, OK));
	fd = ask(&w, "why 192.0.2.7\n", 14);
	ctl_tick(w.ctl, CTL_WAIT_S * 1000 + 1);
	ZT_CASE("one that does not come is an error",
	    answer(&w, fd,
		"{\"ok\":false,\"error\":\"the guard did not confirm within "
		"8 s\"}\n"));
	ZT_CASE("and the owner is told", w.gone == 1);
	gone = ask(&w, "why 192.0.2.7\n", 14);
	close(gone);
	ctl_reply(w.waiting[2], json_pack("{s:b}", "ok", 1));
	spin(&w);
	ZT_CASE("an asker that went away does no harm",
	    answer(&w, ask(&w, "status\n", 7), OK));
	fd = ask(&w, "why 192.0.2.7\n", 14);
	end(&w);
	ZT_CASE("the end of the server frees who waits", w.gone == 2);
	close(fd);
}

static void
test_slow(void)
{
	struct world w;
	struct ctl_counts n;
	char buf[8192];
	size_t got = 0;
	ssize_t k;
	int silent, slow, fd;

	(void)begin(&w);
	silent = ask(&w, "stat", 4);
	slow = ask(&w, "blocks\n", 7);
	ZT_CASE("a long answer waits for its reader", w.pieces < 1000);
	ZT_CASE("others are served meanwhile",
	    answer(&w, ask(&w, "status\n", 7), OK));
	ctl_tick(w.ctl, CTL_READ_S * 1000 + 1);
	ZT_CASE("who says nothing is dropped",
	    recv(silent, buf, sizeof(buf), 0) == 0);
	while ((k = recv(slow, buf, sizeof(buf), 0)) > 0 || errno == EAGAIN) {
		got += k > 0 ? (size_t)k : 0;
		spin(&w);
		if (k == 0)
			break;
		errno = 0;
	}
	ZT_CASE("a slow reader gets all of it",
	    k == 0 && got == 1000000 && w.pieces == 1000);
	fd = ask(&w, "blocks\n", 7);
	ctl_tick(w.ctl, 2 * CTL_WRITE_S * 1000 + CTL_READ_S * 1000);
	ctl_counts(w.ctl, &n);
	ZT_CASE("one that reads nothing is dropped", n.open_now == 0);
	close(fd);
	close(slow);
	close(silent);
	end(&w);
}

static void
test_many(void)
{
	struct world w;
	struct ctl_counts n;
	int fds[CTL_CONNS_MAX + 4];

	(void)begin(&w);
	for (size_t i = 0; i < CTL_CONNS_MAX; i++)
		fds[i] = ask(&w, "s", 1);
	ctl_counts(w.ctl, &n);
	ZT_CASE("many at once", n.open_now == CTL_CONNS_MAX);
	fds[CTL_CONNS_MAX] = dial();
	ZT_CASE("one too many is told so",
	    answer(&w, fds[CTL_CONNS_MAX],
		"{\"ok\":false,\"error\":\"too many connections\"}\n"));
	(void)!send(fds[3], "tatus\n", 6, MSG_NOSIGNAL);
	ZT_CASE("the others are served", answer(&w, fds[3], OK));
	ZT_CASE("and their places used again",
	    answer(&w, ask(&w, "status\n", 7), OK));
	for (size_t i = 0; i < CTL_CONNS_MAX; i++)
		if (i != 3)
			close(fds[i]);
	spin(&w);
	ctl_counts(w.ctl, &n);
	ZT_CASE("all gone", n.open_now == 0 && n.turned_away == 1);
	end(&w);
}

static void
test_listen(void)
{
	char far[200];
	int fd;
	struct stat sb;

	memset(far, 'x', sizeof(far));
	far[sizeof(far) - 1] = '\0';
	ZT_CASE("a path that is too long",
	    ctl_listen(far, (gid_t)-1) == -ENAMETOOLONG);
	ZT_CASE("a directory that is not there",
	    ctl_listen("/nowhere/at/all", (gid_t)-1) == -ENOENT);
	fd = ctl_listen(path, getgid());
	ZT_CASE("with a group: mode 0660",
	    fd >= 0 && stat(path, &sb) == 0 && (sb.st_mode & 0777) == 0660);
	close(fd);
}

static void
test_begin(void)
{
	ZT_CASE("a directory of our own", mkdtemp(dir) != NULL);
	(void)snprintf(path, sizeof(path), "%s/ctl", dir);
}

static void
test_end(void)
{
	ZT_CASE("cleaned up", unlink(path) == 0 && rmdir(dir) == 0);
}

static const struct zt_test tests[] = {
	{ "lines", test_lines },
	{ "parts of lines", test_line_parts },
	{ "begin", test_begin },
	{ "listen", test_listen },
	{ "answers", test_answers },
	{ "waiting", test_waiting },
	{ "slow", test_slow },
	{ "many", test_many },
	{ "end", test_end },
};
ZT_MAIN("daemon/ctl", tests)
