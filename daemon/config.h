/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * config - zfwd.conf -> struct config
 *
 * One table row per key: type with unit, default, range, help.  Read by every
 * executable for itself (libconfuse), before it drops privileges.  Any
 * unknown key, missing unit or value out of range is an error that names
 * file and line; nothing is half taken.  config_print() writes a file that
 * parses to the same config.  The caller owns the result.  config_key.h has
 * the rows; never_block_lift takes from the built-in ranges only, never from
 * what never_block adds.
 */
#ifndef ZFW_DAEMON_CONFIG_H
#define ZFW_DAEMON_CONFIG_H

#include <stdio.h>

#include "daemon/policy.h"

#define CONFIG_ERRLEN   512
#define CONFIG_LIST_MAX 64

struct config {
	char *path; /* where it was read from; "" = defaults only */
	struct policy policy;
	char **interfaces;  /* NULL-terminated; empty: of the default route */
	int interface_line; /* in the file; 0: not in it */
	int queue;          /* NFQUEUE number, -1 = off */
	char **logs;        /* paths, or a journal; NULL-terminated; after a
			      reload "" = none has that number any more */
	char *state_dir, *run_dir;
	size_t store_clients_max; /* that the store remembers */
	char *user, *guard_user, *log_group, *ctl_group;
	char *syslog_facility;
	char **signature_files;              /* paths, NULL-terminated */
	char **end_user_files, **pool_files; /* the same */
	char **block_files;                  /* the same */
	bool resolver;
	char **resolver_servers;      /* addresses; empty: of resolv.conf */
	char **dns_lists;             /* "zone=nats", see config_dns_list() */
	char *p0f_socket, *p0f_group; /* "" = none; of `user` */
	char **geo_databases;         /* paths, NULL-terminated */
	char *letter_to;              /* "" = nobody */
	char **never_block, **never_block_lift, **allow, **our_hosts;
	char **traps, **own_names, **submission;
	char **patterns;  /* for patterns_new() */
	int front;        /* enum nft_front: how clients get there */
	char *front_name; /* in its greeting; "" = own_names or the host's */
	char *front_url;  /* "https://HOST" of the page; "" = no links */
	char *front_http; /* ADDRESS:PORT of the page; "" = no page */
	size_t front_max; /* connections at a time */
	char **ingress;   /* interfaces with a netdev hook besides */
};

/*
 * NULL on failure with `err` as "FILE:LINE: what".  `path` NULL gives the
 * defaults.  A missing file is an error.
 */
struct config *config_read(const char *path, char err[CONFIG_ERRLEN]);
/* The same of a text; `path` is only named in errors. */
struct config *
config_parse(const char *path, const char *text, char err[CONFIG_ERRLEN]);
void config_free(struct config *c);
void config_print(const struct config *c, FILE *out);

/*
 * A reload: `next` is the file as it is now.  Keys that need a restart (their
 * values are in what only root can open, or in sizes that were taken) get the
 * values that are in force, and the logs the numbers that they have.  *d:
 * what differs, by name; `restart`: it does not take effect yet.  False: no
 * memory, `next` is of no use.
 */
#define CONFIG_DIFF_MAX 128
struct config_change {
	const char *key;
	bool restart;
};
struct config_diff {
	struct config_change v[CONFIG_DIFF_MAX];
	size_t n;
};
bool config_carry(struct config *next, const struct config *now,
    struct config_diff *d);
/* Who points to one of them has the other's values then. */
void config_swap(struct config *a, struct config *b);

/*
 * A whole text file from its start: 0, -errno, -EILSEQ for a NUL; *text is
 * the caller's.
 */
int config_slurp_fd(int fd, char **text);

/* "zen.example=2.0" -> zone and weight; false when it is not that. */
bool config_dns_list(struct str s, struct str *zone, double *nats);

/* "127.0.0.1:8025", "[::1]:8025"; false when it is not that. */
bool config_listen(struct str s, struct addr *a, uint16_t *port);

/* What front_name stands for; "" = this host's name. */
const char *config_front_name_of(const struct config *c);

/* Is this value of `log` the journal?  Then after "journal:" its units. */
bool config_is_journal(const char *log);

/* "10min", "1h", "8h", "3d", "90s" -> seconds; false without a unit. */
bool config_duration(struct str s, uint32_t *out_s);
/* The shortest exact form: 600 -> "10min". */
const char *config_duration_print(uint32_t s, char buf[24]);

/*
 * One line per key for zfwd.conf(5)'s check: "name type default min max help";
 * all but the help are without spaces.
 */
void config_keys(FILE *out);

#endif
