/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/replay_truth.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define READ_BYTES 65536

static int __attribute__((format(printf, 2, 3)))
fail(char err[TRUTH_ERRLEN], const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (vsnprintf(err, TRUTH_ERRLEN, fmt, ap) < 0)
		err[0] = '\0';
	va_end(ap);
	return -1;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Takes a word, and the blanks before it, from the front. */
static struct str
take_word(struct str *s)
{
	struct str w;

	while (s->n > 0 && is_blank(s->p[0]))
		*s = (struct str){ s->p + 1, s->n - 1 };
	w = (struct str){ s->p, 0 };
	while (w.n < s->n && !is_blank(s->p[w.n]))
		w.n++;
	*s = (struct str){ s->p + w.n, s->n - w.n };
	return w;
}

static enum truth_kind
kind_of(struct str label)
{
	static const struct {
		struct str word;
		enum truth_kind kind;
	} words[] = {
		{ { "zombie", 6 }, TRUTH_ZOMBIE },
		{ { "bad", 3 }, TRUTH_ZOMBIE },
		{ { "spam", 4 }, TRUTH_ZOMBIE },
		{ { "bot", 3 }, TRUTH_ZOMBIE },
		{ { "good", 4 }, TRUTH_GOOD },
		{ { "ham", 3 }, TRUTH_GOOD },
		{ { "mx", 2 }, TRUTH_GOOD },
		{ { "server", 6 }, TRUTH_GOOD },
		{ { "victim", 6 }, TRUTH_VICTIM },
		{ { "spoofed", 7 }, TRUTH_VICTIM },
	};
	struct str first = { label.p, 0 };

	while (first.n < label.n && label.p[first.n] != ':' &&
	    !is_blank(label.p[first.n]))
		first.n++;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(first, words[i].word))
			return words[i].kind;
	return TRUTH_NEUTRAL;
}

/* As it is kept and told: printable, cut. */
static void
printable(struct str text, char out[TRUTH_LABEL_MAX])
{
	size_t n = text.n < TRUTH_LABEL_MAX - 1 ? text.n : TRUTH_LABEL_MAX - 1;

	for (size_t i = 0; i < n; i++)
		out[i] = text.p[i] < ' ' || text.p[i] > '~' ? '?' : text.p[i];
	out[n] = '\0';
}

/* Whose number is what it is called; SIZE_MAX when memory is short. */
static size_t
label_number(struct truth *t, struct str label)
{
	char text[TRUTH_LABEL_MAX];
	enum truth_kind kind = kind_of(label);
	struct truth_label *more;

	printable(label, text);
	for (size_t i = 0; i < t->labels_n; i++)
		if (t->labels[i].kind == kind &&
		    strcmp(t->labels[i].text, text) == 0)
			return i;
	/* Those for which there is no room share one of their kind. */
	if (t->labels_n >= TRUTH_LABELS_MAX - TRUTH_KINDS) {
		memcpy(text, "(others)", sizeof("(others)"));
		for (size_t i = t->labels_n; i-- > 0;)
			if (t->labels[i].kind == kind &&
			    strcmp(t->labels[i].text, text) == 0)
				return i;
	}
	more = realloc(t->labels, (t->labels_n + 1) * sizeof(*more));
	if (more == NULL)
		return SIZE_MAX;
	t->labels = more;
	more[t->labels_n] = (struct truth_label){ .kind = kind };
	memcpy(more[t->labels_n].text, text, sizeof(text));
	return t->labels_n++;
}

static bool
add(struct truth *t, const struct addr *a, struct str label)
{
	size_t number = label_number(t, label);

	if (number == SIZE_MAX)
		return false;
	if (t->n == t->room) {
		size_t room = t->room == 0 ? 1024 : t->room * 2;
		struct truth_entry *v = realloc(t->v, room * sizeof(*v));

		if (v == NULL)
			return false;
		t->v = v;
		t->room = room;
	}
	t->v[t->n++] = (struct truth_entry){ *a, (uint16_t)number };
	t->labels[number].n++;
	return true;
}

