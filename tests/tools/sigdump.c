/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sigdump - the signature of every SYN and SYN+ACK of capture files
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/capture fp/recorder
 * zt-libs: libpcap libsodium
 *
 * sigdump [-w OUT] FILE...   prints `KIND CLIENT/PORT SERVER/PORT SEQ
 *     SIGNATURE` for each, KIND being syn or syn+ack.
 * sigdump -g N [-s SEED] -w OUT   makes N odd SYNs and prints the same.
 *
 * With -w the SYNs are written to OUT, each with a client port of its own
 * (and printed with that), so that a program that knows retransmissions
 * prints every one.  What is wrong goes to stderr; exit 1.
 */
#include "fp/capture.h"
#include "fp/recorder.h"
#include "fp/sig.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* MSS of the latest SYN of a connection, for its SYN+ACK. */
#define PEERS 65536

struct dump {
	struct recorder *out; /* NULL: none */
	uint16_t port;        /* the next of our own making */
	uint16_t peer_mss[PEERS];
};

static uint16_t *
peer(struct dump *d, const struct addr *client, uint16_t cport,
    const struct addr *server, uint16_t sport)
{
	unsigned h = cport * 31U + sport;

	for (size_t i = 0; i < 16; i++)
		h = h * 31U + client->b[i] * 7U + server->b[i];
	return &d->peer_mss[h % PEERS];
}

/* Writes the SYN with another client port, and says so in `t`. */
static void
write_syn(struct dump *d, struct traits *t, int64_t t_us)
{
	uint8_t b[65536];
	uint32_t n = t->ip_caplen < sizeof(b) ? t->ip_caplen : sizeof(b);
	uint32_t wire = t->ver == 4 ? t->ip_totlen : t->ip_totlen + 40U;
	struct traits again;
	struct packet p = { t_us, b, n, wire, PACKET_RAW };

	memcpy(b, t->ip, n);
	/* The ports stand behind the IP header and what extends it. */
	for (size_t i = 0; i + 1 < n; i++) {
		uint8_t hi = b[i], lo = b[i + 1];

		b[i] = (uint8_t)(d->port >> 8);
		b[i + 1] = (uint8_t)d->port;
		if (traits_parse(&p, &again) == TRAITS_OK &&
		    again.sport == d->port && again.seq == t->seq &&
		    addr_eq(&again.src, &t->src) && again.ttl == t->ttl &&
		    again.quirks == t->quirks) {
			recorder_packet(d->out, t_us, b, n, wire);
			break;
		}
		b[i] = hi;
		b[i + 1] = lo;
	}
	t->sport = d->port++;
}

static void
dump_one(struct dump *d, struct traits *t, int64_t t_us)
{
	bool syn = traits_is_syn(t);
	const struct addr *c = syn ? &t->src : &t->dst;
	const struct addr *s = syn ? &t->dst : &t->src;
	uint16_t cport = syn ? t->sport : t->dport;
	uint16_t sport = syn ? t->dport : t->sport;
	uint16_t *mss = peer(d, c, cport, s, sport);
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	struct sig sig;

	if (d->out != NULL && !syn)
		return;
	sig_make_reply(t, syn ? 0 : *mss, &sig);
	if (syn)
		*mss = t->mss;
	if (d->out != NULL)
		write_syn(d, t, t_us);
	printf("%s %s/%u %s/%u %u %s\n", syn ? "syn" : "syn+ack",
	    addr_print(c, a), (unsigned)(syn ? t->sport : t->dport),
	    addr_print(s, b), (unsigned)sport, (unsigned)t->seq, sig.text);
}

static bool
dump_file(struct dump *d, const char *path)
{
	const unsigned mask = TCPF_SYN | TCPF_ACK | TCPF_FIN | TCPF_RST;
	char err[CAPTURE_ERRLEN];
	struct capture *c = capture_open_file(path, err);
	enum capture_status st;
	struct packet p;
	struct traits t;

	if (c == NULL) {
		fprintf(stderr, "sigdump: %s\n", err);
		return false;
	}
	while ((st = capture_next(c, &p)) == CAPTURE_PACKET) {
		if (traits_parse(&p, &t) != TRAITS_OK)
			continue;
		if ((t.flags & mask) == TCPF_SYN ||
		    (t.flags & mask) == (TCPF_SYN | TCPF_ACK))
			dump_one(d, &t, p.t_us);
	}
	if (st == CAPTURE_ERROR)
		fprintf(stderr, "sigdump: %s\n", capture_error(c));
	capture_close(c);
	return st == CAPTURE_END;
}

/* True once in `n` times. */
static bool
chance(unsigned n)
{
	return (unsigned)random() % n == 0;
}

