/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/tools/lib/statsfake.h"

#define HOUR_MS  INT64_C(3600000)
#define DAY_MS   (24 * HOUR_MS)
#define TEXT_MAX 1200

/* ---- memory: blocks in a chain, freed together ---- */

struct block {
	struct block *next;
	max_align_t data[];
};

struct fake {
	const struct statsfake *how;
	struct stats *s;
	uint64_t random;
};

static void *
take(struct fake *f, size_t n)
{
	struct block *b = calloc(1, sizeof(*b) + n);

	if (b == NULL)
		abort();
	b->next = f->s->mem;
	f->s->mem = b;
	return b->data;
}

__attribute__((format(printf, 2, 3))) static const char *
text(struct fake *f, const char *fmt, ...)
{
	char buf[TEXT_MAX], *out;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= TEXT_MAX)
		abort();
	out = take(f, (size_t)n + 1);
	memcpy(out, buf, (size_t)n);
	return out;
}

void
statsfake_free(struct stats *s)
{
	struct block *b = s->mem;

	while (b != NULL) {
		struct block *next = b->next;

		free(b);
		b = next;
	}
	*s = (struct stats){ 0 };
}

/* ---- chance ---- */

static uint64_t
chance(struct fake *f)
{
	f->random ^= f->random << 13;
	f->random ^= f->random >> 7;
	f->random ^= f->random << 17;
	return f->random >> 8;
}

static uint32_t
below(struct fake *f, uint32_t n)
{
	return (uint32_t)(chance(f) % n);
}

static uint32_t
about(struct fake *f, double mean)
{
	double u = (double)below(f, 1001) / 1000;
	double v = mean + sqrt(mean) * (u - 0.5) * 3;

	return v > 0 ? (uint32_t)(v + u) : 0;
}

/* ---- history ---- */

/* People by day, zombies rather by night, and a wave every nine days. */
static void
fill_slot(struct fake *f, struct tally_slot *slot, int64_t t_ms, double hours)
{
	double hour = fmod((double)t_ms / HOUR_MS, 24);
	int64_t day = t_ms / DAY_MS;
	bool weekend = (day + 4) % 7 == 0 || (day + 4) % 7 == 6;
	double people = 90 + 60 * sin((hour - 8) / 24 * 2 * M_PI);
	double zombies = 420 + 140 * sin((hour + 4) / 24 * 2 * M_PI) +
	    (day % 9 == 3 ? 700 * sin(hour / 24 * M_PI) : 0);
	double part = 0.08; /* before they are found out, in any mode */
	uint32_t *n = slot->n;

	if (weekend)
		people /= 3;
	n[TALLY_GOOD] = about(f, people * hours);
	n[TALLY_ZOMBIE] = about(f, zombies * hours * part);
	n[TALLY_CONNECTS] = n[TALLY_GOOD] + n[TALLY_ZOMBIE] +
	    about(f, 25 * hours);
	n[TALLY_PREVENTED] = about(f, zombies * hours * 0.85);
	n[TALLY_LISTED] = n[TALLY_PREVENTED] / 9;
	n[TALLY_REJECTED] = about(f, zombies * hours * 0.12);
	n[TALLY_CUT] = about(f, zombies * hours * 0.03);
	n[TALLY_MESSAGES] = about(f, people * hours * 1.2);
	n[TALLY_CLIENTS] = about(f, 40 * hours);
	n[TALLY_FIRST] = about(f, 15 * hours);
	n[TALLY_AGAIN] = about(f, 30 * hours);
	n[TALLY_ENDED] = about(f, 40 * hours);
	n[TALLY_BACK] = about(f, 2 * hours);
	n[TALLY_MISTAKES] = below(f, 400) < 400 * hours / 90;
	n[TALLY_CLICKS] = n[TALLY_MISTAKES] * below(f, 2);
	n[TALLY_LIFTED] = n[TALLY_MISTAKES] - n[TALLY_CLICKS];
	n[TALLY_BLOCKED_NOW] = 2000;
	n[TALLY_STORED_NOW] = 60000;
}

