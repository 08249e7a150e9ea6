/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * System calls: the list of SystemCallFilter, and before it what single
 * directives forbid by argument.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "tests/tools/lib/confine.h"

#define NEVER SCMP_ACT_ERRNO(EPERM)

/* ---- the list ---- */

struct groups {
	char *text; /* as systemd-analyze prints them */
};

static char *
read_all(FILE *f)
{
	size_t n = 0, max = 1 << 20;
	char *text = malloc(max);

	if (text == NULL)
		confine_die("groups", NULL);
	n = fread(text, 1, max - 1, f);
	text[n] = '\0';
	return text;
}

static void
load(struct groups *g, const char *path)
{
	FILE *f = path != NULL ?
	    fopen(path, "re") :
	    popen("systemd-analyze --no-pager syscall-filter", "re");

	if (f == NULL)
		confine_die("groups of system calls", NULL);
	g->text = read_all(f);
	if (path != NULL)
		(void)fclose(f);
	else
		(void)pclose(f);
	if (strstr(g->text, "@default\n") == NULL)
		confine_die("groups of system calls", "there are none");
}

static void set_name(struct confine_unit *, const struct groups *,
    const char *name, bool on);

/* Its lines are indented; the first that is not ends it. */
static void
set_group(struct confine_unit *u, const struct groups *g, const char *name,
    bool on)
{
	char head[64], word[64];
	const char *p;

	(void)snprintf(head, sizeof(head), "%s\n", name);
	for (p = g->text; (p = strstr(p, head)) != NULL; p++)
		if (p == g->text || p[-1] == '\n')
			break;
	if (p == NULL)
		confine_die(name, "no such group of system calls");
	for (p += strlen(head); *p == ' '; p = strchr(p, '\n') + 1)
		if (sscanf(p, " %63[^ #\n]", word) == 1)
			set_name(u, g, word, on);
}

/* Names of other machines are no numbers here. */
static void
set_name(struct confine_unit *u, const struct groups *g, const char *name,
    bool on)
{
	int nr;

	if (name[0] == '@') {
		set_group(u, g, name, on);
		return;
	}
	nr = seccomp_syscall_resolve_name(name);
	if (nr >= 0 && nr < CONFINE_CALLS)
		u->allowed[nr] = on;
}

void
confine_calls_read(struct confine_unit *u, const char *groups)
{
	struct groups g;

	if (u->filters.n == 0)
		return;
	load(&g, groups);
	if (u->filters.v[0][0] == '~')
		confine_die("SystemCallFilter", "begins with what is taken");
	set_group(u, &g, "@default", true);
	for (size_t i = 0; i < u->filters.n; i++) {
		char *line = strdup(u->filters.v[i]), *rest = line;
		bool on = line != NULL && line[0] != '~';

		if (line == NULL)
			confine_die("groups", NULL);
		if (!on)
			rest++;
		for (char *s; (s = strsep(&rest, " \t")) != NULL;)
			if (*s != '\0')
				set_name(u, &g, s, on);
		free(line);
	}
	free(g.text);
}

static void
must(int rc, const char *what)
{
	errno = -rc;
	if (rc != 0)
		confine_die(what, NULL);
}

static void
load_filter(scmp_filter_ctx f)
{
	/* Sequence as systemd's: what is of another machine's kind dies. */
	must(seccomp_load(f), "seccomp");
	seccomp_release(f);
}

static void
allow_list(const struct confine_unit *u)
{
	scmp_filter_ctx f = seccomp_init(
	    u->calls_fail ? NEVER : SCMP_ACT_KILL_PROCESS);

	for (int nr = 0; nr < CONFINE_CALLS; nr++)
		if (u->allowed[nr])
			must(seccomp_rule_add(f, SCMP_ACT_ALLOW, nr, 0),
			    "SystemCallFilter");
	load_filter(f);
}

/* ---- what is forbidden by argument ---- */

static void
deny(scmp_filter_ctx f, int call)
{
	must(seccomp_rule_add(f, NEVER, call, 0), "seccomp");
}

static void
deny_bits(scmp_filter_ctx f, int call, unsigned arg, scmp_datum_t bits)
{
	for (scmp_datum_t bit = 1; bit != 0 && bit <= bits; bit <<= 1)
		if (bits & bit)
			must(seccomp_rule_add(f, NEVER, call, 1,
				 SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, bit, bit)),
			    "seccomp");
}

static const struct {
	const char *name;
	int family;
} families[] = {
	{ "AF_UNIX", AF_UNIX },
	{ "AF_INET", AF_INET },
	{ "AF_INET6", AF_INET6 },
	{ "AF_NETLINK", AF_NETLINK },
	{ "AF_PACKET", AF_PACKET },
};

static bool
family_allowed(const struct confine_unit *u, int family)
{
	for (size_t i = 0; i < u->families.n; i++)
		for (size_t k = 0; k < sizeof(families) / sizeof(families[0]);
		     k++)
			if (families[k].family == family &&
			    strcmp(u->families.v[i], families[k].name) == 0)
				return true;
	return false;
}

