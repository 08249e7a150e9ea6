/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigread.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "fp/sigword.h"

const char *
sigread_quote(struct str s, char buf[SIGREAD_QUOTELEN])
{
	const size_t room = SIGREAD_QUOTELEN - sizeof("\"...\"");
	size_t n = 0;

	buf[n++] = '"';
	for (size_t i = 0; i < s.n && i < room; i++) {
		char c = sigword_is_blank(s.p[i]) ? ' ' : s.p[i];

		buf[n++] = c >= ' ' && c <= '~' ? c : '?';
	}
	memcpy(&buf[n], s.n > room ? "...\"" : "\"", s.n > room ? 5 : 2);
	return buf;
}

bool
sigread_next(struct sigread *in)
{
	struct str line;

	while (in->left.n > 0) {
		sigword_cut(&in->left, '\n', &line);
		in->line = sigword_trim(line);
		in->line_no++;
		if (in->line.n > 0)
			return true;
	}
	return false;
}

void
sigread_warn(struct sigread *in, const char *fmt, ...)
{
	char text[SIGFILE_ERRLEN];
	int n;
	va_list ap;

	in->rep->warnings++;
	if (in->warn == NULL || in->shown >= SIGFILE_WARN_MAX)
		return;
	in->shown++;
	n = snprintf(text, sizeof(text), "%.300s:%u: ", in->name, in->line_no);
	va_start(ap, fmt);
	vsnprintf(&text[n], sizeof(text) - (size_t)n, fmt, ap);
	va_end(ap);
	in->warn(in->arg, text);
}

/* What logs of any form can hold: printable, and none of their marks. */
static bool
name_char(char c)
{
	return c >= ' ' && c <= '~' && c != '"' && c != '|' && c != '\\';
}

const char *
sigread_words(struct sigread *in, struct str name, struct str flavor)
{
	name = sigword_trim(name);
	flavor = sigword_trim(flavor);
	if (name.n == 0)
		return "a label needs a name";
	if (name.n + flavor.n + 2 > SIGDB_NAMELEN)
		return "name and flavor are too long (78 bytes)";
	if (str_span(name, name_char) + str_span(flavor, name_char) !=
	    name.n + flavor.n)
		return "a name is of printable ASCII, without \" | \\";
	memcpy(in->label_name, name.p, name.n);
	in->label_name[name.n] = '\0';
	if (flavor.n > 0)
		memcpy(in->label_flavor, flavor.p, flavor.n);
	in->label_flavor[flavor.n] = '\0';
	return NULL;
}

/*
 * Of an error of sigdb: only a lack of memory is worth an end.  `what` says
 * which earlier thing it was that made this one needless.
 */
static int
refused(struct sigread *in, int e, const char *what)
{
	if (e == -ENOMEM)
		return e;
	if (e == -EEXIST) {
		in->rep->covered++;
		if (in->first)
			sigread_warn(in, "left out: %s", what);
		return 0;
	}
	in->rep->skipped++;
	sigread_warn(in, "left out: %s",
	    e == -ENOSPC ? "too many signatures" : strerror(-e));
	return 0;
}

int
sigread_label(struct sigread *in, bool generic, bool userland)
{
	const struct sigdb_label label = {
		.name = in->label_name,
		.flavor = in->label_flavor,
		.file = in->name,
		.line = in->line_no,
		.generic = generic,
		.userland = userland,
	};
	int e = sigdb_label(in->db, &label);

	in->has_label = e == 0;
	if (e == 0)
		in->rep->labels++;
	else if (e != -ENOMEM)
		sigread_warn(in, "label left out: %s", strerror(-e));
	return e == -ENOMEM ? e : 0;
}

int
sigread_add(struct sigread *in, const struct sigdef *def)
{
	int e = sigdb_signatures(in->db) < SIGFILE_SIGS_MAX ?
	    sigdb_add(in->db, def) :
	    -ENOSPC;

	if (e != 0)
		return refused(in, e,
		    "an earlier signature of the same name covers it");
	in->rep->signatures++;
	return 0;
}

int
sigread_mtu(struct sigread *in, uint16_t mtu)
{
	int e = sigdb_mtu(in->db, mtu, in->label_name);

	if (e != 0)
		return refused(in, e, "that MTU has a name already");
	in->rep->mtus++;
	return 0;
}
