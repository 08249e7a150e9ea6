/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/config.h"

#include <confuse.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "daemon/config_key.h"

/*
 * Two fields of libconfuse's own structs are used for what it has no place
 * for, because its callbacks get no argument of ours: cfg->comment (free for
 * all as long as CFGF_COMMENTS is off, released by cfg_free()) holds the first
 * error as "LINE: what", and opt->def.number of a text option the line that
 * set it, 0 = the default.
 */
static void __attribute__((format(printf, 2, 0)))
on_error(cfg_t *cfg, const char *fmt, va_list ap)
{
	static const char unknown[] = "no such option";
	char what[CONFIG_ERRLEN];

	if (cfg->comment != NULL)
		return;
	if (vsnprintf(what, sizeof(what), fmt, ap) < 0)
		what[0] = '\0';
	if (strncmp(what, unknown, sizeof(unknown) - 1) == 0) {
		char rest[CONFIG_ERRLEN];

		memcpy(rest, what, sizeof(rest));
		(void)snprintf(what, sizeof(what), "unknown key%s",
		    rest + sizeof(unknown) - 1);
	}
	if (asprintf(&cfg->comment, "%d: %s", cfg->line, what) == -1)
		cfg->comment = NULL;
}

static int
set_twice(cfg_t *cfg, const cfg_opt_t *opt)
{
	cfg_error(cfg, "%s is set twice, first in line %ld", opt->name,
	    opt->def.number);
	return -1;
}

/* Called by libconfuse for each value in the file. */
static int
on_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	const struct config_key *k = config_key_find(opt->name);
	struct config_value v;
	char why[CONFIG_WHYLEN];

	if (opt->nvalues == 1 && opt->def.number > 0 && k->list_max > 0)
		return set_twice(cfg, opt);
	if (k->list_max > 0 && opt->nvalues > k->list_max) {
		cfg_error(cfg, "%s: more than %zu values", k->name,
		    k->list_max);
		return -1;
	}
	if (!config_value(k, text, &v, why)) {
		cfg_error(cfg, "%s: %s", k->name, why);
		return -1;
	}
	*(const char **)result = text;
	return 0;
}

/* Value `i` of an option, which on_value() or a test of the rows has seen. */
static struct config_value
value_of(const struct config_key *k, cfg_opt_t *opt, size_t i)
{
	const char *text = cfg_opt_getnstr(opt, (unsigned)i);
	char why[CONFIG_WHYLEN];
	struct config_value v;

	if (!config_value(k, text == NULL ? "" : text, &v, why))
		memset(&v, 0, sizeof(v));
	return v;
}

/* One zone with two weights. */
static bool
same_zone(const struct config_value *a, const struct config_value *b)
{
	size_t n = strcspn(a->text, "=");

	return strncmp(a->text, b->text, n + 1) == 0;
}

/* What only a whole list can be wrong about; NULL = nothing. */
static const char *
list_fault(const struct config_key *k, cfg_opt_t *opt)
{
	size_t n = cfg_opt_size(opt);

	if (n < k->list_min)
		return "the list is empty";
	for (size_t i = 0; i < n; i++) {
		struct config_value a = value_of(k, opt, i);

		for (size_t j = 0; j < i; j++) {
			struct config_value b = value_of(k, opt, j);

			if (k->type == CONFIG_DURATION && b.number >= a.number)
				return "the values must ascend";
			if (memcmp(&a, &b, sizeof(a)) == 0 ||
			    (k->type == CONFIG_ZONE && same_zone(&a, &b)))
				return "a value is there twice";
		}
	}
	return NULL;
}

/* Called by libconfuse when a value is in its place, and after a list. */
static int
on_key(cfg_t *cfg, cfg_opt_t *opt)
{
	if (!(opt->flags & CFGF_LIST) && opt->def.number > 0)
		return set_twice(cfg, opt);
	opt->def.number = cfg->line;
	return 0;
}

