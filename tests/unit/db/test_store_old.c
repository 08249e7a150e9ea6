/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A store of every earlier version of zfw opens in this one with nothing lost,
 * and what a later one added stays when this one changes it.  The bytes are
 * written out here as docs/STORE.md has them, check bytes too: what is in the
 * field of users must be read for ever, so never change any of them, add.
 *
 * zt-link: db/store db/store_allow db/storefile db/kcguard db/record db/record_client db/record_behind
 * zt-link: db/record_brief daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 */
#include <kclangc.h>

#include "db/record.h"
#include "db/record_brief.h"
#include "fp/le.h"
#include "tests/unit/db/store_dir.h"

#define T0     "\x00\x68\xe5\xcf\x8b\x01" /* 1700000000000 */
#define T1     "\x60\x52\xe6\xcf\x8b\x01" /* one minute later */
#define T2     "\x80\x56\x1c\xd0\x8b\x01" /* one hour later */
#define MS0    INT64_C(1700000000000)
#define MS1    (MS0 + 60000)
#define MS2    (MS0 + 3600000)
#define STACK1 "\x34\x00\x00\x20\xb4\x05\x01" /* 52, 8192, 1460 */
#define STACK2 "\x3c\x00\xf0\xfa\x78\x05\x01" /* 60, 64240, 1400 */

/* The head: first, last, 9 connects; then the groups by number. */
#define HEAD     T0 T1 "\x09\x00\x00\x00"
#define KNOCKS   "\x03\x00\x00\x00" T1
#define BLOCK    "\x02\x02\x00\x00\xdb\x03\x12\x01\x09\x00" T0 T2
#define OFFENCES "\x05\x00\x00\x00" T1
#define HISTORY  "\x02\x02" T0 T2 "\x01" T0 T1
#define FACTS    "\x02\x01\x01\x00\x00\x80\x3f" T0 "\x12\x00\x00\x00\x20\x40" T1
#define SAMPLES \
	"\x01\x12" T1 "\x0c" \
	"550 5.1.1 no"
#define GOOD  "\x04\x00\xdb\x4c\x00\x00\x06\x00\x00\x00\x07\x00\x00\x00\x01"
#define TRUST T0 T1 T2 "\x88\x77\x66\x55\x44\x33\x22\x11\xdd\xcc\xbb\xaa"
#define NAMES \
	"\x01\x02\x01\x00\x00\x00\x00\x00\x00\x80\x12" \
	"pool-7.example.net" \
	"\x06" \
	"WIN-PC"
#define SIG \
	"\x01\x08\x07\x06\x05\x04\x03\x02\x01\x19" \
	"4:128+0:0:1460:8192,8:mss"
#define OS \
	"\x01\x09" \
	"Windows 7"
#define TRAITS \
	"\x0f\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f" \
	"\x66\x00\x00\x00\x00\x00\x00\x00\x77\x00\x00\x00\x00\x00\x00\x00" \
	"\x88\x00\x00\x00\x00\x00\x00\x00\x0c\x00\x00\x00"
#define APART "\x02\x00\x03\x00\x04\x00\x00\x00"
#define VISITS \
	"\x01" T0 "\x55\x00\x00\x00\x00\x00\x00\x00\xdc\x05\x00\x00\x40\x9c" \
	"\x64\x00\xc8\x00\x2c\x01\x90\x01\xff\xff" \
	"\x01\x00\x02\x00\x03\x00\x08\x00\x00\x01\x05"
#define FACE(stack, sessions) \
	stack T0 T1 T1 T0 T1 \
	    "\x00\x00\xc0\x3f\x00\x00\x00\x00\x00\x00\x00\x40" \
	    "\x99\x00\x00\x00\x00\x00\x00\x00" sessions "\x00\x00\x00" \
	    "\x01\x00\x02\x00\xcd\xab\x00\x00"
#define BEHIND \
	"\x07\x02" FACE(STACK1, "\x03") \
	    FACE(STACK2, "\x04") "\x01" STACK1 T0 T1 T2
#define OFFENDER "\x08" STACK2

#define FIRST_TEN \
	HEAD KNOCKS BLOCK OFFENCES HISTORY FACTS SAMPLES GOOD TRUST NAMES SIG

#define BYTES(text) text, sizeof(text) - 1

