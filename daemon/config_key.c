/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config_key.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/log.h"

#define AT(field)  offsetof(struct config, field)
#define POL(field) offsetof(struct config, policy.field)
#define MIN_S      60.0
#define HOUR_S     3600.0
#define DAY_S      86400.0
#define YEARS_S    (3650 * DAY_S)

// clang-format off
const struct config_key config_key[] = {
	{ "mode", CONFIG_MODE, "shadow", 0, 0, POL(enforce), 0, 0, 0,
	  "shadow: decide and record only; enforce: block" },
	{ "interface", CONFIG_WORD, "{}", 1, 15, AT(interfaces), 16, 0, 0,
	  "where to watch; {} is the interface of the default route" },
	{ "ports", CONFIG_PORT, "{25}", 1, 65535, POL(ports),
	  POLICY_PORTS_MAX, 1, POL(ports_n), "SMTP ports" },
	{ "queue", CONFIG_QUEUE, "off", 0, 65535, AT(queue), 0, 0, 0,
	  "NFQUEUE that new connections wait in" },
	{ "log", CONFIG_PATH, "{\"/var/log/mail.log\"}", 1, 255, AT(logs),
	  CONFIG_LIST_MAX, 0, 0, "mail logs to follow" },
	{ "log_group", CONFIG_ACCOUNT, "adm", 0, 32, AT(log_group), 0, 0, 0,
	  "group that may read them" },
	{ "signature_files", CONFIG_PATH, "{}", 1, 255, AT(signature_files),
	  CONFIG_LIST_MAX, 0, 0,
	  "stacks that this site knows; preferred to the shipped ones" },
	{ "state_dir", CONFIG_PATH, ZFW_STATEDIR, 1, 200, AT(state_dir), 0,
	  0, 0, "where the store lies" },
	{ "run_dir", CONFIG_PATH, ZFW_RUNDIR, 1, 90, AT(run_dir), 0, 0, 0,
	  "where the control socket lies" },
	{ "user", CONFIG_ACCOUNT, "zfw", 1, 32, AT(user), 0, 0, 0,
	  "user of the engine" },
	{ "guard_user", CONFIG_ACCOUNT, "zfw-guard", 1, 32, AT(guard_user),
	  0, 0, 0, "user of the guard" },
	{ "ctl_group", CONFIG_ACCOUNT, "", 0, 32, AT(ctl_group), 0, 0, 0,
	  "group that may use zfwctl; empty: root only" },
	{ "syslog_facility", CONFIG_FACILITY, "daemon", 1, 32,
	  AT(syslog_facility), 0, 0, 0, "of zfw's own lines" },
	{ "p0f_socket", CONFIG_PATH, "", 0, 107, AT(p0f_socket), 0, 0, 0,
	  "where programs may ask as they ask p0f; empty: nowhere" },
	{ "p0f_group", CONFIG_ACCOUNT, "", 0, 32, AT(p0f_group), 0, 0, 0,
	  "group that may; empty: that of user" },
	{ "block_probability", CONFIG_FRACTION, "0.95", 0.5, 0.9999,
	  POL(block_p), 0, 0, 0, "how sure zfw must be to block" },
	{ "certain_probability", CONFIG_FRACTION, "0.999", 0.5, 1,
	  POL(certain_p), 0, 0, 0, "how sure to start at certain_tier" },
	{ "certain_tier", CONFIG_COUNT, "3", 1, POLICY_TIERS_MAX,
	  POL(certain_tier), 0, 0, 0, "first tier of a near-certain zombie" },
	{ "tiers", CONFIG_DURATION,
	  "{\"10min\",\"1h\",\"8h\",\"3d\",\"14d\",\"60d\"}", 1, YEARS_S,
	  POL(tier_s), POLICY_TIERS_MAX, 1, POL(tiers_n),
	  "how long each tier blocks, ascending" },
	{ "jitter", CONFIG_COUNT, "10", 0, 50, POL(jitter_percent), 0, 0, 0,
	  "percent by which a block's length varies" },
	{ "clean_period", CONFIG_DURATION, "14d", MIN_S, YEARS_S,
	  POL(clean_s), 0, 0, 0, "quiet time that forgives one tier" },
	{ "lease", CONFIG_DURATION, "1d", MIN_S, DAY_S, POL(lease_s), 0, 0,
	  0, "longest timeout in the kernel" },
	{ "settle", CONFIG_DURATION, "1h", 0, 7 * DAY_S, POL(settle_s), 0,
	  0, 0, "accepted mail counts so much later" },
	{ "login_immunity", CONFIG_DURATION, "30d", 0, YEARS_S,
	  POL(login_s), 0, 0, 0, "no block after a user logged in" },
	{ "good_days", CONFIG_COUNT, "3", 1, 365, POL(good_days), 0, 0, 0,
	  "days with accepted mail that make a good server" },
	{ "good_recipients", CONFIG_COUNT, "2", 1, 1000, POL(good_rcpts), 0,
	  0, 0, "and recipients of it" },
	{ "group_networks", CONFIG_COUNT, "20", 2, 1000, POL(group_sites),
	  0, 0, 0, "a HELO from so many networks is a botnet's" },
	{ "block_rate", CONFIG_COUNT, "3000", 1, 1000000, POL(block_rate),
	  0, 0, 0, "new blocks a minute at most" },
	{ "half_open_max", CONFIG_SIZE, "32768", 64, 4194304,
	  POL(half_open_max), 0, 0, 0, "half-open connections in memory" },
	{ "sessions_max", CONFIG_SIZE, "65536", 64, 4194304,
	  POL(sessions_max), 0, 0, 0, "connections in memory" },
	{ "clients_max", CONFIG_SIZE, "65536", 64, 16777216,
	  POL(clients_max), 0, 0, 0, "clients in memory; the rest on disk" },
	{ "blocks_max", CONFIG_SIZE, "1000000", 64, 16777216,
	  POL(blocks_max), 0, 0, 0, "blocks in the kernel" },
	{ "never_block", CONFIG_NET, "{}", 1, 64, AT(never_block),
	  CONFIG_LIST_MAX, 0, 0, "besides private and special ranges" },
	{ "never_block_lift", CONFIG_NET, "{}", 1, 64, AT(never_block_lift),
	  CONFIG_LIST_MAX, 0, 0, "of those ranges: may be blocked" },
	{ "allow", CONFIG_NET, "{}", 1, 64, AT(allow), CONFIG_LIST_MAX, 0, 0,
	  "good whatever they do" },
	{ "our_hosts", CONFIG_NET, "{}", 1, 64, AT(our_hosts),
	  CONFIG_LIST_MAX, 0, 0, "our MXs and relays: never judged" },
	{ "spam_traps", CONFIG_TRAP, "{}", 1, 255, AT(traps),
	  CONFIG_LIST_MAX, 0, 0, "recipients that only spammers write to" },
	{ "own_names", CONFIG_HOST, "{}", 1, 253, AT(own_names),
	  CONFIG_LIST_MAX, 0, 0, "host names and domains of ours" },
	{ "submission_names", CONFIG_WORD,
	  "{\"submission\",\"submissions\",\"smtps\"}", 1, 64,
	  AT(submission), CONFIG_LIST_MAX, 0, 0,
	  "log tags of submission services" },
};

