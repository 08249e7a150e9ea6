/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/msg daemon/msgrec fp/addr
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/evidence_kind.h"
#include "daemon/msg.h"
#include "tests/zt.h"

static int pair[2];
static struct msg_in in;

static void
new_pair(void)
{
	if (pair[0] > 0) {
		close(pair[0]);
		close(pair[1]);
	}
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == -1)
		abort();
}

static unsigned
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static struct net
net_text(const char *text)
{
	struct net n = { { 0, { 0 } }, 0 };

	if (!net_parse((struct str){ text, strlen(text) }, &n))
		abort();
	return n;
}

static struct msg
block(void)
{
	struct msg m = { .op = MSG_BLOCK,
		.tier = 2,
		.score = 1000,
		.timeout_s = 3600 };

	m.reasons[0] = EVIDENCE_RATE;
	m.net = net_text("192.0.2.1");
	return m;
}

static bool
same(const struct msg *a, const struct msg *b)
{
	return a->op == b->op && a->tier == b->tier && a->score == b->score &&
	    memcmp(a->reasons, b->reasons, sizeof(a->reasons)) == 0 &&
	    addr_eq(&a->net.a, &b->net.a) && a->net.bits == b->net.bits &&
	    a->timeout_s == b->timeout_s && a->seq == b->seq &&
	    a->value == b->value && a->source == b->source &&
	    a->dev == b->dev && a->ino == b->ino && a->t_us == b->t_us &&
	    a->count == b->count && a->action == b->action &&
	    stack_eq(&a->stack, &b->stack) && addr_eq(&a->server, &b->server) &&
	    a->port == b->port && a->sport == b->sport;
}

