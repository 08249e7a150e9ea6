/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_reload - zfwd.conf again while everything goes on
 *
 * Reads the file and all that it names (signatures, lists, patterns) beside
 * what is in force; any error ends it there.  Then the guard gets the file's
 * descriptor: it may not open the file, and believes only that.  Its rules are
 * the only part that can be refused, so when it has taken the file, so do we,
 * all at once.  Who asked is answered when the kernel has what follows from
 * it: allow list, block_file, and in another mode all blocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "daemon/iface.h"
#include "daemon/jtext.h"
#include "daemon/live_impl.h"
#include "daemon/pattern_new.h"

#define ERRLEN 1024

/* ---- reading ---- */

static void
drop(struct live *l)
{
	struct live_reload *r = &l->reload;

	if (r->fd >= 0)
		close(r->fd);
	r->fd = -1;
	config_free(r->next);
	r->next = NULL;
	patterns_free(r->patterns);
	r->patterns = NULL;
	lists_drop(l->conf.lists);
	signatures_drop(l->conf.sigs);
	r->state = RELOAD_NONE;
	r->conn = NULL;
}

static bool
read_file(struct live *l, char err[ERRLEN])
{
	struct live_reload *r = &l->reload;
	const char *path = l->cfg->path;
	char *text = NULL, why[CONFIG_ERRLEN];
	int rc;

	r->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	rc = r->fd == -1 ? -errno : config_slurp_fd(r->fd, &text);
	if (rc != 0) {
		(void)snprintf(err, ERRLEN, "%s: %s%s", path,
		    rc == -EILSEQ ? "not a text file" : strerror(-rc),
		    rc == -EACCES ? " (the user of the engine must be able to "
				    "read it)" :
				    "");
		return false;
	}
	r->hash = hash_stable(text, strlen(text));
	r->next = config_parse(path, text, why);
	free(text);
	if (r->next == NULL)
		(void)snprintf(err, ERRLEN, "%s", why);
	return r->next != NULL;
}

static bool
has_changed(const struct config_diff *d, const char *key)
{
	for (size_t i = 0; i < d->n; i++)
		if (strcmp(d->v[i].key, key) == 0)
			return true;
	return false;
}

static bool
refuse(char err[ERRLEN], const char *what, const char *why)
{
	const char *denied = strerror(EACCES);
	size_t n = strlen(why), m = strlen(denied);
	bool new_dir = n >= m && strcmp(why + n - m, denied) == 0;

	(void)snprintf(err, ERRLEN, "%s: %s%s", what, why,
	    new_dir ? " (a directory that is new needs a restart)" : "");
	return false;
}

/* All that the file names.  Nothing of it is in force yet. */
static bool
read_more(struct live *l, char err[ERRLEN])
{
	struct live_reload *r = &l->reload;
	const struct config *c = r->next;
	char why[NETLIST_ERRLEN > SIGFILE_ERRLEN ? NETLIST_ERRLEN :
						   SIGFILE_ERRLEN];
	char bad[PATTERN_ERRLEN];

	if (has_changed(&r->diff, "patterns")) {
		r->patterns = patterns_plain((const char *const *)c->patterns,
		    bad);
		if (r->patterns == NULL)
			return refuse(err, c->path, bad);
	}
	if (lists_stage(l->conf.lists, c, why) != 0)
		return refuse(err, "lists", why);
	if (signatures_stage(l->conf.sigs, c->signature_files, why) != 0)
		return refuse(err, "signature_files", why);
	return true;
}

static bool
prepare(struct live *l, char err[ERRLEN])
{
	struct live_reload *r = &l->reload;

	if (!read_file(l, err))
		return false;
	/* Else only the restart, perhaps weeks later, would find it. */
	if (!iface_all_there(r->next, l->cfg->interfaces, err))
		return false;
	if (!config_carry(r->next, l->cfg, &r->diff)) {
		(void)snprintf(err, ERRLEN, "not enough memory");
		return false;
	}
	return read_more(l, err);
}

