/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>

#include "tests/tools/day/plan.h"

#define N(a)       (sizeof(a) / sizeof((a)[0]))
#define PICK(d, a) ((a)[dice_below((d), N(a))])

static const char *const syllables[] = { "ka", "lo", "mer", "tin", "bra", "vo",
	"del", "sun", "ri", "pen", "gar", "hol", "ni", "ster", "ux", "fal",
	"mo", "zen", "qua", "bel", "tor", "wes", "an", "dru", "eck", "li" };

static void
word(struct dice *d, unsigned n, char out[32])
{
	out[0] = '\0';
	for (unsigned i = 0; i < n; i++)
		strcat(out, PICK(d, syllables));
}

static void
letters(struct dice *d, unsigned n, const char *of, char *out)
{
	size_t of_n = strlen(of);

	for (unsigned i = 0; i < n; i++)
		out[i] = of[dice_below(d, (unsigned)of_n)];
	out[n] = '\0';
}

static void
domain(struct dice *d, char out[NAME_BYTES])
{
	static const char *const ends[] = { "example", "example", "example",
		"example.com", "example.net", "test" };
	char a[32], b[32];
	const char *hyphen;

	word(d, 2, a);
	word(d, 1 + dice_below(d, 2), b);
	hyphen = dice_yes(d, 0.3) ? "-" : "";
	snprintf(out, NAME_BYTES, "%s%s%s.%s", a, hyphen, b, PICK(d, ends));
}

/* The provider of a network: always the same one. */
static void
provider(const struct client *c, char out[NAME_BYTES])
{
	struct dice d = { 77 + c->net % 60 };
	char a[32];

	word(&d, 3, a);
	snprintf(out, NAME_BYTES, "%s.example", a);
}

/* The pattern with each %u and %s filled in from `a`, in turn. */
static void
fill(const char *pattern, const char *const *a, char out[NAME_BYTES])
{
	size_t n = 0;

	for (const char *p = pattern; *p != '\0' && n + 1 < NAME_BYTES; p++) {
		if (*p != '%') {
			out[n++] = *p;
			continue;
		}
		p++;
		for (const char *s = *a++; *s != '\0' && n + 1 < NAME_BYTES;)
			out[n++] = *s++;
	}
	out[n] = '\0';
}

static void
line_name(const char *pattern, const struct client *c, char out[NAME_BYTES])
{
	char part[4][8], isp[NAME_BYTES];
	unsigned at = c->a.family == 4 ? 0 : 4;

	for (unsigned i = 0; i < 4; i++)
		if (c->a.family == 4)
			snprintf(part[i], sizeof(part[i]), "%u",
			    c->a.b[at + i]);
		else
			snprintf(part[i], sizeof(part[i]), "%02x%02x",
			    c->a.b[at + 2 * i], c->a.b[at + 2 * i + 1]);
	provider(c, isp);
	fill(pattern,
	    (const char *const[]){ part[0], part[1], part[2], part[3], isp },
	    out);
}

static void
server_name(struct dice *d, const char *dom, char out[NAME_BYTES])
{
	static const char *const heads[] = { "mail", "mail", "mail", "mx",
		"mx1", "mx2", "smtp", "mailgw", "mta2", "out", "relay3",
		"mailer", "www", "server", "atlas", "zeus", "gate", "h4711",
		"vm12" };

	snprintf(out, NAME_BYTES, "%s.%.60s", PICK(d, heads), dom);
}

static void
reverse_name(struct plan *p, struct client *c, struct dice *d)
{
	const struct kind *k = &p->world->kinds[c->kind];
	char letter[2];
	unsigned number;

	switch (c->v[F_RDNS]) {
	case RDNS_DYNAMIC:
		line_name(p->world->line[c->net % 2], c, c->rdns);
		break;
	case RDNS_GENERIC:
		line_name(p->world->line[2 + c->net % 2], c, c->rdns);
		break;
	case RDNS_STATIC:
		line_name("static-%u-%u-%u-%u.%s", c, c->rdns);
		break;
	case RDNS_NAMED:
		server_name(d, c->domain, c->rdns);
		break;
	case RDNS_POOL:
		letters(d, 1, "abcdefghi", letter);
		number = dice_below(d, 90) + 10;
		snprintf(c->rdns, NAME_BYTES, "mail-%s%u-%u.%s", letter, number,
		    dice_below(d, 250),
		    k->domain != NULL ? k->domain : "pool.example");
		break;
	default:
		c->rdns[0] = '\0';
	}
}

