/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_name - which names a client has of each kind */
#include "daemon/botnet_trait.h"
#include "daemon/evidence_kind.h"
#include "tools/stats_impl.h"
#include "tools/stats_sip.h"

#define HASH_BITS 40
#define V6_BIT    ((uint64_t)1 << (HASH_BITS - 1))
#define V6_SITE   48
#define V4_SITE   24

static const enum stats_kind hashed[HASHED_KINDS] = {
	[HASHED_NETWORK] = STATS_NETWORK,
	[HASHED_DOMAIN] = STATS_DOMAIN,
	[HASHED_TEMPLATE] = STATS_TEMPLATE,
	[HASHED_SIGNATURE] = STATS_SIGNATURE,
	[HASHED_HELO] = STATS_HELO,
};

enum stats_kind
stats_hashed_kind(enum stats_hashed h)
{
	return hashed[h];
}

const char *
stats_evidence(unsigned kind, const char **words)
{
	static const struct {
		const char *name, *words;
	} all[EVIDENCE_KINDS] = {
#define X(sym, num, name, fam, text) [num] = { name, text },
		EVIDENCE_TABLE(X)
#undef X
	};

	if (kind >= EVIDENCE_KINDS)
		return NULL;
	if (words != NULL)
		*words = all[kind].words;
	return all[kind].name;
}

#define EACH(byte) (0x0101010101010101ULL * (byte))

/* char_lower() of eight bytes: the top bit of each says what it is. */
static uint64_t
lower_word(uint64_t w)
{
	uint64_t low = w & EACH(0x7f);
	uint64_t from_a = low + EACH(0x80 - 'A'),
		 behind_z = low + EACH(0x7f - 'Z');

	return w | (((from_a ^ behind_z) & ~w & EACH(0x80)) >> 2);
}

static struct str
lower(struct str s, char buf[STATS_TEXT_MAX])
{
	size_t at = 0;

	if (s.n > STATS_TEXT_MAX - 1)
		s.n = STATS_TEXT_MAX - 1;
	for (uint64_t w; at + sizeof(w) <= s.n; at += sizeof(w)) {
		memcpy(&w, s.p + at, sizeof(w));
		w = lower_word(w);
		memcpy(buf + at, &w, sizeof(w));
	}
	for (; at < s.n; at++)
		buf[at] = char_lower(s.p[at]);
	return (struct str){ buf, s.n };
}

static struct str
domain(struct str rdns, char buf[STATS_TEXT_MAX])
{
	struct str d;

	if (rdns.n > 0 && rdns.p[rdns.n - 1] == '.')
		rdns.n--;
	d = botnet_domain(rdns);
	return d.n == 0 || memchr(d.p, '.', d.n) == NULL ? STR("") :
							   lower(d, buf);
}

/* Only of names that are made from addresses: others have no pattern. */
static struct str template(const struct record_brief *b,
    char buf[STATS_TEXT_MAX])
{
	struct botnet_client c = { .name_class = b->name_class,
		.rdns = b->rdns };
	struct botnet_trait t STATS_UNSET;

	if (b->rdns.n == 0)
		return STR("");
	botnet_trait(&c, BOTNET_RDNS, &t);
	return t.part == BOTNET_NO_PART ? STR("") : lower(t.value, buf);
}

static struct str
network(const struct addr *a, char buf[STATS_TEXT_MAX])
{
	struct net n = { addr_site(a), a->family == 4 ? V4_SITE : V6_SITE };

	(void)net_print(&n, buf);
	return (struct str){ buf, strlen(buf) };
}

struct str
stats_name(enum stats_kind k, const struct record_brief *b,
    char buf[STATS_TEXT_MAX])
{
	switch (k) {
	case STATS_NETWORK:
		return network(&b->key, buf);
	case STATS_DOMAIN:
		return domain(b->rdns, buf);
	case STATS_TEMPLATE:
		return template(b, buf);
	case STATS_SIGNATURE:
		return b->sig;
	case STATS_SYSTEM:
		return b->os;
	case STATS_HELO:
		return lower(b->helo, buf);
	default:
		return STR("");
	}
}

static uint64_t
cut(uint64_t hash)
{
	hash >>= 64 - HASH_BITS;
	return hash == 0 ? 1 : hash;
}

/* IPv4 as it is; IPv6 by its hash, which no IPv4 network has. */
static uint64_t
network_hash(const struct hash_key *key, const struct addr *a)
{
	if (a->family == 4)
		return 1 +
		    ((uint64_t)a->b[0] << 16 | (uint64_t)a->b[1] << 8 |
			a->b[2]);
	return cut(stats_sip(key, a->b, V6_SITE / 8)) | V6_BIT;
}

uint64_t
stats_name_hash(const struct hash_key *key, enum stats_hashed h,
    const struct record_brief *b)
{
	char buf[STATS_TEXT_MAX] STATS_UNSET;
	struct str name;

	if (h == HASHED_NETWORK)
		return network_hash(key, &b->key);
	name = stats_name(hashed[h], b, buf);
	return name.n == 0 ? 0 : cut(stats_sip(key, name.p, name.n));
}
