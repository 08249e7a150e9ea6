/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/fploop.h"

#include "fp/sigfile.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define BATCH    4096 /* packets between two looks around */
#define FLUSH_MS 1000
#define SHOW_MS  250  /* between two progress lines */
#define SLOW_MS  1000 /* a file that takes less shows none */
#define OUT_MODE 0600

enum signal_bit { GOT_STOP = 1 << 0, GOT_RELOAD = 1 << 1 };

/* The one signal flag; changed with both signals blocked. */
static volatile sig_atomic_t got;

static void
on_signal(int sig)
{
	got |= sig == SIGHUP ? GOT_RELOAD : GOT_STOP;
}

static void
our_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void
fploop_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };

	our_signals(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	sa.sa_flags = SA_RESTART; /* reading a pipe goes on */
	sigaction(SIGHUP, &sa, NULL);
}

static int64_t
now_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
warn(void *arg, const char *text)
{
	(void)arg;
	fprintf(stderr, "zfw-fp: warning: %s\n", text);
}

struct sigdb *
fploop_load(const struct fpopts *o)
{
	char err[SIGFILE_ERRLEN];
	struct sigfile_report rep;
	struct sigdb *db = sigfile_load(o->dbs, o->dbs_n, warn, NULL, &rep,
	    err);

	if (db == NULL)
		fprintf(stderr, "zfw-fp: %s\n", err);
	return db;
}

int
fploop_output(const struct fpopts *o)
{
	int fd;

	if (o->out == NULL)
		return STDOUT_FILENO;
	fd = open(o->out, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, OUT_MODE);
	if (fd < 0)
		fprintf(stderr, "zfw-fp: %s: %s\n", o->out, strerror(errno));
	return fd;
}

/* Lines told so far are in the old file, all later ones in the new. */
static void
reopen(struct fploop *l)
{
	int fd;

	if (l->opts->out == NULL)
		return;
	fd = fploop_output(l->opts);
	if (fd < 0)
		fputs("zfw-fp: reload: failed, the old output stays\n", stderr);
	else
		close(fpout_turn(fprun_out(l->run), fd));
}

static void
reload(struct fploop *l)
{
	struct sigdb *db = fploop_load(l->opts);

	if (db == NULL) {
		fputs("zfw-fp: reload: failed, the old databases stay\n",
		    stderr);
		return;
	}
	fprun_set(l->run, db);
	sigdb_free(l->db);
	l->db = db;
	fprintf(stderr, "zfw-fp: reload: %zu signatures, %zu labels\n",
	    sigdb_signatures(db), sigdb_labels(db));
}

/* True: it is time to stop. */
static bool
signalled(struct fploop *l)
{
	sigset_t set, old;
	int seen;

	if (got == 0)
		return false;
	our_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	seen = got;
	got &= GOT_STOP; /* whoever asks again shall stop, too */
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (seen & GOT_RELOAD) {
		reopen(l);
		reload(l);
	}
	return (seen & GOT_STOP) != 0;
}

/* 0, or 1 when lines were lost. */
static int
check_output(struct fploop *l)
{
	const char *why = fpout_error(fprun_out(l->run));

	if (why == NULL)
		return 0;
	fprintf(stderr, "zfw-fp: %s: %s\n",
	    l->opts->out != NULL ? l->opts->out : "standard output", why);
	return 1;
}

static int
flush(struct fploop *l)
{
	fpout_flush(fprun_out(l->run));
	l->flushed_ms = now_ms(CLOCK_MONOTONIC);
	return check_output(l);
}

/* --- files --- */

static void
show_progress(struct fploop *l, const char *name)
{
	int64_t ms = now_ms(CLOCK_MONOTONIC), size = capture_size(l->cap);
	struct fprun_counts c;
	double rate;

	if (ms - l->shown_ms < SHOW_MS || ms - l->begun_ms < SLOW_MS)
		return;
	fprun_counts(l->run, &c);
	rate = (double)(c.packets - l->shown_packets) * 1000 /
	    (double)(ms - l->shown_ms);
	fprintf(stderr, "\r\033[Kzfw-fp: %s: ", name);
	if (size > 0)
		fprintf(stderr, "%.0f %%, ",
		    100.0 * (double)capture_offset(l->cap) / (double)size);
	fprintf(stderr, "%llu packets, %.2f million a second",
	    (unsigned long long)c.packets, rate / 1e6);
	l->shown_ms = ms;
	l->shown_packets = c.packets;
}

static void
hide_progress(struct fploop *l)
{
	if (l->show && l->shown_packets > 0)
		fputs("\r\033[K", stderr);
	l->shown_packets = 0;
}