/* libconfuse wants char *, but copies and never writes. */
static char *
unconst(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void __attribute__((format(printf, 2, 0)))
on_error_quiet(cfg_t *cfg, const char *fmt, va_list ap)
{
	(void)cfg;
	(void)fmt;
	(void)ap;
}

/*
 * libconfuse's scanner stays in the string or comment in which the last file
 * ended, and would read the next from there (and abort() on our defaults).
 * This text ends any of the three, and the rest of it is a comment.
 */
static void
reset_scanner(void)
{
	cfg_opt_t none[] = { CFG_END() };
	cfg_t *cfg = cfg_init(none, CFGF_NONE);

	if (cfg == NULL)
		return;
	cfg_set_error_function(cfg, on_error_quiet);
	(void)cfg_parse_buf(cfg, "#*/#\"#'#\n");
	cfg_free(cfg);
}

/* NULL when memory is short. */
static cfg_t *
new_cfg(void)
{
	cfg_opt_t *opts = calloc(config_keys_n + 1, sizeof(*opts));
	cfg_t *cfg;

	if (opts == NULL)
		return NULL;
	reset_scanner();
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *k = &config_key[i];

		opts[i].name = k->name;
		opts[i].type = CFGT_STR;
		opts[i].parsecb = on_value;
		if (k->list_max > 0) {
			opts[i].flags = CFGF_LIST;
			opts[i].def.parsed = unconst(k->def);
		} else {
			opts[i].def.string = k->def;
		}
	}
	cfg = cfg_init(opts, CFGF_NONE);
	free(opts);
	for (size_t i = 0; cfg != NULL && i < config_keys_n; i++)
		cfg->opts[i].validcb = on_key;
	if (cfg != NULL)
		cfg_set_error_function(cfg, on_error);
	return cfg;
}

/* A NULL-terminated list of copies; NULL when memory is short. */
static char **
take_texts(const struct config_key *k, cfg_opt_t *opt)
{
	size_t n = cfg_opt_size(opt);
	char **v = calloc(n + 1, sizeof(*v));

	for (size_t i = 0; v != NULL && i < n; i++) {
		struct config_value x = value_of(k, opt, i);

		v[i] = strdup(x.text);
		if (v[i] == NULL) {
			while (i > 0)
				free(v[--i]);
			free(v);
			return NULL;
		}
	}
	return v;
}

static void
put_number(enum config_type type, void *at, size_t i, double x)
{
	switch (type) {
	case CONFIG_MODE:
	case CONFIG_SWITCH:
		((bool *)at)[i] = x > 0;
		break;
	case CONFIG_QUEUE:
	case CONFIG_FRONT:
		((int *)at)[i] = (int)x;
		break;
	case CONFIG_COUNT:
		((unsigned *)at)[i] = (unsigned)x;
		break;
	case CONFIG_SIZE:
		((size_t *)at)[i] = (size_t)x;
		break;
	case CONFIG_DURATION:
		((uint32_t *)at)[i] = (uint32_t)x;
		break;
	case CONFIG_PORT:
		((uint16_t *)at)[i] = (uint16_t)x;
		break;
	default:
		((double *)at)[i] = x;
	}
}

static bool
take_key(struct config *c, const struct config_key *k, cfg_opt_t *opt)
{
	void *at = (char *)c + k->at;
	size_t n = cfg_opt_size(opt);

	if (k->type >= CONFIG_TEXTS) {
		struct config_value v = value_of(k, opt, 0);

		if (k->list_max > 0)
			return (*(char ***)at = take_texts(k, opt)) != NULL;
		return (*(char **)at = strdup(v.text)) != NULL;
	}
	for (size_t i = 0; i < n; i++)
		put_number(k->type, at, i, value_of(k, opt, i).number);
	if (k->list_max > 0)
		memcpy((char *)c + k->at_n, &n, sizeof(n));
	return true;
}

static bool
fail(cfg_t *cfg, const char *key, const char *why)
{
	cfg->line = (int)cfg_getopt(cfg, key)->def.number;
	cfg_error(cfg, "%s: %s", key, why);
	return false;
}

static bool
check_lists(cfg_t *cfg)
{
	for (size_t i = 0; i < config_keys_n; i++) {
		const struct config_key *k = &config_key[i];
		const char *fault = NULL;

		if (k->list_max > 0)
			fault = list_fault(k, cfg_getopt(cfg, k->name));
		if (fault != NULL)
			return fail(cfg, k->name, fault);
	}
	return true;
}

/*
 * Keys that depend on others.  A default gives way silently; what the admin
 * wrote is an error.
 */
static bool
check_together(struct config *c, cfg_t *cfg)
{
	struct policy *p = &c->policy;

	if (p->certain_p < p->block_p) {
		if (cfg_getopt(cfg, "certain_probability")->def.number > 0)
			return fail(cfg, "certain_probability",
			    "lower than block_probability");
		p->certain_p = p->block_p;
	}
	if (p->certain_tier > p->tiers_n) {
		if (cfg_getopt(cfg, "certain_tier")->def.number > 0)
			return fail(cfg, "certain_tier",
			    "higher than there are tiers");
		p->certain_tier = (unsigned)p->tiers_n;
	}
	return true;
}

static bool
check_logs(const struct config *c, cfg_t *cfg)
{
	unsigned journals = 0;

	for (char **log = c->logs; *log != NULL; log++)
		journals += config_is_journal(*log);
	return journals < 2 || fail(cfg, "log", "the journal is there twice");
}

