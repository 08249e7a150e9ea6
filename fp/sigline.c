/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigline.h"

#include "fp/sigword.h"

#define OLEN_MAX  40   /* bytes of options in an IPv4 header */
#define EOL_MAX   39   /* bytes of TCP options behind an end of them */
#define TIMES_MAX 1000 /* segments in a window; p0f's limit */
#define QUIRKS    (((uint32_t)Q_BAD << 1) - 1)
#define FIELDS    8

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

struct parse {
	struct sigdef *d;
	uint32_t ignore;
	struct sigline_fault fault;
};

static bool
fail(struct parse *p, struct str word, const char *want)
{
	p->fault.word = word;
	p->fault.want = want;
	return false;
}

static bool
is_any(struct str s)
{
	return str_eq(s, STR("*"));
}

static bool
parse_ver(struct parse *p, struct str s)
{
	uint32_t v = 0;

	if (is_any(s))
		p->d->ver = SIGDEF_ANY;
	else if (sigword_number(s, 4, 6, &v) && v != 5)
		p->d->ver = (int8_t)v;
	else
		return fail(p, s, "4, 6 or *");
	return true;
}

/* N, N+D (their sum is the initial one), N- (N is the most), *. */
static bool
parse_ttl(struct parse *p, struct str s)
{
	const char *want = "N or N+DISTANCE from 1 to 255, N- or *";
	struct str first, dist = s;
	uint32_t n, d = 0;

	if (is_any(s)) {
		p->d->ttl = SIGDEF_TTL_ANY;
		return true;
	}
	if (s.n > 0 && s.p[s.n - 1] == '-') {
		p->d->ttl = SIGDEF_TTL_MAX;
		dist.n--;
	}
	if (!sigword_cut(&dist, '+', &first))
		dist = STR("0");
	else if (p->d->ttl == SIGDEF_TTL_MAX)
		return fail(p, s, want);
	if (str_eq(dist, STR("?")))
		return fail(p, s,
		    "the initial TTL, since the distance is not known");
	if (!sigword_number(first, 1, 255, &n) ||
	    !sigword_number(dist, 0, 255, &d) || n + d > 255)
		return fail(p, s, want);
	p->d->ittl = (uint8_t)(n + d);
	return true;
}

static bool
parse_olen(struct parse *p, struct str s)
{
	uint32_t v;

	if (is_any(s))
		p->d->olen = SIGDEF_ANY;
	else if (sigword_number(s, 0, OLEN_MAX, &v))
		p->d->olen = (int16_t)v;
	else
		return fail(p, s, "0 to 40 or *");
	return true;
}

static bool
parse_mss(struct parse *p, struct str s)
{
	uint32_t v;

	if (is_any(s))
		p->d->mss = SIGDEF_ANY;
	else if (sigword_number(s, 0, UINT16_MAX, &v))
		p->d->mss = (int32_t)v;
	else
		return fail(p, s, "0 to 65535 or *");
	return true;
}

bool
sigline_size(struct str s, struct str mss, struct str mtu, struct sigdef *def)
{
	const struct {
		struct str prefix;
		enum sigdef_window win;
		uint32_t min, max;
	} forms[] = {
		{ STR(""), SIGDEF_WIN_EXACT, 0, UINT16_MAX },
		{ STR("%"), SIGDEF_WIN_MOD, 2, UINT16_MAX },
		{ mss, SIGDEF_WIN_MSS, 1, TIMES_MAX },
		{ mtu, SIGDEF_WIN_MTU, 1, TIMES_MAX },
	};

	def->win = SIGDEF_WIN_ANY;
	if (is_any(s))
		return true;
	for (size_t i = 0; i < LEN(forms); i++) {
		def->win = (uint8_t)forms[i].win;
		if (sigword_prefixed(s, forms[i].prefix, forms[i].max,
			&def->window) &&
		    def->window >= forms[i].min)
			return true;
	}
	return false;
}

static bool
parse_size(struct sigdef *d, struct str s)
{
	if (!str_eq(s, STR("full")))
		return sigline_size(s, STR("mss*"), STR("mtu*"), d);
	d->win = SIGDEF_WIN_FULL;
	return true;
}

static bool
parse_window(struct parse *p, struct str s)
{
	struct str size;
	uint32_t v;

	if (!sigword_cut(&s, ',', &size))
		return fail(p, size, "WINDOW,SCALE");
	if (!parse_size(p->d, size))
		return fail(p, size, "0 to 65535, mss*N, mtu*N, %N, full or *");
	if (is_any(s))
		p->d->scale = SIGDEF_ANY;
	else if (sigword_number(s, 0, 255, &v))
		p->d->scale = (int16_t)v;
	else
		return fail(p, s, "a scale from 0 to 255 or *");
	return true;
}

static const struct {
	struct str name;
	uint8_t kind;
} options[] = {
	{ { "nop", 3 }, 1 },
	{ { "mss", 3 }, 2 },
	{ { "ws", 2 }, 3 },
	{ { "sok", 3 }, 4 },
	{ { "sack", 4 }, 5 },
	{ { "ts", 2 }, 8 },
};

/* True when `s` is an option; its kind. */
static bool
option_kind(struct str s, struct sigdef *d, uint8_t *kind)
{
	uint32_t v;

	for (size_t i = 0; i < LEN(options); i++) {
		*kind = options[i].kind;
		if (str_eq(s, options[i].name))
			return true;
	}
	if (sigword_prefixed(s, STR("eol+"), EOL_MAX, &v)) {
		d->eol_pad = (uint8_t)v;
		*kind = 0;
		return true;
	}
	*kind = 0;
	if (sigword_prefixed(s, STR("?"), 255, &v))
		*kind = (uint8_t)v;
	return *kind != 0;
}

