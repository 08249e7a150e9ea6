/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: db/record db/record_client db/record_behind daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "db/record.h"
#include "fp/le.h"
#include "tests/zt.h"

static struct addr
address(const char *text)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		abort();
	return a;
}

/* Half of all fields stay zero, as in life. */
static uint64_t
some(uint64_t below)
{
	return zt_random() % 2 ? zt_random() % below : 0;
}

static int64_t
some_time(void)
{
	return (int64_t)some((uint64_t)1 << 48);
}

static void
some_text(char *s, size_t max)
{
	size_t n = some(max);

	for (size_t i = 0; i < n; i++)
		s[i] = (char)(zt_random() % 255 + 1);
	s[n] = '\0';
}

static void
random_block(struct client *c)
{
	c->tier = (uint8_t)some(9);
	c->action = (uint8_t)some(3);
	c->by_admin = some(2);
	c->shadow = some(2);
	c->score_permille = (uint16_t)some(1001);
	for (size_t i = 0; i < sizeof(c->reasons); i++)
		c->reasons[i] = (uint8_t)some(EVIDENCE_KINDS);
	c->block_from_ms = some_time();
	c->block_until_ms = some_time();
	c->offences = (uint32_t)some(UINT32_MAX);
	c->offence_ms = some_time();
	for (size_t i = some(CLIENT_TIERS_LOG + 1); i > 0; i--)
		c->history[i - 1] = (struct client_tier){
			(uint8_t)(zt_random() % 8 + 1), some_time(), some_time()
		};
}

static struct stack
some_stack(void)
{
	bool mss = zt_random() % 2;

	return (struct stack){ (uint16_t)(zt_random() % 65535 + 1),
		(uint16_t)zt_random(), (uint16_t)(mss ? zt_random() : 0), mss };
}

static void
random_behind(struct client *c)
{
	c->faces.n = (uint8_t)some(FACES + 1);
	if (c->faces.n == 1)
		c->faces.n = 0; /* one alone is not stored */
	for (size_t i = 0; i < c->faces.n; i++)
		c->faces.v[i] = (struct face){ some_stack(), some_time(),
			some_time(), some_time(), some_time(), some_time(),
			1.5F, (float)some(100), (float)some(100), zt_random(),
			(uint32_t)zt_random(), (uint16_t)zt_random(),
			(uint16_t)zt_random(), (uint32_t)zt_random() };
	c->narrow_n = (uint8_t)some(CLIENT_NARROW + 1);
	for (size_t i = 0; i < c->narrow_n; i++)
		c->narrow[i] = some_stack();
	if (c->narrow_n == 0 && zt_random() % 2)
		c->narrow[0] = some_stack(); /* whose whole block it is */
	c->click_ms = some_time();
	if (c->click_ms != 0)
		c->click_until_ms = some_time();
	if (c->click_ms != 0)
		c->no_link_until_ms = some_time();
}

static void
random_facts(struct client *c)
{
	size_t samples = some(7);

	for (size_t i = 1; i < EVIDENCE_KINDS; i++) {
		uint32_t bits = (uint32_t)zt_random() & 0x3fffffff;

		if (zt_random() % 4 != 0)
			continue;
		memcpy(&c->facts[i].count, &bits, sizeof(bits));
		c->facts[i].value = (uint8_t)some(256);
		c->facts[i].last_ms = some_time() + 1;
		if (c->facts[i].last_ms == (int64_t)1 << 48)
			c->facts[i].last_ms = 1;
	}
	for (size_t i = 0; i < samples; i++) {
		char text[CLIENT_SAMPLE_MAX];

		some_text(text, sizeof(text));
		client_sample(c,
		    (enum evidence_kind)(
			zt_random() % (EVIDENCE_KINDS - 1) + 1),
		    (struct str){ text, strlen(text) }, some_time());
	}
}

static void
random_traits(struct client *c)
{
	size_t visits = some(CLIENT_VISITS + 1);

	for (size_t i = 0; i < MODEL_FEATURES; i++)
		c->value[i] = (uint8_t)some(MODEL_VALUES_MAX + 1);
	c->dialect = zt_random();
	c->way = zt_random();
	c->stack = zt_random();
	c->botnet = (uint32_t)zt_random();
	c->silent = (uint16_t)zt_random();
	c->callouts = (uint16_t)zt_random();
	c->bounces_nobody = (uint32_t)zt_random();
	for (size_t i = 0; i < visits; i++) {
		struct client_visit *v = client_visit_new(c, some_time() + 1,
		    (uint16_t)some(65536));

		if (v->open_ms == (int64_t)1 << 48)
			v->open_ms = 1;
		v->dialect = zt_random();
		v->long_ms = (uint32_t)zt_random();
		v->p_permille[CLIENT_AT_RCPT] = (uint16_t)some(1001);
		v->rcpts_ok = (uint16_t)some(65536);
		v->rcpts_refused = (uint16_t)some(65536);
		v->commands = (uint16_t)some(65536);
		v->messages = (uint8_t)some(256);
		v->flags = (uint8_t)some(256);
	}
}

