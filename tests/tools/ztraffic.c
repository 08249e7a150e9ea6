/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ztraffic - speaks SMTP as many clients with many TCP stacks
 *
 * zt-link: fp/addr tests/tools/lib/wire tests/tools/lib/stack
 * zt-link: tests/tools/lib/tcp tests/tools/lib/talk tests/tools/lib/job
 * zt-link: tests/tools/lib/talk_compile tests/tools/lib/outcome
 * zt-libs: libmnl
 *
 * Runs in the client's network namespace as root.  The addresses it speaks
 * from must be routed there and must not be local, so that the kernel keeps
 * quiet.  `ztraffic --help` has the language; tests/e2e/lib.sh the setting.
 */
#include <err.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#include "tests/tools/lib/job.h"
#include "tests/tools/lib/outcome.h"

#define PORT_MIN 1024

struct session {
	struct conn conn;
	struct talk talk;
	const struct job *job;
	unsigned number; /* within the job, from 1 */
	bool opened;
	struct session *next; /* of the active ones */
};

struct plan { /* one session to come */
	unsigned job, number;
};

struct traffic {
	struct wire wire;
	struct job *jobs;
	size_t jobs_n;
	struct plan *plans;
	size_t plans_n, plans_at;
	unsigned parallel, rate;
	bool quiet, mixed;
	uint32_t seed;
	int64_t start_us;
	struct session *active;
	size_t active_n;
	struct session *by_port[65536];
	unsigned ended[TALK_REFUSED + 1];
	unsigned failed, sent;
};

static int64_t
clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static uint32_t
next_random(struct traffic *t)
{
	t->seed ^= t->seed << 13;
	t->seed ^= t->seed >> 17;
	t->seed ^= t->seed << 5;
	return t->seed;
}

static void
usage(void)
{
	const char *name, *line;

	printf(
	    "usage: ztraffic [-c PARALLEL] [-r PER_SECOND] [-s SEED] [-m] [-q]"
	    "\n                [-f FILE] [KEY=VALUE ...]\n\n"
	    "KEY=VALUE make one job, or the defaults for the jobs in FILE (- is"
	    "\nstdin), one a line, # begins a comment, \"\" go around blanks.\n"
	    "-m mixes the sessions of all jobs; -q prints only failures.\n\n");
	job_help();
	puts("\nbehaviours (the words on the right may be given as do=):");
	for (size_t i = 0; talk_at(i, &name, &line); i++)
		printf("    %-10s %s\n", name, line);
	puts("    syn        (one SYN, nothing more: floods)\n"
	     "other words: rset noop starttls send:TEXT wait push sleep:MS\n"
	     "    fin rst vanish; piggyback first: the handshake's ACK\n"
	     "    carries data; ! before a word: does not wait for the "
	     "reply.\n    In texts: %a address %d with dashes %n number %x "
	     "random; in send: \\r \\n \\s.\n\nstacks:");
	for (size_t i = 0; stack_at(i) != NULL; i++)
		printf("    %-10s ttl %u window %u mss %u ws %u %s\n",
		    stack_at(i)->name, stack_at(i)->ttl, stack_at(i)->window,
		    stack_at(i)->mss, stack_at(i)->ws, stack_at(i)->layout);
	exit(0);
}

static void
report(struct traffic *t, const struct session *s)
{
	struct outcome o = { &s->conn, &s->talk, s->opened };
	bool ok = outcome_expected(&o, s->job->expect);

	t->ended[s->talk.end]++;
	t->failed += !ok;
	if (!ok || !t->quiet)
		outcome_print(&o, ok);
}

/* The words of one session; helo, mail and subject are the caller's. */
static void
words_of(struct traffic *t, const struct session *s, struct talk_words *w)
{
	const struct job *j = s->job;

	*w = (struct talk_words){ .rcpt = j->rcpt,
		.domain = j->domain,
		.unknown = j->unknown,
		.size = j->size,
		.number = s->number,
		.random = next_random(t),
		.src = &s->conn.src };
	w->helo = talk_expand(j->helo, w);
	w->mail = talk_expand(j->mail, w);
	w->subject = talk_expand(j->subject, w);
}

static void
prepare_talk(struct traffic *t, struct session *s, int64_t now_us)
{
	struct talk_words w;
	const char *bad = "";

	words_of(t, s, &w);
	if (!talk_compile(&s->talk, s->job->doing, &w, &bad))
		errx(2, "do=%s: what is \"%s\"?", s->job->doing, bad);
	free((void *)(uintptr_t)w.helo);
	free((void *)(uintptr_t)w.mail);
	free((void *)(uintptr_t)w.subject);
	s->talk.pause_us = s->job->pause_ms * 1000ll;
	s->talk.patience_us = s->job->timeout_ms * 1000ll;
	s->talk.due_us = now_us + s->job->connect_ms * 1000ll;
}

