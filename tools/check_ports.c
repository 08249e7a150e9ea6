/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/check_ports.h"

#include <stdio.h>

#define STATE_LISTEN 0x0a

/* "  0: 0100007F:0019 00000000:0000 0A ...", addresses of 8 or 32 digits. */
bool
check_ports_line(const char *line, uint16_t port)
{
	unsigned local, state;

	return sscanf(line,
		   " %*u: %*32[0-9A-Fa-f]:%4x %*32[0-9A-Fa-f]:%*4x "
		   "%2x ",
		   &local, &state) == 2 &&
	    state == STATE_LISTEN && local == port;
}

static bool
listed(const char *path, uint16_t port)
{
	char line[512];
	FILE *f = fopen(path, "re");
	bool found = false;

	if (f == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), f) != NULL)
		found = check_ports_line(line, port);
	(void)fclose(f);
	return found;
}

bool
check_ports_listens(uint16_t port)
{
	return listed("/proc/net/tcp", port) || listed("/proc/net/tcp6", port);
}
