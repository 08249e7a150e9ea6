/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * synblast - SYNs onto an interface at a given rate, for the live bench
 *
 * zt-link: tests/tools/lib/stackmix tests/tools/lib/stack fp/addr fp/hash
 * zt-libs: libsodium
 *
 *	synblast IFACE RATE SECONDS
 *
 * Sends RATE SYNs a second for SECONDS (60 at most) to port 25 of 192.0.2.25
 * at a station that is not there, so that they can be seen but nobody
 * answers.  Clients are hosts of stackmix.h with addresses of 198.18.0.0/15
 * only; no connection comes twice.  All frames are ready before the first is
 * sent.  For a namespace of the bench's own; needs CAP_NET_RAW.  When it falls
 * behind by more than 10 ms it does not make up for it by a burst.
 *
 * Prints "sent N rate N": how many the interface took, and how many a second.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

#include "tests/tools/lib/stackmix.h"

#define BATCH       64
#define FRAMES      STACKMIX_V4_BENCH
#define FRAME_MAX   94
#define ETH_LEN     14
#define TCP_AT      (ETH_LEN + 20)
#define PORT_FIRST  1024
#define SECONDS_MAX 60
#define LATE_MAX_NS 10000000
#define NAP_NS      20000

struct frame {
	uint16_t n;
	uint8_t b[FRAME_MAX];
};

struct blast {
	int fd;
	uint64_t rate, end_ns;
	struct frame *frames; /* FRAMES of them */
	uint64_t next;        /* of all that are ever sent */
	uint64_t sent;
};

static uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static void
put_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static uint32_t
get_be16(const uint8_t *p)
{
	return (uint32_t)p[0] << 8 | p[1];
}

static bool
make_frames(struct frame *f, const uint8_t mac[6])
{
	static const uint8_t nobody[6] = { 2, 0, 0, 0, 0, 0x25 };
	struct addr dst = addr_v4(0xc0000219);

	for (uint32_t i = 0; i < FRAMES; i++, f++) {
		struct addr src = stackmix_v4_bench(i);
		struct stackmix_host h;
		uint8_t ip[SEG_MAX];
		size_t n;

		stackmix_host(&src, i, &h);
		n = stackmix_syn(&h, &dst, PORT_FIRST, 25, 0, ip);
		if (n > FRAME_MAX - ETH_LEN)
			return false;
		memcpy(f->b, nobody, 6);
		memcpy(f->b + 6, mac, 6);
		put_be16(f->b + 12, ETHERTYPE_IP);
		memcpy(f->b + ETH_LEN, ip, n);
		f->n = (uint16_t)(ETH_LEN + n);
	}
	return true;
}

/* Another source port, and the checksum that goes with it (RFC 1624). */
static void
set_port(struct frame *f, uint32_t port)
{
	uint8_t *tcp = f->b + TCP_AT;
	uint32_t sum = (~get_be16(tcp + 16) & 0xffff) +
	    (~get_be16(tcp) & 0xffff) + port;

	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put_be16(tcp, port);
	put_be16(tcp + 16, ~sum & 0xffff);
}

/* `n` of at most BATCH; 0 or -errno. */
static int
send_some(struct blast *b, unsigned n)
{
	struct mmsghdr m[BATCH];
	struct iovec v[BATCH];
	int rc;

	for (unsigned i = 0; i < n; i++) {
		struct frame *f = &b->frames[(b->next + i) % FRAMES];
		uint64_t round = (b->next + i) / FRAMES;

		set_port(f, (uint32_t)(PORT_FIRST + round));
		v[i] = (struct iovec){ f->b, f->n };
		m[i] = (struct mmsghdr){ .msg_hdr = { .msg_iov = &v[i],
					     .msg_iovlen = 1 } };
	}
	rc = sendmmsg(b->fd, m, n, 0);
	if (rc > 0) {
		b->next += (unsigned)rc;
		b->sent += (unsigned)rc;
		return 0;
	}
	b->next++; /* that one was refused */
	return errno == ENOBUFS || errno == EAGAIN ? 0 : -errno;
}

static int
blast(struct blast *b)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	uint64_t base_ns = now_ns(), done = 0;
	int rc = 0;

	b->end_ns += base_ns;
	while (rc == 0) {
		uint64_t t_ns = now_ns(), due, late_ns;

		if (t_ns >= b->end_ns)
			return 0;
		due = (t_ns - base_ns) * b->rate / 1000000000;
		if (due <= done) {
			(void)nanosleep(&nap, NULL);
			continue;
		}
		late_ns = (due - done) * 1000000000 / b->rate;
		if (late_ns > LATE_MAX_NS)
			base_ns += late_ns - LATE_MAX_NS;
		if (due - done > BATCH)
			due = done + BATCH;
		rc = send_some(b, (unsigned)(due - done));
		done = due;
	}
	return rc;
}

/* A raw socket at the interface, whose address goes to `mac`; or -errno. */
static int
open_iface(const char *name, uint8_t mac[6])
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	struct ifreq ifr = { .ifr_flags = 0 };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		return -errno;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFHWADDR, &ifr) != 0)
		return -errno;
	memcpy(mac, ifr.ifr_hwaddr.sa_data, 6);
	ll.sll_ifindex = (int)if_nametoindex(name);
	if (bind(fd, (struct sockaddr *)&ll, sizeof(ll)) != 0)
		return -errno;
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return fd;
}

int
main(int argc, char **argv)
{
	struct blast b = { .fd = -1 };
	uint64_t begin_ns;
	uint8_t mac[6];
	double s = argc == 4 ? strtod(argv[3], NULL) : 0;
	int rc;

	if (argc == 4)
		b.rate = strtoull(argv[2], NULL, 10);
	if (!(s > 0 && s <= SECONDS_MAX) || b.rate < 1 || b.rate > 20000000) {
		fputs("usage: synblast IFACE RATE SECONDS\n", stderr);
		return 2;
	}
	b.end_ns = (uint64_t)(s * 1e9);
	b.frames = calloc(FRAMES, sizeof(*b.frames));
	rc = b.fd = open_iface(argv[1], mac);
	if (rc >= 0 && (b.frames == NULL || !make_frames(b.frames, mac)))
		rc = -ENOMEM;
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	begin_ns = now_ns();
	if (rc >= 0)
		rc = blast(&b);
	free(b.frames);
	if (rc < 0) {
		fprintf(stderr, "synblast: %s: %s\n", argv[1], strerror(-rc));
		return 1;
	}
	s = (double)(now_ns() - begin_ns) / 1e9;
	printf("sent %llu rate %.0f\n", (unsigned long long)b.sent,
	    (double)b.sent / s);
	return 0;
}
