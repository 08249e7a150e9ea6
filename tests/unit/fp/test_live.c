/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/capture on interfaces: what the filters let through, and the
 * options.  As root, in a network namespace of its own.
 *
 * zt-link: fp/addr fp/link fp/traits fp/capture
 * zt-libs: libpcap
 */
#include "tests/zt.h"

#include "fp/capture.h"
#include "tests/unit/fp/pkt.h"

#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define TCP25  "9c40001900000001000000005002200000000000"
#define TCP80  "9c40005000000001000000005002200000000000"
#define FROM25 "00199c4000000001000000015012200000000000"
#define UDP25  "9c40001900080000"
#define IP4(len, frag, proto) \
	"4500" len "0001" frag "40" proto "0000c0000207c6336401"
#define IP6(len, next) \
	"60000000" len next "40" \
	"20010db8000000000000000000000001" \
	"20010db8000000000000000000000002"
#define SYN4 IP4("0028", "4000", "06") TCP25
#define SYN6 IP6("0014", "06") TCP25

/*
 * What stands behind the Ethernet addresses, and whether it must pass a
 * filter for the two ports, and one for all TCP.
 */
static const struct {
	const char *name, *hex;
	bool ports, tcp;
} frames[] = {
	{ "IPv4 to the port", "0800" SYN4, true, true },
	{ "IPv4 from the port", "0800" IP4("0028", "4000", "06") FROM25, true,
	    true },
	{ "IPv4 to the second port",
	    "0800" IP4("0028", "4000", "06") "9c40024b"
					     "00000001000000005002"
					     "200000000000",
	    true, true },
	{ "IPv4 to another port", "0800" IP4("0028", "4000", "06") TCP80, false,
	    true },
	{ "UDP to the port", "0800" IP4("001c", "4000", "11") UDP25, false,
	    false },
	{ "IPv6 to the port", "86dd" SYN6, true, true },
	{ "IPv6 to another port", "86dd" IP6("0014", "06") TCP80, false, true },
	{ "one tag", "8100000a 0800" SYN4, true, true },
	{ "one tag, IPv6", "8100000a 86dd" SYN6, true, true },
	{ "one tag, another port",
	    "8100000a 0800" IP4("0028", "4000", "06") TCP80, false, true },
	{ "802.1ad and 802.1Q", "88a80064 8100000a 0800" SYN4, true, true },
	{ "802.1ad and 802.1Q, IPv6", "88a80064 8100000a 86dd" SYN6, true,
	    true },
	{ "two 802.1Q tags", "81000064 8100000a 0800" SYN4, true, true },
	{ "three tags", "88a80064 8100000a 8100000b 0800" SYN4, true, true },
	{ "three tags, another port",
	    "88a80064 8100000a 8100000b 0800" IP4("0028", "4000", "06") TCP80,
	    false, true },
	{ "the first IPv4 fragment", "0800" IP4("0028", "2000", "06") TCP25,
	    true, true },
	{ "a later IPv4 fragment", "0800" IP4("0028", "0003", "06") TCP80, true,
	    true },
	{ "a later fragment of UDP", "0800" IP4("0028", "0003", "11") TCP80,
	    false, false },
	{ "a later fragment behind a tag",
	    "8100000a 0800" IP4("0028", "0003", "06") TCP80, true, true },
	{ "IPv6 hop-by-hop", "86dd" IP6("001c", "00") "0600010400000000" TCP25,
	    true, true },
	{ "IPv6 routing", "86dd" IP6("001c", "2b") "0600000000000000" TCP25,
	    true, true },
	{ "IPv6 destination options",
	    "86dd" IP6("001c", "3c") "0600010400000000" TCP25, true, true },
	{ "IPv6 fragment", "86dd" IP6("001c", "2c") "0600000112345678" TCP25,
	    true, true },
	{ "IPv6 authentication",
	    "86dd" IP6("0020", "33") "060100000000000100000001" TCP25, true,
	    true },
	{ "IPv6 destination options behind two tags",
	    "88a80064 8100000a 86dd" IP6("001c", "3c") "0600010400000000" TCP25,
	    true, true },
	{ "ARP", "0806 0001080006040001", false, false },
	{ "a PPPoE session", "8864 1100 0001 002a 0021" SYN4, false, true },
	{ "a PPPoE session behind two tags",
	    "88a80064 8100000a 8864 1100 0001 002a 0021" SYN4, false, true },
	{ "PPPoE discovery", "8863 1109 0000 0004 01010000", false, false },
};

#define FRAMES   (sizeof(frames) / sizeof(frames[0]))
#define MARK_MAC "02005e10"

