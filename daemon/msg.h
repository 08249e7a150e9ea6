/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * msg - the wire between guard and engine
 *
 * A SOCK_SEQPACKET pair; a message is 1 to MSG_MAX records of MSG_BYTES
 * fixed-size, little-endian bytes.  Both sides check every record again:
 * msg_decode() refuses a wrong version, op, family, prefix or a set bit that
 * must be zero.  A log descriptor travels as SCM_RIGHTS with its record.
 * A queued packet travels as one MSG_PACKET record followed by its bytes in
 * further records; behind it there may be more packets, but nothing else, in
 * the same message.  Sending never blocks: -EAGAIN means keep it and wait.
 */
#ifndef ZFW_DAEMON_MSG_H
#define ZFW_DAEMON_MSG_H

#include "fp/addr.h"
#include "fp/stack.h"

#define MSG_BYTES   64
#define MSG_MAX     64
#define MSG_VERSION 1

enum msg_op {
	/* engine -> guard */
	MSG_HELLO = 1,     /* value 1: the engine is there, and loads; 0: it has
			      loaded.  The first is answered by one of 0, and
			      by all that there is to know */
	MSG_BLOCK,         /* net, stack, action, tier, score, reasons,
			      timeout_s */
	MSG_UNBLOCK,       /* net, stack, action */
	MSG_RENEW,         /* as MSG_BLOCK, of one that is there already */
	MSG_ALLOW_BEGIN,   /* the whole allow list follows ... */
	MSG_ALLOW_NET,     /* net */
	MSG_ALLOW_END,     /* ... and replaces the old one */
	MSG_RESTORE_BEGIN, /* answers MSG_RESYNC, seq is that of the latest one:
			      MSG_BLOCKs in bulk ... */
	MSG_RESTORE_END,
	MSG_SYNC,     /* answered by MSG_DONE when all before is applied */
	MSG_LOG_FIND, /* log source, dev, ino: open that rotated file */
	MSG_CUT,     /* net (one client address), port, server, sport: end it */
	MSG_VERDICT, /* seq of a MSG_PACKET, value: 1 accept, 0 drop */
	MSG_INLINE, /* value 1: wait for a MSG_VERDICT of each packet; 0: not */
	MSG_CHECK,  /* seq, net, stack, action: is it in the kernel? */
	MSG_CONFIG, /* count: hash of the text; +fd: the file of the config, to
		       be put in force.  Answered by MSG_CONFIGURED */
	MSG_LIST_BEGIN, /* networks that are always blocked follow ... */
	MSG_LIST_NET,   /* net */
	MSG_LIST_END,   /* ... and replace those before */
	MSG_ALIVE,      /* once a second: the engine's loop goes round */
	/* guard -> engine */
	MSG_DONE,    /* seq of a MSG_SYNC; result 0 or -errno */
	MSG_RESYNC,  /* seq: the table is new and empty: send everything */
	MSG_TABLE,   /* value: enum msg_table */
	MSG_OWN_ADD, /* net: an address of this host, a gateway, ... */
	MSG_OWN_DEL,
	MSG_REFUSED,  /* net, stack, action, value: enum msg_refusal */
	MSG_LOG_FD,   /* log source, dev, ino, value: enum msg_logfd; +fd */
	MSG_PACKET,   /* t_us, seq, value: bytes that follow */
	MSG_CHECKED,  /* seq of a MSG_CHECK; value: seconds left, 0 not there,
			-errno; INT32_MAX: there without a timeout */
	MSG_CLOCK,    /* the wall clock was set or the machine slept: see to it
			that kernel and store agree */
	MSG_FRONT_FD, /* the engine's end of the socket to zfw-front; +fd */
	MSG_FRONT_GONE, /* value 0: rejecting means dropping from now on;
			   1: the front is there */
	MSG_QUEUE,      /* value: enum msg_queue; count.  Once a second if it
			   changed; all zero at start */
	MSG_RELOAD,     /* read the config again */
	MSG_CONFIGURED, /* value: 0 it is in force; 1 the same, and the sets are
			   empty, seq as MSG_RESYNC; -errno: all is as it was */
	MSG_OPS,
};

