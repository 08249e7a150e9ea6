/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * osdump - what a signature file says of packets, in the words of p0f's log
 *
 * zt-link: fp/addr fp/hash fp/link fp/traits fp/sig fp/capture fp/recorder
 * zt-link: fp/sigdb fp/sigdb_build fp/sigdb_match fp/sigfile fp/sigfile_ours
 * zt-link: fp/sigfile_p0f fp/sigfile_pfos fp/sigline fp/sigread
 * zt-libs: libpcap libsodium
 *
 * osdump -d FP FILE...   prints `KIND CLIENT/PORT SERVER/PORT os=...` for each
 *     SYN and SYN+ACK, KIND being syn or syn+ack.
 * osdump -d FP -g N [-4] [-s SEED] -w OUT   makes N pairs of SYN and SYN+ACK from
 *     the signatures of FP, most of them changed a little, writes them to
 *     OUT, each pair with a client port of its own, and prints the same.  With
 *     -4 all are IPv4.
 *
 * The answer to a tool's SYN is left out: p0f does not look at it either.
 * What is wrong goes to stderr; exit 1.
 */
#include "fp/capture.h"
#include "fp/recorder.h"
#include "fp/sig.h"
#include "fp/sigfile.h"
#include "fp/sigline.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#define DEFS_MAX    4096
#define PACKET_MAX  256
#define OPTIONS_MAX 40
#define PEERS       65536
#define DIST_MAX    35
#define P0F_MSS     1331 /* of p0f's own probes, which it treats apart */
#define LEN(a)      (sizeof(a) / sizeof((a)[0]))

struct dump {
	const struct sigdb *db;
	struct recorder *out;
	bool v4_only;
	size_t n[2]; /* signatures of requests, of replies */
	struct sigdef defs[2][DEFS_MAX];
	uint16_t peer_mss[PEERS]; /* of the latest SYN of a connection */
};

static void
print_match(const struct sigdb_match *m, const struct traits *t)
{
	char name[SIGDB_NAMELEN], params[64] = "";
	int n = 0;

	if (m->best != NULL)
		n = snprintf(params, sizeof(params), "%s%s%s",
		    m->generic ? " generic" : "", m->fuzzy ? " fuzzy" : "",
		    m->random_ttl ? " random_ttl" : "");
	if (m->dist > DIST_MAX)
		n += snprintf(params + n, sizeof(params) - (size_t)n,
		    " excess_dist");
	if (t->tos >> 2 != 0)
		snprintf(params + n, sizeof(params) - (size_t)n, " tos:0x%02x",
		    (unsigned)t->tos >> 2);
	printf("%s=%s|dist=%s%u|params=%s",
	    m->best != NULL && m->best->userland ? "app" : "os",
	    sigdb_text(m->best, name), m->random_ttl ? "<= " : "",
	    (unsigned)m->dist, params[0] == '\0' ? "none" : params + 1);
}

/* p0f writes IPv6 addresses in its own way: they are left out. */
static const char *
end_text(const struct addr *a, char buf[ADDR_STRLEN])
{
	return a->family == 6 ? "v6" : addr_print(a, buf);
}

static uint16_t *
peer_of(struct dump *d, const struct traits *t, bool syn)
{
	const struct addr *c = syn ? &t->src : &t->dst;
	const struct addr *s = syn ? &t->dst : &t->src;
	unsigned h = syn ? t->sport * 31U + t->dport :
			   t->dport * 31U + t->sport;

	for (size_t i = 0; i < sizeof(c->b); i++)
		h = h * 31U + c->b[i] * 7U + s->b[i];
	return &d->peer_mss[h % PEERS];
}

