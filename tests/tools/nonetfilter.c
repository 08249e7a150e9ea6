/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * nonetfilter - runs a command as on a kernel without nf_tables
 *
 * zt-libs: libseccomp
 *
 * socket(AF_NETLINK, ..., NETLINK_NETFILTER) fails with EPROTONOSUPPORT for
 * the command and its children, as it does where the kernel has no netfilter
 * netlink.
 */
#include <err.h>
#include <errno.h>
#include <linux/netlink.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);

	if (argc < 2)
		errx(2, "usage: nonetfilter COMMAND...");
	if (f == NULL ||
	    seccomp_rule_add(f, SCMP_ACT_ERRNO(EPROTONOSUPPORT),
		SCMP_SYS(socket), 2, SCMP_A0(SCMP_CMP_EQ, AF_NETLINK, 0),
		SCMP_A2(SCMP_CMP_EQ, NETLINK_NETFILTER, 0)) != 0 ||
	    seccomp_load(f) != 0)
		errx(1, "seccomp");
	execv(argv[1], argv + 1);
	err(1, "%s", argv[1]);
}
