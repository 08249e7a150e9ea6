/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * netlist - stage 6 of 8: is an address in one of many networks?
 *
 * Lists of networks of end users and of mail providers' pools, as files with
 * one network (or address) a line; # and ; begin a comment, what follows the
 * network on its line is its label, for people.  Read at start and at reload
 * by whoever owns the config, then read-only: a lookup takes the longest
 * match, in some 50 ns while the list fits the CPU's cache and under 1 us of
 * a million networks.  One takes 64 bytes or less.  netlist_read() refuses a
 * file with errors as a whole ("FILE:LINE: what") so that a reload keeps what
 * was there.
 */
#ifndef ZFW_DAEMON_NETLIST_H
#define ZFW_DAEMON_NETLIST_H

#include "fp/addr.h"

#define NETLIST_ERRLEN 512

struct netlist;

struct netlist *netlist_new(void);
void netlist_free(struct netlist *l); /* NULL is allowed */
/* 0; -1 with a sentence in `err`, and nothing of the file added. */
int netlist_read(struct netlist *l, const char *path, char err[NETLIST_ERRLEN]);
/* The same of a text; `path` is only named in errors. */
int netlist_parse(struct netlist *l, const char *path, struct str text,
    char err[NETLIST_ERRLEN]);
/* For tests and for the config's own lists; 0 or -ENOMEM. */
int netlist_add(struct netlist *l, const struct net *n, struct str label);
/* NULL list is empty.  *which: the entry, if it is asked for. */
bool
netlist_has(const struct netlist *l, const struct addr *a, struct net *which);
size_t netlist_n(const struct netlist *l); /* networks, each once */
/* All of them, in no order that means anything. */
void netlist_each(const struct netlist *l,
    void (*fn)(void *arg, const struct net *n), void *arg);

#endif
