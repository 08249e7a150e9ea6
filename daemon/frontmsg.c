/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/frontmsg.h"

#include <errno.h>
#include <sys/socket.h>

#include "fp/le.h"

#define TIER_MAX 8

/* What a record of that op carries; all else in it must be zero. */
enum {
	HAS_SEQ = 1 << 0,
	HAS_KEY = 1 << 1,
	HAS_ISSUED = 1 << 2,
	HAS_TELL = 1 << 3, /* result, kind, tier, link, until_s */
	HAS_KEYS = 1 << 4,
	HAS_TEXT = 1 << 5, /* in the place of the keys; seq: which part */
};

static const unsigned ops[FRONTMSG_OPS] = {
	[FRONT_ASK] = HAS_SEQ | HAS_KEY | HAS_ISSUED,
	[FRONT_CLICK] = HAS_SEQ | HAS_KEY | HAS_ISSUED,
	[FRONT_KEYS] = HAS_KEYS,
	[FRONT_TELL] = HAS_SEQ | HAS_TELL,
	[FRONT_TEXT] = HAS_SEQ | HAS_TEXT,
};

static bool
key_ok(const struct addr *a)
{
	struct addr same;

	if (a->family == 4)
		same = addr_v4_bytes(a->b);
	else if (a->family == 6)
		same = addr_v6_bytes(a->b); /* v4-mapped becomes another */
	else
		return false;
	return addr_eq(&same, a);
}

static bool
key_none(const struct addr *a)
{
	static const struct addr none;

	return addr_eq(&none, a);
}

static bool
tell_ok(const struct frontmsg *m)
{
	return m->result > 0 && m->result < FRONT_RESULTS &&
	    m->kind < FRONT_KINDS && m->tier <= TIER_MAX && m->until_s >= 0;
}

static bool
tell_none(const struct frontmsg *m)
{
	return m->result == 0 && m->kind == 0 && m->tier == 0 && !m->link &&
	    m->until_s == 0;
}

/* A key of zeros is one that everybody knows. */
static bool
keys_ok(const struct frontmsg *m)
{
	static const uint8_t none[FRONT_KEY_BYTES];

	return memcmp(m->keys[0], none, sizeof(none)) != 0 &&
	    memcmp(m->keys[1], none, sizeof(none)) != 0;
}

static bool
keys_none(const struct frontmsg *m)
{
	static const uint8_t none[sizeof(m->keys)];

	return memcmp(m->keys, none, sizeof(none)) == 0;
}

/* Printable ASCII, then zeros. */
static bool
text_ok(const struct frontmsg *m)
{
	size_t n = 0;

	while (n < sizeof(m->text) && m->text[n] > ' ' && m->text[n] < 0x7f)
		n++;
	while (n < sizeof(m->text) && m->text[n] == '\0')
		n++;
	return n == sizeof(m->text) && m->seq < FRONT_TEXT_PARTS;
}

static bool
text_none(const struct frontmsg *m)
{
	static const char none[sizeof(m->text)];

	return memcmp(m->text, none, sizeof(none)) == 0;
}

/* Does it carry exactly what its op carries, all of it within range? */
static bool
msg_ok(const struct frontmsg *m)
{
	unsigned has;

	if (m->op < FRONT_HELLO || m->op >= FRONTMSG_OPS)
		return false;
	has = ops[m->op];
	if (!(has & HAS_KEY ? key_ok(&m->key) : key_none(&m->key)))
		return false;
	if (!(has & HAS_TELL ? tell_ok(m) : tell_none(m)))
		return false;
	if (!(has & HAS_KEYS ? keys_ok(m) : keys_none(m)))
		return false;
	if (!(has & HAS_TEXT ? text_ok(m) : text_none(m)))
		return false;
	if (m->issued_s < 0 || (m->op == FRONT_CLICK && m->issued_s == 0))
		return false;
	return (has & HAS_SEQ || m->seq == 0) &&
	    (has & HAS_ISSUED || m->issued_s == 0);
}

