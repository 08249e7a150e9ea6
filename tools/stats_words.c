/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_words.h"

#include <time.h>

#define DOTS   "..."
#define DOTS_N 3
#define UNIT   8 /* bytes of the longest unit, NUL included */

/* Letters that are one column wide, and neither invisible nor joined. */
static bool
is_letter(uint32_t c)
{
	return (c >= 0xa1 && c <= 0x2ff && c != 0xad) ||
	    (c >= 0x370 && c <= 0x482) || (c >= 0x48a && c <= 0x52f);
}

/* The character of two bytes at `p`; 0: it is none. */
static uint32_t
two_bytes(const unsigned char *p)
{
	if (p[0] < 0xc2 || p[0] > 0xdf || (p[1] & 0xc0) != 0x80)
		return 0;
	return (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3fU);
}

/* What is shown for the next bytes; how many bytes these are. */
static size_t
unit(const char *s, bool utf8, char out[UNIT])
{
	const unsigned char *p = (const unsigned char *)s;

	if (p[0] == '\\') {
		memcpy(out, "\\\\", 3);
		return 1;
	}
	if (p[0] >= 0x20 && p[0] < 0x7f) {
		out[0] = s[0];
		out[1] = '\0';
		return 1;
	}
	if (utf8 && is_letter(two_bytes(p))) {
		memcpy(out, s, 2);
		out[2] = '\0';
		return 2;
	}
	(void)snprintf(out, UNIT, "\\x%02x", p[0]);
	return 1;
}

size_t
words_cols(const char *safe)
{
	size_t n = 0;

	for (; *safe != '\0'; safe++)
		n += ((unsigned char)*safe & 0xc0) != 0x80;
	return n;
}

const char *
words_safe(const char *theirs, bool utf8, size_t cols, char buf[WORDS_MAX])
{
	size_t at = 0, used = 0, fits = 0; /* with dots behind */

	if (cols == 0 || cols > WORDS_MAX)
		cols = WORDS_MAX;
	while (*theirs != '\0') {
		char u[UNIT];
		size_t taken = unit(theirs, utf8, u), n = strlen(u),
		       c = words_cols(u);

		if (used + c > cols || at + n + DOTS_N + 1 > WORDS_MAX) {
			(void)snprintf(buf + fits, WORDS_MAX - fits, "%s",
			    cols < DOTS_N ? "" : DOTS);
			return buf;
		}
		memcpy(buf + at, u, n);
		at += n;
		used += c;
		if (used + DOTS_N <= cols)
			fits = at;
		theirs += taken;
	}
	buf[at] = '\0';
	return buf;
}

/* ---- numbers and times ---- */

const char *
words_num(uint64_t n, char buf[WORD_SHORT])
{
	char digits[24];
	size_t len = (size_t)snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)n);
	size_t at = 0;

	for (size_t i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = digits[i];
	}
	buf[at] = '\0';
	return buf;
}

const char *
words_share(uint64_t n, uint64_t all, char buf[WORD_SHORT])
{
	double share = all == 0 ? 0 : 100.0 * (double)n / (double)all;

	if (all == 0)
		return strcpy(buf, "");
	(void)snprintf(buf, WORD_SHORT,
	    share < 9.95 && n != 0 ? "%.1f %%" : "%.0f %%", share);
	return buf;
}

const char *
words_time(int64_t t_ms, char buf[WORD_SHORT])
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm;

	if (t_ms <= 0 || localtime_r(&t, &tm) == NULL ||
	    strftime(buf, WORD_SHORT, "%Y-%m-%d %H:%M", &tm) == 0)
		return strcpy(buf, "-");
	return buf;
}

const char *
words_utc(int64_t t_ms, char buf[WORD_SHORT])
{
	time_t t = (time_t)(t_ms / 1000);
	struct tm tm;

	if (t_ms <= 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(buf, WORD_SHORT, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return strcpy(buf, "-");
	return buf;
}

const char *
words_span(int64_t ms, char buf[WORD_SHORT])
{
	static const struct {
		int64_t ms;
		const char *one, *many;
	} units[] = { { 86400000, "day", "days" }, { 3600000, "hour", "hours" },
		{ 60000, "minute", "minutes" }, { 1000, "second", "seconds" } };

	for (size_t i = 0; i < 4; i++) {
		int64_t n = ms / units[i].ms;

		/* 36 hours are not a day. */
		if ((n < 3 && ms % units[i].ms != 0 && i < 3) || n == 0)
			continue;
		(void)snprintf(buf, WORD_SHORT, "%lld %s", (long long)n,
		    n == 1 ? units[i].one : units[i].many);
		return buf;
	}
	return strcpy(buf, "no time");
}

const char *
words_mode(const struct stats *s)
{
	switch (s->modes) {
	case TALLY_SHADOW:
		return "shadow mode: nobody was blocked, it says what would "
		       "have been";
	case TALLY_ENFORCE:
		return "enforcing";
	case TALLY_SHADOW | TALLY_ENFORCE:
		return "part of the time in shadow mode, where nobody was "
		       "blocked";
	default:
		return "zfw did not run then";
	}
}

const char *
words_client(const struct addr *key, char buf[ADDR_STRLEN])
{
	struct net n = addr_key_net(key);

	return key->family == 4 ? addr_print(key, buf) : net_print(&n, buf);
}

void
words_wrap(FILE *f, int indent, size_t cols, const char *words)
{
	size_t col = 0;

	while (*words != '\0') {
		size_t n = strcspn(words, " "), wide = 0;

		for (size_t i = 0; i < n; i++)
			wide += ((unsigned char)words[i] & 0xc0) != 0x80;
		if (col > 0 && col + 1 + wide > cols) {
			fputc('\n', f);
			col = 0;
		}
		col += (size_t)fprintf(f, "%*s", col == 0 ? indent : 1, "");
		fprintf(f, "%.*s", (int)n, words);
		col += wide;
		words += n;
		words += strspn(words, " ");
	}
	fputc('\n', f);
}
