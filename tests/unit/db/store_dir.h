/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store_dir - a store in a directory of its own, for the tests of the store
 *
 * Included by test programs only; the state is theirs.
 */
#ifndef ZFW_TESTS_STORE_DIR_H
#define ZFW_TESTS_STORE_DIR_H

#include <dirent.h>
#include <errno.h>
#include <unistd.h>

#include "db/store.h"
#include "tests/zt.h"

static char dir[64], path[96];
static struct store_open_result res;

static inline void
remove_dir(void)
{
	DIR *d = opendir(dir);
	struct dirent *e;

	while (d != NULL && (e = readdir(d)) != NULL) {
		char name[400];

		snprintf(name, sizeof(name), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.' && unlink(name) == -1)
			rmdir(name);
	}
	if (d != NULL)
		closedir(d);
	rmdir(dir);
}

static inline void
fresh_dir(void)
{
	if (dir[0] != '\0')
		remove_dir();
	strcpy(dir, "/tmp/zt-store.XXXXXX");
	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/" STORE_FILE, dir);
}

static inline struct store *
opened(void)
{
	struct store *s;

	if (store_open(dir, &s, &res) == 0)
		return s;
	printf("# %s\n", res.error);
	return NULL;
}

static inline struct client
client_no(uint32_t i)
{
	struct client c;

	memset(&c, 0, sizeof(c));
	c.key = addr_v4(0x0a000000 + i);
	c.first_ms = c.last_ms = 1700000000000 + i;
	c.connects = i;
	snprintf(c.helo, sizeof(c.helo), "host-%u.example.org", i);
	c.facts[EVIDENCE_RATE] = (struct client_fact){ 1.5f, 2, c.last_ms };
	client_sample(&c, EVIDENCE_RATE, STR("too many"), c.last_ms);
	return c;
}

static inline bool
has_client(struct store *s, uint32_t i)
{
	struct client want = client_no(i), c;

	return store_client_get(s, &want.key, &c) == 1 && c.connects == i &&
	    strcmp(c.helo, want.helo) == 0 && addr_eq(&c.key, &want.key);
}

static inline bool
put_client(struct store *s, uint32_t i)
{
	struct client c = client_no(i);

	return store_client_put(s, &c) == 0;
}

#endif
