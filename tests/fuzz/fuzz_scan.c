/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: @SCAN db/record db/record_client db/record_behind daemon/client daemon/faces fp/addr fp/hash
 * zt-libs: libsodium libm
 *
 * Any bytes as the blocks of a store's file, behind a right head; and as the
 * head.  What comes out is whole and inside of the file, no byte is counted
 * twice, and a second look finds nothing new.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "db/kcfile.h"
#include "db/record.h"
#include "db/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct sum {
	uint64_t records, bytes;
};

static bool
take(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	struct sum *sum = arg;
	struct record_key k;
	struct client c;
	uint64_t hash;

	if (key_n == 0 || key_n > sizeof(k.b) ||
	    !record_whole((struct str){ key, key_n }, (struct str){ value, n },
		&hash))
		abort();
	memcpy(k.b, key, key_n);
	k.n = key_n;
	(void)record_client_decode(&k, value, n, &c);
	sum->records++;
	sum->bytes += key_n + n;
	return true;
}

static bool
more(void *arg, const void *key, size_t key_n, const void *value, size_t n)
{
	(void)arg;
	(void)key;
	(void)key_n;
	(void)value;
	(void)n;
	abort();
}

/* One bucket, no pool; the blocks begin at 72. */
static void
head_of(uint8_t head[72], size_t n)
{
	uint64_t size = 72 + n;

	memset(head, 0, 72);
	memcpy(head, "KC\n", 4);
	head[8] = 0x30;
	head[9] = 3;
	head[23] = 1;
	for (size_t i = 0; i < 8; i++)
		head[40 + i] = (uint8_t)(size >> (56 - 8 * i));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct scan_counts counts;
	struct kcfile_head h;
	struct sum sum = { 0 };
	uint8_t head[72];
	char path[64], error[256];
	struct scan *s;
	int fd, e;

	(void)kcfile_head(data, n, &h);
	fd = memfd_create("scan", 0);
	head_of(head, n);
	if (fd == -1 || write(fd, head, sizeof(head)) != sizeof(head) ||
	    write(fd, data, n) != (ssize_t)n)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (scan_open(path, &s, error) != 0)
		abort();
	e = scan_all(s, take, &sum);
	scan_counts(s, &counts);
	if (e != -ENOTSUP && (e != 0 || scan_again(s, more, NULL) != 0))
		abort();
	if (counts.records != sum.records || sum.bytes + counts.lost > n)
		abort();
	scan_close(s);
	close(fd);
	return 0;
}
