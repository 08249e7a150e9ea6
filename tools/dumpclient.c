/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/dumpclient.h"

#include "daemon/jtext.h"
#include "tools/dumpfield.h"

#define AT(m)  offsetof(struct client, m)
#define VAT(m) offsetof(struct client_visit, m)
#define FAT(m) offsetof(struct face, m)
#define SAT(m) offsetof(struct stack, m)

static const struct dumpfield client_fields[] = {
	{ "first_ms", DUMP_TIME, AT(first_ms), 0 },
	{ "last_ms", DUMP_TIME, AT(last_ms), 0 },
	{ "connects", DUMP_U32, AT(connects), 0 },
	{ "knocks", DUMP_U32, AT(knocks), 0 },
	{ "knock_ms", DUMP_TIME, AT(knock_ms), 0 },
	{ "tier", DUMP_U8, AT(tier), 0 },
	{ "action", DUMP_U8, AT(action), 0 },
	{ "by_admin", DUMP_BOOL, AT(by_admin), 0 },
	{ "shadow", DUMP_BOOL, AT(shadow), 0 },
	{ "score_permille", DUMP_U16, AT(score_permille), 0 },
	{ "reasons", DUMP_U8, AT(reasons), 4 },
	{ "block_from_ms", DUMP_TIME, AT(block_from_ms), 0 },
	{ "block_until_ms", DUMP_TIME, AT(block_until_ms), 0 },
	{ "click_ms", DUMP_TIME, AT(click_ms), 0 },
	{ "click_until_ms", DUMP_TIME, AT(click_until_ms), 0 },
	{ "no_link_until_ms", DUMP_TIME, AT(no_link_until_ms), 0 },
	{ "offences", DUMP_U32, AT(offences), 0 },
	{ "offence_ms", DUMP_TIME, AT(offence_ms), 0 },
	{ "value", DUMP_U8, AT(value), MODEL_FEATURES },
	{ "dialect", DUMP_HEX, AT(dialect), 0 },
	{ "way", DUMP_HEX, AT(way), 0 },
	{ "stack", DUMP_HEX, AT(stack), 0 },
	{ "botnet", DUMP_U32, AT(botnet), 0 },
	{ "silent", DUMP_U16, AT(silent), 0 },
	{ "callouts", DUMP_U16, AT(callouts), 0 },
	{ "bounces_nobody", DUMP_U32, AT(bounces_nobody), 0 },
	{ "good_days", DUMP_U16, AT(good_days), 0 },
	{ "good_day_last", DUMP_U32, AT(good_day_last), 0 },
	{ "good_rcpts", DUMP_U32, AT(good_rcpts), 0 },
	{ "good_mails", DUMP_U32, AT(good_mails), 0 },
	{ "complained", DUMP_BOOL, AT(complained), 0 },
	{ "login_ms", DUMP_TIME, AT(login_ms), 0 },
	{ "peer_ms", DUMP_TIME, AT(peer_ms), 0 },
	{ "good_ms", DUMP_TIME, AT(good_ms), 0 },
	{ "good_sig", DUMP_HEX, AT(good_sig), 0 },
	{ "good_name", DUMP_U32, AT(good_name), 0 },
	{ "helo_class", DUMP_U8, AT(helo_class), 0 },
	{ "name_class", DUMP_U8, AT(name_class), 0 },
	{ "helo_seen", DUMP_HEX, AT(helo_seen), 0 },
	{ "rdns", DUMP_TEXT, AT(rdns), CLIENT_NAME_MAX },
	{ "helo", DUMP_TEXT, AT(helo), CLIENT_NAME_MAX },
	{ "sig", DUMP_TEXT, AT(sig), CLIENT_SIG_MAX },
	{ "sig_key", DUMP_HEX, AT(sig_key), 0 },
	{ "sig_class", DUMP_U8, AT(sig_class), 0 },
	{ "os_grade", DUMP_U8, AT(os_grade), 0 },
	{ "os", DUMP_TEXT, AT(os), CLIENT_OS_MAX },
};

