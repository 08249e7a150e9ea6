/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <sodium.h>

#include "tools/stats_html_impl.h"

#define HASH_LEN \
	sodium_base64_ENCODED_LEN(crypto_hash_sha256_BYTES, \
	    sodium_base64_VARIANT_ORIGINAL)

static const char *
hash_of(struct str s, char out[HASH_LEN])
{
	uint8_t hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const uint8_t *)s.p, s.n);
	return sodium_bin2base64(out, HASH_LEN, hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL);
}

/*
 * Nothing is loaded, and nothing runs but the one script and the one style
 * that are told by their hashes: markup that got in could do nothing.
 */
static void
policy(struct html *h)
{
	char style[HASH_LEN], script[HASH_LEN];

	html_printf(h,
	    "<meta http-equiv=\"Content-Security-Policy\" content=\""
	    "default-src 'none'; style-src 'sha256-%s'; "
	    "script-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
	    "require-trusted-types-for 'script'\">\n",
	    hash_of(html_style(), style), hash_of(html_script(), script));
}

static void
head(struct html *h)
{
	char from[HTML_DATE_LEN], to[HTML_DATE_LEN];
	const struct stats *s = h->s;
	int64_t since_ms = s->opts.since_ms > s->first_ms ? s->opts.since_ms :
							    s->first_ms;

	html_put(h,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n");
	policy(h);
	html_printf(h,
	    "<meta name=\"viewport\" content=\"width=device-width, "
	    "initial-scale=1\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n"
	    "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
	    "<title>zfw, %s – %s</title>\n<style>",
	    html_date(since_ms, "%-d %B %Y", from),
	    html_date(s->opts.until_ms, "%-d %B %Y", to));
	html_put(h, html_style().p);
	html_put(h, "</style>\n</head>\n");
}

static void
nav(struct html *h)
{
	const struct stats *s = h->s;

	html_put(h,
	    "<nav aria-label=\"Parts of this page\"><ul>"
	    "<li><a href=\"#mistakes\">Mistakes</a></li>"
	    "<li><a href=\"#time\">Over time</a></li>"
	    "<li><a href=\"#blocks\">Blocks</a></li>");
	if (s->new_botnet_n > 0)
		html_put(h, "<li><a href=\"#new\">New botnets</a></li>");
	for (int k = 0; k < STATS_KINDS; k++)
		if (html_shows(h, (enum stats_kind)k) && s->list[k].n > 0)
			html_printf(h, "<li><a href=\"#%s\">%s</a></li>",
			    stats_kind_name[k], stats_kind_title[k]);
	html_put(h, "</ul></nav>\n");
}

static void
foot(struct html *h)
{
	const struct stats *s = h->s;
	char zone[HTML_DATE_LEN];

	html_put(h, "</main>\n<footer><p>From ");
	html_put_time(h,
	    s->opts.since_ms > s->first_ms ? s->opts.since_ms : s->first_ms);
	html_put(h, " to ");
	html_put_time(h, s->opts.until_ms);
	html_put(h, ", written ");
	html_put_time(h, s->opts.now_ms);
	html_printf(h, ". Times are local (%s).",
	    html_date(s->opts.now_ms, "%Z, %z", zone));
	if (s->first_ms > 0) {
		html_put(h, " The history begins ");
		html_put_time(h, s->first_ms);
		html_put(h, ".");
	}
	html_put(h,
	    "</p>\n<p>zfw " ZFW_VERSION ". Groups and machines count clients "
	    "that were seen in this time, with all that is known of them.</p>"
	    "</footer>\n");
}

int
stats_html(const struct stats *s, FILE *f)
{
	struct html h = { .f = f,
		.s = s,
		.would = s->modes == TALLY_SHADOW,
		.mixed = s->modes == (TALLY_SHADOW | TALLY_ENFORCE) };

	for (int k = 0; s->opts.only_kind != NULL && k < STATS_KINDS; k++)
		if (strcmp(s->opts.only_kind, stats_kind_name[k]) == 0)
			h.asked = (enum stats_kind)k;
	errno = 0;
	head(&h);
	html_put(&h, "<body>\n");
	html_headline(&h);
	html_mistakes(&h);
	nav(&h);
	html_time(&h);
	html_facts(&h);
	html_new(&h);
	html_lists(&h);
	foot(&h);
	html_put(&h, "<script>");
	html_put(&h, html_script().p);
	html_put(&h, "</script>\n</body>\n</html>\n");
	if (fflush(f) != 0 || ferror(f) != 0)
		return errno > 0 ? -errno : -EIO;
	return 0;
}
