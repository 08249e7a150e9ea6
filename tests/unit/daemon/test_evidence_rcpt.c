/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_rcpt: recipients are counted once, by the packets where these can
 * be read, and by the log where they cannot
 *
 * zt-link: @ENGINE
 * zt-libs: libsodium libm libpcre2-8
 */
#include "tests/unit/daemon/evidenceworld.h"

#define WHO     0xc6336401U
#define UNKNOWN "550 5.1.1 <u>: Recipient address rejected: User unknown"
#define LATER   "450 4.1.1 <u>: Recipient address rejected: User unknown"
#define RELAY   "554 5.7.1 <u>: Relay access denied"
#define GREY    "450 4.2.0 <u>: Recipient address rejected: Greylisted"
#define OK      "250 2.1.5 Ok"

static const struct {
	const char *name; /* a sentence: it is the failure message */
	const char *rcpt, *reply;
	bool null_sender, blind; /* blind: behind TLS */
	bool wire, log, soft;
	unsigned times;
	double unknown, trap, ok, relay;
} cases[] = {
	{ "our refusal on the wire counts", "u@example.org", UNKNOWN, false,
	    false, true, false, false, 1, 1, 0, 0, 0 },
	{ "the log line about it is the same one", "u@example.org", UNKNOWN,
	    false, false, true, true, false, 1, 1, 0, 0, 0 },
	{ "a line alone is not enough where packets are read", "u@example.org",
	    OK, false, false, true, true, false, 1, 0, 0, 1, 0 },
	{ "behind TLS the log counts", "u@example.org", UNKNOWN, false, true,
	    false, true, false, 1, 1, 0, 0, 0 },
	{ "the same hard one again counts again", "u@example.org", UNKNOWN,
	    false, false, true, false, false, 2, 2, 0, 0, 0 },
	{ "what is put off and tried again counts once", "u@example.org", LATER,
	    false, false, true, false, true, 5, 1, 0, 0, 0 },
	{ "in the log, too", "u@example.org", LATER, false, true, false, true,
	    true, 5, 1, 0, 0, 0 },
	{ "and with both", "u@example.org", LATER, false, false, true, true,
	    true, 5, 1, 0, 0, 0 },
	{ "a trap is no unknown recipient besides", "trap@example.org", UNKNOWN,
	    false, false, true, true, false, 1, 0, 1, 0, 0 },
	{ "nor behind TLS", "trap@example.org", UNKNOWN, false, true, false,
	    true, false, 1, 0, 1, 0, 0 },
	{ "a trap that is taken is one", "x@trap.example", OK, false, false,
	    true, false, false, 1, 0, 1, 1, 0 },
	{ "a trap that is put off and tried again is one hit",
	    "trap@example.org", LATER, false, false, true, true, true, 4, 0, 1,
	    0, 0 },
	{ "a bounce to nobody is no harvesting", "u@example.org", UNKNOWN, true,
	    false, true, true, false, 9, 0, 0, 0, 0 },
	{ "nor behind TLS, where the log tells of it", "u@example.org", UNKNOWN,
	    true, true, false, true, false, 9, 0, 0, 0, 0 },
	{ "a bounce to a trap is no hit", "trap@example.org", UNKNOWN, true,
	    false, true, true, false, 2, 0, 0, 0, 0 },
	{ "relaying is no unknown recipient", "u@else.example", RELAY, false,
	    false, true, false, false, 3, 0, 0, 0, 1 },
	{ "greylisting is nothing", "u@example.org", GREY, false, false, true,
	    false, true, 3, 0, 0, 0, 0 },
};

static void
test_table(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct session s = session_of(WHO, T0 * 1000);
		struct world w;

		world_begin(&w);
		name_is(&w, WHO, "");
		s.null_sender = cases[i].null_sender;
		s.blind = cases[i].blind;
		for (unsigned n = 0; n < cases[i].times; n++) {
			if (cases[i].wire)
				wire_rcpt(&w, &s, cases[i].rcpt,
				    cases[i].reply);
			if (cases[i].log)
				(void)log_rcpt(&w, WHO, &s, cases[i].rcpt,
				    cases[i].soft);
		}
		ZT_CASE(cases[i].name,
		    count_of(&w, WHO, EVIDENCE_UNKNOWN_RCPT) ==
			    cases[i].unknown &&
			count_of(&w, WHO, EVIDENCE_TRAP_RCPT) ==
			    cases[i].trap &&
			count_of(&w, WHO, EVIDENCE_RCPT_OK) == cases[i].ok &&
			count_of(&w, WHO, EVIDENCE_RELAY_PROBE) ==
			    cases[i].relay);
		world_end(&w);
	}
}

/* A session that begins in the clear and goes on behind TLS. */
static void
test_halves(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	wire_rcpt(&w, &s, "a@example.org", UNKNOWN);
	s.blind = true;
	(void)log_rcpt(&w, WHO, &s, "a@example.org", false);
	ZT_CASE("a line about what was seen before it went dark",
	    count_of(&w, WHO, EVIDENCE_UNKNOWN_RCPT) == 1);
	(void)log_rcpt(&w, WHO, &s, "b@example.org", false);
	ZT_CASE("a line about what came after",
	    count_of(&w, WHO, EVIDENCE_UNKNOWN_RCPT) == 2);
	world_end(&w);
}