static const struct dumpfield tier_fields[] = {
	{ "tier", DUMP_U8, offsetof(struct client_tier, tier), 0 },
	{ "from_ms", DUMP_TIME, offsetof(struct client_tier, from_ms), 0 },
	{ "until_ms", DUMP_TIME, offsetof(struct client_tier, until_ms), 0 },
};

static const struct dumpfield visit_fields[] = {
	{ "open_ms", DUMP_TIME, VAT(open_ms), 0 },
	{ "dialect", DUMP_HEX, VAT(dialect), 0 },
	{ "long_ms", DUMP_U32, VAT(long_ms), 0 },
	{ "port", DUMP_U16, VAT(port), 0 },
	{ "p_permille", DUMP_U16, VAT(p_permille), CLIENT_STAGES },
	{ "rcpts_ok", DUMP_U16, VAT(rcpts_ok), 0 },
	{ "rcpts_soft", DUMP_U16, VAT(rcpts_soft), 0 },
	{ "rcpts_refused", DUMP_U16, VAT(rcpts_refused), 0 },
	{ "commands", DUMP_U16, VAT(commands), 0 },
	{ "messages", DUMP_U8, VAT(messages), 0 },
	{ "end", DUMP_U8, VAT(end), 0 },
	{ "flags", DUMP_U8, VAT(flags), 0 },
};

#define STACK_FIELDS(at) \
	{ "len", DUMP_U16, (at) + SAT(len), 0 }, \
	    { "window", DUMP_U16, (at) + SAT(window), 0 }, \
	    { "mss", DUMP_U16, (at) + SAT(mss), 0 }, \
	{ \
		"has_mss", DUMP_BOOL, (at) + SAT(has_mss), 0 \
	}

static const struct dumpfield stack_fields[] = { STACK_FIELDS(0) };

static const struct dumpfield face_fields[] = {
	STACK_FIELDS(FAT(stack)),
	{ "first_ms", DUMP_TIME, FAT(first_ms), 0 },
	{ "last_ms", DUMP_TIME, FAT(last_ms), 0 },
	{ "good_ms", DUMP_TIME, FAT(good_ms), 0 },
	{ "bad_ms", DUMP_TIME, FAT(bad_ms), 0 },
	{ "rcpt_ms", DUMP_TIME, FAT(rcpt_ms), 0 },
	{ "unknown", DUMP_FLOAT, FAT(unknown), 0 },
	{ "known", DUMP_FLOAT, FAT(known), 0 },
	{ "traps", DUMP_FLOAT, FAT(traps), 0 },
	{ "deeds", DUMP_HEX, FAT(deeds), 0 },
	{ "sessions", DUMP_U32, FAT(sessions), 0 },
	{ "accepted", DUMP_U16, FAT(accepted), 0 },
	{ "settled", DUMP_U16, FAT(settled), 0 },
	{ "helo", DUMP_U32, FAT(helo), 0 },
};

static const struct dumpfield fact_fields[] = {
	{ "count", DUMP_FLOAT, offsetof(struct client_fact, count), 0 },
	{ "value", DUMP_U8, offsetof(struct client_fact, value), 0 },
	{ "last_ms", DUMP_TIME, offsetof(struct client_fact, last_ms), 0 },
};

/* Lists: how many there are is seen from the client, and told to it. */

static size_t
visits_n(const struct client *c)
{
	size_t n = 0;

	while (n < CLIENT_VISITS && c->visits[n].open_ms != 0)
		n++;
	return n;
}

static size_t
narrow_n(const struct client *c)
{
	return c->narrow_n;
}

static void
set_narrow_n(struct client *c, size_t n)
{
	c->narrow_n = (uint8_t)n;
}

