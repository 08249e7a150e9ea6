/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/capture.h"

#include "fp/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_BUFFER (1 << 18)
#define FILE_HEAD   28 /* bytes of the longest header of a capture file */

/* Keeps sums and differences of two times within 64 bits. */
#define TIME_MAX_S (INT64_MAX / 4 / 1000000)

struct capture {
	pcap_t *pcap;
	bool live;
	enum packet_link link;
	struct capture_stats stats;
	int fd;             /* of a file */
	int64_t got_bytes;  /* read from it, if it is a pipe */
	int64_t size_bytes; /* -1: unknown */
	char *buffer;       /* what the C library reads it into */
	char name[256];
	char error[CAPTURE_ERRLEN];
};

/* What capture_dispatch() carries through libpcap. */
struct handing {
	struct capture *c;
	void (*fn)(void *arg, const struct packet *p);
	void *arg;
	unsigned n;
};

static enum packet_link
link_of(int dlt)
{
	switch (dlt) {
	case DLT_EN10MB:
		return PACKET_ETHERNET;
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return PACKET_RAW;
	case DLT_LINUX_SLL:
		return PACKET_SLL;
	case DLT_LINUX_SLL2:
		return PACKET_SLL2;
	case DLT_NULL:
	case DLT_LOOP:
		return PACKET_NULL;
	case DLT_PPP:
	case DLT_PPP_SERIAL:
		return PACKET_PPP;
	case DLT_PPP_ETHER:
		return PACKET_PPPOE;
	default:
		return PACKET_OTHER;
	}
}

static struct capture *
new_capture(const char *name, char err[CAPTURE_ERRLEN])
{
	struct capture *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: out of memory", name);
		return NULL;
	}
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->fd = -1;
	c->size_bytes = -1;
	return c;
}

static ssize_t
file_read(void *cookie, char *buf, size_t size)
{
	struct capture *c = cookie;
	ssize_t n = read(c->fd, buf, size);

	if (n > 0)
		c->got_bytes += n;
	return n;
}

/* ftello() asks here; nobody goes anywhere else. */
static int
file_seek(void *cookie, off64_t *at, int whence)
{
	const struct capture *c = cookie;

	if (whence != SEEK_CUR || *at != 0) {
		errno = ESPIPE;
		return -1;
	}
	*at = c->got_bytes;
	return 0;
}

static int
file_close(void *cookie)
{
	const struct capture *c = cookie;

	return close(c->fd);
}

/* With an offset even where there is no seeking. */
static FILE *
pipe_stream(struct capture *c)
{
	static const cookie_io_functions_t io = { .read = file_read,
		.seek = file_seek,
		.close = file_close };

	return fopencookie(c, "r", io);
}

/*
 * A stream with a buffer that is worth its name, and without the C library's
 * locks.  NULL with errno.
 */
static FILE *
open_stream(struct capture *c, const char *path)
{
	bool in = strcmp(path, "-") == 0;
	struct stat st;
	FILE *f = NULL;

	c->fd = in ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) :
		     open(path, O_RDONLY | O_CLOEXEC);
	if (c->fd < 0)
		return NULL;
	if (fstat(c->fd, &st) != 0 || S_ISDIR(st.st_mode)) {
		close(c->fd);
		errno = EISDIR;
		return NULL;
	}
	if (S_ISREG(st.st_mode))
		c->size_bytes = st.st_size;
	c->buffer = malloc(FILE_BUFFER);
	if (c->buffer != NULL) /* a file's own stream is faster */
		f = S_ISREG(st.st_mode) ? fdopen(c->fd, "r") : pipe_stream(c);
	if (f == NULL) {
		close(c->fd);
		errno = ENOMEM;
		return NULL;
	}
	setvbuf(f, c->buffer, _IOFBF, FILE_BUFFER);
	__fsetlocking(f, FSETLOCKING_BYCALLER);
	return f;
}

struct capture *
capture_open_file(const char *path, char err[CAPTURE_ERRLEN])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
	struct capture *c = new_capture(name, err);
	FILE *f;

	if (c == NULL)
		return NULL;
	f = open_stream(c, path);
	if (f == NULL) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %m", name);
		capture_close(c);
		return NULL;
	}
	c->pcap = pcap_fopen_offline(f, why);
	if (c->pcap == NULL) {
		long long at = ftello(f);

		snprintf(err, CAPTURE_ERRLEN,
		    "%.200s: byte %lld: not a capture file that can be read: "
		    "%.200s",
		    name, at <= FILE_HEAD ? 0 : at, why);
		fclose(f);
		capture_close(c);
		return NULL;
	}
	c->link = link_of(pcap_datalink(c->pcap));
	return c;
}

