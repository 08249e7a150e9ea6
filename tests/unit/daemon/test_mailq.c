/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mailq: queue ids, and accepted mail that settles
 *
 * zt-link: daemon/mailq fp/addr fp/hash
 * zt-libs: libsodium
 */
#include "daemon/mailq.h"
#include "tests/zt.h"

#define HOUR ((int64_t)3600 * 1000)
#define T0   ((int64_t)1740988800 * 1000)

static const struct hash_key key;

static struct str
id_of(unsigned i, char buf[16])
{
	snprintf(buf, 16, "4Z%08X", i);
	return (struct str){ buf, strlen(buf) };
}

static void
test_settling(void)
{
	struct mailq *q = mailq_new(&key, 3600);
	struct addr a = addr_v4(1), b = addr_v4(2);
	struct mail *m, out;

	ZT_CASE("an unknown id is nobody's", mailq_find(q, STR("4Z")) == NULL);
	(void)mailq_begin(q, STR("AA"), &a, T0);
	ZT_CASE("what is not queued never settles",
	    !mailq_settled(q, T0 + 9 * HOUR, &out));
	m = mailq_find(q, STR("AA"));
	ZT_CASE("its id finds it", m != NULL && addr_eq(&m->client, &a));
	mailq_queued(q, m, 3, false, T0 + 1000);
	mailq_queued(q, m, 3, false, T0 + HOUR / 2); /* a retry */
	ZT_CASE("not before its time",
	    !mailq_settled(q, T0 + HOUR + 999, &out));
	ZT_CASE("but then",
	    mailq_settled(q, T0 + HOUR + 1000, &out) && out.nrcpt == 3 &&
		addr_eq(&out.client, &a) && out.t_ms == T0 + 1000);
	ZT_CASE("and only once", !mailq_settled(q, T0 + 9 * HOUR, &out));

	m = mailq_begin(q, STR("BB"), &b, T0);
	m->submission = true;
	m->sig = 77;
	mailq_queued(q, m, 1, true, T0);
	ZT_CASE("what the caller adds stays",
	    mailq_settled(q, T0 + HOUR, &out) && out.submission &&
		out.sig == 77 && out.null_sender);
	mailq_free(q);
	mailq_free(NULL);
}

static void
test_spoiling(void)
{
	struct mailq *q = mailq_new(&key, 3600);
	struct addr a = addr_v4(1);
	struct mail out;

	mailq_queued(q, mailq_begin(q, STR("AA"), &a, T0), 1, false, T0);
	mailq_queued(q, mailq_begin(q, STR("BB"), &a, T0), 2, false, T0 + 1);
	mailq_find(q, STR("AA"))->spoilt = true;
	ZT_CASE("what was spoilt is passed over",
	    mailq_settled(q, T0 + 2 * HOUR, &out) && out.nrcpt == 2);
	ZT_CASE("and that was all", !mailq_settled(q, T0 + 2 * HOUR, &out));
	(void)mailq_begin(q, STR("BB"), &a, T0 + 3 * HOUR);
	ZT_CASE("an id that is used again begins anew",
	    !mailq_find(q, STR("BB"))->queued);
	mailq_free(q);
}

static void
test_bounds(void)
{
	struct mailq *q = mailq_new(&key, 60);
	struct addr a = addr_v4(1);
	struct mail out;
	char buf[16];
	unsigned n = 0, in_order = 0;
	int64_t last = 0;

	for (unsigned i = 0; i < MAILQ_PENDING + 100; i++)
		mailq_queued(q, mailq_begin(q, id_of(i, buf), &a, T0 + i), 1,
		    false, T0 + i);
	ZT_CASE("the latest id is known",
	    mailq_find(q, id_of(MAILQ_PENDING + 99, buf)) != NULL);
	ZT_CASE("the first is forgotten", mailq_find(q, id_of(0, buf)) == NULL);
	while (mailq_settled(q, T0 + 9 * HOUR, &out)) {
		n++;
		in_order += out.t_ms > last;
		last = out.t_ms;
	}
	ZT_CASE("the ring keeps the newest",
	    n == MAILQ_PENDING && last == T0 + MAILQ_PENDING + 99);
	ZT_CASE("in their order", in_order == n);
	mailq_free(q);
}

static const struct zt_test tests[] = {
	{ "settling", test_settling },
	{ "spoiling", test_spoiling },
	{ "bounds", test_bounds },
};
ZT_MAIN("mailq", tests)