/* True when p0f would look no further at the connection: a tool's. */
static bool
dump_one(struct dump *d, const struct traits *t)
{
	bool syn = traits_is_syn(t);
	const struct addr *c = syn ? &t->src : &t->dst;
	const struct addr *s = syn ? &t->dst : &t->src;
	uint16_t *mss = peer_of(d, t, syn);
	char a[ADDR_STRLEN], b[ADDR_STRLEN];
	struct sigdb_match m;
	struct sig sig;

	sigdb_match(d->db, t, !syn, *mss, &m);
	sig_make_reply(t, syn ? 0 : *mss, &sig);
	if (syn)
		*mss = t->mss;
	printf("%s %s/%u %s/%u ", syn ? "syn" : "syn+ack", end_text(c, a),
	    (unsigned)(syn ? t->sport : t->dport), end_text(s, b),
	    (unsigned)(syn ? t->dport : t->sport));
	print_match(&m, t);
	printf("|raw_sig=%s\n", sig.text);
	return m.best != NULL && m.best->userland;
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
		fprintf(stderr, "osdump: %s\n", err);
		return false;
	}
	while ((st = capture_next(c, &p)) == CAPTURE_PACKET) {
		if (traits_parse(&p, &t) != TRAITS_OK)
			continue;
		if ((t.flags & mask) == TCPF_SYN ||
		    (t.flags & mask) == (TCPF_SYN | TCPF_ACK))
			(void)dump_one(d, &t);
	}
	if (st == CAPTURE_ERROR)
		fprintf(stderr, "osdump: %s\n", capture_error(c));
	capture_close(c);
	return st == CAPTURE_END;
}

/* The signatures once more, as what packets are made from. */
static bool
read_defs(struct dump *d, const char *path)
{
	struct sigline_how how = { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 };
	char line[512];
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		perror(path);
		return false;
	}
	while (fgets(line, sizeof(line), f) != NULL) {
		char *eq = strchr(line, '=');
		struct str s = { line, strcspn(line, "\r\n") };
		size_t *n = &d->n[how.kind];

		if (line[0] == '[')
			how.kind = strncmp(line, "[tcp:response]", 14) == 0 ?
			    SIGDEF_REPLY :
			    SIGDEF_REQUEST;
		if (strncmp(line, "sig", 3) != 0 || eq == NULL)
			continue;
		s = str_from(s, (size_t)(eq - line) + 1);
		while (s.n > 0 && s.p[0] == ' ')
			s = str_from(s, 1);
		if (*n < DEFS_MAX &&
		    sigline_parse(s, &how, &d->defs[how.kind][*n]).field ==
			NULL &&
		    d->defs[how.kind][*n].mss != P0F_MSS)
			++*n;
	}
	fclose(f);
	return d->n[SIGDEF_REQUEST] > 0 && d->n[SIGDEF_REPLY] > 0;
}

static bool
chance(unsigned n)
{
	return (unsigned)random() % n == 0;
}

static unsigned
upto(unsigned n)
{
	return (unsigned)random() % (n + 1);
}

/* What a packet is to be like: a signature without wildcards. */
static struct sigdef
settle(const struct sigdef *from)
{
	static const uint16_t msses[] = { 1460, 1440, 1400, 1380, 1452, 536,
		90 };
	struct sigdef d = *from;

	if (d.ver == SIGDEF_ANY)
		d.ver = chance(3) ? 6 : 4;
	if (d.mss == SIGDEF_ANY)
		d.mss = msses[upto(LEN(msses) - 1)];
	if (d.win == SIGDEF_WIN_ANY)
		d.window = upto(65535);
	else if (d.win == SIGDEF_WIN_MOD || d.win == SIGDEF_WIN_MSS)
		d.window *= d.win == SIGDEF_WIN_MSS ? (uint32_t)d.mss : 1;
	else if (d.win == SIGDEF_WIN_MTU)
		d.window *= (uint32_t)d.mss + 40;
	if (d.scale == SIGDEF_ANY)
		d.scale = (int16_t)upto(14);
	if (d.payload == SIGDEF_ANY)
		d.payload = 0;
	d.ittl = (uint8_t)(d.ittl - (chance(8) ? 0 : upto(20)));
	return d;
}

