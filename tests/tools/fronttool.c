/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fronttool - starts zfw-front as zfwd does, and plays the engine to it
 *
 * zt-link: front/token daemon/frontmsg daemon/log fp/addr
 * zt-libs: libsodium
 *
 *	fronttool run front=PATH conf=FILE [smtp=ADDRESS:PORT]...
 *	    [http=ADDRESS:PORT] [quiet] [STATE=ADDRESS[,KIND[,UNTIL_S]]]...
 *	fronttool token ADDRESS [AGE_S [other]]
 *
 * `run` makes the listening sockets, says "pid N" of the front and "ready"
 * when that has said hello, then, unless `quiet`, "ask ADDRESS RESULT" and
 * "click ADDRESS RESULT" for each question.  STATE is what is known of a
 * client: blocked, no-more, limit, failed, or silent (no answer comes); KIND
 * is the number of a front_kind; the ADDRESS "others" stands for all that are
 * not named (else they are not blocked).  A click lifts a block, as a real
 * engine would: a token of that second or before is used up then.  Ends with
 * the front; on SIGTERM, or "quit" on its input, it hangs up, which must end
 * the front.  The last line is "exit CODE" of the front.
 * `token` prints one with the key that `run` gives to the front (`other`:
 * another key).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "front/token.h"

#define CLIENTS 256

static const uint8_t KEYS[2][FRONT_KEY_BYTES] = { "a key of the tests",
	"another key of the tests" };
static const uint8_t OTHER[FRONT_KEY_BYTES] = "nobody's key";

struct known {
	struct addr key;
	uint8_t result, kind; /* result 0: silent */
	int64_t until_s, lifted_s;
};

struct world {
	const char *front, *conf;
	bool quiet;
	struct known others; /* all that are not named */
	int fds[7];          /* by the number that the front has it under */
	size_t n;
	struct known known[CLIENTS];
};

static volatile sig_atomic_t over;

static void
on_term(int sig)
{
	(void)sig;
	over = 1;
}

static void
fail(const char *what)
{
	fprintf(stderr, "fronttool: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- the sockets ---- */

static int
listener(const char *text, bool *is_v6)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *sin = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)&ss;
	const char *colon = strrchr(text, ':');
	struct addr a;
	int fd, on = 1;

	if (colon == NULL ||
	    !addr_parse((struct str){ text, (size_t)(colon - text) }, &a)) {
		fprintf(stderr, "fronttool: not ADDRESS:PORT: %s\n", text);
		exit(2);
	}
	*is_v6 = a.family == 6;
	ss.ss_family = *is_v6 ? AF_INET6 : AF_INET;
	if (*is_v6) {
		memcpy(&sin6->sin6_addr, a.b, 16);
		sin6->sin6_port = htons((uint16_t)atoi(colon + 1));
	} else {
		memcpy(&sin->sin_addr, a.b, 4);
		sin->sin_port = htons((uint16_t)atoi(colon + 1));
	}
	fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    (*is_v6 &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) !=
		    0) ||
	    bind(fd, (struct sockaddr *)&ss,
		*is_v6 ? sizeof(*sin6) : sizeof(*sin)) != 0 ||
	    listen(fd, 511) != 0)
		fail(text);
	return fd;
}

/* In the child: each to its number, all others closed. */
static void
place_descriptors(const struct world *w)
{
	int high[7];

	for (int i = 3; i < 7; i++)
		high[i] = w->fds[i] < 0 ? -1 : fcntl(w->fds[i], F_DUPFD, 64);
	for (int i = 3; i < 7; i++)
		if (high[i] < 0)
			(void)close(i);
		else if (dup2(high[i], i) != i)
			fail("dup2");
	(void)close_range(7, ~0U, 0);
}

static pid_t
start(struct world *w, int *sock)
{
	int s[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, s) != 0)
		fail("socketpair");
	w->fds[3] = s[1];
	pid = fork();
	if (pid < 0)
		fail("fork");
	if (pid == 0) {
		place_descriptors(w);
		execl(w->front, w->front, "-c", w->conf, "-f", (char *)NULL);
		fail(w->front);
	}
	for (int i = 3; i < 7; i++)
		if (w->fds[i] >= 0)
			close(w->fds[i]);
	*sock = s[0];
	return pid;
}

/* ---- the engine ---- */

static struct known *
find(struct world *w, const struct addr *a)
{
	struct addr key = addr_key(a);

	for (size_t i = 0; i < w->n; i++)
		if (addr_eq(&w->known[i].key, &key))
			return &w->known[i];
	return NULL;
}

/* The others are remembered when one of them is let out. */
static struct known *
find_or_other(struct world *w, const struct addr *a, bool click)
{
	struct known *k = find(w, a);

	if (k != NULL || !click || w->n == CLIENTS)
		return k != NULL ? k : &w->others;
	k = &w->known[w->n++];
	*k = w->others;
	k->key = addr_key(a);
	return k;
}

static uint8_t
judge(struct known *k, const struct frontmsg *m)
{
	if (m->issued_s != 0 && m->issued_s <= k->lifted_s)
		return FRONT_USED;
	if (m->op != FRONT_CLICK || k->result != FRONT_BLOCKED)
		return k->result;
	k->result = FRONT_NOT_BLOCKED;
	k->lifted_s = time(NULL);
	return FRONT_LIFTED;
}

