/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "db/store.h"

#include <stdlib.h>
#include <time.h>

#include "db/kcguard.h"
#include "db/store_impl.h"
#include "fp/le.h"

#define SLOW_US 50000

struct store_cursor {
	struct store *s;
	KCCUR *cur;
	KCDB *reader; /* of its own; NULL: the store's */
};

int
store_open(const char *dir, struct store **out, struct store_open_result *res)
{
	struct store *s = calloc(1, sizeof(*s));
	int e;

	*out = NULL;
	if (s == NULL)
		return -ENOMEM;
	e = storefile_open(&s->f, dir, res);
	if (e == 0)
		*out = s;
	else
		free(s);
	return e;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	storefile_close(&s->f);
	free(s);
}

static int64_t
clock_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One call into Kyoto Cabinet: what goes in and what comes out. */
struct call {
	KCDB *db;
	KCCUR *cur;
	const char *key;
	size_t key_n;
	void *value;
	size_t n;
	int32_t size; /* of what was got */
	void *taken;  /* a copy of it, by kcdbget() */
	bool good;
};

/* Does it, timed and guarded; 0 or -errno. */
static int
run(struct store *s, void (*fn)(void *arg), struct call *c)
{
	int64_t began_us = clock_us();

	if (s->f.dead)
		return -EIO;
	c->db = s->f.db;
	c->good = false;
	errno = 0;
	if (!kcguard(fn, c)) {
		storefile_dead(&s->f);
		return -EIO;
	}
	if (clock_us() - began_us > SLOW_US)
		s->slow++;
	return c->good ? 0 : storefile_errno(&s->f);
}

static struct call
call_of(const struct record_key *k)
{
	return (struct call){ .key = (const char *)k->b, .key_n = k->n };
}

static void
guarded_set(void *arg)
{
	struct call *c = arg;

	c->good = kcdbset(c->db, c->key, c->key_n, c->value, c->n);
}

int
store_raw_put(struct store *s, const struct record_key *k, void *value,
    size_t n)
{
	struct call c = call_of(k);

	c.value = value;
	c.n = n;
	return run(s, guarded_set, &c);
}

static void
guarded_remove(void *arg)
{
	struct call *c = arg;

	c->good = kcdbremove(c->db, c->key, c->key_n);
}

int
store_raw_del(struct store *s, const struct record_key *k)
{
	struct call c = call_of(k);

	return run(s, guarded_remove, &c);
}

static void
guarded_get(void *arg)
{
	struct call *c = arg;

	c->size = kcdbgetbuf(c->db, c->key, c->key_n, c->value, c->n);
	c->good = c->size >= 0;
}

/* The size of the value, which may be more than `max`; or -errno. */
static int
get(struct store *s, const struct record_key *k, void *value, size_t max)
{
	struct call c = call_of(k);
	int e;

	c.value = value;
	c.n = max;
	e = run(s, guarded_get, &c);
	return e == 0 ? (int)c.size : e;
}

static void
guarded_take(void *arg)
{
	struct call *c = arg;

	c->taken = kcdbget(c->db, c->key, c->key_n, &c->n);
	c->good = c->taken != NULL;
}

static bool
later(const void *value, size_t n)
{
	return record_client_later((struct str){ value, n });
}

int
store_client_get(struct store *s, const struct addr *key, struct client *out)
{
	struct record_key k = record_client_key(key);
	uint8_t buf[RECORD_MAX];
	int n = get(s, &k, buf, sizeof(buf));

	if (n < 0)
		return n == -ENOENT ? 0 : n;
	if ((size_t)n <= sizeof(buf) &&
	    record_client_decode(&k, buf, (size_t)n, out)) {
		s->later |= later(buf, (size_t)n);
		return 1;
	}
	s->undecodable++;
	return 0;
}

/* What a later version added to the client in the store stays there. */
static size_t
keep_later(struct store *s, const struct record_key *k, uint8_t *buf, size_t n)
{
	uint8_t old[RECORD_MAX];
	int old_n = get(s, k, old, sizeof(old));

	if (old_n < 0 || (size_t)old_n > sizeof(old))
		return n;
	return record_client_keep(k,
	    (struct str){ (const char *)old, (size_t)old_n }, buf, n);
}

