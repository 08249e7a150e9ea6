/* SPDX-License-Identifier: GPL-3.0-or-later */
/* live_p0f - what p0f would know of our clients, for who asks as of p0f */
#include "daemon/live_impl.h"

#define HOSTS_SLOTS 32768

#define INT(x) ((json_int_t)(x))

static void
on_socket(evutil_socket_t fd, short what, void *arg)
{
	struct live *l = arg;

	(void)fd;
	(void)what;
	p0fsock_run(l->p0f.sock, l->p0f.hosts, live_mono_ms());
}

bool
live_p0f_init(struct live *l)
{
	struct live_p0f *p = &l->p0f;
	const struct hash_key key = hash_key_random();

	if (l->conf.p0f_fd < 0)
		return true;
	p->hosts = hosts_new(HOSTS_SLOTS, &key);
	p->sock = p0fsock_new(l->conf.p0f_fd);
	if (p->hosts == NULL || p->sock == NULL)
		return false;
	p->ev = event_new(l->base, p0fsock_fd(p->sock), EV_READ | EV_PERSIST,
	    on_socket, l);
	return p->ev != NULL && event_add(p->ev, NULL) == 0;
}

void
live_p0f_fini(struct live *l)
{
	struct live_p0f *p = &l->p0f;

	if (p->ev != NULL)
		event_free(p->ev);
	p0fsock_free(p->sock);
	hosts_free(p->hosts);
}

void
live_p0f_packet(struct live *l, const struct traits *t, int64_t t_us)
{
	struct live_p0f *p = &l->p0f;
	struct hosts_look look;
	uint16_t mtu;

	if (!traits_is_syn(t)) {
		hosts_packet(p->hosts, t, t_us);
		return;
	}
	look.hit = sigcache_get(signatures_cache(l->conf.sigs), t, false, 0);
	look.link = sigdb_link(signatures_db(l->conf.sigs), t, &mtu);
	hosts_syn(p->hosts, t, &look, t_us);
}

void
live_p0f_session(void *arg, enum session_event ev, const struct session *s)
{
	struct live *l = arg;

	if (ev == SESSION_EV_OPEN)
		hosts_open(l->p0f.hosts, &s->client, s->cport, s->open_us);
}

void
live_p0f_tick(struct live *l, int64_t mono_ms)
{
	if (l->p0f.sock != NULL)
		p0fsock_run(l->p0f.sock, l->p0f.hosts, mono_ms);
}

json_t *
live_p0f_status(const struct live *l)
{
	struct p0fsock_counts n;
	struct hosts_counts h;

	if (l->p0f.sock == NULL)
		return json_null();
	p0fsock_counts(l->p0f.sock, &n);
	hosts_counts(l->p0f.hosts, &h);
	return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I}", "queries",
	    INT(n.queries), "found", INT(n.found), "bad", INT(n.bad), "evicted",
	    INT(n.evicted), "clients_now", INT(n.open_now), "known_now",
	    INT(h.known_now), "strangers_now", INT(h.strangers_now));
}
