/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bench_syn - SYNs of blocked sources, and what each of them costs
 *
 * zt-link: tests/tools/lib/bpf fp/addr
 *
 *	bench_syn flood IFACE 4|6 SOURCES RATE SECONDS MAC
 *	bench_syn xdp IFACE SOURCES
 *	bench_syn measure IFACE PID MS
 *	bench_syn gro IFACE
 *
 * For the network namespaces of the benches; needs root.  `flood` makes the
 * kernel send SYNs to port 25 of 192.0.2.1 or 2001:db8:ffff::1 (a program
 * that runs on live frames and hands them to the interface), each from a
 * random one of the first SOURCES clients of blocked.h and a random port; RATE 0 is as fast as
 * it goes.  It prints "sent N", at SIGTERM, too.  Checksums are right: conntrack looks at them.
 * `xdp` drops the packets of those sources in the driver (hash maps), says
 * "attached" and stays until it is killed: what the kernel can do at best.
 * `measure` prints "NS PACKETS": the run time of that thread (the one that
 * receives for IFACE) a received packet.  `gro` turns GRO on, without which a
 * veth has no receiving thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "tests/tools/lib/blocked.h"
#include "tests/tools/lib/bpf.h"

#define ETH_LEN 14
#define IP4_LEN 20
#define IP6_LEN 40
#define TCP_LEN 24 /* with an MSS */
#define SMTP    25
#define LIVE    65536 /* frames in one go */
#define NAP_NS  20000

#define PORT_BASE 0x8000 /* source ports: this and random bits */
#define PORT_BITS 0x7fff

enum { DATA = 0, DATA_END = 4 }; /* of struct xdp_md */
enum { OUT, NOT_V4 };            /* labels */

static void __attribute__((noreturn)) die(const char *what, int err)
{
	fprintf(stderr, "bench_syn: %s: %s\n", what, strerror(err));
	exit(1);
}

static volatile sig_atomic_t ended;

static void
on_term(int sig)
{
	(void)sig;
	ended = 1;
}