static void
fill_series(struct fake *f, enum tally_step step)
{
	struct stats_series *r = &f->s->series[step];
	int64_t step_ms = tally_step_ms[step];
	int64_t end = f->how->until_ms / step_ms + 1;
	size_t n = (size_t)(f->how->days * DAY_MS / step_ms);

	/* The slot that it begins in counts, too. */
	if (f->how->hours > 0)
		n = (size_t)(end - f->s->first_ms / step_ms);
	if (n > tally_keep_slots[step])
		n = tally_keep_slots[step];
	r->step = step;
	r->first = (uint32_t)(end - (int64_t)n);
	r->n = n;
	r->slot = take(f, n * sizeof(*r->slot));
	for (size_t i = 0; i < n; i++) {
		struct tally_slot *slot = &r->slot[i];

		slot->modes = f->how->modes;
		if (slot->modes == (TALLY_SHADOW | TALLY_ENFORCE))
			slot->modes = i < n / 3 ? TALLY_SHADOW : TALLY_ENFORCE;
		/* Once it did not run for a while. */
		if (i > n / 2 && i < n / 2 + n / 60)
			slot->modes = 0;
		else
			fill_slot(f, slot, (r->first + (int64_t)i) * step_ms,
			    (double)step_ms / HOUR_MS);
	}
}

static void
fill_totals(struct fake *f)
{
	enum tally_step step = f->how->days > 31 ? TALLY_DAY : TALLY_HOUR;
	const struct stats_series *r = &f->s->series[step];

	for (size_t i = 0; i < r->n; i++)
		for (int k = 0; k < TALLY_KINDS; k++)
			f->s->total.n[k] = k < TALLY_TOTALS ?
			    f->s->total.n[k] + r->slot[i].n[k] :
			    r->slot[i].n[k];
	f->s->before_known = true;
	for (int k = 0; k < TALLY_TOTALS; k++)
		f->s->before.n[k] = f->s->total.n[k] * (80 + below(f, 50)) /
		    100;
	f->s->connects = f->s->total.n[TALLY_CONNECTS];
	f->s->knocks = f->s->total.n[TALLY_PREVENTED];
	f->s->clients = 61284;
	f->s->zombies = 48311;
	f->s->blocked_now = 2031;
	f->s->good = 3120;
	for (size_t i = 0; i < 6; i++)
		f->s->tier_n[i + 1] = (uint64_t[]){ 120, 260, 610, 540, 380,
			121 }[i];
}

/* ---- names ---- */

#define LONG_100 \
	"averyverylongnameaveryverylongnameaveryverylongnameaveryverylong" \
	"nameaveryverylongnameaveryverylongna"

static const char *const hostile[] = {
	"<script>window.hacked=1;document.title='hacked'</script>",
	"\"><img src=x onerror=\"window.hacked=2\">",
	"'><svg onload='window.hacked=3'>",
	"</table></details></section><script>window.hacked=4</script>",
	"</style><style>*{display:none}</style>",
	"<!--",
	"&lt;b&gt;&amp;amp;",
	"mail.\xe2\x80\xaemoc.elpmaxe\xe2\x80\xac.example",
	"\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d\xe2\x81\xa6 1 2 3\xe2\x81\xa9",
	"\xff\xfe\xc0\xaf\xed\xa0\x80 not utf-8 \xe2\x82",
	"\x01\x02\x1b[31mred\x1b[0m\r\n\tline two\x7f",
	"z\xcc\x80\xcc\x81\xcc\x82\xcc\x83\xcc\x84\xcc\x85\xcc\x86\xcc\x87"
	"\xcc\x88\xcc\x89\xcc\x8a\xcc\x8b\xcc\x8c",
	"zero\xe2\x80\x8bwidth\xef\xbb\xbf",
	"C:\\x41\\u{202e}",
	LONG_100 LONG_100 LONG_100 LONG_100 LONG_100 LONG_100 LONG_100 LONG_100
	    LONG_100 LONG_100 ".end.example",
	"javascript:window.hacked=5",
};
#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static const char *
hostile_or(struct fake *f, size_t i, const char *plain)
{
	return f->how->hostile && i < HOSTILE ? hostile[i] : plain;
}

static const char *const systems[] = { "Windows XP", "Windows 7 or 8",
	"Windows 10 or 11", "Linux 2.2-2.6", "Linux 3.11 and newer", "FreeBSD",
	"Mac OS X 10.x", "spambot (own stack)", "Android", "NMap" };
