/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/check.h"

#include <jansson.h>
#include <stdarg.h>
#include <string.h>
#include <sys/utsname.h>

static const char *const result_word[] = {
	[CHECK_OK] = "ok",
	[CHECK_NOTE] = "note",
	[CHECK_LACKS] = "lacks",
	[CHECK_FAILED] = "FAILED",
};

void
check_add(struct check_list *l, enum check_result r, const char *text,
    const char *more, ...)
{
	struct check_line *line;
	va_list ap;

	if (l->n == CHECK_MAX) {
		l->left_out++;
		return;
	}
	line = &l->v[l->n];
	line->result = r;
	(void)snprintf(line->text, sizeof(line->text), "%s", text);
	va_start(ap, more);
	(void)vsnprintf(line->more, sizeof(line->more), more, ap);
	va_end(ap);
	l->n++;
}

enum check_result
check_judge(const struct check_case *c)
{
	if (!c->can)
		return c->instead == NULL ? CHECK_FAILED : CHECK_LACKS;
	return strcmp(c->want, c->got) == 0 ? CHECK_OK : CHECK_FAILED;
}

void
check_case(struct check_list *l, const struct check_case *c)
{
	switch (check_judge(c)) {
	case CHECK_OK:
		check_add(l, CHECK_OK, c->text, "%s", "");
		break;
	case CHECK_LACKS:
		check_add(l, CHECK_LACKS, c->text, "%s", c->instead);
		break;
	default:
		check_add(l, CHECK_FAILED, c->text, "wanted %s, got %s",
		    c->want, c->can ? c->got : "nothing: it cannot be made");
		break;
	}
}

int
check_status(const struct check_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].result == CHECK_FAILED)
			return 1;
	/* What was not seen to the end, or fully, proves nothing. */
	return !l->ended || l->left_out > 0;
}

static size_t
count(const struct check_list *l, enum check_result r)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		n += l->v[i].result == r;
	return n;
}

static void
print_text(const struct check_list *l, const char *kernel, FILE *out)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct check_line *v = &l->v[i];

		fprintf(out, "%-6s %s%s%s\n", result_word[v->result], v->text,
		    v->more[0] == '\0' ? "" : ": ", v->more);
	}
	fprintf(out, "Linux %s: %zu ok, %zu lacking, %zu failed\n", kernel,
	    count(l, CHECK_OK), count(l, CHECK_LACKS), count(l, CHECK_FAILED));
}

static json_t *
line_json(const struct check_line *v)
{
	json_t *o = json_pack("{s:s, s:s}", "result",
	    v->result == CHECK_FAILED ? "failed" : result_word[v->result],
	    "check", v->text);

	if (o != NULL && v->more[0] != '\0')
		(void)json_object_set_new(o, "more", json_string(v->more));
	return o;
}

static int
print_json(const struct check_list *l, const char *kernel, FILE *out)
{
	json_t *checks = json_array(), *o;
	int rc = -1;

	for (size_t i = 0; i < l->n; i++)
		(void)json_array_append_new(checks, line_json(&l->v[i]));
	o = json_pack("{s:b, s:s, s:I, s:I, s:I, s:o}", "ok",
	    check_status(l) == 0, "kernel", kernel, "passed",
	    (json_int_t)count(l, CHECK_OK), "lacking",
	    (json_int_t)count(l, CHECK_LACKS), "failed",
	    (json_int_t)count(l, CHECK_FAILED), "checks", checks);
	if (o != NULL)
		rc = json_dumpf(o, out, JSON_INDENT(2));
	putc('\n', out);
	json_decref(o);
	return rc;
}

int
check_print(const struct check_list *l, bool json, FILE *out)
{
	struct utsname u;

	if (uname(&u) != 0)
		(void)snprintf(u.release, sizeof(u.release), "?");
	if (json)
		return print_json(l, u.release, out);
	print_text(l, u.release, out);
	return ferror(out) ? -1 : 0;
}
