/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fuzz_packet - packets of all link types through stages 2 to 4
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/dedup fp/sig fp/smtp fp/session
 * zt-link: fp/dialogue fp/dialogue_key fp/smtp_note fp/smtp_reply
 * zt-link: fp/ladder fp/flowstat fp/reorder fp/session_flow fp/session_time
 * zt-link: fp/session_pool fp/sigcache fp/sigclass fp/sigdb_match
 * zt-libs: libsodium libm
 *
 * The input is a series of packets, each behind a head of four bytes: what
 * (link type, direction, a cut by the snaplen), milliseconds since the last,
 * and the length.  Every packet is a copy of its own, so that a read beyond
 * it is seen.  The tables are tiny, so that all of them run full.
 */
#include "fp/dedup.h"
#include "fp/link.h"
#include "fp/session.h"

#include <stdlib.h>

#define WHAT_LINK      0x03 /* the low bits of an index, with WHAT_LINK_HI */
#define WHAT_TO_SERVER 0x04
#define WHAT_CUT       0x08
#define WHAT_TICK      0x10
#define WHAT_SLOW      0x20 /* the time counts in seconds */
#define WHAT_LINK_HI   0xc0
#define JOINED         70000 /* bytes that were cut from a joined segment */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct session_table *t;
	struct dedup *d;
	int64_t now_us;
	bool to_server;
	size_t open_n;
};

static void
check(bool ok)
{
	if (!ok)
		abort();
}

/* Opened and closed must come in pairs, and what is shown must hold. */
static void
on_event(void *arg, enum session_event ev, const struct session *s)
{
	struct run *run = arg;

	check(s->helo_n <= SESSION_HELO_MAX);
	check(strlen(s->sig.text) < SIG_STRLEN);
	check(strlen(s->os) < SESSION_OS_LEN);
	if (ev == SESSION_EV_OPEN)
		run->open_n++;
	if (ev == SESSION_EV_CLOSE)
		check(run->open_n-- > 0);
	if (ev == SESSION_EV_EARLY)
		check(s->early_us != 0 && s->early_n > 0);
	if (ev != SESSION_EV_SYN)
		check(s->state >= SESSION_OPEN && !s->one_sided);
	check(s->ladder_class < LADDER_CLASSES);
	check((s->open_us != 0) == (s->flow != NULL));
	check((s->open_us != 0) == (s->dlg != NULL));
	if (ev == SESSION_EV_UNANSWERED)
		check(s->open_us == 0 && s->close_us != 0);
	if (s->flow != NULL)
		check(s->flow->data_n <= FLOWSTAT_DATA_SEGS);
	check(ev == SESSION_EV_COMMAND || s->arg.n == 0);
	check(ev == SESSION_EV_REPLY || s->reply.n == 0);
	check(!s->cut || ev == SESSION_EV_CLOSE);
	if (ev == SESSION_EV_REPLY)
		check(!s->blind && (s->verbs & s->reply_verb) != 0);
	check(s->rcpts_ok + s->rcpts_soft + s->rcpts_refused <= s->rcpts_n);
	/* A word of the client's makes us cut it. */
	if (ev == SESSION_EV_COMMAND && s->verb_last == VERB_VRFY)
		check(session_cut(run->t, &s->client, s->cport));
}

static void
check_link(const struct packet *p)
{
	struct link l = link_read(p);

	check(l.verdict < TRAITS_VERDICTS);
	check(l.verdict != TRAITS_OK || l.hlen <= p->caplen);
}

static void
check_open(struct run *run, const struct addr *a)
{
	const struct session *s[4];
	struct addr key = addr_key(a);
	size_t n = session_open_of(run->t, &key, s, 4);

	check(n <= run->open_n);
	for (size_t i = 0; i < n; i++)
		check(s[i]->state == SESSION_OPEN && !s[i]->cut &&
		    s[i]->dlg != NULL);
}

static void
one_packet(struct run *run, uint8_t what, const uint8_t *p, size_t n)
{
	static const enum packet_link links[] = { PACKET_RAW, PACKET_ETHERNET,
		PACKET_OTHER, PACKET_RAW, PACKET_SLL, PACKET_SLL2, PACKET_NULL,
		PACKET_PPP, PACKET_PPPOE, PACKET_ETHERNET, PACKET_SLL,
		PACKET_SLL2, PACKET_NULL, PACKET_PPP, PACKET_PPPOE,
		PACKET_RAW };
	uint8_t *copy = malloc(n + 1);
	struct packet pkt = { run->now_us, copy, (uint32_t)n, (uint32_t)n,
		links[(what & WHAT_LINK) | (what & WHAT_LINK_HI) >> 4] };
	struct session_counts c;
	struct traits t;
	struct sig sig;

	/* The second half of the list is for joined segments. */
	if (what & WHAT_CUT)
		pkt.wirelen += what & 0x80 ? JOINED : (uint32_t)(n / 2);
	if (n > 0)
		memcpy(copy, p, n);
	check_link(&pkt);
	if (traits_parse(&pkt, &t) == TRAITS_OK) {
		check(t.payload_cap <= t.payload_len);
		check(t.ip_caplen <= n && t.opts_n <= TRAITS_OPTS_MAX);
		sig_make_reply(&t, t.window, &sig);
		(void)dedup_seen(run->d, &t, run->now_us);
		session_packet(run->t, &t, (what & WHAT_TO_SERVER) != 0,
		    run->now_us);
		(void)session_find(run->t, &t.src, t.sport);
		(void)session_find_at(run->t, &t.dst, 0, run->now_us);
		check_open(run, &t.src);
	}
	free(copy);
	session_counts(run->t, &c);
	check(c.half_open_now <= 3 && c.open_now <= 2);
	check(c.open_now == run->open_n);
	check(c.held_now <= 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key;
	struct run run = { .now_us = INT64_C(1700000000000000) };
	const struct session_conf conf = { .half_open_max = 3,
		.open_max = 3,
		.live_max = 2,
		.half_open_s = 2,
		.silence_s = 3,
		.linger_s = 2,
		.reorder_slots = 4,
		.cb = on_event,
		.arg = &run };
	struct rd r = rd_init(data, size);

	run.t = session_new(&conf);
	run.d = dedup_new(8, &key);
	check(run.t != NULL && run.d != NULL);
	while (r.n > 0) {
		uint8_t what = rd_u8(&r);
		int64_t ms = rd_u8(&r);
		size_t n = rd_be16(&r);
		const uint8_t *p;

		if (n > r.n)
			n = r.n;
		p = rd_take(&r, n);
		run.now_us += ms * (what & WHAT_SLOW ? 1000000 : 1000);
		if (p != NULL)
			one_packet(&run, what, p, n);
		if (what & WHAT_TICK)
			session_tick(run.t, run.now_us);
	}
	session_free(run.t);
	dedup_free(run.d);
	return 0;
}
