/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpform.h"
#include "tools/fpjson.h"

static char *
put_name(char *p, const char *s)
{
	return s == NULL ? FPTEXT_LIT(p, "null") :
			   fpjson_text(p, s, strnlen(s, SIGDB_NAMELEN));
}

size_t
fpform_json_label(char *p, const struct sigdb_label *l)
{
	char buf[SIGDB_NAMELEN];
	uint8_t family = l == NULL ? SIGDB_F_UNKNOWN : l->family;
	char *at = p;

	at = FPJSON_KEY(at, "os");
	at = put_name(at, l == NULL ? NULL : sigdb_text(l, buf));
	at = FPJSON_KEY(at, "name");
	at = put_name(at, l == NULL ? NULL : l->name);
	at = FPJSON_KEY(at, "flavor");
	at = put_name(at, l == NULL ? NULL : l->flavor);
	at = FPJSON_KEY(at, "family");
	at = fpjson_string(at, sigdb_family_name[family]);
	return (size_t)(at - p);
}

size_t
fpform_json_link(char *p, const char *name, uint32_t mtu)
{
	char *at = FPJSON_KEY(p, "link");

	at = name == NULL ?
	    FPTEXT_LIT(at, "null") :
	    fpjson_text(at, name, strnlen(name, FPFORM_NAME_MAX));
	at = FPJSON_KEY(at, "mtu");
	at = mtu == 0 ? FPTEXT_LIT(at, "null") : fptext_num(at, mtu);
	return (size_t)(at - p);
}

/* `{"t":TIME,"event":` */
char *
fpform_json_time(struct fpform *f, char *p, int64_t t_us)
{
	p = FPTEXT_LIT(p, "{\"t\":");
	p = fpout_epoch(&f->out, p, t_us);
	return FPTEXT_LIT(p, ",\"event\":");
}

char *
fpform_json_ends(struct fpform *f, char *p, const struct fpform_ends *e)
{
	p = FPTEXT_LIT(p, ",\"client\":\"");
	p = fptext_addr(p, &f->out.tab, e->client);
	p = FPTEXT_LIT(p, "\",\"client_port\":");
	p = fptext_port(p, e->client_port);
	p = FPTEXT_LIT(p, ",\"server\":\"");
	return fpform_server(f, p, e->server, e->server_port);
}

static char *
put_ends(struct fpform *f, char *p, const struct traits *t, bool from_client)
{
	struct fpform_ends e = { &t->src, &t->dst, t->sport, t->dport };

	if (!from_client)
		e = (struct fpform_ends){ &t->dst, &t->src, t->dport,
			t->sport };
	return fpform_json_ends(f, p, &e);
}

static char *
put_candidates(char *p, const struct sigdb_match *m)
{
	char buf[SIGDB_NAMELEN];

	p = FPJSON_KEY(p, "candidates");
	*p++ = '[';
	for (size_t i = 0; i < m->cand_n; i++) {
		if (i > 0)
			*p++ = ',';
		p = fpjson_string(p, sigdb_text(m->cand[i], buf));
	}
	*p++ = ']';
	return p;
}

/* What is said of a label, wherever it comes from. */
static char *
put_match(struct fpform *f, char *p, const struct sigdb_match *m)
{
	const struct fpform_label *l = fpform_label(f, m->best);

	p = fptext_block(p, l->text, l->n);
	p = FPJSON_KEY(p, "grade");
	p = fpjson_string(p, sigdb_grade_name[m->grade]);
	if (m->cand_n > 0)
		p = put_candidates(p, m);
	return p;
}

static char *
put_copy(char *p, const struct flows_seen *seen)
{
	p = FPJSON_KEY(p, "copy");
	p = fptext_num(p, seen->copy_n);
	p = FPJSON_KEY(p, "gap_ms");
	return fptext_num(p, seen->gap_ms);
}

void
fpform_json_syn(struct fpform *f, const struct fpform_syn *s)
{
	bool from_client = (s->t->flags & TCPF_ACK) == 0;
	const struct fpform_link *l = fpform_link(f, s->t);
	char *p = fpout_begin(&f->out);

	p = fpform_json_time(f, p, s->t_us);
	p = from_client ? FPTEXT_LIT(p, "\"syn\"") :
			  FPTEXT_LIT(p, "\"syn+ack\"");
	p = put_ends(f, p, s->t, from_client);
	if (s->seen->what == FLOWS_COPY)
		p = put_copy(p, s->seen);
	if (s->seen->what == FLOWS_STRAY)
		p = FPTEXT_LIT(p, ",\"stray\":true");
	p = put_match(f, p, &s->hit->match);
	p = FPJSON_KEY(p, "dist");
	p = fptext_byte(p, &f->out.tab, s->hit->match.dist);
	p = FPJSON_KEY(p, "ttl");
	p = fptext_byte(p, &f->out.tab, s->t->ttl);
	p = FPTEXT_LIT(p, ",\"sig\":\"");
	p = fptext_blocks(p, s->hit->sig.text, s->hit->text_n);
	*p++ = '"';
	p = fptext_block(p, l->text, l->n);
	p = s->t->ver == 4 ? FPTEXT_LIT(p, ",\"ver\":4}\n") :
			     FPTEXT_LIT(p, ",\"ver\":6}\n");
	fpout_end(&f->out, p);
}

void
fpform_json_uptime(struct fpform *f, const struct fpform_syn *s,
    const struct uptime_told *up)
{
	char *p = fpout_begin(&f->out);

	p = fpform_json_time(f, p, s->t_us);
	p = FPTEXT_LIT(p, "\"uptime\"");
	p = put_ends(f, p, s->t, s->seen->to_server);
	p = s->seen->to_server ? FPTEXT_LIT(p, ",\"subject\":\"client\"") :
				 FPTEXT_LIT(p, ",\"subject\":\"server\"");
	p = FPJSON_KEY(p, "uptime_min");
	p = fptext_num(p, up->minutes);
	p = FPJSON_KEY(p, "mod_days");
	p = fptext_num(p, up->mod_days);
	p = FPJSON_KEY(p, "hz");
	p = fptext_num(p, up->hz);
	p = FPJSON_KEY(p, "raw_hz");
	p = fptext_fixed2(p, up->raw_hz);
	p = FPTEXT_LIT(p, "}\n");
	fpout_end(&f->out, p);
}
