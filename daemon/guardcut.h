/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * guardcut - ends a session of a convicted client
 *
 * The socket of the mail server is closed from outside (sockcut); where it is
 * not to be found, because the mail server is in another network namespace,
 * the client's next segment is made a reset (nft_cut_flow).  Called by
 * guardapply for each MSG_CUT that guardcheck has judged, at once: the next
 * command of the client may be DATA.  Opened while root; owned by the guard.
 * What fails is counted, and said at most once a minute.
 */
#ifndef ZFW_DAEMON_GUARDCUT_H
#define ZFW_DAEMON_GUARDCUT_H

#include "daemon/log.h"
#include "daemon/msg.h"
#include "nft/nft.h"
#include "nft/sockcut.h"

struct guardcut { /* embedded in the guard; private but for the counters */
	struct sockcut *sockets; /* NULL: the kernel cannot */
	struct nft *nft;
	uint64_t closed, reset, failed;
	struct log_limit limit;
};

/* Without sock_diag it goes on with resets alone, after a log line. */
void guardcut_init(struct guardcut *c, struct nft *nft);
void guardcut_fini(struct guardcut *c);
/*
 * `table`: the kernel table is there, as far as is known.  -ENOENT: it is not,
 * so that nobody asks again before it is back: a change that the kernel
 * refuses takes it some 15 ms, and far more when it is busy.
 */
int guardcut_do(struct guardcut *c, const struct msg *m, bool table,
    int64_t now_ms);

#endif
