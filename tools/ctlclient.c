/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/ctlclient.h"

#define ANSWER_MAX ((size_t)64 << 20)

static int
dial(const char *run_dir)
{
	const struct timeval wait = { CTLCLIENT_WAIT_S, 0 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, e;

	if ((size_t)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/ctl",
		run_dir) >= sizeof(sa.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0)
		return fd;
	e = errno;
	close(fd);
	return -e;
}

static int
send_line(int fd, const char *line)
{
	char buf[2048];
	int n = snprintf(buf, sizeof(buf), "%s\n", line);

	if (n < 0 || (size_t)n >= sizeof(buf))
		return -E2BIG;
	if (send(fd, buf, (size_t)n, MSG_NOSIGNAL) == n)
		return 0;
	return errno == EAGAIN ? -ETIMEDOUT : -errno;
}

int
ctlclient_open(const char *run_dir, const char *line, FILE **out)
{
	int fd = dial(run_dir), rc;

	if (fd < 0)
		return fd == -EAGAIN ? -ETIMEDOUT : fd;
	rc = send_line(fd, line);
	if (rc == 0) {
		*out = fdopen(fd, "r");
		if (*out != NULL)
			return 0;
		rc = -errno;
	}
	close(fd);
	return rc;
}

static int
read_all(FILE *f, char **out, size_t *out_n)
{
	size_t n = 0, max = 4096, k;
	char *buf = NULL;

	do {
		char *bigger;

		max *= 2;
		bigger = max > ANSWER_MAX ? NULL : realloc(buf, max);
		if (bigger == NULL) {
			free(buf);
			return -ENOMEM;
		}
		buf = bigger;
		errno = 0;
		k = fread(buf + n, 1, max - n, f);
		n += k;
	} while (n == max);
	*out = buf;
	*out_n = n;
	return n == 0 && errno == EAGAIN ? -ETIMEDOUT : 0;
}

int
ctlclient_ask(const char *run_dir, const char *line, json_t **out)
{
	FILE *f;
	char *text = NULL;
	size_t n;
	int rc = ctlclient_open(run_dir, line, &f);

	if (rc != 0)
		return rc;
	rc = read_all(f, &text, &n);
	(void)fclose(f);
	if (rc == 0) {
		*out = json_loadb(text, n, 0, NULL);
		if (!json_is_object(*out)) {
			json_decref(*out);
			rc = -EPROTO;
		}
	}
	free(text);
	return rc;
}

const char *
ctlclient_error(const json_t *answer)
{
	const char *e = json_string_value(json_object_get(answer, "error"));

	if (json_is_true(json_object_get(answer, "ok")))
		return NULL;
	return e == NULL ? "the daemon refused" : e;
}

bool
ctlclient_down(int rc)
{
	return rc == -ENOENT || rc == -ECONNREFUSED;
}

const char *
ctlclient_what(int rc)
{
	switch (rc) {
	case -ENOENT:
	case -ECONNREFUSED:
		return "zfwd is not running";
	case -ETIMEDOUT:
		return "zfwd does not answer";
	case -EPROTO:
		return "zfwd's answer cannot be understood";
	case -EACCES:
	case -EPERM:
		return "you may not ask zfwd (see ctl_group in zfwd.conf(5))";
	default:
		return strerror(-rc);
	}
}
