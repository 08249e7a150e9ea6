/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * session - stage 4 of 8: packets of one connection -> session traits
 *
 * A fixed-size table per 4-tuple.  A SYN makes a half-open entry; the client
 * acknowledging our SYN+ACK's sequence number makes it open: only then is the
 * client's address proven.  Half-open entries have a pool of their own that
 * drops the oldest, so a SYN flood cannot evict open sessions.  A closed
 * session lingers so that its log lines still find it.  Until STARTTLS the
 * client's commands are read (SMTP verbs, the HELO argument), and our replies
 * to them as far as they can be counted off; gaps end that.
 * A segment that overtakes another is held until its turn comes; the other
 * side's acknowledgement, SESSION_HOLD_S, or too many of them end the
 * waiting, and then it is a gap.
 *
 * Called by the engine for every TCP packet from or to an SMTP port, in time
 * order; calls back with events.  Nothing is allocated after session_new().
 * `struct session` is read-only for others and lives until the next call.
 * What only a session that is not over needs (buffers, dlg, flow, the texts
 * of its SYN) has a pool of its own and is given back after CLOSE: `dlg` and
 * `flow` are NULL then, sig.text and `os` empty; all else stays.
 */
#ifndef ZFW_FP_SESSION_H
#define ZFW_FP_SESSION_H

#include "fp/dialogue.h"
#include "fp/flowstat.h"
#include "fp/hash.h"
#include "fp/ladder.h"
#include "fp/sigcache.h"

#define SESSION_HELO_MAX 80
#define SESSION_OS_LEN   64 /* with NUL */
#define SESSION_HOLD_S   3  /* as long as a client takes to send again */

enum session_state {
	SESSION_SYN,    /* a SYN was seen */
	SESSION_SYNACK, /* and answered */
	SESSION_OPEN,   /* the client acknowledged our sequence number */
	SESSION_CLOSED, /* FIN or RST seen, or silent for too long */
};

enum session_end {
	SESSION_END_NONE, /* not over, or pushed out of a full table */
	SESSION_END_CLIENT_FIN,
	SESSION_END_CLIENT_RST,
	SESSION_END_SERVER_FIN,
	SESSION_END_SERVER_RST,
	SESSION_END_SILENCE,
};

/* SMTP verbs seen from the client, as bits */
enum session_verb {
	VERB_HELO = 1 << 0,
	VERB_EHLO = 1 << 1,
	VERB_MAIL = 1 << 2,
	VERB_RCPT = 1 << 3,
	VERB_DATA = 1 << 4, /* or BDAT */
	VERB_RSET = 1 << 5,
	VERB_QUIT = 1 << 6,
	VERB_STARTTLS = 1 << 7,
	VERB_AUTH = 1 << 8,
	VERB_NOOP = 1 << 9,
	VERB_VRFY = 1 << 10, /* or EXPN */
	VERB_HTTP = 1 << 11, /* GET, POST, CONNECT, ...: not SMTP */
	VERB_OTHER = 1 << 12,
};

/* As struct sig, the text beside. */
struct session_sig {
	const char *text; /* "" once the session is over */
	uint64_t key;
	uint8_t ittl, dist;
};