/* A free local port, or the job's; 0: it is taken. */
static uint16_t
choose_port(struct traffic *t, const struct job *j)
{
	uint16_t p = (uint16_t)j->sport;

	if (p == 0)
		do
			p = (uint16_t)(PORT_MIN +
			    next_random(t) % (65536 - PORT_MIN));
		while (t->by_port[p] != NULL);
	return t->by_port[p] == NULL ? p : 0;
}

/* Fills the addresses of plan `p`; false when its port is still in use. */
static bool
prepare_conn(struct traffic *t, const struct plan *p, struct conn *c)
{
	const struct job *j = &t->jobs[p->job];

	c->wire = &t->wire;
	c->st = &j->stack;
	c->src = job_source(j, (p->number - 1) % j->count, next_random(t));
	c->dst = *job_dest(j, &c->src);
	c->dport = (uint16_t)j->port;
	c->sport = choose_port(t, j);
	return c->sport != 0;
}

/* Floods: no session is kept for a bare SYN. */
static void
send_bare_syn(struct traffic *t, struct conn *c, int64_t now_us)
{
	conn_open(c, next_random(t), (uint16_t)next_random(t), now_us);
	t->sent++;
}

/* Starts the next planned session; false when that has to wait. */
static bool
start_next(struct traffic *t, int64_t now_us)
{
	const struct plan *p = &t->plans[t->plans_at];
	struct session *s = calloc(1, sizeof(*s));
	bool bare = strcmp(t->jobs[p->job].doing, "syn") == 0;

	if (s == NULL)
		err(1, "memory");
	if (!prepare_conn(t, p, &s->conn)) {
		free(s);
		return false;
	}
	t->plans_at++;
	if (bare) {
		send_bare_syn(t, &s->conn, now_us);
		free(s);
		return true;
	}
	s->job = &t->jobs[p->job];
	s->number = p->number;
	prepare_talk(t, s, now_us);
	s->next = t->active;
	t->active = s;
	t->active_n++;
	t->by_port[s->conn.sport] = s;
	conn_open(&s->conn, next_random(t), (uint16_t)next_random(t), now_us);
	return true;
}

/* How many sessions may have been started by now. */
static size_t
allowed_by_now(const struct traffic *t, int64_t now_us)
{
	if (t->rate == 0)
		return t->plans_n;
	return (size_t)((now_us - t->start_us) * t->rate / 1000000) + 1;
}

static void
start_due(struct traffic *t, int64_t now_us)
{
	size_t max = allowed_by_now(t, now_us);

	for (unsigned i = 0; i < 64; i++)
		if (t->plans_at == t->plans_n || t->plans_at >= max ||
		    t->active_n >= t->parallel || !start_next(t, now_us))
			return;
}

static void
input(struct traffic *t, const struct seg *g, int64_t now_us)
{
	struct session *s = t->by_port[g->dport];
	struct conn *c;

	if (s == NULL)
		return;
	c = &s->conn;
	if (g->sport != c->dport || !addr_eq(&g->src, &c->dst) ||
	    !addr_eq(&g->dst, &c->src))
		return;
	conn_input(c, g, now_us);
	if (!s->opened && c->state == CONN_OPEN) {
		bool knock = s->talk.steps_n > 0 &&
		    s->talk.steps[0].kind == TALK_RST;

		s->opened = true;
		s->talk.due_us = 0;
		if (!knock && !s->talk.piggyback)
			conn_ack(c);
	}
	talk_run(&s->talk, c, now_us);
}

static void
receive(struct traffic *t)
{
	static uint8_t buf[WIRE_PACKET];
	struct seg g;
	size_t n;

	for (int i = 0; i < 256 && (n = wire_recv(&t->wire, buf)) > 0; i++)
		if (seg_parse(buf, n, &g))
			input(t, &g, clock_us());
}

/* Runs timers, ends what is over; when to wake up next. */
static int64_t
tend(struct traffic *t, int64_t now_us)
{
	int64_t wake = INT64_MAX;

	for (struct session **p = &t->active; *p != NULL;) {
		struct session *s = *p;
		struct conn *c = &s->conn;

		if (c->timer_us != 0 && now_us >= c->timer_us)
			conn_timer(c, now_us);
		if (s->talk.end == TALK_RUNNING)
			talk_run(&s->talk, c, now_us);
		if (s->talk.end != TALK_RUNNING) {
			report(t, s);
			*p = s->next;
			t->by_port[c->sport] = NULL;
			t->active_n--;
			talk_fini(&s->talk);
			conn_fini(c);
			free(s);
			continue;
		}
		if (c->timer_us != 0 && c->timer_us < wake)
			wake = c->timer_us;
		if (s->talk.due_us != 0 && s->talk.due_us < wake)
			wake = s->talk.due_us;
		p = &s->next;
	}
	return wake;
}

/* When the next session may start, if anything is left to start. */
static int64_t
next_start(const struct traffic *t, int64_t now_us)
{
	if (t->plans_at == t->plans_n || t->active_n >= t->parallel)
		return INT64_MAX;
	if (t->rate == 0)
		return now_us;
	return t->start_us + (int64_t)t->plans_at * 1000000 / t->rate;
}

