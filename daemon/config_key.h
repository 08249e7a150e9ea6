/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * config_key - the rows of zfwd.conf and what else the files of config share
 *
 * One row per key says its type, default, limits, where the value lies in
 * struct config, and a sentence of help.  config_value() judges the text of
 * one value; it is the same for what a file says and for the defaults.  Pure;
 * owns nothing; a refusal is a sentence in `why`.
 */
#ifndef ZFW_DAEMON_CONFIG_KEY_H
#define ZFW_DAEMON_CONFIG_KEY_H

#include "daemon/config.h"

#define CONFIG_WHYLEN   256
#define CONFIG_TEXT_MAX 1023 /* bytes of one value */

enum config_type {
	CONFIG_MODE,                   /* bool: "shadow", "enforce" */
	CONFIG_SWITCH,                 /* bool: "off", "on" */
	CONFIG_QUEUE,                  /* int: "off" is -1 */
	CONFIG_FRONT,                  /* int: "off", "tproxy", "redirect" */
	CONFIG_COUNT,                  /* unsigned */
	CONFIG_SIZE,                   /* size_t */
	CONFIG_FRACTION,               /* double */
	CONFIG_DURATION,               /* uint32_t, seconds */
	CONFIG_PORT,                   /* uint16_t */
	CONFIG_TEXTS,                  /* all below are text: char * */
	CONFIG_ACCOUNT = CONFIG_TEXTS, /* a user or group */
	CONFIG_FACILITY,               /* of syslog */
	CONFIG_PATH,                   /* absolute */
	CONFIG_WORD,                   /* letters, digits and a few signs */
	CONFIG_HOST,    /* a host name or domain, in lower case */
	CONFIG_TRAP,    /* user@domain or @domain, in lower case */
	CONFIG_NET,     /* ADDRESS or ADDRESS/BITS, as net_print() has it */
	CONFIG_ADDR,    /* ADDRESS, as addr_print() has it */
	CONFIG_ZONE,    /* zone=nats, see config_dns_list() */
	CONFIG_PATTERN, /* of pattern.h, which judges it */
	CONFIG_LOG,     /* an absolute path, or journal[:UNIT,...] */
	CONFIG_URL,     /* http(s)://HOST[:PORT], in lower case */
	CONFIG_LISTEN,  /* ADDRESS:PORT, see config_listen() */
	CONFIG_TYPES,
};

struct config_key {
	const char *name;
	enum config_type type;
	const char *def; /* as in the file, without spaces */
	double min, max; /* of each value; of text: its bytes */
	size_t at;       /* in struct config */
	size_t list_max; /* 0 = not a list */
	size_t list_min;
	size_t at_n; /* of a list of numbers: where its size_t count lies */
	const char *help;
};

extern const struct config_key config_key[];
extern const size_t config_keys_n;
extern const char *const config_type_name[CONFIG_TYPES];

const struct config_key *config_key_find(const char *name); /* or NULL */

struct config_value {
	double number; /* of all types below CONFIG_TEXTS; exact */
	char text[CONFIG_TEXT_MAX + 1]; /* of the others, normalised */
};
bool config_value(const struct config_key *k, const char *text,
    struct config_value *v, char why[CONFIG_WHYLEN]);

/*
 * Blanks all comments.  NULL, or what is not closed and *line where it
 * starts.
 */
const char *config_blank(char *text, int *line);

/* What ends a word that is not quoted, besides a quote. */
#define CONFIG_ENDS_WORD " \t\r\n{}()=,+"
/* Bytes of the quoted string that starts here; SIZE_MAX: it is not closed. */
size_t config_quoted(const char *s);

/*
 * False when a text without comments, whose strings are closed, is no row of
 * keys and values: `why` and *line of it.  True leaves some to libconfuse.
 */
bool config_shape(const char *text, int *line, char why[CONFIG_WHYLEN]);

/* Its words by number: enum nft_front. */
extern const char *const config_front_name[3];

/* Fills policy.never, .allow and .ours from the lists; false: no memory. */
bool config_nets(struct config *c);

#endif
