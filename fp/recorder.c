/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/recorder.h"

#include "fp/bytes.h"

#include <errno.h>
#include <fcntl.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The file that the recorder writes. */
#define FILE_MAGIC    0xa1b2c3d4U /* host order, microseconds */
#define FILE_RAW      101         /* LINKTYPE_RAW */
#define FILE_MAXBYTES 262144U     /* of one packet: libpcap reads no more */

/* A mark: IPv4 and UDP without options, then the line behind its priority. */
#define MARK_PRIORITY   "<22>" /* mail.info */
#define MARK_PRIORITY_N (sizeof(MARK_PRIORITY) - 1)
#define MARK_PORT       514
#define MARK_TTL        64
#define MARK_IP_HLEN    20
#define MARK_HLEN       (MARK_IP_HLEN + 8)
#define MARK_HOST       0x7f000001U
#define MARK_UDP        17

struct recorder {
	int fd;
	int error; /* 0, or the -errno that ended the recording */
	size_t n;  /* bytes waiting in buf */
	uint8_t buf[65536];
};

static int
write_all(int fd, const uint8_t *p, size_t n)
{
	size_t done = 0;

	while (done < n) {
		ssize_t w = write(fd, &p[done], n - done);

		if (w >= 0)
			done += (size_t)w;
		else if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int
recorder_flush(struct recorder *r)
{
	if (r->error == 0)
		r->error = write_all(r->fd, r->buf, r->n);
	r->n = 0;
	return r->error;
}

static void
put(struct recorder *r, const void *p, size_t n)
{
	if (n > sizeof(r->buf) - r->n)
		(void)recorder_flush(r);
	if (r->error != 0)
		return;
	if (n > sizeof(r->buf)) {
		r->error = write_all(r->fd, p, n);
		return;
	}
	memcpy(&r->buf[r->n], p, n);
	r->n += n;
}

struct recorder *
recorder_open(const char *path, char err[RECORDER_ERRLEN])
{
	const struct pcap_file_header h = { FILE_MAGIC, 2, 4, 0, 0,
		FILE_MAXBYTES, FILE_RAW };
	struct recorder *r = calloc(1, sizeof(*r));

	if (r == NULL) {
		snprintf(err, RECORDER_ERRLEN, "%.200s: out of memory", path);
		return NULL;
	}
	r->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (r->fd < 0) {
		snprintf(err, RECORDER_ERRLEN, "%.200s: %m", path);
		free(r);
		return NULL;
	}
	put(r, &h, sizeof(h));
	return r;
}

int
recorder_packet(struct recorder *r, int64_t t_us, const void *ip,
    uint32_t caplen, uint32_t wirelen)
{
	uint64_t t = t_us < 0 ? 0 : (uint64_t)t_us;
	uint64_t s = t / 1000000;
	uint32_t n = caplen < FILE_MAXBYTES ? caplen : FILE_MAXBYTES;
	const uint32_t h[4] = {
		s < UINT32_MAX ? (uint32_t)s : UINT32_MAX,
		(uint32_t)(t % 1000000),
		n,
		wirelen > caplen ? wirelen : caplen,
	};

	put(r, h, sizeof(h));
	put(r, ip, n);
	return r->error;
}

int
recorder_error(const struct recorder *r)
{
	return r->error;
}

void
recorder_close(struct recorder *r)
{
	if (r == NULL)
		return;
	(void)recorder_flush(r);
	close(r->fd);
	free(r);
}

/* The Internet checksum: 0 over data that holds a valid one. */
static uint16_t
checksum(uint64_t sum, const void *p, size_t n)
{
	struct rd r = rd_init(p, n);

	while (r.n > 1)
		sum += rd_be16(&r);
	if (r.n == 1)
		sum += (unsigned)rd_u8(&r) << 8;
	while (sum > 0xffff)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)(0xffff ^ sum);
}

/* What UDP's checksum covers besides its own bytes. */
static uint64_t
pseudo_sum(size_t udp_n)
{
	return 2 * ((MARK_HOST >> 16) + (MARK_HOST & 0xffff)) + MARK_UDP +
	    udp_n;
}

static void
set_be16(uint8_t *p, size_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

int
recorder_mark(struct recorder *r, int64_t t_us, const char *line, size_t n)
{
	static const uint8_t ip[MARK_IP_HLEN] = { 0x45, 0, 0, 0, 0, 0, 0, 0,
		MARK_TTL, MARK_UDP, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1 };
	uint8_t b[MARK_HLEN + MARK_PRIORITY_N + RECORDER_LINE_MAX];
	uint8_t *udp = &b[MARK_IP_HLEN];
	size_t total, udp_n;
	uint16_t sum;

	if (n > RECORDER_LINE_MAX)
		n = RECORDER_LINE_MAX;
	total = MARK_HLEN + MARK_PRIORITY_N + n;
	udp_n = total - MARK_IP_HLEN;
	memcpy(b, ip, sizeof(ip));
	memset(udp, 0, MARK_HLEN - MARK_IP_HLEN);
	memcpy(&b[MARK_HLEN], MARK_PRIORITY, MARK_PRIORITY_N);
	if (n > 0)
		memcpy(&b[MARK_HLEN + MARK_PRIORITY_N], line, n);
	set_be16(&b[2], total);
	set_be16(&b[10], checksum(0, b, MARK_IP_HLEN));
	set_be16(&udp[0], MARK_PORT);
	set_be16(&udp[2], MARK_PORT);
	set_be16(&udp[4], udp_n);
	sum = checksum(pseudo_sum(udp_n), udp, udp_n);
	set_be16(&udp[6], sum == 0 ? 0xffff : sum);
	return recorder_packet(r, t_us, b, (uint32_t)total, (uint32_t)total);
}

bool
recorder_is_mark(const struct packet *p, const char **line, size_t *n)
{
	struct rd r = rd_init(p->data, p->caplen), ip, udp;
	const uint8_t *text;
	size_t total = p->caplen;

	if (p->link != PACKET_RAW || p->wirelen != p->caplen ||
	    total < MARK_HLEN + MARK_PRIORITY_N ||
	    total > MARK_HLEN + MARK_PRIORITY_N + RECORDER_LINE_MAX)
		return false;
	ip = rd_sub(&r, MARK_IP_HLEN);
	udp = r;
	if (rd_be16(&ip) != 0x4500 || rd_be16(&ip) != total ||
	    rd_be32(&ip) != 0 || rd_be16(&ip) != (MARK_TTL << 8 | MARK_UDP))
		return false;
	rd_skip(&ip, 2);
	if (rd_be32(&ip) != MARK_HOST || rd_be32(&ip) != MARK_HOST)
		return false;
	if (rd_be16(&r) != MARK_PORT || rd_be16(&r) != MARK_PORT ||
	    rd_be16(&r) != udp.n)
		return false;
	rd_skip(&r, 2);
	text = rd_take(&r, MARK_PRIORITY_N);
	if (text == NULL || memcmp(text, MARK_PRIORITY, MARK_PRIORITY_N) != 0)
		return false;
	if (checksum(0, p->data, MARK_IP_HLEN) != 0 ||
	    checksum(pseudo_sum(udp.n), udp.p, udp.n) != 0)
		return false;
	*line = (const char *)r.p;
	*n = r.n;
	return true;
}
