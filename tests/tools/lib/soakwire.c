/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/soakwire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define RCVBUF (32 << 20)

/* SYN or RST is set: byte 13 of TCP, behind 20 or 40 bytes of IP. */
static struct sock_filter at_mx[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 4),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 7),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 33),
	BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 53),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, SEG_SYN | SEG_RST, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

/* TCP whose traffic class is not our server's. */
static struct sock_filter at_world[] = {
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf000),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x4000, 0, 4),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 1),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOAKWIRE_CLASS, 8, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	BPF_JUMP(BPF_JMP | BPF_JA, 4, 0, 0),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
	BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xff0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SOAKWIRE_CLASS << 4, 3, 0),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0x40000),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static bool
read_mac(const char *text, uint8_t mac[6])
{
	unsigned b[6];

	if (sscanf(text, "%x:%x:%x:%x:%x:%x", &b[0], &b[1], &b[2], &b[3], &b[4],
		&b[5]) != 6)
		return false;
	for (int i = 0; i < 6; i++)
		mac[i] = (uint8_t)b[i];
	return true;
}

static int
enter(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), rc = 0;

	if (fd < 0 || setns(fd, CLONE_NEWNET) != 0)
		rc = -errno;
	if (fd >= 0)
		close(fd);
	return rc;
}

static int
listen_at(int fd, int ifindex, enum soakwire_end end)
{
	const int one = 1, buf = RCVBUF;
	struct sock_fprog prog = { sizeof(at_mx) / sizeof(at_mx[0]), at_mx };
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex };

	if (end == SOAK_WORLD)
		prog = (struct sock_fprog){
			sizeof(at_world) / sizeof(at_world[0]), at_world
		};
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buf, sizeof(buf));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buf, sizeof(buf));
	/* Nobody but the gateway listens, on the other side of the wire. */
	(void)setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one,
	    sizeof(one));
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one,
		sizeof(one)) != 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &prog, sizeof(prog)) !=
		0 ||
	    bind(fd, (struct sockaddr *)&ll, sizeof(ll)) != 0)
		return -errno;
	return 0;
}

int
soakwire_open(struct soakwire *w, enum soakwire_end end, const char *where)
{
	char file[128], iface[IFNAMSIZ], mac[32];
	int fd, rc;

	if (sscanf(where, "%127[^,],%15[^,],%31s", file, iface, mac) != 3 ||
	    !read_mac(mac, w->end[end].mac))
		return -EINVAL;
	rc = enter(file);
	if (rc != 0)
		return rc;
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	w->end[end].fd = fd;
	w->end[end].ifindex = (int)if_nametoindex(iface);
	if (w->end[end].ifindex == 0)
		return -ENODEV;
	return listen_at(fd, w->end[end].ifindex, end);
}

/* Traffic class, and the header's checksum that goes with it (RFC 1624). */
static void
set_class(uint8_t *ip)
{
	uint32_t sum;

	if (ip[0] >> 4 == 6) {
		ip[0] |= SOAKWIRE_CLASS >> 4;
		return;
	}
	ip[1] = SOAKWIRE_CLASS;
	sum = (~((uint32_t)ip[10] << 8 | ip[11]) & 0xffff) + SOAKWIRE_CLASS;
	sum = ~((sum & 0xffff) + (sum >> 16));
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
}

static void
flush_end(struct soakwire *w, enum soakwire_end end)
{
	struct soakwire_out *o = &w->end[end].out;
	struct sockaddr_ll to[SOAKWIRE_BATCH];
	struct mmsghdr m[SOAKWIRE_BATCH];
	struct iovec v[SOAKWIRE_BATCH];
	unsigned done = 0;

	for (unsigned i = 0; i < o->n; i++) {
		bool v6 = o->ip[i][0] >> 4 == 6;

		to[i] = (struct sockaddr_ll){ .sll_family = AF_PACKET,
			.sll_halen = 6,
			.sll_ifindex = w->end[end].ifindex,
			.sll_protocol = htons(v6 ? ETH_P_IPV6 : ETH_P_IP) };
		memcpy(to[i].sll_addr, w->end[end].mac, 6);
		v[i] = (struct iovec){ o->ip[i], o->len[i] };
		m[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &to[i],
					     .msg_namelen = sizeof(to[i]),
					     .msg_iov = &v[i],
					     .msg_iovlen = 1 } };
	}
	while (done < o->n) {
		int rc = sendmmsg(w->end[end].fd, m + done, o->n - done, 0);

		if (rc <= 0) {
			w->end[end].refused++;
			rc = 1;
		}
		done += (unsigned)rc;
	}
	o->n = 0;
}

void
soakwire_flush(struct soakwire *w)
{
	flush_end(w, SOAK_WORLD);
	flush_end(w, SOAK_MX);
}

void
soakwire_send(struct soakwire *w, enum soakwire_end end,
    const struct os_stack *st, const struct seg *s, uint16_t ip_id)
{
	struct soakwire_out *o = &w->end[end].out;

	if (o->n == SOAKWIRE_BATCH)
		soakwire_flush(w); /* both: their order matters */
	o->len[o->n] = (uint16_t)seg_build(st, s, ip_id, o->ip[o->n]);
	if (end == SOAK_MX)
		set_class(o->ip[o->n]);
	o->n++;
}

bool
soakwire_recv(struct soakwire *w, enum soakwire_end end, struct seg *out)
{
	ssize_t n;

	while ((n = recv(w->end[end].fd, w->in, sizeof(w->in), 0)) > 0)
		if (seg_parse(w->in, (size_t)n, out))
			return true;
	return false;
}
