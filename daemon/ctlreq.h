/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ctlreq - before the tools: one request line of the control socket
 *
 * `verb args...`, words separated by one space, at most CTLREQ_LINE_MAX
 * bytes, nothing left over.  Called by ctl.c for the line of a local user
 * who may open the socket; pure, no memory, fuzzed.  A line that is anything
 * else is refused with a sentence, never guessed at.  Times are seconds;
 * until_s is wall clock.
 */
#ifndef ZFW_DAEMON_CTLREQ_H
#define ZFW_DAEMON_CTLREQ_H

#include "fp/addr.h"

#define CTLREQ_LINE_MAX    1024
#define CTLREQ_COMMENT_MAX 127 /* bytes, without NUL; as in the store */
#define CTLREQ_FOR_MAX_S   (400U * 24 * 3600)

enum ctl_verb {
	CTL_STATUS,      /* status */
	CTL_WHY,         /* why ADDRESS */
	CTL_BLOCKS,      /* blocks */
	CTL_BLOCK,       /* block ADDRESS|NET SECONDS */
	CTL_UNBLOCK,     /* unblock ADDRESS|NET */
	CTL_ALLOW_ADD,   /* allow-add ADDRESS|NET UNTIL COMMENT */
	CTL_ALLOW_DEL,   /* allow-del ADDRESS|NET */
	CTL_ALLOW_LIST,  /* allow-list */
	CTL_ALLOW_CHECK, /* allow-check ADDRESS */
	CTL_RELOAD,      /* reload */
	CTL_REPORT,      /* report ADDRESS spam|ham */
	CTL_BOTNETS,     /* botnets */
	CTL_TOP,         /* top */
	CTL_VERBS,
};
extern const char *const ctl_verb_name[CTL_VERBS];

struct ctl_req {
	enum ctl_verb verb;
	struct net net;   /* an IPv6 address stands for its /64 */
	struct addr addr; /* WHY, ALLOW_CHECK, REPORT: as it was asked for */
	bool spam;        /* REPORT; false = ham */
	uint32_t for_s;   /* BLOCK */
	int64_t until_s;  /* ALLOW_ADD; 0 = for ever */
	char comment[CTLREQ_COMMENT_MAX + 1];
};

/* NULL, or what is wrong with the line (without its newline). */
const char *ctlreq_parse(struct str line, struct ctl_req *out);

/*
 * ADDRESS or NET as people write it -> what zfw works on: an IPv4 address or
 * network, an IPv6 network of at most 64 bits.  Shared with the tools.
 */
bool ctlreq_net(struct str s, struct net *out);

#endif
