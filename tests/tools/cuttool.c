/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cuttool - drives nft/sockcut and fp/jhash from the command line, for tests
 *
 *	cuttool cut CLIENT PORT SERVER PORT	"cut err=N"
 *	cuttool leaks ADDRESS SEED LEAK TIMES FROM N
 *						ports of N from FROM that pass
 *
 * zt-link: nft/sockcut fp/addr fp/jhash
 * zt-libs: libmnl
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fp/jhash.h"
#include "nft/sockcut.h"

static struct addr
addr_arg(const char *s)
{
	struct addr a = { 0 };

	if (!addr_parse((struct str){ s, strlen(s) }, &a))
		exit(2);
	return a;
}

static uint16_t
port_arg(const char *s)
{
	return (uint16_t)strtoul(s, NULL, 10);
}

static int
cmd_cut(char **arg)
{
	struct addr client = addr_arg(arg[0]), server = addr_arg(arg[2]);
	struct sockcut *c = sockcut_open();
	int err;

	if (c == NULL) {
		perror("cuttool: sockcut_open");
		return 1;
	}
	err = sockcut(c, &client, port_arg(arg[1]), &server, port_arg(arg[3]));
	printf("cut err=%d\n", err);
	sockcut_close(c);
	return err != 0;
}

static int
cmd_leaks(char **arg)
{
	struct addr a = addr_arg(arg[0]);
	uint32_t seed = (uint32_t)strtoul(arg[1], NULL, 0);
	uint32_t leak = (uint32_t)strtoul(arg[2], NULL, 10);
	uint32_t times = (uint32_t)strtoul(arg[3], NULL, 10);
	const struct jhash_pick pick = jhash_pick_of(leak, times, seed);
	unsigned from = port_arg(arg[4]), n = port_arg(arg[5]);

	for (unsigned p = from; p < from + n; p++)
		if (jhash_picks(&pick, &a, (uint16_t)p))
			printf("%u\n", p);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 6 && strcmp(argv[1], "cut") == 0)
		return cmd_cut(argv + 2);
	if (argc == 8 && strcmp(argv[1], "leaks") == 0)
		return cmd_leaks(argv + 2);
	(void)fprintf(stderr, "usage: cuttool cut|leaks ...\n");
	return 2;
}
