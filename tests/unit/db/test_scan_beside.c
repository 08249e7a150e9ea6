/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @SCAN db/store db/store_allow db/storefile db/kcguard db/record db/record_client db/record_behind
 * zt-link: daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: kyotocabinet libsodium libm
 *
 * A writer of which every single write can be stopped: a child whose
 * pwrite() and ftruncate() wait for leave.  The reader gives it leave for some
 * writes before each read and in each pause of its own, so all that two
 * processes can do to each other is tried without waiting for the scheduler:
 * a writer that sleeps in the middle of a change for good, one that is ahead
 * by thousands of writes between two reads, one that is killed there.
 */
#include <fcntl.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "db/kcfile.h"
#include "db/record.h"
#include "db/scan.h"
#include "tests/unit/db/store_dir.h"

#define MANY 2000
#define KEPT "This is never changed, but by whoever damages the file."

/* Between the two processes. */
static struct lead {
	sem_t go, stopped;
	uint64_t leave;   /* writes that it may do */
	uint64_t cuts;    /* times that it cut the file shorter */
	bool stop_at_cut; /* whatever leave it has */
	bool tear;        /* stop in the middle of the write, too */
} * lead;

static bool is_writer;
static pid_t writer_pid;

/* How much the reader lets the writer do before a read, and in a pause. */
enum pace { STOPPED, CREEPING, RUNNING, RACING };
static enum pace pace;
static bool leading; /* the reader does so now */

static void
wait_for(sem_t *s)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 60;
	while (sem_timedwait(s, &until) == -1)
		if (errno != EINTR)
			abort();
}

static void
let_write(uint64_t n)
{
	lead->leave = n;
	sem_post(&lead->go);
	wait_for(&lead->stopped);
}

static void
stop_here(void)
{
	sem_post(&lead->stopped);
	while (sem_wait(&lead->go) == -1)
		continue;
}

ssize_t
pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	size_t half = n / 2;

	if (!is_writer)
		return syscall(SYS_pwrite64, fd, p, n, at);
	if (lead->leave == 0 && lead->tear && half > 0) {
		(void)syscall(SYS_pwrite64, fd, p, half, at);
		stop_here();
	}
	while (lead->leave == 0)
		stop_here();
	lead->leave--;
	return syscall(SYS_pwrite64, fd, p, n, at);
}

int
ftruncate64(int fd, off64_t n)
{
	int rc;

	if (!is_writer)
		return (int)syscall(SYS_ftruncate, fd, n);
	while (lead->leave == 0)
		stop_here();
	lead->leave--;
	rc = (int)syscall(SYS_ftruncate, fd, n);
	if (n > 0) { /* the write-ahead log is cut to nothing */
		lead->cuts++;
		if (lead->stop_at_cut)
			lead->leave = 0;
	}
	return rc;
}

static void
meanwhile(bool in_pause)
{
	uint64_t n = 0;

	if (!leading)
		return;
	switch (pace) {
	case STOPPED:
		return;
	case CREEPING:
		n = zt_random() % 3;
		break;
	case RUNNING:
		n = zt_random() % (in_pause ? 1000 : 12);
		break;
	case RACING: /* the reader sleeps now and then, too */
		n = zt_random() % 32 == 0 ?
		    zt_random() % 5000 :
		    zt_random() % (in_pause ? 2000 : 30);
	}
	if (n > 0)
		let_write(n);
}

ssize_t
pread(int fd, void *p, size_t n, off_t at)
{
	meanwhile(false);
	return syscall(SYS_pread64, fd, p, n, at);
}

int
nanosleep(const struct timespec *want, struct timespec *rest)
{
	(void)want;
	(void)rest;
	meanwhile(true);
	return 0;
}

/* ---- the writer ---- */

static void
change(struct store *s, uint32_t turn)
{
	static char blob[60000];
	uint32_t i = (uint32_t)(zt_random() % MANY);
	struct client c = client_no(i);

	/* Even ones stay, of any size; odd ones come and go. */
	memset(c.sig, 'x', zt_random() % 100);
	c.connects = i + turn % 100000 * MANY;
	if (turn % 200 == 0)
		(void)store_blob_put(s, "x", blob, zt_random() % sizeof(blob));
	else if (i % 2 == 0 || zt_random() % 2 == 0)
		(void)store_client_put(s, &c);
	else
		(void)store_client_del(s, &c.key);
}

static void
write_for_ever(void)
{
	struct store *s;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	s = opened();
	if (s == NULL)
		_exit(1);
	is_writer = true;
	for (uint32_t turn = 1;; turn++)
		change(s, turn);
}

