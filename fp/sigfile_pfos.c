/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigfile_pfos.h"

#include "fp/sigline.h"
#include "fp/sigword.h"

#define HEADERS   40U /* bytes of an IPv4 and a TCP header without options */
#define OPTS_MAX  40U /* bytes of TCP options */
#define SCALE_MAX 14U /* the largest that is legal */
#define OR        " or "

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum field {
	WINDOW,
	TTL,
	DF,
	LENGTH,
	OPTIONS,
	OS,
	VERSION,
	SUBTYPE,
	DETAILS,
	FIELDS
};

/*
 * One entry.  The one that was read is kept until the next is known not to be
 * a further name of the same.
 */
struct entry {
	struct sigdef def;
	uint32_t scale_step; /* W%n: a signature each for 0, n, 2n, ...; or 0 */
	bool generic, userland;
	unsigned line_no;
	char name[SIGDB_NAMELEN], flavor[SIGDB_NAMELEN];
};

struct file {
	struct sigread *in;
	struct entry kept; /* line_no 0 = none */
	struct entry last; /* whose label it is that signatures go to */
};

static bool
is_any(struct str s)
{
	return str_eq(s, STR("*"));
}

/* --- fields: each returns what is wrong, or NULL --- */

static const char *
parse_window(struct sigdef *d, struct str s)
{
	return sigline_size(s, STR("S"), STR("T"), d) ?
	    NULL :
	    "a window is 0 to 65535, *, %N, SN or TN";
}

static const char *
parse_header(struct sigdef *d, const struct str *w)
{
	uint32_t ttl, df;

	d->kind = SIGDEF_REQUEST;
	d->ver = 4;
	/* Out of range is no match, here as there. */
	d->ttl = SIGDEF_TTL_STRICT;
	if (!sigword_number(w[TTL], 1, 255, &ttl))
		return "a TTL is 1 to 255";
	if (!sigword_number(w[DF], 0, 1, &df))
		return "\"do not fragment\" is 0 or 1";
	d->ittl = (uint8_t)ttl;
	d->quirks = df != 0 ? Q_DF : 0;
	d->quirks_mask = Q_DF;
	return NULL;
}

static const char *
parse_scale(struct entry *e, struct str value)
{
	uint32_t v;

	e->scale_step = 0;
	if (is_any(value))
		e->def.scale = SIGDEF_ANY;
	else if (sigword_number(value, 0, 255, &v))
		e->def.scale = (int16_t)v;
	else if (!sigword_prefixed(value, STR("%"), SCALE_MAX,
		     &e->scale_step) ||
	    e->scale_step < 2)
		return "W is followed by 0 to 255, * or %2 to %14";
	return NULL;
}

static const char *
parse_mss(struct sigdef *d, struct str value)
{
	uint32_t v;

	if (is_any(value))
		d->mss = SIGDEF_ANY;
	else if (sigword_number(value, 0, UINT16_MAX, &v))
		d->mss = (int32_t)v;
	else if (str_starts(value, STR("%")))
		return "multiples of an MSS are not supported";
	else
		return "M is followed by 0 to 65535 or *";
	return NULL;
}

/* The kind of an option that has no value, or -1. */
static int
plain_kind(struct sigdef *d, struct str s)
{
	if (str_eq(s, STR("N")))
		return 1;
	if (str_eq(s, STR("S")))
		return 4;
	if (str_eq(s, STR("E")))
		return 0;
	if (!str_eq(s, STR("T")) && !str_eq(s, STR("T0")))
		return -1;
	d->quirks_mask |= Q_TS_ZERO;
	if (s.n == 2)
		d->quirks |= Q_TS_ZERO;
	else
		d->quirks &= ~(uint32_t)Q_TS_ZERO;
	return 8;
}

