/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/flows.h"

#include "fp/huge.h"

#include <stdlib.h>

#define WAYS           4  /* an entry may stand in any of so many places */
#define HTTP_SURE      15 /* bytes of a request that show whether it is HTTP */
#define HTTP_PREFIX    6  /* those of them that are looked at */
#define HTTP_REPLY_MAX 8192

enum flow_bit {
	FLOW_CLIENT_LOW = 1 << 0, /* the client is the lower end */
	FLOW_ANSWERED = 1 << 1,
	FLOW_CLIENT_CLOCK = 1 << 2, /* told, or cannot be */
	FLOW_SERVER_CLOCK = 1 << 3,
	FLOW_NOT_GET = 1 << 4, /* the request does not begin so */
	FLOW_NOT_HEAD = 1 << 5,
	FLOW_OPEN = 1 << 6, /* the client acknowledged our number */
};

struct flows_entry {
	uint32_t tag; /* 0 = free */
	uint32_t born_s;
	uint32_t c_next; /* sequence numbers that come next */
	uint32_t s_next;
	uint32_t syn_ms;  /* of the latest copy of the SYN */
	uint16_t mss;     /* of the SYN */
	uint16_t reply_n; /* bytes of the answer to a request */
	uint8_t bits;     /* enum flow_bit */
	uint8_t copies;
	uint8_t request_n; /* up to HTTP_SURE */
	uint8_t spare[5];
};

_Static_assert(sizeof(struct flows_entry) == 32, "two entries a cache line");

struct flows {
	struct fold fold;
	size_t sets; /* power of two */
	uint32_t packets;
	uint32_t sweep_s; /* when ages were looked at */
	struct flows_counts counts;
	struct flows_entry (*slots)[WAYS];
};

struct flows *
flows_new(size_t slots, const struct hash_key *key)
{
	struct flows *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->fold = fold_init(key, 'f');
	f->sets = hash_buckets(slots / WAYS);
	f->slots = huge_new(f->sets * sizeof(f->slots[0]));
	if (f->slots == NULL) {
		free(f);
		return NULL;
	}
	return f;
}

void
flows_free(struct flows *f)
{
	if (f == NULL)
		return;
	huge_free(f->slots, f->sets * sizeof(f->slots[0]));
	free(f);
}

void
flows_tick(struct flows *f, int64_t t_us)
{
	if (++f->packets % FLOWS_SWEEP == 0)
		f->sweep_s = (uint32_t)(t_us / 1000000);
}

/* Both directions of a connection have one hash: the lower end is first. */
static uint64_t
hash_v4(const struct flows *f, const struct traits *t, bool *low)
{
	uint64_t a, b;
	uint32_t ip;

	memcpy(&ip, t->src.b, sizeof(ip));
	a = (uint64_t)ip << 16 | t->sport;
	memcpy(&ip, t->dst.b, sizeof(ip));
	b = (uint64_t)ip << 16 | t->dport;
	*low = a < b;
	return *low ? fold_2(&f->fold, a, b) : fold_2(&f->fold, b, a);
}

static uint64_t
hash_v6(const struct flows *f, const struct traits *t, bool *low)
{
	int c = memcmp(t->src.b, t->dst.b, sizeof(t->src.b));
	const uint8_t *a = t->src.b, *b = t->dst.b;
	uint16_t a_port = t->sport, b_port = t->dport;
	uint64_t w[FOLD_WORDS];

	*low = c < 0 || (c == 0 && a_port < b_port);
	if (!*low) {
		a = t->dst.b;
		b = t->src.b;
		a_port = t->dport;
		b_port = t->sport;
	}
	w[0] = fold_word(&a[0]);
	w[1] = fold_word(&a[8]);
	w[2] = fold_word(&b[0]);
	w[3] = fold_word(&b[8]);
	w[4] = a_port;
	w[5] = b_port;
	return fold_6(&f->fold, w);
}

