/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * kind - tests only: what kinds of clients there are, and what they show
 *
 * A world is a table of kinds: ways to run a mail server, botnets, and what
 * else knocks at port 25.  For each feature that an observer can see a kind
 * has shares, one a value: a client of that kind draws from them, and the
 * oracle computes with the very same shares.  Shares need not add up to 100.
 * Read-only tables, no memory.
 */
#ifndef ZFW_TESTS_TOOLS_DAY_KIND_H
#define ZFW_TESTS_TOOLS_DAY_KIND_H

#include "tests/tools/lib/stack.h"

#define KINDS_MAX  48
#define VALUES_MAX 24

enum feature {
	/* one draw a client */
	F_STACK,   /* enum stack_row of the world */
	F_PATH,    /* enum path: segment size */
	F_RTT,     /* enum rtt */
	F_RDNS,    /* enum rdns */
	F_HELO,    /* enum helo */
	F_DIALECT, /* enum dialect of the world */
	F_TLS,     /* 0 does not use STARTTLS, 1 does */
	F_CLIENT,
	/* one draw a session */
	F_EARLY = F_CLIENT, /* 0 waits for the greeting, 1 does not */
	F_THINK,            /* enum think */
	F_ERRAND,           /* enum errand */
	F_RCPTS,            /* enum rcpts: how many recipients */
	F_LEAVE,            /* enum leave */
	F_FILTER,           /* of a message: 0 is taken, 1 is refused as spam */
	/* one draw a recipient */
	F_RCPT, /* enum rcpt */
	FEATURES,
};

enum path { PATH_1460, PATH_1452, PATH_1440, PATH_1412, PATH_1380, PATHS };

/* Handshake round trip, ms: below 30, 80, 150, 300, 1000, more. */
enum rtt { RTT_30, RTT_80, RTT_150, RTT_300, RTT_1000, RTT_MORE, RTTS };

/* Between our reply and the next command, less the round trip, ms. */
enum think { THINK_5, THINK_50, THINK_250, THINK_1000, THINK_MORE, THINKS };

enum rdns {
	RDNS_NONE,    /* none, or one that does not point back */
	RDNS_DYNAMIC, /* of an access line, and says so */
	RDNS_GENERIC, /* made from the address, and says no more */
	RDNS_STATIC,  /* made from the address, and says "static" */
	RDNS_NAMED,   /* a mail server's own */
	RDNS_POOL,    /* one of a provider's many, with numbers */
	RDNSS,
};

/* What HELO says.  What depends on a reverse name falls back: see helo_of() */
enum helo {
	HELO_OWN,    /* its reverse name; HELO_LABEL without one */
	HELO_SERVER, /* a name of its own domain that is not its reverse name */
	HELO_RANDOM, /* a made-up FQDN: looks the same, for a single one */
	HELO_DESKTOP, /* DESKTOP-7GH2K1Q */
	HELO_LABEL,   /* mail01, EXCHANGE */
	HELO_INSIDE,  /* server.firm.local */
	HELO_LOCALHOST,
	HELO_ITSELF,  /* [its address] */
	HELO_WRONG,   /* [192.168.1.2] */
	HELO_BARE,    /* its address without brackets */
	HELO_US,      /* our name */
	HELO_BIG,     /* a big provider's name */
	HELO_LINE,    /* dynamic name of its line, though not confirmed */
	HELO_SHARED0, /* the same word all over a botnet */
	HELO_SHARED1,
	HELO_SHARED2,
	HELO_LETTERS, /* eight random letters, one label */
	HELOS,
};

enum errand {
	E_DELIVER, /* mail to some recipients */
	E_BOUNCE,  /* null sender, one recipient */
	E_CALLOUT, /* null sender, one recipient, no mail */
	E_MONITOR, /* looks whether we are there: QUIT or NOOP */
	E_CONNECT, /* connects and leaves */
	E_AUTH,    /* guesses passwords */
	E_RELAY,   /* asks us to relay */
	E_HTTP,    /* speaks HTTP */
	E_HARVEST, /* many recipients, and no mail */
	ERRANDS,
};

enum rcpts { R_1, R_2, R_5, R_10, R_20, R_40, RCPTSS };
enum leave { LEAVE_QUIT, LEAVE_FIN, LEAVE_RST, LEAVES };
enum rcpt { RCPT_KNOWN, RCPT_UNKNOWN, RCPT_TRAP, RCPT_OUTCOMES };

/* How a client speaks, once it is clear what it wants. */
struct dialect {
	const char *name;
	const char *hello; /* "EHLO %s" or the like */
	const char *mail;  /* "MAIL FROM:<%s>%s": sender, parameters */
	const char *rcpt, *data, *quit;
	const char *params; /* ESMTP parameters of MAIL, "" = none */
	const char *eol;
	const char *before; /* a command before MAIL, NULL = none */
	int glued;          /* MAIL, RCPT and DATA in one segment */
	int rude;           /* ... without leave to do so */
};

enum class { CLASS_GOOD, CLASS_ZOMBIE, CLASS_OTHER, CLASSES };
enum place { PLACE_HOSTING, PLACE_OFFICE, PLACE_HOME, PLACE_CLOUD, PLACES };
enum rhythm {
	RHYTHM_OFFICE,   /* more by day */
	RHYTHM_STEADY,   /* day and night */
	RHYTHM_BURSTS,   /* hours of much, then nothing for long */
	RHYTHM_CAMPAIGN, /* a botnet's: all of it is on, or off */
	RHYTHM_SLEEPER,  /* quiet for days, then a storm */
};

struct kind {
	const char *name; /* the finer word of the label */
	enum class class;
	double share;   /* percent of the connections of its class */
	double per_day; /* sessions of a client; 0 = as zombies come */
	unsigned pool;  /* so many addresses, of neighbouring networks */
	enum place place;
	enum rhythm rhythm;
	double v6;          /* share of clients with IPv6 */
	double refused;     /* share of its messages that the filter refuses */
	int sloppy;         /* its number is set by --sloppy */
	int peers;          /* we write to such servers, too */
	const char *domain; /* of a pool's names and of its mail */
	double w[FEATURES][VALUES_MAX];
};

struct world {
	const struct os_stack *stacks;
	unsigned stacks_n;
	const struct dialect *dialects;
	unsigned dialects_n;
	const struct kind *kinds;
	unsigned kinds_n;
	const char *const *big; /* names that HELO_BIG forges */
	const char *shared[3];  /* HELO_SHARED0.. */
	const char *line[4];    /* reverse names of access lines: %u a.b.c.d */
};

/* 1..3, NULL otherwise. */
const struct world *world_get(unsigned n);
extern const struct world world_one, world_two, world_three;

/* How many values a feature has in that world. */
unsigned feature_values(const struct world *w, enum feature f);
extern const char *const feature_name[FEATURES];

/*
 * The share of value `v` among clients of kind `k`, of 1: its table with a
 * pinch of everything else, for nobody is ever quite typical.
 */
double kind_share(const struct world *w, const struct kind *k, enum feature f,
    unsigned v);
/* What is seen of a HELO when there is no reverse name to say. */
enum helo helo_of(enum helo wanted, enum rdns rdns);
/* The share of a HELO that is seen, among such with that reverse name. */
double kind_helo_share(const struct world *w, const struct kind *k,
    enum helo seen, enum rdns rdns);

#endif
