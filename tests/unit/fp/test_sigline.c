/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * zt-link: fp/sigline fp/sig fp/hash
 * zt-libs: libsodium
 */
#include "tests/zt.h"

#include "fp/sig.h"
#include "fp/sigline.h"

#define ALL ((Q_BAD << 1) - 1)
#define ANY SIGDEF_ANY

static const struct {
	const char *name;
	const char *text;
	struct sigline_how how;
	struct sigdef want;
} good[] = {
	{ "a line of p0f's database",
	    "*:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 },
	    { SIGDEF_REQUEST, ANY, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_MSS,
		20, 10, 5, { 2, 4, 8, 1, 3 }, 0, Q_DF | Q_ID_NZ, ALL, 0 } },
	{ "all that it can be",
	    "6:64-:40:1331:mtu*2,255:mss,?12,sack,eol+39:flow,bad:+",
	    { SIGDEF_REPLY, SIGDEF_TTL_STRICT, 0 },
	    { SIGDEF_REPLY, 6, SIGDEF_TTL_MAX, 64, 40, 1331, SIGDEF_WIN_MTU, 2,
		255, 4, { 2, 12, 5, 0 }, 39, Q_FLOW | Q_BAD, ALL, 1 } },
	{ "nothing at all", "4:1:0:0:0,0:::0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 1, 0, 0, SIGDEF_WIN_EXACT, 0,
		0, 0, { 0 }, 0, 0, ALL, 0 } },
	{ "all that can be open", "*:*:*:*:*,*:mss:*:*",
	    { SIGDEF_REQUEST, SIGDEF_TTL_STRICT, 0 },
	    { SIGDEF_REQUEST, ANY, SIGDEF_TTL_ANY, 0, ANY, ANY, SIGDEF_WIN_ANY,
		0, ANY, 1, { 2 }, 0, 0, 0, ANY } },
	{ "TTL and distance are the initial TTL, and strict when asked",
	    "4:52+12:0:1460:65535,5:mss::0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_STRICT, 0 },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_STRICT, 64, 0, 1460,
		SIGDEF_WIN_EXACT, 65535, 5, 1, { 2 }, 0, 0, ALL, 0 } },
	{ "a multiple of a number", "4:64:0:*:%8192,0:mss::0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_MOD,
		8192, 0, 1, { 2 }, 0, 0, ALL, 0 } },
	{ "a full window, in a shape", "4:64:*:*:full,*:mss,sok,ts,ws:*:*",
	    { SIGDEF_SHAPE, SIGDEF_TTL_STRICT, 0 },
	    { SIGDEF_SHAPE, 4, SIGDEF_TTL_STRICT, 64, ANY, ANY, SIGDEF_WIN_FULL,
		0, ANY, 4, { 2, 4, 8, 3 }, 0, 0, 0, ANY } },
	{ "with a star only the quirks that are named count",
	    "4:64:0:*:*,0:mss:df,!ecn,*:0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, Q_ID_NZ },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_ANY, 0,
		0, 1, { 2 }, 0, Q_DF, Q_DF | Q_ECN, 0 } },
	{ "without one all count but those that the file ignores",
	    "4:64:0:*:*,0:mss:df:0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, Q_ID_NZ | Q_ECN },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_ANY, 0,
		0, 1, { 2 }, 0, Q_DF, ALL & ~(Q_ID_NZ | Q_ECN), 0 } },
	{ "what is ignored counts where it is named",
	    "4:64:0:*:*,0:mss:ecn,!id+:0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, Q_ID_NZ | Q_ECN | Q_DF },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_ANY, 0,
		0, 1, { 2 }, 0, Q_ECN, ALL & ~Q_DF, 0 } },
	{ "24 options are not too many",
	    "4:64:0:*:*,0:nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,"
	    "nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,?255:df:0",
	    { SIGDEF_REQUEST, SIGDEF_TTL_P0F, 0 },
	    { SIGDEF_REQUEST, 4, SIGDEF_TTL_P0F, 64, 0, ANY, SIGDEF_WIN_ANY, 0,
		0, 24,
		{ 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
		    1, 1, 255 },
		0, Q_DF, ALL, 0 } },
};

static bool
same(const struct sigdef *a, const struct sigdef *b)
{
	return a->kind == b->kind && a->ver == b->ver && a->ttl == b->ttl &&
	    a->ittl == b->ittl && a->olen == b->olen && a->mss == b->mss &&
	    a->win == b->win && a->window == b->window &&
	    a->scale == b->scale && a->opts_n == b->opts_n &&
	    memcmp(a->opts, b->opts, sizeof(a->opts)) == 0 &&
	    a->eol_pad == b->eol_pad && a->quirks == b->quirks &&
	    a->quirks_mask == b->quirks_mask && a->payload == b->payload;
}

