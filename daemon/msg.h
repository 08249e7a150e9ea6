/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg - the wire between guard and engine
 *
 * A SOCK_SEQPACKET pair; a message is 1 to MSG_MAX records of MSG_BYTES
 * fixed-size, little-endian bytes.  Both sides check every record again:
 * msg_decode() refuses a wrong version, op, family, prefix or a set bit that
 * must be zero.  A log descriptor travels as SCM_RIGHTS with its record.
 * A queued packet travels as one MSG_PACKET record followed by its bytes in
 * further records.  Sending never blocks: -EAGAIN means keep it and wait.
 */
#ifndef ZFW_DAEMON_MSG_H
#define ZFW_DAEMON_MSG_H

#include "fp/addr.h"

#define MSG_BYTES   64
#define MSG_MAX     64
#define MSG_VERSION 1

enum msg_op {
	/* engine -> guard */
	MSG_HELLO = 1,     /* the engine is ready (both ways) */
	MSG_BLOCK,         /* net, tier, score, reasons, timeout_s */
	MSG_UNBLOCK,       /* net */
	MSG_RENEW,         /* as MSG_BLOCK, of one that is there already */
	MSG_ALLOW_BEGIN,   /* the whole allow list follows ... */
	MSG_ALLOW_NET,     /* net */
	MSG_ALLOW_END,     /* ... and replaces the old one */
	MSG_RESTORE_BEGIN, /* answers MSG_RESYNC: MSG_BLOCKs in bulk ... */
	MSG_RESTORE_END,
	MSG_SYNC,     /* answered by MSG_DONE when all before is applied */
	MSG_LOG_FIND, /* log source, dev, ino: open that rotated file */
	/* guard -> engine */
	MSG_DONE,    /* seq of a MSG_SYNC; result 0 or -errno */
	MSG_RESYNC,  /* the table is new and empty: send everything */
	MSG_TABLE,   /* value: enum msg_table */
	MSG_OWN_ADD, /* net: an address of this host, a gateway, ... */
	MSG_OWN_DEL,
	MSG_REFUSED, /* net, value: enum msg_refusal */
	MSG_LOG_FD,  /* log source, dev, ino, value: enum msg_logfd; +fd */
	MSG_PACKET,  /* t_us, value: bytes that follow */
	MSG_OPS,
};

enum msg_table { MSG_TABLE_ON = 1, MSG_TABLE_OFF, MSG_TABLE_FAILED };
enum msg_logfd {
	MSG_LOG_CURRENT = 1, /* the file now at the path */
	MSG_LOG_OLD,         /* answer to MSG_LOG_FIND: a rotated one */
	MSG_LOG_MISSING,     /* no such file (no descriptor) */
	MSG_LOG_DENIED,      /* it exists but cannot be opened */
};
enum msg_refusal {
	MSG_REFUSED_NEVER = 1, /* on the never-block list */
	MSG_REFUSED_FULL,
	MSG_REFUSED_RATE,
	MSG_REFUSED_SHADOW,
	MSG_REFUSED_KERNEL,
};

struct msg {
	uint8_t op;         /* enum msg_op */
	uint8_t tier;       /* 1..8 */
	uint16_t score;     /* permille */
	uint8_t reasons[4]; /* enum evidence_kind, 0 = none; main first */
	struct net net;     /* family 0: none */
	uint32_t timeout_s; /* remaining, > 0; the guard caps it to the lease */
	uint32_t seq;       /* of MSG_SYNC, MSG_DONE */
	int32_t value;
	uint16_t source; /* index of the log in the config */
	uint64_t dev, ino;
	int64_t t_us;
};

void msg_encode(const struct msg *m, uint8_t out[MSG_BYTES]);
/* 0, or -EBADMSG with *m zeroed. */
int msg_decode(const uint8_t in[MSG_BYTES], struct msg *m);

/*
 * 0 or -errno.  -EAGAIN: the peer is slow, nothing was sent.  -EINVAL: our
 * bug, msg_decode() would refuse one of the records.  MSG_LOG_FD goes through
 * msg_send_fd() when it is CURRENT or OLD; the caller still owns `fd`.
 */
int msg_send(int sock, const struct msg *m, size_t n);
int msg_send_fd(int sock, const struct msg *m, int fd);
int msg_send_packet(int sock, int64_t t_us, const void *ip, size_t n);

struct msg_in { /* one received message */
	struct msg m[MSG_MAX];
	size_t n;
	int fd; /* -1, or a descriptor that the receiver now owns */
	/* MSG_PACKET: m[0] is its record, the bytes are here */
	uint8_t packet[(MSG_MAX - 1) * MSG_BYTES];
	size_t packet_n;
};
/*
 * >0 records, 0 the peer is gone, -errno (-EAGAIN, -EBADMSG: the message is
 * lost and every descriptor in it closed).
 */
int msg_recv(int sock, struct msg_in *in);

#endif
