/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-link: fp/sig fp/hash
 * zt-libs: libsodium
 *
 * Any bytes as a signature file: what is counted is in the database, warnings
 * are one printable line each that names file and line, a second reading adds
 * nothing new, and packets that look like the file's first signatures get an
 * answer whose name can be printed.
 */
#include <stdlib.h>

#include "fp/sigfile.h"
#include "fp/sigline.h"
#include "fp/sigword.h"

#define MATCHES 32 /* lines that are matched */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
must_be_line(const char *text)
{
	for (; *text != '\0'; text++)
		must(*text >= ' ' && *text <= '~');
}

static void
warned(void *arg, const char *text)
{
	size_t *told = arg;

	must(strncmp(text, "f:", 2) == 0);
	must_be_line(text);
	++*told;
}

/* A packet that has what the signature fixes. */
static struct traits
packet_of(const struct sigdef *d)
{
	struct traits t = { .ver = d->ver == 6 ? 6 : 4,
		.ttl = d->ittl,
		.ip_optlen = d->olen > 0 ? (uint8_t)d->olen : 0,
		.hdrlen = 60,
		.mss = d->mss >= 0 ? (uint16_t)d->mss : 1460,
		.wscale = d->scale >= 0 ? (uint8_t)d->scale : 7,
		.opts_n = d->opts_n,
		.eol_pad = d->eol_pad,
		.quirks = d->quirks,
		.payload_len = d->payload == 1 };
	uint32_t unit = d->win == SIGDEF_WIN_MSS ? t.mss :
	    d->win == SIGDEF_WIN_MTU             ? t.mss + 40U :
						   1;

	t.window = (uint16_t)(d->window * unit);
	memcpy(t.opts, d->opts, sizeof(t.opts));
	t.has_mss = memchr(t.opts, 2, t.opts_n) != NULL;
	t.has_ws = memchr(t.opts, 3, t.opts_n) != NULL;
	t.has_ts = memchr(t.opts, 8, t.opts_n) != NULL;
	return t;
}

static void
match(const struct sigdb *db, const struct traits *t, bool reply)
{
	char text[SIGDB_NAMELEN];
	struct sigdb_match m;
	uint16_t mtu;

	sigdb_match(db, t, reply, reply ? 1460 : 0, &m);
	must(m.grade < SIGDB_GRADES && m.cand_n <= SIGDB_CANDIDATES);
	must((m.best == NULL) == (m.grade == SIGDB_UNKNOWN));
	must_be_line(sigdb_text(m.best, text));
	for (size_t i = 0; i < m.cand_n; i++)
		must_be_line(sigdb_text(m.cand[i], text));
	(void)sigdb_link(db, t, &mtu);
}

static void
match_lines(const struct sigdb *db, struct str text)
{
	const struct sigline_how how = { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 };
	struct str line, key;

	for (size_t i = 0; i < MATCHES && text.n > 0; i++) {
		struct sigdef def;
		struct traits t;

		sigword_cut(&text, '\n', &line);
		if (!sigword_cut(&line, '=', &key) ||
		    sigline_parse(sigword_trim(line), &how, &def).field != NULL)
			continue;
		t = packet_of(&def);
		match(db, &t, false);
		match(db, &t, true);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct sigfile_report rep = { 0 }, again;
	struct sigdb *db = sigdb_new();
	size_t told = 0;

	must(db != NULL);
	must(sigfile_read(db, text, "f", warned, &told, &rep) == 0);
	must(rep.signatures == sigdb_signatures(db));
	must(rep.labels == sigdb_labels(db));
	must(told == rep.warnings ||
	    (rep.warnings > SIGFILE_WARN_MAX && told == SIGFILE_WARN_MAX + 1));
	again = rep;
	must(sigfile_read(db, text, "f", NULL, NULL, &again) == 0);
	must(again.signatures == rep.signatures && again.mtus == rep.mtus);
	must(sigdb_compile(db) == 0);
	match_lines(db, text);
	sigdb_free(db);
	return 0;
}