struct session {
	struct addr client, server;
	uint16_t cport, sport;
	uint8_t state;    /* enum session_state */
	uint8_t end;      /* enum session_end */
	bool one_sided;   /* our side's packets were never seen */
	bool pipelined;   /* a command before the reply, without leave */
	bool bare_lf;     /* a command line ended in a bare LF */
	bool blind;       /* commands cannot be read any more (TLS, gap) */
	uint16_t syn_n;   /* SYNs seen: 1 = never retransmitted */
	int64_t syn_us;   /* first SYN; wall clock, 0 = not seen */
	int64_t open_us;  /* handshake completed, 0 = not */
	int64_t greet_us; /* last line of our greeting, 0 = none */
	int64_t early_us; /* first client payload before that, 0 = none */
	int64_t close_us; /* 0 = not closed */
	int64_t last_us;  /* last packet */
	uint32_t rtt_us;  /* SYN+ACK to ACK (Karn's rule), 0 = unknown */
	uint32_t early_n; /* payload bytes before the greeting */
	uint32_t verbs;   /* enum session_verb seen so far */
	uint16_t commands_n;
	uint16_t rcpts_n;
	uint16_t verb_last; /* the latest verb bit */
	/* our replies, as far as they could be read */
	uint16_t reply_verb; /* the verb that the latest one answers */
	uint16_t reply_code; /* its code */
	uint16_t rcpts_ok, rcpts_soft, rcpts_refused; /* 2xx, 4xx, 5xx */
	uint16_t messages;   /* bodies that were accepted */
	uint16_t refusals;   /* 4xx and 5xx, to whatever, the greeting too */
	uint32_t reply_hash; /* of the RCPT that it answers: hash_stable() of
	                        its address in lower case, the low 32 bits;
	                        0 = not known or no RCPT */
	bool null_sender;    /* of the transaction: the client's at COMMAND,
	                        that of the reply at REPLY */
	bool cut;            /* see session_cut() */
	bool deaf;           /* our replies cannot be read any more, or not
	                        be told which command they answer */
	bool owes;           /* a reply of ours is outstanding */
	bool tls_offered;    /* our latest answer to EHLO has STARTTLS */
	/* the SYN fields that a narrow block needs */
	uint16_t syn_len; /* IPv4 total length or IPv6 payload length */
	uint16_t syn_window;
	uint16_t syn_mss;     /* 0 = absent */
	bool syn_has_mss;     /* or there, and zero */
	uint8_t ladder_class; /* enum ladder_class, when answered or given up */
	uint8_t cls;          /* enum sig_class; SIG_UNKNOWN without sigs */
	uint8_t os_grade;     /* enum sigdb_grade */
	uint8_t os_family;    /* enum sigdb_family */
	uint8_t helo_n;
	uint8_t note;                /* see session_note() */
	struct ladder ladder;        /* copies of the SYN */
	const struct dialogue *dlg;  /* NULL while half-open, and once over */
	const struct flowstat *flow; /* likewise */
	const char *helo; /* of the last HELO/EHLO, as sent; see helo_n */
	struct str arg;   /* at COMMAND, of MAIL and RCPT: the address without
	                     its brackets, cut to what is kept of a line;
	                     borrowed for the call, "" at all others */
	struct str reply; /* at REPLY: text of the last line behind the code,
	                     cut; borrowed for the call, "" at all others */
	const char *os;   /* "NAME FLAVOR", "" = none, or over */
	struct session_sig sig;
};

/* What a narrow block knows it by. */
static inline struct stack
session_stack(const struct session *s)
{
	return (struct stack){ s->syn_len, s->syn_window, s->syn_mss,
		s->syn_has_mss };
}

enum session_event {
	SESSION_EV_SYN,        /* a new half-open session */
	SESSION_EV_OPEN,       /* handshake completed */
	SESSION_EV_EARLY,      /* the client spoke before the greeting (once) */
	SESSION_EV_GREETING,   /* our greeting is out, to its last line */
	SESSION_EV_COMMAND,    /* a whole command line: see verb_last */
	SESSION_EV_CLOSE,      /* see end */
	SESSION_EV_UNANSWERED, /* half-open to its end: see ladder */
	SESSION_EV_REPLY,      /* our whole reply to MAIL, RCPT, DATA or the
	                          end of a message: see reply_verb */
};
/*
 * REPLY: of DATA first 354 or a refusal, then what became of the message, as
 * VERB_DATA again; of BDAT the reply to LAST, and refusals.  Told once each,
 * in the order of the commands, and only while it is certain which command a
 * reply answers.  A gap of either side ends it, a reply that nothing seen has
 * asked for, an empty line of the client (not all servers answer it), and more
 * than 256 commands that wait for their replies: then the session is `deaf`
 * or `blind`.  So does a 421 (we hang up, whatever was asked), which is told
 * of no command and makes nobody deaf.
 */