static const struct {
	const char *name;
	struct msg m;
	const char *net;
	bool ok;
} cases[] = {
	{ "hello", { .op = MSG_HELLO }, NULL, true },
	{ "hello of one that loads", { .op = MSG_HELLO, .value = 1 }, NULL,
	    true },
	{ "hello with a value of 2", { .op = MSG_HELLO, .value = 2 }, NULL,
	    false },
	{ "hello with a network", { .op = MSG_HELLO }, "192.0.2.1", false },
	{ "no op", { .op = 0 }, NULL, false },
	{ "an unknown op", { .op = MSG_OPS }, NULL, false },
	{ "the last number", { .op = 255 }, NULL, false },
	{ "a block", { .op = MSG_BLOCK, .tier = 8, .score = 1, .timeout_s = 1 },
	    "192.0.2.1", true },
	{ "of a /64", { .op = MSG_RENEW, .tier = 1, .timeout_s = 1 },
	    "2001:db8::/64", true },
	{ "of nothing", { .op = MSG_BLOCK, .tier = 1, .timeout_s = 1 }, NULL,
	    false },
	{ "for ever", { .op = MSG_BLOCK, .tier = 1 }, "192.0.2.1", false },
	{ "of tier 0", { .op = MSG_BLOCK, .timeout_s = 1 }, "192.0.2.1",
	    false },
	{ "of tier 9", { .op = MSG_BLOCK, .tier = 9, .timeout_s = 1 },
	    "192.0.2.1", false },
	{ "with a score over 1000",
	    { .op = MSG_BLOCK, .tier = 1, .timeout_s = 1, .score = 1001 },
	    "192.0.2.1", false },
	{ "for no known reason",
	    { .op = MSG_BLOCK,
		.tier = 1,
		.timeout_s = 1,
		.reasons = { 1, EVIDENCE_KINDS } },
	    "192.0.2.1", false },
	{ "an unblock", { .op = MSG_UNBLOCK }, "192.0.2.0/24", true },
	{ "an unblock with a tier", { .op = MSG_UNBLOCK, .tier = 1 },
	    "192.0.2.0/24", false },
	{ "the whole internet", { .op = MSG_ALLOW_NET }, "0.0.0.0/0", true },
	{ "a sync", { .op = MSG_SYNC, .seq = UINT32_MAX }, NULL, true },
	{ "done", { .op = MSG_DONE, .seq = 1, .value = -ENOSPC }, NULL, true },
	{ "done, odd", { .op = MSG_DONE, .seq = 1, .value = 1 }, NULL, false },
	{ "a table", { .op = MSG_TABLE, .value = MSG_TABLE_FAILED }, NULL,
	    true },
	{ "an odd table", { .op = MSG_TABLE, .value = 4 }, NULL, false },
	{ "no table", { .op = MSG_TABLE }, NULL, false },
	{ "refused", { .op = MSG_REFUSED, .value = MSG_REFUSED_CUT }, "::/0",
	    true },
	{ "refused for no reason that there is",
	    { .op = MSG_REFUSED, .value = MSG_REFUSED_CUT + 1 }, "::/0",
	    false },
	{ "a log",
	    { .op = MSG_LOG_FD,
		.value = MSG_LOG_MISSING,
		.source = 65535,
		.dev = UINT64_MAX,
		.ino = UINT64_MAX },
	    NULL, true },
	{ "a log with a time",
	    { .op = MSG_LOG_FD, .value = MSG_LOG_MISSING, .t_us = 1 }, NULL,
	    false },
	{ "find a log", { .op = MSG_LOG_FIND, .ino = 1 }, NULL, true },
	{ "a packet", { .op = MSG_PACKET, .t_us = INT64_MIN, .value = 4032 },
	    NULL, true },
	{ "a block of one stack",
	    { .op = MSG_BLOCK,
		.tier = 1,
		.timeout_s = 1,
		.stack = { 52, 64240, 1460, true } },
	    "192.0.2.1", true },
	{ "a stack without MSS",
	    { .op = MSG_UNBLOCK, .stack = { 40, 0, 0, false } }, "192.0.2.1",
	    true },
	{ "a stack with an MSS of zero",
	    { .op = MSG_UNBLOCK, .stack = { 44, 1, 0, true } }, "192.0.2.1",
	    true },
	{ "a stack with the MSS that it has not",
	    { .op = MSG_UNBLOCK, .stack = { 44, 1, 1, false } }, "192.0.2.1",
	    false },
	{ "a stack without a length",
	    { .op = MSG_UNBLOCK, .stack = { 0, 1, 0, false } }, "192.0.2.1",
	    false },
	{ "a stack in a sync",
	    { .op = MSG_SYNC, .seq = 1, .stack = { 44, 1, 1, true } }, NULL,
	    false },
	{ "a rejection",
	    { .op = MSG_BLOCK,
		.tier = 1,
		.timeout_s = 1,
		.action = MSG_REJECT },
	    "192.0.2.1", true },
	{ "an unknown action",
	    { .op = MSG_BLOCK, .tier = 1, .timeout_s = 1, .action = 2 },
	    "192.0.2.1", false },
	{ "an action in a hello", { .op = MSG_HELLO, .action = MSG_REJECT },
	    NULL, false },
	{ "a cut", { .op = MSG_CUT, .port = 65535, .sport = 25 }, "192.0.2.1",
	    true },
	{ "a cut of a whole network", { .op = MSG_CUT, .port = 1, .sport = 25 },
	    "192.0.2.0/24", false },
	{ "a cut of a /64", { .op = MSG_CUT, .port = 1, .sport = 25 },
	    "2001:db8::/64", false },
	{ "a cut of one of IPv6", { .op = MSG_CUT, .port = 1, .sport = 25 },
	    "2001:db8::1", true },
	{ "a cut without the client's port", { .op = MSG_CUT, .sport = 25 },
	    "192.0.2.1", false },
	{ "a cut without our port", { .op = MSG_CUT, .port = 25 }, "192.0.2.1",
	    false },
	{ "ports in a sync", { .op = MSG_SYNC, .port = 1 }, NULL, false },
	{ "a verdict", { .op = MSG_VERDICT, .seq = 7, .value = 1 }, NULL,
	    true },
	{ "half a verdict", { .op = MSG_VERDICT, .seq = 7, .value = 2 }, NULL,
	    false },
	{ "inline", { .op = MSG_INLINE, .value = 1 }, NULL, true },
	{ "inline below zero", { .op = MSG_INLINE, .value = -1 }, NULL, false },
	{ "a check",
	    { .op = MSG_CHECK, .seq = 3, .stack = { 60, 64240, 1460, true } },
	    "192.0.2.1", true },
	{ "checked: there for ever",
	    { .op = MSG_CHECKED, .seq = 3, .value = INT32_MAX }, NULL, true },
	{ "checked: an error", { .op = MSG_CHECKED, .seq = 3, .value = -4095 },
	    NULL, true },
	{ "checked: no error", { .op = MSG_CHECKED, .value = -4096 }, NULL,
	    false },
	{ "the clock", { .op = MSG_CLOCK }, NULL, true },
	{ "the front is there", { .op = MSG_FRONT_GONE, .value = 1 }, NULL,
	    true },
	{ "a counter",
	    { .op = MSG_QUEUE,
		.value = MSG_QUEUE_LONGEST,
		.count = UINT64_MAX },
	    NULL, true },
	{ "an unknown counter", { .op = MSG_QUEUE, .value = MSG_QUEUES }, NULL,
	    false },
	{ "the clock of the loop", { .op = MSG_ALIVE }, NULL, true },
	{ "a network that is always blocked", { .op = MSG_LIST_NET },
	    "2001:db8::/40", true },
	{ "none of them", { .op = MSG_LIST_NET }, NULL, false },
	{ "a reload", { .op = MSG_RELOAD }, NULL, true },
	{ "a reload of something", { .op = MSG_RELOAD, .value = 1 }, NULL,
	    false },
	{ "it is in force", { .op = MSG_CONFIGURED, .value = 1 }, NULL, true },
	{ "it is not", { .op = MSG_CONFIGURED, .value = -22 }, NULL, true },
	{ "it is more than in force", { .op = MSG_CONFIGURED, .value = 2 },
	    NULL, false },
	{ "a count of nothing", { .op = MSG_HELLO, .count = 1 }, NULL, false },
	{ "an empty packet", { .op = MSG_PACKET }, NULL, false },
	{ "a packet of more than there can be",
	    { .op = MSG_PACKET, .value = 4033 }, NULL, false },
};