struct flows_place
flows_place(const struct flows *f, const struct traits *t)
{
	struct flows_place at;

	at.hash = t->ver == 4 ? hash_v4(f, t, &at.low) : hash_v6(f, t, &at.low);
	__builtin_prefetch(&f->slots[at.hash & (f->sets - 1)][0], 1);
	__builtin_prefetch(&f->slots[at.hash & (f->sets - 1)][2], 1);
	return at;
}

static uint32_t
tag_of(uint64_t hash)
{
	uint32_t tag = (uint32_t)(hash >> 32);

	return tag == 0 ? 1 : tag;
}

/* Seconds, by the latest sweep: below zero for one that began after it. */
static int32_t
age_of(const struct flows *f, const struct flows_entry *e)
{
	return (int32_t)(f->sweep_s - e->born_s);
}

/*
 * The entry of a connection, alive or not; else *room is where it may stand:
 * a free place, or the oldest's.
 */
static struct flows_entry *
find(struct flows *f, uint64_t hash, struct flows_entry **room)
{
	struct flows_entry *set = f->slots[hash & (f->sets - 1)];
	uint32_t tag = tag_of(hash);
	int32_t room_age = INT32_MIN;

	*room = set;
	for (size_t i = 0; i < WAYS; i++) {
		int32_t age = age_of(f, &set[i]);

		if (set[i].tag == tag)
			return &set[i];
		age = set[i].tag == 0 ? INT32_MAX : age;
		*room = age > room_age ? &set[i] : *room;
		room_age = age > room_age ? age : room_age;
	}
	return NULL;
}

static void
on_copy(struct flows_entry *e, int64_t t_us, struct flows_seen *out)
{
	uint32_t ms = (uint32_t)(t_us / 1000);

	if (e->copies < UINT8_MAX)
		e->copies++;
	out->what = FLOWS_COPY;
	out->copy_n = e->copies;
	out->gap_ms = ms - e->syn_ms;
	e->syn_ms = ms;
}

/* A SYN, and the place for a connection that begins with it. */
struct opening {
	const struct traits *t;
	int64_t t_us;
	struct flows_place at;
	struct flows_entry *room;
};

static void
on_syn(struct flows *f, const struct opening *o, struct flows_seen *out)
{
	struct flows_entry *e = out->flow;

	if (e != NULL && out->to_server && e->c_next - 1 == o->t->seq) {
		on_copy(e, o->t_us, out);
		return;
	}
	if (e == NULL) {
		e = o->room;
		f->counts.evicted += e->tag != 0 && age_of(f, e) <= FLOWS_AGE_S;
	}
	*e = (struct flows_entry){
		.tag = tag_of(o->at.hash),
		.born_s = (uint32_t)(o->t_us / 1000000),
		.c_next = o->t->seq + 1,
		.syn_ms = (uint32_t)(o->t_us / 1000),
		.mss = o->t->mss,
		.bits = o->at.low ? FLOW_CLIENT_LOW : 0,
	};
	f->counts.begun++;
	out->what = FLOWS_SYN;
	out->to_server = out->clock_due = true;
	out->flow = e;
}

static void
on_reply(const struct traits *t, struct flows_seen *out)
{
	struct flows_entry *e = out->flow;

	if (e == NULL) {
		out->what = FLOWS_STRAY;
		return;
	}
	if (out->to_server || (e->bits & FLOW_ANSWERED))
		return;
	e->bits |= FLOW_ANSWERED;
	e->s_next = t->seq + 1;
	out->what = FLOWS_REPLY;
	out->peer_mss = e->mss;
}

