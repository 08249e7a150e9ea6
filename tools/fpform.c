/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpform.h"

#include <stdlib.h>

/* What is copied in blocks is of whole ones. */
_Static_assert(SIG_STRLEN % FPTEXT_BLOCK == 0, "signatures");
_Static_assert(FPFORM_LABELLEN % FPTEXT_BLOCK == 0, "labels");
_Static_assert(FPFORM_LINKLEN % FPTEXT_BLOCK == 0, "links");

struct fpform *
fpform_new(enum fpform_kind kind, int fd, bool prompt)
{
	struct fpform *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return NULL;
	f->kind = kind;
	if (!fpout_init(&f->out, fd, prompt)) {
		free(f);
		return NULL;
	}
	return f;
}

void
fpform_free(struct fpform *f)
{
	if (f == NULL)
		return;
	fpout_fini(&f->out);
	free(f);
}

void
fpform_set(struct fpform *f, const struct sigdb *db)
{
	f->db = db;
	for (size_t i = 0; i < FPFORM_LABELS; i++)
		f->labels[i].n = 0;
	for (size_t i = 0; i < FPFORM_LINKS; i++)
		f->links[i].n = 0;
}

void
fpform_new_server(struct fpform *f, struct fpform_server *s,
    const struct addr *a, uint16_t port)
{
	const struct fptext_table *tab = &f->out.tab;
	char *p = s->text;

	p = f->kind == FPFORM_P0F ? fptext_addr_long(p, tab, a) :
				    fptext_addr(p, tab, a);
	p = f->kind == FPFORM_JSONL ? FPTEXT_LIT(p, "\",\"server_port\":") :
				      FPTEXT_LIT(p, "/");
	p = fptext_port(p, port);
	s->addr = *a;
	s->port = port;
	s->n = (uint8_t)(p - s->text);
}

void
fpform_new_label(struct fpform *f, struct fpform_label *e,
    const struct sigdb_label *l)
{
	e->label = l;
	e->n = (uint16_t)(f->kind == FPFORM_JSONL ?
		fpform_json_label(e->text, l) :
		fpform_p0f_label(e->text, l));
}

void
fpform_new_link(struct fpform *f, struct fpform_link *e, const struct traits *t)
{
	const char *name = NULL;
	uint16_t mtu;

	if (f->db != NULL)
		name = sigdb_link(f->db, t, &mtu);
	e->key = (uint32_t)t->ver << 16 | t->mss;
	e->n = (uint16_t)(f->kind == FPFORM_JSONL ?
		fpform_json_link(e->text, name, fpform_mtu(t)) :
		fpform_p0f_link(e->text, name, fpform_mtu(t)));
}

/* `WINDOW:KINDS:MSS:SCALE`, empty where there is none. */
static char *
put_short(char *p, const struct traits *t)
{
	p = fptext_num(p, t->window);
	*p++ = ':';
	for (size_t i = 0; i < t->opts_n; i++) {
		if (i > 0)
			*p++ = '-';
		p = fptext_num(p, t->opts[i]);
	}
	*p++ = ':';
	if (t->has_mss)
		p = fptext_num(p, t->mss);
	*p++ = ':';
	if (t->has_ws)
		p = fptext_num(p, t->wscale);
	return p;
}

static void
short_syn(struct fpform *f, const struct fpform_syn *s)
{
	const struct traits *t = s->t;
	const struct fpform_label *l = fpform_label(f, s->hit->match.best);
	char *p;

	if (s->seen->what != FLOWS_SYN && s->seen->what != FLOWS_COPY)
		return;
	p = fpout_begin(&f->out);
	p = fpout_epoch(&f->out, p, s->t_us);
	*p++ = '\t';
	p = fptext_addr(p, &f->out.tab, &t->src);
	*p++ = '/';
	p = fptext_port(p, t->sport);
	*p++ = '\t';
	p = fpform_server(f, p, &t->dst, t->dport);
	*p++ = '\t';
	p = fptext_block(p, l->text, l->n);
	*p++ = '\t';
	p = put_short(p, t);
	*p++ = '\n';
	fpout_end(&f->out, p);
}

void
fpform_syn(struct fpform *f, const struct fpform_syn *s)
{
	switch (f->kind) {
	case FPFORM_P0F:
		fpform_p0f_syn(f, s);
		break;
	case FPFORM_JSONL:
		fpform_json_syn(f, s);
		break;
	case FPFORM_SHORT:
		short_syn(f, s);
		break;
	}
}

void
fpform_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up)
{
	if (f->kind == FPFORM_P0F)
		fpform_p0f_uptime(f, s, up);
	else if (f->kind == FPFORM_JSONL)
		fpform_json_uptime(f, s, up);
}

void
fpform_session(struct fpform *f, const struct fpform_talk *talk)
{
	switch (f->kind) {
	case FPFORM_P0F:
		fpform_p0f_session(f, talk);
		break;
	case FPFORM_JSONL:
		fpform_json_session(f, talk);
		break;
	case FPFORM_SHORT:
		fpform_short_session(f, talk);
		break;
	}
}
