/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/childopts.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

static const char usage[] =
    "usage: zfw-engine -c CONF [--record FILE] [-f] --guard-fd N "
    "--wake-fd N\n"
    "Started by zfwd(8); of no use by hand.\n";

/* A descriptor that is open, or -1. */
static int
fd_of(const char *s)
{
	char *end;
	long v = strtol(s, &end, 10);

	if (*s == '\0' || *end != '\0' || v < 3 || v > 1023 ||
	    fcntl((int)v, F_GETFD) < 0)
		return -1;
	return (int)v;
}

static bool
is_seqpacket(int fd)
{
	int type;
	socklen_t n = sizeof(type);

	return fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &n) == 0 &&
	    type == SOCK_SEQPACKET;
}

static int
refuse(void)
{
	fputs(usage, stderr);
	return 2;
}

int
childopts_parse(int argc, char **argv, struct childopts *o)
{
	static const struct option longs[] = {
		{ "record", required_argument, NULL, 'r' },
		{ "guard-fd", required_argument, NULL, 'g' },
		{ "wake-fd", required_argument, NULL, 'w' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:f", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			o->conf = optarg;
			break;
		case 'f':
			o->foreground = true;
			break;
		case 'r':
			o->record = optarg;
			break;
		case 'g':
			o->guard_fd = fd_of(optarg);
			break;
		case 'w':
			o->wake_fd = fd_of(optarg);
			break;
		case 'h':
			fputs(usage, stdout);
			return 1;
		case 'V':
			puts("zfw-engine " ZFW_VERSION);
			return 1;
		default:
			return refuse();
		}
	}
	if (optind != argc || o->conf == NULL || !is_seqpacket(o->guard_fd) ||
	    o->wake_fd < 0)
		return refuse();
	return 0;
}