/* The stack that it is all about, of a block that is not narrow. */
static size_t
offender_n(const struct client *c)
{
	return c->narrow_n == 0 && !stack_none(&c->narrow[0]);
}

static size_t
faces_n(const struct client *c)
{
	return c->faces.n;
}

static void
set_faces_n(struct client *c, size_t n)
{
	c->faces.n = (uint8_t)n;
}

static const struct list {
	const char *name;
	size_t at, size, max;
	const struct dumpfield *f;
	size_t f_n;
	size_t (*get_n)(const struct client *c);
	void (*set_n)(struct client *c, size_t n); /* NULL: is seen */
} lists[] = {
	{ "history", AT(history), sizeof(struct client_tier), CLIENT_TIERS_LOG,
	    tier_fields, DUMP_N(tier_fields), client_history_n, NULL },
	{ "visits", AT(visits), sizeof(struct client_visit), CLIENT_VISITS,
	    visit_fields, DUMP_N(visit_fields), visits_n, NULL },
	{ "narrow", AT(narrow), sizeof(struct stack), CLIENT_NARROW,
	    stack_fields, DUMP_N(stack_fields), narrow_n, set_narrow_n },
	{ "offender", AT(narrow), sizeof(struct stack), 1, stack_fields,
	    DUMP_N(stack_fields), offender_n, NULL },
	{ "faces", AT(faces.v), sizeof(struct face), FACES, face_fields,
	    DUMP_N(face_fields), faces_n, set_faces_n },
};

static const char *const kinds[EVIDENCE_KINDS] = {
#define NAME(symbol, number, name, family, words) [number] = name,
	EVIDENCE_TABLE(NAME)
#undef NAME
};

static const char *const others[] = { "kind", "client", "facts", "samples",
	"history", "visits", "narrow", "offender", "faces", NULL };

static bool
list_write(const struct list *l, const struct client *c, json_t *o)
{
	const uint8_t *p = (const uint8_t *)c + l->at;
	size_t n = l->get_n(c);
	json_t *a;

	if (n == 0)
		return true;
	a = json_array();
	if (json_object_set_new(o, l->name, a) != 0)
		return false;
	for (size_t i = 0; i < n; i++) {
		json_t *m = json_object();

		if (json_array_append_new(a, m) != 0 ||
		    !dumpfield_write(l->f, l->f_n, p + i * l->size, m))
			return false;
	}
	return true;
}

static const char *
list_read(const struct list *l, const json_t *o, struct client *c)
{
	uint8_t *p = (uint8_t *)c + l->at;
	const json_t *a = json_object_get(o, l->name);
	size_t n = json_array_size(a);
	const char *wrong;

	if (a == NULL)
		return NULL;
	if (n == 0 || n > l->max)
		return l->name;
	for (size_t i = 0; i < n; i++)
		if (!dumpfield_read_all(l->f, l->f_n, json_array_get(a, i),
			p + i * l->size, &wrong))
			return wrong;
	if (l->set_n != NULL)
		l->set_n(c, n);
	return l->get_n(c) == n ? NULL : l->name;
}

static bool
facts_write(const struct client *c, json_t *o)
{
	json_t *facts = json_object();
	bool good = facts != NULL;

	for (size_t i = 1; i < EVIDENCE_KINDS && good; i++) {
		json_t *f;

		if (c->facts[i].last_ms == 0)
			continue;
		f = json_object();
		good = json_object_set_new(facts, kinds[i], f) == 0 &&
		    dumpfield_write(fact_fields, DUMP_N(fact_fields),
			&c->facts[i], f);
	}
	if (good && json_object_size(facts) > 0)
		good = json_object_set(o, "facts", facts) == 0;
	json_decref(facts);
	return good;
}

/* 0: there is no such kind. */
static unsigned
kind_of(const char *name)
{
	for (unsigned i = 1; i < EVIDENCE_KINDS; i++)
		if (name != NULL && kinds[i] != NULL &&
		    strcmp(kinds[i], name) == 0)
			return i;
	return 0;
}

