/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fploop - beside all stages: what zfw-fp waits for
 *
 * Drives fprun from files or from an interface, beside it the query socket,
 * signals, and the progress of long files on a terminal.  SIGINT and SIGTERM
 * end either at once and cleanly; SIGHUP reads the databases again, wholly or
 * not at all, and opens the output file again, which may have been renamed.  The only place of zfw-fp with a clock.  Functions return 0, or
 * 1 when something failed, which they have told on stderr.
 */
#ifndef ZFW_TOOLS_FPLOOP_H
#define ZFW_TOOLS_FPLOOP_H

#include "fp/capture.h"
#include "fp/p0fsock.h"
#include "tools/fpopts.h"
#include "tools/fprun.h"

struct fploop {
	const struct fpopts *opts;
	struct fprun *run;
	struct sigdb *db;      /* owned by the caller, who frees what is left */
	struct p0fsock *sock;  /* NULL: none */
	struct capture *cap;   /* the interface, or the file in hand */
	uint64_t kernel_drops; /* live */
	int64_t flushed_ms;
	/* progress */
	bool show;
	int64_t shown_ms, begun_ms;
	uint64_t shown_packets;
};

/* From now on signals are noticed. */
void fploop_signals(void);
/* A new database from the files of the command line; NULL has been told. */
struct sigdb *fploop_load(const struct fpopts *o);

/* The output, by the command line: a descriptor, or -1, which was told. */
int fploop_output(const struct fpopts *o);

int fploop_files(struct fploop *l);
int fploop_live(struct fploop *l);
/* Until SIGINT or SIGTERM: only the socket. */
int fploop_serve(struct fploop *l);

#endif
