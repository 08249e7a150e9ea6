/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zs_front - the front's side of a scenario, inline verdicts, and what blocks
 * are narrowed to
 */
#include "daemon/frontmsg.h"
#include "tests/tools/lib/zs.h"

const struct os_stack *
zs_stack(const struct zs *z, const char *name)
{
	const struct os_stack *st = stack_named(name);

	if (st == NULL)
		zs_die(z, "no stack %s", name);
	return st;
}

/* A SYN of that stack from that address. */
static size_t
build_syn(const struct os_stack *st, const struct addr *a, uint16_t port,
    uint8_t ip[SEG_MAX])
{
	struct seg s = { .src = *a,
		.sport = port,
		.dport = 25,
		.seq = 1,
		.flags = SEG_SYN,
		.window = stack_window(st, a) };

	s.dst = *a;
	return seg_build(st, &s, 1, ip);
}

static struct stack
stack_of(const struct zs *z, const struct addr *a, const char *name)
{
	struct traits t;
	uint8_t ip[SEG_MAX];
	size_t n = build_syn(zs_stack(z, name), a, 1, ip);
	struct packet p = { .data = ip,
		.caplen = (uint32_t)n,
		.wirelen = (uint32_t)n,
		.link = PACKET_RAW };

	if (traits_parse(&p, &t) != TRAITS_OK)
		zs_die(z, "a SYN of %s is no TCP packet", name);
	return traits_stack(&t);
}

bool
zs_is_stack(const struct zs *z, const struct addr *a, const struct stack *s,
    const char *name)
{
	struct stack want = stack_of(z, a, name);

	return stack_eq(s, &want);
}

bool
zs_narrow_hits(const struct zs *z, const struct client *c, const char *name)
{
	struct stack s = stack_of(z, &c->key, name);

	return client_narrow_hits(c, &s);
}

bool
zs_was_cut(const struct zs *z, const struct zs_flow *f)
{
	for (size_t i = z->events_n; i > 0; i--) {
		const struct zs_event *e = &z->events[i - 1];

		if (e->kind == ENGINE_CUT && e->port == f->port)
			return true;
		if (e->t_ms + 3600000 < z->now_us / 1000)
			return false;
	}
	return false;
}

/* ---- one click ---- */

static const char *const results[FRONT_RESULTS] = { "nothing", "blocked",
	"lifted", "not-blocked", "used", "no-more", "limit", "failed" };
static const char *const kinds[FRONT_KINDS] = { "none", "talk", "recipients",
	"name", "botnet", "trap", "admin", "bounces" };

/* A token made just now, unless `issued TIME` says how long ago. */
static int64_t
issued(struct zs *z, struct zs_words *w)
{
	int64_t ago_us = 0;

	if (zs_is(w, "issued"))
		ago_us = zs_duration(z, zs_next(z, w, "a time"));
	return (z->now_us - ago_us) / 1000;
}

/* click ADDRESS [issued AGO] is RESULT */
void
zs_click(struct zs *z, struct zs_words *w)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	int64_t issued_ms;
	struct engine_front f;
	const char *want;

	zs_start(z);
	issued_ms = issued(z, w);
	f = engine_front_click(z->engine, &a, issued_ms, z->now_us / 1000);
	if (!zs_is(w, "is"))
		return;
	want = zs_next(z, w, "a result");
	zs_check(z, strcmp(results[f.result], want) == 0, "the click is %s",
	    results[f.result]);
}

/* front on|off */
void
zs_front(struct zs *z, struct zs_words *w)
{
	bool on = zs_is(w, "on");

	if (!on && !zs_is(w, "off"))
		zs_die(z, "front on or off");
	zs_start(z);
	engine_set_front(z->engine, on, z->now_us / 1000);
}

/* expect front ADDRESS RESULT [link|nolink] [kind K] */
void
zs_expect_ask(struct zs *z, struct zs_words *w, bool no)
{
	struct addr a = zs_addr(z, zs_next(z, w, "an address"));
	const char *want = zs_next(z, w, "a result");
	int64_t issued_ms = issued(z, w);
	struct engine_front f = engine_front_ask(z->engine, &a, issued_ms,
	    z->now_us / 1000);

	zs_check(z, (strcmp(results[f.result], want) == 0) != no,
	    "the front is told: %s", results[f.result]);
	if (zs_is(w, "link"))
		zs_check(z, f.link, "without a link");
	if (zs_is(w, "nolink"))
		zs_check(z, !f.link, "with a link");
	if (zs_is(w, "kind")) {
		want = zs_next(z, w, "a kind");
		zs_check(z, strcmp(kinds[f.kind], want) == 0, "of the kind %s",
		    kinds[f.kind]);
	}
}

/* expect inline drop|pass ADDRESS [stack S] */
void
zs_expect_inline(struct zs *z, struct zs_words *w, bool no)
{
	bool drop = zs_is(w, "drop"), passes;
	struct addr a;
	const char *name = "linux";
	uint8_t ip[SEG_MAX];
	struct packet p = { .data = ip, .link = PACKET_RAW };

	if (zs_is(w, "verdicts")) {
		zs_check(z, engine_inline(z->engine) != no,
		    "inline verdicts are %s", no ? "wanted" : "not wanted");
		return;
	}
	if (!drop && !zs_is(w, "pass"))
		zs_die(z, "expect inline drop or pass");
	a = zs_addr(z, zs_next(z, w, "an address"));
	if (zs_is(w, "stack"))
		name = zs_next(z, w, "a stack");
	p.caplen = p.wirelen = (uint32_t)build_syn(zs_stack(z, name), &a, 4321,
	    ip);
	p.t_us = z->now_us;
	passes = engine_syn(z->engine, &p);
	zs_check(z, (passes != drop) != no, "its SYN %s",
	    passes ? "passes" : "is dropped");
}
