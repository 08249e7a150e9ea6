/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "tests/tools/lib/confine.h"

#define MODES 0755

static void
must(bool done, const char *what)
{
	if (!done)
		confine_die(what, NULL);
}

static void
set_attr(const char *path, unsigned flags, uint64_t set, uint64_t clear)
{
	struct mount_attr a = { .attr_set = set, .attr_clr = clear };

	must(mount_setattr(AT_FDCWD, path, flags, &a, sizeof(a)) == 0, path);
}

static void
make_dirs(const char *path)
{
	char part[4096];

	for (const char *p = path; (p = strchr(p + 1, '/')) != NULL;) {
		(void)snprintf(part, sizeof(part), "%.*s", (int)(p - path),
		    path);
		(void)mkdir(part, MODES);
	}
	(void)mkdir(path, MODES);
}

/* An empty one of our own, but what is to be kept is there as before. */
static void
private_tmp(const struct confine_unit *u)
{
	int kept[CONFINE_WORDS];

	for (size_t i = 0; i < u->keep.n; i++) {
		kept[i] = open_tree(AT_FDCWD, u->keep.v[i],
		    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
		must(kept[i] != -1, u->keep.v[i]);
	}
	must(mount("tmpfs", "/tmp", "tmpfs", MS_NODEV | MS_NOSUID,
		 "mode=1777") == 0,
	    "/tmp");
	must(mount("tmpfs", "/var/tmp", "tmpfs", MS_NODEV | MS_NOSUID,
		 "mode=1777") == 0,
	    "/var/tmp");
	for (size_t i = 0; i < u->keep.n; i++) {
		make_dirs(u->keep.v[i]);
		must(move_mount(kept[i], "", AT_FDCWD, u->keep.v[i],
			 MOVE_MOUNT_F_EMPTY_PATH) == 0,
		    u->keep.v[i]);
		(void)close(kept[i]);
	}
}

/* Where it is: nobody gets in any more. */
static void
hide(const char *path)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return;
	if (S_ISDIR(st.st_mode))
		must(mount("tmpfs", path, "tmpfs", MS_RDONLY, "mode=000") == 0,
		    path);
	else
		must(mount("/dev/null", path, NULL, MS_BIND, NULL) == 0, path);
}

static void
protect_home(void)
{
	hide("/home");
	hide("/root");
	hide("/run/user");
}

static void
make_device(const char *path, unsigned minor)
{
	must(mknod(path, S_IFCHR | 0666, makedev(1, minor)) == 0 &&
		chmod(path, 0666) == 0,
	    path);
}

/* Those that are none, and the socket of the log. */
static void
private_devices(void)
{
	int log = open_tree(AT_FDCWD, "/dev/log",
	    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	int fd;

	must(mount("tmpfs", "/dev", "tmpfs", MS_NOSUID | MS_NOEXEC,
		 "mode=755") == 0,
	    "/dev");
	make_device("/dev/null", 3);
	make_device("/dev/zero", 5);
	make_device("/dev/full", 7);
	make_device("/dev/random", 8);
	make_device("/dev/urandom", 9);
	if (log != -1) {
		fd = open("/dev/log", O_CREAT | O_WRONLY | O_CLOEXEC, 0666);
		must(fd != -1 &&
			move_mount(log, "", AT_FDCWD, "/dev/log",
			    MOVE_MOUNT_F_EMPTY_PATH) == 0,
		    "/dev/log");
		(void)close(fd);
		(void)close(log);
	}
	set_attr("/dev", 0, MOUNT_ATTR_RDONLY, 0);
}

static void
mount_proc(const struct confine_unit *u)
{
	char options[64];

	(void)snprintf(options, sizeof(options), "%s%s%s",
	    u->protect_proc ? "hidepid=invisible" : "",
	    u->protect_proc && u->proc_pid ? "," : "",
	    u->proc_pid ? "subset=pid" : "");
	must(mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		 options) == 0,
	    "/proc");
}

/* What of /proc can change the kernel; with subset=pid there is none of it. */
static void
protect_tunables(void)
{
	static const char *const paths[] = { "/proc/sys", "/proc/irq",
		"/proc/bus", "/proc/fs", "/proc/sysrq-trigger", "/proc/mtrr",
		"/proc/acpi", "/proc/latency_stats" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (access(paths[i], F_OK) != 0)
			continue;
		must(mount(paths[i], paths[i], NULL, MS_BIND | MS_REC, NULL) ==
			0,
		    paths[i]);
		set_attr(paths[i], 0, MOUNT_ATTR_RDONLY, 0);
	}
	hide("/proc/kallsyms");
	hide("/proc/kcore");
}

/* So that each is a mount, which can be set to one or the other. */
static void
bind_all(const struct confine_words *w)
{
	for (size_t i = 0; i < w->n; i++)
		must(mount(w->v[i], w->v[i], NULL, MS_BIND | MS_REC, NULL) == 0,
		    w->v[i]);
}

void
confine_mount(const struct confine_unit *u)
{
	must(unshare(CLONE_NEWNS) == 0 &&
		mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) == 0,
	    "mount namespace");
	if (u->private_tmp)
		private_tmp(u);
	bind_all(&u->writable);
	bind_all(&u->read_only);
	if (u->protect_home)
		protect_home();
	if (u->protect_modules)
		hide("/usr/lib/modules");
	if (u->protect_system)
		set_attr("/", AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
	for (size_t i = 0; i < u->writable.n; i++)
		set_attr(u->writable.v[i], AT_RECURSIVE, 0, MOUNT_ATTR_RDONLY);
	for (size_t i = 0; i < u->read_only.n; i++)
		set_attr(u->read_only.v[i], AT_RECURSIVE, MOUNT_ATTR_RDONLY, 0);
	if (u->private_tmp) {
		set_attr("/tmp", 0, 0, MOUNT_ATTR_RDONLY);
		set_attr("/var/tmp", 0, 0, MOUNT_ATTR_RDONLY);
	}
	if (u->private_devices)
		private_devices();
	mount_proc(u);
	if (u->tunables)
		protect_tunables();
	if (u->protect_logs)
		hide("/proc/kmsg");
}