static void
answer(struct world *w, int sock, const struct frontmsg *m)
{
	static const char *const words[FRONT_RESULTS] = { "silent", "blocked",
		"lifted", "not-blocked", "used", "no-more", "limit", "failed" };
	struct known *k = find_or_other(w, &m->key, m->op == FRONT_CLICK);
	struct frontmsg tell = { .op = FRONT_TELL, .seq = m->seq };
	char who[ADDR_STRLEN];

	tell.result = judge(k, m);
	if (!w->quiet)
		printf("%s %s %s\n", m->op == FRONT_CLICK ? "click" : "ask",
		    addr_print(&m->key, who), words[tell.result]);
	if (tell.result == 0)
		return;
	if (tell.result == FRONT_BLOCKED) {
		tell.kind = k->kind;
		tell.tier = 1;
		tell.link = true;
		tell.until_s = k->until_s;
	}
	if (frontmsg_send(sock, &tell) != 0)
		puts("lost");
}

/* False: the front has ended. */
static bool
take(struct world *w, int sock)
{
	struct frontmsg m, keys = { .op = FRONT_KEYS };
	int rc;

	while ((rc = frontmsg_recv(sock, &m)) == 1 || rc == -EBADMSG) {
		if (rc == -EBADMSG) {
			puts("bad record");
		} else if (m.op == FRONT_HELLO) {
			memcpy(keys.keys, KEYS, sizeof(keys.keys));
			if (frontmsg_send(sock, &keys) != 0)
				fail("keys");
			puts("ready");
		} else {
			answer(w, sock, &m);
		}
	}
	return rc == -EAGAIN;
}

/* "quit", in one piece. */
static void
take_command(struct pollfd *p)
{
	char text[64];
	ssize_t n = read(p->fd, text, sizeof(text));

	if (n <= 0)
		p->fd = -1; /* nobody is there: not looked at any more */
	else if (n >= 4 && memcmp(text, "quit", 4) == 0)
		over = 1;
}

static int
run(struct world *w)
{
	struct sigaction sa = { .sa_handler = on_term };
	struct pollfd p[2] = { { .events = POLLIN },
		{ .fd = 0, .events = POLLIN } };
	int status = 0, sock;
	pid_t pid;

	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	pid = start(w, &sock);
	p[0].fd = sock;
	printf("pid %d\n", (int)pid);
	while (!over) {
		if (poll(p, 2, -1) <= 0)
			continue;
		if (p[1].revents != 0)
			take_command(&p[1]);
		if (p[0].revents != 0 && !take(w, sock))
			break;
	}
	close(sock); /* which ends the front */
	if (waitpid(pid, &status, 0) < 0)
		fail("waitpid");
	printf("exit %d\n",
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return 0;
}

/* ---- arguments ---- */

static bool
add_known(struct world *w, const char *name, size_t n, const char *value)
{
	static const struct {
		const char *name;
		uint8_t result;
	} states[] = { { "blocked", FRONT_BLOCKED },
		{ "no-more", FRONT_NO_MORE }, { "limit", FRONT_LIMIT },
		{ "failed", FRONT_FAILED },
		{ "not-blocked", FRONT_NOT_BLOCKED }, { "silent", 0 } };
	struct known k = { .kind = FRONT_KIND_BOTNET,
		.until_s = time(NULL) + 3600 };
	size_t addr_n = strcspn(value, ",");
	bool others = addr_n == 6 && memcmp(value, "others", 6) == 0;
	struct addr a = { 0 };
	unsigned kind;
	long long until_s;

	if (w->n == CLIENTS ||
	    (!others && !addr_parse((struct str){ value, addr_n }, &a)))
		return false;
	k.key = addr_key(&a);
	if (sscanf(value + addr_n, ",%u,%lld", &kind, &until_s) == 2)
		k.until_s = until_s;
	if (sscanf(value + addr_n, ",%u", &kind) == 1)
		k.kind = (uint8_t)kind;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strlen(states[i].name) == n &&
		    memcmp(states[i].name, name, n) == 0) {
			k.result = states[i].result;
			*(others ? &w->others : &w->known[w->n++]) = k;
			return true;
		}
	return false;
}

static bool
take_word(struct world *w, const char *word)
{
	size_t n = strcspn(word, "=");
	const char *value = word + n + 1;
	bool is_v6;
	int fd;

	if (strcmp(word, "quiet") == 0)
		return w->quiet = true;
	if (word[n] != '=')
		return false;
	if (strncmp(word, "front=", 6) == 0) {
		w->front = value;
	} else if (strncmp(word, "conf=", 5) == 0) {
		w->conf = value;
	} else if (strncmp(word, "http=", 5) == 0) {
		w->fds[6] = listener(value, &is_v6);
	} else if (strncmp(word, "smtp=", 5) == 0) {
		fd = listener(value, &is_v6);
		w->fds[is_v6 ? 5 : 4] = fd;
	} else {
		return add_known(w, word, n, value);
	}
	return true;
}

static int
print_token(int argc, char **argv)
{
	int64_t age_s = argc > 3 ? atoll(argv[3]) : 0;
	bool other = argc > 4 && strcmp(argv[4], "other") == 0;
	char t[TOKEN_MAX + 1];
	struct addr a;

	if (argc < 3 ||
	    !addr_parse((struct str){ argv[2], strlen(argv[2]) }, &a))
		return 2;
	puts(token_make(other ? OTHER : KEYS[0], &a, time(NULL) - age_s, t));
	return 0;
}

int
main(int argc, char **argv)
{
	static struct world w = { .fds = { -1, -1, -1, -1, -1, -1, -1 },
		.others.result = FRONT_NOT_BLOCKED };

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && strcmp(argv[1], "token") == 0)
		return print_token(argc, argv);
	if (argc < 2 || strcmp(argv[1], "run") != 0)
		return 2;
	for (int i = 2; i < argc; i++)
		if (!take_word(&w, argv[i])) {
			fprintf(stderr, "fronttool: what is %s?\n", argv[i]);
			return 2;
		}
	if (w.front == NULL || w.conf == NULL)
		return 2;
	return run(&w);
}
