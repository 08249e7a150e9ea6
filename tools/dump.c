/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/dump.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/jtext.h"
#include "db/record_series.h"
#include "fp/le.h"
#include "tools/dumpclient.h"
#include "tools/dumpfield.h"

#define PRINT (JSON_COMPACT | JSON_REAL_PRECISION(9))

static const struct dumpfield allow_fields[] = {
	{ "since_ms", DUMP_TIME, offsetof(struct store_allow, since_ms), 0 },
	{ "until_ms", DUMP_TIME, offsetof(struct store_allow, until_ms), 0 },
	{ "comment", DUMP_TEXT, offsetof(struct store_allow, comment),
	    sizeof(((struct store_allow *)0)->comment) },
};

static const struct dumpfield pos_fields[] = {
	{ "dev", DUMP_HEX, offsetof(struct store_logpos, dev), 0 },
	{ "ino", DUMP_HEX, offsetof(struct store_logpos, ino), 0 },
	{ "offset", DUMP_HEX, offsetof(struct store_logpos, offset), 0 },
	{ "head_hash", DUMP_HEX, offsetof(struct store_logpos, head_hash), 0 },
	{ "head_n", DUMP_U32, offsetof(struct store_logpos, head_n), 0 },
};

static const char *const steps[TALLY_STEPS] = { "minute", "hour", "day" };

/* ---- records as lines ---- */

/* Takes `o`. */
static int
emit(json_t *o, bool good, dump_fn *fn, void *arg)
{
	char *line = good ? json_dumps(o, PRINT) : NULL;
	int e = line == NULL            ? -ENOMEM :
	    fn(arg, line, strlen(line)) ? 0 :
					  -ECANCELED;

	free(line);
	json_decref(o);
	return e;
}

int
dump_head(dump_fn *fn, void *arg)
{
	return emit(json_pack("{s:s,s:i}", "kind", "store", "format",
			RECORD_FORMAT),
	    true, fn, arg);
}

static int
allow_lines(struct rd r, dump_fn *fn, void *arg)
{
	struct store_allow a;
	int e = 0;

	while (e == 0 && record_allow_next(&r, &a)) {
		json_t *o = json_pack("{s:s,s:o}", "kind", "allow", "net",
		    jtext_net(&a.net));

		e = emit(o,
		    dumpfield_write(allow_fields, DUMP_N(allow_fields), &a, o),
		    fn, arg);
	}
	return e;
}

/* All of its entries can be read. */
static bool
allow_whole(struct rd r)
{
	struct store_allow a;

	while (record_allow_next(&r, &a))
		;
	return !r.bad;
}

static json_t *
client_json(const struct record_key *k, struct str value, bool *good)
{
	struct client c;
	json_t *o;

	if (!record_client_decode(k, value.p, value.n, &c) ||
	    record_client_later(value))
		return NULL; /* as a client it would lose something */
	o = json_pack("{s:s}", "kind", "client");
	*good = dumpclient_write(&c, o);
	return o;
}

static json_t *
pos_json(const struct record_key *k, struct str value, bool *good)
{
	struct store_logpos p;
	json_t *o;

	if (!record_logpos_decode(k, value.p, value.n, &p))
		return NULL;
	o = json_pack("{s:s,s:o}", "kind", "position", "path",
	    dump_text(k->b + 1, k->n - 1));
	*good = dumpfield_write(pos_fields, DUMP_N(pos_fields), &p, o);
	return o;
}

static json_t *
blob_json(const struct record_key *k, struct str value)
{
	struct rd r = record_open(k, value.p, value.n);

	if (r.bad)
		return NULL;
	return json_pack("{s:s,s:o,s:o}", "kind", "blob", "name",
	    dump_text(k->b + 1, k->n - 1), "base64", dump_base64(r.p, r.n));
}

