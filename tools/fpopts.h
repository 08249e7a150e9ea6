/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fpopts - beside all stages: the command line of zfw-fp
 *
 * Words to struct fpopts, checked as far as that needs no file.  Borrows from
 * argv.  What is wrong is told on stderr; the caller exits with the value.
 */
#ifndef ZFW_TOOLS_FPOPTS_H
#define ZFW_TOOLS_FPOPTS_H

#include "tools/fpform.h"

#define FPOPTS_DBS   16
#define FPOPTS_PORTS 32

struct fpopts {
	const char **files; /* "-" is standard input */
	size_t files_n;
	const char *iface; /* NULL: files */
	/* in the order in which they are read; NULL is the shipped one */
	const char *dbs[2 * FPOPTS_DBS];
	size_t dbs_n;
	const char *filter;
	enum fpform_kind kind;
	bool sessions;
	uint16_t ports[FPOPTS_PORTS];
	size_t ports_n;
	const char *socket, *out, *user; /* NULL: none, stdout, as we are */
};

enum fpopts_verdict {
	FPOPTS_RUN,
	FPOPTS_DONE, /* --help, --version: exit 0 */
	FPOPTS_BAD,  /* told: exit 2 */
};

/* `o->files` is the caller's, of argc entries; argv is put in order. */
enum fpopts_verdict fpopts_parse(struct fpopts *o, int argc, char **argv);

#endif
