/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sessdump - every trait of the SMTP sessions in a capture file
 *
 * zt-link: @FP fp/capture
 * zt-libs: libpcap libsodium libm
 *
 * sessdump FILE   prints a block of text for each session, in the order of
 * their ends; whatever is open when the file ends counts as silent.  Times
 * are microseconds; moments are after the SYN.  Labels are left out: they
 * depend on a signature file.  What is wrong goes to stderr; exit 1.
 */
#include "fp/capture.h"
#include "fp/session.h"

#include <stdio.h>
#include <stdlib.h>

#define SESSIONS 256
#define ORDER    512
#define DAY_US   INT64_C(86400000000)

static const char *const verb_name[] = { "helo", "ehlo", "mail", "rcpt", "data",
	"rset", "quit", "starttls", "auth", "noop", "vrfy", "http", "other" };

/* The verbs of one session so far, in order: `rcpt*3` is three. */
struct order {
	const struct session *s;
	char text[ORDER];
	size_t n;
	uint16_t verb; /* the latest, and how often */
	unsigned times;
};

struct dump {
	struct order orders[SESSIONS];
};

static const char *
verb(uint16_t bit)
{
	for (size_t i = 0; i < sizeof(verb_name) / sizeof(verb_name[0]); i++)
		if (bit == 1U << i)
			return verb_name[i];
	return "none";
}

/* The place of a session, or of a free one. */
static struct order *
order_of(struct dump *d, const struct session *s)
{
	struct order *none = NULL;

	for (size_t i = 0; i < SESSIONS; i++) {
		if (d->orders[i].s == s)
			return &d->orders[i];
		if (d->orders[i].s == NULL && none == NULL)
			none = &d->orders[i];
	}
	if (none == NULL) {
		fputs("sessdump: too many sessions at a time\n", stderr);
		exit(1);
	}
	none->s = s;
	return none;
}

static void
flush(struct order *o)
{
	char times[16] = "";
	int n;

	if (o->times > 1)
		snprintf(times, sizeof(times), "*%u", o->times);
	if (o->times == 0 || o->n >= ORDER)
		return;
	n = snprintf(&o->text[o->n], ORDER - o->n, " %s%s", verb(o->verb),
	    times);
	o->n += (size_t)n;
	o->times = 0;
}

static void
add_verb(struct order *o, uint16_t bit)
{
	if (o->times > 0 && o->verb != bit)
		flush(o);
	o->verb = bit;
	o->times++;
}

/* --- printing --- */

/* A moment after the SYN, or "-". */
static void
moment(const char *name, const struct session *s, int64_t t_us)
{
	if (t_us == 0)
		printf(" %s -", name);
	else
		printf(" %s %lld", name, (long long)(t_us - s->syn_us));
}

/* A client's text: what does not print is a dot. */
static void
print_text(const char *name, const char *p, size_t n)
{
	printf("  %s \"", name);
	for (size_t i = 0; i < n; i++)
		putchar(p[i] >= ' ' && p[i] <= '~' && p[i] != '"' ? p[i] : '.');
	puts("\"");
}

static void
print_handshake(const struct session *s)
{
	printf("  syn n %u length %u window %u mss %u\n", s->syn_n, s->syn_len,
	    s->syn_window, s->syn_mss);
	printf("  sig %s ittl %u distance %u key %016llx\n", s->sig.text,
	    s->sig.ittl, s->sig.dist, (unsigned long long)s->sig.key);
	printf("  ladder %s n %u changes %x ws_lost_at %u reset %d refused %d",
	    ladder_class_name[s->ladder_class], s->ladder.n, s->ladder.changes,
	    s->ladder.ws_lost_at, s->ladder.reset, s->ladder.refused);
	for (int i = 0; i < s->ladder.n && i < LADDER_STEPS; i++)
		printf(" %u", s->ladder.gap_ds[i]);
	printf("\n  rtt %u", s->rtt_us);
	moment("open", s, s->open_us);
	moment("greeting", s, s->greet_us);
	moment("early", s, s->early_us);
	/* The end of silence is when this program made it. */
	moment("close", s, s->end == SESSION_END_SILENCE ? 0 : s->close_us);
	moment("last", s, s->last_us);
	puts("");
}

static void
print_commands(const struct session *s, const struct order *o)
{
	printf("  commands %u rcpts %u last %s early %u pipelined %d "
	       "bare_lf %d blind %d one_sided %d\n",
	    s->commands_n, s->rcpts_n, verb(s->verb_last), s->early_n,
	    s->pipelined, s->bare_lf, s->blind, s->one_sided);
	printf("  verbs");
	for (size_t i = 0; i < sizeof(verb_name) / sizeof(verb_name[0]); i++)
		if (s->verbs & 1U << i)
			printf(" %s", verb_name[i]);
	printf("\n  order%s\n", o->text);
	print_text("helo", s->helo, s->helo_n);
}

static void
print_times(const char *name, const struct dialogue_times *t)
{
	printf("  %s n %u", name, t->n);
	if (t->n > 0)
		printf(" min %u max %u mean %llu deviation %.0f", t->min_us,
		    t->max_us, (unsigned long long)(t->sum_us / t->n),
		    dialogue_deviation_ms(t) * 1000);
	puts("");
}