static json_t *
slot_json(size_t at, const struct tally_slot *s)
{
	json_t *o = json_pack("{s:i,s:i}", "slot", (int)at, "modes", s->modes);

	for (size_t i = 0; i < TALLY_KINDS && o != NULL; i++)
		if (s->n[i] != 0)
			json_object_set_new(o, tally_name[i],
			    json_integer(s->n[i]));
	return o;
}

static json_t *
series_json(const struct record_key *k, struct str value, bool *good)
{
	static const struct tally_slot none;
	struct tally_chunk c;
	enum tally_step step;
	json_t *o, *slots;

	if (k->n < 2 || k->b[1] >= TALLY_STEPS ||
	    !record_series_decode(k, value.p, value.n, &c))
		return NULL;
	step = (enum tally_step)k->b[1];
	slots = json_array();
	for (size_t i = 0; i < tally_chunk_slots[step]; i++)
		if (memcmp(&c.slot[i], &none, sizeof(none)) != 0 &&
		    json_array_append_new(slots, slot_json(i, &c.slot[i])) != 0)
			*good = false;
	o = json_pack("{s:s,s:s,s:I,s:o}", "kind", "history", "step",
	    steps[step], "first", (json_int_t)c.first, "slots", slots);
	return o;
}

int
dump_record(struct str key, struct str value, dump_fn *fn, void *arg)
{
	struct record_key k;
	bool good = true;
	json_t *o = NULL;

	if (key.n == 0 || key.n > sizeof(k.b))
		return -EINVAL;
	memcpy(k.b, key.p, key.n);
	k.n = key.n;
	switch (k.b[0]) {
	case 'c':
		o = client_json(&k, value, &good);
		break;
	case 'a':
		if (!allow_whole(record_open(&k, value.p, value.n)))
			break;
		return allow_lines(record_open(&k, value.p, value.n), fn, arg);
	case 'p':
		o = pos_json(&k, value, &good);
		break;
	case 'b':
		o = blob_json(&k, value);
		break;
	case 's':
		o = series_json(&k, value, &good);
		break;
	}
	if (o == NULL && good)
		o = json_pack("{s:s,s:o,s:o}", "kind", "other", "key",
		    dump_base64(key.p, key.n), "value",
		    dump_base64(value.p, value.n));
	return emit(o, good && o != NULL, fn, arg);
}

/* ---- lines as records ---- */

static bool
refused(struct dump_item *item, const char *what)
{
	(void)snprintf(item->error, sizeof(item->error), "%.150s", what);
	return false;
}

static bool
wrong_member(struct dump_item *item, const char *name)
{
	char buf[100];

	/* From a file of anybody: as little of it as helps. */
	(void)snprintf(buf, sizeof(buf), "wrong member %.60s", name);
	for (char *p = buf; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || (unsigned char)*p >= 0x7f)
			*p = '?';
	return refused(item, buf);
}

static bool
make_value(struct dump_item *item, size_t max)
{
	item->value = malloc(max);
	return item->value != NULL || refused(item, "no memory");
}

static bool
parse_head(const json_t *o, struct dump_item *item)
{
	int64_t format;

	item->kind = DUMP_HEAD;
	if (!dump_int_read(json_object_get(o, "format"), 1, UINT32_MAX,
		&format))
		return refused(item, "no format");
	return format <= RECORD_FORMAT ||
	    refused(item, "written by a later version of zfw");
}

/* What cannot be stored and read again as it is, is no client. */
static bool
parse_client(const json_t *o, struct dump_item *item)
{
	struct client c, back;
	const char *wrong = dumpclient_read(o, &c);
	uint8_t again[RECORD_MAX];
	size_t n;

	if (wrong != NULL)
		return wrong_member(item, wrong);
	if (!make_value(item, RECORD_MAX))
		return false;
	item->key = record_client_key(&c.key);
	item->n = record_client_encode(&c, item->value, RECORD_MAX);
	if (item->n == 0 ||
	    !record_client_decode(&item->key, item->value, item->n, &back))
		return refused(item, "no client that can be stored");
	n = record_client_encode(&back, again, sizeof(again));
	return (n == item->n && memcmp(again, item->value, n) == 0) ||
	    refused(item, "no client that can be stored");
}

