/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/pattern_impl.h"

/*
 * Backtracking steps for one pattern and line: one `.*` over the longest line
 * has some thousands, a pattern that explodes takes a millisecond for these.
 */
#define MATCH_LIMIT     20000
#define DEPTH_LIMIT     10000
#define HEAP_LIMIT_KB   1024
#define JIT_STACK_BYTES ((size_t)256 << 10)
#define JIT_STACK_START ((size_t)32 << 10)

static const char *const group_name[PATTERN_GROUPS] = {
	[PATTERN_CLIENT] = "client",
	[PATTERN_PORT] = "port",
	[PATTERN_HELO] = "helo",
	[PATTERN_SENDER] = "sender",
	[PATTERN_RCPT] = "rcpt",
	[PATTERN_QID] = "qid",
	[PATTERN_NAME] = "name",
	[PATTERN_REASON] = "reason",
};

static bool __attribute__((format(printf, 4, 5)))
refuse(char err[PATTERN_ERRLEN], size_t number, size_t at, const char *fmt, ...)
{
	int n = snprintf(err, PATTERN_ERRLEN,
	    "number %zu, at byte %zu: ", number, at);
	va_list ap;

	va_start(ap, fmt);
	if (n < 0 ||
	    vsnprintf(err + n, PATTERN_ERRLEN - (size_t)n, fmt, ap) < 0)
		err[0] = '\0';
	va_end(ap);
	return false;
}

/* LOG_NONE: it is none that a pattern can stand for. */
static enum log_kind
kind_of(const char *name, size_t n)
{
	for (int k = LOG_NONE + 1; k < LOG_KINDS; k++)
		if (k != LOG_TRAP_RCPT && strlen(log_kind_name[k]) == n &&
		    memcmp(log_kind_name[k], name, n) == 0)
			return (enum log_kind)k;
	return LOG_NONE;
}

static bool
take_group(struct pattern *p, const char *name, uint32_t number)
{
	for (size_t g = 0; g < PATTERN_GROUPS; g++) {
		if (strcmp(group_name[g], name) != 0)
			continue;
		if (p->group[g] != 0)
			return false; /* (?J) and the name twice */
		p->group[g] = number;
		return true;
	}
	return false;
}

/* An entry of PCRE2's table is the number in two bytes and the name. */
static bool
take_groups(struct pattern *p, size_t number, size_t at,
    char err[PATTERN_ERRLEN])
{
	uint32_t n = 0, size = 0;
	PCRE2_SPTR table = NULL;

	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMECOUNT, &n);
	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	(void)pcre2_pattern_info(p->code, PCRE2_INFO_NAMETABLE, &table);
	for (uint32_t i = 0; i < n; i++) {
		PCRE2_SPTR entry = table + (size_t)i * size;
		const char *name = (const char *)entry + 2;

		if (!take_group(p, name,
			(uint32_t)entry[0] << 8 | (uint32_t)entry[1]))
			return refuse(err, number, at,
			    "a group cannot be called \"%s\", or not twice",
			    name);
	}
	if (p->group[PATTERN_CLIENT] == 0 && p->group[PATTERN_QID] == 0)
		return refuse(err, number, at,
		    "no group (?<client>...) and no (?<qid>...)");
	return true;
}

/* `at`: where the expression starts in the text of the admin. */
static bool
compile(struct pattern *p, const char *regex, size_t at, size_t number,
    char err[PATTERN_ERRLEN])
{
	PCRE2_UCHAR what[160];
	PCRE2_SIZE offset = 0;
	int code = 0;

	p->code = pcre2_compile((PCRE2_SPTR)regex, PCRE2_ZERO_TERMINATED,
	    PCRE2_ANCHORED | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C |
		PCRE2_NEVER_UTF,
	    &code, &offset, NULL);
	if (p->code == NULL) {
		(void)pcre2_get_error_message(code, what, sizeof(what));
		return refuse(err, number, at + offset, "%s",
		    (const char *)what);
	}
	return take_groups(p, number, at, err);
}

static bool
add(struct patterns *ps, const char *text, char err[PATTERN_ERRLEN])
{
	struct pattern *p = &ps->v[ps->n];
	size_t number = ps->n + 1, n = strcspn(text, " \t");
	const char *regex = text + n + strspn(text + n, " \t");

	if (number > PATTERN_MAX)
		return refuse(err, number, 0, "only %d are allowed",
		    PATTERN_MAX);
	p->kind = kind_of(text, n);
	if (p->kind == LOG_NONE)
		return refuse(err, number, 0,
		    "\"%.*s\" is no event that can "
		    "be told of",
		    n > 64 ? 64 : (int)n, text);
	if (regex[0] != '^')
		return refuse(err, number, (size_t)(regex - text),
		    "does not begin with ^");
	ps->n++; /* from here on patterns_free() frees it */
	return compile(p, regex, (size_t)(regex - text), number, err);
}

/* What a match needs; false when memory is short. */
static bool
prepare(struct patterns *ps)
{
	uint32_t most = 0, n;

	for (size_t i = 0; i < ps->n; i++)
		if (pcre2_pattern_info(ps->v[i].code, PCRE2_INFO_CAPTURECOUNT,
			&n) == 0 &&
		    n > most)
			most = n;
	ps->data = pcre2_match_data_create(most + 1, NULL);
	ps->context = pcre2_match_context_create(NULL);
	if (ps->data == NULL || ps->context == NULL)
		return false;
	(void)pcre2_set_match_limit(ps->context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(ps->context, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(ps->context, HEAP_LIMIT_KB);
	/* NULL where there is no JIT: that is its own small stack then. */
	ps->stack = pcre2_jit_stack_create(JIT_STACK_START, JIT_STACK_BYTES,
	    NULL);
	pcre2_jit_stack_assign(ps->context, NULL, ps->stack);
	return true;
}

struct patterns *
patterns_plain(const char *const *list, char err[PATTERN_ERRLEN])
{
	struct patterns *ps = calloc(1, sizeof(*ps));
	bool ok = ps != NULL;

	(void)snprintf(err, PATTERN_ERRLEN, "no memory");
	for (size_t i = 0; ok && list[i] != NULL; i++)
		ok = add(ps, list[i], err);
	if (ok && prepare(ps))
		return ps;
	patterns_free(ps);
	return NULL;
}

struct patterns *
patterns_new(const char *const *list, char err[PATTERN_ERRLEN])
{
	struct patterns *ps = patterns_plain(list, err);

	/* Without JIT (no memory for code, another CPU) it is only slower. */
	for (size_t i = 0; ps != NULL && i < ps->n; i++)
		(void)pcre2_jit_compile(ps->v[i].code, PCRE2_JIT_COMPLETE);
	return ps;
}

void
patterns_free(struct patterns *ps)
{
	if (ps == NULL)
		return;
	for (size_t i = 0; i < ps->n; i++)
		pcre2_code_free(ps->v[i].code);
	pcre2_match_data_free(ps->data);
	pcre2_match_context_free(ps->context);
	pcre2_jit_stack_free(ps->stack);
	free(ps);
}