static void
random_good(struct client *c)
{
	c->good_days = (uint16_t)some(UINT16_MAX);
	c->good_day_last = (uint32_t)some(UINT32_MAX);
	c->good_rcpts = (uint32_t)some(UINT32_MAX);
	c->good_mails = (uint32_t)some(UINT32_MAX);
	c->complained = some(2);
	c->login_ms = some_time();
	c->peer_ms = some_time();
	c->good_ms = some_time();
	c->good_sig = some(UINT64_MAX);
	c->good_name = (uint32_t)some(UINT32_MAX);
	c->helo_class = (uint8_t)some(256);
	c->name_class = (uint8_t)some(256);
	c->helo_seen = some(UINT64_MAX);
	some_text(c->rdns, sizeof(c->rdns));
	some_text(c->helo, sizeof(c->helo));
	some_text(c->sig, sizeof(c->sig));
	c->sig_key = some(UINT64_MAX);
	c->sig_class = (uint8_t)some(256);
}

static struct client
random_client(void)
{
	struct client c;
	uint8_t b[16];
	struct addr a;

	/* Padding too: whole structs are compared. */
	memset(&c, 0, sizeof(c));
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)zt_random();
	a = zt_random() % 2 ? addr_v4_bytes(b) : addr_v6_bytes(b);
	c.key = addr_key(&a);
	c.first_ms = some_time();
	c.last_ms = some_time();
	c.connects = (uint32_t)some(UINT32_MAX);
	c.knocks = (uint32_t)some(UINT32_MAX);
	c.knock_ms = some_time();
	random_block(&c);
	random_facts(&c);
	random_good(&c);
	random_traits(&c);
	random_behind(&c);
	return c;
}

/* Every field; memcmp() would compare padding. */
static bool
same_arrays(const struct client *a, const struct client *b)
{
	for (size_t i = 0; i < CLIENT_TIERS_LOG; i++)
		if (a->history[i].tier != b->history[i].tier ||
		    a->history[i].from_ms != b->history[i].from_ms ||
		    a->history[i].until_ms != b->history[i].until_ms)
			return false;
	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		if (memcmp(&a->facts[i].count, &b->facts[i].count, 4) != 0 ||
		    a->facts[i].value != b->facts[i].value ||
		    a->facts[i].last_ms != b->facts[i].last_ms)
			return false;
	return a->notes_n == b->notes_n &&
	    memcmp(a->notes, b->notes, a->notes_n) == 0;
}

static bool
same_traits(const struct client *a, const struct client *b)
{
	for (size_t i = 0; i < CLIENT_VISITS; i++)
		if (memcmp(&a->visits[i], &b->visits[i],
			sizeof(a->visits[i])) != 0)
			return false;
	return memcmp(a->value, b->value, sizeof(a->value)) == 0 &&
	    a->dialect == b->dialect && a->way == b->way &&
	    a->stack == b->stack && a->botnet == b->botnet &&
	    a->silent == b->silent && a->callouts == b->callouts &&
	    a->bounces_nobody == b->bounces_nobody;
}

static bool
same_block(const struct client *a, const struct client *b)
{
	return a->knocks == b->knocks && a->knock_ms == b->knock_ms &&
	    a->tier == b->tier && a->action == b->action &&
	    a->by_admin == b->by_admin && a->shadow == b->shadow &&
	    a->score_permille == b->score_permille &&
	    memcmp(a->reasons, b->reasons, sizeof(a->reasons)) == 0 &&
	    a->block_from_ms == b->block_from_ms &&
	    a->block_until_ms == b->block_until_ms &&
	    a->offences == b->offences && a->offence_ms == b->offence_ms;
}

static bool
same_good(const struct client *a, const struct client *b)
{
	return a->good_days == b->good_days &&
	    a->good_day_last == b->good_day_last &&
	    a->good_rcpts == b->good_rcpts && a->good_mails == b->good_mails &&
	    a->complained == b->complained && a->login_ms == b->login_ms &&
	    a->peer_ms == b->peer_ms && a->good_ms == b->good_ms &&
	    a->good_sig == b->good_sig && a->good_name == b->good_name;
}

