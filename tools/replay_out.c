/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <time.h>

#include "tools/replay_out.h"

static const char *
event_name(enum engine_out_kind k)
{
	switch (k) {
	case ENGINE_BLOCK:
		return "block";
	case ENGINE_UNBLOCK:
	case ENGINE_EXPIRE:
		return "unblock";
	case ENGINE_SYN_DROP:
		return "syn_drop";
	case ENGINE_CUT:
		return "cut";
	default:
		return NULL; /* of no interest to a reader */
	}
}

static bool
has_port(const struct engine_out *o)
{
	return o->kind == ENGINE_SYN_DROP || o->kind == ENGINE_CUT;
}

/* As users know them: an IPv4 address, an IPv6 prefix. */
static const char *
client_text(const struct net *n, char buf[ADDR_STRLEN])
{
	return n->a.family == 4 ? addr_print(&n->a, buf) : net_print(n, buf);
}

static const char *
action_name(uint8_t action)
{
	return action == CLIENT_REJECT ? "reject" : "drop";
}

static json_t *
reasons(const struct engine_out *o)
{
	json_t *list = json_array();

	if (o->score == NULL) { /* the block's, as it is remembered */
		for (size_t i = 0; i < sizeof(o->client->reasons); i++) {
			enum evidence_kind k = o->client->reasons[i];

			if (k != EVIDENCE_NONE)
				json_array_append_new(list,
				    json_pack("{s:s,s:s,s:n}", "evidence",
					evidence_name(k), "family",
					family_name(evidence_family(k)),
					"llr"));
		}
		return list;
	}
	for (size_t i = 0; i < o->score->n; i++) {
		const struct score_term *t = &o->score->terms[i];

		if (t->llr > 0)
			json_array_append_new(list,
			    json_pack("{s:s,s:s,s:f}", "evidence",
				evidence_name(t->kind), "family",
				family_name(t->family), "llr",
				round(t->llr * 1000) / 1000));
	}
	return list;
}

/* What the event's block is narrowed to; the session's own is not told. */
static json_t *
stack_json(const struct engine_out *o)
{
	json_t *j;

	if (stack_none(&o->stack) ||
	    (o->kind == ENGINE_CUT && o->client->narrow_n == 0))
		return json_null();
	j = json_pack("{s:i,s:i,s:n}", "len", (int)o->stack.len, "window",
	    (int)o->stack.window, "mss");
	if (o->stack.has_mss)
		json_object_set_new(j, "mss", json_integer(o->stack.mss));
	return j;
}

static void
print_json(FILE *f, const char *event, const struct engine_out *o)
{
	const struct client *c = o->client;
	char buf[ADDR_STRLEN];
	json_t *j = json_pack("{s:f,s:s,s:s,s:o}", "t", (double)o->t_ms / 1000,
	    "event", event, "client", client_text(&o->net, buf), "stack",
	    stack_json(o));

	if (has_port(o))
		json_object_set_new(j, "port", json_integer(o->port));
	json_object_set_new(j, "action", json_string(action_name(o->action)));
	json_object_set_new(j, "tier", json_integer(c->tier));
	json_object_set_new(j, "score",
	    json_real((double)c->score_permille / 1000));
	json_object_set_new(j, "until",
	    json_real((double)c->block_until_ms / 1000));
	json_object_set_new(j, "reasons", reasons(o));
	json_dumpf(j, f,
	    JSON_PRESERVE_ORDER | JSON_COMPACT | JSON_REAL_PRECISION(13));
	fputc('\n', f);
	json_decref(j);
}

/* `n` figures; there is no room for more. */
static void
put_figures(char *to, unsigned n, int64_t v)
{
	for (; n > 0; n--, v /= 10)
		to[n - 1] = (char)('0' + v % 10);
}

/* Most lines are of the minute of the one before. */
static void
print_when(struct replay_out *out, int64_t t_ms)
{
	time_t minute = t_ms / 60000 * 60;
	struct tm tm;

	if (minute != out->minute_s || out->when[0] == '\0') {
		gmtime_r(&minute, &tm);
		(void)strftime(out->when, sizeof(out->when),
		    "%Y-%m-%dT%H:%M:00.000Z ", &tm);
		out->minute_s = minute;
	}
	put_figures(&out->when[17], 2, t_ms / 1000 % 60);
	put_figures(&out->when[20], 3, t_ms % 1000);
	fputs(out->when, out->f);
}