static uint64_t
now_ns(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

struct pace {
	unsigned family;
	uint32_t sources;
	uint64_t rate; /* a second; 0: as many as it can */
	double seconds;
};

/* ---- frames ---- */

struct frame {
	uint8_t b[ETH_LEN + IP6_LEN + TCP_LEN];
	uint32_t n;
	unsigned ip_len; /* of the header */
};

static void
put_be16(uint8_t *p, uint32_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* Not folded: for more to be added. */
static uint32_t
sum_words(const uint8_t *p, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i += 2)
		sum += (uint32_t)p[i] << 8 | p[i + 1];
	return sum;
}

/* All but the source address (zero), the port's low bits, the checksums. */
static void
make_frame(struct frame *f, unsigned family, const uint8_t mac[6])
{
	static const uint8_t v4[IP4_LEN] = { 0x45, 0, 0, IP4_LEN + TCP_LEN, 0,
		1, 0x40, 0, 64, IPPROTO_TCP, 0, 0, 0, 0, 0, 0, 192, 0, 2, 1 };
	static const uint8_t v6[IP6_LEN] = { 0x60, 0, 0, 0, 0, TCP_LEN,
		IPPROTO_TCP, 64, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 1, 0x20, 1, 0xd, 0xb8, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 1 };
	static const uint8_t tcp[TCP_LEN] = { PORT_BASE >> 8, 0, 0, SMTP, 1, 2,
		3, 4, 0, 0, 0, 0, 0x60, 2, 0xfa, 0xf0, 0, 0, 0, 0, 2, 4, 5,
		0xb4 };

	*f = (struct frame){ .ip_len = family == 4 ? IP4_LEN : IP6_LEN };
	f->n = ETH_LEN + f->ip_len + TCP_LEN;
	memcpy(f->b, mac, 6);
	memcpy(f->b + 6, "\2\0\0\0\0\1", 6);
	put_be16(f->b + 12, family == 4 ? 0x0800 : 0x86dd);
	memcpy(f->b + ETH_LEN, family == 4 ? v4 : v6, f->ip_len);
	memcpy(f->b + ETH_LEN + f->ip_len, tcp, TCP_LEN);
}

/* The TCP checksum's words that never change, addresses included. */
static uint32_t
tcp_sum(const struct frame *f)
{
	const uint8_t *ip = f->b + ETH_LEN;
	size_t at = f->ip_len == IP4_LEN ? 12 : 8;

	return sum_words(ip + at, f->ip_len - at) +
	    sum_words(ip + f->ip_len, TCP_LEN) + IPPROTO_TCP + TCP_LEN;
}

/* ---- the generator ---- */

/* r3 = ~fold(r2 + base), in network order, to data[off]. */
static void
put_checksum(struct bpfasm *p, uint32_t base, int off)
{
	bpf_alu_reg(p, BPF_MOV, 3, 2);
	bpf_alu(p, BPF_ADD, 3, (int32_t)base);
	for (int i = 0; i < 2; i++) {
		bpf_alu_reg(p, BPF_MOV, 4, 3);
		bpf_alu(p, BPF_RSH, 4, 16);
		bpf_alu(p, BPF_AND, 3, 0xffff);
		bpf_alu_reg(p, BPF_ADD, 3, 4);
	}
	bpf_alu(p, BPF_XOR, 3, 0xffff);
	bpf_be(p, 3, 16);
	bpf_write(p, BPF_H, 7, off, 3);
}

/* Writes a random source and port into the frame at r7 and sends it on. */
static int
generator(const struct frame *f, unsigned family, uint32_t sources, int ifindex)
{
	struct bpfasm p = { .n = 0 };

	bpf_read(&p, BPF_W, 7, 1, DATA);
	bpf_read(&p, BPF_W, 3, 1, DATA_END);
	bpf_mov64(&p, 4, 7);
	bpf_add64(&p, 4, (int32_t)f->n);
	bpf_jump_reg(&p, BPF_JGT, 4, 3, OUT);
	bpf_call(&p, BPF_FUNC_get_prandom_u32);
	bpf_alu_reg(&p, BPF_MOV, 8, 0);
	bpf_alu(&p, BPF_AND, 8, PORT_BITS);
	bpf_call(&p, BPF_FUNC_get_prandom_u32);
	bpf_alu(&p, BPF_MOD, 0, (int32_t)sources);
	bpf_alu(&p, BPF_MUL, 0, (int32_t)BLOCKED_ODD);
	if (family == 4) {
		bpf_alu(&p, BPF_AND, 0, (int32_t)BLOCKED_V4M);
		bpf_alu(&p, BPF_OR, 0, (int32_t)BLOCKED_V4);
	}
	bpf_alu_reg(&p, BPF_MOV, 2, 0);
	bpf_alu(&p, BPF_AND, 2, 0xffff);
	bpf_alu_reg(&p, BPF_MOV, 1, 0);
	bpf_alu(&p, BPF_RSH, 1, 16);
	bpf_alu_reg(&p, BPF_ADD, 2, 1);
	if (family == 4)
		put_checksum(&p, sum_words(f->b + ETH_LEN, IP4_LEN),
		    ETH_LEN + 10);
	bpf_alu_reg(&p, BPF_ADD, 2, 8);
	put_checksum(&p, tcp_sum(f), (int)(ETH_LEN + f->ip_len + 16));
	bpf_alu(&p, BPF_OR, 8, PORT_BASE);
	bpf_be(&p, 8, 16);
	bpf_write(&p, BPF_H, 7, (int)(ETH_LEN + f->ip_len), 8);
	bpf_be(&p, 0, 32);
	bpf_write(&p, BPF_W, 7, ETH_LEN + 12, 0); /* the same place in both */
	bpf_alu(&p, BPF_MOV, 1, ifindex);
	bpf_alu(&p, BPF_MOV, 2, 0);
	bpf_call(&p, BPF_FUNC_redirect);
	bpf_exit(&p);
	bpf_label(&p, OUT);
	bpf_return(&p, XDP_ABORTED);
	return bpf_load(&p);
}

static uint64_t
flood_full(int prog, const struct frame *f, double seconds)
{
	uint64_t end = now_ns() + (uint64_t)(seconds * 1e9), sent = 0;

	while (now_ns() < end && !ended) {
		int rc = bpf_live_frames(prog, f->b, f->n, LIVE);

		if (rc == -EINTR || rc == -EAGAIN)
			continue;
		if (rc != 0)
			die("live frames", -rc);
		sent += LIVE;
	}
	return sent;
}

/* ---- and a slow one, which live frames cannot be: a call takes 10 ms ---- */

static uint32_t
next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 32);
}

static void
put_sum(uint8_t *p, uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	put_be16(p, ~sum & 0xffff);
}

