/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardtable.h"

#define ELEMENTS_MAX 600   /* repairs of elements in a minute */
#define DEAF_MS      10000 /* a restore of all there can be takes less */

void
guardtable_init(struct guardtable *t, const struct guardtable_conf *c)
{
	*t = (struct guardtable){ .conf = *c };
	t->elements.max = ELEMENTS_MAX;
}

static void
enter(struct guardtable *t, enum msg_table state, bool fresh, bool resync)
{
	t->state = state;
	/* What is sent again now is all that was to be put right. */
	if (resync || state != MSG_TABLE_ON)
		t->resync = false;
	t->conf.changed(t->conf.arg, state, fresh, resync);
}

/* Takes the table out, also one that another program of ours had made. */
static void
go_off(struct guardtable *t)
{
	int rc = nft_remove(t->conf.nft);

	t->seen = NFTWATCH_NOTHING;
	if (rc != 0)
		log_msg(LOG_ERR, "off-failed: cannot delete the table: %s",
		    nft_error(t->conf.nft));
	if (t->state == MSG_TABLE_OFF)
		return;
	log_msg(LOG_NOTICE,
	    "off: the flag is there, the table is out until "
	    "`zfwctl on`");
	enter(t, MSG_TABLE_OFF, true, false);
}

static int
install(struct guardtable *t, bool *fresh)
{
	int rc = nft_install(t->conf.nft, fresh);

	if (rc == 0) {
		t->failed_said = false;
		return 0;
	}
	if (!t->failed_said)
		log_msg(LOG_ERR, "table-failed: cannot install the table: %s",
		    nft_error(t->conf.nft));
	t->failed_said = true;
	if (t->state != 0 && t->state != MSG_TABLE_FAILED)
		enter(t, MSG_TABLE_FAILED, false, false);
	return rc;
}

int
guardtable_start(struct guardtable *t)
{
	bool fresh;
	int rc;

	if (places_off(t->conf.places)) {
		go_off(t);
		return 0;
	}
	rc = install(t, &fresh);
	if (rc == 0)
		enter(t, MSG_TABLE_ON, fresh, true);
	return rc;
}

/*
 * Elements of ours were made or deleted by another program.  Those that it
 * can name go right at once; a flush, or the allow list, needs the engine.
 */
static void
others_elements(struct guardtable *t, int64_t now_ms)
{
	const struct nftwatch_seen *seen = nftwatch_seen(t->conf.watch);
	uint64_t more;
	size_t right = 0;

	if (t->state != MSG_TABLE_ON)
		return;
	if (!repairs_allow(&t->elements, now_ms)) {
		t->resync = true;
		return;
	}
	right = t->conf.elements(t->conf.arg, seen->ops, seen->ops_n);
	t->resync = t->resync || seen->more || seen->other;
	if (right > 0 && log_every(&t->elements_limit, now_ms, &more))
		log_msg(LOG_WARNING,
		    "elements-changed: elements of table inet " NFT_TABLE
		    " were changed by another program: %zu put right "
		    "left_out=%llu",
		    right, (unsigned long long)more);
}

bool
guardtable_event(struct guardtable *t, int64_t now_ms)
{
	enum nftwatch_what what = nftwatch_read(t->conf.watch, t->conf.nft);

	if (what == NFTWATCH_NOTHING)
		return false;
	if (what == NFTWATCH_ELEMENTS) {
		others_elements(t, now_ms);
		return t->resync;
	}
	/* What is known for sure goes before "events were lost". */
	if (t->seen == NFTWATCH_NOTHING || t->seen == NFTWATCH_LOOK ||
	    what == NFTWATCH_DELETED)
		t->seen = what;
	return true;
}

void
guardtable_restoring(struct guardtable *t, bool on, int64_t now_ms)
{
	if (on == (t->deaf_ms != 0))
		return;
	if (nftwatch_listen(t->conf.watch, !on) != 0) {
		if (on)
			return; /* only slower */
		log_msg(LOG_ERR, "watch: watching the table: cannot go on");
	}
	t->deaf_ms = on ? now_ms : 0;
	if (!on && t->seen == NFTWATCH_NOTHING)
		t->seen = NFTWATCH_LOOK;
}