static int
open_sender(const char *iface)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	struct sockaddr_ll a = { .sll_family = AF_PACKET,
		.sll_ifindex = (int)if_nametoindex(iface) };

	if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0) {
		perror(iface);
		exit(2);
	}
	return fd;
}

static size_t
frame_bytes(size_t i, uint8_t *b)
{
	size_t n = pkt_hex("02005e10ff00" MARK_MAC "0000", b);

	b[5] = (uint8_t)i;
	n += pkt_hex(frames[i].hex, &b[n]);
	while (n < 60)
		b[n++] = 0;
	return n;
}

/*
 * Reads until nothing comes for a while; returns how many of ours came, and
 * marks them.
 */
static size_t
drain(struct capture *c, bool seen[FRAMES], uint32_t *longest)
{
	static const uint8_t mac[] = { 0x02, 0x00, 0x5e, 0x10 };
	struct pollfd pfd = { .fd = capture_fd(c), .events = POLLIN };
	struct packet p;
	size_t n = 0;

	while (poll(&pfd, 1, 200) > 0) {
		while (capture_next(c, &p) == CAPTURE_PACKET) {
			if (p.caplen < 12 ||
			    memcmp(&p.data[6], mac, sizeof(mac)) != 0)
				continue;
			n++;
			if (p.data[5] < FRAMES)
				seen[p.data[5]] = true;
			if (p.wirelen > *longest)
				*longest = p.wirelen;
		}
	}
	return n;
}

static bool
new_network(void)
{
	return unshare(CLONE_NEWNET) == 0 &&
	    system("ip link add zva mtu 9000 type veth peer name zvb "
		   "mtu 9000 && ip link set zva up && ip link set zvb up "
		   "&& ip link set lo up") == 0;
}

/* Sends all frames: `c` must hand on those that `tcp` or the ports ask for. */
static void
check_frames(struct capture *c, int fd, bool tcp)
{
	bool seen[FRAMES] = { false };
	uint8_t b[256];
	uint32_t longest = 0;
	struct capture_stats st;
	size_t want = 0;

	for (size_t i = 0; i < FRAMES; i++) {
		size_t n = frame_bytes(i, b);

		if (send(fd, b, n, 0) != (ssize_t)n)
			perror("send");
		want += tcp ? frames[i].tcp : frames[i].ports;
	}
	ZT_CASE("each once", drain(c, seen, &longest) == want);
	for (size_t i = 0; i < FRAMES; i++)
		ZT_CASE(frames[i].name,
		    seen[i] == (tcp ? frames[i].tcp : frames[i].ports));
	capture_stats(c, &st);
	ZT_CASE("and is counted", st.packets >= want && st.kernel_drops == 0);
}

static void
test_live_ports(int fd)
{
	static const uint16_t ports[] = { 25, 587 };
	char err[CAPTURE_ERRLEN];
	bool seen[FRAMES] = { false };
	uint8_t b[8192];
	uint32_t longest = 0;
	struct capture *c = capture_open_live("zvb", ports, 2, err);
	size_t n;

	ZT_CASE("an interface opens", c != NULL);
	if (c == NULL) {
		puts(err);
		return;
	}
	check_frames(c, fd, false);
	/* A segment longer than the snaplen, as offloading makes them. */
	n = frame_bytes(0, b);
	memset(&b[n], 'x', 4014 - n);
	pkt_be16(&b[16], 4000);
	ZT_CASE("a long segment passes",
	    send(fd, b, 4014, 0) == 4014 && drain(c, seen, &longest) == 1 &&
		longest == 4014);
	ZT_CASE("an interface is no file",
	    capture_offset(c) == -1 && capture_size(c) == -1);
	capture_close(c);
}

struct caught {
	unsigned n;
	uint32_t caplen, wirelen;
	enum packet_link link;
};

static void
catch_ours(void *arg, const struct packet *p)
{
	struct caught *got = arg;
	struct traits t;

	if (traits_parse(p, &t) != TRAITS_OK || t.sport != 40000)
		return;
	got->n++;
	got->caplen = p->caplen;
	got->wirelen = p->wirelen;
	got->link = p->link;
}

/* Opens `iface`, sends one frame of 60 bytes, and says what came of it. */
static struct caught
catch_one(const char *iface, const struct capture_opts *o, int fd)
{
	char err[CAPTURE_ERRLEN];
	struct caught got = { 0, 0, 0, PACKET_OTHER };
	struct capture *c = capture_open_live_with(iface, o, err);
	struct pollfd pfd = { .events = POLLIN };
	uint8_t b[256];
	size_t n = frame_bytes(0, b);

	if (c == NULL) {
		puts(err);
		return got;
	}
	if (send(fd, b, n, 0) != (ssize_t)n)
		perror("send");
	pfd.fd = capture_fd(c);
	while (poll(&pfd, 1, 200) > 0)
		(void)capture_dispatch(c, 100, catch_ours, &got);
	capture_close(c);
	return got;
}

