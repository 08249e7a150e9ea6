/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * live_impl - what the files of live share; nobody else includes it
 */
#ifndef ZFW_DAEMON_LIVE_IMPL_H
#define ZFW_DAEMON_LIVE_IMPL_H

#include <event2/event.h>

#include "daemon/blind.h"
#include "daemon/ctl.h"
#include "daemon/engine.h"
#include "daemon/frontmsg.h"
#include "daemon/live.h"
#include "daemon/log.h"
#include "daemon/logtail.h"
#include "daemon/outq.h"
#include "db/parts.h"
#include "db/store_series.h"
#include "fp/p0fsock.h"

#define LIVE_LOGS_MAX CONFIG_LIST_MAX
#define REFUSALS      (MSG_REFUSED_CUT + 1)

struct live_cap {
	struct live *live;
	const struct live_iface *iface;
	struct event *ev;
	bool broken;
};

struct live_log { /* one source */
	uint64_t understood;
	uint64_t seen_lines, seen_understood; /* at the last alarm check */
	bool blind;                           /* at that check */
	bool catching_up;                     /* the journal's old entries */
	struct event *ev;                     /* of a stream; else NULL */
	int64_t stamp_ms;                     /* of the last backlog line */
	struct logtail_pos stored, taken;     /* taken: when the round began */
	bool has_taken;
	struct log_limit missing, error, rotated, truncated, lost;
};

/* A request that is answered when the guard has done what it was told. */
enum wait_state { WAIT_FREE, WAIT_ALLOW, WAIT_SYNC, WAIT_SENT };
struct live_wait {
	enum wait_state state;
	struct ctl_conn *conn;
	json_t *answer;
	uint32_t seq;
};

/* What is still to be sent in bulk. */
struct live_bulk {
	bool allow;          /* the allow list is being sent ... */
	size_t allow_at;     /* ... from here: 0 = its beginning */
	bool list;           /* networks of block_file, ... */
	size_t list_at;      /* ... from here */
	bool blocks;         /* all blocks are being sent ... */
	bool restore;        /* ... as an answer to MSG_RESYNC, not a repair */
	uint32_t resync_seq; /* of the latest one */
	bool blocks_begun;
	size_t blocks_at; /* engine_wanted() cursor */
	bool early;       /* some were sent while they were loaded ... */
	size_t early_at;  /* ... up to here */
	bool repair;      /* a record was dropped: send all again */
	int64_t again_ms; /* monotonic; one was refused: send all then */
};

/*
 * Networks that knock most: a slot belongs to whoever has knocked most of all
 * that fall into it, and is halved now and then.
 */
#define TOP_SLOTS  1024
#define TOP_LATEST 24
struct live_top {
	struct hash_key key;
	int64_t fade_ms; /* next time; monotonic */
	struct live_hot {
		struct net net;
		uint32_t n;
	} hot[TOP_SLOTS];
	struct live_decided { /* a ring */
		int64_t t_ms;
		struct net net;
		uint8_t kind; /* enum engine_out_kind */
		uint8_t tier, action, reasons[4];
		uint16_t score;
		uint32_t for_s;
		bool narrow, shadow;
		char why[32];
	} latest[TOP_LATEST];
	size_t latest_n; /* ever */
};

enum reload_state {
	RELOAD_NONE,
	RELOAD_SEND,  /* all is read; the guard is to get the file */
	RELOAD_GUARD, /* it has it */
	RELOAD_BULK,  /* in force; what follows from it is being sent */
	RELOAD_SYNC,  /* all is sent */
};
struct live_reload {
	enum reload_state state;
	struct ctl_conn *conn;     /* who asked; NULL: a signal */
	bool again;                /* another signal came meanwhile */
	int fd;                    /* of the file */
	uint64_t hash;             /* of its text */
	uint32_t seq;              /* of MSG_SYNC */
	struct config *next;       /* NULL: nothing is waiting */
	struct patterns *patterns; /* the same; NULL: unchanged, too */
	struct config_diff diff;   /* of the last one */
	int64_t mode_ms; /* wall clock: it changed the mode; 0: none did */
	bool fresh[LIVE_LOGS_MAX]; /* logs that came with it */
};