static void
print_dialogue(const struct dialogue *d)
{
	char text[DIALOGUE_TEXT];

	printf("  dialect %016llx %s\n", (unsigned long long)dialogue_key(d),
	    dialogue_text(d, text));
	printf("  hello %u verb_case %u word_case %u mail_path %u rcpt_path %u "
	       "eol %u cut %u name %u on_4xx %u on_5xx %u leave %u flags %x\n",
	    d->hello, d->verb_case, d->word_case, d->mail_path, d->rcpt_path,
	    d->eol, d->cut, d->name, d->on_4xx, d->on_5xx, d->leave, d->flags);
	printf("  dialogue early %u early_verb %s mails %u rcpts_max %u "
	       "replies_4xx %u replies_5xx %u greet_delay %u\n",
	    d->early_n, verb(d->early_verb), d->mails, d->rcpts_max,
	    d->replies_4xx, d->replies_5xx, d->greet_delay_us);
	print_times("think", &d->think);
	print_times("answer", &d->answer);
}

static void
print_side(const char *name, const struct flowstat_side *f)
{
	printf("  %s packets %u bytes %u retransmitted %u reordered %u "
	       "resets %u fins %u keepalives %u zero_windows %u dup_acks %u "
	       "window_min %u burst %u segment_max %u\n",
	    name, f->packets, f->bytes, f->retransmitted, f->reordered,
	    f->resets, f->fins, f->keepalives, f->zero_windows, f->dup_acks,
	    f->window_min, f->burst, f->segment_max);
}

static void
print_flow(const struct flowstat *f)
{
	print_side("client", &f->client);
	print_side("server", &f->server);
	printf("  idle_max %u lost_segments %u data", f->idle_max_us,
	    f->lost_segments);
	for (int i = 0; i < f->data_n; i++)
		printf(" %u", f->data[i]);
	puts("");
}

static void
print_session(const struct session *s, struct order *o)
{
	static const char *const ends[] = { "none", "client-fin", "client-rst",
		"server-fin", "server-rst", "silence" };
	static const char *const states[] = { "syn", "synack", "open",
		"closed" };
	char c[ADDR_STRLEN], v[ADDR_STRLEN];

	flush(o);
	printf("session %s/%u %s/%u\n", addr_print(&s->client, c), s->cport,
	    addr_print(&s->server, v), s->sport);
	printf("  state %s end %s\n", states[s->state], ends[s->end]);
	print_handshake(s);
	if (s->dlg == NULL)
		return;
	print_commands(s, o);
	print_dialogue(s->dlg);
	print_flow(s->flow);
}

static void
on_event(void *arg, enum session_event ev, const struct session *s)
{
	bool over = ev == SESSION_EV_CLOSE || ev == SESSION_EV_UNANSWERED;
	struct order *o;

	if (!over && ev != SESSION_EV_COMMAND)
		return;
	o = order_of(arg, s);
	if (!over) {
		add_verb(o, s->verb_last);
		return;
	}
	print_session(s, o);
	memset(o, 0, sizeof(*o));
}

/* --- reading --- */

static bool
is_smtp(uint16_t port)
{
	return port == 25 || port == 465 || port == 587 || port == 2525;
}

static bool
dump_file(struct session_table *t, const char *path)
{
	char err[CAPTURE_ERRLEN];
	struct capture *c = capture_open_file(path, err);
	enum capture_status st;
	struct session_counts n;
	struct packet p;
	struct traits tr;
	int64_t last_us = 0;

	if (c == NULL) {
		fprintf(stderr, "sessdump: %s\n", err);
		return false;
	}
	while ((st = capture_next(c, &p)) == CAPTURE_PACKET) {
		if (traits_parse(&p, &tr) != TRAITS_OK ||
		    !(is_smtp(tr.dport) || is_smtp(tr.sport)))
			continue;
		last_us = p.t_us;
		session_tick(t, p.t_us);
		session_packet(t, &tr, is_smtp(tr.dport), p.t_us);
	}
	if (st == CAPTURE_ERROR)
		fprintf(stderr, "sessdump: %s\n", capture_error(c));
	capture_close(c);
	session_tick(t, last_us + DAY_US);
	session_counts(t, &n);
	printf("total syns %llu opened %llu midstream %llu held %llu "
	       "gaps %llu\n",
	    (unsigned long long)n.syns, (unsigned long long)n.opened,
	    (unsigned long long)n.midstream, (unsigned long long)n.held,
	    (unsigned long long)n.gaps);
	return st == CAPTURE_END;
}

int
main(int argc, char **argv)
{
	static struct dump d;
	const struct session_conf conf = { .half_open_max = SESSIONS / 2,
		.open_max = SESSIONS / 2,
		.half_open_s = 600,
		.silence_s = 3600,
		.linger_s = 1,
		.cb = on_event,
		.arg = &d };
	struct session_table *t;
	bool ok;

	if (argc != 2) {
		fputs("usage: sessdump FILE\n", stderr);
		return 2;
	}
	t = session_new(&conf);
	if (t == NULL) {
		fputs("sessdump: no memory\n", stderr);
		return 1;
	}
	ok = dump_file(t, argv[1]);
	session_free(t);
	return ok ? 0 : 1;
}