static void
test_live_opts(int fd)
{
	const struct capture_opts all = { .timeout_ms = 0 };
	char err[CAPTURE_ERRLEN] = "";
	struct capture *c = capture_open_live_with("zvb", &all, err);
	struct caught got;

	ZT_CASE("no filter is one for all TCP", c != NULL);
	if (c != NULL)
		check_frames(c, fd, true);
	capture_close(c);
	got = catch_one("zvb",
	    &(struct capture_opts){ .filter = "tcp dst port 25",
		.snaplen_bytes = 54,
		.buffer_bytes = 64U << 20,
		.timeout_ms = 50,
		.promiscuous = true },
	    fd);
	ZT_CASE("a buffer with a timeout hands over, cut by the snaplen",
	    got.n == 1 && got.caplen == 54 && got.wirelen == 60 &&
		got.link == PACKET_ETHERNET);
	got = catch_one("zvb", &(struct capture_opts){ .filter = "port 587" },
	    fd);
	ZT_CASE("a filter keeps the others out", got.n == 0);
	got = catch_one("any", &all, fd);
	ZT_CASE("the device any is read, both ends of the pair",
	    got.n == 2 && got.link == PACKET_SLL);
	c = capture_open_live_with("zvb",
	    &(struct capture_opts){ .filter = "port smtq" }, err);
	ZT_CASE("a filter that is none is one clear sentence",
	    c == NULL && strstr(err, "zvb: filter \"port smtq\": ") == err);
}

static int
open_tun(const char *name)
{
	struct ifreq ifr = { .ifr_flags = IFF_TUN | IFF_NO_PI };
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -1;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	if (ioctl(fd, TUNSETIFF, &ifr) != 0 ||
	    system("ip link set zvt up") != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static void
test_live_raw(void)
{
	static const uint16_t ports[] = { 25 };
	char err[CAPTURE_ERRLEN];
	uint8_t b[256];
	struct pollfd pfd = { .events = POLLIN };
	struct capture *c;
	struct packet p;
	int fd = open_tun("zvt"), got[2] = { 0, 0 };
	size_t n;

	if (fd < 0) {
		ZT_SKIP("a raw IP interface", "no tun device here");
		return;
	}
	c = capture_open_live("zvt", ports, 1, err);
	ZT_CASE("a raw IP interface opens", c != NULL);
	if (c == NULL) {
		puts(err);
		close(fd);
		return;
	}
	n = pkt_hex(SYN4, b);
	ZT_CASE("a SYN is sent", write(fd, b, n) == (ssize_t)n);
	n = pkt_hex(IP4("0028", "4000", "06") TCP80, b);
	ZT_CASE("another port's too", write(fd, b, n) == (ssize_t)n);
	n = pkt_hex(SYN6, b);
	ZT_CASE("IPv6 as well", write(fd, b, n) == (ssize_t)n);
	pfd.fd = capture_fd(c);
	while (poll(&pfd, 1, 200) > 0)
		while (capture_next(c, &p) == CAPTURE_PACKET) {
			struct traits t;

			if (p.link == PACKET_RAW &&
			    traits_parse(&p, &t) == TRAITS_OK)
				got[t.ver == 6] += t.dport == 25 ? 1 : 100;
		}
	ZT_CASE("what is for the port passes", got[0] == 1 && got[1] == 1);
	capture_close(c);
	close(fd);
}

static void
test_live(void)
{
	static const uint16_t ports[] = { 25 };
	char err[CAPTURE_ERRLEN];
	int fd;

	if (geteuid() != 0) {
		ZT_SKIP("live capture", "not root");
		return;
	}
	if (!new_network()) {
		ZT_SKIP("live capture", "no network namespace or veth here");
		return;
	}
	fd = open_sender("zva");
	test_live_ports(fd);
	test_live_opts(fd);
	close(fd);
	test_live_raw();
	ZT_CASE("an interface that is not there is named",
	    capture_open_live("zvx", ports, 1, err) == NULL &&
		strstr(err, "zvx: ") == err);
	ZT_CASE("no ports, no capture",
	    capture_open_live("zvb", ports, 0, err) == NULL);
	ZT_CASE("the daemon refuses the cooked device",
	    capture_open_live("any", ports, 1, err) == NULL &&
		strstr(err, "LINUX_SLL") != NULL);
}

static const struct zt_test tests[] = {
	{ "live", test_live },
};

ZT_MAIN("live", tests)
