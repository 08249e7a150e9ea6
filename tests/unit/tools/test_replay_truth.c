/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replay_truth: lines, labels, what is wrong with a file, finding
 *
 * zt-link: tools/replay_truth fp/addr
 */
#include "tests/zt.h"
#include "tools/replay_truth.h"

static struct truth truth;

/* What is wrong with that text, "" = nothing; `truth` is what it says. */
static const char *
parse(const char *text)
{
	static char err[TRUTH_ERRLEN];

	err[0] = '\0';
	truth_free(&truth);
	(void)truth_parse(&truth, "f", (struct str){ text, strlen(text) }, err);
	return err;
}

static size_t
find(const char *address)
{
	struct addr a;

	return addr_parse((struct str){ address, strlen(address) }, &a) ?
	    truth_find(&truth, &a) :
	    TRUTH_NONE;
}

static const char *
label(const char *address)
{
	size_t i = find(address);

	return i == TRUTH_NONE ? "" : truth.labels[truth.v[i].label].text;
}

static const struct {
	const char *name, *label;
	enum truth_kind kind;
} kinds[] = {
	{ "zombie is a zombie", "zombie", TRUTH_ZOMBIE },
	{ "bad is a zombie", "bad", TRUTH_ZOMBIE },
	{ "spam is a zombie", "spam", TRUTH_ZOMBIE },
	{ "good is good", "good", TRUTH_GOOD },
	{ "ham is good", "ham", TRUTH_GOOD },
	{ "mx is good", "mx", TRUTH_GOOD },
	{ "a bot is a zombie", "bot", TRUTH_ZOMBIE },
	{ "a server is good", "server:pool", TRUTH_GOOD },
	{ "who is spoofed is a victim", "spoofed", TRUTH_VICTIM },
	{ "a victim is one", "victim", TRUTH_VICTIM },
	{ "anything else is neutral", "monitor", TRUTH_NEUTRAL },
	{ "the word ends at a colon", "zombie:mx", TRUTH_ZOMBIE },
	{ "or at a blank", "good office", TRUTH_GOOD },
	{ "and not before", "goodish", TRUTH_NEUTRAL },
	{ "nor is half of it enough", "zomb", TRUTH_NEUTRAL },
	{ "case counts", "Good", TRUTH_NEUTRAL },
};

static void
test_kinds(void)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "192.0.2.1 %s\n", kinds[i].label);
		ZT_CASE(kinds[i].name,
		    *parse(text) == '\0' && truth.n == 1 &&
			truth_kind_of(&truth, 0) == kinds[i].kind &&
			strcmp(truth.labels[0].text, kinds[i].label) == 0);
	}
}

static const struct {
	const char *name, *text, *err;
} faults[] = {
	{ "nothing is no fault", "", "" },
	{ "blank lines and comments are none", "\n # x\n\t\r\n#\n", "" },
	{ "nor is a last line without an end", "192.0.2.1 good", "" },
	{ "nor the same line twice", "192.0.2.1 good\n192.0.2.1\tgood\r\n",
	    "" },
	{ "an address must be one", "192.0.2.1 good\n192.0.2 good\n",
	    "f:2: not an address: 192.0.2" },
	{ "a network is none", "192.0.2.0/24 good\n",
	    "f:1: not an address: 192.0.2.0/24" },
	{ "it must have a label", "\n192.0.2.1 \t\n",
	    "f:2: an address without a label" },
	{ "a comment is none", "192.0.2.1 #good\n",
	    "f:1: an address without a label" },
	{ "two labels are a fault", "192.0.2.1 good\n192.0.2.1 good:x\n",
	    "f: 192.0.2.1 is there as \"good\" and as \"good:x\"" },
};

static void
test_faults(void)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		ZT_CASE(faults[i].name,
		    strcmp(parse(faults[i].text), faults[i].err) == 0);
}

static void
test_find(void)
{
	struct net net;
	size_t i;

	ZT_CASE("a file of all sorts is read",
	    *parse("2001:db8::2 zombie:b\n192.0.2.9 good # it is\n"
		   "  2001:db8::1\tzombie:a  \n::ffff:192.0.2.7 spam\n"
		   "2001:db8:0:1::1 good\n192.0.2.1 good\n") == '\0' &&
		truth.n == 6);
	ZT_CASE("labels are counted, each once",
	    truth.labels_n == 4 && truth.labels[1].n == 3);
	ZT_CASE("an address is found",
	    strcmp(label("2001:db8::1"), "zombie:a") == 0);
	ZT_CASE("without the comment", strcmp(label("192.0.2.9"), "good") == 0);
	ZT_CASE("a mapped one as what it is",
	    strcmp(label("192.0.2.7"), "spam") == 0);
	ZT_CASE("others are not found",
	    find("192.0.2.8") == TRUTH_NONE && find("::1") == TRUTH_NONE &&
		find("2001:db8:0:2::") == TRUTH_NONE);
	ZT_CASE("a /64 is parsed", net_parse(STR("2001:db8::/64"), &net));
	i = truth_find_net(&truth, &net);
	ZT_CASE("the first in a network is found, the next behind it",
	    i != TRUTH_NONE && i + 2 < truth.n &&
		net_has(&net, &truth.v[i + 1].addr) &&
		!net_has(&net, &truth.v[i + 2].addr) &&
		(i == 0 || !net_has(&net, &truth.v[i - 1].addr)));
	ZT_CASE("a network without any",
	    net_parse(STR("10.0.0.0/8"), &net) &&
		truth_find_net(&truth, &net) == TRUTH_NONE);
	truth_free(&truth);
}

static void
test_many_labels(void)
{
	char *text = malloc(100000), *at = text;
	bool told = true;

	for (unsigned i = 0; i < 1000; i++)
		at += sprintf(at, "10.0.%u.%u %s:%u\n", i / 256, i % 256,
		    i % 2 ? "good" : "zombie", i);
	ZT_CASE("a thousand labels are no fault", *parse(text) == '\0');
	ZT_CASE("most share one of their kind",
	    truth.labels_n <= TRUTH_LABELS_MAX);
	for (size_t i = 0; i < truth.n; i++)
		told &= truth_kind_of(&truth, i) ==
		    (i % 2 ? TRUTH_GOOD : TRUTH_ZOMBIE);
	ZT_CASE("and nobody is taken for another", truth.n == 1000 && told);
	free(text);
	truth_free(&truth);
}

static const struct zt_test tests[] = {
	{ "kinds", test_kinds },
	{ "faults", test_faults },
	{ "find", test_find },
	{ "many labels", test_many_labels },
};
ZT_MAIN("replay_truth", tests)
