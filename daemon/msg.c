/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/msg.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/evidence_kind.h"
#include "fp/le.h"

/* What a record of that op carries; all else in it must be zero. */
enum {
	HAS_NET = 1 << 0,
	HAS_BLOCK = 1 << 1, /* tier, score, reasons, timeout_s */
	HAS_SEQ = 1 << 2,
	HAS_VALUE = 1 << 3,
	HAS_LOG = 1 << 4, /* source, dev, ino */
	HAS_TIME = 1 << 5,
};

static const struct {
	unsigned has;
	int32_t min, max; /* of value */
} ops[MSG_OPS] = {
	[MSG_BLOCK] = { HAS_NET | HAS_BLOCK, 0, 0 },
	[MSG_UNBLOCK] = { HAS_NET, 0, 0 },
	[MSG_RENEW] = { HAS_NET | HAS_BLOCK, 0, 0 },
	[MSG_ALLOW_NET] = { HAS_NET, 0, 0 },
	[MSG_SYNC] = { HAS_SEQ, 0, 0 },
	[MSG_LOG_FIND] = { HAS_LOG, 0, 0 },
	[MSG_DONE] = { HAS_SEQ | HAS_VALUE, -4095, 0 },
	[MSG_TABLE] = { HAS_VALUE, MSG_TABLE_ON, MSG_TABLE_FAILED },
	[MSG_OWN_ADD] = { HAS_NET, 0, 0 },
	[MSG_OWN_DEL] = { HAS_NET, 0, 0 },
	[MSG_REFUSED] = { HAS_NET | HAS_VALUE, MSG_REFUSED_NEVER,
	    MSG_REFUSED_KERNEL },
	[MSG_LOG_FD] = { HAS_LOG | HAS_VALUE, MSG_LOG_CURRENT, MSG_LOG_DENIED },
	[MSG_PACKET] = { HAS_TIME | HAS_VALUE, 1, (MSG_MAX - 1) * MSG_BYTES },
};

static bool
net_ok(const struct net *n)
{
	struct addr a;

	if (n->a.family == 4) {
		if (n->bits > 32)
			return false;
		a = addr_v4_bytes(n->a.b);
	} else if (n->a.family == 6) {
		if (n->bits > 128)
			return false;
		a = addr_v6_bytes(n->a.b); /* v4-mapped becomes another */
	} else {
		return false;
	}
	if (!addr_eq(&a, &n->a))
		return false;
	a = addr_mask(&n->a, n->bits);
	return addr_eq(&a, &n->a);
}

static bool
net_none(const struct net *n)
{
	static const struct addr none;

	return n->bits == 0 && addr_eq(&n->a, &none);
}

static bool
block_ok(const struct msg *m)
{
	for (size_t i = 0; i < sizeof(m->reasons); i++)
		if (m->reasons[i] >= EVIDENCE_KINDS)
			return false;
	/* For the kernel a timeout of 0 would mean for ever. */
	return m->tier >= 1 && m->tier <= 8 && m->score <= 1000 &&
	    m->timeout_s > 0;
}

static bool
block_none(const struct msg *m)
{
	static const uint8_t none[sizeof(m->reasons)];

	return m->tier == 0 && m->score == 0 && m->timeout_s == 0 &&
	    memcmp(m->reasons, none, sizeof(none)) == 0;
}

/* Does it carry exactly what its op carries, all of it within range? */
static bool
msg_ok(const struct msg *m)
{
	unsigned has;

	if (m->op < MSG_HELLO || m->op >= MSG_OPS)
		return false;
	has = ops[m->op].has;
	if (!(has & HAS_NET ? net_ok(&m->net) : net_none(&m->net)))
		return false;
	if (!(has & HAS_BLOCK ? block_ok(m) : block_none(m)))
		return false;
	if (!(has & HAS_SEQ) && m->seq != 0)
		return false;
	if (m->value < ops[m->op].min || m->value > ops[m->op].max)
		return false;
	if (!(has & HAS_LOG) && (m->source != 0 || m->dev != 0 || m->ino != 0))
		return false;
	return has & HAS_TIME || m->t_us == 0;
}

