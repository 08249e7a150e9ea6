/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/botnet_trait.h"

#include <stdio.h>

#include "fp/le.h"

#define RANDOM_MIN 6    /* characters, with that many ... */
#define RANDOM_ALT 3    /* ... changes between figures and letters */
#define KIND_OWNER 0x80 /* besides the kinds: domains */

/* Second levels under which names are registered: co.uk */
static const char *const second_levels[] = { "co", "com", "net", "org", "ac",
	"gov", "or", "ne", "edu", "go", "gob", "mil", "nom" };

/* What sloppy admins, too, leave as it came or call a machine. */
static const char *const common_words[] = { "mail", "mailserver", "mx", "smtp",
	"server", "srv", "exchange", "localhost", "user", "admin",
	"administrator", "pc", "home", "office", "gateway", "firewall",
	"router", "test", "host", "hostname", "default", "debian", "ubuntu",
	"centos", "fedora", "linux", "windows", "win", "desktop", "laptop",
	"nas", "scanner", "printer", "domain", "web", "www", "email", "vps" };

/* Domains that manuals and images use. */
static const char *const manual_domains[] = { "example.com", "example.org",
	"example.net", "domain.com", "domain.tld", "mydomain.com",
	"mydomain.tld", "yourdomain.com", "your-domain.com", "company.com",
	"localhost.com", "localdomain.com", "server.com", "test.com" };

/* Machine names that Windows makes: a word, '-' and so many by lot. */
static const struct {
	const char *word;
	size_t n;
} machines[] = { { "desktop", 7 }, { "laptop", 7 }, { "laptop", 8 },
	{ "win", 11 }, { "ec2amaz", 7 }, { "minint", 7 } };

#define LISTED(s, list) listed((s), (list), sizeof(list) / sizeof((list)[0]))

static bool
listed(struct str s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq_nocase(s, (struct str){ list[i], strlen(list[i]) }))
			return true;
	return false;
}

/* ---- domains ---- */

struct str
botnet_domain(struct str name)
{
	size_t tld, second;
	struct str rest;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	tld = name_last_label(name);
	if (tld == 0)
		return name;
	rest = (struct str){ name.p, tld - 1 };
	second = name_last_label(rest);
	if (second > 0 && name.n - tld == 2 &&
	    LISTED(str_from(rest, second), second_levels)) {
		rest.n = second - 1;
		second = name_last_label(rest);
	}
	return str_from(name, second);
}

static bool
same_domain(struct str a, struct str b)
{
	a = botnet_domain(a);
	b = botnet_domain(b);
	return a.n > 0 && memchr(a.p, '.', a.n) != NULL && str_eq_nocase(a, b);
}

bool
botnet_named(const struct botnet_client *c)
{
	return c->rdns.n > 0 && name_is_own(c->name_class);
}

/* ---- templates ---- */

static bool
is_alnum(char c)
{
	return char_is_letter(c) || char_is_digit(c);
}

/* How often figures and letters take turns. */
static unsigned
turns_of(struct str word)
{
	unsigned turns = 0;

	for (size_t i = 1; i < word.n; i++)
		turns += char_is_digit(word.p[i]) !=
		    char_is_digit(word.p[i - 1]);
	return turns;
}

/* Is it what Windows puts behind `before` and a '-'? */
static bool
of_machine(struct str before, struct str word)
{
	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (word.n == machines[i].n &&
		    str_eq_nocase(before,
			(struct str){ machines[i].word,
			    strlen(machines[i].word) }))
			return true;
	return false;
}

static size_t
word_template(struct str before, struct str word, char *out, size_t n)
{
	unsigned turns = turns_of(word);
	size_t len = 0;

	if (of_machine(before, word) ||
	    (word.n >= RANDOM_MIN && turns >= RANDOM_ALT)) {
		out[0] = '@';
		return 1;
	}
	if (turns != 1 || !char_is_letter(word.p[0]))
		return name_template(word, out, n);
	/* A word and a number: no hexadecimal, though it could be read so. */
	for (; char_is_letter(word.p[len]) && len + 1 < n; len++)
		out[len] = char_lower(word.p[len]);
	if (len + 1 < n)
		out[len++] = '#';
	return len;
}

