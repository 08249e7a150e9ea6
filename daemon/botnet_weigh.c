/* SPDX-License-Identifier: GPL-3.0-or-later */
/* botnet_weigh - what it says to be in a cluster: see docs/BOTNETS.md */
#include <math.h>

#include "daemon/botnet_impl.h"

#define WEIGH_MS         ((int64_t)10 * 60 * 1000)
#define BASE_PRIOR       5.0
#define SHARE_MAX        0.1 /* of good ones, with 95 % confidence */
#define BAD_MIN          8.0 /* labels, from as many networks */
#define RDNS_BAD_MIN     4.0 /* siblings of one provider */
#define COUNT_SHARE      5.0
#define COUNT_MIN        4.0
#define COUNT_MAX        40.0
#define TELL_MIN         0.3  /* a bound moves only with its labels */
#define WAY_MIN          8.0  /* labels, from as many networks */
#define WAY_PRIOR        10.0 /* labels that a way's usual share is worth */
#define WAY_USUAL        0.02
#define WAY_MARGIN       2.0  /* many ways are tried: some look bad by chance */
#define NAMED_ZOMBIES    0.43 /* networks with a name for one without: zombies */
#define NAMELESS_SERVERS 0.43 /* and the other way round: servers */
#define NAME_GOOD        3.0  /* labels that a network of servers is worth */
#define NAME_BAD         0.5  /* and one of zombies */
#define NAMES_MS         ((int64_t)60 * 1000)
#define SENDER_LLR       2.0 /* by the count alone */
#define HELO_MAX         3.0
#define TEMPLATE_MAX     2.0
#define WAY_MAX          3.5
#define RDNS_MAX         1.5
#define GOOD_MAX         1.0 /* what a cluster may say in favour */

/* By the count alone. */
static const double word_llr[] = {
	[BOTNET_WORD_NAME] = 3.0,
	[BOTNET_WORD_WEAK] = 1.0,
	[BOTNET_WORD_COMMON] = 0.0,
};

/* ---- time ---- */

/* The maps of the period before are dropped, those of this one take over. */
static void
next_era(struct cluster_bits *b)
{
	b->nets[1] = b->nets[0];
	b->nets[0] = (struct netset){ 0 };
	b->named[1] = b->named[0];
	b->named[0] = (struct netset){ 0 };
	for (unsigned i = 0; i < BOTNET_LABELS; i++) {
		memcpy(b->taught[i][1], b->taught[i][0],
		    sizeof(b->taught[i][0]));
		memset(b->taught[i][0], 0, sizeof(b->taught[i][0]));
	}
}

static double
fading(int64_t *faded_ms, int64_t now_ms)
{
	double f = exp2(-(double)(now_ms - *faded_ms) /
	    (double)(BOTNET_HALF_DAYS * BOTNET_DAY_MS));

	*faded_ms = now_ms;
	return f;
}

void
botnet_age(struct cluster *cl, int64_t now_ms)
{
	uint32_t era = (uint32_t)(now_ms / BOTNET_ERA_MS);
	uint32_t day = (uint32_t)(now_ms / BOTNET_DAY_MS);
	uint32_t slot = (uint32_t)(now_ms / BOTNET_SLOT_MS);

	for (unsigned i = 0; i < 2 && cl->era < era; i++) {
		next_era(&cl->bits);
		cl->era = i == 0 ? cl->era + 1 : era;
		cl->stale = true;
	}
	for (unsigned i = 0; i < BOTNET_SLOTS && cl->slot < slot; i++) {
		cl->slot = slot - cl->slot > BOTNET_SLOTS ?
		    slot - BOTNET_SLOTS + 1 :
		    cl->slot + 1;
		cl->fresh[cl->slot % BOTNET_SLOTS] = 0;
		cl->seen[cl->slot % BOTNET_SLOTS] = 0;
	}
	if (cl->day != day) {
		memset(cl->bits.today, 0, sizeof(cl->bits.today));
		cl->day = day;
	}
	if (now_ms - cl->faded_ms >= WEIGH_MS) {
		float f = (float)fading(&cl->faded_ms, now_ms);

		cl->label[BOTNET_GOOD] *= f;
		cl->label[BOTNET_BAD] *= f;
	}
}