static enum capture_status
read_file(struct fploop *l, const char *name, bool *stop)
{
	enum capture_status st = CAPTURE_PACKET;

	l->begun_ms = l->shown_ms = now_ms(CLOCK_MONOTONIC);
	while (st == CAPTURE_PACKET && !*stop) {
		st = capture_dispatch(l->cap, BATCH, fprun_packet, l->run);
		fprun_settle(l->run);
		if (l->show)
			show_progress(l, name);
		*stop = signalled(l) || fpout_error(fprun_out(l->run)) != NULL;
	}
	hide_progress(l);
	return st;
}

/* One file; 1 when it could not be read to its end. */
static int
one_file(struct fploop *l, const char *name, bool *stop)
{
	char err[CAPTURE_ERRLEN];
	int rc = 0;

	l->cap = capture_open_file(name, err);
	if (l->cap == NULL) {
		fprintf(stderr, "zfw-fp: %s\n", err);
		return 1;
	}
	if (l->opts->filter != NULL &&
	    !capture_filter(l->cap, l->opts->filter, err)) {
		fprintf(stderr, "zfw-fp: %s\n", err);
		rc = 1;
	} else if (read_file(l, name, stop) == CAPTURE_ERROR && !*stop) {
		fprintf(stderr, "zfw-fp: %s\n", capture_error(l->cap));
		rc = 1;
	}
	capture_close(l->cap);
	l->cap = NULL;
	return rc;
}

int
fploop_files(struct fploop *l)
{
	bool stop = false;
	int rc = 0;

	l->show = isatty(STDERR_FILENO) == 1;
	for (size_t i = 0; i < l->opts->files_n && !stop; i++)
		rc |= one_file(l, l->opts->files[i], &stop);
	fprun_end(l->run);
	return flush(l) | rc;
}

/* --- live --- */

/* Waits for packets, queries or a signal; a second at most. */
static int
wait_for_any(struct fploop *l)
{
	int64_t waited = now_ms(CLOCK_MONOTONIC) - l->flushed_ms;
	int64_t ms = waited < FLUSH_MS ? FLUSH_MS - waited : 0;
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
	struct pollfd fds[2];
	sigset_t set, old;
	nfds_t n = 0;
	int rc = 0;

	if (l->cap != NULL)
		fds[n++] = (struct pollfd){ capture_fd(l->cap), POLLIN, 0 };
	if (l->sock != NULL)
		fds[n++] = (struct pollfd){ p0fsock_fd(l->sock), POLLIN, 0 };
	/* A signal that comes between the look and the sleep ends the sleep. */
	our_signals(&set);
	sigprocmask(SIG_BLOCK, &set, &old);
	if (got == 0)
		rc = ppoll(fds, n, &ts, &old);
	sigprocmask(SIG_SETMASK, &old, NULL);
	if (rc < 0 && errno != EINTR) {
		fprintf(stderr, "zfw-fp: poll: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}

static void
serve(struct fploop *l)
{
	if (l->sock != NULL)
		p0fsock_run(l->sock, fprun_hosts(l->run),
		    now_ms(CLOCK_MONOTONIC));
}

/* What is done once a second. */
static int
every_second(struct fploop *l)
{
	if (now_ms(CLOCK_MONOTONIC) - l->flushed_ms < FLUSH_MS)
		return 0;
	if (l->cap != NULL)
		fprun_tick(l->run, now_ms(CLOCK_REALTIME) * 1000);
	return flush(l);
}

int
fploop_live(struct fploop *l)
{
	enum capture_status st = CAPTURE_AGAIN;
	struct capture_stats cs;
	int rc = 0;

	l->flushed_ms = now_ms(CLOCK_MONOTONIC);
	while (rc == 0 && !signalled(l)) {
		if (st != CAPTURE_PACKET)
			rc = wait_for_any(l);
		st = capture_dispatch(l->cap, BATCH, fprun_packet, l->run);
		fprun_settle(l->run);
		serve(l);
		rc |= every_second(l);
		if (st == CAPTURE_ERROR) {
			fprintf(stderr, "zfw-fp: %s\n", capture_error(l->cap));
			rc = 1;
		}
	}
	capture_stats(l->cap, &cs);
	l->kernel_drops = cs.kernel_drops;
	fprun_end(l->run);
	return flush(l) | rc;
}

int
fploop_serve(struct fploop *l)
{
	int rc = 0;

	l->flushed_ms = now_ms(CLOCK_MONOTONIC);
	while (rc == 0 && !signalled(l)) {
		rc = wait_for_any(l);
		serve(l);
		rc |= every_second(l);
	}
	return rc;
}
