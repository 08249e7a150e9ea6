/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/childfds.h"

#include <fcntl.h>
#include <unistd.h>

bool
childfds_place(const int *fds, const uint8_t *at, size_t n)
{
	bool taken[CHILDFDS_MAX] = { true, true, true };
	int moved[CHILDFDS_MAX];

	/* First out of the way: one may already sit on another's place. */
	for (size_t i = 0; i < n; i++) {
		if (fds[i] == -1)
			continue;
		moved[i] = fcntl(fds[i], F_DUPFD, CHILDFDS_MAX);
		if (moved[i] == -1)
			return false;
	}
	for (size_t i = 0; i < n; i++) {
		if (fds[i] == -1)
			continue;
		if (dup2(moved[i], at[i]) == -1)
			return false;
		taken[at[i]] = true;
	}
	for (int fd = 0; fd < CHILDFDS_MAX; fd++)
		if (!taken[fd])
			(void)close(fd);
	return close_range(CHILDFDS_MAX, ~0U, 0) == 0;
}