int
store_client_put(struct store *s, const struct client *c)
{
	struct record_key k = record_client_key(&c->key);
	uint8_t buf[RECORD_MAX];
	size_t n = record_client_encode(c, buf, sizeof(buf));

	/* Who changes one has got it before. */
	if (n != 0 && s->later)
		n = keep_later(s, &k, buf, n);
	return n == 0 ? -EMSGSIZE : store_raw_put(s, &k, buf, n);
}

int
store_client_del(struct store *s, const struct addr *key)
{
	struct record_key k = record_client_key(key);

	return store_raw_del(s, &k);
}

/* A copy of one record, so that nothing of ours runs inside the library. */
struct visit {
	struct record_key key;
	uint8_t value[RECORD_MAX];
	size_t n; /* 0: no client, or too long for one */
};

static const char *
visit(const char *key, size_t key_n, const char *value, size_t n, size_t *new_n,
    void *opaque)
{
	struct visit *v = opaque;

	(void)new_n;
	v->n = 0;
	if (key_n > sizeof(v->key.b) || n > sizeof(v->value))
		return KCVISNOP;
	memcpy(v->key.b, key, key_n);
	v->key.n = key_n;
	memcpy(v->value, value, n);
	v->n = n;
	return KCVISNOP;
}

void
store_cursor_free(struct store_cursor *c)
{
	if (c == NULL)
		return;
	if (!c->s->f.dead)
		kccurdel(c->cur);
	if (c->reader != NULL && !c->s->f.dead) {
		(void)kcdbclose(c->reader);
		kcdbdel(c->reader);
	}
	free(c);
}

/* Where a cursor call failed, there may simply be no more. */
static int
cursor_errno(const struct store_cursor *c, int e)
{
	if (e == 0 || c->s->f.dead)
		return e;
	return kccurecode(c->cur) == KCENOREC ? -ENOENT : -EIO;
}

static void
guarded_jump(void *arg)
{
	struct call *c = arg;

	c->good = kccurjump(c->cur);
}

/* 0, -ENOENT in an empty store, -errno. */
static int
first(struct store *s, struct store_cursor **out, bool quick)
{
	struct store_cursor *c;
	struct call call = { 0 };

	if (s->f.dead)
		return -EIO;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return -ENOMEM;
	c->s = s;
	c->reader = quick ? storefile_reader(&s->f) : NULL;
	call.cur = c->cur = kcdbcursor(c->reader != NULL ? c->reader : s->f.db);
	*out = c;
	return cursor_errno(c, run(s, guarded_jump, &call));
}

static void
guarded_next(void *arg)
{
	struct call *c = arg;

	c->good = kccuraccept(c->cur, visit, c->value, 0, 1);
}

/* 0, -ENOENT behind the last, -errno. */
static int
next(struct store_cursor *c, struct visit *v)
{
	struct call call = { .cur = c->cur, .value = v };

	v->n = 0;
	return cursor_errno(c, run(c->s, guarded_next, &call));
}

int
store_clients(struct store *s, struct store_cursor **cursor, size_t n,
    void (*fn)(void *arg, const struct client *c), void *arg)
{
	int e = *cursor == NULL ? first(s, cursor, false) : 0;

	for (; e == 0 && n > 0; n--) {
		struct visit v;
		struct client c;
		struct addr a;

		e = next(*cursor, &v);
		if (e != 0 || v.n == 0 ||
		    !record_client_key_parse(v.key.b, v.key.n, &a))
			continue;
		if (!record_client_decode(&v.key, v.value, v.n, &c)) {
			s->undecodable++;
			continue;
		}
		s->later |= later(v.value, v.n);
		fn(arg, &c);
	}
	if (e == 0)
		return 0;
	store_cursor_free(*cursor);
	*cursor = NULL;
	return e == -ENOENT ? 0 : e;
}