/* Clients 192.0.2.1 and so on: what each version was the first to write. */
static const struct old {
	const char *name;
	const char *p;
	size_t n;
	unsigned groups;
} old[] = {
	{ "the first ten groups",
	    BYTES("\x01\xff\x03" FIRST_TEN "\x76\xa5\x5a\xc8"), 10 },
	{ "with the system's name",
	    BYTES("\x01\xff\x07" FIRST_TEN OS "\x17\xdb\x92\x51"), 11 },
	{ "with traits, silent sessions and visits",
	    BYTES("\x01\xff\x3f" FIRST_TEN OS TRAITS APART VISITS
		  "\x87\x47\x15\xc9"),
	    14 },
	{ "with machines behind the address and a click",
	    BYTES("\x01\xff\x7f" FIRST_TEN OS TRAITS APART VISITS BEHIND
		  "\x75\xa6\x52\x3e"),
	    15 },
	{ "with the only stack that offended",
	    BYTES("\x01\xff\x7f" FIRST_TEN OS TRAITS APART VISITS OFFENDER
		  "\x3c\xbc\xcd\xa3"),
	    16 },
};

#define OLD (sizeof(old) / sizeof(old[0]))

/* 192.0.2.9 of a later version: its block, and a group that we don't know. */
#define TAIL \
	"\x03" \
	"new"
static const char later_key[] = "c\x04\xc0\x00\x02\x09";
static const char later[] = "\x01\x02\x80" HEAD BLOCK TAIL "\xbe\xeb\x3e\xf4";

static bool
first_four(const struct client *c)
{
	return c->first_ms == MS0 && c->last_ms == MS1 && c->connects == 9 &&
	    c->knocks == 3 && c->knock_ms == MS1 && c->tier == 2 &&
	    c->action == CLIENT_DROP && !c->by_admin && !c->shadow &&
	    c->score_permille == 987 &&
	    memcmp(c->reasons, "\x12\x01\x09", 4) == 0 &&
	    c->block_from_ms == MS0 && c->block_until_ms == MS2 &&
	    c->offences == 5 && c->offence_ms == MS1 &&
	    client_history_n(c) == 2 && c->history[0].tier == 2 &&
	    c->history[0].from_ms == MS0 && c->history[0].until_ms == MS2 &&
	    c->history[1].tier == 1 && c->history[1].until_ms == MS1;
}

static bool
next_six(const struct client *c)
{
	const struct client_fact *stack = &c->facts[EVIDENCE_STACK_CLASS];
	const struct client_fact *rcpt = &c->facts[EVIDENCE_UNKNOWN_RCPT];
	struct client_sample s;

	return stack->count == 1 && stack->value == 1 &&
	    stack->last_ms == MS0 && rcpt->count == 2.5F &&
	    rcpt->last_ms == MS1 &&
	    client_sample_get(c, EVIDENCE_UNKNOWN_RCPT, &s) && s.t_ms == MS1 &&
	    s.text.n == 12 && memcmp(s.text.p, "550 5.1.1 no", 12) == 0 &&
	    c->good_days == 4 && c->good_day_last == 19675 &&
	    c->good_rcpts == 6 && c->good_mails == 7 && c->complained &&
	    c->login_ms == MS0 && c->peer_ms == MS1 && c->good_ms == MS2 &&
	    c->good_sig == 0x1122334455667788 && c->good_name == 0xaabbccdd &&
	    c->helo_class == 1 && c->name_class == 2 &&
	    c->helo_seen == 0x8000000000000001 &&
	    strcmp(c->rdns, "pool-7.example.net") == 0 &&
	    strcmp(c->helo, "WIN-PC") == 0 && c->sig_class == 1 &&
	    c->sig_key == 0x0102030405060708 &&
	    strcmp(c->sig, "4:128+0:0:1460:8192,8:mss") == 0;
}

static bool
visits_too(const struct client *c)
{
	const struct client_visit *v = &c->visits[0];

	return c->dialect == 0x66 && c->way == 0x77 && c->stack == 0x88 &&
	    c->botnet == 12 && c->value[0] == 1 && c->value[14] == 15 &&
	    c->silent == 2 && c->callouts == 3 && c->bounces_nobody == 4 &&
	    v->open_ms == MS0 && v->dialect == 0x55 && v->long_ms == 1500 &&
	    v->port == 40000 && v->p_permille[0] == 100 &&
	    v->p_permille[3] == 400 && v->p_permille[4] == UINT16_MAX &&
	    v->rcpts_ok == 1 && v->rcpts_soft == 2 && v->rcpts_refused == 3 &&
	    v->commands == 8 && v->messages == 0 && v->end == 1 &&
	    v->flags == 5 && c->visits[1].open_ms == 0;
}

