/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/talk.h"

#include <stdarg.h>
#include <stdio.h>

#define TEXT_MAX (TALK_REPLY_MAX - 2) /* CR LF */

struct out {
	char *p;
	size_t n;
};

/* One reply line; what is too long for it is cut. */
static void __attribute__((format(printf, 2, 3)))
say(struct out *o, const char *fmt, ...)
{
	char text[TEXT_MAX + 1];
	va_list ap;
	size_t len;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	len = n < 0 ? 0 : (size_t)n < sizeof(text) ? (size_t)n : TEXT_MAX;
	if (len + 2 > TALK_OUT_MAX - o->n)
		return;
	memcpy(o->p + o->n, text, len);
	memcpy(o->p + o->n + len, "\r\n", 2);
	o->n += len + 2;
}

static void
wrong(struct talk *t, struct out *o, const char *reply)
{
	t->errors++;
	say(o, "%s", reply);
}

/* The last word: whatever was to be said instead is not. */
static void
end(struct talk *t, struct out *o, const char *code, const char *why)
{
	t->over = true;
	o->n = 0;
	say(o, "%s %.64s %s", code, t->conf->name, why);
}

/* ---- words ---- */

static struct str
trim(struct str s)
{
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = str_from(s, 1);
	while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Up to the first blank; *rest is what follows, trimmed. */
static struct str
word(struct str s, struct str *rest)
{
	size_t i = 0;

	while (i < s.n && s.p[i] != ' ' && s.p[i] != '\t')
		i++;
	*rest = trim(str_from(s, i));
	return (struct str){ s.p, i };
}

static void
note(struct talk_note *to, struct str s)
{
	to->n = (uint8_t)(s.n < TALK_NOTE_MAX ? s.n : TALK_NOTE_MAX);
	if (to->n > 0)
		memcpy(to->b, s.p, to->n);
}

/* The address of "FROM:<address> PARAMETERS", with or without blanks. */
static bool
path(struct str arg, struct str lead, struct str *address)
{
	struct str rest;

	if (arg.n < lead.n ||
	    !str_eq_nocase((struct str){ arg.p, lead.n }, lead))
		return false;
	arg = trim(str_from(arg, lead.n));
	*address = word(arg, &rest);
	if (address->n >= 2 && address->p[0] == '<' &&
	    address->p[address->n - 1] == '>')
		*address = (struct str){ address->p + 1, address->n - 2 };
	return arg.n > 0;
}

/* ---- the refusal ---- */

/* After "... is blocked here: "; what a human can make something of. */
static const char *const kind_words[FRONT_KINDS] = {
	[FRONT_KIND_NONE] = "spam came from it",
	[FRONT_KIND_TALK] = "it speaks like a program that sends spam",
	[FRONT_KIND_RECIPIENTS] =
	    "it sent mail to many addresses that do not exist",
	[FRONT_KIND_NAME] = "it has no proper name in DNS or in its HELO",
	[FRONT_KIND_BOTNET] =
	    "it acts like machines that are known to send spam",
	[FRONT_KIND_TRAP] =
	    "it sent mail to addresses that were never given to anybody",
	[FRONT_KIND_ADMIN] = "the administrator has blocked it",
	[FRONT_KIND_BOUNCES] = "it sends bounces of mail that nobody here sent",
};

/* The line with the link, as long as it may be; false: there is none. */
static bool
say_link(const struct talk *t, struct out *o)
{
	static const char *const leads[] = {
		"To unblock it, open this page, press its button, and send "
		"again:",
		"To unblock it:"
	};
	const char *url = t->conf->url, *token = t->client->token;

	if (url[0] == '\0' || token[0] == '\0')
		return false;
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]); i++) {
		if (strlen("550 5.7.1  /a/") + strlen(leads[i]) + strlen(url) +
			strlen(token) >
		    TEXT_MAX)
			continue;
		say(o, "550 5.7.1 %s %s/a/%s", leads[i], url, token);
		return true;
	}
	return false;
}

/*
 * Two lines, each of which makes sense without the other: some servers quote
 * only the first in the bounce, some only the last.
 */
static void
say_refusal(const struct talk *t, struct out *o)
{
	const struct talk_client *c = t->client;
	char who[ADDR_STRLEN];

	if (!c->told || !c->blocked) {
		say(o, "451 4.7.1 Please try again in a minute");
		return;
	}
	say(o, "550-5.7.1 Mail from [%s] is blocked here: %s.",
	    addr_print(&c->who, who),
	    kind_words[c->kind < FRONT_KINDS ? c->kind : FRONT_KIND_NONE]);
	if (!say_link(t, o))
		say(o,
		    "550 5.7.1 The block of [%s] ends by itself after a "
		    "while; the postmaster here can end it at once.",
		    who);
}

