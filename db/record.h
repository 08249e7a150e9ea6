/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * record - what a stored value looks like, byte for byte
 *
 * Values are little-endian fields behind a version byte and end in four check
 * bytes, a hash of key and value.  A client is a fixed head and groups of
 * fields, each there only if one of its fields is set.  Decoding refuses any
 * other version, an odd length, a value out of range and a wrong check: the
 * caller treats such a record as absent.  Fields to come mean a new group at
 * the end: this version jumps over the groups of a later one, and store.h
 * keeps them.  What old records do not survive means a new version and, so
 * that nobody takes new ones for absent, a new RECORD_FORMAT.  Times are
 * milliseconds since 1970 in six bytes (until the year 10889; anything else
 * is cut to that); counts are floats, bit for bit.  Pure; owns nothing.
 *
 * Keys: 'c' client, 'a' bucket of the allow list, 'p' path of a log, 'b' name
 * of a blob, 's' chunk of the history; 'm' the mark with the store's format,
 * which is the same in every format to come.
 */
#ifndef ZFW_DB_RECORD_H
#define ZFW_DB_RECORD_H

#include "daemon/client.h"
#include "db/store.h"

#define RECORD_VERSION   1
#define RECORD_FORMAT    1    /* of the whole store */
#define RECORD_CHECK     4    /* bytes */
#define RECORD_MAX       4096 /* of a client or log position */
#define RECORD_KEY_MAX   256
#define RECORD_ALLOW_MAX (4 + 16 + 12 + 128) /* of one entry in a bucket */
#define RECORD_BUCKETS   64

struct record_key {
	uint8_t b[RECORD_KEY_MAX];
	size_t n;
};

struct record_key record_client_key(const struct addr *a); /* of its /64 */
/* False: not a client's key. */
bool record_client_key_parse(const void *key, size_t n, struct addr *out);
struct record_key record_allow_key(unsigned bucket);
unsigned record_allow_bucket(const struct net *n);
/* Long paths go in by their hash. */
struct record_key record_logpos_key(const char *path);
/* n = 0: that is no name for a blob. */
struct record_key record_blob_key(const char *name);

/* Bytes written, check included; 0 = `max` is too small. */
size_t record_client_encode(const struct client *c, void *out, size_t max);
/*
 * At start: is it a block?  BLOCK: *out, which the caller has zeroed once, has
 * its key, block, knocks and offences.  WHOLE: all of it is needed, being
 * blocked narrowly, or an IPv6 one that has a good side.
 */
enum record_look { RECORD_NOTHING, RECORD_BLOCK, RECORD_WHOLE };
enum record_look record_client_look(const struct record_key *key,
    const void *in, size_t n, struct client *out);
/* `key` is that of the record; *out is zeroed when it is refused. */
bool record_client_decode(const struct record_key *key, const void *in,
    size_t n, struct client *out);
/* Has it groups that only a later version of zfw knows? */
bool record_client_later(struct str value);
/*
 * Puts those of `old` behind the record of `n` bytes in out[RECORD_MAX], if
 * there is room; how long it is then.
 */
size_t record_client_keep(const struct record_key *key, struct str old,
    void *out, size_t n);

/* The mark: magic, format, anything.  decode: the format, 0 = no such mark. */
#define RECORD_META_MAX 32
struct record_key record_meta_key(void);
size_t record_meta_encode(uint32_t format, void *out, size_t max);
uint32_t record_meta_decode(const void *in, size_t n);

size_t record_logpos_encode(const struct record_key *key,
    const struct store_logpos *p, void *out, size_t max);
bool record_logpos_decode(const struct record_key *key, const void *in,
    size_t n, struct store_logpos *out);

/*
 * A bucket: entries one after the other.  record_allow_next() takes one from
 * `r`, which record_open() made; false at the end, or with r->bad when the
 * rest is not an entry.
 */
bool record_allow_next(struct rd *r, struct store_allow *out);
struct wr;
void record_allow_add(struct wr *w, const struct store_allow *a);

/* Begins a value; record_seal() ends it and says its size, 0 = no room. */
struct wr record_begin(void *out, size_t max);
size_t record_seal(const struct record_key *key, struct wr *w);
/* Behind the version, without the check; bad when either is wrong. */
struct rd record_open(const struct record_key *key, const void *in, size_t n);
/*
 * Are the check bytes right, whatever the version?  *hash tells records, and
 * forms of one record, apart.
 */
bool record_whole(struct str key, struct str value, uint64_t *hash);

#endif