/* ---- labels ---- */

void
botnet_teach(struct cluster *cl, uint32_t site, bool bad)
{
	struct cluster_bits *b = &cl->bits;
	unsigned l = bad ? BOTNET_BAD : BOTNET_GOOD;
	double step = bits_step(b->today[l], sizeof(b->today[l]));

	if (bits_add(b->taught[l][0], b->taught[l][1], sizeof(b->taught[l][0]),
		site >> 8))
		cl->stale = true;
	if (!bits_add(b->today[l], NULL, sizeof(b->today[l]), site))
		return;
	cl->label[l] += (float)step;
	cl->stale = true;
}

void
botnet_base_teach(struct botnets *b, uint32_t site, bool bad, int64_t now_ms)
{
	struct botnet_base *all = b->base;
	uint32_t day = (uint32_t)(now_ms / BOTNET_DAY_MS);
	unsigned l = bad ? BOTNET_BAD : BOTNET_GOOD;

	if (all->day != day) {
		memset(all->today, 0, sizeof(all->today));
		all->day = day;
	}
	if (all->faded_ms == 0)
		all->faded_ms = now_ms;
	if (bits_add(all->today[l], NULL, sizeof(all->today[l]), site))
		all->label[l] += 1;
}

/* How many bad labels there are for a good one, at least 1; or turned. */
static double
base_ratio(struct botnets *b, unsigned of, int64_t now_ms)
{
	struct botnet_base *all = b->base;
	double r;

	if (now_ms - all->faded_ms >= WEIGH_MS) {
		double f = fading(&all->faded_ms, now_ms);

		all->label[BOTNET_GOOD] *= f;
		all->label[BOTNET_BAD] *= f;
	}
	r = (all->label[of] + BASE_PRIOR) / (all->label[!of] + BASE_PRIOR);
	return r < 1 ? 1 : r;
}

/* Labels, as many as there are networks that gave them. */
static double
labels(const struct cluster *cl, unsigned l)
{
	bool full;
	double n = bits_size(cl->bits.taught[l][0], cl->bits.taught[l][1],
	    sizeof(cl->bits.taught[l][0]), &full);

	return full || (double)cl->label[l] < n ? (double)cl->label[l] : n;
}

/* ---- the bound ---- */

/* The continued fraction of the incomplete beta function. */
static double
beta_fraction(double a, double b, double x)
{
	const double tiny = 1e-30;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;

	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m < 200; m++) {
		double step = 1;

		for (int odd = 0; odd < 2; odd++) {
			double t = odd ?
			    -(a + m) * (a + b + m) * x /
				((a + 2 * m) * (a + 2 * m + 1)) :
			    m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));

			d = 1 + t * d;
			c = 1 + t / c;
			d = 1 / (fabs(d) < tiny ? tiny : d);
			c = fabs(c) < tiny ? tiny : c;
			step = d * c;
			h *= step;
		}
		if (fabs(step - 1) < 1e-9)
			break;
	}
	return h;
}

/* The part of Beta(a, b) that no x changes. */
static double
beta_whole(double a, double b)
{
	int sign;

	return lgamma_r(a + b, &sign) - lgamma_r(a, &sign) - lgamma_r(b, &sign);
}

