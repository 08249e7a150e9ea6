/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * namedump - what names.h says of names, for the tests
 *
 * zt-link: fp/addr daemon/names daemon/names_addr
 *
 * `namedump < ROWS`: each row is an address, a tab and a name.  Prints the
 * row with three more fields: 1 or 0 for the address in the name, the name's
 * class and its class as a HELO.
 */
#include "daemon/names.h"

#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, stdin)) > 0) {
		struct addr a;
		char *tab;

		line[strcspn(line, "\n")] = '\0';
		tab = strchr(line, '\t');
		if (tab == NULL)
			continue;
		struct str ip = { line, (size_t)(tab - line) };
		struct str name = { tab + 1, strlen(tab + 1) };

		if (!addr_parse(ip, &a)) {
			fprintf(stderr, "namedump: not an address: %s\n", line);
			free(line);
			return 1;
		}
		printf("%s\t%d\t%s\t%s\n", line, name_has_addr(name, &a),
		    name_class_name[name_classify(name, &a)],
		    helo_class_name[helo_classify(name, &a, STR(""), NULL)]);
	}
	free(line);
	return 0;
}
