/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/dedup.h"

#include <stdlib.h>

#define WAYS 4 /* a hash may stand in any of so many places */

/*
 * Both headers and some payload: what NFQUEUE copies (the TCP checksum
 * speaks for the rest).
 */
#define HASHED_BYTES 128

struct slot {
	uint64_t hash; /* 0 = free */
	int64_t t_us;
};

struct dedup {
	struct hash_key key;
	size_t sets; /* power of two */
	struct slot slots[];
};

struct dedup *
dedup_new(size_t slots, const struct hash_key *key)
{
	struct dedup *d;
	size_t sets = hash_buckets(slots / WAYS);

	if (sets > (SIZE_MAX - sizeof(*d)) / sizeof(d->slots[0]) / WAYS)
		return NULL;
	d = calloc(1, sizeof(*d) + sets * WAYS * sizeof(d->slots[0]));
	if (d == NULL)
		return NULL;
	d->key = *key;
	d->sets = sets;
	return d;
}

void
dedup_free(struct dedup *d)
{
	free(d);
}

/* Over the packet without what a router or bridge changes on its way. */
static uint64_t
packet_hash(const struct dedup *d, const struct traits *t)
{
	uint8_t b[HASHED_BYTES] = { 0 };
	size_t n = t->ip_caplen < sizeof(b) ? t->ip_caplen : sizeof(b);
	uint64_t h;

	if (n > 0)
		memcpy(b, t->ip, n);
	if (t->ver == 4)
		b[8] = b[10] = b[11] = 0; /* TTL, header checksum */
	else
		b[7] = 0; /* hop limit */
	h = hash_keyed(&d->key, b, sizeof(b));
	return h == 0 ? 1 : h;
}

bool
dedup_seen(struct dedup *d, const struct traits *t, int64_t t_us)
{
	uint64_t h = packet_hash(d, t);
	struct slot *set = &d->slots[(h & (d->sets - 1)) * WAYS];
	struct slot *oldest = set;

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].hash == h) {
			int64_t age = t_us - set[i].t_us;

			if (age < DEDUP_WINDOW_US && age > -DEDUP_WINDOW_US)
				return true;
			set[i].t_us = t_us;
			return false;
		}
		if (set[i].hash == 0 ||
		    (oldest->hash != 0 && set[i].t_us < oldest->t_us))
			oldest = &set[i];
	}
	*oldest = (struct slot){ h, t_us };
	return false;
}