static void
start_writer(void)
{
	struct store *s;

	fresh_dir();
	s = opened();
	/* At the front, where nothing is ever moved. */
	if (store_blob_put(s, "kept", KEPT, sizeof(KEPT)) != 0)
		abort();
	for (uint32_t i = 0; i < MANY; i++)
		if (!put_client(s, i))
			abort();
	store_close(s);
	sem_init(&lead->go, 1, 0);
	sem_init(&lead->stopped, 1, 0);
	lead->leave = 0;
	lead->stop_at_cut = lead->tear = false;
	writer_pid = fork();
	if (writer_pid == 0)
		write_for_ever();
	wait_for(&lead->stopped); /* at its first write */
	let_write(5000);
}

static void
end_writer(void)
{
	kill(writer_pid, SIGKILL);
	waitpid(writer_pid, NULL, 0);
}

/* ---- the reader ---- */

static struct {
	uint16_t times[MANY];
	uint32_t last[MANY];
	unsigned undecodable;
} met;

static bool
meet(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct record_key k;
	struct client c;
	uint32_t i;

	(void)arg;
	memcpy(k.b, key, key_n);
	k.n = key_n;
	if (k.b[0] != 'c')
		return true;
	if (!record_client_decode(&k, value, n, &c)) {
		met.undecodable++;
		return true;
	}
	i = (uint32_t)c.key.b[2] << 8 | c.key.b[3];
	if (i >= MANY)
		abort();
	met.times[i]++;
	met.last[i] = c.connects;
	return true;
}

/* What came of many scans. */
struct sum {
	unsigned scans, failed, damaged, missed, strange;
	uint64_t bad, lost, unsure, anew;
};

static void
read_once(struct sum *sum, unsigned again)
{
	struct scan_counts n = { 0 };
	struct scan *s;
	char error[256];
	int e;

	memset(&met, 0, sizeof(met));
	e = scan_open(dir, &s, error);
	leading = true;
	if (e == 0)
		e = scan_all(s, meet, NULL);
	for (unsigned i = 0; i < again && e == 0; i++)
		e = scan_again(s, meet, NULL);
	leading = false;
	if (e == 0)
		scan_counts(s, &n);
	scan_close(s);
	for (uint32_t i = 0; i < MANY; i++) {
		sum->missed += i % 2 == 0 && met.times[i] == 0;
		sum->strange += met.times[i] > 0 && met.last[i] % MANY != i;
	}
	sum->strange += met.undecodable;
	sum->scans++;
	sum->failed += e != 0 || n.format != 1;
	sum->damaged += n.bad > 0 || n.lost > 0;
	sum->bad += n.bad;
	sum->lost += n.lost;
	sum->unsure += n.unsure;
	sum->anew += n.anew;
}

static void
print_sum(const char *what, const struct sum *s)
{
	printf("# %s: %u scans, failed %u, damaged %u (%llu records, %llu "
	       "bytes), unsure %llu, read anew %llu, missed %u, strange %u\n",
	    what, s->scans, s->failed, s->damaged, (unsigned long long)s->bad,
	    (unsigned long long)s->lost, (unsigned long long)s->unsure,
	    (unsigned long long)s->anew, s->missed, s->strange);
}

static bool
sound(const struct sum *s)
{
	return s->failed == 0 && s->damaged == 0 && s->strange == 0;
}

static void
test_stopped(void)
{
	struct sum sum = { 0 };

	pace = STOPPED;
	start_writer();
	for (unsigned i = 0; i < 1000; i++) {
		let_write(1);
		read_once(&sum, 0);
	}
	print_sum("stopped before each write", &sum);
	ZT_CASE("a writer that sleeps before any write damages nothing",
	    sound(&sum));
	ZT_CASE("nor hides a client", sum.missed == 0 && sum.unsure == 0);

	memset(&sum, 0, sizeof(sum));
	lead->tear = true;
	for (unsigned i = 0; i < 500; i++) {
		let_write(zt_random() % 50);
		read_once(&sum, 0);
	}
	print_sum("stopped within a write", &sum);
	ZT_CASE("nor one that sleeps in the middle of a write", sound(&sum));
	end_writer();
}

static void
test_cut(void)
{
	struct sum sum = { 0 };

	pace = STOPPED;
	start_writer();
	lead->stop_at_cut = true;
	for (unsigned i = 0; i < 10; i++) {
		uint64_t cuts = lead->cuts;

		while (lead->cuts == cuts)
			let_write(100000);
		for (unsigned k = 0; k < 6; k++) {
			read_once(&sum, 0);
			let_write(1);
		}
	}
	print_sum("stopped where the file was cut", &sum);
	ZT_CASE("a writer that sleeps after it made the file shorter "
		"damages nothing",
	    sound(&sum));
	end_writer();
}