static void
test_new_day(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	wire_rcpt(&w, &s, "u@example.org", LATER);
	w.now_ms += DAY;
	s.open_us += DAY * 1000;
	wire_rcpt(&w, &s, "u@example.org", LATER);
	ZT_CASE("a retry of the next day is a new one",
	    count_of(&w, WHO, EVIDENCE_UNKNOWN_RCPT) > 1.2);
	world_end(&w);
}

static void
test_lies(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct world w;
	unsigned believed = 0;

	world_begin(&w);
	name_is(&w, WHO, "");
	wire_rcpt(&w, &s, "a@example.org", OK);
	wire_rcpt(&w, &s, "b@example.org", OK);
	w.judged = 0;
	for (unsigned i = 0; i < 100; i++) {
		believed += log_rcpt(&w, WHO, &s, "trap@example.org", false);
		believed += log_rcpt(&w, WHO, &s, "x@example.org", false);
	}
	ZT_CASE("more refusals than recipients are told as lies",
	    believed == 2);
	ZT_CASE("and nothing of it counts",
	    count_of(&w, WHO, EVIDENCE_UNKNOWN_RCPT) == 0 &&
		count_of(&w, WHO, EVIDENCE_TRAP_RCPT) == 0);
	ZT_CASE("nor does anybody look at the client", w.judged == 0);
	ZT_CASE("nor learn from it", taught(&w).bad == 0);
	world_end(&w);
}

static void
test_flood(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct world w;
	char rcpt[32];

	world_begin(&w);
	s.null_sender = true;
	for (unsigned i = 0; i < 49; i++) {
		snprintf(rcpt, sizeof(rcpt), "u%u@example.org", i);
		wire_rcpt(&w, &s, rcpt, UNKNOWN);
	}
	ZT_CASE("49 bounces to nobody are no flood",
	    !evidence_flood(client_of(&w, WHO), w.now_ms));
	wire_rcpt(&w, &s, "last@example.org", UNKNOWN);
	ZT_CASE("fifty are", evidence_flood(client_of(&w, WHO), w.now_ms));
	ZT_CASE("for ten minutes from the first",
	    !evidence_flood(client_of(&w, WHO), T0 + 600 * SEC));
	ZT_CASE("all are counted for people",
	    client_of(&w, WHO)->bounces_nobody == 50);
	w.now_ms += 600 * SEC;
	wire_rcpt(&w, &s, "next@example.org", UNKNOWN);
	ZT_CASE("then counting begins anew",
	    !evidence_flood(client_of(&w, WHO), w.now_ms));
	ZT_CASE("nobody learns from them", taught(&w).bad == 0);
	world_end(&w);
}

static void
test_delivered(void)
{
	struct session s = session_of(WHO, T0 * 1000);
	struct log_event taken = { .kind = LOG_ACCEPT,
		.client = addr_v4(WHO),
		.qid = text("4ZABC") };
	struct log_event sent = { .kind = LOG_SENT,
		.qid = text("4ZABC"),
		.rcpt = text("trap@example.org") };
	struct world w;

	world_begin(&w);
	name_is(&w, WHO, "");
	evidence_good(w.e, &taken, NULL, w.now_ms);
	evidence_message(w.e, &sent, 0, text("sent"), w.now_ms);
	evidence_message(w.e, &sent, 0, text("sent"), w.now_ms);
	ZT_CASE("a message that reached a trap is one hit",
	    count_of(&w, WHO, EVIDENCE_TRAP_RCPT) == 1);
	world_end(&w);

	world_begin(&w);
	name_is(&w, WHO, "");
	wire_rcpt(&w, &s, "trap@example.org", OK);
	evidence_good(w.e, &taken, &s, w.now_ms);
	evidence_message(w.e, &sent, 0, text("sent"), w.now_ms);
	ZT_CASE("that the packets showed already",
	    count_of(&w, WHO, EVIDENCE_TRAP_RCPT) == 1);
	world_end(&w);

	world_begin(&w);
	name_is(&w, WHO, "");
	sent.rcpt = text("collect@mail.example.org");
	evidence_good(w.e, &taken, NULL, w.now_ms);
	evidence_message(w.e, &sent, 0, text("sent"), w.now_ms);
	ZT_CASE("a mailbox that is no trap is none",
	    count_of(&w, WHO, EVIDENCE_TRAP_RCPT) == 0);
	sent.orig_rcpt = text("trap@example.org");
	evidence_message(w.e, &sent, 0, text("sent"), w.now_ms);
	ZT_CASE("but the alias that led there is",
	    count_of(&w, WHO, EVIDENCE_TRAP_RCPT) == 1);
	world_end(&w);
}

static const struct zt_test tests[] = {
	{ "table", test_table },
	{ "halves", test_halves },
	{ "new day", test_new_day },
	{ "lies", test_lies },
	{ "flood", test_flood },
	{ "delivered", test_delivered },
};
ZT_MAIN("evidence_rcpt", tests)
