/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_out - what the engine decides: to the store, the guard, the log */
#include <stdio.h>

#include "daemon/live_impl.h"
#include "daemon/why.h"

#define LINES_A_SECOND 200

void
live_out_store_error(struct live *l, const char *what, int rc)
{
	uint64_t left_out;

	l->faults.store_errors++;
	if (log_every(&l->faults.store, live_mono_ms(), &left_out))
		log_msg(LOG_ERR, "store: %s: %s (%llu more)", what,
		    strerror(-rc), (unsigned long long)left_out);
}

bool
live_out_load(void *arg, const struct addr *key, struct client *c)
{
	struct live *l = arg;
	int rc = store_client_get(l->conf.store, key, c);

	if (rc < 0)
		live_out_store_error(l, "reading a client", rc);
	return rc == 1;
}

bool
live_out_save(void *arg, const struct client *c)
{
	struct live *l = arg;
	int rc = store_client_put(l->conf.store, c);

	if (rc < 0)
		live_out_store_error(l, "writing a client", rc);
	return rc >= 0;
}

struct msg
live_out_block(const struct live *l, enum msg_op op, const struct client *c,
    int64_t now_ms)
{
	struct msg m = { .op = (uint8_t)op,
		.tier = c->tier,
		.score = c->score_permille,
		.net = addr_key_net(&c->key) };
	int64_t left_s = (c->block_until_ms - now_ms + 999) / 1000;

	if (left_s < 1)
		left_s = 1;
	if (left_s > l->policy->lease_s)
		left_s = l->policy->lease_s;
	m.timeout_s = (uint32_t)left_s;
	memcpy(m.reasons, c->reasons, sizeof(m.reasons));
	return m;
}

static const char *
client_text(const struct net *net, char buf[ADDR_STRLEN])
{
	if (net->a.family == 4 && net->bits == 32)
		return addr_print(&net->a, buf);
	return net_print(net, buf);
}

static bool
may_log(struct live *l)
{
	int64_t second = live_mono_ms() / 1000;

	if (l->burst.second != second) {
		l->burst.second = second;
		l->burst.n = 0;
	}
	if (l->burst.n++ < LINES_A_SECOND)
		return true;
	l->burst.left_out++;
	return false;
}

void
live_out_tick(struct live *l)
{
	if (l->burst.left_out == 0)
		return;
	log_msg(LOG_NOTICE, "%llu more decisions, not logged one by one",
	    (unsigned long long)l->burst.left_out);
	l->burst.left_out = 0;
}

static void
log_block(const struct engine_out *o)
{
	const struct client *c = o->client;
	int64_t for_ms = c->block_until_ms - c->block_from_ms;
	char who[ADDR_STRLEN], sig[4 * CLIENT_SIG_MAX], dur[24], why[128];

	log_msg(LOG_NOTICE,
	    "%s client=%s sig=%s score=%u.%03u tier=%u action=%s for=%s "
	    "reasons=%s cause_ms=%lld",
	    o->shadow ? "would-block" : "block", client_text(&o->net, who),
	    c->sig[0] == '\0' ?
		"none" :
		log_escape((struct str){ c->sig, strlen(c->sig) }, sig,
		    sizeof(sig)),
	    c->score_permille / 1000U, c->score_permille % 1000U, c->tier,
	    c->action == CLIENT_REJECT ? "reject" : "drop",
	    config_duration_print((uint32_t)(for_ms / 1000), dur),
	    why_reasons(c->reasons, why, sizeof(why)), (long long)o->cause_ms);
}

static void
log_unblock(const struct engine_out *o)
{
	char who[ADDR_STRLEN];

	log_msg(LOG_NOTICE, "%s client=%s tier=%u why=\"%s\"",
	    o->shadow ? "would-unblock" : "unblock", client_text(&o->net, who),
	    o->client->tier, o->why == NULL ? "" : o->why);
}

/* Anybody with a shell can write to syslog: such lines are told, not used. */
static void
log_orphan(struct live *l, const struct engine_out *o)
{
	char who[ADDR_STRLEN];
	uint64_t left_out;

	if (log_every(&l->faults.orphan, live_mono_ms(), &left_out))
		log_msg(LOG_NOTICE,
		    "orphan client=%s port=%u event=%s: a log line without a "
		    "connection (%llu more)",
		    client_text(&o->net, who), o->port,
		    o->why == NULL ? "" : o->why, (unsigned long long)left_out);
}

static void
send_block(struct live *l, const struct engine_out *o, enum msg_op op)
{
	struct msg m = live_out_block(l, op, o->client, o->t_ms);

	if (o->shadow)
		return;
	m.timeout_s = o->timeout_s;
	live_guard_send(l, &m);
}

/* The engine has stored the client before it calls this. */
void
live_out(void *arg, const struct engine_out *o)
{
	struct live *l = arg;

	switch (o->kind) {
	case ENGINE_BLOCK:
		send_block(l, o, MSG_BLOCK);
		live_guard_flush(l); /* at once: the log can wait */
		if (may_log(l))
			log_block(o);
		break;
	case ENGINE_RENEW:
		send_block(l, o, MSG_RENEW);
		break;
	case ENGINE_UNBLOCK:
		if (!o->shadow)
			live_guard_send(l,
			    &(struct msg){ .op = MSG_UNBLOCK, .net = o->net });
		if (may_log(l))
			log_unblock(o);
		break;
	case ENGINE_ORPHAN:
		log_orphan(l, o);
		break;
	case ENGINE_EXPIRE:   /* the kernel does that by itself */
	case ENGINE_SYN_DROP: /* counted by the engine */
	case ENGINE_CUT:      /* conf.cut is false here: nobody ends them */
		break;
	}
}