static bool
same_names(const struct client *a, const struct client *b)
{
	return a->helo_class == b->helo_class &&
	    a->name_class == b->name_class && a->helo_seen == b->helo_seen &&
	    strcmp(a->rdns, b->rdns) == 0 && strcmp(a->helo, b->helo) == 0 &&
	    strcmp(a->sig, b->sig) == 0 && a->sig_key == b->sig_key &&
	    a->sig_class == b->sig_class;
}

static bool
same_face(const struct face *a, const struct face *b)
{
	return stack_eq(&a->stack, &b->stack) && a->first_ms == b->first_ms &&
	    a->last_ms == b->last_ms && a->good_ms == b->good_ms &&
	    a->bad_ms == b->bad_ms && a->rcpt_ms == b->rcpt_ms &&
	    memcmp(&a->unknown, &b->unknown, 4) == 0 &&
	    memcmp(&a->known, &b->known, 4) == 0 &&
	    memcmp(&a->traps, &b->traps, 4) == 0 && a->deeds == b->deeds &&
	    a->sessions == b->sessions && a->accepted == b->accepted &&
	    a->settled == b->settled && a->helo == b->helo;
}

static bool
same_behind(const struct client *a, const struct client *b)
{
	for (size_t i = 0; i < FACES; i++)
		if (i < a->faces.n &&
		    !same_face(&a->faces.v[i], &b->faces.v[i]))
			return false;
	for (size_t i = 0; i < CLIENT_NARROW; i++)
		if ((i == 0 || i < a->narrow_n) &&
		    !stack_eq(&a->narrow[i], &b->narrow[i]))
			return false;
	return a->faces.n == b->faces.n && a->narrow_n == b->narrow_n &&
	    a->click_ms == b->click_ms &&
	    a->click_until_ms == b->click_until_ms &&
	    a->no_link_until_ms == b->no_link_until_ms;
}

static bool
same(const struct client *a, const struct client *b)
{
	return addr_eq(&a->key, &b->key) && a->first_ms == b->first_ms &&
	    a->last_ms == b->last_ms && a->connects == b->connects &&
	    same_block(a, b) && same_good(a, b) && same_names(a, b) &&
	    same_arrays(a, b) && same_traits(a, b) && same_behind(a, b);
}

static void
test_round_trip(void)
{
	unsigned wrong = 0;

	printf("# seed %llu\n", (unsigned long long)zt_seed);
	for (unsigned i = 0; i < 20000; i++) {
		struct client c = random_client(), d;
		struct record_key k = record_client_key(&c.key);
		uint8_t buf[RECORD_MAX];
		size_t n = record_client_encode(&c, buf, sizeof(buf));

		if (n == 0 || !record_client_decode(&k, buf, n, &d) ||
		    !same(&c, &d))
			wrong++;
	}
	ZT_CASE("20000 random clients come back", wrong == 0);
}

static void
test_truncations(void)
{
	unsigned taken = 0, overflow = 0;

	for (unsigned i = 0; i < 100; i++) {
		struct client c = random_client(), d;
		struct record_key k = record_client_key(&c.key);
		uint8_t buf[RECORD_MAX], small[RECORD_MAX];
		size_t n = record_client_encode(&c, buf, sizeof(buf));

		for (size_t cut = 0; cut < n; cut++) {
			taken += record_client_decode(&k, buf, cut, &d);
			overflow += record_client_encode(&c, small, cut) != 0;
		}
		buf[n] = 0;
		taken += record_client_decode(&k, buf, n + 1, &d);
	}
	ZT_CASE("every truncation is refused", taken == 0);
	ZT_CASE("nothing is written beyond the buffer", overflow == 0);
}

/* Seals again what was damaged on purpose, to get behind the check. */
static size_t
reseal(const struct record_key *k, uint8_t *buf, size_t n)
{
	struct wr w = wr_init(buf, RECORD_MAX);

	w.n = n - RECORD_CHECK;
	return record_seal(k, &w);
}

static void
test_flips(void)
{
	unsigned taken = 0, zeroed = 0, decoded = 0;

	for (unsigned i = 0; i < 5000; i++) {
		struct client c = random_client(), d;
		static const struct client none;
		struct record_key k = record_client_key(&c.key);
		uint8_t buf[RECORD_MAX];
		size_t n = record_client_encode(&c, buf, sizeof(buf));

		for (uint64_t f = zt_random() % 3 + 1; f > 0; f--)
			buf[zt_random() % n] ^= (uint8_t)(1u
			    << zt_random() % 8);
		if (record_client_decode(&k, buf, n, &d))
			taken++;
		else
			zeroed += same(&d, &none);
		n = reseal(&k, buf, n);
		decoded += record_client_decode(&k, buf, n, &d);
	}
	/* Two flips of one bit are none. */
	ZT_CASE("flipped bits are found", taken < 10);
	ZT_CASE("what is refused is zeroed", zeroed + taken == 5000);
	printf("# %u of 5000 read with a right check\n", decoded);
	ZT_CASE("none crashes behind the check", decoded > 0);
}

