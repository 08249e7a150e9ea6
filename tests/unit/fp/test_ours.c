/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Tests of fp/zfw.fp, the signatures that we ship: what they say of SYNs as
 * systems send them, and as they look behind boxes that change options.
 *
 * zt-link: fp/addr fp/hash fp/sig fp/sigdb fp/sigdb_build fp/sigdb_match
 * zt-link: fp/sigfile fp/sigfile_ours fp/sigfile_p0f fp/sigfile_pfos
 * zt-link: fp/sigline fp/sigread
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/sigfile.h"

enum {
	E = SIGDB_EXACT,
	G = SIGDB_GENERIC,
	F = SIGDB_FUZZY,
	A = SIGDB_AMBIGUOUS,
	U = SIGDB_UNKNOWN
};
enum {
	NONE = SIGDB_F_UNKNOWN,
	WIN = SIGDB_F_WINDOWS,
	LIN = SIGDB_F_LINUX,
	APP = SIGDB_F_APPLE,
	BSD = SIGDB_F_BSD,
	OTH = SIGDB_F_OTHER,
	TOOL = SIGDB_F_TOOL
};

#define LINUX_  "mss,sok,ts,nop,ws"
#define WIN_    "mss,nop,ws,nop,nop,sok"
#define APPLE_  "mss,nop,ws,nop,nop,ts,sok,eol+1"
#define FBSD_   "mss,nop,ws,sok,ts"
#define BLANK_L "mss,sok,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,ws"
#define BLANK_A \
	"mss,nop,ws,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok,eol+1"
#define DF  Q_DF
#define DFI (Q_DF | Q_ID_NZ)

