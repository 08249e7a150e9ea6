/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardsole.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/log.h"

/* Who asks is never accepted: this many may ask in our life. */
#define QUEUE 1024

static socklen_t
name_of(struct sockaddr_un *to)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	memcpy(to->sun_path + 1, GUARDSOLE_NAME, sizeof(GUARDSOLE_NAME) - 1);
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) +
	    sizeof(GUARDSOLE_NAME));
}

/* Who had the name when he began to listen; pid 0: nobody answers. */
static struct ucred
holder(void)
{
	struct ucred who = { .pid = 0 };
	socklen_t n = sizeof(who);
	struct sockaddr_un to;
	socklen_t len = name_of(&to);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd == -1)
		return who;
	if (connect(fd, (struct sockaddr *)&to, len) != 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) != 0)
		who.pid = 0;
	close(fd);
	return who;
}

static int
taken(uid_t guard)
{
	struct ucred who = holder();

	if (who.pid != 0 && (who.uid == 0 || who.uid == guard)) {
		log_msg(LOG_ERR,
		    "another-zfwd: another zfwd (process %d) has the table of "
		    "this network namespace",
		    (int)who.pid);
		return -EEXIST;
	}
	log_msg(LOG_WARNING,
	    "name-taken: a program of user %d has our socket name "
	    "@" GUARDSOLE_NAME ": a second zfwd would not be noticed",
	    who.pid == 0 ? -1 : (int)who.uid);
	return -1;
}

int
guardsole_take(uid_t guard)
{
	struct sockaddr_un to;
	socklen_t len = name_of(&to);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd != -1 && bind(fd, (struct sockaddr *)&to, len) == 0 &&
	    listen(fd, QUEUE) == 0)
		return fd;
	if (fd != -1 && errno == EADDRINUSE) {
		close(fd);
		return taken(guard);
	}
	log_msg(LOG_WARNING, "name-failed: @" GUARDSOLE_NAME ": %s",
	    strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}
