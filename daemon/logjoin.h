/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * logjoin - stage 5 of 8: lines of one connection that name it by an id
 *
 * Some MTAs write the client's address in one line only and an id in all, so
 * this keeps a table (MTA, id) -> client, port, name, submission.  Given
 * every event after logline_parse(), it learns from those that have an id and
 * a client, and fills in those that have an id and no client; after a login the
 * rest of the connection is `submission`.  An event that
 * comes before the line that names its client (`client_later`) is held, and
 * given out after that line.  Ids, names and recipients are copied, those
 * that are too long not at all or cut; nothing of a line is borrowed.  The
 * table is fixed in size and hashed with a key, since ids come from logs that
 * strangers fill; an entry ends with its connection or when LOGJOIN_AGE_MS have
 * passed, and the oldest makes room.  `now_ms` never goes back.  Owned by the
 * engine, and by what prints events.
 */
#ifndef ZFW_DAEMON_LOGJOIN_H
#define ZFW_DAEMON_LOGJOIN_H

#include "daemon/logline.h"
#include "fp/hash.h"

#define LOGJOIN_ENTRIES  4096 /* connections at a time that are enough */
#define LOGJOIN_AGE_MS   3600000
#define LOGJOIN_ID_MAX   48  /* longer ones are not joined */
#define LOGJOIN_NAME_MAX 128 /* longer ones are not kept */
#define LOGJOIN_RCPT_MAX 64  /* longer ones are cut */
#define LOGJOIN_HELD_MAX 8   /* of one connection; more are dropped */

struct logjoin;

struct logjoin *logjoin_new(size_t entries, const struct hash_key *key);
void logjoin_free(struct logjoin *j);

/* May fill in *ev, and make it LOG_NONE: it is held. */
enum log_kind
logjoin_see(struct logjoin *j, struct log_event *ev, int64_t now_ms);

/*
 * After logjoin_see(): the next held event that its line has found a client
 * for, in *ev, of the time of that line.  Its texts are valid until the next
 * call into here.  False when there is no more.
 */
bool logjoin_next(struct logjoin *j, struct log_event *ev);

/* Events that were held and dropped: too many, too old, no client came. */
uint64_t logjoin_dropped(const struct logjoin *j);

#endif
