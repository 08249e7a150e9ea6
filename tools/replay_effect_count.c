/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_effect_count - a connection that is over, and the sums */
#include "tools/replay_effect_impl.h"

const char *const effect_stage_name[EFFECT_STAGES] = {
	[EFFECT_HANDSHAKE] = "handshake",
	[EFFECT_GREETING] = "greeting",
	[EFFECT_HELO] = "HELO",
	[EFFECT_RCPT] = "RCPT",
	[EFFECT_CLOSE] = "close",
};

/* Did the engine hold it to be a zombie's after this stage? */
static bool
over_after(const struct conn *c, enum effect_stage stage)
{
	bool over = c->drop_ms != 0;

	for (unsigned i = 0; i <= stage; i++)
		if (c->told & 1U << i)
			over = c->over & 1U << i;
		else if (c->cut_ms != 0 && c->told >> i == 0)
			over = true; /* nothing was told after the cut */
	return over;
}

static void
count_mail(struct effect_mail *m, const struct conn *c, unsigned all,
    unsigned before_cut)
{
	unsigned through = c->drop_ms != 0 ? 0 :
	    c->cut_ms != 0                 ? before_cut :
					     all;

	m->all += all;
	m->through += through;
	if (!c->first)
		return;
	m->first_all += all;
	m->first_through += through;
	m->first_would += all > 0;
	m->first_saved += all > 0 && through == 0;
}

static void
count_first(struct effect_sum *sum, const struct conn *c)
{
	sum->first_dropped += c->drop_ms != 0;
	sum->first_cut += c->cut_ms != 0 && c->drop_ms == 0;
	for (unsigned i = 0; i < EFFECT_STAGES; i++)
		sum->over[i] += over_after(c, (enum effect_stage)i);
}

void
effect_count(void *arg, const struct conn *c)
{
	struct effect *t = arg;
	struct effect_client *state = &t->state[c->truth];
	struct effect_sum *sum = &t->sum[t->conf.truth->v[c->truth].label];

	if (c->syn_ms == 0)
		return; /* only a SYN that was dropped */
	sum->conns++;
	sum->dropped += c->drop_ms != 0;
	sum->cut += c->cut_ms != 0 && c->drop_ms == 0;
	if (c->unread) {
		count_mail(&sum->sent, c, c->all.queued, c->cut.queued);
		count_mail(&sum->taken, c, c->all.logged, c->cut.logged);
	} else {
		count_mail(&sum->sent, c, c->all.sent, c->cut.sent);
		count_mail(&sum->taken, c, c->all.taken, c->cut.taken);
	}
	if ((c->drop_ms != 0 || c->cut_ms != 0) &&
	    !(state->flags & EFFECT_HIT)) {
		state->flags |= EFFECT_HIT;
		sum->hit_clients++;
	}
	if (c->first)
		count_first(sum, c);
}

const struct effect_sum *
effect_of_label(const struct effect *t, size_t label)
{
	return &t->sum[label];
}

struct effect_sum
effect_of_kind(const struct effect *t, enum truth_kind kind)
{
	const struct truth *truth = t->conf.truth;
	struct effect_sum all = { 0 };
	uint64_t *to = (uint64_t *)&all;

	for (size_t i = 0; i < truth->labels_n; i++) {
		const uint64_t *from = (const uint64_t *)&t->sum[i];

		if (truth->labels[i].kind != kind)
			continue;
		for (size_t k = 0; k < sizeof(all) / sizeof(*to); k++)
			to[k] += from[k];
	}
	return all;
}

const struct stat_calib *
effect_firsts(const struct effect *t)
{
	return &t->firsts;
}

const struct stat_calib *
effect_all(const struct effect *t)
{
	return &t->all;
}
