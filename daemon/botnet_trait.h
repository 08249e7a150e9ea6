/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * botnet_trait - stage 6 of 8: which clusters a client may be in, and as what
 *
 * Makes of a client, for one kind of cluster, the value that members share,
 * its key and name, and what the client is to it.  Called by botnet; pure,
 * no memory, never fails: a client without such a trait has no part.
 */
#ifndef ZFW_DAEMON_BOTNET_TRAIT_H
#define ZFW_DAEMON_BOTNET_TRAIT_H

#include "daemon/botnet.h"

#define BOTNET_TEXT_MAX 256

enum botnet_part {
	BOTNET_NO_PART,
	BOTNET_MEMBER,
	BOTNET_NAMED, /* shows it, too, but has a good name */
	BOTNET_KNOWN, /* shows it, too, but sends wanted mail */
	BOTNET_OWNER, /* of the name that the others say */
};

/* How much it means that many say this HELO. */
enum botnet_word {
	BOTNET_WORD_NAME,   /* a name that must be somebody's */
	BOTNET_WORD_WEAK,   /* one label, no name at all, from a manual */
	BOTNET_WORD_COMMON, /* what any admin calls a machine */
};

struct botnet_trait {
	enum botnet_part part;
	uint64_t key;    /* stable, of kind and value; not 0 */
	uint64_t owner;  /* whose name it would be; 0 = nobody's */
	uint64_t domain; /* OWNER: the domain that this client has; 0 = none */
	struct str value;
	char text[BOTNET_TEXT_MAX];
};

/* t->value is borrowed from t->text, or of the caller's client. */
void botnet_trait(const struct botnet_client *c, enum botnet_kind k,
    struct botnet_trait *t);
/* Of the value of a BOTNET_HELO. */
enum botnet_word botnet_word(const struct botnet_client *c, struct str helo);
/* Does it have a confirmed name that is not made from its address? */
bool botnet_named(const struct botnet_client *c);

/* The part of a name that somebody registered, near enough. */
struct str botnet_domain(struct str name);
/*
 * name_template(), and what Windows and bots draw by lot becomes '@', too:
 * DESKTOP-1A2B3C4 -> desktop-@.  Writes at most n bytes with NUL; returns the
 * length, 0 when the name has nothing that changes.
 */
size_t botnet_template(struct str name, char *out, size_t n);
/* "helo:ylmf-pc", printable and cut to BOTNET_NAME_MAX. */
void botnet_print(enum botnet_kind k, const struct botnet_trait *t,
    char out[BOTNET_NAME_MAX]);

#endif
