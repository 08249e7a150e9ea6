/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * daygen - labelled days of traffic at a mail gateway
 *
 * zt-link: fp/addr tests/tools/lib/stack tests/tools/day/kind
 * zt-link: tests/tools/day/world1 tests/tools/day/world2
 * zt-link: tests/tools/day/world3 tests/tools/day/out
 * zt-link: tests/tools/day/plan tests/tools/day/who
 * zt-link: tests/tools/day/names tests/tools/day/talk_mail
 * zt-link: tests/tools/day/flow tests/tools/day/talk
 * zt-link: tests/tools/day/play tests/tools/day/oracle
 * zt-libs: libm
 *
 * Writes packets, the Postfix log of the same time, who is who, and what could
 * be known at best; docs/ACCURACY.md explains the files and the worlds.  The
 * same options give the same bytes.
 */
#include <err.h>
#include <getopt.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/tools/day/play.h"
#include "tests/tools/day/who.h"

#define VICTIMS       240 /* addresses that only others name, a run */
#define FLOOD_SYNS    12  /* for each victim and day */
#define GOOD_SYNS     700 /* a day, that name good clients */
#define OUTBOUND_DAYS 0.4 /* on how many days we write to a peer */

static const char usage_text[] =
    "usage: daygen --out DIR [--seed N] [--days D] [--scale CONNECTIONS]\n"
    "              [--sloppy PERCENT] [--zombies PERCENT] [--world 1|2|3]\n"
    "              [--grey PERCENT] [--botnets NAME,...] [--classic]\n"
    "              [--noport] [--list]\n"
    "\n"
    "DIR/dayN.pcap, DIR/dayN.log  what a gateway sees, and what it logs\n"
    "DIR/truth                    ADDRESS LABEL, a line for each client\n"
    "DIR/sessions.tsv             every connection, and what an oracle knew\n"
    "DIR/zfwd.conf                traps and names for zfw-replay -c\n"
    "\n"
    "--scale is a day's connections (8000), --sloppy the percentage of good\n"
    "servers that are run badly (2), --zombies that of connections (80),\n"
    "--grey that of clients without reverse name whom we tell to come again\n"
    "(15).  --list prints the kinds of clients of all worlds.\n";

static void
usage(FILE *to, int code)
{
	fputs(usage_text, to);
	exit(code);
}

/*
 * Machines at a hoster that send nothing but spam, rented or broken into, are
 * no infected PCs of end users: the spam of real servers is told apart.
 */
static const char *
class_word(const struct kind *k)
{
	static const char *const word[CLASSES] = { "good", "zombie", "other" };
	bool hosted = k->class == CLASS_ZOMBIE &&
	    (k->place == PLACE_CLOUD || k->place == PLACE_HOSTING);

	return word[hosted ? CLASS_OTHER : k->class];
}

static void
list_kinds(void)
{
	const struct world *w;

	for (unsigned n = 1; (w = world_get(n)) != NULL; n++)
		for (unsigned i = 0; i < w->kinds_n; i++)
			printf("%u %s:%s %g\n", n, class_word(&w->kinds[i]),
			    w->kinds[i].name, w->kinds[i].share);
	exit(0);
}

enum {
	O_SEED = 256,
	O_DAYS,
	O_SCALE,
	O_SLOPPY,
	O_ZOMBIES,
	O_GREY,
	O_WORLD,
	O_BOTNETS,
	O_OUT,
	O_CLASSIC,
	O_NOPORT,
	O_LIST,
	O_HELP
};

static double
number(const char *text, double lo, double hi)
{
	char *end;
	double v = strtod(text, &end);

	if (*end != '\0' || end == text || !(v >= lo && v <= hi))
		errx(2, "%s: not a number from %g to %g", text, lo, hi);
	return v;
}

static void
take_option(struct options *o, int c)
{
	switch (c) {
	case O_SEED:
		o->seed = (uint64_t)number(optarg, 0, 1e15);
		break;
	case O_DAYS:
		o->days = (unsigned)number(optarg, 1, 28);
		break;
	case O_SCALE:
		o->scale = number(optarg, 10, 1e6);
		break;
	case O_SLOPPY:
		o->sloppy = number(optarg, 0, 100);
		break;
	case O_ZOMBIES:
		o->zombies = number(optarg, 0, 99);
		break;
	case O_GREY:
		o->grey = number(optarg, 0, 100);
		break;
	case O_WORLD:
		o->world = (unsigned)number(optarg, 1, 3);
		break;
	case O_BOTNETS:
		o->only = optarg;
		break;
	case O_OUT:
		o->dir = optarg;
		break;
	case O_CLASSIC:
		o->classic = true;
		break;
	case O_NOPORT:
		o->noport = true;
		break;
	case O_LIST:
		list_kinds();
		break;
	case O_HELP:
		usage(stdout, 0);
		break;
	default:
		usage(stderr, 2);
	}
}

