/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/capture.h"

#include "fp/bytes.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIVE_BUFFER (16 << 20)
#define FILE_BUFFER (1 << 18)
#define FILTER_LEN  8192
#define VLAN_DEPTH  3 /* tags that the filter looks behind */

/* Keeps sums and differences of two times within 64 bits. */
#define TIME_MAX_S (INT64_MAX / 4 / 1000000)

struct capture {
	pcap_t *pcap;
	bool live;
	enum packet_link link;
	struct capture_stats stats;
	char name[256];
	char error[CAPTURE_ERRLEN];
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
	return c;
}

struct capture *
capture_open_file(const char *path, char err[CAPTURE_ERRLEN])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	struct capture *c = new_capture(path, err);
	FILE *f;

	if (c == NULL)
		return NULL;
	f = fopen(path, "rbe");
	if (f == NULL) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %m", path);
		free(c);
		return NULL;
	}
	setvbuf(f, NULL, _IOFBF, FILE_BUFFER);
	c->pcap = pcap_fopen_offline(f, why);
	if (c->pcap == NULL) {
		snprintf(err, CAPTURE_ERRLEN,
		    "%.200s: byte 0: not a capture file that can be read: %s",
		    path, why);
		fclose(f);
		free(c);
		return NULL;
	}
	c->link = link_of(pcap_datalink(c->pcap));
	return c;
}

/*
 * What passes at one depth of tags: TCP from or to the ports, what may be
 * that and hides its ports from a filter (later fragments; IPv6 extension
 * headers), judged in user space.
 */
static void
add_ports(FILE *f, const uint16_t *ports, size_t n)
{
	fputs("(tcp and (", f);
	for (size_t i = 0; i < n; i++)
		fprintf(f, "%sport %u", i == 0 ? "" : " or ",
		    (unsigned)ports[i]);
	fputs(")) or (ip proto 6 and ip[6:2] & 0x1fff != 0)", f);
	fputs(" or (ip6 and (ip6[6] = 0 or ip6[6] = 43 or ip6[6] = 44"
	      " or ip6[6] = 51 or ip6[6] = 60))",
	    f);
}

/*
 * The keyword `vlan` moves all offsets of what follows it, so the untagged
 * case comes first and each tag encloses what stands behind it.
 */
static bool
make_filter(char *text, size_t size, const uint16_t *ports, size_t n, bool tags)
{
	FILE *f = fmemopen(text, size, "w");
	int depth = tags ? VLAN_DEPTH : 0;

	if (f == NULL)
		return false;
	for (int i = 0; i <= depth; i++) {
		if (i > 0)
			fputs(" or (vlan and (", f);
		add_ports(f, ports, n);
	}
	for (int i = 0; i < depth; i++)
		fputs("))", f);
	/* Closing says whether all of it had room. */
	return fclose(f) == 0 && strlen(text) < size - 1;
}

static bool
set_filter(struct capture *c, const uint16_t *ports, size_t n)
{
	char text[FILTER_LEN] = "";
	struct bpf_program prog;
	int rc;

	if (n == 0 ||
	    !make_filter(text, sizeof(text), ports, n,
		c->link == PACKET_ETHERNET)) {
		snprintf(c->error, sizeof(c->error),
		    "%s: no filter for %zu ports", c->name, n);
		return false;
	}
	rc = pcap_compile(c->pcap, &prog, text, 1, PCAP_NETMASK_UNKNOWN);
	if (rc == 0) {
		rc = pcap_setfilter(c->pcap, &prog);
		pcap_freecode(&prog);
	}
	if (rc != 0)
		snprintf(c->error, sizeof(c->error), "%s: filter: %s", c->name,
		    pcap_geterr(c->pcap));
	return rc == 0;
}

static bool
activate(struct capture *c)
{
	int rc;

	pcap_set_snaplen(c->pcap, CAPTURE_SNAPLEN);
	/*
	 * A packet is readable at once, before the server's answer to it and
	 * before the log line about that: the witness precedes the testimony.
	 */
	pcap_set_immediate_mode(c->pcap, 1);
	pcap_set_buffer_size(c->pcap, LIVE_BUFFER);
	rc = pcap_activate(c->pcap);
	if (rc < 0) {
		const char *what = pcap_statustostr(rc);
		const char *more = pcap_geterr(c->pcap);

		if (strncmp(more, what, strlen(what)) == 0)
			more = ""; /* the same once more */
		snprintf(c->error, sizeof(c->error), "%s: %s%s%s", c->name,
		    what, *more == '\0' ? "" : ": ", more);
		return false;
	}
	c->link = link_of(pcap_datalink(c->pcap));
	if (c->link == PACKET_OTHER) {
		snprintf(c->error, sizeof(c->error),
		    "%s: link type %s is neither Ethernet nor raw IP", c->name,
		    pcap_datalink_val_to_name(pcap_datalink(c->pcap)));
		return false;
	}
	return true;
}

struct capture *
capture_open_live(const char *iface, const uint16_t *ports, size_t n,
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
		free(c);
		return NULL;
	}
	if (!activate(c) || !set_filter(c, ports, n)) {
		memcpy(err, c->error, CAPTURE_ERRLEN);
		capture_close(c);
		return NULL;
	}
	if (pcap_setnonblock(c->pcap, 1, why) != 0) {
		snprintf(err, CAPTURE_ERRLEN, "%.200s: %s", iface, why);
		capture_close(c);
		return NULL;
	}
	return c;
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
	out->t_us = time_us(&h->ts);
	out->data = data;
	out->caplen = h->caplen;
	out->wirelen = h->len > h->caplen ? h->len : h->caplen;
	out->link = c->link;
	c->stats.packets++;
	if (c->link == PACKET_OTHER)
		c->stats.other_link++;
	return CAPTURE_PACKET;
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

void
capture_close(struct capture *c)
{
	if (c == NULL)
		return;
	if (c->pcap != NULL)
		pcap_close(c->pcap);
	free(c);
}
