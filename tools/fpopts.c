/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fpopts.h"

#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage_text[] =
    "usage: zfw-fp [-r FILE... | -i IFACE] [-d DB]... [-a DB]... [-f FILTER]\n"
    "              [--format p0f|jsonl|short] [--sessions] [-P PORTS]\n"
    "              [-s SOCKET] [-o FILE] [-u USER]\n"
    "\n"
    "Tells operating systems by their TCP handshakes, and SMTP clients by\n"
    "their sessions.  Only listens.\n"
    "\n"
    "  -r FILE...    read capture files; - is standard input\n"
    "  -i IFACE      listen there\n"
    "  -d DB         this signature database instead of the shipped one\n"
    "  -a DB         this database before the others\n"
    "  -f FILTER     only packets that this pcap filter lets through\n"
    "  --format F    p0f (default), jsonl (an object a line), or short\n"
    "  --sessions    tell each session with a mail server when it ends\n"
    "  -P PORTS      the servers' ports; default 25,465,587,2525\n"
    "  -s SOCKET     answer the queries of p0f's clients there\n"
    "  -o FILE       append to this file instead of standard output\n"
    "  -u USER       become this user when all is open\n"
    "  --help, --version\n";

enum long_option { OPT_FORMAT = 256, OPT_SESSIONS, OPT_HELP, OPT_VERSION };

static const struct option long_options[] = {
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "sessions", no_argument, NULL, OPT_SESSIONS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ NULL, 0, NULL, 0 },
};

/* The databases as they are given: those to add, those to replace. */
struct dbs {
	const char *add[FPOPTS_DBS], *instead[FPOPTS_DBS];
	size_t add_n, instead_n;
};

__attribute__((format(printf, 1, 2))) static enum fpopts_verdict
bad(const char *fmt, ...)
{
	va_list ap;

	fputs("zfw-fp: ", stderr);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputs("\ntry `zfw-fp --help`\n", stderr);
	return FPOPTS_BAD;
}

static enum fpopts_verdict
take_format(struct fpopts *o, const char *v)
{
	static const char *const names[] = { [FPFORM_P0F] = "p0f",
		[FPFORM_JSONL] = "jsonl",
		[FPFORM_SHORT] = "short" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(v, names[i]) == 0) {
			o->kind = (enum fpform_kind)i;
			return FPOPTS_RUN;
		}
	}
	return bad("--format: %s: not p0f, jsonl or short", v);
}

static enum fpopts_verdict
take_ports(struct fpopts *o, const char *v)
{
	const char *p = v;

	o->ports_n = 0;
	for (;;) {
		char *end;
		unsigned long port = strtoul(p, &end, 10);

		if (*p < '0' || *p > '9' || port == 0 || port > 65535 ||
		    (*end != ',' && *end != '\0'))
			return bad("-P: %s: not a list of ports", v);
		if (o->ports_n == FPOPTS_PORTS)
			return bad("-P: %s: more than %d ports", v,
			    FPOPTS_PORTS);
		o->ports[o->ports_n++] = (uint16_t)port;
		if (*end == '\0')
			return FPOPTS_RUN;
		p = end + 1;
	}
}

static enum fpopts_verdict
take_db(const char **list, size_t *n, const char *v)
{
	if (*n == FPOPTS_DBS)
		return bad("more than %d databases", FPOPTS_DBS);
	list[(*n)++] = v;
	return FPOPTS_RUN;
}

static enum fpopts_verdict
take_letter(struct fpopts *o, int c, struct dbs *dbs)
{
	switch (c) {
	case 'r':
		o->files[o->files_n++] = optarg;
		return FPOPTS_RUN;
	case 'i':
		o->iface = optarg;
		return FPOPTS_RUN;
	case 'd':
		return take_db(dbs->instead, &dbs->instead_n, optarg);
	case 'a':
		return take_db(dbs->add, &dbs->add_n, optarg);
	case 'f':
		o->filter = optarg;
		return FPOPTS_RUN;
	case 'P':
		return take_ports(o, optarg);
	case 's':
		o->socket = optarg;
		return FPOPTS_RUN;
	case 'o':
		o->out = optarg;
		return FPOPTS_RUN;
	case 'u':
		o->user = optarg;
		return FPOPTS_RUN;
	default:
		fputs("try `zfw-fp --help`\n", stderr);
		return FPOPTS_BAD; /* getopt has told why */
	}
}

static enum fpopts_verdict
take(struct fpopts *o, int c, struct dbs *dbs)
{
	switch (c) {
	case OPT_FORMAT:
		return take_format(o, optarg);
	case OPT_SESSIONS:
		o->sessions = true;
		return FPOPTS_RUN;
	case OPT_HELP:
		fputs(usage_text, stdout);
		return FPOPTS_DONE;
	case OPT_VERSION:
		puts("zfw-fp " ZFW_VERSION);
		return FPOPTS_DONE;
	default:
		return take_letter(o, c, dbs);
	}
}

static enum fpopts_verdict
check(struct fpopts *o, const struct dbs *dbs)
{
	size_t stdin_n = 0;

	if (o->iface == NULL && o->files_n == 0)
		return bad("nothing to read: give -r FILE or -i IFACE");
	if (o->iface != NULL && o->files_n > 0)
		return bad("-r and -i: give one of them");
	for (size_t i = 0; i < o->files_n; i++)
		stdin_n += strcmp(o->files[i], "-") == 0;
	if (stdin_n > 1)
		return bad("-r: standard input can be read once only");
	for (size_t i = 0; i < dbs->add_n; i++)
		o->dbs[o->dbs_n++] = dbs->add[i];
	for (size_t i = 0; i < dbs->instead_n; i++)
		o->dbs[o->dbs_n++] = dbs->instead[i];
	if (dbs->instead_n == 0)
		o->dbs[o->dbs_n++] = NULL;
	return FPOPTS_RUN;
}

enum fpopts_verdict
fpopts_parse(struct fpopts *o, int argc, char **argv)
{
	static char name[] = "zfw-fp"; /* what getopt calls us */
	struct dbs dbs = { .add_n = 0 };
	int c;

	if (argc > 0)
		argv[0] = name;
	take_ports(o, "25,465,587,2525");
	while ((c = getopt_long(argc, argv, "r:i:d:a:f:P:s:o:u:", long_options,
		    NULL)) != -1) {
		enum fpopts_verdict v = take(o, c, &dbs);

		if (v != FPOPTS_RUN)
			return v;
	}
	while (optind < argc)
		o->files[o->files_n++] = argv[optind++];
	return check(o, &dbs);
}
