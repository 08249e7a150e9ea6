/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/capture on whole files, of the recorder, and of its marks.
 * Broken files: test_badfiles.c; interfaces: test_live.c.
 *
 * zt-link: fp/addr fp/link fp/traits fp/capture fp/recorder
 * zt-libs: libpcap
 */
#include "tests/zt.h"

#include "fp/capture.h"
#include "fp/recorder.h"
#include "tests/unit/fp/pcapfile.h"
#include "tests/unit/fp/pkt.h"

#include <errno.h>
#include <sys/wait.h>

#define T0 INT64_C(1700000000123456)

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

static const struct {
	const char *name;
	uint16_t dlt;
	enum packet_link want;
} link_types[] = {
	{ "Ethernet", 1, PACKET_ETHERNET },
	{ "raw IP", 101, PACKET_RAW },
	{ "IPv4 alone", 228, PACKET_RAW },
	{ "IPv6 alone", 229, PACKET_RAW },
	{ "Linux cooked", 113, PACKET_SLL },
	{ "Linux cooked, version 2", 276, PACKET_SLL2 },
	{ "BSD loopback", 0, PACKET_NULL },
	{ "BSD loopback of another kind", 108, PACKET_NULL },
	{ "PPP", 9, PACKET_PPP },
	{ "PPP on a serial line", 50, PACKET_PPP },
	{ "PPPoE", 51, PACKET_PPPOE },
	{ "a wireless network", 105, PACKET_OTHER },
};

