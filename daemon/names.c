/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/names.h"

#define NAME_MAX_BYTES  255
#define LABEL_MAX_BYTES 63
#define HEX_RUN_MIN     8 /* an IPv4 address in hexadecimal */
#define GROUPS_MIN      4 /* of an address in groups */
#define GROUP_MAX       4 /* figures in one */

const char *const helo_class_name[HELO_CLASSES] = {
	[HELO_NONE] = "none",
	[HELO_FQDN] = "fqdn",
	[HELO_RDNS] = "rdns",
	[HELO_DYNAMIC] = "dynamic",
	[HELO_LITERAL] = "literal",
	[HELO_WRONG_LITERAL] = "wrong_literal",
	[HELO_BARE_IP] = "bare_ip",
	[HELO_OURS] = "ours",
	[HELO_LOCAL] = "local",
	[HELO_SINGLE] = "single",
	[HELO_BAD] = "bad",
};

const char *const name_class_name[NAME_CLASSES] = {
	[NAME_NONE] = "none",
	[NAME_HOST] = "host",
	[NAME_SERVER] = "server",
	[NAME_GENERIC] = "generic",
	[NAME_DYNAMIC] = "dynamic",
};

#define LETTERS 32 /* by their last five bits, whatever their case */

/*
 * Word lists: by the first letter, a blank behind every word.  Words of
 * machines that serve; a number may follow (mx1).
 */
static const char *const server_words[LETTERS] = {
	['c' & 31] = "colo ",
	['d' & 31] = "dedicated ",
	['e' & 31] = "exim exchange estatica email ",
	['f' & 31] = "fixed fixip ",
	['i' & 31] = "ipstatic imap inmx ",
	['l' & 31] = "lists list ",
	['m' & 31] = "mail mx mta mailer mailout mailhost mailgw mout mxout "
		     "mxin mgw ",
	['n' & 31] = "newsletter ns ",
	['o' & 31] = "outbound outmx ",
	['p' & 31] = "post postfix ",
	['r' & 31] = "relay ",
	['s' & 31] = "smtp static srv server smtpout sender statik sta "
		     "staticip statip ",
	['v' & 31] = "vps ",
	['w' & 31] = "web www webmail ",
};

/* Beginnings of such words: mailserver, smtpgw. */
static const char *const server_begins[] = { "mail", "smtp" };
static const char *const server_ends[] = { "mail", "smtp", "mta" };

/* Words of access lines that say it on their own. */
static const char *const dynamic_words[LETTERS] = {
	['a' & 31] = "adsl ",
	['b' & 31] = "broadband bband ",
	['c' & 31] = "cable catv cablemodem cgn cgnat ",
	['d' & 31] = "dyn dynamic dynip dynamicip ddns dsl dhcp dynpool dialup "
		     "dialin dial dip dslb dslam dslpool docsis ",
	['h' & 31] = "hsd hfc hsdpa ",
	['i' & 31] = "ippool ",
	['p' & 31] = "ppp pppoe pool pools pppoa ",
	['s' & 31] = "sdsl ",
	['v' & 31] = "vdsl ",
	['w' & 31] = "wimax ",
	['x' & 31] = "xdsl ",
};

/* Their ends: modemcable, kabeldsl. */
static const char *const dynamic_ends[] = { "dsl", "cable" };

/* Words that count only beside the address. */
static const char *const access_words[LETTERS] = {
	['a' & 31] = "access abo abonent abonents abonnement ",
	['b' & 31] = "bb ",
	['c' & 31] = "cust customer customers client clients cpe cm cliente "
		     "clientes cdma ",
	['d' & 31] = "dorm dormitory ",
	['f' & 31] = "fiber ftth fttx ",
	['g' & 31] = "gprs gsm guest ",
	['h' & 31] = "home hotspot ",
	['k' & 31] = "klient kunde kunden ",
	['l' & 31] = "lte ",
	['m' & 31] = "modem mobile ",
	['n' & 31] = "node nat noptr ",
	['r' & 31] = "res residential ",
	['s' & 31] = "subs subscriber satellite student students ",
	['u' & 31] = "user users umts usuario unassigned unallocated unused ",
	['w' & 31] = "wireless wifi wlan ",
};

/* Before `static` they make it the other thing. */
static const char not_words[] = "non not no ";

/* The ends of names that only mean something on a private network. */
static const char local_ends[] =
    "local lan localdomain localhost localnet home internal intranet "
    "intra corp private invalid workgroup domain ";

/* Second levels under which names are registered: co.uk */
static const char second_levels[] = "co com net org ac gov or ne edu ";

/* A longer name is no name; nothing below looks at more than this. */
static struct str
capped(struct str s)
{
	if (s.n > NAME_MAX_BYTES)
		s.n = NAME_MAX_BYTES;
	return s;
}

/* ---- what the words say ---- */

/* Is the word, whatever its case, one of these?  None: NULL. */
static bool
in_words(struct str word, const char *at)
{
	while (at != NULL && *at != '\0') {
		size_t i = 0;

		while (i < word.n && at[i] != ' ' &&
		    at[i] == char_lower(word.p[i]))
			i++;
		if (i == word.n && at[i] == ' ')
			return true;
		for (at += i; *at != ' ';)
			at++;
		at++;
	}
	return false;
}