enum msg_action { MSG_DROP, MSG_REJECT /* to the front, while there is one */ };
enum msg_table { MSG_TABLE_ON = 1, MSG_TABLE_OFF, MSG_TABLE_FAILED };
enum msg_logfd {
	MSG_LOG_CURRENT = 1, /* the file now at the path */
	MSG_LOG_OLD,         /* answer to MSG_LOG_FIND: a rotated one */
	MSG_LOG_MISSING,     /* no such file (no descriptor) */
	MSG_LOG_DENIED,      /* it exists but cannot be opened */
};
/* What the queue has done since the start, and how it is now. */
enum msg_queue {
	MSG_QUEUE_PACKETS = 1, /* that we got */
	MSG_QUEUE_DROPPED,     /* by verdict */
	MSG_QUEUE_WAITED,      /* for a MSG_VERDICT ... */
	MSG_QUEUE_LATE,        /* ... that did not come in time */
	MSG_QUEUE_OVERRUNS,    /* our socket was full: passed by fail-open */
	MSG_QUEUE_UNSEEN,      /* accepted, but the engine took no more */
	MSG_QUEUE_PASSED,      /* met the queue rule and did not come: the
				  queue was full or had no reader */
	MSG_QUEUE_LENGTH,      /* now in the kernel's queue */
	MSG_QUEUE_LONGEST,     /* that was seen, once a second */
	MSG_QUEUES,
};
enum msg_refusal {
	MSG_REFUSED_NEVER = 1, /* on the never-block list */
	MSG_REFUSED_FULL,
	MSG_REFUSED_RATE,
	MSG_REFUSED_SHADOW,
	MSG_REFUSED_KERNEL,
	MSG_REFUSED_CUT, /* a MSG_CUT, for whatever reason; net: the client */
};

struct msg {
	uint8_t op;           /* enum msg_op */
	uint8_t action;       /* enum msg_action */
	struct stack stack;   /* none: the whole address */
	struct addr server;   /* MSG_CUT; family 0: none */
	uint16_t port, sport; /* MSG_CUT: the client's and the server's */
	uint8_t tier;         /* 1..8 */
	uint16_t score;       /* permille */
	uint8_t reasons[4];   /* enum evidence_kind, 0 = none; main first */
	struct net net;       /* family 0: none; IPv6 blocks: /64, /56, /48 */
	uint32_t timeout_s; /* remaining, > 0; the guard caps it to the lease */
	uint32_t seq;       /* of MSG_SYNC, MSG_DONE, packets, checks */
	int32_t value;
	uint16_t source; /* index of the log in the config */
	uint64_t dev, ino;
	int64_t t_us;
	uint64_t count;
};

/* Does it carry exactly what its op carries, all of it within range? */
bool msg_ok(const struct msg *m);
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
int
msg_send_packet(int sock, int64_t t_us, uint32_t seq, const void *ip, size_t n);

/* Several packets for one message; zeroed by its owner at first. */
struct msg_packets {
	size_t n; /* packets in it */
	size_t records;
	uint8_t bytes[MSG_MAX * MSG_BYTES];
};
/* False: no room, send first (or it is empty, or longer than there can be). */
bool msg_packets_add(struct msg_packets *b, int64_t t_us, uint32_t seq,
    const void *ip, size_t n);
/* Empties it whatever happens; as msg_send(), 0 when there was nothing. */
int msg_packets_send(int sock, struct msg_packets *b);

struct msg_in { /* one received message */
	struct msg m[MSG_MAX];
	size_t n;
	int fd; /* -1, or a descriptor that the receiver now owns */
	/*
	 * MSG_PACKET: each m[] is one, of m[i].value bytes; those of all of
	 * them lie here one behind the other.
	 */
	uint8_t packet[(MSG_MAX - 1) * MSG_BYTES];
	size_t packet_n;
};
/*
 * >0 records, 0 the peer is gone, -errno (-EAGAIN, -EBADMSG: the message is
 * lost and every descriptor in it closed).
 */
int msg_recv(int sock, struct msg_in *in);

#endif
