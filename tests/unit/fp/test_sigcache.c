/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sigcache fp/sigclass: what it remembers is what sig and sigdb would say.
 *
 * zt-link: fp/addr fp/hash fp/sig fp/sigdb fp/sigdb_build fp/sigdb_match fp/sigclass
 * zt-link: fp/sigcache fp/sigline
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/sigcache.h"
#include "tests/unit/fp/sigtext.h"

#define LIN "mss,sok,ts,nop,ws"

static const struct hash_key zero_key;

static struct sigdb *
make_db(const char *name)
{
	struct sigdb *db = sigdb_new();
	char sig[128];

	snprintf(sig, sizeof(sig),
	    "s:%s:3.x *:64:0:*:mss*20,*:" LIN ":df,id+:0", name);
	sigtext_add(db, sig);
	snprintf(sig, sizeof(sig), "s:%s:reply reply *:64:0:*:mss*2,*:mss::*",
	    name);
	sigtext_add(db, sig);
	snprintf(sig, sizeof(sig), "g:%s:wide *:64:0:*:*,*:mss::*", name);
	sigtext_add(db, sig);
	sigdb_compile(db);
	return db;
}

static bool
is_right(const struct sigcache_hit *h, const struct sigdb *db,
    const struct traits *t, bool reply, uint16_t peer)
{
	struct sigdb_match m = { 0 };
	struct sig s;

	sig_make_reply(t, reply ? peer : 0, &s);
	m.dist = s.dist;
	if (db != NULL)
		sigdb_match(db, t, reply, peer, &m);
	return strcmp(h->sig.text, s.text) == 0 && h->sig.key == s.key &&
	    h->sig.ittl == s.ittl && h->sig.dist == s.dist &&
	    h->cls == sigclass_of(t, &m) && h->text_n == strlen(s.text) &&
	    h->match.best == m.best && h->match.grade == m.grade &&
	    h->match.generic == m.generic && h->match.fuzzy == m.fuzzy &&
	    h->match.dist == m.dist && h->match.cand_n == m.cand_n;
}

static void
random_traits(struct traits *t)
{
	static const char *const packets[] = {
		"4:60:0:1460:29200,7:" LIN ":df,id+:0",
		"4:60:0:1460:29200,7:" LIN ":df,id+,ts1-:0",
		"6:60:0:1440:28800,7:" LIN "::0",
		"4:64:0:1460:2724,0:mss::0",
		"4:64:0:1460:2724,0:mss::+",
		"4:128:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0",
		"4:64:0:1460:65535,6:mss,nop,ws,nop,nop,ts,sok,eol+1:df:0",
	};
	uint64_t r = zt_random() >> 16;

	*t = sigtext_packet(packets[r % 7]);
	r /= 7;
	/* One thing at a time, so that each must be in the key. */
	switch (r % 12) {
	case 0:
		t->ttl = (uint8_t)(r >> 8);
		break;
	case 1:
		t->window = (uint16_t)(r >> 8);
		break;
	case 2:
		t->mss = (uint16_t)(t->mss - (r >> 8) % 90);
		break;
	case 3:
		t->wscale = (uint8_t)(r >> 8 & 15);
		break;
	case 4:
		t->quirks ^= 1U << (r >> 8) % 17;
		break;
	case 5:
		t->eol_pad = (uint8_t)(r >> 8 & 3);
		break;
	case 6:
		t->opts[(r >> 8) % 5] = (uint8_t)(r >> 16 & 7);
		break;
	case 7:
		t->opts_n = (uint8_t)(r >> 8 & 7);
		break;
	case 8:
		t->hdrlen = (uint16_t)(40 + (r >> 8) % 60);
		t->window = (uint16_t)((t->mss + 52) * 3);
		break;
	case 9:
		t->ip_optlen = (uint8_t)(r >> 8 & 15);
		break;
	case 10:
		t->ver = t->ver == 4 ? 6 : 4;
		break;
	case 11:
		t->ts_val = r >> 8 & 1;
		t->mss = 1400;
		t->window = (uint16_t)((t->mss - 12) * 20);
		break;
	}
	t->has_mss = (r >> 24) % 8 != 0;
	/* What must not matter. */
	t->seq = (uint32_t)r;
	t->sport = (uint16_t)r;
	t->tos = (uint8_t)(r & ~3U);
}

static unsigned
wrong_answers(struct sigcache *c, const struct sigdb *db, unsigned n)
{
	static const uint16_t peers[] = { 0, 1362, 1374, 1460 };
	unsigned wrong = 0;

	for (unsigned i = 0; i < n; i++) {
		uint16_t peer = peers[zt_random() >> 20 & 3];
		bool reply = zt_random() >> 20 & 1;
		struct traits t;

		random_traits(&t);
		wrong += !is_right(sigcache_get(c, &t, reply, peer), db, &t,
		    reply, peer);
	}
	return wrong;
}