/* Left in `n` columns. */
static void
print_left(FILE *f, const char *text, size_t n)
{
	static const char blanks[] = "                        ";
	size_t len = strlen(text);

	fwrite(text, 1, len, f);
	if (len < n)
		fwrite(blanks, 1, n - len, f);
}

static void
print_text(struct replay_out *out, const char *event,
    const struct engine_out *o)
{
	const struct client *c = o->client;
	FILE *f = out->f;
	char buf[ADDR_STRLEN];

	print_when(out, o->t_ms);
	print_left(f, event, 9);
	print_left(f, client_text(&o->net, buf), 22);
	if (!stack_none(&o->stack) && o->kind != ENGINE_CUT) {
		fprintf(f, " stack %u:%u:", o->stack.len, o->stack.window);
		fprintf(f, o->stack.has_mss ? "%u" : "-", o->stack.mss);
	}
	if (o->action == CLIENT_REJECT &&
	    (o->kind == ENGINE_BLOCK || o->kind == ENGINE_SYN_DROP))
		fprintf(f, " reject");
	if (o->kind == ENGINE_BLOCK) {
		fprintf(f, " tier %u score %.3f for %" PRId64 " s:", c->tier,
		    (double)c->score_permille / 1000,
		    (c->block_until_ms - c->block_from_ms) / 1000);
		for (size_t i = 0; i < o->score->n; i++)
			if (o->score->terms[i].llr > 0)
				fprintf(f, "%s %s %+.1f", i > 0 ? "," : "",
				    evidence_name(o->score->terms[i].kind),
				    o->score->terms[i].llr);
	} else if (has_port(o)) {
		fprintf(f, " port %u", o->port);
	} else {
		fprintf(f, " %s", o->why != NULL ? o->why : "time is up");
	}
	fputc('\n', f);
}

void
replay_out_event(void *arg, const struct engine_out *o)
{
	struct replay_out *out = arg;
	const char *event = event_name(o->kind);

	if (event == NULL)
		return;
	if (out->jsonl)
		print_json(out->f, event, o);
	else
		print_text(out, event, o);
}

void
replay_out_summary(const struct engine *e, size_t clients, FILE *f)
{
	struct engine_counts n;

	engine_counts(e, &n);
	fprintf(f,
	    "packets       %" PRIu64 " (%" PRIu64 " of SMTP sessions read, "
	    "%" PRIu64 " copies, %" PRIu64 " not TCP, %" PRIu64
	    " truncated or malformed, %" PRIu64 " link types not read)\n",
	    n.packets, n.verdicts[TRAITS_OK], n.duplicates,
	    n.verdicts[TRAITS_NOT_IP] + n.verdicts[TRAITS_NOT_TCP],
	    n.verdicts[TRAITS_TRUNCATED] + n.verdicts[TRAITS_MALFORMED] +
		n.verdicts[TRAITS_FRAGMENT],
	    n.verdicts[TRAITS_LINK]);
	fprintf(f,
	    "connections   %" PRIu64 " SYNs, %" PRIu64 " handshakes, %" PRIu64
	    " prevented, %" PRIu64 " cut\n",
	    n.sessions.syns + n.syn_drops, n.sessions.opened, n.syn_drops,
	    n.cuts);
	fprintf(f,
	    "clients       %zu remembered, %" PRIu64 " times one left memory\n",
	    clients, n.clients_evicted);
	fprintf(f,
	    "log lines     %" PRIu64 " (%" PRIu64 " understood, %" PRIu64
	    " joined by port, %" PRIu64 " by time, %" PRIu64 " orphans)\n",
	    n.lines, n.events, n.joined_port, n.joined_time, n.orphans);
	fprintf(f,
	    "decisions     %" PRIu64 " blocks, %" PRIu64
	    " lifted early, %zu active at the end\n",
	    n.blocks, n.unblocks, n.blocks_now);
	fprintf(f,
	    "spared        %" PRIu64 " known good, %" PRIu64
	    " with one kind of witness only, %" PRIu64 " over the rate\n",
	    n.immune_spared, n.one_family, n.rate_spared);
}