static void
test_link_types(void)
{
	char path[64], err[CAPTURE_ERRLEN];

	temp_path(path);
	for (size_t i = 0; i < sizeof(link_types) / sizeof(link_types[0]);
	     i++) {
		uint8_t b[] = { PCAP_HEAD(0), PCAP_PACKET };
		bool other = link_types[i].want == PACKET_OTHER;
		struct capture_stats st;
		struct capture *c;
		struct packet p;

		b[20] = (uint8_t)link_types[i].dlt;
		b[21] = (uint8_t)(link_types[i].dlt >> 8);
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

/* What the callback saw. */
struct seen {
	unsigned n;
	bool ok;
};

static void
count_one(void *arg, const struct packet *p)
{
	struct seen *seen = arg;

	seen->n++;
	seen->ok = seen->ok && p->t_us == 9000007 && p->caplen == 2 &&
	    p->wirelen == 2 && p->data[0] == 0x45 && p->link == PACKET_SLL;
}

static void
test_dispatch(void)
{
	static const uint8_t b[] = { PCAP_HEAD(113), PCAP_PACKET, PCAP_PACKET,
		PCAP_PACKET, PCAP_PACKET, PCAP_PACKET };
	char path[64], err[CAPTURE_ERRLEN];
	struct seen seen = { 0, true };
	struct capture_stats st;
	struct capture *c;
	struct packet p;

	temp_path(path);
	write_file(path, b, sizeof(b));
	c = capture_open_file(path, err);
	ZT_CASE("as many as asked for are handed on",
	    capture_dispatch(c, 2, count_one, &seen) == CAPTURE_PACKET &&
		seen.n == 2);
	ZT_CASE("none is none",
	    capture_dispatch(c, 0, count_one, &seen) == CAPTURE_PACKET &&
		seen.n == 2);
	ZT_CASE("one by one in between",
	    capture_next(c, &p) == CAPTURE_PACKET && p.t_us == 9000007);
	ZT_CASE("then the rest, and the end",
	    capture_dispatch(c, 100, count_one, &seen) == CAPTURE_END &&
		seen.n == 4);
	ZT_CASE("the end again",
	    capture_dispatch(c, 100, count_one, &seen) == CAPTURE_END &&
		seen.n == 4);
	capture_stats(c, &st);
	ZT_CASE("each is whole, and counted", seen.ok && st.packets == 5);
	ZT_CASE("the whole file was read",
	    capture_offset(c) == sizeof(b) && capture_size(c) == sizeof(b));
	capture_close(c);
	write_file(path, b, sizeof(b) - 1);
	c = capture_open_file(path, err);
	seen = (struct seen){ 0, true };
	ZT_CASE("those before a fault are handed on",
	    capture_dispatch(c, 100, count_one, &seen) == CAPTURE_ERROR &&
		seen.n == 4 && seen.ok);
	ZT_CASE("and the fault is told",
	    strstr(capture_error(c), path) == capture_error(c) &&
		strstr(capture_error(c), ": byte 113: truncated") != NULL);
	capture_close(c);
	unlink(path);
}

/* Packets of `path` that `filter` lets through; -1 when it is refused. */
static int
filtered(const char *path, const char *filter, char err[CAPTURE_ERRLEN])
{
	struct capture *c = capture_open_file(path, err);
	struct packet p;
	int n = -1;

	if (c != NULL && capture_filter(c, filter, err))
		for (n = 0; capture_next(c, &p) == CAPTURE_PACKET;)
			n++;
	capture_close(c);
	return n;
}

static void
test_filter(void)
{
	char path[64], err[CAPTURE_ERRLEN] = "";
	struct recorder *r;
	uint8_t b[PKT_MAX];

	temp_path(path);
	r = recorder_open(path, err);
	for (uint16_t port = 20; port < 30; port++) {
		const struct pkt k = { .dport = port, .flags = TCPF_SYN };
		struct packet p = pkt_build(&k, b, T0);

		recorder_packet(r, p.t_us, p.data, p.caplen, p.wirelen);
	}
	recorder_close(r);
	ZT_CASE("a filter lets through what it names",
	    filtered(path, "tcp dst port 25 or 26", err) == 2);
	ZT_CASE("an empty one everything", filtered(path, "", err) == 10);
	ZT_CASE("one that is no filter is refused",
	    filtered(path, "tcp prot 25", err) == -1);
	ZT_CASE("in one line that names the file and the filter",
	    strstr(err, path) == err &&
		strstr(err, ": filter \"tcp prot 25\": ") != NULL &&
		strchr(err, '\n') == NULL);
	unlink(path);
}

/* In a process of its own: standard input is read to its end. */
static int
count_stdin(FILE *from)
{
	char err[CAPTURE_ERRLEN] = "";
	struct capture *c;
	struct packet p;
	int n = 0;

	if (dup2(fileno(from), STDIN_FILENO) < 0)
		return 101;
	c = capture_open_file("-", err);
	if (c == NULL)
		return strstr(err, "standard input: byte 0: ") == err ? 102 :
									103;
	while (capture_next(c, &p) == CAPTURE_PACKET)
		n++;
	if (strcmp(capture_error(c), "") != 0)
		n = strstr(capture_error(c), "standard input: byte 59: ") ==
			capture_error(c) ?
		    104 :
		    105;
	if (capture_offset(c) < 24 || capture_size(c) != -1)
		n = 106;
	capture_close(c);
	return n;
}

static int
piped(const uint8_t *bytes, size_t n)
{
	int fds[2], status;
	FILE *in, *out;
	pid_t pid;

	if (pipe(fds) != 0)
		return 107;
	in = fdopen(fds[0], "rb");
	out = fdopen(fds[1], "wb");
	fwrite(bytes, 1, n, out);
	fclose(out);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(count_stdin(in));
	fclose(in);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 108;
	return WEXITSTATUS(status);
}

static void
test_stdin(void)
{
	static const uint8_t b[] = { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET };

	ZT_CASE("a pipe is read", piped(b, sizeof(b)) == 2);
	ZT_CASE("where it breaks off is told", piped(b, sizeof(b) - 1) == 104);
	ZT_CASE("an empty one is no capture", piped(b, 0) == 102);
}

static const struct zt_test tests[] = {
	{ "round trip", test_round_trip },
	{ "recorder errors", test_recorder_errors },
	{ "marks", test_marks },
	{ "link types", test_link_types },
	{ "dispatch", test_dispatch },
	{ "filter", test_filter },
	{ "standard input", test_stdin },
};

ZT_MAIN("capture", tests)
