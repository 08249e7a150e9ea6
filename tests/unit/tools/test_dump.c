/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @DUMP db/record db/record_client db/record_behind db/record_series
 * zt-link: daemon/tally daemon/jtext daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libjansson libsodium libm
 */
#include <stdlib.h>

#include "db/record_series.h"
#include "fp/le.h"
#include "tests/zt.h"
#include "tools/dump.h"

static char lines[64][60000];
static size_t lines_n;

static bool
keep(void *arg, const char *line, size_t n)
{
	(void)arg;
	if (lines_n == 64 || n >= sizeof(lines[0]))
		abort();
	memcpy(lines[lines_n], line, n);
	lines[lines_n++][n] = '\0';
	return true;
}

static struct str
str_of(const char *s)
{
	return (struct str){ s, strlen(s) };
}

/* Exported and imported, it is the same record, byte for byte. */
static bool
survives(const struct record_key *k, const void *value, size_t n)
{
	struct dump_item item;
	bool same;

	lines_n = 0;
	if (n == 0 ||
	    dump_record((struct str){ (const char *)k->b, k->n },
		(struct str){ value, n }, keep, NULL) != 0 ||
	    lines_n != 1)
		return false;
	same = dump_parse(str_of(lines[0]), &item) &&
	    item.kind == DUMP_RECORD && item.n == n && item.key.n == k->n &&
	    memcmp(item.key.b, k->b, k->n) == 0 &&
	    memcmp(item.value, value, n) == 0;
	if (!same)
		printf("# %s\n# %s\n", item.error, lines[0]);
	dump_item_fini(&item);
	return same;
}

static bool
line_has(const char *what)
{
	return lines_n > 0 && strstr(lines[0], what) != NULL;
}

/* ---- clients ---- */

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

static struct stack
some_stack(void)
{
	bool mss = zt_random() % 2;

	return (struct stack){ (uint16_t)(zt_random() % 65535 + 1),
		(uint16_t)zt_random(), (uint16_t)(mss ? zt_random() : 0), mss };
}

static void
some_block(struct client *c)
{
	c->knocks = (uint32_t)some(UINT32_MAX);
	c->knock_ms = some_time();
	c->tier = (uint8_t)some(9);
	c->action = (uint8_t)some(3);
	c->by_admin = some(2);
	c->shadow = some(2);
	c->score_permille = (uint16_t)some(1001);
	for (size_t i = 0; i < sizeof(c->reasons); i++)
		c->reasons[i] = (uint8_t)some(EVIDENCE_KINDS);
	c->block_from_ms = some_time();
	c->block_until_ms = some_time();
	c->click_ms = some_time();
	if (c->click_ms != 0)
		c->click_until_ms = some_time();
	c->offences = (uint32_t)some(UINT32_MAX);
	c->offence_ms = some_time();
	for (size_t i = some(CLIENT_TIERS_LOG + 1); i > 0; i--)
		c->history[i - 1] = (struct client_tier){
			(uint8_t)(zt_random() % 8 + 1), some_time(), some_time()
		};
}

static void
some_evidence(struct client *c)
{
	for (size_t i = 1; i < EVIDENCE_KINDS; i++)
		if (some(2))
			c->facts[i] = (struct client_fact){ (float)some(1000) /
				    7,
				(uint8_t)some(256), some_time() + 1 };
	for (size_t i = some(6); i > 0; i--) {
		char text[CLIENT_SAMPLE_MAX];

		some_text(text, sizeof(text));
		client_sample(c,
		    (enum evidence_kind)(
			zt_random() % (EVIDENCE_KINDS - 1) + 1),
		    str_of(text), some_time());
	}
	for (size_t i = 0; i < MODEL_FEATURES; i++)
		c->value[i] = (uint8_t)some(MODEL_VALUES_MAX + 1);
	c->dialect = some(UINT64_MAX);
	c->way = some(UINT64_MAX);
	c->stack = some(UINT64_MAX);
	c->botnet = (uint32_t)some(UINT32_MAX);
	c->silent = (uint16_t)some(UINT16_MAX);
	c->callouts = (uint16_t)some(UINT16_MAX);
	c->bounces_nobody = (uint32_t)some(UINT32_MAX);
}