static const struct {
	const char *name;
	uint8_t ver, ttl;
	uint16_t mss, window;
	uint8_t scale;
	const char *layout;
	uint32_t quirks;
	uint8_t family, grade;
} cases[] = {
	/* as they are sent */
	{ "Linux 5", 4, 52, 1460, 64240, 7, LINUX_, DFI, LIN, E },
	{ "Linux 6.18", 4, 61, 1460, 64240, 10, LINUX_, DFI, LIN, E },
	{ "Linux 6.18 over IPv6", 6, 57, 1440, 64800, 10, LINUX_, Q_FLOW, LIN,
	    E },
	{ "Linux 6.18 over IPv6 with a small MTU", 6, 64, 1220, 64660, 10,
	    LINUX_, Q_FLOW, LIN, E },
	{ "Linux 5 in a cloud with an MTU of 1460", 4, 50, 1420, 65320, 7,
	    LINUX_, DFI, LIN, E },
	{ "Linux 5 with jumbo frames", 4, 55, 8961, 62727, 7, LINUX_, DFI, LIN,
	    E },
	{ "Linux 5, its MSS lowered by a tunnel", 4, 48, 1380, 64240, 7, LINUX_,
	    DFI, LIN, E },
	{ "Linux 4", 4, 52, 1412, 28240, 7, LINUX_, DFI, LIN, E },
	{ "Linux 3.2", 4, 52, 1460, 14600, 6, LINUX_, DFI, LIN, E },
	{ "Linux 2.6 on a camera", 4, 45, 1452, 5808, 1, LINUX_, DFI, LIN, E },
	{ "Android", 4, 49, 1360, 65535, 9, LINUX_, DFI, LIN, E },
	{ "Android over IPv6", 6, 49, 1380, 65535, 8, LINUX_, Q_FLOW, LIN, E },
	{ "a Linux with odd buffers", 4, 49, 1460, 43000, 3, LINUX_, DFI, LIN,
	    G },
	{ "a Linux with ECN", 4, 52, 1460, 64240, 7, LINUX_, DFI | Q_ECN, LIN,
	    E },
	{ "Linux with fast open", 4, 52, 1460, 64240, 7, LINUX_ ",?34,nop,nop",
	    DFI, LIN, G },
	{ "Windows 10", 4, 113, 1460, 64240, 8, WIN_, DFI, WIN, E },
	{ "Windows 11 with a full window", 4, 118, 1460, 65535, 8, WIN_, DFI,
	    WIN, E },
	{ "Windows 10 behind PPPoE", 4, 116, 1452, 64240, 8, WIN_, DFI, WIN,
	    E },
	{ "Windows 7", 4, 118, 1440, 8192, 2, WIN_, DFI, WIN, E },
	{ "Windows with odd autotuning", 4, 118, 1440, 62780, 4, WIN_, DFI, WIN,
	    G },
	{ "Windows over IPv6, hop limit of the router", 6, 55, 1440, 64800, 8,
	    WIN_, Q_FLOW, WIN, E },
	{ "Windows with timestamps", 4, 121, 1460, 65535, 8, FBSD_, DFI, WIN,
	    G },
	{ "Windows XP", 4, 110, 1460, 65535, 0, "mss,nop,nop,sok", DFI, WIN,
	    E },
	{ "macOS, id zero", 4, 52, 1460, 65535, 6, APPLE_, DF, APP, E },
	{ "iOS on a phone network", 4, 44, 1250, 65535, 6, APPLE_, DF, APP, E },
	{ "iOS with ECN", 4, 44, 1370, 65535, 6, APPLE_, DF | Q_ECN, APP, E },
	{ "iOS over IPv6", 6, 44, 1370, 65535, 6, APPLE_, Q_FLOW, APP, E },
	{ "an Apple of tomorrow", 4, 52, 1460, 65535, 7, APPLE_, DF, APP, G },
	{ "iOS, a late SYN", 4, 52, 1460, 65535, 0, "mss,sok,eol+1", DF, APP,
	    E },
	{ "OpenBSD", 4, 52, 1460, 16384, 6, "mss,nop,nop,sok,nop,ws,nop,nop,ts",
	    DFI, BSD, G },
	{ "FreeBSD 8", 4, 52, 1460, 65535, 3, FBSD_, DFI, BSD, E },
	/* what cannot be told apart */
	{ "FreeBSD, or an Apple behind a box", 4, 52, 1460, 65535, 6, FBSD_,
	    DFI, APP, A },
	{ "Apple or Linux without timestamps", 4, 52, 1400, 65535, 6,
	    "mss,nop,nop,sok,nop,ws", DFI, APP, A },
	{ "Windows with a TTL of 64, or Android", 4, 52, 1400, 65535, 8, WIN_,
	    DFI, WIN, A },
	/* behind boxes */
	{ "Linux, timestamps blanked", 4, 52, 1400, 65535, 8, BLANK_L, DFI, LIN,
	    G },
	{ "Linux, timestamps cut out", 4, 52, 1400, 65535, 8,
	    "mss,sok,nop,nop,nop,ws", DFI, LIN, G },
	{ "Apple, timestamps blanked", 4, 52, 1400, 65535, 6, BLANK_A, DF, APP,
	    G },
	{ "Apple, timestamps cut out", 4, 52, 1400, 65535, 6,
	    "mss,nop,ws,sok,eol+1", DF, APP, G },
	{ "Android, options rebuilt", 4, 52, 1400, 65535, 9, FBSD_, DFI, LIN,
	    G },
	{ "Linux, options rebuilt", 4, 42, 1460, 14600, 7, FBSD_, DFI, LIN, G },
	{ "Windows, options rebuilt in Linux's order", 4, 118, 1400, 64240, 8,
	    "mss,nop,nop,sok,nop,ws", DFI, WIN, F },
	{ "Windows, options without padding", 4, 118, 1400, 64240, 8,
	    "mss,ws,sok,eol+2", DFI, WIN, F },
	{ "Windows with a TTL of 65", 4, 64, 1400, 64240, 8, WIN_, DFI, WIN,
	    F },
	{ "Windows, third SYN, options rebuilt", 4, 118, 1400, 8192, 0,
	    "mss,sok,eol+1", DFI, WIN, F },
	{ "Linux, DF cleared on the way", 4, 52, 1400, 64400, 7, LINUX_, 0, LIN,
	    F },
	{ "Linux, its TTL set to 128", 4, 120, 1400, 64400, 7, LINUX_, DFI, LIN,
	    F },
	{ "Apple, its TTL set to 255", 4, 250, 1400, 65535, 6, APPLE_, DF, APP,
	    F },
	{ "Apple with an unknown option", 4, 52, 1400, 65535, 6,
	    "mss,nop,ws,nop,nop,ts,sok,?30,eol+2", DF, APP, F },
	{ "Linux with an unknown option", 4, 52, 1400, 65535, 8, LINUX_ ",?99",
	    DFI, LIN, F },
	{ "Android with a peer's timestamp that it cannot have", 4, 52, 1400,
	    65535, 9, LINUX_, DFI | Q_PEER_TS_NZ, LIN, F },
	{ "Windows with an acknowledgement number", 4, 118, 1400, 64240, 8,
	    WIN_, DFI | Q_ACK_NZ, WIN, F },
	/* tools and little things */
	{ "nmap", 4, 44, 1460, 1024, 0, "mss", 0, TOOL, E },
	{ "ZMap", 4, 240, 0, 65535, 0, "", 0, TOOL, E },
	{ "lwIP", 4, 250, 536, 2144, 0, "mss", 0, OTH, G },
	{ "Cisco IOS", 4, 248, 536, 4128, 0, "mss", 0, OTH, G },
	/* what says nothing stays unknown */
	{ "no options", 4, 50, 0, 8192, 0, "", DFI, NONE, U },
	{ "MSS only, TTL of 64", 4, 50, 1460, 30000, 0, "mss", DFI, NONE, U },
	{ "Linux's order with a forged urgent pointer", 4, 52, 1460, 64240, 7,
	    LINUX_, DFI | Q_URG_NZ, NONE, U },
};

