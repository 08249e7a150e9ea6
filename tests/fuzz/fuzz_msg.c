/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/msg daemon/msgrec fp/addr
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
	size_t at = 0, packet = 0;

	for (size_t i = 0; i < in->n; i++) {
		size_t bytes = (size_t)in->m[i].value;

		msg_encode(&in->m[i], b);
		if (at + MSG_BYTES > n || memcmp(b, data + at, MSG_BYTES) != 0)
			abort();
		at += MSG_BYTES;
		if (in->m[i].op != MSG_PACKET)
			continue;
		if (at + bytes > n ||
		    memcmp(in->packet + packet, data + at, bytes) != 0)
			abort();
		at += (bytes + MSG_BYTES - 1) / MSG_BYTES * MSG_BYTES;
		packet += bytes;
	}
	if (at != n || packet != in->packet_n)
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
