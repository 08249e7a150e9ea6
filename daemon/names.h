/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names - stage 6 of 8: what the shape of a host name or HELO says
 *
 * Pure questions about text that the client or its provider chose: is the
 * address in the name, does it look generic or dynamic, what kind of HELO
 * argument is this, what is its template (digits folded).  No DNS here.
 */
#ifndef ZFW_DAEMON_NAMES_H
#define ZFW_DAEMON_NAMES_H

#include "daemon/names_addr.h"

enum helo_class {
	HELO_NONE,    /* not seen */
	HELO_FQDN,    /* looks like a mail server's name */
	HELO_RDNS,    /* is the confirmed name of the client */
	HELO_DYNAMIC, /* has the client's address in it, or looks dynamic */
	HELO_LITERAL, /* [192.0.2.1], [IPv6:...]: the client's own */
	HELO_WRONG_LITERAL, /* a literal of another address, or no address */
	HELO_BARE_IP,       /* 192.0.2.1 */
	HELO_OURS,          /* our own name or address */
	HELO_LOCAL,         /* localhost, *.local, *.lan, *.localdomain ... */
	HELO_SINGLE,        /* one label: a Windows machine name */
	HELO_BAD,           /* not a name at all: odd bytes, empty labels */
	HELO_CLASSES,
};
extern const char *const helo_class_name[HELO_CLASSES];

enum name_class {
	NAME_NONE,    /* no (confirmed) name */
	NAME_HOST,    /* nothing special */
	NAME_SERVER,  /* mail, mx, smtp, static, ...: exempt from generic */
	NAME_GENERIC, /* the client's address is in it */
	NAME_DYNAMIC, /* and words like dyn, dsl, dhcp, pool, cable */
	NAME_CLASSES,
};
extern const char *const name_class_name[NAME_CLASSES];

/* A confirmed name that its provider did not make from the address. */
static inline bool
name_is_own(unsigned cls)
{
	return cls == NAME_HOST || cls == NAME_SERVER;
}

/* Our own names and addresses, for HELO_OURS. */
struct names_self {
	const char *const *names; /* NULL-terminated; may be NULL */
	const struct addr *addrs;
	size_t addrs_n;
};

enum name_class name_classify(struct str name, const struct addr *client);

/* `rdns` is the client's confirmed name, empty if none. */
enum helo_class helo_classify(struct str helo, const struct addr *client,
    struct str rdns, const struct names_self *self);

/*
 * Digits folded to '#', long hex runs to '@', lower case, an address in hex
 * groups as if it were decimal: `123-45-6-7.dyn.example.com` and
 * `7b-2d-06-07.dyn.example.com` -> `#-#-#-#.dyn.example.com`.  Writes at most
 * n bytes with NUL, returns the length.
 */
size_t name_template(struct str name, char *out, size_t n);

/* Where the last label begins; 0: the whole is one. */
size_t name_last_label(struct str name);

#endif