static void
run(struct traffic *t)
{
	t->start_us = clock_us();
	while (t->plans_at < t->plans_n || t->active != NULL) {
		struct pollfd p = { .fd = t->wire.fd, .events = POLLIN };
		int64_t now_us = clock_us(), wake, start;
		struct timespec ts;

		start_due(t, now_us);
		receive(t);
		wake = tend(t, clock_us());
		now_us = clock_us();
		start = next_start(t, now_us);
		wake = start < wake ? start : wake;
		wake = wake == INT64_MAX ? 0 : wake - now_us;
		if (wake <= 0)
			wake = 0;
		ts = (struct timespec){ wake / 1000000, wake % 1000000 * 1000 };
		(void)ppoll(&p, 1, &ts, NULL);
	}
}

static void
make_plans(struct traffic *t)
{
	for (unsigned j = 0; j < t->jobs_n; j++) {
		unsigned n = t->jobs[j].count * t->jobs[j].times;

		t->plans = reallocarray(t->plans, t->plans_n + n,
		    sizeof(*t->plans));
		if (t->plans == NULL)
			err(1, "memory");
		for (unsigned i = 1; i <= n; i++)
			t->plans[t->plans_n++] = (struct plan){ j, i };
	}
	for (size_t i = t->plans_n; t->mixed && i > 1; i--) {
		size_t k = next_random(t) % i;
		struct plan swap = t->plans[k];

		t->plans[k] = t->plans[i - 1];
		t->plans[i - 1] = swap;
	}
}

static void
add_job(struct traffic *t, const struct job *j, const char *where)
{
	const struct addr *dst = job_dest(j, &j->from);
	char buf[ADDR_STRLEN];
	int rc;

	if (j->from.family == 0)
		errx(2, "%s: from= is missing", where);
	if (dst->family == 0)
		errx(2, "%s: to= of that family is missing", where);
	rc = wire_resolve(&t->wire, dst);
	if (rc != 0)
		errx(1, "%s: no way to %s: %s", where, addr_print(dst, buf),
		    strerror(-rc));
	t->jobs = reallocarray(t->jobs, t->jobs_n + 1, sizeof(*t->jobs));
	if (t->jobs == NULL)
		err(1, "memory");
	t->jobs[t->jobs_n++] = *j;
}

static void
read_jobs(struct traffic *t, const struct job *defaults, const char *path)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	char line[8192], where[300];

	if (f == NULL)
		err(1, "%s", path);
	for (unsigned n = 1; fgets(line, sizeof(line), f) != NULL; n++) {
		struct job j = *defaults;

		snprintf(where, sizeof(where), "%s:%u", path, n);
		if (job_line(&j, line, where))
			add_job(t, &j, where);
	}
	if (f != stdin)
		fclose(f);
}

/* Returns the job file, NULL if there is none. */
static const char *
read_options(struct traffic *t, int argc, char **argv)
{
	static const struct option longs[] = { { "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 } };
	const char *file = NULL;
	int o;

	while ((o = getopt_long(argc, argv, "c:r:s:f:mqh", longs, NULL)) != -1)
		if (o == 'c')
			t->parallel = (unsigned)strtoul(optarg, NULL, 10);
		else if (o == 'r')
			t->rate = (unsigned)strtoul(optarg, NULL, 10);
		else if (o == 's')
			t->seed = (uint32_t)strtoul(optarg, NULL, 0);
		else if (o == 'f')
			file = optarg;
		else if (o == 'm')
			t->mixed = true;
		else if (o == 'q')
			t->quiet = true;
		else if (o == 'h')
			usage();
		else
			exit(2);
	return file;
}

static void
read_all_jobs(struct traffic *t, const char *file, char **words)
{
	struct job j;

	job_init(&j);
	for (; *words != NULL; words++)
		job_word(&j, *words, "ztraffic");
	if (file != NULL)
		read_jobs(t, &j, file);
	else
		add_job(t, &j, "ztraffic");
}

int
main(int argc, char **argv)
{
	static struct traffic t = { .parallel = 50 };
	const char *file;
	int rc;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getrandom(&t.seed, sizeof(t.seed), 0) < 0)
		err(1, "getrandom");
	file = read_options(&t, argc, argv);
	t.seed |= 1;
	if (t.parallel == 0 || t.parallel > 20000)
		errx(2, "-c: 1 to 20000");
	rc = wire_open(&t.wire);
	if (rc != 0)
		errx(1, "packet socket: %s", strerror(-rc));
	read_all_jobs(&t, file, argv + optind);
	make_plans(&t);
	run(&t);
	fprintf(stderr,
	    "ztraffic: %zu sessions: %u done, %u closed, %u reset, "
	    "%u timeout, %u dropped, %u refused, %u bare syn; %u failed\n",
	    t.plans_n, t.ended[TALK_DONE], t.ended[TALK_CLOSED],
	    t.ended[TALK_RESET], t.ended[TALK_TIMEOUT], t.ended[TALK_DROPPED],
	    t.ended[TALK_REFUSED], t.sent, t.failed);
	return t.failed != 0;
}