/* 0, or -1 with the sentence. */
static int
parse_line(struct truth *t, struct str line, const char *where,
    char err[TRUTH_ERRLEN])
{
	const char *hash = line.n == 0 ? NULL : memchr(line.p, '#', line.n);
	struct addr a;
	struct str w;

	if (hash != NULL)
		line.n = (size_t)(hash - line.p);
	w = take_word(&line);
	if (w.n == 0)
		return 0;
	if (!addr_parse(w, &a)) {
		char text[TRUTH_LABEL_MAX];

		printable(w, text);
		return fail(err, "%s: not an address: %s", where, text);
	}
	while (line.n > 0 && is_blank(line.p[0]))
		line = (struct str){ line.p + 1, line.n - 1 };
	while (line.n > 0 && is_blank(line.p[line.n - 1]))
		line.n--;
	if (line.n == 0)
		return fail(err, "%s: an address without a label", where);
	if (!add(t, &a, line))
		return fail(err, "%s: %s", where, strerror(ENOMEM));
	return 0;
}

static int
by_address(const void *a, const void *b)
{
	const struct truth_entry *x = a, *y = b;

	return addr_cmp(&x->addr, &y->addr);
}

/* Sorts; the same line twice is no harm. */
static int
settle(struct truth *t, const char *path, char err[TRUTH_ERRLEN])
{
	char who[ADDR_STRLEN];
	size_t n = 0;

	if (t->n > 0)
		qsort(t->v, t->n, sizeof(*t->v), by_address);
	for (size_t i = 0; i < t->n; i++) {
		struct truth_entry *last = n > 0 ? &t->v[n - 1] : NULL;

		if (last == NULL || !addr_eq(&last->addr, &t->v[i].addr)) {
			t->v[n++] = t->v[i];
			continue;
		}
		if (last->label != t->v[i].label)
			return fail(err,
			    "%s: %s is there as \"%s\" and as "
			    "\"%s\"",
			    path, addr_print(&last->addr, who),
			    t->labels[last->label].text,
			    t->labels[t->v[i].label].text);
		t->labels[last->label].n--;
	}
	t->n = n;
	return 0;
}

int
truth_parse(struct truth *t, const char *path, struct str text,
    char err[TRUTH_ERRLEN])
{
	char where[300];

	for (unsigned long number = 1; text.n > 0; number++) {
		const char *nl = memchr(text.p, '\n', text.n);
		struct str line = { text.p,
			nl != NULL ? (size_t)(nl - text.p) : text.n };
		size_t used = line.n + (nl != NULL);

		(void)snprintf(where, sizeof(where), "%.250s:%lu", path,
		    number);
		if (parse_line(t, line, where, err) != 0)
			return -1;
		text = (struct str){ text.p + used, text.n - used };
	}
	return settle(t, path, err);
}

/* All of a file, also of a pipe; NULL with errno. */
static char *
slurp(const char *path, size_t *n)
{
	FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0, got = 1;

	*n = 0;
	while (f != NULL && got > 0) {
		if (room - *n < READ_BYTES) {
			char *more = realloc(text,
			    room = room * 2 + READ_BYTES);

			if (more == NULL)
				break;
			text = more;
		}
		got = fread(text + *n, 1, room - *n, f);
		*n += got;
	}
	if (f == NULL || got > 0 || ferror(f)) {
		int e = errno;

		free(text);
		text = NULL;
		errno = e;
	}
	if (f != NULL)
		(void)fclose(f);
	return text;
}

int
truth_read(struct truth *t, const char *path, char err[TRUTH_ERRLEN])
{
	struct str text;
	char *all;
	int rc;

	errno = 0;
	all = slurp(path, &text.n);
	if (all == NULL)
		return fail(err, "%.250s: %s", path,
		    strerror(errno != 0 ? errno : EIO));
	text.p = all;
	rc = truth_parse(t, path, text, err);
	free(all);
	return rc;
}

void
truth_free(struct truth *t)
{
	free(t->v);
	free(t->labels);
	*t = (struct truth){ 0 };
}

/* The first entry that is not before `a`. */
static size_t
not_before(const struct truth *t, const struct addr *a)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (addr_cmp(&t->v[mid].addr, a) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

size_t
truth_find(const struct truth *t, const struct addr *a)
{
	size_t i = not_before(t, a);

	return i < t->n && addr_eq(&t->v[i].addr, a) ? i : TRUTH_NONE;
}

size_t
truth_find_net(const struct truth *t, const struct net *n)
{
	size_t i = not_before(t, &n->a);

	return i < t->n && net_has(n, &t->v[i].addr) ? i : TRUTH_NONE;
}
