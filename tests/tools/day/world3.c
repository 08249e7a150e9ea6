/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * World 3: a small firm far from everybody, half of whose mail is IPv6, with
 * few good servers and botnets that imitate mail servers well.  It is harder
 * than the others, and nothing of zfw may be chosen on it.
 */
#include "tests/tools/day/kind.h"

// clang-format off
#define L_LINUX "mss,sok,ts,nop,ws"
#define L_WIN   "mss,nop,ws,nop,nop,sok"

enum stack_row { LINUX4, LINUX5, LINUX6, BSD, WIN_SRV, WIN_DESK, WIN_OLD,
	PHONE, CUSTOM, STACKS };

static const struct os_stack stacks[STACKS] = {
	[LINUX4] = { "linux4", 64, 0, 1, 1, 1, 0, 29200, 1460, 9, L_LINUX, "1,2,4" },
	[LINUX5] = { "linux5", 64, 0, 1, 1, 1, 0, 64240, 1460, 7, L_LINUX, "1,2,4" },
	[LINUX6] = { "linux6", 64, 0, 1, 1, 1, 0, 64240, 1460, 11, L_LINUX, "1,1,1" },
	[BSD] = { "bsd", 64, 0, 1, 1, 1, 0, 65535, 1460, 7, "mss,nop,ws,sok,ts", "1,2,4" },
	[WIN_SRV] = { "winserver", 128, 0, 1, 1, 0, 1, 65535, 1460, 8, L_WIN, "1,2,4" },
	[WIN_DESK] = { "windesk", 128, 0, 1, 1, 0, 0, 64240, 1460, 8, L_WIN, "1,2,4" },
	[WIN_OLD] = { "winold", 128, 0, 1, 1, 0, 0, 8192, 1460, 8, L_WIN, "3,6" },
	[PHONE] = { "phone", 64, 0, 1, 1, 1, 0, 65535, 1460, 8, L_LINUX, "1,2,4" },
	[CUSTOM] = { "custom", 64, 0, 0, 1, 0, 0, 5720, 1460, 0, "mss,nop,nop,sok,nop,nop,ts", "" },
};

enum dialect_row { D_MTA, D_MTA2, D_PLAIN, D_SIZE, D_SOFT, D_HELO, D_OLD,
	D_SPACE, DIALECTS };

