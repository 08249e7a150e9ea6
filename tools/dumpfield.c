/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/dumpfield.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#define TIME_MAX (((int64_t)1 << 48) - 1)
#define VARIANT  sodium_base64_VARIANT_ORIGINAL

json_t *
dump_base64(const void *p, size_t n)
{
	size_t max = sodium_base64_encoded_len(n, VARIANT);
	char *buf = malloc(max);
	json_t *t = NULL;

	if (buf != NULL)
		t = json_string(sodium_bin2base64(buf, max, p, n, VARIANT));
	free(buf);
	return t;
}

json_t *
dump_text(const void *p, size_t n)
{
	json_t *t = json_stringn(p, n); /* NULL when it is no UTF-8 */

	return t != NULL ? t : json_pack("{s:o}", "base64", dump_base64(p, n));
}

long
dump_base64_read(const json_t *t, void *out, size_t max)
{
	size_t n = 0;

	if (!json_is_string(t) ||
	    sodium_base642bin(out, max, json_string_value(t),
		json_string_length(t), NULL, &n, NULL, VARIANT) != 0)
		return -1;
	return (long)n;
}

long
dump_text_read(const json_t *t, void *out, size_t max)
{
	if (json_is_object(t) && json_object_size(t) == 1)
		return dump_base64_read(json_object_get(t, "base64"), out, max);
	if (!json_is_string(t) || json_string_length(t) > max)
		return -1;
	memcpy(out, json_string_value(t), json_string_length(t));
	return (long)json_string_length(t);
}

bool
dump_int_read(const json_t *t, int64_t min, int64_t max, int64_t *out)
{
	if (!json_is_integer(t))
		return false;
	*out = json_integer_value(t);
	return *out >= min && *out <= max;
}

json_t *
dump_hex(uint64_t v)
{
	char buf[20];

	(void)snprintf(buf, sizeof(buf), "%016llx", (unsigned long long)v);
	return json_string(buf);
}

bool
dump_hex_read(const json_t *t, uint64_t *out)
{
	const char *s = json_string_value(t);

	*out = 0;
	if (s == NULL || strlen(s) != 16)
		return false;
	for (; *s != '\0'; s++) {
		unsigned v = char_is_digit(*s) ? (unsigned)(*s - '0') :
		    *s >= 'a' && *s <= 'f'     ? (unsigned)(*s - 'a') + 10 :
						 16;

		if (v == 16)
			return false;
		*out = *out << 4 | v;
	}
	return true;
}

/* ---- writing ---- */

static uint32_t
get_int(const struct dumpfield *f, const uint8_t *p, size_t i)
{
	uint16_t v16;
	uint32_t v32;

	switch (f->type) {
	case DUMP_U8:
		return p[i];
	case DUMP_U16:
		memcpy(&v16, p + 2 * i, sizeof(v16));
		return v16;
	default:
		memcpy(&v32, p, sizeof(v32));
		return v32;
	}
}

/* *is: NULL for nothing but zeros. */
static bool
int_json(const struct dumpfield *f, const uint8_t *p, json_t **is)
{
	bool any = false;

	*is = NULL;
	for (size_t i = 0; i < (f->n == 0 ? 1 : f->n); i++)
		any |= get_int(f, p, i) != 0;
	if (!any)
		return true;
	if (f->n == 0) {
		*is = json_integer(get_int(f, p, 0));
		return *is != NULL;
	}
	*is = json_array();
	for (size_t i = 0; i < f->n; i++)
		if (json_array_append_new(*is,
			json_integer(get_int(f, p, i))) != 0)
			return false;
	return true;
}

static bool
field_json(const struct dumpfield *f, const uint8_t *p, json_t **is)
{
	uint64_t hex;
	int64_t ms;
	float count;
	bool yes;

	*is = NULL;
	switch (f->type) {
	case DUMP_U8:
	case DUMP_U16:
	case DUMP_U32:
		return int_json(f, p, is);
	case DUMP_HEX:
		memcpy(&hex, p, sizeof(hex));
		return hex == 0 || (*is = dump_hex(hex)) != NULL;
	case DUMP_BOOL:
		memcpy(&yes, p, sizeof(yes));
		return !yes || (*is = json_true()) != NULL;
	case DUMP_TIME:
		memcpy(&ms, p, sizeof(ms));
		return ms == 0 || (*is = json_integer(ms)) != NULL;
	case DUMP_FLOAT:
		memcpy(&count, p, sizeof(count));
		return fpclassify(count) == FP_ZERO ||
		    (*is = json_real((double)count)) != NULL;
	case DUMP_TEXT:
		return p[0] == '\0' ||
		    (*is = dump_text(p, strnlen((const char *)p, f->n))) !=
		    NULL;
	}
	return false;
}