const char *const config_type_name[CONFIG_TYPES] = {
	[CONFIG_MODE] = "mode",		[CONFIG_QUEUE] = "number-or-off",
	[CONFIG_COUNT] = "number",	[CONFIG_SIZE] = "number",
	[CONFIG_FRACTION] = "fraction",	[CONFIG_DURATION] = "duration",
	[CONFIG_PORT] = "port",		[CONFIG_ACCOUNT] = "account",
	[CONFIG_FACILITY] = "facility",	[CONFIG_PATH] = "path",
	[CONFIG_WORD] = "word",		[CONFIG_HOST] = "host",
	[CONFIG_TRAP] = "recipient",	[CONFIG_NET] = "network",
};
// clang-format on

const size_t config_keys_n = sizeof(config_key) / sizeof(config_key[0]);

const struct config_key *
config_key_find(const char *name)
{
	for (size_t i = 0; i < config_keys_n; i++)
		if (strcmp(config_key[i].name, name) == 0)
			return &config_key[i];
	return NULL;
}

static bool __attribute__((format(printf, 2, 3)))
refuse(char why[CONFIG_WHYLEN], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(why, CONFIG_WHYLEN, fmt, ap) < 0)
		why[0] = '\0';
	va_end(ap);
	return false;
}

/* Decimal digits only; false when there are none, others, or too many. */
static bool
digits(struct str s, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 18)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	*out = v;
	return true;
}

