/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The request line of the control socket: any bytes give a request or a
 * sentence; what is accepted is within its limits.
 *
 * zt-link: daemon/ctlreq fp/addr
 */
#include <stdlib.h>

#include "daemon/ctlreq.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ctl_req r;
	const char *wrong = ctlreq_parse((struct str){ (const char *)data,
					     size },
	    &r);

	if (wrong != NULL)
		return 0;
	if (size > CTLREQ_LINE_MAX || r.verb >= CTL_VERBS ||
	    strnlen(r.comment, sizeof(r.comment)) == sizeof(r.comment))
		abort();
	if (r.verb == CTL_STATUS || r.verb == CTL_BLOCKS ||
	    r.verb == CTL_ALLOW_LIST || r.verb == CTL_RELOAD ||
	    r.verb == CTL_BOTNETS || r.verb == CTL_TOP)
		return 0;
	if (r.net.a.family != 4 && r.net.a.family != 6)
		abort();
	if (r.net.bits > (r.net.a.family == 4 ? 32 : 64))
		abort();
	if (r.verb == CTL_BLOCK && (r.for_s == 0 || r.for_s > CTLREQ_FOR_MAX_S))
		abort();
	return 0;
}
