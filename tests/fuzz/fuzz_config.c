/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: daemon/config daemon/config_key daemon/config_nets
 * zt-link: daemon/config_print daemon/config_shape daemon/config_text
 * zt-link: daemon/config_value
 * zt-link: daemon/log fp/addr
 * zt-libs: libconfuse
 *
 * Any text: read or refused with an error that names the file; what is read
 * prints to a text that reads to the same.
 */
#include <stdio.h>
#include <stdlib.h>

#include "daemon/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static char *
printed(const struct config *c)
{
	char *text = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	if (f == NULL)
		abort();
	config_print(c, f);
	fclose(f);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *text = strndup((const char *)data, n), *a, *b;
	char err[CONFIG_ERRLEN];
	struct config *c = config_parse("f", text, err), *d;

	free(text);
	if (c == NULL) {
		if (strncmp(err, "f:", 2) != 0)
			abort();
		return 0;
	}
	a = printed(c);
	d = config_parse("f", a, err);
	if (d == NULL)
		abort();
	b = printed(d);
	if (strcmp(a, b) != 0)
		abort();
	free(a);
	free(b);
	config_free(c);
	config_free(d);
	return 0;
}