static const char *const helos[] = { "ylmf-pc", "localhost.localdomain", "user",
	"WIN-CLJ1B0GQ6JP", "mail.example.com", "[192.0.2.7]", "exchange",
	"DESKTOP-4F2K9Q1", "smtp", "friend" };
static const char *const reasons[] = { "talks before the greeting",
	"reverse DNS name made from the address",
	"recipients that do not exist", "member of a botnet",
	"TCP stack that only sends spam", "HELO is not a host name", "no QUIT",
	"in a DNS list", "reported by a user", "no confirmed name" };
static const struct {
	const char *code, *name;
} countries[] = { { "BR", "Brazil" }, { "VN", "Vietnam" }, { "IN", "India" },
	{ "RU", "Russia" }, { "US", "United States" }, { "CN", "China" },
	{ "ID", "Indonesia" }, { "AR", "Argentina" }, { "UA", "Ukraine" },
	{ "DE", "Germany" }, { "IR", "Iran" }, { "CO", "Colombia" } };

#define PICK(table, i) ((table)[(i) % (sizeof(table) / sizeof((table)[0]))])

static void
name_group(struct fake *f, enum stats_kind k, unsigned i, struct stats_group *g)
{
	g->note = "";
	switch (k) {
	case STATS_BOTNET:
		g->name = text(f, i % 2 ? "way:%08x" : "helo:bot-%x",
		    below(f, UINT32_MAX));
		g->note = i % 2 ?
		    "one TCP stack, one dialect, one kind of HELO" :
		    "the same HELO";
		break;
	case STATS_DOMAIN:
		g->name = text(f, "isp%u.example", i + 1);
		break;
	case STATS_TEMPLATE:
		g->name = text(f, "#-#-#-#.dyn%u.isp%u.example", i % 3, i + 1);
		break;
	case STATS_NETWORK:
		g->name = i % 4 == 3 ? text(f, "2001:db8:%x::/48", i) :
				       text(f, "198.18.%u.0/24", i);
		break;
	case STATS_COUNTRY:
		g->name = PICK(countries, i).code;
		g->note = PICK(countries, i).name;
		break;
	case STATS_AS:
		g->name = text(f, "AS%u", 64496 + i);
		g->note = text(f, "Example Telecom %u", i + 1);
		break;
	case STATS_SIGNATURE:
		g->name = text(f,
		    "4:%u+%u:0:1460:mss*%u,%u:mss,nop,ws,nop,nop,sok:df,id+:0",
		    128 - i, i % 20, 4 + i, i % 9);
		break;
	case STATS_SYSTEM:
		g->name = PICK(systems, i);
		break;
	case STATS_HELO:
		g->name = i < 10 ? helos[i] :
				   text(f, "host-%x", below(f, 99999));
		break;
	default:
		g->name = PICK(reasons, i);
	}
	if (i >= 2) /* the greatest ones are honest */
		g->name = hostile_or(f, i - 2, g->name);
}

/* ---- machines and groups ---- */

static void
fill_machine(struct fake *f, struct stats_machine *m, uint32_t i)
{
	const struct statsfake *how = f->how;
	int64_t age_ms = (int64_t)below(f, how->days * 24 + 1) * HOUR_MS;
	uint8_t b[16] = { 0x20, 0x01, 0x0d, 0xb8, (uint8_t)below(f, 256),
		(uint8_t)below(f, 256), (uint8_t)below(f, 256),
		(uint8_t)below(f, 256) };

	*m = (struct stats_machine){ 0 };
	m->key = i % 5 == 4 ? addr_v6_bytes(b) :
			      addr_v4(0xc6120000u + below(f, 65536));
	m->first_ms = how->until_ms - age_ms;
	m->last_ms = how->until_ms -
	    below(f, (uint32_t)(age_ms / 1000 + 1)) * INT64_C(1000);
	m->knock_ms = m->last_ms;
	m->connects = 1 + below(f, 90);
	m->knocks = below(f, 4000);
	m->offences = 1 + below(f, 5);
	m->score_permille = (uint16_t)(940 + below(f, 61));
	m->tier = (uint8_t)(1 + below(f, 6));
	m->blocked = below(f, 10) < 7;
	m->shadow = how->modes == TALLY_SHADOW;
	m->good = below(f, 60) == 0;
	m->messages = m->good ? 1 + below(f, 5) : 0;
	m->block_until_ms = how->until_ms + below(f, 900) * INT64_C(60000);
	m->rdns = i % 4 == 3 ? "" :
			       text(f, "host-198-18-%u-%u.dyn.isp%u.example",
				   below(f, 256), below(f, 256), below(f, 30));
	m->helo = PICK(helos, below(f, 10));
	m->sig = "4:128:0:1460:8192,8:mss,nop,ws,nop,nop,sok:df,id+:0";
	m->os = i % 3 == 2 ? "" : PICK(systems, below(f, 10));
	if (i % 3 == 0)
		m->helo = hostile_or(f, below(f, HOSTILE), m->helo);
	if (i % 7 == 1)
		m->rdns = hostile_or(f, below(f, HOSTILE), m->rdns);
}

