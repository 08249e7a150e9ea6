/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @DUMP db/record db/record_client db/record_behind db/record_series
 * zt-link: daemon/tally daemon/jtext daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libjansson libsodium libm
 *
 * Any bytes as a line to import.  A record that is taken is whole, and what it
 * is exported as is taken again and gives the same bytes.
 */
#include <stdlib.h>

#include "tools/dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool
again(void *arg, const char *line, size_t n)
{
	const struct dump_item *first = arg;
	struct dump_item item;

	if (!dump_parse((struct str){ line, n }, &item) ||
	    item.kind != first->kind || item.key.n != first->key.n ||
	    item.n != first->n ||
	    memcmp(item.key.b, first->key.b, item.key.n) != 0 ||
	    memcmp(item.value, first->value, item.n) != 0)
		abort();
	dump_item_fini(&item);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct dump_item item;
	struct str key, value;
	uint64_t hash;

	if (!dump_parse((struct str){ (const char *)data, n }, &item)) {
		if (item.error[0] == '\0')
			abort();
	} else if (item.kind == DUMP_RECORD) {
		key = (struct str){ (const char *)item.key.b, item.key.n };
		value = (struct str){ (const char *)item.value, item.n };
		if (!record_whole(key, value, &hash))
			abort();
		/* An allow list as "other" comes out entry by entry. */
		if (item.key.b[0] != 'a' &&
		    dump_record(key, value, again, &item) != 0)
			abort();
	}
	dump_item_fini(&item);
	return 0;
}
