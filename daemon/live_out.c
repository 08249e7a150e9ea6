/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_out - what the engine decides: to the store, the guard, the log */
#include <errno.h>
#include <stdio.h>

#include "daemon/live_impl.h"
#include "daemon/why.h"

#define LINES_A_SECOND 200
#define FULL_RETRY_MS  1000

/*
 * A disk at its edge is full now and then not, each second, and what we log
 * may lie on it: both are told, but not more than once a minute.
 */
static void
disk_is_full(struct live *l)
{
	int64_t now_ms = live_mono_ms();

	l->faults.full_n++;
	l->faults.full = true;
	l->faults.full_ms = now_ms + FULL_RETRY_MS;
	if (l->faults.full_told ||
	    !log_every(&l->faults.full_said, now_ms, NULL))
		return;
	l->faults.full_told = true;
	log_msg(LOG_CRIT,
	    "store-full: the disk is full: nothing new is remembered until "
	    "there is room, blocks go on");
}

void
live_out_store_error(struct live *l, const char *what, int rc)
{
	uint64_t left_out;

	l->faults.store_errors++;
	if (rc == -ENOSPC) {
		disk_is_full(l);
		return;
	}
	if (log_every(&l->faults.store, live_mono_ms(), &left_out))
		log_msg(LOG_ERR, "store-failed: %s: %s (%llu more)", what,
		    strerror(-rc), (unsigned long long)left_out);
}

void
live_out_store_good(struct live *l)
{
	l->faults.full = false;
	if (!l->faults.full_told)
		return;
	log_msg(LOG_NOTICE,
	    "store-room: there is room again on the disk (%llu writes failed)",
	    (unsigned long long)l->faults.full_n);
	l->faults.full_told = false;
	l->faults.full_n = 0;
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
	int rc = -ENOSPC;

	/* Thousands wait to be written: one try a second tells enough. */
	if (!l->faults.full || live_mono_ms() >= l->faults.full_ms) {
		rc = store_client_put(l->conf.store, c);
		if (rc < 0)
			live_out_store_error(l, "writing a client", rc);
		else
			l->faults.saved++;
	}
	l->faults.unsaved += rc < 0;
	return rc >= 0;
}

static uint8_t
msg_action(uint8_t action)
{
	return action == CLIENT_REJECT ? MSG_REJECT : MSG_DROP;
}

struct msg
live_out_wanted(const struct live *l, enum msg_op op,
    const struct engine_wanted *w)
{
	struct msg m = { .op = (uint8_t)op,
		.tier = w->tier,
		.score = w->score,
		.net = w->at.net,
		.stack = w->at.stack,
		.action = msg_action(w->at.action),
		.timeout_s = w->at.timeout_s };

	if (m.timeout_s < 1)
		m.timeout_s = 1;
	if (m.timeout_s > l->policy->lease_s)
		m.timeout_s = l->policy->lease_s;
	memcpy(m.reasons, w->reasons, sizeof(m.reasons));
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
	log_msg(LOG_NOTICE,
	    "not-logged: %llu more decisions, not logged one by one",
	    (unsigned long long)l->burst.left_out);
	l->burst.left_out = 0;
}

/* " stack=52:64240:1460", "" for the whole address. */
static const char *
stack_text(const struct stack *s, char buf[40])
{
	if (stack_none(s))
		buf[0] = '\0';
	else if (s->has_mss)
		(void)snprintf(buf, 40, " stack=%u:%u:%u", s->len, s->window,
		    s->mss);
	else
		(void)snprintf(buf, 40, " stack=%u:%u:-", s->len, s->window);
	return buf;
}

