/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_status - the answer to `zfwctl status` */
#include <unistd.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"

#define INT(x) ((json_int_t)(x))

static json_t *
captures_json(const struct live *l)
{
	json_t *out = json_array();

	for (size_t i = 0; i < l->conf.ifaces_n; i++) {
		struct capture_stats st;

		capture_stats(l->conf.ifaces[i].capture, &st);
		json_array_append_new(out,
		    json_pack("{s:o,s:I,s:I,s:I,s:b}", "interface",
			jtext(l->conf.ifaces[i].name), "packets",
			INT(st.packets), "kernel_drops", INT(st.kernel_drops),
			"other_link", INT(st.other_link), "broken",
			(int)l->caps[i].broken));
	}
	return out;
}

static json_t *
logs_json(const struct live *l)
{
	json_t *out = json_array();

	for (size_t i = 0; i < l->logs_n; i++) {
		struct logtail_status st;

		if (l->cfg->logs[i][0] == '\0')
			continue;
		logtail_status(l->tail, i, &st);
		json_array_append_new(out,
		    json_pack("{s:o,s:s,s:s,s:b,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:"
			      "I,s:b,s:I}",
			"path", jtext(l->cfg->logs[i]), "state",
			logtail_state_name[st.state], "kind",
			logtail_kind_name[st.kind], "blind",
			(int)l->logs[i].blind, "lines", INT(st.lines),
			"understood", INT(l->logs[i].understood), "position",
			INT(st.offset), "size", INT(st.size), "cut",
			INT(st.cut), "truncated", INT(st.truncated), "rotated",
			INT(st.rotated), "errors", INT(st.errors), "backlog",
			(int)st.backlog, "files", INT(st.files)));
	}
	return out;
}

static json_t *
counters_json(const struct engine_counts *n)
{
	json_t *o = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:"
			      "I,s:I,s:I}",
	    "packets", INT(n->packets), "duplicates", INT(n->duplicates),
	    "lines", INT(n->lines), "events", INT(n->events), "orphans",
	    INT(n->orphans), "joined_port", INT(n->joined_port), "joined_time",
	    INT(n->joined_time), "blocks", INT(n->blocks), "unblocks",
	    INT(n->unblocks), "shadow_blocks", INT(n->shadow_blocks),
	    "syn_drops", INT(n->syn_drops), "immune_spared",
	    INT(n->immune_spared), "one_family", INT(n->one_family),
	    "never_spared", INT(n->never_spared));
	json_t *front = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}",
	    "cuts", INT(n->cuts), "narrow", INT(n->narrow), "rejects",
	    INT(n->rejects), "leaks", INT(n->leaks), "audits", INT(n->audits),
	    "renewed", INT(n->renewed), "evicted", INT(n->evicted), "climbed",
	    INT(n->climbed), "inline_drops", INT(n->inline_drops), "clicks",
	    INT(n->clicks));
	json_t *more = json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:"
				 "I,s:I}",
	    "shared_spared", INT(n->shared_spared), "audited", INT(n->audited),
	    "rate_spared", INT(n->rate_spared), "full_spared",
	    INT(n->full_spared), "clients_evicted", INT(n->clients_evicted),
	    "syns", INT(n->sessions.syns), "sessions", INT(n->sessions.opened),
	    "sessions_now", INT(n->sessions.open_now), "half_open_now",
	    INT(n->sessions.half_open_now), "half_open_evicted",
	    INT(n->sessions.half_open_evicted), "midstream",
	    INT(n->sessions.midstream), "listed", INT(n->listed));

	if (o != NULL && more != NULL)
		(void)json_object_update(o, more);
	if (o != NULL && front != NULL)
		(void)json_object_update(o, front);
	json_decref(more);
	json_decref(front);
	return o;
}

static json_t *
patterns_json(const struct live *l)
{
	struct pattern_counts n = { 0, 0, 0 };

	if (l->conf.patterns != NULL)
		patterns_counts(l->conf.patterns, &n);
	return json_pack("{s:I,s:I,s:I}", "tried", INT(n.tried), "matched",
	    INT(n.matched), "limited", INT(n.limited));
}