static void
change(struct sigdef *d)
{
	static const uint32_t quirks[] = { Q_DF, Q_ID_NZ, Q_ID_ZERO, Q_ECN,
		Q_RESERVED, Q_FLOW, Q_SEQ_ZERO, Q_ACK_NZ, Q_URG_NZ, Q_URG,
		Q_PUSH, Q_TS_ZERO, Q_PEER_TS_NZ };
	unsigned at = d->opts_n == 0 ? 0 : upto(d->opts_n - 1U);

	switch (upto(9)) {
	case 0:
	case 1:
	case 2:
		d->quirks ^= quirks[upto(chance(3) ? LEN(quirks) - 1 : 3)];
		break;
	case 3:
		d->ittl = (uint8_t)upto(255);
		break;
	case 4:
		d->mss = (int32_t)(1360 + upto(100));
		break;
	case 5:
		d->window += chance(2) ? 1 : (uint32_t)d->mss;
		break;
	case 6:
		d->scale = (int16_t)upto(15);
		break;
	case 7:
		d->opts[at] = (uint8_t)upto(8);
		break;
	case 8:
		d->payload = 1;
		break;
	default:
		d->olen = 4;
		break;
	}
}

static void
put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Returns their length, a multiple of four; 0 too when there is no room. */
static size_t
put_options(uint8_t *b, const struct sigdef *d)
{
	static const uint8_t sizes[] = { 0, 1, 4, 3, 2, 10, 2, 2, 10 };
	size_t n = 0;

	memset(b, 0, OPTIONS_MAX);
	for (unsigned i = 0; i < d->opts_n; i++) {
		uint8_t kind = d->opts[i], size = kind < 9 ? sizes[kind] : 2;

		if (n + size > OPTIONS_MAX)
			return 0;
		b[n] = kind;
		if (size > 1)
			b[n + 1] = size;
		if (kind == 2)
			put16(&b[n + 2], (unsigned)d->mss);
		else if (kind == 3)
			b[n + 2] = (uint8_t)d->scale;
		else if (kind == 8) {
			b[n + 5] = (d->quirks & Q_TS_ZERO) ? 0 : 9;
			b[n + 9] = (d->quirks & Q_PEER_TS_NZ) ? 9 : 0;
		}
		n += size;
		if (kind == 0) {
			n += 1U + d->eol_pad;
			break;
		}
	}
	n = (n + 3) & ~(size_t)3;
	return n > OPTIONS_MAX ? 0 : n;
}

static size_t
put_ip(uint8_t *b, const struct sigdef *d, size_t rest)
{
	size_t hlen = d->ver == 6 ? 40 : 20U + (d->olen > 0 ? 4 : 0);
	unsigned frag = 0, id;

	memset(b, 0, hlen);
	if (d->ver == 6) {
		b[0] = 0x60;
		b[1] = chance(9) ? 0x80 : 0;
		b[3] = (d->quirks & Q_FLOW) ? 7 : 0;
		put16(&b[4], (unsigned)rest);
		b[6] = 6;
		b[7] = d->ittl;
		b[8] = b[24] = 0x20;
		b[9] = b[25] = 0x01;
		b[10] = b[26] = 0x0d;
		b[11] = b[27] = 0xb8;
		b[23] = 1;
		b[39] = 2;
		return hlen;
	}
	frag |= (d->quirks & Q_DF) ? 0x4000 : 0;
	frag |= (d->quirks & Q_RESERVED) ? 0x8000 : 0;
	id = (d->quirks & Q_DF) ? (d->quirks & Q_ID_NZ) != 0 :
				  !(d->quirks & Q_ID_ZERO);
	b[0] = (uint8_t)(0x40 | hlen / 4);
	b[1] = chance(9) ? 0x10 : 0;
	put16(&b[2], (unsigned)(hlen + rest));
	put16(&b[4], id);
	put16(&b[6], frag);
	b[8] = d->ittl;
	b[9] = 6;
	memcpy(&b[12], "\300\0\2\7\306\063\144\1", 8);
	memset(&b[20], 1, hlen - 20);
	return hlen;
}

