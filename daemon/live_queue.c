/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_queue - queued SYNs: to the engine, and verdicts back in time */
#include "daemon/live_impl.h"

static struct packet
packet_of(const struct msg *m, const uint8_t *data)
{
	return (struct packet){ .t_us = m->t_us,
		.data = data,
		.caplen = (uint32_t)m->value,
		.wirelen = (uint32_t)m->value,
		.link = PACKET_RAW };
}

/* Not behind all the rest: the guard waits for these some milliseconds. */
static void
send_verdicts(struct live *l, const struct msg *v, size_t n)
{
	if (n > 0 && msg_send(l->conf.guard_fd, v, n) == 0)
		l->queue.verdicts += n;
}

static void
judge_packets(struct live *l)
{
	const uint8_t *data = l->in.packet;
	struct msg v[MSG_MAX];

	for (size_t i = 0; i < l->in.n; i++) {
		struct packet p = packet_of(&l->in.m[i], data);

		v[i] = (struct msg){ .op = MSG_VERDICT,
			.seq = l->in.m[i].seq,
			.value = engine_syn(l->engine, &p) };
		data += l->in.m[i].value;
	}
	send_verdicts(l, v, l->in.n);
}

void
live_queue_packets(struct live *l)
{
	const uint8_t *data = l->in.packet;

	if (l->queue.on)
		judge_packets(l);
	for (size_t i = 0; i < l->in.n; i++) {
		struct packet p = packet_of(&l->in.m[i], data);

		l->queue.packets++;
		live_in_packet(l, &p);
		data += l->in.m[i].value;
	}
}

void
live_queue_count(struct live *l, const struct msg *m)
{
	if (m->value > 0 && m->value < MSG_QUEUES)
		l->queue.counts[m->value] = m->count;
}

/* The guard waits for verdicts only while there can be a bad one. */
void
live_queue_tick(struct live *l)
{
	bool on = l->cfg->queue >= 0 && engine_inline(l->engine);

	if (on == l->queue.on)
		return;
	l->queue.on = on;
	log_msg(LOG_INFO, "inline: inline verdicts are %s", on ? "on" : "off");
	live_guard_send(l,
	    &(struct msg){ .op = MSG_INLINE, .value = on ? 1 : 0 });
}

json_t *
live_queue_status(const struct live *l)
{
	static const char *const names[MSG_QUEUES] = {
		[MSG_QUEUE_PACKETS] = "received",
		[MSG_QUEUE_DROPPED] = "dropped",
		[MSG_QUEUE_WAITED] = "waited",
		[MSG_QUEUE_LATE] = "late",
		[MSG_QUEUE_OVERRUNS] = "overruns",
		[MSG_QUEUE_UNSEEN] = "unseen",
		[MSG_QUEUE_PASSED] = "passed",
		[MSG_QUEUE_LENGTH] = "length",
		[MSG_QUEUE_LONGEST] = "longest",
	};
	json_t *o;

	if (l->cfg->queue < 0)
		return json_null();
	o = json_pack("{s:i,s:I,s:b,s:I}", "number", l->cfg->queue, "packets",
	    (json_int_t)l->queue.packets, "inline", (int)l->queue.on,
	    "verdicts", (json_int_t)l->queue.verdicts);
	for (size_t i = 1; o != NULL && i < MSG_QUEUES; i++)
		json_object_set_new(o, names[i],
		    json_integer((json_int_t)l->queue.counts[i]));
	return o;
}