static bool
parse_allow(const json_t *o, struct dump_item *item)
{
	static const char *const others[] = { "kind", "net", NULL };
	const json_t *t = json_object_get(o, "net");
	const char *wrong;

	item->kind = DUMP_ALLOW;
	if (!json_is_string(t) ||
	    !net_parse((struct str){ json_string_value(t),
			   json_string_length(t) },
		&item->allow.net))
		return wrong_member(item, "net");
	if (dumpfield_read(allow_fields, DUMP_N(allow_fields), o, &item->allow,
		&wrong) < 0)
		return wrong_member(item, wrong);
	wrong = dumpfield_unknown(allow_fields, DUMP_N(allow_fields), others,
	    o);
	return wrong == NULL || wrong_member(item, wrong);
}

/* A text that is a key behind its first letter. */
static bool
parse_key(const json_t *t, uint8_t kind, struct dump_item *item)
{
	long n = dump_text_read(t, item->key.b + 1, sizeof(item->key.b) - 1);

	item->key.b[0] = kind;
	item->key.n = n <= 0 ? 0 : (size_t)n + 1;
	return n > 0;
}

static bool
parse_pos(const json_t *o, struct dump_item *item)
{
	static const char *const others[] = { "kind", "path", NULL };
	struct store_logpos p = { 0 };
	const char *wrong;

	if (!parse_key(json_object_get(o, "path"), 'p', item))
		return wrong_member(item, "path");
	if (dumpfield_read(pos_fields, DUMP_N(pos_fields), o, &p, &wrong) < 0)
		return wrong_member(item, wrong);
	wrong = dumpfield_unknown(pos_fields, DUMP_N(pos_fields), others, o);
	if (wrong != NULL)
		return wrong_member(item, wrong);
	if (!make_value(item, RECORD_MAX))
		return false;
	item->n = record_logpos_encode(&item->key, &p, item->value, RECORD_MAX);
	return item->n > 0;
}

static bool
parse_blob(const json_t *o, struct dump_item *item)
{
	const json_t *t = json_object_get(o, "base64");
	size_t max = json_string_length(t) / 4 * 3 + 3;
	char name[RECORD_KEY_MAX + 1] = "";
	struct wr w;
	long n;

	if (!parse_key(json_object_get(o, "name"), 'b', item))
		return wrong_member(item, "name");
	memcpy(name, item->key.b + 1, item->key.n - 1);
	if (strlen(name) != item->key.n - 1 || record_blob_key(name).n == 0)
		return wrong_member(item, "name");
	if (json_object_size(o) != 3 || max > STORE_BLOB_MAX + 3)
		return wrong_member(item, "base64");
	if (!make_value(item, max + 1 + RECORD_CHECK))
		return false;
	w = record_begin(item->value, max + 1 + RECORD_CHECK);
	n = dump_base64_read(t, item->value + w.n, max);
	if (n < 0 || n > STORE_BLOB_MAX)
		return wrong_member(item, "base64");
	w.n += (size_t)n;
	item->n = record_seal(&item->key, &w);
	return item->n > 0;
}

static bool
parse_slot(const json_t *o, size_t slots, struct tally_chunk *c)
{
	struct tally_slot *s;
	int64_t at, v;
	size_t known = 2;

	if (!dump_int_read(json_object_get(o, "slot"), 0, (int64_t)slots - 1,
		&at) ||
	    !dump_int_read(json_object_get(o, "modes"), 0, UINT8_MAX, &v))
		return false;
	s = &c->slot[at];
	s->modes = (uint8_t)v;
	for (size_t i = 0; i < TALLY_KINDS; i++) {
		const json_t *t = json_object_get(o, tally_name[i]);

		if (t == NULL)
			continue;
		if (!dump_int_read(t, 1, UINT32_MAX, &v))
			return false;
		s->n[i] = (uint32_t)v;
		known++;
	}
	return known == json_object_size(o);
}

