/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/logfind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIND_MAX 4096 /* rotated files of one log that are looked at */

/* Opens `name` when it is that file; -1 with errno, ENOENT = it is not. */
static int
open_inode(int dir, const char *name, uint64_t dev, uint64_t ino)
{
	struct stat st;
	int fd;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    st.st_dev != dev || st.st_ino != ino || !S_ISREG(st.st_mode)) {
		errno = ENOENT;
		return -1;
	}
	fd = openat(dir, name,
	    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW);
	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == 0 && st.st_dev == dev && st.st_ino == ino)
		return fd;
	close(fd); /* renamed between the two calls */
	errno = ENOENT;
	return -1;
}

int
logfind(const char *dir, const char *base, uint64_t dev, uint64_t ino)
{
	const struct dirent *e;
	unsigned looked = 0;
	int fd = -1, why = ENOENT;
	DIR *d;

	if (base[0] == '\0')
		errno = ENOENT;
	d = base[0] == '\0' ? NULL : opendir(dir);
	if (d == NULL)
		return -1;
	while (fd == -1 && looked < FIND_MAX && (e = readdir(d)) != NULL) {
		if (strncmp(e->d_name, base, strlen(base)) != 0)
			continue;
		looked++;
		fd = open_inode(dirfd(d), e->d_name, dev, ino);
		if (fd == -1 && errno != ENOENT)
			why = errno;
	}
	closedir(d);
	errno = why;
	return fd;
}
