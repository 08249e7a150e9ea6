/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sig.h"

#include "fp/hash.h"

#define DIST_MAX     35  /* hops; beyond that the initial TTL is a riddle */
#define MSS_MIN      100 /* below, a window is not counted in segments */
#define TS_BYTES     12  /* what timestamps take of a segment */
#define HDR4         40U /* IPv4 and TCP without options */
#define HDR6         60U
#define ETHERNET_MTU 1500U

/*
 * A word of a signature with the comma behind it.  Always all eight bytes are
 * written and `n` of them kept: no loop, and the bounds are those below.
 */
struct token {
	char s[8];
	uint8_t n;
};
#define TOKEN(lit) \
	{ \
		lit ",", sizeof(lit) \
	}

/* By the number of the bit, which is the order of printing. */
static const struct token quirk_tokens[] = {
	TOKEN("df"),
	TOKEN("id+"),
	TOKEN("id-"),
	TOKEN("ecn"),
	TOKEN("0+"),
	TOKEN("flow"),
	TOKEN("seq-"),
	TOKEN("ack+"),
	TOKEN("ack-"),
	TOKEN("uptr+"),
	TOKEN("urgf+"),
	TOKEN("pushf+"),
	TOKEN("ts1-"),
	TOKEN("ts2+"),
	TOKEN("opt+"),
	TOKEN("exws"),
	TOKEN("bad"),
};
#define QUIRKS_N (sizeof(quirk_tokens) / sizeof(quirk_tokens[0]))
_Static_assert(Q_BAD == 1 << (QUIRKS_N - 1), "one word for each quirk");

/* Option kinds that have a name; others are printed as ?N. */
static const struct token option_tokens[] = {
	[1] = TOKEN("nop"),
	[2] = TOKEN("mss"),
	[3] = TOKEN("ws"),
	[4] = TOKEN("sok"),
	[5] = TOKEN("sack"),
	[8] = TOKEN("ts"),
};
#define OPTIONS_N (sizeof(option_tokens) / sizeof(option_tokens[0]))

/*
 * The longest of each, with its separator, when every field has its largest
 * value (which no packet can have): what is written without looking.
 */
#define HEAD_MAX  sizeof("6:255+35")
#define FIELD_MAX (sizeof(":255:65535:mss*65535,255:") - 1)
#define REST_MAX \
	(FIELD_MAX + TRAITS_OPTS_MAX * sizeof("eol+255") + 1 + \
	    QUIRKS_N * sizeof("pushf+") + sizeof(":0"))
#define SLACK sizeof(((struct token *)0)->s)
_Static_assert(QUIRKS_N * sizeof("pushf+") + SLACK < SIG_STRLEN,
    "sig_quirks() needs no check");

static char *
put_token(char *p, const struct token *t)
{
	memcpy(p, t->s, sizeof(t->s));
	return p + t->n;
}

static char *
put_text(char *p, const char *s, size_t n)
{
	memcpy(p, s, n);
	return p + n;
}
#define PUT(p, lit) put_text((p), (lit), sizeof(lit) - 1)

