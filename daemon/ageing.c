/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/ageing.h"

#define HOUR_MS   ((int64_t)3600 * 1000)
#define DAY_MS    (24 * HOUR_MS)
#define GOOD_DAYS 3

/* Of two times, the later that is not in the future. */
static int64_t
later(int64_t a_ms, int64_t b_ms, int64_t now_ms)
{
	if (b_ms > now_ms)
		return now_ms;
	return b_ms > a_ms ? b_ms : a_ms;
}

/* Until it is over it is worth more than anything. */
static int64_t
running_until(const struct client *c)
{
	int64_t until_ms = c->block_until_ms;

	if (c->click_until_ms > until_ms)
		until_ms = c->click_until_ms;
	if (c->no_link_until_ms > until_ms)
		until_ms = c->no_link_until_ms;
	return until_ms;
}

static int64_t
seen_ms(const struct client *c, int64_t now_ms)
{
	const int64_t times[] = { c->last_ms, c->knock_ms, c->offence_ms,
		c->good_ms, c->login_ms, c->peer_ms, c->click_ms };
	int64_t seen = c->first_ms > now_ms ? now_ms : c->first_ms;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		seen = later(seen, times[i], now_ms);
	/* A block that is over was served until then. */
	if (c->block_until_ms <= now_ms)
		seen = later(seen, c->block_until_ms, now_ms);
	return seen;
}

static int64_t
worth_ms(const struct client *c, uint32_t clean_s)
{
	int64_t worth = AGEING_ONCE_D * DAY_MS, w;

	if (c->connects > 1)
		worth = AGEING_AGAIN_D * DAY_MS;
	/* One tier is forgiven for each clean period: then it is over. */
	w = AGEING_ZOMBIE_D * DAY_MS + (int64_t)c->tier * clean_s * 1000;
	if (c->offences > 0 && w > worth)
		worth = w;
	if (c->good_mails > 0 || c->click_ms > 0)
		w = AGEING_MAIL_D * DAY_MS;
	if (c->good_days >= GOOD_DAYS || c->login_ms > 0 || c->peer_ms > 0)
		w = AGEING_GOOD_D * DAY_MS;
	return w > worth ? w : worth;
}

int64_t
ageing_left_ms(const struct client *c, uint32_t clean_s, int64_t now_ms)
{
	int64_t left = seen_ms(c, now_ms) + worth_ms(c, clean_s) - now_ms;
	int64_t runs = running_until(c) - now_ms;

	if (runs > 0) /* more than anybody who may go */
		left = AGEING_HOURS * HOUR_MS + runs;
	return left > 0 ? left : 0;
}

void
ageing_begin(struct ageing *a)
{
	memset(a, 0, sizeof(*a));
}

void
ageing_count(struct ageing *a, int64_t left_ms)
{
	int64_t h = left_ms / HOUR_MS;

	if (h < 0)
		h = 0;
	a->left[h < AGEING_HOURS ? h : AGEING_HOURS - 1]++;
	a->n++;
}

int64_t
ageing_limit_ms(const struct ageing *a, uint64_t max)
{
	uint64_t gone = 0, room = max - max / 20;
	int64_t h = 0;

	if (a->n <= max)
		return 0;
	while (h < AGEING_HOURS - 1 && a->n - gone > room)
		gone += a->left[h++];
	return h * HOUR_MS;
}