static uint8_t
kind_of(const char *w, size_t n, uint8_t *pad)
{
	static const char *const names[] = { "eol", "nop", "mss", "ws", "sok",
		"sack", "", "", "ts" };

	if (n > 4 && memcmp(w, "eol+", 4) == 0) {
		*pad = (uint8_t)atoi(w + 4);
		return 0;
	}
	if (w[0] == '?')
		return (uint8_t)atoi(w + 1);
	for (uint8_t i = 1; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == n && memcmp(names[i], w, n) == 0)
			return i;
	abort();
}

static void
set_layout(struct traits *t, const char *s)
{
	while (*s != '\0') {
		size_t n = strcspn(s, ",");
		uint8_t k = kind_of(s, n, &t->eol_pad);

		t->opts[t->opts_n++] = k;
		t->has_mss = t->has_mss || k == 2;
		t->has_ws = t->has_ws || k == 3;
		t->has_sok = t->has_sok || k == 4;
		t->has_ts = t->has_ts || k == 8;
		s += n + (s[n] == ',');
	}
	t->ts_val = t->has_ts ? 12345 : 0;
	t->hdrlen = (uint16_t)((t->ver == 4 ? 40 : 60) + 4 * t->opts_n);
}

static bool
all_is_well(const char *text)
{
	printf("    %s\n", text);
	return false;
}

static void
on_warn(void *arg, const char *text)
{
	unsigned *n = arg;

	(void)all_is_well(text);
	(*n)++;
}

static void
test_cases(void)
{
	struct sigfile_report rep;
	char err[SIGFILE_ERRLEN];
	unsigned warnings = 0;
	const char *ours = NULL;
	struct sigdb *db = sigfile_load(&ours, 1, on_warn, &warnings, &rep,
	    err);

	ZT_CASE("the shipped database loads", db != NULL);
	ZT_CASE("the shipped database has no line to warn about",
	    warnings == 0);
	if (db == NULL)
		return;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct traits t = { .ver = cases[i].ver,
			.ttl = cases[i].ttl,
			.mss = cases[i].mss,
			.window = cases[i].window,
			.wscale = cases[i].scale,
			.quirks = cases[i].quirks,
			.flags = TCPF_SYN,
			.seq = 7 };
		struct sigdb_match m;
		char buf[SIGDB_NAMELEN];
		uint8_t family;
		bool ok;

		set_layout(&t, cases[i].layout);
		sigdb_match(db, &t, false, 0, &m);
		family = m.best == NULL ? NONE : m.best->family;
		ok = family == cases[i].family && m.grade == cases[i].grade;
		if (!ok)
			printf("    %s: %s, %s\n", sigdb_grade_name[m.grade],
			    sigdb_family_name[family], sigdb_text(m.best, buf));
		ZT_CASE(cases[i].name, ok);
	}
	sigdb_free(db);
}

/* What the file promises in its first lines. */
static void
test_sources(void)
{
	struct str text = sigfile_ours(), line, label = { "", 0 };
	bool all = true, sourced = true;

	while (text.n > 0) {
		const char *nl = memchr(text.p, '\n', text.n);
		size_t n = nl == NULL ? text.n : (size_t)(nl - text.p);

		line = (struct str){ text.p, n };
		text = str_from(text, n + (nl != NULL));
		if (str_starts(line, STR("from = ")))
			sourced = true;
		if (!str_starts(line, STR("label = ")))
			continue;
		if (!sourced) {
			printf("    %.*s: no source\n", (int)label.n, label.p);
			all = false;
		}
		label = line;
		sourced = false;
	}
	ZT_CASE("every label of the shipped database has a source",
	    all && sourced);
}

static const struct zt_test tests[] = {
	{ "cases", test_cases },
	{ "sources", test_sources },
};

ZT_MAIN("ours", tests)
