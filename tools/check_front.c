/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The way to the front, and the leak. */
#include <string.h>

#include "fp/jhash.h"
#include "tools/check_try.h"

#define LEAK_DEFAULT 100 /* where the site has none, to try it */
#define LEAK_PORTS   4   /* of each kind */

struct way {
	enum nft_front front;
	const char *name;
};

static const struct way ways[] = {
	{ NFT_FRONT_TPROXY, "tproxy" },
	{ NFT_FRONT_REDIRECT, "redirect" },
};

#define REJECTED4 "192.0.2.40"
#define REJECTED6 "2001:db8:40::1"
#define LEAKING4  "192.0.2.41"
#define LEAKING6  "2001:db8:41::1"

static bool
install_front(struct check_run *r, const struct nft_conf *base,
    enum nft_front front)
{
	struct nft_conf with = *base;

	with.front = front;
	with.front_port = 0;
	if (front != NFT_FRONT_OFF) {
		if (scratch_front(r->s, front == NFT_FRONT_REDIRECT) != 0) {
			check_add(r->l, CHECK_FAILED,
			    "the front's sockets can be made", "%s",
			    "IP_TRANSPARENT, or a free port");
			return false;
		}
		with.front_port = scratch_front_port(r->s);
	}
	return check_install(r, &with);
}

/* One line of that way to the front. */
static void
try_one(struct check_run *r, const struct way *w, struct check_knock k)
{
	const struct frame f = check_syn(r, k.from);
	char text[CHECK_TEXT];

	(void)snprintf(text, sizeof(text), "front = %s%s: %s", w->name,
	    f.src.family == 6 ? ", IPv6" : "", k.text);
	k.text = text;
	k.needs = NFT_FRONT;
	k.instead = "that cannot be used here; without it a rejected client "
		    "is dropped";
	check_knock(r, &k, &f);
}

static void
try_dead(struct check_run *r, const struct way *w)
{
	static const char text[] = "with a dead front a rejected client "
				   "meets the mail server";

	/* Redirected to nobody it is refused, until the guard notices. */
	if (w->front != NFT_FRONT_TPROXY)
		return;
	scratch_front_dies(r->s);
	try_one(r, w,
	    (struct check_knock){ .text = text,
		.from = REJECTED4,
		.want = SCRATCH_MTA });
	if (scratch_has_v6(r->s))
		try_one(r, w,
		    (struct check_knock){ .text = text,
			.from = REJECTED6,
			.want = SCRATCH_MTA });
}

static void
try_direct(struct check_run *r)
{
	static const struct check_knock direct = {
		"front = redirect: the front's own port is closed",
		"192.0.2.42", SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_FRONT,
		"nothing listens there"
	};
	struct frame f = check_syn(r, direct.from);

	f.dport = scratch_front_port(r->s);
	check_knock(r, &direct, &f);
}

static void
try_way(struct check_run *r, const struct nft_conf *base, const struct way *w)
{
	static const char text[] = "a rejected client meets the front";

	if (!install_front(r, base, w->front))
		return;
	try_one(r, w,
	    (struct check_knock){ .text = text,
		.from = REJECTED4,
		.want = SCRATCH_FRONT });
	if (scratch_has_v6(r->s))
		try_one(r, w,
		    (struct check_knock){ .text = text,
			.from = REJECTED6,
			.want = SCRATCH_FRONT });
	try_one(r, w,
	    (struct check_knock){ .text = "a stranger meets the mail server",
		.from = "192.0.2.43",
		.want = SCRATCH_MTA });
	if (w->front == NFT_FRONT_REDIRECT)
		try_direct(r);
	try_dead(r, w);
}

