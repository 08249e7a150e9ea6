/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdbool.h>
#include <string.h>

#include "daemon/route.h"

#define UP     0x0001U /* RTF_UP */
#define REJECT 0x0200U /* RTF_REJECT: leads nowhere */

struct names {
	char (*v)[ROUTE_NAME_MAX];
	size_t n, max;
};

static void
add(struct names *to, const char *name)
{
	if (strcmp(name, "lo") == 0)
		return;
	for (size_t i = 0; i < to->n; i++)
		if (strcmp(to->v[i], name) == 0)
			return;
	if (to->n < to->max)
		memcpy(to->v[to->n++], name, strlen(name) + 1);
}

/* iface destination gateway flags refcnt use metric mask ... */
static void
line_v4(struct names *to, const char *line)
{
	char name[ROUTE_NAME_MAX];
	unsigned dest, flags, mask;

	if (sscanf(line, "%31s %x %*x %x %*d %*d %*d %x", name, &dest, &flags,
		&mask) == 4 &&
	    dest == 0 && mask == 0 && (flags & UP) && !(flags & REJECT))
		add(to, name);
}

/* dest plen src plen nexthop metric refcnt use flags iface */
static void
line_v6(struct names *to, const char *line)
{
	char name[ROUTE_NAME_MAX], dest[33];
	unsigned plen, flags;

	if (sscanf(line, "%32s %x %*s %*x %*s %*x %*x %*x %x %31s", dest, &plen,
		&flags, name) == 4 &&
	    plen == 0 && strspn(dest, "0") == strlen(dest) && (flags & UP) &&
	    !(flags & REJECT))
		add(to, name);
}

size_t
route_default(FILE *v4, FILE *v6, char names[][ROUTE_NAME_MAX], size_t n,
    size_t max)
{
	struct names to = { names, n, max };
	char line[512];

	while (v4 != NULL && fgets(line, sizeof(line), v4) != NULL)
		line_v4(&to, line);
	while (v6 != NULL && fgets(line, sizeof(line), v6) != NULL)
		line_v6(&to, line);
	return to.n;
}