/*
 * The record: version, op, result, kind, tier, link, family, zero, seq:4,
 * zero:4, address:16, issued_s:8, until_s:8, keys or text:64, zero:16.
 */
void
frontmsg_encode(const struct frontmsg *m, uint8_t out[FRONTMSG_BYTES])
{
	struct wr w = wr_init(out, FRONTMSG_BYTES);

	memset(out, 0, FRONTMSG_BYTES);
	wr_u8(&w, FRONTMSG_VERSION);
	wr_u8(&w, m->op);
	wr_u8(&w, m->result);
	wr_u8(&w, m->kind);
	wr_u8(&w, m->tier);
	wr_u8(&w, m->link);
	wr_u8(&w, m->key.family);
	wr_u8(&w, 0);
	wr_le32(&w, m->seq);
	wr_le32(&w, 0);
	wr_bytes(&w, m->key.b, sizeof(m->key.b));
	wr_le64(&w, (uint64_t)m->issued_s);
	wr_le64(&w, (uint64_t)m->until_s);
	if (m->op == FRONT_TEXT)
		wr_bytes(&w, m->text, sizeof(m->text));
	else
		wr_bytes(&w, m->keys, sizeof(m->keys));
}

static void
take_bytes(struct rd *r, void *to, size_t n)
{
	const uint8_t *p = rd_take(r, n);

	if (p != NULL)
		memcpy(to, p, n);
}

static bool
decode(struct rd r, struct frontmsg *m)
{
	bool ok = rd_u8(&r) == FRONTMSG_VERSION;
	uint64_t zero;
	uint8_t link;

	m->op = rd_u8(&r);
	m->result = rd_u8(&r);
	m->kind = rd_u8(&r);
	m->tier = rd_u8(&r);
	link = rd_u8(&r);
	m->link = link == 1;
	m->key.family = rd_u8(&r);
	zero = rd_u8(&r);
	m->seq = rd_le32(&r);
	zero |= rd_le32(&r);
	take_bytes(&r, m->key.b, sizeof(m->key.b));
	m->issued_s = (int64_t)rd_le64(&r);
	m->until_s = (int64_t)rd_le64(&r);
	if (m->op == FRONT_TEXT)
		take_bytes(&r, m->text, sizeof(m->text));
	else
		take_bytes(&r, m->keys, sizeof(m->keys));
	zero |= rd_le64(&r);
	zero |= rd_le64(&r);
	return ok && !r.bad && link <= 1 && zero == 0 && msg_ok(m);
}

int
frontmsg_decode(const uint8_t in[FRONTMSG_BYTES], struct frontmsg *m)
{
	memset(m, 0, sizeof(*m));
	if (decode(rd_init(in, FRONTMSG_BYTES), m))
		return 0;
	memset(m, 0, sizeof(*m));
	return -EBADMSG;
}

int
frontmsg_send(int sock, const struct frontmsg *m)
{
	uint8_t bytes[FRONTMSG_BYTES];
	ssize_t n;

	if (!msg_ok(m))
		return -EINVAL;
	frontmsg_encode(m, bytes);
	do
		n = send(sock, bytes, sizeof(bytes),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	if (n == -1)
		return -errno;
	return n == sizeof(bytes) ? 0 : -EIO; /* SEQPACKET: whole or not */
}

int
frontmsg_recv(int sock, struct frontmsg *m)
{
	uint8_t bytes[FRONTMSG_BYTES];
	ssize_t n;

	memset(m, 0, sizeof(*m));
	do /* MSG_TRUNC: the true length, of one that is too long */
		n = recv(sock, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_TRUNC);
	while (n == -1 && errno == EINTR);
	if (n == -1 && errno == ECONNRESET)
		return 0; /* gone, with something of ours unread */
	if (n <= 0)
		return n == 0 ? 0 : -errno;
	if (n != sizeof(bytes) || frontmsg_decode(bytes, m) != 0)
		return -EBADMSG;
	return 1;
}
