/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/nfqueue.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <libnetfilter_queue/libnetfilter_queue.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "fp/verdicts.h"

#define SLICE        64   /* packets read and answered at a time */
#define SLICES       8    /* of these in one nfqueue_read() */
#define MSG_ROOM     1024 /* NFQUEUE_COPY and what the kernel says beside it */
#define VERDICT_ROOM 64
#define QUEUE_MAX    2048 /* packets; then the kernel lets them pass */
#define RCVBUF       (1 << 23)

struct nfqueue {
	struct mnl_socket *sk;
	uint16_t num;
	nfqueue_cb *cb;
	void *arg;
	struct nfqueue_counts counts;
	uint32_t last_id;
	bool started;   /* last_id is valid */
	int64_t now_ms; /* monotonic, of this slice */
	struct verdicts verdicts;
	struct iovec iov[SLICE];
	struct mmsghdr mm[SLICE];
	uint8_t in[SLICE][MSG_ROOM];
	size_t out_n;
	char out[(SLICE + 1) * VERDICT_ROOM];
};

struct packet_attrs {
	const struct nlattr *hdr, *payload, *stamp, *wirelen;
};

static int
on_attr(const struct nlattr *attr, void *arg)
{
	struct packet_attrs *p = arg;

	switch (mnl_attr_get_type(attr)) {
	case NFQA_PACKET_HDR:
		p->hdr = attr;
		break;
	case NFQA_PAYLOAD:
		p->payload = attr;
		break;
	case NFQA_TIMESTAMP:
		p->stamp = attr;
		break;
	case NFQA_CAP_LEN:
		p->wirelen = attr;
		break;
	default:
		break;
	}
	return MNL_CB_OK;
}

/*
 * The kernel's time where it has one.  Else now: this source reads clocks by
 * itself, as libpcap does for captures.
 */