static void
read_options(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seed", required_argument, NULL, O_SEED },
		{ "days", required_argument, NULL, O_DAYS },
		{ "scale", required_argument, NULL, O_SCALE },
		{ "sloppy", required_argument, NULL, O_SLOPPY },
		{ "zombies", required_argument, NULL, O_ZOMBIES },
		{ "grey", required_argument, NULL, O_GREY },
		{ "world", required_argument, NULL, O_WORLD },
		{ "botnets", required_argument, NULL, O_BOTNETS },
		{ "out", required_argument, NULL, O_OUT },
		{ "classic", no_argument, NULL, O_CLASSIC },
		{ "noport", no_argument, NULL, O_NOPORT },
		{ "list", no_argument, NULL, O_LIST },
		{ "help", no_argument, NULL, O_HELP },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		take_option(o, c);
	if (o->dir == NULL || optind != argc)
		usage(stderr, 2);
}

/* ---- files ---- */

static const char *
label(const struct plan *p, const struct client *c, char buf[64])
{
	const struct kind *k = &p->world->kinds[c->kind];

	snprintf(buf, 64, "%s:%s", class_word(k), k->name);
	return buf;
}

static void
write_truth(const struct plan *p, const struct client *victims)
{
	FILE *f = out_file(p->opt->dir, "truth");
	char a[ADDR_STRLEN], l[64];

	for (size_t i = 0; i < p->clients_n; i++) {
		const struct client *c = &p->clients[i];
		bool zombie = p->world->kinds[c->kind].class == CLASS_ZOMBIE;

		if (c->sessions_n == 0 || (c->mixed && zombie))
			continue; /* a mixed one is told once */
		fprintf(f, "%s %s\n", addr_print(&c->a, a),
		    c->mixed ? "mixed" : label(p, c, l));
	}
	for (size_t i = 0; i < VICTIMS; i++)
		fprintf(f, "%s victim\n", addr_print(&victims[i].a, a));
	out_close(f, "truth");
}

static void
write_conf(const struct plan *p)
{
	FILE *f = out_file(p->opt->dir, "zfwd.conf");
	char b[64];

	fputs("# for zfw-replay -c\n"
	      "mode = \"enforce\"\n"
	      "ports = {25}\n"
	      "own_names = {\"mx.example.org\", \"example.org\"}\n"
	      "never_block_lift = {\"198.18.0.0/15\", \"240.0.0.0/5\", "
	      "\"2001:db8::/32\"}\n"
	      "never_block = {\"192.0.2.25/32\", \"2001:db8:ffff::/64\"}\n"
	      "spam_traps = {",
	    f);
	for (unsigned i = 0; i < TRAPS; i++)
		fprintf(f, "%s\"%s\"", i > 0 ? ", " : "", play_trap(i, b));
	fputs("}\n", f);
	out_close(f, "zfwd.conf");
}

static double
seconds(int64_t us)
{
	return (double)us / 1e6;
}

static void
write_session(const struct plan *p, const struct session *s, FILE *f)
{
	const struct client *c = &p->clients[s->client];
	bool named = c->v[F_RDNS] == RDNS_NAMED || c->v[F_RDNS] == RDNS_POOL ||
	    c->v[F_RDNS] == RDNS_STATIC;
	char a[ADDR_STRLEN], l[64];

	fprintf(f, "%.6f\t%.6f\t%s\t%u\t%s\t%u\t%d\t%d", seconds(s->t_us),
	    seconds(s->end_us), addr_print(&c->a, a), s->port, label(p, c, l),
	    s->nth, c->mixed, named);
	fprintf(f, "\t%d\t%d\t%d\t%d\t%d\t%d\t%.6f\t%.6f\t%d\t%d", s->early,
	    s->tls, s->null_sender, s->rcpts, s->unknown, s->traps,
	    seconds(s->data_us), seconds(s->sent_us), s->messages, s->passed);
	for (unsigned i = 0; i < ORACLE_STAGES; i++)
		fprintf(f, "\t%.3f", (double)s->odds[i]);
	fputc('\n', f);
}