static bool
behind_too(const struct client *c)
{
	static const struct stack one = { 52, 8192, 1460, true },
				  two = { 60, 64240, 1400, true };
	const struct face *f = c->faces.v;

	return c->faces.n == 2 && stack_eq(&f[0].stack, &one) &&
	    stack_eq(&f[1].stack, &two) && f[0].first_ms == MS0 &&
	    f[0].last_ms == MS1 && f[0].good_ms == MS1 && f[0].bad_ms == MS0 &&
	    f[0].rcpt_ms == MS1 && f[0].unknown == 1.5F && f[0].known == 0 &&
	    f[0].traps == 2 && f[0].deeds == 0x99 && f[0].sessions == 3 &&
	    f[1].sessions == 4 && f[1].accepted == 1 && f[1].settled == 2 &&
	    f[1].helo == 0xabcd && c->narrow_n == 1 &&
	    stack_eq(&c->narrow[0], &one) && c->click_ms == MS0 &&
	    c->click_until_ms == MS1 && c->no_link_until_ms == MS2;
}

/* All that it was written with, and nothing else. */
static bool
whole(const struct client *c, unsigned groups)
{
	static const struct stack two = { 60, 64240, 1400, true };

	return first_four(c) && next_six(c) &&
	    (groups > 10 ? c->os_grade == 1 && strcmp(c->os, "Windows 7") == 0 :
			   c->os_grade == 0 && c->os[0] == '\0') &&
	    (groups > 13 ? visits_too(c) :
			   c->visits[0].open_ms == 0 && c->way == 0 &&
			c->silent == 0) &&
	    (groups == 15 ?
		    behind_too(c) :
		    c->faces.n == 0 && c->narrow_n == 0 && c->click_ms == 0 &&
			stack_eq(&c->narrow[0], &two) == (groups > 15));
}

static struct addr
client_of(size_t i)
{
	return addr_v4(0xc0000201 + (uint32_t)i);
}

static void
raw_put(const char *key, size_t key_n, const char *value, size_t n)
{
	KCDB *db = kcdbnew();

	if (!kcdbopen(db, path, KCOWRITER | KCOCREATE) ||
	    !kcdbset(db, key, key_n, value, n) || !kcdbclose(db))
		abort();
	kcdbdel(db);
}

static size_t
raw_get(const char *key, size_t key_n, char *value, size_t max)
{
	KCDB *db = kcdbnew();
	int32_t n;

	if (!kcdbopen(db, path, KCOREADER))
		abort();
	n = kcdbgetbuf(db, key, key_n, value, max);
	if (!kcdbclose(db))
		abort();
	kcdbdel(db);
	return n < 0 ? 0 : (size_t)n;
}

/* The file as an earlier version left it. */
static void
old_store(void)
{
	char key[] = "c\x04\xc0\x00\x02\x00";

	fresh_dir();
	raw_put(BYTES("mformat"), BYTES("zfw store\0\1\0\0\0"));
	for (size_t i = 0; i < OLD; i++) {
		key[5] = (char)(1 + i);
		raw_put(BYTES(key), old[i].p, old[i].n);
	}
	raw_put(BYTES("a\x09"),
	    BYTES("\x01\x04\xc0\x00\x02\x00\x18" T0 T2 "\x08"
		  "a friend\x3d\xa2\x63\x25"));
	raw_put(BYTES("p/var/log/mail.log"),
	    BYTES("\x01\x01\x08\x00\x00\x00\x00\x00\x00"
		  "\x4d\x00\x00\x00\x00\x00\x00\x00"
		  "\x00\x10\x00\x00\x00\x00\x00\x00"
		  "\xed\xfe\x00\x00\x00\x00\x00\x00"
		  "\x00\x01\x00\x00\x6b\x70\x0d\xba"));
	raw_put(BYTES("bsites"),
	    BYTES("\x01"
		  "learned\xe1\xe4\x62\x00"));
}

static void
count(void *arg, const struct client *c)
{
	*(unsigned *)arg += first_four(c) && next_six(c);
}

static void
friend_of(void *arg, const struct store_allow *a)
{
	struct addr net = addr_v4(0xc0000200);

	*(unsigned *)arg += addr_eq(&a->net.a, &net) && a->net.bits == 24 &&
	    a->since_ms == MS0 && a->until_ms == MS2 &&
	    strcmp(a->comment, "a friend") == 0;
}

