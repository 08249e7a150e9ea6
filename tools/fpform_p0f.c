/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpform.h"
#include "tools/fpjson.h"

#define DIST_MAX 35 /* hops that p0f believes */

/* The name without `os=`, as `short` wants it too. */
size_t
fpform_p0f_label(char *p, const struct sigdb_label *l)
{
	char buf[SIGDB_NAMELEN];
	const char *name = sigdb_text(l, buf);

	return (size_t)(fpjson_field(p, name, strlen(name)) - p);
}

size_t
fpform_p0f_link(char *p, const char *name, uint32_t mtu)
{
	char *at = FPTEXT_LIT(p, "|link=");

	if (name == NULL)
		name = "???";
	at = fpjson_field(at, name, strnlen(name, FPFORM_NAME_MAX));
	at = FPTEXT_LIT(at, "|raw_mtu=");
	at = fptext_num(at, mtu);
	*at++ = '\n';
	return (size_t)(at - p);
}

/* `|cli=ADDR/PORT|srv=ADDR/PORT|subj=cli`; the server is who was called. */
static char *
put_ends(struct fpform *f, char *p, const struct traits *t, bool from_client)
{
	const struct addr *c = from_client ? &t->src : &t->dst;
	const struct addr *s = from_client ? &t->dst : &t->src;

	p = FPTEXT_LIT(p, "|cli=");
	p = fptext_addr_long(p, &f->out.tab, c);
	*p++ = '/';
	p = fptext_port(p, from_client ? t->sport : t->dport);
	p = FPTEXT_LIT(p, "|srv=");
	p = fpform_server(f, p, s, from_client ? t->dport : t->sport);
	return from_client ? FPTEXT_LIT(p, "|subj=cli") :
			     FPTEXT_LIT(p, "|subj=srv");
}

/* What p0f calls params: words with a blank between, or `none`. */
static char *
put_params(char *p, const struct sigdb_match *m, unsigned dscp)
{
	char *start;

	p = FPTEXT_LIT(p, "|params");
	start = p;
	if (m->best != NULL && m->generic)
		p = FPTEXT_LIT(p, " generic");
	if (m->best != NULL && m->fuzzy)
		p = FPTEXT_LIT(p, " fuzzy");
	if (m->best != NULL && m->random_ttl)
		p = FPTEXT_LIT(p, " random_ttl");
	if (m->dist > DIST_MAX)
		p = FPTEXT_LIT(p, " excess_dist");
	if (dscp != 0) {
		p = FPTEXT_LIT(p, " tos:0x");
		*p++ = "0123456789abcdef"[dscp >> 4];
		*p++ = "0123456789abcdef"[dscp & 15];
	}
	if (p == start)
		return FPTEXT_LIT(p, "=none");
	*start = '=';
	return p;
}

static char *
put_match(struct fpform *f, char *p, const struct sigdb_match *m)
{
	const struct fpform_label *l = fpform_label(f, m->best);

	p = m->best != NULL && m->best->userland ? FPTEXT_LIT(p, "|app=") :
						   FPTEXT_LIT(p, "|os=");
	p = fptext_block(p, l->text, l->n);
	p = FPTEXT_LIT(p, "|dist=");
	if (m->best != NULL && m->random_ttl)
		p = FPTEXT_LIT(p, "<= ");
	return fptext_byte(p, &f->out.tab, m->dist);
}

/* The second line, of the link: with the same ends as the first. */
static char *
put_mtu(struct fpform *f, char *p, const struct fpform_syn *s,
    const struct str *ends)
{
	const struct fpform_link *l = fpform_link(f, s->t);

	p = fpout_stamp(&f->out, p, s->t_us);
	p = FPTEXT_LIT(p, "mtu");
	p = fptext_blocks(p, ends->p, ends->n);
	f->out.lines++;
	return fptext_block(p, l->text, l->n);
}

void
fpform_p0f_syn(struct fpform *f, const struct fpform_syn *s)
{
	const struct sigdb_match *m = &s->hit->match;
	struct str ends;
	char *p;

	if (s->seen->what != FLOWS_SYN && s->seen->what != FLOWS_REPLY)
		return;
	p = fpout_begin(&f->out);
	p = fpout_stamp(&f->out, p, s->t_us);
	p = s->seen->to_server ? FPTEXT_LIT(p, "syn") :
				 FPTEXT_LIT(p, "syn+ack");
	ends.p = p;
	p = put_ends(f, p, s->t, s->seen->to_server);
	ends.n = (size_t)(p - ends.p);
	p = put_match(f, p, m);
	p = put_params(p, m, s->t->tos >> 2);
	p = FPTEXT_LIT(p, "|raw_sig=");
	p = fptext_blocks(p, s->hit->sig.text, s->hit->text_n);
	*p++ = '\n';
	/* p0f stops here for a program that is no system. */
	if (s->t->mss != 0 && (m->best == NULL || !m->best->userland))
		p = put_mtu(f, p, s, &ends);
	fpout_end(&f->out, p);
}

void
fpform_p0f_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up)
{
	char *p = fpout_begin(&f->out);

	p = fpout_stamp(&f->out, p, s->t_us);
	p = FPTEXT_LIT(p, "uptime");
	p = put_ends(f, p, s->t, s->seen->to_server);
	p = FPTEXT_LIT(p, "|uptime=");
	p = fptext_num(p, up->minutes / 60 / 24);
	p = FPTEXT_LIT(p, " days ");
	p = fptext_num(p, up->minutes / 60 % 24);
	p = FPTEXT_LIT(p, " hrs ");
	p = fptext_num(p, up->minutes % 60);
	p = FPTEXT_LIT(p, " min (modulo ");
	p = fptext_num(p, up->mod_days);
	p = FPTEXT_LIT(p, " days)|raw_freq=");
	p = fptext_fixed2(p, up->raw_hz);
	p = FPTEXT_LIT(p, " Hz\n");
	fpout_end(&f->out, p);
}