bool
capture_filter(struct capture *c, const char *text, char err[CAPTURE_ERRLEN])
{
	size_t line_n = strcspn(text, "\r\n");
	int shown_n = line_n > 100 ? 100 : (int)line_n;
	struct bpf_program prog;
	int rc = pcap_compile(c->pcap, &prog, text, 1, PCAP_NETMASK_UNKNOWN);

	if (rc == 0) {
		rc = pcap_setfilter(c->pcap, &prog);
		pcap_freecode(&prog);
	}
	if (rc != 0)
		snprintf(err, CAPTURE_ERRLEN, "%.200s: filter \"%.*s\": %.150s",
		    c->name, shown_n, text, pcap_geterr(c->pcap));
	return rc == 0;
}

bool
capture_ports(struct capture *c, const uint16_t *ports, size_t n,
    char err[CAPTURE_ERRLEN])
{
	char text[BPF_TEXT_MAX] = "";

	if (bpf_text(text, ports, n, c->link == PACKET_ETHERNET))
		return capture_filter(c, text, err);
	snprintf(err, CAPTURE_ERRLEN, "%.200s: no filter for %zu ports",
	    c->name, n);
	return false;
}

static bool
activate(struct capture *c, char err[CAPTURE_ERRLEN])
{
	int rc = pcap_activate(c->pcap);

	if (rc < 0) {
		const char *what = pcap_statustostr(rc);
		const char *more = pcap_geterr(c->pcap);

		if (strncmp(more, what, strlen(what)) == 0)
			more = ""; /* the same once more */
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %s%s%.200s", c->name,
		    what, *more == '\0' ? "" : ": ", more);
		return false;
	}
	c->link = link_of(pcap_datalink(c->pcap));
	return true;
}

static bool
refuse_link(const struct capture *c, const char *want, char err[CAPTURE_ERRLEN])
{
	snprintf(err, CAPTURE_ERRLEN, "%.200s: link type %s is %s", c->name,
	    pcap_datalink_val_to_name(pcap_datalink(c->pcap)), want);
	return false;
}

static int
int_of(uint32_t v)
{
	return v > INT_MAX ? INT_MAX : (int)v;
}

/* An interface that is captured from, without a filter so far. */
static struct capture *
open_live(const char *iface, const struct capture_opts *o,
    char err[CAPTURE_ERRLEN])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct capture *c = new_capture(iface, err);

	if (c == NULL)
		return NULL;
	c->live = true;
	c->pcap = pcap_create(iface, why);
	if (c->pcap == NULL) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %s", iface, why);
		capture_close(c);
		return NULL;
	}
	pcap_set_snaplen(c->pcap,
	    o->snaplen_bytes == 0 ? CAPTURE_SNAPLEN : int_of(o->snaplen_bytes));
	pcap_set_buffer_size(c->pcap,
	    int_of(o->buffer_bytes == 0 ? CAPTURE_BUFFER : o->buffer_bytes));
	pcap_set_promisc(c->pcap, o->promiscuous);
	if (o->timeout_ms == 0)
		pcap_set_immediate_mode(c->pcap, 1);
	else
		pcap_set_timeout(c->pcap, int_of(o->timeout_ms));
	if (!activate(c, err)) {
		capture_close(c);
		return NULL;
	}
	return c;
}

/* The last step; `ok` is how those before went. */
static struct capture *
finish_live(struct capture *c, bool ok, char err[CAPTURE_ERRLEN])
{
	char why[PCAP_ERRBUF_SIZE] = "";

	if (ok && pcap_setnonblock(c->pcap, 1, why) != 0) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %s", c->name, why);
		ok = false;
	}
	if (ok)
		return c;
	capture_close(c);
	return NULL;
}

struct capture *
capture_open_live(const char *iface, const uint16_t *ports, size_t n,
    char err[CAPTURE_ERRLEN])
{
	/*
	 * Immediate: a packet is readable at once, before the server's answer
	 * to it and before the log line about that.  The witness precedes the
	 * testimony.
	 */
	static const struct capture_opts opts = { .timeout_ms = 0 };
	struct capture *c = open_live(iface, &opts, err);
	bool ok;

	if (c == NULL)
		return NULL;
	if (n == 0) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: no ports", c->name);
		ok = false;
	} else if (c->link != PACKET_ETHERNET && c->link != PACKET_RAW) {
		ok = refuse_link(c, "neither Ethernet nor raw IP", err);
	} else {
		ok = capture_ports(c, ports, n, err);
	}
	return finish_live(c, ok, err);
}

