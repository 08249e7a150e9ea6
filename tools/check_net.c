/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole and narrow blocks, and packets of odd shapes. */
#include <string.h>

#include "tools/check_try.h"

#define N(a)    (sizeof(a) / sizeof((a)[0]))
#define NOBODY  SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_CORE, NULL
#define ANSWERS SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL

static const struct check_knock before[] = {
	{ "a stranger gets an answer", "192.0.2.1", ANSWERS },
	{ "IPv6: a stranger gets an answer", "2001:db8:1::1", ANSWERS },
};

static const struct check_knock blocked[] = {
	{ "a blocked address gets no answer", "192.0.2.1", NOBODY },
	{ "the neighbour of a blocked address gets an answer", "192.0.2.2",
	    ANSWERS },
	{ "IPv6: no address of a blocked /64 gets an answer", "2001:db8:1::9",
	    NOBODY },
	{ "IPv6: an address of the next /64 gets one", "2001:db8:1:1::1",
	    ANSWERS },
	{ "IPv6: no address of a blocked /56 gets an answer",
	    "2001:db8:2:3ff::1", NOBODY },
	{ "IPv6: an address of the next /56 gets one", "2001:db8:2:400::1",
	    ANSWERS },
	{ "IPv6: no address of a blocked /48 gets an answer",
	    "2001:db8:3:ffff::1", NOBODY },
	{ "IPv6: an address of the next /48 gets one", "2001:db8:4::1",
	    ANSWERS },
};

static const struct check_knock allowed[] = {
	{ "the allow list beats a block", "192.0.2.1", ANSWERS },
	{ "IPv6: an allowed address of a blocked network gets an answer",
	    "2001:db8:3:1::5", ANSWERS },
	{ "IPv6: its neighbour in that network gets none", "2001:db8:3:1::6",
	    NOBODY },
};

static const struct check_knock after[] = {
	{ "a block that is lifted is gone at once", "192.0.2.1", ANSWERS },
};

static void
allow(struct check_run *r, const struct net *nets, size_t n)
{
	if (nft_allow_replace(r->n, nets, n) != 0)
		check_add(r->l, CHECK_FAILED, "the allow list can be set", "%s",
		    nft_error(r->n));
}

static void
seen(struct check_run *r)
{
	const struct check_case c = {
		.text = "a capture sees what is dropped",
		.want = "seen",
		.got = scratch_captured(r->s) ? "seen" : "not seen",
		.can = true,
	};

	check_case(r->l, &c);
}

void
check_blocks(struct check_run *r)
{
	struct nft_op lift = { .kind = NFT_DEL };
	struct net nets[2];

	(void)net_parse(STR("192.0.2.0/24"), &nets[0]);
	(void)net_parse(STR("2001:db8:3:1::5/128"), &nets[1]);
	(void)net_parse(STR("192.0.2.1/32"), &lift.net);
	check_knocks(r, before, N(before));
	check_block(r, "192.0.2.1/32", NFT_DROP);
	check_block(r, "2001:db8:1::/64", NFT_DROP);
	check_block(r, "2001:db8:2:300::/56", NFT_DROP);
	check_block(r, "2001:db8:3::/48", NFT_DROP);
	check_knock(r, &blocked[0], NULL);
	seen(r);
	check_knocks(r, blocked + 1, N(blocked) - 1);
	allow(r, nets, scratch_has_v6(r->s) ? 2 : 1);
	check_knocks(r, allowed, N(allowed));
	allow(r, NULL, 0);
	if (check_apply(r, &lift))
		check_knocks(r, after, N(after));
}

/* ---- narrow ---- */

#define WHOLE_INSTEAD "blocks of single stacks are refused, and logged"

enum change { SAME, WINDOW, LENGTH, MSS, NO_MSS };

static const struct {
	const char *text;
	bool no_mss;        /* the block's twin */
	enum change change; /* of this client's SYN against it */
	enum scratch_who want;
} narrow[] = {
	{ "a block of one stack drops that stack", false, SAME,
	    SCRATCH_NOBODY },
	{ "a block of one stack spares another window", false, WINDOW,
	    SCRATCH_MTA },
	{ "a block of one stack spares another length", false, LENGTH,
	    SCRATCH_MTA },
	{ "a block of one stack spares another MSS", false, MSS, SCRATCH_MTA },
	{ "a block of one stack spares a SYN without MSS", false, NO_MSS,
	    SCRATCH_MTA },
	{ "a block of a stack without MSS drops that", true, SAME,
	    SCRATCH_NOBODY },
	{ "a block of a stack without MSS spares a SYN with one", true, MSS,
	    SCRATCH_MTA },
};

