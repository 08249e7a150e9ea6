/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/owner.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

int
owner_become(const char *dir)
{
	struct stat sb;

	if (stat(dir, &sb) != 0)
		return -errno;
	if (geteuid() != 0 || sb.st_uid == 0)
		return 0;
	(void)umask(0027);
	if (setegid(sb.st_gid) != 0 || seteuid(sb.st_uid) != 0)
		return -errno;
	return 0;
}

void
owner_leave(void)
{
	if (getuid() == 0 && seteuid(0) == 0)
		(void)!setegid(0);
}