static void
fill_group(struct fake *f, enum stats_kind k, unsigned i, struct stats_group *g)
{
	uint32_t size = 9000 / (i + 1) + below(f, 40) + 1;

	name_group(f, k, i, g);
	g->machines = size;
	g->networks = 1 + size / (1 + below(f, 9));
	g->zombies = size - size / (5 + below(f, 20));
	g->blocked_now = g->zombies / (3 + below(f, 9));
	g->good = i % 5 == 4 ? below(f, 9) : 0;
	g->connects = (uint64_t)size * (3 + below(f, 20));
	g->knocks = (uint64_t)size * (10 + below(f, 200));
	g->machine_n = size < f->how->machines ? size : f->how->machines;
	g->machine = take(f, g->machine_n * sizeof(*g->machine));
	for (uint32_t m = 0; m < g->machine_n; m++)
		fill_machine(f, &g->machine[m], m);
	g->first_ms = f->how->until_ms -
	    (f->how->days + below(f, 200)) * DAY_MS;
	g->last_ms = f->how->until_ms - below(f, 86400) * INT64_C(1000);
}

static void
fill_lists(struct fake *f)
{
	for (int k = 0; k < STATS_KINDS; k++) {
		struct stats_list *l = &f->s->list[k];

		l->n = f->how->groups;
		if (k == STATS_COUNTRY && l->n > 12)
			l->n = 12;
		if ((k == STATS_SYSTEM || k == STATS_EVIDENCE) && l->n > 10)
			l->n = 10;
		l->all = l->n < 12 ? l->n : l->n * 37 + 5;
		l->group = take(f, l->n * sizeof(*l->group));
		for (unsigned i = 0; i < l->n; i++)
			fill_group(f, (enum stats_kind)k, i, &l->group[i]);
	}
	f->s->new_botnet = f->s->list[STATS_BOTNET].group;
	f->s->new_botnet_n = f->how->groups < 3 ? f->how->groups : 3;
}

static void
fill_mistakes(struct fake *f)
{
	static const char *const why[] = { "had accepted mail on 4 days",
		"was let out by a click", "its user logged in",
		"its mail was reported as wanted" };
	size_t n = f->how->mistakes;

	f->s->mistake = take(f, n * sizeof(*f->s->mistake));
	f->s->mistake_n = f->s->mistake_all = n;
	for (uint32_t i = 0; i < n; i++) {
		struct stats_mistake *m = &f->s->mistake[i];

		fill_machine(f, &m->who, i);
		m->who.good = true;
		m->why = why[i % 4];
		m->good_mails = below(f, 40);
		if (i % 4 == 1)
			m->click_ms = m->who.last_ms;
	}
}

void
statsfake_make(const struct statsfake *how, struct stats *out)
{
	struct fake f = { how, out, how->seed | 1 };

	*out = (struct stats){ 0 };
	out->opts.now_ms = out->opts.until_ms = how->until_ms;
	out->opts.since_ms = how->until_ms - how->days * DAY_MS;
	out->opts.top = how->groups;
	out->opts.machines = how->machines;
	out->daemon_runs = true;
	out->modes = how->days > 0 ? how->modes : 0;
	if (how->days == 0)
		return;
	out->first_ms = how->hours > 0 ? how->until_ms - how->hours * HOUR_MS :
					 out->opts.since_ms;
	for (int k = 0; k < TALLY_STEPS; k++)
		fill_series(&f, (enum tally_step)k);
	fill_totals(&f);
	fill_lists(&f);
	fill_mistakes(&f);
}
