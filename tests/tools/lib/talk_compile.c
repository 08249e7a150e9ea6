/* SPDX-License-Identifier: GPL-3.0-or-later */
/* talk_compile - the words of a behaviour -> steps with their texts */
#include "tests/tools/lib/talk.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>

#define WORD_MAX 1024

static const struct {
	const char *name, *line;
} named[] = {
	{ "polite", "greet ehlo mail rcpts data body quit" },
	{ "early", "piggyback ehlo mail rcpts data body fin" },
	{ "dict", "greet ehlo mail rcpts fin" },
	{ "bot", "greet helo mail rcpts data body fin" },
	{ "noquit", "greet ehlo mail rcpts data body fin" },
	{ "pipeline", "greet !helo !mail !rcpts !data wait fin" },
	{ "http", "get" },
	{ "silent", "greet fin" },
	{ "probe", "greet quit" },
	{ "knock", "rst" },
};

bool
talk_at(size_t i, const char **name, const char **line)
{
	if (i >= sizeof(named) / sizeof(named[0]))
		return false;
	*name = named[i].name;
	*line = named[i].line;
	return true;
}

const char *
talk_named(const char *name)
{
	const char *n, *line;

	for (size_t i = 0; talk_at(i, &n, &line); i++)
		if (strcmp(n, name) == 0)
			return line;
	return NULL;
}

/* One %-letter as text; NULL when there is no such letter. */
static const char *
expand_one(char c, const struct talk_words *w, char buf[ADDR_STRLEN])
{
	switch (c) {
	case 'a':
		return addr_print(w->src, buf);
	case 'd':
		(void)addr_print(w->src, buf);
		for (char *p = buf; *p != '\0'; p++)
			if (*p == '.' || *p == ':')
				*p = '-';
		return buf;
	case 'n':
		snprintf(buf, ADDR_STRLEN, "%u", w->number);
		return buf;
	case 'x':
		for (size_t i = 0; i < 6; i++)
			buf[i] = (char)('a' + w->random / (1u << i * 4) % 16);
		buf[6] = '\0';
		return buf;
	case '%':
		return "%";
	default:
		return NULL;
	}
}

char *
talk_expand(const char *text, const struct talk_words *w)
{
	char *out = NULL, buf[ADDR_STRLEN];
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);

	if (f == NULL)
		err(1, "memory");
	for (const char *p = text; *p != '\0'; p++) {
		const char *v = *p == '%' ? expand_one(p[1], w, buf) : NULL;

		if (v == NULL) {
			fputc(*p, f);
			continue;
		}
		fputs(v, f);
		p++;
	}
	fclose(f);
	return out;
}

/* A name that nobody has, another for each (random, i). */
static void
made_up(uint32_t random, unsigned i, char buf[24])
{
	uint32_t v = (random ^ i * 2654435761u) * 2246822519u ^ i;

	for (size_t k = 0; k < 6; k++, v /= 26)
		buf[k] = (char)('a' + v % 26);
	snprintf(buf + 6, 18, "%u", i);
}

static struct talk_step *
add_step(struct talk *t, enum talk_kind kind, bool wait)
{
	struct talk_step *s;

	t->steps = reallocarray(t->steps, t->steps_n + 1, sizeof(*t->steps));
	if (t->steps == NULL)
		err(1, "memory");
	s = &t->steps[t->steps_n++];
	*s = (struct talk_step){ .kind = kind, .wait = wait };
	return s;
}

/* Adds a send of `before` + `arg` + `after`, with %-letters put in. */
static struct talk_step *
add_send(struct talk *t, bool wait, const struct talk_words *w,
    const char *const part[3])
{
	struct talk_step *s = add_step(t, TALK_SEND, wait);
	char *text;

	if (asprintf(&text, "%s%s%s", part[0], part[1], part[2]) < 0)
		err(1, "memory");
	s->text = talk_expand(text, w);
	free(text);
	return s;
}

#define ADD_SEND(t, wait, w, before, arg, after) \
	add_send((t), (wait), (w), \
	    (const char *const[3]){ (before), (arg), (after) })

static void
add_rcpts(struct talk *t, bool wait, const struct talk_words *w)
{
	char buf[WORD_MAX], *save = NULL, name[24];

	snprintf(buf, sizeof(buf), "%s", w->rcpt);
	for (char *r = strtok_r(buf, ",", &save); r != NULL;
	     r = strtok_r(NULL, ",", &save))
		ADD_SEND(t, wait, w, "RCPT TO:<", r, ">\r\n")->verb = TALK_RCPT;
	for (unsigned i = 0; i < w->unknown; i++) {
		made_up(w->random, i, name);
		snprintf(buf, sizeof(buf), "%s@%s", name, w->domain);
		ADD_SEND(t, wait, w, "RCPT TO:<", buf, ">\r\n")->verb =
		    TALK_RCPT;
	}
}

