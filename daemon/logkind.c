/* SPDX-License-Identifier: GPL-3.0-or-later */
/* logkind - the names of events; apart, for who needs no parser */
#include "daemon/logline.h"

const char *const log_kind_name[LOG_KINDS] = {
	[LOG_NONE] = "none",
	[LOG_CONNECT] = "connect",
	[LOG_DISCONNECT] = "disconnect",
	[LOG_ACCEPT] = "accept",
	[LOG_SENT] = "sent",
	[LOG_BOUNCED] = "bounced",
	[LOG_OWN_BOUNCE] = "own_bounce",
	[LOG_AUTH_OK] = "auth_ok",
	[LOG_INFO] = "info",
	[LOG_UNKNOWN_RCPT] = "unknown_rcpt",
	[LOG_TRAP_RCPT] = "trap_rcpt",
	[LOG_RELAY_DENIED] = "relay_denied",
	[LOG_LIST_REJECT] = "list_reject",
	[LOG_HELO_REJECT] = "helo_reject",
	[LOG_NAME_REJECT] = "name_reject",
	[LOG_CONTENT_REJECT] = "content_reject",
	[LOG_OTHER_REJECT] = "other_reject",
	[LOG_EARLY_TALK] = "early_talk",
	[LOG_PIPELINING] = "pipelining",
	[LOG_NON_SMTP] = "non_smtp",
	[LOG_LOST] = "lost",
	[LOG_RATE_LIMIT] = "rate_limit",
	[LOG_AUTH_FAIL] = "auth_fail",
};