void
guardtable_lost(struct guardtable *t)
{
	t->seen = NFTWATCH_DELETED;
}

static const char *
what_word(enum nftwatch_what what)
{
	return what == NFTWATCH_DELETED ? "deleted" : "changed";
}

static void
repair(struct guardtable *t, int64_t now_ms)
{
	bool was_paused = t->repairs.paused;
	bool fresh;

	if (!repairs_allow(&t->repairs, now_ms)) {
		if (!was_paused)
			log_msg(LOG_CRIT,
			    "table-fight: table inet " NFT_TABLE
			    " was %s %d times within a minute: another program "
			    "fights over it; not repaired for a minute, "
			    "NOTHING MAY BE BLOCKED",
			    what_word(t->seen), REPAIRS_MAX + 1);
		return;
	}
	if (install(t, &fresh) != 0)
		return;
	log_msg(LOG_WARNING,
	    "table-changed: table inet " NFT_TABLE
	    " was %s by another program: put back%s",
	    what_word(t->seen), fresh ? ", all blocks are sent again" : "");
	t->seen = NFTWATCH_NOTHING;
	enter(t, MSG_TABLE_ON, fresh, true);
}

/* A set was flushed, or so: the rules are fine, what is in the sets is not. */
static void
send_again(struct guardtable *t, int64_t now_ms)
{
	if (!repairs_allow(&t->repairs, now_ms))
		return; /* later: the flag stays */
	log_msg(LOG_WARNING,
	    "elements-flushed: elements of table inet " NFT_TABLE
	    " were changed by another program: all blocks are sent again");
	enter(t, MSG_TABLE_ON, false, true);
}

/*
 * Events were lost, as happens when we restore a million blocks ourselves:
 * the rules are set again, which is cheap and harms nothing; the blocks are
 * only sent again when the sets are new.
 */
static void
reassure(struct guardtable *t)
{
	bool fresh;

	t->seen = NFTWATCH_NOTHING;
	if (install(t, &fresh) != 0)
		return;
	if (!fresh) {
		t->conf.looked(t->conf.arg);
		return;
	}
	log_msg(LOG_WARNING,
	    "table-gone: table inet " NFT_TABLE
	    " was gone: put back, all blocks are sent again");
	enter(t, MSG_TABLE_ON, true, true);
}

/* It is off and the flag is gone, or it failed: once more from the start. */
static void
come_back(struct guardtable *t)
{
	bool was_off = t->state == MSG_TABLE_OFF, fresh;

	if (install(t, &fresh) != 0)
		return;
	log_msg(LOG_NOTICE, "%s: the table is back",
	    was_off ? "on" : "repaired");
	t->seen = NFTWATCH_NOTHING;
	enter(t, MSG_TABLE_ON, fresh, true);
}

void
guardtable_look(struct guardtable *t, int64_t now_ms)
{
	int there;

	/* A restore that does not end leaves us deaf for no longer. */
	if (t->deaf_ms != 0 && now_ms - t->deaf_ms > DEAF_MS)
		guardtable_restoring(t, false, now_ms);
	if (places_off(t->conf.places)) {
		if (t->state != MSG_TABLE_OFF || t->seen != NFTWATCH_NOTHING)
			go_off(t);
		return;
	}
	if (t->state != MSG_TABLE_ON) {
		come_back(t);
		return;
	}
	/* Also without an event: being told is good, looking is better. */
	there = nft_present(t->conf.nft);
	if (there == 0)
		t->seen = NFTWATCH_DELETED;
	if (t->seen == NFTWATCH_LOOK)
		reassure(t);
	else if (t->seen != NFTWATCH_NOTHING)
		repair(t, now_ms);
	else if (t->resync)
		send_again(t, now_ms);
}