static void
some_visits(struct client *c)
{
	for (size_t i = some(CLIENT_VISITS + 1); i > 0; i--) {
		struct client_visit *v = &c->visits[i - 1];

		v->open_ms = some_time() + 1;
		v->dialect = some(UINT64_MAX);
		v->long_ms = (uint32_t)some(UINT32_MAX);
		v->port = (uint16_t)some(UINT16_MAX);
		for (size_t k = 0; k < CLIENT_STAGES; k++)
			v->p_permille[k] = (uint16_t)some(UINT16_MAX + 1);
		v->rcpts_ok = (uint16_t)some(9);
		v->rcpts_soft = (uint16_t)some(9);
		v->rcpts_refused = (uint16_t)some(9);
		v->commands = (uint16_t)some(99);
		v->messages = (uint8_t)some(9);
		v->end = (uint8_t)some(9);
		v->flags = (uint8_t)some(32);
	}
}

static void
some_machines(struct client *c)
{
	c->narrow_n = (uint8_t)some(CLIENT_NARROW + 1);
	for (size_t i = 0; i < c->narrow_n; i++)
		c->narrow[i] = some_stack();
	if (c->narrow_n == 0 && some(2))
		c->narrow[0] = some_stack();
	c->faces.n = some(2) ? FACES : 0;
	for (size_t i = 0; i < c->faces.n; i++)
		c->faces.v[i] = (struct face){ some_stack(), some_time(),
			some_time(), some_time(), some_time(), some_time(),
			(float)some(99) / 3, (float)some(99) / 7, 0,
			some(UINT64_MAX), (uint32_t)some(99),
			(uint16_t)some(99), (uint16_t)some(99),
			(uint32_t)some(UINT32_MAX) };
}

static void
some_good(struct client *c)
{
	c->good_days = (uint16_t)some(999);
	c->good_day_last = (uint32_t)some(30000);
	c->good_rcpts = (uint32_t)some(UINT32_MAX);
	c->good_mails = (uint32_t)some(UINT32_MAX);
	c->complained = some(2);
	c->login_ms = some_time();
	c->peer_ms = some_time();
	c->good_ms = some_time();
	c->good_sig = some(UINT64_MAX);
	c->good_name = (uint32_t)some(UINT32_MAX);
	c->helo_class = (uint8_t)some(9);
	c->name_class = (uint8_t)some(9);
	c->helo_seen = some(UINT64_MAX);
	some_text(c->rdns, sizeof(c->rdns));
	some_text(c->helo, sizeof(c->helo));
	some_text(c->sig, sizeof(c->sig));
	c->sig_key = some(UINT64_MAX);
	c->sig_class = (uint8_t)some(9);
	c->os_grade = (uint8_t)some(3);
	some_text(c->os, sizeof(c->os));
}

static void
test_clients(void)
{
	unsigned good = 0;

	for (unsigned i = 0; i < 2000; i++) {
		struct addr v4 = addr_v4((uint32_t)zt_random());
		uint8_t b[16] = { 0x20, 1, (uint8_t)zt_random() }, buf[8192];
		struct addr v6 = addr_v6_bytes(b);
		struct record_key k;
		struct client c;

		client_init(&c, i % 2 ? &v4 : &v6, some_time());
		c.last_ms = some_time();
		c.connects = (uint32_t)some(UINT32_MAX);
		some_block(&c);
		some_evidence(&c);
		some_visits(&c);
		some_machines(&c);
		some_good(&c);
		k = record_client_key(&c.key);
		good += survives(&k, buf,
		    record_client_encode(&c, buf, sizeof(buf)));
	}
	ZT_CASE("any client survives export and import", good == 2000);
}

