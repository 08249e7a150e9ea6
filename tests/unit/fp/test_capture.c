/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/capture: files whole and broken, the recorder, its marks, and
 * (as root, in a network namespace of its own) the live filter.
 *
 * zt-link: fp/addr fp/traits fp/capture fp/recorder
 * zt-libs: libpcap
 */
#include "tests/zt.h"

#include "fp/capture.h"
#include "fp/recorder.h"
#include "tests/unit/fp/pkt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define T0 INT64_C(1700000000123456)

/* A file of our own, named in `path`, gone when the test ends. */
static void
temp_path(char path[64])
{
	int fd;

	strcpy(path, "/tmp/zfw-test-capture-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

static void
write_file(const char *path, const void *p, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
}

static void
test_round_trip(void)
{
	char path[64], err[CAPTURE_ERRLEN];
	uint8_t b[3000];
	struct recorder *r;
	struct capture *c;
	struct packet p;
	bool ok = true;

	temp_path(path);
	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(i * 7);
	r = recorder_open(path, err);
	ZT_CASE("the recorder opens", r != NULL);
	for (uint32_t n = 0; n < sizeof(b); n += 13)
		recorder_packet(r, T0 + n, b, n, n + n % 2);
	ZT_CASE("and flushes without an error",
	    recorder_flush(r) == 0 && recorder_error(r) == 0);
	recorder_close(r);
	c = capture_open_file(path, err);
	ZT_CASE("what it wrote is a capture file", c != NULL);
	for (uint32_t n = 0; n < sizeof(b); n += 13)
		ok = ok && capture_next(c, &p) == CAPTURE_PACKET &&
		    p.t_us == T0 + n && p.link == PACKET_RAW && p.caplen == n &&
		    p.wirelen == n + n % 2 && memcmp(p.data, b, n) == 0;
	ZT_CASE("time, lengths and bytes come back", ok);
	ZT_CASE("then the end, again and again",
	    capture_next(c, &p) == CAPTURE_END &&
		capture_next(c, &p) == CAPTURE_END);
	capture_close(c);
	capture_close(NULL);
	recorder_close(NULL);
	unlink(path);
}

static void
test_recorder_errors(void)
{
	char err[CAPTURE_ERRLEN];
	uint8_t b[60000] = { 0 };
	struct recorder *r = recorder_open("/nonexistent/x.pcap", err);

	ZT_CASE("a file that cannot be made is named",
	    r == NULL && strstr(err, "/nonexistent/x.pcap: No such") == err);
	r = recorder_open("/dev/full", err);
	ZT_CASE("a full disk shows at the flush",
	    r != NULL && recorder_packet(r, T0, b, 100, 100) == 0 &&
		recorder_flush(r) == -ENOSPC);
	ZT_CASE("and silences the recorder",
	    recorder_packet(r, T0, b, sizeof(b), sizeof(b)) == -ENOSPC &&
		recorder_mark(r, T0, "x", 1) == -ENOSPC &&
		recorder_error(r) == -ENOSPC);
	recorder_close(r);
}

static bool
is_mark(const uint8_t *b, size_t n, enum packet_link link)
{
	const struct packet p = { T0, b, (uint32_t)n, (uint32_t)n, link };
	const char *line;
	size_t line_n;

	return recorder_is_mark(&p, &line, &line_n);
}

static void
test_marks(void)
{
	static const char line[] = "Nov 14 22:13:20 mx postfix/smtpd[1]: x";
	char path[64], err[CAPTURE_ERRLEN];
	static char big[RECORDER_LINE_MAX + 100];
	const char *got = NULL;
	uint8_t b[PKT_MAX];
	size_t n = 0, len;
	struct recorder *r;
	struct capture *c;
	struct packet p;
	bool all = true;

	temp_path(path);
	memset(big, 'y', sizeof(big));
	r = recorder_open(path, err);
	recorder_mark(r, T0, line, sizeof(line) - 1);
	recorder_mark(r, T0 + 1, big, sizeof(big));
	recorder_mark(r, T0 + 2, "", 0);
	recorder_mark(r, T0 + 3, "odd", 3);
	recorder_close(r);
	c = capture_open_file(path, err);
	ZT_CASE("a mark is a packet of its time",
	    capture_next(c, &p) == CAPTURE_PACKET && p.t_us == T0);
	ZT_CASE("and gives its line back",
	    recorder_is_mark(&p, &got, &n) && n == sizeof(line) - 1 &&
		memcmp(got, line, n) == 0);
	len = p.caplen;
	memcpy(b, p.data, len);
	ZT_CASE("a long line is cut",
	    capture_next(c, &p) == CAPTURE_PACKET &&
		recorder_is_mark(&p, &got, &n) && n == RECORDER_LINE_MAX);
	ZT_CASE("an empty one stays",
	    capture_next(c, &p) == CAPTURE_PACKET &&
		recorder_is_mark(&p, &got, &n) && n == 0);
	ZT_CASE("an odd length has a checksum, too",
	    capture_next(c, &p) == CAPTURE_PACKET &&
		recorder_is_mark(&p, &got, &n) && n == 3);
	capture_close(c);
	unlink(path);

	ZT_CASE("the same bytes are a mark", is_mark(b, len, PACKET_RAW));
	ZT_CASE("not on Ethernet", !is_mark(b, len, PACKET_ETHERNET));
	ZT_CASE("not when cut", !is_mark(b, len - 1, PACKET_RAW));
	for (size_t i = 0; i < len; i++) {
		b[i] ^= 0x10;
		all = all && !is_mark(b, len, PACKET_RAW);
		b[i] ^= 0x10;
	}
	ZT_CASE("nor with any byte changed", all);
	for (size_t i = 0; i < len; i++)
		all = all && !is_mark(b, i, PACKET_RAW);
	ZT_CASE("nor a piece of it", all);
}

/* A pcap header of this link type, then one packet of two bytes. */
#define LE32(v) (v), 0, 0, 0
#define PCAP_HEAD(dlt) \
	0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, LE32(0), LE32(0), LE32(0xff), \
	    LE32(dlt)
#define PCAP_PACKET LE32(9), LE32(7), LE32(2), LE32(2), 0x45, 0x00

static const struct {
	const char *name;
	uint8_t bytes[80];
	size_t n;
	int packets;
	const char *want; /* in the error; NULL: a clean end */
} files[] = {
	{ "a whole file", { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET }, 60, 2,
	    NULL },
	{ "a file without packets", { PCAP_HEAD(101) }, 24, 0, NULL },
	{ "an empty file", { 0 }, 0, -1, ": byte 0: " },
	{ "text", { 'H', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd' }, 40,
	    -1, ": byte 0: " },
	{ "half a file header", { PCAP_HEAD(101) }, 13, -1, ": byte 0: " },
	{ "a cut in the second packet's bytes",
	    { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET }, 59, 1,
	    ": byte 59: truncated" },
	{ "a cut in its header", { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET },
	    50, 1, ": byte 50: truncated" },
	{ "garbage for a packet length",
	    { PCAP_HEAD(101), PCAP_PACKET, LE32(9), LE32(7), 0xff, 0xff, 0xff,
		0x7f, LE32(2) },
	    60, 1, ": byte 58: " },
};

static void
test_files(void)
{
	char path[64], err[CAPTURE_ERRLEN];

	temp_path(path);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		enum capture_status st = CAPTURE_ERROR;
		const char *why = err;
		struct capture *c;
		struct packet p;
		int n = -1;

		write_file(path, files[i].bytes, files[i].n);
		c = capture_open_file(path, err);
		if (c != NULL) {
			for (n = 0;
			     (st = capture_next(c, &p)) == CAPTURE_PACKET; n++)
				;
			why = capture_error(c);
		}
		bool ok = n == files[i].packets &&
		    (files[i].want == NULL ?
			    st == CAPTURE_END :
			    st == CAPTURE_ERROR && strstr(why, path) == why &&
				strstr(why, files[i].want) != NULL);
		if (!ok)
			printf("got %d packets, %s\n", n, why);
		ZT_CASE(files[i].name, ok);
		capture_close(c);
	}
	ZT_CASE("a file that is not there is named",
	    capture_open_file("/nonexistent", err) == NULL &&
		strstr(err, "/nonexistent: No such file") == err);
	unlink(path);
}

static const struct {
	const char *name;
	uint8_t dlt;
	enum packet_link want;
} link_types[] = {
	{ "Ethernet", 1, PACKET_ETHERNET },
	{ "raw IP", 101, PACKET_RAW },
	{ "IPv4 alone", 228, PACKET_RAW },
	{ "IPv6 alone", 229, PACKET_RAW },
	{ "Linux cooked", 113, PACKET_OTHER },
	{ "BSD loopback", 0, PACKET_OTHER },
};

static void
test_link_types(void)
{
	char path[64], err[CAPTURE_ERRLEN];

	temp_path(path);
	for (size_t i = 0; i < sizeof(link_types) / sizeof(link_types[0]);
	     i++) {
		const uint8_t b[] = { PCAP_HEAD(link_types[i].dlt),
			PCAP_PACKET };
		bool other = link_types[i].want == PACKET_OTHER;
		struct capture_stats st;
		struct capture *c;
		struct packet p;

		write_file(path, b, sizeof(b));
		c = capture_open_file(path, err);
		bool ok = c != NULL && capture_next(c, &p) == CAPTURE_PACKET;
		capture_stats(c, &st);
		ZT_CASE(link_types[i].name,
		    ok && p.link == link_types[i].want && st.packets == 1 &&
			st.other_link == other && p.t_us == 9000007);
		capture_close(c);
	}
	unlink(path);
}

static void
test_pcapng(void)
{
	static const uint8_t b[] = { /* section header */
		0x0a, 0x0d, 0x0d, 0x0a, LE32(28), 0x4d, 0x3c, 0x2b, 0x1a, 1, 0,
		0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, LE32(28),
		/* an interface: raw IP */
		LE32(1), LE32(20), 101, 0, 0, 0, LE32(0), LE32(20),
		/* a packet at 1 s */
		LE32(6), LE32(36), LE32(0), LE32(0), 0x40, 0x42, 0x0f, 0,
		LE32(2), LE32(2), 0x45, 0, 0, 0, LE32(36),
		/* half a block */
		LE32(6), LE32(36), LE32(0)
	};
	char path[64], err[CAPTURE_ERRLEN];
	struct capture *c;
	struct packet p;

	temp_path(path);
	write_file(path, b, sizeof(b));
	c = capture_open_file(path, err);
	ZT_CASE("pcapng opens", c != NULL);
	if (c == NULL) {
		puts(err);
		return;
	}
	ZT_CASE("its packet is read",
	    capture_next(c, &p) == CAPTURE_PACKET && p.t_us == 1000000 &&
		p.caplen == 2 && p.link == PACKET_RAW);
	ZT_CASE("where it breaks is told",
	    capture_next(c, &p) == CAPTURE_ERROR &&
		strstr(capture_error(c), ": byte 96: ") != NULL);
	capture_close(c);
	unlink(path);
}

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

/* What stands behind the Ethernet addresses, and whether it must pass. */
static const struct {
	const char *name, *hex;
	bool want;
} frames[] = {
	{ "IPv4 to the port", "0800" SYN4, true },
	{ "IPv4 from the port", "0800" IP4("0028", "4000", "06") FROM25, true },
	{ "IPv4 to the second port",
	    "0800" IP4("0028", "4000", "06") "9c40024b"
					     "00000001000000005002"
					     "200000000000",
	    true },
	{ "IPv4 to another port", "0800" IP4("0028", "4000", "06") TCP80,
	    false },
	{ "UDP to the port", "0800" IP4("001c", "4000", "11") UDP25, false },
	{ "IPv6 to the port", "86dd" SYN6, true },
	{ "IPv6 to another port", "86dd" IP6("0014", "06") TCP80, false },
	{ "one tag", "8100000a 0800" SYN4, true },
	{ "one tag, IPv6", "8100000a 86dd" SYN6, true },
	{ "one tag, another port",
	    "8100000a 0800" IP4("0028", "4000", "06") TCP80, false },
	{ "802.1ad and 802.1Q", "88a80064 8100000a 0800" SYN4, true },
	{ "802.1ad and 802.1Q, IPv6", "88a80064 8100000a 86dd" SYN6, true },
	{ "two 802.1Q tags", "81000064 8100000a 0800" SYN4, true },
	{ "three tags", "88a80064 8100000a 8100000b 0800" SYN4, true },
	{ "three tags, another port",
	    "88a80064 8100000a 8100000b 0800" IP4("0028", "4000", "06") TCP80,
	    false },
	{ "the first IPv4 fragment", "0800" IP4("0028", "2000", "06") TCP25,
	    true },
	{ "a later IPv4 fragment", "0800" IP4("0028", "0003", "06") TCP80,
	    true },
	{ "a later fragment of UDP", "0800" IP4("0028", "0003", "11") TCP80,
	    false },
	{ "a later fragment behind a tag",
	    "8100000a 0800" IP4("0028", "0003", "06") TCP80, true },
	{ "IPv6 hop-by-hop", "86dd" IP6("001c", "00") "0600010400000000" TCP25,
	    true },
	{ "IPv6 routing", "86dd" IP6("001c", "2b") "0600000000000000" TCP25,
	    true },
	{ "IPv6 destination options",
	    "86dd" IP6("001c", "3c") "0600010400000000" TCP25, true },
	{ "IPv6 fragment", "86dd" IP6("001c", "2c") "0600000112345678" TCP25,
	    true },
	{ "IPv6 authentication",
	    "86dd" IP6("0020", "33") "060100000000000100000001" TCP25, true },
	{ "IPv6 destination options behind two tags",
	    "88a80064 8100000a 86dd" IP6("001c", "3c") "0600010400000000" TCP25,
	    true },
	{ "ARP", "0806 0001080006040001", false },
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

static void
test_live_ethernet(void)
{
	static const uint16_t ports[] = { 25, 587 };
	char err[CAPTURE_ERRLEN];
	bool seen[FRAMES] = { false };
	uint8_t b[8192];
	uint32_t longest = 0;
	struct capture_stats st;
	struct capture *c;
	size_t got, want = 0, n;
	int fd;

	c = capture_open_live("zvb", ports, 2, err);
	ZT_CASE("an interface opens", c != NULL);
	if (c == NULL) {
		puts(err);
		return;
	}
	fd = open_sender("zva");
	for (size_t i = 0; i < FRAMES; i++) {
		n = frame_bytes(i, b);
		if (send(fd, b, n, 0) != (ssize_t)n)
			perror("send");
		want += frames[i].want;
	}
	got = drain(c, seen, &longest);
	for (size_t i = 0; i < FRAMES; i++)
		ZT_CASE(frames[i].name, seen[i] == frames[i].want);
	ZT_CASE("each once", got == want);
	/* A segment longer than the snaplen, as offloading makes them. */
	n = frame_bytes(0, b);
	memset(&b[n], 'x', 4014 - n);
	pkt_be16(&b[16], 4000);
	ZT_CASE("a long segment passes",
	    send(fd, b, 4014, 0) == 4014 && drain(c, seen, &longest) == 1 &&
		longest == 4014);
	capture_stats(c, &st);
	ZT_CASE("and is counted",
	    st.packets >= want + 1 && st.kernel_drops == 0);
	close(fd);
	capture_close(c);
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

	if (geteuid() != 0) {
		ZT_SKIP("live capture", "not root");
		return;
	}
	if (!new_network()) {
		ZT_SKIP("live capture", "no network namespace or veth here");
		return;
	}
	test_live_ethernet();
	test_live_raw();
	ZT_CASE("an interface that is not there is named",
	    capture_open_live("zvx", ports, 1, err) == NULL &&
		strstr(err, "zvx: ") == err);
	ZT_CASE("no ports, no capture",
	    capture_open_live("zvb", ports, 0, err) == NULL);
	ZT_CASE("the cooked device is refused",
	    capture_open_live("any", ports, 1, err) == NULL &&
		strstr(err, "LINUX_SLL") != NULL);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "recorder errors", test_recorder_errors },
	{ "marks", test_marks },
	{ "files", test_files },
	{ "link types", test_link_types },
	{ "pcapng", test_pcapng },
	{ "live", test_live },
};

ZT_MAIN("capture", tests)
