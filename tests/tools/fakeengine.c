/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fakeengine - an engine that says to the guard what a test tells it to
 *
 * zt-link: daemon/msg daemon/msgrec fp/addr
 *
 * Started by zfwd with ZFW_ENGINE, in place of zfw-engine.  Works in the
 * directory $ZFW_FAKE_DIR: reads commands from the fifo `cmd`, appends what
 * the guard says, one line each, to `out`.  Answers MSG_RESYNC with the
 * networks of `allow` and all that it has blocked.  Commands:
 *
 *   block|renew NET SECONDS [TIER] [reject] [stack=LEN,WINDOW,MSS]
 *   unblock NET [reject] [stack=...]   burst N FIRST SECONDS
 *   allow NET...   sync SEQ   restore (unasked)   find SOURCE DEV INO
 *   cut CLIENT PORT SERVER SPORT   check SEQ NET [reject] [stack=...]
 *   inline 0|1   verdict accept|drop|none (from now on)
 *   quiet (says nothing of packets)   garbage   deaf (reads nothing more)   exit STATUS   crash
 *
 * An MSS of - is a SYN without one.
 */
#include "daemon/msg.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define GUARD_FD  3
#define WAKE_FD   4
#define KEPT_MAX  200000
#define ALLOW_MAX 256

static struct msg kept[KEPT_MAX];
static size_t kept_n;
static struct net allowed[ALLOW_MAX];
static size_t allowed_n;
static struct msg batch[MSG_MAX];
static size_t batch_n;
static FILE *out;
static int front_fd = -1;
static bool deaf, quiet;
static int verdict = 1; /* -1: none at all */
static bool waits;      /* the guard waits for verdicts */

static void __attribute__((format(printf, 1, 2))) say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vfprintf(out, fmt, ap);
	va_end(ap);
	(void)fputc('\n', out);
	(void)fflush(out);
}

static void
flush(void)
{
	struct pollfd p = { .fd = GUARD_FD, .events = POLLOUT };
	int rc;

	while (batch_n > 0) {
		rc = msg_send(GUARD_FD, batch, batch_n);
		if (rc == 0)
			batch_n = 0;
		else if (rc == -EAGAIN)
			(void)poll(&p, 1, 1000);
		else
			exit(3);
	}
}

static void
tell(const struct msg *m)
{
	batch[batch_n++] = *m;
	if (batch_n == MSG_MAX)
		flush();
}

static void
tell_op(enum msg_op op)
{
	tell(&(struct msg){ .op = (uint8_t)op });
}

static void
restore(uint32_t seq)
{
	tell(&(struct msg){ .op = MSG_RESTORE_BEGIN, .seq = seq });
	for (size_t i = 0; i < kept_n; i++)
		tell(&kept[i]);
	tell_op(MSG_RESTORE_END);
}

static void
tell_allowed(void)
{
	tell_op(MSG_ALLOW_BEGIN);
	for (size_t i = 0; i < allowed_n; i++)
		tell(&(struct msg){ .op = MSG_ALLOW_NET, .net = allowed[i] });
	tell_op(MSG_ALLOW_END);
}

/* `m` has the net and what it is narrowed to. */
static void
block(enum msg_op op, struct msg m, unsigned seconds, unsigned tier)
{
	m.op = (uint8_t)op;
	m.score = 981;
	m.timeout_s = seconds;
	m.tier = (uint8_t)tier;
	m.reasons[0] = 4;
	m.reasons[1] = 9;
	tell(&m);
	m.op = MSG_BLOCK;
	if (op == MSG_BLOCK && kept_n < KEPT_MAX)
		kept[kept_n++] = m;
}

static void
forget(const struct msg *m)
{
	for (size_t i = 0; i < kept_n; i++)
		if (net_covers(&m->net, &kept[i].net) &&
		    kept[i].action == m->action &&
		    stack_eq(&kept[i].stack, &m->stack))
			kept[i--] = kept[--kept_n];
}

/* The next word of the command as a network; an address is a /32 or /64. */
static struct net
word_net(char **rest)
{
	const char *w = strsep(rest, " \n");
	struct str s = { w, w == NULL ? 0 : strlen(w) };
	struct addr a;
	struct net n;

	if (addr_parse(s, &a))
		return addr_key_net(&a);
	if (!net_parse(s, &n)) {
		say("error no network: %s", w == NULL ? "" : w);
		exit(2);
	}
	return n;
}

static unsigned long
word_number(char **rest, unsigned long none)
{
	const char *w = strsep(rest, " \n");

	return w == NULL || *w == '\0' ? none : strtoul(w, NULL, 10);
}