/* What the program does, here. */
static void
set_source(struct frame *f, const struct frame *empty, const struct addr *a,
    uint32_t port_bits)
{
	uint8_t *ip = f->b + ETH_LEN;
	uint32_t sum = sum_words(a->b, sizeof(a->b));

	*f = *empty;
	if (a->family == 4) {
		memcpy(ip + 12, a->b, 4);
		put_sum(ip + 10, sum_words(ip, IP4_LEN));
	} else {
		memcpy(ip + 12, a->b + 4, 4);
		sum = sum_words(a->b + 4, 4);
	}
	put_be16(ip + f->ip_len, PORT_BASE | port_bits);
	put_sum(ip + f->ip_len + 16, tcp_sum(empty) + sum + port_bits);
}

static int
open_iface(int ifindex)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1;

	ll.sll_ifindex = ifindex;
	if (fd < 0 || bind(fd, (struct sockaddr *)&ll, sizeof(ll)) != 0)
		die("packet socket", errno);
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on));
	return fd;
}

static uint64_t
flood_paced(int fd, const struct frame *empty, const struct pace *p)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	uint64_t start = now_ns(), sent = 0, seed = start;
	uint64_t end = start + (uint64_t)(p->seconds * 1e9);

	for (uint64_t t = start; t < end && !ended; t = now_ns()) {
		struct addr a = blocked_addr(p->family,
		    next_random(&seed) % p->sources);
		struct frame f;

		if (sent >= (t - start) * p->rate / 1000000000) {
			(void)nanosleep(&nap, NULL);
			continue;
		}
		set_source(&f, empty, &a, next_random(&seed) & PORT_BITS);
		sent += send(fd, f.b, f.n, 0) == (ssize_t)f.n;
	}
	return sent;
}

static void
parse_mac(const char *text, uint8_t mac[6])
{
	unsigned m[6];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4],
		&m[5]) != 6)
		die(text, EINVAL);
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)m[i];
}

static int
cmd_flood(char **arg)
{
	int ifindex = (int)if_nametoindex(arg[0]), fd;
	struct pace p = { .family = (unsigned)atoi(arg[1]),
		.sources = (uint32_t)strtoul(arg[2], NULL, 10),
		.rate = strtoul(arg[3], NULL, 10),
		.seconds = atof(arg[4]) };
	uint8_t mac[6];
	struct frame f;
	uint64_t sent;

	parse_mac(arg[5], mac);
	if (ifindex == 0 || p.sources == 0 || (p.family != 4 && p.family != 6))
		die("flood", EINVAL);
	(void)prctl(PR_SET_TIMERSLACK, 1000);
	(void)signal(SIGTERM, on_term);
	make_frame(&f, p.family, mac);
	fd = p.rate != 0 ? open_iface(ifindex) :
			   generator(&f, p.family, p.sources, ifindex);
	if (fd < 0)
		die("generator", -fd);
	sent = p.rate != 0 ? flood_paced(fd, &f, &p) :
			     flood_full(fd, &f, p.seconds);
	printf("sent %llu\n", (unsigned long long)sent);
	close(fd);
	return 0;
}

/* ---- the drop in the driver ---- */

/* if the key at r10-8 (of r2's size) is in the map: drop */
static void
look_up(struct bpfasm *p, int map)
{
	bpf_map(p, 1, map);
	bpf_mov64(p, 2, 10);
	bpf_add64(p, 2, -8);
	bpf_call(p, BPF_FUNC_map_lookup_elem);
	bpf_jump(p, BPF_JEQ, 0, 0, OUT);
	bpf_return(p, XDP_DROP);
}

/* r4 = data + n; out if that is past the end */
static void
need(struct bpfasm *p, int n)
{
	bpf_mov64(p, 4, 6);
	bpf_add64(p, 4, n);
	bpf_jump_reg(p, BPF_JGT, 4, 7, OUT);
}

/* As narrow as our rules: TCP, port 25, SYN alone; no IP options. */
static void
syn_to_smtp(struct bpfasm *p, int ip_len, int proto_at)
{
	need(p, ETH_LEN + ip_len + TCP_LEN);
	bpf_read(p, BPF_B, 2, 6, ETH_LEN + proto_at);
	bpf_jump(p, BPF_JNE, 2, IPPROTO_TCP, OUT);
	bpf_read(p, BPF_H, 2, 6, ETH_LEN + ip_len + 2);
	bpf_jump(p, BPF_JNE, 2, htons(SMTP), OUT);
	bpf_read(p, BPF_B, 2, 6, ETH_LEN + ip_len + 13);
	bpf_alu(p, BPF_AND, 2, 0x17);
	bpf_jump(p, BPF_JNE, 2, 2, OUT);
}

