/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * confine - what the parts of tests/tools/confine.c share
 *
 * A unit's [Service] as far as it limits a process, and the two parts that
 * apply most of it: mounts (as root, first) and system calls (last).  What
 * goes wrong ends the process with 125.
 */
#ifndef ZFW_TESTS_TOOLS_LIB_CONFINE_H
#define ZFW_TESTS_TOOLS_LIB_CONFINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define CONFINE_WORDS 64
#define CONFINE_CALLS 1024 /* numbers of system calls are below it */

struct confine_words {
	size_t n;
	const char *v[CONFINE_WORDS];
};

struct confine_unit {
	const char *user, *group;
	struct confine_words groups, ambient, bounding, families;
	struct confine_words writable, read_only; /* the latter within it */
	struct confine_words filters; /* each line of SystemCallFilter */
	struct confine_words keep;
	bool has_bounding, has_families, no_new_privileges;
	bool protect_system, protect_home, private_tmp, private_devices;
	bool private_network, private_users, protect_proc, proc_pid;
	bool protect_hostname, calls_fail; /* not: what is forbidden kills */
	bool protect_clock, protect_modules, protect_logs, tunables;
	bool no_namespaces, no_realtime, no_suid, lock_personality, no_wx;
	mode_t umask;
	unsigned long nofile; /* 0 = as it is */
	bool allowed[CONFINE_CALLS];
};

void confine_die(const char *what, const char *why) __attribute__((noreturn));

/* The file; its strings stay for ever. */
void confine_unit_read(struct confine_unit *u, const char *path);

/* Fills `allowed`; `groups`: a file, NULL = systemd-analyze says it. */
void confine_calls_read(struct confine_unit *u, const char *groups);
void confine_calls(const struct confine_unit *u);

void confine_mount(const struct confine_unit *u);

#endif
