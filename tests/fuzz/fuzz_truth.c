/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: tools/replay_truth fp/addr
 *
 * Any bytes as a truth file: an error is one printable line that names the
 * file; what was taken is in order, each address once and found again, by
 * itself and by its network, and the labels' counts add up.
 */
#include <stdlib.h>

#include "tools/replay_truth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool ok)
{
	if (!ok)
		abort();
}

static void
must_be_line(const char *text)
{
	for (; *text != '\0'; text++)
		must(*text >= ' ' && *text <= '~');
}

static void
check(const struct truth *t)
{
	size_t sum = 0;

	for (size_t i = 0; i < t->n; i++) {
		const struct addr *a = &t->v[i].addr;
		struct net net = addr_key_net(a);
		size_t first = truth_find_net(t, &net);

		must(truth_find(t, a) == i);
		must(i == 0 || addr_cmp(&t->v[i - 1].addr, a) < 0);
		must(first <= i && net_has(&net, &t->v[first].addr));
		must(t->v[i].label < t->labels_n);
	}
	must(t->labels_n <= TRUTH_LABELS_MAX);
	for (size_t i = 0; i < t->labels_n; i++) {
		must_be_line(t->labels[i].text);
		sum += t->labels[i].n;
	}
	must(sum == t->n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char err[TRUTH_ERRLEN] = "";
	struct truth t = { 0 };

	if (truth_parse(&t, "f", (struct str){ (const char *)data, n }, err) ==
	    0) {
		must(*err == '\0');
		check(&t);
	} else {
		must(strncmp(err, "f:", 2) == 0);
		must_be_line(err);
	}
	truth_free(&t);
	return 0;
}
