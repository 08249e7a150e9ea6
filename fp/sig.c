/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sig.h"

#include "fp/hash.h"

#define DIST_MAX     35  /* hops; beyond that the initial TTL is a riddle */
#define MSS_MIN      100 /* below, a window is not counted in segments */
#define TS_BYTES     12  /* what timestamps take of a segment */
#define HDR4         40U /* IPv4 and TCP without options */
#define HDR6         60U
#define ETHERNET_MTU 1500U

/* Quirks that no mail server's stack shows in a SYN. */
#define QUIRKS_ODD \
	(Q_RESERVED | Q_SEQ_ZERO | Q_ACK_NZ | Q_URG_NZ | Q_URG | Q_PUSH | \
	    Q_PEER_TS_NZ | Q_EOL_NZ | Q_EXWS | Q_BAD)

const char *const sig_class_name[SIG_CLASSES] = {
	[SIG_UNKNOWN] = "unknown",
	[SIG_WINDOWS] = "windows",
	[SIG_OLD_WINDOWS] = "old-windows",
	[SIG_LINUX] = "linux",
	[SIG_APPLE] = "apple",
	[SIG_BSD] = "bsd",
	[SIG_ODD] = "odd",
};

static const struct {
	uint32_t bit;
	const char *name;
} quirk_names[] = {
	{ Q_DF, "df" },
	{ Q_ID_NZ, "id+" },
	{ Q_ID_ZERO, "id-" },
	{ Q_ECN, "ecn" },
	{ Q_RESERVED, "0+" },
	{ Q_FLOW, "flow" },
	{ Q_SEQ_ZERO, "seq-" },
	{ Q_ACK_NZ, "ack+" },
	{ Q_ACK_ZERO, "ack-" },
	{ Q_URG_NZ, "uptr+" },
	{ Q_URG, "urgf+" },
	{ Q_PUSH, "pushf+" },
	{ Q_TS_ZERO, "ts1-" },
	{ Q_PEER_TS_NZ, "ts2+" },
	{ Q_EOL_NZ, "opt+" },
	{ Q_EXWS, "exws" },
	{ Q_BAD, "bad" },
};

/* Option kinds that have a name; others are printed as ?N. */
static const char *const option_names[] = {
	[1] = "nop",
	[2] = "mss",
	[3] = "ws",
	[4] = "sok",
	[5] = "sack",
	[8] = "ts",
};

/* A bounded text; what does not fit is left out. */
struct out {
	char *p;
	size_t n;
};

static void
out_str(struct out *o, const char *s)
{
	for (; *s != '\0' && o->n < SIG_STRLEN - 1; s++)
		o->p[o->n++] = *s;
	o->p[o->n] = '\0';
}

static void
out_num(struct out *o, unsigned v)
{
	char digits[12];
	size_t i = sizeof(digits) - 1;

	digits[i] = '\0';
	do {
		digits[--i] = (char)('0' + v % 10);
		v /= 10;
	} while (v != 0);
	out_str(o, &digits[i]);
}

static void
out_layout(struct out *o, const struct traits *t)
{
	for (size_t i = 0; i < t->opts_n; i++) {
		uint8_t kind = t->opts[i];
		const char *name = NULL;

		if (i > 0)
			out_str(o, ",");
		if (kind < sizeof(option_names) / sizeof(option_names[0]))
			name = option_names[kind];
		if (kind == 0) {
			out_str(o, "eol+");
			out_num(o, t->eol_pad);
		} else if (name != NULL) {
			out_str(o, name);
		} else {
			out_str(o, "?");
			out_num(o, kind);
		}
	}
}

static void
out_quirks(struct out *o, uint32_t quirks)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(quirk_names) / sizeof(quirk_names[0]);
	     i++) {
		if (!(quirks & quirk_names[i].bit))
			continue;
		out_str(o, comma);
		out_str(o, quirk_names[i].name);
		comma = ",";
	}
}

const char *
sig_quirks(uint32_t quirks, char buf[SIG_STRLEN])
{
	struct out o = { buf, 0 };

	buf[0] = '\0';
	out_quirks(&o, quirks);
	return buf;
}

static uint8_t
initial_ttl(uint8_t ttl)
{
	if (ttl <= 32)
		return 32;
	if (ttl <= 64)
		return 64;
	return ttl <= 128 ? 128 : 255;
}

/*
 * Many stacks offer a window of a whole number of segments, of their own
 * size, of a plain Ethernet's, or of the peer's; some count whole packets
 * (mtu).  Which one is told by the first that divides.
 */