static void
count_blocked(void *arg, const struct client *c)
{
	*(unsigned *)arg += c->block_until_ms == MS2 && c->knocks == 3;
}

static void
others_there(struct store *s)
{
	struct store_cursor *cursor = NULL;
	struct store_logpos pos;
	unsigned friends = 0, clients = 0, blocked = 0;
	char blob[16];

	(void)store_clients(s, &cursor, 100, count, &clients);
	store_cursor_free(cursor);
	ZT_CASE("a walk meets all of them", clients == OLD);
	ZT_CASE("their blocks go back into the kernel",
	    store_blocked(s, count_blocked, &blocked) == 0 && blocked == OLD);
	ZT_CASE("the allow list is there",
	    store_allow_list(s, friend_of, &friends) == 0 && friends == 1);
	ZT_CASE("the log is read on where it was",
	    store_logpos_get(s, "/var/log/mail.log", &pos) == 1 &&
		pos.dev == 2049 && pos.ino == 77 && pos.offset == 4096 &&
		pos.head_hash == 0xfeed && pos.head_n == 256);
	ZT_CASE("what was learned is there",
	    store_blob_get(s, "sites", blob, sizeof(blob)) == 7 &&
		memcmp(blob, "learned", 7) == 0);
}

static void
test_old(void)
{
	struct store_counts n;
	struct client c;
	struct addr a;
	struct store *s;

	old_store();
	s = opened();
	ZT_CASE("a store of before opens",
	    s != NULL && !res.damaged && !res.fresh);
	if (s == NULL)
		return;
	others_there(s);
	for (size_t i = 0; i < OLD; i++) {
		a = client_of(i);
		ZT_CASE(old[i].name,
		    store_client_get(s, &a, &c) == 1 &&
			whole(&c, old[i].groups));
		c.connects = 9; /* as it was: written anew, by this version */
		ZT_CASE("and is written", store_client_put(s, &c) == 0);
	}
	store_counts(s, &n);
	ZT_CASE("nothing was undecodable", n.undecodable == 0);
	store_close(s);
	s = opened();
	for (size_t i = 0; s != NULL && i < OLD; i++) {
		a = client_of(i);
		ZT_CASE("rewritten, it is the same",
		    store_client_get(s, &a, &c) == 1 &&
			whole(&c, old[i].groups));
	}
	store_close(s);
}

/* Today's version writes what the one before it wrote, to the byte. */
static void
test_same_bytes(void)
{
	struct addr a = client_of(OLD - 1);
	struct record_key k = record_client_key(&a);
	uint8_t buf[RECORD_MAX];
	struct client c;

	ZT_CASE("it decodes",
	    record_client_decode(&k, old[OLD - 1].p, old[OLD - 1].n, &c));
	ZT_CASE("a client is written as it was before",
	    record_client_encode(&c, buf, sizeof(buf)) == old[OLD - 1].n &&
		memcmp(buf, old[OLD - 1].p, old[OLD - 1].n) == 0);
}

static bool
ends_with_tail(const char *value, size_t n)
{
	size_t tail = sizeof(TAIL) - 1;

	return n > tail + RECORD_CHECK && (value[2] & 0x80) != 0 &&
	    memcmp(value + n - RECORD_CHECK - tail, TAIL, tail) == 0;
}

static void
test_later(void)
{
	struct addr a = addr_v4(0xc0000209);
	char value[RECORD_MAX];
	struct store_counts counts;
	struct record_brief b;
	struct client c;
	struct store *s;
	size_t n;

	old_store();
	raw_put(BYTES(later_key), BYTES(later));
	s = opened();
	if (s == NULL || store_client_get(s, &a, &c) != 1) {
		ZT_CASE("a client of a later version is read", false);
		store_close(s);
		return;
	}
	ZT_CASE("what is known of it is read",
	    c.connects == 9 && c.tier == 2 && c.block_until_ms == MS2);
	ZT_CASE("statistics read it",
	    record_brief(BYTES(later_key), BYTES(later), &b) && b.tier == 2);
	c.tier = 3;
	c.offences = 1;
	strcpy(c.helo, "WIN-PC");
	ZT_CASE("it is changed", store_client_put(s, &c) == 0);
	c.tier = 4;
	ZT_CASE("and once more", store_client_put(s, &c) == 0);
	ZT_CASE("our change is there",
	    store_client_get(s, &a, &c) == 1 && c.tier == 4 &&
		strcmp(c.helo, "WIN-PC") == 0);
	store_counts(s, &counts);
	ZT_CASE("it is not called damaged", counts.undecodable == 0);
	c = client_no(1);
	ZT_CASE("a new client beside it is stored",
	    store_client_put(s, &c) == 0 && has_client(s, 1));
	store_close(s);
	n = raw_get(BYTES(later_key), value, sizeof(value));
	ZT_CASE("what we do not know is still there, once",
	    ends_with_tail(value, n) && n == sizeof(later) - 1 + 10 + 18);
	n = raw_get(BYTES("c\x04\x0a\x00\x00\x01"), value, sizeof(value));
	ZT_CASE("and the new client has none of it",
	    n > 3 && (value[2] & 0x80) == 0);
}

