/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/dialogue.h"

#include "fp/addr.h"
#include "fp/session.h"

#define GROUPS_V4 4  /* numbers that make an address in a name */
#define GROUPS_V6 6  /* groups of a long IPv6 form; EUI-64 names have 8 */
#define RUN_V4    12 /* 192000002007 */

/* What SMTP has, or servers have of their own, beyond enum session_verb. */
static const struct str other_verbs[] = { STR("HELP"), STR("ETRN"), STR("TURN"),
	STR("ATRN"), STR("SEND"), STR("SOML"), STR("SAML"), STR("LHLO"),
	STR("BURL"), STR("XCLIENT"), STR("XFORWARD"), STR("XEXCH50"),
	STR("X-ANONYMOUSTLS"), STR("X-EXPS") };

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_word(char c)
{
	return !is_blank(c);
}

/* The longest front of `s` of that kind, cut off it. */
static struct str
take(struct str *s, bool (*is)(char))
{
	struct str front = { s->p, str_span(*s, is) };

	*s = str_from(*s, front.n);
	return front;
}

/* --- case --- */

static enum dialogue_case
case_of(struct str word)
{
	size_t upper = 0, lower = 0;
	bool title = word.n > 0 && word.p[0] >= 'A' && word.p[0] <= 'Z';

	for (size_t i = 0; i < word.n; i++) {
		if (!char_is_letter(word.p[i]))
			continue;
		if (word.p[i] & 0x20)
			lower++;
		else
			upper++;
	}
	if (lower == 0)
		return upper > 0 ? DIALOGUE_CASE_UPPER : DIALOGUE_CASE_NONE;
	if (upper == 0)
		return DIALOGUE_CASE_LOWER;
	return title && upper == 1 ? DIALOGUE_CASE_TITLE : DIALOGUE_CASE_MIXED;
}

/* A category so far, and one more opinion. */
static void
add(uint8_t *c, unsigned now, unsigned mixed)
{
	if (now == 0)
		return;
	*c = (uint8_t)(*c == 0 || *c == now ? now : mixed);
}

/* --- MAIL and RCPT --- */

struct path {
	enum dialogue_path form;
	enum dialogue_case word; /* of FROM or TO */
	bool empty;              /* <> */
	bool params;
	bool cut; /* the address goes on beyond the text */
	struct str address;
};