/* P(share <= x) for Beta(a, b). */
static double
beta_below(double a, double b, double whole, double x)
{
	double front = exp(whole + a * log(x) + b * log1p(-x));

	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(a, b, x) / a;
	return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double
botnet_share_bound(double of, double others)
{
	double whole = beta_whole(of + 0.5, others + 0.5);
	double lo = 1e-9, hi = 1 - 1e-9;

	/* 20 halvings: to a millionth. */
	for (int i = 0; i < 20; i++) {
		double mid = (lo + hi) / 2;

		if (beta_below(of + 0.5, others + 0.5, whole, mid) < 0.95)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

static bool
moved(double was, double is)
{
	return fabs(is - was) > TELL_MIN + 0.02 * was;
}

/* The bounds of the shares of good and of bad ones; not cheap. */
static void
take_bounds(struct cluster *cl, double good, double bad)
{
	if (cl->bounded && !moved((double)cl->bound_of[BOTNET_GOOD], good) &&
	    !moved((double)cl->bound_of[BOTNET_BAD], bad))
		return;
	cl->bounded = true;
	cl->bound_of[BOTNET_GOOD] = (float)good;
	cl->bound_of[BOTNET_BAD] = (float)bad;
	cl->bound[BOTNET_GOOD] = (float)botnet_share_bound(good, bad);
	cl->bound[BOTNET_BAD] = (float)botnet_share_bound(bad, good);
}

/* At least so much is the share of the others, against what is usual. */
static double
bound_llr(struct botnets *b, const struct cluster *cl, unsigned of,
    int64_t now_ms)
{
	double u = (double)cl->bound[!of];

	return log((1 - u) / u) - log(base_ratio(b, of, now_ms));
}

static double
clamp(double x, double lo, double hi)
{
	return x < lo ? lo : x > hi ? hi : x;
}

/* ---- the kinds ---- */

struct known {
	struct botnets *b;
	struct cluster *cl;
	int64_t now_ms;
	double good, bad; /* labels, of as many networks */
	double networks;
};

/*
 * A count is worth `llr` and `a` labels, which further labels and too many
 * good names move.
 */
static double
by_count(const struct known *k, double llr, double a)
{
	const struct cluster_bits *bits = &k->cl->bits;
	double q = 1 / (1 + exp(-llr));
	double named = netset_size(&bits->named[0], &bits->named[1]);
	double good = k->good +
	    (named > k->networks / 3 ? named - k->networks / 3 : 0);
	double bad = k->bad / base_ratio(k->b, BOTNET_BAD, k->now_ms);

	if (k->networks < k->b->conf.group_networks)
		return 0;
	return log((bad + a * q) / (good + a * (1 - q)));
}

/* The count of a cluster stands for so many labels. */
static double
weight_of_count(const struct known *k)
{
	return clamp(k->networks / COUNT_SHARE, COUNT_MIN, COUNT_MAX);
}

static double
weigh_helo(const struct known *k)
{
	/* That many say a common word is no reason to stay with it. */
	double a = k->cl->word == BOTNET_WORD_NAME ? weight_of_count(k) :
						     COUNT_MIN;
	double base = word_llr[k->cl->word], llr = by_count(k, base, a);

	if (llr > base) {
		/* More than the count says is only believed when it is sure. */
		double sure = bound_llr(k->b, k->cl, BOTNET_BAD, k->now_ms);

		llr = sure < base ? base : sure < llr ? sure : llr;
	}
	return clamp(llr, -GOOD_MAX, HELO_MAX);
}

static bool
surely(const struct known *k, unsigned of, double n)
{
	return n >= BAD_MIN && (double)k->cl->bound[!of] < SHARE_MAX;
}

static double
weigh_template(const struct known *k)
{
	if (k->networks < k->b->conf.group_networks ||
	    !surely(k, BOTNET_BAD, k->bad))
		return 0;
	return clamp(bound_llr(k->b, k->cl, BOTNET_BAD, k->now_ms), 0,
	    TEMPLATE_MAX);
}

/*
 * Servers have names of their own, most zombies have none: how many networks
 * of either there are in a way, before anybody is labelled.
 */
static void
by_names(const struct cluster *cl, double out[BOTNET_LABELS])
{
	const struct cluster_bits *bits = &cl->bits;
	double named = netset_size(&bits->named[0], &bits->named[1]);
	double less = netset_size(&bits->nets[0], &bits->nets[1]) - named;

	less = fmax(less, 0);
	out[BOTNET_GOOD] = NAME_GOOD * fmax(named - NAMED_ZOMBIES * less, 0);
	out[BOTNET_BAD] = NAME_BAD * fmax(less - NAMELESS_SERVERS * named, 0);
}

/* All ways together. */
static void
take_names(struct botnets *b, int64_t now_ms)
{
	const struct shelf *s = &b->shelf[BOTNET_WAY];
	double of[BOTNET_LABELS];

	if (b->by_name_ms != 0 && now_ms - b->by_name_ms < NAMES_MS)
		return;
	b->by_name_ms = now_ms;
	b->by_name[BOTNET_GOOD] = b->by_name[BOTNET_BAD] = 0;
	for (size_t i = 0; i < s->sets * BOTNET_WAYS; i++) {
		if (s->keys[i] == 0)
			continue;
		by_names(&s->clusters[i], of);
		b->by_name[BOTNET_GOOD] += of[BOTNET_GOOD];
		b->by_name[BOTNET_BAD] += of[BOTNET_BAD];
	}
}

/* The share of this way in `all` of a side, `n` of which are its own. */
static double
way_share(double n, double all)
{
	return (n + WAY_PRIOR * WAY_USUAL) / (fmax(all, n) + WAY_PRIOR);
}

/*
 * How much more often zombies speak and knock like this than mail servers do:
 * the shares of the cluster among the labels, and the names, of either kind.
 * Few are held back by what such a way would be usual for.
 */
static double
weigh_way(const struct known *k)
{
	const double *label = k->b->base->label, *all = k->b->by_name;
	double name[BOTNET_LABELS], good, bad, llr;

	take_names(k->b, k->now_ms);
	by_names(k->cl, name);
	good = k->good + name[BOTNET_GOOD];
	bad = k->bad + name[BOTNET_BAD];
	if (bad < WAY_MIN && good < WAY_MIN)
		return 0;
	llr = log(way_share(bad, label[BOTNET_BAD] + all[BOTNET_BAD]) /
	    way_share(good, label[BOTNET_GOOD] + all[BOTNET_GOOD]));
	if (llr > 0)
		llr = bad < WAY_MIN ? 0 : fmax(llr - WAY_MARGIN, 0);
	return clamp(llr, -GOOD_MAX, WAY_MAX);
}

static double
weigh_sender(const struct known *k)
{
	return clamp(by_count(k, SENDER_LLR, weight_of_count(k)), 0,
	    SENDER_LLR);
}

static double
weigh_rdns(const struct known *k)
{
	if (k->bad < RDNS_BAD_MIN)
		return 0;
	return clamp(bound_llr(k->b, k->cl, BOTNET_BAD, k->now_ms), 0,
	    RDNS_MAX);
}

/* What its owner's being known makes of it. */
static double
owned_llr(struct botnets *b, const struct cluster *cl, int64_t now_ms)
{
	double llr = (double)cl->llr;

	if (llr == 0 || cl->owner == 0 || !botnet_owned(b, cl->owner, now_ms))
		return llr;
	return cl->kind == BOTNET_RDNS ? llr / 2 : 0;
}

double
botnet_weigh(struct botnets *b, struct cluster *cl, int64_t now_ms)
{
	static double (*const kinds[BOTNET_KINDS])(const struct known *k) = {
		[BOTNET_HELO] = weigh_helo,
		[BOTNET_TEMPLATE] = weigh_template,
		[BOTNET_WAY] = weigh_way,
		[BOTNET_SENDER] = weigh_sender,
		[BOTNET_RDNS] = weigh_rdns,
	};
	struct known k = { .b = b, .cl = cl, .now_ms = now_ms };

	if (!cl->stale && now_ms - cl->weighed_ms < WEIGH_MS)
		return owned_llr(b, cl, now_ms);
	cl->stale = false;
	cl->weighed_ms = now_ms;
	k.networks = netset_size(&cl->bits.nets[0], &cl->bits.nets[1]);
	cl->networks = (float)k.networks;
	k.good = labels(cl, BOTNET_GOOD);
	k.bad = labels(cl, BOTNET_BAD);
	take_bounds(cl, k.good, k.bad);
	cl->llr = (float)kinds[cl->kind](&k);
	return owned_llr(b, cl, now_ms);
}