static json_t *
store_json(const struct live *l)
{
	struct store_counts n;

	store_counts(l->conf.store, &n);
	return json_pack("{s:b,s:o,s:I,s:I,s:I,s:I,s:I}", "full",
	    (int)l->faults.full, "sweep", live_sweep_status(l), "records",
	    INT(n.records), "bytes", INT(n.bytes), "undecodable",
	    INT(n.undecodable), "slow", INT(n.slow), "errors",
	    INT(l->faults.store_errors));
}

static json_t *
guard_json(const struct live *l)
{
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "sent",
	    INT(l->q.sent), "waiting", INT(l->q.n + l->q.late_n - l->q.late_at),
	    "dropped", INT(l->q.dropped), "refused_never",
	    INT(l->refused[MSG_REFUSED_NEVER]), "refused_full",
	    INT(l->refused[MSG_REFUSED_FULL]), "refused_rate",
	    INT(l->refused[MSG_REFUSED_RATE]), "refused_shadow",
	    INT(l->refused[MSG_REFUSED_SHADOW]), "refused_kernel",
	    INT(l->refused[MSG_REFUSED_KERNEL]), "refused_cut",
	    INT(l->refused[MSG_REFUSED_CUT]), "bad_messages",
	    INT(l->faults.bad_msgs));
}

/* Blocks by tier, tier 1 first. */
static json_t *
tiers_json(const struct engine_counts *n)
{
	json_t *a = json_array();

	for (unsigned t = 1; t <= POLICY_TIERS_MAX; t++)
		json_array_append_new(a, json_integer(INT(n->tiers_now[t])));
	return a;
}

/* A restart counts as a change: what was before it is not kept. */
static json_t *
mode_since(const struct live *l)
{
	return jtext_time(
	    l->reload.mode_ms > 0 ? l->reload.mode_ms : l->started_ms);
}

json_t *
live_status(struct live *l)
{
	static const char *const table[] = { "unknown", "on", "off", "failed" };
	int64_t now_ms = live_wall_ms();
	struct engine_counts n;
	json_t *o;

	engine_counts(l->engine, &n);
	o = json_pack("{s:b,s:s,s:i,s:I,s:I,s:s,s:s,s:o,s:I,s:I,s:I}", "ok", 1,
	    "version", ZFW_VERSION, "pid", (int)getpid(), "now",
	    INT(now_ms / 1000), "uptime_s",
	    INT((live_mono_ms() - l->begun_ms) / 1000), "mode",
	    l->policy->enforce ? "enforce" : "shadow", "table", table[l->table],
	    "queue", live_queue_status(l), "blocks_now", INT(n.blocks_now),
	    "clients_now", INT(n.clients_now), "allow_now",
	    INT(l->allow_n + l->policy->allow.n));
	if (o == NULL)
		return NULL;
	json_object_set_new(o, "mode_since", mode_since(l));
	json_object_set_new(o, "tiers", tiers_json(&n));
	json_object_set_new(o, "captures", captures_json(l));
	json_object_set_new(o, "logs", logs_json(l));
	json_object_set_new(o, "counters", counters_json(&n));
	json_object_set_new(o, "restart", live_reload_pending(l));
	json_object_set_new(o, "blocked_networks",
	    json_integer(INT(netlist_n(l->policy->listed))));
	json_object_set_new(o, "patterns", patterns_json(l));
	json_object_set_new(o, "guard", guard_json(l));
	json_object_set_new(o, "check",
	    json_pack("{s:I,s:I}", "checked", INT(l->check.checked), "wrong",
		INT(l->check.wrong)));
	json_object_set_new(o, "store", store_json(l));
	json_object_set_new(o, "tally", live_tally_status(l));
	json_object_set_new(o, "p0f", live_p0f_status(l));
	json_object_set_new(o, "front", live_front_status(l));
	json_object_set_new(o, "resolver", live_names_status(l));
	json_object_set_new(o, "blind", json_boolean(l->alarms.blind));
	json_object_set_new(o, "blind_view",
	    json_string(blind_view_name[l->alarms.view]));
	return o;
}
