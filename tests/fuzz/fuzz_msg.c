/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/msg fp/addr
 *
 * Any bytes as one message on the socket: received or refused, and a record
 * that is taken encodes to the very bytes that it came from.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct msg_in *in, const uint8_t *data, size_t n)
{
	uint8_t b[MSG_BYTES];

	for (size_t i = 0; i < in->n; i++) {
		msg_encode(&in->m[i], b);
		if (memcmp(b, data + i * MSG_BYTES, MSG_BYTES) != 0)
			abort();
	}
	if (in->packet_n > n ||
	    memcmp(in->packet, data + MSG_BYTES, in->packet_n) != 0)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct msg_in in;
	int pair[2], e;

	if (n == 0 || n > 8192)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		abort();
	if (send(pair[0], data, n, MSG_DONTWAIT) != (ssize_t)n)
		abort();
	e = msg_recv(pair[1], &in);
	if (e > 0)
		check(&in, data, n);
	else if (e != -EBADMSG)
		abort();
	close(pair[0]);
	close(pair[1]);
	return 0;
}
