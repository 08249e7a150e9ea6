/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr fp/hash daemon/logjoin
 * zt-libs: libsodium
 */
#include "daemon/logjoin.h"
#include "tests/zt.h"

#define T0   1795319304000LL
#define HOUR 3600000LL

static struct str
text(const char *s)
{
	return (struct str){ s, s == NULL ? 0 : strlen(s) };
}

static struct log_event
event(enum log_kind kind, const char *session, const char *client)
{
	struct log_event ev = { .kind = kind,
		.mta = STR("opensmtpd"),
		.session = text(session),
		.t_ms = T0 };

	if (client != NULL)
		(void)addr_parse(text(client), &ev.client);
	return ev;
}

static bool
is_client(const struct log_event *ev, const char *want)
{
	struct addr a = { 0 };

	if (want != NULL)
		(void)addr_parse(text(want), &a);
	return addr_eq(&a, &ev->client);
}

static struct logjoin *
new_join(size_t entries)
{
	struct logjoin *j = logjoin_new(entries, &(struct hash_key){ 0 });

	if (j == NULL)
		abort();
	return j;
}

/* Who the event of that session is of, as the table says. */
static struct log_event
ask(struct logjoin *j, const char *session, int64_t now_ms)
{
	struct log_event ev = event(LOG_UNKNOWN_RCPT, session, NULL);

	(void)logjoin_see(j, &ev, now_ms);
	return ev;
}

static void
tell(struct logjoin *j, const char *session, const char *client, int64_t now_ms)
{
	struct log_event ev = event(LOG_CONNECT, session, client);

	(void)logjoin_see(j, &ev, now_ms);
}

static void
test_join(void)
{
	struct logjoin *j = new_join(64);
	struct log_event ev = event(LOG_CONNECT, "aa", "192.0.2.1");
	char name[] = "mail.example.net";

	ev.port = 4711;
	ev.name = text(name);
	ev.submission = true;
	(void)logjoin_see(j, &ev, T0);
	memset(name, 'x', sizeof(name) - 1);
	ev = ask(j, "aa", T0 + 1);
	ZT_CASE("a later line gets the client", is_client(&ev, "192.0.2.1"));
	ZT_CASE("and its port", ev.port == 4711);
	ZT_CASE("and the name, copied",
	    str_eq(ev.name, STR("mail.example.net")));
	ZT_CASE("and that it is a submission service", ev.submission);
	ev = ask(j, "ab", T0 + 1);
	ZT_CASE("another id gets nothing", is_client(&ev, NULL));
	ZT_CASE("and stays an event", ev.kind == LOG_UNKNOWN_RCPT);
	ev = event(LOG_LOST, "aa", NULL);
	ev.mta = STR("haraka");
	(void)logjoin_see(j, &ev, T0 + 1);
	ZT_CASE("the id of another MTA is another", is_client(&ev, NULL));
	ev = event(LOG_LOST, NULL, NULL);
	(void)logjoin_see(j, &ev, T0 + 1);
	ZT_CASE("an event without an id gets nothing", is_client(&ev, NULL));
	ev = event(LOG_LOST, "aa", "192.0.2.9");
	(void)logjoin_see(j, &ev, T0 + 2);
	ZT_CASE("an event with a client keeps it", is_client(&ev, "192.0.2.9"));
	logjoin_free(j);
}

static void
test_end(void)
{
	struct logjoin *j = new_join(64);
	struct log_event ev;

	tell(j, "aa", "192.0.2.1", T0);
	ev = event(LOG_DISCONNECT, "aa", NULL);
	(void)logjoin_see(j, &ev, T0 + 1);
	ZT_CASE("a disconnect gets the client", is_client(&ev, "192.0.2.1"));
	ev = ask(j, "aa", T0 + 2);
	ZT_CASE("and nothing after it", is_client(&ev, NULL));
	tell(j, "bb", "192.0.2.2", T0);
	ev = ask(j, "bb", T0 + HOUR);
	ZT_CASE("an hour is not old", is_client(&ev, "192.0.2.2"));
	ev = ask(j, "bb", T0 + 2 * HOUR);
	ZT_CASE("counted from when it was last seen",
	    is_client(&ev, "192.0.2.2"));
	ev = ask(j, "bb", T0 + 3 * HOUR + 1);
	ZT_CASE("more than an hour is", is_client(&ev, NULL));
	logjoin_free(j);
}

static void
test_full(void)
{
	struct logjoin *j = new_join(4);
	char id[16];
	bool all = true;
	struct log_event ev;

	for (int i = 0; i < 5; i++) {
		(void)snprintf(id, sizeof(id), "id%d", i);
		tell(j, id, "192.0.2.1", T0 + i);
	}
	for (int i = 1; i < 5; i++) {
		(void)snprintf(id, sizeof(id), "id%d", i);
		ev = ask(j, id, T0 + 10);
		all = all && is_client(&ev, "192.0.2.1");
	}
	ev = ask(j, "id0", T0 + 10);
	ZT_CASE("the oldest makes room", is_client(&ev, NULL));
	ZT_CASE("and no other", all);
	logjoin_free(j);
}