/* True when it is clear that this is no HTTP request. */
static bool
request_is_other(struct flows_entry *e, const struct traits *t)
{
	static const char get[] = "GET /", head[] = "HEAD /";
	size_t left = HTTP_SURE - e->request_n;

	for (size_t i = 0; i < t->payload_cap; i++) {
		size_t at = e->request_n + i;

		if (at >= HTTP_PREFIX)
			break;
		if (at < sizeof(get) - 1 && t->payload[i] != (uint8_t)get[at])
			e->bits |= FLOW_NOT_GET;
		if (t->payload[i] != (uint8_t)head[at])
			e->bits |= FLOW_NOT_HEAD;
	}
	e->request_n = t->payload_len < left ?
	    (uint8_t)(e->request_n + t->payload_len) :
	    HTTP_SURE;
	return e->request_n == HTTP_SURE && (e->bits & FLOW_NOT_GET) &&
	    (e->bits & FLOW_NOT_HEAD);
}

/* True when this is no answer to a request, or its head is complete. */
static bool
answer_is_over(struct flows_entry *e, const struct traits *t)
{
	static const char end[] = "\r\n\r\n";

	if (e->request_n < HTTP_SURE)
		return true;
	if (t->payload_len > HTTP_REPLY_MAX - (uint32_t)e->reply_n)
		return true;
	e->reply_n = (uint16_t)(e->reply_n + t->payload_len);
	return memmem(t->payload, t->payload_cap, end, sizeof(end) - 1) != NULL;
}

static void
on_ack(const struct traits *t, struct flows_seen *out)
{
	struct flows_entry *e = out->flow;
	uint32_t *next;

	if (e == NULL)
		return;
	if (!(e->bits & FLOW_ANSWERED)) {
		flows_drop(e);
		return;
	}
	next = out->to_server ? &e->c_next : &e->s_next;
	if (*next != t->seq)
		return; /* sent again, or a hole before it */
	*next += t->payload_len;
	out->what = FLOWS_MORE;
	if (out->to_server && !(e->bits & FLOW_OPEN) && t->ack == e->s_next) {
		e->bits |= FLOW_OPEN;
		out->opened = true;
	}
	if (t->payload_len > 0 &&
	    (out->to_server ? request_is_other(e, t) : answer_is_over(e, t)))
		flows_drop(e);
}

static void
on_end(struct flows_seen *out)
{
	if (out->flow == NULL)
		return;
	out->what = FLOWS_MORE;
	flows_drop(out->flow);
}

void
flows_packet(struct flows *f, struct flows_place at, const struct traits *t,
    int64_t t_us, struct flows_seen *out)
{
	const unsigned mask = TCPF_SYN | TCPF_ACK | TCPF_FIN | TCPF_RST;
	struct opening o = { t, t_us, at, NULL };
	struct flows_entry *e = find(f, at.hash, &o.room);

	if (e != NULL && age_of(f, e) > FLOWS_AGE_S) {
		o.room = e;
		e = NULL;
	}
	*out = (struct flows_seen){ .flow = e };
	if (e != NULL) {
		out->to_server = at.low == ((e->bits & FLOW_CLIENT_LOW) != 0);
		out->clock_due = !(e->bits &
		    (out->to_server ? FLOW_CLIENT_CLOCK : FLOW_SERVER_CLOCK));
	}
	switch (t->flags & mask) {
	case TCPF_SYN:
		on_syn(f, &o, out);
		break;
	case TCPF_SYN | TCPF_ACK:
		on_reply(t, out);
		break;
	case TCPF_ACK:
		on_ack(t, out);
		break;
	case TCPF_FIN:
	case TCPF_FIN | TCPF_ACK:
	case TCPF_RST:
	case TCPF_RST | TCPF_ACK:
		on_end(out);
		break;
	default:
		break; /* flags that contradict each other */
	}
}

void
flows_drop(struct flows_entry *f)
{
	f->tag = 0;
}

void
flows_clock_done(struct flows_entry *f, bool to_server)
{
	f->bits |= to_server ? FLOW_CLIENT_CLOCK : FLOW_SERVER_CLOCK;
}

void
flows_counts(const struct flows *f, struct flows_counts *out)
{
	*out = f->counts;
}
