/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/guardtable.h"

void
guardtable_init(struct guardtable *t, const struct guardtable_conf *c)
{
	*t = (struct guardtable){ .conf = *c };
}

static void
enter(struct guardtable *t, enum msg_table state, bool fresh, bool resync)
{
	t->state = state;
	t->conf.changed(t->conf.arg, state, fresh, resync);
}

/* Takes the table out, also one that another program of ours had made. */
static void
go_off(struct guardtable *t)
{
	int rc = nft_remove(t->conf.nft);

	t->seen = NFTWATCH_NOTHING;
	if (rc != 0)
		log_msg(LOG_ERR, "off: cannot delete the table: %s",
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
		log_msg(LOG_ERR, "cannot install the table: %s",
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

bool
guardtable_event(struct guardtable *t)
{
	enum nftwatch_what what = nftwatch_read(t->conf.watch, t->conf.nft);

	if (what == NFTWATCH_NOTHING)
		return false;
	/* What is known for sure goes before "events were lost". */
	if (t->seen == NFTWATCH_NOTHING || t->seen == NFTWATCH_LOOK ||
	    what == NFTWATCH_DELETED)
		t->seen = what;
	return true;
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
			    "table inet " NFT_TABLE " was %s %d times within "
			    "a minute: another program fights over it; not "
			    "repaired for a minute, NOTHING MAY BE BLOCKED",
			    what_word(t->seen), REPAIRS_MAX + 1);
		return;
	}
	if (install(t, &fresh) != 0)
		return;
	log_msg(LOG_WARNING,
	    "table inet " NFT_TABLE " was %s by another "
	    "program: put back%s",
	    what_word(t->seen), fresh ? ", all blocks are sent again" : "");
	t->seen = NFTWATCH_NOTHING;
	enter(t, MSG_TABLE_ON, fresh, true);
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
	if (install(t, &fresh) != 0 || !fresh)
		return;
	log_msg(LOG_WARNING,
	    "table inet " NFT_TABLE " was gone: put back, "
	    "all blocks are sent again");
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
}