size_t
botnet_template(struct str name, char *out, size_t n)
{
	struct str before = { name.p, 0 };
	size_t len = 0;

	if (name.n > BOTNET_TEXT_MAX - 1)
		name.n = BOTNET_TEXT_MAX - 1;
	while (name.n > 0 && len + 1 < n) {
		struct str word = { name.p, str_span(name, is_alnum) };

		if (word.n == 0) {
			out[len++] = name.p[0];
			/* Only `-` keeps what stands before it in mind. */
			if (name.p[0] != '-')
				before.n = 0;
			name = str_from(name, 1);
			continue;
		}
		len += word_template(before, word, out + len, n - len);
		before = word;
		name = str_from(name, word.n);
	}
	out[len] = '\0';
	return memchr(out, '#', len) == NULL && memchr(out, '@', len) == NULL ?
	    0 :
	    len;
}

/*
 * Figures and hexadecimal are one: a provider's addresses are in both.  What
 * was registered stays as it is: dyn.isp1.example is not dyn.isp2.example.
 */
static size_t
rdns_template(struct str name, char *out, size_t n)
{
	struct str domain = botnet_domain(name);
	size_t len, w = 0;

	if (name.n > 0 && name.p[name.n - 1] == '.')
		name.n--;
	if (name.n == domain.n || domain.n >= n)
		return 0;
	len = name_template((struct str){ name.p, name.n - domain.n }, out,
	    n - domain.n);
	for (size_t i = 0; i < len; i++) {
		char c = out[i] == '@' ? '#' : out[i];

		if (c != '#' || w == 0 || out[w - 1] != '#')
			out[w++] = c;
	}
	if (memchr(out, '#', w) == NULL)
		return 0;
	for (size_t i = 0; i < domain.n; i++)
		out[w++] = char_lower(domain.p[i]);
	out[w] = '\0';
	return w;
}

/* ---- keys ---- */

/* Lower case, without a dot at the end. */
static void
take_text(struct botnet_trait *t, struct str s)
{
	if (s.n > 0 && s.p[s.n - 1] == '.')
		s.n--;
	if (s.n > BOTNET_TEXT_MAX - 1)
		s.n = BOTNET_TEXT_MAX - 1;
	for (size_t i = 0; i < s.n; i++)
		t->text[i] = char_lower(s.p[i]);
	t->value = (struct str){ t->text, s.n };
}

static uint64_t
key_of(unsigned kind, struct str value)
{
	uint8_t buf[BOTNET_TEXT_MAX + 1];
	uint64_t key;

	buf[0] = (uint8_t)kind;
	for (size_t i = 0; i < value.n; i++)
		buf[1 + i] = (uint8_t)char_lower(value.p[i]);
	key = hash_stable(buf, 1 + value.n);
	return key == 0 ? 1 : key;
}

/* 0: no domain, or one that is not the same for all. */
static uint64_t
owner_of(struct str name)
{
	struct str d = botnet_domain(name);

	if (d.n == 0 || d.n > BOTNET_TEXT_MAX ||
	    memchr(d.p, '.', d.n) == NULL || memchr(d.p, '#', d.n) != NULL ||
	    memchr(d.p, '@', d.n) != NULL)
		return 0;
	return key_of(KIND_OWNER, d);
}

/* ---- the kinds ---- */

static enum botnet_part
part_of(const struct botnet_client *c)
{
	if (c->good)
		return BOTNET_KNOWN;
	return botnet_named(c) ? BOTNET_NAMED : BOTNET_MEMBER;
}

static enum botnet_part
helo_part(const struct botnet_client *c)
{
	if (c->helo.n == 0)
		return BOTNET_NO_PART;
	/* It, or its owner, may well have many machines of that name. */
	if (c->helo_class == HELO_RDNS || same_domain(c->helo, c->rdns))
		return BOTNET_OWNER;
	/* As long as its name is not known, it may be the owner. */
	if (!c->name_known ||
	    (c->helo_class != HELO_FQDN && c->helo_class != HELO_SINGLE &&
		c->helo_class != HELO_BAD && c->helo_class != HELO_OURS))
		return BOTNET_NO_PART;
	return part_of(c);
}

enum botnet_word
botnet_word(const struct botnet_client *c, struct str helo)
{
	if (c->helo_class == HELO_OURS)
		return BOTNET_WORD_NAME;
	if (LISTED(helo, common_words))
		return BOTNET_WORD_COMMON;
	if (c->helo_class != HELO_FQDN ||
	    LISTED(botnet_domain(helo), manual_domains))
		return BOTNET_WORD_WEAK;
	return BOTNET_WORD_NAME;
}

static void
helo_trait(const struct botnet_client *c, struct botnet_trait *t)
{
	t->part = helo_part(c);
	if (t->part == BOTNET_NO_PART)
		return;
	take_text(t, c->helo);
	t->key = t->owner = key_of(BOTNET_HELO, t->value);
	if (t->part == BOTNET_OWNER)
		t->domain = botnet_named(c) ? owner_of(t->value) : 0;
}