static int64_t
packet_time(const struct nlattr *stamp)
{
	struct nfqnl_msg_packet_timestamp t;
	struct timespec now;

	if (stamp != NULL && mnl_attr_get_payload_len(stamp) >= sizeof(t)) {
		memcpy(&t, mnl_attr_get_payload(stamp), sizeof(t));
		if (t.sec != 0)
			return (int64_t)be64toh(t.sec) * 1000000 +
			    (int64_t)be64toh(t.usec);
	}
	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t
mono_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum nfqueue_verdict
judge(struct nfqueue *q, const struct packet_attrs *a, uint32_t id)
{
	struct packet p = { .link = PACKET_RAW };

	if (a->payload == NULL || q->cb == NULL)
		return NFQUEUE_ACCEPT;
	p.t_us = packet_time(a->stamp);
	p.data = mnl_attr_get_payload(a->payload);
	p.caplen = mnl_attr_get_payload_len(a->payload);
	p.wirelen = p.caplen;
	if (a->wirelen != NULL &&
	    mnl_attr_get_payload_len(a->wirelen) >= sizeof(uint32_t))
		p.wirelen = ntohl(mnl_attr_get_u32(a->wirelen));
	if (p.wirelen < p.caplen)
		p.wirelen = p.caplen;
	return q->cb(q->arg, &p, id);
}

/* Writes it behind the others that go out together. */
static void
put_verdict(struct nfqueue *q, const struct verdict_told *t)
{
	const int type = t->all ? NFQNL_MSG_VERDICT_BATCH : NFQNL_MSG_VERDICT;
	struct nlmsghdr *nlh;

	nlh = nfq_nlmsg_put(q->out + q->out_n, type, q->num);
	nfq_nlmsg_verdict_put(nlh, (int)t->id, t->accept ? NF_ACCEPT : NF_DROP);
	q->out_n += nlh->nlmsg_len;
}

static int
send_out(struct nfqueue *q)
{
	ssize_t rc = 0;

	if (q->out_n > 0)
		rc = mnl_socket_sendto(q->sk, q->out, q->out_n);
	q->out_n = 0;
	if (rc >= 0)
		return 0;
	q->counts.errors++;
	return -errno;
}

int
nfqueue_send(struct nfqueue *q)
{
	struct verdict_told t;
	int rc = 0;

	while (rc == 0 && verdicts_next(&q->verdicts, &t)) {
		put_verdict(q, &t);
		if (q->out_n > sizeof(q->out) - VERDICT_ROOM)
			rc = send_out(q);
	}
	return rc != 0 ? rc : send_out(q);
}

/* Numbers that are missing: packets that our socket had no room for. */
static void
count_gap(struct nfqueue *q, uint32_t id)
{
	if (q->started && (int32_t)(id - q->last_id) > 1)
		q->counts.overruns += id - q->last_id - 1;
	if (!q->started || (int32_t)(id - q->last_id) > 0)
		q->last_id = id;
	q->started = true;
}

static void
note(struct nfqueue *q, uint32_t id, enum nfqueue_verdict what)
{
	static const enum verdict as[] = {
		[NFQUEUE_DROP] = VERDICT_DROP,
		[NFQUEUE_ACCEPT] = VERDICT_ACCEPT,
		[NFQUEUE_LATER] = VERDICT_WAIT,
	};

	/* So many that we cannot even count on our fingers: let it pass. */
	if (!verdicts_put(&q->verdicts, id, as[what], q->now_ms)) {
		put_verdict(q, &(struct verdict_told){ id, false, true });
		if (q->out_n > sizeof(q->out) - VERDICT_ROOM)
			(void)send_out(q);
		what = NFQUEUE_ACCEPT;
	}
	q->counts.accepted += what == NFQUEUE_ACCEPT;
	q->counts.dropped += what == NFQUEUE_DROP;
	q->counts.waited += what == NFQUEUE_LATER;
}

static void
on_packet(struct nfqueue *q, const struct nlmsghdr *nlh)
{
	struct nfqnl_msg_packet_hdr hdr;
	struct packet_attrs a = { 0 };
	uint32_t id;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(struct nfgenmsg) ||
	    mnl_attr_parse(nlh, sizeof(struct nfgenmsg), on_attr, &a) < 0 ||
	    a.hdr == NULL || mnl_attr_get_payload_len(a.hdr) < sizeof(hdr)) {
		q->counts.errors++;
		return;
	}
	memcpy(&hdr, mnl_attr_get_payload(a.hdr), sizeof(hdr));
	id = ntohl(hdr.packet_id);
	count_gap(q, id);
	q->counts.packets++;
	note(q, id, judge(q, &a, id));
}

/* One message of the kernel.  -EPROTO: none; 1: a packet; else a result. */
static int
on_msg(struct nfqueue *q, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

	if (nlh->nlmsg_type == NLMSG_ERROR)
		return mnl_nlmsg_get_payload_len(nlh) < sizeof(e->error) ?
		    -EPROTO :
		    e->error;
	if (nlh->nlmsg_type == (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET)) {
		on_packet(q, nlh);
		return 1;
	}
	return -EPROTO;
}

static int
read_slice(struct nfqueue *q, int *got)
{
	const struct nlmsghdr *nlh;
	int n, rc;

	do
		*got = recvmmsg(mnl_socket_get_fd(q->sk), q->mm, SLICE,
		    MSG_DONTWAIT, NULL);
	while (*got < 0 && errno == EINTR);
	if (*got < 0) {
		rc = errno;
		*got = 0;
		if (rc == ENOBUFS)
			q->counts.overruns++;
		return rc == EAGAIN || rc == ENOBUFS ? 0 : -rc;
	}
	q->now_ms = mono_ms();
	for (int i = 0; i < *got; i++) {
		nlh = (const void *)q->in[i];
		n = (int)q->mm[i].msg_len;
		if (!mnl_nlmsg_ok(nlh, n) || on_msg(q, nlh) < 0)
			q->counts.errors++;
	}
	return nfqueue_send(q);
}

int
nfqueue_read(struct nfqueue *q)
{
	int err = 0, got = SLICE;

	for (int i = 0; i < SLICES && err == 0 && got == SLICE; i++)
		err = read_slice(q, &got);
	return err;
}

void
nfqueue_answer(struct nfqueue *q, uint32_t id, bool accept)
{
	if (!verdicts_answer(&q->verdicts, id, accept))
		return;
	q->counts.accepted += accept;
	q->counts.dropped += !accept;
}