static void
test_paces(void)
{
	static const struct {
		const char *name;
		enum pace pace;
		unsigned scans;
	} row[] = {
		{ "creeping", CREEPING, 60 },
		{ "running", RUNNING, 60 },
		{ "racing", RACING, 30 },
	};

	start_writer();
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		struct sum sum = { 0 };

		pace = row[i].pace;
		while (sum.scans < row[i].scans)
			read_once(&sum, 2);
		print_sum(row[i].name, &sum);
		ZT_CASE("a writer at any pace damages nothing", sound(&sum));
		ZT_CASE("nor hides more than one client in a thousand",
		    sum.missed <= sum.scans * (MANY / 1000));
	}
	end_writer();
}

/* Puts something in place of the log that nobody can read, or the log again. */
static void
hide_log(bool hide)
{
	char name[120], aside[120];

	snprintf(name, sizeof(name), "%s.wal", path);
	snprintf(aside, sizeof(aside), "%s/aside", dir);
	if (hide ? rename(name, aside) == -1 || symlink("x", name) == -1 :
		   rename(aside, name) == -1)
		abort();
}

static void
test_blind(void)
{
	struct sum sum = { 0 };

	pace = STOPPED;
	start_writer();
	lead->tear = true;
	for (unsigned i = 0; i < 200; i++) {
		let_write(zt_random() % 50);
		hide_log(true);
		read_once(&sum, 0);
		hide_log(false);
	}
	print_sum("stopped, without the log", &sum);
	ZT_CASE("without the log, what is half changed is unsure, not damaged",
	    sound(&sum) && sum.unsure > 0);
	end_writer();
}

/* Changes a byte of that text; once more, and it is right again. */
static void
damage(void)
{
	static uint8_t buf[1 << 16];
	struct kcfile_head h;
	int fd = open(path, O_RDWR);
	ssize_t n;
	uint8_t *p;

	if (pread(fd, buf, KCFILE_HEAD, 0) != KCFILE_HEAD ||
	    !kcfile_head(buf, KCFILE_HEAD, &h))
		abort();
	n = pread(fd, buf, sizeof(buf), (off_t)h.first);
	p = n < 1 ? NULL : memmem(buf, (size_t)n, KEPT, sizeof(KEPT));
	if (p == NULL)
		abort();
	p[3] ^= 1;
	if (pwrite(fd, p + 3, 1, (off_t)h.first + (p + 3 - buf)) != 1)
		abort();
	close(fd);
}

static void
test_damaged(void)
{
	static const enum pace paces[] = { STOPPED, CREEPING, RUNNING };

	start_writer();
	damage();
	for (size_t i = 0; i < sizeof(paces) / sizeof(paces[0]); i++) {
		struct sum sum = { 0 };

		while (sum.scans < 10) {
			let_write(1 + zt_random() % 50);
			pace = paces[i];
			read_once(&sum, 0);
		}
		print_sum("damaged", &sum);
		ZT_CASE("a record that is damaged is found beside any writer",
		    sum.failed == 0 && sum.damaged == 10 && sum.bad == 10 &&
			sum.lost == 0);
	}
	end_writer();
}

static void
test_killed(void)
{
	struct sum sum = { 0 };

	pace = STOPPED;
	for (unsigned i = 0; i < 20; i++) {
		start_writer();
		lead->tear = i % 2 == 0;
		let_write(zt_random() % 3000);
		end_writer();
		read_once(&sum, 0);
	}
	print_sum("killed", &sum);
	ZT_CASE("a store whose writer was killed is not damaged", sound(&sum));
	ZT_CASE("nor is a client missed", sum.missed == 0 && sum.unsure == 0);
}

int
main(int argc, char **argv)
{
	static const struct zt_test tests[] = {
		{ "a writer that sleeps", test_stopped },
		{ "a file that was made shorter", test_cut },
		{ "a writer at any pace", test_paces },
		{ "a log that cannot be read", test_blind },
		{ "damage beside a writer", test_damaged },
		{ "a writer that was killed", test_killed },
	};
	int rc;

	lead = mmap(NULL, sizeof(*lead), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (lead == MAP_FAILED)
		abort();
	rc = zt_main(argc, argv, "scan_beside", tests,
	    sizeof(tests) / sizeof(tests[0]));
	remove_dir();
	return rc;
}
