/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "front/page_text.h"

const char page_text_head[] =
    "<!DOCTYPE html>\n"
    "<html lang=\"en\">\n"
    "<head>\n"
    "<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, "
    "initial-scale=1\">\n"
    "<meta name=\"color-scheme\" content=\"light dark\">\n"
    "<meta name=\"robots\" content=\"noindex, nofollow\">\n"
    "<title>";

/* Every colour has at least 4.5 : 1 against what is behind it. */
const char page_text_style[] =
    ":root{--bg:#f1f3f6;--card:#fff;--text:#1c2126;--dim:#55606c;"
    "--line:#d5dae0;--act:#0b5cad;--over:#084a8c;--on:#fff;"
    "--good:#176f37;--bad:#a3260f}\n"
    "@media (prefers-color-scheme:dark){:root{--bg:#11151a;--card:#1a2027;"
    "--text:#e4e8ec;--dim:#a1abb6;--line:#343d47;--act:#6bb1ff;"
    "--over:#94c6ff;--on:#07182a;--good:#6fd08c;--bad:#ff9a85}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;padding:1.5rem 1rem 3rem;background:var(--bg);"
    "color:var(--text);font:1.0625rem/1.55 system-ui,-apple-system,"
    "\"Segoe UI\",Roboto,\"Noto Sans\",\"DejaVu Sans\",sans-serif}\n"
    "header,main{max-width:38rem;margin:0 auto}\n"
    "header{padding:0 .25rem .6rem;color:var(--dim);font-size:.9375rem;"
    "overflow-wrap:anywhere}\n"
    "main{padding:1.75rem;background:var(--card);border:1px solid "
    "var(--line);border-radius:.75rem}\n"
    "h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.3;"
    "overflow-wrap:anywhere}\n"
    "h1.good{color:var(--good)}\n"
    "h1.bad{color:var(--bad)}\n"
    "h2{margin:1.75rem 0 .5rem;font-size:1.0625rem}\n"
    "p{margin:0 0 1rem}\n"
    "p:last-child{margin-bottom:0}\n"
    "a{color:var(--act)}\n"
    "dl{margin:1.25rem 0;border-top:1px solid var(--line)}\n"
    "dt{padding-top:.7rem;color:var(--dim);font-size:.875rem}\n"
    "dd{margin:0;padding-bottom:.7rem;border-bottom:1px solid var(--line)}\n"
    "code{font:1em/1.4 ui-monospace,Consolas,\"Liberation Mono\","
    "\"DejaVu Sans Mono\",monospace;overflow-wrap:anywhere}\n"
    "button{display:block;width:100%;min-height:3.25rem;"
    "padding:.7rem 1.25rem;border:0;border-radius:.5rem;"
    "background:var(--act);color:var(--on);font:inherit;font-weight:600;"
    "overflow-wrap:anywhere;cursor:pointer}\n"
    "button:hover{background:var(--over)}\n"
    ":focus-visible{outline:3px solid var(--text);outline-offset:3px}\n"
    "ul{margin:0;padding-left:1.25rem}\n"
    "li{margin:.45rem 0}\n"
    "@media (max-width:30rem){body{padding:1rem .75rem 2rem}"
    "main{padding:1.25rem}h1{font-size:1.3125rem}}\n";

#define GOOD " class=\"good\""
#define BAD  " class=\"bad\""

