/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/tools/lib/confine.h"

enum kind { IGNORED, TEXT, WORDS, LINES, YES, NUMBER, OCTAL, ONLY };

#define AT(field) offsetof(struct confine_unit, field)

/*
 * YES: on or off.  ONLY: the one value that is tried here; `at` is a flag that
 * it sets.  LINES: each line is kept whole.
 */
static const struct directive {
	const char *name;
	enum kind kind;
	size_t at;
	const char *only;
} directives[] = {
	/* what the manager does, not the process */
	{ "ExecReload", IGNORED, 0, NULL },
	{ "ExecStart", IGNORED, 0, NULL },
	{ "IOSchedulingClass", IGNORED, 0, NULL },
	{ "Nice", IGNORED, 0, NULL },
	{ "NotifyAccess", IGNORED, 0, NULL },
	{ "Restart", IGNORED, 0, NULL },
	{ "RestartSec", IGNORED, 0, NULL },
	{ "StateDirectoryMode", IGNORED, 0, NULL },
	{ "SyslogIdentifier", IGNORED, 0, NULL },
	{ "TimeoutStartSec", IGNORED, 0, NULL },
	{ "TimeoutStopSec", IGNORED, 0, NULL },
	{ "Type", IGNORED, 0, NULL },
	{ "WatchdogSec", IGNORED, 0, NULL },
	/* nothing that we have: IPC objects, keys; devices are not even seen,
	 * and who may talk to nobody has no network */
	{ "DevicePolicy", IGNORED, 0, NULL },
	{ "IPAddressDeny", IGNORED, 0, NULL },
	{ "KeyringMode", IGNORED, 0, NULL },
	{ "RemoveIPC", IGNORED, 0, NULL },

	{ "AmbientCapabilities", WORDS, AT(ambient), NULL },
	{ "CapabilityBoundingSet", WORDS, AT(bounding), NULL },
	{ "Group", TEXT, AT(group), NULL },
	{ "LimitNOFILE", NUMBER, AT(nofile), NULL },
	{ "LockPersonality", YES, AT(lock_personality), NULL },
	{ "MemoryDenyWriteExecute", YES, AT(no_wx), NULL },
	{ "NoNewPrivileges", YES, AT(no_new_privileges), NULL },
	{ "PrivateDevices", YES, AT(private_devices), NULL },
	{ "PrivateMounts", ONLY, 0, "yes" }, /* they always are */
	{ "PrivateNetwork", YES, AT(private_network), NULL },
	{ "PrivateTmp", YES, AT(private_tmp), NULL },
	{ "PrivateUsers", YES, AT(private_users), NULL },
	{ "ProcSubset", ONLY, AT(proc_pid), "pid" },
	{ "ProtectClock", YES, AT(protect_clock), NULL },
	{ "ProtectControlGroups", ONLY, 0, "yes" }, /* with ProtectSystem */
	{ "ProtectHome", YES, AT(protect_home), NULL },
	{ "ProtectHostname", YES, AT(protect_hostname), NULL },
	{ "ProtectKernelLogs", YES, AT(protect_logs), NULL },
	{ "ProtectKernelModules", YES, AT(protect_modules), NULL },
	{ "ProtectKernelTunables", YES, AT(tunables), NULL },
	{ "ProtectProc", ONLY, AT(protect_proc), "invisible" },
	{ "ProtectSystem", ONLY, AT(protect_system), "strict" },
	{ "ReadOnlyPaths", WORDS, AT(read_only), NULL },
	{ "ReadWritePaths", WORDS, AT(writable), NULL },
	{ "RestrictAddressFamilies", WORDS, AT(families), NULL },
	{ "RestrictNamespaces", YES, AT(no_namespaces), NULL },
	{ "RestrictRealtime", YES, AT(no_realtime), NULL },
	{ "RestrictSUIDSGID", YES, AT(no_suid), NULL },
	{ "SupplementaryGroups", WORDS, AT(groups), NULL },
	{ "SystemCallArchitectures", ONLY, 0, "native" },
	{ "SystemCallErrorNumber", ONLY, AT(calls_fail), "EPERM" },
	{ "SystemCallFilter", LINES, AT(filters), NULL },
	{ "UMask", OCTAL, AT(umask), NULL },
	{ "User", TEXT, AT(user), NULL },
};

static void
add_word(struct confine_words *w, const char *text)
{
	if (w->n == CONFINE_WORDS)
		confine_die(text, "too many words");
	w->v[w->n++] = text;
}

static void
add_words(struct confine_words *w, char *text)
{
	char *rest = text;

	for (char *s; (s = strsep(&rest, " \t")) != NULL;)
		if (*s != '\0')
			add_word(w, s);
}

static bool
yes_or_no(const char *name, const char *value)
{
	if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
		confine_die(name, "neither yes nor no");
	return *value == 'y';
}

static unsigned long
number(const char *name, const char *value, int base)
{
	char *end;
	unsigned long v = strtoul(value, &end, base);

	if (end == value || *end != '\0')
		confine_die(name, "no number");
	return v;
}

static void
set_only(struct confine_unit *u, const struct directive *d, const char *value)
{
	/* `all` is what there is anyway. */
	if (strcmp(d->name, "ProcSubset") == 0 && strcmp(value, "all") == 0)
		return;
	if (strcmp(value, d->only) != 0)
		confine_die(d->name, "another value than is tried here");
	if (d->at != 0)
		*(bool *)((char *)u + d->at) = true;
}

static void
set(struct confine_unit *u, const struct directive *d, char *value)
{
	void *at = (char *)u + d->at;

	if (strcmp(d->name, "CapabilityBoundingSet") == 0)
		u->has_bounding = true;
	if (strcmp(d->name, "RestrictAddressFamilies") == 0)
		u->has_families = true;
	if (d->kind == TEXT)
		*(const char **)at = value;
	else if (d->kind == WORDS)
		add_words(at, value);
	else if (d->kind == LINES)
		add_word(at, value);
	else if (d->kind == YES)
		*(bool *)at = yes_or_no(d->name, value);
	else if (d->kind == NUMBER)
		*(unsigned long *)at = number(d->name, value, 10);
	else if (d->kind == OCTAL)
		*(mode_t *)at = (mode_t)number(d->name, value, 8);
	else if (d->kind == ONLY)
		set_only(u, d, value);
}

static void
take(struct confine_unit *u, char *line)
{
	char *value = strchr(line, '=');

	if (value == NULL)
		confine_die(line, "neither section nor directive");
	*value++ = '\0';
	if (strpbrk(value, "%\\") != NULL)
		confine_die(line, "specifiers and continuations are not known");
	for (size_t i = 0; i < sizeof(directives) / sizeof(directives[0]); i++)
		if (strcmp(directives[i].name, line) == 0) {
			set(u, &directives[i], value);
			return;
		}
	confine_die(line, "a directive that is not tried here");
}

void
confine_unit_read(struct confine_unit *u, const char *path)
{
	FILE *f = fopen(path, "re");
	bool service = false;
	char line[1024];

	if (f == NULL)
		confine_die(path, NULL);
	*u = (struct confine_unit){ .keep = u->keep, .umask = 022 };
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '[')
			service = strcmp(line, "[Service]") == 0;
		else if (service && line[0] != '\0' && line[0] != '#') {
			char *copy = strdup(line);

			if (copy == NULL)
				confine_die(path, NULL);
			take(u, copy);
		}
	}
	(void)fclose(f);
	if (u->user == NULL || u->group == NULL)
		confine_die(path, "no User or Group");
}