/* Begins or ends the word with one of them, and is not all of it? */
static bool
has_part(struct str word, const char *const *parts, size_t n, bool at_end)
{
	for (size_t i = 0; i < n; i++) {
		struct str part = { parts[i], strlen(parts[i]) }, got = word;

		if (word.n <= part.n)
			continue;
		got.n = part.n;
		if (at_end)
			got.p += word.n - part.n;
		if (str_eq_nocase(got, part))
			return true;
	}
	return false;
}

#define BEGINS(word, parts) \
	has_part((word), (parts), sizeof(parts) / sizeof((parts)[0]), false)
#define ENDS(word, parts) \
	has_part((word), (parts), sizeof(parts) / sizeof((parts)[0]), true)

size_t
name_last_label(struct str s)
{
	size_t i = s.n;

	while (i > 0 && s.p[i - 1] != '.')
		i--;
	return i;
}

/*
 * The part before the domain that was registered, roughly: two labels, or
 * three under `co.uk` and its like.  The words of a provider's own name
 * (`mail.cable.example`) say nothing about the line.
 */
static struct str
host_part(struct str name)
{
	size_t tld = name_last_label(name), second, third;
	struct str rest = { name.p, tld == 0 ? 0 : tld - 1 };

	second = name_last_label(rest);
	if (name.n - tld == 2 &&
	    in_words(str_from(rest, second), second_levels) && second > 0) {
		rest.n = second - 1;
		third = name_last_label(rest);
	} else {
		third = second;
	}
	return (struct str){ name.p, third == 0 ? 0 : third - 1 };
}

struct words {
	bool server, dynamic, access, digits;
};

/* One word, and the one before it if only a sign stands between them. */
static void
take_word(struct words *w, struct str word, struct str before)
{
	unsigned first = (uint8_t)word.p[0] & 31;

	if (in_words(before, not_words) && str_eq_nocase(word, STR("static"))) {
		w->dynamic = true;
		return;
	}
	w->server |= in_words(word, server_words[first]) ||
	    BEGINS(word, server_begins) || ENDS(word, server_ends);
	w->dynamic |= in_words(word, dynamic_words[first]) ||
	    ENDS(word, dynamic_ends);
	w->access |= in_words(word, access_words[first]);
}

static struct words
words_of(struct str host)
{
	struct words w = { 0 };
	struct str before = { host.p, 0 };

	for (size_t i = 0; i < host.n;) {
		struct str word = str_from(host, i);

		word.n = str_span(word, char_is_letter);
		if (word.n == 0) {
			w.digits |= char_is_digit(host.p[i]);
			i++;
			continue;
		}
		if (before.p + before.n + 1 != word.p)
			before.n = 0;
		take_word(&w, word, before);
		before = word;
		i += word.n;
	}
	return w;
}

enum name_class
name_classify(struct str name, const struct addr *client)
{
	struct words w;
	bool has;

	name = capped(name);
	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == 0 || str_eq_nocase(name, STR("unknown")))
		return NAME_NONE;
	w = words_of(host_part(name));
	has = name_has_addr(name, client);
	if (w.server)
		return NAME_SERVER;
	if ((w.dynamic && (has || w.digits)) || (w.access && has))
		return NAME_DYNAMIC;
	return has ? NAME_GENERIC : NAME_HOST;
}

/* ---- HELO ---- */

static bool
is_our_addr(const struct names_self *self, const struct addr *a)
{
	for (size_t i = 0; self != NULL && i < self->addrs_n; i++)
		if (addr_eq(&self->addrs[i], a))
			return true;
	return false;
}

static bool
is_our_name(const struct names_self *self, struct str name)
{
	const char *const *s = self == NULL ? NULL : self->names;

	for (; s != NULL && *s != NULL; s++)
		if (str_eq_nocase(name, (struct str){ *s, strlen(*s) }))
			return true;
	return false;
}

static bool
is_local(struct str name)
{
	size_t last = name_last_label(name);
	struct str end = str_from(name, last);

	if (last == 0)
		return str_eq_nocase(name, STR("localhost"));
	return in_words(end, local_ends) ||
	    (str_eq_nocase(end, STR("arpa")) && name.n >= 10 &&
		str_eq_nocase(str_from(name, name.n - 10), STR(".home.arpa")));
}

/* Labels of 1 to 63 letters, digits, '-' and '_'; the last not a number. */
static bool
is_host_name(struct str name)
{
	struct str last = str_from(name, name_last_label(name));
	size_t label = 0;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == '.' && label == 0)
			return false;
		if (c != '.' && c != '-' && c != '_' && !char_is_digit(c) &&
		    !char_is_letter(c))
			return false;
		label = c == '.' ? 0 : label + 1;
		if (label > LABEL_MAX_BYTES)
			return false;
	}
	return label > 0 && name.n <= NAME_MAX_BYTES &&
	    (last.n == name.n || str_span(last, char_is_digit) < last.n);
}

