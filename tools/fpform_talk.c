/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpform.h"
#include "tools/fpjson.h"

static const struct {
	uint16_t bit;
	const char *name;
} verbs[] = {
	{ VERB_HELO, "HELO" },
	{ VERB_EHLO, "EHLO" },
	{ VERB_MAIL, "MAIL" },
	{ VERB_RCPT, "RCPT" },
	{ VERB_DATA, "DATA" },
	{ VERB_RSET, "RSET" },
	{ VERB_QUIT, "QUIT" },
	{ VERB_STARTTLS, "STARTTLS" },
	{ VERB_AUTH, "AUTH" },
	{ VERB_NOOP, "NOOP" },
	{ VERB_VRFY, "VRFY" },
	{ VERB_HTTP, "HTTP" },
	{ VERB_OTHER, "OTHER" },
};

/* What a ladder's copies had no more, or other than the first SYN. */
static const struct {
	uint8_t bit;
	const char *name;
} changes[] = {
	{ LADDER_LOST_WS, "ws" },
	{ LADDER_LOST_TS, "ts" },
	{ LADDER_LOST_SOK, "sok" },
	{ LADDER_LOST_ECN, "ecn" },
	{ LADDER_OTHER_WINDOW, "window" },
	{ LADDER_OTHER_LAYOUT, "layout" },
};

static const char *
end_name(const struct fpform_talk *k)
{
	static const char *const names[] = {
		[SESSION_END_NONE] = "pushed-out",
		[SESSION_END_CLIENT_FIN] = "client-fin",
		[SESSION_END_CLIENT_RST] = "client-rst",
		[SESSION_END_SERVER_FIN] = "server-fin",
		[SESSION_END_SERVER_RST] = "server-rst",
		[SESSION_END_SILENCE] = "silence",
	};

	if (k->unanswered)
		return "unanswered";
	if (k->at_end && k->s->end == SESSION_END_SILENCE)
		return "input-end";
	return names[k->s->end];
}

/* When the session's clock began to run. */
static int64_t
begin_us(const struct session *s)
{
	return s->open_us != 0 ? s->open_us : s->syn_us;
}

/* The last that it showed; silence is not told by a packet. */
static int64_t
end_us(const struct session *s)
{
	return s->close_us != 0 && s->end != SESSION_END_SILENCE ? s->close_us :
								   s->last_us;
}

/* A moment as milliseconds after that, `none` when it never came. */
static char *
put_after(char *p, const struct session *s, int64_t t_us, const char *none)
{
	if (t_us == 0 || begin_us(s) == 0)
		return fptext_mem(p, none, strlen(none));
	return fpjson_ms(p, t_us - begin_us(s));
}

static char *
put_verbs(char *p, uint32_t seen, const char *quote)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!(seen & verbs[i].bit))
			continue;
		p = fptext_mem(p, comma, strlen(comma));
		p = fptext_mem(p, quote, strlen(quote));
		p = fptext_mem(p, verbs[i].name, strlen(verbs[i].name));
		p = fptext_mem(p, quote, strlen(quote));
		comma = ",";
	}
	return p;
}

static size_t
gaps_n(const struct ladder *l)
{
	return l->n < LADDER_STEPS ? l->n : LADDER_STEPS;
}

/* The waits of a ladder in seconds, with a word between. */
static char *
put_gaps(char *p, const struct ladder *l, char between)
{
	for (size_t i = 0; i < gaps_n(l); i++) {
		if (i > 0)
			*p++ = between;
		p = fptext_num(p, l->gap_ds[i] / 10);
		*p++ = '.';
		*p++ = (char)('0' + l->gap_ds[i] % 10);
	}
	return p;
}

static int64_t
mean_us(const struct dialogue_times *t)
{
	return t->n == 0 ? 0 : (int64_t)(t->sum_us / t->n);
}

static int64_t
deviation_us(const struct dialogue_times *t)
{
	return (int64_t)(dialogue_deviation_ms(t) * 1000 + 0.5);
}

/* --- JSON --- */