struct capture *
capture_open_live_with(const char *iface, const struct capture_opts *opts,
    char err[CAPTURE_ERRLEN])
{
	struct capture *c = open_live(iface, opts, err);
	bool ok;

	if (c == NULL)
		return NULL;
	if (c->link == PACKET_OTHER)
		ok = refuse_link(c, "not one that can be read", err);
	else if (opts->filter != NULL)
		ok = capture_filter(c, opts->filter, err);
	else
		ok = capture_ports(c, NULL, 0, err);
	return finish_live(c, ok, err);
}

static int64_t
time_us(const struct timeval *tv)
{
	int64_t s = tv->tv_sec;

	if (s > TIME_MAX_S)
		s = TIME_MAX_S;
	if (s < 0)
		s = 0;
	return s * 1000000 + tv->tv_usec % 1000000;
}

static enum capture_status
fail(struct capture *c)
{
	FILE *f = pcap_file(c->pcap);
	const char *why = pcap_geterr(c->pcap);

	if (f != NULL && ftello(f) >= 0)
		snprintf(c->error, sizeof(c->error), "%s: byte %lld: %s",
		    c->name, (long long)ftello(f), why);
	else
		snprintf(c->error, sizeof(c->error), "%s: %s", c->name, why);
	return CAPTURE_ERROR;
}

static inline struct packet
packet_of(struct capture *c, const struct pcap_pkthdr *h, const u_char *data)
{
	c->stats.packets++;
	if (c->link == PACKET_OTHER)
		c->stats.other_link++;
	return (struct packet){ time_us(&h->ts), data, h->caplen,
		h->len > h->caplen ? h->len : h->caplen, c->link };
}

enum capture_status
capture_next(struct capture *c, struct packet *out)
{
	struct pcap_pkthdr *h;
	const u_char *data;
	int rc;

	rc = pcap_next_ex(c->pcap, &h, &data);
	if (rc == 0)
		return CAPTURE_AGAIN;
	if (rc == PCAP_ERROR_BREAK)
		return c->live ? CAPTURE_AGAIN : CAPTURE_END;
	if (rc != 1)
		return fail(c);
	*out = packet_of(c, h, data);
	return CAPTURE_PACKET;
}

static void
hand_on(u_char *arg, const struct pcap_pkthdr *h, const u_char *data)
{
	struct handing *to = (struct handing *)(void *)arg;
	struct packet p = packet_of(to->c, h, data);

	to->n++;
	to->fn(to->arg, &p);
}

enum capture_status
capture_dispatch(struct capture *c, unsigned max,
    void (*fn)(void *arg, const struct packet *p), void *arg)
{
	struct handing to = { c, fn, arg, 0 };

	if (max == 0)
		return CAPTURE_PACKET;
	if (pcap_dispatch(c->pcap, int_of(max), hand_on, (u_char *)&to) < 0)
		return fail(c);
	if (to.n >= max)
		return CAPTURE_PACKET;
	return c->live ? CAPTURE_AGAIN : CAPTURE_END;
}

const char *
capture_error(const struct capture *c)
{
	return c->error;
}

int
capture_fd(const struct capture *c)
{
	return c->live ? pcap_get_selectable_fd(c->pcap) : -1;
}

void
capture_stats(struct capture *c, struct capture_stats *out)
{
	struct pcap_stat ps;

	if (c->live && pcap_stats(c->pcap, &ps) == 0) {
		/* The library counts in 32 bits, which wrap. */
		uint32_t more = ps.ps_drop - (uint32_t)c->stats.kernel_drops;

		c->stats.kernel_drops += more;
	}
	*out = c->stats;
}

int64_t
capture_offset(const struct capture *c)
{
	if (c->live)
		return -1;
	return c->size_bytes < 0 ? c->got_bytes : lseek(c->fd, 0, SEEK_CUR);
}

int64_t
capture_size(const struct capture *c)
{
	return c->size_bytes;
}

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	free(c->buffer); /* the stream is closed with the library's handle */
	free(c);
}