static void
failed(struct live *l, const char *why)
{
	struct ctl_conn *c = l->reload.conn;

	log_msg(LOG_ERR, "reload-failed: %s; everything stays as it was", why);
	drop(l);
	if (c != NULL)
		ctl_error(c, "%s; everything stays as it was", why);
}

void
live_reload_begin(struct live *l, struct ctl_conn *conn)
{
	struct live_reload *r = &l->reload;
	char err[ERRLEN];

	if (r->state != RELOAD_NONE) {
		if (conn != NULL)
			ctl_error(conn, "another reload is under way");
		r->again = r->again || conn == NULL;
		return;
	}
	r->conn = conn;
	r->fd = -1;
	r->state = RELOAD_SEND;
	if (!prepare(l, err))
		failed(l, err);
	else
		live_reload_tick(l);
}

/* ---- putting it in force ---- */

static void
take_logs(struct live *l, const struct config *old)
{
	size_t n = 0;

	for (; l->cfg->logs[n] != NULL; n++) {
		bool same = n < l->logs_n &&
		    strcmp(l->cfg->logs[n], old->logs[n]) == 0;

		l->reload.fresh[n] = !same && l->cfg->logs[n][0] != '\0';
		if (!same)
			live_in_source(l, n);
	}
	for (size_t i = n; i < l->logs_n; i++)
		live_in_source(l, i);
	l->logs_n = n;
}

static void
take_ports(struct live *l)
{
	const struct policy *p = l->policy;
	char err[CAPTURE_ERRLEN];

	for (size_t i = 0; i < l->conf.ifaces_n; i++)
		if (!capture_ports(l->conf.ifaces[i].capture, p->ports,
			p->ports_n, err))
			log_msg(LOG_ERR, "reload-ports: %s", err);
}

static void
take(struct live *l)
{
	struct live_reload *r = &l->reload;
	struct patterns *old_patterns = NULL;
	int64_t now_ms = live_wall_ms();

	if (r->patterns != NULL) {
		old_patterns = l->conf.patterns;
		l->conf.patterns = r->patterns;
		r->patterns = NULL;
	}
	if (has_changed(&r->diff, "mode"))
		r->mode_ms = now_ms;
	config_swap(l->conf.config, r->next); /* `next` is the old one now */
	lists_swap(l->conf.lists);
	signatures_swap(l->conf.sigs);
	take_logs(l, r->next);
	if (has_changed(&r->diff, "ports"))
		take_ports(l);
	if (live_allow_load(l, now_ms) != 0)
		log_msg(LOG_ERR,
		    "reload-allow: the allow list: not enough memory");
	engine_reload(l->engine, l->conf.patterns, now_ms);
	if (old_patterns != NULL && l->own_patterns)
		patterns_free(old_patterns);
	l->own_patterns = l->own_patterns || old_patterns != NULL;
	/* The answer to the one at the end is then about nothing before. */
	(void)live_guard_sync(l);
	l->bulk.list = true;
	l->bulk.list_at = 0;
	live_front_texts(l);
	config_free(r->next);
	r->next = NULL;
	close(r->fd);
	r->fd = -1;
	r->state = RELOAD_BULK;
}

void
live_reload_configured(struct live *l, int result)
{
	if (l->reload.state != RELOAD_GUARD)
		return;
	if (result < 0)
		failed(l,
		    result == -EINVAL ?
			"the guard refused the file (its log line says why)" :
			strerror(-result));
	else
		take(l);
}

/* ---- the answer ---- */

static json_t *
keys_json(const struct config_diff *d, bool restart)
{
	json_t *a = json_array();

	for (size_t i = 0; i < d->n; i++)
		if (d->v[i].restart == restart)
			json_array_append_new(a, json_string(d->v[i].key));
	return a;
}

json_t *
live_reload_pending(const struct live *l)
{
	return keys_json(&l->reload.diff, true);
}