static uint8_t
any_byte(void)
{
	return (uint8_t)random();
}

/* Options: mostly well-formed ones, in any order, now and then broken. */
static size_t
random_options(uint8_t *b)
{
	static const uint8_t kinds[] = { 0, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 8, 8,
		19, 30, 34, 254 };
	static const uint8_t sizes[] = { 0, 1, 4, 3, 2, 10, 0, 0, 10 };
	size_t n = 0, max = ((size_t)random() % 11) * 4;

	while (n < max) {
		uint8_t kind = kinds[(size_t)random() % sizeof(kinds)];
		size_t size = kind < sizeof(sizes) ? sizes[kind] :
						     2U + any_byte() % 8;

		b[n++] = kind;
		if (kind == 0 || kind == 1)
			continue;
		if (n < max)
			b[n++] = (uint8_t)(chance(16) ? any_byte() % 48 : size);
		for (size_t i = 2; i < size && n < max; i++)
			b[n++] = chance(3) ? 0 : any_byte();
	}
	return max;
}

/* An IPv4 or IPv6 SYN with odd fields; returns its length. */
static size_t
random_syn(uint8_t *b)
{
	bool v6 = chance(3);
	size_t hlen = v6 ? 40 : 20 + (chance(8) ? 4 : 0), n;
	uint8_t *tcp = &b[hlen];
	size_t opts, data = chance(8) ? 1U + any_byte() % 9 : 0;
	unsigned mss;

	memset(b, 0, 256);
	for (size_t i = 0; i < 20; i++)
		tcp[i] = chance(4) ? 0 : any_byte();
	opts = random_options(&tcp[20]);
	tcp[12] = (uint8_t)((20 + opts) / 4 << 4 | (chance(9) ? 1 : 0));
	tcp[13] = (uint8_t)(0x02 | (chance(5) ? any_byte() & 0xe8 : 0));
	mss = opts >= 4 && tcp[20] == 2 ? tcp[22] * 256U + tcp[23] : 0;
	if (mss > 0 && chance(2)) {
		static const unsigned add[] = { 0, 40, 60 };
		unsigned w = mss + add[(size_t)random() % 3];

		w -= chance(3) ? 12 : 0;
		w *= 1U + any_byte() % 8;
		tcp[14] = (uint8_t)(w >> 8);
		tcp[15] = (uint8_t)w;
	}
	n = hlen + 20 + opts + data;
	b[0] = (uint8_t)(v6 ? 0x60 | (any_byte() & 3) : 0x40 | hlen / 4);
	b[1] = chance(3) ? any_byte() : 0;
	if (v6) {
		b[3] = chance(2) ? any_byte() : 0;
		b[5] = (uint8_t)(n - 40);
		b[6] = 6;
		b[7] = any_byte();
		b[8] = b[24] = 0x20;
		b[23] = b[39] = 1;
		return n;
	}
	b[3] = (uint8_t)n;
	b[4] = chance(2) ? any_byte() : 0;
	b[6] = (uint8_t)(any_byte() & 0xc0);
	b[8] = any_byte();
	b[9] = 6;
	b[12] = 192;
	b[16] = 198;
	return n;
}

static void
dump_random(struct dump *d, unsigned n)
{
	uint8_t b[256];

	for (unsigned i = 0; i < n; i++) {
		uint32_t len = (uint32_t)random_syn(b);
		int64_t t_us = 1000000000000000 + i * 1000LL;
		struct packet p = { t_us, b, len, len, PACKET_RAW };
		struct traits t;

		if (traits_parse(&p, &t) == TRAITS_OK)
			dump_one(d, &t, t_us);
	}
}

int
main(int argc, char **argv)
{
	static struct dump d = { .port = 1 };
	char err[CAPTURE_ERRLEN];
	unsigned random_n = 0;
	bool ok = true;
	int opt;

	srandom(1);
	while ((opt = getopt(argc, argv, "g:s:w:")) != -1) {
		if (opt == 'g')
			random_n = (unsigned)strtoul(optarg, NULL, 10);
		else if (opt == 's')
			srandom((unsigned)strtoul(optarg, NULL, 10));
		else if (opt == 'w')
			d.out = recorder_open(optarg, err);
		if (opt == '?' || (opt == 'w' && d.out == NULL)) {
			fprintf(stderr, "sigdump: %s\n",
			    opt == 'w' ? err : "usage");
			return 2;
		}
	}
	if (random_n > 0)
		dump_random(&d, random_n);
	for (int i = optind; i < argc; i++)
		ok = dump_file(&d, argv[i]) && ok;
	recorder_close(d.out);
	return ok ? 0 : 1;
}
