/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zs_trait - what a scenario expects of one session's traits */
#include "daemon/engine_impl.h"
#include "tests/tools/lib/zs.h"

/* Words that are true of it or not. */
static bool
is_true(const struct session *s, const char *word, bool *ok)
{
	const struct {
		const char *word;
		bool ok;
	} all[] = {
		{ "halfopen", s->open_us == 0 },
		{ "open", s->state == SESSION_OPEN },
		{ "closed", s->state == SESSION_CLOSED },
		{ "blind", s->blind },
		{ "cut", s->cut },
		{ "early", s->early_us != 0 },
		{ "pipelined", s->pipelined },
		{ "onesided", s->one_sided },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].word, word) == 0) {
			*ok = all[i].ok;
			return true;
		}
	return false;
}

/* Words with a number; what is not counted is 0. */
static bool
is_count(const struct session *s, const struct flowstat *over, const char *word,
    long *n)
{
	const struct flowstat *f = s->flow != NULL ? s->flow : over;
	const struct {
		const char *word;
		long n;
	} all[] = {
		{ "commands", s->commands_n },
		{ "rcpts", s->rcpts_n },
		{ "taken", s->rcpts_ok },
		{ "refused", s->rcpts_refused },
		{ "put_off", s->rcpts_soft },
		{ "messages", s->messages },
		{ "syns", s->syn_n },
		{ "reordered", f->client.reordered + f->server.reordered },
		{ "retransmitted",
		    f->client.retransmitted + f->server.retransmitted },
		{ "lost", f->lost_segments },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].word, word) == 0) {
			*n = all[i].n;
			return true;
		}
	return false;
}

static void
expect_trait(struct zs *z, struct zs_words *w, const struct session *s,
    const struct flowstat *over)
{
	bool no = zs_is(w, "not"), ok;
	const char *word = zs_next(z, w, "a trait"), *want;
	long n;

	if (is_true(s, word, &ok)) {
		zs_check(z, ok != no, "it is %s%s", no ? "" : "not ", word);
	} else if (is_count(s, over, word, &n)) {
		want = zs_next(z, w, "a number");
		zs_check(z, (n == zs_number(z, want)) != no, "%s is %ld", word,
		    n);
	} else if (strcmp(word, "ladder") == 0) {
		want = zs_next(z, w, "a class");
		word = ladder_class_name[s->ladder_class];
		zs_check(z, (strcmp(word, want) == 0) != no, "its ladder is %s",
		    word);
	} else if (strcmp(word, "helo") == 0) {
		want = zs_next(z, w, "a name");
		ok = strlen(want) == s->helo_n &&
		    memcmp(want, s->helo, s->helo_n) == 0;
		zs_check(z, ok != no, "its name is %.*s", s->helo_n, s->helo);
	} else {
		zs_die(z, "a session has no \"%s\"", word);
	}
}

void
zs_expect_session(struct zs *z, struct zs_words *w, bool no)
{
	uint16_t port;
	const char *word = zs_next(z, w, "an address");
	struct addr a = zs_peer(z, word, &port);
	struct zs_flow *f = zs_flow(z, &a, port);
	const struct session *s;

	if (f == NULL)
		zs_die(z, "%s has no connection", word);
	s = session_find(z->engine->sessions, &a, f->port);
	if (!zs_check(z, (s != NULL) != no, "there is %s session",
		no ? "a" : "no"))
		w->at = w->n;
	while (s != NULL && zs_more(w))
		expect_trait(z, w, s, &f->stat);
}
