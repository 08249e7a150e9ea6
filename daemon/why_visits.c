/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "daemon/jtext.h"
#include "daemon/why_visits.h"

static const char *const stage_name[CLIENT_STAGES] = {
	[CLIENT_AT_OPEN] = "handshake",
	[CLIENT_AT_GREETING] = "greeting",
	[CLIENT_AT_HELO] = "helo",
	[CLIENT_AT_RCPT] = "rcpt",
	[CLIENT_AT_CLOSE] = "close",
};

static json_t *
stages_json(const struct client_visit *v)
{
	json_t *o = json_object();

	for (size_t i = 0; i < CLIENT_STAGES; i++)
		if (v->p_permille[i] <= 1000)
			json_object_set_new(o, stage_name[i],
			    json_real(v->p_permille[i] / 1000.0));
	return o;
}

static json_t *
visit_json(const struct client_visit *v)
{
	char dialect[20];

	(void)snprintf(dialect, sizeof(dialect), "%016llx",
	    (unsigned long long)v->dialect);
	return json_pack("{s:o,s:i,s:f,s:i,s:i,s:i,s:i,s:i,s:b,s:b,s:b,s:b,s:b,"
			 "s:o,s:o}",
	    "t", jtext_time(v->open_ms), "port", (int)v->port, "seconds",
	    v->long_ms / 1000.0, "commands", (int)v->commands, "rcpts_ok",
	    (int)v->rcpts_ok, "rcpts_deferred", (int)v->rcpts_soft,
	    "rcpts_refused", (int)v->rcpts_refused, "messages",
	    (int)v->messages, "early", !!(v->flags & CLIENT_VISIT_EARLY), "tls",
	    !!(v->flags & CLIENT_VISIT_TLS), "cut",
	    !!(v->flags & CLIENT_VISIT_CUT), "over",
	    !!(v->flags & CLIENT_VISIT_OVER), "bounce",
	    !!(v->flags & CLIENT_VISIT_NULL), "dialect",
	    v->dialect == 0 ? json_null() : json_string(dialect), "p",
	    stages_json(v));
}

json_t *
why_visits_json(const struct client *c)
{
	json_t *out = json_array();

	for (size_t i = 0; i < CLIENT_VISITS; i++)
		if (c->visits[i].open_ms != 0)
			json_array_append_new(out, visit_json(&c->visits[i]));
	return out;
}

/* What it does that is no evidence, and why it is seen at all. */
json_t *
why_trouble_json(const struct client *c, int64_t now_ms)
{
	return json_pack("{s:i,s:i,s:I,s:f,s:f}", "left_without_mail",
	    (int)c->silent, "callouts", (int)c->callouts, "bounces_to_nobody",
	    (json_int_t)c->bounces_nobody, "failed_logins",
	    client_count(c, EVIDENCE_AUTH_GUESS, now_ms), "relay_probes",
	    client_count(c, EVIDENCE_RELAY_PROBE, now_ms));
}
