/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that are ended, and SYNs that wait for a verdict. */
#include <errno.h>
#include <string.h>

#include "fp/nfqueue.h"
#include "nft/sockcut.h"
#include "tools/check_try.h"

static const char *
sides(struct check_run *r, const struct scratch_session *ss)
{
	const bool server = scratch_over(r->s, ss);
	const bool client = scratch_client_told(r->s, ss);

	return server && client ? "both sides" :
	    server              ? "the server's side only" :
	    client              ? "the client's side only" :
				  "neither";
}

/* Closes the server's socket from outside. */
static void
try_destroy(struct check_run *r, const char *from, const char *text)
{
	struct check_case c = { .text = text,
		.want = "both sides",
		.got = "no session",
		.can = true,
		.instead = "the client's next segment ends it, as in another "
			   "namespace" };
	const struct frame syn = check_syn(r, from);
	struct sockcut *cut = sockcut_open();
	struct scratch_session ss;
	int rc;

	if (cut == NULL) {
		c.got = strerror(errno);
	} else if (scratch_session(r->s, &syn, &ss)) {
		rc = sockcut(cut, &syn.src, syn.sport, &syn.dst, syn.dport);
		c.can = rc != -EOPNOTSUPP;
		c.got = rc != 0 ? strerror(-rc) : sides(r, &ss);
		scratch_hang_up(r->s, &ss);
	}
	sockcut_close(cut);
	check_case(r->l, &c);
}

/* The client's next segment becomes a reset. */
static void
try_flow(struct check_run *r, const char *from, const char *text)
{
	struct check_case c = { .text = text,
		.want = "ended",
		.got = "no session",
		.can = check_can(r, NFT_FLOWS),
		.instead = "running sessions there end by themselves" };
	const struct frame syn = check_syn(r, from);
	struct scratch_session ss;
	int rc;

	if (c.can && scratch_session(r->s, &syn, &ss)) {
		rc = nft_cut_flow(r->n, &syn.src, syn.sport);
		scratch_say(r->s, &ss, "NOOP\r\n");
		c.got = rc != 0             ? nft_error(r->n) :
		    scratch_over(r->s, &ss) ? "ended" :
					      "it goes on";
		scratch_hang_up(r->s, &ss);
	}
	check_case(r->l, &c);
}

/* One that is not meant goes on meanwhile. */
static void
try_other(struct check_run *r)
{
	const struct frame syn = check_syn(r, "192.0.2.52");
	struct scratch_session ss;
	struct check_case c = {
		.text = "a session beside one that is ended goes on",
		.want = "it goes on",
		.got = "no session",
		.can = true
	};

	if (scratch_session(r->s, &syn, &ss)) {
		(void)nft_cut_flow(r->n, &syn.src, (uint16_t)(syn.sport + 1));
		scratch_say(r->s, &ss, "NOOP\r\n");
		c.got = scratch_client_told(r->s, &ss) ? "ended" : "it goes on";
		scratch_hang_up(r->s, &ss);
	}
	check_case(r->l, &c);
}

void
check_cut(struct check_run *r)
{
	const bool v6 = scratch_has_v6(r->s);

	try_destroy(r, "192.0.2.50",
	    "a session is closed at once, on both sides (SOCK_DESTROY)");
	if (v6)
		try_destroy(r, "2001:db8:50::1",
		    "IPv6: a session is closed at once, on both sides");
	try_flow(r, "192.0.2.51",
	    "a session in another namespace is ended by its next segment");
	if (v6)
		try_flow(r, "2001:db8:51::1",
		    "IPv6: a session in another namespace is ended by its next "
		    "segment");
	try_other(r);
}

/* ---- the queue ---- */

#define REFUSED4 "192.0.2.60"
#define REFUSED6 "2001:db8:60::1"
#define NO_QUEUE "SYNs are watched, and nobody is refused before the answer"

struct reader {
	struct nfqueue *q;
	struct addr refused[2];
	unsigned seen;
};

static enum nfqueue_verdict
verdict(void *arg, const struct packet *p, uint32_t id)
{
	struct reader *rd = arg;
	struct traits t;

	(void)id;
	rd->seen++;
	if (traits_parse(p, &t) == TRAITS_OK &&
	    (addr_eq(&t.src, &rd->refused[0]) ||
		addr_eq(&t.src, &rd->refused[1])))
		return NFQUEUE_DROP;
	return NFQUEUE_ACCEPT;
}

static void
read_queue(void *arg)
{
	struct reader *rd = arg;

	(void)nfqueue_read(rd->q);
	(void)nfqueue_send(rd->q);
}

static void
try_reader(struct check_run *r)
{
	static const struct check_knock knocks[] = {
		{ "a SYN that the queue's reader refuses gets no answer",
		    REFUSED4, SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_CORE, NULL },
		{ "IPv6: a SYN that the queue's reader refuses gets no answer",
		    REFUSED6, SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_CORE, NULL },
		{ "a SYN that the queue's reader accepts gets an answer",
		    "192.0.2.61", SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL },
	};
	struct reader rd = { 0 };

	(void)addr_parse(STR(REFUSED4), &rd.refused[0]);
	(void)addr_parse(STR(REFUSED6), &rd.refused[1]);
	rd.q = nfqueue_open((uint16_t)r->conf.queue, verdict, &rd);
	if (rd.q == NULL) {
		check_add(r->l, CHECK_FAILED, "a queue can be read", "%s",
		    strerror(errno));
		return;
	}
	scratch_also(r->s, nfqueue_fd(rd.q), read_queue, &rd);
	check_knocks(r, knocks, 3);
	scratch_also(r->s, -1, NULL, NULL);
	nfqueue_close(rd.q);
}

void
check_queue(struct check_run *r)
{
	static const struct check_knock bypass = {
		"SYNs pass when nobody reads the queue", "192.0.2.62",
		SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	static const char text[] = "SYNs can wait for zfwd's verdict";
	const struct nft_conf was = r->conf;
	struct nft_conf with = was;
	enum nft_queue_how how;

	with.queue = r->config->queue >= 0 ? r->config->queue : 0;
	if (!check_install(r, &with))
		return;
	how = nft_queue_how(r->n);
	if (how == NFT_QUEUE_OFF) {
		check_add(r->l, CHECK_LACKS, text, "%s", NO_QUEUE);
	} else {
		check_add(r->l, CHECK_OK, text, "%s",
		    how == NFT_QUEUE_NATIVE ?
			"nft_queue" :
			"by the xt target NFQUEUE: there is no nft_queue");
		(void)nft_queue_renew(r->n);
		check_knock(r, &bypass, NULL);
		try_reader(r);
	}
	(void)check_install(r, &was);
}