static int32_t
local_zone_s(void)
{
	time_t now = time(NULL);
	struct tm tm;

	return localtime_r(&now, &tm) == NULL ? 0 : (int32_t)tm.tm_gmtoff;
}

static bool
take_all(struct config *c, cfg_t *cfg)
{
	struct policy *p = &c->policy;

	for (size_t i = 0; i < config_keys_n; i++)
		if (!take_key(c, &config_key[i],
			cfg_getopt(cfg, config_key[i].name)))
			return false;
	p->traps = (const char *const *)c->traps;
	p->own_names = (const char *const *)c->own_names;
	p->submission = (const char *const *)c->submission;
	p->front = c->front > 0;
	p->log_zone_s = local_zone_s();
	c->interface_line = (int)cfg_getopt(cfg, "interface")->def.number;
	return check_together(c, cfg) && check_logs(c, cfg) && config_nets(c);
}

/*
 * libconfuse tells nobody about an empty list: the line of that key, by its
 * name at the line's start.
 */
static void
find_line(cfg_opt_t *opt, const char *text)
{
	size_t n = strlen(opt->name);

	for (long line = 1; text != NULL && opt->def.number == 0; line++) {
		text += strspn(text, " \t");
		if (strncmp(text, opt->name, n) == 0 &&
		    strchr(" \t=+", text[n]) != NULL)
			opt->def.number = line;
		text = strchr(text, '\n');
		if (text != NULL)
			text++;
	}
}

/*
 * Comments are blanked first: libconfuse miscounts lines behind one, and
 * drops all the keys after one that is not closed.
 */
static bool
parse_text(cfg_t *cfg, char *text)
{
	int line;
	const char *wrong = config_blank(text, &line);
	char why[CONFIG_WHYLEN];

	if (wrong == NULL && !config_shape(text, &line, why))
		wrong = why;
	if (wrong != NULL) {
		cfg->line = line;
		cfg_error(cfg, "%s", wrong);
		return false;
	}
	if (cfg_parse_buf(cfg, text) != CFG_SUCCESS)
		return false;
	for (size_t i = 0; i < config_keys_n; i++)
		if (config_key[i].list_max > 0)
			find_line(cfg_getopt(cfg, config_key[i].name), text);
	return check_lists(cfg);
}

static bool
parse(cfg_t *cfg, const char *text)
{
	char *copy = strdup(text);
	bool ok = copy != NULL && parse_text(cfg, copy);

	free(copy);
	return ok;
}

struct config *
config_parse(const char *path, const char *text, char err[CONFIG_ERRLEN])
{
	struct config *c = calloc(1, sizeof(*c));
	cfg_t *cfg = new_cfg();
	bool ok = c != NULL && cfg != NULL &&
	    (c->path = strdup(path)) != NULL && parse(cfg, text) &&
	    take_all(c, cfg);
	const char *what = " no memory";

	err[0] = '\0';
	if (cfg != NULL && cfg->comment != NULL)
		what = cfg->comment;
	if (!ok) {
		(void)snprintf(err, CONFIG_ERRLEN, "%s:%s", path, what);
		config_free(c);
		c = NULL;
	}
	if (cfg != NULL)
		cfg_free(cfg);
	return c;
}

static struct config *
read_fd(const char *path, int fd, char err[CONFIG_ERRLEN])
{
	struct config *c = NULL;
	char *text = NULL;
	int e = config_slurp_fd(fd, &text);

	if (e == 0)
		c = config_parse(path, text, err);
	else
		(void)snprintf(err, CONFIG_ERRLEN, "%s: %s", path,
		    e == -EILSEQ ? "not a text file" : strerror(-e));
	free(text);
	return c;
}

struct config *
config_read(const char *path, char err[CONFIG_ERRLEN])
{
	struct config *c;
	int fd;

	if (path == NULL)
		return config_parse("", "", err);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd == -1) {
		(void)snprintf(err, CONFIG_ERRLEN, "%s: %s", path,
		    strerror(errno));
		return NULL;
	}
	c = read_fd(path, fd, err);
	close(fd);
	return c;
}

static void
free_texts(char **v)
{
	for (char **p = v; p != NULL && *p != NULL; p++)
		free(*p);
	free(v);
}

void
config_free(struct config *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < config_keys_n; i++) {
		void *at = (char *)c + config_key[i].at;

		if (config_key[i].type < CONFIG_TEXTS)
			continue;
		if (config_key[i].list_max > 0)
			free_texts(*(char ***)at);
		else
			free(*(char **)at);
	}
	free(c->policy.never.v);
	free(c->policy.allow.v);
	free(c->policy.ours.v);
	free(c->path);
	free(c);
}