/* ---- the commands ---- */

static void
reset(struct talk *t)
{
	t->mail = false;
	t->rcpts = 0;
}

static void
on_helo(struct talk *t, struct str arg, struct out *o)
{
	if (arg.n == 0) {
		wrong(t, o, "501 5.5.4 Syntax: HELO hostname");
		return;
	}
	note(&t->helo, arg);
	reset(t);
	say(o, "250 %.180s", t->conf->name);
}

/* What it may need to come as far as RCPT; SIZE without a limit. */
static void
on_ehlo(struct talk *t, struct str arg, struct out *o)
{
	if (arg.n == 0) {
		wrong(t, o, "501 5.5.4 Syntax: EHLO hostname");
		return;
	}
	note(&t->helo, arg);
	reset(t);
	say(o, "250-%.180s", t->conf->name);
	say(o, "250-PIPELINING");
	say(o, "250-SIZE");
	say(o, "250-ENHANCEDSTATUSCODES");
	say(o, "250-8BITMIME");
	say(o, "250 SMTPUTF8");
}

static void
on_mail(struct talk *t, struct str arg, struct out *o)
{
	struct str address;

	if (!path(arg, STR("FROM:"), &address)) {
		wrong(t, o, "501 5.5.4 Syntax: MAIL FROM:<address>");
		return;
	}
	if (t->mail) {
		wrong(t, o, "503 5.5.1 There is a sender already");
		return;
	}
	note(&t->sender, address);
	t->mail = true;
	say(o, "250 2.1.0 Ok");
}

static void
on_rcpt(struct talk *t, struct str arg, struct out *o)
{
	struct str address;

	if (!t->mail) {
		wrong(t, o, "503 5.5.1 MAIL comes first");
		return;
	}
	if (!path(arg, STR("TO:"), &address)) {
		wrong(t, o, "501 5.5.4 Syntax: RCPT TO:<address>");
		return;
	}
	if (t->refused++ == 0)
		note(&t->rcpt, address);
	t->rcpts++;
	say_refusal(t, o);
}

static void
on_data(struct talk *t, struct str arg, struct out *o)
{
	(void)arg;
	if (!t->mail)
		wrong(t, o, "503 5.5.1 MAIL comes first");
	else if (t->rcpts == 0)
		wrong(t, o, "503 5.5.1 RCPT comes first");
	else if (t->client->told && t->client->blocked)
		say(o, "554 5.5.1 No valid recipients");
	else
		say(o, "451 4.7.1 No recipients now: try again in a minute");
}

static void
on_rset(struct talk *t, struct str arg, struct out *o)
{
	(void)arg;
	reset(t);
	say(o, "250 2.0.0 Ok");
}

static void
on_noop(struct talk *t, struct str arg, struct out *o)
{
	(void)t;
	(void)arg;
	say(o, "250 2.0.0 Ok");
}

static void
on_vrfy(struct talk *t, struct str arg, struct out *o)
{
	(void)t;
	(void)arg;
	say(o, "252 2.0.0 Try to send to it");
}

static void
on_help(struct talk *t, struct str arg, struct out *o)
{
	(void)t;
	(void)arg;
	say(o, "214 2.0.0 EHLO HELO MAIL RCPT RSET NOOP VRFY HELP QUIT");
}

static void
on_quit(struct talk *t, struct str arg, struct out *o)
{
	(void)arg;
	t->over = true;
	say(o, "221 2.0.0 Bye");
}

static void
on_absent(struct talk *t, struct str arg, struct out *o)
{
	(void)arg;
	wrong(t, o, "502 5.5.1 Not offered here");
}

static void
on_http(struct talk *t, struct str arg, struct out *o)
{
	(void)arg;
	end(t, o, "421 4.5.2", "speaks SMTP only, closing");
}

