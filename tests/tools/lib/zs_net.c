/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_net - the packets of a scenario's clients, and of our own server */
#include <stdlib.h>

#include "tests/tools/lib/zs.h"

#define SMTP_PORT  25
#define FIRST_PORT 20000
#define RTT_US     30000 /* between our SYN+ACK and the client's ACK */
#define STEP_US    1000
#define PCAP_RAW   101

/* Our server's stack: next door, so nothing is taken off its TTL. */
static const struct os_stack ours = { "ours", 64, 0, 1, STACK_ID_RANDOM, 0, 0,
	0, 1460, 7, "mss,sok,ts,nop,ws", "" };

void
zs_pcap_begin(const struct zs *z)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snaplen, link;
	} head = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, PCAP_RAW };

	if (z->pcap != NULL)
		fwrite(&head, sizeof(head), 1, z->pcap);
}

struct zs_flow *
zs_flow(struct zs *z, const struct addr *a, uint16_t port)
{
	for (size_t i = z->flows_n; i > 0; i--)
		if (addr_eq(&z->flows[i - 1].client, a) &&
		    (port == 0 || z->flows[i - 1].port == port))
			return &z->flows[i - 1];
	return NULL;
}

/* Feeds the packet, and the one that it has overtaken. */
static void
deliver(struct zs *z, struct zs_flow *f, bool client, const uint8_t *ip,
    size_t n)
{
	size_t late_n = z->late_n;

	zs_feed(z, ip, n);
	if (late_n == 0 || z->late_client != client ||
	    z->late_flow != (size_t)(f - z->flows))
		return;
	z->late_n = 0;
	zs_feed(z, z->late, late_n);
}

static void
keep_back(struct zs *z, struct zs_flow *f, bool client, const uint8_t *ip,
    size_t n)
{
	if (z->late_n != 0)
		zs_die(z, "a packet is late already");
	memcpy(z->late, ip, n);
	z->late_n = n;
	z->late_flow = (size_t)(f - z->flows);
	z->late_client = client;
}

struct text {
	const char *p;
	size_t n;
	enum zs_fate fate;
};

static void
send(struct zs *z, struct zs_flow *f, bool client, uint8_t flags,
    struct text text)
{
	const struct os_stack *st = client ? f->stack : &ours;
	struct seg s = { .src = client ? f->client : f->server,
		.dst = client ? f->server : f->client,
		.sport = client ? f->port : SMTP_PORT,
		.dport = client ? SMTP_PORT : f->port,
		.seq = client ? f->cseq : f->sseq,
		.flags = flags,
		.data = (const uint8_t *)text.p,
		.n = text.n,
		.ts_val = (uint32_t)(z->now_us / 1000),
		.ts_ecr = flags == SEG_SYN ? 0 : 1 };
	uint32_t *seq = client ? &f->cseq : &f->sseq;
	uint8_t ip[SEG_MAX];
	size_t n;

	s.window = stack_window(st, &s.src);
	if ((flags & SEG_ACK) != 0)
		s.ack = client ? f->sseq : f->cseq;
	n = seg_build(st, &s, f->ip_id++, ip);
	*seq += (uint32_t)text.n + ((flags & (SEG_SYN | SEG_FIN)) != 0);
	if (text.fate == ZS_LOST || z->hidden[client])
		return;
	if (text.fate == ZS_LATE)
		keep_back(z, f, client, ip, n);
	else
		deliver(z, f, client, ip, n);
}

static void
send_bare(struct zs *z, struct zs_flow *f, bool client, uint8_t flags)
{
	send(z, f, client, flags, (struct text){ NULL, 0, ZS_SEEN });
}

/* Did the engine say that this SYN falls under a block in force? */
static bool
was_dropped(const struct zs *z, size_t from, const struct zs_flow *f)
{
	for (size_t i = from; i < z->events_n; i++)
		if (z->events[i].kind == ENGINE_SYN_DROP &&
		    z->events[i].port == f->port && !z->events[i].shadow)
			return true;
	return false;
}

struct zs_flow *
zs_syn(struct zs *z, const struct addr *a, uint16_t port,
    const struct os_stack *st)
{
	const char *server = a->family == 4 ? "203.0.113.25" :
					      "2001:db8:ffff::25";
	struct zs_flow *f;
	size_t events = z->events_n;

	if (z->next_port < FIRST_PORT)
		z->next_port = FIRST_PORT;
	z->flows = zs_grow(z, z->flows, z->flows_n, &z->flows_max,
	    sizeof(*z->flows));
	f = &z->flows[z->flows_n++];
	*f = (struct zs_flow){ .client = *a,
		.server = zs_addr(z, server),
		.port = port != 0 ? port : z->next_port++,
		.stack = st,
		.cseq = 1000000007U * (uint32_t)z->flows_n,
		.sseq = 2000000011U * (uint32_t)z->flows_n,
		.ip_id = (uint16_t)(z->flows_n * 7919) };
	f->isn = f->cseq;
	send_bare(z, f, true, SEG_SYN);
	f->dropped = was_dropped(z, events, f);
	return f;
}

struct zs_flow *
zs_open(struct zs *z, const struct addr *a, uint16_t port,
    const struct os_stack *st)
{
	struct zs_flow *f = zs_syn(z, a, port, st);

	if (f->dropped)
		return f;
	zs_pass(z, STEP_US / 4);
	send_bare(z, f, false, SEG_SYN | SEG_ACK);
	zs_pass(z, RTT_US);
	send_bare(z, f, true, SEG_ACK);
	f->open = true;
	return f;
}

void
zs_syn_again(struct zs *z, struct zs_flow *f)
{
	uint32_t next = f->cseq;

	f->cseq = f->isn;
	send_bare(z, f, true, SEG_SYN);
	f->cseq = next;
}

void
zs_says(struct zs *z, struct zs_flow *f, bool client, enum zs_fate fate,
    const char *text)
{
	uint32_t *seq = client ? &f->cseq : &f->sseq, next = *seq;
	size_t n = strlen(text);

	if (f->dropped)
		return;
	if (fate == ZS_AGAIN)
		*seq = f->said[client];
	f->said[client] = *seq;
	for (size_t at = 0; at < n; at += SEG_DATA_MAX - 12) {
		size_t part = n - at;

		if (part > SEG_DATA_MAX - 12)
			part = SEG_DATA_MAX - 12;
		send(z, f, client, SEG_PSH | SEG_ACK,
		    (struct text){ text + at, part, fate });
		zs_pass(z, STEP_US);
	}
	if ((int32_t)(next - *seq) > 0)
		*seq = next;
}

void
zs_client_ends(struct zs *z, struct zs_flow *f, bool rst)
{
	if (f->dropped)
		return;
	send_bare(z, f, true, rst ? SEG_RST | SEG_ACK : SEG_FIN | SEG_ACK);
	zs_pass(z, STEP_US);
	f->open = false;
}

void
zs_server_ends(struct zs *z, struct zs_flow *f, bool rst)
{
	if (f->dropped)
		return;
	send_bare(z, f, false, rst ? SEG_RST | SEG_ACK : SEG_FIN | SEG_ACK);
	zs_pass(z, STEP_US);
	f->open = false;
}