/* New ones that the guard may not open, for their directory is new. */
static json_t *
denied_json(const struct live *l)
{
	json_t *a = json_array();

	for (size_t i = 0; i < l->logs_n; i++) {
		struct logtail_status st;

		logtail_status(l->tail, i, &st);
		if (l->reload.fresh[i] && st.state == LOGTAIL_DENIED)
			json_array_append_new(a, jtext(l->cfg->logs[i]));
	}
	return a;
}

static json_t *
answer(const struct live *l)
{
	struct sigfile_report rep;

	signatures_report(l->conf.sigs, &rep);
	return json_pack("{s:b,s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:I}", "ok", 1,
	    "mode", l->policy->enforce ? "enforce" : "shadow", "changed",
	    keys_json(&l->reload.diff, false), "restart",
	    live_reload_pending(l), "denied_logs", denied_json(l), "signatures",
	    (json_int_t)rep.signatures, "warnings", (json_int_t)rep.warnings,
	    "end_user_networks", (json_int_t)netlist_n(l->policy->end_user),
	    "pool_networks", (json_int_t)netlist_n(l->policy->pools),
	    "blocked_networks", (json_int_t)netlist_n(l->policy->listed));
}

static void
say(const struct live *l)
{
	const struct config_diff *d = &l->reload.diff;
	char keys[1024] = "";
	size_t n = 0;

	for (size_t i = 0; i < d->n && n < sizeof(keys); i++)
		if (d->v[i].restart)
			n += (size_t)snprintf(keys + n, sizeof(keys) - n,
			    "%s%s", n == 0 ? "" : ", ", d->v[i].key);
	if (n > 0)
		log_msg(LOG_WARNING,
		    "reload-restart: not in force before a restart: %s", keys);
	log_msg(LOG_NOTICE, "reloaded: %s: mode=%s", l->cfg->path,
	    l->policy->enforce ? "enforce" : "shadow");
}

void
live_reload_synced(struct live *l, uint32_t seq, int result)
{
	struct live_reload *r = &l->reload;
	struct ctl_conn *c = r->conn;

	if (r->state != RELOAD_SYNC || r->seq != seq)
		return;
	r->state = RELOAD_NONE;
	r->conn = NULL;
	say(l);
	if (result != 0 && result != -ESHUTDOWN)
		log_msg(LOG_ERR,
		    "reload-partly: not all of it is in the kernel: %s",
		    strerror(-result));
	if (c != NULL && result != 0 && result != -ESHUTDOWN)
		ctl_error(c, "taken, but not all of it is in the kernel: %s",
		    strerror(-result));
	else if (c != NULL)
		ctl_reply(c, answer(l));
}

void
live_reload_gone(struct live *l, const struct ctl_conn *c)
{
	if (l->reload.conn == c)
		l->reload.conn = NULL;
}

static void
send_file(struct live *l)
{
	struct live_reload *r = &l->reload;
	const struct msg m = { .op = MSG_CONFIG, .count = r->hash };
	int rc;

	live_guard_flush(l);
	if (!outq_idle(&l->q))
		return; /* what was said before goes first */
	rc = msg_send_fd(l->conf.guard_fd, &m, r->fd);
	if (rc == 0)
		r->state = RELOAD_GUARD;
	else if (rc != -EAGAIN)
		failed(l, strerror(-rc));
}

void
live_reload_tick(struct live *l)
{
	struct live_reload *r = &l->reload;
	const struct live_bulk *b = &l->bulk;

	if (r->state == RELOAD_SEND)
		send_file(l);
	if (r->state == RELOAD_BULK && !b->allow && !b->list && !b->blocks) {
		r->seq = live_guard_sync(l);
		r->state = RELOAD_SYNC;
		live_guard_flush(l);
	}
	if (r->state == RELOAD_NONE && r->again) {
		r->again = false;
		live_reload_begin(l, NULL);
	}
}

void
live_reload_fini(struct live *l)
{
	if (l->reload.state != RELOAD_NONE)
		drop(l);
	if (l->own_patterns)
		patterns_free(l->conf.patterns);
}