struct live_faults {
	bool record;     /* the recording cannot be written: said once */
	bool full;       /* the disk: nothing is stored until there is room */
	bool full_told;  /* in the log; then it is told when there is room */
	uint64_t full_n; /* writes that failed for it */
	struct log_limit full_said;
	uint64_t unsaved, saved; /* clients and positions, each time */
	int64_t full_ms;         /* monotonic: not tried again until then */
	struct log_limit store, guard, orphan, refused, capture, bad_msg;
	uint64_t store_errors, bad_msgs;
};

/* One line a decision, but not a hundred thousand at once. */
struct live_burst {
	int64_t second;
	unsigned n;
	uint64_t left_out;
};

/* All NULL without p0f_socket. */
struct live_p0f {
	struct hosts *hosts;
	struct p0fsock *sock;
	struct event *ev;
};

struct live_names { /* at the last look */
	int64_t next_ms;
	uint64_t questions, replies;
};

struct live_sweep {
	struct sweep *round; /* live_sweep.c's own */
	struct event *ev;
	int64_t next_ms, ended_ms;           /* monotonic */
	uint64_t clients, forgotten, rounds; /* clients: of the last round */
	int64_t longest_us;                  /* slice so far */
};

struct live_learned {
	struct event *ev;
	int64_t next_ms;    /* monotonic */
	unsigned next;      /* enum engine_learned */
	uint8_t *buf;       /* that is being written; else NULL */
	struct parts parts; /* of it */
};

struct live_tally {
	struct tally_history h;
	int64_t next_ms; /* monotonic: when it is stored */
};

struct live_alarms {
	int64_t next_ms;
	int64_t lessons_ms;    /* next time that they may be told */
	struct blind_span was; /* counted until the last check */
	struct blind memory;
	enum blind_view view;
	bool blind; /* that, or a log */
};

#define FRONT_WAITS 32
struct live_front_wait { /* a click, until the kernel has it */
	enum wait_state state;
	uint32_t seq, front_seq; /* of MSG_SYNC, of FRONT_CLICK */
	int64_t since_ms;
	struct engine_front is;
};

struct live_front {
	struct event *ev; /* NULL: no socket */
	int fd;
	bool ready;  /* it said hello */
	bool wanted; /* the guard hands clients to it */
	bool there;  /* both, as the engine ... */
	bool told;   /* ... was told, if it was */
	bool paused; /* it said too much for this tick */
	bool keys_due, texts_due;
	uint8_t keys[2][FRONT_KEY_BYTES]; /* [0] signs */
	int64_t made_ms;                  /* wall clock; 0: not loaded yet */
	unsigned asks_left, clicks_left;
	int64_t second_ms;
	struct live_front_wait waits[FRONT_WAITS];
	uint64_t asks, clicks, lifted, limited, lost, bad;
};

#define LIVE_CHECKS 4
struct live_check {
	int64_t next_ms;   /* monotonic */
	int64_t offset_ms; /* of the wall clock from the monotonic one */
	int64_t after_ms;  /* monotonic: until then it was set just now */
	struct hash_key key;
	uint64_t asked, checked, wrong;
	uint64_t full; /* evicted or spared, at the last look */
	struct log_limit full_said;
	unsigned in_row; /* times that it was wrong, and never right between */
	struct live_check_ask {
		uint32_t seq;     /* of MSG_CHECK; 0: none */
		int64_t again_ms; /* monotonic; 0: it was not wrong before */
		struct engine_element at;
	} asks[LIVE_CHECKS];
};

struct live_queue {
	bool on; /* the guard waits for verdicts */
	uint64_t packets, verdicts;
	uint64_t counts[MSG_QUEUES]; /* as the guard told */
};