static char *
put_num(char *p, unsigned v)
{
	unsigned digits = v < 10 ? 1 : v < 100 ? 2 : v < 1000 ? 3 : 4;

	if (v >= 10000)
		digits = 5; /* all that is printed has 16 bits */
	for (unsigned i = digits; i-- > 0; v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + digits;
}

static char *
put_layout(char *p, const struct traits *t)
{
	size_t n = t->opts_n < TRAITS_OPTS_MAX ? t->opts_n : TRAITS_OPTS_MAX;

	for (size_t i = 0; i < n; i++) {
		uint8_t kind = t->opts[i];

		if (kind < OPTIONS_N && option_tokens[kind].n != 0) {
			p = put_token(p, &option_tokens[kind]);
			continue;
		}
		if (kind == 0)
			p = put_num(PUT(p, "eol+"), t->eol_pad);
		else
			p = put_num(PUT(p, "?"), kind);
		*p++ = ',';
	}
	return n > 0 ? p - 1 : p;
}

static char *
put_quirks(char *p, uint32_t quirks)
{
	quirks &= (1U << QUIRKS_N) - 1;
	if (quirks == 0)
		return p;
	for (; quirks != 0; quirks &= quirks - 1)
		p = put_token(p, &quirk_tokens[__builtin_ctz(quirks)]);
	return p - 1;
}

const char *
sig_quirks(uint32_t quirks, char buf[SIG_STRLEN])
{
	*put_quirks(buf, quirks) = '\0';
	return buf;
}

uint8_t
sig_initial_ttl(uint8_t ttl)
{
	if (ttl <= 32)
		return 32;
	if (ttl <= 64)
		return 64;
	return ttl <= 128 ? 128 : 255;
}

/* The window is a whole number of these; `*n` is how many. */
static bool
divides(unsigned window, unsigned by, unsigned *n)
{
	if (window % by != 0)
		return false;
	*n = window / by;
	return true;
}

/*
 * Which unit a stack counts in is told by the first that divides.  The order
 * is p0f's, and so is the peer's MSS as the last resort.
 */
static bool
in_segments(const struct traits *t, unsigned *n)
{
	const unsigned w = t->window, mss = t->mss;
	const unsigned ether = ETHERNET_MTU - HDR4, ether6 = ether - 20;

	return divides(w, mss, n) ||
	    (t->ts_val != 0 && divides(w, mss - TS_BYTES, n)) ||
	    divides(w, ether, n) || divides(w, ether - TS_BYTES, n) ||
	    (t->ver == 6 &&
		(divides(w, ether6, n) || divides(w, ether6 - TS_BYTES, n)));
}

static bool
in_packets(const struct traits *t, unsigned *n)
{
	const unsigned w = t->window, mss = t->mss;

	return divides(w, mss + HDR4, n) || divides(w, mss + t->hdrlen, n) ||
	    (t->ver == 6 && divides(w, mss + HDR6, n)) ||
	    divides(w, ETHERNET_MTU, n);
}

static bool
in_peer_segments(const struct traits *t, unsigned peer_mss, unsigned *n)
{
	return peer_mss != 0 &&
	    (divides(t->window, peer_mss, n) ||
		(peer_mss > TS_BYTES &&
		    divides(t->window, peer_mss - TS_BYTES, n)));
}

enum sig_unit
sig_window(const struct traits *t, uint16_t peer_mss, unsigned *n)
{
	*n = t->window;
	if (t->window == 0 || t->mss < MSS_MIN)
		return SIG_PLAIN;
	if (in_segments(t, n))
		return SIG_MSS;
	if (in_packets(t, n))
		return SIG_MTU;
	return in_peer_segments(t, peer_mss, n) ? SIG_MSS : SIG_PLAIN;
}

/* All that follows the TTL: header options to payload class. */
static char *
put_rest(char *p, const struct traits *t, uint16_t peer_mss)
{
	unsigned n;
	enum sig_unit unit = sig_window(t, peer_mss, &n);

	*p++ = ':';
	p = put_num(p, t->ip_optlen);
	*p++ = ':';
	p = put_num(p, t->mss);
	*p++ = ':';
	if (unit != SIG_PLAIN)
		p = unit == SIG_MSS ? PUT(p, "mss*") : PUT(p, "mtu*");
	p = put_num(p, n);
	*p++ = ',';
	p = put_num(p, t->wscale);
	*p++ = ':';
	p = put_layout(p, t);
	*p++ = ':';
	p = put_quirks(p, t->quirks);
	return t->payload_len != 0 ? PUT(p, ":+") : PUT(p, ":0");
}

/* "VER:TTL" with the initial TTL, ending at `end`. */
static const char *
put_general_head(char *end, uint8_t ver, uint8_t ittl)
{
	char head[HEAD_MAX + 8];
	char *p = put_num(head, ver);
	size_t n;

	*p++ = ':';
	p = put_num(p, ittl);
	n = (size_t)(p - head);
	return memcpy(end - n, head, n);
}

static char *
put_head(char *p, const struct traits *t, uint8_t dist)
{
	p = put_num(p, t->ver);
	*p++ = ':';
	p = put_num(p, t->ttl);
	*p++ = '+';
	if (dist <= DIST_MAX)
		return put_num(p, dist);
	*p++ = '?';
	return p;
}

/*
 * The part behind the TTL is the same in the text and in what the key is made
 * of, where the distance, the network's and not the host's, is left out: it
 * is made once, behind room for the latter's head.
 */
void
sig_make_reply(const struct traits *t, uint16_t peer_mss, struct sig *out)
{
	/* The build sets locals to zero, which here costs a tenth of all. */
	char buf[HEAD_MAX + REST_MAX + SLACK] __attribute__((uninitialized));
	char *rest = &buf[HEAD_MAX], *p;
	const char *general;
	size_t n, max;

	out->ittl = sig_initial_ttl(t->ttl);
	out->dist = (uint8_t)(out->ittl - t->ttl);
	p = put_head(out->text, t, out->dist);
	max = (size_t)(&out->text[SIG_STRLEN - 1] - p);
	n = (size_t)(put_rest(rest, t, peer_mss) - rest);
	if (n > max)
		n = max; /* no packet has so much */
	memcpy(p, rest, n);
	p[n] = '\0';
	general = put_general_head(rest, t->ver, out->ittl);
	out->key = hash_stable(general, (size_t)(&rest[n] - general));
	if (out->key == 0)
		out->key = 1;
}

void
sig_make(const struct traits *t, struct sig *out)
{
	sig_make_reply(t, 0, out);
}