static void
test_limits(void)
{
	static const struct client none;
	struct client c = none, d;
	struct record_key k, other;
	struct addr a = address("192.0.2.1"), b = address("192.0.2.2");
	uint8_t buf[RECORD_MAX];
	size_t n;

	c.key = a;
	k = record_client_key(&a);
	other = record_client_key(&b);
	n = record_client_encode(&c, buf, sizeof(buf));
	ZT_CASE("an empty client is small", n > 0 && n < 32);
	ZT_CASE("a value under another key is refused",
	    !record_client_decode(&other, buf, n, &d));
	buf[0]++;
	n = reseal(&k, buf, n);
	ZT_CASE("another version is refused",
	    !record_client_decode(&k, buf, n, &d));
	buf[0]--;
	buf[2] |= 0x80;
	n = reseal(&k, buf, n);
	ZT_CASE("an unknown group is refused",
	    !record_client_decode(&k, buf, n, &d));

	memset(&c, 0xff, sizeof(c));
	c.key = a;
	c.notes_n = 0;
	for (unsigned i = 1; i < 5; i++)
		client_sample(&c, (enum evidence_kind)i,
		    (struct str){ c.sig, CLIENT_SAMPLE_MAX - 1 }, INT64_MAX);
	c.action = CLIENT_DROP;
	c.by_admin = c.shadow = c.complained = true;
	c.score_permille = 1000;
	c.faces.n = FACES;
	c.narrow_n = CLIENT_NARROW;
	c.click_ms = 1;
	for (size_t i = 0; i < FACES; i++)
		c.faces.v[i] = (struct face){ .stack = some_stack() };
	for (size_t i = 0; i < CLIENT_NARROW; i++)
		c.narrow[i] = some_stack();
	for (size_t i = 0; i < EVIDENCE_KINDS; i++)
		c.facts[i] = (struct client_fact){ 1e30f, 255, INT64_MAX };
	n = record_client_encode(&c, buf, sizeof(buf));
	printf("# the largest record: %zu bytes\n", n);
	ZT_CASE("the largest client fits, unterminated texts too", n > 1000);
	ZT_CASE("it comes back", record_client_decode(&k, buf, n, &d));
	ZT_CASE("negative times are never", d.first_ms == 0);
	ZT_CASE("far times are cut",
	    d.facts[1].last_ms == ((int64_t)1 << 48) - 1);
	ZT_CASE("texts are cut",
	    strlen(d.sig) == CLIENT_SIG_MAX - 1 &&
		strlen(d.helo) == CLIENT_NAME_MAX - 1);
}

static void
test_keys(void)
{
	struct addr six = address("2001:db8:1:2:3:4:5:6"), out;
	struct addr net = address("2001:db8:1:2::"), zero = address("::");
	struct addr four = address("192.0.2.1");
	struct record_key k = record_client_key(&six);
	struct record_key z = record_client_key(&zero);
	char path[400];

	ZT_CASE("an IPv6 client is its /64",
	    k.n == 10 && record_client_key_parse(k.b, k.n, &out) &&
		addr_eq(&out, &net));
	ZT_CASE("::/64 is a key",
	    record_client_key_parse(z.b, z.n, &out) && addr_eq(&out, &zero));
	k = record_client_key(&four);
	ZT_CASE("an IPv4 client",
	    k.n == 6 && record_client_key_parse(k.b, k.n, &out) &&
		addr_eq(&out, &four));
	ZT_CASE("a short key is none",
	    !record_client_key_parse(k.b, k.n - 1, &out));
	ZT_CASE("a long key is none",
	    !record_client_key_parse(k.b, k.n + 1, &out));
	ZT_CASE("an empty key is none", !record_client_key_parse("", 0, &out));
	k = record_allow_key(7);
	ZT_CASE("a bucket is no client",
	    !record_client_key_parse(k.b, k.n, &out));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	k = record_logpos_key(path);
	ZT_CASE("a long path is hashed", k.n == 9);
	k = record_logpos_key("/var/log/mail.log");
	ZT_CASE("a path is itself", k.n == 18 && k.b[0] == 'p');
}