struct live {
	struct live_conf conf;
	const struct config *cfg;
	const struct policy *policy;
	struct event_base *base;
	struct event *ev_guard, *ev_guard_out, *ev_wake, *ev_tick, *ev_more;
	struct event *ev_round;
	struct event *ev_term, *ev_int, *ev_hup;
	struct engine *engine;
	struct ctl *ctl;
	struct logtail *tail;
	size_t logs_n;
	struct live_log logs[LIVE_LOGS_MAX];
	struct live_cap caps[LIVE_IFACES_MAX];
	int64_t started_ms;                   /* wall clock */
	int64_t begun_ms;                     /* the same, monotonic */
	int64_t second_ms, sync_ms, allow_ms; /* monotonic, next time */
	bool lines_read;                      /* since positions were taken */
	bool round_on;                        /* clients are being stored ... */
	size_t round_at;                      /* ... engine_flush_some() */
	uint64_t round_unsaved, round_saved;  /* at its begin */
	int result;                           /* of live_run() */

	struct outq q;
	struct live_bulk bulk;
	struct live_wait waits[CTL_CONNS_MAX];
	uint32_t seq;
	enum msg_table table;
	uint64_t refused[REFUSALS];
	struct live_queue queue;
	struct live_check check;
	struct live_reload reload;
	struct live_top top;
	bool own_patterns; /* conf.patterns are of a reload */

	struct store_allow *allow;
	size_t allow_n, allow_max;

	struct live_faults faults;
	struct live_burst burst;
	char late[1024]; /* see live_out_late(); "" = none */
	struct live_alarms alarms;
	struct live_p0f p0f;
	struct live_names names;
	struct live_learned learned;
	struct live_tally tally;
	struct live_sweep sweep;
	struct live_front front;
	struct msg_in in;
};

/* live.c */
int64_t live_wall_ms(void);
int64_t live_mono_ms(void);
void live_end(struct live *l, int result);

/* live_in.c */
bool live_in_init(struct live *l);
void live_in_fini(struct live *l);
/* Log source i is gone, or has another path now. */
void live_in_source(struct live *l, size_t i);
void live_in_captures(struct live *l);
/* One packet, from wherever. */
void live_in_packet(struct live *l, const struct packet *p);
void live_in_lines(struct live *l);

/* live_save.c */
bool live_save_init(struct live *l); /* the logs' stored positions */
void live_save_fini(struct live *l);
bool live_save_source(struct live *l, size_t i); /* where it was left */
/* Clients, then log positions, unless that is still being done. */
void live_save_begin(struct live *l);
void live_save_all(struct live *l); /* at once, for the end */

/* live_sweep.c */
bool live_sweep_init(struct live *l);
void live_sweep_fini(struct live *l);
void live_sweep_tick(struct live *l, int64_t mono_ms);
json_t *live_sweep_status(const struct live *l);

/* live_learned.c */
bool live_learned_init(struct live *l);
void live_learned_fini(struct live *l);
int live_learned_load(struct live *l); /* 0 or -ENOMEM */
void live_learned_tick(struct live *l, int64_t mono_ms);
void live_learned_save_all(struct live *l); /* at once, for the end */

/* live_out.c: callbacks of the engine */
void live_out(void *arg, const struct engine_out *o);
bool live_out_load(void *arg, const struct addr *key, struct client *c);
bool live_out_save(void *arg, const struct client *c);
/* Once a second: how many lines were left out. */
void live_out_tick(struct live *l);
void live_out_store_error(struct live *l, const char *what, int rc);
/* All was stored: there is room, if there was none. */
void live_out_store_good(struct live *l);
/* A line about a block that waits until its sessions have been ended. */
void live_out_late(struct live *l);
/* MSG_BLOCK, MSG_RENEW or MSG_CHECK of an element that is to be there. */
struct msg live_out_wanted(const struct live *l, enum msg_op op,
    const struct engine_wanted *w);

/* live_guard.c */
bool live_guard_init(struct live *l);
void live_guard_fini(struct live *l);
void live_guard_send(struct live *l, const struct msg *m);
/* Asks for a MSG_DONE of all that was sent; returns its number. */
static inline uint32_t
live_guard_sync(struct live *l)
{
	live_guard_send(l, &(struct msg){ .op = MSG_SYNC, .seq = ++l->seq });
	return l->seq;
}
/* Sends what can be sent.  The engine may be in the middle of something. */
void live_guard_flush(struct live *l);
/* And makes more of what is to be sent in bulk: asks the engine for it. */
void live_guard_pump(struct live *l);
/*
 * Blocks go to the guard while they are loaded: meet() before that, waiting a
 * moment for its answer, early() often while it lasts (no use of the store).
 * What was not sent by then follows.
 */