static void
template_trait(const struct botnet_client *c, struct botnet_trait *t)
{
	t->part = helo_part(c);
	if (t->part == BOTNET_OWNER)
		t->part = BOTNET_NO_PART;
	if (t->part == BOTNET_NO_PART)
		return;
	t->value.p = t->text;
	t->value.n = botnet_template(c->helo, t->text, sizeof(t->text));
	if (t->value.n == 0) {
		t->part = BOTNET_NO_PART;
		return;
	}
	t->key = key_of(BOTNET_TEMPLATE, t->value);
	t->owner = owner_of(t->value);
}

static void
way_trait(const struct botnet_client *c, struct botnet_trait *t)
{
	struct wr w = wr_init(t->text, sizeof(t->text));

	if (c->sig_key == 0 || c->way == 0)
		return;
	wr_le64(&w, c->sig_key);
	wr_le64(&w, c->way);
	/* Who has no name cannot say his own: that is told of it elsewhere. */
	wr_u8(&w,
	    c->helo_class == HELO_RDNS ? (uint8_t)HELO_FQDN : c->helo_class);
	t->part = part_of(c);
	t->value = (struct str){ t->text, w.n };
	/* Bytes, not text: no case is folded. */
	t->key = hash_stable(t->text, w.n);
	t->key += t->key == 0;
}

static void
sender_trait(const struct botnet_client *c, struct botnet_trait *t)
{
	const char *at = c->sender.n == 0 ?
	    NULL :
	    memrchr(c->sender.p, '@', c->sender.n);
	struct str local;

	if (at == NULL || !c->name_known)
		return;
	/* What machines send as on their own. */
	local = (struct str){ c->sender.p, (size_t)(at - c->sender.p) };
	if (local.n == 0 || str_eq_nocase(local, STR("postmaster")) ||
	    str_eq_nocase(local, STR("mailer-daemon")) ||
	    str_eq_nocase(local, STR("root")))
		return;
	t->part = part_of(c);
	take_text(t, c->sender);
	t->key = key_of(BOTNET_SENDER, t->value);
}

static void
rdns_trait(const struct botnet_client *c, struct botnet_trait *t)
{
	if (c->rdns.n == 0 ||
	    (c->name_class != NAME_GENERIC && c->name_class != NAME_DYNAMIC))
		return;
	t->value.p = t->text;
	t->value.n = rdns_template(c->rdns, t->text, sizeof(t->text));
	if (t->value.n == 0)
		return;
	t->part = part_of(c);
	t->key = key_of(BOTNET_RDNS, t->value);
	/* Words like `dyn` say that it is no server, whoever the owner is. */
	t->owner = c->name_class == NAME_GENERIC ? owner_of(t->value) : 0;
}

void
botnet_trait(const struct botnet_client *c, enum botnet_kind k,
    struct botnet_trait *t)
{
	t->part = BOTNET_NO_PART;
	t->key = t->owner = t->domain = 0;
	t->value = STR("");
	switch (k) {
	case BOTNET_HELO:
		helo_trait(c, t);
		break;
	case BOTNET_TEMPLATE:
		template_trait(c, t);
		break;
	case BOTNET_WAY:
		way_trait(c, t);
		break;
	case BOTNET_SENDER:
		sender_trait(c, t);
		break;
	default:
		rdns_trait(c, t);
		break;
	}
}

void
botnet_print(enum botnet_kind k, const struct botnet_trait *t,
    char out[BOTNET_NAME_MAX])
{
	static const char *const heads[BOTNET_KINDS] = {
		[BOTNET_HELO] = "helo:",
		[BOTNET_TEMPLATE] = "helo~",
		[BOTNET_WAY] = "way:",
		[BOTNET_SENDER] = "from:",
		[BOTNET_RDNS] = "rdns~",
	};
	size_t len = (size_t)snprintf(out, BOTNET_NAME_MAX, "%s", heads[k]);

	if (k == BOTNET_WAY) {
		(void)snprintf(out + len, BOTNET_NAME_MAX - len, "%08x",
		    (unsigned)(uint32_t)t->key);
		return;
	}
	for (size_t i = 0; i < t->value.n && len + 1 < BOTNET_NAME_MAX; i++) {
		char c = t->value.p[i];

		out[len++] = c > ' ' && c < 0x7f && c != '"' && c != '\\' ? c :
									    '?';
	}
	out[len] = '\0';
}
