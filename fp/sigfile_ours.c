/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fp/sigfile.h"

/*
 * The file as it stands in the source tree, as read-only data: the assembler
 * takes it in, from the project's root, which every compilation has with -I.
 */
__asm__(".pushsection .rodata\n"
	".globl sigfile_ours_text, sigfile_ours_n\n"
	".hidden sigfile_ours_text, sigfile_ours_n\n"
	".balign 8\n"
	"sigfile_ours_n: .8byte 2f - 1f\n"
	"sigfile_ours_text:\n"
	"1: .incbin \"fp/zfw.fp\"\n"
	"2: .byte 0\n"
	".popsection\n");

extern const uint64_t sigfile_ours_n __attribute__((visibility("hidden")));
extern const char sigfile_ours_text[] __attribute__((visibility("hidden")));

struct str
sigfile_ours(void)
{
	return (struct str){ sigfile_ours_text, (size_t)sigfile_ours_n };
}
