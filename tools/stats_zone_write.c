/* SPDX-License-Identifier: GPL-3.0-or-later */
/* stats_zone_write - entries -> a dataset of type combined */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "tools/stats_zone_impl.h"

#define GROUPS ((STATS_ZONE_ADMIN + 1) * 2 * ZONE_KINDS)

/* ---- the file ---- */

/* UTC; rbldnsd takes it as that wherever it runs. */
static struct tm
utc(int64_t t_ms)
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm = { 0 };

	(void)gmtime_r(&t, &tm);
	return tm;
}

static void
write_head(const struct stats_zone_opts *o, FILE *f)
{
	struct tm now = utc(o->now_ms),
		  end = utc(o->now_ms + STATS_ZONE_VALID_S * 1000);
	char buf[32];

	(void)strftime(buf, sizeof(buf), "%Y-%m-%dT%H:%M:%SZ", &now);
	fprintf(f, "# What zfw blocks at %s, for rbldnsd: type combined.\n",
	    buf);
	if (!o->policy->enforce && o->shadow)
		fputs("# SHADOW MODE: zfw blocks none of these, it only "
		      "would.\n",
		    f);
	else if (!o->policy->enforce)
		fputs("# SHADOW MODE: zfw blocks nobody, so nobody is "
		      "listed.\n",
		    f);
	fprintf(f,
	    "# 127.0.0.%d to 127.0.0.%d: tier %d to %d; 127.0.0.%d: by hand; "
	    "127.0.0.%d: for tests.\n",
	    STATS_ZONE_TIER + ZONE_TIER_LEAST,
	    STATS_ZONE_TIER + POLICY_TIERS_MAX, ZONE_TIER_LEAST,
	    POLICY_TIERS_MAX, STATS_ZONE_ADMIN, STATS_ZONE_TEST);
	fprintf(f,
	    "$SOA %d localhost. hostmaster.localhost. 0 1m 1m 1h %d\n"
	    "$NS %d localhost.\n"
	    "$TTL %d\n",
	    STATS_ZONE_TTL_S, STATS_ZONE_TTL_S, STATS_ZONE_TTL_S,
	    STATS_ZONE_TTL_S);
	(void)strftime(buf, sizeof(buf), "%Y:%m:%d:%H:%M:%S", &end);
	fprintf(f, "$TIMESTAMP - %s\n", buf);
}

/* "$" becomes the address that is asked for. */
static void
write_default(FILE *f, unsigned value, unsigned kinds)
{
	static const char *const words[FAMILY_GOOD] = {
		[FAMILY_STACK] = "its TCP stack",
		[FAMILY_WIRE] = "its SMTP",
		[FAMILY_NAME] = "its names",
		[FAMILY_RECIPIENT] = "its recipients",
		[FAMILY_GROUP] = "its company",
	};
	const char *sep = ", by ";

	fprintf(f, ":127.0.0.%u:", value);
	if (value == STATS_ZONE_ADMIN) {
		fputs("zfw: $ is blocked by hand\n", f);
		return;
	}
	fprintf(f, "zfw: %s sends as spam zombies do",
	    kinds & ZONE_NETWORK ? "the network of $" : "$");
	for (unsigned k = 0; k < FAMILY_GOOD; k++)
		if (kinds & 1U << k) {
			fprintf(f, "%s%s", sep, words[k]);
			sep = ", ";
		}
	putc('\n', f);
}

static void
write_entry(FILE *f, const struct zone_entry *e)
{
	struct net n = { .bits = e->bits };
	uint64_t key = htobe64(e->key);
	char buf[ADDR_STRLEN];

	if (e->bits == 32) {
		n.a = addr_v4((uint32_t)e->key);
		fputs(addr_print(&n.a, buf), f);
	} else {
		n.a.family = 6;
		memcpy(n.a.b, &key, sizeof(key));
		fputs(net_print(&n, buf), f);
	}
	putc('\n', f);
}

static size_t
group_of(const struct zone_entry *e)
{
	return e->value * (size_t)2 * ZONE_KINDS + e->kinds;
}

/* Those of a family, by what is said of them: so that is said once. */
static int
write_family(const struct zone *z, bool v4, FILE *f)
{
	size_t at[GROUPS + 1] = { 0 }, from = v4 ? 0 : zone_from(z, false, 0);
	size_t to = v4 ? zone_from(z, false, 0) : z->n, group = GROUPS;
	const struct zone_entry **v;

	for (size_t i = from; i < to; i++)
		if (z->entry[i].flags & ZONE_LISTED)
			at[group_of(&z->entry[i]) + 1]++;
	for (size_t g = 0; g < GROUPS; g++)
		at[g + 1] += at[g];
	v = calloc(at[GROUPS] + 1, sizeof(*v));
	if (v == NULL)
		return -ENOMEM;
	for (size_t i = from; i < to; i++)
		if (z->entry[i].flags & ZONE_LISTED)
			v[at[group_of(&z->entry[i])]++] = &z->entry[i];
	for (size_t i = 0; v[i] != NULL; i++) {
		if (group_of(v[i]) != group)
			write_default(f, v[i]->value, v[i]->kinds);
		group = group_of(v[i]);
		write_entry(f, v[i]);
	}
	free(v);
	return 0;
}

int
zone_write(const struct zone *z, FILE *f)
{
	int rc;

	errno = 0;
	write_head(z->o, f);
	fprintf(f,
	    "$DATASET ip4set:zfw4 @\n"
	    ":127.0.0.%d:zfw: an entry for tests\n127.0.0.2\n",
	    STATS_ZONE_TEST);
	rc = write_family(z, true, f);
	fprintf(f,
	    "$DATASET ip6trie:zfw6 @\n"
	    ":127.0.0.%d:zfw: an entry for tests\n::ffff:7f00:2\n",
	    STATS_ZONE_TEST);
	if (rc == 0)
		rc = write_family(z, false, f);
	if (rc == 0 && (fflush(f) != 0 || ferror(f)))
		rc = errno != 0 ? -errno : -EIO;
	return rc;
}
