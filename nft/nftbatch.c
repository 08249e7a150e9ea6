/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "nft/nftbatch.h"

#include <errno.h>
#include <libnftnl/batch.h>
#include <libnftnl/common.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#define ROOM_START (1U << 20)
#define ROOM_MAX   (1U << 25)
#define IN_BYTES   65536
#define SNDBUF     (1 << 25)
#define RCVBUF     (1 << 23)

/*
 * Two thousand refusals are two thousand small packets for us: the usual
 * receive buffer would lose most of them.
 */
static void
socket_options(const struct mnl_socket *sk)
{
	int fd = mnl_socket_get_fd(sk), on = 1, snd = SNDBUF, rcv = RCVBUF;

	(void)mnl_socket_setsockopt(sk, NETLINK_CAP_ACK, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &snd, sizeof(snd)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &snd, sizeof(snd));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcv, sizeof(rcv));
}

int
nftbatch_init(struct nftbatch *b)
{
	int err;

	*b = (struct nftbatch){ .room = ROOM_START };
	b->buf = malloc(ROOM_START + NFTBATCH_MSG_MAX);
	b->in = malloc(IN_BYTES);
	if (b->buf == NULL || b->in == NULL) {
		nftbatch_fini(b);
		return -ENOMEM;
	}
	b->sk = mnl_socket_open2(NETLINK_NETFILTER,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (b->sk == NULL ||
	    mnl_socket_bind(b->sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = -errno;
		nftbatch_fini(b);
		return err;
	}
	socket_options(b->sk);
	b->next = (uint32_t)time(NULL);
	return 0;
}

void
nftbatch_fini(struct nftbatch *b)
{
	if (b->sk != NULL)
		(void)mnl_socket_close(b->sk);
	free(b->buf);
	free(b->in);
	*b = (struct nftbatch){ 0 };
}

int
nftbatch_reserve(struct nftbatch *b, size_t bytes)
{
	char *p;

	if (bytes <= b->room)
		return 0;
	if (bytes > ROOM_MAX)
		return -EMSGSIZE;
	p = realloc(b->buf, bytes + NFTBATCH_MSG_MAX);
	if (p == NULL)
		return -ENOMEM;
	b->buf = p;
	b->room = bytes;
	return 0;
}

/* Where the next message goes; past a full batch it is the spare room. */
static char *
tail(struct nftbatch *b)
{
	if (b->len > b->room) {
		b->err = -ENOBUFS;
		return b->buf + b->room;
	}
	return b->buf + b->len;
}

void
nftbatch_begin(struct nftbatch *b)
{
	b->err = 0;
	b->len = 0;
	b->last = NULL;
	b->family = NFPROTO_INET;
	b->first = b->next++;
	b->len = nftnl_batch_begin(b->buf, b->first)->nlmsg_len;
}

struct nlmsghdr *
nftbatch_msg(struct nftbatch *b, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(tail(b), type, b->family, flags, b->next);
}

int
nftbatch_put(struct nftbatch *b, struct nlmsghdr *nlh)
{
	if (b->err == 0) {
		b->last = nlh;
		b->len += (nlh->nlmsg_len + 3U) & ~3U;
	}
	return (int)(b->next++ - b->first) - 1;
}

struct answers {
	const struct nftbatch *b;
	nftbatch_failed *cb;
	void *arg;
	int err;
	bool acked;
};

static void
one_answer(struct answers *a, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	uint32_t msg = nlh->nlmsg_seq - a->b->first;

	/* Answers to an earlier batch may still lie in the socket. */
	if (nlh->nlmsg_type != NLMSG_ERROR || msg >= a->b->next - a->b->first ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(e->error))
		return;
	if (e->error == 0) {
		a->acked = true;
		return;
	}
	if (a->err == 0)
		a->err = e->error;
	if (a->cb != NULL)
		a->cb(a->arg, (int)msg - 1, e->error);
}

/* Everything that has been said to us, without waiting. */
static int
read_answers(struct nftbatch *b, struct answers *a)
{
	const struct nlmsghdr *nlh;
	bool lost = false;
	ssize_t got;
	int n;

	for (;;) {
		got = recv(mnl_socket_get_fd(b->sk), b->in, IN_BYTES,
		    MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == ENOBUFS) {
			lost = true;
			continue;
		}
		if (got < 0)
			break;
		n = (int)got;
		for (nlh = (const void *)b->in; mnl_nlmsg_ok(nlh, n);
		     nlh = mnl_nlmsg_next(nlh, &n))
			one_answer(a, nlh);
	}
	if (errno != EAGAIN)
		return -errno;
	if (a->err != 0)
		return a->err;
	if (!a->acked)
		return lost ? -ENOBUFS : -EIO;
	return 0;
}

int
nftbatch_send(struct nftbatch *b, nftbatch_failed *cb, void *arg)
{
	struct answers a = { .b = b, .cb = cb, .arg = arg };
	struct nlmsghdr *end;

	if (b->err != 0 || b->last == NULL)
		return b->err;
	b->last->nlmsg_flags |= NLM_F_ACK;
	end = nftnl_batch_end(tail(b), b->next++);
	if (b->err != 0)
		return b->err;
	b->len += end->nlmsg_len;
	if (mnl_socket_sendto(b->sk, b->buf, b->len) < 0)
		return -errno;
	return read_answers(b, &a);
}

struct nlmsghdr *
nftbatch_ask(struct nftbatch *b, uint8_t family, uint16_t type, uint16_t flags)
{
	return nftnl_nlmsg_build_hdr(b->buf, type, family, flags, b->next++);
}

int
nftbatch_answer(struct nftbatch *b, struct nlmsghdr *nlh, mnl_cb_t cb,
    void *arg)
{
	const unsigned portid = mnl_socket_get_portid(b->sk);
	const uint32_t seq = nlh->nlmsg_seq;
	ssize_t got;
	int rc;

	if (mnl_socket_sendto(b->sk, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		got = recv(mnl_socket_get_fd(b->sk), b->in, IN_BYTES,
		    MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN ? 0 : -errno;
		rc = mnl_cb_run(b->in, (size_t)got, seq, portid, cb, arg);
		if (rc < 0 && errno == EPROTO) /* left from before */
			rc = 1;
	} while (rc > 0);
	return rc < 0 ? -errno : 0;
}
