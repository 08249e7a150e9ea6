/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bpf - stage 1 of 8: the filter expression for what may be TCP
 *
 * The text lets TCP from or to some ports through, or all TCP, and what may
 * be TCP where a filter cannot see it: later fragments and IPv6 extension
 * headers, for stage 2 to judge.  Called once per live capture; inline,
 * because only fp/capture.c includes it.  Fails when the ports are too many
 * for the text.
 */
#ifndef ZFW_FP_BPF_H
#define ZFW_FP_BPF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define BPF_TEXT_MAX   8192
#define BPF_VLAN_DEPTH 3 /* tags that the filter looks behind */

/* What passes at one depth of tags. */
static inline void
bpf_one_depth(FILE *f, const uint16_t *ports, size_t n)
{
	fputs("(tcp", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%sport %u", i == 0 ? " and (" : " or ",
		    (unsigned)ports[i]);
	fputs(n == 0 ? ")" : "))", f);
	fputs(" or (ip proto 6 and ip[6:2] & 0x1fff != 0)", f);
	fputs(" or (ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44"
	      " or ip6[6] = 51 or ip6[6] = 60))",
	    f);
}

/*
 * No ports: all TCP, and on Ethernet PPPoE sessions.  The keyword `vlan`
 * moves all offsets of what follows it, so the untagged case comes first and
 * each tag encloses what stands behind it.
 */
static inline bool
bpf_text(char text[BPF_TEXT_MAX], const uint16_t *ports, size_t n,
    bool ethernet)
{
	FILE *f = fmemopen(text, BPF_TEXT_MAX, "w");
	int depth = ethernet ? BPF_VLAN_DEPTH : 0;

	if (f == NULL)
		return false;
	for (int i = 0; i <= depth; i++) {
		if (i > 0)
			fputs(" or (vlan and (", f);
		bpf_one_depth(f, ports, n);
		if (n == 0 && ethernet)
			fputs(" or (ether proto 0x8864)", f);
	}
	for (int i = 0; i < depth; i++)
		fputs("))", f);
	/* Closing says whether all of it had room. */
	return fclose(f) == 0 && strlen(text) < BPF_TEXT_MAX - 1;
}

#endif
