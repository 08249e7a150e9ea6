/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/tally.h"

#include <string.h>

#include "fp/le.h"

#define GAUGES    (TALLY_KINDS - TALLY_TOTALS)
#define FORMAT    1
#define KINDS_MAX 120 /* of a later zfw */
#define MODES     (TALLY_SHADOW | TALLY_ENFORCE)

const char *const tally_name[TALLY_KINDS] = {
	[TALLY_CONNECTS] = "connections",
	[TALLY_ZOMBIE] = "zombie_connections",
	[TALLY_GOOD] = "good_connections",
	[TALLY_MESSAGES] = "messages_accepted",
	[TALLY_RCPT_BAD] = "recipients_bad",
	[TALLY_EARLY] = "early_talkers",
	[TALLY_PREVENTED] = "attempts_prevented",
	[TALLY_REJECTED] = "attempts_rejected",
	[TALLY_LEAKED] = "attempts_leaked",
	[TALLY_AUDITED] = "attempts_audited",
	[TALLY_INLINE] = "syns_refused_inline",
	[TALLY_CUT] = "sessions_cut",
	[TALLY_CLIENTS] = "clients_new",
	[TALLY_FIRST] = "blocks_first",
	[TALLY_AGAIN] = "blocks_again",
	[TALLY_ADMIN] = "blocks_admin",
	[TALLY_LIFTED] = "blocks_lifted",
	[TALLY_CLICKS] = "clicks",
	[TALLY_PARDONED] = "blocks_pardoned",
	[TALLY_MISTAKES] = "possible_mistakes",
	[TALLY_ENDED] = "blocks_ended",
	[TALLY_BACK] = "blocks_came_back",
	[TALLY_LISTED] = "attempts_listed",
	[TALLY_BLOCKED_NOW] = "blocked",
	[TALLY_OPEN_NOW] = "sessions_open",
	[TALLY_STORED_NOW] = "clients_stored",
};

const char *const tally_words[TALLY_KINDS] = {
	[TALLY_CONNECTS] = "connections",
	[TALLY_ZOMBIE] = "of these from zombies",
	[TALLY_GOOD] = "of these good",
	[TALLY_MESSAGES] = "messages accepted",
	[TALLY_RCPT_BAD] = "unknown recipients and traps",
	[TALLY_EARLY] = "talked before the greeting",
	[TALLY_PREVENTED] = "attempts prevented",
	[TALLY_REJECTED] = "attempts rejected",
	[TALLY_LEAKED] = "attempts let to the front",
	[TALLY_AUDITED] = "attempts let through as a sample",
	[TALLY_INLINE] = "SYNs refused for their stack",
	[TALLY_CUT] = "sessions cut",
	[TALLY_CLIENTS] = "new clients",
	[TALLY_FIRST] = "blocked for the first time",
	[TALLY_AGAIN] = "blocked again",
	[TALLY_ADMIN] = "blocked by hand",
	[TALLY_LIFTED] = "lifted by good mail or a login",
	[TALLY_CLICKS] = "let out by a click",
	[TALLY_PARDONED] = "let out by hand",
	[TALLY_MISTAKES] = "possible mistakes",
	[TALLY_ENDED] = "blocks that ran out",
	[TALLY_BACK] = "of these, had come back",
	[TALLY_LISTED] = "attempts prevented by a block_file",
	[TALLY_BLOCKED_NOW] = "blocked now",
	[TALLY_OPEN_NOW] = "sessions open",
	[TALLY_STORED_NOW] = "clients remembered",
};

const int64_t tally_step_ms[TALLY_STEPS] = { 60000, 3600000, 86400000 };
const uint32_t tally_chunk_slots[TALLY_STEPS] = { 60, 24, 32 };
const uint32_t tally_keep_slots[TALLY_STEPS] = { 1440, 744, 3660 };

/* ---- slots ---- */