/*
 * The record: version, op, tier, family, score:2, source:2, reasons:4,
 * prefix, zero:3, address:16, timeout_s:4, seq:4, value:4, zero:4, and then
 * dev:8, ino:8 - or t_us:8, zero:8 in a MSG_PACKET.
 */
void
msg_encode(const struct msg *m, uint8_t out[MSG_BYTES])
{
	struct wr w = wr_init(out, MSG_BYTES);
	bool time = m->op == MSG_PACKET;

	memset(out, 0, MSG_BYTES);
	wr_u8(&w, MSG_VERSION);
	wr_u8(&w, m->op);
	wr_u8(&w, m->tier);
	wr_u8(&w, m->net.a.family);
	wr_le16(&w, m->score);
	wr_le16(&w, m->source);
	wr_bytes(&w, m->reasons, sizeof(m->reasons));
	wr_u8(&w, m->net.bits);
	w.n += 3;
	wr_bytes(&w, m->net.a.b, sizeof(m->net.a.b));
	wr_le32(&w, m->timeout_s);
	wr_le32(&w, m->seq);
	wr_le32(&w, (uint32_t)m->value);
	w.n += 4;
	wr_le64(&w, time ? (uint64_t)m->t_us : m->dev);
	wr_le64(&w, time ? 0 : m->ino);
}

static void
take_bytes(struct rd *r, uint8_t *to, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (p != NULL)
		memcpy(to, p, n);
}

static bool
decode(struct rd r, struct msg *m)
{
	bool ok = rd_u8(&r) == MSG_VERSION;
	uint32_t zero;
	uint64_t a, b;

	m->op = rd_u8(&r);
	m->tier = rd_u8(&r);
	m->net.a.family = rd_u8(&r);
	m->score = rd_le16(&r);
	m->source = rd_le16(&r);
	take_bytes(&r, m->reasons, sizeof(m->reasons));
	m->net.bits = rd_u8(&r);
	zero = rd_u8(&r);
	zero |= rd_le16(&r);
	take_bytes(&r, m->net.a.b, sizeof(m->net.a.b));
	m->timeout_s = rd_le32(&r);
	m->seq = rd_le32(&r);
	m->value = (int32_t)rd_le32(&r);
	zero |= rd_le32(&r);
	a = rd_le64(&r);
	b = rd_le64(&r);
	if (m->op == MSG_PACKET) {
		m->t_us = (int64_t)a;
		ok = ok && b == 0;
	} else {
		m->dev = a;
		m->ino = b;
	}
	return ok && !r.bad && zero == 0 && msg_ok(m);
}

int
msg_decode(const uint8_t in[MSG_BYTES], struct msg *m)
{
	memset(m, 0, sizeof(*m));
	if (decode(rd_init(in, MSG_BYTES), m))
		return 0;
	memset(m, 0, sizeof(*m));
	return -EBADMSG;
}

/* Does it travel with a descriptor? */
static bool
wants_fd(const struct msg *m)
{
	return m->op == MSG_LOG_FD && m->value <= MSG_LOG_OLD;
}