static void
test_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct msg m = cases[i].m, out;
		uint8_t b[MSG_BYTES];
		int e;

		if (cases[i].net != NULL)
			m.net = net_text(cases[i].net);
		msg_encode(&m, b);
		e = msg_decode(b, &out);
		/* A record has room for what its op has there only. */
		if ((m.t_us == 0 || m.op == MSG_PACKET) &&
		    (m.count == 0 || m.op == MSG_QUEUE) &&
		    (stack_none(&m.stack) || m.op != MSG_SYNC))
			ZT_CASE(cases[i].name,
			    cases[i].ok ? e == 0 && same(&m, &out) :
					  e == -EBADMSG);
		new_pair();
		if (m.op == MSG_PACKET)
			continue;
		e = msg_send(pair[0], &m, 1);
		ZT_CASE(cases[i].name, e == (cases[i].ok ? 0 : -EINVAL));
	}
}

static void
test_nets(void)
{
	static const struct {
		const char *name;
		uint8_t family, bits, b[16];
	} bad[] = {
		{ "family 5", 5, 32, { 192, 0, 2, 1 } },
		{ "IPv4 of 33 bits", 4, 33, { 192, 0, 2, 1 } },
		{ "IPv6 of 129 bits", 6, 129, { 0x20, 1 } },
		{ "host bits", 4, 24, { 192, 0, 2, 1 } },
		{ "more than four bytes", 4, 32, { 192, 0, 2, 1, 1 } },
		{ "v4-mapped", 6, 128,
		    { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 1, 2, 3, 4 } },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct msg m = { .op = MSG_UNBLOCK }, out;
		uint8_t b[MSG_BYTES];

		m.net.a.family = bad[i].family;
		m.net.bits = bad[i].bits;
		memcpy(m.net.a.b, bad[i].b, 16);
		msg_encode(&m, b);
		ZT_CASE(bad[i].name, msg_decode(b, &out) == -EBADMSG);
	}
}

