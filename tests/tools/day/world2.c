/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * World 2: a university, made apart from world 1: other stacks, dialects,
 * names and shares, botnets of other habits, and badly run servers of another
 * kind (old Unix machines in the labs).  Nothing of zfw may be chosen on it.
 */
#include "tests/tools/day/kind.h"

// clang-format off
#define L_LINUX "mss,sok,ts,nop,ws"
#define L_WIN   "mss,nop,ws,nop,nop,sok"
#define L_XP    "mss,nop,nop,sok"
#define L_FBSD  "mss,nop,ws,sok,ts"

enum stack_row {
	UNIX_OLD, LINUX26, LINUX310, LINUX5, LINUX6, LINUX_NOTS, FBSD9, FBSD13,
	NBSD, SOLARIS, WIN_2008, WIN_2019, WIN_2016, WIN81, WIN10, WIN10B, MAC,
	PROXY, TINY, HOMEMADE, STACKS
};

static const struct os_stack stacks[STACKS] = {
	[UNIX_OLD] = { "unix", 64, 0, 1, 1, 0, 0, 32768, 1460, 0, "mss,nop,ws,nop,nop,ts", "3,6" },
	[LINUX26] = { "linux2.6", 64, 0, 1, 1, 0, 0, 5840, 1460, 7, L_LINUX, "3,6" },
	[LINUX310] = { "linux3.10", 64, 0, 1, 1, 1, 0, 29200, 1460, 8, L_LINUX, "1,2,4" },
	[LINUX5] = { "linux5", 64, 0, 1, 1, 1, 0, 64240, 1460, 9, L_LINUX, "1,2,4" },
	[LINUX6] = { "linux6", 64, 0, 1, 1, 1, 1, 64240, 1460, 7, L_LINUX, "1,1,1" },
	[LINUX_NOTS] = { "linux-nots", 64, 0, 1, 1, 1, 0, 0, 1460, 7, "mss,nop,nop,sok,nop,ws", "1,2,4" },
	[FBSD9] = { "freebsd9", 64, 0, 1, 1, 0, 0, 65535, 1460, 3, L_FBSD, "3,6" },
	[FBSD13] = { "freebsd13", 64, 0, 1, 0, 1, 0, 65535, 1460, 9, L_FBSD, "1,2,4" },
	[NBSD] = { "netbsd", 64, 0, 1, 1, 1, 0, 32768, 1460, 3, "mss,nop,ws,sok,nop,nop,nop,nop,ts", "3,6" },
	[SOLARIS] = { "solaris", 64, 0, 1, 1, 0, 0, 49640, 1460, 0, L_WIN, "3,6" },
	[WIN_2008] = { "win2008", 128, 0, 1, 1, 0, 0, 8192, 1460, 8, L_FBSD, "3,6" },
	[WIN_2019] = { "win2019", 128, 0, 1, 1, 0, 1, 65535, 1460, 8, L_WIN, "1,2,4" },
	[WIN_2016] = { "win2016", 128, 0, 1, 1, 0, 1, 8192, 1460, 8, L_WIN, "1,2,4" },
	[WIN81] = { "win8.1", 128, 0, 1, 1, 0, 0, 8192, 1460, 2, L_WIN, "3,6" },
	[WIN10] = { "win10", 128, 0, 1, 1, 0, 0, 64240, 1460, 8, L_WIN, "1,2,4" },
	[WIN10B] = { "win10b", 128, 0, 1, 1, 0, 0, 62720, 1460, 8, L_WIN, "1,2,4" },
	[MAC] = { "mac", 64, 0, 1, 0, 1, 0, 65535, 1460, 5, "mss,nop,ws,nop,nop,ts,sok,eol+1", "1,1,1" },
	[PROXY] = { "proxy", 255, 0, 0, 1, 0, 0, 8190, 1460, 0, L_WIN, "1,2,4" },
	[TINY] = { "tiny", 64, 0, 1, 1, 0, 0, 2920, 1460, 0, L_XP, "3,6" },
	[HOMEMADE] = { "homemade", 128, 0, 0, 0, 0, 0, 512, 1460, 0, "", "" },
};