static int
dropper(int map4, int map6)
{
	struct bpfasm p = { .n = 0 };

	bpf_read(&p, BPF_W, 6, 1, DATA);
	bpf_read(&p, BPF_W, 7, 1, DATA_END);
	need(&p, ETH_LEN);
	bpf_read(&p, BPF_H, 2, 6, 12);
	bpf_jump(&p, BPF_JNE, 2, htons(0x0800), NOT_V4);
	syn_to_smtp(&p, IP4_LEN, 9);
	bpf_read(&p, BPF_W, 2, 6, ETH_LEN + 12);
	bpf_write(&p, BPF_W, 10, -8, 2);
	look_up(&p, map4);
	bpf_label(&p, NOT_V4);
	bpf_jump(&p, BPF_JNE, 2, htons(0x86dd), OUT);
	syn_to_smtp(&p, IP6_LEN, 6);
	bpf_read(&p, BPF_W, 2, 6, ETH_LEN + 8);
	bpf_write(&p, BPF_W, 10, -8, 2);
	bpf_read(&p, BPF_W, 2, 6, ETH_LEN + 12);
	bpf_write(&p, BPF_W, 10, -4, 2);
	look_up(&p, map6);
	bpf_label(&p, OUT);
	bpf_return(&p, XDP_PASS);
	return bpf_load(&p);
}

static int
filled(unsigned family, uint32_t sources)
{
	int map = bpf_hash_new(family == 4 ? 4 : 8, sources);

	for (uint32_t i = 0; map >= 0 && i < sources; i++) {
		struct addr a = blocked_addr(family, i);
		int rc = bpf_hash_put(map, a.b);

		if (rc != 0)
			die("map", -rc);
	}
	if (map < 0)
		die("map", -map);
	return map;
}

static int
cmd_xdp(char **arg)
{
	int ifindex = (int)if_nametoindex(arg[0]), prog, link;
	uint32_t sources = (uint32_t)strtoul(arg[1], NULL, 10);

	prog = dropper(filled(4, sources), filled(6, sources));
	if (prog < 0)
		die("program", -prog);
	link = bpf_attach(prog, ifindex);
	if (link < 0)
		die("attach", -link);
	puts("attached");
	(void)fflush(stdout);
	(void)pause(); /* the link ends with us */
	close(link);
	return 0;
}

/* ---- measuring ---- */

/* The first number in a file. */
static uint64_t
number_of(const char *path)
{
	unsigned long long v;
	FILE *f = fopen(path, "re");

	if (f == NULL || fscanf(f, "%llu", &v) != 1)
		die(path, errno);
	fclose(f);
	return v;
}

static int
cmd_measure(char **arg)
{
	struct timespec t = { .tv_sec = atoi(arg[2]) / 1000,
		.tv_nsec = atoi(arg[2]) % 1000 * 1000000L };
	char packets[128], run[128];
	uint64_t n, ns;

	snprintf(packets, sizeof(packets),
	    "/sys/class/net/%s/statistics/rx_packets", arg[0]);
	snprintf(run, sizeof(run), "/proc/%d/schedstat", atoi(arg[1]));
	ns = number_of(run);
	n = number_of(packets);
	(void)nanosleep(&t, NULL);
	ns = number_of(run) - ns;
	n = number_of(packets) - n;
	printf("%.1f %llu\n", (double)ns / (double)(n > 0 ? n : 1),
	    (unsigned long long)n);
	return n > 0 ? 0 : 1;
}

static int
cmd_gro(char **arg)
{
	struct ethtool_value v = { ETHTOOL_SGRO, 1 };
	struct ifreq ifr = { .ifr_data = (void *)&v };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", arg[0]);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &ifr) != 0)
		die("ethtool", errno);
	close(fd);
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int args, (*fn)(char **arg);
	} commands[] = {
		{ "flood", 6, cmd_flood },
		{ "xdp", 2, cmd_xdp },
		{ "measure", 3, cmd_measure },
		{ "gro", 1, cmd_gro },
	};

	for (size_t i = 0; argc > 1 && i < 4; i++)
		if (strcmp(argv[1], commands[i].name) == 0 &&
		    argc == commands[i].args + 2)
			return commands[i].fn(argv + 2);
	fputs("usage: bench_syn flood|xdp|measure|gro ...\n", stderr);
	return 2;
}
