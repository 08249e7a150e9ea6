/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * engine_narrow - blocks of some stacks of an address
 *
 * A block of a whole address remembers the stack of the machine that offended
 * (narrow[0], while narrow_n is 0).  A SYN of another stack makes it a block of
 * that stack: who stands beside a zombie is not kept out, and is judged by what
 * it does.  The zombie's own stack is blocked all the while.
 */
#include "daemon/engine_impl.h"

/* Goes on, or ended just now: it is the same block in another form. */
static bool
goes_on(const struct engine *e, const struct client *c,
    const struct client *old)
{
	return old->block_until_ms >= e->now_ms && c->offence_ms != e->now_ms;
}

void
engine_set_narrow(const struct engine *e, struct client *c,
    const struct engine_new *b, const struct client *old)
{
	struct stack who = { 0 };

	if (b->narrow_n == 0 && !c->by_admin) {
		who = faces_offender(&c->faces, e->now_ms);
		if (stack_none(&who) && goes_on(e, c, old) &&
		    old->narrow_n == 0)
			who = old->narrow[0];
	}
	memset(c->narrow, 0, sizeof(c->narrow));
	memcpy(c->narrow, b->narrow, b->narrow_n * sizeof(c->narrow[0]));
	c->narrow_n = b->narrow_n;
	if (c->narrow_n == 0)
		c->narrow[0] = who;
}

/* ---- a whole address becomes one stack ---- */

/* Asked once a block at most: the answer stands in the index. */
static bool
may_narrow(const struct engine *e, const struct client *c)
{
	return client_blocked(c, e->now_ms) && c->narrow_n == 0 &&
	    !c->by_admin && !stack_none(&c->narrow[0]);
}

static void
never_narrow(struct engine *e, const struct addr *key)
{
	struct block b = *blocks_find(e->blocks, key);

	b.own = 0;
	(void)blocks_put(e->blocks, &b);
}

static bool
is_climbed(const struct engine *e, const struct addr *key)
{
	const struct climb_up *up = climb_find(e->climb, key);

	return up != NULL && up->until_ms > e->now_ms;
}

void
engine_narrow(struct engine *e, const struct addr *key)
{
	struct engine_out whole = { .action = CLIENT_DROP };
	struct client *c;
	struct score s;

	/* The narrow element comes first, and needs room of its own. */
	if (e->no_narrow || is_climbed(e, key) ||
	    blocks_n(e->blocks) >= e->policy->blocks_max ||
	    !knocks_may_look(e->knocks, e->now_ms))
		return;
	c = client_get(e->clients, key, e->now_ms);
	if (!may_narrow(e, c)) {
		never_narrow(e, key);
		return;
	}
	engine_score(e, c, &s);
	whole.action = c->action;
	c->narrow_n = 1;
	c->narrowed_s = (uint32_t)(e->now_ms / 1000);
	c->action = CLIENT_DROP;
	c->dirty = true;
	(void)engine_index_client(e, c);
	e->n.narrow++;
	engine_save(e, c);
	engine_emit(e, ENGINE_BLOCK, c,
	    &(struct engine_out){ .score = &s, .stack = c->narrow[0] });
	engine_emit(e, ENGINE_MOVE, c, &whole);
}

void
engine_narrow_refused(struct engine *e, const struct addr *key)
{
	const struct block *b = blocks_find(e->blocks, key);
	struct client *c;
	struct score s;

	e->no_narrow = true;
	if (b == NULL || !b->narrow)
		return;
	c = client_get(e->clients, key, e->now_ms);
	if (c->narrow_n != 1 || c->narrowed_s == 0)
		return;
	engine_score(e, c, &s);
	c->narrow_n = 0;
	c->dirty = true;
	(void)engine_index_client(e, c);
	engine_save(e, c);
	engine_emit(e, ENGINE_BLOCK, c, &(struct engine_out){ .score = &s });
}

/* ---- one more stack ---- */

/* It shows one stack after the other: all of it, and for good. */
static void
make_whole(struct engine *e, struct client *c, const struct score *s)
{
	struct client old = { .narrow_n = c->narrow_n };

	memcpy(old.narrow, c->narrow, sizeof(old.narrow));
	c->narrow_n = 0;
	memset(c->narrow, 0, sizeof(c->narrow));
	c->action = CLIENT_DROP;
	(void)engine_index_client(e, c);
	e->n.blocks++;
	engine_save(e, c);
	engine_emit(e, ENGINE_BLOCK, c, &(struct engine_out){ .score = s });
	for (size_t i = 0; i < old.narrow_n; i++)
		engine_emit(e, ENGINE_MOVE, c,
		    &(struct engine_out){ .action = CLIENT_DROP,
			.stack = old.narrow[i] });
}

/* Of four: the oldest makes room. */
static void
push_narrow(struct engine *e, struct client *c, const struct stack *stack)
{
	if (c->narrow_n < CLIENT_NARROW) {
		c->narrow[c->narrow_n++] = *stack;
		return;
	}
	engine_emit(e, ENGINE_MOVE, c,
	    &(struct engine_out){ .stack = c->narrow[0] });
	memmove(&c->narrow[0], &c->narrow[1],
	    sizeof(c->narrow) - sizeof(c->narrow[0]));
	c->narrow[CLIENT_NARROW - 1] = *stack;
}

void
engine_set_more(struct engine *e, struct client *c, const struct stack *stack,
    const struct score *s)
{
	if (c->narrow_n == CLIENT_NARROW && !engine_good(e, c) &&
	    !faces_any_good(&c->faces, e->now_ms)) {
		make_whole(e, c, s);
	} else {
		push_narrow(e, c, stack);
		e->n.blocks++;
		e->n.narrow++;
		engine_save(e, c);
		engine_emit(e, ENGINE_BLOCK, c,
		    &(struct engine_out){ .score = s, .stack = *stack });
	}
	engine_cut_all(e, c);
	engine_climb(e, c, s);
}