static void
write_sessions(const struct plan *p)
{
	FILE *f = out_file(p->opt->dir, "sessions.tsv");

	fputs("t\tend\tclient\tport\tlabel\tnth\tmixed\tnamed\tearly\ttls\t"
	      "null\trcpts\tunknown\ttraps\tdata\tsent\tmessages\tpassed\t"
	      "odds_syn\todds_open\todds_greet\todds_helo\todds_rcpt\t"
	      "odds_close\n",
	    f);
	for (size_t i = 0; i < p->sessions_n; i++)
		write_session(p, &p->sessions[i], f);
	out_close(f, "sessions.tsv");
}

/* ---- days ---- */

static struct addr
any_good(const struct plan *p, struct dice *d)
{
	for (;;) {
		const struct client *c =
		    &p->clients[dice_below(d, (unsigned)p->clients_n)];

		if (p->world->kinds[c->kind].class == CLASS_GOOD)
			return c->a;
	}
}

/* SYNs that name others: fresh addresses, and some of our good servers. */
static void
flood(const struct play_conf *pc, const struct client *victims, int64_t day_us,
    struct dice *d)
{
	const struct plan *p = pc->plan;

	for (unsigned i = 0; i < VICTIMS * FLOOD_SYNS + GOOD_SYNS; i++) {
		struct client c = victims[i % VICTIMS];
		struct flow f;

		if (i >= VICTIMS * FLOOD_SYNS)
			c.a = any_good(p, d);
		c.st = p->world->stacks[dice_below(d, p->world->stacks_n)];
		c.st.hops = 4 + dice_below(d, 16);
		flow_init(&f, pc->out, &c, d);
		f.port = (uint16_t)(1024 + dice_below(d, 60000));
		f.t_us = day_us + (int64_t)(dice_unit(d) * 86000e6);
		flow_forged(&f);
	}
}

static void
outbound(const struct play_conf *pc, int64_t day_us, struct dice *d)
{
	const struct plan *p = pc->plan;

	for (size_t i = 0; i < p->clients_n; i++) {
		const struct client *c = &p->clients[i];

		if (p->world->kinds[c->kind].peers && i % 3 == 0 &&
		    dice_yes(d, OUTBOUND_DAYS))
			play_outbound(pc, c,
			    day_us + (int64_t)(dice_unit(d) * 86000e6), d);
	}
}

static void
make_days(struct play_conf *pc, const struct client *victims)
{
	struct plan *p = pc->plan;
	size_t at = 0;

	for (unsigned day = 0; day < p->opt->days; day++) {
		int64_t day_us = p->start_us + (int64_t)day * DAY_US;
		struct dice d = dice_fork(&p->dice, 6000 + day);

		for (; at < p->sessions_n &&
		     p->sessions[at].t_us < day_us + DAY_US;
		     at++) {
			struct dice own = dice_fork(&p->dice, 1 << 20 | at);

			play_session(pc, &p->sessions[at], &own);
		}
		outbound(pc, day_us, &d);
		flood(pc, victims, day_us, &d);
		out_write(pc->out, p->opt->dir, day + 1);
	}
}

int
main(int argc, char **argv)
{
	struct options opt = { .seed = 1,
		.days = 5,
		.scale = 8000,
		.sloppy = 2,
		.zombies = 80,
		.grey = 15,
		.world = 1 };
	static struct client victims[VICTIMS];
	struct out out = { .classic = false };
	struct plan plan;
	struct play_conf pc = { .plan = &plan, .out = &out };
	struct dice d;

	read_options(&opt, argc, argv);
	if (mkdir(opt.dir, 0777) != 0 && access(opt.dir, W_OK) != 0)
		err(1, "%s", opt.dir);
	out.classic = opt.classic;
	pc.noport = opt.noport;
	plan_make(&plan, &opt);
	d = dice_fork(&plan.dice, 7000);
	who_victims(&plan, victims, VICTIMS, &d);
	pc.oracle = oracle_new(&plan);
	make_days(&pc, victims);
	write_truth(&plan, victims);
	write_conf(&plan);
	write_sessions(&plan);
	oracle_free(pc.oracle);
	plan_fini(&plan);
	out_fini(&out);
	return 0;
}
