/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store - what zfw remembers over restarts (Kyoto Cabinet HashDB)
 *
 * Clients, the allow list, log positions.  Opened with auto-transaction and
 * without mmap: an update that returned 0 survives kill -9, a full disk is
 * -ENOSPC that loses nothing.  Records are versioned, fixed-endian and length
 * checked (record.h); one that does not decode counts as absent.
 *
 * A damaged file is kept aside under another name and a fresh one started:
 * `*damaged` says so, loudly.  A part that is found damaged later gives -EIO;
 * the next start keeps a copy aside and goes on with what can be repaired.
 * What a later version of zfw added to a client stays when it is changed.
 * Where Kyoto Cabinet aborts on it (kcguard.h), all calls give -EIO from then
 * on and the next start begins afresh.  A file of a later format, or whose
 * mark of the format is damaged, is refused (-ENOTSUP) and left.
 *
 * One process at a time: -EBUSY when another has it.  Clients are stored under
 * their key (addr_key()), whatever address is given.  Owned by the engine, or
 * by zfw-whitelist while no daemon runs.  All return 0 or -errno and take
 * microseconds, but for opening, store_sync() and a damaged disk; counts.slow
 * says how often a call took 50 ms.  Opening sets an action for SIGABRT.
 */
#ifndef ZFW_DB_STORE_H
#define ZFW_DB_STORE_H

#include "daemon/client.h"

#define STORE_FILE "zfw.kch" /* below state_dir */

struct store;

struct store_open_result {
	bool fresh;      /* no file was there */
	bool damaged;    /* it was, and was put aside */
	char aside[256]; /* under this name */
	char error[256]; /* a sentence on failure */
};

int
store_open(const char *dir, struct store **out, struct store_open_result *res);
void store_close(struct store *s); /* NULL is allowed */

/* 1 found, 0 not there (or not decodable, counted), -errno. */
int
store_client_get(struct store *s, const struct addr *key, struct client *out);
int store_client_put(struct store *s, const struct client *c);
int store_client_del(struct store *s, const struct addr *key); /* -ENOENT */

/*
 * Visits all clients in slices of `n` records; *cursor starts at NULL and is
 * NULL again after the last, or after an error.  Whatever changes between two
 * slices is no harm: a record that was put meanwhile may come, come twice, or
 * not.
 */
struct store_cursor;
int store_clients(struct store *s, struct store_cursor **cursor, size_t n,
    void (*fn)(void *arg, const struct client *c), void *arg);
void store_cursor_free(struct store_cursor *c);
/*
 * Visits, at start, all clients that are or were blocked, and the IPv6 ones
 * that may be good: a million in half a second.  *c is whole, or has only its
 * key, its block, knocks and offences.  `fn` may not use the store, and nobody writes
 * meanwhile.
 */
int store_blocked(struct store *s,
    void (*fn)(void *arg, const struct client *c), void *arg);

struct store_allow {
	struct net net;
	int64_t since_ms, until_ms; /* until 0 = for ever */
	char comment[128];
};
int store_allow_put(struct store *s, const struct store_allow *a);
int store_allow_del(struct store *s, const struct net *net); /* -ENOENT */
int store_allow_list(struct store *s,
    void (*fn)(void *arg, const struct store_allow *a), void *arg);

struct store_logpos {
	uint64_t dev, ino;
	uint64_t offset;    /* of the first byte not yet handled */
	uint64_t head_hash; /* of the file's first head_n bytes */
	uint32_t head_n;
};
int store_logpos_get(struct store *s, const char *path,
    struct store_logpos *out); /* 1, 0, -errno */
int store_logpos_put(struct store *s, const char *path,
    const struct store_logpos *p);

#define STORE_BLOB_MAX (16 << 20)
/*
 * Bytes under a name of letters, digits and '-' (at most 31): what was
 * learned of many clients.  get: the length, 0 = not there or too long for
 * `max`, -errno.
 */
int store_blob_put(struct store *s, const char *name, const void *p, size_t n);
long store_blob_get(struct store *s, const char *name, void *out, size_t max);

/*
 * A record as scan.h hands it out, for import: -EINVAL if its check bytes are
 * wrong.
 */
int store_record_put(struct store *s, const void *key, size_t key_n,
    const void *value, size_t n);

/* Writes what the system holds back to the disk; slow, called rarely. */
int store_sync(struct store *s);

struct store_counts {
	uint64_t records, bytes, undecodable, slow;
};
void store_counts(struct store *s, struct store_counts *out);

#endif