static void
add_body(struct talk *t, bool wait, const struct talk_words *w)
{
	char *text = NULL, *id;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		err(1, "memory");
	id = talk_expand("%d.%n.%x", w);
	fprintf(f,
	    "From: <%s>\r\nTo: undisclosed-recipients:;\r\nSubject: %s\r\n"
	    "Message-ID: <%s@ztraffic.example>\r\n\r\n",
	    w->mail, w->subject, id);
	for (unsigned i = 0; i < w->size; i += 66)
		fprintf(f, "%.64s\r\n",
		    "All work and no play makes a zombie a dull boy; and so on"
		    " it goes");
	fputs("ztraffic was here\r\n.\r\n", f);
	fclose(f);
	ADD_SEND(t, wait, w, "", text, "")->verb = TALK_BODY;
	free(id);
	free(text);
}

/* \r \n \t \s (a space) \\ in `send:` */
static void
unescape(char *s)
{
	static const char from[] = "rnts\\", to[] = "\r\n\t \\";
	char *out = s;

	for (; *s != '\0'; s++) {
		const char *p = *s == '\\' && s[1] != '\0' ?
		    strchr(from, s[1]) :
		    NULL;

		*out++ = p == NULL ? *s : to[p - from];
		s += p != NULL;
	}
	*out = '\0';
}

/* Words with an argument after a colon. */
static bool
compile_arg(struct talk *t, char *word, bool wait, const struct talk_words *w)
{
	if (strncmp(word, "send:", 5) == 0) {
		unescape(word + 5);
		ADD_SEND(t, wait, w, "", word + 5, "");
	} else if (strncmp(word, "sleep:", 6) == 0) {
		add_step(t, TALK_SLEEP, true)->us = atoll(word + 6) * 1000;
	} else {
		return false;
	}
	return true;
}

/* Words that send a line of their own. */
static bool
compile_verb(struct talk *t, const char *word, bool wait,
    const struct talk_words *w)
{
	static const struct {
		const char *word, *text;
		enum talk_verb verb;
	} plain[] = { { "data", "DATA\r\n", TALK_DATA },
		{ "quit", "QUIT\r\n", TALK_QUIT }, { "rset", "RSET\r\n", 0 },
		{ "noop", "NOOP\r\n", 0 }, { "starttls", "STARTTLS\r\n", 0 },
		{ "get", "GET / HTTP/1.1\r\nHost: mail\r\n\r\n", 0 } };

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcmp(word, plain[i].word) == 0) {
			ADD_SEND(t, wait, w, "", plain[i].text, "")->verb =
			    plain[i].verb;
			return true;
		}
	if (strcmp(word, "ehlo") == 0)
		ADD_SEND(t, wait, w, "EHLO ", w->helo, "\r\n");
	else if (strcmp(word, "helo") == 0)
		ADD_SEND(t, wait, w, "HELO ", w->helo, "\r\n");
	else if (strcmp(word, "mail") == 0)
		ADD_SEND(t, wait, w, "MAIL FROM:<", w->mail, ">\r\n");
	else if (strcmp(word, "rcpts") == 0)
		add_rcpts(t, wait, w);
	else if (strcmp(word, "body") == 0)
		add_body(t, wait, w);
	else
		return false;
	return true;
}

static bool
compile_word(struct talk *t, char *word, const struct talk_words *w)
{
	static const struct {
		const char *name;
		enum talk_kind kind;
	} acts[] = { { "greet", TALK_GREET }, { "wait", TALK_WAIT },
		{ "push", TALK_PUSH }, { "fin", TALK_FIN }, { "rst", TALK_RST },
		{ "vanish", TALK_VANISH } };
	bool wait = word[0] != '!';

	word += !wait;
	if (strcmp(word, "piggyback") == 0) {
		t->piggyback = true;
		return true;
	}
	for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++)
		if (strcmp(word, acts[i].name) == 0) {
			(void)add_step(t, acts[i].kind, true);
			return true;
		}
	return compile_verb(t, word, wait, w) || compile_arg(t, word, wait, w);
}

bool
talk_compile(struct talk *t, const char *line, const struct talk_words *w,
    const char **bad)
{
	const char *p = talk_named(line) != NULL ? talk_named(line) : line;
	char word[WORD_MAX];

	*t = (struct talk){ .want = 1 };
	while (p += strspn(p, " \t"), *p != '\0') {
		size_t n = strcspn(p, " \t");

		*bad = p;
		if (n >= sizeof(word))
			return false;
		memcpy(word, p, n);
		word[n] = '\0';
		if (!compile_word(t, word, w))
			return false;
		p += n;
	}
	return true;
}

void
talk_fini(struct talk *t)
{
	for (size_t i = 0; i < t->steps_n; i++)
		free(t->steps[i].text);
	free(t->steps);
	t->steps = NULL;
	t->steps_n = 0;
}