const struct page_text page_text[PAGES] = {
	[PAGE_ASK] = { 200, true, "", "Mail from @ is being refused",
	    { "# takes no mail from there for now. If that is a mistake, you "
	      "can end the block here, at once." },
	    "What the button does",
	    { "The block ends at once, for all mail that comes from there.",
		"Send the refused message again: most servers do not do so "
		"by themselves.",
		"For 7 days it stays unblocked. If wanted mail arrives from "
		"there meanwhile, it stays so for 180 days.",
		"If spam comes from there again, it is blocked at once, and "
		"there is no such link for 90 days." } },
	[PAGE_LIFTED] = { 200, true, GOOD, "@ is unblocked",
	    { "# accepts connections from this sender again, from now on." },
	    "What to do now",
	    { "Send the refused message again. Mail that still waits in the "
	      "sender's queue is delivered at its next try.",
		"For 7 days it stays unblocked. If wanted mail arrives from "
		"there meanwhile, it stays so for 180 days.",
		"If spam comes from there again, it is blocked at once, and "
		"there is no such link for 90 days." } },
	[PAGE_NOT_BLOCKED] = { 200, true, GOOD, "@ is not blocked",
	    { "# does not block this sender now: there is nothing to do. "
	      "Send the refused message again.",
		"If it is refused once more, the new answer says why." },
	    NULL, { NULL } },
	[PAGE_USED] = { 410, true, "", "This link has been used",
	    { "This link, or a newer one for @, was used before. It does "
	      "nothing any more.",
		"Was it you, a moment ago? Then all is done: send the "
		"refused message again. If it is refused once more, the new "
		"answer says what you can do." },
	    NULL, { NULL } },
	[PAGE_NO_MORE] = { 403, true, BAD,
	    "This block cannot be ended with a link",
	    { "@ is blocked by #. Either it was let in by such a link before "
	      "and then sent spam again: for 90 days there is no other. Or "
	      "the administrators blocked it themselves.",
		"Please write to them from another mail provider, or call "
		"them." },
	    NULL, { NULL } },
	[PAGE_LIMIT] = { 429, true, BAD, "Too many requests for one network",
	    { "Several addresses near @ were asked for or unblocked in a "
	      "short time. Nothing was changed now.",
		"Please try this link again later, tomorrow at the "
		"latest." },
	    NULL, { NULL } },
	[PAGE_FAILED] = { 503, false, BAD, "That did not work",
	    { "# could not do it at this moment, and nothing is certain to "
	      "have changed. Please wait a minute and try again: the link "
	      "stays good." },
	    NULL, { NULL } },
	[PAGE_EXPIRED] = { 410, true, "", "This link is too old",
	    { "A link is good for 30 days, and this one for @ is older. It "
	      "does nothing any more.",
		"The block has probably ended, too: send the message again. "
		"If it is refused, the new answer has a new link." },
	    NULL, { NULL } },
	[PAGE_BAD] = { 404, false, "", "There is no such page",
	    { "If you followed a link from a refused message, a part of it "
	      "is missing or was changed. Mail programs break long lines: "
	      "please copy the whole link, up to its last character.",
		"Nothing was changed." },
	    NULL, { NULL } },
};

const struct page_text_kind page_text_kind[FRONT_KINDS] = {
	[FRONT_KIND_NONE] = { "It looked like an infected computer that sends "
			      "spam.",
	    "Make sure that no computer behind this address sends spam, and "
	    "close port 25 for all but the mail server." },
	[FRONT_KIND_TALK] = { "It did not keep to the rules of mail: it spoke "
			      "before its turn or in the way of spam "
			      "programs.",
	    "If an infected computer shares this address, find it and close "
	    "port 25 for all but the mail server." },
	[FRONT_KIND_RECIPIENTS] = { "It sent mail to many addresses that do "
				    "not exist here.",
	    "Remove addresses that do not exist from your lists, and look "
	    "for misused accounts." },
	[FRONT_KIND_NAME] = { "It has no proper name of a mail server, in DNS "
			      "or in its greeting (HELO).",
	    "Give the mail server a name of its own: in reverse DNS, in DNS, "
	    "and the same in its greeting (HELO)." },
	[FRONT_KIND_BOTNET] = { "It behaves like infected computers that are "
				"known to send spam.",
	    "If an infected computer shares this address, find it and close "
	    "port 25 for all but the mail server." },
	[FRONT_KIND_TRAP] = { "It sent mail to addresses that were never "
			      "given to anybody.",
	    "Look for misused accounts, and write only to people who asked "
	    "for it." },
	[FRONT_KIND_ADMIN] = { "The administrators blocked it by hand.",
	    "If it was blocked for a reason that you do not know, please ask "
	    "the administrators." },
	[FRONT_KIND_BOUNCES] = { "It returned many messages (bounces) to "
				 "addresses that do not exist here.",
	    "Refuse unwanted mail during its delivery, instead of returning "
	    "it later." },
};