void live_guard_meet(struct live *l);
void live_guard_early(struct live *l);
void live_guard_find(void *arg, size_t source, uint64_t dev, uint64_t ino);

/* live_check.c */
void live_check_init(struct live *l);
void live_check_tick(struct live *l, int64_t mono_ms);
void live_check_done(struct live *l, const struct msg *m);
/* All is about to be sent again: what was asked before tells nothing. */
void live_check_forget(struct live *l);
/* Has the clock been set just now? */
bool live_check_stepped(const struct live *l);
/* The guard has seen that it was, or that the machine slept. */
void live_check_told(struct live *l);

/* live_queue.c */
void live_queue_packets(struct live *l); /* of l->in */
void live_queue_count(struct live *l, const struct msg *m);
void live_queue_tick(struct live *l);
json_t *live_queue_status(const struct live *l); /* null when off */

/* live_allow.c */
int live_allow_load(struct live *l, int64_t now_ms);
void live_allow_tick(struct live *l, int64_t now_ms);
/* The i-th network of config and store together; false: no more. */
bool live_allow_at(const struct live *l, size_t i, struct net *out);

/* live_ctl.c */
void live_ctl_request(void *arg, struct ctl_conn *c, const struct ctl_req *r);
void live_ctl_gone(void *arg, struct ctl_conn *c);
void live_ctl_synced(struct live *l, uint32_t seq, int result);

/* live_reload.c */
void
live_reload_begin(struct live *l, struct ctl_conn *conn); /* NULL: SIGHUP */
void live_reload_configured(struct live *l, int result);
void live_reload_synced(struct live *l, uint32_t seq, int result);
void live_reload_gone(struct live *l, const struct ctl_conn *c);
void live_reload_tick(struct live *l);
void live_reload_fini(struct live *l);
json_t *live_reload_pending(const struct live *l); /* keys: a restart is due */

/* live_status.c */
json_t *live_status(struct live *l);

/* live_top.c */
void live_top_init(struct live *l);
void live_top_note(struct live *l, const struct engine_out *o);
void live_top_tick(struct live *l, int64_t mono_ms);
json_t *live_top(struct live *l);

/* live_tally.c */
void live_tally_load(struct live *l); /* before the first tick */
void live_tally_tick(struct live *l, int64_t mono_ms); /* each second */
void live_tally_save_all(struct live *l);
json_t *live_tally_status(struct live *l);

/* live_botnets.c */
json_t *live_botnets(struct live *l);

/* live_alarm.c */
void live_alarm_tick(struct live *l, int64_t mono_ms);

/* live_names.c */
bool live_names_init(struct live *l);
void live_names_fini(struct live *l);
void live_names_ask(void *arg, const struct addr *a); /* engine_conf.ask */
void live_names_tick(struct live *l, int64_t mono_ms);
json_t *live_names_status(const struct live *l); /* null when off */

/* live_front.c */
void live_front_init(struct live *l);
void live_front_fini(struct live *l);
void live_front_tick(struct live *l, int64_t mono_ms);
void live_front_fd(struct live *l, int fd); /* takes it */
void live_front_texts(struct live *l); /* its name and the page's address */
/* What the guard says of it: does it hand clients to it? */
void live_front_gone(struct live *l, bool there);
/* After all that clicks did: as the requests of live_ctl. */
void live_front_syncs(struct live *l);
void live_front_synced(struct live *l, uint32_t seq, int result);
json_t *live_front_status(const struct live *l);

/* live_p0f.c */
bool live_p0f_init(struct live *l);
void live_p0f_fini(struct live *l);
/* One that the engine has read, to an SMTP port of ours. */
void live_p0f_packet(struct live *l, const struct traits *t, int64_t t_us);
session_cb live_p0f_session; /* of the engine; the argument is struct live */
void live_p0f_tick(struct live *l, int64_t mono_ms);
json_t *live_p0f_status(const struct live *l); /* null when off */

#endif
