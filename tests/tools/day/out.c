/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/tools/day/out.h"

#include <err.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PCAP_RAW       101
#define LINE_MAX_BYTES 2048

static void *
grown(void *p, size_t *max, size_t want, size_t size)
{
	if (want <= *max)
		return p;
	*max = want * 2;
	p = reallocarray(p, *max, size);
	if (p == NULL)
		err(1, "memory");
	return p;
}

static void
keep(struct out_heap *h, int64_t t_us, const void *p, size_t n)
{
	h->items = grown(h->items, &h->items_max, h->items_n + 1,
	    sizeof(*h->items));
	h->bytes = grown(h->bytes, &h->bytes_max, h->bytes_n + n, 1);
	memcpy(h->bytes + h->bytes_n, p, n);
	h->items[h->items_n++] = (struct out_item){ t_us, h->bytes_n,
		(uint32_t)n };
	h->bytes_n += n;
}

void
out_packet(struct out *o, int64_t t_us, const void *p, size_t n)
{
	keep(&o->packets, t_us, p, n);
}

void
out_line(struct out *o, int64_t t_us, const char *fmt, ...)
{
	char text[LINE_MAX_BYTES];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(text))
		errx(1, "a log line is too long");
	keep(&o->lines, t_us, text, (size_t)n);
}

static int
by_time(const void *va, const void *vb)
{
	const struct out_item *a = va, *b = vb;

	if (a->t_us != b->t_us)
		return a->t_us < b->t_us ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void
sort(struct out_heap *h)
{
	if (h->items_n > 0)
		qsort(h->items, h->items_n, sizeof(*h->items), by_time);
}

FILE *
out_file(const char *dir, const char *name)
{
	char path[4096];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f == NULL)
		err(1, "%s", path);
	return f;
}

void
out_close(FILE *f, const char *name)
{
	if (ferror(f) || fclose(f) != 0)
		err(1, "%s", name);
}

static void
write_packets(const struct out_heap *h, FILE *f)
{
	const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snaplen, link;
	} head = { 0xa1b2c3d4, 2, 4, 0, 0, 65535, PCAP_RAW };

	fwrite(&head, sizeof(head), 1, f);
	for (size_t i = 0; i < h->items_n; i++) {
		const struct out_item *it = &h->items[i];
		const uint32_t rec[4] = { (uint32_t)(it->t_us / 1000000),
			(uint32_t)(it->t_us % 1000000), it->n, it->n };

		fwrite(rec, sizeof(rec), 1, f);
		fwrite(h->bytes + it->at, it->n, 1, f);
	}
}

static void
write_lines(const struct out *o, FILE *f)
{
	const struct out_heap *h = &o->lines;

	for (size_t i = 0; i < h->items_n; i++) {
		const struct out_item *it = &h->items[i];
		time_t s = (time_t)(it->t_us / 1000000);
		struct tm tm;
		char when[40];

		gmtime_r(&s, &tm);
		if (strftime(when, sizeof(when),
			o->classic ? "%b %e %T" : "%FT%T", &tm) == 0)
			errx(1, "time");
		fputs(when, f);
		if (!o->classic)
			fprintf(f, ".%06d+00:00", (int)(it->t_us % 1000000));
		fprintf(f, " mx %.*s\n", (int)it->n,
		    (const char *)h->bytes + it->at);
	}
}

void
out_write(struct out *o, const char *dir, unsigned day)
{
	char name[64];
	FILE *f;

	sort(&o->packets);
	sort(&o->lines);
	(void)snprintf(name, sizeof(name), "day%u.pcap", day);
	f = out_file(dir, name);
	write_packets(&o->packets, f);
	out_close(f, name);
	(void)snprintf(name, sizeof(name), "day%u.log", day);
	f = out_file(dir, name);
	write_lines(o, f);
	out_close(f, name);
	o->packets.items_n = o->packets.bytes_n = 0;
	o->lines.items_n = o->lines.bytes_n = 0;
}

void
out_fini(struct out *o)
{
	free(o->packets.items);
	free(o->packets.bytes);
	free(o->lines.items);
	free(o->lines.bytes);
}