static void
walked(void *arg, const struct client *c)
{
	if (c->key.b[3] == 9)
		*(struct client *)arg = *c;
}

static void
test_later_walked(void)
{
	struct addr a = addr_v4(0xc0000209);
	struct store_cursor *cursor = NULL;
	char value[RECORD_MAX];
	struct client c = { 0 };
	struct store *s;
	size_t n;

	fresh_dir();
	raw_put(BYTES("mformat"), BYTES("zfw store\0\1\0\0\0"));
	raw_put(BYTES(later_key), BYTES(later));
	s = opened();
	if (s == NULL)
		return;
	(void)store_clients(s, &cursor, 100, walked, &c);
	store_cursor_free(cursor);
	ZT_CASE("met by a walk only, it is changed",
	    c.tier == 2 && store_client_put(s, &c) == 0);
	store_close(s);
	n = raw_get(BYTES(later_key), value, sizeof(value));
	ZT_CASE("and keeps what we do not know", ends_with_tail(value, n));
	s = opened();
	ZT_CASE("forgotten, it takes that along",
	    s != NULL && store_client_del(s, &a) == 0 &&
		store_client_put(s, &c) == 0);
	store_close(s);
	n = raw_get(BYTES(later_key), value, sizeof(value));
	ZT_CASE("so a new one has nothing of it",
	    n > 3 && (value[2] & 0x80) == 0);
}

/* What of a later version cannot be kept, and what is no such thing. */
static void
test_later_limits(void)
{
	struct addr a = addr_v4(0xc0000209);
	struct record_key k = record_client_key(&a);
	static const char tail[RECORD_MAX];
	uint8_t full[RECORD_MAX], buf[RECORD_MAX];
	struct wr w = record_begin(full, sizeof(full));
	struct client c = { .key = a }, d;
	size_t n, full_n;

	wr_bytes(&w, "\x00\x80" HEAD, 2 + 16);
	wr_bytes(&w, tail, RECORD_MAX - 19 - RECORD_CHECK);
	full_n = record_seal(&k, &w);
	c.knocks = 1;
	n = record_client_encode(&c, buf, sizeof(buf));
	ZT_CASE("the longest record is read",
	    full_n == RECORD_MAX && record_client_decode(&k, full, full_n, &d));
	ZT_CASE("where there is no room our own change counts",
	    record_client_keep(&k, (struct str){ (char *)full, full_n }, buf,
		n) == n &&
		record_client_decode(&k, buf, n, &d) && d.knocks == 1);
	ZT_CASE("of a damaged record nothing is kept",
	    record_client_keep(&k, (struct str){ BYTES("\1\0\x80 damaged") },
		buf, n) == n);
	w = record_begin(full, sizeof(full));
	wr_bytes(&w, "\x00\x00" HEAD TAIL, 2 + 16 + sizeof(TAIL) - 1);
	ZT_CASE("bytes behind the last group that no bit tells of are refused",
	    !record_client_decode(&k, full, record_seal(&k, &w), &d));
	w = record_begin(full, sizeof(full));
	wr_bytes(&w, "\x00\x80" HEAD, 2 + 16);
	ZT_CASE("so is a bit without bytes",
	    !record_client_decode(&k, full, record_seal(&k, &w), &d));
}

static const struct zt_test tests[] = {
	{ "earlier versions", test_old },
	{ "same bytes", test_same_bytes },
	{ "a later version", test_later },
	{ "a later version, in a walk", test_later_walked },
	{ "limits of that", test_later_limits },
};

ZT_MAIN("store_old", tests)
