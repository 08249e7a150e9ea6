/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msgid - stage 6 of 8: Message-IDs -> the queue id of their message
 *
 * spamd tells its verdict of a message by the Message-ID, which is text of
 * whoever sent it: a spammer may send the id of a good server's mail, which he
 * knows when both wrote to the same list.  So a verdict is joined only if it
 * cannot be another message's:
 *
 *  - exactly one message with that id came within MSGID_WINDOW_MS before the
 *    verdict; two with the same id are nobody's, whichever came first;
 *  - it had no verdict yet: the first, good or bad, uses it up;
 *  - no message came within MSGID_ODD_MS whose Message-ID the MTA and the
 *    filter may read differently (comments, several, none at all): then the
 *    verdict may be that message's;
 *  - nothing of that time was pushed out of the table.
 *
 * In doubt no queue id comes back, and the verdict is nobody's.  What remains
 * for a spammer: to hide his own verdict, not to give it to another.  Only
 * for MTAs that log the Message-ID before the message is scanned (Postfix's
 * cleanup); Exim logs it afterwards, and not at all if it refuses the message.
 *
 * A table of fixed size, hashed with a key; ids are not kept, queue ids are
 * copied.  Pure; owned by evidence.  `now_ms` never goes back.
 */
#ifndef ZFW_DAEMON_MSGID_H
#define ZFW_DAEMON_MSGID_H

#include "fp/bytes.h"
#include "fp/hash.h"

#define MSGID_ENTRIES   16384
#define MSGID_WINDOW_MS 600000
#define MSGID_ODD_MS    60000
#define MSGID_QID_MAX   31

struct msgid;

/* NULL: no memory. */
struct msgid *msgid_new(size_t entries, const struct hash_key *key);
void msgid_free(struct msgid *m); /* NULL is allowed */

/* The MTA says that message `qid` has that header (text after `message-id=`). */
void
msgid_seen(struct msgid *m, struct str text, struct str qid, int64_t now_ms);

/*
 * A filter has judged the message with that id (`<...>`), well or badly: its
 * queue id, valid until the next call, or empty.
 */
struct str msgid_judged(struct msgid *m, struct str id, int64_t now_ms);

struct msgid_counts {
	uint64_t seen, odd, joined, refused, pushed_out;
};
void msgid_counts(const struct msgid *m, struct msgid_counts *out);

#endif