static void
out_window(struct out *o, const struct traits *t, unsigned peer_mss)
{
	unsigned mss = t->mss, v6 = t->ver == 6;
	const struct {
		bool use;
		unsigned div;
		const char *unit;
	} units[] = {
		{ true, mss, "mss*" },
		{ t->ts_val != 0, mss - TS_BYTES, "mss*" },
		{ true, ETHERNET_MTU - HDR4, "mss*" },
		{ true, ETHERNET_MTU - HDR4 - TS_BYTES, "mss*" },
		{ v6, ETHERNET_MTU - HDR6, "mss*" },
		{ v6, ETHERNET_MTU - HDR6 - TS_BYTES, "mss*" },
		{ true, mss + HDR4, "mtu*" },
		{ true, mss + t->hdrlen, "mtu*" },
		{ v6, mss + HDR6, "mtu*" },
		{ true, ETHERNET_MTU, "mtu*" },
		{ peer_mss != 0, peer_mss, "mss*" },
		{ peer_mss > TS_BYTES, peer_mss - TS_BYTES, "mss*" },
	};

	if (t->window == 0 || mss < MSS_MIN) {
		out_num(o, t->window);
		return;
	}
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (!units[i].use || t->window % units[i].div != 0)
			continue;
		out_str(o, units[i].unit);
		out_num(o, t->window / units[i].div);
		return;
	}
	out_num(o, t->window);
}

/* All that follows the TTL: header options to payload class. */
static void
out_rest(struct out *o, const struct traits *t, unsigned peer_mss)
{
	out_str(o, ":");
	out_num(o, t->ip_optlen);
	out_str(o, ":");
	out_num(o, t->mss);
	out_str(o, ":");
	out_window(o, t, peer_mss);
	out_str(o, ",");
	out_num(o, t->wscale);
	out_str(o, ":");
	out_layout(o, t);
	out_str(o, ":");
	out_quirks(o, t->quirks);
	out_str(o, t->payload_len != 0 ? ":+" : ":0");
}

/* Without the distance, which is the network's and not the host's. */
static uint64_t
general_key(const struct traits *t, uint8_t ittl, const char *rest)
{
	char text[SIG_STRLEN];
	struct out o = { text, 0 };
	uint64_t key;

	out_num(&o, t->ver);
	out_str(&o, ":");
	out_num(&o, ittl);
	out_str(&o, rest);
	key = hash_stable(text, o.n);
	return key == 0 ? 1 : key;
}

/*
 * What operating systems send.  The initial TTL counts for IPv4 only: over
 * IPv6 hosts take their hop limit from the router's advertisement.
 */
static const struct {
	enum sig_class cls;
	uint8_t ittl;
	uint8_t n;
	uint8_t opts[12];
} layouts[] = {
	{ SIG_WINDOWS, 128, 6, { 2, 1, 3, 1, 1, 4 } },
	{ SIG_WINDOWS, 128, 5, { 2, 1, 3, 4, 8 } },
	{ SIG_OLD_WINDOWS, 128, 4, { 2, 1, 1, 4 } },
	{ SIG_OLD_WINDOWS, 128, 9, { 2, 1, 3, 1, 1, 8, 1, 1, 4 } },
	{ SIG_LINUX, 64, 5, { 2, 4, 8, 1, 3 } },
	{ SIG_LINUX, 64, 6, { 2, 1, 1, 4, 1, 3 } },
	{ SIG_LINUX, 64, 3, { 2, 4, 8 } },
	{ SIG_LINUX, 64, 4, { 2, 1, 1, 4 } },
	{ SIG_LINUX, 64, 7, { 2, 4, 8, 1, 3, 34, 0 } }, /* fast open */
	{ SIG_APPLE, 64, 8, { 2, 1, 3, 1, 1, 8, 4, 0 } },
	{ SIG_APPLE, 64, 3, { 2, 4, 0 } }, /* its late retransmissions */
	{ SIG_BSD, 64, 5, { 2, 1, 3, 4, 8 } },
	{ SIG_BSD, 64, 9, { 2, 1, 1, 4, 1, 3, 1, 1, 8 } },
	{ SIG_BSD, 64, 9, { 2, 1, 3, 4, 1, 1, 1, 1, 8 } },
};

static enum sig_class
classify(const struct traits *t, uint8_t ittl)
{
	if (t->opts_n == 0 || !t->has_mss || t->mss == 0 ||
	    (t->quirks & QUIRKS_ODD))
		return SIG_ODD;
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (layouts[i].n != t->opts_n ||
		    memcmp(layouts[i].opts, t->opts, t->opts_n) != 0)
			continue;
		if (t->ver == 6 || layouts[i].ittl == ittl)
			return layouts[i].cls;
	}
	return SIG_UNKNOWN;
}

void
sig_make_reply(const struct traits *t, uint16_t peer_mss, struct sig *out)
{
	struct out o = { out->text, 0 };
	size_t rest;

	out->ittl = initial_ttl(t->ttl);
	out->dist = (uint8_t)(out->ittl - t->ttl);
	out_num(&o, t->ver);
	out_str(&o, ":");
	out_num(&o, t->ttl);
	out_str(&o, "+");
	if (out->dist > DIST_MAX)
		out_str(&o, "?");
	else
		out_num(&o, out->dist);
	rest = o.n;
	out_rest(&o, t, peer_mss);
	out->key = general_key(t, out->ittl, &out->text[rest]);
	out->cls = classify(t, out->ittl);
}

void
sig_make(const struct traits *t, struct sig *out)
{
	sig_make_reply(t, 0, out);
}
