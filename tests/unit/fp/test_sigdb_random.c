/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/sigdb: the compiled form says what a plain scan of all
 * signatures says, written here a second time and as simply as can be; and a
 * large database costs a look-up no more than a small one.
 *
 * zt-link: fp/addr fp/hash fp/sig fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/sigdb.h"

#include <errno.h>

#define ALL    (((uint32_t)Q_BAD << 1) - 1)
#define SIGS   400
#define ROUNDS 60
#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct one {
	struct sigdef d;
	char name; /* 'A'... */
	bool generic, userland, added;
	unsigned label;
};

static struct one sigs[SIGS];

static unsigned
rnd(unsigned n)
{
	return (unsigned)(zt_random() >> 20) % n;
}

static bool
one_in(unsigned n)
{
	return rnd(n) == 0;
}

static const struct {
	uint8_t n, eol_pad, opts[8];
} layouts[] = {
	{ 1, 0, { 2 } },
	{ 2, 0, { 2, 1 } },
	{ 2, 1, { 2, 0 } },
	{ 2, 2, { 2, 0 } },
	{ 3, 0, { 2, 254, 8 } },
	{ 2, 0, { 2, 8 } },
	{ 0, 0, { 0 } },
};

static const uint32_t quirk_sets[] = { 0, Q_DF, Q_DF | Q_ID_NZ, Q_ID_ZERO,
	Q_ECN | Q_DF, Q_PUSH, Q_FLOW, Q_FLOW | Q_DF, Q_ECN, Q_PUSH | Q_ECN };
static const uint16_t windows[] = { 0, 512, 1024, 1400, 2800, 2880, 5840, 4200,
	64240, 64400, 64800, 65535 };
static const uint16_t msses[] = { 0, 90, 1388, 1400, 1460 };

static void
random_sig(struct sigdef *d)
{
	static const uint32_t masks[] = { ALL, ALL, ALL, Q_DF, ALL ^ Q_ECN, 0 };
	static const uint8_t ittls[] = { 32, 64, 64, 128, 255, 100 };
	size_t l = rnd(LEN(layouts));

	*d = (struct sigdef){ .kind = (uint8_t)rnd(SIGDEF_KINDS),
		.ver = one_in(3) ? (one_in(2) ? 4 : 6) : SIGDEF_ANY,
		.ttl = (uint8_t)rnd(SIGDEF_TTL_ANY + 1),
		.ittl = ittls[rnd(LEN(ittls))],
		.olen = (int16_t)(one_in(4) ? SIGDEF_ANY : 0),
		.mss = one_in(2) ? SIGDEF_ANY : msses[rnd(LEN(msses))],
		.win = (uint8_t)rnd(SIGDEF_WIN_FULL + 1),
		.scale = (int16_t)(one_in(2) ? SIGDEF_ANY : (int)rnd(2)),
		.opts_n = layouts[l].n,
		.eol_pad = layouts[l].eol_pad,
		.quirks = quirk_sets[rnd(LEN(quirk_sets))],
		.quirks_mask = masks[rnd(LEN(masks))],
		.payload = (int8_t)(one_in(3) ? SIGDEF_ANY : (int)rnd(2)) };
	memcpy(d->opts, layouts[l].opts, layouts[l].n);
	if (d->win == SIGDEF_WIN_EXACT)
		d->window = windows[rnd(LEN(windows))];
	else if (d->win == SIGDEF_WIN_MOD)
		d->window = (const uint32_t[]){ 2, 512, 1400 }[rnd(3)];
	else if (d->win != SIGDEF_WIN_ANY && d->win != SIGDEF_WIN_FULL)
		d->window = 1 + rnd(3);
}

static void
random_packet(struct traits *t)
{
	static const uint8_t ttls[] = { 10, 20, 30, 50, 60, 64, 65, 90, 100,
		120, 128, 129, 250 };
	size_t l = rnd(LEN(layouts));

	*t = (struct traits){ .ver = one_in(2) ? 4 : 6,
		.ttl = ttls[rnd(LEN(ttls))],
		.ip_optlen = one_in(9) ? 4 : 0,
		.mss = msses[rnd(LEN(msses))],
		.window = windows[rnd(LEN(windows))],
		.wscale = (uint8_t)rnd(2),
		.hdrlen = 52,
		.ts_val = rnd(2),
		.opts_n = layouts[l].n,
		.eol_pad = layouts[l].eol_pad,
		.quirks = quirk_sets[rnd(LEN(quirk_sets))],
		.payload_len = rnd(2) };
	memcpy(t->opts, layouts[l].opts, layouts[l].n);
}

/* --- the plain scan --- */