static const char *
facts_read(const json_t *o, struct client *c)
{
	json_t *facts = json_object_get(o, "facts"), *f;
	const char *name, *wrong;

	if (facts != NULL && !json_is_object(facts))
		return "facts";
	json_object_foreach(facts, name, f)
	{
		unsigned k = kind_of(name);

		if (k == 0)
			return name;
		if (!dumpfield_read_all(fact_fields, DUMP_N(fact_fields), f,
			&c->facts[k], &wrong) ||
		    c->facts[k].last_ms == 0)
			return name;
	}
	return NULL;
}

static bool
samples_write(const struct client *c, json_t *o)
{
	struct client_sample s;
	json_t *a = NULL;
	size_t at = 0;

	while ((at = client_sample_next(c, at, &s)) != 0) {
		if (a == NULL &&
		    json_object_set_new(o, "samples", a = json_array()) != 0)
			return false;
		if (json_array_append_new(a,
			json_pack("{s:s,s:I,s:o}", "kind", kinds[s.kind],
			    "t_ms", (json_int_t)s.t_ms, "text",
			    dump_text(s.text.p, s.text.n))) != 0)
			return false;
	}
	return true;
}

static const char *
samples_read(const json_t *o, struct client *c)
{
	const json_t *a = json_object_get(o, "samples");

	if (a != NULL && json_array_size(a) == 0)
		return "samples";
	for (size_t i = 0; i < json_array_size(a); i++) {
		const json_t *s = json_array_get(a, i);
		unsigned k = kind_of(
		    json_string_value(json_object_get(s, "kind")));
		char text[CLIENT_SAMPLE_MAX];
		long n = dump_text_read(json_object_get(s, "text"), text,
		    sizeof(text) - 1);
		int64_t ms;

		if (k == 0 || n < 0 || memchr(text, '\0', (size_t)n) != NULL ||
		    json_object_size(s) != 3 ||
		    !dump_int_read(json_object_get(s, "t_ms"), 0,
			((int64_t)1 << 48) - 1, &ms))
			return "samples";
		client_sample(c, (enum evidence_kind)k,
		    (struct str){ text, (size_t)n }, ms);
	}
	return NULL;
}

bool
dumpclient_write(const struct client *c, json_t *o)
{
	if (json_object_set_new(o, "client", jtext_addr(&c->key)) != 0 ||
	    !dumpfield_write(client_fields, DUMP_N(client_fields), c, o) ||
	    !facts_write(c, o) || !samples_write(c, o))
		return false;
	for (size_t i = 0; i < DUMP_N(lists); i++)
		if (!list_write(&lists[i], c, o))
			return false;
	return true;
}

static bool
key_read(const json_t *o, struct addr *key)
{
	const json_t *t = json_object_get(o, "client");
	struct addr a, masked;

	if (!json_is_string(t) ||
	    !addr_parse((struct str){ json_string_value(t),
			    json_string_length(t) },
		&a))
		return false;
	masked = addr_key(&a);
	*key = masked;
	return addr_eq(&a, &masked);
}

const char *
dumpclient_read(const json_t *o, struct client *out)
{
	const char *wrong;

	memset(out, 0, sizeof(*out));
	if (!key_read(o, &out->key))
		return "client";
	if (dumpfield_read(client_fields, DUMP_N(client_fields), o, out,
		&wrong) < 0)
		return wrong;
	wrong = dumpfield_unknown(client_fields, DUMP_N(client_fields), others,
	    o);
	if (wrong == NULL)
		wrong = facts_read(o, out);
	if (wrong == NULL)
		wrong = samples_read(o, out);
	for (size_t i = 0; i < DUMP_N(lists) && wrong == NULL; i++)
		wrong = list_read(&lists[i], o, out);
	return wrong;
}
