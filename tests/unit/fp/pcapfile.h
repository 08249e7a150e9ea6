/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pcapfile - capture files for the tests of fp/, byte by byte
 *
 * Initializers for the parts of pcap and pcapng files, and temporary files.
 * A file that cannot be made ends the test program.
 */
#ifndef ZFW_TESTS_UNIT_FP_PCAPFILE_H
#define ZFW_TESTS_UNIT_FP_PCAPFILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A small number in 32 bits. */
#define LE32(v) (v), 0, 0, 0

/* A pcap header of this link type; a packet of two bytes at 9.000007 s. */
#define PCAP_HEAD(dlt) \
	0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, LE32(0), LE32(0), 0xff, 0xff, 0, \
	    0, LE32(dlt)
#define PCAP_PACKET LE32(9), LE32(7), LE32(2), LE32(2), 0x45, 0x00

/* pcapng: a section, an interface, a packet of two bytes at 1 s. */
#define NG_SECTION \
	0x0a, 0x0d, 0x0d, 0x0a, LE32(28), 0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, \
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, LE32(28)
#define NG_INTERFACE(dlt, snaplen) \
	LE32(1), LE32(20), LE32(dlt), LE32(snaplen), LE32(20)
#define NG_PACKET(interface) \
	LE32(6), LE32(36), LE32(interface), LE32(0), 0x40, 0x42, 0x0f, 0, \
	    LE32(2), LE32(2), 0x45, 0, 0, 0, LE32(36)

/* A file of our own, named in `path`; the caller unlinks it. */
static inline void
temp_path(char path[64])
{
	int fd;

	strcpy(path, "/tmp/zfw-test-capture-XXXXXX");
	fd = mkstemp(path);
	if (fd < 0) {
		perror(path);
		exit(2);
	}
	close(fd);
}

/* A new file: to cut an old one to nothing makes some systems flush it. */
static inline void
write_file(const char *path, const void *p, size_t n)
{
	FILE *f;

	unlink(path);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(p, 1, n, f) != n || fclose(f) != 0) {
		perror(path);
		exit(2);
	}
}

#endif
