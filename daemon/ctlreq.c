/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/ctlreq.h"

const char *const ctl_verb_name[CTL_VERBS] = {
	[CTL_STATUS] = "status",
	[CTL_WHY] = "why",
	[CTL_BLOCKS] = "blocks",
	[CTL_BLOCK] = "block",
	[CTL_UNBLOCK] = "unblock",
	[CTL_ALLOW_ADD] = "allow-add",
	[CTL_ALLOW_DEL] = "allow-del",
	[CTL_ALLOW_LIST] = "allow-list",
	[CTL_ALLOW_CHECK] = "allow-check",
	[CTL_RELOAD] = "reload",
	[CTL_REPORT] = "report",
	[CTL_BOTNETS] = "botnets",
	[CTL_TOP] = "top",
};

/* The bytes up to the next space, which is taken too; *more: there was one. */
static struct str
take_word(struct str *s, bool *more)
{
	const char *sp = s->n == 0 ? NULL : memchr(s->p, ' ', s->n);
	struct str w = *s;

	*more = sp != NULL;
	if (sp == NULL) {
		s->n = 0;
		return w;
	}
	w.n = (size_t)(sp - s->p);
	s->p = sp + 1;
	s->n -= w.n + 1;
	return w;
}

/* Decimal digits only, no sign, no leading zero, up to `max`. */
static bool
parse_number(struct str s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (s.n == 0 || s.n > 19 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
	}
	if (v > max)
		return false;
	*out = v;
	return true;
}

bool
ctlreq_net(struct str s, struct net *out)
{
	struct net n;

	if (!net_parse(s, &n))
		return false;
	if (n.a.family == 6 && n.bits > 64)
		n = net_of(&n.a, 64);
	*out = n;
	return true;
}

static const char *
parse_comment(struct str s, struct ctl_req *out)
{
	if (s.n > CTLREQ_COMMENT_MAX)
		return "comment is too long";
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7f)
			return "comment has a control character";
	if (s.n > 0)
		memcpy(out->comment, s.p, s.n);
	out->comment[s.n] = '\0';
	return NULL;
}

/* An address, or the network that zfw shows for an IPv6 client. */
static bool
parse_client(struct str s, struct ctl_req *out)
{
	struct net n;

	if (addr_parse(s, &out->addr)) {
		out->net = addr_key_net(&out->addr);
		return true;
	}
	if (!net_parse(s, &n) || n.bits < (n.a.family == 4 ? 32 : 64))
		return false;
	out->addr = n.a;
	out->net = addr_key_net(&n.a);
	return true;
}

static const char *
parse_block(struct str *rest, bool more, struct ctl_req *out)
{
	uint64_t v;

	if (!more ||
	    !parse_number(take_word(rest, &more), CTLREQ_FOR_MAX_S, &v) ||
	    v == 0)
		return "not a number of seconds";
	if (more)
		return "too many words";
	out->for_s = (uint32_t)v;
	return NULL;
}

static const char *
parse_allow(struct str *rest, bool more, struct ctl_req *out)
{
	uint64_t v;

	if (!more ||
	    !parse_number(take_word(rest, &more), INT64_MAX / 1000, &v))
		return "not a time";
	out->until_s = (int64_t)v;
	if (more && rest->n == 0)
		return "space at the end";
	return parse_comment(*rest, out);
}

static const char *
parse_report(struct str *rest, bool more, struct ctl_req *out)
{
	struct str what = more ? take_word(rest, &more) : STR("");

	out->spam = str_eq(what, STR("spam"));
	if (!out->spam && !str_eq(what, STR("ham")))
		return "neither spam nor ham";
	return more ? "too many words" : NULL;
}

static const char *
parse_args(struct str *rest, struct ctl_req *out)
{
	bool more;
	struct str w = take_word(rest, &more);
	bool one = out->verb == CTL_WHY || out->verb == CTL_ALLOW_CHECK ||
	    out->verb == CTL_REPORT;

	if (one ? !parse_client(w, out) : !ctlreq_net(w, &out->net))
		return one ? "not an address" : "not an address or network";
	if (!one)
		out->addr = out->net.a;
	if (out->verb == CTL_BLOCK)
		return parse_block(rest, more, out);
	if (out->verb == CTL_ALLOW_ADD)
		return parse_allow(rest, more, out);
	if (out->verb == CTL_REPORT)
		return parse_report(rest, more, out);
	return more ? "too many words" : NULL;
}

const char *
ctlreq_parse(struct str line, struct ctl_req *out)
{
	bool more, bare;
	struct str w;
	size_t v;

	memset(out, 0, sizeof(*out));
	if (line.n > CTLREQ_LINE_MAX)
		return "line is too long";
	w = take_word(&line, &more);
	for (v = 0; v < CTL_VERBS; v++)
		if (str_eq(w,
			(struct str){ ctl_verb_name[v],
			    strlen(ctl_verb_name[v]) }))
			break;
	if (v == CTL_VERBS)
		return "no such verb";
	out->verb = (enum ctl_verb)v;
	bare = v == CTL_STATUS || v == CTL_BLOCKS || v == CTL_ALLOW_LIST ||
	    v == CTL_RELOAD || v == CTL_BOTNETS || v == CTL_TOP;
	if (bare)
		return more ? "too many words" : NULL;
	return more ? parse_args(&line, out) : "too few words";
}