static bool
has_name(uint8_t kind)
{
	for (size_t i = 0; i < LEN(options); i++)
		if (options[i].kind == kind)
			return true;
	return false;
}

static bool
parse_option(struct parse *p, struct str s)
{
	struct sigdef *d = p->d;
	uint8_t kind;

	if (!option_kind(s, d, &kind))
		return fail(p, s,
		    "nop, mss, ws, sok, sack, ts, eol+N or ?KIND");
	if (d->kind == SIGDEF_SHAPE && (kind == 1 || !has_name(kind)))
		return fail(p, s, "a shape has mss, ws, sok, sack and ts only");
	if (d->opts_n > 0 && d->opts[d->opts_n - 1] == 0)
		return fail(p, s, "nothing behind eol");
	if (d->opts_n == TRAITS_OPTS_MAX)
		return fail(p, s, "at most 24 options");
	d->opts[d->opts_n++] = kind;
	return true;
}

static bool
parse_layout(struct parse *p, struct str s)
{
	struct str word;
	bool more = s.n > 0;

	while (more) {
		more = sigword_cut(&s, ',', &word);
		if (!parse_option(p, word))
			return false;
	}
	return true;
}

static const struct {
	struct str name;
	uint32_t bit;
} quirks[] = {
	{ { "df", 2 }, Q_DF },
	{ { "id+", 3 }, Q_ID_NZ },
	{ { "id-", 3 }, Q_ID_ZERO },
	{ { "ecn", 3 }, Q_ECN },
	{ { "0+", 2 }, Q_RESERVED },
	{ { "flow", 4 }, Q_FLOW },
	{ { "seq-", 4 }, Q_SEQ_ZERO },
	{ { "ack+", 4 }, Q_ACK_NZ },
	{ { "ack-", 4 }, Q_ACK_ZERO },
	{ { "uptr+", 5 }, Q_URG_NZ },
	{ { "urgf+", 5 }, Q_URG },
	{ { "pushf+", 6 }, Q_PUSH },
	{ { "ts1-", 4 }, Q_TS_ZERO },
	{ { "ts2+", 4 }, Q_PEER_TS_NZ },
	{ { "opt+", 4 }, Q_EOL_NZ },
	{ { "exws", 4 }, Q_EXWS },
	{ { "bad", 3 }, Q_BAD },
};

/* 0 = no such quirk */
static uint32_t
quirk_bit(struct str s)
{
	for (size_t i = 0; i < LEN(quirks); i++)
		if (str_eq(s, quirks[i].name))
			return quirks[i].bit;
	return 0;
}

/*
 * NAME must be there, !NAME must not.  The others must not either, but for
 * those that the file ignores; with a `*` at the end none of them counts.
 */
static bool
parse_quirks(struct parse *p, struct str s)
{
	const struct str list = s;
	uint32_t set = 0, unset = 0, others = QUIRKS & ~p->ignore;
	bool more = s.n > 0;

	while (more) {
		struct str word, name;
		uint32_t bit;

		more = sigword_cut(&s, ',', &word);
		if (!more && is_any(word)) {
			others = 0;
			break;
		}
		name = str_starts(word, STR("!")) ? str_from(word, 1) : word;
		bit = quirk_bit(name);
		if (bit == 0)
			return fail(p, word,
			    "names of quirks (a * is the last)");
		*(name.n < word.n ? &unset : &set) |= bit;
	}
	if ((set & unset) != 0)
		return fail(p, list, "a quirk that is there or not, not both");
	p->d->quirks = set;
	p->d->quirks_mask = set | unset | others;
	return true;
}

struct sigline_fault
sigline_quirks(struct str list, uint32_t *quirks_out)
{
	struct str word;
	bool more = list.n > 0;

	*quirks_out = 0;
	while (more) {
		uint32_t bit;

		more = sigword_cut(&list, ',', &word);
		bit = quirk_bit(sigword_trim(word));
		if (bit == 0)
			return (struct sigline_fault){ "quirks", word,
				"names of quirks" };
		*quirks_out |= bit;
	}
	return (struct sigline_fault){ NULL, { NULL, 0 }, NULL };
}

static bool
parse_payload(struct parse *p, struct str s)
{
	if (is_any(s))
		p->d->payload = SIGDEF_ANY;
	else if (str_eq(s, STR("0")) || str_eq(s, STR("+")))
		p->d->payload = s.p[0] == '+';
	else
		return fail(p, s, "0, + or *");
	return true;
}

static const struct {
	const char *name;
	bool (*parse)(struct parse *p, struct str s);
} fields[FIELDS] = {
	{ "version", parse_ver },
	{ "TTL", parse_ttl },
	{ "length of IP options", parse_olen },
	{ "MSS", parse_mss },
	{ "window", parse_window },
	{ "option", parse_layout },
	{ "quirks", parse_quirks },
	{ "payload", parse_payload },
};

struct sigline_fault
sigline_parse(struct str s, const struct sigline_how *how, struct sigdef *def)
{
	struct parse p = { def, how->ignore, { "signature", s, NULL } };
	struct str words[FIELDS + 1];

	memset(def, 0, sizeof(*def));
	def->kind = (uint8_t)how->kind;
	def->ttl = (uint8_t)how->ttl;
	if (sigword_split(s, ':', words, FIELDS + 1) != FIELDS) {
		p.fault.want = "eight fields with : between them";
		return p.fault;
	}
	for (size_t i = 0; i < FIELDS; i++) {
		p.fault.field = fields[i].name;
		if (!fields[i].parse(&p, words[i]))
			return p.fault;
	}
	return (struct sigline_fault){ NULL, { NULL, 0 }, NULL };
}