static void
test_others(void)
{
	struct record_key k = record_logpos_key("/var/log/m\xff.log");
	struct store_logpos p = { 1, 2, UINT64_MAX, 4, 5 };
	uint8_t buf[RECORD_SERIES_MAX], raw[300];
	struct tally_chunk chunk;
	struct wr w;

	ZT_CASE("a position in a log",
	    survives(&k, buf, record_logpos_encode(&k, &p, buf, sizeof(buf))));
	k = record_blob_key("model-0-1");
	for (size_t i = 0; i < sizeof(raw); i++)
		raw[i] = (uint8_t)i;
	w = record_begin(buf, sizeof(buf));
	wr_bytes(&w, raw, sizeof(raw));
	ZT_CASE("a blob", survives(&k, buf, record_seal(&k, &w)));
	memset(&chunk, 0, sizeof(chunk));
	chunk.first = 24 * 20000;
	chunk.slot[3] = (struct tally_slot){ TALLY_ENFORCE, { 1, 2, 3 } };
	chunk.slot[23].modes = TALLY_SHADOW;
	chunk.slot[23].n[TALLY_BLOCKED_NOW] = UINT32_MAX;
	k = record_series_key(TALLY_HOUR, chunk.first);
	ZT_CASE("a chunk of the history",
	    survives(&k, buf,
		record_series_encode(&k, &chunk, buf, sizeof(buf))));
	ZT_CASE("by the names of what it counts",
	    line_has("\"connections\":1") && line_has("\"step\":\"hour\""));
	k = (struct record_key){ "zfuture", 7 };
	w = record_begin(buf, sizeof(buf));
	wr_bytes(&w, "anything", 8);
	ZT_CASE("what this version does not know stays, byte for byte",
	    survives(&k, buf, record_seal(&k, &w)) &&
		line_has("\"kind\":\"other\""));
	k = record_client_key(&(struct addr){ 4, { 192, 0, 2, 1 } });
	w = wr_init(buf, sizeof(buf));
	wr_bytes(&w, "\2later", 6);
	ZT_CASE("and a client of a later version",
	    survives(&k, buf, record_seal(&k, &w)) &&
		line_has("\"kind\":\"other\""));
	w = wr_init(buf, sizeof(buf));
	wr_bytes(&w, "\1\0\x80 first last now later", 2 + 1 + 16 + 6);
	ZT_CASE("and one with a group that a later version added",
	    survives(&k, buf, record_seal(&k, &w)) &&
		line_has("\"kind\":\"other\""));
}

static void
test_allow(void)
{
	struct store_allow a = { { addr_v4(0xc0000200), 24 }, 1, 2,
		"ours \xff" },
			   b = { { addr_v4(0xc6336401), 32 }, 3, 0, "" };
	struct record_key k = record_allow_key(1);
	struct dump_item item;
	uint8_t buf[1000];
	struct wr w = record_begin(buf, sizeof(buf));
	size_t n;

	record_allow_add(&w, &a);
	record_allow_add(&w, &b);
	n = record_seal(&k, &w);
	lines_n = 0;
	ZT_CASE("a bucket is a line for each entry",
	    dump_record((struct str){ (const char *)k.b, k.n },
		(struct str){ (const char *)buf, n }, keep, NULL) == 0 &&
		lines_n == 2);
	ZT_CASE("an entry comes back",
	    dump_parse(str_of(lines[0]), &item) && item.kind == DUMP_ALLOW &&
		item.allow.net.bits == 24 && item.allow.since_ms == 1 &&
		item.allow.until_ms == 2 &&
		strcmp(item.allow.comment, a.comment) == 0);
	ZT_CASE("and the other",
	    dump_parse(str_of(lines[1]), &item) &&
		addr_eq(&item.allow.net.a, &b.net.a) &&
		item.allow.net.bits == 32 && item.allow.until_ms == 0);
}

#define CLIENT(more) \
	"{\"kind\":\"client\",\"client\":\"192.0.2.7\",\"first_ms\":1" more "}"