/* Written down now, logged once its sessions have been ended. */
static void
keep_block_line(struct live *l, const struct engine_out *o)
{
	const struct client *c = o->client;
	int64_t for_ms = c->block_until_ms - c->block_from_ms;
	char who[ADDR_STRLEN], sig[4 * CLIENT_SIG_MAX], dur[24], why[128],
	    stack[40];

	live_out_late(l);
	(void)snprintf(l->late, sizeof(l->late),
	    "%s client=%s%s sig=%s score=%u.%03u tier=%u action=%s for=%s "
	    "reasons=%s cause_ms=%lld",
	    o->shadow ? "would-block" : "block", client_text(&o->net, who),
	    stack_text(&o->stack, stack),
	    c->sig[0] == '\0' ?
		"none" :
		log_escape((struct str){ c->sig, strlen(c->sig) }, sig,
		    sizeof(sig)),
	    c->score_permille / 1000U, c->score_permille % 1000U, c->tier,
	    o->action == CLIENT_REJECT ? "reject" : "drop",
	    config_duration_print((uint32_t)(for_ms / 1000), dur),
	    why_reasons(c->reasons, why, sizeof(why)), (long long)o->cause_ms);
}

void
live_out_late(struct live *l)
{
	if (l->late[0] == '\0')
		return;
	log_msg(LOG_NOTICE, "%s", l->late);
	l->late[0] = '\0';
}

static void
log_unblock(const struct engine_out *o)
{
	char who[ADDR_STRLEN], stack[40];

	log_msg(LOG_NOTICE, "%s client=%s%s tier=%u why=\"%s\"",
	    o->shadow ? "would-unblock" : "unblock", client_text(&o->net, who),
	    stack_text(&o->stack, stack), o->client->tier,
	    o->why == NULL ? "" : o->why);
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
	struct engine_wanted w = { .at = { o->net, o->stack, o->action,
				       o->timeout_s },
		.tier = o->client->tier,
		.score = o->client->score_permille };
	struct msg m;

	if (o->shadow)
		return;
	memcpy(w.reasons, o->client->reasons, sizeof(w.reasons));
	m = live_out_wanted(l, op, &w);
	live_guard_send(l, &m);
}

static void
send_unblock(struct live *l, const struct engine_out *o)
{
	if (!o->shadow)
		live_guard_send(l,
		    &(struct msg){ .op = MSG_UNBLOCK,
			.net = o->net,
			.stack = o->stack,
			.action = msg_action(o->action) });
}

/* At once: every packet that it still sends is one too many. */
static void
send_cut(struct live *l, const struct engine_out *o)
{
	struct msg m = { .op = MSG_CUT,
		.net = { o->address, o->address.family == 4 ? 32 : 128 },
		.port = o->port,
		.server = o->server,
		.sport = o->server_port };

	live_guard_send(l, &m);
	live_guard_flush(l);
}

static void
log_cut(struct live *l, const struct engine_out *o)
{
	char who[ADDR_STRLEN], stack[40];

	if (client_blocked(o->client, o->t_ms) || !may_log(l))
		return; /* the block's own line says enough */
	log_msg(LOG_NOTICE, "cut client=%s port=%u%s",
	    addr_print(&o->address, who), o->port,
	    stack_text(&o->stack, stack));
}

/* The engine has stored the client before it calls this. */
void
live_out(void *arg, const struct engine_out *o)
{
	struct live *l = arg;

	live_top_note(l, o);
	switch (o->kind) {
	case ENGINE_BLOCK:
		send_block(l, o, MSG_BLOCK);
		live_guard_flush(l); /* at once: the log can wait */
		if (may_log(l))
			keep_block_line(l, o);
		break;
	case ENGINE_CUT:
		send_cut(l, o);
		log_cut(l, o);
		break;
	case ENGINE_RENEW:
		send_block(l, o, MSG_RENEW);
		break;
	case ENGINE_MOVE: /* the block itself follows */
		send_unblock(l, o);
		break;
	case ENGINE_UNBLOCK:
		send_unblock(l, o);
		live_out_late(l);
		if (may_log(l))
			log_unblock(o);
		break;
	case ENGINE_ORPHAN:
		log_orphan(l, o);
		break;
	case ENGINE_EXPIRE: /* the kernel does that by itself, at its time */
		if (live_check_stepped(l))
			send_unblock(l, o);
		break;
	case ENGINE_SYN_DROP: /* counted by the engine */
	case ENGINE_OUTS:
		break;
	}
}
