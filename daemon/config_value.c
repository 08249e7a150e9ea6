/* SPDX-License-Identifier: GPL-3.0-or-later */
/* config_value - the text of one value: is it what its key wants? */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/config_key.h"
#include "daemon/log.h"

#define PATH_TEXT_MAX 256

#define DNS_NATS_MIN 0.1
#define DNS_NATS_MAX 3.0

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
value_switch(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	(void)k;
	v->number = strcmp(text, "on") == 0;
	if (v->number > 0 || strcmp(text, "off") == 0)
		return true;
	return refuse(why, "\"%s\" is neither off nor on", text);
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
value_front(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	(void)k;
	for (int i = 0; i < 3; i++)
		if (strcmp(text, config_front_name[i]) == 0) {
			v->number = i;
			return true;
		}
	return refuse(why, "\"%s\" is neither off, tproxy nor redirect", text);
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

/* A path, or `journal` with or without units. */
static bool
value_log(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	const char *units = strchr(text, ':');

	if (text[0] == '/')
		return strlen(text) < PATH_TEXT_MAX ?
		    value_path(k, text, v, why) :
		    refuse(why, "\"%.64s...\" is too long", text);
	if (config_is_journal(text) &&
	    (units == NULL || (units[1] != '\0' && only(units, "-_.:@,\\"))))
		return true;
	return refuse(why,
	    "\"%.64s\" is neither an absolute path nor journal:UNIT,...", text);
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
	if (text[0] == '\0')
		return true; /* the length was checked */
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
		return refuse(why, "\"%s\" is not an address or a network%s",
		    text,
		    strchr(text, '/') == NULL ? "" :
						" (host bits must be zero)");
	(void)snprintf(v->text, sizeof(v->text), "%s", net_print(&n, buf));
	return true;
}

static bool
value_pattern(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	(void)k;
	(void)v;
	if (strchr(text, ' ') != NULL)
		return true; /* patterns_new() reads it */
	return refuse(why, "\"%.64s\" is not EVENT REGEX", text);
}

static bool
value_addr(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	struct addr a;
	char buf[ADDR_STRLEN];

	(void)k;
	if (!addr_parse((struct str){ text, strlen(text) }, &a))
		return refuse(why, "\"%s\" is not an address", text);
	(void)snprintf(v->text, sizeof(v->text), "%s", addr_print(&a, buf));
	return true;
}

/* A scheme, a host and perhaps a port: what comes behind it is ours. */
static bool
value_url(const struct config_key *k, const char *text, struct config_value *v,
    char why[CONFIG_WHYLEN])
{
	const char *host = strstr(text, "://");
	const char *port;
	uint64_t n = 1;
	size_t len;

	(void)k;
	if (text[0] == '\0')
		return true; /* the length was checked */
	lower(v->text);
	host = host == NULL ? "" : host + 3;
	len = strcspn(host, ":");
	port = host[len] == ':' ? host + len + 1 : "1";
	if ((strncmp(v->text, "https://", 8) != 0 &&
		strncmp(v->text, "http://", 7) != 0) ||
	    len == 0 || !only(host, "-.:") || strchr("-.", host[0]) != NULL ||
	    !digits((struct str){ port, strlen(port) }, &n) || n < 1 ||
	    n > 65535)
		return refuse(why,
		    "\"%s\" is not https://HOST (without a path)", text);
	return true;
}

static bool
value_listen(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	struct addr a;
	uint16_t port;
	char buf[ADDR_STRLEN];

	(void)k;
	if (text[0] == '\0')
		return true; /* the length was checked */
	if (!config_listen((struct str){ text, strlen(text) }, &a, &port))
		return refuse(why,
		    "\"%s\" is not ADDRESS:PORT or [ADDRESS]:PORT", text);
	(void)snprintf(v->text, sizeof(v->text),
	    a.family == 4 ? "%s:%u" : "[%s]:%u", addr_print(&a, buf), port);
	return true;
}

/* The weight is kept as it is written. */
static bool
value_dns_list(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN])
{
	struct str zone;
	double nats;

	(void)k;
	if (!config_dns_list((struct str){ text, strlen(text) }, &zone, &nats))
		return refuse(why,
		    "\"%s\" is not a zone and its weight, such as "
		    "zen.example=2.0",
		    text);
	if (nats < DNS_NATS_MIN || nats > DNS_NATS_MAX)
		return refuse(why, "%s: the weight is not between %g and %g",
		    text, DNS_NATS_MIN, DNS_NATS_MAX);
	lower(v->text);
	return true;
}

static bool (*const values[CONFIG_TYPES])(const struct config_key *k,
    const char *text, struct config_value *v, char why[CONFIG_WHYLEN]) = {
	[CONFIG_MODE] = value_mode,
	[CONFIG_SWITCH] = value_switch,
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
	[CONFIG_PATTERN] = value_pattern,
	[CONFIG_ADDR] = value_addr,
	[CONFIG_ZONE] = value_dns_list,
	[CONFIG_LOG] = value_log,
	[CONFIG_FRONT] = value_front,
	[CONFIG_URL] = value_url,
	[CONFIG_LISTEN] = value_listen,
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
