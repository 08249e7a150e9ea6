/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigfile_p0f.h"

#include "fp/sigline.h"
#include "fp/sigword.h"

#define CLASSES_MAX 512 /* bytes of the list, which is searched often */

#define LEN(a) (sizeof(a) / sizeof((a)[0]))

enum section {
	TOP, /* before the first one */
	REQUEST,
	REPLY,
	SHAPE,
	MTU,
	OTHER, /* nothing for us */
};

enum label {
	LABEL_NONE,   /* none in this section yet */
	LABEL_FAULTY, /* warned of; its signatures are left out */
	LABEL_GOOD,
};

struct file {
	struct sigread *in;
	enum section section;
	enum label label;
	struct sigline_how how;
	struct str classes;
};

/* --- directives: each gets the text behind its `=` --- */

static int
do_classes(struct file *f, struct str value)
{
	if (value.n <= CLASSES_MAX)
		f->classes = value;
	else
		sigread_warn(f->in, "more classes than anybody needs");
	return 0;
}

static int
do_ttl(struct file *f, struct str value)
{
	if (str_eq(value, STR("strict")))
		f->how.ttl = SIGDEF_TTL_STRICT;
	else if (str_eq(value, STR("p0f")))
		f->how.ttl = SIGDEF_TTL_P0F;
	else
		sigread_warn(f->in, "ttl is strict or p0f");
	return 0;
}

static void
warn_fault(struct file *f, const struct sigline_fault *fault)
{
	char quoted[SIGREAD_QUOTELEN];

	sigread_warn(f->in, "%s %s: want %s", fault->field,
	    sigread_quote(fault->word, quoted), fault->want);
}

static int
do_ignore(struct file *f, struct str value)
{
	uint32_t quirks;
	struct sigline_fault fault = sigline_quirks(value, &quirks);

	if (fault.field == NULL)
		f->how.ignore = quirks;
	else
		warn_fault(f, &fault);
	return 0;
}

static bool
class_known(const struct file *f, struct str cls)
{
	struct str rest = f->classes, word;
	bool more = true;

	while (more) {
		more = sigword_cut(&rest, ',', &word);
		if (str_eq(sigword_trim(word), cls))
			return true;
	}
	return false;
}

/* What is wrong with a label of the TCP sections, or NULL. */
static const char *
label_fault(struct file *f, const struct str *words, size_t n)
{
	if (n != 4)
		return "a label is TYPE:CLASS:NAME:FLAVOR";
	if (!str_eq(words[0], STR("s")) && !str_eq(words[0], STR("g")))
		return "a label's type is s (specific) or g (generic)";
	if (!str_eq(words[1], STR("!")) &&
	    (words[1].n == 0 || !class_known(f, words[1])))
		return "a label's class is one of `classes`, or ! for a tool";
	return sigread_words(f->in, words[2], words[3]);
}

static int
do_label(struct file *f, struct str value)
{
	struct str words[4];
	const char *fault;
	int e = 0;

	if (f->section == TOP) {
		sigread_warn(f->in, "a label before the first section");
		return 0;
	}
	f->label = LABEL_FAULTY;
	if (f->section == MTU)
		fault = sigread_words(f->in, value, STR(""));
	else
		fault = label_fault(f, words,
		    sigword_split(value, ':', words, 4));
	if (fault != NULL) {
		sigread_warn(f->in, "%s", fault);
		return 0;
	}
	f->in->has_label = f->section == MTU;
	if (f->section != MTU)
		e = sigread_label(f->in, words[0].p[0] == 'g',
		    words[1].p[0] == '!');
	f->label = f->in->has_label ? LABEL_GOOD : LABEL_FAULTY;
	return e;
}

static int
add_mtu(struct file *f, struct str value)
{
	uint32_t mtu;

	if (sigword_number(value, 1, UINT16_MAX, &mtu))
		return sigread_mtu(f->in, (uint16_t)mtu);
	f->in->rep->skipped++;
	sigread_warn(f->in, "an MTU is a number from 1 to 65535");
	return 0;
}

static int
add_signature(struct file *f, struct str value)
{
	static const enum sigdef_kind kinds[] = {
		[REQUEST] = SIGDEF_REQUEST,
		[REPLY] = SIGDEF_REPLY,
		[SHAPE] = SIGDEF_SHAPE,
	};
	struct sigline_fault fault;
	struct sigdef def;

	f->how.kind = kinds[f->section];
	fault = sigline_parse(value, &f->how, &def);
	if (fault.field == NULL)
		return sigread_add(f->in, &def);
	f->in->rep->skipped++;
	warn_fault(f, &fault);
	return 0;
}

