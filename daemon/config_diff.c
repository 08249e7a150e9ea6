/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_diff - a running daemon's config and the file as it is now */
#include "daemon/config.h"

#include <stdlib.h>

#include "daemon/config_key.h"

/*
 * Where a value went into something that only root can open, or that has its
 * size for good.  Everything else takes effect at once.
 */
static const char *const restart_keys[] = {
	"interface",
	"queue",
	"log_group",
	"resolver",
	"resolver_servers",
	"dns_lists",
	"state_dir",
	"run_dir",
	"user",
	"guard_user",
	"ctl_group",
	"syslog_facility",
	"p0f_socket",
	"p0f_group",
	"front",
	"front_http",
	"front_max",
	"half_open_max",
	"sessions_max",
	"clients_max",
	"blocks_max",
};

static bool
needs_restart(const struct config_key *k)
{
	for (size_t i = 0; i < sizeof(restart_keys) / sizeof(restart_keys[0]);
	     i++)
		if (strcmp(k->name, restart_keys[i]) == 0)
			return true;
	return false;
}

static size_t
number_size(enum config_type type)
{
	switch (type) {
	case CONFIG_MODE:
	case CONFIG_SWITCH:
		return sizeof(bool);
	case CONFIG_QUEUE:
	case CONFIG_FRONT:
		return sizeof(int);
	case CONFIG_COUNT:
		return sizeof(unsigned);
	case CONFIG_SIZE:
		return sizeof(size_t);
	case CONFIG_DURATION:
		return sizeof(uint32_t);
	case CONFIG_PORT:
		return sizeof(uint16_t);
	default:
		return sizeof(double);
	}
}

static const void *
at_of(const struct config *c, const struct config_key *k)
{
	return (const char *)c + k->at;
}

static bool
same_texts(char *const *a, char *const *b)
{
	for (; *a != NULL && *b != NULL; a++, b++)
		if (strcmp(*a, *b) != 0)
			return false;
	return *a == *b;
}

static bool
same_numbers(const struct config *a, const struct config *b,
    const struct config_key *k)
{
	size_t n = 1, m = 1;

	if (k->list_max > 0) {
		memcpy(&n, (const char *)a + k->at_n, sizeof(n));
		memcpy(&m, (const char *)b + k->at_n, sizeof(m));
	}
	return n == m &&
	    memcmp(at_of(a, k), at_of(b, k), n * number_size(k->type)) == 0;
}

static bool
same(const struct config *a, const struct config *b, const struct config_key *k)
{
	if (k->type < CONFIG_TEXTS)
		return same_numbers(a, b, k);
	if (k->list_max > 0)
		return same_texts(*(char **const *)at_of(a, k),
		    *(char **const *)at_of(b, k));
	return strcmp(*(char *const *)at_of(a, k),
		   *(char *const *)at_of(b, k)) == 0;
}

static void
free_texts(char **v)
{
	for (char **p = v; p != NULL && *p != NULL; p++)
		free(*p);
	free(v);
}

static size_t
texts_n(char *const *v)
{
	size_t n = 0;

	while (v[n] != NULL)
		n++;
	return n;
}

static char **
copy_texts(char *const *from)
{
	size_t n = texts_n(from);
	char **v = calloc(n + 1, sizeof(*v));

	for (size_t i = 0; v != NULL && i < n; i++)
		if ((v[i] = strdup(from[i])) == NULL) {
			free_texts(v);
			return NULL;
		}
	return v;
}

/* False: no memory, and the old value stays.  None is a list of numbers. */
static bool
copy_value(struct config *to, const struct config *from,
    const struct config_key *k)
{
	void *at = (char *)to + k->at;
	char **v;
	char *s;

	if (k->type < CONFIG_TEXTS) {
		memcpy(at, at_of(from, k), number_size(k->type));
	} else if (k->list_max > 0) {
		v = copy_texts(*(char **const *)at_of(from, k));
		if (v == NULL)
			return false;
		free_texts(*(char ***)at);
		*(char ***)at = v;
	} else {
		s = strdup(*(char *const *)at_of(from, k));
		if (s == NULL)
			return false;
		free(*(char **)at);
		*(char **)at = s;
	}
	return true;
}

