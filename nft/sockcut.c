/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The kernel's exact lookup falls back to a *listening* socket when the
 * session has ended already, and destroying that would take the mail server
 * off the port.  So the socket is asked for first, must be the session
 * itself, and is destroyed by its cookie: a number that no other has.
 */
#include "nft/sockcut.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ANSWER_BYTES 8192
#define STATE_LISTEN 10 /* TCP_LISTEN */

struct sockcut {
	struct mnl_socket *sk;
	uint32_t seq;
	char buf[ANSWER_BYTES] __attribute__((aligned(8)));
};

struct sockcut *
sockcut_open(void)
{
	struct sockcut *c = calloc(1, sizeof(*c));
	int err;

	if (c == NULL)
		return NULL;
	c->sk = mnl_socket_open2(NETLINK_SOCK_DIAG,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (c->sk == NULL ||
	    mnl_socket_bind(c->sk, 0, MNL_SOCKET_AUTOPID) < 0) {
		err = errno;
		sockcut_close(c);
		errno = err;
		return NULL;
	}
	return c;
}

void
sockcut_close(struct sockcut *c)
{
	if (c == NULL)
		return;
	if (c->sk != NULL)
		(void)mnl_socket_close(c->sk);
	free(c);
}

static int
on_socket(const struct nlmsghdr *nlh, void *arg)
{
	if (nlh->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	    mnl_nlmsg_get_payload_len(nlh) >= sizeof(struct inet_diag_msg))
		memcpy(arg, mnl_nlmsg_get_payload(nlh),
		    sizeof(struct inet_diag_msg));
	return MNL_CB_OK;
}

/* One request and its answer; found->idiag_family is 0 when none came. */
static int
ask(struct sockcut *c, const struct inet_diag_req_v2 *req, uint16_t type,
    struct inet_diag_msg *found)
{
	const unsigned portid = mnl_socket_get_portid(c->sk);
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(c->buf);
	ssize_t got;
	int rc;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	nlh->nlmsg_seq = ++c->seq;
	memcpy(mnl_nlmsg_put_extra_header(nlh, sizeof(*req)), req,
	    sizeof(*req));
	found->idiag_family = 0;
	if (mnl_socket_sendto(c->sk, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		got = recv(mnl_socket_get_fd(c->sk), c->buf, sizeof(c->buf),
		    MSG_DONTWAIT);
		if (got < 0)
			return errno == EAGAIN ? -EIO : -errno;
		rc = mnl_cb_run(c->buf, (size_t)got, c->seq, portid, on_socket,
		    found);
		if (rc < 0 && errno == EPROTO) /* left from before */
			rc = 1;
	} while (rc > 0);
	return rc < 0 ? -errno : 0;
}

static void
set_end(__be32 to[4], const struct addr *a)
{
	memcpy(to, a->b, a->family == 4 ? 4 : 16);
}

/* The kernel may have shown the listener, or another's in a hash race. */
static bool
is_session(const struct inet_diag_msg *m, const struct inet_diag_req_v2 *req)
{
	return m->idiag_family != 0 && m->idiag_state != STATE_LISTEN &&
	    m->id.idiag_sport == req->id.idiag_sport &&
	    m->id.idiag_dport == req->id.idiag_dport;
}

int
sockcut(struct sockcut *c, const struct addr *client, uint16_t cport,
    const struct addr *server, uint16_t sport)
{
	struct inet_diag_req_v2 req = {
		.sdiag_family = client->family == 4 ? AF_INET : AF_INET6,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = ~0U,
	};
	struct inet_diag_msg found;
	int err;

	if ((client->family != 4 && client->family != 6) ||
	    client->family != server->family || cport == 0 || sport == 0)
		return -EINVAL;
	req.id.idiag_sport = htons(sport);
	req.id.idiag_dport = htons(cport);
	set_end(req.id.idiag_src, server);
	set_end(req.id.idiag_dst, client);
	req.id.idiag_cookie[0] = req.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	err = ask(c, &req, SOCK_DIAG_BY_FAMILY, &found);
	if (err != 0)
		return err;
	if (!is_session(&found, &req))
		return -ENOENT;
	req.id.idiag_cookie[0] = found.id.idiag_cookie[0];
	req.id.idiag_cookie[1] = found.id.idiag_cookie[1];
	err = ask(c, &req, SOCK_DESTROY, &found);
	return err == -ESTALE ? -ENOENT : err; /* ended in between */
}