bool
config_duration(struct str s, uint32_t *out_s)
{
	static const struct {
		struct str unit;
		uint32_t s;
	} units[] = { { { "min", 3 }, 60 }, { { "s", 1 }, 1 },
		{ { "h", 1 }, 3600 }, { { "d", 1 }, 86400 } };
	uint64_t v;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t n = units[i].unit.n;

		if (s.n <= n ||
		    !str_eq((struct str){ s.p + s.n - n, n }, units[i].unit) ||
		    !digits((struct str){ s.p, s.n - n }, &v))
			continue;
		if (v > UINT32_MAX / units[i].s)
			return false;
		*out_s = (uint32_t)v * units[i].s;
		return true;
	}
	return false;
}

static bool
in_range(const struct config_key *k, const char *text,
    const struct config_value *v, char why[CONFIG_WHYLEN])
{
	char lo[24], hi[24];

	if (v->number >= k->min && v->number <= k->max)
		return true;
	if (k->type == CONFIG_DURATION)
		return refuse(why, "%s is not between %s and %s", text,
		    config_duration_print((uint32_t)k->min, lo),
		    config_duration_print((uint32_t)k->max, hi));
	return refuse(why, "%s is not between %.12g and %.12g", text, k->min,
	    k->max);
}

static bool
value_number(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	uint64_t n;

	if (!digits((struct str){ text, strlen(text) }, &n))
		return refuse(why, "\"%s\" is not a whole number", text);
	v->number = (double)n;
	return in_range(k, text, v, why);
}

static bool
value_mode(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	(void)k;
	v->number = strcmp(text, "enforce") == 0;
	if (v->number > 0 || strcmp(text, "shadow") == 0)
		return true;
	return refuse(why, "\"%s\" is neither shadow nor enforce", text);
}

static bool
value_queue(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	v->number = -1;
	if (strcmp(text, "off") == 0)
		return true;
	if (!isdigit((unsigned char)text[0]))
		return refuse(why, "\"%s\" is neither off nor a number", text);
	return value_number(k, text, v, why);
}

static bool
value_fraction(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	char *end;

	/* strtod() would take hexadecimal, exponents, "inf" and "nan" too. */
	if (strspn(text, "0123456789.") != strlen(text) || text[0] == '\0')
		return refuse(why, "\"%s\" is not a fraction like 0.95", text);
	v->number = strtod(text, &end);
	if (*end != '\0' || end == text)
		return refuse(why, "\"%s\" is not a fraction like 0.95", text);
	return in_range(k, text, v, why);
}

static bool
value_duration(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	const struct str s = { text, strlen(text) };
	uint64_t n;
	uint32_t seconds;

	if (digits(s, &n))
		return refuse(why, "%s needs a unit: s, min, h or d", text);
	if (!config_duration(s, &seconds))
		return refuse(why,
		    "\"%s\" is not a duration like 90s, 10min, 8h, 3d", text);
	v->number = seconds;
	return in_range(k, text, v, why);
}

