/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zfw-front - the process that tells rejected clients why, and lets them out
 *
 * Started by zfwd while still root, never by hand, with its sockets open:
 * descriptor 3 to the engine, 4 and 5 the SMTP listeners for IPv4 and IPv6, 6
 * the page's.  Gives root and all files up, shuts the door behind it (seccomp)
 * and runs until the engine is gone.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>

#include "daemon/config.h"
#include "daemon/log.h"
#include "daemon/priv.h"
#include "front/asker.h"
#include "front/http.h"
#include "front/server.h"

#define ENGINE_FD   3
#define SMTP4_FD    4
#define SMTP6_FD    5
#define HTTP_FD     6
#define FDS_EXTRA   256 /* besides those of SMTP connections */
#define HTTP_PLACES 256 /* questions of the page at a time */
#define TICK_MS     250
#define SUMMARY_MS  3600000

struct front {
	const char *conf_path;
	bool foreground;
	int smtp[SERVER_LISTENERS], page; /* listeners; -1 = none */
	struct config *config;
	char name[257], url[129];
	struct event_base *base;
	struct event *tick;
	struct asker *asker;
	struct http *http;
	struct server *server;
	int64_t summary_ms;        /* when the next one is due */
	struct server_counts told; /* by the last one */
};

/* ---- what it was started with ---- */

static const char usage[] =
    "usage: zfw-front -c CONF [-f] | --help | --version\n"
    "Started by zfwd(8); of no use by hand.\n";

static int
refuse(void)
{
	fputs(usage, stderr);
	return 2;
}

static int
sock_option(int fd, int option)
{
	int v = -1;
	socklen_t n = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, option, &v, &n) == 0 ? v : -1;
}

static bool
is_listener(int fd)
{
	return sock_option(fd, SO_TYPE) == SOCK_STREAM &&
	    sock_option(fd, SO_ACCEPTCONN) == 1;
}

/* A closed one is -1; false: it is something else. */
static bool
take_listener(int fd, int *out)
{
	*out = fcntl(fd, F_GETFD) == -1 ? -1 : fd;
	if (*out == -1)
		return true;
	return is_listener(fd) && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0;
}

/* First of all: whatever is opened gets the number of one that is closed. */
static bool
take_sockets(struct front *f)
{
	return sock_option(ENGINE_FD, SO_TYPE) == SOCK_SEQPACKET &&
	    fcntl(ENGINE_FD, F_SETFD, FD_CLOEXEC) == 0 &&
	    take_listener(SMTP4_FD, &f->smtp[0]) &&
	    take_listener(SMTP6_FD, &f->smtp[1]) &&
	    take_listener(HTTP_FD, &f->page) &&
	    (f->smtp[0] != -1 || f->smtp[1] != -1);
}

/* 0 go on, 1 done (help was printed), 2 wrong usage */
static int
parse(int argc, char **argv, struct front *f)
{
	static const struct option longs[] = {
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "c:f", longs, NULL)) != -1) {
		switch (c) {
		case 'c':
			f->conf_path = optarg;
			break;
		case 'f':
			f->foreground = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 1;
		case 'V':
			puts("zfw-front " ZFW_VERSION);
			return 1;
		default:
			return refuse();
		}
	}
	if (optind != argc || f->conf_path == NULL || !take_sockets(f))
		return refuse();
	return 0;
}

/* ---- what needs root ---- */

static bool
read_config(struct front *f)
{
	char err[CONFIG_ERRLEN];

	f->config = config_read(f->conf_path, err);
	if (f->config == NULL)
		log_msg(LOG_ERR, "config: %s", err);
	else
		/* Whoever starts zfwd by hand sees why it does not start. */
		log_open("zfw-front",
		    LOG_TO_STDERR | (f->foreground ? 0 : LOG_TO_SYSLOG),
		    f->config->syslog_facility);
	return f->config != NULL;
}

/* A descriptor for each connection. */
static void
raise_limit(size_t connections)
{
	struct rlimit r;
	rlim_t want = (rlim_t)connections + FDS_EXTRA;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return;
	r.rlim_cur = want;
	if (r.rlim_max < want)
		r.rlim_max = want;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		log_msg(LOG_WARNING, "front-max: not so many descriptors: %s",
		    strerror(errno));
}

static bool
give_up_root(const struct front *f)
{
	char err[PRIV_ERRLEN];
	int rc;

	if (priv_become(f->config->user, NULL, 0, err) != 0) {
		log_msg(LOG_ERR, "root: %s", err);
		return false;
	}
	rc = priv_landlock(NULL, 0, err);
	if (rc != 0 && rc != -ENOTSUP) /* the engine has said so already */
		log_msg(LOG_ERR, "root: %s", err);
	return rc == 0 || rc == -ENOTSUP;
}

/* ---- the loop ---- */

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
log_summary(struct front *f)
{
	struct server_counts n, old = f->told;

	server_counts(f->server, &n);
	if (n.connections == old.connections)
		return;
	f->told = n;
	log_msg(LOG_INFO,
	    "traffic connections=%llu rejected=%llu deferred=%llu "
	    "recipients=%llu silent=%llu timeouts=%llu busy=%llu crowded=%llu",
	    (unsigned long long)(n.connections - old.connections),
	    (unsigned long long)(n.rejected - old.rejected),
	    (unsigned long long)(n.deferred - old.deferred),
	    (unsigned long long)(n.recipients - old.recipients),
	    (unsigned long long)(n.silent - old.silent),
	    (unsigned long long)(n.timeouts - old.timeouts),
	    (unsigned long long)(n.busy - old.busy),
	    (unsigned long long)(n.crowded - old.crowded));
}