static const struct {
	struct str word;
	void (*fn)(struct talk *, struct str, struct out *);
} verbs[] = {
	{ STR("EHLO"), on_ehlo },
	{ STR("HELO"), on_helo },
	{ STR("MAIL"), on_mail },
	{ STR("RCPT"), on_rcpt },
	{ STR("DATA"), on_data },
	{ STR("RSET"), on_rset },
	{ STR("NOOP"), on_noop },
	{ STR("QUIT"), on_quit },
	{ STR("VRFY"), on_vrfy },
	{ STR("HELP"), on_help },
	{ STR("STARTTLS"), on_absent },
	{ STR("AUTH"), on_absent },
	{ STR("BDAT"), on_absent },
	{ STR("EXPN"), on_absent },
	{ STR("ETRN"), on_absent },
	{ STR("XCLIENT"), on_absent },
	{ STR("XFORWARD"), on_absent },
	{ STR("GET"), on_http },
	{ STR("POST"), on_http },
	{ STR("PUT"), on_http },
	{ STR("HEAD"), on_http },
	{ STR("OPTIONS"), on_http },
	{ STR("CONNECT"), on_http },
	{ STR("PRI"), on_http },
};

static void
command(struct talk *t, struct str line, struct out *o)
{
	struct str arg, verb = word(line, &arg);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (str_eq_nocase(verbs[i].word, verb)) {
			verbs[i].fn(t, arg, o);
			return;
		}
	wrong(t, o, "500 5.5.2 Unknown command");
}

/* ---- lines ---- */

static void
one_line(struct talk *t, struct out *o)
{
	struct str line = { t->line, t->line_n };
	bool skipped = t->skipping;

	t->line_n = 0;
	t->skipping = false;
	if (++t->commands > TALK_COMMANDS) {
		end(t, o, "421 4.7.0", "Too many commands, closing");
		return;
	}
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (skipped)
		wrong(t, o, "500 5.5.2 Line too long");
	else if (line.n > 0 && memchr(line.p, '\r', line.n) != NULL)
		wrong(t, o, "500 5.5.2 A carriage return within the line");
	else
		command(t, line, o);
	if (t->errors >= TALK_ERRORS && !t->over)
		end(t, o, "421 4.7.0", "Too many errors, closing");
}

/* Controls that no line of SMTP has: TLS, or something worse. */
static bool
binary(const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)p[i] < ' ' && p[i] != '\t' && p[i] != '\r')
			return true;
	return false;
}

/* Keeps a piece of the line, if there is room for all of it. */
static void
keep(struct talk *t, const char *p, size_t n)
{
	if (n > sizeof(t->line) - t->line_n)
		t->skipping = true;
	if (t->skipping || n == 0)
		return;
	memcpy(t->line + t->line_n, p, n);
	t->line_n += n;
}

size_t
talk_take(struct talk *t, const char *in, size_t n, size_t *used,
    char out[TALK_OUT_MAX])
{
	const char *nl = n == 0 ? NULL : memchr(in, '\n', n);
	size_t len = nl == NULL ? n : (size_t)(nl - in);
	struct out o = { out, 0 };

	*used = len + (nl != NULL);
	t->bytes += *used;
	if (t->over)
		return 0;
	if (binary(in, len))
		end(t, &o, "421 4.5.2", "speaks SMTP only, closing");
	else if (t->bytes > TALK_BYTES)
		end(t, &o, "421 4.7.0", "Too much input, closing");
	else
		keep(t, in, len);
	if (nl != NULL && !t->over)
		one_line(t, &o);
	return o.n;
}

bool
talk_needs_client(const struct talk *t, const char *in, size_t n)
{
	static const char rcpt[] = "RCPT";
	const size_t want = sizeof(rcpt) - 1;

	if (t->client->told || t->over || t->skipping || n == 0 ||
	    memchr(in, '\n', n) == NULL)
		return false;
	for (size_t i = 0; i < want; i++) {
		if (i >= t->line_n && i - t->line_n >= n)
			return false;
		if (char_lower(
			i < t->line_n ? t->line[i] : in[i - t->line_n]) !=
		    char_lower(rcpt[i]))
			return false;
	}
	return true;
}

size_t
talk_begin(struct talk *t, const struct talk_conf *conf,
    const struct talk_client *client, char out[TALK_OUT_MAX])
{
	struct out o = { out, 0 };

	memset(t, 0, sizeof(*t));
	t->conf = conf;
	t->client = client;
	say(&o, "220 %.180s ESMTP", conf->name);
	return o.n;
}

size_t
talk_end(struct talk *t, const char *why, char out[TALK_OUT_MAX])
{
	struct out o = { out, 0 };

	end(t, &o, "421 4.4.2", why);
	return o.n;
}

size_t
talk_busy(const struct talk_conf *conf, char out[TALK_OUT_MAX])
{
	struct out o = { out, 0 };

	say(&o, "421 4.3.2 %.120s Too many connections, try again later",
	    conf->name);
	return o.n;
}