static struct frame
changed(struct frame f, enum change how)
{
	switch (how) {
	case WINDOW:
		f.window = 8192;
		break;
	case LENGTH:
		f.nops++;
		break;
	case MSS: /* of the same length: in the place of a word of NOPs */
		if (f.mss == 0)
			f.nops--;
		f.mss = 1400;
		break;
	case NO_MSS:
		f.mss = 0;
		f.nops++;
		break;
	case SAME:
		break;
	}
	return f;
}

static void
try_narrow(struct check_run *r, size_t i, bool v6)
{
	const char *from = narrow[i].no_mss ?
	    (v6 ? "2001:db8:21::1" : "192.0.2.21") :
	    (v6 ? "2001:db8:20::1" : "192.0.2.20");
	char text[CHECK_TEXT];
	const struct check_knock k = { text, from, narrow[i].want,
		SCRATCH_WHOLE, NFT_STACKS, WHOLE_INSTEAD };
	struct frame f = check_syn(r, from);
	struct nft_op op = { .kind = NFT_ADD, .timeout_s = CHECK_FOREVER_S };

	(void)snprintf(text, sizeof(text), "%s%s", v6 ? "IPv6: " : "",
	    narrow[i].text);
	if (narrow[i].no_mss)
		f = changed(f, NO_MSS);
	op.net = addr_key_net(&f.src);
	op.stack = frame_stack(&f);
	if (narrow[i].change == SAME && check_can(r, NFT_STACKS))
		(void)check_apply(r, &op);
	f = changed(f, narrow[i].change);
	check_knock(r, &k, &f);
}

void
check_stacks(struct check_run *r)
{
	for (size_t i = 0; i < N(narrow); i++)
		try_narrow(r, i, false);
	for (size_t i = 0; i < N(narrow) && scratch_has_v6(r->s); i++)
		try_narrow(r, i, true);
}

/* ---- odd shapes ---- */

static const struct check_knock odd[] = {
	{ "a stranger's SYN in two fragments gets an answer", "192.0.2.30",
	    SCRATCH_MTA, SCRATCH_SPLIT, NFT_CORE, NULL },
	{ "a blocked client's SYN in two fragments gets none", "192.0.2.31",
	    SCRATCH_NOBODY, SCRATCH_SPLIT, NFT_CORE, NULL },
	{ "a stranger's SYN in fragments too small to read gets an answer",
	    "192.0.2.30", SCRATCH_MTA, SCRATCH_TINY, NFT_CORE, NULL },
	{ "IPv6: a stranger's SYN in two fragments gets an answer",
	    "2001:db8:30::1", SCRATCH_MTA, SCRATCH_SPLIT, NFT_CORE, NULL },
	{ "IPv6: a blocked client's SYN in two fragments gets none",
	    "2001:db8:31::1", SCRATCH_NOBODY, SCRATCH_SPLIT, NFT_CORE, NULL },
};

static const struct check_knock headers[] = {
	{ "IPv6: an extension header is no hindrance to a stranger",
	    "2001:db8:30::2", ANSWERS },
	{ "IPv6: an extension header is no disguise for a blocked client",
	    "2001:db8:31::2", NOBODY },
};

/*
 * Our rules pass what they cannot read; with connection tracking or tproxy in
 * use the kernel puts fragments together before they see them.
 */
static void
try_tiny(struct check_run *r)
{
	struct frame f = check_syn(r, "192.0.2.31");
	enum scratch_who who = scratch_knock(r->s, &f, SCRATCH_TINY);
	struct check_case c = {
		.text = "a blocked client's SYN in fragments too small to read "
			"gets none",
		.want = check_who(SCRATCH_NOBODY),
		.got = check_who(who),
		.can = who != SCRATCH_MTA,
		.instead = "it passes, where neither connection tracking nor "
			   "front = tproxy puts fragments together",
	};

	check_case(r->l, &c);
}

void
check_odd(struct check_run *r)
{
	check_block(r, "192.0.2.31/32", NFT_DROP);
	check_block(r, "2001:db8:31::/64", NFT_DROP);
	check_knocks(r, odd, N(odd));
	try_tiny(r);
	for (size_t i = 0; i < N(headers) && scratch_has_v6(r->s); i++) {
		struct frame f = check_syn(r, headers[i].from);

		f.ext_header = true;
		check_knock(r, &headers[i], &f);
	}
}
