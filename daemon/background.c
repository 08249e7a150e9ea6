/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/background.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* In the parent: the child's byte, or its end without one. */
static void __attribute__((noreturn)) wait_and_exit(int fd)
{
	ssize_t n;
	char c;

	do
		n = read(fd, &c, 1);
	while (n == -1 && errno == EINTR);
	_exit(n == 1 ? 0 : 1);
}

int
background_start(struct background *b)
{
	int fds[2];
	pid_t pid;

	*b = (struct background){ -1, -1 };
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -errno;
	pid = fork();
	if (pid == -1)
		return -errno;
	if (pid != 0) {
		close(fds[1]);
		wait_and_exit(fds[0]);
	}
	close(fds[0]);
	b->ready_fd = fds[1];
	b->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (b->null_fd == -1 || setsid() == -1 || chdir("/") != 0)
		return -errno;
	return 0;
}

void
background_ready(struct background *b)
{
	if (b->ready_fd == -1)
		return;
	for (int fd = 0; fd <= 2; fd++)
		(void)dup2(b->null_fd, fd);
	/* A starter that was killed does not need to know. */
	if (write(b->ready_fd, "", 1) == -1)
		errno = 0;
	close(b->ready_fd);
	close(b->null_fd);
	b->ready_fd = b->null_fd = -1;
}