/* "reject" and "stack=LEN,WINDOW,MSS", in any order, to the end. */
static void
words_narrow(char **rest, struct msg *m)
{
	const char *w;

	while ((w = strsep(rest, " \n")) != NULL) {
		unsigned len, window, mss;
		int n;

		if (strcmp(w, "reject") == 0)
			m->action = MSG_REJECT;
		n = sscanf(w, "stack=%u,%u,%u", &len, &window, &mss);
		if (n < 2)
			continue;
		m->stack.len = (uint16_t)len;
		m->stack.window = (uint16_t)window;
		m->stack.has_mss = n == 3;
		m->stack.mss = n == 3 ? (uint16_t)mss : 0;
	}
}

static void
burst(char **rest)
{
	unsigned long n = word_number(rest, 1);
	struct net first = word_net(rest);
	unsigned seconds = (unsigned)word_number(rest, 600);
	struct rd r = rd_init(first.a.b, 4);
	uint32_t a = rd_be32(&r);

	while (n-- > 0) {
		struct addr v4 = addr_v4(a++);

		block(MSG_BLOCK, (struct msg){ .net = addr_key_net(&v4) },
		    seconds, 2);
	}
}

static void
do_net(const char *word, char **rest)
{
	struct msg m = { .op = MSG_UNBLOCK, .net = word_net(rest) };
	unsigned seconds = 0, tier = 0;

	if (strcmp(word, "unblock") != 0) {
		seconds = (unsigned)word_number(rest, 600);
		tier = (unsigned)word_number(rest, 1);
	}
	words_narrow(rest, &m);
	if (seconds > 0 || strcmp(word, "unblock") != 0) {
		block(*word == 'b' ? MSG_BLOCK : MSG_RENEW, m, seconds, tier);
		return;
	}
	forget(&m);
	tell(&m);
}

static struct addr
word_addr(char **rest)
{
	const char *w = strsep(rest, " \n");
	struct addr a = { .family = 0 };

	if (w != NULL)
		(void)addr_parse((struct str){ w, strlen(w) }, &a);
	return a;
}

static void
do_cut(char **rest)
{
	struct msg m = { .op = MSG_CUT };

	m.net.a = word_addr(rest);
	m.net.bits = m.net.a.family == 4 ? 32 : 128;
	m.port = (uint16_t)word_number(rest, 0);
	m.server = word_addr(rest);
	m.sport = (uint16_t)word_number(rest, 25);
	tell(&m);
}

static void
do_check(char **rest)
{
	struct msg m = { .op = MSG_CHECK };

	m.seq = (uint32_t)word_number(rest, 0);
	m.net = word_net(rest);
	words_narrow(rest, &m);
	tell(&m);
}

static void
do_inline(char **rest)
{
	waits = word_number(rest, 0) == 1;
	tell(&(struct msg){ .op = MSG_INLINE, .value = waits });
}

static void
do_verdict(const char *word)
{
	verdict = strncmp(word, "accept", 6) == 0 ? 1 :
	    strncmp(word, "drop", 4) == 0         ? 0 :
						    -1;
}

static void
do_allow(char **rest)
{
	allowed_n = 0;
	while (*rest != NULL && **rest != '\0' && allowed_n < ALLOW_MAX)
		allowed[allowed_n++] = word_net(rest);
	tell_allowed();
}

static void
do_find(char **rest)
{
	struct msg m = { .op = MSG_LOG_FIND };

	m.source = (uint16_t)word_number(rest, 0);
	m.dev = word_number(rest, 0);
	m.ino = word_number(rest, 0);
	tell(&m);
}

static void
command(char *line)
{
	char *rest = line;
	const char *word = strsep(&rest, " \n");

	if (strcmp(word, "block") == 0 || strcmp(word, "renew") == 0 ||
	    strcmp(word, "unblock") == 0)
		do_net(word, &rest);
	else if (strcmp(word, "cut") == 0)
		do_cut(&rest);
	else if (strcmp(word, "check") == 0)
		do_check(&rest);
	else if (strcmp(word, "inline") == 0)
		do_inline(&rest);
	else if (strcmp(word, "verdict") == 0)
		do_verdict(rest);
	else if (strcmp(word, "quiet") == 0)
		quiet = true;
	else if (strcmp(word, "burst") == 0)
		burst(&rest);
	else if (strcmp(word, "allow") == 0)
		do_allow(&rest);
	else if (strcmp(word, "restore") == 0)
		restore(0); /* of no question */
	else if (strcmp(word, "find") == 0)
		do_find(&rest);
	else if (strcmp(word, "sync") == 0)
		tell(&(struct msg){ .op = MSG_SYNC,
		    .seq = (uint32_t)word_number(&rest, 0) });
	else if (strcmp(word, "garbage") == 0)
		(void)send(GUARD_FD, "garbage", 7, 0);
	else if (strcmp(word, "deaf") == 0)
		deaf = true;
	else if (strcmp(word, "crash") == 0)
		abort();
	else if (strcmp(word, "exit") == 0)
		exit((int)word_number(&rest, 0));
	else
		say("error no command: %s", word);
	flush();
}