/* A record of each kind, with all that it can carry. */
static size_t
kinds(struct msg m[8])
{
	m[0] = block();
	m[1] = block();
	m[1].stack = (struct stack){ 52, 64240, 1460, true };
	m[1].action = MSG_REJECT;
	m[2] = (struct msg){ .op = MSG_CUT, .port = 40000, .sport = 25 };
	m[2].net = net_text("2001:db8::7");
	m[2].server = net_text("2001:db8:1::25").a;
	m[3] = (struct msg){ .op = MSG_LOG_FIND, .source = 1, .dev = 2 };
	m[4] =
	    (struct msg){ .op = MSG_PACKET, .seq = 9, .t_us = 8, .value = 7 };
	m[5] = (struct msg){ .op = MSG_QUEUE, .value = 2, .count = 99 };
	m[6] = (struct msg){ .op = MSG_CHECK, .seq = 5 };
	m[6].net = net_text("192.0.2.9");
	m[6].stack = (struct stack){ 40, 512, 0, false };
	m[7] = (struct msg){ .op = MSG_REFUSED, .value = MSG_REFUSED_RATE };
	m[7].net = net_text("2001:db8::/48");
	return 8;
}

/* No single bit of a record may be flipped without it being seen or heard. */
static void
test_bits(void)
{
	struct msg m[8], out;
	uint8_t b[MSG_BYTES], again[MSG_BYTES];
	static const struct msg none;
	unsigned silent = 0, dirty = 0, lost = 0;
	size_t n = kinds(m);

	for (unsigned i = 0; i < n * MSG_BYTES * 8; i++) {
		const struct msg *k = &m[i / (MSG_BYTES * 8)];
		unsigned bit = i % (MSG_BYTES * 8);

		msg_encode(k, b);
		lost += msg_decode(b, &out) != 0 || !same(k, &out);
		b[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (msg_decode(b, &out) != 0) {
			dirty += !same(&out, &none);
			continue;
		}
		msg_encode(&out, again);
		silent += memcmp(b, again, MSG_BYTES) != 0;
	}
	ZT_CASE("what is sent is read", lost == 0);
	ZT_CASE("what is read is all that was there", silent == 0);
	ZT_CASE("what is refused is zeroed", dirty == 0);
}

static void
test_server(void)
{
	struct msg m = { .op = MSG_CUT, .port = 1, .sport = 25 };

	m.net = net_text("192.0.2.1");
	m.server = net_text("198.51.100.25").a;
	ZT_CASE("a cut may name the server", msg_ok(&m));
	m.server = net_text("2001:db8::25").a;
	ZT_CASE("but not of the other family", !msg_ok(&m));
	m.server = (struct addr){ 0, { 1 } };
	ZT_CASE("nor half an address", !msg_ok(&m));
	m.server.family = 5;
	ZT_CASE("nor of an unknown family", !msg_ok(&m));
	m = block();
	m.server = net_text("198.51.100.25").a;
	ZT_CASE("a block names none", !msg_ok(&m));
}

static void
test_layout(void)
{
	struct msg m = { .op = MSG_LOG_FIND,
		.source = 0x0102,
		.dev = 0x1112131415161718,
		.ino = 0x2122232425262728 };
	uint8_t b[MSG_BYTES];

	msg_encode(&m, b);
	ZT_CASE("little endian",
	    b[0] == MSG_VERSION && b[1] == MSG_LOG_FIND && b[6] == 2 &&
		b[7] == 1 && b[48] == 0x18 && b[63] == 0x21);
}

static void
test_send(void)
{
	struct msg m[MSG_MAX + 1];
	int e;

	for (size_t i = 0; i <= MSG_MAX; i++) {
		m[i] = block();
		m[i].timeout_s = (uint32_t)i + 1;
	}
	new_pair();
	ZT_CASE("nothing there", msg_recv(pair[1], &in) == -EAGAIN);
	ZT_CASE("no record", msg_send(pair[0], m, 0) == -EINVAL);
	ZT_CASE("too many", msg_send(pair[0], m, MSG_MAX + 1) == -EINVAL);
	ZT_CASE("one", msg_send(pair[0], m, 1) == 0);
	ZT_CASE("comes",
	    msg_recv(pair[1], &in) == 1 && same(&in.m[0], m) && in.fd == -1 &&
		in.packet_n == 0);
	ZT_CASE("64", msg_send(pair[0], m, MSG_MAX) == 0);
	ZT_CASE("come",
	    msg_recv(pair[1], &in) == MSG_MAX && same(&in.m[63], &m[63]));
	while ((e = msg_send(pair[0], m, MSG_MAX)) == 0)
		;
	ZT_CASE("a slow peer is EAGAIN", e == -EAGAIN);
	while ((e = msg_recv(pair[1], &in)) == MSG_MAX)
		;
	ZT_CASE("all of it comes whole", e == -EAGAIN);
	close(pair[0]);
	pair[0] = open("/dev/null", O_RDONLY);
	ZT_CASE("the peer is gone", msg_recv(pair[1], &in) == 0);
	ZT_CASE("sending says so", msg_send(pair[1], m, 1) == -EPIPE);
	new_pair();
	msg_send(pair[1], m, 1);
	close(pair[0]);
	pair[0] = open("/dev/null", O_RDONLY);
	ZT_CASE("gone with something unread", msg_recv(pair[1], &in) == 0);
}

static void
test_odd(void)
{
	uint8_t b[(MSG_MAX + 1) * MSG_BYTES] = { 0 };
	struct msg m = block();

	new_pair();
	for (size_t i = 0; i <= MSG_MAX; i++)
		msg_encode(&m, b + i * MSG_BYTES);
	if (send(pair[0], b, 63, 0) != 63)
		abort();
	ZT_CASE("a part of a record", msg_recv(pair[1], &in) == -EBADMSG);
	if (send(pair[0], b, 65, 0) != 65)
		abort();
	ZT_CASE("a record and a part", msg_recv(pair[1], &in) == -EBADMSG);
	if (send(pair[0], b, sizeof(b), 0) != sizeof(b))
		abort();
	ZT_CASE("65 records", msg_recv(pair[1], &in) == -EBADMSG && in.n == 0);
	b[64] = 99;
	if (send(pair[0], b, 128, 0) != 128)
		abort();
	ZT_CASE("one bad among good", msg_recv(pair[1], &in) == -EBADMSG);
	ZT_CASE("and the next is read",
	    msg_send(pair[0], &m, 1) == 0 && msg_recv(pair[1], &in) == 1);
}

/* `n` descriptors with that record. */
static void
send_fds(const struct msg *m, size_t n)
{
	uint8_t b[MSG_BYTES];
	union {
		struct cmsghdr head;
		char buf[CMSG_SPACE(16 * sizeof(int))];
	} c = { { 0 } };
	struct iovec iov = { b, sizeof(b) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	int fds[16];

	msg_encode(m, b);
	for (size_t i = 0; i < n; i++)
		fds[i] = STDIN_FILENO;
	h.msg_control = c.buf;
	h.msg_controllen = CMSG_SPACE(n * sizeof(int));
	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_RIGHTS;
	c.head.cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(&c.head), fds, n * sizeof(int));
	if (sendmsg(pair[0], &h, 0) != MSG_BYTES)
		abort();
}

static void
test_fd(void)
{
	struct msg m = { .op = MSG_LOG_FD,
		.value = MSG_LOG_CURRENT,
		.source = 3,
		.ino = 7 };
	struct msg plain = block();
	unsigned before;
	char c;
	int p[2];

	new_pair();
	if (pipe(p) == -1)
		abort();
	before = open_fds();
	ZT_CASE("a descriptor is sent", msg_send_fd(pair[0], &m, p[0]) == 0);
	ZT_CASE("and comes",
	    msg_recv(pair[1], &in) == 1 && in.fd >= 0 && in.m[0].ino == 7);
	ZT_CASE("closed on exec", fcntl(in.fd, F_GETFD) == FD_CLOEXEC);
	ZT_CASE("the same pipe",
	    write(p[1], "x", 1) == 1 && read(in.fd, &c, 1) == 1);
	close(in.fd);
	close(p[0]);
	close(p[1]);
	before -= 2;
	ZT_CASE("msg_send() does not send it",
	    msg_send(pair[0], &m, 1) == -EINVAL);
	ZT_CASE("nor without one", msg_send_fd(pair[0], &m, -1) == -EINVAL);
	ZT_CASE("nor with another op",
	    msg_send_fd(pair[0], &plain, 0) == -EINVAL);
	send_fds(&m, 2);
	ZT_CASE("two are refused", msg_recv(pair[1], &in) == -EBADMSG);
	send_fds(&m, 16);
	ZT_CASE("sixteen are refused", msg_recv(pair[1], &in) == -EBADMSG);
	send_fds(&plain, 1);
	ZT_CASE("one with a block is refused",
	    msg_recv(pair[1], &in) == -EBADMSG && in.fd == -1);
	m.value = MSG_LOG_MISSING;
	send_fds(&m, 1);
	ZT_CASE("one of a missing log is refused",
	    msg_recv(pair[1], &in) == -EBADMSG);
	m = (struct msg){ .op = MSG_FRONT_FD };
	ZT_CASE("the front comes with its socket",
	    msg_send_fd(pair[0], &m, 0) == 0 && msg_recv(pair[1], &in) == 1 &&
		in.fd >= 0 && close(in.fd) == 0);
	ZT_CASE("and not without", msg_send(pair[0], &m, 1) == -EINVAL);
	m = (struct msg){ .op = MSG_LOG_FD, .value = MSG_LOG_MISSING };
	ZT_CASE("no descriptor is left open", open_fds() == before);
	ZT_CASE("a missing log has none",
	    msg_send(pair[0], &m, 1) == 0 && msg_recv(pair[1], &in) == 1);
}

static void
test_packet(void)
{
	uint8_t ip[(MSG_MAX - 1) * MSG_BYTES + 1], b[3 * MSG_BYTES] = { 0 };
	struct msg m = { .op = MSG_PACKET, .t_us = 5, .value = 60 };
	unsigned wrong = 0;

	new_pair();
	for (size_t i = 0; i < sizeof(ip); i++)
		ip[i] = (uint8_t)zt_random();
	for (size_t n = 1; n < sizeof(ip); n += n < 200 ? 1 : 97)
		if (msg_send_packet(pair[0], (int64_t)n, (uint32_t)n, ip, n) !=
			0 ||
		    msg_recv(pair[1], &in) != 1 || in.packet_n != n ||
		    memcmp(in.packet, ip, n) != 0 ||
		    in.m[0].t_us != (int64_t)n || in.m[0].seq != n)
			wrong++;
	ZT_CASE("packets of all sizes", wrong == 0);
	ZT_CASE("an empty one",
	    msg_send_packet(pair[0], 1, 1, ip, 0) == -EMSGSIZE);
	ZT_CASE("one too long",
	    msg_send_packet(pair[0], 1, 1, ip, sizeof(ip)) == -EMSGSIZE);
	msg_encode(&m, b);
	if (send(pair[0], b, 64, 0) != 64)
		abort();
	ZT_CASE("bytes missing", msg_recv(pair[1], &in) == -EBADMSG);
	if (send(pair[0], b, 192, 0) != 192)
		abort();
	ZT_CASE("bytes too many", msg_recv(pair[1], &in) == -EBADMSG);
	b[127] = 1;
	if (send(pair[0], b, 128, 0) != 128)
		abort();
	ZT_CASE("padding that is not zero", msg_recv(pair[1], &in) == -EBADMSG);
	b[127] = 0;
	if (send(pair[0], b, 128, 0) != 128)
		abort();
	ZT_CASE("as it should be",
	    msg_recv(pair[1], &in) == 1 && in.packet_n == 60);
	memmove(b + 64, b, 64);
	m = block();
	msg_encode(&m, b);
	if (send(pair[0], b, 192, 0) != 192)
		abort();
	ZT_CASE("a packet behind a block",
	    msg_recv(pair[1], &in) == -EBADMSG && in.packet_n == 0);
}

/* Packet `i` of the message just received: is it these bytes? */
static bool
packet_is(size_t i, const uint8_t *ip, size_t n)
{
	size_t at = 0;

	for (size_t k = 0; k < i; k++)
		at += (size_t)in.m[k].value;
	return i < in.n && (size_t)in.m[i].value == n && in.m[i].seq == i &&
	    memcmp(in.packet + at, ip, n) == 0;
}

static void
test_packets(void)
{
	static struct msg_packets b;
	uint8_t ip[256];
	unsigned wrong = 0;
	uint32_t n = 0;
	struct msg m = block();

	new_pair();
	for (size_t i = 0; i < sizeof(ip); i++)
		ip[i] = (uint8_t)zt_random();
	ZT_CASE("nothing to send", msg_packets_send(pair[0], &b) == 0);
	ZT_CASE("and nothing comes", msg_recv(pair[1], &in) == -EAGAIN);
	while (msg_packets_add(&b, 1, n, ip + n, 60))
		n++;
	ZT_CASE("32 SYNs fit", n == 32 && b.n == 32);
	ZT_CASE("and go together",
	    msg_packets_send(pair[0], &b) == 0 && b.n == 0);
	ZT_CASE("and come together",
	    msg_recv(pair[1], &in) == 32 && in.packet_n == 32 * 60);
	for (uint32_t i = 0; i < n; i++)
		wrong += !packet_is(i, ip + i, 60);
	ZT_CASE("each as it was", wrong == 0);
	(void)msg_packets_add(&b, 1, 0, ip, 64);
	(void)msg_packets_add(&b, 2, 1, ip + 1, 1);
	(void)msg_packets_add(&b, 3, 2, ip + 2, 200);
	ZT_CASE("sizes may differ",
	    msg_packets_send(pair[0], &b) == 0 && msg_recv(pair[1], &in) == 3 &&
		packet_is(0, ip, 64) && packet_is(1, ip + 1, 1) &&
		packet_is(2, ip + 2, 200) && in.m[2].t_us == 3);
	ZT_CASE("no empty one", !msg_packets_add(&b, 1, 0, ip, 0));
	(void)msg_packets_add(&b, 1, 0, ip, 60);
	msg_encode(&m, b.bytes + 2 * MSG_BYTES);
	if (send(pair[0], b.bytes, 192, 0) != 192)
		abort();
	ZT_CASE("nothing else behind packets",
	    msg_recv(pair[1], &in) == -EBADMSG);
}

static const struct zt_test tests[] = {
	{ "cases", test_cases },
	{ "nets", test_nets },
	{ "bits", test_bits },
	{ "layout", test_layout },
	{ "send", test_send },
	{ "odd", test_odd },
	{ "fd", test_fd },
	{ "packet", test_packet },
	{ "packets", test_packets },
	{ "server", test_server },
};

ZT_MAIN("msg", tests)