static const struct {
	const char *name, *line, *error; /* error NULL: it is taken */
} cases[] = {
	{ "a small client is taken", CLIENT(""), NULL },
	{ "the first line is taken", "{\"kind\":\"store\",\"format\":1}",
	    NULL },
	{ "a later format is not", "{\"kind\":\"store\",\"format\":2}",
	    "later version" },
	{ "no format is not", "{\"kind\":\"store\"}", "no format" },
	{ "an empty line is not", "", "no JSON" },
	{ "nor half a line", "{\"kind\":\"client\",\"cli", "no JSON" },
	{ "nor an array", "[1,2]", "no such kind" },
	{ "nor a member twice", CLIENT(",\"first_ms\":2"), "no JSON" },
	{ "nor an unknown kind", "{\"kind\":\"x\"}", "no such kind" },
	{ "nor an unknown member", CLIENT(",\"tire\":1"), "tire" },
	{ "whose name is shown without controls", CLIENT(",\"\\u001b[1m\":1"),
	    "?[1m" },
	{ "nor a number that is too big", CLIENT(",\"tier\":256"), "tier" },
	{ "nor a negative time", CLIENT(",\"last_ms\":-1"), "last_ms" },
	{ "nor a text that is too long",
	    CLIENT(
		",\"os\":"
		"\"0123456789012345678901234567890123456789012345678901234567"
		"8901234\""),
	    "os" },
	{ "nor one with a NUL", CLIENT(",\"os\":\"a\\u0000b\""), "no JSON" },
	{ "nor a NUL in base64", CLIENT(",\"os\":{\"base64\":\"YQBi\"}"),
	    "os" },
	{ "nor bad base64", CLIENT(",\"os\":{\"base64\":\"Y!Bi\"}"), "os" },
	{ "nor a hash that is none", CLIENT(",\"way\":\"12\""), "way" },
	{ "nor an action that there is not", CLIENT(",\"action\":3"),
	    "can be stored" },
	{ "nor evidence that there is not",
	    CLIENT(",\"facts\":{\"nonsense\":{\"last_ms\":1}}"), "nonsense" },
	{ "nor evidence without a time", CLIENT(",\"facts\":{\"no-rdns\":{}}"),
	    "no-rdns" },
	{ "nor too many stacks",
	    CLIENT(",\"narrow\":[{\"len\":1},{\"len\":2},{\"len\":3},"
		   "{\"len\":4},{\"len\":5}]"),
	    "narrow" },
	{ "nor an address that is none",
	    "{\"kind\":\"client\",\"client\":\"192.0.2\"}", "client" },
	{ "nor one that is not its key",
	    "{\"kind\":\"client\",\"client\":\"2001:db8::1\"}", "client" },
	{ "nor a network that is not whole",
	    "{\"kind\":\"allow\",\"net\":\"192.0.2.1/24\"}", "net" },
	{ "nor a blob's name with a slash",
	    "{\"kind\":\"blob\",\"name\":\"a/b\",\"base64\":\"\"}", "name" },
	{ "nor a slot beyond the chunk",
	    "{\"kind\":\"history\",\"step\":\"hour\",\"first\":24,\"slots\":"
	    "[{\"slot\":24,\"modes\":1}]}",
	    "slots" },
	{ "nor a record with wrong check bytes",
	    "{\"kind\":\"other\",\"key\":\"eA==\",\"value\":\"AQIDBAUG\"}",
	    "value" },
};

static void
test_lines(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dump_item item;
		bool good = dump_parse(str_of(cases[i].line), &item);

		ZT_CASE(cases[i].name,
		    cases[i].error == NULL ?
			good :
			!good && strstr(item.error, cases[i].error) != NULL);
		if (!good && cases[i].error == NULL)
			printf("# %s\n", item.error);
		dump_item_fini(&item);
	}
}

static const struct zt_test tests[] = {
	{ "clients", test_clients },
	{ "other records", test_others },
	{ "the allow list", test_allow },
	{ "lines", test_lines },
};
ZT_MAIN("dump", tests)