static const char *
net_text(const struct msg *m)
{
	static char buf[ADDR_STRLEN];

	return net_print(&m->net, buf);
}

static void
say_log(const struct msg *m, int fd)
{
	static const char *const words[] = { "?", "current", "old", "missing",
		"denied" };
	char line[64] = "";
	ssize_t n = fd == -1 ? 0 : pread(fd, line, sizeof(line) - 1, 0);

	line[n > 0 ? strcspn(line, "\n") : 0] = '\0';
	say("log %u %s %llu %llu %s", m->source, words[m->value],
	    (unsigned long long)m->dev, (unsigned long long)m->ino, line);
	if (fd != -1)
		close(fd);
}

static void
on_record(const struct msg *m, const struct msg_in *in)
{
	static const char *const tables[] = { "?", "on", "off", "failed" };
	static const char *const refusals[] = { "?", "never", "full", "rate",
		"shadow", "kernel", "cut" };

	switch (m->op) {
	case MSG_HELLO:
		say("hello");
		break;
	case MSG_DONE:
		say("done %u %d", m->seq, m->value);
		break;
	case MSG_RESYNC:
		say("resync");
		tell_allowed();
		restore(m->seq);
		flush();
		break;
	case MSG_TABLE:
		say("table %s", tables[m->value]);
		break;
	case MSG_OWN_ADD:
		say("own %s", net_text(m));
		break;
	case MSG_OWN_DEL:
		say("unown %s", net_text(m));
		break;
	case MSG_REFUSED:
		say("refused %s %s", net_text(m), refusals[m->value]);
		break;
	case MSG_LOG_FD:
		say_log(m, in->fd);
		break;
	case MSG_PACKET:
		if (!quiet)
			say("packet %d", m->value);
		if (waits && verdict >= 0)
			tell(&(struct msg){ .op = MSG_VERDICT,
			    .seq = m->seq,
			    .value = verdict });
		break;
	case MSG_CHECKED:
		say("checked %u %d", m->seq, m->value);
		break;
	case MSG_CLOCK:
		say("clock");
		break;
	case MSG_FRONT_FD:
		say("front %s", in->fd == -1 ? "missing" : "there");
		front_fd = in->fd; /* kept: closing it ends the front */
		break;
	case MSG_FRONT_GONE:
		say("front-gone %d", m->value);
		break;
	case MSG_QUEUE:
		say("queue %d %llu", m->value, (unsigned long long)m->count);
		break;
	default:
		say("error op %u", m->op);
	}
}

static void
on_guard(void)
{
	static struct msg_in in;
	int n = msg_recv(GUARD_FD, &in);

	if (n == 0) {
		say("eof");
		exit(0);
	}
	if (n < 0 && n != -EAGAIN) {
		say("error recv %d", n);
		exit(3);
	}
	for (int i = 0; i < n; i++)
		on_record(&in.m[i], &in);
	flush();
}

static void
on_wake(void)
{
	uint64_t count;

	if (read(WAKE_FD, &count, sizeof(count)) == (ssize_t)sizeof(count))
		say("wake %llu", (unsigned long long)count);
}

/* Whole lines only; tests write each in one go. */
static void
on_command(int fd)
{
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);
	char *rest = buf, *line;

	buf[n > 0 ? n : 0] = '\0';
	while ((line = strsep(&rest, "\n")) != NULL)
		if (*line != '\0')
			command(line);
}

static int
open_in(const char *dir, const char *name, int flags)
{
	char path[4096];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_CLOEXEC, 0644);
	if (fd == -1) {
		perror(path);
		exit(2);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	const char *dir = getenv("ZFW_FAKE_DIR");
	struct pollfd p[3] = { { .events = POLLIN }, { .events = POLLIN },
		{ .events = POLLIN } };

	if (dir == NULL)
		return 2;
	out = fdopen(open_in(dir, "out", O_WRONLY | O_CREAT | O_APPEND), "a");
	p[0].fd = open_in(dir, "cmd", O_RDWR | O_NONBLOCK);
	p[1].fd = GUARD_FD;
	p[2].fd = WAKE_FD;
	for (int i = 1; i < argc; i++)
		say("arg %s", argv[i]);
	if (getenv("ZFW_FAKE_MUTE") == NULL)
		tell_op(MSG_HELLO);
	flush();
	while (poll(p, 3, -1) != -1 || errno == EINTR) {
		if (p[0].revents)
			on_command(p[0].fd);
		if (p[1].revents && !deaf)
			on_guard();
		if (p[2].revents)
			on_wake();
		if (deaf)
			p[1].fd = -1;
	}
	return 1;
}