static struct sigline_fault
parse(const char *text, enum sigdef_kind kind, struct sigdef *def)
{
	const struct sigline_how how = { kind, SIGDEF_TTL_P0F, 0 };

	memset(def, 0xff, sizeof(*def));
	return sigline_parse((struct str){ text, strlen(text) }, &how, def);
}

static void
test_good(void)
{
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *text = good[i].text;
		struct sigdef def;
		struct sigline_fault fault = sigline_parse((struct str){ text,
							       strlen(text) },
		    &good[i].how, &def);

		ZT_CASE(good[i].name,
		    fault.field == NULL && same(&def, &good[i].want));
	}
}

/* What is wrong, and which word it is. */
static const struct {
	const char *name;
	const char *text, *field, *word;
} bad[] = {
	{ "nothing", "", "signature", "" },
	{ "seven fields", "4:64:0:*:*,0:mss:df", "signature",
	    "4:64:0:*:*,0:mss:df" },
	{ "nine fields", "4:64:0:*:*,0:mss:df:0:", "signature",
	    "4:64:0:*:*,0:mss:df:0:" },
	{ "IPv5", "5:64:0:*:*,0:mss:df:0", "version", "5" },
	{ "no version", ":64:0:*:*,0:mss:df:0", "version", "" },
	{ "a version with a blank", " 4:64:0:*:*,0:mss:df:0", "version", " 4" },
	{ "a TTL of zero", "4:0:0:*:*,0:mss:df:0", "TTL", "0" },
	{ "a TTL of 256", "4:256:0:*:*,0:mss:df:0", "TTL", "256" },
	{ "a TTL that is 256 with its distance", "4:250+6:0:*:*,0:mss:df:0",
	    "TTL", "250+6" },
	{ "an unknown distance", "4:90+?:0:*:*,0:mss:df:0", "TTL", "90+?" },
	{ "a distance and a minus", "4:60+4-:0:*:*,0:mss:df:0", "TTL",
	    "60+4-" },
	{ "a minus alone", "4:-:0:*:*,0:mss:df:0", "TTL", "-" },
	{ "41 bytes of IP options", "4:64:41:*:*,0:mss:df:0",
	    "length of IP options", "41" },
	{ "an MSS of 65536", "4:64:0:65536:*,0:mss:df:0", "MSS", "65536" },
	{ "an MSS of twenty digits", "4:64:0:18446744073709551617:*,0:mss:df:0",
	    "MSS", "18446744073709551617" },
	{ "a negative MSS", "4:64:0:-1:*,0:mss:df:0", "MSS", "-1" },
	{ "no scale", "4:64:0:*:*:mss:df:0", "window", "*" },
	{ "a window of 65536", "4:64:0:*:65536,0:mss:df:0", "window", "65536" },
	{ "no segments", "4:64:0:*:mss*0,0:mss:df:0", "window", "mss*0" },
	{ "too many segments", "4:64:0:*:mss*1001,0:mss:df:0", "window",
	    "mss*1001" },
	{ "packets without a number", "4:64:0:*:mtu*,0:mss:df:0", "window",
	    "mtu*" },
	{ "multiples of one", "4:64:0:*:%1,0:mss:df:0", "window", "%1" },
	{ "a scale of 256", "4:64:0:*:*,256:mss:df:0", "window", "256" },
	{ "two scales", "4:64:0:*:*,1,2:mss:df:0", "window", "1,2" },
	{ "an option that is none", "4:64:0:*:*,0:mss,nope:df:0", "option",
	    "nope" },
	{ "an option's name in capitals", "4:64:0:*:*,0:MSS:df:0", "option",
	    "MSS" },
	{ "a comma at the end", "4:64:0:*:*,0:mss,:df:0", "option", "" },
	{ "an end of options without a number", "4:64:0:*:*,0:mss,eol:df:0",
	    "option", "eol" },
	{ "an end of options by its kind", "4:64:0:*:*,0:mss,?0:df:0", "option",
	    "?0" },
	{ "kind 256", "4:64:0:*:*,0:mss,?256:df:0", "option", "?256" },
	{ "more padding than there is room", "4:64:0:*:*,0:mss,eol+40:df:0",
	    "option", "eol+40" },
	{ "something behind the end", "4:64:0:*:*,0:mss,eol+1,nop:df:0",
	    "option", "nop" },
	{ "25 options",
	    "4:64:0:*:*,0:ts,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,"
	    "nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,sok:df:0",
	    "option", "sok" },
	{ "a quirk that is none", "4:64:0:*:*,0:mss:df,dff:0", "quirks",
	    "dff" },
	{ "a star that is not the last", "4:64:0:*:*,0:mss:*,df:0", "quirks",
	    "*" },
	{ "a quirk that is there and not", "4:64:0:*:*,0:mss:df,!df,*:0",
	    "quirks", "df,!df,*" },
	{ "not a quirk", "4:64:0:*:*,0:mss:!:0", "quirks", "!" },
	{ "a payload of one byte", "4:64:0:*:*,0:mss:df:1", "payload", "1" },
	{ "no payload", "4:64:0:*:*,0:mss:df:", "payload", "" },
};

