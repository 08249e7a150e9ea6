/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_botnets - the answer to `zfwctl botnets` */
#include <stdlib.h>

#include "daemon/jtext.h"
#include "daemon/live_impl.h"

#define LIST_MAX 1000

static json_t *
botnet_json(const struct botnet_info *b)
{
	char id[12];

	(void)snprintf(id, sizeof(id), "%08x", b->hit.id);
	return json_pack("{s:s,s:s,s:o,s:I,s:I,s:f,s:f,s:f,s:f,s:o,s:o}", "id",
	    id, "kind", botnet_kind_name[b->hit.kind], "name",
	    jtext(b->hit.name), "networks", (json_int_t)b->hit.networks,
	    "networks_day", (json_int_t)b->networks_day, "clients_day",
	    b->clients_day, "bad", b->hit.bad, "good", b->hit.good, "llr",
	    b->hit.llr, "first", jtext_time(b->first_ms), "last",
	    jtext_time(b->last_ms));
}

json_t *
live_botnets(struct live *l)
{
	struct botnet_info *v = calloc(LIST_MAX, sizeof(*v));
	json_t *list = json_array();
	size_t n = v == NULL ? 0 : engine_botnets(l->engine, v, LIST_MAX);

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, botnet_json(&v[i]));
	free(v);
	return json_pack("{s:b,s:o}", "ok", 1, "botnets", list);
}
