/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fakefront - a front that only tells what it was started with
 *
 * zt-link:
 *
 * Started by zfwd with ZFW_FRONT, in place of zfw-front.  Writes to the file
 * $ZFW_FAKE_DIR/front: "args ...", one line for each descriptor from 3 to 9
 * ("3 seqpacket", "4 listens ADDRESS PORT transparent=0|1", "7 closed"), and
 * "ready"; then waits until the other end of 3 is closed, writes "ended".
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

union sock_name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static int
option(int fd, int level, int name)
{
	int v = -1;
	socklen_t n = sizeof(v);

	return getsockopt(fd, level, name, &v, &n) == 0 ? v : -1;
}

static void
say_listener(FILE *out, int fd)
{
	union sock_name name;
	socklen_t n = sizeof(name);
	char text[INET6_ADDRSTRLEN] = "?";
	bool v4;

	if (getsockname(fd, &name.any, &n) != 0)
		return;
	v4 = name.any.sa_family == AF_INET;
	(void)inet_ntop(name.any.sa_family,
	    v4 ? (const void *)&name.v4.sin_addr :
		 (const void *)&name.v6.sin6_addr,
	    text, sizeof(text));
	(void)fprintf(out, "%d listens %s %u transparent=%d\n", fd, text,
	    ntohs(v4 ? name.v4.sin_port : name.v6.sin6_port),
	    v4 ? option(fd, IPPROTO_IP, IP_TRANSPARENT) :
		 option(fd, IPPROTO_IPV6, IPV6_TRANSPARENT));
}

static void
say_fd(FILE *out, int fd)
{
	int type = option(fd, SOL_SOCKET, SO_TYPE);

	if (type == SOCK_SEQPACKET)
		(void)fprintf(out, "%d seqpacket\n", fd);
	else if (type == SOCK_STREAM &&
	    option(fd, SOL_SOCKET, SO_ACCEPTCONN) == 1)
		say_listener(out, fd);
	else
		(void)fprintf(out, "%d %s\n", fd,
		    type == -1 ? "closed" : "odd");
}

int
main(int argc, char **argv)
{
	struct pollfd p = { .fd = 3 };
	const char *dir = getenv("ZFW_FAKE_DIR");
	char path[4096];
	FILE *out, *mem;
	char *text = NULL;
	size_t n = 0;

	mem = open_memstream(&text, &n);
	if (dir == NULL || mem == NULL)
		return 2;
	(void)fputs("args", mem);
	for (int i = 1; i < argc; i++)
		(void)fprintf(mem, " %s", argv[i]);
	(void)fputc('\n', mem);
	/* Before any file is open that could take one of these numbers. */
	for (int fd = 3; fd < 10; fd++)
		say_fd(mem, fd);
	(void)fclose(mem);
	(void)snprintf(path, sizeof(path), "%s/front", dir);
	out = fopen(path, "w");
	if (out == NULL)
		return 2;
	(void)fprintf(out, "%sready\n", text);
	(void)fflush(out);
	/* Nothing is asked for: it returns when the other end is closed. */
	(void)poll(&p, 1, -1);
	(void)fputs("ended\n", out);
	(void)fclose(out);
	return 0;
}
