/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * view: a client as it must be seen to be judged fairly
 *
 * zt-link: daemon/view daemon/client daemon/faces daemon/score daemon/score_terms
 * zt-link: @MODEL daemon/names daemon/names_addr fp/addr fp/hash
 * zt-libs: libsodium libm
 */
#include "daemon/names.h"
#include "daemon/score.h"
#include "daemon/view.h"
#include "tests/zt.h"

#define T0 ((int64_t)1740988800 * 1000)

static const struct stack lin = { 60, 64240, 1460, true };
static const struct stack win = { 52, 64240, 1460, true };

/* A named server with wanted mail, and a zombie with deeds behind it. */
static struct client
both(void)
{
	struct addr a = { .family = 4, .b = { 192, 0, 2, 1 } };
	struct client c;

	client_init(&c, &a, T0);
	c.name_class = NAME_SERVER;
	memcpy(c.rdns, "mail.example", 13);
	client_set(&c, EVIDENCE_NAMED, 0, T0);
	c.good_days = 9;
	c.good_mails = 40;
	faces_open(&c.faces, &lin, T0);
	client_add(&c, EVIDENCE_ACCEPTED, 1, 0, T0);
	client_add(&c, EVIDENCE_UNKNOWN_RCPT, 1, 0, T0); /* a typing error */
	client_add(&c, EVIDENCE_RATE, 1, 0, T0);
	faces_open(&c.faces, &win, T0);
	client_add(&c, EVIDENCE_EARLY_TALK, 1, 0, T0);
	client_add(&c, EVIDENCE_UNKNOWN_RCPT, 5, 0, T0);
	return c;
}

static double
p_of(const struct client *c)
{
	struct hash_key key = { { 1, 2 } };
	struct model *m = model_new(&key);
	struct score s;

	if (m == NULL)
		abort();
	score_client(c, m, T0, &s);
	model_free(m);
	return s.p;
}

static void
test_face(void)
{
	struct client c = both(), v;

	view_face(&c, faces_find(&c.faces, &win), T0, &v);
	ZT_CASE("the zombie's own recipients are counted",
	    v.facts[EVIDENCE_UNKNOWN_RCPT].count > 4.9F &&
		v.facts[EVIDENCE_UNKNOWN_RCPT].count < 5.1F);
	ZT_CASE("what the server did is not its deed",
	    v.facts[EVIDENCE_RATE].last_ms == 0);
	ZT_CASE("nor is the server's name its name",
	    v.facts[EVIDENCE_NAMED].last_ms == 0 && v.rdns[0] == '\0' &&
		!name_is_own(v.name_class) && !client_name_known(&v));
	ZT_CASE("nor the server's mail",
	    v.good_mails == 0 && v.facts[EVIDENCE_ACCEPTED].last_ms == 0);
	ZT_CASE("alone it is a zombie, behind the server it was not",
	    p_of(&v) > 0.98 && p_of(&v) > p_of(&c));
	view_face(&c, faces_find(&c.faces, &lin), T0, &v);
	ZT_CASE("the server has not talked early",
	    v.facts[EVIDENCE_EARLY_TALK].last_ms == 0);
	ZT_CASE("and passes", p_of(&v) < 0.9);
	ZT_CASE("the record itself stays",
	    c.good_mails == 40 && c.facts[EVIDENCE_NAMED].last_ms == T0);
}

static void
test_clicked(void)
{
	struct client c = both(), v;

	c.offences = 3;
	c.offence_ms = T0;
	c.value[MODEL_STACK] = 3;
	view_clicked(&c, &v);
	ZT_CASE("recipients count", v.facts[EVIDENCE_UNKNOWN_RCPT].count > 5);
	ZT_CASE("how it speaks does not",
	    v.facts[EVIDENCE_EARLY_TALK].last_ms == 0 &&
		v.value[MODEL_STACK] == 0 && v.offences == 0);
	ZT_CASE("what speaks for it stays",
	    v.good_mails == 40 && v.facts[EVIDENCE_ACCEPTED].last_ms != 0);
}

static const struct zt_test tests[] = {
	{ "face", test_face },
	{ "clicked", test_clicked },
};
ZT_MAIN("view", tests)