static int
do_sig(struct file *f, struct str value)
{
	if (f->label == LABEL_GOOD)
		return f->section == MTU ? add_mtu(f, value) :
					   add_signature(f, value);
	f->in->rep->skipped++;
	if (f->label == LABEL_NONE)
		sigread_warn(f->in, "a signature before any label");
	return 0;
}

/* Which systems a tool runs on, ... */
static int
do_nothing(struct file *f, struct str value)
{
	(void)f;
	(void)value;
	return 0;
}

static int
do_from(struct file *f, struct str value)
{
	if (f->label == LABEL_NONE)
		sigread_warn(f->in, "a source before any label");
	else if (value.n == 0)
		sigread_warn(f->in, "a source without text");
	else
		f->in->rep->sources++;
	return 0;
}

static const struct {
	struct str key;
	int (*run)(struct file *f, struct str value);
} directives[] = {
	{ { "sig", 3 }, do_sig },
	{ { "label", 5 }, do_label },
	{ { "from", 4 }, do_from },
	{ { "sys", 3 }, do_nothing },
	{ { "classes", 7 }, do_classes },
	{ { "ttl", 3 }, do_ttl },
	{ { "ignore", 6 }, do_ignore },
	{ { "ua_os", 5 }, do_nothing },
};

static const struct {
	struct str name;
	enum section section;
} sections[] = {
	{ { "[tcp:request]", 13 }, REQUEST },
	{ { "[tcp:response]", 14 }, REPLY },
	{ { "[tcp:shape]", 11 }, SHAPE },
	{ { "[mtu]", 5 }, MTU },
	{ { "[http:request]", 14 }, OTHER },
	{ { "[http:response]", 15 }, OTHER },
};

static void
open_section(struct file *f)
{
	char quoted[SIGREAD_QUOTELEN];

	f->label = LABEL_NONE;
	for (size_t i = 0; i < LEN(sections); i++) {
		if (str_eq(f->in->line, sections[i].name)) {
			f->section = sections[i].section;
			return;
		}
	}
	f->section = OTHER;
	sigread_warn(f->in, "no such section, passed over: %s",
	    sigread_quote(f->in->line, quoted));
}

/* The directive of the line, LEN(directives) when it is none that we know. */
static size_t
directive_of(struct str line, struct str *value)
{
	struct str key;
	size_t i = 0;

	if (!sigword_cut(&line, '=', &key))
		return LEN(directives);
	*value = sigword_trim(line);
	while (i < LEN(directives) &&
	    !str_eq(sigword_trim(key), directives[i].key))
		i++;
	return i;
}

static int
do_line(struct file *f)
{
	const struct str line = f->in->line;
	char quoted[SIGREAD_QUOTELEN];
	struct str value;
	size_t i;

	if (line.n > SIGREAD_LINE_MAX && f->section != OTHER) {
		sigread_warn(f->in, "a line of %zu bytes (at most %d)", line.n,
		    SIGREAD_LINE_MAX);
		return 0;
	}
	i = directive_of(line, &value);
	if (f->section == OTHER) {
		if (i < LEN(directives) && directives[i].run == do_sig)
			f->in->rep->skipped++;
		return 0;
	}
	if (i < LEN(directives))
		return directives[i].run(f, value);
	sigread_warn(f->in, "%s: %s",
	    line.p[0] == '#' ? "a comment starts with ;" :
			       "no section, directive or comment",
	    sigread_quote(line, quoted));
	return 0;
}

int
sigfile_p0f(struct sigread *in)
{
	struct file f = {
		.in = in,
		.how.ttl = SIGDEF_TTL_P0F,
		.classes = STR("win,unix,other"),
	};
	int e = 0;

	while (e == 0 && sigread_next(in)) {
		if (in->line.p[0] == '[')
			open_section(&f);
		else if (in->line.p[0] != ';')
			e = do_line(&f);
	}
	return e;
}

bool
sigfile_p0f_is(struct str line)
{
	struct str value;

	return line.p[0] == '[' || directive_of(line, &value) < LEN(directives);
}