static char *
put_ladder(char *p, const struct session *s)
{
	const char *comma = "";

	p = FPJSON_KEY(p, "ladder");
	p = fpjson_string(p, ladder_class_name[s->ladder_class]);
	p = FPJSON_KEY(p, "ladder_gaps_s");
	*p++ = '[';
	p = put_gaps(p, &s->ladder, ',');
	p = FPTEXT_LIT(p, "],\"ladder_changes\":[");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		if (!(s->ladder.changes & changes[i].bit))
			continue;
		p = fptext_mem(p, comma, strlen(comma));
		p = fpjson_string(p, changes[i].name);
		comma = ",";
	}
	*p++ = ']';
	return p;
}

static char *
put_times(char *p, const struct dialogue_times *t)
{
	if (t->n == 0)
		return FPTEXT_LIT(p, "null");
	p = FPTEXT_LIT(p, "{\"n\":");
	p = fptext_num(p, t->n);
	p = FPJSON_KEY(p, "mean");
	p = fpjson_ms(p, mean_us(t));
	p = FPJSON_KEY(p, "deviation");
	p = fpjson_ms(p, deviation_us(t));
	p = FPJSON_KEY(p, "min");
	p = fpjson_ms(p, t->min_us);
	p = FPJSON_KEY(p, "max");
	p = fpjson_ms(p, t->max_us);
	*p++ = '}';
	return p;
}

/* Members whose keys are literals: `p` moves on behind them. */
#define PUT_NUMBER(p, key, v) \
	((p) = FPJSON_KEY((p), key), (p) = fptext_num((p), (v)))
#define PUT_FLAG(p, key, v) \
	((p) = FPJSON_KEY((p), key), (p) = fpjson_bool((p), (v)))

static char *
put_side(char *p, const struct flowstat_side *s)
{
	p = FPTEXT_LIT(p, "{\"packets\":");
	p = fptext_num(p, s->packets);
	PUT_NUMBER(p, "bytes", s->bytes);
	PUT_NUMBER(p, "retransmitted", s->retransmitted);
	PUT_NUMBER(p, "reordered", s->reordered);
	PUT_NUMBER(p, "resets", s->resets);
	PUT_NUMBER(p, "fins", s->fins);
	PUT_NUMBER(p, "keepalives", s->keepalives);
	PUT_NUMBER(p, "zero_windows", s->zero_windows);
	PUT_NUMBER(p, "dup_acks", s->dup_acks);
	PUT_NUMBER(p, "window_min", s->window_min);
	PUT_NUMBER(p, "burst", s->burst);
	PUT_NUMBER(p, "segment_max", s->segment_max);
	*p++ = '}';
	return p;
}

static char *
put_flow(char *p, const struct flowstat *f)
{
	p = FPJSON_KEY(p, "client_flow");
	p = put_side(p, &f->client);
	p = FPJSON_KEY(p, "server_flow");
	p = put_side(p, &f->server);
	p = FPJSON_KEY(p, "idle_max_ms");
	p = fpjson_ms(p, f->idle_max_us);
	PUT_NUMBER(p, "lost_segments", f->lost_segments);
	p = FPJSON_KEY(p, "data_segments");
	*p++ = '[';
	for (size_t i = 0; i < f->data_n && i < FLOWSTAT_DATA_SEGS; i++) {
		if (i > 0)
			*p++ = ',';
		p = fptext_num(p, f->data[i]);
	}
	*p++ = ']';
	return p;
}

static char *
put_dialogue(char *p, const struct dialogue *d)
{
	char buf[DIALOGUE_TEXT];
	uint64_t key = dialogue_key(d);

	p = FPJSON_KEY(p, "dialect");
	p = fpjson_string(p, dialogue_text(d, buf));
	p = FPJSON_KEY(p, "dialect_key");
	if (key == 0) {
		p = FPTEXT_LIT(p, "null");
	} else {
		*p++ = '"';
		p = fptext_hex(p, key);
		*p++ = '"';
	}
	PUT_NUMBER(p, "mails", d->mails);
	PUT_NUMBER(p, "rcpts_max", d->rcpts_max);
	PUT_NUMBER(p, "replies_4xx", d->replies_4xx);
	PUT_NUMBER(p, "replies_5xx", d->replies_5xx);
	p = FPJSON_KEY(p, "think_ms");
	p = put_times(p, &d->think);
	p = FPJSON_KEY(p, "answer_ms");
	return put_times(p, &d->answer);
}

