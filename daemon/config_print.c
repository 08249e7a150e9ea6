/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include <inttypes.h>
#include <stdlib.h>

#include "daemon/config_key.h"

const char *
config_duration_print(uint32_t s, char buf[24])
{
	static const struct {
		uint32_t s;
		const char *unit;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (s == 0 || s % units[i].s != 0)
			continue;
		(void)snprintf(buf, 24, "%" PRIu32 "%s", s / units[i].s,
		    units[i].unit);
		return buf;
	}
	(void)snprintf(buf, 24, "%" PRIu32 "s", s);
	return buf;
}

/* In double quotes, what libconfuse would read otherwise escaped. */
static void
print_text(const char *s, FILE *out)
{
	fputc('"', out);
	for (; *s != '\0'; s++) {
		if (strchr("\"\\$", *s) != NULL)
			fputc('\\', out);
		fputc(*s, out);
	}
	fputc('"', out);
}

/* As few digits as give the same number again. */
static void
print_fraction(double x, FILE *out)
{
	char buf[64];

	for (int digits = 1; digits <= 17; digits++) {
		(void)snprintf(buf, sizeof(buf), "%.*f", digits, x);
		if (strtod(buf, NULL) == x)
			break;
	}
	fputs(buf, out);
}

static void
print_number(enum config_type type, const void *at, size_t i, FILE *out)
{
	char buf[24];

	switch (type) {
	case CONFIG_MODE:
		print_text(((const bool *)at)[i] ? "enforce" : "shadow", out);
		break;
	case CONFIG_SWITCH:
		print_text(((const bool *)at)[i] ? "on" : "off", out);
		break;
	case CONFIG_QUEUE:
		if (((const int *)at)[i] == -1)
			print_text("off", out);
		else
			fprintf(out, "%d", ((const int *)at)[i]);
		break;
	case CONFIG_FRONT:
		print_text(config_front_name[((const int *)at)[i]], out);
		break;
	case CONFIG_COUNT:
		fprintf(out, "%u", ((const unsigned *)at)[i]);
		break;
	case CONFIG_SIZE:
		fprintf(out, "%zu", ((const size_t *)at)[i]);
		break;
	case CONFIG_DURATION:
		print_text(config_duration_print(((const uint32_t *)at)[i],
			       buf),
		    out);
		break;
	case CONFIG_PORT:
		fprintf(out, "%u", ((const uint16_t *)at)[i]);
		break;
	default:
		print_fraction(((const double *)at)[i], out);
	}
}

static void
print_texts(char *const *v, FILE *out)
{
	fputc('{', out);
	for (size_t i = 0; v[i] != NULL; i++) {
		if (i > 0)
			fputs(", ", out);
		print_text(v[i], out);
	}
	fputc('}', out);
}

static void
print_numbers(const struct config *c, const struct config_key *k, FILE *out)
{
	size_t n;

	memcpy(&n, (const char *)c + k->at_n, sizeof(n));
	fputc('{', out);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			fputs(", ", out);
		print_number(k->type, (const char *)c + k->at, i, out);
	}
	fputc('}', out);
}

void
config_print(const struct config *c, FILE *out)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *k = &config_key[i];
		const void *at = (const char *)c + k->at;

		fprintf(out, "%s = ", k->name);
		if (k->type < CONFIG_TEXTS && k->list_max == 0)
			print_number(k->type, at, 0, out);
		else if (k->type < CONFIG_TEXTS)
			print_numbers(c, k, out);
		else if (k->list_max == 0)
			print_text(*(char *const *)at, out);
		else
			print_texts(*(char **const *)at, out);
		fputc('\n', out);
	}
}

static void
print_limit(const struct config_key *k, double x, FILE *out)
{
	char buf[24];

	if (k->type >= CONFIG_TEXTS || k->type == CONFIG_MODE ||
	    k->type == CONFIG_SWITCH || k->type == CONFIG_FRONT)
		fputs(" -", out);
	else if (k->type == CONFIG_DURATION)
		fprintf(out, " %s", config_duration_print((uint32_t)x, buf));
	else
		fprintf(out, " %.12g", x);
}

void
config_keys(FILE *out)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *k = &config_key[i];

		fprintf(out, "%s %s%s %s", k->name, config_type_name[k->type],
		    k->list_max > 0 ? "-list" : "",
		    k->def[0] == '\0' ? "\"\"" : k->def);
		print_limit(k, k->min, out);
		print_limit(k, k->max, out);
		fprintf(out, " %s\n", k->help);
	}
}
