/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/addr daemon/netlist
 *
 * Any bytes as a list of networks: what was refused added nothing, what was
 * taken is found again, each line's network by an address at its beginning,
 * and an error is one printable line that names the file.
 */
#include <stdlib.h>

#include "daemon/netlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
check_lines(const struct netlist *l, struct str text)
{
	while (text.n > 0) {
		const char *end = memchr(text.p, '\n', text.n);
		struct str word = text;
		struct net net, got;

		text = end == NULL ? (struct str){ "", 0 } :
				     str_from(text, (size_t)(end - text.p) + 1);
		while (word.n > 0 && strchr(" \t\r", *word.p) != NULL)
			word = str_from(word, 1);
		for (size_t i = 0; i < word.n; i++)
			if (strchr(" \t\r\n#;", word.p[i]) != NULL)
				word.n = i;
		if (!net_parse(word, &net))
			continue;
		must(netlist_has(l, &net.a, &got));
		must(net_has(&got, &net.a) && got.bits >= net.bits);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	struct netlist *l = netlist_new();
	char err[NETLIST_ERRLEN];
	size_t first;

	must(l != NULL);
	if (netlist_parse(l, "f", text, err) != 0) {
		must(netlist_n(l) == 0 && strncmp(err, "f:", 2) == 0);
		for (const char *p = err; *p != '\0'; p++)
			must(*p >= ' ' && *p <= '~');
		netlist_free(l);
		return 0;
	}
	first = netlist_n(l);
	check_lines(l, text);
	must(netlist_parse(l, "f", text, err) == 0 && netlist_n(l) == first);
	netlist_free(l);
	return 0;
}
