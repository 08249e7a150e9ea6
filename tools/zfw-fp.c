/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zfw-fp - operating systems and SMTP clients by what they send */
#include "tools/fploop.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define LIVE_TIMEOUT_MS 100
#define SOCKET_MODE     0666 /* as p0f: its clients run as anybody */

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "zfw-fp: %s: %s\n", what, why);
	return 1;
}

static int
open_live(struct fploop *l)
{
	const struct capture_opts co = {
		.filter = l->opts->filter,
		.timeout_ms = LIVE_TIMEOUT_MS,
	};
	char err[CAPTURE_ERRLEN];

	if (l->opts->iface == NULL)
		return 0;
	l->cap = capture_open_live_with(l->opts->iface, &co, err);
	if (l->cap != NULL)
		return 0;
	fprintf(stderr, "zfw-fp: %s\n", err);
	return 1;
}

static int
open_socket(struct fploop *l)
{
	const char *path = l->opts->socket;
	int fd;

	if (path == NULL)
		return 0;
	fd = p0fsock_listen(path, SOCKET_MODE, (gid_t)-1);
	if (fd < 0)
		return fail(path, strerror(-fd));
	l->sock = p0fsock_new(fd);
	if (l->sock != NULL)
		return 0;
	close(fd);
	return fail(path, strerror(errno));
}

/* Only when all that needs more is open. */
static int
become(const char *name)
{
	const struct passwd *pw;

	if (name == NULL)
		return 0;
	errno = 0;
	pw = getpwnam(name);
	if (pw == NULL)
		return fail(name,
		    errno != 0 ? strerror(errno) : "no such user");
	if (initgroups(name, pw->pw_gid) != 0 ||
	    setresgid(pw->pw_gid, pw->pw_gid, pw->pw_gid) != 0 ||
	    setresuid(pw->pw_uid, pw->pw_uid, pw->pw_uid) != 0)
		return fail(name, strerror(errno));
	return 0;
}

static void
summary(const struct fploop *l)
{
	struct fprun_counts c;
	uint64_t odd;

	fprun_counts(l->run, &c);
	odd = c.verdicts[TRAITS_TRUNCATED] + c.verdicts[TRAITS_MALFORMED] +
	    c.verdicts[TRAITS_LINK];
	fprintf(stderr,
	    "zfw-fp: %llu packets: %llu SYNs, %llu sent again, "
	    "%llu SYN+ACKs, %llu with a name",
	    (unsigned long long)c.packets,
	    (unsigned long long)c.seen[FLOWS_SYN],
	    (unsigned long long)c.seen[FLOWS_COPY],
	    (unsigned long long)(c.seen[FLOWS_REPLY] + c.seen[FLOWS_STRAY]),
	    (unsigned long long)c.labelled);
	if (l->opts->sessions)
		fprintf(stderr, ", %llu sessions",
		    (unsigned long long)c.sessions);
	if (odd > 0)
		fprintf(stderr, "; %llu cannot be read",
		    (unsigned long long)odd);
	if (c.evicted > 0)
		fprintf(stderr, "; %llu connections forgotten early",
		    (unsigned long long)c.evicted);
	if (l->kernel_drops > 0)
		fprintf(stderr, "; %llu lost before they were read",
		    (unsigned long long)l->kernel_drops);
	fputc('\n', stderr);
}

static int
work(struct fploop *l)
{
	int rc;

	fploop_signals();
	if (l->cap != NULL) {
		rc = fploop_live(l);
	} else {
		rc = fploop_files(l);
		if (l->sock != NULL && rc == 0)
			rc = fploop_serve(l);
	}
	summary(l);
	return rc;
}

/* The database is read as the user that will read it again. */
static int
start(struct fploop *l)
{
	const struct fpopts *o = l->opts;
	struct fprun_conf conf = {
		.kind = o->kind,
		.fd = fploop_output(o),
		.sessions = o->sessions,
		.ports = o->ports,
		.ports_n = o->ports_n,
		.hosts = o->socket != NULL,
		.key = hash_key_random(),
	};

	if (conf.fd < 0 || open_live(l) != 0 || open_socket(l) != 0 ||
	    become(o->user) != 0)
		return 1;
	l->db = fploop_load(o);
	if (l->db == NULL)
		return 1;
	conf.db = l->db;
	conf.prompt = isatty(conf.fd) == 1;
	l->run = fprun_new(&conf);
	if (l->run == NULL)
		return fail("start", strerror(ENOMEM));
	return work(l);
}

int
main(int argc, char **argv)
{
	struct fpopts o = { .files = calloc((size_t)argc, sizeof(char *)) };
	struct fploop l = { .opts = &o };
	int rc;

	if (o.files == NULL)
		return fail("start", strerror(ENOMEM));
	switch (fpopts_parse(&o, argc, argv)) {
	case FPOPTS_RUN:
		rc = start(&l);
		break;
	case FPOPTS_DONE:
		rc = fflush(stdout) == 0 ? 0 : 1;
		break;
	default:
		rc = 2;
		break;
	}
	capture_close(l.cap);
	p0fsock_free(l.sock);
	fprun_free(l.run);
	sigdb_free(l.db);
	free(o.files);
	return rc;
}