bool
dumpfield_write(const struct dumpfield *f, size_t n, const void *from,
    json_t *to)
{
	for (size_t i = 0; i < n; i++) {
		json_t *is;

		if (!field_json(&f[i], (const uint8_t *)from + f[i].at, &is))
			return false;
		if (is != NULL && json_object_set_new(to, f[i].name, is) != 0)
			return false;
	}
	return true;
}

/* ---- reading ---- */

static bool
set_int(const struct dumpfield *f, uint8_t *p, size_t i, const json_t *t)
{
	int64_t max = f->type == DUMP_U8 ? UINT8_MAX :
	    f->type == DUMP_U16          ? UINT16_MAX :
					   UINT32_MAX;
	int64_t v;
	uint16_t v16;
	uint32_t v32;

	if (!dump_int_read(t, 0, max, &v))
		return false;
	v16 = (uint16_t)v;
	v32 = (uint32_t)v;
	if (f->type == DUMP_U8)
		p[i] = (uint8_t)v;
	else if (f->type == DUMP_U16)
		memcpy(p + 2 * i, &v16, sizeof(v16));
	else
		memcpy(p, &v32, sizeof(v32));
	return true;
}

static bool
int_read(const struct dumpfield *f, uint8_t *p, const json_t *t)
{
	if (f->n == 0)
		return set_int(f, p, 0, t);
	if (json_array_size(t) != f->n)
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!set_int(f, p, i, json_array_get(t, i)))
			return false;
	return true;
}

static bool
text_read(const struct dumpfield *f, uint8_t *p, const json_t *t)
{
	long n = dump_text_read(t, p, f->n - 1);

	if (n < 0 || memchr(p, '\0', (size_t)n) != NULL)
		return false;
	p[n] = '\0';
	return true;
}

static bool
field_read(const struct dumpfield *f, uint8_t *p, const json_t *t)
{
	uint64_t hex;
	int64_t ms;
	float count;
	bool yes;

	switch (f->type) {
	case DUMP_U8:
	case DUMP_U16:
	case DUMP_U32:
		return int_read(f, p, t);
	case DUMP_HEX:
		if (!dump_hex_read(t, &hex))
			return false;
		memcpy(p, &hex, sizeof(hex));
		return true;
	case DUMP_BOOL:
		yes = json_is_true(t);
		memcpy(p, &yes, sizeof(yes));
		return json_is_boolean(t);
	case DUMP_TIME:
		if (!dump_int_read(t, 0, TIME_MAX, &ms))
			return false;
		memcpy(p, &ms, sizeof(ms));
		return true;
	case DUMP_FLOAT:
		if (!json_is_number(t) || fabs(json_number_value(t)) > 3e38)
			return false;
		count = (float)json_number_value(t);
		memcpy(p, &count, sizeof(count));
		return true;
	case DUMP_TEXT:
		return text_read(f, p, t);
	}
	return false;
}

int
dumpfield_read(const struct dumpfield *f, size_t n, const json_t *from,
    void *to, const char **wrong)
{
	int taken = 0;

	for (size_t i = 0; i < n; i++) {
		const json_t *t = json_object_get(from, f[i].name);

		if (t == NULL)
			continue;
		if (!field_read(&f[i], (uint8_t *)to + f[i].at, t)) {
			*wrong = f[i].name;
			return -1;
		}
		taken++;
	}
	return taken;
}

const char *
dumpfield_unknown(const struct dumpfield *f, size_t n,
    const char *const *others, const json_t *o)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)o, name, value)
	{
		bool known = false;

		for (size_t i = 0; i < n && !known; i++)
			known = strcmp(f[i].name, name) == 0;
		for (size_t i = 0; !known && others != NULL && others[i]; i++)
			known = strcmp(others[i], name) == 0;
		if (!known)
			return name;
	}
	return NULL;
}

bool
dumpfield_read_all(const struct dumpfield *f, size_t n, const json_t *from,
    void *to, const char **wrong)
{
	int taken = dumpfield_read(f, n, from, to, wrong);

	if (taken < 0)
		return false;
	if ((size_t)taken == json_object_size(from))
		return true;
	*wrong = dumpfield_unknown(f, n, NULL, from);
	if (*wrong == NULL)
		*wrong = "(not an object)";
	return false;
}