int
store_blocked(struct store *s, void (*fn)(void *arg, const struct client *c),
    void *arg)
{
	struct store_cursor *cursor = NULL;
	struct client *c = calloc(2, sizeof(*c)); /* one in parts, one whole */
	struct visit v;
	int e = c == NULL ? -ENOMEM : first(s, &cursor, true);

	while (e == 0 && (e = next(cursor, &v)) == 0) {
		enum record_look is = v.n == 0 ?
		    RECORD_NOTHING :
		    record_client_look(&v.key, v.value, v.n, c);

		if (is == RECORD_BLOCK)
			fn(arg, c);
		else if (is == RECORD_WHOLE &&
		    record_client_decode(&v.key, v.value, v.n, &c[1]))
			fn(arg, &c[1]);
	}
	free(c);
	store_cursor_free(cursor);
	return e == -ENOENT ? 0 : e;
}

char *
store_raw_take(struct store *s, const struct record_key *k, size_t *n, int *e)
{
	struct call c = call_of(k);

	*e = run(s, guarded_take, &c);
	*n = c.n;
	if (*e == -ENOENT)
		*e = 0;
	return c.taken;
}

int
store_logpos_get(struct store *s, const char *path, struct store_logpos *out)
{
	struct record_key k = record_logpos_key(path);
	uint8_t buf[RECORD_MAX];
	int n = get(s, &k, buf, sizeof(buf));

	if (n < 0)
		return n == -ENOENT ? 0 : n;
	if ((size_t)n <= sizeof(buf) &&
	    record_logpos_decode(&k, buf, (size_t)n, out))
		return 1;
	s->undecodable++;
	return 0;
}

int
store_logpos_put(struct store *s, const char *path,
    const struct store_logpos *p)
{
	struct record_key k = record_logpos_key(path);
	uint8_t buf[64];
	size_t n = record_logpos_encode(&k, p, buf, sizeof(buf));

	return n == 0 ? -EMSGSIZE : store_raw_put(s, &k, buf, n);
}

int
store_blob_put(struct store *s, const char *name, const void *p, size_t n)
{
	struct record_key k = record_blob_key(name);
	size_t max = n + 1 + RECORD_CHECK, size;
	struct wr w;
	char *buf;
	int e;

	if (k.n == 0 || n > STORE_BLOB_MAX)
		return -EINVAL;
	buf = malloc(max);
	if (buf == NULL)
		return -ENOMEM;
	w = record_begin(buf, max);
	wr_bytes(&w, p, n);
	size = record_seal(&k, &w);
	e = size == 0 ? -EMSGSIZE : store_raw_put(s, &k, buf, size);
	free(buf);
	return e;
}

long
store_blob_get(struct store *s, const char *name, void *out, size_t max)
{
	struct record_key k = record_blob_key(name);
	size_t n = 0;
	long got = 0;
	struct rd r;
	char *value;
	int e;

	if (k.n == 0)
		return -EINVAL;
	value = store_raw_take(s, &k, &n, &e);
	if (value == NULL)
		return e;
	r = record_open(&k, value, n);
	if (r.bad)
		s->undecodable++;
	else if (r.n <= max) {
		got = (long)r.n;
		memcpy(out, r.p, r.n);
	}
	kcfree(value);
	return got;
}

int
store_record_put(struct store *s, const void *key, size_t key_n,
    const void *value, size_t n)
{
	struct call c = { .key = key, .key_n = key_n, .n = n };
	uint64_t hash;

	if (key_n > RECORD_KEY_MAX ||
	    !record_whole((struct str){ key, key_n }, (struct str){ value, n },
		&hash))
		return -EINVAL;
	c.value = (void *)(uintptr_t)value;
	return run(s, guarded_set, &c);
}

int
store_sync(struct store *s)
{
	return storefile_sync(&s->f);
}

void
store_counts(struct store *s, struct store_counts *out)
{
	int64_t n = s->f.dead ? 0 : kcdbcount(s->f.db);
	int64_t bytes = s->f.dead ? 0 : kcdbsize(s->f.db);

	out->records = n < 0 ? 0 : (uint64_t)n;
	out->bytes = bytes < 0 ? 0 : (uint64_t)bytes;
	out->undecodable = s->undecodable;
	out->slow = s->slow;
}