/* Who it is. */
static char *
put_system(char *p, const struct session *s)
{
	p = FPJSON_KEY(p, "os");
	p = fpjson_string(p, s->os[0] == '\0' ? NULL : s->os);
	p = FPJSON_KEY(p, "family");
	p = fpjson_string(p, sigdb_family_name[s->os_family]);
	p = FPJSON_KEY(p, "grade");
	p = fpjson_string(p, sigdb_grade_name[s->os_grade]);
	PUT_NUMBER(p, "dist", s->sig.dist);
	p = FPJSON_KEY(p, "sig");
	return fpjson_string(p, s->sig.text);
}

/* What it did, whatever it said. */
static char *
put_course(char *p, const struct fpform_talk *k)
{
	const struct session *s = k->s;

	p = FPJSON_KEY(p, "state");
	p = fpjson_string(p, s->open_us != 0 ? "open" : "half-open");
	p = FPJSON_KEY(p, "end");
	p = fpjson_string(p, end_name(k));
	p = FPJSON_KEY(p, "duration_ms");
	p = put_after(p, s, end_us(s), "null");
	PUT_NUMBER(p, "syns", s->syn_n);
	p = FPJSON_KEY(p, "rtt_ms");
	p = s->rtt_us == 0 ? FPTEXT_LIT(p, "null") : fpjson_ms(p, s->rtt_us);
	p = FPJSON_KEY(p, "greeting_ms");
	p = put_after(p, s, s->greet_us, "null");
	p = FPJSON_KEY(p, "early_ms");
	p = put_after(p, s, s->early_us, "null");
	PUT_NUMBER(p, "early_bytes", s->early_n);
	return put_ladder(p, s);
}

static char *
put_commands(char *p, const struct session *s)
{
	p = FPJSON_KEY(p, "helo");
	p = s->helo_n == 0 ? FPTEXT_LIT(p, "null") :
			     fpjson_text(p, s->helo, s->helo_n);
	p = FPJSON_KEY(p, "verbs");
	*p++ = '[';
	p = put_verbs(p, s->verbs, "\"");
	*p++ = ']';
	PUT_NUMBER(p, "commands", s->commands_n);
	PUT_NUMBER(p, "rcpts", s->rcpts_n);
	PUT_FLAG(p, "pipelined", s->pipelined);
	PUT_FLAG(p, "bare_lf", s->bare_lf);
	PUT_FLAG(p, "one_sided", s->one_sided);
	PUT_FLAG(p, "blind", s->blind);
	return p;
}

void
fpform_json_session(struct fpform *f, const struct fpform_talk *k)
{
	const struct session *s = k->s;
	struct fpform_ends ends = { &s->client, &s->server, s->cport,
		s->sport };
	char *p = fpout_begin(&f->out);

	p = fpform_json_time(f, p, s->last_us);
	p = FPTEXT_LIT(p, "\"session\"");
	p = fpform_json_ends(f, p, &ends);
	p = put_system(p, s);
	p = put_course(p, k);
	p = put_commands(p, s);
	if (s->dlg != NULL)
		p = put_dialogue(p, s->dlg);
	if (s->flow != NULL)
		p = put_flow(p, s->flow);
	p = FPTEXT_LIT(p, "}\n");
	fpout_end(&f->out, p);
}

/* --- in p0f's way --- */

static char *
put_talk_ends(struct fpform *f, char *p, const struct session *s)
{
	p = FPTEXT_LIT(p, "|cli=");
	p = fptext_addr_long(p, &f->out.tab, &s->client);
	*p++ = '/';
	p = fptext_port(p, s->cport);
	p = FPTEXT_LIT(p, "|srv=");
	p = fptext_addr_long(p, &f->out.tab, &s->server);
	*p++ = '/';
	p = fptext_port(p, s->sport);
	return FPTEXT_LIT(p, "|subj=cli");
}