/* It was there and is gone: nobody is dropped for lack of it. */
static void
try_gone(struct check_run *r)
{
	static const struct check_knock gone = {
		"a rejected client meets the mail server when zfwd has lost "
		"its front",
		REJECTED4, SCRATCH_MTA, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	struct nft_conf with = r->conf;

	with.reject_passes = true;
	if (check_install(r, &with))
		check_knock(r, &gone, NULL);
}

/* Both ways are tried: which one suits is told by check_system(), too. */
void
check_front(struct check_run *r)
{
	static const struct check_knock off = {
		"without a front a rejected client is dropped", REJECTED4,
		SCRATCH_NOBODY, SCRATCH_WHOLE, NFT_CORE, NULL
	};
	const struct nft_conf was = r->conf;

	check_block(r, REJECTED4 "/32", NFT_REJECT);
	check_block(r, "2001:db8:40::/64", NFT_REJECT);
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		try_way(r, &was, &ways[i]);
	if (install_front(r, &was, NFT_FRONT_OFF)) {
		check_knock(r, &off, NULL);
		try_gone(r);
	}
	(void)install_front(r, &was, was.front);
}

/* ---- the leak ---- */

enum kind { KIND_AUDIT, KIND_LEAK, KIND_NONE, KINDS };

static enum kind
kind_of(const struct check_run *r, const struct addr *a, uint16_t port)
{
	const struct nft_conf *c = &r->conf;
	const struct jhash_pick audit = jhash_pick_of(c->leak, NFT_AUDIT,
	    c->leak_seed);
	const struct jhash_pick leak = jhash_pick_of(c->leak, 1, c->leak_seed);

	if (jhash_picks(&audit, a, port))
		return KIND_AUDIT;
	return jhash_picks(&leak, a, port) ? KIND_LEAK : KIND_NONE;
}

static enum scratch_who
meets(const struct check_run *r, enum kind kind)
{
	if (kind == KIND_AUDIT)
		return SCRATCH_MTA;
	return kind == KIND_LEAK && r->conf.front != NFT_FRONT_OFF ?
	    SCRATCH_FRONT :
	    SCRATCH_NOBODY;
}

/* The first that did not come out as computed, or what all did. */
static enum scratch_who
try_ports(struct check_run *r, const char *from, enum kind kind)
{
	const enum scratch_who want = meets(r, kind);
	unsigned n = 0;

	for (uint32_t port = 1024; port < 65536 && n < LEAK_PORTS; port++) {
		const struct frame f = scratch_syn(r->s, from, (uint16_t)port);
		enum scratch_who got;

		if (kind_of(r, &f.src, f.sport) != kind)
			continue;
		n++;
		got = scratch_knock(r->s, &f, SCRATCH_WHOLE);
		if (got != want)
			return got;
	}
	return want;
}

static void
try_leak(struct check_run *r, const char *from)
{
	static const char *const text[KINDS] = {
		[KIND_AUDIT] = "the leak's audit sample is as computed",
		[KIND_LEAK] = "the rest of the leak is as computed",
		[KIND_NONE] = "what is not leaked is as computed",
	};
	char sentence[CHECK_TEXT];

	for (enum kind k = 0; k < KINDS; k++) {
		struct check_case c = { .text = sentence,
			.want = check_who(meets(r, k)),
			.can = check_can(r, NFT_LEAK),
			.instead = "nothing of a blocked client is let "
				   "through" };

		(void)snprintf(sentence, sizeof(sentence), "%s%s (%s)",
		    strchr(from, ':') == NULL ? "" : "IPv6: ", text[k], c.want);
		c.got = check_who(try_ports(r, from, k));
		check_case(r->l, &c);
	}
}

void
check_leak(struct check_run *r)
{
	const struct nft_conf was = r->conf;
	struct nft_conf with = was;

	if (with.leak == 0)
		with.leak = LEAK_DEFAULT;
	check_block(r, LEAKING4 "/32", NFT_DROP);
	check_block(r, "2001:db8:41::/64", NFT_DROP);
	if (check_install(r, &with)) {
		try_leak(r, LEAKING4);
		if (scratch_has_v6(r->s))
			try_leak(r, LEAKING6);
	}
	(void)check_install(r, &was);
}