static void
on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct front *f = arg;
	int64_t now_ms = clock_ms(CLOCK_MONOTONIC);

	(void)fd;
	(void)what;
	asker_tick(f->asker, now_ms);
	server_tick(f->server, now_ms, clock_ms(CLOCK_REALTIME) / 1000);
	if (now_ms < f->summary_ms)
		return;
	f->summary_ms = now_ms + SUMMARY_MS;
	log_summary(f);
}

static void
on_gone(void *arg)
{
	struct front *f = arg;

	(void)event_base_loopbreak(f->base);
}

static bool
make_tick(struct front *f)
{
	const struct timeval every = { 0, TICK_MS * 1000 };

	f->summary_ms = clock_ms(CLOCK_MONOTONIC) + SUMMARY_MS;
	f->tick = event_new(f->base, -1, EV_PERSIST, on_tick, f);
	return f->tick != NULL && event_add(f->tick, &every) == 0;
}

static void
choose_name(struct front *f, const char *name)
{
	struct utsname u;

	if (name[0] == '\0')
		name = uname(&u) == 0 ? u.nodename : "localhost";
	(void)snprintf(f->name, sizeof(f->name), "%s", name);
}

/* Where they lie, all look at them anew: connections that are there, too. */
static void
on_texts(void *arg, const char *name, const char *url)
{
	struct front *f = arg;

	choose_name(f, name);
	(void)snprintf(f->url, sizeof(f->url), "%s", url);
}

static bool
make_asker(struct front *f)
{
	size_t places = f->config->front_max + HTTP_PLACES;
	const struct asker_conf c = { .base = f->base,
		.fd = ENGINE_FD,
		.places = places < ASKER_PLACES_MAX ? places : ASKER_PLACES_MAX,
		.gone = on_gone,
		.texts = on_texts,
		.arg = f };

	f->asker = asker_new(&c, clock_ms(CLOCK_MONOTONIC));
	return f->asker != NULL;
}

static bool
make_server(struct front *f)
{
	struct server_conf c = { .base = f->base,
		.asker = f->asker,
		.fds = { f->smtp[0], f->smtp[1] },
		.talk = { f->name, f->url },
		.max = f->config->front_max,
		.per_client = SERVER_PER_CLIENT,
		.idle_ms = SERVER_IDLE_MS,
		.life_ms = SERVER_LIFE_MS,
		.linger_ms = SERVER_LINGER_MS };

	f->server = server_new(&c, clock_ms(CLOCK_MONOTONIC),
	    clock_ms(CLOCK_REALTIME) / 1000);
	if (f->server == NULL)
		log_msg(LOG_ERR, "memory: not enough memory");
	return f->server != NULL;
}

static bool
make_http(struct front *f)
{
	const struct http_conf c = { .base = f->base,
		.fd = f->page,
		.host = f->name,
		.asker = f->asker };
	char err[HTTP_ERRLEN];

	if (c.fd == -1)
		return true;
	f->http = http_open(&c, err);
	if (f->http == NULL)
		log_msg(LOG_ERR, "front-page: the page: %s", err);
	return f->http != NULL;
}

static bool
shut_the_door(void)
{
	char err[PRIV_ERRLEN];

	if (priv_seccomp(PRIV_FRONT, err) == 0)
		return true;
	log_msg(LOG_ERR, "root: %s", err);
	return false;
}

static bool
start(struct front *f)
{
	(void)umask(0077);
	(void)signal(SIGPIPE, SIG_IGN);
	if (!read_config(f))
		return false;
	on_texts(f, config_front_name_of(f->config), f->config->front_url);
	raise_limit(f->config->front_max);
	if (!give_up_root(f))
		return false;
	f->base = event_base_new();
	if (f->base == NULL || !make_asker(f)) {
		log_msg(LOG_ERR, "memory: not enough memory");
		return false;
	}
	if (!make_http(f) || !make_server(f) || !make_tick(f) ||
	    !shut_the_door())
		return false;
	if (!f->foreground)
		log_open("zfw-front", LOG_TO_SYSLOG,
		    f->config->syslog_facility);
	return true;
}

static void
stop(struct front *f)
{
	if (f->server != NULL)
		log_summary(f);
	server_free(f->server);
	http_close(f->http);
	asker_free(f->asker);
	if (f->tick != NULL)
		event_free(f->tick);
	if (f->base != NULL)
		event_base_free(f->base);
	config_free(f->config);
}

int
main(int argc, char **argv)
{
	struct front f = { .conf_path = NULL };
	int rc = parse(argc, argv, &f);

	if (rc != 0)
		return rc == 1 ? 0 : rc;
	log_open("zfw-front", LOG_TO_STDERR, NULL);
	rc = start(&f) && event_base_dispatch(f.base) == 0 ? 0 : 1;
	stop(&f);
	return rc;
}