static void
note(struct config_diff *d, const struct config_key *k, bool restart)
{
	if (d->n < CONFIG_DIFF_MAX)
		d->v[d->n++] = (struct config_change){ k->name, restart };
}

/* ---- the logs ---- */

static size_t
find(char *const *v, const char *text)
{
	size_t i = 0;

	while (v[i] != NULL && strcmp(v[i], text) != 0)
		i++;
	return i;
}

static size_t
find_journal(char *const *v)
{
	size_t i = 0;

	while (v[i] != NULL && !config_is_journal(v[i]))
		i++;
	return i;
}

/*
 * Only root can start a reader of the journal: one that is new or other
 * waits, and what is being read is read on.  False: no memory.
 */
static bool
keep_journal(const struct config *now, char **logs, bool *restart)
{
	const char *is = now->logs[find_journal(now->logs)];
	size_t at = find_journal(logs);
	char *copy;

	if (logs[at] == NULL || (is != NULL && strcmp(is, logs[at]) == 0))
		return true;
	*restart = true;
	copy = strdup(is == NULL ? "" : is);
	if (copy == NULL)
		return false;
	free(logs[at]);
	logs[at] = copy;
	return true;
}

/* One of `next` that is not followed yet; NULL: there is none (any more). */
static char *
take_fresh(char *const *now, char **next, size_t *at)
{
	for (; next[*at] != NULL; (*at)++)
		if (next[*at][0] != '\0' && now[find(now, next[*at])] == NULL) {
			char *text = strdup(next[*at]);

			(*at)++;
			return text;
		}
	return NULL;
}

/*
 * Sources have numbers, on both sides of the wire: those that stay keep them,
 * and the others get those that are free.
 */
static char **
number_logs(char *const *now, char **next)
{
	size_t n = texts_n(now), at = 0, i;
	char **v = calloc(n + texts_n(next) + 1, sizeof(*v));
	bool ok = v != NULL;
	char *text;

	for (i = 0; ok && i < n; i++) {
		if (now[i][0] != '\0' && next[find(next, now[i])] != NULL)
			v[i] = strdup(now[i]);
		else if ((v[i] = take_fresh(now, next, &at)) == NULL)
			v[i] = strdup("");
		ok = v[i] != NULL;
	}
	while (ok && (text = take_fresh(now, next, &at)) != NULL)
		v[i++] = text;
	if (ok)
		return v;
	free_texts(v);
	return NULL;
}

static bool
carry_logs(struct config *next, const struct config *now, bool *restart)
{
	char **old = next->logs, **v;

	if (!keep_journal(now, old, restart))
		return false;
	v = number_logs(now->logs, old);
	if (v == NULL)
		return false;
	free_texts(old);
	next->logs = v;
	return true;
}

/* ---- all of it ---- */

bool
config_carry(struct config *next, const struct config *now,
    struct config_diff *d)
{
	bool journal = false;

	*d = (struct config_diff){ .n = 0 };
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *k = &config_key[i];
		bool restart = needs_restart(k);

		if (k->at == offsetof(struct config, logs) ||
		    same(next, now, k))
			continue;
		note(d, k, restart);
		if (restart && !copy_value(next, now, k))
			return false;
	}
	next->policy.front = next->front > 0;
	if (!carry_logs(next, now, &journal))
		return false;
	if (!same_texts(next->logs, now->logs))
		note(d, config_key_find("log"), false);
	if (journal)
		note(d, config_key_find("log"), true);
	return true;
}

void
config_swap(struct config *a, struct config *b)
{
	struct config tmp = *a;

	*a = *b;
	*b = tmp;
}
