/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_learn - labels: from what the model and the clusters learn
 *
 * Bad: who wrote to traps or to nobody, or whose mail a filter or people call
 * spam, and who has no name of its own and has sent no wanted mail.  Good: who sent wanted mail on several days, or to whom we
 * deliver, or whom people want.  Never our own blocks, nor our own scores.
 */
#include "daemon/evidence_impl.h"

#define NAME_LATE_MS       600000
#define GOOD_DAYS          2 /* zombies seldom stay so long, unpunished */
#define GOOD_DAYS_NAMELESS 3

/* What happens during a session is no part of what makes it a label. */
static struct model_lesson
lesson_of(const struct client *c)
{
	struct model_lesson l = { 0 };

	memcpy(l.value, c->value, sizeof(l.value));
	l.token[MODEL_TOKEN_SIG] = c->stack;
	l.token[MODEL_TOKEN_DIALECT] = c->way;
	return l;
}

static void
teach(struct evidence *e, const struct client *c, bool bad, int64_t now_ms)
{
	struct model_lesson l = lesson_of(c);
	struct botnet_client m = evidence_member(c);

	(void)model_teach(e->model, &l, bad, &c->key, now_ms);
	if (bad)
		stacks_bad(e->stacks, c->stack, &c->key, now_ms);
	botnets_label(e->botnets, &m, bad, now_ms);
}

static bool
is_peer(const struct client *c, int64_t now_ms)
{
	return c->peer_ms != 0 && now_ms - c->peer_ms < 30 * EVIDENCE_DAY_MS;
}

/* Once a day, by what it shows then. */
void
evidence_label_bad(struct evidence *e, struct client *c, int64_t now_ms)
{
	uint32_t day = evidence_day(now_ms);

	/* Its name may be told only after what it did. */
	c->label_due = !client_name_known(c) &&
	    now_ms - c->first_ms < NAME_LATE_MS;
	if (c->label_due)
		return;
	if (c->label_day == day || name_is_own(c->name_class) ||
	    c->good_mails > 0 || c->facts[EVIDENCE_ACCEPTED].last_ms != 0 ||
	    is_peer(c, now_ms) || c->facts[EVIDENCE_POOL].last_ms != 0)
		return;
	c->label_day = day;
	teach(e, c, true, now_ms);
}

void
evidence_label_good(struct evidence *e, struct client *c, int64_t now_ms)
{
	uint32_t day = evidence_day(now_ms);
	unsigned days = name_is_own(c->name_class) ? GOOD_DAYS :
						     GOOD_DAYS_NAMELESS;

	if (c->taught_day == day || c->complained || c->label_day != 0 ||
	    (c->good_days < days && !is_peer(c, now_ms) &&
		c->facts[EVIDENCE_POOL].last_ms == 0 &&
		c->facts[EVIDENCE_REPORTED_HAM].last_ms == 0))
		return;
	c->taught_day = day;
	teach(e, c, false, now_ms);
}

void
evidence_report(struct evidence *e, const struct addr *a, bool spam,
    int64_t now_ms)
{
	struct client *c = client_get(e->conf.clients, a, now_ms);

	client_clear(c, spam ? EVIDENCE_REPORTED_HAM : EVIDENCE_REPORTED);
	client_set(c, spam ? EVIDENCE_REPORTED : EVIDENCE_REPORTED_HAM, 0,
	    now_ms);
	c->last_ms = now_ms;
	if (spam) {
		c->complained = true;
		c->good_days = 0;
		c->good_rcpts = 0;
		client_clear(c, EVIDENCE_ACCEPTED);
		evidence_label_bad(e, c, now_ms);
	} else {
		c->complained = false;
		evidence_label_good(e, c, now_ms);
	}
	evidence_judge(e, c);
}