static const struct dialect dialects[DIALECTS] = {
	[D_MTA] = { "mta", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 1, 0 },
	[D_MTA2] = { "mta2", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u BODY=8BITMIME", "\r\n", NULL, 0, 0 },
	[D_PLAIN] = { "plain", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_SIZE] = { "size", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 0, 0 },
	[D_SOFT] = { "soft", "ehlo %s", "mail FROM:<%s>%s", "rcpt TO:<%s>", "data", "quit", "", "\r\n", NULL, 0, 0 },
	[D_HELO] = { "helo", "HELO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_OLD] = { "old", "HELO %s", "MAIL From:<%s>%s", "RCPT To:<%s>", "DATA", "QUIT", "", "\r\n", "RSET", 0, 0 },
	[D_SPACE] = { "space", "EHLO %s", "MAIL FROM: <%s>%s", "RCPT TO: <%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
};

static const char *const big[] = { "smtp-out-2.hugemail.example", NULL };

#define PATHS_ANY  [F_PATH] = { [PATH_1460] = 70, [PATH_1452] = 10, [PATH_1440] = 10, [PATH_1412] = 4, [PATH_1380] = 6 }
#define FAR        [F_RTT] = { [RTT_30] = 2, [RTT_80] = 8, [RTT_150] = 25, [RTT_300] = 50, [RTT_1000] = 14, [RTT_MORE] = 1 }
#define UNIX       [F_STACK] = { [LINUX4] = 20, [LINUX5] = 45, [LINUX6] = 20, [BSD] = 10, [WIN_SRV] = 5 }
#define MTAS       [F_DIALECT] = { [D_MTA] = 52, [D_MTA2] = 20, [D_PLAIN] = 12, [D_SIZE] = 12, [D_HELO] = 3, [D_SOFT] = 1 }
#define QUICK      [F_THINK] = { [THINK_5] = 45, [THINK_50] = 40, [THINK_250] = 12, [THINK_1000] = 3 }
#define NAMES      [F_RDNS] = { [RDNS_NAMED] = 86, [RDNS_STATIC] = 7, [RDNS_GENERIC] = 4, [RDNS_NONE] = 3 }
#define HELOS_SRV  [F_HELO] = { [HELO_OWN] = 72, [HELO_SERVER] = 24, [HELO_LABEL] = 1.5, [HELO_INSIDE] = 1.5, [HELO_LOCALHOST] = 1 }
#define LINES      [F_RDNS] = { [RDNS_NONE] = 45, [RDNS_DYNAMIC] = 28, [RDNS_GENERIC] = 20, [RDNS_STATIC] = 5, [RDNS_NAMED] = 2 }
#define TLS(yes)   [F_TLS] = { 100 - (yes), yes }
#define EARLY(yes) [F_EARLY] = { 100 - (yes), yes }
#define FEW        [F_RCPTS] = { [R_1] = 88, [R_2] = 8, [R_5] = 4 }
#define POLITE     [F_LEAVE] = { [LEAVE_QUIT] = 98, [LEAVE_FIN] = 1.5, [LEAVE_RST] = 0.5 }
#define CLEAN      [F_RCPT] = { [RCPT_KNOWN] = 97.4, [RCPT_UNKNOWN] = 2.5, [RCPT_TRAP] = 0.1 }

static const struct kind kinds[] = {
	{ .name = "provider", .class = CLASS_GOOD, .share = 38, .per_day = 9, .pool = 120,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_OFFICE, .v6 = 0.5, .refused = 0.05, .domain = "mailers.provider.example",
	  .w = { [F_STACK] = { [LINUX6] = 60, [WIN_SRV] = 40 }, PATHS_ANY, FAR, [F_RDNS] = { [RDNS_POOL] = 100 }, [F_HELO] = { [HELO_OWN] = 80, [HELO_SERVER] = 20 },
		 [F_DIALECT] = { [D_MTA] = 60, [D_SIZE] = 40 }, TLS(97), EARLY(0.01), QUICK, [F_ERRAND] = { [E_DELIVER] = 95, [E_BOUNCE] = 5 }, FEW, POLITE, CLEAN } },
	{ .name = "partner", .class = CLASS_GOOD, .share = 34, .per_day = 2,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_OFFICE, .v6 = 0.4, .refused = 0.01, .peers = 1,
	  .w = { UNIX, PATHS_ANY, FAR, NAMES, HELOS_SRV, MTAS, TLS(75), EARLY(0.03), QUICK, [F_ERRAND] = { [E_DELIVER] = 95, [E_BOUNCE] = 4, [E_CALLOUT] = 1 }, FEW, POLITE, CLEAN } },
	{ .name = "stranger", .class = CLASS_GOOD, .share = 14, .per_day = 0.2,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY, .v6 = 0.3, .refused = 0.03,
	  .w = { UNIX, PATHS_ANY, FAR, NAMES, HELOS_SRV, MTAS, TLS(65), EARLY(0.05), QUICK, [F_ERRAND] = { [E_DELIVER] = 90, [E_BOUNCE] = 8, [E_CONNECT] = 2 }, FEW, POLITE, CLEAN } },
	{ .name = "letters", .class = CLASS_GOOD, .share = 9, .per_day = 25,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_BURSTS, .refused = 0.05,
	  .w = { UNIX, PATHS_ANY, FAR, [F_RDNS] = { [RDNS_NAMED] = 90, [RDNS_STATIC] = 10 }, HELOS_SRV, MTAS, TLS(60), EARLY(0.03), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 },
		 [F_RCPTS] = { [R_1] = 90, [R_5] = 10 }, POLITE, [F_RCPT] = { [RCPT_KNOWN] = 88, [RCPT_UNKNOWN] = 11.5, [RCPT_TRAP] = 0.5 } } },
	{ .name = "returns", .class = CLASS_GOOD, .share = 5, .per_day = 30,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_BURSTS,
	  .w = { UNIX, PATHS_ANY, FAR, NAMES, HELOS_SRV, MTAS, TLS(40), EARLY(0.03), QUICK, [F_ERRAND] = { [E_BOUNCE] = 92, [E_CALLOUT] = 8 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 10, [RCPT_UNKNOWN] = 89, [RCPT_TRAP] = 1 } } },
	{ .name = "sloppy", .class = CLASS_GOOD, .per_day = 1, .sloppy = 1,
	  .place = PLACE_OFFICE, .rhythm = RHYTHM_OFFICE, .v6 = 0.1, .refused = 0.02,
	  .w = { [F_STACK] = { [WIN_SRV] = 25, [WIN_DESK] = 25, [WIN_OLD] = 25, [LINUX4] = 10, [LINUX5] = 15 }, PATHS_ANY, FAR,
		 [F_RDNS] = { [RDNS_NONE] = 50, [RDNS_GENERIC] = 25, [RDNS_DYNAMIC] = 20, [RDNS_STATIC] = 5 },
		 [F_HELO] = { [HELO_LABEL] = 40, [HELO_INSIDE] = 20, [HELO_DESKTOP] = 15, [HELO_OWN] = 10, [HELO_LOCALHOST] = 5, [HELO_ITSELF] = 5, [HELO_RANDOM] = 5 },
		 [F_DIALECT] = { [D_SIZE] = 40, [D_PLAIN] = 25, [D_SOFT] = 12, [D_HELO] = 12, [D_SPACE] = 6, [D_OLD] = 5 }, TLS(30), EARLY(0.5), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 96, [E_BOUNCE] = 4 }, FEW, [F_LEAVE] = { [LEAVE_QUIT] = 85, [LEAVE_FIN] = 10, [LEAVE_RST] = 5 }, [F_RCPT] = { [RCPT_KNOWN] = 95.9, [RCPT_UNKNOWN] = 4, [RCPT_TRAP] = 0.1 } } },

	{ .name = "imitator", .class = CLASS_ZOMBIE, .share = 28,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .v6 = 0.1, .refused = 0.6,
	  .w = { [F_STACK] = { [WIN_DESK] = 75, [WIN_OLD] = 25 }, PATHS_ANY, FAR, LINES, [F_HELO] = { [HELO_OWN] = 55, [HELO_RANDOM] = 45 },
		 [F_DIALECT] = { [D_PLAIN] = 50, [D_SIZE] = 50 }, TLS(20), EARLY(0.3), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 88, [LEAVE_FIN] = 12 }, [F_RCPT] = { [RCPT_KNOWN] = 88, [RCPT_UNKNOWN] = 10.5, [RCPT_TRAP] = 1.5 } } },
	{ .name = "phones", .class = CLASS_ZOMBIE, .share = 22,
	  .place = PLACE_HOME, .rhythm = RHYTHM_STEADY, .v6 = 0.3, .refused = 0.7,
	  .w = { [F_STACK] = { [PHONE] = 80, [LINUX4] = 20 }, PATHS_ANY, [F_RTT] = { [RTT_150] = 10, [RTT_300] = 50, [RTT_1000] = 35, [RTT_MORE] = 5 }, LINES,
		 [F_HELO] = { [HELO_LOCALHOST] = 60, [HELO_BIG] = 40 }, [F_DIALECT] = { [D_SOFT] = 60, [D_SPACE] = 40 }, TLS(0), EARLY(6), [F_THINK] = { [THINK_50] = 30, [THINK_250] = 60, [THINK_1000] = 10 },
		 [F_ERRAND] = { [E_DELIVER] = 96, [E_CONNECT] = 4 }, [F_RCPTS] = { [R_1] = 60, [R_2] = 20, [R_5] = 20 }, [F_LEAVE] = { [LEAVE_QUIT] = 40, [LEAVE_FIN] = 50, [LEAVE_RST] = 10 },
		 [F_RCPT] = { [RCPT_KNOWN] = 76, [RCPT_UNKNOWN] = 22, [RCPT_TRAP] = 2 } } },
	{ .name = "shouter", .class = CLASS_ZOMBIE, .share = 26,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.8,
	  .w = { [F_STACK] = { [WIN_OLD] = 60, [CUSTOM] = 40 }, PATHS_ANY, FAR, LINES, [F_HELO] = { [HELO_SHARED0] = 40, [HELO_LETTERS] = 40, [HELO_ITSELF] = 20 },
		 [F_DIALECT] = { [D_HELO] = 70, [D_OLD] = 30 }, TLS(0), EARLY(45), [F_THINK] = { [THINK_5] = 85, [THINK_50] = 15 }, [F_ERRAND] = { [E_DELIVER] = 90, [E_HARVEST] = 10 },
		 [F_RCPTS] = { [R_1] = 30, [R_2] = 20, [R_5] = 30, [R_10] = 20 }, [F_LEAVE] = { [LEAVE_QUIT] = 15, [LEAVE_FIN] = 35, [LEAVE_RST] = 50 },
		 [F_RCPT] = { [RCPT_KNOWN] = 45, [RCPT_UNKNOWN] = 52, [RCPT_TRAP] = 3 } } },
	{ .name = "shells", .class = CLASS_ZOMBIE, .share = 16, .per_day = 5,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_CAMPAIGN, .v6 = 0.2, .refused = 0.5,
	  .w = { UNIX, PATHS_ANY, FAR, [F_RDNS] = { [RDNS_GENERIC] = 40, [RDNS_STATIC] = 25, [RDNS_NONE] = 20, [RDNS_NAMED] = 15 }, [F_HELO] = { [HELO_OWN] = 60, [HELO_RANDOM] = 40 },
		 [F_DIALECT] = { [D_PLAIN] = 60, [D_SOFT] = 40 }, TLS(30), EARLY(0.1), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 }, FEW, POLITE, [F_RCPT] = { [RCPT_KNOWN] = 85, [RCPT_UNKNOWN] = 13, [RCPT_TRAP] = 2 } } },
	{ .name = "dormant", .class = CLASS_ZOMBIE, .share = 4, .per_day = 6,
	  .place = PLACE_HOME, .rhythm = RHYTHM_SLEEPER, .refused = 0.6,
	  .w = { [F_STACK] = { [WIN_DESK] = 100 }, PATHS_ANY, FAR, [F_RDNS] = { [RDNS_GENERIC] = 70, [RDNS_DYNAMIC] = 30 }, [F_HELO] = { [HELO_OWN] = 100 },
		 [F_DIALECT] = { [D_SIZE] = 100 }, TLS(50), EARLY(0.1), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 }, FEW, POLITE, [F_RCPT] = { [RCPT_KNOWN] = 80, [RCPT_UNKNOWN] = 17, [RCPT_TRAP] = 3 } } },

	{ .name = "knocks", .class = CLASS_OTHER, .share = 100, .per_day = 4,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_STEADY,
	  .w = { [F_STACK] = { [LINUX5] = 60, [CUSTOM] = 40 }, PATHS_ANY, FAR, [F_RDNS] = { [RDNS_NONE] = 70, [RDNS_GENERIC] = 30 }, [F_HELO] = { [HELO_LABEL] = 60, [HELO_US] = 40 },
		 [F_DIALECT] = { [D_PLAIN] = 100 }, TLS(10), EARLY(10), QUICK, [F_ERRAND] = { [E_AUTH] = 50, [E_RELAY] = 15, [E_HTTP] = 15, [E_CONNECT] = 20 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 30, [LEAVE_FIN] = 50, [LEAVE_RST] = 20 }, [F_RCPT] = { [RCPT_KNOWN] = 100 } } },
};

const struct world world_three = {
	.stacks = stacks, .stacks_n = STACKS,
	.dialects = dialects, .dialects_n = DIALECTS,
	.kinds = kinds, .kinds_n = sizeof(kinds) / sizeof(kinds[0]),
	.big = big,
	.shared = { "mail-pc", "x", "y" },
	.line = { "pppoe-%u-%u-%u-%u.dynamic.%s", "dhcp%u.%u.%u.%u.home.%s",
		  "%u-%u-%u-%u.net.%s", "a%u-%u-%u-%u.%s" },
};