static const char *
parse_option(struct entry *e, struct str s, uint32_t *bytes)
{
	static const uint8_t sizes[] = { 1, 1, 4, 3, 2, 0, 0, 0, 10 };
	struct sigdef *d = &e->def;
	bool ended = d->opts_n > 0 && d->opts[d->opts_n - 1] == 0;
	const char *fault = NULL;
	int kind = plain_kind(d, s);

	if (kind == -1 && str_starts(s, STR("M"))) {
		kind = 2;
		fault = parse_mss(d, str_from(s, 1));
	} else if (kind == -1 && str_starts(s, STR("W"))) {
		kind = 3;
		fault = parse_scale(e, str_from(s, 1));
	}
	if (fault != NULL)
		return fault;
	if (kind == -1)
		return "options are N, E, S, T, T0, Wn and Mn, or a single .";
	*bytes += sizes[kind];
	if (*bytes > OPTS_MAX || (!ended && d->opts_n == TRAITS_OPTS_MAX))
		return "more options than a packet holds";
	if (ended && kind != 0)
		return "only further E stand behind an E";
	if (ended)
		d->eol_pad++;
	else
		d->opts[d->opts_n++] = (uint8_t)kind;
	return NULL;
}

/* Options fill whole words: what is missing is an end of options, and zeros. */
static const char *
fill_word(struct sigdef *d, uint32_t *bytes)
{
	uint32_t fill = (4 - *bytes % 4) % 4;
	bool ended = d->opts_n > 0 && d->opts[d->opts_n - 1] == 0;

	if (fill == 0)
		return NULL;
	*bytes += fill;
	if (!ended && d->opts_n == TRAITS_OPTS_MAX)
		return "more options than a packet holds";
	if (!ended) {
		d->opts[d->opts_n++] = 0;
		fill--;
	}
	d->eol_pad = (uint8_t)(d->eol_pad + fill);
	return NULL;
}

static const char *
parse_options(struct entry *e, struct str s, uint32_t *bytes)
{
	*bytes = 0;
	if (str_eq(s, STR(".")))
		return NULL;
	while (s.n > 0) {
		size_t end = 0;
		const char *fault;

		while (
		    end < s.n && s.p[end] != ',' && !sigword_is_blank(s.p[end]))
			end++;
		fault = parse_option(e, (struct str){ s.p, end }, bytes);
		if (fault != NULL)
			return fault;
		/* One comma, blanks around it or alone. */
		s = sigword_trim(str_from(s, end));
		if (s.n == 0)
			return fill_word(&e->def, bytes);
		if (s.p[0] == ',')
			s = sigword_trim(str_from(s, 1));
	}
	return "options end with a comma, or there are none (.)";
}

/* `bytes`: of the options. */
static const char *
parse_length(struct sigdef *d, struct str s, uint32_t bytes)
{
	const uint32_t total = HEADERS + bytes;
	uint32_t v;

	if (is_any(s)) {
		/* With IP options or data the packet is longer. */
		d->olen = SIGDEF_ANY;
		d->payload = SIGDEF_ANY;
		return NULL;
	}
	if (sigword_prefixed(s, STR("%"), UINT16_MAX, &v) && v > 0)
		return total % v == 0 ?
		    NULL :
		    "a packet with these options has another length";
	if (!sigword_number(s, HEADERS, UINT16_MAX, &v))
		return "a length is 40 to 65535, * or %N";
	return v == total ? NULL :
			    "a packet with these options has another length";
}

/* False when it does not fit behind what is there. */
static bool
add_flavor(struct entry *e, const char *gap, const char *text)
{
	size_t n = strlen(e->flavor), gap_n = strlen(gap), m = strlen(text);

	if (strlen(e->name) + n + gap_n + m + 2 > SIGDB_NAMELEN)
		return false;
	memcpy(&e->flavor[n], gap, gap_n);
	memcpy(&e->flavor[n + gap_n], text, m + 1);
	return true;
}

static const char *
parse_name(struct sigread *in, struct entry *e, const struct str *w)
{
	struct str os = w[OS];
	const char *fault;

	e->generic = str_starts(os, STR("@"));
	e->userland = str_starts(os, STR("*"));
	if (e->generic || e->userland)
		os = str_from(os, 1);
	fault = sigread_words(in, os, w[VERSION]);
	if (fault != NULL)
		return fault;
	memcpy(e->name, in->label_name, sizeof(e->name));
	memcpy(e->flavor, in->label_flavor, sizeof(e->flavor));
	/* The subtype by the same rules, behind the version. */
	fault = sigread_words(in, os, w[SUBTYPE]);
	if (fault != NULL || w[SUBTYPE].n == 0)
		return fault;
	return add_flavor(e, e->flavor[0] == '\0' ? "" : " ",
		   in->label_flavor) ?
	    NULL :
	    "OS, version and subtype are too long";
}