static bool
window_fits(const struct sigdef *d, const struct traits *t, uint16_t peer)
{
	unsigned n, ether = t->ver == 6 ? 1440 : 1460;
	enum sig_unit unit = sig_window(t, peer, &n);

	switch (d->win) {
	case SIGDEF_WIN_EXACT:
		return d->window == t->window;
	case SIGDEF_WIN_MOD:
		return t->window % d->window == 0;
	case SIGDEF_WIN_MSS:
		return unit == SIG_MSS && n == d->window;
	case SIGDEF_WIN_MTU:
		return unit == SIG_MTU && n == d->window;
	case SIGDEF_WIN_FULL:
		return t->window == 65535 / ether * ether ||
		    (t->mss > 0 && t->window == 65535 / t->mss * t->mss);
	default:
		return true;
	}
}

static size_t
named_only(const uint8_t *opts, size_t n, uint8_t *out)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++)
		if (memchr("\2\3\4\5\10", opts[i], 5) != NULL)
			out[k++] = opts[i];
	return k;
}

static bool
layout_fits(const struct sigdef *d, const struct traits *t)
{
	uint8_t a[TRAITS_OPTS_MAX], b[TRAITS_OPTS_MAX];
	size_t n = named_only(d->opts, d->opts_n, a);

	if (d->kind == SIGDEF_SHAPE)
		return n == named_only(t->opts, t->opts_n, b) &&
		    memcmp(a, b, n) == 0;
	return d->opts_n == t->opts_n && d->eol_pad == t->eol_pad &&
	    memcmp(d->opts, t->opts, d->opts_n) == 0;
}

#define FITS(sig, packet) ((sig) == SIGDEF_ANY || (sig) == (packet))

/* -1 no match, else bit 0 for quirks and bit 1 for the TTL. */
static int
plain_match(const struct sigdef *d, const struct traits *t, uint16_t peer)
{
	uint32_t want = d->quirks, have = t->quirks & d->quirks_mask;
	int low = d->ittl <= 32 ? 1 :
	    d->ittl <= 64       ? 20 :
	    d->ittl <= 128      ? 65 :
				  129;
	int fuzzy = 0;

	if (!layout_fits(d, t) || !window_fits(d, t, peer) ||
	    !FITS(d->ver, t->ver) || !FITS(d->olen, t->ip_optlen) ||
	    !FITS(d->mss, t->mss) || !FITS(d->scale, t->wscale) ||
	    !FITS(d->payload, (int)t->payload_len))
		return -1;
	if (d->ver == SIGDEF_ANY)
		want &= t->ver == 4 ? ~(uint32_t)Q_FLOW :
				      ~(uint32_t)(Q_DF | Q_ID_NZ | Q_ID_ZERO);
	want &= d->quirks_mask;
	if ((want & ~have & ~(uint32_t)(Q_DF | Q_ID_NZ)) ||
	    (have & ~want & ~(uint32_t)(Q_ID_ZERO | Q_ECN)))
		return -1;
	if (want != have)
		fuzzy |= 1;
	if (d->ttl == SIGDEF_TTL_MAX && t->ttl > d->ittl)
		return -1;
	if (d->ttl == SIGDEF_TTL_STRICT && t->ver == 4 &&
	    (t->ttl > d->ittl || t->ttl < low))
		return -1;
	if (d->ttl == SIGDEF_TTL_P0F &&
	    (t->ttl > d->ittl || d->ittl - t->ttl > 35))
		fuzzy |= 2;
	return fuzzy;
}

/* Smaller is better; 0 = none. */
static int
plain_level(const struct one *s, const struct traits *t, bool reply,
    uint16_t peer)
{
	int m = plain_match(&s->d, t, peer);

	if (m < 0 || (s->d.kind == SIGDEF_REPLY) != reply)
		return 0;
	if (s->d.kind == SIGDEF_SHAPE)
		return m == 0 ? 4 : 0;
	if (m > 0)
		return s->userland ? 0 : 3;
	return s->generic ? 2 : 1;
}

static int
width(int any, int fixed)
{
	return any ? 0 : fixed;
}