static struct str
without_blanks(struct str s)
{
	take(&s, is_blank);
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* After `<`: past the `>` that ends it; quoted ones do not. */
static bool
skip_path(struct str *s, struct path *p)
{
	bool quoted = false;

	p->empty = s->n > 0 && s->p[0] == '>';
	p->address = without_blanks(*s);
	for (size_t i = 0; i < s->n; i++) {
		if (s->p[i] == '\\')
			i++;
		else if (s->p[i] == '"')
			quoted = !quoted;
		else if (s->p[i] == '>' && !quoted) {
			p->address = without_blanks((struct str){ s->p, i });
			*s = str_from(*s, i + 1);
			return true;
		}
	}
	return false;
}

static enum dialogue_path
path_form(bool before, bool after, bool angled)
{
	if (before)
		return after || !angled ? DIALOGUE_PATH_OTHER :
					  DIALOGUE_PATH_BEFORE;
	if (after)
		return angled ? DIALOGUE_PATH_SPACE : DIALOGUE_PATH_BARE_SPACE;
	return angled ? DIALOGUE_PATH_PLAIN : DIALOGUE_PATH_BARE;
}

/* What follows the verb, from the word (FROM or TO) on. */
static struct path
path_of(struct str s, struct str word, const struct dialogue_line *l)
{
	struct path p = { .form = DIALOGUE_PATH_OTHER };
	bool before, after;

	if (s.n < word.n || !str_eq_nocase((struct str){ s.p, word.n }, word))
		return p;
	p.word = case_of((struct str){ s.p, word.n });
	s = str_from(s, word.n);
	before = take(&s, is_blank).n > 0;
	if (s.n == 0 || s.p[0] != ':')
		return p;
	s = str_from(s, 1);
	after = take(&s, is_blank).n > 0;
	if (s.n == 0)
		return p;
	if (s.p[0] != '<') {
		p.address = take(&s, is_word);
		p.cut = s.n == 0 && l->more;
		take(&s, is_blank);
		p.params = s.n > 0 || (l->more && l->params);
		p.form = path_form(before, after, false);
		return p;
	}
	s = str_from(s, 1);
	if (!skip_path(&s, &p)) {
		if (l->more)
			p.form = path_form(before, after, true);
		p.params = l->more && l->params;
		p.cut = l->more;
		return p;
	}
	if (s.n == 0 || is_blank(s.p[0]))
		p.form = path_form(before, after, true);
	take(&s, is_blank);
	p.params = s.n > 0 || (l->more && l->any);
	return p;
}

static void
add_path(struct dialogue *d, struct dialogue_line *l, struct str s)
{
	bool mail = l->verb == VERB_MAIL;
	struct path p = path_of(s, mail ? STR("FROM") : STR("TO"), l);

	add(mail ? &d->mail_path : &d->rcpt_path, p.form, DIALOGUE_PATH_MIXED);
	add(&d->word_case, p.word, DIALOGUE_CASE_MIXED);
	if (p.params)
		d->flags |= DIALOGUE_PARAMS;
	if (mail && p.empty)
		d->flags |= DIALOGUE_NULL_SENDER;
	l->address = p.address;
	l->address_cut = p.cut;
	l->null_path = p.empty;
}

/* --- whole lines --- */

static bool
add_verb(struct dialogue *d, const struct dialogue_line *l, struct str word)
{
	static const struct {
		uint16_t verb;
		uint32_t flag;
	} flags[] = {
		{ VERB_HTTP, DIALOGUE_HTTP },
		{ VERB_STARTTLS, DIALOGUE_STARTTLS },
		{ VERB_AUTH, DIALOGUE_AUTH },
		{ VERB_NOOP, DIALOGUE_NOOP },
		{ VERB_VRFY, DIALOGUE_VRFY },
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (l->verb == flags[i].verb)
			d->flags |= flags[i].flag;
	if (str_eq_nocase(word, STR("BDAT")))
		d->flags |= DIALOGUE_BDAT;
	if (l->verb == VERB_HTTP)
		return false;
	if (l->verb != VERB_OTHER) {
		add(&d->verb_case, case_of(word), DIALOGUE_CASE_MIXED);
		return true;
	}
	for (size_t i = 0; i < sizeof(other_verbs) / sizeof(other_verbs[0]);
	     i++)
		if (str_eq_nocase(word, other_verbs[i]))
			return true;
	d->flags |= word.n > 0 ? DIALOGUE_UNKNOWN : DIALOGUE_EMPTY;
	return false;
}

bool
dialogue_line(struct dialogue *d, struct dialogue_line *l)
{
	struct str s = l->text, lead, word, gap;
	bool known;

	lead = take(&s, is_blank);
	word = take(&s, is_word);
	gap = take(&s, is_blank);
	add(&d->eol, l->lf ? DIALOGUE_EOL_LF : DIALOGUE_EOL_CRLF,
	    DIALOGUE_EOL_MIXED);
	known = add_verb(d, l, word);
	if (l->trailing)
		d->flags |= DIALOGUE_TRAILING;
	if (word.n > 0 && (lead.n > 0 || (s.n > 0 && gap.n > 1)))
		d->flags |= DIALOGUE_SPACED;
	if (l->verb == VERB_MAIL || l->verb == VERB_RCPT)
		add_path(d, l, s);
	if ((l->verb & (VERB_HELO | VERB_EHLO)) == 0 ||
	    d->name != DIALOGUE_NAME_NONE)
		return known;
	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	d->name = (uint8_t)dialogue_name_class(s);
	return known;
}

/* --- names --- */

static bool
is_label_char(char c)
{
	return char_is_letter(c) || char_is_digit(c) || c == '-' || c == '_';
}

/* Labels of a name, 0 when it is none; `*last` is the last of them. */
static size_t
labels(struct str s, struct str *last)
{
	size_t n = 0;

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	for (;;) {
		struct str label = take(&s, is_label_char);

		if (label.n == 0 || label.n > 63 || label.p[0] == '-' ||
		    label.p[label.n - 1] == '-')
			return 0;
		n++;
		*last = label;
		if (s.n == 0)
			return n;
		if (s.p[0] != '.')
			return 0;
		s = str_from(s, 1);
	}
}

/* One of the numbers of a dotted quad, without the dots. */
static bool
is_byte(struct str s)
{
	unsigned v = 0;

	if (s.n == 0 || s.n > 3)
		return false;
	for (size_t i = 0; i < s.n; i++)
		v = v * 10 + (unsigned)(s.p[i] - '0');
	return v <= 255;
}

static bool
is_run(struct str s)
{
	if (s.n != RUN_V4)
		return false;
	for (size_t i = 0; i < RUN_V4; i += 3)
		if (!is_byte((struct str){ s.p + i, 3 }))
			return false;
	return true;
}

/* Four numbers with one mark between each, or twelve digits in a row. */
static bool
has_v4(struct str s)
{
	unsigned n = 0;

	while (s.n > 0) {
		struct str digits = take(&s, char_is_digit);

		if (is_run(digits))
			return true;
		n = is_byte(digits) ? n + 1 : 0;
		if (n == GROUPS_V4)
			return true;
		if (s.n == 0)
			return false;
		if (!(s.p[0] == '-' || s.p[0] == '.' || s.p[0] == '_'))
			n = 0;
		s = str_from(s, 1);
	}
	return false;
}

/* Groups of one to four hexadecimal digits with dashes between. */
static bool
has_v6(struct str s)
{
	unsigned n = 0;

	while (s.n > 0) {
		struct str hex = take(&s, char_is_hex);

		n = hex.n > 0 && hex.n <= 4 ? n + 1 : 0;
		if (n == GROUPS_V6)
			return true;
		if (s.n > 0 && s.p[0] != '-')
			n = 0;
		if (s.n > 0)
			s = str_from(s, 1);
	}
	return false;
}

static bool
all_digits(struct str s)
{
	return str_span(s, char_is_digit) == s.n;
}

static bool
one_of(struct str s, const struct str *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(s, list[i]))
			return true;
	return false;
}

/* Under a name that no public DNS has. */
static bool
is_private(struct str s, struct str last)
{
	static const struct str tops[] = { STR("local"), STR("lan"),
		STR("localdomain"), STR("internal"), STR("intranet"),
		STR("intern"), STR("private"), STR("home"), STR("corp"),
		STR("workgroup") };
	const struct str arpa = STR(".home.arpa");

	if (s.n > 1 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n > arpa.n && str_eq_nocase(str_from(s, s.n - arpa.n), arpa))
		return true;
	return one_of(last, tops, sizeof(tops) / sizeof(tops[0]));
}

enum dialogue_name
dialogue_name_class(struct str arg)
{
	static const struct str local[] = { STR("localhost"),
		STR("localhost.localdomain"), STR("localhost."),
		STR("localhost.localdomain.") };
	struct str last;
	struct addr a;
	size_t n;

	if (arg.n == 0)
		return DIALOGUE_NAME_EMPTY;
	if (arg.p[0] == '[') {
		struct str in = { arg.p + 1, arg.n - 1 };

		if (in.n == 0 || in.p[in.n - 1] != ']')
			return DIALOGUE_NAME_BAD;
		in.n--;
		return addr_parse(in, &a) ? DIALOGUE_NAME_LITERAL :
					    DIALOGUE_NAME_BAD;
	}
	if (addr_parse(arg, &a))
		return DIALOGUE_NAME_BARE_ADDR;
	if (one_of(arg, local, sizeof(local) / sizeof(local[0])))
		return DIALOGUE_NAME_LOCALHOST;
	n = labels(arg, &last);
	if (n == 0)
		return DIALOGUE_NAME_BAD;
	if (n == 1)
		return DIALOGUE_NAME_LABEL;
	if (all_digits(last))
		return DIALOGUE_NAME_BAD;
	if (is_private(arg, last))
		return DIALOGUE_NAME_PRIVATE;
	return has_v4(arg) || has_v6(arg) ? DIALOGUE_NAME_DIGITS :
					    DIALOGUE_NAME_FQDN;
}
