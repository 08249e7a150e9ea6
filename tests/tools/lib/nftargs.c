/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/lib/nftargs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "daemon/evidence_kind.h"

int64_t
now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void
die(const char *what, const char *why)
{
	(void)fprintf(stderr, "nfttool: %s: %s\n", what, why);
	exit(1);
}

struct net
net_arg(const char *s)
{
	struct net n;

	if (s == NULL || !net_parse((struct str){ s, strlen(s) }, &n))
		die(s == NULL ? "network" : s, "not a network");
	return n;
}

unsigned long
num_arg(const char *s)
{
	char *end;
	unsigned long v;

	if (s == NULL)
		die("number", "missing");
	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno != 0 || end == s || *end != '\0')
		die(s, "not a number");
	return v;
}

/* LENGTH.WINDOW[.MSS] */
static struct stack
stack_arg(const char *s)
{
	struct stack k = { 0 };
	int n = sscanf(s, "%hu.%hu.%hu", &k.len, &k.window, &k.mss);

	if (n < 2)
		die(s, "not a stack");
	k.has_mss = n == 3;
	return k;
}

struct nft_op
op_make(enum nft_op_kind kind, const char *elem, const char *seconds)
{
	struct nft_op op = { .kind = kind,
		.tier = 1,
		.score = 981,
		.reasons = { EVIDENCE_EARLY_TALK, EVIDENCE_RDNS_NONE } };
	char net[64] = "";
	const char *at;

	if (elem == NULL)
		die("network", "missing");
	if (strncmp(elem, "reject:", 7) == 0) {
		op.action = NFT_REJECT;
		elem += 7;
	}
	at = strchr(elem, '@');
	if (at != NULL)
		op.stack = stack_arg(at + 1);
	(void)snprintf(net, sizeof(net), "%.*s",
	    at == NULL ? 63 : (int)(at - elem), elem);
	op.net = net_arg(net);
	if (kind != NFT_DEL)
		op.timeout_s = (uint32_t)num_arg(seconds);
	return op;
}

static void
ports_arg(struct nft_conf *conf, char *s)
{
	char *save = NULL;

	conf->ports_n = 0;
	for (char *p = strtok_r(s, ",", &save);
	     p != NULL && conf->ports_n < NFT_PORTS_MAX;
	     p = strtok_r(NULL, ",", &save))
		conf->ports[conf->ports_n++] = (uint16_t)num_arg(p);
}

void
option_arg(int c, struct nft_conf *conf)
{
	if (c == 'p') {
		ports_arg(conf, optarg);
	} else if (c == 'm') {
		conf->blocks_max = (uint32_t)num_arg(optarg);
	} else if (c == 'q') {
		conf->queue = (int)num_arg(optarg);
	} else if (c == 's') {
		conf->drop = false;
	} else if (c == 'l') {
		conf->leak = (uint32_t)num_arg(optarg);
	} else if (c == 'f' || c == 'r') {
		conf->front = c == 'f' ? NFT_FRONT_TPROXY : NFT_FRONT_REDIRECT;
		conf->front_port = (uint16_t)num_arg(optarg);
	} else if (c == 'i' && conf->ingress_n < NFT_DEVS_MAX) {
		(void)snprintf(conf->ingress[conf->ingress_n++],
		    sizeof(conf->ingress[0]), "%s", optarg);
	} else {
		exit(2);
	}
}
