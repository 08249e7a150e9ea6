/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/blind.h"

const char *const blind_view_name[] = {
	[BLIND_NOT] = "no",
	[BLIND_LOG] = "log",
	[BLIND_CAPTURE] = "capture",
	[BLIND_OTHER] = "other",
};

bool
blind_source(uint64_t lines, uint64_t understood)
{
	return lines >= BLIND_LINES && understood == 0;
}

enum blind_view
blind_wire(struct blind *b, const struct blind_span *s)
{
	b->connects_logged = b->connects_logged || s->connects > 0;
	if (!s->captures || !s->logs)
		return BLIND_NOT;
	if (s->about > 0)
		b->alone = 0;
	else
		b->alone += s->handshakes;
	if (s->joined > 0)
		return BLIND_NOT;
	if (s->orphans >= BLIND_ORPHANS)
		return s->handshakes == 0             ? BLIND_CAPTURE :
		    s->handshakes >= BLIND_HANDSHAKES ? BLIND_OTHER :
							BLIND_NOT;
	return b->alone >=
		(b->connects_logged ? BLIND_HANDSHAKES : BLIND_ALONE) ?
	    BLIND_LOG :
	    BLIND_NOT;
}
