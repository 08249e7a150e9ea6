/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats.h"

const char *const stats_kind_name[STATS_KINDS] = {
	[STATS_BOTNET] = "botnet",
	[STATS_DOMAIN] = "domain",
	[STATS_TEMPLATE] = "template",
	[STATS_NETWORK] = "network",
	[STATS_COUNTRY] = "country",
	[STATS_AS] = "as",
	[STATS_SIGNATURE] = "signature",
	[STATS_SYSTEM] = "system",
	[STATS_HELO] = "helo",
	[STATS_EVIDENCE] = "evidence",
};

const char *const stats_kind_title[STATS_KINDS] = {
	[STATS_BOTNET] = "Botnets",
	[STATS_DOMAIN] = "Domains",
	[STATS_TEMPLATE] = "Templates of names",
	[STATS_NETWORK] = "Networks",
	[STATS_COUNTRY] = "Countries",
	[STATS_AS] = "Autonomous systems",
	[STATS_SIGNATURE] = "Signatures",
	[STATS_SYSTEM] = "Systems",
	[STATS_HELO] = "HELO names",
	[STATS_EVIDENCE] = "Evidence",
};