/* Of these characters only. */
static bool
only(const char *text, const char *extra)
{
	for (const char *p = text; *p != '\0'; p++)
		if (!isalnum((unsigned char)*p) && strchr(extra, *p) == NULL)
			return false;
	return true;
}

static bool
value_account(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	(void)k;
	(void)v;
	if (only(text, "_-.") && strchr("-.", text[0]) == NULL)
		return true;
	if (text[0] == '\0')
		return true; /* the length was checked */
	return refuse(why, "\"%s\" cannot be a user or group", text);
}

static bool
value_facility(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	(void)k;
	(void)v;
	if (log_facility(text) != -1)
		return true;
	return refuse(why, "\"%s\" is not a syslog facility", text);
}

static bool
value_path(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	(void)k;
	(void)v;
	if (text[0] == '\0')
		return true; /* the length was checked */
	if (text[0] == '/' && text[1] != '\0')
		return true;
	return refuse(why, "\"%s\" is not an absolute path", text);
}

static bool
value_word(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	(void)k;
	(void)v;
	if (only(text, "_-.:@+") && strcmp(text, ".") != 0 &&
	    strcmp(text, "..") != 0)
		return true;
	return refuse(why, "\"%s\" has characters that do not belong", text);
}

static void
lower(char *s)
{
	for (; *s != '\0'; s++)
		*s = (char)tolower((unsigned char)*s);
}

static bool
value_host(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	(void)k;
	if (!only(text, "-._") || strstr(text, "..") != NULL ||
	    strchr("-.", text[0]) != NULL)
		return refuse(why, "\"%s\" is not a host name", text);
	lower(v->text);
	return true;
}

static bool
value_trap(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	const char *at = strrchr(text, '@');

	if (at == NULL || at[1] == '\0' || strpbrk(text, " <>,;\"") != NULL)
		return refuse(why, "\"%s\" is neither user@domain nor @domain",
		    text);
	if (!value_host(k, at + 1, v, why))
		return false;
	lower(v->text);
	return true;
}

static bool
value_net(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	struct net n;
	char buf[ADDR_STRLEN];

	(void)k;
	if (!net_parse((struct str){ text, strlen(text) }, &n))
		return refuse(why,
		    "\"%s\" is not an address or a network "
		    "(host bits must be zero)",
		    text);
	(void)snprintf(v->text, sizeof(v->text), "%s", net_print(&n, buf));
	return true;
}

static bool (*const values[CONFIG_TYPES])(const struct config_key *k,
    const char *text, struct config_value *v, char why[CONFIG_WHYLEN]) = {
	[CONFIG_MODE] = value_mode,
	[CONFIG_QUEUE] = value_queue,
	[CONFIG_COUNT] = value_number,
	[CONFIG_SIZE] = value_number,
	[CONFIG_FRACTION] = value_fraction,
	[CONFIG_DURATION] = value_duration,
	[CONFIG_PORT] = value_number,
	[CONFIG_ACCOUNT] = value_account,
	[CONFIG_FACILITY] = value_facility,
	[CONFIG_PATH] = value_path,
	[CONFIG_WORD] = value_word,
	[CONFIG_HOST] = value_host,
	[CONFIG_TRAP] = value_trap,
	[CONFIG_NET] = value_net,
};

bool
config_value(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	size_t n = strlen(text);

	memset(v, 0, sizeof(*v));
	if (n > CONFIG_TEXT_MAX)
		return refuse(why, "the value is too long");
	for (size_t i = 0; i < n; i++)
		if (iscntrl((unsigned char)text[i]))
			return refuse(why, "a control character in the value");
	if (k->type >= CONFIG_TEXTS) {
		if (n < (size_t)k->min)
			return refuse(why, "the value is empty");
		if (n > (size_t)k->max)
			return refuse(why, "\"%.64s...\" is too long", text);
		memcpy(v->text, text, n);
	}
	return values[k->type](k, text, v, why);
}
