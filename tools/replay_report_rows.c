/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replay_report_rows - the figures */
#include "tools/replay_report_impl.h"

static void
add(struct rows *rows, struct row row)
{
	if (rows->n < ROWS_MAX)
		rows->v[rows->n++] = row;
}

#define MAIL_ROWS 4

static const char *const sent_path[MAIL_ROWS] = {
	"zombies.bodies_prevented",
	"zombies.bodies_prevented_first",
	"zombies.bodies_prevented_after",
	"zombies.first_sessions_ended_before_body",
};
static const char *const taken_path[MAIL_ROWS] = {
	"zombies.messages_prevented",
	"zombies.messages_prevented_first",
	"zombies.messages_prevented_after",
	"zombies.first_sessions_ended_before_message",
};

static void
mail_rows(struct rows *rows, const struct effect_mail *m,
    const char *const path[MAIL_ROWS], const char *text)
{
	uint64_t stopped = m->all - m->through;
	uint64_t first_stopped = m->first_all - m->first_through;

	add(rows, (struct row){ ROW_SHARE, path[0], text, stopped, m->all });
	add(rows,
	    (struct row){ ROW_SHARE, path[1], "  of first contacts",
		first_stopped, m->first_all });
	add(rows,
	    (struct row){ ROW_SHARE, path[2], "  after the first contact",
		stopped - first_stopped, m->all - m->first_all });
	add(rows,
	    (struct row){ ROW_SHARE, path[3],
		"  first sessions, ended before any", m->first_saved,
		m->first_would });
}

static void
zombie_rows(struct rows *rows, const struct effect_sum *z)
{
	uint64_t after = z->conns - z->clients;

	add(rows, (struct row){ ROW_HEAD, NULL, "Zombies", 0, 0 });
	add(rows,
	    (struct row){ ROW_COUNT, "zombies.clients",
		"addresses that connected", z->clients, 0 });
	add(rows,
	    (struct row){ ROW_COUNT, "zombies.blocked",
		"addresses ever blocked", z->blocked, 0 });
	add(rows,
	    (struct row){ ROW_SHARE, "zombies.connections_prevented",
		"connections prevented", z->dropped, z->conns });
	add(rows,
	    (struct row){ ROW_SHARE, "zombies.connections_prevented_first",
		"  of first contacts", z->first_dropped, z->clients });
	add(rows,
	    (struct row){ ROW_SHARE, "zombies.connections_prevented_after",
		"  after the first contact", z->dropped - z->first_dropped,
		after });
	add(rows,
	    (struct row){ ROW_RATIO, "zombies.connections_of_oracle",
		"  against what an oracle prevents *", z->dropped, after });
	add(rows,
	    (struct row){ ROW_SHARE, "zombies.connections_cut",
		"connections cut", z->cut, z->conns });
	mail_rows(rows, &z->sent, sent_path, "message bodies prevented");
	mail_rows(rows, &z->taken, taken_path,
	    "accepted messages prevented **");
	add(rows,
	    (struct row){ ROW_SHARE, "zombies.messages_arrived",
		"accepted messages that arrived **", z->taken.through,
		z->taken.all });
}

static void
good_rows(struct rows *rows, const struct effect_sum *g)
{
	add(rows, (struct row){ ROW_HEAD, NULL, "Good servers", 0, 0 });
	add(rows,
	    (struct row){ ROW_COUNT, "good.clients", "addresses that connected",
		g->clients, 0 });
	add(rows,
	    (struct row){ ROW_COUNT, "good.blocked", "addresses ever blocked",
		g->blocked, 0 });
	add(rows,
	    (struct row){ ROW_SHARE, "good.clients_hit",
		"addresses with a connection hit", g->hit_clients,
		g->clients });
	add(rows,
	    (struct row){ ROW_SHARE, "good.connections_hit",
		"connections hit (prevented or cut)", g->dropped + g->cut,
		g->conns });
	add(rows,
	    (struct row){ ROW_SHARE, "good.messages_lost",
		"accepted messages held up", g->taken.all - g->taken.through,
		g->taken.all });
}

static const char *const stage_path[2][EFFECT_STAGES] = {
	{ "stages.zombies_handshake", "stages.zombies_greeting",
	    "stages.zombies_helo", "stages.zombies_rcpt",
	    "stages.zombies_close" },
	{ "stages.good_handshake", "stages.good_greeting", "stages.good_helo",
	    "stages.good_rcpt", "stages.good_close" },
};

static void
stage_rows(struct rows *rows, const struct effect_sum *z,
    const struct effect_sum *g)
{
	static const char *const titles[2] = {
		"Zombies over the limit in their first session, after",
		"Good servers over the limit in their first session, after",
	};
	const struct effect_sum *const of[2] = { z, g };

	for (size_t i = 0; i < 2; i++) {
		add(rows, (struct row){ ROW_HEAD, NULL, titles[i], 0, 0 });
		for (size_t k = 0; k < EFFECT_STAGES; k++)
			add(rows,
			    (struct row){ ROW_SHARE, stage_path[i][k],
				effect_stage_name[k], of[i]->over[k],
				of[i]->clients });
	}
}

static uint64_t
addresses(const struct truth *t, enum truth_kind kind)
{
	uint64_t n = 0;

	for (size_t i = 0; i < t->labels_n; i++)
		if (t->labels[i].kind == kind)
			n += t->labels[i].n;
	return n;
}

void
report_rows(const struct report *r, size_t which, struct rows *rows)
{
	const struct effect *t = r->effect[which];
	struct effect_sum z = effect_of_kind(t, TRUTH_ZOMBIE);
	struct effect_sum g = effect_of_kind(t, TRUTH_GOOD);
	struct effect_sum v = effect_of_kind(t, TRUTH_VICTIM);

	rows->n = 0;
	zombie_rows(rows, &z);
	good_rows(rows, &g);
	add(rows, (struct row){ ROW_HEAD, NULL, "Victims", 0, 0 });
	add(rows,
	    (struct row){ ROW_SHARE, "victims.blocked",
		"addresses ever blocked", v.blocked,
		addresses(r->truth, TRUTH_VICTIM) });
	stage_rows(rows, &z, &g);
}