static bool
parse_series(const json_t *o, struct dump_item *item)
{
	const char *name = json_string_value(json_object_get(o, "step"));
	const json_t *slots = json_object_get(o, "slots");
	struct tally_chunk c, back;
	enum tally_step step = TALLY_MINUTE;
	int64_t first;

	memset(&c, 0, sizeof(c));
	while (step < TALLY_STEPS &&
	    (name == NULL || strcmp(name, steps[step]) != 0))
		step++;
	if (step == TALLY_STEPS)
		return wrong_member(item, "step");
	if (!dump_int_read(json_object_get(o, "first"), 0, UINT32_MAX, &first))
		return wrong_member(item, "first");
	c.first = (uint32_t)first;
	if (!json_is_array(slots) || json_object_size(o) != 4)
		return wrong_member(item, "slots");
	for (size_t i = 0; i < json_array_size(slots); i++)
		if (!parse_slot(json_array_get(slots, i),
			tally_chunk_slots[step], &c))
			return wrong_member(item, "slots");
	if (!make_value(item, RECORD_SERIES_MAX))
		return false;
	item->key = record_series_key(step, c.first);
	item->n = record_series_encode(&item->key, &c, item->value,
	    RECORD_SERIES_MAX);
	return (item->n > 0 &&
		   record_series_decode(&item->key, item->value, item->n,
		       &back)) ||
	    refused(item, "no history that can be stored");
}

static bool
parse_other(const json_t *o, struct dump_item *item)
{
	const json_t *t = json_object_get(o, "value");
	size_t max = json_string_length(t) / 4 * 3 + 3;
	struct str key, value;
	uint64_t hash;
	long n = dump_base64_read(json_object_get(o, "key"), item->key.b,
	    sizeof(item->key.b));

	if (n <= 0 || json_object_size(o) != 3)
		return wrong_member(item, "key");
	item->key.n = (size_t)n;
	if (max > STORE_BLOB_MAX + 64 || !make_value(item, max))
		return refused(item, "too long");
	n = dump_base64_read(t, item->value, max);
	key = (struct str){ (const char *)item->key.b, item->key.n };
	value = (struct str){ (const char *)item->value,
		(size_t)(n < 0 ? 0 : n) };
	item->n = value.n;
	/* Not the mark of the store, which has no check bytes. */
	return record_whole(key, value, &hash) || wrong_member(item, "value");
}

static const struct {
	const char *kind;
	bool (*parse)(const json_t *o, struct dump_item *item);
} parsers[] = {
	{ "store", parse_head },
	{ "client", parse_client },
	{ "allow", parse_allow },
	{ "position", parse_pos },
	{ "blob", parse_blob },
	{ "history", parse_series },
	{ "other", parse_other },
};

bool
dump_parse(struct str line, struct dump_item *item)
{
	const char *kind;
	json_error_t error;
	bool good = false;
	json_t *o;

	memset(item, 0, sizeof(*item));
	item->kind = DUMP_RECORD;
	o = json_loadb(line.p, line.n, JSON_REJECT_DUPLICATES, &error);
	kind = json_string_value(json_object_get(o, "kind"));
	(void)refused(item, o == NULL ? "no JSON" : "no such kind");
	for (size_t i = 0; kind != NULL && i < DUMP_N(parsers); i++)
		if (strcmp(parsers[i].kind, kind) == 0) {
			good = parsers[i].parse(o, item);
			break;
		}
	json_decref(o);
	return good;
}

void
dump_item_fini(struct dump_item *item)
{
	free(item->value);
	item->value = NULL;
}