static const char *
parse_entry(struct sigread *in, struct entry *e)
{
	struct str w[FIELDS];
	const char *fault;
	uint32_t bytes;

	memset(e, 0, sizeof(*e));
	e->line_no = in->line_no;
	if (in->line.n > SIGREAD_LINE_MAX)
		return "the line is too long";
	if (sigword_split(in->line, ':', w, FIELDS) != FIELDS)
		return "an entry has nine fields with : between them";
	for (size_t i = 0; i < FIELDS; i++)
		w[i] = sigword_trim(w[i]);
	fault = parse_window(&e->def, w[WINDOW]);
	if (fault == NULL)
		fault = parse_header(&e->def, w);
	if (fault == NULL)
		fault = parse_options(e, w[OPTIONS], &bytes);
	if (fault == NULL)
		fault = parse_length(&e->def, w[LENGTH], bytes);
	if (fault == NULL)
		fault = parse_name(in, e, w);
	return fault;
}

/* --- entries to labels and signatures --- */

static bool
same_def(const struct entry *a, const struct entry *b)
{
	return memcmp(&a->def, &b->def, sizeof(a->def)) == 0 &&
	    a->scale_step == b->scale_step;
}

static bool
same_system(const struct entry *a, const struct entry *b)
{
	return strcmp(a->name, b->name) == 0 && a->generic == b->generic &&
	    a->userland == b->userland;
}

/* `more` is a further name of the same; false when it does not fit. */
static bool
merge(struct entry *e, const struct entry *more)
{
	const char *last = e->flavor, *next;

	while ((next = strstr(last, OR)) != NULL)
		last = next + strlen(OR);
	if (strcmp(last, more->flavor) == 0)
		return true;
	return *last != '\0' && more->flavor[0] != '\0' &&
	    add_flavor(e, OR, more->flavor);
}

static int
add_label(struct file *f, const struct entry *e)
{
	struct sigread *in = f->in;

	if (in->has_label && same_system(e, &f->last) &&
	    strcmp(e->flavor, f->last.flavor) == 0)
		return 0;
	memcpy(in->label_name, e->name, sizeof(e->name));
	memcpy(in->label_flavor, e->flavor, sizeof(e->flavor));
	f->last = *e;
	return sigread_label(in, e->generic, e->userland);
}

/* The kept entry goes into the database. */
static int
flush(struct file *f)
{
	struct sigread *in = f->in;
	const unsigned line_no = in->line_no;
	struct sigdef def = f->kept.def;
	uint32_t scale = 0;
	int e;

	if (f->kept.line_no == 0)
		return 0;
	in->line_no = f->kept.line_no;
	e = add_label(f, &f->kept);
	while (e == 0 && in->has_label && scale <= SCALE_MAX) {
		if (f->kept.scale_step != 0)
			def.scale = (int16_t)scale;
		e = sigread_add(in, &def);
		if (f->kept.scale_step == 0)
			break;
		scale += f->kept.scale_step;
	}
	if (e == 0 && !in->has_label)
		in->rep->skipped++;
	in->line_no = line_no;
	f->kept.line_no = 0;
	return e;
}

int
sigfile_pfos(struct sigread *in)
{
	struct file f = { .in = in };
	char quoted[SIGREAD_QUOTELEN];
	struct entry e;
	int err = 0;

	while (err == 0 && sigread_next(in)) {
		const char *fault;

		if (in->line.p[0] == '#')
			continue;
		fault = parse_entry(in, &e);
		if (fault != NULL) {
			in->rep->skipped++;
			sigread_warn(in, "%s: %s", fault,
			    sigread_quote(in->line, quoted));
			continue;
		}
		if (f.kept.line_no != 0 && same_def(&f.kept, &e) &&
		    same_system(&f.kept, &e) && merge(&f.kept, &e)) {
			in->rep->merged++;
			continue;
		}
		err = flush(&f);
		memcpy(&f.kept, &e, sizeof(e));
	}
	return err == 0 ? flush(&f) : err;
}

bool
sigfile_pfos_is(struct str line)
{
	struct str window;
	struct sigdef d;

	return sigword_cut(&line, ':', &window) &&
	    parse_window(&d, sigword_trim(window)) == NULL;
}