static void
test_logpos(void)
{
	struct record_key k = record_logpos_key("/var/log/mail.log");
	struct store_logpos p = { UINT64_MAX, 2, (uint64_t)1 << 40, 4, 5 }, q;
	uint8_t buf[64];
	size_t n = record_logpos_encode(&k, &p, buf, sizeof(buf));
	unsigned taken = 0;

	ZT_CASE("a log position comes back",
	    n > 0 && record_logpos_decode(&k, buf, n, &q) &&
		memcmp(&p.dev, &q.dev, 36) == 0);
	for (size_t i = 0; i < n; i++)
		taken += record_logpos_decode(&k, buf, i, &q);
	ZT_CASE("no truncation does", taken == 0);
	ZT_CASE("what is refused is zeroed", q.dev == 0 && q.head_n == 0);
}

static void
test_allow(void)
{
	struct record_key k = record_allow_key(3);
	uint8_t buf[1024];
	struct wr w = record_begin(buf, sizeof(buf));
	struct store_allow in[3] = {
		{ { address("192.0.2.0"), 24 }, 1, 2, "a friend" },
		{ { address("2001:db8::"), 32 }, 3, 0, "" },
		{ { address("198.51.100.1"), 32 }, 4, 5, "x" },
	};
	struct store_allow out;
	struct rd r;
	size_t n, got = 0;

	memset(in[2].comment, 'y', sizeof(in[2].comment) - 1);
	for (size_t i = 0; i < 3; i++)
		record_allow_add(&w, &in[i]);
	n = record_seal(&k, &w);
	r = record_open(&k, buf, n);
	while (record_allow_next(&r, &out)) {
		if (addr_eq(&out.net.a, &in[got].net.a) &&
		    out.net.bits == in[got].net.bits &&
		    out.since_ms == in[got].since_ms &&
		    out.until_ms == in[got].until_ms &&
		    strcmp(out.comment, in[got].comment) == 0)
			got++;
	}
	ZT_CASE("a bucket of three comes back", got == 3 && !r.bad);
	buf[5] ^= 1; /* a host bit of the first network */
	n = reseal(&k, buf, n);
	r = record_open(&k, buf, n);
	while (record_allow_next(&r, &out))
		;
	ZT_CASE("an entry that is not a network ends it", r.bad);
	r = record_open(&k, buf, 4);
	ZT_CASE("a short bucket is none",
	    r.bad && !record_allow_next(&r, &out));
}

static struct client
typical(void)
{
	struct client c;
	int64_t now_ms = 1700000000000;

	memset(&c, 0, sizeof(c));
	c.key = address("192.0.2.1");
	c.first_ms = c.last_ms = now_ms;
	c.connects = 7;
	c.tier = 1;
	c.action = CLIENT_REJECT;
	c.score_permille = 987;
	c.reasons[0] = EVIDENCE_UNKNOWN_RCPT;
	c.block_from_ms = now_ms;
	c.block_until_ms = now_ms + 600000;
	c.offences = 1;
	c.offence_ms = now_ms;
	c.history[0] = (struct client_tier){ 1, now_ms, now_ms + 600000 };
	c.facts[EVIDENCE_STACK_CLASS] = (struct client_fact){ 1, 1, now_ms };
	c.facts[EVIDENCE_RDNS_NONE] = (struct client_fact){ 1, 1, now_ms };
	c.facts[EVIDENCE_HELO_BAD] = (struct client_fact){ 2, 1, now_ms };
	c.facts[EVIDENCE_UNKNOWN_RCPT] = (struct client_fact){ 3, 1, now_ms };
	client_sample(&c, EVIDENCE_UNKNOWN_RCPT,
	    STR("NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 550 5.1.1 "
		"<a@example.org>: Recipient address rejected: User unknown"),
	    now_ms);
	strcpy(c.helo, "WIN-PC");
	strcpy(c.sig, "4:128+0:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0");
	c.sig_key = 1;
	c.sig_class = 1;
	return c;
}

static void
test_size(void)
{
	struct client c = typical();
	uint8_t buf[RECORD_MAX];
	size_t n = record_client_encode(&c, buf, sizeof(buf)), bare;

	c.notes_n = 0;
	memset(c.notes, 0, sizeof(c.notes));
	bare = record_client_encode(&c, buf, sizeof(buf));
	printf("# a typical zombie: %zu bytes, %zu without raw text\n", n,
	    bare);
	ZT_CASE("a typical client is small", n < 350 && bare < 220);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "truncations", test_truncations },
	{ "flips", test_flips },
	{ "limits", test_limits },
	{ "keys", test_keys },
	{ "log positions", test_logpos },
	{ "allow", test_allow },
	{ "size", test_size },
};

ZT_MAIN("record", tests)