/* The only sender; `fd` -1 = none. */
static int
send_bytes(int sock, uint8_t *bytes, size_t n, int fd)
{
	union {
		struct cmsghdr head; /* for its alignment */
		char buf[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { bytes, n };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t sent;

	if (fd >= 0) {
		struct cmsghdr *c;

		h.msg_control = control.buf;
		h.msg_controllen = sizeof(control.buf);
		c = CMSG_FIRSTHDR(&h);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(int));
	}
	do
		sent = sendmsg(sock, &h, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	if (sent == -1)
		return -errno;
	return (size_t)sent == n ? 0 : -EIO; /* SEQPACKET: whole or not */
}

int
msg_send(int sock, const struct msg *m, size_t n)
{
	uint8_t bytes[MSG_MAX * MSG_BYTES];

	if (n < 1 || n > MSG_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (!msg_ok(&m[i]) || m[i].op == MSG_PACKET || wants_fd(&m[i]))
			return -EINVAL;
		msg_encode(&m[i], bytes + i * MSG_BYTES);
	}
	return send_bytes(sock, bytes, n * MSG_BYTES, -1);
}

int
msg_send_fd(int sock, const struct msg *m, int fd)
{
	uint8_t bytes[MSG_BYTES];

	if (!msg_ok(m) || !wants_fd(m) || fd < 0)
		return -EINVAL;
	msg_encode(m, bytes);
	return send_bytes(sock, bytes, sizeof(bytes), fd);
}

int
msg_send_packet(int sock, int64_t t_us, const void *ip, size_t n)
{
	uint8_t bytes[MSG_MAX * MSG_BYTES] = { 0 };
	struct msg m = { .op = MSG_PACKET };
	size_t records = 1 + (n + MSG_BYTES - 1) / MSG_BYTES;

	if (n < 1 || n > (MSG_MAX - 1) * MSG_BYTES)
		return -EMSGSIZE;
	m.t_us = t_us;
	m.value = (int32_t)n;
	msg_encode(&m, bytes);
	memcpy(bytes + MSG_BYTES, ip, n);
	return send_bytes(sock, bytes, records * MSG_BYTES, -1);
}

/* Takes the first descriptor, closes further ones; how many there were. */
static size_t
take_fds(struct msghdr *h, int *fd)
{
	size_t found = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c != NULL;
	     c = CMSG_NXTHDR(h, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int f;

			memcpy(&f, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
			if (found++ == 0)
				*fd = f;
			else
				close(f);
		}
	}
	return found;
}

/* A MSG_PACKET record and its bytes, padded with zeros. */
static bool
recv_packet(struct msg_in *in, struct rd r)
{
	size_t pad;
	const uint8_t *p;

	in->packet_n = (size_t)in->m[0].value;
	pad = (MSG_BYTES - in->packet_n % MSG_BYTES) % MSG_BYTES;
	p = rd_take(&r, in->packet_n);
	if (p == NULL || r.n != pad)
		return false;
	memcpy(in->packet, p, in->packet_n);
	while (r.n > 0)
		if (rd_u8(&r) != 0)
			return false;
	in->n = 1;
	return true;
}

static bool
recv_records(struct msg_in *in, struct rd r)
{
	if (r.n == 0 || r.n % MSG_BYTES != 0)
		return false;
	while (r.n > 0) {
		struct msg *m = &in->m[in->n];

		if (msg_decode(rd_take(&r, MSG_BYTES), m) != 0)
			return false;
		if (m->op == MSG_PACKET)
			return in->n == 0 && recv_packet(in, r);
		in->n++;
	}
	return true;
}

/* Exactly the messages that say so bring a descriptor. */
static bool
fds_ok(const struct msg_in *in, size_t fds)
{
	bool want = false;

	for (size_t i = 0; i < in->n; i++)
		want = want || wants_fd(&in->m[i]);
	return want ? fds == 1 && in->n == 1 : fds == 0;
}

static int
recv_bytes(int sock, struct msghdr *h)
{
	ssize_t n;

	do
		n = recvmsg(sock, h, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == ECONNRESET)
		return 0; /* gone, with something of ours unread */
	return n == -1 ? -errno : (int)n;
}

int
msg_recv(int sock, struct msg_in *in)
{
	union {
		struct cmsghdr head; /* for its alignment */
		char buf[CMSG_SPACE(4 * sizeof(int))];
	} control;
	uint8_t bytes[MSG_MAX * MSG_BYTES];
	struct iovec iov = { bytes, sizeof(bytes) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	size_t fds;
	int n;

	h.msg_control = control.buf;
	h.msg_controllen = sizeof(control.buf);
	in->n = in->packet_n = 0;
	in->fd = -1;
	n = recv_bytes(sock, &h);
	if (n < 0)
		return n;
	fds = take_fds(&h, &in->fd);
	if (n == 0 && fds == 0)
		return 0;
	if (!(h.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) &&
	    recv_records(in, rd_init(bytes, (size_t)n)) && fds_ok(in, fds))
		return (int)in->n;
	if (in->fd != -1)
		close(in->fd);
	in->n = in->packet_n = 0;
	in->fd = -1;
	return -EBADMSG;
}
