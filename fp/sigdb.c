/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigdb_index.h"

#include <stdio.h>
#include <stdlib.h>

#define HDR4 40U /* IPv4 and TCP without options */
#define HDR6 60U

const char *const sigdb_family_name[SIGDB_FAMILIES] = {
	[SIGDB_F_UNKNOWN] = "unknown",
	[SIGDB_F_WINDOWS] = "windows",
	[SIGDB_F_LINUX] = "linux",
	[SIGDB_F_APPLE] = "apple",
	[SIGDB_F_BSD] = "bsd",
	[SIGDB_F_OTHER] = "other",
	[SIGDB_F_TOOL] = "tool",
};

const char *const sigdb_grade_name[SIGDB_GRADES] = {
	[SIGDB_UNKNOWN] = "unknown",
	[SIGDB_AMBIGUOUS] = "ambiguous",
	[SIGDB_FUZZY] = "fuzzy",
	[SIGDB_GENERIC] = "generic",
	[SIGDB_EXACT] = "exact",
};

/* The first that is found in a name decides. */
static const struct {
	struct str words;
	enum sigdb_family family;
} makes[] = {
	{ STR("cisco"), SIGDB_F_OTHER }, /* its IOS is not Apple's */
	{ STR("windows"), SIGDB_F_WINDOWS },
	{ STR("linux"), SIGDB_F_LINUX },
	{ STR("android"), SIGDB_F_LINUX },
	{ STR("chromeos"), SIGDB_F_LINUX },
	{ STR("chrome os"), SIGDB_F_LINUX },
	{ STR("mac os"), SIGDB_F_APPLE },
	{ STR("macos"), SIGDB_F_APPLE },
	{ STR("ios"), SIGDB_F_APPLE },
	{ STR("iphone"), SIGDB_F_APPLE },
	{ STR("apple"), SIGDB_F_APPLE },
	{ STR("darwin"), SIGDB_F_APPLE },
	{ STR("freebsd"), SIGDB_F_BSD },
	{ STR("openbsd"), SIGDB_F_BSD },
	{ STR("netbsd"), SIGDB_F_BSD },
	{ STR("dragonfly"), SIGDB_F_BSD },
	{ STR("dragonflybsd"), SIGDB_F_BSD },
};

struct sigdb *
sigdb_new(void)
{
	return calloc(1, sizeof(struct sigdb));
}

void
sigdb_free(struct sigdb *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < db->strings_n; i++)
		free(db->strings[i]);
	free(db->strings);
	free(db->layouts);
	free(db->patterns);
	free(db->buckets);
	free(db->entries);
	free(db->labels);
	free(db->mtus);
	free(db->by_layout.slots);
	free(db->by_values.slots);
	free(db->by_string.slots);
	free(db);
}

static bool
is_word_char(char c)
{
	return char_is_letter(c) || char_is_digit(c);
}

/* Are these words in `name`, with no letter before or behind them? */
static bool
has_words(struct str name, struct str words)
{
	for (size_t i = 0; i + words.n <= name.n; i++) {
		struct str here = { &name.p[i], words.n };
		size_t end = i + words.n;

		if (i > 0 && is_word_char(name.p[i - 1]))
			continue;
		if (end < name.n && is_word_char(name.p[end]))
			continue;
		if (str_eq_nocase(here, words))
			return true;
	}
	return false;
}

enum sigdb_family
sigdb_family_of(const char *name, bool userland)
{
	struct str s = { name, strlen(name) };

	if (userland)
		return SIGDB_F_TOOL;
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++)
		if (has_words(s, makes[i].words))
			return makes[i].family;
	return SIGDB_F_OTHER;
}

size_t
sigdb_signatures(const struct sigdb *db)
{
	return db->entries_n;
}

size_t
sigdb_labels(const struct sigdb *db)
{
	return db->labels_n;
}

static size_t
longest_probe(const struct table *t)
{
	size_t most = 0;

	for (uint32_t i = 0; t->slots != NULL && i <= t->mask; i++) {
		size_t n = ((i - t->slots[i].hash) & t->mask) + 1U;

		if (t->slots[i].item != NONE && n > most)
			most = n;
	}
	return most;
}

void
sigdb_stats(const struct sigdb *db, struct sigdb_stats *out)
{
	size_t layouts = longest_probe(&db->by_layout);

	*out = (struct sigdb_stats){ .layouts = db->layouts_n };
	out->probe = longest_probe(&db->by_values);
	if (layouts > out->probe)
		out->probe = layouts;
	for (size_t i = 0; i < db->layouts_n; i++) {
		size_t n = 0;

		for (uint32_t p = db->layouts[i].pattern; p != NONE;
		     p = db->patterns[p].next)
			n++;
		if (n > out->patterns)
			out->patterns = n;
	}
	for (size_t i = 0; i < db->buckets_n; i++) {
		size_t n = 0;

		for (uint32_t e = db->buckets[i].first; e != NONE;
		     e = db->entries[e].next)
			n++;
		if (n > out->list)
			out->list = n;
	}
}

const char *
sigdb_link(const struct sigdb *db, const struct traits *t, uint16_t *mtu)
{
	unsigned want = t->mss + (t->ver == 6 ? HDR6 : HDR4);
	size_t low = 0, high = db->mtus_n;

	*mtu = (uint16_t)(want > UINT16_MAX ? UINT16_MAX : want);
	if (t->mss == 0)
		*mtu = 0;
	if (t->mss == 0 || want > UINT16_MAX)
		return NULL;
	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (db->mtus[mid].mtu < want)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == db->mtus_n || db->mtus[low].mtu != want)
		return NULL;
	return db->strings[db->mtus[low].link];
}

const char *
sigdb_text(const struct sigdb_label *l, char buf[SIGDB_NAMELEN])
{
	if (l == NULL)
		snprintf(buf, SIGDB_NAMELEN, "???");
	else
		snprintf(buf, SIGDB_NAMELEN, "%s%s%s", l->name,
		    l->flavor[0] != '\0' ? " " : "", l->flavor);
	return buf;
}