/* `[192.0.2.1]` */
static enum helo_class
classify_literal(struct str helo, const struct addr *client,
    const struct names_self *self)
{
	struct str inner = str_from(helo, 1);
	struct addr a;

	if (inner.n == 0 || inner.p[inner.n - 1] != ']')
		return HELO_WRONG_LITERAL;
	inner.n--;
	if (!addr_parse(inner, &a))
		return HELO_WRONG_LITERAL;
	if (addr_eq(&a, client))
		return HELO_LITERAL;
	return is_our_addr(self, &a) ? HELO_OURS : HELO_WRONG_LITERAL;
}

enum helo_class
helo_classify(struct str helo, const struct addr *client, struct str rdns,
    const struct names_self *self)
{
	enum name_class nc;
	struct addr a;

	if (helo.n == 0)
		return HELO_NONE;
	if (helo.p[0] == '[')
		return classify_literal(helo, client, self);
	if (addr_parse(helo, &a))
		return is_our_addr(self, &a) && !addr_eq(&a, client) ?
		    HELO_OURS :
		    HELO_BARE_IP;
	if (!is_host_name(helo))
		return HELO_BAD;
	if (is_our_name(self, helo))
		return HELO_OURS;
	if (is_local(helo))
		return HELO_LOCAL;
	if (name_last_label(helo) == 0)
		return HELO_SINGLE;
	nc = name_classify(helo, client);
	if (nc == NAME_GENERIC || nc == NAME_DYNAMIC)
		return HELO_DYNAMIC;
	return str_eq_nocase(helo, rdns) ? HELO_RDNS : HELO_FQDN;
}

/* ---- templates ---- */

/* Eight or more hex digits, figures and letters mixed. */
static bool
is_hex_run(struct str run)
{
	bool digit = false, letter = false;

	for (size_t i = 0; i < run.n; i++) {
		digit |= char_is_digit(run.p[i]);
		letter |= char_is_letter(run.p[i]);
	}
	return run.n >= HEX_RUN_MIN && digit && letter;
}

/* Lower case, each run of figures as one '#'; `n` is the room. */
static size_t
fold_digits(struct str run, char *out, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < run.n && len < n; i++) {
		if (!char_is_digit(run.p[i]))
			out[len++] = char_lower(run.p[i]);
		else if (i == 0 || !char_is_digit(run.p[i - 1]))
			out[len++] = '#';
	}
	return len;
}

/* `0x` and eight or more hex digits, or just such a run. */
static struct str
take_hex_run(struct str s)
{
	struct str run = s;

	run.n = str_span(s, char_is_hex);
	if (run.n == 1 && s.n > 2 && s.p[0] == '0' && char_lower(s.p[1]) == 'x')
		run.n = 2 + str_span(str_from(s, 2), char_is_hex);
	return run;
}

static bool
is_separator(char c)
{
	return c == '-' || c == '.' || c == ':';
}

static bool
has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (char_is_digit(s.p[i]))
			return true;
	return false;
}

/*
 * Bytes at the front that are an address in hexadecimal groups, such as
 * `cb-00-71-07` or `2001-db8-1-2`: GROUPS_MIN groups or more with the same
 * separator, most of them with a figure.  Labels of letters at its end belong
 * to the domain.  0 = none; `before` is the byte before it, 0 = none.
 */
static size_t
hex_groups(struct str s, char before)
{
	size_t at = 0, end = 0, groups = 0, figures = 0;
	char sep = '\0';

	if (char_is_letter(before) || char_is_digit(before))
		return 0;
	while (at < s.n) {
		struct str g = str_from(s, at);

		g.n = str_span(g, char_is_hex);
		at += g.n;
		if (g.n == 0 || g.n > GROUP_MAX ||
		    (at < s.n && !is_separator(s.p[at])))
			break;
		groups++;
		figures += has_digit(g);
		if (sep != '.' || has_digit(g))
			end = at;
		if (at == s.n || (sep != '\0' && s.p[at] != sep))
			break;
		sep = s.p[at++];
	}
	return groups >= GROUPS_MIN && figures * 2 >= groups ? end : 0;
}

/* Each group as one '#'; `n` is the room. */
static size_t
fold_groups(struct str groups, char *out, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < groups.n && len < n; i++) {
		if (is_separator(groups.p[i]))
			out[len++] = groups.p[i];
		else if (i == 0 || is_separator(groups.p[i - 1]))
			out[len++] = '#';
	}
	return len;
}

size_t
name_template(struct str name, char *out, size_t n)
{
	char before = '\0';
	size_t len = 0;

	name = capped(name);
	if (n == 0)
		return 0;
	while (name.n > 0 && len + 1 < n) {
		struct str run = { name.p, hex_groups(name, before) };

		if (run.n > 0) {
			len += fold_groups(run, out + len, n - 1 - len);
		} else {
			run = take_hex_run(name);
			if (run.n == 0)
				run.n = 1;
			if (is_hex_run(run))
				out[len++] = '@';
			else
				len += fold_digits(run, out + len, n - 1 - len);
		}
		before = run.p[run.n - 1];
		name = str_from(name, run.n);
	}
	out[len] = '\0';
	return len;
}