/* As the header of sigdb says it. */
static bool
plain_weaker(const struct one *a, const struct one *best,
    const struct traits *t, uint16_t peer)
{
	const struct sigdef *x = &a->d, *y = &best->d;
	int dx = plain_match(x, t, peer), dy = plain_match(y, t, peer);
	const int pairs[][2] = {
		{ x->ver != SIGDEF_ANY, y->ver != SIGDEF_ANY },
		{ x->olen != SIGDEF_ANY, y->olen != SIGDEF_ANY },
		{ x->mss != SIGDEF_ANY, y->mss != SIGDEF_ANY },
		{ x->scale != SIGDEF_ANY, y->scale != SIGDEF_ANY },
		{ x->payload != SIGDEF_ANY, y->payload != SIGDEF_ANY },
		{ width(x->win == SIGDEF_WIN_ANY,
		      x->win == SIGDEF_WIN_MOD ? 1 : 2),
		    width(y->win == SIGDEF_WIN_ANY,
			y->win == SIGDEF_WIN_MOD ? 1 : 2) },
		{ width(x->ttl == SIGDEF_TTL_ANY,
		      x->ttl == SIGDEF_TTL_MAX ? 1 : 2),
		    width(y->ttl == SIGDEF_TTL_ANY,
			y->ttl == SIGDEF_TTL_MAX ? 1 : 2) },
		{ !a->generic, !best->generic },
	};
	bool strictly = false;

	if (dx != dy)
		return (dx & dy) == dy;
	for (size_t i = 0; i < LEN(pairs); i++) {
		if (pairs[i][0] > pairs[i][1])
			return false;
		strictly = strictly || pairs[i][0] < pairs[i][1];
	}
	for (uint32_t bit = 1; bit <= Q_BAD; bit <<= 1) {
		if ((x->quirks_mask & bit) && !(y->quirks_mask & bit))
			return false;
		if (!(x->quirks_mask & bit) && (y->quirks_mask & bit))
			strictly = true;
	}
	return strictly;
}

struct plain {
	int best, level; /* -1 = none */
	unsigned dist;
	char names[SIGDB_CANDIDATES + 1];
};

static unsigned
plain_dist(const struct sigdef *d, const struct traits *t)
{
	unsigned class = t->ttl <= 32 ? 32 :
	    t->ttl <= 64              ? 64 :
	    t->ttl <= 128             ? 128 :
					255;

	if (d == NULL || d->ttl == SIGDEF_TTL_ANY ||
	    (d->ttl == SIGDEF_TTL_STRICT && t->ver == 6) ||
	    (d->ttl == SIGDEF_TTL_P0F &&
		(t->ttl > d->ittl || d->ittl - t->ttl > 35)))
		return class - t->ttl;
	return (unsigned)(d->ittl - t->ttl);
}

/* `all`: those too that sigdb_add() left out as covered. */
static struct plain
plain_scan(const struct traits *t, bool reply, uint16_t peer, bool all)
{
	struct plain p = { -1, 99, 0, "" };

	for (int i = 0; i < SIGS; i++) {
		int level = plain_level(&sigs[i], t, reply, peer);

		if (level != 0 && level < p.level && (all || sigs[i].added)) {
			p.best = i;
			p.level = level;
		}
	}
	p.dist = plain_dist(p.best < 0 ? NULL : &sigs[p.best].d, t);
	for (int i = p.best; i >= 0 && i < SIGS; i++) {
		size_t n = strlen(p.names);

		if (!sigs[i].added || strchr(p.names, sigs[i].name) != NULL ||
		    plain_level(&sigs[i], t, reply, peer) != p.level ||
		    plain_weaker(&sigs[i], &sigs[p.best], t, peer))
			continue;
		if (n < SIGDB_CANDIDATES)
			p.names[n] = sigs[i].name;
	}
	return p;
}

static bool
same_answer(const struct sigdb_match *m, const struct plain *p)
{
	static const uint8_t grades[] = { 0, SIGDB_EXACT, SIGDB_GENERIC,
		SIGDB_FUZZY, SIGDB_FUZZY };
	const struct one *s = p->best < 0 ? NULL : &sigs[p->best];
	size_t n = strlen(p->names);

	if (s == NULL)
		return m->best == NULL && m->grade == SIGDB_UNKNOWN &&
		    m->dist == p->dist && m->cand_n == 0;
	if (m->best == NULL || m->best->line != s->label ||
	    m->dist != p->dist || m->shape != (p->level == 4) ||
	    m->fuzzy != (p->level > 2) || m->generic != s->generic ||
	    m->random_ttl != (s->d.ttl == SIGDEF_TTL_MAX))
		return false;
	if (n < 2)
		return m->grade == grades[p->level] && m->cand_n == 0;
	if (m->grade != SIGDB_AMBIGUOUS || m->cand_n != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (m->cand[i]->name[0] != p->names[i])
			return false;
	return true;
}

static struct sigdb *
random_db(unsigned *covered)
{
	struct sigdb *db = sigdb_new();

	for (unsigned i = 0; i < SIGS; i++) {
		struct one *s = &sigs[i];
		char name[2] = { (char)('A' + rnd(7)), '\0' };
		struct sigdb_label l = { .name = name, .line = i };
		int rc;

		random_sig(&s->d);
		s->label = i;
		s->name = name[0];
		l.generic = s->generic = one_in(2);
		l.userland = s->userland = one_in(6);
		sigdb_label(db, &l);
		rc = sigdb_add(db, &s->d);
		s->added = rc == 0;
		*covered += rc == -EEXIST;
		if (rc != 0 && rc != -EEXIST)
			printf("sigdb_add: %d\n", rc);
	}
	sigdb_compile(db);
	return db;
}

static void
test_against_scan(void)
{
	unsigned wrong = 0, lost = 0, covered = 0, ambiguous = 0, some = 0;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned r = 0; r < ROUNDS; r++) {
		struct sigdb *db = random_db(&covered);

		for (unsigned i = 0; i < 200; i++) {
			bool reply = one_in(3);
			uint16_t peer = one_in(2) ? 0 : 1412;
			struct plain p, all;
			struct sigdb_match m;
			struct traits t;

			random_packet(&t);
			sigdb_match(db, &t, reply, peer, &m);
			p = plain_scan(&t, reply, reply ? peer : 0, false);
			all = plain_scan(&t, reply, reply ? peer : 0, true);
			wrong += !same_answer(&m, &p);
			lost += all.best != p.best;
			some += m.best != NULL;
			ambiguous += m.grade == SIGDB_AMBIGUOUS;
		}
		sigdb_free(db);
	}
	printf("matched %u, ambiguous %u, covered %u\n", some, ambiguous,
	    covered);
	ZT_CASE("the compiled form says what a plain scan says", wrong == 0);
	ZT_CASE("what was left out as covered is not missed", lost == 0);
	ZT_CASE("the random test tried what it is for",
	    some > 1000 && ambiguous > 100 && covered > 10);
}