static void
test_random(void)
{
	static const size_t slots[] = { 0, 1, 4, 64, 4096 };
	struct sigdb *db = make_db("A"), *other = make_db("B");
	struct hash_key key = { { 1, 2, 3 } };
	unsigned wrong = 0, after = 0, none = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		struct sigcache *c = sigcache_new(db, slots[i], &key);

		wrong += wrong_answers(c, db, 20000);
		sigcache_set(c, other);
		after += wrong_answers(c, other, 20000);
		sigcache_set(c, NULL);
		none += wrong_answers(c, NULL, 20000);
		sigcache_free(c);
	}
	ZT_CASE("remembered answers are the right ones, in any size",
	    wrong == 0);
	ZT_CASE("another database has its own answers", after == 0);
	ZT_CASE("no database has no labels", none == 0);
	sigdb_free(db);
	sigdb_free(other);
}

/* Several at once, in three steps, as one after the other. */
static void
test_steps(void)
{
	enum { BATCH = 16 };
	struct sigdb *db = make_db("A");
	struct sigcache *c = sigcache_new(db, 64, &zero_key);
	struct sigcache_ask asks[BATCH];
	struct traits t[BATCH];
	unsigned wrong = 0;

	for (unsigned r = 0; r < 1000; r++) {
		for (unsigned i = 0; i < BATCH; i++) {
			random_traits(&t[i]);
			asks[i].reply = i % 3 == 0;
			asks[i].peer_mss = i % 3 == 0 ? 1362 : 0;
			sigcache_ask(c, &t[i], &asks[i]);
		}
		for (unsigned i = 0; i < BATCH; i++)
			sigcache_look(c, &asks[i]);
		for (unsigned i = 0; i < BATCH; i++)
			wrong += !is_right(sigcache_take(c, &asks[i], &t[i]),
			    db, &t[i], asks[i].reply, asks[i].peer_mss);
	}
	ZT_CASE("many asked for before the first is taken", wrong == 0);
	sigcache_free(c);
	sigdb_free(db);
}

static void
test_remembers(void)
{
	struct traits t = sigtext_packet(
	    "4:60:0:1460:29200,7:" LIN ":df,id+:0");
	struct sigdb *db = make_db("A");
	struct sigcache *c = sigcache_new(db, 64, &zero_key);
	const struct sigcache_hit *first = sigcache_get(c, &t, false, 0);
	const struct sigcache_hit *again;

	ZT_CASE("a packet has its label", first->match.best != NULL);
	t.seq++;
	t.sport++;
	t.src = addr_v4(0xc0000201);
	again = sigcache_get(c, &t, false, 0);
	ZT_CASE("the next one like it is not made again", again == first);
	again = sigcache_get(c, &t, false, 1460);
	ZT_CASE("a SYN has no peer", again == first);
	again = sigcache_get(c, &t, true, 0);
	ZT_CASE("a SYN+ACK is another", again != first);
	ZT_CASE("and matches other signatures", again->match.best == NULL);
	sigcache_free(c);
	sigcache_free(NULL);
	sigdb_free(db);
}

/* In one set of four the one that was not asked for longest has to go. */
static void
test_ages(void)
{
	struct traits t = sigtext_packet(
	    "4:60:0:1460:29200,7:" LIN ":df,id+:0");
	struct sigcache *c = sigcache_new(NULL, 1, &zero_key);
	const struct sigcache_hit *first = sigcache_get(c, &t, false, 0);
	const struct sigcache_hit *fifth;
	bool stayed = true;

	for (uint8_t i = 1; i < 4; i++) {
		t.ttl = (uint8_t)(60 + i);
		stayed = stayed && sigcache_get(c, &t, false, 0) != first;
		t.ttl = 60;
		stayed = stayed && sigcache_get(c, &t, false, 0) == first;
	}
	ZT_CASE("four find room in the smallest table", stayed);
	t.ttl = 64;
	fifth = sigcache_get(c, &t, false, 0);
	t.ttl = 60;
	ZT_CASE("a fifth leaves what is used",
	    fifth != first && sigcache_get(c, &t, false, 0) == first);
	t.ttl = 61;
	ZT_CASE("and takes the place of what is not",
	    sigcache_get(c, &t, false, 0) != fifth &&
		strncmp(fifth->sig.text, "4:64+0", 6) == 0);
	sigcache_free(c);
}

static const struct zt_test tests[] = {
	{ "random", test_random },
	{ "steps", test_steps },
	{ "remembers", test_remembers },
	{ "ages", test_ages },
};

ZT_MAIN("sigcache", tests)