static void
test_long(void)
{
	struct logjoin *j = new_join(4);
	char id[LOGJOIN_ID_MAX], name[LOGJOIN_NAME_MAX + 2];
	size_t fits = LOGJOIN_ID_MAX - sizeof("opensmtpd");
	struct log_event ev;

	memset(id, 'a', sizeof(id));
	id[fits] = '\0';
	tell(j, id, "192.0.2.1", T0);
	ev = ask(j, id, T0);
	ZT_CASE("the longest id is joined", is_client(&ev, "192.0.2.1"));
	id[fits] = 'a';
	id[fits + 1] = '\0';
	tell(j, id, "192.0.2.1", T0);
	ev = ask(j, id, T0);
	ZT_CASE("a longer one is not", is_client(&ev, NULL));
	memset(name, 'n', sizeof(name));
	name[LOGJOIN_NAME_MAX + 1] = '\0';
	ev = event(LOG_CONNECT, "bb", "192.0.2.2");
	ev.name = text(name);
	(void)logjoin_see(j, &ev, T0);
	ev = ask(j, "bb", T0);
	ZT_CASE("with too long a name only that is not given",
	    is_client(&ev, "192.0.2.2") && ev.name.n == 0);
	logjoin_free(j);
}

/* A reject whose client is named by the line after it. */
static enum log_kind
early(struct logjoin *j, const char *session, const char *rcpt)
{
	struct log_event ev = event(LOG_UNKNOWN_RCPT, session, NULL);

	ev.client_later = true;
	ev.code = 550;
	ev.soft = true;
	ev.rcpt = text(rcpt);
	return logjoin_see(j, &ev, T0);
}

static void
test_held(void)
{
	struct logjoin *j = new_join(4);
	struct log_event ev;
	char rcpt[] = "bob@example.org";

	ZT_CASE("a reject without its client is held",
	    early(j, "qq", rcpt) == LOG_NONE);
	ZT_CASE("and not given out before its time", !logjoin_next(j, &ev));
	memset(rcpt, 'x', sizeof(rcpt) - 1);
	(void)early(j, "qq", "eve@example.org");
	ev = event(LOG_INFO, "qq", "192.0.2.1");
	ev.t_ms = T0 + 5;
	ev.null_sender = true;
	ZT_CASE("the line that names the client is its own event",
	    logjoin_see(j, &ev, T0) == LOG_INFO);
	ZT_CASE("the first reject follows", logjoin_next(j, &ev));
	ZT_CASE("with kind, code and recipient",
	    ev.kind == LOG_UNKNOWN_RCPT && ev.code == 550 && ev.soft &&
		str_eq(ev.rcpt, STR("bob@example.org")));
	ZT_CASE("with client, time and sender of that line",
	    is_client(&ev, "192.0.2.1") && ev.t_ms == T0 + 5 && ev.null_sender);
	ZT_CASE("then the second",
	    logjoin_next(j, &ev) && str_eq(ev.rcpt, STR("eve@example.org")));
	ZT_CASE("and no more", !logjoin_next(j, &ev));
	ev = event(LOG_INFO, "qq", "192.0.2.1");
	(void)logjoin_see(j, &ev, T0);
	ZT_CASE("nothing is given out twice", !logjoin_next(j, &ev));
	ZT_CASE("once the client is known nothing is held",
	    early(j, "qq", "x") == LOG_UNKNOWN_RCPT);
	logjoin_free(j);
}

static void
test_held_bounds(void)
{
	struct logjoin *j = new_join(4);
	struct log_event ev = event(LOG_INFO, "qq", "192.0.2.1");
	char rcpt[LOGJOIN_RCPT_MAX + 2];
	size_t n = 0;

	memset(rcpt, 'r', sizeof(rcpt));
	rcpt[LOGJOIN_RCPT_MAX + 1] = '\0';
	for (int i = 0; i < LOGJOIN_HELD_MAX + 2; i++)
		(void)early(j, "qq", rcpt);
	(void)logjoin_see(j, &ev, T0);
	while (logjoin_next(j, &ev)) {
		n++;
		ZT_CASE("a long recipient is cut",
		    ev.rcpt.n == LOGJOIN_RCPT_MAX);
	}
	ZT_CASE("no more are held than there is room for",
	    n == LOGJOIN_HELD_MAX);
	ZT_CASE("the others are counted", logjoin_dropped(j) == 2);
	(void)early(j, "rr", "x");
	ev = ask(j, "rr", T0 + HOUR + 1);
	ZT_CASE("who never gets a client is counted when old",
	    logjoin_dropped(j) == 3);
	logjoin_free(j);
}

static const struct zt_test tests[] = {
	{ "join", test_join },
	{ "end", test_end },
	{ "full", test_full },
	{ "long", test_long },
	{ "held", test_held },
	{ "held bounds", test_held_bounds },
};

ZT_MAIN("logjoin", tests)