/* --- size --- */

/* Signature number `i`; all differ. */
static void
nth_sig(struct sigdef *d, uint32_t i)
{
	*d = (struct sigdef){ .ver = SIGDEF_ANY,
		.ittl = 64,
		.mss = i % 3 == 0 ? SIGDEF_ANY : (int32_t)(1000 + i % 500),
		.win = i % 2 ? SIGDEF_WIN_EXACT : SIGDEF_WIN_MSS,
		.window = 1 + i / 500 % (i % 2 ? 65535 : 43),
		.scale = (int16_t)(i % 7 == 0 ? SIGDEF_ANY : (int)(i % 15)),
		.opts_n = 4,
		.opts = { 2, 8, (uint8_t)(20 + i % 97), 1 },
		.quirks_mask = ALL };
}

static bool
build_many(uint32_t n, struct sigdb_stats *out, unsigned *found)
{
	struct sigdb *db = sigdb_new();
	struct sigdb_label l = { .name = "A" };
	bool ok = sigdb_label(db, &l) == 0;
	struct sigdb_match m;
	struct sigdef d;

	for (uint32_t i = 0; i < n; i++) {
		int rc;

		nth_sig(&d, i);
		rc = sigdb_add(db, &d);
		ok = ok && (rc == 0 || rc == -EEXIST);
	}
	ok = ok && sigdb_compile(db) == 0;
	sigdb_stats(db, out);
	for (uint32_t i = 0; i < n; i += n / 1000) {
		struct traits t = { .ver = 4, .ttl = 64, .opts_n = 4 };

		nth_sig(&d, i);
		t.mss = (uint16_t)(d.mss == SIGDEF_ANY ? 1460 : d.mss);
		t.window = (uint16_t)(d.window *
		    (d.win == SIGDEF_WIN_MSS ? t.mss : 1U));
		t.wscale = (uint8_t)(d.scale == SIGDEF_ANY ? 0 : d.scale);
		memcpy(t.opts, d.opts, 4);
		sigdb_match(db, &t, false, 0, &m);
		*found += m.grade == SIGDB_EXACT;
	}
	printf("%zu signatures: %zu layouts, %zu patterns, list %zu, "
	       "probe %zu\n",
	    sigdb_signatures(db), out->layouts, out->patterns, out->list,
	    out->probe);
	ok = ok && sigdb_signatures(db) > n / 2;
	sigdb_free(db);
	return ok;
}

static void
test_size(void)
{
	struct sigdb_stats small, large;
	unsigned found = 0, found_large = 0;

	ZT_CASE("a thousand signatures", build_many(1000, &small, &found));
	ZT_CASE("a hundred thousand", build_many(100000, &large, &found_large));
	ZT_CASE("of which nearly every one is found",
	    found > 900 && found_large > 900);
	ZT_CASE("a layout has no more patterns then",
	    large.patterns <= 8 && small.patterns <= 8);
	ZT_CASE("lists stay short", large.list <= 2 && small.list <= 2);
	ZT_CASE("so do probes", large.probe <= 64 && small.probe <= 64);
}

static const struct zt_test tests[] = {
	{ "scan", test_against_scan },
	{ "size", test_size },
};

ZT_MAIN("sigdb random", tests)
