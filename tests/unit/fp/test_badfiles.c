/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/capture on files that are broken, cut short, or no captures:
 * what was whole is handed on, then one line with the file and an offset.
 *
 * zt-link: fp/capture
 * zt-libs: libpcap
 */
#include "tests/zt.h"

#include "fp/capture.h"
#include "tests/unit/fp/pcapfile.h"

#define WHOLE   0xff, 0xff, 0xff, 0x7f
#define NG_HEAD NG_SECTION, NG_INTERFACE(101, 0)

static const struct {
	const char *name;
	uint8_t bytes[176];
	size_t n;
	int packets;      /* handed on; -1: the file does not open */
	const char *want; /* in the error; NULL: a clean end */
} files[] = {
	{ "a whole file", { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET }, 60, 2,
	    NULL },
	{ "a file without packets", { PCAP_HEAD(101) }, 24, 0, NULL },
	{ "an empty file", { 0 }, 0, -1, ": byte 0: " },
	{ "text", { 'H', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd' }, 40,
	    -1, ": byte 0: not a capture file" },
	{ "half a file header", { PCAP_HEAD(101) }, 13, -1, ": byte 0: " },
	{ "a version that nobody knows", { 0xd4, 0xc3, 0xb2, 0xa1, 9, 0, 9, 0 },
	    24, -1, ": byte 0: " },
	{ "a cut in the second packet's bytes",
	    { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET }, 59, 1,
	    ": byte 59: truncated" },
	{ "a cut in its header", { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET },
	    50, 1, ": byte 50: truncated" },
	{ "a cut behind its header",
	    { PCAP_HEAD(101), PCAP_PACKET, PCAP_PACKET }, 58, 1,
	    ": byte 58: truncated" },
	{ "garbage for a packet length",
	    { PCAP_HEAD(101), PCAP_PACKET, LE32(9), LE32(7), WHOLE, LE32(2) },
	    60, 1, ": byte 58: " },
	{ "a first packet of 16 MB",
	    { PCAP_HEAD(101), LE32(9), LE32(7), 0, 0, 0, 1, 0, 0, 0, 1, 0x45 },
	    80, 0, ": byte 40: " },
	{ "a packet that was shorter on the wire than in the file",
	    { PCAP_HEAD(101), LE32(9), LE32(7), LE32(2), LE32(0), 0x45, 0 }, 42,
	    1, NULL },
	{ "a packet without a byte",
	    { PCAP_HEAD(101), LE32(9), LE32(7), LE32(0), LE32(0) }, 40, 1,
	    NULL },

	{ "a whole pcapng file",
	    { NG_SECTION, NG_INTERFACE(101, 0), NG_PACKET(0), NG_PACKET(0) },
	    120, 2, NULL },
	{ "pcapng without an interface", { NG_SECTION }, 28, -1, ": byte 0: " },
	{ "pcapng with half an interface", { NG_HEAD }, 40, -1,
	    ": byte 40: not a capture file" },
	{ "half a block", { NG_HEAD, NG_PACKET(0), NG_PACKET(0) }, 96, 1,
	    ": byte 96: " },
	{ "the head of a block", { NG_HEAD, NG_PACKET(0), NG_PACKET(0) }, 88, 1,
	    ": byte 88: " },
	{ "a block of a type that nobody knows",
	    { NG_HEAD, LE32(200), LE32(16), LE32(99), LE32(16), NG_PACKET(0) },
	    100, 1, NULL },
	{ "a block of a type that nobody knows before the interface",
	    { NG_SECTION, LE32(200), LE32(16), LE32(99), LE32(16),
		NG_INTERFACE(101, 0), NG_PACKET(0) },
	    100, 1, NULL },
	{ "names and statistics",
	    { NG_HEAD, LE32(4), LE32(16), LE32(0), LE32(16), LE32(5), LE32(24),
		LE32(0), LE32(0), LE32(0), LE32(24), NG_PACKET(0) },
	    124, 1, NULL },
	{ "options that nobody knows",
	    { NG_SECTION, LE32(1), LE32(32), LE32(101), LE32(0), 77, 9, 3, 0, 1,
		2, 3, 0, LE32(0), LE32(32), LE32(6), LE32(44), LE32(0), LE32(0),
		0x40, 0x42, 0x0f, 0, LE32(2), LE32(2), 0x45, 0, 0, 0, 88, 9, 1,
		0, 1, 0, 0, 0, LE32(44) },
	    104, 1, NULL },
	{ "two interfaces of one kind",
	    { NG_SECTION, NG_INTERFACE(1, 0), NG_PACKET(0), NG_INTERFACE(1, 0),
		NG_PACKET(1), NG_PACKET(0) },
	    176, 3, NULL },
	{ "a second interface of another link type",
	    { NG_HEAD, NG_PACKET(0), NG_INTERFACE(1, 0), NG_PACKET(1) }, 140, 1,
	    ": byte 104: an interface has a type 1 different" },
	{ "a second interface of another snaplen",
	    { NG_SECTION, NG_INTERFACE(1, 0), NG_PACKET(0), NG_INTERFACE(1, 99),
		NG_PACKET(1) },
	    140, 1, ": byte 104: an interface has a snapshot length 99" },
	{ "a packet of an interface that is not there",
	    { NG_HEAD, NG_PACKET(0), NG_PACKET(7) }, 120, 1, ": byte 120: " },
	{ "a block of length 0",
	    { NG_HEAD, NG_PACKET(0), LE32(6), LE32(0), LE32(0) }, 110, 1,
	    ": byte 92: " },
	{ "a block of an odd length",
	    { NG_HEAD, NG_PACKET(0), LE32(6), LE32(37), LE32(0) }, 130, 1,
	    ": byte 92: " },
	{ "a block without end",
	    { NG_HEAD, NG_PACKET(0), LE32(6), 0xf0, 0xff, 0xff, 0x7f }, 110, 1,
	    ": byte 92: " },
	{ "a block whose lengths differ",
	    { NG_HEAD, NG_PACKET(0), LE32(200), LE32(16), LE32(0), LE32(20) },
	    100, 1, ": byte 100: " },
	{ "a packet longer than its block",
	    { NG_HEAD, NG_PACKET(0), LE32(6), LE32(36), LE32(0), LE32(0),
		LE32(0), LE32(99), LE32(99), LE32(0), LE32(36) },
	    120, 1, ": byte 120: " },
};

#define FILES (sizeof(files) / sizeof(files[0]))

struct outcome {
	int packets; /* -1: not opened */
	enum capture_status st;
	char why[CAPTURE_ERRLEN];
};

static struct outcome
read_all(const char *path)
{
	struct outcome o = { -1, CAPTURE_ERROR, "" };
	struct capture *c = capture_open_file(path, o.why);
	struct packet p;

	if (c == NULL)
		return o;
	o.packets = 0;
	while ((o.st = capture_next(c, &p)) == CAPTURE_PACKET)
		o.packets++;
	if (o.st == CAPTURE_ERROR)
		memcpy(o.why, capture_error(c), sizeof(o.why));
	capture_close(c);
	return o;
}

/* One line that begins with the file and goes on with an offset. */
static bool
is_told(const struct outcome *o, const char *path)
{
	size_t n = strlen(path);

	return o->st == CAPTURE_ERROR && strncmp(o->why, path, n) == 0 &&
	    strncmp(&o->why[n], ": byte ", 7) == 0 &&
	    strchr(o->why, '\n') == NULL;
}

static void
test_files(void)
{
	char path[64];

	temp_path(path);
	for (size_t i = 0; i < FILES; i++) {
		uint8_t b[256] = { 0 };
		struct outcome o;
		bool ok;

		memcpy(b, files[i].bytes, sizeof(files[i].bytes));
		write_file(path, b, files[i].n);
		o = read_all(path);
		ok = o.packets == files[i].packets &&
		    (files[i].want == NULL ? o.st == CAPTURE_END :
					     is_told(&o, path) &&
				strstr(o.why, files[i].want) != NULL);
		if (!ok)
			printf("got %d packets, %s\n", o.packets, o.why);
		ZT_CASE(files[i].name, ok);
	}
	unlink(path);
}

/* Every cut of a file: an end only between two packets, else an error. */
static void
check_cuts(const char *name, const uint8_t *b, size_t n, size_t head,
    size_t each)
{
	char path[64];
	bool ok = true;

	temp_path(path);
	for (size_t cut = 0; cut <= n; cut++) {
		int want = cut < head ? -1 : (int)((cut - head) / each);
		bool whole = cut >= head && (cut - head) % each == 0;
		struct outcome o;

		write_file(path, b, cut);
		o = read_all(path);
		if (o.packets == want &&
		    (whole ? o.st == CAPTURE_END : is_told(&o, path)))
			continue;
		printf("cut at %zu: %d packets, %s\n", cut, o.packets, o.why);
		ok = false;
	}
	ZT_CASE(name, ok);
	unlink(path);
}

static void
test_cuts(void)
{
	static const uint8_t pcap[] = { PCAP_HEAD(101), PCAP_PACKET,
		PCAP_PACKET };
	static const uint8_t ng[] = { NG_HEAD, NG_PACKET(0), NG_PACKET(0) };

	check_cuts("pcap, cut anywhere", pcap, sizeof(pcap), 24, 18);
	check_cuts("pcapng, cut anywhere", ng, sizeof(ng), 48, 36);
}

/* Random bytes, and good files with some bytes changed. */
static void
test_random(void)
{
	static const uint8_t ng[] = { NG_HEAD, NG_PACKET(0), NG_PACKET(0) };
	static const uint8_t pcap[] = { PCAP_HEAD(101), PCAP_PACKET,
		PCAP_PACKET };
	char path[64];
	bool told = true, refused = true;

	printf("seed %llu\n", (unsigned long long)zt_seed);
	temp_path(path);
	for (int i = 0; i < 3000; i++) {
		uint8_t b[200];
		size_t n = i % 3 == 0 ? sizeof(ng) :
		    i % 3 == 1        ? sizeof(pcap) :
					sizeof(b);
		struct outcome o;

		for (size_t j = 0; j < sizeof(b); j++)
			b[j] = (uint8_t)zt_random();
		if (i % 3 != 2) {
			uint8_t hit[] = { b[0], b[1], b[2] };

			memcpy(b, i % 3 == 0 ? ng : pcap, n);
			for (size_t j = 0; j < sizeof(hit); j++)
				b[hit[j] % n] = (uint8_t)zt_random();
		}
		write_file(path, b, n);
		o = read_all(path);
		told = told && (o.st == CAPTURE_END || is_told(&o, path));
		refused = refused && (i % 3 != 2 || o.packets == -1);
	}
	ZT_CASE("a broken file ends or is told of", told);
	ZT_CASE("random bytes are no capture", refused);
	unlink(path);
}

/* A head, then zeros up to 2 GB that take no room on the disk. */
static struct outcome
sparse(const char *path, const void *head, size_t n)
{
	struct outcome none = { -2, CAPTURE_END, "" };

	write_file(path, head, n);
	if (truncate(path, (off_t)1 << 31) != 0) {
		perror(path);
		return none;
	}
	return read_all(path);
}

static void
test_others(void)
{
	static const uint8_t ng[] = { NG_HEAD, NG_PACKET(0) };
	char path[64];
	struct outcome o;

	temp_path(path);
	o = sparse(path, "", 0);
	ZT_CASE("2 GB of zeros are no capture",
	    o.packets == -1 && is_told(&o, path));
	o = sparse(path, ng, sizeof(ng));
	ZT_CASE("2 GB of zeros behind a packet",
	    o.packets == 1 && is_told(&o, path) &&
		strstr(o.why, ": byte 92: ") != NULL);
	unlink(path);
	o = read_all("/nonexistent");
	ZT_CASE("a file that is not there is named",
	    strstr(o.why, "/nonexistent: No such file") == o.why);
	o = read_all("/");
	ZT_CASE("a directory is called one",
	    strcmp(o.why, "/: Is a directory") == 0);
}

static const struct zt_test tests[] = {
	{ "files", test_files },
	{ "cuts", test_cuts },
	{ "random", test_random },
	{ "others", test_others },
};

ZT_MAIN("badfiles", tests)