enum dialect_row {
	D_POSTFIX, D_EXIM, D_SENDMAIL, D_EXCHANGE, D_QMAIL, D_PYTHON, D_JAVA,
	D_PERL, D_BIG, D_CMD, D_CAPS, D_NOANGLE, D_EARLY, D_PUMP, D_BLANK,
	D_LFONLY, DIALECTS
};

static const struct dialect dialects[DIALECTS] = {
	[D_POSTFIX] = { "postfix", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s> ORCPT=rfc822;x@y.example", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 1, 0 },
	[D_EXIM] = { "exim", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 1, 0 },
	[D_SENDMAIL] = { "sendmail", "EHLO %s", "MAIL From:<%s>%s", "RCPT To:<%s>", "DATA", "QUIT", " SIZE=%u BODY=8BITMIME", "\r\n", NULL, 0, 0 },
	[D_EXCHANGE] = { "exchange", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 0, 0 },
	[D_QMAIL] = { "qmail", "HELO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_PYTHON] = { "python", "ehlo %s", "mail FROM:<%s>%s", "rcpt TO:<%s>", "data", "quit", " size=%u", "\r\n", NULL, 0, 0 },
	[D_JAVA] = { "java", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_PERL] = { "perl", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", "RSET", 0, 0 },
	[D_BIG] = { "big", "EHLO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", " SIZE=%u", "\r\n", NULL, 1, 0 },
	[D_CMD] = { "cmd", "HELO %s", "MAIL FROM:<%s>%s", "RCPT TO:<%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_CAPS] = { "caps", "EHLO %s", "MAIL FROM:<%s>%s ", "RCPT TO:<%s> ", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_NOANGLE] = { "no angle", "HELO %s", "MAIL FROM:%s%s", "RCPT TO:%s", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_EARLY] = { "all lower", "helo %s", "mail from:<%s>%s", "rcpt to:<%s>", "data", "quit", "", "\r\n", NULL, 0, 0 },
	[D_PUMP] = { "pump", "EHLO %s", "MAIL FROM: <%s>%s", "RCPT TO: <%s>", "DATA", "QUIT", "", "\r\n", NULL, 1, 0 },
	[D_BLANK] = { "blank", "EHLO %s", "MAIL FROM : <%s>%s", "RCPT TO : <%s>", "DATA", "QUIT", "", "\r\n", NULL, 0, 0 },
	[D_LFONLY] = { "lf", "helo %s", "mail from: <%s>%s", "rcpt to: <%s>", "data", "quit", "", "\n", NULL, 0, 0 },
};

static const char *const big[] = { "mta7.mailhub.example.net",
	"out-33.bigpost.example.com", NULL };

#define PATHS_SRV   [F_PATH] = { [PATH_1460] = 88, [PATH_1440] = 8, [PATH_1380] = 4 }
#define PATHS_HOME  [F_PATH] = { [PATH_1460] = 55, [PATH_1452] = 18, [PATH_1440] = 14, [PATH_1412] = 5, [PATH_1380] = 8 }
#define NEAR        [F_RTT] = { [RTT_30] = 30, [RTT_80] = 33, [RTT_150] = 23, [RTT_300] = 12, [RTT_1000] = 2 }
#define ANYWHERE    [F_RTT] = { [RTT_30] = 14, [RTT_80] = 22, [RTT_150] = 27, [RTT_300] = 27, [RTT_1000] = 9, [RTT_MORE] = 1 }
#define UNIX        [F_STACK] = { [LINUX26] = 3, [LINUX310] = 17, [LINUX5] = 40, [LINUX6] = 18, [LINUX_NOTS] = 4, [FBSD9] = 3, [FBSD13] = 9, [NBSD] = 2, [SOLARIS] = 3, [WIN_2019] = 1 }
#define MTAS        [F_DIALECT] = { [D_POSTFIX] = 38, [D_EXIM] = 30, [D_SENDMAIL] = 18, [D_QMAIL] = 4, [D_JAVA] = 7, [D_PYTHON] = 2, [D_CMD] = 1 }
#define QUICK       [F_THINK] = { [THINK_5] = 48, [THINK_50] = 40, [THINK_250] = 10, [THINK_1000] = 2 }
#define NAMES       [F_RDNS] = { [RDNS_NAMED] = 92, [RDNS_STATIC] = 4, [RDNS_GENERIC] = 2.2, [RDNS_NONE] = 1.8 }
#define HELOS_SRV   [F_HELO] = { [HELO_OWN] = 70, [HELO_SERVER] = 27, [HELO_LABEL] = 1.2, [HELO_INSIDE] = 1, [HELO_LOCALHOST] = 0.5, [HELO_ITSELF] = 0.3 }
#define LINES       [F_RDNS] = { [RDNS_NONE] = 33, [RDNS_DYNAMIC] = 30, [RDNS_GENERIC] = 27, [RDNS_STATIC] = 6, [RDNS_NAMED] = 4 }
#define TLS(yes)    [F_TLS] = { 100 - (yes), yes }
#define EARLY(yes)  [F_EARLY] = { 100 - (yes), yes }
#define FEW         [F_RCPTS] = { [R_1] = 80, [R_2] = 12, [R_5] = 7, [R_10] = 1 }
#define POLITE      [F_LEAVE] = { [LEAVE_QUIT] = 97.5, [LEAVE_FIN] = 1.8, [LEAVE_RST] = 0.7 }

static const struct kind kinds[] = {
	/* ---- good ---- */
	{ .name = "cloud-office", .class = CLASS_GOOD, .share = 14, .per_day = 10, .pool = 90,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_OFFICE, .v6 = 0.3, .refused = 0.04, .domain = "prod.officemail.example.com",
	  .w = { [F_STACK] = { [WIN_2019] = 100 }, PATHS_SRV, NEAR, [F_RDNS] = { [RDNS_POOL] = 100 },
		 [F_HELO] = { [HELO_OWN] = 100 }, [F_DIALECT] = { [D_EXCHANGE] = 100 }, TLS(98), EARLY(0.01), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 94, [E_BOUNCE] = 6 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 97.3, [RCPT_UNKNOWN] = 2.6, [RCPT_TRAP] = 0.1 } } },
	{ .name = "cloud-mail", .class = CLASS_GOOD, .share = 9, .per_day = 8, .pool = 70,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_STEADY, .v6 = 0.4, .refused = 0.05, .domain = "mx.everybody.example.net",
	  .w = { [F_STACK] = { [LINUX6] = 100 }, PATHS_SRV, NEAR, [F_RDNS] = { [RDNS_POOL] = 100 },
		 [F_HELO] = { [HELO_OWN] = 100 }, [F_DIALECT] = { [D_BIG] = 100 }, TLS(99), EARLY(0.01), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 96, [E_BOUNCE] = 4 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 96.8, [RCPT_UNKNOWN] = 3, [RCPT_TRAP] = 0.2 } } },
	{ .name = "campus", .class = CLASS_GOOD, .share = 18, .per_day = 2.2,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_OFFICE, .v6 = 0.25, .refused = 0.01, .peers = 1,
	  .w = { UNIX, PATHS_SRV, NEAR, NAMES, HELOS_SRV, MTAS, TLS(72), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 94, [E_BOUNCE] = 4, [E_CALLOUT] = 1, [E_CONNECT] = 1 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 96.5, [RCPT_UNKNOWN] = 3.45, [RCPT_TRAP] = 0.05 } } },
	{ .name = "firm", .class = CLASS_GOOD, .share = 15, .per_day = 0.9,
	  .place = PLACE_OFFICE, .rhythm = RHYTHM_OFFICE, .refused = 0.01, .peers = 1,
	  .w = { [F_STACK] = { [WIN_2008] = 8, [WIN_2016] = 32, [WIN_2019] = 25, [LINUX310] = 12, [LINUX5] = 20, [FBSD13] = 3 }, PATHS_HOME, NEAR,
		 [F_RDNS] = { [RDNS_NAMED] = 80, [RDNS_STATIC] = 15, [RDNS_GENERIC] = 3, [RDNS_NONE] = 2 },
		 [F_HELO] = { [HELO_OWN] = 62, [HELO_SERVER] = 28, [HELO_INSIDE] = 8, [HELO_LABEL] = 2 },
		 [F_DIALECT] = { [D_EXCHANGE] = 62, [D_POSTFIX] = 22, [D_EXIM] = 8, [D_JAVA] = 8 }, TLS(80), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 94, [E_BOUNCE] = 6 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 97.5, [RCPT_UNKNOWN] = 2.45, [RCPT_TRAP] = 0.05 } } },
	{ .name = "journal", .class = CLASS_GOOD, .share = 10, .per_day = 20,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_BURSTS, .refused = 0.03,
	  /* Alerts to people who left years ago. */
	  .w = { UNIX, PATHS_SRV, ANYWHERE, [F_RDNS] = { [RDNS_NAMED] = 94, [RDNS_STATIC] = 6 }, [F_HELO] = { [HELO_OWN] = 85, [HELO_SERVER] = 15 },
		 MTAS, TLS(60), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 100 }, [F_RCPTS] = { [R_1] = 80, [R_2] = 5, [R_5] = 7, [R_10] = 5, [R_20] = 3 }, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 86, [RCPT_UNKNOWN] = 13.6, [RCPT_TRAP] = 0.4 } } },
	{ .name = "list", .class = CLASS_GOOD, .share = 9, .per_day = 15,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY, .v6 = 0.4, .refused = 0.03,
	  .w = { UNIX, PATHS_SRV, ANYWHERE, [F_RDNS] = { [RDNS_NAMED] = 100 }, [F_HELO] = { [HELO_OWN] = 95, [HELO_SERVER] = 5 },
		 MTAS, TLS(75), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 98, [E_BOUNCE] = 2 }, [F_RCPTS] = { [R_1] = 40, [R_2] = 20, [R_5] = 25, [R_10] = 10, [R_20] = 5 }, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 95, [RCPT_UNKNOWN] = 4.8, [RCPT_TRAP] = 0.2 } } },
	{ .name = "alumni", .class = CLASS_GOOD, .share = 5, .per_day = 12,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY, .refused = 0.4, .peers = 1,
	  /* Forwards whatever comes, spam as well. */
	  .w = { UNIX, PATHS_SRV, NEAR, [F_RDNS] = { [RDNS_NAMED] = 100 }, [F_HELO] = { [HELO_OWN] = 90, [HELO_SERVER] = 10 },
		 MTAS, TLS(75), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 88, [E_BOUNCE] = 12 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 94, [RCPT_UNKNOWN] = 5, [RCPT_TRAP] = 1 } } },
	{ .name = "bouncer", .class = CLASS_GOOD, .share = 4, .per_day = 10,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_BURSTS,
	  .w = { UNIX, PATHS_SRV, ANYWHERE, NAMES, HELOS_SRV, MTAS, TLS(55), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_BOUNCE] = 98, [E_DELIVER] = 2 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 15, [RCPT_UNKNOWN] = 84, [RCPT_TRAP] = 1 } } },
	{ .name = "verifier", .class = CLASS_GOOD, .share = 3, .per_day = 5,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY,
	  .w = { UNIX, PATHS_SRV, ANYWHERE, NAMES, HELOS_SRV, MTAS, TLS(25), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_CALLOUT] = 95, [E_DELIVER] = 5 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 40, [RCPT_UNKNOWN] = 59.3, [RCPT_TRAP] = 0.7 } } },
	{ .name = "watch", .class = CLASS_GOOD, .share = 2, .per_day = 48,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY,
	  .w = { UNIX, PATHS_SRV, NEAR, [F_RDNS] = { [RDNS_NAMED] = 70, [RDNS_STATIC] = 10, [RDNS_NONE] = 20 },
		 [F_HELO] = { [HELO_OWN] = 60, [HELO_LABEL] = 20, [HELO_LOCALHOST] = 20 }, [F_DIALECT] = { [D_PERL] = 60, [D_PYTHON] = 40 },
		 TLS(10), EARLY(0.1), QUICK, [F_ERRAND] = { [E_MONITOR] = 60, [E_CONNECT] = 40 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 60, [LEAVE_FIN] = 30, [LEAVE_RST] = 10 }, [F_RCPT] = { [RCPT_KNOWN] = 100 } } },
	{ .name = "rare", .class = CLASS_GOOD, .share = 11, .per_day = 0.2,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_OFFICE, .v6 = 0.15, .refused = 0.02,
	  .w = { UNIX, PATHS_SRV, ANYWHERE, NAMES, HELOS_SRV, MTAS, TLS(70), EARLY(0.03), QUICK,
		 [F_ERRAND] = { [E_DELIVER] = 90, [E_BOUNCE] = 8, [E_CONNECT] = 2 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 93, [RCPT_UNKNOWN] = 6.8, [RCPT_TRAP] = 0.2 } } },
	{ .name = "lab-unix", .class = CLASS_GOOD, .per_day = 1.2, .sloppy = 1,
	  .place = PLACE_HOSTING, .rhythm = RHYTHM_STEADY, .refused = 0.01,
	  /* Machines under desks: nobody ever set their name. */
	  .w = { [F_STACK] = { [UNIX_OLD] = 12, [LINUX26] = 18, [LINUX310] = 22, [LINUX5] = 25, [SOLARIS] = 8, [NBSD] = 5, [MAC] = 10 }, PATHS_SRV, ANYWHERE,
		 [F_RDNS] = { [RDNS_NONE] = 40, [RDNS_GENERIC] = 25, [RDNS_STATIC] = 15, [RDNS_DYNAMIC] = 12, [RDNS_NAMED] = 8 },
		 [F_HELO] = { [HELO_LABEL] = 30, [HELO_LOCALHOST] = 28, [HELO_INSIDE] = 14, [HELO_OWN] = 10, [HELO_SERVER] = 16, [HELO_ITSELF] = 2 },
		 [F_DIALECT] = { [D_SENDMAIL] = 35, [D_POSTFIX] = 18, [D_PYTHON] = 17, [D_PERL] = 12, [D_EXIM] = 12, [D_CMD] = 4, [D_EARLY] = 2 },
		 TLS(30), EARLY(0.4), QUICK, [F_ERRAND] = { [E_DELIVER] = 96, [E_BOUNCE] = 4 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 90, [LEAVE_FIN] = 7, [LEAVE_RST] = 3 },
		 [F_RCPT] = { [RCPT_KNOWN] = 93.9, [RCPT_UNKNOWN] = 6, [RCPT_TRAP] = 0.1 } } },
	{ .name = "shop-windows", .class = CLASS_GOOD, .per_day = 0.8, .sloppy = 1,
	  .place = PLACE_OFFICE, .rhythm = RHYTHM_OFFICE, .refused = 0.02,
	  .w = { [F_STACK] = { [WIN_2008] = 22, [WIN_2016] = 28, [WIN_2019] = 15, [WIN81] = 7, [WIN10] = 20, [WIN10B] = 8 }, PATHS_HOME, ANYWHERE,
		 [F_RDNS] = { [RDNS_NONE] = 38, [RDNS_GENERIC] = 30, [RDNS_DYNAMIC] = 18, [RDNS_STATIC] = 14 },
		 [F_HELO] = { [HELO_LABEL] = 36, [HELO_INSIDE] = 26, [HELO_DESKTOP] = 10, [HELO_OWN] = 8, [HELO_ITSELF] = 10, [HELO_SERVER] = 9, [HELO_LOCALHOST] = 1 },
		 [F_DIALECT] = { [D_EXCHANGE] = 42, [D_JAVA] = 28, [D_CMD] = 14, [D_CAPS] = 6, [D_PUMP] = 2, [D_EARLY] = 4, [D_NOANGLE] = 4 },
		 TLS(30), EARLY(0.6), [F_THINK] = { [THINK_5] = 25, [THINK_50] = 45, [THINK_250] = 22, [THINK_1000] = 8 },
		 [F_ERRAND] = { [E_DELIVER] = 95, [E_BOUNCE] = 5 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 84, [LEAVE_FIN] = 11, [LEAVE_RST] = 5 },
		 [F_RCPT] = { [RCPT_KNOWN] = 95, [RCPT_UNKNOWN] = 4.9, [RCPT_TRAP] = 0.1 } } },

	/* ---- zombies ---- */
	{ .name = "proxies", .class = CLASS_ZOMBIE, .share = 19,
	  .place = PLACE_HOME, .rhythm = RHYTHM_STEADY, .refused = 0.6,
	  /* Residential proxies: the pace of somebody far behind them. */
	  .w = { [F_STACK] = { [LINUX5] = 20, [LINUX310] = 22, [TINY] = 12, [WIN10] = 36, [MAC] = 4, [PROXY] = 6 }, PATHS_HOME, ANYWHERE, LINES,
		 [F_HELO] = { [HELO_RANDOM] = 42, [HELO_BIG] = 28, [HELO_OWN] = 30 }, [F_DIALECT] = { [D_JAVA] = 55, [D_PYTHON] = 45 }, TLS(35), EARLY(0.2),
		 [F_THINK] = { [THINK_50] = 8, [THINK_250] = 52, [THINK_1000] = 34, [THINK_MORE] = 6 },
		 [F_ERRAND] = { [E_DELIVER] = 97, [E_CONNECT] = 3 }, [F_RCPTS] = { [R_1] = 74, [R_2] = 16, [R_5] = 10 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 78, [LEAVE_FIN] = 18, [LEAVE_RST] = 4 }, [F_RCPT] = { [RCPT_KNOWN] = 90, [RCPT_UNKNOWN] = 9, [RCPT_TRAP] = 1 } } },
	{ .name = "cannon", .class = CLASS_ZOMBIE, .share = 21,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.8,
	  .w = { [F_STACK] = { [WIN10] = 48, [WIN10B] = 27, [WIN81] = 25 }, PATHS_HOME, ANYWHERE, LINES,
		 [F_HELO] = { [HELO_ITSELF] = 45, [HELO_BARE] = 20, [HELO_LETTERS] = 35 }, [F_DIALECT] = { [D_PUMP] = 60, [D_CMD] = 40 }, TLS(0), EARLY(35),
		 [F_THINK] = { [THINK_5] = 95, [THINK_50] = 5 },
		 [F_ERRAND] = { [E_DELIVER] = 90, [E_HARVEST] = 7, [E_CONNECT] = 3 }, [F_RCPTS] = { [R_1] = 20, [R_2] = 15, [R_5] = 30, [R_10] = 25, [R_20] = 10 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 25, [LEAVE_FIN] = 30, [LEAVE_RST] = 45 }, [F_RCPT] = { [RCPT_KNOWN] = 52, [RCPT_UNKNOWN] = 46, [RCPT_TRAP] = 2 } } },
	{ .name = "word", .class = CLASS_ZOMBIE, .share = 17,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.7,
	  .w = { [F_STACK] = { [WIN81] = 50, [WIN10] = 50 }, PATHS_HOME, ANYWHERE, LINES,
		 [F_HELO] = { [HELO_SHARED0] = 55, [HELO_SHARED1] = 30, [HELO_SHARED2] = 15 }, [F_DIALECT] = { [D_CAPS] = 70, [D_EARLY] = 30 }, TLS(0), EARLY(2),
		 [F_THINK] = { [THINK_5] = 45, [THINK_50] = 45, [THINK_250] = 10 },
		 [F_ERRAND] = { [E_DELIVER] = 97, [E_CONNECT] = 3 }, [F_RCPTS] = { [R_1] = 60, [R_2] = 20, [R_5] = 15, [R_10] = 5 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 45, [LEAVE_FIN] = 40, [LEAVE_RST] = 15 }, [F_RCPT] = { [RCPT_KNOWN] = 84, [RCPT_UNKNOWN] = 14.5, [RCPT_TRAP] = 1.5 } } },
	{ .name = "boxes", .class = CLASS_ZOMBIE, .share = 11,
	  .place = PLACE_HOME, .rhythm = RHYTHM_BURSTS, .refused = 0.75,
	  .w = { [F_STACK] = { [TINY] = 70, [LINUX26] = 30 }, PATHS_HOME, ANYWHERE, LINES,
		 [F_HELO] = { [HELO_LOCALHOST] = 40, [HELO_LABEL] = 25, [HELO_US] = 35 }, [F_DIALECT] = { [D_LFONLY] = 40, [D_EARLY] = 60 }, TLS(0), EARLY(12),
		 [F_THINK] = { [THINK_5] = 15, [THINK_50] = 45, [THINK_250] = 40 },
		 [F_ERRAND] = { [E_DELIVER] = 92, [E_HARVEST] = 6, [E_CONNECT] = 2 }, [F_RCPTS] = { [R_1] = 50, [R_2] = 20, [R_5] = 30 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 35, [LEAVE_FIN] = 60, [LEAVE_RST] = 5 }, [F_RCPT] = { [RCPT_KNOWN] = 72, [RCPT_UNKNOWN] = 25, [RCPT_TRAP] = 3 } } },
	{ .name = "homemade", .class = CLASS_ZOMBIE, .share = 6,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.85,
	  .w = { [F_STACK] = { [HOMEMADE] = 100 }, PATHS_HOME, ANYWHERE, LINES,
		 [F_HELO] = { [HELO_LINE] = 60, [HELO_WRONG] = 40 }, [F_DIALECT] = { [D_NOANGLE] = 55, [D_BLANK] = 45 }, TLS(0), EARLY(18),
		 [F_THINK] = { [THINK_5] = 100 }, [F_ERRAND] = { [E_DELIVER] = 100 }, [F_RCPTS] = { [R_1] = 75, [R_5] = 25 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 10, [LEAVE_FIN] = 10, [LEAVE_RST] = 80 }, [F_RCPT] = { [RCPT_KNOWN] = 78, [RCPT_UNKNOWN] = 20, [RCPT_TRAP] = 2 } } },
	{ .name = "rented", .class = CLASS_ZOMBIE, .share = 9, .per_day = 3,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.5,
	  .w = { [F_STACK] = { [LINUX310] = 30, [LINUX5] = 45, [LINUX6] = 25 }, PATHS_SRV, NEAR,
		 [F_RDNS] = { [RDNS_GENERIC] = 30, [RDNS_STATIC] = 30, [RDNS_NONE] = 10, [RDNS_NAMED] = 30 }, [F_HELO] = { [HELO_OWN] = 70, [HELO_SERVER] = 30 },
		 [F_DIALECT] = { [D_POSTFIX] = 30, [D_JAVA] = 70 }, TLS(40), EARLY(0.1), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 },
		 [F_RCPTS] = { [R_1] = 85, [R_2] = 10, [R_5] = 5 }, [F_LEAVE] = { [LEAVE_QUIT] = 96, [LEAVE_FIN] = 4 },
		 [F_RCPT] = { [RCPT_KNOWN] = 86, [RCPT_UNKNOWN] = 12, [RCPT_TRAP] = 2 } } },
	{ .name = "gentle", .class = CLASS_ZOMBIE, .share = 7,
	  .place = PLACE_HOME, .rhythm = RHYTHM_CAMPAIGN, .refused = 0.6,
	  .w = { [F_STACK] = { [WIN10] = 70, [WIN10B] = 30 }, PATHS_HOME, NEAR, [F_RDNS] = { [RDNS_DYNAMIC] = 55, [RDNS_GENERIC] = 45 },
		 [F_HELO] = { [HELO_OWN] = 100 }, [F_DIALECT] = { [D_JAVA] = 100 }, TLS(75), EARLY(0.03), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 }, FEW, POLITE,
		 [F_RCPT] = { [RCPT_KNOWN] = 97.8, [RCPT_UNKNOWN] = 2, [RCPT_TRAP] = 0.2 } } },
	{ .name = "waiter", .class = CLASS_ZOMBIE, .share = 3, .per_day = 6,
	  .place = PLACE_HOME, .rhythm = RHYTHM_SLEEPER, .refused = 0.65,
	  .w = { [F_STACK] = { [WIN10] = 50, [LINUX26] = 50 }, PATHS_HOME, ANYWHERE, [F_RDNS] = { [RDNS_DYNAMIC] = 40, [RDNS_GENERIC] = 40, [RDNS_NONE] = 20 },
		 [F_HELO] = { [HELO_OWN] = 60, [HELO_LABEL] = 40 }, [F_DIALECT] = { [D_PERL] = 100 }, TLS(0), EARLY(0.5), QUICK, [F_ERRAND] = { [E_DELIVER] = 100 },
		 [F_RCPTS] = { [R_1] = 60, [R_2] = 25, [R_5] = 15 }, [F_LEAVE] = { [LEAVE_QUIT] = 70, [LEAVE_FIN] = 30 },
		 [F_RCPT] = { [RCPT_KNOWN] = 80, [RCPT_UNKNOWN] = 17, [RCPT_TRAP] = 3 } } },
	{ .name = "guesser", .class = CLASS_ZOMBIE, .share = 7,
	  .place = PLACE_HOME, .rhythm = RHYTHM_STEADY, .refused = 0.7,
	  .w = { [F_STACK] = { [LINUX5] = 40, [WIN10] = 60 }, PATHS_HOME, ANYWHERE, LINES, [F_HELO] = { [HELO_DESKTOP] = 50, [HELO_RANDOM] = 50 },
		 [F_DIALECT] = { [D_CMD] = 50, [D_BLANK] = 50 }, TLS(0), EARLY(4), [F_THINK] = { [THINK_5] = 50, [THINK_50] = 50 },
		 [F_ERRAND] = { [E_HARVEST] = 85, [E_DELIVER] = 15 }, [F_RCPTS] = { [R_2] = 10, [R_5] = 30, [R_10] = 40, [R_20] = 20 },
		 [F_LEAVE] = { [LEAVE_QUIT] = 50, [LEAVE_FIN] = 50 }, [F_RCPT] = { [RCPT_KNOWN] = 12, [RCPT_UNKNOWN] = 87, [RCPT_TRAP] = 1 } } },

	/* ---- other trouble ---- */
	{ .name = "passwords", .class = CLASS_OTHER, .share = 60, .per_day = 20,
	  .place = PLACE_HOME, .rhythm = RHYTHM_BURSTS,
	  .w = { [F_STACK] = { [LINUX310] = 50, [WIN_2008] = 50 }, PATHS_HOME, ANYWHERE, LINES, [F_HELO] = { [HELO_LABEL] = 50, [HELO_WRONG] = 50 },
		 [F_DIALECT] = { [D_PYTHON] = 100 }, TLS(0), EARLY(0.3), QUICK, [F_ERRAND] = { [E_AUTH] = 100 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 40, [LEAVE_FIN] = 60 }, [F_RCPT] = { [RCPT_KNOWN] = 100 } } },
	{ .name = "relays", .class = CLASS_OTHER, .share = 15, .per_day = 1,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_STEADY,
	  .w = { [F_STACK] = { [WIN_2016] = 60, [LINUX5] = 40 }, PATHS_SRV, ANYWHERE, [F_RDNS] = { [RDNS_NONE] = 60, [RDNS_GENERIC] = 40 },
		 [F_HELO] = { [HELO_US] = 50, [HELO_BARE] = 50 }, [F_DIALECT] = { [D_CMD] = 100 }, TLS(0), EARLY(0.3), QUICK, [F_ERRAND] = { [E_RELAY] = 100 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 50, [LEAVE_FIN] = 50 }, [F_RCPT] = { [RCPT_KNOWN] = 100 } } },
	{ .name = "scanners", .class = CLASS_OTHER, .share = 25, .per_day = 1,
	  .place = PLACE_CLOUD, .rhythm = RHYTHM_STEADY,
	  .w = { [F_STACK] = { [LINUX5] = 70, [HOMEMADE] = 30 }, PATHS_SRV, ANYWHERE, [F_RDNS] = { [RDNS_NAMED] = 50, [RDNS_NONE] = 50 },
		 [F_HELO] = { [HELO_SERVER] = 100 }, [F_DIALECT] = { [D_PERL] = 100 }, TLS(50), EARLY(20), QUICK,
		 [F_ERRAND] = { [E_CONNECT] = 40, [E_HTTP] = 30, [E_MONITOR] = 30 }, FEW,
		 [F_LEAVE] = { [LEAVE_QUIT] = 30, [LEAVE_FIN] = 40, [LEAVE_RST] = 30 }, [F_RCPT] = { [RCPT_KNOWN] = 100 } } },
};

const struct world world_two = {
	.stacks = stacks, .stacks_n = STACKS,
	.dialects = dialects, .dialects_n = DIALECTS,
	.kinds = kinds, .kinds_n = sizeof(kinds) / sizeof(kinds[0]),
	.big = big,
	.shared = { "User", "mailserver-01", "WINDOWS-PC" },
	.line = { "cable-%u-%u-%u-%u.cust.%s", "%u.%u.%u.%u.adsl.%s",
		  "c%u-%u-%u-%u.%s", "n%u.%u.%u.%u.%s" },
};
