/* SPDX-License-Identifier: GPL-3.0-or-later */
/* msg on its socket; what a record may hold is in msgrec.c */
#include "daemon/msg.h"

#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Does it travel with a descriptor? */
static bool
wants_fd(const struct msg *m)
{
	return m->op == MSG_FRONT_FD || m->op == MSG_CONFIG ||
	    (m->op == MSG_LOG_FD && m->value <= MSG_LOG_OLD);
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

bool
msg_packets_add(struct msg_packets *b, int64_t t_us, uint32_t seq,
    const void *ip, size_t n)
{
	struct msg m = { .op = MSG_PACKET, .t_us = t_us, .seq = seq };
	uint8_t *to = b->bytes + b->records * MSG_BYTES;
	size_t records = 1 + (n + MSG_BYTES - 1) / MSG_BYTES;

	if (n < 1 || b->records + records > MSG_MAX)
		return false;
	m.value = (int32_t)n;
	msg_encode(&m, to);
	memcpy(to + MSG_BYTES, ip, n);
	memset(to + MSG_BYTES + n, 0, (records - 1) * MSG_BYTES - n);
	b->records += records;
	b->n++;
	return true;
}

int
msg_packets_send(int sock, struct msg_packets *b)
{
	size_t n = b->records * MSG_BYTES;

	b->n = b->records = 0;
	return n == 0 ? 0 : send_bytes(sock, b->bytes, n, -1);
}

int
msg_send_packet(int sock, int64_t t_us, uint32_t seq, const void *ip, size_t n)
{
	struct msg_packets b = { 0 };

	if (n > (MSG_MAX - 1) * MSG_BYTES ||
	    !msg_packets_add(&b, t_us, seq, ip, n))
		return -EMSGSIZE;
	return msg_packets_send(sock, &b);
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

/* The bytes of the packet whose record was read last, padded with zeros. */
static bool
take_packet(struct msg_in *in, struct rd *r)
{
	size_t n = (size_t)in->m[in->n].value;
	size_t pad = (MSG_BYTES - n % MSG_BYTES) % MSG_BYTES;
	const uint8_t *p = rd_take(r, n);

	/* All that fits into one message fits here, too. */
	if (p == NULL || n > sizeof(in->packet) - in->packet_n)
		return false;
	memcpy(in->packet + in->packet_n, p, n);
	in->packet_n += n;
	while (pad-- > 0)
		if (rd_u8(r) != 0)
			return false;
	return !r->bad;
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
		/* Packets come among themselves. */
		if ((m->op == MSG_PACKET) != (in->m[0].op == MSG_PACKET))
			return false;
		if (m->op == MSG_PACKET && !take_packet(in, &r))
			return false;
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