static void
deny_families(scmp_filter_ctx f, const struct confine_unit *u)
{
	for (scmp_datum_t family = 0; family < AF_MAX; family++)
		if (!family_allowed(u, (int)family))
			must(seccomp_rule_add(f, SCMP_ACT_ERRNO(EAFNOSUPPORT),
				 SCMP_SYS(socket), 1,
				 SCMP_A0(SCMP_CMP_EQ, family, 0)),
			    "RestrictAddressFamilies");
}

static void
deny_namespaces(scmp_filter_ctx f)
{
	const scmp_datum_t all = CLONE_NEWCGROUP | CLONE_NEWIPC | CLONE_NEWNET |
	    CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUSER | CLONE_NEWUTS;

	deny(f, SCMP_SYS(setns));
	deny_bits(f, SCMP_SYS(unshare), 0, all);
	deny_bits(f, SCMP_SYS(clone), 0, all);
	must(seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0),
	    "RestrictNamespaces");
}

static void
deny_suid(scmp_filter_ctx f)
{
	const scmp_datum_t bits = S_ISUID | S_ISGID;

	deny_bits(f, SCMP_SYS(chmod), 1, bits);
	deny_bits(f, SCMP_SYS(fchmod), 1, bits);
	deny_bits(f, SCMP_SYS(fchmodat), 2, bits);
	deny_bits(f, SCMP_SYS(mkdir), 1, bits);
	deny_bits(f, SCMP_SYS(mkdirat), 2, bits);
	deny_bits(f, SCMP_SYS(mknod), 1, bits);
	deny_bits(f, SCMP_SYS(mknodat), 2, bits);
	deny_bits(f, SCMP_SYS(open), 2, bits);
	deny_bits(f, SCMP_SYS(openat), 3, bits);
	deny_bits(f, SCMP_SYS(creat), 1, bits);
	must(seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(openat2), 0),
	    "RestrictSUIDSGID");
}

static void
deny_write_execute(scmp_filter_ctx f)
{
	const scmp_datum_t wx = PROT_WRITE | PROT_EXEC;

	must(seccomp_rule_add(f, NEVER, SCMP_SYS(mmap), 1,
		 SCMP_A2(SCMP_CMP_MASKED_EQ, wx, wx)),
	    "MemoryDenyWriteExecute");
	deny_bits(f, SCMP_SYS(mprotect), 2, PROT_EXEC);
	deny_bits(f, SCMP_SYS(pkey_mprotect), 2, PROT_EXEC);
	deny_bits(f, SCMP_SYS(shmat), 2, SHM_EXEC);
}

static void
deny_realtime(scmp_filter_ctx f)
{
	static const int policies[] = { SCHED_FIFO, SCHED_RR, 6 };

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++)
		must(seccomp_rule_add(f, NEVER, SCMP_SYS(sched_setscheduler), 1,
			 SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)policies[i], 0)),
		    "RestrictRealtime");
	deny(f, SCMP_SYS(sched_setattr));
}

static void
deny_clock(scmp_filter_ctx f)
{
	deny(f, SCMP_SYS(adjtimex));
	deny(f, SCMP_SYS(clock_adjtime));
	deny(f, SCMP_SYS(clock_settime));
	deny(f, SCMP_SYS(settimeofday));
}

static void
deny_kernel(scmp_filter_ctx f, const struct confine_unit *u)
{
	if (u->protect_modules) {
		deny(f, SCMP_SYS(delete_module));
		deny(f, SCMP_SYS(finit_module));
		deny(f, SCMP_SYS(init_module));
	}
	if (u->protect_logs)
		deny(f, SCMP_SYS(syslog));
	if (u->protect_hostname) {
		deny(f, SCMP_SYS(sethostname));
		deny(f, SCMP_SYS(setdomainname));
	}
	if (u->protect_clock)
		deny_clock(f);
	if (u->lock_personality)
		must(seccomp_rule_add(f, NEVER, SCMP_SYS(personality), 1,
			 SCMP_A0(SCMP_CMP_NE, 0, 0)),
		    "LockPersonality");
}

/*
 * Is there anything?  Then, as with systemd's User=, no new privileges are to
 * be had.
 */
static bool
any_limit(const struct confine_unit *u)
{
	return u->filters.n > 0 || u->has_families || u->no_namespaces ||
	    u->no_suid || u->no_wx || u->no_realtime || u->protect_modules ||
	    u->protect_logs || u->protect_hostname || u->protect_clock ||
	    u->lock_personality || u->private_devices || u->tunables;
}

void
confine_calls(const struct confine_unit *u)
{
	scmp_filter_ctx f;

	if (!any_limit(u))
		return;
	f = seccomp_init(SCMP_ACT_ALLOW);
	if (u->has_families)
		deny_families(f, u);
	if (u->no_namespaces)
		deny_namespaces(f);
	if (u->no_suid)
		deny_suid(f);
	if (u->no_wx)
		deny_write_execute(f);
	if (u->no_realtime)
		deny_realtime(f);
	deny_kernel(f, u);
	load_filter(f);
	if (u->filters.n > 0)
		allow_list(u);
}