static void
label(struct dice *d, char out[NAME_BYTES])
{
	static const char *const heads[] = { "mail01", "EXCHANGE", "SRV-MAIL",
		"server", "mail", "SBS2011", "mailserver", "srv01", "EX2016" };
	char w[32];

	word(d, 2, w);
	if (dice_yes(d, 0.5))
		snprintf(out, NAME_BYTES, "%s", PICK(d, heads));
	else
		snprintf(out, NAME_BYTES, "%s-%s", w, PICK(d, heads));
}

static void
inside(struct dice *d, char out[NAME_BYTES])
{
	static const char *const heads[] = { "server", "mail", "exchange",
		"srv2012", "dc01" };
	static const char *const ends[] = { "local", "local", "lan", "internal",
		"intern.local" };
	char w[32];
	const char *head;

	word(d, 2, w);
	head = PICK(d, heads);
	snprintf(out, NAME_BYTES, "%s.%s.%s", head, w, PICK(d, ends));
}

static void
helo_text(struct plan *p, struct client *c, struct dice *d)
{
	const struct world *w = p->world;
	char b[ADDR_STRLEN], r[16];
	unsigned some = 0;

	switch (c->v[F_HELO]) {
	case HELO_OWN:
		snprintf(c->helo, NAME_BYTES, "%s", c->rdns);
		break;
	case HELO_SERVER:
		snprintf(c->helo, NAME_BYTES, "mx%u-out.%.60s",
		    dice_below(d, 9), c->domain);
		break;
	case HELO_RANDOM:
		letters(d, 5 + dice_below(d, 6), "abcdefghijklmnoprstuvwxyz",
		    r);
		snprintf(c->helo, NAME_BYTES, "%s.example.com", r);
		break;
	case HELO_DESKTOP:
		letters(d, 7, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", r);
		snprintf(c->helo, NAME_BYTES, "DESKTOP-%s", r);
		break;
	case HELO_LABEL:
		label(d, c->helo);
		break;
	case HELO_INSIDE:
		inside(d, c->helo);
		break;
	case HELO_LOCALHOST:
		snprintf(c->helo, NAME_BYTES, "localhost%s",
		    dice_yes(d, 0.5) ? ".localdomain" : "");
		break;
	case HELO_ITSELF:
		snprintf(c->helo, NAME_BYTES, "[%s%s]",
		    c->a.family == 6 ? "IPv6:" : "", addr_print(&c->a, b));
		break;
	case HELO_WRONG:
		some = dice_below(d, 3);
		snprintf(c->helo, NAME_BYTES, "[192.168.%u.%u]", some,
		    dice_below(d, 250) + 1);
		break;
	case HELO_BARE:
		snprintf(c->helo, NAME_BYTES, "%s", addr_print(&c->a, b));
		break;
	case HELO_US:
		snprintf(c->helo, NAME_BYTES, "%s",
		    dice_yes(d, 0.5) ? "mx.example.org" : "example.org");
		break;
	case HELO_BIG:
		while (w->big[some] != NULL)
			some++;
		snprintf(c->helo, NAME_BYTES, "%s",
		    w->big[dice_below(d, some)]);
		break;
	case HELO_LINE:
		line_name(w->line[c->net % 2], c, c->helo);
		break;
	case HELO_LETTERS:
		letters(d, 8, "abcdefghijklmnopqrstuvwxyz", c->helo);
		break;
	default:
		snprintf(c->helo, NAME_BYTES, "%s",
		    w->shared[c->v[F_HELO] - HELO_SHARED0]);
	}
}

void
names_make(struct plan *p, struct client *c, struct dice *d)
{
	const struct kind *k = &p->world->kinds[c->kind];

	if (k->domain != NULL)
		snprintf(c->domain, NAME_BYTES, "%s", k->domain);
	else
		domain(d, c->domain);
	reverse_name(p, c, d);
	helo_text(p, c, d);
}