/*
 * An open session always gets one CLOSE.  A half-open entry ends without an
 * event, but for UNANSWERED: it was neither answered (a RST of ours is no
 * answer; see ladder.reset) nor pushed out, and proves nothing about whom it
 * names.  The callback may search (session_find) but not feed packets.
 */
typedef void
session_cb(void *arg, enum session_event ev, const struct session *s);

struct session_conf {
	size_t half_open_max;  /* entries that have not completed a handshake */
	size_t open_max;       /* entries that have, lingering ones included */
	size_t live_max;       /* of these, such as are not over; 0: all */
	uint32_t half_open_s;  /* how long a half-open entry may last */
	uint32_t silence_s;    /* an open session without a packet is closed */
	uint32_t cut_s;        /* likewise one that was cut; it can be found
				  for silence_s more; 0: as the others */
	uint32_t linger_s;     /* a closed one is remembered for log lines */
	size_t reorder_slots;  /* for segments out of order; 0: REORDER_SLOTS */
	struct sigcache *sigs; /* borrowed; NULL: signatures without labels */
	struct hash_key key;
	session_cb *cb;
	void *arg;
};

struct session_counts {
	uint64_t syns, opened, closed;
	uint64_t half_open_evicted, open_evicted, midstream;
	uint64_t live_evicted; /* of open_evicted: ended, but still there */
	uint64_t held, gaps; /* segments: out of order; handed on with a gap */
	size_t half_open_now, open_now, held_now;
};

struct session_table;

/* NULL only when memory is short. */
struct session_table *session_new(const struct session_conf *conf);
void session_free(struct session_table *t);

/*
 * Which way goes a packet whose two ports are both a server's?  A SYN tells,
 * else the session that it belongs to; true when there is none.
 */
bool session_to_server(struct session_table *t, const struct traits *p);

/*
 * One TCP packet.  `to_server` says the direction, which the caller knows
 * from the SMTP ports.  Packets of a connection whose SYN was not seen are
 * counted as midstream and otherwise ignored.
 */
void session_packet(struct session_table *t, const struct traits *p,
    bool to_server, int64_t t_us);

/* Ends silent and lingering entries; a bounded slice per call. */
void session_tick(struct session_table *t, int64_t now_us);

/*
 * The clock was set back to now_us: whatever is later than that was now, or
 * nothing would end before the clock is there again.  Goes through the table.
 */
void session_clock_back(struct session_table *t, int64_t now_us);

/*
 * The latest session of that client address and port, NULL if none.  One that
 * was open goes before any half-open entry, which a stranger may have forged.
 */
const struct session *session_find(struct session_table *t,
    const struct addr *client, uint16_t cport);

/*
 * A session of `client` that was open at some moment in [from_us, to_us]:
 * the latest such; NULL if none.  Half-open entries never count.
 */
const struct session *session_find_at(struct session_table *t,
    const struct addr *client, int64_t from_us, int64_t to_us);

/*
 * The owner ends this open session from outside (the client is convicted).
 * It stays to be found, with `cut` set; what follows of it on the wire is not
 * read any more (dlg stays as it is) and tells no events but CLOSE, which comes
 * after cut_s without a packet at the latest.  In a full table such sessions
 * make room first.  Allowed in the callback, too.  False: there is no such open session, or it is cut
 * already.
 */
bool
session_cut(struct session_table *t, const struct addr *client, uint16_t cport);

/*
 * Open sessions of that client key (addr_key()), the latest first, at most n;
 * without those that were cut.  Looks at the latest 1024 of that key.
 */
size_t session_open_of(struct session_table *t, const struct addr *key,
    const struct session **out, size_t n);

/*
 * The session of that client key and port that was opened last, whether it is
 * over or not; among the latest 1024 of that key.  NULL: none.
 */
const struct session *session_find_key(struct session_table *t,
    const struct addr *key, uint16_t cport);
/* Sets bits of `note`, which is the owner's: nothing here reads it. */
void
session_note(struct session_table *t, const struct session *s, uint8_t bits);

void session_counts(const struct session_table *t, struct session_counts *out);

#endif