int
nfqueue_tick(struct nfqueue *q, int64_t now_ms)
{
	size_t late = verdicts_late(&q->verdicts, now_ms, NFQUEUE_WAIT_MS);

	q->counts.late += late;
	q->counts.accepted += late;
	return late > 0 ? nfqueue_send(q) : 0;
}

/* Bind, copy mode, flags and length in one message: no half-made queue. */
static int
send_config(struct nfqueue *q)
{
	struct nlmsghdr *nlh;

	nlh = nfq_nlmsg_put(q->out, NFQNL_MSG_CONFIG, q->num);
	nlh->nlmsg_flags |= NLM_F_ACK;
	nfq_nlmsg_cfg_put_cmd(nlh, AF_UNSPEC, NFQNL_CFG_CMD_BIND);
	nfq_nlmsg_cfg_put_params(nlh, NFQNL_COPY_PACKET, NFQUEUE_COPY);
	nfq_nlmsg_cfg_put_qmaxlen(nlh, QUEUE_MAX);
	mnl_attr_put_u32(nlh, NFQA_CFG_FLAGS,
	    htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO));
	mnl_attr_put_u32(nlh, NFQA_CFG_MASK,
	    htonl(NFQA_CFG_F_FAIL_OPEN | NFQA_CFG_F_GSO));
	return mnl_socket_sendto(q->sk, nlh, nlh->nlmsg_len) < 0 ? -errno : 0;
}

/* The answer; packets that came before it (no callback yet) may pass. */
static int
read_config_answer(struct nfqueue *q)
{
	const struct nlmsghdr *nlh = (const void *)q->in[0];
	int rc = 1;
	ssize_t n;

	while (rc == 1) {
		n = recv(mnl_socket_get_fd(q->sk), q->in[0], MSG_ROOM,
		    MSG_DONTWAIT);
		if (n < 0)
			return -errno;
		rc = mnl_nlmsg_ok(nlh, (int)n) ? on_msg(q, nlh) : -EPROTO;
	}
	return rc != 0 ? rc : nfqueue_send(q);
}

static int
bind_queue(struct nfqueue *q)
{
	int on = 1, rcv = RCVBUF, fd, err;

	q->sk = mnl_socket_open2(NETLINK_NETFILTER,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (q->sk == NULL || mnl_socket_bind(q->sk, 0, MNL_SOCKET_AUTOPID) < 0)
		return -errno;
	fd = mnl_socket_get_fd(q->sk);
	/* What overruns us passes (fail-open); no need to stop for it. */
	(void)mnl_socket_setsockopt(q->sk, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &rcv, sizeof(rcv)) < 0)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcv, sizeof(rcv));
	err = send_config(q);
	return err != 0 ? err : read_config_answer(q);
}

struct nfqueue *
nfqueue_open(uint16_t num, nfqueue_cb *cb, void *arg)
{
	struct nfqueue *q = calloc(1, sizeof(*q));
	int err;

	if (q == NULL)
		return NULL;
	q->num = num;
	for (size_t i = 0; i < SLICE; i++) {
		q->iov[i] = (struct iovec){ q->in[i], MSG_ROOM };
		q->mm[i].msg_hdr.msg_iov = &q->iov[i];
		q->mm[i].msg_hdr.msg_iovlen = 1;
	}
	err = bind_queue(q);
	if (err != 0) {
		nfqueue_close(q);
		errno = -err;
		return NULL;
	}
	q->counts = (struct nfqueue_counts){ 0 };
	q->cb = cb;
	q->arg = arg;
	return q;
}

void
nfqueue_close(struct nfqueue *q)
{
	if (q == NULL)
		return;
	if (q->sk != NULL)
		(void)mnl_socket_close(q->sk);
	free(q);
}

int
nfqueue_fd(const struct nfqueue *q)
{
	return mnl_socket_get_fd(q->sk);
}

void
nfqueue_counts(const struct nfqueue *q, struct nfqueue_counts *out)
{
	*out = q->counts;
	out->waiting = q->verdicts.waiting;
}