static void
test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct sigdef def;
		struct sigline_fault f = parse(bad[i].text, SIGDEF_REQUEST,
		    &def);
		bool ok = f.field != NULL && f.want != NULL &&
		    strcmp(f.field, bad[i].field) == 0 &&
		    f.word.n == strlen(bad[i].word) &&
		    memcmp(f.word.p, bad[i].word, f.word.n) == 0;

		if (!ok && f.field != NULL)
			printf("got %s \"%.*s\"\n", f.field, (int)f.word.n,
			    f.word.p);
		ZT_CASE(bad[i].name, ok);
	}
}

static void
test_shape(void)
{
	static const char *const wrong[] = { "nop", "eol+0", "?34" };
	struct sigdef def;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[64];

		snprintf(text, sizeof(text), "4:64:0:*:*,0:mss,%s:df:0",
		    wrong[i]);
		ZT_CASE("what has no place in a shape",
		    parse(text, SIGDEF_SHAPE, &def).field != NULL &&
			parse(text, SIGDEF_REPLY, &def).field == NULL);
	}
	ZT_CASE("all that has",
	    parse("4:64:0:*:*,0:sack,ts,sok,ws,mss:df:0", SIGDEF_SHAPE, &def)
			.field == NULL &&
		def.opts_n == 5);
}

/* What sig_make() prints and what is read here have the same names. */
static void
test_names(void)
{
	char text[SIG_STRLEN + 64], buf[SIG_STRLEN];
	struct traits t = { .ver = 4,
		.ttl = 60,
		.mss = 1460,
		.window = 1460 * 3,
		.wscale = 7,
		.opts_n = 8,
		.opts = { 1, 2, 3, 4, 5, 8, 77, 0 },
		.eol_pad = 3,
		.payload_len = 1 };
	struct sigdef def;
	struct sig sig;
	bool ok = true;

	for (uint32_t bit = 1; bit <= Q_BAD; bit <<= 1) {
		snprintf(text, sizeof(text), "4:64:0:*:*,0:mss:%s:0",
		    sig_quirks(bit, buf));
		ok = ok && parse(text, SIGDEF_REQUEST, &def).field == NULL &&
		    def.quirks == bit;
	}
	ZT_CASE("each quirk that is printed can be read", ok);
	t.quirks = ALL;
	sig_make(&t, &sig);
	ok = parse(sig.text, SIGDEF_REQUEST, &def).field == NULL;
	ZT_CASE("and so can a whole signature", ok);
	ZT_CASE("which then says what the packet was",
	    ok && def.ver == 4 && def.ittl == 64 && def.mss == 1460 &&
		def.win == SIGDEF_WIN_MSS && def.window == 3 &&
		def.scale == 7 && def.opts_n == 8 && def.eol_pad == 3 &&
		memcmp(def.opts, t.opts, 8) == 0 && def.quirks == ALL &&
		def.payload == 1);
}

static void
test_quirks(void)
{
	uint32_t q;

	ZT_CASE("a list of quirks, with blanks",
	    sigline_quirks(STR("df, ts1- ,bad"), &q).field == NULL &&
		q == (Q_DF | Q_TS_ZERO | Q_BAD));
	ZT_CASE("an empty one",
	    sigline_quirks(STR(""), &q).field == NULL && q == 0);
	ZT_CASE("a star is none", sigline_quirks(STR("*"), &q).field != NULL);
	ZT_CASE("nor is a quirk with a !",
	    sigline_quirks(STR("df,!ecn"), &q).field != NULL);
	ZT_CASE("nor a comma at the end",
	    sigline_quirks(STR("df,"), &q).field != NULL);
}

static const struct zt_test tests[] = {
	{ "good", test_good },
	{ "bad", test_bad },
	{ "shape", test_shape },
	{ "names", test_names },
	{ "quirks", test_quirks },
};

ZT_MAIN("sigline", tests)
