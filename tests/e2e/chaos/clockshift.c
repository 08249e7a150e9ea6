/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * clockshift - a wall clock that a test can set, for LD_PRELOAD
 *
 * The file named by ZFW_TEST_CLOCK holds two 64-bit numbers of nanoseconds in
 * the host's byte order: what CLOCK_REALTIME is ahead of the true one, and
 * what CLOCK_BOOTTIME is.  It is mapped before main(), so that whoever writes
 * it sets the clock of a running program, whatever that gave up meanwhile.
 * Packets that libpcap hands on are stamped by the same clock.  Built and
 * used by tests/e2e/t_chaos.sh and t_beside.sh only.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000LL

static volatile const int64_t *shift; /* wall, boot; NULL = none */

static void __attribute__((constructor)) map_shift(void)
{
	const char *path = getenv("ZFW_TEST_CLOCK");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, 2 * sizeof(int64_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p != MAP_FAILED)
		shift = p;
}

static int64_t
ahead_ns(clockid_t id)
{
	if (shift == NULL)
		return 0;
	if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)
		return shift[0];
	return id == CLOCK_BOOTTIME ? shift[1] : 0;
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	static int (*real)(clockid_t, struct timespec *);
	int64_t ns;
	int rc;

	if (real == NULL)
		real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT,
		    "clock_gettime");
	rc = real(id, ts);
	if (rc == 0) {
		ns = ts->tv_sec * SECOND_NS + ts->tv_nsec + ahead_ns(id);
		ts->tv_sec = ns / SECOND_NS;
		ts->tv_nsec = ns % SECOND_NS;
	}
	return rc;
}

int
gettimeofday(struct timeval *tv, void *zone)
{
	struct timespec ts;

	(void)zone;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -1;
	tv->tv_sec = ts.tv_sec;
	tv->tv_usec = ts.tv_nsec / 1000;
	return 0;
}

time_t
time(time_t *out)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	if (out != NULL)
		*out = ts.tv_sec;
	return ts.tv_sec;
}

static void
stamp(struct pcap_pkthdr *h)
{
	int64_t us = h->ts.tv_sec * 1000000LL + h->ts.tv_usec;

	us += ahead_ns(CLOCK_REALTIME) / 1000;
	h->ts.tv_sec = us / 1000000;
	h->ts.tv_usec = us % 1000000;
}

int
pcap_next_ex(pcap_t *p, struct pcap_pkthdr **h, const u_char **data)
{
	static int (*real)(pcap_t *, struct pcap_pkthdr **, const u_char **);
	static struct pcap_pkthdr copy;
	int rc;

	if (real == NULL)
		real = (int (*)(pcap_t *, struct pcap_pkthdr **,
		    const u_char **))dlsym(RTLD_NEXT, "pcap_next_ex");
	rc = real(p, h, data);
	if (rc == 1) {
		copy = **h;
		stamp(&copy);
		*h = &copy;
	}
	return rc;
}

struct hand {
	pcap_handler fn;
	u_char *arg;
};

static void
hand_on(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
	struct hand *to = (struct hand *)(void *)arg;
	struct pcap_pkthdr copy = *h;

	stamp(&copy);
	to->fn(to->arg, &copy, data);
}

int
pcap_dispatch(pcap_t *p, int n, pcap_handler fn, u_char *arg)
{
	static int (*real)(pcap_t *, int, pcap_handler, u_char *);
	struct hand to = { fn, arg };

	if (real == NULL)
		real = (int (*)(pcap_t *, int, pcap_handler,
		    u_char *))dlsym(RTLD_NEXT, "pcap_dispatch");
	return real(p, n, hand_on, (u_char *)&to);
}
