/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tools/stats_html_impl.h"

/*
 * Style and script of the page as they stand in the source tree: the assembler
 * takes them in, from the project's root, which every compilation has with -I.
 */
#define ASSET(name, file) \
	__asm__(".pushsection .rodata\n" \
		".globl " #name "_text, " #name "_n\n" \
		".hidden " #name "_text, " #name "_n\n" \
		".balign 8\n" #name "_n: .8byte 2f - 1f\n" #name "_text:\n" \
		"1: .incbin \"" file "\"\n" \
		"2: .byte 0\n" \
		".popsection\n"); \
	extern const uint64_t name##_n __attribute__((visibility("hidden"))); \
	extern const char name##_text[] __attribute__((visibility("hidden")))

ASSET(stats_html_style, "tools/stats_html.css");
ASSET(stats_html_script, "tools/stats_html.js");

struct str
html_style(void)
{
	return (
	    struct str){ stats_html_style_text, (size_t)stats_html_style_n };
}

struct str
html_script(void)
{
	return (
	    struct str){ stats_html_script_text, (size_t)stats_html_script_n };
}
