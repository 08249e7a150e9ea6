/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/verdicts.h"

#define AT(v, n) ((v)->v[(n) & (VERDICTS_MAX - 1)])

static enum verdict
state(const struct verdicts *v, uint32_t id)
{
	return AT(v, id).id == id ? (enum verdict)AT(v, id).state :
				    VERDICT_NONE;
}

/* Numbers that are told, or that never came to us, are passed. */
static void
skip_told(struct verdicts *v)
{
	if (v->waiting + v->decided == 0)
		v->first = v->next;
	while (v->first != v->next && state(v, v->first) == VERDICT_NONE)
		v->first++;
}

bool
verdicts_put(struct verdicts *v, uint32_t id, enum verdict what, int64_t now_ms)
{
	skip_told(v);
	if (v->waiting + v->decided == 0)
		v->first = v->next = id;
	/* Also one that is older than the oldest: it cannot be, but then. */
	if (id - v->first >= VERDICTS_MAX || (int32_t)(id - v->next) < 0)
		return false;
	AT(v, id).id = id;
	AT(v, id).state = (uint8_t)what;
	AT(v, id).t_ms = now_ms;
	v->next = id + 1;
	if (what == VERDICT_WAIT)
		v->waiting++;
	else
		v->decided++;
	return true;
}

static void
decide(struct verdicts *v, uint32_t id, bool accept)
{
	AT(v, id).state = accept ? VERDICT_ACCEPT : VERDICT_DROP;
	v->waiting--;
	v->decided++;
}

bool
verdicts_answer(struct verdicts *v, uint32_t id, bool accept)
{
	if (id - v->first >= v->next - v->first || state(v, id) != VERDICT_WAIT)
		return false;
	decide(v, id, accept);
	return true;
}

size_t
verdicts_late(struct verdicts *v, int64_t now_ms, int64_t limit_ms)
{
	size_t n = 0;

	if (v->waiting == 0)
		return 0;
	for (uint32_t id = v->first; id != v->next; id++) {
		if (state(v, id) != VERDICT_WAIT)
			continue;
		if (now_ms - AT(v, id).t_ms < limit_ms)
			break; /* those behind it are younger */
		decide(v, id, true);
		n++;
	}
	return n;
}

static void
told(struct verdicts *v, uint32_t id)
{
	AT(v, id).state = VERDICT_NONE;
	v->decided--;
}

/* From the oldest on, as many as share its verdict. */
static void
next_run(struct verdicts *v, struct verdict_told *out)
{
	const enum verdict what = state(v, v->first);
	uint32_t id = v->first;

	out->accept = what == VERDICT_ACCEPT;
	out->all = true;
	for (; id != v->next; id++) {
		enum verdict s = state(v, id);

		if (s != what && s != VERDICT_NONE)
			break;
		if (s == VERDICT_NONE)
			continue;
		told(v, id);
		out->id = id;
	}
	v->first = v->scan = id;
}

bool
verdicts_next(struct verdicts *v, struct verdict_told *out)
{
	enum verdict s;

	if (v->decided == 0)
		return false;
	skip_told(v);
	s = state(v, v->first);
	if (s == VERDICT_ACCEPT || s == VERDICT_DROP) {
		next_run(v, out);
		return true;
	}
	/* The oldest waits: those behind it go one by one. */
	if (v->scan - v->first >= v->next - v->first)
		v->scan = v->first;
	for (;; v->scan++) {
		if (v->scan == v->next)
			v->scan = v->first;
		s = state(v, v->scan);
		if (s == VERDICT_ACCEPT || s == VERDICT_DROP)
			break; /* there is one: decided is not 0 */
	}
	*out = (struct verdict_told){ v->scan, false, s == VERDICT_ACCEPT };
	told(v, v->scan);
	return true;
}