/* Behind the IP header's room; `reply` says which way. */
static size_t
put_tcp(uint8_t *b, const struct sigdef *d, bool reply, uint16_t port)
{
	uint8_t opts[OPTIONS_MAX];
	size_t n = put_options(opts, d);
	unsigned flags = reply ? TCPF_SYN | TCPF_ACK : TCPF_SYN;

	flags |= (d->quirks & Q_ECN) ? TCPF_ECE : 0U;
	flags |= (d->quirks & Q_URG) ? TCPF_URG : 0U;
	flags |= (d->quirks & Q_PUSH) ? TCPF_PSH : 0U;
	memset(b, 0, 20);
	put16(&b[reply ? 2 : 0], port);
	put16(&b[reply ? 0 : 2], 25);
	b[7] = (d->quirks & Q_SEQ_ZERO) ? 0 : 1;
	/* p0f looks at one bit of the number only. */
	memset(&b[8], reply || (d->quirks & Q_ACK_NZ) ? 0xff : 0, 4);
	put16(&b[12], (unsigned)(20 + n) / 4 << 12 | flags);
	put16(&b[14], d->window);
	put16(&b[18], (d->quirks & Q_URG_NZ) ? 1 : 0);
	memcpy(&b[20], opts, n);
	b[20 + n] = 'x';
	return 20 + n + (d->payload == 1 ? 1 : 0);
}

/* True when that was a tool's SYN. */
static bool
generate_one(struct dump *d, enum sigdef_kind kind, const struct sigdef *from,
    uint16_t port)
{
	static int64_t t_us = 1000000000000000;
	uint8_t tcp[PACKET_MAX], b[2 * PACKET_MAX];
	size_t n = put_tcp(tcp, from, kind == SIGDEF_REPLY, port);
	size_t hlen = put_ip(b, from, n);
	uint32_t len = (uint32_t)(hlen + n);
	struct packet p = { .t_us = t_us += 10,
		.data = b,
		.caplen = len,
		.wirelen = len,
		.link = PACKET_RAW };
	struct traits t;

	if (kind == SIGDEF_REPLY) { /* back to where the SYN is from */
		uint8_t swap[16], size = from->ver == 6 ? 16 : 4;
		uint8_t *src = &b[from->ver == 6 ? 8 : 12];

		memcpy(swap, src, size);
		memmove(src, src + size, size);
		memcpy(src + size, swap, size);
	}
	memcpy(&b[hlen], tcp, n);
	if (traits_parse(&p, &t) != TRAITS_OK)
		return true;
	recorder_packet(d->out, p.t_us, b, len, len);
	return dump_one(d, &t);
}

static void
generate(struct dump *d, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		int8_t ver = 0;

		for (unsigned k = 0; k < 2; k++) {
			struct sigdef def = settle(
			    &d->defs[k][(size_t)random() % d->n[k]]);

			if (k == 1 || d->v4_only)
				def.ver = d->v4_only ? 4 : ver;
			ver = def.ver;
			for (unsigned c = upto(2); c > 0; c--)
				change(&def);
			if (generate_one(d, k, &def, (uint16_t)(i + 1)))
				break;
		}
	}
}

static void
warn(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "osdump: %s\n", text);
}

int
main(int argc, char **argv)
{
	static struct dump d;
	char err[SIGFILE_ERRLEN > CAPTURE_ERRLEN ? SIGFILE_ERRLEN :
						   CAPTURE_ERRLEN];
	const char *fp = NULL;
	struct sigdb *db = NULL;
	unsigned pairs = 0;
	bool ok = true;
	int opt;

	srandom(1);
	while ((opt = getopt(argc, argv, "4d:g:s:w:")) != -1) {
		if (opt == 'd')
			db = sigfile_load(&(const char *){ fp = optarg }, 1,
			    warn, NULL, NULL, err);
		else if (opt == '4')
			d.v4_only = true;
		else if (opt == 'g')
			pairs = (unsigned)strtoul(optarg, NULL, 10);
		else if (opt == 's')
			srandom((unsigned)strtoul(optarg, NULL, 10));
		else if (opt == 'w')
			d.out = recorder_open(optarg, err);
		if (opt == '?' || (opt == 'w' && d.out == NULL) ||
		    (opt == 'd' && db == NULL)) {
			fprintf(stderr, "osdump: %s\n",
			    opt == '?' ? "usage" : err);
			return 2;
		}
	}
	if (db == NULL || (pairs > 0) != (d.out != NULL)) {
		fprintf(stderr, "osdump: usage\n");
		return 2;
	}
	d.db = db;
	if (pairs > 0 && (ok = read_defs(&d, fp)))
		generate(&d, pairs);
	for (int i = optind; i < argc; i++)
		ok = dump_file(&d, argv[i]) && ok;
	recorder_close(d.out);
	sigdb_free(db);
	return ok ? 0 : 1;
}
