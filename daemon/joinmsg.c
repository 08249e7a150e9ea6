/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/joinmsg.h"

#include <string.h>

#include "fp/bytes.h"

#define VERSION 1

size_t
joinmsg_put(const struct joinmsg *m, char buf[JOINMSG_BYTES])
{
	size_t n = 0;

	if (m->fds_n > JOINMSG_FDS || m->args_n > JOINMSG_ARGS)
		return 0;
	buf[n++] = VERSION;
	buf[n++] = (char)m->fds_n;
	for (size_t i = 0; i < m->fds_n; i++)
		buf[n++] = (char)m->at[i];
	buf[n++] = (char)m->args_n;
	for (size_t i = 0; i < m->args_n; i++) {
		size_t len = strlen(m->args[i]) + 1;

		if (len > JOINMSG_BYTES - n)
			return 0;
		memcpy(buf + n, m->args[i], len);
		n += len;
	}
	return n;
}

static bool
take_fds(struct joinmsg *m, struct rd *r)
{
	m->fds_n = rd_u8(r);
	if (m->fds_n > JOINMSG_FDS)
		return false;
	for (size_t i = 0; i < m->fds_n; i++) {
		m->at[i] = rd_u8(r);
		if (m->at[i] >= JOINMSG_FD)
			return false;
		for (size_t k = 0; k < i; k++)
			if (m->at[k] == m->at[i])
				return false;
	}
	return true;
}

bool
joinmsg_get(struct joinmsg *m, const char *buf, size_t n)
{
	struct rd r = rd_init(buf, n);

	*m = (struct joinmsg){ .fds_n = 0 };
	if (rd_u8(&r) != VERSION || !take_fds(m, &r))
		return false;
	m->args_n = rd_u8(&r);
	if (m->args_n > JOINMSG_ARGS)
		return false;
	for (size_t i = 0; i < m->args_n; i++) {
		const char *arg = (const char *)r.p;
		const char *end = memchr(arg, '\0', r.n);

		if (end == NULL)
			return false;
		m->args[i] = arg;
		rd_skip(&r, (size_t)(end - arg) + 1);
	}
	return !r.bad && r.n == 0;
}
