/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * loghead - stage 5 of 8: what loggers write around a message, seldom
 *
 * The forms that logline's own quick way does not know: a priority before the
 * stamp, the head of RFC 5424, `[ID 197553 mail.info]` of Solaris, `message
 * repeated 3 times: [ ... ]` of rsyslog.  All of it stands before the first
 * byte of the message.  Called by logline; pure, no memory.
 */
#ifndef ZFW_DAEMON_LOGHEAD_H
#define ZFW_DAEMON_LOGHEAD_H

#include "daemon/logscan.h"

/* `<22>` or `<22>1 ` is taken off; true for the second, RFC 5424. */
bool loghead_priority(struct str *line);

/*
 * Behind the stamp: ` HOST APP PROCID MSGID SD MESSAGE`, all but the last
 * taken off; *app is the program.
 */
bool loghead_5424(struct str *line, struct str *app);

/* Takes off what stands around the message. */
void loghead_unwrap(struct str *msg);

/*
 * What was found out about ` HOST TAG[`, from the stamp to the bracket, the
 * last time that it was there: a log has few of them.  Nothing but these bytes
 * decides what is in here.  Zeroed = empty.  A newer one takes the place of an
 * older one.
 */
#define LOGHEAD_SEEN     256
#define LOGHEAD_TEXT_MAX 48
#define LOGHEAD_TEXT_MIN 9

struct logline_service; /* of logline.c */

struct loghead_seen {
	const struct logline_service *service; /* NULL: no MTA's */
	uint8_t n;                             /* of text; 0 = free */
	uint8_t name_at;                       /* the tag's last part */
	bool submission;
	char text[LOGHEAD_TEXT_MAX];
};

/* memcmp() of LOGHEAD_TEXT_MIN bytes at least, without a call. */
static inline bool
loghead_same(const char *a, const char *b, size_t n)
{
	uint64_t v[2];

	for (size_t i = 0; i + sizeof(v[0]) < n; i += sizeof(v[0])) {
		memcpy(&v[0], a + i, sizeof(v[0]));
		memcpy(&v[1], b + i, sizeof(v[1]));
		if (v[0] != v[1])
			return false;
	}
	memcpy(&v[0], a + n - sizeof(v[0]), sizeof(v[0]));
	memcpy(&v[1], b + n - sizeof(v[1]), sizeof(v[1]));
	return v[0] == v[1];
}

/*
 * Its place; *n is how long the head at the front of `s` is.  NULL: it has no
 * bracket, or is too long or short for this.
 */
static inline struct loghead_seen *
loghead_place(struct loghead_seen seen[LOGHEAD_SEEN], struct str s, size_t *n)
{
	size_t most = s.n < LOGHEAD_TEXT_MAX ? s.n : LOGHEAD_TEXT_MAX;
	const char *end = memchr(s.p, '[', most);
	uint64_t h;

	if (end == NULL || end - s.p < LOGHEAD_TEXT_MIN - 1)
		return NULL;
	*n = (size_t)(end - s.p) + 1;
	/* Hosts and paths are alike: the end is what differs. */
	memcpy(&h, end - sizeof(h), sizeof(h));
	h = (h ^ *n) * UINT64_C(0x9e3779b97f4a7c15);
	return &seen[h >> 56];
}

#endif
