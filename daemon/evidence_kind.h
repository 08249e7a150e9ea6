/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * evidence_kind - the names of everything that can be held for or against a
 * client, with the family that each belongs to
 *
 * A table without logic, shared by score, why, replay, the store and the
 * guard's element comments.  Numbers are stored: add at the end only.
 */
#ifndef ZFW_DAEMON_EVIDENCE_KIND_H
#define ZFW_DAEMON_EVIDENCE_KIND_H

enum family {
	FAMILY_STACK, /* one spoofable packet can forge it */
	FAMILY_WIRE,
	FAMILY_NAME,
	FAMILY_RECIPIENT,
	FAMILY_GROUP,
	FAMILY_GOOD,
	FAMILIES,
};

/*
 * X(SYMBOL, number, "stable-name", FAMILY, "words for a human")
 */
#define EVIDENCE_TABLE(X) \
	X(STACK_CLASS, 1, "stack", STACK, "TCP stack of an end-user machine") \
	X(STACK_RECORD, 2, "stack-record", STACK, \
	    "this TCP stack's record here") \
	X(STACK_MANY, 3, "stack-many", STACK, \
	    "several TCP stacks behind one address") \
	X(EARLY_TALK, 4, "early-talk", WIRE, "talks before the greeting") \
	X(PIPELINING, 5, "pipelining", WIRE, \
	    "sends commands without waiting for replies") \
	X(NON_SMTP, 6, "non-smtp", WIRE, "speaks something that is not SMTP") \
	X(BARE_LF, 7, "bare-lf", WIRE, "ends lines with a bare line feed") \
	X(NO_QUIT, 8, "no-quit", WIRE, "leaves without QUIT") \
	X(RDNS_NONE, 9, "no-rdns", NAME, "no confirmed reverse DNS name") \
	X(RDNS_GENERIC, 10, "generic-rdns", NAME, \
	    "reverse DNS name made from the address") \
	X(RDNS_DYNAMIC, 11, "dynamic-rdns", NAME, \
	    "reverse DNS name of a dial-up or home line") \
	X(HELO_LITERAL, 12, "helo-literal", NAME, "HELO is an address") \
	X(HELO_OURS, 13, "helo-ours", NAME, "HELO claims to be us") \
	X(HELO_BAD, 14, "helo-bad", NAME, "HELO is not a host name") \
	X(HELO_DYNAMIC, 15, "helo-dynamic", NAME, \
	    "HELO of a dial-up or home line") \
	X(HELO_CHANGES, 16, "helo-changes", NAME, "HELO changes all the time") \
	X(LISTED, 17, "listed", NAME, "on a DNS list that the MTA uses") \
	X(UNKNOWN_RCPT, 18, "unknown-rcpt", RECIPIENT, \
	    "writes to recipients that do not exist") \
	X(TRAP_RCPT, 19, "trap", RECIPIENT, "writes to spam traps") \
	X(RELAY_PROBE, 20, "relay-probe", RECIPIENT, "tries to relay") \
	X(RATE, 21, "rate", RECIPIENT, "too many connections or commands") \
	X(HELO_GROUP, 22, "helo-group", GROUP, \
	    "the same HELO from many unrelated networks") \
	X(NEIGHBOURS, 23, "neighbours", GROUP, "zombies next door") \
	X(HISTORY, 24, "history", GROUP, "was blocked before") \
	X(ACCEPTED, 25, "accepted-mail", GOOD, "mail of it was accepted") \
	X(PROFILE, 26, "good-profile", GOOD, "is a known good mail server") \
	X(LOGIN, 27, "login", GOOD, "a user logged in from there") \
	X(PEER, 28, "outbound-peer", GOOD, "we deliver mail to it") \
	X(ALLOWED, 29, "allowed", GOOD, "the admin allows it") \
	X(ADMIN, 30, "admin", GOOD, "the admin blocked it") \
	X(DIALECT, 31, "dialect", WIRE, "the way it speaks SMTP") \
	X(THINK, 32, "think-time", WIRE, "its pace between commands") \
	X(RTT, 33, "round-trip", STACK, "how far away it is") \
	X(REACTION, 34, "reaction", WIRE, "what it does when refused") \
	X(PATIENT, 35, "waits", WIRE, "waits for the greeting") \
	X(END_USER, 36, "end-user-network", NAME, \
	    "in a list of end-user networks") \
	X(POOL, 37, "provider-pool", GOOD, \
	    "in a list of mail providers' networks") \
	X(DNS_LIST, 38, "dns-list", NAME, "on a DNS list that zfw asks") \
	X(TEMPLATE, 39, "rdns-template", GROUP, \
	    "hosts with names like its own were caught") \
	X(BOTNET, 40, "botnet", GROUP, "behaves as a botnet does") \
	X(BACKSCATTER, 41, "backscatter", RECIPIENT, \
	    "a flood of bounces to nobody") \
	X(REPORTED, 42, "reported", RECIPIENT, "people report it as spam") \
	X(REPORTED_HAM, 43, "reported-ham", GOOD, "people want its mail") \
	X(CONTENT, 44, "content", RECIPIENT, "its mail was refused as spam") \
	X(AUTH_GUESS, 45, "auth-guessing", RECIPIENT, "guesses passwords") \
	X(NAMED, 46, "named", NAME, "has a confirmed name of its own") \
	X(RCPT_OK, 47, "known-rcpt", RECIPIENT, \
	    "writes to recipients that exist")

enum evidence_kind {
	EVIDENCE_NONE,
#define X(sym, num, name, fam, text) EVIDENCE_##sym = num,
	EVIDENCE_TABLE(X)
#undef X
	    EVIDENCE_KINDS
};

#endif
