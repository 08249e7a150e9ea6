/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/wholefile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Who may read it is the umask's to say, or stays as it was. */
static int
open_beside(struct wholefile *w, const struct stat *was)
{
	mode_t mask = umask(0);
	mode_t mode = was == NULL ? 0666 & ~mask : was->st_mode & 0777;
	int fd;

	(void)umask(mask);
	(void)snprintf(w->tmp, sizeof(w->tmp), "%s.XXXXXX", w->path);
	fd = mkostemp(w->tmp, O_CLOEXEC);
	if (fd == -1) {
		w->tmp[0] = '\0';
		return -errno;
	}
	if (fchmod(fd, mode) == 0)
		w->f = fdopen(fd, "w");
	if (w->f != NULL)
		return 0;
	(void)unlink(w->tmp);
	(void)close(fd);
	return -EIO;
}

int
wholefile_begin(struct wholefile *w, const char *path)
{
	struct stat st;
	bool there = lstat(path, &st) == 0;

	*w = (struct wholefile){ .path = path };
	if (strlen(path) >= WHOLEFILE_PATH)
		return -ENAMETOOLONG;
	if (!there || S_ISREG(st.st_mode))
		return open_beside(w, there ? &st : NULL);
	w->f = fopen(path, "we");
	return w->f == NULL ? -errno : 0;
}

int
wholefile_end(struct wholefile *w, bool good)
{
	int rc = 0;

	if (fflush(w->f) != 0 || ferror(w->f))
		rc = errno != 0 ? -errno : -EIO;
	/* In place by its name only once it is on the disk. */
	if (rc == 0 && good && w->tmp[0] != '\0' && fsync(fileno(w->f)) != 0)
		rc = -errno;
	if (fclose(w->f) != 0 && rc == 0)
		rc = -errno;
	w->f = NULL;
	if (w->tmp[0] == '\0')
		return rc;
	if (rc == 0 && good && rename(w->tmp, w->path) != 0)
		rc = -errno;
	if (rc != 0 || !good)
		(void)unlink(w->tmp);
	return rc;
}