uint32_t
tally_slot_at(enum tally_step step, int64_t ms)
{
	int64_t n = ms / tally_step_ms[step];

	return n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

uint32_t
tally_first_at(enum tally_step step, int64_t ms)
{
	uint32_t n = tally_slot_at(step, ms);

	return n - n % tally_chunk_slots[step];
}

static void
add(uint32_t *to, uint64_t more)
{
	*to = more > UINT32_MAX - *to ? UINT32_MAX : *to + (uint32_t)more;
}

void
tally_slot_sum(struct tally *to, const struct tally_slot *slot)
{
	if (slot->modes == 0)
		return;
	for (size_t k = 0; k < TALLY_TOTALS; k++)
		to->n[k] += slot->n[k];
	for (size_t k = TALLY_TOTALS; k < TALLY_KINDS; k++)
		to->n[k] = slot->n[k];
}

/* ---- the history ---- */

void
tally_history_init(struct tally_history *h, int64_t now_ms)
{
	memset(h, 0, sizeof(*h));
	for (unsigned i = 0; i < TALLY_STEPS; i++)
		h->chunk[i].first = tally_first_at((enum tally_step)i, now_ms);
}

static bool
is_empty(const struct tally_chunk *c)
{
	for (size_t i = 0; i < TALLY_CHUNK_MAX; i++)
		if (c->slot[i].modes != 0)
			return false;
	return true;
}

static void
count_in(struct tally_slot *slot, const struct tally *last,
    const struct tally *now, enum tally_mode mode)
{
	slot->modes |= (uint8_t)mode;
	for (size_t k = 0; k < TALLY_TOTALS; k++)
		add(&slot->n[k],
		    now->n[k] < last->n[k] ? now->n[k] :
					     now->n[k] - last->n[k]);
	for (size_t k = TALLY_TOTALS; k < TALLY_KINDS; k++) {
		slot->n[k] = 0;
		add(&slot->n[k], now->n[k]);
	}
}

bool
tally_history_add(struct tally_history *h, const struct tally *totals,
    enum tally_mode mode, int64_t now_ms, enum tally_step *step,
    struct tally_chunk *full)
{
	for (unsigned i = 0; i < TALLY_STEPS; i++) {
		struct tally_chunk *c = &h->chunk[i];
		uint32_t first = tally_first_at((enum tally_step)i, now_ms);
		bool empty = is_empty(c);

		if (c->first == first)
			continue;
		*step = (enum tally_step)i;
		*full = *c;
		memset(c, 0, sizeof(*c));
		c->first = first;
		if (!empty)
			return true;
	}
	for (unsigned i = 0; i < TALLY_STEPS; i++) {
		uint32_t at = tally_slot_at((enum tally_step)i, now_ms);

		count_in(&h->chunk[i].slot[at - h->chunk[i].first], &h->last,
		    totals, mode);
	}
	h->last = *totals;
	return false;
}

/* ---- as bytes ---- */

/*
 * step, format, how many totals and gauges, the first slot; then each slot:
 * its modes and, unless these are 0, its numbers, seven bits a byte, the
 * lowest first.
 */
static void
put_number(struct wr *w, uint32_t v)
{
	for (; v > 0x7f; v >>= 7)
		wr_u8(w, (uint8_t)(v | 0x80));
	wr_u8(w, (uint8_t)v);
}

size_t
tally_chunk_encode(enum tally_step step, const struct tally_chunk *c, void *out,
    size_t max)
{
	struct wr w = wr_init(out, max);

	wr_u8(&w, (uint8_t)step);
	wr_u8(&w, FORMAT);
	wr_u8(&w, TALLY_TOTALS);
	wr_u8(&w, GAUGES);
	wr_le32(&w, c->first);
	for (size_t i = 0; i < tally_chunk_slots[step]; i++) {
		const struct tally_slot *s = &c->slot[i];

		wr_u8(&w, s->modes);
		for (size_t k = 0; k < TALLY_KINDS && s->modes != 0; k++)
			put_number(&w, s->n[k]);
	}
	return w.bad ? 0 : w.n;
}

static uint32_t
take_number(struct rd *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 35; shift += 7) {
		uint8_t b = rd_u8(r);

		v |= (uint64_t)(b & 0x7f) << shift;
		if (b > 0x7f)
			continue;
		/* Each number has one form only. */
		if (v > UINT32_MAX || (b == 0 && shift > 0))
			break;
		return (uint32_t)v;
	}
	r->bad = true;
	return 0;
}

/* `n` of a kind that had `known` here: those of a later zfw are left out. */
static void
take_numbers(struct rd *r, uint32_t *to, size_t n, size_t known)
{
	for (size_t i = 0; i < n && !r->bad; i++) {
		uint32_t v = take_number(r);

		if (i < known)
			to[i] = v;
	}
}

bool
tally_chunk_decode(enum tally_step step, const void *in, size_t n,
    struct tally_chunk *out)
{
	struct rd r = rd_init(in, n);
	bool head = rd_u8(&r) == step && rd_u8(&r) == FORMAT;
	uint8_t totals = rd_u8(&r), gauges = rd_u8(&r);

	memset(out, 0, sizeof(*out));
	out->first = rd_le32(&r);
	head = head && totals <= KINDS_MAX && gauges <= KINDS_MAX &&
	    out->first % tally_chunk_slots[step] == 0;
	for (size_t i = 0; i < tally_chunk_slots[step] && head && !r.bad; i++) {
		struct tally_slot *s = &out->slot[i];

		s->modes = rd_u8(&r);
		r.bad |= s->modes > MODES;
		if (s->modes == 0)
			continue;
		take_numbers(&r, s->n, totals, TALLY_TOTALS);
		take_numbers(&r, s->n + TALLY_TOTALS, gauges, GAUGES);
	}
	if (head && !r.bad && r.n == 0)
		return true;
	memset(out, 0, sizeof(*out));
	return false;
}