static char *
put_words(char *p, const struct session *s)
{
	char buf[DIALOGUE_TEXT];
	const char *text;

	p = FPTEXT_LIT(p, "|helo=");
	p = s->helo_n == 0 ? FPTEXT_LIT(p, "none") :
			     fpjson_field(p, s->helo, s->helo_n);
	p = FPTEXT_LIT(p, "|verbs=");
	p = s->verbs == 0 ? FPTEXT_LIT(p, "none") : put_verbs(p, s->verbs, "");
	if (s->blind)
		p = FPTEXT_LIT(p, "|blind=yes");
	if (s->dlg == NULL || dialogue_key(s->dlg) == 0)
		return p;
	p = FPTEXT_LIT(p, "|dialect=");
	text = dialogue_text(s->dlg, buf);
	p = fpjson_field(p, text, strlen(text));
	p = FPTEXT_LIT(p, "|key=");
	return fptext_hex(p, dialogue_key(s->dlg));
}

void
fpform_p0f_session(struct fpform *f, const struct fpform_talk *k)
{
	const struct session *s = k->s;
	char *p = fpout_begin(&f->out);

	p = fpout_stamp(&f->out, p, s->last_us);
	p = FPTEXT_LIT(p, "smtp");
	p = put_talk_ends(f, p, s);
	p = FPTEXT_LIT(p, "|os=");
	p = s->os[0] == '\0' ? FPTEXT_LIT(p, "???") :
			       fpjson_field(p, s->os, strlen(s->os));
	p = FPTEXT_LIT(p, "|end=");
	p = fptext_mem(p, end_name(k), strlen(end_name(k)));
	p = FPTEXT_LIT(p, "|greet_ms=");
	p = put_after(p, s, s->greet_us, "none");
	p = FPTEXT_LIT(p, "|early_ms=");
	p = put_after(p, s, s->early_us, "none");
	p = FPTEXT_LIT(p, "|ladder=");
	p = fptext_mem(p, ladder_class_name[s->ladder_class],
	    strlen(ladder_class_name[s->ladder_class]));
	p = put_words(p, s);
	if (s->dlg != NULL && s->dlg->think.n > 0) {
		p = FPTEXT_LIT(p, "|think_ms=");
		p = fpjson_ms(p, mean_us(&s->dlg->think));
		p = FPTEXT_LIT(p, "+-");
		p = fpjson_ms(p, deviation_us(&s->dlg->think));
	}
	*p++ = '\n';
	fpout_end(&f->out, p);
}

/* --- in few words --- */

/* `smtp:KEY:LADDER:END` in the place of the short string; KEY may be empty. */
void
fpform_short_session(struct fpform *f, const struct fpform_talk *k)
{
	const struct session *s = k->s;
	const char *ladder = ladder_class_name[s->ladder_class];
	uint64_t key = s->dlg == NULL ? 0 : dialogue_key(s->dlg);
	char *p = fpout_begin(&f->out);

	p = fpout_epoch(&f->out, p, s->last_us);
	*p++ = '\t';
	p = fptext_addr(p, &f->out.tab, &s->client);
	*p++ = '/';
	p = fptext_port(p, s->cport);
	*p++ = '\t';
	p = fpform_server(f, p, &s->server, s->sport);
	*p++ = '\t';
	p = s->os[0] == '\0' ? FPTEXT_LIT(p, "???") :
			       fpjson_field(p, s->os, strlen(s->os));
	p = FPTEXT_LIT(p, "\tsmtp:");
	if (key != 0)
		p = fptext_hex(p, key);
	*p++ = ':';
	p = fptext_mem(p, ladder, strlen(ladder));
	*p++ = ':';
	p = fptext_mem(p, end_name(k), strlen(end_name(k)));
	*p++ = '\n';
	fpout_end(&f->out, p);
}
